//! The arguments of the commands about payments.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};
use model::{CaseId, ReportId};
use world::payments::{PLANTED_PER_100_000, PLANTED_PER_100_000_MAX, ROWS_MAX};

use super::{Place, moment};

/// Screen books of payments by published typologies, and explain every alert.
///
/// Reads ISO 20022 (pacs.008, pain.001), SWIFT MT103, CSV, Parquet, and transfers on chains. Every
/// record is
/// either taken or rejected with its line and reason, and the control total proves it. An alert
/// needs several indicators together, one of them about amounts or a pattern in time; it is a
/// reason for a person to look, never a verdict. No database is needed; with --data the alerts
/// become reports in the queue, tied to what is known of the same accounts, phones and handles.
#[derive(Debug, ClapArgs)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(crate) struct Screen {
    /// The files of one book.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// For tables that are not canonical: which column is what (TOML).
    #[arg(long, value_name = "FILE")]
    pub(crate) mapping: Option<PathBuf>,
    /// What each currency was worth on each day: CSV of `date,currency,BASE`.
    #[arg(long, value_name = "FILE")]
    pub(crate) rates: Option<PathBuf>,
    /// Print with each reason its source, its date and the numbers that it tests by.
    #[arg(long)]
    pub(crate) explain: bool,
    /// Screen by these typologies instead: a directory of TOML files.
    #[arg(long, value_name = "DIR")]
    pub(crate) policy: Option<PathBuf>,
    /// With --policy: show instead what it would change against those inside the program.
    #[arg(long, requires = "policy")]
    pub(crate) replay: bool,
    /// Show instead how many alerts each indicator carries: those that go when it is switched off.
    #[arg(long, conflicts_with = "replay")]
    pub(crate) ablate: bool,
    /// Keep the alerts in this Watchfire, as reports.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// A configuration file, in place of --data.
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    pub(crate) config: Option<PathBuf>,
    /// Print one JSON object for each alert, and one for the run.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Write a book of payments with planted accounts, and the truth about it.
///
/// The book covers the 730 days before the day of --now, in order of time, and has a customer for
/// every twenty rows: payers, those they pay, those who are extorted, many families, sponsors,
/// traders and travellers who look like them, and everybody else. Beside it stand FILE.truth.jsonl
/// (when to part it for tuning and measuring, then each customer with its group; who is not named
/// there is no customer) and FILE.rates.csv, for `watchfire screen --rates`. Nobody in it exists.
/// The same seed, rows and present give the same files; memory stays the same at any size.
#[derive(Debug, ClapArgs)]
#[command(after_help = SIMULATE_PAYMENTS_HELP)]
pub(crate) struct SimulatePayments {
    /// How many payments.
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000_000)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=ROWS_MAX))]
    pub(crate) rows: u64,
    /// The file to write: its name ends in .parquet or .csv.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// The book's seed: the same seed gives the same book.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// The book ends before the day of this moment (RFC 3339); the present unless said.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) now: Option<model::Timestamp>,
    /// How many of 100,000 customers are planted.
    #[arg(long, value_name = "NUMBER", default_value_t = PLANTED_PER_100_000)]
    #[arg(value_parser = clap::value_parser!(u32).range(0..=i64::from(PLANTED_PER_100_000_MAX)))]
    pub(crate) planted: u32,
    /// Replace files that stand there already, when the new ones are whole.
    #[arg(long)]
    pub(crate) replace: bool,
    /// Print what was written as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

const SIMULATE_PAYMENTS_HELP: &str = "\
Examples:
  watchfire simulate payments --rows 1000000 --out book.parquet
  watchfire screen book.parquet --rates book.parquet.rates.csv --explain
  watchfire simulate payments --rows 20000 --planted 2000 --seed 7 --out small.csv";

