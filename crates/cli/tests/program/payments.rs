//! A book of payments through the program: screened, explained, and kept as reports.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::house::{House, keys, says, watchfire};

const HEADER: &str =
    "id,time,sender,receiver,amount,currency,sender_country,receiver_country,channel,reference";

/// A family that sends once a month, and an account that pays nine receivers small round sums at
/// night, with a handle as reference.
fn book() -> Vec<String> {
    let mut rows = Vec::new();
    for month in 1..=9 {
        rows.push(format!(
            "f{month},2026-0{month}-02T10:00:00Z,GB33BUKB20201555555555,PH-FAMILY,250.00,USD,GB,PH,\
             remittance,family support"
        ));
    }
    for day in 1..=24 {
        let (receiver, amount) = (day % 9, 20 + day % 3 * 10);
        rows.push(format!(
            "x{day},2026-03-{day:02}T13:05:00Z,DE89370400440532013000,PH-{receiver},{amount}.00,\
             USD,AU,PH,remittance,school fees @demo_name"
        ));
    }
    rows
}

fn write(house: &House, name: &str, rows: &[String]) -> PathBuf {
    let path = house.folder().join(name);
    let text = format!("{HEADER}\n{}\n", rows.join("\n"));
    fs::write(&path, text).unwrap();
    path
}

fn screen(path: &str, more: &[&str], code: i32) -> Vec<Value> {
    let arguments = [&["screen", path, "--json"], more].concat();
    watchfire(&arguments).ended(code).objects()
}

#[test]
fn a_book_is_screened_and_each_alert_says_why() {
    let house = House::new();
    let path = write(&house, "book.csv", &book()).display().to_string();
    let lines = screen(&path, &["--explain"], 0);
    let [alert, run] = &lines[..] else {
        panic!("{lines:?}");
    };
    assert_eq!(keys(alert), "account at payments points reasons route side");
    assert_eq!(alert["account"], "DE89370400440532013000");
    assert_eq!(alert["side"], "sender");
    let reasons = alert["reasons"].as_array().unwrap();
    let points: u64 = reasons
        .iter()
        .map(|it| it["points"].as_u64().unwrap())
        .sum();
    assert_eq!(alert["points"].as_u64().unwrap(), points);
    assert!(reasons.len() >= 3, "{reasons:?}");
    for reason in reasons {
        assert!(!reason["source"].as_str().unwrap().is_empty());
        assert!(!reason["rows"].as_array().unwrap().is_empty());
    }
    assert_eq!(
        keys(run),
        "accounts alerts alerts_per_100000_accounts files policy rejected rows unconverted"
    );
    assert_eq!((&run["rows"], &run["rejected"]), (&33.into(), &0.into()));
    let words = watchfire(&["screen", &path]).ended(0);
    says(&words.out, &["DE89370400440532013000", "for review"]);
    says(
        &words.err,
        &["33 records, 33 taken, 0 rejected", "1 alerts over"],
    );
}

/// The book says that two are family: what asks for strangers does not hold.
#[test]
fn a_family_tie_that_the_book_names_counts() {
    let house = House::new();
    let path = house.folder().join("book.csv");
    let indicators = |relation: &str| -> Vec<String> {
        let rows = book().join(&format!(",{relation}\n"));
        fs::write(&path, format!("{HEADER},relation\n{rows},{relation}\n")).unwrap();
        let lines = screen(&path.display().to_string(), &[], 0);
        // The line of the run alone, where there is no alert.
        let reasons = lines[0]["reasons"].as_array().into_iter().flatten();
        let id = |reason: &Value| reason["indicator"].as_str().unwrap().to_owned();
        reasons.map(id).collect()
    };
    let strangers = indicators("");
    for id in ["A7", "B1", "B4"] {
        assert!(strangers.iter().any(|known| known == id), "{strangers:?}");
    }
    // A word that is not known says nothing.
    assert_eq!(indicators("cousins"), strangers);
    let family = indicators("family");
    for id in ["A7", "B1"] {
        assert!(family.iter().all(|known| known != id), "{family:?}");
    }
}

