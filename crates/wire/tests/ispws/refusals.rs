//! What refusals say.

use std::fmt::Write as _;

use wire::ispws::schema::{Kind, roots};
use wire::ispws::{parse_file_details, parse_report, parse_report_json};

use crate::documents::{Amount, Chance, Dress, Item, Maker, at, routes};
use crate::{details_with, report_with, smallest_report};

#[test]
fn refusals_read_like_those_that_senders_know() {
    let person = |person: &str| report_with("", "", "", person, "");
    let tail = |tail: &str| report_with("", "", "", "", tail);
    let documents = [
        ("nothing", String::new()),
        ("no markup", "hello".to_owned()),
        ("another root", "<incident/>".to_owned()),
        ("not closed", "<report>\n  <incidentSummary>".to_owned()),
        ("wrong end", "<report></incident>".to_owned()),
        ("too early", "<report>\n  <reporter/>\n</report>".to_owned()),
        ("unfinished", "<report/>".to_owned()),
        ("nothing expected", tail("<additionalInfo/><victim/>")),
        (
            "out of order",
            tail("<victim><victimPerson/></victim><intendedRecipient/>"),
        ),
        (
            "nested in text",
            tail("<additionalInfo>\n<b>x</b></additionalInfo>"),
        ),
        ("text among elements", tail("hello")),
        (
            "text in an empty type",
            report_with(
                "<batchedReport reason=\"VIRAL_POTENTIAL_MEME\">x</batchedReport>",
                "",
                "",
                "",
                "",
            ),
        ),
        (
            "unknown attribute",
            person("<phone kind=\"Home\">1</phone>"),
        ),
        (
            "attribute on none",
            smallest_report().replace("<report>", "<report version=\"2\">"),
        ),
        (
            "missing attribute",
            report_with("<batchedReport/>", "", "", "", ""),
        ),
        (
            "unlisted attribute",
            person("<phone type=\"home\">1</phone>"),
        ),
        (
            "unlisted country",
            person("<address><country>UK</country></address>"),
        ),
        (
            "pattern",
            person("<phone countryCallingCode=\"44\">1</phone>"),
        ),
        ("not a number", person("<age>seventeen</age>")),
        ("not a time", smallest_report().replace("T03:04:05Z", "")),
        (
            "twice a mark",
            report_with(
                "",
                "<reportAnnotations><spam/><spam/></reportAnnotations>",
                "",
                "",
                "",
            ),
        ),
        (
            "in a namespace",
            smallest_report().replace("<report>", "<report xmlns=\"https://example.com\">"),
        ),
        (
            "inner namespace",
            person("<n:age xmlns:n=\"https://example.com\">1</n:age>"),
        ),
        ("unbound prefix", person("<n:age>1</n:age>")),
        (
            "twice an attribute",
            person("<phone type=\"Home\" type=\"Home\"/>"),
        ),
        (
            "a long name",
            format!("<report><{}/></report>", "a".repeat(1000)),
        ),
    ];
    let mut said = String::new();
    for (what, document) in documents {
        let refusal = parse_report(document.as_bytes()).unwrap_err();
        writeln!(
            said,
            "{what}\n  {} {} {}:{} at '{}'\n  {}",
            refusal.response_code(),
            refusal.code(),
            refusal.line,
            refusal.column,
            refusal.path,
            refusal.message
        )
        .unwrap();
    }
    insta::assert_snapshot!("refusals", said);
}

#[test]
fn refusals_of_json_name_line_and_path() {
    let summary = r#""incidentSummary": {"incidentType": "Child Sex Tourism",
        "incidentDateTime": "2026-01-02T03:04:05Z"}"#;
    let person = |person: &str| {
        format!("{{{summary},\n\"reporter\": {{\"reportingPerson\": {{{person}}}}}}}")
    };
    let more = |member: &str| format!("{{{},\n{member}}}}}", summary.trim_end_matches('}'));
    let documents = [
        ("nothing", String::new()),
        ("not closed", "{\n  \"reporter\": {".to_owned()),
        ("an array", "[]".to_owned()),
        ("unfinished", "{}".to_owned()),
        (
            "twice a key",
            r#"{"reporter": {}, "reporter": {}}"#.to_owned(),
        ),
        ("unknown key", more(r#""undefined": true"#)),
        (
            "a key that is no name",
            more(r#""maria@example.org": true"#),
        ),
        (
            "unlisted",
            "{\"incidentSummary\": {\n\"incidentType\": \"Tourism\"}}".to_owned(),
        ),
        ("null", r#"{"incidentSummary": null}"#.to_owned()),
        ("one for many", person(r#""phone": {"value": "1"}"#)),
        (
            "attribute",
            person("\"phone\": [{\"value\": \"1\"},\n{\"@type\": \"home\", \"value\": \"1\"}]"),
        ),
        ("a number as text", person(r#""age": "17""#)),
        (
            "half an escape",
            r#"{"incidentSummary": {"incidentType": "\ud800"}}"#.to_owned(),
        ),
        ("a control character", more(r#""platform": "\u0000""#)),
    ];
    let mut said = String::new();
    for (what, document) in documents {
        let refusal = parse_report_json(document.as_bytes()).unwrap_err();
        writeln!(
            said,
            "{what}\n  {} {} {}:{} at '{}'\n  {}",
            refusal.response_code(),
            refusal.code(),
            refusal.line,
            refusal.column,
            refusal.path,
            refusal.message
        )
        .unwrap();
    }
    insta::assert_snapshot!("refusals_json", said);
}

#[test]
fn inv_08_no_refusal_repeats_a_value() {
    const PLANTED: &str = "planted 7f3a";
    let mut refused = 0;
    for root in &roots()[..2] {
        for (turn, route) in routes(root).into_iter().enumerate() {
            let mut chance = Chance::new(turn as u64);
            let amount = Amount::Maximal;
            let mut tree = Maker {
                chance: &mut chance,
                amount,
                turn,
            }
            .document(root, &route);
            let element = at(&mut tree, root, &route);
            element
                .attributes
                .iter_mut()
                .for_each(|(_, value)| *value = PLANTED.to_owned());
            element.items = vec![Item::Text(PLANTED.to_owned())];
            let document = tree.written(Dress::Plain, &mut chance);
            let refusal = match root.name {
                "report" => parse_report(document.as_bytes()).err(),
                _ => parse_file_details(document.as_bytes()).err(),
            };
            if let Some(refusal) = refusal {
                refused += 1;
                assert!(
                    !format!("{refusal} {refusal:?}").contains("planted"),
                    "{refusal:?}"
                );
            }
        }
        assert!(matches!(root.kind, Kind::Complex(_)));
    }
    assert!(refused > 50, "{refused}");
}

#[test]
fn inv_08_debug_of_documents_shows_nothing() {
    let document = details_with("<fileName>maria@example.org</fileName>");
    let shown = format!("{:?}", parse_file_details(document.as_bytes()));
    assert_eq!(shown, "Ok(FileDetails { .. })");
}
