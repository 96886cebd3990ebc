//! ISO 20022: pacs.008 and pain.001.

use std::fmt::Write as _;

use crate::{reconciled, settings, steps, told};
use wire::money::{FaultKind, Format, Reader, Reason, Reconciled, Step};

const PACS: &str = include_str!("../../../../examples/money/pacs.008.xml");
const PAIN: &str = include_str!("../../../../examples/money/pain.001.xml");

/// A message around records.
fn message(records: &str) -> String {
    format!(
        "<Document><FIToFICstmrCdtTrf><GrpHdr><MsgId>M</MsgId></GrpHdr>{records}\
         </FIToFICstmrCdtTrf></Document>"
    )
}

fn record(id: &str, amount: &str) -> String {
    format!(
        "<CdtTrfTxInf><PmtId><TxId>{id}</TxId></PmtId>\
         <IntrBkSttlmAmt Ccy=\"EUR\">{amount}</IntrBkSttlmAmt>\
         <IntrBkSttlmDt>2026-01-31</IntrBkSttlmDt>\
         <DbtrAcct><Id><IBAN>XX00EXAMPLE1</IBAN></Id></DbtrAcct>\
         <CdtrAcct><Id><Othr><Id>EXAMPLE-2</Id></Othr></Id></CdtrAcct></CdtTrfTxInf>\n"
    )
}

fn reasons(text: &str) -> Vec<Option<Reason>> {
    let steps = steps(Format::Iso20022, text.as_bytes()).expect("a whole file");
    let reason = |step| match step {
        Step::Payment(..) => None,
        Step::Rejected(rejected) => Some(rejected.reason),
    };
    steps.into_iter().map(reason).collect()
}

#[test]
fn a_pacs_008_is_read_and_what_cannot_be_taken_is_named() {
    insta::assert_snapshot!(told(Format::Iso20022, PACS.as_bytes()));
}

#[test]
fn a_pain_001_has_its_debtor_and_day_in_the_batch() {
    insta::assert_snapshot!(told(Format::Iso20022, PAIN.as_bytes()));
}

#[test]
fn names_have_any_prefix_and_envelopes_are_passed_over() {
    let taken = |text: &str| -> Vec<String> {
        let told = told(Format::Iso20022, text.as_bytes());
        let lines = told.lines().filter(|line| !line.starts_with("record "));
        lines.map(|line| line.replace("<p:7>", "<7>")).collect()
    };
    let plain = taken(PACS);
    let mut prefixed = String::new();
    for (at, piece) in PACS.split('<').enumerate() {
        let prefix = match piece.chars().next() {
            _ if at == 0 => "",
            Some('?' | '!') => "<",
            Some('/') => "</p:",
            _ => "<p:",
        };
        prefixed += prefix;
        prefixed += piece.strip_prefix('/').unwrap_or(piece);
    }
    let prefixed = prefixed.replace("xmlns=", "xmlns:p=");
    assert!(prefixed.contains("<p:CdtTrfTxInf>"));
    assert_eq!(taken(&prefixed), plain);
    let body = PACS.split_once("?>").expect("a declaration").1;
    let enveloped = format!("<Envelope><AppHdr><Fr>x</Fr></AppHdr>{body}</Envelope>");
    assert_eq!(taken(&enveloped), plain);
}

#[test]
fn no_row_is_lost_or_doubled_and_the_total_proves_it() {
    let declared = |count: &str, sum: &str, records: &str| {
        let header = format!("<NbOfTxs>{count}</NbOfTxs><CtrlSum>{sum}</CtrlSum></GrpHdr>");
        message(records).replace("</GrpHdr>", &header)
    };
    let two = record("1", "10") + &record("2", "0.50");
    let verdict = |text: String| reconciled(Format::Iso20022, text.as_bytes());
    assert_eq!(verdict(declared("2", "10.5", &two)), Reconciled::Holds);
    assert_eq!(
        verdict(declared("3", "10.5", &two)),
        Reconciled::CountDiffers
    );
    assert_eq!(
        verdict(declared("x", "10.5", &two)),
        Reconciled::CountDiffers
    );
    assert_eq!(
        verdict(declared("2", "10.51", &two)),
        Reconciled::SumDiffers
    );
    assert_eq!(verdict(message(&two)), Reconciled::NothingDeclared);
    let unread = record("1", "10") + &record("2", "much");
    assert_eq!(
        verdict(declared("2", "10.5", &unread)),
        Reconciled::SumUnknown
    );
    // A record that is rejected is counted all the same.
    let doubled = record("1", "10") + &record("1", "0.50");
    assert_eq!(verdict(declared("2", "10.5", &doubled)), Reconciled::Holds);
    assert_eq!(
        reasons(&message(&doubled)),
        [None, Some(Reason::IdRepeated)]
    );
}

