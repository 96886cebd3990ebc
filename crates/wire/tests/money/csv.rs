//! Tables: the canonical one, and any remitter's through a mapping.

use crate::{steps, told};
use wire::money::{FaultKind, Format, Mapping, Reason, Step};

const BOOK: &str = include_str!("../../../../examples/money/book.csv");
const REMITTER: &str = include_str!("../../../../examples/money/remitter.csv");
const MAPPING: &str = include_str!("../../../../examples/money/remitter.toml");

fn canonical() -> Format {
    Format::Csv(Box::new(Mapping::canonical()))
}

#[test]
fn the_canonical_table_is_read_and_each_bad_row_is_named_with_its_column() {
    insta::assert_snapshot!(told(canonical(), BOOK.as_bytes()));
}

#[test]
fn a_remitters_table_is_read_through_its_mapping() {
    let mapping = Mapping::parse(MAPPING, "remitter.toml").expect("a mapping");
    insta::assert_snapshot!(told(Format::Csv(Box::new(mapping)), REMITTER.as_bytes()));
}

#[test]
fn a_bad_mapping_is_refused_with_line_and_reason() {
    let said: Vec<String> = [
        ("day_first", "weekday_first"),
        ("Asia/Manila", "Atlantis"),
        ("decimal = \",\"", "decimal = \".\""),
        ("\"PHP\"", "\"Peso\""),
        ("\"AU\"", "\"Australia\""),
        ("\"cash\"", "\"coins\""),
        ("id = ", "number = "),
        ("amount = \"Total\"\n", ""),
        ("currency = \"PHP\"\n", ""),
        ("source = ", "origin = "),
        ("an example, made up", " "),
        ("[columns]", "[columns"),
    ]
    .into_iter()
    .map(|(from, to)| {
        let text = MAPPING.replacen(from, to, 1);
        assert_ne!(text, MAPPING, "{from}");
        let error = Mapping::parse(&text, "remitter.toml").expect_err("refused");
        format!("{error} [{}]", error.code())
    })
    .collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn a_table_without_the_columns_of_a_payment_is_a_fault() {
    let kind = |text: &str| {
        steps(canonical(), text.as_bytes())
            .expect_err("a fault")
            .kind
    };
    assert_eq!(kind(""), FaultKind::HeaderUnknown);
    assert_eq!(
        kind("time,sender,receiver,amount\n"),
        FaultKind::HeaderUnknown
    );
    let twice = "time,sender,receiver,amount,currency,amount\n";
    assert_eq!(kind(twice), FaultKind::HeaderRepeated);
}

#[test]
fn a_stray_quote_spoils_its_own_line_alone() {
    let head = "time,sender,receiver,amount,currency,reference\n";
    let good = "2026-01-01,a,b,1,EUR,x\n";
    let bad = "2026-01-01,a,b,1,EUR,\"x\n";
    let text = format!("{head}{good}{bad}{good}{good}");
    let steps = steps(canonical(), text.as_bytes()).expect("a whole file");
    let rejected: Vec<_> = steps
        .iter()
        .filter_map(|step| match step {
            Step::Rejected(rejected) => Some((rejected.place.line, rejected.reason)),
            Step::Payment(..) => None,
        })
        .collect();
    assert_eq!(rejected, [(3, Reason::RecordMalformed)]);
    assert_eq!(steps.len(), 4);
}