#[test]
fn no_record_is_lost_or_doubled() {
    let house = House::new();
    let mut rows = book();
    rows.insert(
        3,
        "bad,2026-01-05T10:00:00Z,a,b,-1,USD,GB,PH,remittance,".to_owned(),
    );
    rows.insert(
        5,
        "f1,2026-01-02T10:00:00Z,a,b,1,USD,GB,PH,remittance,".to_owned(),
    );
    rows.insert(
        7,
        "c,2026-01-05T10:00:00Z,a,b,NaN,USD,GB,PH,remittance,".to_owned(),
    );
    rows.push("d,2126-01-05T10:00:00Z,a,b,1,USD,GB,PH,remittance,".to_owned());
    rows.push("e,2026-01-05T10:00:00Z,a,b,1,XXY,GB,PH,remittance,".to_owned());
    let path = write(&house, "book.csv", &rows).display().to_string();
    let lines = screen(&path, &[], 2);
    let run = lines.last().unwrap();
    assert_eq!((&run["rows"], &run["rejected"]), (&33.into(), &5.into()));
    let file = &run["files"][0];
    assert_eq!(file["records"], 38);
    assert_eq!(file["sums_minor"][0][0], "USD");
    let words = watchfire(&["screen", &path]).ended(2);
    says(
        &words.err,
        &[
            "line 5", "negative", "line 7", "same id", "line 9", "line 39",
        ],
    );
}

