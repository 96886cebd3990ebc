//! Custody events: who did what to which record, when. Each is appended to the log before its
//! caller is told.

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// What was done. Append only: names are sealed into events for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// The log was opened; its first event.
    LogOpened,
    /// An account was added.
    AccountAdded,
    /// An account was revoked.
    AccountRevoked,
    /// A person signed in.
    SignedIn,
    /// A report was submitted.
    ReportSubmitted,
    /// The same submission came again.
    SubmissionRepeated,
    /// A file was received and sealed.
    FileReceived,
    /// Something was said of a file.
    FileDescribed,
    /// A report was finished by its sender.
    ReportFinished,
    /// A report was retracted by its sender.
    ReportRetracted,
    /// A report was never finished in time.
    ReportExpired,
    /// A report was found to repeat an earlier one, files included, and was folded into it.
    ReportFolded,
    /// A report was tied into a case.
    CaseTied,
    /// Two cases became one.
    CasesMerged,
    /// A case was ranked.
    CaseRanked,
    /// A case was read.
    CaseRead,
    /// Reports left a case for another: what tied them ties no more, or a person parted them.
    CaseParted,
    /// A person decided that reports are one case, or are not.
    DecisionMade,
    /// A person's decision was undone.
    DecisionUndone,
    /// Cases that tell of one thing were put into one row of the queue.
    StormGathered,
    /// Persons of a case were compared with those of other cases.
    PersonsCompared,
    /// The reports of every case were read again, to compute their ranks anew.
    RanksReplayed,
    /// What came of a report was recorded.
    OutcomeRecorded,
    /// A clock of a case was stopped: what it asked for is done.
    ClockStopped,
    /// A list of known material was added, or what is said of it was changed.
    ListChanged,
    /// Entries came into a list, changed in it, or left it.
    ListImported,
    /// A list was written out.
    ListExported,
    /// Files or hashes were compared with the lists, and the answer was given.
    MaterialCompared,
    /// A file of a report matched entries of lists.
    MaterialMatched,
    /// A person said whether a match is right.
    MatchJudged,
    /// New entries matched a file that was held already: its case was looked at anew.
    CaseReopened,
    /// A report of suspicion was written for a financial-intelligence unit.
    SuspicionWritten,
}

/// One custody event. Its canonical bytes are its JSON as first written; they are sealed, and only
/// a salted commitment to them enters the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustodyEvent {
    /// When.
    pub at: Timestamp,
    /// What.
    pub deed: Deed,
    /// Who: `account:12`, `operator`, `clock`.
    pub who: String,
    /// The report it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<i64>,
    /// The case it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<i64>,
    /// The file it is about, as 32 hex digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// SHA-256 of the bytes it is about, as 64 hex digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// A reason or a detail in plain words, never personal data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl CustodyEvent {
    /// An event about nothing yet.
    pub fn new(at: Timestamp, deed: Deed, who: impl Into<String>) -> Self {
        Self {
            at,
            deed,
            who: who.into(),
            report: None,
            case: None,
            file: None,
            sha256: None,
            note: None,
        }
    }
}
