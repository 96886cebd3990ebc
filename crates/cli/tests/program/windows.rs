//! Windows over files of payments through the program, beside a definition written down naively.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use columns::{Keys, Kind, Reader, Rows, Texts, Values, Wanted, Writer};

use crate::house::{House, Ran, keys, says, watchfire};

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// 2026-01-01, at midnight.
const START: i64 = 1_767_225_600_000;
const COLUMNS: [(&str, Kind); 6] = [
    ("id", Kind::Whole),
    ("time", Kind::Time),
    ("sender", Kind::Text),
    ("receiver", Kind::Whole),
    ("amount", Kind::Whole),
    ("sender_country", Kind::Text),
];

#[derive(Debug, Clone, Copy)]
struct Row {
    id: i64,
    time: i64,
    sender: i64,
    receiver: i64,
    amount: i64,
}

/// A book in no order of time, with equal times, one busy account and one that pays once.
fn book(rows: i64) -> Vec<Row> {
    let mut state = 7_u64;
    let mut below = |bound: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        i64::try_from((state >> 11) % bound).unwrap()
    };
    let row = |id| Row {
        id,
        time: START + below(200) * 6 * HOUR,
        sender: below(9) * below(3),
        receiver: below(12),
        amount: below(4) * 25 + below(2) * below(99),
    };
    (0..rows).map(row).collect()
}

fn write(path: &Path, rows: &[Row]) {
    let mut writer = Writer::create(path, &COLUMNS).unwrap();
    let (mut senders, mut countries) = (Texts::default(), Texts::default());
    for row in rows {
        senders.push(&format!("S{:05}", row.sender));
        countries.push("PH");
    }
    let whole = |of: &dyn Fn(&Row) -> i64| rows.iter().map(of).collect();
    let columns = vec![
        Values::Whole(whole(&|row| row.id)),
        Values::Times(whole(&|row| row.time)),
        Values::Texts(senders),
        Values::Whole(whole(&|row| row.receiver)),
        Values::Whole(whole(&|row| row.amount)),
        Values::Texts(countries),
    ];
    writer.write(columns).unwrap();
    writer.finish().unwrap();
}

fn windows(file: &Path, stats: &str, out: &Path) -> Ran {
    let [file, out] = [file, out].map(|path| path.display().to_string());
    watchfire(&[
        "windows", &file, "--by", "sender", "--span", "30d", "--stats", stats, "--out", &out,
        "--json",
    ])
}

/// The answer by id: its columns as whole numbers.
fn answer(out: &Path, names: &[&str]) -> BTreeMap<i64, Vec<i64>> {
    let wanted = Wanted::default().keys(&["id"]).keys(names);
    let mut answer = BTreeMap::new();
    read(out, &wanted, |rows| {
        let columns: Vec<&Vec<i64>> = rows.keys.iter().map(whole).collect();
        for at in 0..rows.len() {
            let values = columns[1..].iter().map(|column| column[at]);
            let before = answer.insert(columns[0][at], values.collect());
            assert_eq!(before, None, "a row twice");
        }
    });
    answer
}

fn read(path: &Path, wanted: &Wanted, mut visit: impl FnMut(Rows)) {
    let reader = Reader::open(path).unwrap();
    for group in 0..reader.groups() {
        let each = &mut |rows| {
            visit(rows);
            true
        };
        reader.group(group, wanted, each).unwrap();
    }
}

fn whole(keys: &Keys) -> &Vec<i64> {
    match keys {
        Keys::Whole(values) => values,
        Keys::Text(_) => panic!("text where whole numbers were written"),
    }
}

fn naive(book: &[Row], row: &Row) -> Vec<i64> {
    let held = book.iter().filter(|other| {
        let since = row.time - other.time;
        other.sender == row.sender && (0..=30 * DAY).contains(&since)
    });
    let held: Vec<&Row> = held.collect();
    let receivers: BTreeSet<i64> = held.iter().map(|row| row.receiver).collect();
    let count = |number: usize| i64::try_from(number).unwrap();
    let sum = held.iter().map(|row| row.amount).sum();
    vec![count(held.len()), sum, count(receivers.len())]
}