#[test]
fn alerts_become_reports_that_are_ranked_and_read_like_any_other() {
    let house = House::new();
    let path = write(&house, "book.csv", &book()).display().to_string();
    let kept = house.run(&["screen", &path, "--json"]).ended(0).objects();
    let report = &kept[0]["report"];
    // The same alert of the same rows again is the same report.
    let again = house.run(&["screen", &path, "--json"]).ended(0).objects();
    assert_eq!(&again[0]["report"], report);
    let queue = house.queue();
    assert_eq!(queue.len(), 1);
    let case = house.case(&queue[0]);
    assert_eq!(case["members"][0]["report"], *report);
    assert_eq!(case["payments"][0]["account"], "DE89370400440532013000");
    // The payments that made it an alert, not all that followed.
    let rows = case["payments"][0]["rows"].as_array().unwrap().len();
    assert!((4..=24).contains(&rows), "{rows}");
    let danger: i64 = queue[0]["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|reason| reason["score"] == "danger")
        .map(|reason| reason["points"].as_i64().unwrap())
        .sum();
    assert_eq!(queue[0]["danger"].as_i64().unwrap(), danger);
    house.run(&["rank", "--replay"]).ended(0);
    house.run(&["log", "verify"]).ended(0);
}

/// The account of an alert and that of a report are one identifier.
#[test]
fn two_sides_of_one_crime_stand_in_one_case() {
    let house = House::new();
    let path = write(&house, "book.csv", &book()).display().to_string();
    house.run(&["screen", &path]).ended(0);
    let report = "<report><incidentSummary><incidentType>Child Sex Trafficking</incidentType>\
        <incidentDateTime>2026-03-04T03:04:05Z</incidentDateTime></incidentSummary>\
        <reporter><reportingPerson><firstName>Robin</firstName></reportingPerson></reporter>\
        <personOrUserReported><additionalInfo>Paid from IBAN DE89370400440532013000.\
        </additionalInfo></personOrUserReported></report>";
    let file = house.folder().join("report.xml");
    fs::write(&file, report).unwrap();
    let file = file.display().to_string();
    house.run(&["report", &file]).ended(0);
    let queue = house.queue();
    assert_eq!(queue.len(), 1, "{queue:?}");
    assert_eq!(queue[0]["reports"], 2);
    let rules: Vec<&str> = queue[0]["reasons"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reason| reason["rule"].as_str().unwrap())
        .collect();
    assert!(rules.contains(&"trafficking"));
    assert!(rules.iter().any(|rule| rule.starts_with("payments/")));
}

/// Whom a report names is known when a book is screened beside it.
#[test]
fn an_account_that_a_report_names_speaks_against_those_who_pay_it() {
    let house = House::new();
    let rows = book()
        .join("\n")
        .replace("PH-3,", "GB33BUKB20201555555555,");
    let path = write(&house, "book.csv", &[rows]).display().to_string();
    let indicators = || -> Vec<String> {
        let lines = house.run(&["screen", &path, "--json"]).ended(0).objects();
        let reasons = lines[0]["reasons"].as_array().unwrap().iter();
        let id = |reason: &Value| reason["indicator"].as_str().unwrap().to_owned();
        reasons.map(id).collect()
    };
    let before = indicators();
    assert!(before.iter().all(|id| id != "E3"), "{before:?}");
    let report = "<report><incidentSummary><incidentType>Child Sex Trafficking</incidentType>\
        <incidentDateTime>2026-03-04T03:04:05Z</incidentDateTime></incidentSummary>\
        <reporter><reportingPerson><firstName>Robin</firstName></reportingPerson></reporter>\
        <personOrUserReported><additionalInfo>Paid to IBAN GB33BUKB20201555555555.\
        </additionalInfo></personOrUserReported></report>";
    let file = house.folder().join("report.xml");
    fs::write(&file, report).unwrap();
    let file = file.display().to_string();
    house.run(&["report", &file]).ended(0);
    let after = indicators();
    assert!(after.iter().any(|id| id == "E3"), "{after:?}");
}

#[test]
fn what_another_policy_would_change_is_shown_before_it_is_adopted() {
    let house = House::new();
    let path = write(&house, "book.csv", &book()).display().to_string();
    let policy = house.folder().join("typologies");
    fs::create_dir(&policy).unwrap();
    let own = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policy/typologies");
    for file in fs::read_dir(own).unwrap() {
        let file = file.unwrap();
        let text = fs::read_to_string(file.path()).unwrap();
        let text = text.replace("alerts_at_points = 60", "alerts_at_points = 500");
        fs::write(policy.join(file.file_name()), text).unwrap();
    }
    let policy = policy.display().to_string();
    let change = screen(&path, &["--replay", "--policy", &policy], 0);
    assert_eq!(change[0]["alerts_before"], 1);
    assert_eq!(change[0]["alerts_after"], 0);
    assert_eq!(change[0]["only_before"], 1);
    let carried = screen(&path, &["--ablate"], 0);
    assert!(carried.len() > 10, "{carried:?}");
    fs::write(format!("{policy}/alert.toml"), "version = 1").unwrap();
    let ran = watchfire(&["screen", &path, "--policy", &policy]).ended(2);
    says(&ran.err, &["alert.toml:1"]);
}

#[test]
fn rude_books_end_in_a_reason() {
    let house = House::new();
    let refused = |name: &str, bytes: &[u8], words: &[&str]| {
        let path = house.folder().join(name);
        fs::write(&path, bytes).unwrap();
        let ran = watchfire(&["screen", &path.display().to_string()]).ended(2);
        says(&ran.err, words);
    };
    refused("empty", b"", &["--mapping"]);
    refused("noise", &[0xff; 4096], &["--mapping"]);
    let bomb = b"<!DOCTYPE a [<!ENTITY b \"&b;\">]><Document><FIToFICstmrCdtTrf>&b;";
    refused("bomb.xml", bomb, &["bomb.xml"]);
    let cut = format!("{HEADER}\nf1,2026-01-02T10:00:00Z,a,b,1.0");
    refused("cut.csv", cut.as_bytes(), &["1 rejected"]);
    let ran = watchfire(&["screen", "/nowhere/book.csv"]).ended(2);
    says(&ran.err, &["/nowhere/book.csv"]);
}
