//! Known material: the lists in memory, what files look like, and the one answer to "is this
//! known?".
//!
//! The database has the lists; [`Bank`] is what is searched, and follows it by the order of all
//! changes. Hash values are secret: they are sealed where they are stored, and only their keyed
//! digests are searched in rows.

mod bank;
mod clips;
mod compare;
mod entry;
mod feedback;
mod fetch;
mod hashing;
mod held;
mod import;
mod judged;
mod lists;
mod look;
mod rematch;
mod saved;

pub(crate) use bank::Bank;
pub use clips::SharedClip;
pub(crate) use compare::{Aspect, Compared, Sees, exact_blinds};
pub use compare::{Comparison, Found, MATCHES_MAX, SHARED_COMPARTMENT, Said};
pub(crate) use entry::{EntryWords, blinds_of};
pub use feedback::MatchFeedback;
pub(crate) use fetch::watch as watch_sources;
pub use fetch::{
    CallError, CredentialsError, FeedbackSent, FetchError, FetchLimits, FetchProgress, Fetched,
    FetchedDue, ListService, ListSource, SourceSettings, SourceSummary, WalkFault,
};
pub use hashing::{Hashed, Hashing};
pub(crate) use held::Held;
pub use import::{ImportProgress, Imported};
pub use judged::{FileLook, FoundInCase};
pub(crate) use judged::{files_compared, open_looks};
pub use lists::{ListSettings, ListSummary};
pub(crate) use look::Looker;
pub use look::{FrameLook, Look, OtherLook, cage_of_this_program, inmate};
pub(crate) use rematch::PreparedMaterial;

/// What is searched for known material, and what looks into files.
pub(crate) struct Material {
    pub(crate) bank: Bank,
    pub(crate) held: Held,
    pub(crate) looker: Looker,
}
