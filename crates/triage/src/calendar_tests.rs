//! Tests of the calendar's reader: what it refuses, where, and why.

use proptest::prelude::*;

use super::*;
use crate::table::{ENTRIES_MAX, TABLE_BYTES_MAX};

const TABLE: &str = r#"version = "1"
title = "Test"
[[clock]]
id = "mine"
kind = "duty"
starts = "case_opened"
length = "48h"
warn_before = ["24h", "1h"]
jurisdiction = "PH"
basis = "law"
text = "Do it."
source = "Test"
"#;

fn refused(text: &str) -> String {
    let error = Calendar::parse(text, "calendar.toml").unwrap_err();
    format!("{error} ({})", error.code())
}

#[test]
fn the_built_in_calendar_holds() {
    let calendar = Calendar::builtin().unwrap();
    assert!(!calendar.version().is_empty());
    let us = "US".parse().ok();
    // Without a jurisdiction only children in danger start a clock.
    assert!(calendar.only_raised(None) && !calendar.only_raised(us));
    assert_eq!(
        calendar.clock("us-preserve").unwrap().kind(),
        ClockKind::Preservation
    );
    assert!(calendar.clock("us-preserve").unwrap().runs_in(us));
    assert!(
        !calendar
            .clock("us-preserve")
            .unwrap()
            .runs_in("CA".parse().ok())
    );
}

#[test]
fn a_bad_calendar_is_refused_with_line_and_reason() {
    let with = |from: &str, to: &str| {
        assert!(TABLE.contains(from), "{from}");
        refused(&TABLE.replacen(from, to, 1))
    };
    let length = "length = \"48h\"";
    let warn = "warn_before = [\"24h\", \"1h\"]";
    let starts = "starts = \"case_opened\"";
    let clock = TABLE.split_once("\"Test\"\n").unwrap().1;
    let answers = [
        with("id = \"mine\"", "id = \"Mine\""),
        with("id = \"mine\"\n", ""),
        with("kind = \"duty\"", "kind = \"wish\""),
        with(starts, "starts = \"yesterday\""),
        with(starts, &format!("{starts}\nraised = \"live_now\"")),
        with(starts, "starts = \"escalated\"\nraised = \"soon\""),
        with(length, "length = \"0h\""),
        with(length, "length = \"-1d\""),
        with(length, "length = \"+1d\""),
        with(length, "length = \"1w\""),
        with(length, "length = \"36601d\""),
        with(length, "length = 48"),
        with(warn, "warn_before = [\"48h\"]"),
        with(warn, "warn_before = [\"1h\",\n\"24h\"]"),
        with(warn, "warn_before = [\"1h\", \"1h\"]"),
        with(warn, "warn_before = [\"\"]"),
        with("\"PH\"", "\"ph\""),
        with("\"PH\"", "\"PHL\""),
        with("\"PH\"", "\"any\""),
        with("basis = \"law\"", "basis = \"habit\""),
        with("text = \"Do it.\"", "text = \" \""),
        with("source = \"Test\"", "source = \"\""),
        with("source = \"Test\"", "source = \"Test\"\nnote = \"x\""),
        refused(&format!("{TABLE}{clock}")),
        refused(&format!("{TABLE}[[clock")),
        refused(""),
    ];
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn inv_10_calendars_hold_at_their_limits_and_one_past_them() {
    let clock = TABLE.split_once("\"Test\"\n").unwrap().1;
    let with = |from: &str, to: &str| Calendar::parse(&TABLE.replacen(from, to, 1), "x");
    assert!(with("\"48h\"", "\"36600d\"").is_ok());
    assert!(with("\"48h\"", "\"36601d\"").is_err());
    assert!(with("\"24h\"", "\"47h\"").is_ok());
    assert!(with("\"24h\"", "\"48h\"").is_err());
    let entries = |count: usize| -> String {
        let more = (1..count).map(|n| clock.replacen("mine", &format!("mine-{n}"), 1));
        std::iter::once(TABLE.to_owned()).chain(more).collect()
    };
    assert!(Calendar::parse(&entries(ENTRIES_MAX), "x").is_ok());
    let error = Calendar::parse(&entries(ENTRIES_MAX + 1), "x").unwrap_err();
    assert_eq!(error.problem, TableProblem::TooManyEntries);
    let padded = |bytes: usize| format!("{TABLE}{}", "#".repeat(bytes - TABLE.len()));
    assert!(Calendar::parse(&padded(TABLE_BYTES_MAX), "x").is_ok());
    assert!(Calendar::parse(&padded(TABLE_BYTES_MAX + 1), "x").is_err());
}

#[test]
fn lengths_are_hours_or_days() {
    for (text, hours, shown) in [("1h", 1, "1h"), ("48h", 48, "2d"), ("30d", 720, "30d")] {
        let length: Length = text.parse().unwrap();
        assert_eq!(length.millis(), hours * HOUR_MILLIS);
        assert_eq!(length.to_string(), shown);
        assert_eq!(shown.parse(), Ok(length));
    }
    for bad in [
        "",
        "h",
        "d",
        "1",
        "1.5d",
        " 1h",
        "1H",
        "１h",
        "99999999999999999999d",
    ] {
        assert_eq!(bad.parse::<Length>(), Err(TableProblem::BadLength), "{bad}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn a_bitten_calendar_is_a_calendar_or_an_error_with_a_line(
        cut in 0..BUILTIN.len(), bite in 0_usize..40, graft in "[\\[\\]{}\"=a-z0-9 \n]{0,8}"
    ) {
        let mut bytes = BUILTIN.as_bytes().to_vec();
        let end = (cut + bite).min(bytes.len());
        bytes.splice(cut..end, graft.bytes());
        let text = String::from_utf8_lossy(&bytes);
        if let Err(error) = Calendar::parse(&text, "x") {
            prop_assert!((1..=text.lines().count() + 1).contains(&error.line));
        }
    }
}
