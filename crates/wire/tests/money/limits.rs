//! Limits, each at the limit and one past it (invariant 10).

use crate::{settings, steps};
use model::limits::{
    MONEY_DEPTH_MAX, MONEY_RECORD_BYTES_MAX, MONEY_TEXT_BYTES_MAX, MONEY_TOKEN_BYTES_MAX,
};
use wire::money::{FaultKind, Format, Mapping, MappingProblem, Reader, Reason, Settings, Step};

const HEAD: &str = "time,sender,receiver,amount,currency,reference\n";

fn canonical() -> Format {
    Format::Csv(Box::new(Mapping::canonical()))
}

fn pacs(inside: &str) -> String {
    format!(
        "<Document><FIToFICstmrCdtTrf><CdtTrfTxInf>\
         <IntrBkSttlmAmt Ccy=\"EUR\">1</IntrBkSttlmAmt><IntrBkSttlmDt>2026-01-31</IntrBkSttlmDt>\
         <DbtrAcct><Id><IBAN>XX00EXAMPLE1</IBAN></Id></DbtrAcct>\
         <CdtrAcct><Id><Othr><Id>EXAMPLE-2</Id></Othr></Id></CdtrAcct>{inside}</CdtTrfTxInf>\
         </FIToFICstmrCdtTrf></Document>"
    )
}

fn first(format: Format, text: &str) -> Result<(), Reason> {
    let steps = steps(format, text.as_bytes()).expect("a whole file");
    match &steps[..] {
        [Step::Payment(..)] => Ok(()),
        [Step::Rejected(rejected)] => Err(rejected.reason),
        other => panic!("{} steps", other.len()),
    }
}

#[test]
fn inv_10_records_of_xml_have_so_many_bytes_and_no_more() {
    let start = pacs("").find("<CdtTrfTxInf>").expect("a record") + "<CdtTrfTxInf>".len();
    let end = pacs("").find("</CdtTrfTxInf>").expect("its end");
    let rest = MONEY_RECORD_BYTES_MAX - (end - start) - "<CdtTrfTxInf>".len();
    let filler = "<Filler>text</Filler>";
    let read = |length: usize| {
        let mut text = filler.repeat(length / filler.len());
        text += &" ".repeat(length - text.len());
        first(Format::Iso20022, &pacs(&text))
    };
    assert_eq!(read(rest), Ok(()));
    assert_eq!(read(rest + 1), Err(Reason::RecordTooLong));
}

#[test]
fn inv_10_elements_nest_so_deep_and_no_deeper() {
    let nested = |depth: usize| {
        let inside = "<a>".repeat(depth) + &"</a>".repeat(depth);
        first(Format::Iso20022, &pacs(&inside))
    };
    // Three are open around what is inside of a record.
    assert_eq!(nested(MONEY_DEPTH_MAX - 3), Ok(()));
    assert_eq!(nested(MONEY_DEPTH_MAX - 2), Err(Reason::RecordTooDeep));
    let outside = |depth: usize| {
        let text = "<a>".repeat(depth) + &"</a>".repeat(depth);
        steps(Format::Iso20022, text.as_bytes())
            .expect_err("no message")
            .kind
    };
    assert_eq!(outside(MONEY_DEPTH_MAX), FaultKind::FrameBroken);
    assert_eq!(outside(MONEY_DEPTH_MAX + 1), FaultKind::FrameTooDeep);
}

#[test]
fn inv_10_texts_are_so_long_and_no_longer() {
    let of_xml = |length: usize| {
        let text = "x".repeat(length);
        first(
            Format::Iso20022,
            &pacs(&format!("<Cdtr><Nm>{text}</Nm></Cdtr>")),
        )
    };
    assert_eq!(of_xml(MONEY_TEXT_BYTES_MAX), Ok(()));
    assert_eq!(of_xml(MONEY_TEXT_BYTES_MAX + 1), Err(Reason::TextTooLong));
    assert_eq!(of_xml(MONEY_TOKEN_BYTES_MAX * 3), Err(Reason::TextTooLong));
    let of_parts = |parts: usize| {
        let text = format!("<Ustrd>{}</Ustrd>", "x".repeat(1023));
        first(
            Format::Iso20022,
            &pacs(&format!("<RmtInf>{}</RmtInf>", text.repeat(parts))),
        )
    };
    assert_eq!(of_parts(4), Ok(()));
    assert_eq!(of_parts(5), Err(Reason::TextTooLong));
    let of_csv = |length: usize| {
        let text = "x".repeat(length);
        first(canonical(), &format!("{HEAD}2026-01-31,a,b,1,EUR,{text}\n"))
    };
    assert_eq!(of_csv(MONEY_TEXT_BYTES_MAX), Ok(()));
    assert_eq!(of_csv(MONEY_TEXT_BYTES_MAX + 1), Err(Reason::TextTooLong));
}

#[test]
fn inv_10_tags_and_lines_are_so_long_and_no_longer() {
    let comment = |length: usize| {
        let text = format!("<!--{}-->", "x".repeat(length));
        steps(Format::Iso20022, pacs(&text).as_bytes()).map_err(|fault| fault.kind)
    };
    assert!(comment(MONEY_TOKEN_BYTES_MAX - 7).is_ok());
    assert_eq!(
        comment(MONEY_TOKEN_BYTES_MAX - 6),
        Err(FaultKind::FrameTooLong)
    );
    let line = |length: usize| {
        let start = "2026-01-31,a,b,1,EUR,";
        let text = "x".repeat(length - start.len());
        first(canonical(), &format!("{HEAD}{start}{text}\n"))
    };
    assert_eq!(line(MONEY_TOKEN_BYTES_MAX), Err(Reason::TextTooLong));
    assert_eq!(line(MONEY_TOKEN_BYTES_MAX + 1), Err(Reason::RecordTooLong));
    let header = format!("time,{}\n", "x".repeat(MONEY_TOKEN_BYTES_MAX));
    let fault = steps(canonical(), header.as_bytes()).expect_err("a fault");
    assert_eq!(fault.kind, FaultKind::FrameTooLong);
}

#[test]
fn inv_10_a_file_has_so_many_records_and_no_more() {
    let rows = "2026-01-31,a,b,1,EUR,\n".repeat(4);
    let text = format!("{HEAD}{rows}");
    let read = |records_max: u64| {
        let settings = Settings {
            records_max,
            ..settings()
        };
        let reader = Reader::new(canonical(), text.as_bytes(), settings);
        reader
            .collect::<Result<Vec<_>, _>>()
            .map_err(|fault| fault.kind)
    };
    assert_eq!(read(4).map(|steps| steps.len()), Ok(4));
    assert_eq!(
        read(3).map(|steps| steps.len()),
        Err(FaultKind::RecordsTooMany)
    );
}

#[test]
fn inv_10_mappings_are_so_long_and_no_longer() {
    let long = "#".repeat(model::limits::MONEY_MAPPING_BYTES_MAX);
    let problem = |text: &str| {
        Mapping::parse(text, "m.toml")
            .expect_err("no mapping")
            .problem
    };
    assert!(matches!(problem(&long), MappingProblem::Syntax { .. }));
    assert_eq!(problem(&(long + "#")), MappingProblem::TooLong);
}
