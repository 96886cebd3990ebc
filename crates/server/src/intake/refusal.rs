//! What an intake says no with: refusals that the caller can mend, and faults that it cannot.

use store::StoreFault;
use vault::{EvidenceError, SealError};

/// A request that was understood and refused. Nothing was changed, but what the custody log says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IntakeRefusal {
    /// The document is not well-formed, not valid or too large.
    #[error("{0}")]
    Document(wire::Refusal),
    /// The request lacks something or carries something malformed.
    #[error("{0}")]
    Request(String),
    /// The multipart body is malformed, cut short or too large.
    #[error("{0}")]
    FileBody(String),
    /// There is no such report, or none that this sender may know of.
    #[error(
        "Report does not exist: check the id, and that it was opened by this account and not left \
         unfinished"
    )]
    NoSuchReport,
    /// There is no such file in that report.
    #[error("File does not exist: check that the fileId was given out for this report")]
    NoSuchFile,
    /// The report was retracted before.
    #[error("Report already retracted: submit a new one")]
    Retracted,
    /// The report was finished before.
    #[error("Report already finished: nothing can be added; submit a new one")]
    Finished,
    /// There is no such case.
    #[error("There is no such case: see `watchfire queue`")]
    NoSuchCase,
    /// There is no such decision.
    #[error("There is no such decision: see `watchfire decisions`")]
    NoSuchDecision,
    /// There is no such list of known material.
    #[error("There is no such list: see `watchfire list show`")]
    NoSuchList,
    /// There is no such entry, or none that waits.
    #[error("There is no such entry that is held back: see `watchfire list show`")]
    NoSuchEntry,
    /// A later fetch of the list began, or its source was changed.
    #[error(
        "Another fetch of this list began, or its source was changed: let that one come to its end"
    )]
    FetchTakenOver,
    /// There is no such match.
    #[error("There is no such match: see `watchfire case`")]
    NoSuchMatch,
    /// A decision about cases cannot be made.
    #[error(transparent)]
    Decision(link::IndexRefusal),
    /// The report is not finished, so that nothing can have come of it.
    #[error(
        "Report is not finished: it has feedback, and something can come of it, only once its \
         sender has finished it"
    )]
    NotFinished,
    /// The account's role does not send reports.
    #[error(
        "Not authorised to submit: this account is not a sender; add one with `watchfire account \
         add NAME --role sender`"
    )]
    NotASender,
}

impl IntakeRefusal {
    /// The protocol's response code for this refusal.
    pub fn response_code(&self) -> i32 {
        match self {
            Self::Document(refusal) => refusal.response_code(),
            Self::Request(_)
            | Self::NotFinished
            | Self::NoSuchCase
            | Self::NoSuchDecision
            | Self::NoSuchList
            | Self::NoSuchEntry
            | Self::FetchTakenOver
            | Self::NoSuchMatch
            | Self::Decision(_) => 4000,
            Self::FileBody(_) => 4200,
            Self::NoSuchReport => 5001,
            Self::NoSuchFile => 5002,
            Self::Retracted => 5101,
            Self::Finished => 5102,
            Self::NotASender => 3100,
        }
    }

    /// The stable code, explained in docs/errors.md.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Document(refusal) => refusal.code(),
            Self::Request(_) => "intake.request",
            Self::FileBody(_) => "intake.file-body",
            Self::NoSuchReport => "intake.no-such-report",
            Self::NoSuchFile => "intake.no-such-file",
            Self::Retracted => "intake.retracted",
            Self::Finished => "intake.finished",
            Self::NoSuchCase => "intake.no-such-case",
            Self::NoSuchDecision => "intake.no-such-decision",
            Self::NoSuchList => "intake.no-such-list",
            Self::NoSuchEntry => "intake.no-such-entry",
            Self::FetchTakenOver => "intake.fetch-taken-over",
            Self::NoSuchMatch => "intake.no-such-match",
            Self::Decision(refusal) => refusal.code(),
            Self::NotFinished => "intake.not-finished",
            Self::NotASender => "intake.not-a-sender",
        }
    }
}

/// Something failed that the caller cannot mend; what was not acknowledged did not happen.
#[derive(Debug, Clone, thiserror::Error)]
pub enum IntakeFault {
    /// The database failed.
    #[error("the database could not save this; try again, and check the disk and the database")]
    Store(#[source] std::sync::Arc<StoreFault>),
    /// Evidence could not be written or read.
    #[error("evidence could not be written or read; check the blob directory and its disk")]
    Evidence(#[source] std::sync::Arc<EvidenceError>),
    /// A key does not open what it should.
    #[error(
        "a sealed record did not open under its key; check that the key files belong to this \
         database"
    )]
    Key(#[source] std::sync::Arc<SealError>),
    /// What was sealed earlier does not read back.
    #[error("a sealed record of {what} does not read back; run `watchfire log verify`")]
    Unreadable {
        /// What the record is.
        what: &'static str,
    },
    /// Another process added an account of this name at the same moment.
    #[error("an account of that name was added at the same moment: choose another name")]
    NameTaken,
    /// The writer has stopped; the process is going down.
    #[error("the server is stopping; send this again to the next one")]
    Stopping,
}

impl IntakeFault {
    /// The protocol's response code for this fault.
    pub const fn response_code(&self) -> i32 {
        match self {
            Self::Store(_) => 1100,
            Self::Evidence(_) => 1111,
            Self::Key(_) | Self::Unreadable { .. } | Self::NameTaken | Self::Stopping => 1000,
        }
    }

    /// The stable code, explained in docs/errors.md.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Store(_) => "intake.store",
            Self::Evidence(_) => "intake.evidence",
            Self::Key(_) => "intake.key",
            Self::Unreadable { .. } => "intake.unreadable",
            Self::NameTaken => "intake.name-taken",
            Self::Stopping => "intake.stopping",
        }
    }
}

impl From<StoreFault> for IntakeFault {
    fn from(fault: StoreFault) -> Self {
        Self::Store(std::sync::Arc::new(fault))
    }
}

impl From<EvidenceError> for IntakeFault {
    fn from(error: EvidenceError) -> Self {
        Self::Evidence(std::sync::Arc::new(error))
    }
}

impl From<SealError> for IntakeFault {
    fn from(error: SealError) -> Self {
        Self::Key(std::sync::Arc::new(error))
    }
}

/// A refusal or a fault.
#[derive(Debug, Clone, thiserror::Error)]
pub enum IntakeError {
    /// Tell the caller.
    #[error(transparent)]
    Refused(IntakeRefusal),
    /// Retry or alert.
    #[error(transparent)]
    Fault(IntakeFault),
}

impl From<IntakeRefusal> for IntakeError {
    fn from(refusal: IntakeRefusal) -> Self {
        Self::Refused(refusal)
    }
}

impl<F: Into<IntakeFault>> From<F> for IntakeError {
    fn from(fault: F) -> Self {
        Self::Fault(fault.into())
    }
}
