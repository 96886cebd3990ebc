//! Finds records that may be of one person although their names are spelled differently.
//!
//! What comes of it is a *suggestion* with reasons, which a person confirms or refuses; it ties
//! nothing by itself. Records are compared as Fellegi and Sunter do: each field that agrees or
//! differs says so many bits, which add up. What is missing says nothing.
//!
//! No demographic inference: gender, nationality, ethnicity, faith and the like are never derived,
//! kept or used. Names are compared with names, as letters; countries are those that a sender
//! stated of addresses.

mod birth;
mod blocking;
mod dedupe;
mod evidence;
mod fold;
mod interner;
mod learn;
mod levels;
mod names;
mod record;
mod refusal;
mod roster;
#[cfg(test)]
mod testing;
mod weights;

pub use blocking::{BLOCKING_KEYS_MAX, blocking_keys};
pub use dedupe::{BLOCK_NEIGHBOURS, BLOCK_RECORDS_MAX, PersonPair, PersonPairs, dedupe};
pub use evidence::{PersonEvidence, PersonMatch, compare};
pub use fold::{NAME_CHARS_MAX, NAME_WORDS_MAX, WORD_CHARS_MAX};
pub use learn::learn;
pub use names::NamePolicy;
pub use record::{PersonDetails, PersonRecord};
pub use refusal::{PERSON_POLICY_BYTES_MAX, PersonPolicyError, PersonPolicyProblem};
pub use roster::PersonRoster;
pub use weights::{PersonField, PersonWeights};
