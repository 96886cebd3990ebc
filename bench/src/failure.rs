//! Why a workload gives no figures.

use std::io::{self, Write as _};
use std::path::PathBuf;

/// A workload that could not be run, or whose server did not do its job.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The program to measure is not there.
    #[error("{path} is missing: build it with `cargo build --release -p cli -p bench`")]
    ProgramMissing { path: PathBuf },
    /// A file or directory of the workload cannot be used.
    #[error("cannot use {path}")]
    Place {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    /// A program cannot be run.
    #[error("cannot run {program}")]
    Run {
        program: String,
        #[source]
        source: io::Error,
    },
    /// A program ended with another exit code than it should.
    #[error("{what} ended with {status}")]
    Ended { what: String, status: String },
    /// A program did not print what it should.
    #[error("{what} did not print what was expected")]
    Unexpected { what: &'static str },
    /// The rules of the engine cannot be read.
    #[error("the identifier rules cannot be read")]
    Rules(#[source] link::IdentifierRulesError),
    /// PostgreSQL is asked for but not named.
    #[error(
        "set WATCHFIRE_TEST_POSTGRES to the address of a PostgreSQL server, \
         or run under `cargo xtask postgres --`"
    )]
    NoPostgres,
    /// The runtime of the load generator cannot be made.
    #[error("cannot start the load generator")]
    Runtime(#[source] io::Error),
    /// The policy that is built in does not hold.
    #[error("the built-in policy cannot be used")]
    Policy(#[source] triage::PolicyError),
    /// A request over HTTP failed.
    #[error("the server cannot be spoken to")]
    Http(#[source] io::Error),
    /// The server answered something else than was expected.
    #[error("the server answered {status} to {what}")]
    Answer { what: &'static str, status: u16 },
    /// A report was not taken.
    #[error("a report was not taken")]
    Send(#[from] server::sender::SendError),
    /// The store to be loaded cannot be opened.
    #[error("cannot open the Watchfire to load")]
    Open(#[from] server::OpenError),
    /// A report to be loaded was not taken.
    #[error("a report was not loaded")]
    Load(#[from] server::IntakeError),
    /// The log of the loaded store cannot be published.
    #[error("the log was not published")]
    Log(#[from] server::LogbookError),
    /// The built-in link policy cannot be read.
    #[error("the link policy was refused")]
    LinkPolicy(#[from] link::LinkPolicyError),
    /// The identifier rules that are built in cannot be read.
    #[error(transparent)]
    IdentifierRules(#[from] link::IdentifierRulesError),
    /// The live index refused a report.
    #[error("a report was not placed")]
    Index(#[from] link::IndexRefusal),
    /// The live index could not be read back.
    #[error("the index was not read back")]
    Snapshot(#[from] link::SnapshotError),
    /// A hash list could not be read.
    #[error("the list was not read")]
    List(#[from] wire::lists::ListFault),
    /// A file of payments could not be read.
    #[error("the payments were not read")]
    Payments(#[from] wire::money::MoneyFault),
    /// An entry could not be written into a list.
    #[error("an entry was not written")]
    Entry(#[from] wire::lists::Unwritable),
    /// The index of hashes refused an entry.
    #[error("a hash was not taken")]
    HashIndex(#[from] fingerprint::index::IndexRefusal),
    /// The index of hashes could not be read back.
    #[error("the index of hashes was not read back")]
    HashSnapshot(#[from] fingerprint::index::SnapshotError),
    /// A made-up picture has other bytes than its sides ask for.
    #[error("a picture was refused")]
    Pixels(#[from] fingerprint::pdq::PixelsError),
    /// A part of the load generator ended early.
    #[error("a part of the load generator ended early")]
    Generator,
    /// A policy about persons does not hold.
    #[error("a policy about persons does not hold")]
    PersonPolicy(#[from] link::person::PersonPolicyError),
    /// A file of columns cannot be read or written.
    #[error("a Parquet file cannot be used")]
    Parquet(#[source] parquet::errors::ParquetError),
    /// Columns do not fit together.
    #[error("the columns of a book do not fit")]
    Arrow(#[source] arrow_schema::ArrowError),
    /// The windows of a workload cannot be measured.
    #[error("the windows cannot be measured")]
    Windows(#[source] screen::window::PlanError),
    /// The typologies that are built in do not hold.
    #[error("the typologies cannot be used")]
    Typologies(#[from] screen::typology::PolicyError),
    /// The rates of a made-up book do not hold.
    #[error("the rates cannot be used")]
    Rates(#[from] screen::money::RatesError),
    /// The figures cannot be written.
    #[error("cannot write the figures")]
    Output(#[source] io::Error),
}

impl Failure {
    /// A function that names the place an input or output error is about.
    pub(crate) fn at(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Place { path, source }
    }

    /// Says on stderr what failed, with every cause underneath.
    pub(crate) fn complain(&self) {
        let mut text = format!("bench: {self}");
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            text = format!("{text}\n  because: {cause}");
            source = cause.source();
        }
        // Nothing is left to tell when stderr is gone; the exit code still speaks.
        writeln!(io::stderr().lock(), "{text}").unwrap_or_default();
    }
}
