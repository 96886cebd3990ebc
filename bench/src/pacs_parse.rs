//! A large pacs.008 read as a stream: speed on one core, the control total, and that memory does
//! not grow with the file.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write as _};
use std::path::Path;

use model::Timestamp;
use wire::money::{Format, Reader, Reconciled, Settings, Step};

use crate::failure::Failure;
use crate::figure::{per, print};
use crate::own_usage::{cpu_seconds, memory_mb};
use crate::stopwatch::Stopwatch;

const BENCH: &str = "pacs-parse";
/// How much the file is read at a time.
const BUFFER_BYTES: usize = 64 << 10;
/// The present moment: 2027-01-15.
const NOW_MILLIS: i64 = 1_800_000_000_000;

/// Writes a message of so many made-up transfers into a file and reads it.
pub(crate) fn run(place: &Path, transfers: usize) -> Result<(), Failure> {
    let path = place.join("pacs.008.xml");
    write(&path, transfers).map_err(Failure::at(&path))?;
    let file = File::open(&path).map_err(Failure::at(&path))?;
    let bytes = file.metadata().map_err(Failure::at(&path))?.len();
    let (_, peak_before) = memory_mb()?;
    let (cpu, watch) = (cpu_seconds()?, Stopwatch::start());
    let input = BufReader::with_capacity(BUFFER_BYTES, file);
    let settings = Settings::new(Timestamp::from_millis(NOW_MILLIS), 7);
    let mut reader = Reader::new(Format::Iso20022, input, settings);
    let mut taken = 0;
    for step in &mut reader {
        if let Step::Payment(..) = step? {
            taken += 1;
        }
    }
    let (seconds, cpu) = (watch.seconds(), cpu_seconds()? - cpu);
    if taken != transfers || reader.total().reconciled() != Reconciled::Holds {
        return Err(Failure::Unexpected {
            what: "the message that was read",
        });
    }
    let (_, peak) = memory_mb()?;
    let megabytes = usize::try_from(bytes / 1_000_000).unwrap_or(usize::MAX);
    for (what, value, unit) in [
        ("bytes by processor time", per(megabytes, cpu), "MB/s"),
        ("bytes", per(megabytes, seconds), "MB/s"),
        ("transfers by processor time", per(taken, cpu), "1/s"),
        ("memory above that before", peak - peak_before, "MB"),
    ] {
        print(BENCH, what, value, unit, taken)?;
    }
    Ok(())
}

/// About a kilobyte for each transfer, indented as exporters do, a third of it of no interest.
fn write(path: &Path, transfers: usize) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\">\n\
         <FIToFICstmrCdtTrf>\n<GrpHdr><MsgId>EXAMPLE</MsgId>\
         <CreDtTm>2026-01-31T14:05:00Z</CreDtTm><NbOfTxs>{transfers}</NbOfTxs></GrpHdr>"
    )?;
    for number in 0..transfers {
        transfer(&mut out, number)?;
    }
    writeln!(out, "</FIToFICstmrCdtTrf></Document>")?;
    out.flush()
}

fn transfer(out: &mut impl std::io::Write, number: usize) -> std::io::Result<()> {
    let (units, cents) = (number % 900 + 1, number % 100);
    let (payer, payee) = (number % 5000, number % 777);
    writeln!(
        out,
        "<CdtTrfTxInf>\n      <PmtId><InstrId>I-{number}</InstrId>\
         <EndToEndId>E-{number}</EndToEndId><TxId>T-{number}</TxId>\
         <UETR>00000000-0000-4000-8000-{number:012}</UETR></PmtId>\n      \
         <PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>\n      \
         <IntrBkSttlmAmt Ccy=\"EUR\">{units}.{cents:02}</IntrBkSttlmAmt>\n      \
         <IntrBkSttlmDt>2026-01-31</IntrBkSttlmDt>\n      <ChrgBr>SLEV</ChrgBr>\n      \
         <Dbtr><Nm>Example Person {payer}</Nm><PstlAdr><StrtNm>Example Street</StrtNm>\
         <BldgNb>7</BldgNb><PstCd>00000</PstCd><TwnNm>Example Town</TwnNm><Ctry>DE</Ctry>\
         </PstlAdr></Dbtr>\n      \
         <DbtrAcct><Id><IBAN>XX00EXAMPLE{payer:010}</IBAN></Id></DbtrAcct>\n      \
         <DbtrAgt><FinInstnId><BICFI>EXAMDEXXXXX</BICFI></FinInstnId></DbtrAgt>\n      \
         <CdtrAgt><FinInstnId><BICFI>EXAMPHXXXXX</BICFI></FinInstnId></CdtrAgt>\n      \
         <Cdtr><Nm>Another Example</Nm><PstlAdr><Ctry>PH</Ctry></PstlAdr></Cdtr>\n      \
         <CdtrAcct><Id><Othr><Id>EXAMPLE-{payee}</Id></Othr></Id></CdtrAcct>\n      \
         <Purp><Cd>FAMI</Cd></Purp>\n      \
         <RmtInf><Ustrd>Invoice {number} &amp; fees</Ustrd></RmtInf>\n</CdtTrfTxInf>"
    )
}
