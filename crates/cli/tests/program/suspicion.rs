//! Alerts as reports of suspicion through the program: written, valid, in the log, or refused with
//! what is missing.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::house::{House, Ran, keys, says, watchfire};

const HEADER: &str =
    "id,time,sender,receiver,amount,currency,sender_country,receiver_country,channel,reference";
const ENTITY: &str = include_str!("../../../../examples/suspicion/entity.toml");

/// A Watchfire with one alert, of a customer of the example's entity; its report's number.
fn alert(house: &House, currency: &str) -> String {
    let mut rows = vec![HEADER.to_owned()];
    for day in 1..=24 {
        let (receiver, amount) = (day % 9, 20 + day % 3 * 10);
        rows.push(format!(
            "x{day},2026-03-{day:02}T13:05:00Z,EXAMPLE-0001,PH-{receiver},{amount}.00,{currency},\
             AU,PH,remittance,\"school <fees>\u{1} & @demo_name\""
        ));
    }
    let book = house.folder().join("book.csv");
    fs::write(&book, rows.join("\n")).unwrap();
    let book = book.display().to_string();
    let rates = file(house, "usd.csv", &usd());
    let lines = house.run(&["screen", &book, "--rates", &rates, "--json"]);
    let lines = lines.ended(0).objects();
    assert_eq!(lines.len(), 2, "{lines:?}");
    lines[0]["report"].to_string()
}

/// What two currencies were worth on the days of the book.
fn usd() -> String {
    let days = (1..=24).map(|day| format!("2026-03-{day:02},AUD,0.65\n2026-03-{day:02},EUR,1.1\n"));
    format!("date,currency,USD\n{}", days.collect::<String>())
}

