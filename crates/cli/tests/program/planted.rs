//! Books with planted accounts through the program: made, read as Parquet and as CSV, screened.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use columns::{Column, Kind, Reader, Texts, Values, Wanted, Writer};
use serde_json::Value;

use crate::house::{House, Ran, files, keys, says, watchfire};

const DAY: i64 = 24 * 3_600_000;
/// 2025-01-01, at midnight.
const START: i64 = 1_735_689_600_000;

fn simulate(out: &Path, more: &[&str]) -> Ran {
    let out = out.display().to_string();
    let book = [
        "simulate",
        "payments",
        "--rows",
        "20000",
        "--planted",
        "2000",
        "--seed",
        "7",
        "--now",
        "2025-12-01T00:00:00Z",
        "--json",
        "--out",
        &out,
    ];
    watchfire(&[&book[..], more].concat())
}

fn screen(book: &Path, more: &[&str]) -> Vec<Value> {
    let book = book.display().to_string();
    let rates = format!("{book}.rates.csv");
    let arguments = ["screen", &book, "--rates", &rates, "--json"];
    let ran = watchfire(&[&arguments[..], more].concat());
    ran.ended(0).objects()
}

/// Group by account.
fn truth(book: &Path) -> (Value, BTreeMap<String, String>) {
    let text = fs::read_to_string(format!("{}.truth.jsonl", book.display())).unwrap();
    let mut lines = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let head = lines.next().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let labels = lines.map(|line| (text(&line["account"]), text(&line["group"])));
    (head["book"].clone(), labels.collect())
}

#[test]
fn planted_accounts_are_found_in_parquet_and_in_csv_alike() {
    let house = House::new();
    let book = house.folder().join("book.parquet");
    let made = simulate(&book, &[]).ended(0).object();
    assert_eq!(
        keys(&made),
        "accounts book customers end planted rates rows seed split start truth"
    );
    assert_eq!(
        (&made["rows"], &made["customers"]),
        (&20_000.into(), &1000.into())
    );
    assert_eq!(
        (&made["start"], &made["end"]),
        (
            &"2023-12-02T00:00:00Z".into(),
            &"2025-12-01T00:00:00Z".into(),
        )
    );
    let (head, labels) = truth(&book);
    assert_eq!(head["split"], made["split"]);
    assert_eq!(labels.len(), 1000);
    let of = |group: &str| labels.values().filter(|known| *known == group).count();
    assert_eq!(
        (of("payer"), of("facilitator"), of("sextortion_victim")),
        (5, 7, 3)
    );
    assert!(of("family_remittance") > 100);

    let lines = screen(&book, &["--explain"]);
    let (run, alerts) = lines.split_last().unwrap();
    assert_eq!(
        (&run["rows"], &run["rejected"]),
        (&20_000.into(), &0.into())
    );
    assert_eq!(run["unconverted"], 0);
    let file = &run["files"][0];
    assert_eq!(file["reconciled"], "holds");
    assert_eq!(file["sha256"].as_str().unwrap().len(), 64);
    let groups = [
        "payer",
        "escalating_payer",
        "companion_payer",
        "facilitator",
    ];
    let planted = alerts.iter().filter(|alert| {
        // Who is not named is no customer.
        let group = labels.get(alert["account"].as_str().unwrap());
        group.is_some_and(|group| groups.contains(&group.as_str()))
    });
    let planted = planted.count();
    assert!(planted >= 3, "{planted} of {}", alerts.len());

    // Those who are extorted are found, and never accused.
    let of = |alert: &Value| labels.get(alert["account"].as_str().unwrap()).cloned();
    let extorted = alerts.iter().filter(|alert| {
        let indicators = alert["reasons"].as_array().unwrap().iter();
        let spoke = indicators.map(|reason| reason["indicator"].as_str().unwrap());
        of(alert).as_deref() == Some("sextortion_victim")
            && spoke.collect::<Vec<_>>().contains(&"F1")
    });
    let routes: Vec<&Value> = extorted.map(|alert| &alert["route"]).collect();
    assert!(!routes.is_empty(), "nobody is found who is extorted");
    assert!(routes.iter().all(|route| **route == "protection"));

    let csv = house.folder().join("book.csv");
    simulate(&csv, &[]).ended(0);
    let again = screen(&csv, &["--explain"]);
    assert_eq!(again[..again.len() - 1], *alerts);
    let other = &again.last().unwrap()["files"][0];
    assert_eq!(other["sums_minor"], file["sums_minor"]);
    // The same seed gives the same files.
    let first = fs::read(&book).unwrap();
    simulate(&book, &["--replace"]).ended(0);
    assert_eq!(fs::read(&book).unwrap(), first);
}

