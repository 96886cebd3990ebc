//! What the command line says of senders, of what came of reports, and of what runs out.

use std::fs;

use serde_json::{Value, json};

use crate::commands::REPORT;
use crate::house::{House, keys, says};

/// A report with everything that the smallest lacks to be urgent.
fn urgent() -> String {
    let mark = "<escalateToHighPriority>A child is at risk.</escalateToHighPriority>\n    \
                <incidentDateTime>";
    REPORT.replace("<incidentDateTime>", mark)
}

/// Takes a report in and gives what was said of it.
fn take(house: &House, name: &str, document: &str) -> Value {
    let file = house.folder().join(name);
    fs::write(&file, document).unwrap();
    let path = file.display().to_string();
    house.run(&["report", &path, "--json"]).ended(0).object()
}

#[test]
fn a_taken_report_says_what_would_have_helped() {
    let house = House::new();
    let taken = take(&house, "one.xml", REPORT);
    assert_eq!(taken["completeness"], 0);
    let gap = &taken["missing"][0];
    assert_eq!(keys(gap), "field points rule text");
    assert_eq!(
        gap["field"],
        "ipCaptureEvent/port + ipCaptureEvent/dateTime"
    );
    // The same again is known already, and lacks the same.
    let again = take(&house, "one.xml", REPORT);
    assert_eq!(again["repeated"], true);
    assert_eq!(again["missing"], taken["missing"]);
}

#[test]
fn a_ledger_shows_what_came_and_what_came_of_it() {
    for house in [House::new(), House::on_postgres()] {
        house.account("acme", "sender");
        house.account("staff", "analyst");
        let report = take(&house, "one.xml", REPORT)["report"].to_string();
        take(&house, "one.xml", REPORT);
        let recorded = house
            .run(&["outcome", &report, "useful", "--json"])
            .ended(0);
        assert_eq!(keys(&recorded.object()), "outcome report");
        house.run(&["outcome", &report, "stale"]).ended(0);

        let listed = house.run(&["ledger", "--json"]).ended(0).objects();
        let names: Vec<_> = listed.iter().map(|one| one["sender"].clone()).collect();
        assert_eq!(names, [json!("acme"), json!("operator")]);
        assert_eq!(keys(&listed[1]), "previous recent sender trend weeks");
        let columns = "completeness duplicate_percent expired folded missing outcomes \
                       points_at_nobody repeated reports retracted urgent";
        assert_eq!(keys(&listed[1]["recent"]), columns);
        assert_eq!(listed[1]["recent"]["outcomes"], json!({ "stale": 1 }));
        assert_eq!(listed[1]["recent"]["repeated"], 1);
        let own = house.run(&["ledger", "operator", "--json"]).ended(0);
        assert_eq!(keys(&own.object()), "sender summary weeks");
        let words = house.run(&["ledger", "operator"]).ended(0).out;
        says(
            &words,
            &[
                "operator\tlast 4 weeks: 1 reports",
                "1 stale",
                "trend unknown",
            ],
        );
        says(
            &words,
            &[
                "week of ",
                "deviceId/idType + deviceId/idValue (missing in 1)",
            ],
        );
        let none = house.run(&["ledger", "nobody"]).ended(1);
        says(&none.err, &["no sender of that name", "watchfire ledger"]);
        house.verify();
    }
}

#[test]
fn an_outcome_is_one_of_the_codes_and_of_a_report_that_is() {
    let house = House::new();
    let report = take(&house, "one.xml", REPORT)["report"].to_string();
    let wrong = house.run(&["outcome", &report, "guilty"]).ended(2);
    says(&wrong.err, &["guilty", "useful", "child_safeguarded"]);
    let none = house.run(&["outcome", "1", "useful"]).ended(2);
    says(&none.err, &["Report does not exist"]);
}

#[test]
fn the_calendar_says_what_runs_out_until_it_is_done() {
    for house in [House::new(), House::on_postgres()] {
        take(&house, "one.xml", REPORT);
        take(&house, "two.xml", &urgent());
        let listed = house.run(&["calendar", "--json"]).ended(0).objects();
        let columns = "basis case clock due kind left_s source state text version";
        assert_eq!(listed.len(), 1, "{listed:?}");
        assert_eq!(keys(&listed[0]), columns);
        assert_eq!(listed[0]["clock"], "refer-urgent");
        let case = listed[0]["case"].to_string();
        let opened = house.run(&["case", &case, "--json"]).ended(0).object();
        assert_eq!(opened["clocks"][0]["clock"], "refer-urgent");
        let words = house.run(&["calendar", "--within", "1d"]).ended(0).out;
        says(&words, &["refer-urgent (referral)  running  until "]);
        assert_eq!(house.run(&["calendar", "--within", "1h"]).ended(0).out, "");

        let before = house.verify();
        let done = house
            .run(&["calendar", "done", &case, "refer-urgent"])
            .ended(0);
        says(&done.out, &["refer-urgent"]);
        assert_eq!(house.verify(), before + 1);
        assert_eq!(house.run(&["calendar"]).ended(0).out, "");
        for (case, clock) in [(case.as_str(), "refer-urgent"), (&case, "x"), ("99", "x")] {
            house.run(&["calendar", "done", case, clock]).ended(1);
        }
    }
}

#[test]
fn a_configured_jurisdiction_runs_its_clocks() {
    let house = House::new();
    take(&house, "one.xml", REPORT);
    let config = house.folder().join("watchfire.toml");
    let text = |more: &str| format!("data = \"{}\"\n{more}\n", house.data().display());
    let path = config.display().to_string();
    fs::write(&config, text("jurisdiction = \"US\"")).unwrap();
    let within = ["calendar", "--within", "400d", "--json", "--config", &path];
    let listed = crate::house::watchfire(&within).ended(0).objects();
    let clocks: Vec<_> = listed.iter().map(|due| due["clock"].clone()).collect();
    assert_eq!(clocks, [json!("us-report"), json!("us-preserve")]);
    assert_eq!(listed[1]["basis"], "law");
    fs::write(&config, text("jurisdiction = \"usa\"")).unwrap();
    let refused = crate::house::watchfire(&within).ended(2);
    says(&refused.err, &["watchfire.toml:2: ", "two capital letters"]);
    let wrong = house.run(&["calendar", "--within", "0d"]).ended(2);
    says(&wrong.err, &["a length is a whole number of hours or days"]);
}
