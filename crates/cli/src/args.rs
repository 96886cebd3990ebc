//! The arguments of every command, with the help that teaches them.

mod material;
mod payments;

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, ArgGroup, Args as ClapArgs, Parser, Subcommand, ValueEnum};
use model::{CaseId, DecisionId, ReportId, ReportOutcome, Role, StormId};
use triage::Length;

pub(crate) use material::{Asked, Feedback, FetchedFrom, Hash, List, Match, Service, Terms, hash};
pub(crate) use payments::{Screen, SimulatePayments, Suspicion, SuspicionFormName, Windows};

/// Takes in flags of online sexual exploitation, keeps them as evidence, ties them into cases, and
/// puts the most endangered child first, with reasons.
#[derive(Debug, Parser)]
#[command(name = "watchfire", version, max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Say more on stderr (twice: everything).
    #[arg(short, long, global = true, action = ArgAction::Count)]
    verbose: u8,
}

const AFTER_HELP: &str = "\
First steps:
  watchfire demo                             see the main job done on a synthetic world
  watchfire serve --data DIR                 start a Watchfire that keeps everything in DIR
  watchfire account add NAME --role sender --data DIR
                                             let a platform send reports to http://HOST:8420/ispws
  watchfire queue --data DIR                 read the queue

Exit codes: 0 done, 1 a negative answer, 2 wrong usage or refused input, 3 the machine failed.";

