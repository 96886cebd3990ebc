//! The encodings that are taken, and what is said of the others.

use wire::Reason;
use wire::ispws::{Report, parse_report};

use crate::report_with;

fn document(declared: Option<&str>) -> String {
    let declaration = declared.map_or_else(String::new, |name| {
        format!("<?xml version=\"1.0\" encoding=\"{name}\"?>\n")
    });
    declaration + &report_with("", "", "", "<firstName>José</firstName>", "")
}

fn first_name(report: &Report) -> &str {
    report
        .reporter
        .reporting_person
        .first_name
        .as_deref()
        .unwrap_or_default()
}

fn utf_16(text: &str, mark: bool, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let mark = if mark { "\u{feff}" } else { "" };
    mark.encode_utf16()
        .chain(text.encode_utf16())
        .flat_map(bytes)
        .collect()
}

#[test]
fn utf_8_with_and_without_mark_and_declaration() {
    for declared in [None, Some("UTF-8"), Some("utf-8")] {
        for mark in ["", "\u{feff}"] {
            let document = format!("{mark}{}", document(declared));
            assert_eq!(
                first_name(&parse_report(document.as_bytes()).unwrap()),
                "José"
            );
        }
    }
}

#[test]
fn utf_16_with_its_mark() {
    for declared in [None, Some("UTF-16"), Some("utf-16")] {
        for bytes in [u16::to_be_bytes, u16::to_le_bytes] {
            let document = utf_16(&document(declared), true, bytes);
            assert_eq!(first_name(&parse_report(&document).unwrap()), "José");
        }
    }
}

#[test]
fn latin_1_and_ascii_when_declared() {
    let latin = document(Some("ISO-8859-1"));
    let bytes: Vec<u8> = latin
        .chars()
        .map(|letter| u8::try_from(letter).unwrap())
        .collect();
    assert_eq!(first_name(&parse_report(&bytes).unwrap()), "José");
    let ascii = document(Some("US-ASCII")).replace('é', "&#xe9;");
    assert_eq!(first_name(&parse_report(ascii.as_bytes()).unwrap()), "José");
}

#[test]
fn other_encodings_are_refused_by_name() {
    let cases: [(&str, Vec<u8>); 6] = [
        ("windows-1252", document(Some("windows-1252")).into_bytes()),
        ("Shift_JIS", document(Some("Shift_JIS")).into_bytes()),
        ("UTF-16", document(Some("UTF-16")).into_bytes()),
        (
            "UTF-16 without a byte-order mark",
            utf_16(&document(None), false, u16::to_le_bytes),
        ),
        (
            "UTF-16 without a byte-order mark",
            utf_16(&document(None), false, u16::to_be_bytes),
        ),
        ("UTF-32", vec![0xff, 0xfe, 0, 0, b'<', 0, 0, 0]),
    ];
    for (name, document) in cases {
        let refusal = parse_report(&document).unwrap_err();
        assert_eq!(refusal.reason, Reason::EncodingUnsupported);
        assert!(
            refusal.message.contains(&format!("\"{name}\"")),
            "{refusal}"
        );
        assert_eq!(refusal.response_code(), 4110);
    }
}

#[test]
fn a_mark_and_a_declaration_must_not_disagree() {
    let marked = format!("\u{feff}{}", document(Some("ISO-8859-1")));
    let refusal = parse_report(marked.as_bytes()).unwrap_err();
    assert_eq!(refusal.reason, Reason::EncodingUnsupported);
    let wide = utf_16(&document(Some("UTF-8")), true, u16::to_le_bytes);
    assert_eq!(
        parse_report(&wide).unwrap_err().reason,
        Reason::EncodingUnsupported
    );
}

#[test]
fn bytes_that_are_no_text_are_refused_with_their_line() {
    let mut broken = document(Some("UTF-8")).into_bytes();
    let at = broken.iter().position(|byte| *byte == 0xc3).unwrap();
    broken[at + 1] = b'x';
    let refusal = parse_report(&broken).unwrap_err();
    assert_eq!((refusal.reason, refusal.line), (Reason::EncodingBroken, 2));

    let ascii = document(Some("US-ASCII"));
    let refusal = parse_report(ascii.as_bytes()).unwrap_err();
    assert_eq!((refusal.reason, refusal.line), (Reason::EncodingBroken, 2));

    let mut odd = utf_16(&document(None), true, u16::to_le_bytes);
    odd.push(0);
    assert_eq!(
        parse_report(&odd).unwrap_err().reason,
        Reason::EncodingBroken
    );
    let lone = [0xff, 0xfe, b'<', 0, 0, 0xd8, b'>', 0];
    assert_eq!(
        parse_report(&lone).unwrap_err().reason,
        Reason::EncodingBroken
    );
}

#[test]
fn characters_that_xml_forbids_are_refused() {
    for letter in ['\0', '\u{1}', '\u{b}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
        let document = document(None).replace('é', &letter.to_string());
        assert_eq!(
            parse_report(document.as_bytes()).unwrap_err().reason,
            Reason::NotWellFormed
        );
        let number = u32::from(letter);
        let document = self::document(None).replace('é', &format!("&#{number};"));
        assert_eq!(
            parse_report(document.as_bytes()).unwrap_err().reason,
            Reason::NotWellFormed
        );
    }
}
