//! What real clients send, and the checks that the format's digest lists.

use wire::ispws::{FileMarking, parse_file_details, parse_report};
use wire::{Reason, Refusal};

use crate::{details_with, report_with, smallest_report};

fn report(document: &str) -> Result<(), Refusal> {
    parse_report(document.as_bytes()).map(|_| ())
}

fn details(tail: &str) -> Result<(), Refusal> {
    parse_file_details(details_with(tail).as_bytes()).map(|_| ())
}

fn reason(result: Result<(), Refusal>) -> Option<Reason> {
    result.err().map(|refusal| refusal.reason)
}

#[test]
fn quirk_02_documents_come_dressed_in_many_ways() {
    let plain = smallest_report();
    let indented = plain.replace('>', ">\n  ").replace("Acts>\n  ", "Acts>");
    let schema = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                  xsi:noNamespaceSchemaLocation=\"https://report.cybertip.org/ispws/xsd\"";
    for document in [
        plain.clone(),
        format!("\u{feff}{plain}"),
        format!("<?xml version=\"1.0\"?>{plain}"),
        format!("<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n{plain}"),
        plain.replacen("<report>", &format!("<report {schema}>"), 1),
        plain.replacen(
            "<report>",
            "<report xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">",
            1,
        ),
    ] {
        assert_eq!(report(&document), Ok(()), "{document}");
    }
    // White space inside of a listed value is part of it.
    assert_eq!(reason(report(&indented)), Some(Reason::ValueUnlisted));
}

#[test]
fn quirk_05_hash_types_are_free_text() {
    for kind in [
        "MD5",
        "SHA1",
        "SHA256",
        "PDQ",
        "PHOTODNA",
        "something new",
        "",
    ] {
        let hash = format!("<originalFileHash hashType=\"{kind}\">00</originalFileHash>");
        let read = parse_file_details(details_with(&hash).as_bytes()).unwrap();
        assert_eq!(read.original_file_hash[0].hash_type, kind);
    }
}

#[test]
fn quirk_06_details_have_a_type_and_pairs_have_none() {
    let pair = "<nameValuePair><name>n</name><value>v</value></nameValuePair>";
    assert_eq!(
        details(&format!("<details type=\"EXIF\">{pair}</details>")),
        Ok(())
    );
    assert_eq!(details(&format!("<details>{pair}</details>")), Ok(()));
    let typed = pair.replacen("Pair>", "Pair type=\"EXIF\">", 1);
    let refusal = details(&format!("<details>{typed}</details>")).unwrap_err();
    assert_eq!(refusal.reason, Reason::AttributeUnexpected);
    assert!(refusal.message.contains("'type'"), "{refusal}");
    assert!(refusal.message.contains("'nameValuePair'"), "{refusal}");
}

#[test]
fn quirk_07_an_empty_mark_is_set() {
    for viral in [
        "<viral/>",
        "<viral></viral>",
        "<viral>true</viral>",
        "<viral><!-- yes --></viral>",
    ] {
        let document = details_with(&format!("<fileAnnotations>{viral}</fileAnnotations>"));
        let read = parse_file_details(document.as_bytes()).unwrap();
        assert!(matches!(read.marking, Some(FileMarking::Annotations(marks)) if marks.viral));
    }
    for text in ["1", "false", "0", " true ", " ", "<![CDATA[]]>", "x"] {
        let document = format!("<fileAnnotations><viral>{text}</viral></fileAnnotations>");
        assert_eq!(
            reason(details(&document)),
            Some(Reason::ValueFixed),
            "{text:?}"
        );
    }
}

#[test]
fn quirk_08_what_the_documentation_has_and_the_schema_has_not_is_named() {
    let account = |attributes: &str| {
        let account = format!("<associatedAccount type=\"Linked\" {attributes}/>");
        format!("<personOrUserReported>{account}</personOrUserReported>")
    };
    let annotation = "<reportAnnotations><informational/></reportAnnotations>";
    let age = "<age>17</age><ageAssertionDiscrepancy>true</ageAssertionDiscrepancy>";
    let police = "<lawEnforcement fleaCountry=\"FR\"><agencyName/></lawEnforcement>";
    for (name, document) in [
        ("informational", report_with("", annotation, "", "", "")),
        ("ageAssertionDiscrepancy", report_with("", "", "", age, "")),
        ("fleaCountry", report_with("", "", police, "", "")),
        (
            "accountType",
            report_with("", "", "", "", &account("accountType=\"x\"")),
        ),
        (
            "thirdPartyUser",
            report_with("", "", "", "", &account("thirdPartyUser=\"true\"")),
        ),
    ] {
        let refusal = report(&document).unwrap_err();
        assert!(refusal.message.contains(&format!("'{name}'")), "{refusal}");
        assert_eq!(refusal.response_code(), 4100);
    }
}

#[test]
fn quirk_09_an_undefined_annotation_is_named() {
    let annotations = "<reportAnnotations><undefined/></reportAnnotations>";
    let refusal = report(&report_with("", annotations, "", "", "")).unwrap_err();
    assert_eq!(refusal.reason, Reason::ElementUnexpected);
    assert!(refusal.message.contains("'undefined'"), "{refusal}");
    assert!(refusal.message.contains("sextortion"), "{refusal}");
    let annotations = "<fileAnnotations><undefined>true</undefined></fileAnnotations>";
    assert!(
        details(annotations)
            .unwrap_err()
            .message
            .contains("'undefined'")
    );
}