impl Args {
    pub(crate) fn verbosity(&self) -> tracing::Level {
        match self.verbose {
            0 => tracing::Level::WARN,
            1 => tracing::Level::INFO,
            _ => tracing::Level::DEBUG,
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the main job on a synthetic world: reports come in over HTTP and stand ranked in a
    /// queue.
    Demo(Demo),
    /// Start the server: the CyberTipline-compatible door at /ispws, the console at /.
    Serve(Serve),
    /// Add, list and revoke accounts.
    #[command(subcommand)]
    Account(Account),
    /// Take report files in: ispws XML, or JSON with the same content.
    Report(Report),
    /// Print the queue, the most endangered child first.
    Queue(Queue),
    /// Print one case: its reasons, reports, links and files.
    Case(Case),
    /// Make two cases one, by a person's decision.
    Merge(Merge),
    /// Part reports from their case, by a person's decision; the two sides stay apart.
    Split(Split),
    /// Undo a decision: the cases stand as if it had never been made.
    Undo(Undo),
    /// Print what persons decided about cases, the latest first.
    Decisions(Decisions),
    /// Print a storm: many reports of one thing, in one row of the queue.
    Storm(Storm),
    /// Explain a case's rank, or compute all ranks anew, under another policy if one is named.
    Rank(Rank),
    /// Print what runs out: duties, preservation and referral, the first to run out first.
    Calendar(Calendar),
    /// Record what came of a report, for its sender and for the ledger.
    Outcome(Outcome),
    /// Print what the reports of each sender are like: completeness, duplicates, outcomes, trend.
    Ledger(Ledger),
    /// The custody log: its signed checkpoint, and whether everything agrees with it.
    #[command(subcommand)]
    Log(Log),
    /// Write a synthetic world: report files, harmless pictures, and the truth about them.
    Simulate(Simulate),
    /// Print a one-time sign-in link for the console of a running server.
    SignIn(SignIn),
    /// Print the hashes of files, the perceptual ones from inside a cage.
    Hash(Hash),
    /// Ask the lists of known material whether files or hashes are known.
    Match(Match),
    /// Lists of known material: add, import, export, switch off, judge matches.
    #[command(subcommand)]
    List(List),
    /// Screen books of payments by published typologies, and explain every alert.
    Screen(Screen),
    /// Write an alert as a report of suspicion for a financial-intelligence unit.
    Suspicion(Suspicion),
    /// Find the identifiers in texts: emails, phones, addresses, handles, wallets, groups.
    Identifiers(Identifiers),
    /// Measure a window of time before each payment of a file: how many, how much, to how many.
    Windows(Windows),
    /// Print the schema of the documents that come in or go out.
    Schema(Schema),
    /// The process in which hostile files are opened: started by Watchfire itself.
    #[command(hide = true)]
    Cage,
}

/// Which Watchfire.
#[derive(Debug, Clone, ClapArgs)]
#[group(required = true, multiple = false)]
pub(crate) struct Place {
    /// The directory that holds everything: database, keys, evidence, log.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// A configuration file, for PostgreSQL or separate places.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Demo {
    /// The world's seed: the same seed gives the same world.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many reports the world has.
    #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) reports: u32,
    /// The address of the console and the door; port 0 takes any free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:0")]
    pub(crate) listen: SocketAddr,
    /// Keep the demo's data in this new directory instead of a temporary one.
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// End after printing the queue instead of serving the console.
    #[arg(long)]
    pub(crate) no_serve: bool,
    /// Print the queue as JSON, one object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Serve {
    #[command(flatten)]
    pub(crate) place: Place,
    /// The address to listen on; 127.0.0.1:8420 unless said here or in the configuration.
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// Print the address and the sign-in link as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Account {
    /// Add an account and print its secret, which is shown this once.
    Add {
        /// The name it signs in with: no colon, no control characters.
        name: String,
        /// What it may do.
        #[arg(long, value_parser = role)]
        role: Role,
        #[command(flatten)]
        place: Place,
        /// Print `name, role, secret` as JSON.
        #[arg(long)]
        json: bool,
    },
    /// List every account, revoked ones included.
    List {
        #[command(flatten)]
        place: Place,
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Revoke an account: within a second it is let in nowhere.
    Revoke {
        /// Its name.
        name: String,
        #[command(flatten)]
        place: Place,
        /// Print the account as JSON.
        #[arg(long)]
        json: bool,
    },
}

fn role(text: &str) -> Result<Role, String> {
    text.parse()
        .map_err(|error: model::UnknownRole| error.to_string())
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Report {
    /// Files, or directories whose .xml and .json files are taken in the order of their names.
    #[arg(required = true, value_name = "FILE|DIR")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print one JSON object for each file.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Queue {
    #[command(flatten)]
    pub(crate) place: Place,
    /// How many cases to print.
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: usize,
    /// Print one JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Case {
    /// The case's number.
    pub(crate) id: CaseId,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print the case as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Merge {
    /// One case.
    pub(crate) one: CaseId,
    /// The other case.
    pub(crate) other: CaseId,
    /// Why, in words that a colleague understands; sealed and kept.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print `decision, cases` as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Split {
    /// The case.
    pub(crate) case: CaseId,
    /// The reports that leave it together.
    #[arg(required = true, value_name = "REPORT")]
    pub(crate) reports: Vec<ReportId>,
    /// Why, in words that a colleague understands; sealed and kept.
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: String,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print `decision, cases` as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Undo {
    /// The decision's number, as `merge`, `split` and `decisions` print it.
    pub(crate) decision: DecisionId,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print `decision, cases` as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Decisions {
    #[command(flatten)]
    pub(crate) place: Place,
    /// How many decisions to print.
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: usize,
    /// Print one JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
#[command(group(ArgGroup::new("task").required(true).args(["explain", "replay"])))]
pub(crate) struct Rank {
    /// Explain this case: each reason with its points, rule and source, and what they add up to.
    #[arg(long, value_name = "CASE")]
    pub(crate) explain: Option<CaseId>,
    /// Compute every rank anew from what was sent and check that it is the stored one. Nothing is
    /// changed.
    #[arg(long)]
    pub(crate) replay: bool,
    /// With --replay: show instead what this policy would change, before it is adopted.
    #[arg(long, value_name = "FILE", requires = "replay")]
    pub(crate) policy: Option<PathBuf>,
    /// How many changed cases to print, the gravest change first.
    #[arg(long, default_value_t = 20)]
    pub(crate) limit: usize,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print one JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Storm {
    /// The storm's number, as `queue` and `case` print it.
    pub(crate) id: StormId,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print the storm as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Calendar {
    #[command(subcommand)]
    pub(crate) act: Option<CalendarAct>,
    #[command(flatten)]
    pub(crate) place: Place,
    /// How far ahead to look, in hours or days; what ran out before is always printed.
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = length)]
    pub(crate) within: Length,
    /// Print one JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CalendarAct {
    /// Stop a clock of a case: what it asked for is done.
    Done {
        /// The case's number.
        case: CaseId,
        /// The clock's id, as `watchfire calendar` prints it.
        clock: String,
        #[command(flatten)]
        place: Place,
        /// Print the stopped clock as JSON.
        #[arg(long)]
        json: bool,
    },
}

fn length(text: &str) -> Result<Length, String> {
    text.parse()
        .map_err(|error: triage::TableProblem| error.to_string())
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Outcome {
    /// The report's number.
    pub(crate) report: ReportId,
    /// What came of it.
    #[arg(value_parser = outcome_code())]
    pub(crate) code: ReportOutcome,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print `report, outcome` as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

fn outcome_code() -> impl TypedValueParser<Value = ReportOutcome> {
    PossibleValuesParser::new(ReportOutcome::ALL.map(ReportOutcome::name))
        .try_map(|code| code.parse::<ReportOutcome>())
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Ledger {
    /// The sender's name, for its weeks one by one; `operator` for what the command line took in.
    pub(crate) sender: Option<String>,
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print one JSON object a line.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Log {
    /// Print the log's signed checkpoint.
    Checkpoint {
        #[command(flatten)]
        place: Place,
        /// Print `origin, size, root` as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Recompute the whole log and compare it with the checkpoint and with the database.
    Verify {
        #[command(flatten)]
        place: Place,
        /// Print what was found as JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, ClapArgs)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Simulate {
    #[command(subcommand)]
    pub(crate) what: Option<SimulateWhat>,
    /// The world's seed: the same seed gives the same world.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many reports.
    #[arg(long, default_value_t = 1000)]
    pub(crate) reports: usize,
    /// The directory to write: reports/, files/ and truth.json. It must be new or empty.
    #[arg(long, value_name = "DIR", required = true)]
    pub(crate) out: Option<PathBuf>,
    /// The moment the world ends at (RFC 3339); the present unless said.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) now: Option<model::Timestamp>,
    /// Print what was written as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SimulateWhat {
    Payments(SimulatePayments),
}

fn moment(text: &str) -> Result<model::Timestamp, String> {
    model::Timestamp::parse(text)
        .ok_or_else(|| "not a time with an offset, such as 2026-01-02T03:04:05Z".to_owned())
}

#[derive(Debug, ClapArgs)]
pub(crate) struct SignIn {
    #[command(flatten)]
    pub(crate) place: Place,
    /// Print the link as JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Find the identifiers in texts: emails, phones, addresses, handles, wallets, groups.
///
/// Defanged addresses such as example[.]com or maria (at) example (dot) com and look-alike letters
/// are read as what they mean. Each identifier has a kind, a normal form that is equal wherever
/// the same thing is named, and the bytes it stands at. One that cannot exist (a wrong checksum,
/// no such phone number, a name without its platform) is printed and marked as not valid. A
/// payment card's number is never printed, only its first six and last four digits. No database
/// is needed.
#[derive(Debug, ClapArgs)]
#[command(after_help = IDENTIFIERS_HELP)]
pub(crate) struct Identifiers {
    /// Texts in UTF-8, of 1 GiB at most each; - is standard input.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Read phone numbers without a calling code as this country's: two letters, such as PH.
    #[arg(long, value_name = "REGION")]
    pub(crate) region: Option<link::Region>,
    /// Print one JSON object a line: kind, text, normal, valid, start, end (and file, of several).
    #[arg(long)]
    pub(crate) json: bool,
}

const IDENTIFIERS_HELP: &str = "\
Kinds: email, phone, url, host, onion, ip, handle (platform/name), device (type:value), iban, card,
btc, evm, tron, monero, payment (service/value), group (platform/id).

Examples:
  watchfire identifiers chat.txt
  watchfire identifiers --region PH --json chat.txt mail.txt
  pdftotext statement.pdf - | watchfire identifiers -";

#[derive(Debug, ClapArgs)]
pub(crate) struct Schema {
    /// Which schema.
    #[arg(value_enum)]
    pub(crate) kind: SchemaKind,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum SchemaKind {
    /// XML Schema of the ispws documents.
    Xsd,
    /// JSON Schema of the JSON form of a report.
    Json,
    /// XML Schema of reports of suspicion as goAML.
    Goaml,
    /// XML Schema of reports of suspicion as AUSTRAC takes them.
    Smr,
}
