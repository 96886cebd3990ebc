//! Each limit of the door, at it and one past it.

use model::limits::{
    DOCUMENT_BYTES_MAX, MENTIONS_PER_REPORT_MAX, XML_ATTRIBUTES_MAX, XML_DEPTH_MAX,
    XML_ELEMENTS_MAX,
};
use wire::ispws::{parse_file_details, parse_report, parse_report_json, to_model};
use wire::{Reason, RefusalKind};

use crate::{details_with, report_with, smallest_report};

fn reason(document: &str) -> Reason {
    parse_report(document.as_bytes()).unwrap_err().reason
}

#[test]
fn inv_10_document_bytes_have_a_limit() {
    let mut document = smallest_report();
    document.push_str(&" ".repeat(DOCUMENT_BYTES_MAX - document.len()));
    assert!(parse_report(document.as_bytes()).is_ok());
    document.push(' ');
    let refusal = parse_report(document.as_bytes()).unwrap_err();
    assert_eq!(refusal.reason, Reason::DocumentTooLarge);
    assert_eq!(refusal.kind(), RefusalKind::TooLarge);
    assert_eq!(refusal.response_code(), 4000);

    let mut json = parse_report(smallest_report().as_bytes())
        .unwrap()
        .to_json()
        .to_string();
    json.push_str(&" ".repeat(DOCUMENT_BYTES_MAX - json.len()));
    assert!(parse_report_json(json.as_bytes()).is_ok());
    json.push(' ');
    assert_eq!(
        parse_report_json(json.as_bytes()).unwrap_err().reason,
        Reason::DocumentTooLarge
    );
}

#[test]
fn inv_10_depth_has_a_limit() {
    let nested = |depth: usize| "<report>".repeat(depth) + &"</report>".repeat(depth);
    assert_eq!(reason(&nested(XML_DEPTH_MAX)), Reason::ElementUnexpected);
    assert_eq!(reason(&nested(XML_DEPTH_MAX + 1)), Reason::DocumentTooDeep);
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    let reason = |json: String| parse_report_json(json.as_bytes()).unwrap_err().reason;
    assert_eq!(reason(nested(XML_DEPTH_MAX)), Reason::ValueMalformed);
    assert_eq!(reason(nested(XML_DEPTH_MAX + 1)), Reason::DocumentTooDeep);
    assert_eq!(reason("[".repeat(1 << 20)), Reason::DocumentTooDeep);
}

#[test]
fn inv_10_elements_have_a_limit() {
    let victims = |count: usize| {
        let names = "<displayName/>".repeat(count);
        report_with(
            "",
            "",
            "",
            "",
            &format!("<victim><victimPerson/>{names}</victim>"),
        )
    };
    // report, incidentSummary, incidentType, incidentDateTime, reporter, reportingPerson, victim,
    // victimPerson
    let others = 8;
    let at_limit = victims(XML_ELEMENTS_MAX - others);
    let report = parse_report(at_limit.as_bytes()).unwrap();
    assert_eq!(
        reason(&victims(XML_ELEMENTS_MAX - others + 1)),
        Reason::ElementsTooMany
    );

    // In JSON the root is not counted, since it is not written.
    let mut report = report;
    report.victim[0].display_name.push(String::new());
    assert!(parse_report_json(report.to_json().to_string().as_bytes()).is_ok());
    report.victim[0].display_name.push(String::new());
    let refusal = parse_report_json(report.to_json().to_string().as_bytes()).unwrap_err();
    assert_eq!(refusal.reason, Reason::ElementsTooMany);
}

#[test]
fn inv_10_attributes_have_a_limit() {
    let with = |count: usize| {
        let binding = |index| format!(" xmlns:n{index}=\"https://example.com/{index}\"");
        let bindings = (0..count).map(binding).collect::<Vec<_>>().concat();
        smallest_report().replacen("<report>", &format!("<report{bindings}>"), 1)
    };
    assert!(parse_report(with(XML_ATTRIBUTES_MAX).as_bytes()).is_ok());
    assert_eq!(
        reason(&with(XML_ATTRIBUTES_MAX + 1)),
        Reason::AttributesTooMany
    );
}

#[test]
fn inv_10_mentions_have_a_limit() {
    let urls = |count: usize| {
        let urls = "<url>https://example.com</url>".repeat(count);
        let page =
            format!("<internetDetails><webPageIncident>{urls}</webPageIncident></internetDetails>");
        let report = parse_report(report_with("", "", &page, "", "").as_bytes()).unwrap();
        to_model(&report, &[]).mentions.len()
    };
    assert_eq!(urls(MENTIONS_PER_REPORT_MAX), MENTIONS_PER_REPORT_MAX);
    assert_eq!(urls(MENTIONS_PER_REPORT_MAX + 1), MENTIONS_PER_REPORT_MAX);
}

#[test]
fn inv_10_entities_never_expand() {
    let bomb = "<!DOCTYPE report [<!ENTITY a \"aaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
    assert_eq!(
        reason(&format!("{bomb}{}", smallest_report())),
        Reason::DoctypeForbidden
    );
    let external = "<!DOCTYPE report SYSTEM \"https://example.com/x.dtd\">";
    assert_eq!(
        reason(&format!("{external}{}", smallest_report())),
        Reason::DoctypeForbidden
    );
    let named = details_with("<fileName>&nbsp;</fileName>");
    let refusal = parse_file_details(named.as_bytes()).unwrap_err();
    assert_eq!(refusal.reason, Reason::EntityForbidden);
    assert_eq!(refusal.response_code(), 4110);
}

#[test]
fn inv_10_what_is_beyond_a_limit_counts_even_after_what_is_invalid() {
    let deep = "<x>".repeat(XML_DEPTH_MAX) + &"</x>".repeat(XML_DEPTH_MAX);
    assert_eq!(
        reason(&format!("<report>{deep}</report>")),
        Reason::DocumentTooDeep
    );
    assert_eq!(reason("<report><x/></wrong>"), Reason::NotWellFormed);
}
