//! The same content as XML, as typed values and as JSON.

use proptest::prelude::*;
use wire::ispws::schema::roots;
use wire::ispws::{
    Degrees, FileDetails, Report, json_schema, parse_file_details, parse_file_details_json,
    parse_report, parse_report_done_response, parse_report_json, parse_report_response, xsd,
};

use crate::documents::{Amount, Chance, Dress, Maker};
use crate::smallest_report;

/// A valid document of the root with this index.
fn document(root: usize, seed: u32) -> String {
    let mut chance = Chance::new(u64::from(seed));
    let turn = usize::try_from(seed).unwrap();
    let amount = Amount::OneIn(2 + turn % 6);
    let tree = Maker {
        chance: &mut chance,
        amount,
        turn,
    }
    .document(roots()[root], &[]);
    tree.written(Dress::Fancy, &mut chance)
}

/// Pieces of markup in any order.
const MARKUP: &str = "(<[!?/]?[a-z:é]{0,4}( [a-z]=['\"][^<]?['\"])?[/?]?>\
                      |&#?x?[0-9a-z]{0,6};?|\\]\\]>|<!\\[CDATA\\[|<!--|-->|\\PC){0,24}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn inv_11_a_report_survives_every_form(seed: u32) {
        let report = parse_report(document(0, seed).as_bytes()).unwrap();
        prop_assert!(parse_report(report.to_xml().as_bytes()).unwrap() == report);
        let json = report.to_json().to_string();
        let read = parse_report_json(json.as_bytes()).unwrap();
        prop_assert!(read == report);
        prop_assert_eq!(read.to_xml(), report.to_xml());
    }

    #[test]
    fn inv_11_file_details_survive_every_form(seed: u32) {
        let details = parse_file_details(document(1, seed).as_bytes()).unwrap();
        prop_assert!(parse_file_details(details.to_xml().as_bytes()).unwrap() == details);
        let json = details.to_json().to_string();
        prop_assert!(parse_file_details_json(json.as_bytes()).unwrap() == details);
    }

    #[test]
    fn inv_11_answers_survive_printing(seed: u32) {
        let answer = parse_report_response(document(2, seed).as_bytes()).unwrap();
        prop_assert!(parse_report_response(answer.to_xml().as_bytes()).unwrap() == answer);
        let done = parse_report_done_response(document(3, seed).as_bytes()).unwrap();
        prop_assert!(parse_report_done_response(done.to_xml().as_bytes()).unwrap() == done);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes: Vec<u8>) {
        prop_assert!(parse_report(&bytes).is_err());
        prop_assert!(parse_report_json(&bytes).is_err());
    }

    #[test]
    fn arbitrary_markup_never_panics(text in MARKUP) {
        prop_assert!(parse_report(text.as_bytes()).is_err());
        let opened = "<report>".to_owned() + &text;
        prop_assert!(parse_report(opened.as_bytes()).is_err());
    }

    #[test]
    fn any_text_is_printed_as_well_formed_xml(text: String) {
        let report = Report { additional_info: Some(text.clone()), ..Report::default() };
        let printed = report.to_xml();
        let read = parse_report(printed.as_bytes()).unwrap().additional_info.unwrap();
        let forbidden = |letter: char| {
            letter < ' ' && !"\t\n\r".contains(letter) || "\u{fffe}\u{ffff}".contains(letter)
        };
        prop_assert_eq!(read, text.replace(forbidden, "\u{fffd}"));
    }
}

#[test]
fn a_json_document_cut_anywhere_is_refused() {
    let json = parse_report(smallest_report().as_bytes())
        .unwrap()
        .to_json()
        .to_string();
    assert!(parse_report_json(json.as_bytes()).is_ok());
    for end in 0..json.len() {
        assert!(parse_report_json(&json.as_bytes()[..end]).is_err(), "{end}");
    }
}

#[test]
fn numbers_keep_their_text_in_json() {
    for text in [
        "1.5",
        "1.50",
        "-0",
        "1e400",
        "NaN",
        "INF",
        "-33.868820000000001",
        "5.",
    ] {
        let phone = format!("<latitude>{text}</latitude>");
        let details = format!(
            "<internetDetails><cellPhoneIncident>{phone}</cellPhoneIncident></internetDetails>"
        );
        let document = crate::report_with("", "", &details, "", "");
        let report = parse_report(document.as_bytes()).unwrap();
        let json = report.to_json().to_string();
        assert!(
            parse_report_json(json.as_bytes()).unwrap() == report,
            "{json}"
        );
    }
    assert_eq!(Degrees::new("-33.5").unwrap().number(), Some(-33.5));
    assert_eq!(Degrees::new("NaN").unwrap().number(), None);
}

#[test]
fn a_default_document_is_valid() {
    assert!(parse_report(Report::default().to_xml().as_bytes()).is_ok());
    assert!(parse_file_details(FileDetails::default().to_xml().as_bytes()).is_ok());
}

#[test]
fn the_schema_as_xsd() {
    insta::assert_snapshot!("xsd", xsd());
}

#[test]
fn the_schema_of_the_json_form() {
    insta::assert_json_snapshot!("json_schema", json_schema());
}

#[test]
fn the_json_form_of_a_report() {
    let mut chance = Chance::new(5);
    let tree = Maker {
        chance: &mut chance,
        amount: Amount::Maximal,
        turn: 5,
    }
    .document(roots()[0], &[]);
    let document = tree.written(Dress::Plain, &mut chance);
    insta::assert_json_snapshot!(
        "report_json",
        parse_report(document.as_bytes()).unwrap().to_json()
    );
}
