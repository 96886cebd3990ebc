//! MT103 and transfers on chains, and the detection of formats.

use crate::{steps, told};
use wire::money::{DETECT_BYTES, FaultKind, Format, Mapping, Reason, Step, detect};

const MT103: &str = include_str!("../../../../examples/money/mt103.txt");
const LINES: &str = include_str!("../../../../examples/money/chain.jsonl");
const TABLE: &str = include_str!("../../../../examples/money/chain.csv");

#[test]
fn messages_of_both_directions_are_read_and_others_named() {
    insta::assert_snapshot!(told(Format::Mt103, MT103.as_bytes()));
}

#[test]
fn transfers_of_chains_are_read_from_json_lines() {
    insta::assert_snapshot!(told(Format::Chain, LINES.as_bytes()));
}

#[test]
fn transfers_of_chains_are_read_from_a_table() {
    insta::assert_snapshot!(told(Format::Chain, TABLE.as_bytes()));
}

#[test]
fn a_message_that_is_cut_is_a_fault_and_a_spoilt_one_is_not() {
    let cut = &MT103[..MT103.len() - 3];
    let fault = steps(Format::Mt103, cut.as_bytes()).expect_err("cut");
    assert_eq!((fault.kind, fault.records), (FaultKind::Cut, 5));
    let spoilt = MT103.replace("{2:O103", "}{2:O103");
    let steps = steps(Format::Mt103, spoilt.as_bytes()).expect("a whole file");
    let reason = |step: &Step| match step {
        Step::Payment(..) => None,
        Step::Rejected(rejected) => Some(rejected.reason),
    };
    assert_eq!(reason(&steps[0]), None);
    assert_eq!(reason(&steps[1]), Some(Reason::RecordMalformed));
    assert_eq!(reason(&steps[2]), Some(Reason::MessageForeign));
    let none = crate::steps(Format::Mt103, b"hello").expect_err("no message");
    assert_eq!(none.kind, FaultKind::FrameBroken);
}

#[test]
fn a_reference_cannot_forge_a_message() {
    let forged = MT103.replace("AND FEES", "{1:F01X}{4:");
    let one = steps(Format::Mt103, MT103.as_bytes()).expect("a whole file");
    let other = steps(Format::Mt103, forged.as_bytes()).expect("a whole file");
    assert_eq!(one.len(), other.len());
}

#[test]
fn formats_are_told_by_content() {
    let canonical = Format::Csv(Box::new(Mapping::canonical()));
    for (text, format) in [
        (
            include_str!("../../../../examples/money/pacs.008.xml"),
            Some(Format::Iso20022),
        ),
        (
            include_str!("../../../../examples/money/pain.001.xml"),
            Some(Format::Iso20022),
        ),
        (MT103, Some(Format::Mt103)),
        (LINES, Some(Format::Chain)),
        (TABLE, Some(Format::Chain)),
        (
            include_str!("../../../../examples/money/book.csv"),
            Some(canonical),
        ),
        (
            include_str!("../../../../examples/money/remitter.csv"),
            None,
        ),
        ("<report/>", None),
        ("", None),
    ] {
        let bytes = &text.as_bytes()[..text.len().min(DETECT_BYTES)];
        assert_eq!(detect(bytes), format);
    }
}
