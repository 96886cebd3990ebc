//! Why a command did not do what it was asked, told apart by who can mend it.

use std::path::PathBuf;
use std::process::ExitCode;

use server::payments::SuspicionError;
use server::sender::SendError;
use server::{
    AccountError, ConfigRefusal, FetchError, IntakeError, LogbookError, OpenError, ServeError,
    StoreFault,
};

/// A command that failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The runtime did not start.
    #[error("the program could not start its threads: close other programs, or raise the limits")]
    Runtime(#[source] std::io::Error),
    /// A part of the work ended early: a defect of this program.
    #[error(
        "a part of the work ended early; what was said to be taken is kept, take the rest again"
    )]
    Task(#[source] tokio::task::JoinError),
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigRefusal),
    /// The Watchfire cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The server does not serve.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// An account was not added or revoked.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// Hostile files cannot be opened by this process.
    #[error(transparent)]
    Cage(media::cage::InmateError),
    /// The typologies of payments cannot be used.
    #[error(transparent)]
    Typologies(screen::typology::PolicyError),
    /// The table of rates cannot be used.
    #[error(transparent)]
    Rates(screen::money::RatesError),
    /// A mapping of columns cannot be used.
    #[error(transparent)]
    Mapping(wire::money::MappingError),
    /// A file of payments has more rows than are read.
    #[error("{0}")]
    Money(wire::money::MoneyFault),
    /// A file of payments in no format that is known.
    #[error(
        "{path}: no known format is recognised by its first bytes: for a table of your own, say \
         with --mapping which column is what"
    )]
    FormatUnknown {
        /// The file.
        path: PathBuf,
    },
    /// Who reports, or a unit's profile, cannot be used.
    #[error(transparent)]
    SuspicionSettings(wire::suspicion::ProfileError),
    /// A unit's profile that is not built in.
    #[error(
        "`{name}` is no profile that is built in ({known}): name one of those, or a file that ends \
         in .toml"
    )]
    ProfileUnknown {
        /// What was asked for.
        name: String,
        /// Those that are built in.
        known: String,
    },
    /// A case with more than one alert.
    #[error("case {case} has several alerts: name one of them: {alerts}")]
    SeveralAlerts {
        /// The case.
        case: model::CaseId,
        /// Their numbers.
        alerts: String,
    },
    /// The form demands what nothing says.
    #[error("the form demands what nothing says; nothing was written:\n  {hints}")]
    SuspicionLacks {
        /// A line for each field: its name, and what to do.
        hints: String,
    },
    /// No report of suspicion was written.
    #[error(transparent)]
    Suspicion(server::payments::SuspicionError),
    /// More rows than numbers have room for.
    #[error("the book has more than 4,294,967,295 payments: screen it in parts, by account")]
    BookTooLarge,
    /// Intake failed.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreFault),
    /// The log failed.
    #[error(transparent)]
    Log(#[from] LogbookError),
    /// The demo's own reports were not taken.
    #[error("the demo could not send its reports")]
    Send(#[from] SendError),
    /// A file or directory cannot be read.
    #[error("cannot read {path}: check that it exists and that you may read it")]
    Read {
        /// The path.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A file or directory cannot be written.
    #[error("cannot write {path}: check that there is room and that you may write there")]
    Write {
        /// The path.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The output directory holds something already.
    #[error("{path} is not empty: name a new directory, so that nothing of yours is overwritten")]
    NotEmpty {
        /// The path.
        path: PathBuf,
    },
    /// A file stands already where one is to be written.
    #[error("{path} is there already: name another file, or say --replace")]
    Exists {
        /// The path.
        path: PathBuf,
    },
    /// The rules by which identifiers are found cannot be used.
    #[error(transparent)]
    IdentifierRules(link::IdentifierRulesError),
    /// A text is larger than what is read.
    #[error("{name} is larger than {bytes_max} bytes: split it")]
    TooLarge {
        /// The file.
        name: String,
        /// The limit.
        bytes_max: u64,
    },
    /// A text is not UTF-8.
    #[error("{name} is not UTF-8 at byte {offset}: convert it first, for example with iconv")]
    NotUtf8 {
        /// The file.
        name: String,
        /// The first byte that does not belong.
        offset: usize,
    },
    /// A file of payments cannot be read.
    #[error(transparent)]
    Table(#[from] columns::ReadError),
    /// An answer about payments was not written.
    #[error(transparent)]
    TableOut(#[from] columns::WriteError),
    /// The windows that were asked for are none.
    #[error(transparent)]
    Windows(#[from] screen::window::RequestError),
    /// A file of payments has too many accounts.
    #[error(transparent)]
    Accounts(#[from] columns::TooManyAccounts),
    /// A file of payments has too many rows.
    #[error("more than 4294967295 rows: split the file")]
    TooManyRows,
    /// A list was not fetched.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Standard output is closed or full.
    #[error("cannot write to standard output")]
    Output(#[source] std::io::Error),
}

impl Failure {
    /// Whether one file of several cannot be used, and the others can.
    pub(crate) const fn is_about_input(&self) -> bool {
        matches!(
            self,
            Self::Read { .. } | Self::TooLarge { .. } | Self::NotUtf8 { .. }
        )
    }

    /// 2 if the caller can mend it, 3 if the machine failed.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Suspicion(error) => match error {
                SuspicionError::Intake(_) | SuspicionError::KeyTerms(_) => 3,
                _ => 2,
            },
            Self::Config(_)
            | Self::Open(_)
            | Self::Account(AccountError::BadName | AccountError::Taken | AccountError::Unknown)
            | Self::Intake(IntakeError::Refused(_))
            | Self::Read { .. }
            | Self::Typologies(_)
            | Self::Rates(_)
            | Self::Mapping(_)
            | Self::SuspicionSettings(_)
            | Self::ProfileUnknown { .. }
            | Self::SeveralAlerts { .. }
            | Self::SuspicionLacks { .. }
            | Self::Money(_)
            | Self::FormatUnknown { .. }
            | Self::BookTooLarge
            | Self::NotEmpty { .. }
            | Self::Exists { .. }
            | Self::TableOut(columns::WriteError::Exists { .. })
            | Self::IdentifierRules(_)
            | Self::TooLarge { .. }
            | Self::NotUtf8 { .. }
            | Self::Table(_)
            | Self::Windows(_)
            | Self::Accounts(_)
            | Self::TooManyRows
            | Self::Serve(_) => 2,
            Self::Fetch(error) if !error.is_elsewhere() => 2,
            Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe => 0,
            _ => 3,
        })
    }
}
