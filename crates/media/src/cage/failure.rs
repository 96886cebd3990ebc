//! What can go wrong with a cage, for its keeper and for its inmate.

use std::io;
use std::path::PathBuf;

use super::messages::Enforced;
use crate::picture::Refusal;

/// A limit that a file met. The process was killed; the file is at fault, or the limit too low.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// [`CageLimits::wall_millis_max`](super::CageLimits::wall_millis_max).
    Wall,
    /// [`CageLimits::cpu_seconds_max`](super::CageLimits::cpu_seconds_max).
    Cpu,
    /// [`CageLimits::memory_bytes_max`](super::CageLimits::memory_bytes_max).
    Memory,
    /// [`CageLimits::source_bytes_max`](super::CageLimits::source_bytes_max).
    Source,
    /// [`CageLimits::answer_bytes_max`](super::CageLimits::answer_bytes_max).
    Answer,
}

impl Limit {
    const fn words(self) -> &'static str {
        match self {
            Self::Wall => "took longer than a file may",
            Self::Cpu => "took more processor time than a file may",
            Self::Memory => "took more memory than a file may",
            Self::Source => "is larger than a file may be to be opened",
            Self::Answer => "gave more answers than a file may",
        }
    }
}

/// Why a file was not looked into, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum CageError {
    /// The decoder refused the file.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A limit was met.
    #[error("the file {}: match it by its exact hash, or raise the limit", .0.words())]
    Limit(Limit),
    /// The decoder's process died. The file may be an attack, or meets a defect.
    #[error("the decoder's process died on this file (signal {signal:?}, status {status:?})")]
    Crashed {
        /// The signal that ended it.
        signal: Option<i32>,
        /// What it exited with.
        status: Option<i32>,
    },
    /// The process said something that no inmate says. The file may have taken it over.
    #[error("the decoder's process broke its protocol ({0}): the file may be an attack")]
    Protocol(&'static str),
    /// The kernel does not give the whole cage.
    #[error(
        "this machine does not give a whole cage ({0}): run a kernel with Landlock and seccomp \
         (Linux 5.13 or later), or allow less in the configuration"
    )]
    NotCaged(Enforced),
    /// The process could not be started.
    #[error("{program} could not be started as a cage")]
    Start {
        /// The program.
        program: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The source of the bytes failed.
    #[error("the file could not be read")]
    Source(#[source] io::Error),
    /// The socket, a pipe or the memory between keeper and inmate failed.
    #[error("the machine refused {what} for a cage")]
    Machine {
        /// What was asked for.
        what: &'static str,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl CageError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.code(),
            Self::Limit(Limit::Wall) => "cage.limit-wall",
            Self::Limit(Limit::Cpu) => "cage.limit-cpu",
            Self::Limit(Limit::Memory) => "cage.limit-memory",
            Self::Limit(Limit::Source) => "cage.limit-source",
            Self::Limit(Limit::Answer) => "cage.limit-answer",
            Self::Crashed { .. } => "cage.crashed",
            Self::Protocol(_) => "cage.protocol",
            Self::NotCaged(_) => "cage.not-whole",
            Self::Start { .. } => "cage.start",
            Self::Source(_) => "cage.source",
            Self::Machine { .. } => "cage.machine",
        }
    }

    /// Whether the file is at fault: asking again gives the same.
    pub const fn is_of_the_file(&self) -> bool {
        matches!(
            self,
            Self::Refused(_) | Self::Limit(_) | Self::Crashed { .. } | Self::Protocol(_)
        )
    }
}

/// Why an inmate could not serve.
#[derive(Debug, thiserror::Error)]
pub enum InmateError {
    /// Standard input is no socket: nobody keeps this process.
    #[error("this is started by Watchfire itself, with a socket as its input; do not call it")]
    NoKeeper,
    /// The order could not be read.
    #[error("the keeper's order could not be read")]
    Order(#[source] io::Error),
    /// The keeper went away.
    #[error("the keeper went away")]
    Gone(#[source] io::Error),
}