#[test]
fn quirk_10_what_the_schema_only_comments_on_is_not_enforced() {
    assert_eq!(report(&smallest_report()), Ok(()));
    let two = "<personOrUserReported/><personOrUserReported/>";
    assert_eq!(report(&report_with("", "", "", "", two)), Ok(()));
}

#[test]
fn quirk_11_the_singular_incident_type_is_none() {
    let wrong = smallest_report().replace("Sexual Acts", "Sexual Act");
    let refusal = report(&wrong).unwrap_err();
    assert_eq!(refusal.reason, Reason::ValueUnlisted);
    assert!(
        refusal
            .message
            .contains("Online Enticement of Children for Sexual Acts")
    );
}

#[test]
fn the_digest_s_checks_on_reports() {
    let refused = |document: &str, reason: Reason| {
        assert_eq!(report(document).unwrap_err().reason, reason, "{document}");
    };
    let page = "<webPageIncident/>";
    let empty = "<internetDetails/>";
    refused(&report_with("", "", empty, "", ""), Reason::ElementMissing);
    let two = format!("<internetDetails>{page}{page}</internetDetails>");
    refused(
        &report_with("", "", &two, "", ""),
        Reason::ElementUnexpected,
    );
    let one = format!("<internetDetails>{page}</internetDetails>");
    assert_eq!(report(&report_with("", "", &one, "", "")), Ok(()));
    refused(
        &report_with("", "", "", "", &one),
        Reason::ElementUnexpected,
    );
    refused(
        &report_with("", "", "", "", "<victim/>"),
        Reason::ElementMissing,
    );
    let account = "<personOrUserReported><associatedAccount/></personOrUserReported>";
    refused(
        &report_with("", "", "", "", account),
        Reason::AttributeMissing,
    );
    let annotations = "<reportAnnotations/>";
    assert_eq!(report(&report_with("", annotations, "", "", "")), Ok(()));
    let annotations = "<reportAnnotations><spam/><sextortion/></reportAnnotations>";
    assert_eq!(report(&report_with("", annotations, "", "", "")), Ok(()));
    let place = "<estimatedLocation><countryCode/></estimatedLocation>";
    let reported = format!("<personOrUserReported>{place}</personOrUserReported>");
    assert_eq!(report(&report_with("", "", "", "", &reported)), Ok(()));
}

#[test]
fn the_digest_s_checks_on_files() {
    let both = "<potentialMeme>true</potentialMeme><fileAnnotations/>";
    assert_eq!(reason(details(both)), Some(Reason::ElementUnexpected));
    assert_eq!(reason(details("<details/>")), Some(Reason::ElementMissing));
    let hash = "<originalFileHash>00</originalFileHash>";
    assert_eq!(reason(details(hash)), Some(Reason::AttributeMissing));
    let lower = "<details type=\"exif\"><nameValuePair><name/><value/></nameValuePair></details>";
    assert_eq!(reason(details(lower)), Some(Reason::ValueUnlisted));
    let process = "<lawEnforcement><agencyName/><servedLegalProcessInternational \
     fleaCountry=\"FR\"/></lawEnforcement>";
    assert_eq!(
        reason(report(&report_with("", "", process, "", ""))),
        Some(Reason::ValueMalformed)
    );
}

#[test]
fn what_is_true_and_what_is_unsaid_stay_apart() {
    let said = |tail: &str| {
        parse_file_details(details_with(tail).as_bytes())
            .unwrap()
            .file_viewed_by_esp
    };
    assert_eq!(said(""), None);
    assert_eq!(said("<fileViewedByEsp>0</fileViewedByEsp>"), Some(false));
    assert_eq!(said("<fileViewedByEsp>1</fileViewedByEsp>"), Some(true));
}

#[test]
fn white_space_around_values_is_judged_as_libxml2_does() {
    let incident = |text: &str| report(&smallest_report().replace("2026-01-02T03:04:05Z", text));
    for taken in [
        "2026-01-02T03:04:05Z\n",
        "2026-01-02T03:04:05+01:00 ",
        "2026-01-02T03:04:05",
    ] {
        assert_eq!(incident(taken), Ok(()), "{taken:?}");
    }
    for refused in [
        "2026-01-02T03:04:05 ",
        " 2026-01-02T03:04:05Z",
        "2026-01-02T24:00:00\n",
    ] {
        assert_eq!(
            reason(incident(refused)),
            Some(Reason::ValueMalformed),
            "{refused:?}"
        );
    }
    let born = |text: &str| {
        let person = format!("<dateOfBirth>{text}</dateOfBirth>");
        report(&report_with("", "", "", &person, ""))
    };
    assert_eq!(born("2008-02-29Z"), Ok(()));
    assert_eq!(reason(born("2008-02-29 ")), Some(Reason::ValueMalformed));
    assert_eq!(details("<exifViewedByEsp>\n1 </exifViewedByEsp>"), Ok(()));
    let age = |text: &str| report(&report_with("", "", "", &format!("<age>{text}</age>"), ""));
    assert_eq!(reason(age(" 7")), Some(Reason::ValueMalformed));
}
