//! Decides when two reports are about one child, offender or place, and says why.
//!
//! Pure: it takes mentions and what is already known of their normal forms, and answers with
//! values. Finding what is known (the blind index) is the caller's work, and so is acting on the
//! answer.
//!
//! One rule stands above the others: a false tie costs more than a missed one, because it mixes the
//! affairs of strangers. Whatever may point at several people keeps its normal form, so that it can
//! be searched for, but does not tie (`Identifier::ties`).

mod checks;
mod identifiers;
mod normal;
mod numbering;
mod policy;
mod rules;
mod text;
mod tie;
mod why;

pub use identifiers::{identifiers, own_identifier};
pub use numbering::{Region, UnknownRegion};
pub use policy::{LinkPolicy, LinkPolicyError, LinkPolicyProblem, POLICY_BYTES_MAX};
pub use rules::{
    Example, IdentifierRules, IdentifierRulesError, IdentifierRulesProblem, RULES_BYTES_MAX,
};
pub use text::{Hit, extract};
pub use tie::{Known, Tie, TieLink, tie};
pub use why::why;