#[test]
fn a_book_never_stands_half_written_or_in_place_of_another() {
    let house = House::new();
    let book = house.folder().join("book.csv");
    fs::write(&book, "mine").unwrap();
    let ran = simulate(&book, &[]).ended(2);
    says(&ran.err, &["book.csv is there already", "--replace"]);
    let truth = house.folder().join("other.csv.truth.jsonl");
    fs::write(&truth, "mine").unwrap();
    let ran = simulate(&house.folder().join("other.csv"), &[]).ended(2);
    says(&ran.err, &["other.csv.truth.jsonl is there already"]);
    let ran = simulate(&house.folder().join("book"), &[]).ended(2);
    says(&ran.err, &[".parquet or .csv"]);
    let ran = simulate(&house.folder().join("gone/book.csv"), &[]).ended(3);
    says(&ran.err, &["cannot write", "gone/book.csv"]);
    fs::create_dir(house.folder().join("d.csv")).unwrap();
    let ran = simulate(&house.folder().join("d.csv"), &["--replace"]).ended(3);
    says(&ran.err, &["cannot write", "d.csv"]);
    for bad in [["--rows", "0"], ["--planted", "5001"], ["--now", "today"]] {
        let out = house.folder().join("bad.csv").display().to_string();
        let arguments = ["simulate", "payments", "--out", &out];
        watchfire(&[&arguments[..], &bad].concat()).ended(2);
    }
    let ran = watchfire(&["simulate", "payments"]).ended(2);
    says(&ran.err, &["--out <FILE>"]);
    let ran = watchfire(&["simulate", "--seed", "3"]).ended(2);
    says(&ran.err, &["--out <DIR>"]);
    let left = files(house.folder());
    let names: Vec<_> = left.iter().map(|(path, _)| path.clone()).collect();
    assert_eq!(names, [book.clone(), truth]);
    assert!(left.iter().all(|(_, bytes)| bytes == b"mine"));
    simulate(&book, &["--replace"]).ended(0);
    assert!(
        fs::read_to_string(&book)
            .unwrap()
            .starts_with("id,time,sender,")
    );
}

/// Id, sender, time, amount, currency, receiver's country.
type Rude = (
    &'static str,
    &'static str,
    i64,
    f64,
    &'static str,
    &'static str,
);

/// A file with a column of ids and with amounts as floats, every row but the first two rude.
fn rude(path: &Path) {
    let rows: [Rude; 9] = [
        ("a", "S1", START + 1, 12.34, "USD", "PH"),
        ("b", "S1", START + DAY, 0.1 + 0.2, "USD", ""),
        ("a", "S1", START + 2, 1.0, "USD", "PH"),
        ("c", "S1", START + 3, 0.0, "USD", "PH"),
        ("d", "", START + 4, 1.0, "USD", "PH"),
        ("e", "S1", START + 400 * 365 * DAY, 1.0, "USD", "PH"),
        ("f", "S1", START + 5, 1.005, "USD", "PH"),
        ("g", "S1", START + 6, 90_071_992_547_409.93, "USD", "PH"),
        ("h", "S1", START + 7, 1.0, "usd", "PH"),
    ];
    let columns = [
        ("id", Kind::Text),
        ("time", Kind::Time),
        ("sender", Kind::Text),
        ("receiver", Kind::Whole),
        ("amount", Kind::Ratio),
        ("currency", Kind::Text),
        ("receiver_country", Kind::Text),
    ];
    let texts = |of: fn(&Rude) -> &'static str| {
        let mut texts = Texts::default();
        texts.extend(rows.iter().map(of));
        Values::Texts(texts)
    };
    let mut writer = Writer::create(path, &columns).unwrap();
    let values = vec![
        texts(|row| row.0),
        Values::Times(rows.iter().map(|row| row.2).collect()),
        texts(|row| row.1),
        Values::Whole(vec![7; rows.len()]),
        Values::Ratios(rows.iter().map(|row| Some(row.3)).collect()),
        texts(|row| row.4),
        texts(|row| row.5),
    ];
    writer.write(values).unwrap();
    writer.finish().unwrap();
}

