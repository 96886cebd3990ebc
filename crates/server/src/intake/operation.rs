//! What can be asked of the committer: each operation is one state change, prepared outside of it.

use model::{
    AccountId, CaseId, CustodyEvent, DecisionId, EntryId, FileId, Finding, Identifier, MatchId,
    ReportId, ReportOutcome, Timestamp,
};
use store::{
    AccountRow, Blind, ClockDoneRow, DecisionRow, FileRow, ListRow, ListSourceRow, MatchState,
    PersonKeyRow, Sealed, SubmissionRow,
};
use tokio::sync::oneshot;
use triage::Help;
use vault::DataKey;

use super::IntakeError;
use super::fetching::{FeedbackTold, SourceOrder};
use super::material::{EntriesKept, EntryBatch, Rematch};
use super::storm::PreparedStorm;
use crate::material::PreparedMaterial;

/// Who asks: an account, the operator at the machine, or the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// An account that proved itself.
    Account(AccountId),
    /// A person with access to the keys of this installation: the command line, the start link.
    Operator,
    /// The clock, when a time limit passed.
    Clock,
}

impl Actor {
    /// The account under whose name the actor's reports stand. The operator's stand under account
    /// 0.
    pub(crate) const fn account(self) -> AccountId {
        match self {
            Self::Account(account) => account,
            Self::Operator | Self::Clock => AccountId::new(0),
        }
    }
}

impl std::fmt::Display for Actor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Account(account) => write!(f, "account:{account}"),
            Self::Operator => f.write_str("operator"),
            Self::Clock => f.write_str("clock"),
        }
    }
}

/// A submission, sealed and ready to be kept.
pub(crate) struct Submission {
    pub(crate) row: SubmissionRow,
    /// The record's data key, and the same wrapped under the agency's key.
    pub(crate) key: DataKey,
    pub(crate) key_wrapped: Vec<u8>,
    /// SHA-256 of the submission's bytes, for the custody event.
    pub(crate) sha256: [u8; 32],
    pub(crate) actor: Actor,
}

/// A file that lies sealed in the blob store and now becomes part of its report.
pub(crate) struct NewFile {
    pub(crate) row: FileRow,
    pub(crate) key: DataKey,
    pub(crate) sha256: [u8; 32],
    /// Its exact hashes, blinded.
    pub(crate) hashes: Vec<Blind>,
    /// What it looks like, if it is a picture or a video.
    pub(crate) look: Option<Sealed>,
    pub(crate) actor: Actor,
}

/// What a sender says of a file.
pub(crate) struct Description {
    pub(crate) report: ReportId,
    pub(crate) file: FileId,
    pub(crate) details_sealed: Sealed,
    pub(crate) key: DataKey,
    pub(crate) actor: Actor,
}

/// A report read, normalised and judged on its own, ready to be tied and ranked.
pub(crate) struct Finishing {
    pub(crate) report: ReportId,
    /// The revision that was read; a later change makes the preparation stale.
    pub(crate) revision: i64,
    pub(crate) key: DataKey,
    /// The moment that the report is about: of the incident, or of the finish where it is not said.
    pub(crate) about: Timestamp,
    pub(crate) identifiers: Vec<PreparedIdentifier>,
    /// Identifiers of the children themselves, blinded apart from all others.
    pub(crate) children: Vec<Blind>,
    pub(crate) storm: PreparedStorm,
    /// The keys under which its persons are found again.
    pub(crate) persons: Vec<PersonKeyRow>,
    pub(crate) judged: Judged,
    /// The same for the case that one of the children is known from an earlier report; `None`
    /// where nothing identifies a child.
    pub(crate) judged_known: Option<Judged>,
    /// What would have helped: for its sender and for the ledger, not for its rank.
    pub(crate) help: Help,
    /// What the lists of known material say of its files; `None` where it has none.
    pub(crate) material: Option<PreparedMaterial>,
    pub(crate) actor: Actor,
}

/// What the policy says of a report on its own, and the same sealed.
pub(crate) struct Judged {
    pub(crate) findings: Vec<Finding>,
    pub(crate) sealed: Sealed,
}

/// An identifier with its blind index and its sealed form.
pub(crate) struct PreparedIdentifier {
    pub(crate) identifier: Identifier,
    pub(crate) blind: Blind,
    pub(crate) sealed: Sealed,
}

/// One state change.
pub(crate) enum Operation {
    Submit(Box<Submission>),
    AddFile(Box<NewFile>),
    Describe(Box<Description>),
    Finish(Box<Finishing>),
    /// A report without files that is finished in the moment it comes.
    SubmitWhole(Box<Submission>, Box<Finishing>),
    Retract(ReportId, Actor),
    Expire(ReportId),
    RecordOutcome(ReportId, ReportOutcome, Actor),
    StopClock(ClockDoneRow, CustodyEvent),
    AddAccount(Box<AccountRow>, CustodyEvent),
    RevokeAccount(AccountId, CustodyEvent),
    /// An event that changes no row.
    Record(CustodyEvent),
    /// A person's decision about which reports belong together.
    Decide(Box<DecisionRow>, Actor),
    /// A decision is undone.
    Undo(DecisionId, Actor),
    /// A list of known material is added or changed.
    PutList(Box<ListRow>, CustodyEvent),
    /// Entries come into a list or leave it.
    PutEntries(Box<EntryBatch>),
    /// Where a list is fetched from, or how far that came.
    ChangeSource(SourceOrder),
    /// An entry that was held back matches again.
    ReleaseEntry(EntryId, Actor),
    /// A person says whether a match is right.
    JudgeMatch(MatchId, MatchState, Actor),
    /// The keeper of a list was told what persons made of matches.
    FeedbackTold(FeedbackTold),
    /// A finished report is judged anew.
    Rematch(Box<Rematch>),
    /// Changes to entries up to this one were compared with what is held.
    HeldMatched(i64),
    /// The program ends: what can be read faster next time is written down.
    Rest,
}

impl Operation {
    /// Whether the operation needs the link index.
    pub(crate) fn ties(&self) -> bool {
        let alone = matches!(self, Self::Decide(..) | Self::Undo(..) | Self::Rematch(_));
        alone || self.finishing().is_some()
    }

    /// The finishing part of an operation that has one.
    pub(crate) fn finishing(&self) -> Option<&Finishing> {
        match self {
            Self::Finish(finishing) | Self::SubmitWhole(_, finishing) => Some(finishing),
            _ => None,
        }
    }
}

/// What became of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The report stands under this id; `repeated` if the same submission was there before.
    Submitted { report: ReportId, repeated: bool },
    /// Done.
    Done,
    /// Finished; these are its files, and this its case.
    Finished { files: Vec<FileId>, case: CaseId },
    /// Decided; these are the cases that it touched, as they stand now.
    Decided { cases: Vec<CaseId> },
    /// Entries of a list were kept.
    EntriesKept(EntriesKept),
    /// The source of a list, as it stands now.
    Source(Box<ListSourceRow>),
    /// The report changed since it was prepared: prepare again.
    Stale,
}

/// An operation on its way to the committer.
pub(crate) struct Order {
    pub(crate) operation: Operation,
    pub(crate) at: Timestamp,
    pub(crate) answer: oneshot::Sender<Result<Outcome, IntakeError>>,
}