fn file(house: &House, name: &str, text: &str) -> String {
    let path = house.folder().join(name);
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

fn suspicion(house: &House, alert: &str, entity: &str, more: &[&str]) -> Ran {
    let arguments = ["suspicion", alert, "--entity", entity];
    house.run(&[&arguments[..], more].concat())
}

/// An XML document, an element a line, without what differs from run to run.
fn steady(xml: &str) -> String {
    let mut lines = Vec::new();
    for line in xml.replace("><", ">\n<").lines() {
        let digest = line.find("Evidence, SHA-256: ").map(|at| at + 19);
        let line = match digest {
            Some(at) => format!("{}[DIGEST]{}", &line[..at], &line[at + 64..]),
            None if line.starts_with("<submission_date>") => "[WRITTEN]".to_owned(),
            None if line.starts_with("<fileName>") => "[NAME]".to_owned(),
            None => line.to_owned(),
        };
        lines.push(line);
    }
    lines.join("\n")
}

#[track_caller]
fn valid(house: &House, kind: &str, xml: &str) {
    let schema = watchfire(&["schema", kind]).ended(0).out;
    let schema = file(house, "our.xsd", &schema);
    let document = file(house, "document.xml", xml);
    // It must be installed: `apt install libxml2-utils`.
    let checked = Command::new("xmllint")
        .args(["--nonet", "--noout", "--schema", &schema, &document])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(checked.status.success(), "{said}\n{xml}");
}

#[test]
fn inv_07_an_alert_leaves_as_goaml_and_the_log_knows() {
    let house = House::new();
    let alert = alert(&house, "AUD");
    let entity = file(&house, "entity.toml", ENTITY);
    let before = house.verify();
    let ran = suspicion(&house, &alert, &entity, &["--form", "goaml"]).ended(0);
    assert_eq!(house.verify(), before + 1);
    valid(&house, "goaml", &ran.out);
    insta::assert_snapshot!("goaml", steady(&ran.out));
    // To a file: the digest that the log has is that of its document.
    let out = house.folder().join("str.xml").display().to_string();
    let more = ["--form", "goaml", "--kind", "SAR", "--out", &out, "--json"];
    let told = suspicion(&house, &alert, &entity, &more).ended(0).object();
    assert_eq!(keys(&told), "form out report sha256 transactions");
    assert_eq!(told["report"].to_string(), alert);
    let written = fs::read_to_string(&out).unwrap();
    says(
        &written,
        &["<report_code>SAR</report_code>", "OCSE-FIN-2021-NTC3"],
    );
    let digest = model::hex(&vault::sha256(written.trim_end().as_bytes()));
    assert_eq!(told["sha256"], digest);
    let again = suspicion(&house, &alert, &entity, &more).ended(2);
    says(&again.err, &["str.xml is there already", "--replace"]);
    // By its case.
    let case = house.queue()[0]["case"].to_string();
    let arguments = [
        "suspicion",
        "--case",
        &case,
        "--form",
        "goaml",
        "--entity",
        &entity,
    ];
    let by_case = house.run(&arguments).ended(0);
    assert_eq!(steady(&by_case.out), steady(&ran.out));
}

#[test]
fn inv_11_an_alert_leaves_as_a_suspicious_matter_in_another_currency() {
    let house = House::new();
    let alert = alert(&house, "EUR");
    let entity = file(&house, "entity.toml", ENTITY);
    let ran = suspicion(&house, &alert, &entity, &["--form", "smr"]).ended(2);
    says(
        &ran.err,
        &["what EUR was worth in AUD on 2026-03-", "table of rates"],
    );
    let rates = file(&house, "rates.csv", &usd());
    let more = ["--form", "smr", "--rates", &rates];
    let ran = suspicion(&house, &alert, &entity, &more).ended(0);
    valid(&house, "smr", &ran.out);
    insta::assert_snapshot!("smr", steady(&ran.out));
}

#[test]
fn what_is_missing_is_named_with_what_to_do_and_nothing_is_written() {
    let house = House::new();
    let alert = alert(&house, "AUD");
    let bare = ENTITY
        .replace("branch = \"Example Branch\"\n", "")
        .replace("indicators = [\"EXAMPLE-1\"]\n", "")
        .replace("\"AUD\"", "\"EUR\"");
    let entity = file(&house, "bare.toml", &bare);
    let rates = file(&house, "rates.csv", &usd());
    let out = house.folder().join("out.xml");
    let path = out.display().to_string();
    let before = house.verify();
    let refused = |entity: &str, more: &[&str], parts: &[&str]| {
        let more = [&["--out", &path, "--rates", &rates][..], more].concat();
        let ran = suspicion(&house, &alert, entity, &more).ended(2);
        says(&ran.err, parts);
        assert_eq!(ran.out, "");
        assert!(!out.exists());
    };
    let goaml = ["--form", "goaml"];
    refused(
        &entity,
        &goaml,
        &[
            "nothing was written",
            "branch: say `branch` under [entity]",
            "indicators: ",
            "--indicator",
        ],
    );
    refused(
        &entity,
        &["--form", "smr"],
        &["branch: ", "local_currency: this form is in AUD"],
    );
    let unknown = file(&house, "unknown.toml", &format!("colour = 1\n{ENTITY}"));
    refused(&unknown, &goaml, &["unknown.toml, line 1", "colour"]);
    let bic = file(&house, "bic.toml", &ENTITY.replace("EXAMAU2SXXX", "BANK"));
    refused(
        &bic,
        &goaml,
        &["bic.toml, line 16", "`bic` must be a BIC of 8 or 11"],
    );
    let good = file(&house, "entity.toml", ENTITY);
    let more = ["--form", "goaml", "--profile", "atlantis"];
    refused(&good, &more, &["`atlantis` is no profile", "generic"]);
    let more = ["--form", "goaml", "--kind", "CTR"];
    refused(&good, &more, &["does not take this kind"]);
    refused("/nowhere/entity.toml", &goaml, &["/nowhere/entity.toml"]);
    assert_eq!(house.verify(), before);
}

#[test]
fn only_alerts_of_payments_are_written() {
    let house = House::new();
    alert(&house, "AUD");
    let entity = file(&house, "entity.toml", ENTITY);
    let goaml = ["--form", "goaml"];
    let ran = suspicion(&house, "1999999", &entity, &goaml).ended(1);
    says(&ran.err, &["no report 1999999", "watchfire screen --data"]);
    let path = PathBuf::from(file(&house, "report.xml", crate::commands::REPORT));
    let taken = house.run(&["report", &path.display().to_string(), "--json"]);
    let report = taken.ended(0).objects()[0]["report"].to_string();
    let ran = suspicion(&house, &report, &entity, &goaml).ended(2);
    says(&ran.err, &["is no alert of payments"]);
    let cases = house.cases();
    let other = cases
        .iter()
        .find(|case| case["payments"].is_null())
        .unwrap();
    let number = other["case"].to_string();
    let arguments = [
        "suspicion",
        "--case",
        &number,
        "--form",
        "smr",
        "--entity",
        &entity,
    ];
    let ran = house.run(&arguments).ended(1);
    says(&ran.err, &["has no alert of payments"]);
    let arguments = [
        "suspicion",
        "--case",
        "99",
        "--form",
        "smr",
        "--entity",
        &entity,
    ];
    says(&house.run(&arguments).ended(1).err, &["no case 99"]);
    let arguments = [
        "suspicion",
        "1",
        "--case",
        "1",
        "--form",
        "smr",
        "--entity",
        &entity,
    ];
    house.run(&arguments).ended(2);
}
