//! What can end an xtask command: the answer "no", wrong usage, a missing tool, or a fault.

use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus};

/// Why a command of xtask did not end well.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The command line names nothing that xtask can do.
    #[error("{0}")]
    Usage(&'static str),
    /// A step of `cargo xtask test` that does not exist was asked for.
    #[error("there is no step `{asked}`; the steps are {known}")]
    StepUnknown {
        /// What was asked for.
        asked: String,
        /// The names of all steps, in order.
        known: String,
    },
    /// Some rule does not hold; the details have been printed.
    #[error("{0}")]
    Broken(String),
    /// A program could not be started at all.
    #[error("cannot start `{program}`; is it installed?")]
    Start {
        /// The program's name.
        program: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A program ran and ended with something else than success.
    #[error("`{program}` ended with {status}")]
    Ended {
        /// The program's command line.
        program: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// A file or folder could not be read or written.
    #[error("cannot {doing} {}", path.display())]
    File {
        /// The verb: `read`, `write`, `create`.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A program's output was not what it promises.
    #[error("cannot understand what {program} printed")]
    Output {
        /// The program's command line.
        program: String,
        /// The parser's word.
        #[source]
        source: serde_json::Error,
    },
    /// Something has to be installed first, and only a person can do it here.
    #[error("{0}")]
    Missing(String),
    /// The private PostgreSQL did not come up.
    #[error("the private PostgreSQL did not start; its own words stand above")]
    Postgres,
}

impl Failure {
    /// 1 where something was looked at and does not hold, 2 where nothing could be looked at.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Broken(_) => ExitCode::from(1),
            Self::Ended { status, .. } => {
                let code = status.code().and_then(|code| u8::try_from(code).ok());
                ExitCode::from(code.unwrap_or(1))
            }
            _ => ExitCode::from(2),
        }
    }

    /// The message and every cause under it, in one line.
    pub(crate) fn with_sources(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}
