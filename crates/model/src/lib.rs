//! The words of Watchfire: what every other crate means by a report, an identifier, a finding, a
//! case.
//!
//! This crate is pure: no files, sockets, ambient clock or ambient randomness. It knows no format
//! (that is `wire`), no database (`store`) and no key (`vault`).

mod account;
mod case;
mod clock;
mod country;
mod currency;
mod custody;
mod evidence;
mod finding;
mod hash;
mod identifier;
mod ids;
pub mod limits;
mod listed;
mod outcome;
mod payment;
mod report;
mod sensitive;

pub use account::{Role, UnknownRole};
pub use case::{Link, Rank, rank};
pub use clock::{Clock, Entropy, ManualClock, Timestamp};
pub use country::Country;
pub use currency::Currency;
pub use custody::{CustodyEvent, Deed};
pub use evidence::{Digests, FileFacts, Relevance, hex};
pub use finding::{Finding, Override, Score};
pub use hash::{BadHash, MaterialHash, PDQ_DISTANCE, PDQ_QUALITY, Pdq, PdqInput};
pub use identifier::{Identifier, IdentifierKind, Mention, MentionKind, Part};
pub use ids::{
    AccountId, BadId, CaseId, DecisionId, EntryId, FileId, ListId, MatchId, ReportId, StormId,
};
pub use listed::{
    EntryFeedback, EntryKey, ListChange, ListEntry, ListPurpose, Material, UnknownPurpose,
};
pub use outcome::{ReportOutcome, UnknownOutcome};
pub use payment::{Channel, Merchant, Payment, PaymentSide, Relation};
pub use report::{Door, IncidentKind, Mark, Moment, Narrative, Report, ReportState, Subject};
pub use sensitive::Sensitive;