/// Write an alert as a report of suspicion for a financial-intelligence unit.
///
/// Screen with --data first: each alert becomes a report with a number. What only the reporting
/// entity knows stands in a settings file (--entity). The grounds name each reason with its rule's
/// version and source, the key terms by which units find such reports, and the SHA-256 of the file
/// of payments and of the kept alert. What the form demands and nothing says is named, and nothing
/// is written. The custody log says that it was written, and which bytes. The forms are our own
/// reading of public documents: the unit's own schema has the last word.
#[derive(Debug, ClapArgs)]
#[command(after_help = SUSPICION_HELP)]
pub(crate) struct Suspicion {
    /// The alert: its report's number, as `watchfire screen --data` and `watchfire case` print it.
    #[arg(required_unless_present = "case")]
    pub(crate) alert: Option<ReportId>,
    /// The alert of this case, instead.
    #[arg(long, conflicts_with = "alert")]
    pub(crate) case: Option<CaseId>,
    /// The form.
    #[arg(long, value_enum)]
    pub(crate) form: SuspicionFormName,
    /// Who reports, and about which customers (TOML): see examples/suspicion/entity.toml.
    #[arg(long, value_name = "FILE")]
    pub(crate) entity: PathBuf,
    /// For goaml: the unit's codes and mandatory fields, as a name that is built in or a TOML file.
    #[arg(long, value_name = "NAME|FILE", default_value = "generic")]
    pub(crate) profile: String,
    /// For goaml: one of the profile's kinds of reports, as STR or SAR; its first unless said.
    #[arg(long, value_name = "CODE")]
    pub(crate) kind: Option<String>,
    /// A code of the unit's list of indicators, beside those of the settings file.
    #[arg(long = "indicator", value_name = "CODE")]
    pub(crate) indicators: Vec<String>,
    /// The reporting entity's own reference; watchfire- and the alert's number unless said.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reference: Option<String>,
    /// What each currency was worth on each day: CSV of `date,currency,BASE`.
    #[arg(long, value_name = "FILE")]
    pub(crate) rates: Option<PathBuf>,
    /// The file to write; standard output unless said.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Replace a file that stands there already, when the new one is whole.
    #[arg(long, requires = "out")]
    pub(crate) replace: bool,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print report, form, transactions, sha256 and out as JSON.
    #[arg(long, requires = "out")]
    pub(crate) json: bool,
}

/// The forms of reports of suspicion.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SuspicionFormName {
    /// goAML, which most units take.
    Goaml,
    /// AUSTRAC's suspicious-matter report, in its draft shape.
    Smr,
}

impl SuspicionFormName {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Goaml => "goaml",
            Self::Smr => "smr",
        }
    }
}

const SUSPICION_HELP: &str = "\
Examples:
  watchfire suspicion 1000001 --form goaml --entity entity.toml --data DIR --out str.xml
  watchfire suspicion --case 3 --form smr --entity entity.toml --rates rates.csv --data DIR
  watchfire schema goaml                     what the form is checked by

Exit codes: 0 written, 1 no such alert, 2 something is missing or does not fit, 3 the machine
failed.";

/// Measure a window of time before each payment: how many, how much, to how many.
///
/// A window holds the payments of the same --by within the span up to and including the row's own
/// time, others of that very time included: SQL's RANGE BETWEEN span PRECEDING AND CURRENT ROW. The
/// answer has a row for each row that was taken: its `id` and a column for each stat. Rows that
/// cannot be read are named with their reason and left out (exit code 2). No database is needed.
#[derive(Debug, ClapArgs)]
#[command(after_help = WINDOWS_HELP)]
pub(crate) struct Windows {
    /// The payments: a .parquet or .csv file with the columns id and time, and what is asked for.
    pub(crate) file: PathBuf,
    /// Whose payments belong together: the name of a column, as sender or receiver.
    #[arg(long, value_name = "COLUMN")]
    pub(crate) by: String,
    /// How far a window reaches back: a whole number and s, m, h, d or w.
    #[arg(long, value_name = "SPAN")]
    pub(crate) span: String,
    /// What is measured, parted by commas; see below.
    #[arg(long, value_name = "STATS")]
    pub(crate) stats: String,
    /// The file to write, Parquet, or CSV if its name ends in .csv; one of that name is replaced
    /// when the new one is whole.
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// How many decimals amounts have; as many as their column says, or 2 where it does not.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(0..=9))]
    pub(crate) decimals: Option<u8>,
    /// Print rows, rejected, accounts and seconds as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

const WINDOWS_HELP: &str = "\
Stats: count; sum, min, max, mean, median of amount; distinct:COLUMN, how many values a column has;
night, the share sent between 22 and 6 where the sender is (needs sender_country); round, the share
of multiples of 5; gap_mean and gap_median between neighbours in seconds, gap_cv; trend of amount a
day; burst:SPAN, the most within a shorter span.

Example:
  watchfire windows book.parquet --by sender --span 30d \\
      --stats count,sum,distinct:receiver,burst:48h --out windows.parquet";
