//! Payments, read as streams from the messages and tables that tell of them.
//!
//! A [`Reader`] takes a file of any size and gives one [`Step`] after the other, in memory that
//! grows by a fingerprint for each id and by nothing else. A record that cannot be taken is
//! rejected with its line and its reason and never stops the others; a file that ends in the
//! middle, or is not what its format says, ends in a [`MoneyFault`] that names the place and how
//! many records were read ([`Reader::resume_after`]). Every record is either taken or rejected, and
//! [`Reader::total`] proves it against what the file says of itself.
//!
//! What a rejection prints has nothing of the record's own.

mod amount;
mod chain;
mod clerk;
mod control;
mod dates;
mod decoded;
mod draft;
mod infer;
mod input;
mod iso20022;
mod mapping;
mod markup;
mod mt103;
mod step;
mod table;

use std::io::BufRead;

use model::Timestamp;
use model::limits::MONEY_RECORDS_MAX;

pub use control::{ControlTotal, Reconciled};
pub use dates::{DateStyle, Zone};
pub use decoded::Decoded;
pub use infer::{Guess, Inferred, Open, SAMPLE_ROWS_MAX, infer, sample};
pub use mapping::{Field, Mapping, MappingError, MappingProblem};
pub use step::{FaultKind, MoneyFault, Place, Reason, Rejected, Step};

/// A format of payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Format {
    /// ISO 20022: pacs.008 or pain.001, of any version.
    Iso20022,
    /// SWIFT MT103, one message or many.
    Mt103,
    /// A table whose first line names its columns.
    Csv(Box<Mapping>),
    /// Transfers on a chain, as CSV or JSON lines.
    Chain,
}

/// How many bytes [`detect`] looks at.
pub const DETECT_BYTES: usize = 4096;

/// The format that a file seems to have, by its first bytes ([`DETECT_BYTES`] are enough).
///
/// A table is recognised only if it is the canonical one: others need a mapping, which
/// [`infer`](infer()) proposes. `None` if nothing is recognised.
pub fn detect(bytes: &[u8]) -> Option<Format> {
    let bytes = bytes.get(..DETECT_BYTES).unwrap_or(bytes);
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start();
    let has = |word: &str| text.contains(word);
    let first = text.lines().next().unwrap_or_default().to_lowercase();
    if text.starts_with('<') {
        let known = has("FIToFICstmrCdtTrf") || has("CstmrCdtTrfInitn");
        return known.then_some(Format::Iso20022);
    }
    if text.starts_with("{1:") {
        return Some(Format::Mt103);
    }
    let named = |words: &[&str]| words.iter().all(|word| first.contains(word));
    if text.starts_with('{') {
        let chain =
            named(&["\"from", "\"to", "\"value\""]) || named(&["\"from", "\"to", "\"amount\""]);
        return chain.then_some(Format::Chain);
    }
    let (header, _) = infer::sample(text.as_bytes(), 0)?;
    let columns: Vec<String> = header
        .iter()
        .map(|name| name.trim().to_lowercase())
        .collect();
    let has = |name: &str| columns.iter().any(|column| column == name);
    let needed = ["time", "sender", "receiver", "amount", "currency"];
    if needed.into_iter().all(has) {
        return Some(Format::Csv(Box::new(Mapping::canonical())));
    }
    let is_chain = has("from") && has("to") && (has("amount") || has("value"));
    let by_id = [
        "txid",
        "hash",
        "transaction hash",
        "transactionhash",
        "transaction_id",
    ];
    (is_chain && by_id.into_iter().any(has)).then_some(Format::Chain)
}

/// What a reader goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The present moment: what is later is rejected, and years of two digits lie before it.
    pub now: Timestamp,
    /// The time zone of times that name none.
    pub zone: Zone,
    /// A random number that whoever wrote the file does not know: it keys the fingerprints of ids.
    pub salt: u64,
    /// The most records that are read.
    pub records_max: u64,
}

impl Settings {
    /// Settings for a moment: UTC, and [`MONEY_RECORDS_MAX`] records.
    pub const fn new(now: Timestamp, salt: u64) -> Self {
        Self {
            now,
            zone: Zone::Utc,
            salt,
            records_max: MONEY_RECORDS_MAX,
        }
    }
}

/// A file of payments that is being read: an iterator of steps, which ends after a fault.
#[derive(Debug)]
pub struct Reader<R> {
    body: Body<R>,
    clerk: clerk::Clerk,
    skip: u64,
    /// Steps that were read and not given yet, the next one last.
    waiting: Vec<Step>,
    ended: bool,
}

#[derive(Debug)]
enum Body<R> {
    Iso(Box<iso20022::Iso<R>>),
    Mt(mt103::Mt<R>),
    Table(Box<table::Table<R>>),
    Chain(Box<chain::Transfers<R>>),
}

impl<R: BufRead> Reader<R> {
    /// Starts to read a file of a format.
    pub fn new(format: Format, input: R, settings: Settings) -> Self {
        let body = match format {
            Format::Iso20022 => Body::Iso(Box::new(iso20022::Iso::new(input))),
            Format::Mt103 => Body::Mt(mt103::Mt::new(input)),
            Format::Chain => Body::Chain(Box::new(chain::Transfers::new(input))),
            Format::Csv(mapping) => Body::Table(Box::new(table::Table::new(input, *mapping))),
        };
        Self {
            body,
            clerk: clerk::Clerk::new(settings),
            skip: 0,
            waiting: Vec::new(),
            ended: false,
        }
    }

    /// Gives nothing of the first `records` records: those that an earlier reader of the same file
    /// gave. They are read all the same, for the control total and for ids that repeat.
    #[must_use]
    pub const fn resume_after(mut self, records: u64) -> Self {
        self.skip = records;
        self
    }

    /// What was read so far; final once the last step was given.
    pub const fn total(&self) -> &ControlTotal {
        &self.clerk.total
    }

    fn advance(&mut self) -> Result<bool, MoneyFault> {
        let (clerk, steps) = (&mut self.clerk, &mut self.waiting);
        let (more, input) = match &mut self.body {
            Body::Iso(iso) => (iso.advance(clerk, steps)?, &mut iso.markup.input),
            Body::Mt(messages) => (messages.advance(clerk, steps)?, &mut messages.input),
            Body::Chain(transfers) => (transfers.advance(clerk, steps)?, &mut transfers.input),
            Body::Table(table) => (table.advance(clerk, steps)?, &mut table.input),
        };
        if clerk.total.records > clerk.settings.records_max {
            steps.clear();
            return Err(input.fault(FaultKind::RecordsTooMany));
        }
        let skip = self.skip;
        self.waiting.retain(|step| step.place().record > skip);
        self.waiting.reverse();
        Ok(more)
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Step, MoneyFault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(step) = self.waiting.pop() {
                return Some(Ok(step));
            }
            if self.ended {
                return None;
            }
            match self.advance() {
                Ok(more) => self.ended = !more,
                Err(fault) => {
                    self.ended = true;
                    return Some(Err(fault));
                }
            }
        }
    }
}
