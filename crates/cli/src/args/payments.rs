//! The arguments of the commands about payments.

use std::path::PathBuf;

use clap::Args as ClapArgs;

/// Screen books of payments by published typologies, and explain every alert.
///
/// Reads ISO 20022 (pacs.008, pain.001), SWIFT MT103, CSV, and transfers on chains. Every record is
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
    /// The Parquet file to write; one of that name is replaced when the new one is whole.
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