#[test]
fn windows_hold_what_a_naive_count_finds() {
    let house = House::new();
    let (file, out) = paths(&house);
    let book = book(700);
    write(&file, &book);
    let ran = windows(&file, "count,sum,distinct:receiver", &out).ended(0);
    let summary = ran.object();
    assert_eq!(keys(&summary), "accounts rejected rows seconds");
    let senders: BTreeSet<i64> = book.iter().map(|row| row.sender).collect();
    assert_eq!(summary["accounts"], senders.len());
    assert_eq!(
        (&summary["rows"], &summary["rejected"]),
        (&700.into(), &0.into())
    );

    let names = ["count", "sum", "distinct_receiver"];
    assert_eq!(Reader::open(&out).unwrap().columns()[1..], names);
    let found = answer(&out, &names);
    assert_eq!(found.len(), book.len());
    for row in &book {
        assert_eq!(found[&row.id], naive(&book, row), "{row:?}");
    }

    // The same rows as CSV, whose ids are text: the same answer, and the same file every time.
    let (again, csv) = (
        house.folder().join("again.parquet"),
        house.folder().join("book.csv"),
    );
    windows(&file, "count,sum,distinct:receiver", &again).ended(0);
    assert_eq!(fs::read(&out).unwrap(), fs::read(&again).unwrap());
    let mut text = "id,time,sender,receiver,amount\n".to_owned();
    for row in &book {
        let days = (row.time - START) / DAY;
        let hours = (row.time - START) % DAY / HOUR;
        let time = format!(
            "2026-{:02}-{:02}T{hours:02}:00:00Z",
            days / 28 + 1,
            days % 28 + 1
        );
        writeln!(
            text,
            "{},{time},{},{},{}",
            row.id, row.sender, row.receiver, row.amount
        )
        .unwrap();
    }
    fs::write(&csv, text).unwrap();
    let ran = windows(&csv, "count,median,night,burst:2d", &again).ended(2);
    says(&ran.err, &["no column `sender_country`"]);
    let summary = windows(&csv, "count,median,gap_cv,burst:2d", &again)
        .ended(0)
        .object();
    assert_eq!(summary["accounts"], senders.len());
}

#[test]
fn rude_files_end_in_a_reason_and_bad_rows_are_named() {
    let house = House::new();
    let (file, out) = paths(&house);
    let path = file.display().to_string();
    let mut writer = Writer::create(
        &file,
        &[
            ("id", Kind::Whole),
            ("time", Kind::Time),
            ("sender", Kind::Text),
            ("amount", Kind::Ratio),
            ("flag", Kind::Ratio),
        ],
    )
    .unwrap();
    let mut senders = Texts::default();
    senders.extend(["a", "a", "b", "b", "c"]);
    let amounts = [Some(1.25), Some(f64::NAN), None, Some(-1.0), Some(1e300)];
    writer
        .write(vec![
            Values::Whole((1..=5).collect()),
            Values::Times(vec![START; 5]),
            Values::Texts(senders),
            Values::Ratios(amounts.to_vec()),
            Values::Ratios(vec![None; 5]),
        ])
        .unwrap();
    writer.finish().unwrap();
    let ran = windows(&file, "count,sum", &out).ended(2);
    says(
        &ran.err,
        &[
            "row 2: `amount` is not finite (row.amount-not-finite)",
            "row 3: `amount` is missing (row.missing)",
            "row 4: `amount` is negative",
            "row 5: `amount` is larger",
        ],
    );
    let summary = ran.object();
    assert_eq!(
        (&summary["rows"], &summary["rejected"]),
        (&1.into(), &4.into())
    );
    assert_eq!(answer(&out, &["count"]), BTreeMap::from([(1, vec![1])]));
    // Amounts are not read where none is asked for.
    let summary = windows(&file, "count", &out).ended(0).object();
    assert_eq!(summary["rows"], 5);

    fs::remove_file(&out).unwrap();
    let refused = |file: &Path, stats: &str, parts: &[&str]| {
        let ran = windows(file, stats, &out).ended(2);
        says(&ran.err, parts);
        assert_eq!(ran.out, "");
        assert!(!out.exists());
    };
    refused(&file, "counts", &["`counts` is no stat", "distinct"]);
    refused(
        &file,
        "distinct:nobody",
        &[&path, "no column `nobody`", "sender, amount"],
    );
    refused(
        &file,
        "distinct:flag",
        &["`flag`", "write whole numbers or text"],
    );
    refused(
        &house.folder().join("gone.csv"),
        "count",
        &["gone.csv", "check that it exists"],
    );
    refused(&house.folder().join("book"), "count", &[".parquet or .csv"]);
    let whole = fs::read(&file).unwrap();
    for bytes in [&whole[..whole.len() / 2], &whole[..7], b""] {
        fs::write(&file, bytes).unwrap();
        refused(
            &file,
            "count",
            &[&path, "no whole Parquet file", "copy it again"],
        );
    }
    let csv = house.folder().join("empty.csv");
    fs::write(&csv, "").unwrap();
    refused(&csv, "count", &["has no header"]);
    fs::write(&csv, "id,time,sender\n").unwrap();
    let summary = windows(&csv, "count", &out).ended(0).object();
    assert_eq!(summary["rows"], 0);
    assert!(answer(&out, &["count"]).is_empty());
    let gone = house.folder().join("gone/out.parquet");
    let ran = windows(&csv, "count", &gone).ended(3);
    says(&ran.err, &["cannot write", "gone/out.parquet"]);
}

fn paths(house: &House) -> (PathBuf, PathBuf) {
    let file = house.folder().join("book.parquet");
    (file, house.folder().join("windows.parquet"))
}
