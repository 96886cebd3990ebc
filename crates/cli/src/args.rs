//! The arguments of every command, with the help that teaches them.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};
use model::{CaseId, Role};

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
    /// The custody log: its signed checkpoint, and whether everything agrees with it.
    #[command(subcommand)]
    Log(Log),
    /// Write a synthetic world: report files, harmless pictures, and the truth about them.
    Simulate(Simulate),
    /// Print a one-time sign-in link for the console of a running server.
    SignIn(SignIn),
    /// Find the identifiers in texts: emails, phones, addresses, handles, wallets, groups.
    Identifiers(Identifiers),
    /// Print the schema of the documents that the doors take.
    Schema(Schema),
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
pub(crate) struct Simulate {
    /// The world's seed: the same seed gives the same world.
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// How many reports.
    #[arg(long, default_value_t = 1000)]
    pub(crate) reports: usize,
    /// The directory to write: reports/, files/ and truth.json. It must be new or empty.
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// The moment the world ends at (RFC 3339); the present unless said.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) now: Option<model::Timestamp>,
    /// Print what was written as JSON.
    #[arg(long)]
    pub(crate) json: bool,
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
}
