//! Adds findings up to a rank that explains itself: rules as data, facts from a report, findings
//! per case.
//!
//! Pure: a policy is text, a report is a value, "now" is a parameter. The crate ranks reports,
//! never people, and closes nothing. Two numbers that never mix: *danger* (how endangered a child
//! is now) and *actionability* (how much a receiver can do with what is there).
//!
//! Invariant 6 (nothing lowers a live-danger signal) is built in rather than left to the policy's
//! author: danger points cannot be negative; on a report that speaks of live danger no `unless` is
//! heeded, and a detail that the sender did not say is presumed to be the worst, in a sentence that
//! says so; a rule replaces another only where the sum cannot fall; and a policy that does not
//! raise live-streamed and escalated reports, self-harm and known children above all others is
//! refused.
//!
//! A case that waits gains points beside its rank ([`Ageing`]), never within it: danger stays the
//! sum of its findings, and no waiting lifts a case over an override.

mod ageing;
mod calendar;
mod combine;
mod due;
mod facts;
mod feedback;
mod findings;
mod help;
pub mod ledger;
mod policy;
mod problem;
pub mod replay;
mod supersession;
mod table;
mod text;

pub use ageing::{AGEING_RULE, Ageing, QueueKey};
pub use calendar::{Basis, Calendar, Clock, ClockKind, Jurisdiction, Length, Start};
pub use combine::{REFS_MAX, combine};
pub use due::{CaseTimes, Due, DueState, due};
pub use facts::{Context, Fact, Material};
pub use feedback::{Ask, Feedback};
pub use findings::report_findings;
pub use help::{Help, Missing, help};
pub use policy::{
    HOURS_PER_POINT_MAX, POINTS_MAX, POLICY_BYTES_MAX, Policy, RULES_MAX, Rule, TEXT_BYTES_MAX,
};
pub use problem::{PolicyError, PolicyProblem};
pub use supersession::SUPERSEDED_MAX;
pub use table::{
    ENTRIES_MAX, ENTRY_TEXT_BYTES_MAX, FIELD_BYTES_MAX, TABLE_BYTES_MAX, TableError, TableProblem,
};

#[cfg(test)]
mod invariant_tests;
