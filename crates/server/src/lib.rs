//! Intake, console and jobs: everything that opens a Watchfire and lets people and machines reach
//! it.
//!
//! [`Station`] is an opened Watchfire; every door goes through it. This is the only crate that
//! serves HTTP: the CyberTipline-compatible door at `/ispws`, the console's pages at `/`.

mod accounts;
mod api;
mod calendar;
mod casefile;
mod config;
mod feedback;
mod intake;
mod ispws;
mod listen;
mod logbook;
mod matching;
mod material;
mod pages;
pub mod payments;
mod persons;
mod problem;
mod replay;
mod said;
mod sealed_names;
pub mod sender;
mod serve;
mod slowdown;
mod station;
mod stormfile;

pub use accounts::{ACCOUNT_NAME_CHARS_MAX, Account, AccountError};
pub use calendar::{CaseClock, ClockError};
pub use casefile::{
    CASE_ROWS_MAX, CaseFile, CaseSuggestion, EvidenceItem, Member, PaymentsOfReport, QueueEntry,
    QueuePage, Remark, StormSummary,
};
pub use config::{Config, ConfigRefusal, LISTEN_DEFAULT};
pub use feedback::{OPERATOR_NAME, ReportFeedback, SenderLedger};
pub use intake::{
    Actor, Decided, Decision, Finished, IntakeError, IntakeFault, IntakeRefusal, OpenReport,
    Origin, REASON_BYTES_MAX, Received, Submitted, Upload,
};
pub use logbook::{Disagreement, Logbook, LogbookError};
pub use material::{
    CallError, Comparison, CredentialsError, FeedbackSent, FetchError, FetchLimits, FetchProgress,
    Fetched, FetchedDue, FileLook, Found, FoundInCase, FrameLook, Hashed, Hashing, ImportProgress,
    Imported, ListService, ListSettings, ListSource, ListSummary, Look, MATCHES_MAX, MatchFeedback,
    OtherLook, SHARED_COMPARTMENT, Said, SharedClip, SourceSettings, SourceSummary, WalkFault,
    cage_of_this_program, inmate,
};
pub use pages::SignInLink;
pub use problem::Problem;
pub use replay::{Explanation, FailedCase, RanksVerified, Reason, Replay, ReplayedCase};
pub use serve::{ServeError, Server};
pub use station::{IfMissing, OpenError, Station, read_policy};
pub use store::{MatchState, QueueCursor, StoreFault};
pub use stormfile::{StormFile, StormMember};
pub use triage::replay::{Mismatch, Summary as ReplaySummary};