#[test]
fn a_record_that_is_spoilt_does_not_spoil_the_next() {
    for (spoilt, reason) in [
        (
            record("2", "1").replace("</IBAN>", ""),
            Reason::RecordMalformed,
        ),
        (
            record("2", "1").replace("</TxId>", "</Txid>"),
            Reason::RecordMalformed,
        ),
        (
            record("2", "1").replace("</CdtTrfTxInf>", ""),
            Reason::RecordMalformed,
        ),
        (
            record("2", "1").replace("EXAMPLE-2", "a < b"),
            Reason::RecordMalformed,
        ),
        (
            record("2", "1").replace("EXAMPLE-2", "a & b"),
            Reason::RecordMalformed,
        ),
        (
            record("2", "1").replace("EXAMPLE-2", "&lol9;"),
            Reason::EntityForbidden,
        ),
        (
            record("2", "1").replace("EXAMPLE-2", "&#0;"),
            Reason::RecordMalformed,
        ),
        (record("2", "NaN"), Reason::AmountNotFinite),
        (record("2", "-5"), Reason::AmountNegative),
        (record("2", "0"), Reason::AmountZero),
        (record("2", "1.234"), Reason::AmountTooFine),
        (record("2", "99999999999999999"), Reason::AmountAbsurd),
        (
            record("2", "1").replace("EUR", "ZZZ"),
            Reason::CurrencyUnknown,
        ),
        (
            record("2", "1").replace(" Ccy=\"EUR\"", ""),
            Reason::CurrencyMissing,
        ),
        (
            record("2", "1").replace("2026-01-31", "2027-01-31"),
            Reason::DateFuture,
        ),
        (
            record("2", "1").replace("2026-01-31", "31.01.2026"),
            Reason::DateMalformed,
        ),
        (
            record("2", "1").replace("EXAMPLE-2", " "),
            Reason::AccountMissing,
        ),
    ] {
        let text = message(&(record("1", "1") + &spoilt + &record("3", "1")));
        assert_eq!(reasons(&text), [None, Some(reason), None], "{spoilt}");
    }
}

#[test]
fn bytes_that_are_no_text_spoil_one_record() {
    let text = message(&(record("1", "1").replace("EXAMPLE-2", "~") + &record("2", "1")));
    let bytes: Vec<u8> = text
        .bytes()
        .map(|byte| if byte == b'~' { 0xff } else { byte })
        .collect();
    let steps = steps(Format::Iso20022, &bytes).expect("a whole file");
    let Step::Rejected(rejected) = &steps[0] else {
        panic!("taken")
    };
    assert_eq!(
        (rejected.reason, rejected.field),
        (Reason::EncodingBroken, "receiver")
    );
    assert!(matches!(steps[1], Step::Payment(..)));
}

#[test]
fn literal_text_cannot_forge_a_record() {
    let forged = format!("<![CDATA[</CdtTrfTxInf>{}]]>", record("9", "1"));
    let text = message(&record("1", "1").replace("EXAMPLE-2", &forged));
    assert_eq!(reasons(&text), [None]);
    let commented = message(&format!("<!-- {} -->", record("9", "1")));
    assert_eq!(reasons(&commented), []);
}

#[test]
fn a_file_that_is_cut_gives_what_it_has_and_resumes() {
    let whole = message(
        &(0..20)
            .map(|id| record(&id.to_string(), "1"))
            .collect::<String>(),
    );
    let place = whole.find("<TxId>13").expect("a record");
    let mut reader = Reader::new(Format::Iso20022, &whole.as_bytes()[..place], settings());
    let mut given = Vec::new();
    let fault = loop {
        match reader.next().expect("a fault comes first") {
            Ok(step) => given.push(step),
            Err(fault) => break fault,
        }
    };
    assert_eq!((fault.kind, fault.records), (FaultKind::Cut, 13));
    assert!(reader.next().is_none());
    let again = Reader::new(Format::Iso20022, whole.as_bytes(), settings());
    let mut again = again.resume_after(fault.records);
    for step in &mut again {
        given.push(step.expect("a whole file"));
    }
    assert_eq!(
        given,
        steps(Format::Iso20022, whole.as_bytes()).expect("a whole file")
    );
    assert_eq!(again.total().records, 20);
}

#[test]
fn what_is_no_message_is_a_fault_with_its_place() {
    let kind = |text: &str| {
        let fault = steps(Format::Iso20022, text.as_bytes()).expect_err("a fault");
        assert!(fault.code().starts_with("money."));
        fault.kind
    };
    assert_eq!(kind(""), FaultKind::FrameBroken);
    assert_eq!(kind("<Document/>"), FaultKind::FrameBroken);
    assert_eq!(kind("<Document>"), FaultKind::Cut);
    assert_eq!(kind("</Document>"), FaultKind::FrameBroken);
    assert_eq!(kind("<a><b></a>"), FaultKind::FrameBroken);
    assert_eq!(kind("\u{feff}<a><"), FaultKind::Cut);
    assert_eq!(kind("<\0D\0o\0"), FaultKind::EncodingUnsupported);
    let mut bomb = String::from("<!DOCTYPE lolz [<!ENTITY lol \"lol\">");
    for depth in 1..10 {
        write!(bomb, "<!ENTITY lol{depth} \"&lol;&lol;\">").expect("writing to a text");
    }
    assert_eq!(
        kind(&(bomb + "]><Document>&lol9;</Document>")),
        FaultKind::DoctypeForbidden
    );
}

#[test]
fn inv_08_a_rejection_prints_nothing_of_the_record() {
    let spoilt = record("SECRET-ID", "1").replace("EXAMPLE-2", "SECRET&lol;");
    let spoilt = spoilt.replace("XX00EXAMPLE1", "SECRET");
    for step in steps(Format::Iso20022, message(&spoilt).as_bytes()).expect("a whole file") {
        let Step::Rejected(rejected) = step else {
            panic!("taken")
        };
        assert!(rejected.id.is_some());
        assert!(!format!("{rejected} {rejected:?}").contains("SECRET"));
    }
    let taken = steps(Format::Iso20022, message(&record("SECRET", "1")).as_bytes());
    assert!(!format!("{taken:?}").contains("SECRET"));
}
