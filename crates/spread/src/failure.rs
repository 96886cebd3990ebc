//! Why a job was not done.

use std::net::SocketAddr;
use std::path::PathBuf;

use datafusion::error::DataFusionError;

/// A job that was not done, or a worker that does not serve.
#[derive(Debug, thiserror::Error)]
pub enum SpreadError {
    /// What is asked cannot be meant.
    #[error(transparent)]
    Request(#[from] screen::window::RequestError),
    /// More decimals than amounts have.
    #[error(
        "{asked} decimals are more than amounts have: give at most {}",
        crate::DECIMALS_MAX
    )]
    Decimals {
        /// As asked.
        asked: u32,
    },
    /// What came over the wire is no task of this version.
    #[error("a worker was sent a task it cannot read: run one version of the program everywhere")]
    Task {
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A file cannot be read.
    #[error(transparent)]
    Read(#[from] columns::ReadError),
    /// The answer cannot be written.
    #[error(transparent)]
    Write(#[from] columns::WriteError),
    /// The job names no file.
    #[error("no file is named: name at least one Parquet file")]
    NoFile,
    /// A file that the workers cannot read.
    #[error("{path} is no Parquet file: workers read Parquet alone, so convert it first")]
    NotParquet {
        /// The file.
        path: PathBuf,
    },
    /// A path that cannot be sent to a worker.
    #[error("{path} cannot be named to a worker: give a path that exists, in UTF-8")]
    Path {
        /// The path.
        path: PathBuf,
    },
    /// The amounts of two files have different decimals.
    #[error("{path} has amounts of other decimals than the first file: say how many are meant")]
    DecimalsDiffer {
        /// The file.
        path: PathBuf,
    },
    /// Times in text do not sort in the order of time.
    #[error("`time` is text, which does not sort in the order of time: write it as a timestamp")]
    TimeText,
    /// A row that cannot be measured.
    #[error("a row cannot be measured: {reason}; `watchfire windows` says which rows")]
    Row {
        /// Why.
        reason: columns::Reason,
    },
    /// The rows of an account came in another order than was demanded of the engine.
    #[error("the engine broke its promise: {0}")]
    Order(screen::window::OutOfOrder),
    /// More counterparties than can be numbered.
    #[error(transparent)]
    Accounts(#[from] columns::TooManyAccounts),
    /// Fewer rows, or more, came back than the files hold.
    #[error("{got} rows came back of {sent}: the answer is thrown away, run it again")]
    RowsLost {
        /// Rows in the files.
        sent: u64,
        /// Rows in the answer.
        got: u64,
    },
    /// No worker answers.
    #[error("none of {named} workers answers: start some, or name others")]
    NoWorker {
        /// How many were named.
        named: usize,
    },
    /// A worker of another version, whose answers may be others.
    #[error("the worker at {url} has version {version}: run one version of the program everywhere")]
    Version {
        /// Where it is.
        url: url::Url,
        /// What it says.
        version: String,
    },
    /// More workers or partitions than make sense.
    #[error("{asked} {what} are too many: give 1 to {most}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// As asked.
        asked: usize,
        /// The most.
        most: usize,
    },
    /// The engine cannot plan or run it.
    #[error("the engine gave up: {0}")]
    Engine(#[from] DataFusionError),
    /// An address that others can reach.
    #[error(
        "{address} is not of this machine alone: a worker does whatever it is told, so listen \
             on 127.0.0.1 and reach it through a tunnel"
    )]
    NotLoopback {
        /// The address.
        address: SocketAddr,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: is another program there?")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The server ended.
    #[error("the worker's server ended")]
    Serve {
        /// Why.
        #[source]
        source: tonic::transport::Error,
    },
}

impl SpreadError {
    /// A stable code, documented in the reference.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Request(problem) => problem.code(),
            Self::Read(problem) => problem.code(),
            Self::Write(problem) => problem.code(),
            Self::Order(problem) => problem.code(),
            Self::Decimals { .. } => "spread.decimals",
            Self::Task { .. } => "spread.task",
            Self::NoFile => "spread.no-file",
            Self::NotParquet { .. } => "spread.not-parquet",
            Self::Path { .. } => "spread.path",
            Self::DecimalsDiffer { .. } => "spread.decimals-differ",
            Self::TimeText => "spread.time-text",
            Self::Row { .. } => "spread.row",
            Self::Accounts(_) => "spread.accounts",
            Self::RowsLost { .. } => "spread.rows-lost",
            Self::NoWorker { .. } => "spread.no-worker",
            Self::Version { .. } => "spread.version",
            Self::TooMany { .. } => "spread.too-many",
            Self::Engine(_) => "spread.engine",
            Self::NotLoopback { .. } => "spread.not-loopback",
            Self::Listen { .. } => "spread.listen",
            Self::Serve { .. } => "spread.serve",
        }
    }
}

impl From<SpreadError> for DataFusionError {
    fn from(error: SpreadError) -> Self {
        match error {
            SpreadError::Engine(error) => error,
            other => Self::External(Box::new(other)),
        }
    }
}