#[test]
fn every_row_of_a_parquet_file_is_taken_or_rejected_with_its_reason() {
    let house = House::new();
    let path = house.folder().join("rude.parquet");
    rude(&path);
    let file = path.display().to_string();
    let ran = watchfire(&["screen", &file, "--json"]).ended(2);
    says(
        &ran.err,
        &[
            "row 3: an earlier record of the file has the same id (money.id-repeated)",
            "row 4: the amount is zero (money.amount-zero)",
            "row 5: nothing says which account it is (money.account-missing)",
            "row 6: `time` is before 1900 or after 2199 (row.time-outside)",
            "row 7: `amount` has more than 2 decimals (row.amount-too-fine)",
            "row 8: `amount` is larger than any amount that is kept (row.amount-too-large)",
            "row 9: `currency` is no code of ISO 4217 in capitals (row.currency-unknown)",
        ],
    );
    let run = ran.object();
    let read = &run["files"][0];
    assert_eq!((&read["records"], &read["taken"]), (&9.into(), &2.into()));
    assert_eq!(
        (&read["rejected"], &read["reconciled"]),
        (&7.into(), &"holds".into())
    );
    assert_eq!(read["sums_minor"], serde_json::json!([["USD", "1264"]]));
    // A name that says nothing of the format, and a table without what a payment needs.
    let renamed = house.folder().join("rude.dat");
    fs::copy(&path, &renamed).unwrap();
    let ran = watchfire(&["screen", &renamed.display().to_string()]).ended(2);
    says(&ran.err, &["rude.dat", "ends in .parquet"]);
    let bare = house.folder().join("bare.parquet");
    let mut writer = Writer::create(&bare, &[("sender", Kind::Whole)]).unwrap();
    writer.write(vec![Values::Whole(vec![1])]).unwrap();
    writer.finish().unwrap();
    let ran = watchfire(&["screen", &bare.display().to_string()]).ended(2);
    says(
        &ran.err,
        &["bare.parquet has no column `time`; it has sender"],
    );
}

#[test]
fn a_parquet_file_that_is_cut_or_broken_gives_an_error_and_nothing_else() {
    let house = House::new();
    let book = house.folder().join("book.parquet");
    simulate(&book, &[]).ended(0);
    let rates = format!("{}.rates.csv", book.display());
    let whole = fs::read(&book).unwrap();
    let mut spoilt = whole.clone();
    spoilt[4..whole.len() / 3].fill(0);
    let cuts = [&whole[..whole.len() / 2], &whole[..4], b""];
    for (bytes, says_it) in cuts
        .iter()
        .map(|cut| (*cut, "is no whole Parquet file"))
        .chain([&spoilt[..], &whole[1..]].map(|bytes| (bytes, "is broken in row group 0")))
    {
        fs::write(&book, bytes).unwrap();
        let file = book.display().to_string();
        let ran = house
            .run(&["screen", &file, "--rates", &rates, "--json"])
            .ended(2);
        says(&ran.err, &["book.parquet", says_it, "copy it again"]);
        assert_eq!(ran.out, "");
        assert!(!house.data().exists(), "an alert was kept of a broken file");
    }
}

#[test]
fn alerts_of_parquet_become_reports_once() {
    let house = House::new();
    let book: PathBuf = house.folder().join("book.parquet");
    let small = [
        "--rows",
        "3000",
        "--now",
        "2025-12-01T00:00:00Z",
        "--planted",
        "5000",
    ];
    let out = book.display().to_string();
    let arguments = [&["simulate", "payments", "--out", &out][..], &small].concat();
    watchfire(&arguments).ended(0);
    let rates = format!("{out}.rates.csv");
    let arguments = ["screen", &out, "--rates", &rates, "--json"];
    let first = house.run(&arguments).ended(0).objects();
    let again = house.run(&arguments).ended(0).objects();
    assert_eq!(first, again);
    let alerts = first.len() - 1;
    assert!(alerts > 0, "nothing was kept");
    let queue = house.queue();
    let reports: u64 = queue
        .iter()
        .map(|row| row["reports"].as_u64().unwrap())
        .sum();
    assert_eq!(reports, alerts as u64);
    // Each payment of an alert is one of the file's.
    let reader = Reader::open(&book).unwrap();
    let wanted = Wanted::columns(&[Column::Time]).keys(&["sender"]);
    let mut rows = 0;
    for group in 0..reader.groups() {
        let count = &mut |batch: columns::Rows| {
            rows += batch.len();
            true
        };
        reader.group(group, &wanted, count).unwrap();
    }
    assert_eq!(rows, 3000);
}
