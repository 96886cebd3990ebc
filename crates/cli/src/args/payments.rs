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
