//! Decides when two reports are about one child, offender or place, and says why.
//!
//! Pure: it takes mentions and gives identifiers in their normal form; it takes what reports
//! carry, as keyed digests, and gives cases, with the reasons ([`Index`]). Digesting, keeping and
//! acting on the answer are the caller's work.
//!
//! One rule stands above the others: a false tie costs more than a missed one, because it mixes the
//! affairs of strangers. Whatever may point at several people keeps its normal form, so that it can
//! be searched for, but does not tie (`Identifier::ties`).

pub mod bulk;
mod checks;
mod identifiers;
mod index;
mod normal;
mod numbering;
pub mod person;
mod policy;
mod rules;
mod storm;
mod storm_policy;
mod text;
mod why;

pub use identifiers::{identifiers, own_identifier};
pub use index::{
    CARRIED_MAX, CARRIERS_PER_REPORT_MAX, CARRIERS_WALKED_MAX, Carried, Edge,
    IDENTIFIERS_PER_CASE_MAX, Index, IndexRefusal, Move, Placement, Regrouping, SUGGESTIONS_MAX,
    SnapshotError, Suggestion, SuggestionWhy,
};
pub use numbering::{Region, UnknownRegion};
pub use policy::{LinkPolicy, LinkPolicyError, LinkPolicyProblem, POLICY_BYTES_MAX};
pub use rules::{
    Example, IdentifierRules, IdentifierRulesError, IdentifierRulesProblem, RULES_BYTES_MAX,
};
pub use storm::{STORM_KEYS_MAX, StormFacts, StormKey, StormKind, storm_facts};
pub use storm_policy::{STORM_POLICY_BYTES_MAX, StormPolicy, StormPolicyError, StormPolicyProblem};
pub use text::{Hit, extract};
pub use why::{why, why_weighted};
