//! Why a policy of typologies was refused.

use super::policy::{INDICATORS_MAX, POLICY_BYTES_MAX};
use crate::event::Marks;

/// Why a policy was refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct PolicyError {
    /// The file as named by the caller.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: PolicyProblem,
}

impl PolicyError {
    /// A stable code, documented in the reference.
    pub const fn code(&self) -> &'static str {
        match self.problem {
            PolicyProblem::TooLong => "typology.too-long",
            PolicyProblem::Syntax { .. } => "typology.syntax",
            PolicyProblem::Unstated { .. } => "typology.unstated",
            PolicyProblem::OutOfRange { .. } => "typology.out-of-range",
            PolicyProblem::Unknown { .. } => "typology.unknown",
            PolicyProblem::Twice { .. } => "typology.twice",
            PolicyProblem::NoGeneral => "typology.no-general",
            PolicyProblem::TooMany => "typology.too-many",
            PolicyProblem::Amount => "typology.amount",
            PolicyProblem::TwoPersons { .. } => "typology.two-persons",
            PolicyProblem::NoTest => "typology.no-test",
            PolicyProblem::Protection => "typology.protection",
            PolicyProblem::Needs { .. } => "typology.needs",
            PolicyProblem::Parameter { .. } => "typology.parameter",
            PolicyProblem::Brace => "typology.brace",
            PolicyProblem::Example { .. } => "typology.example",
        }
    }
}

/// What is wrong with a policy of typologies.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyProblem {
    /// More than [`POLICY_BYTES_MAX`] bytes in one file.
    #[error("the file is longer than {POLICY_BYTES_MAX} bytes")]
    TooLong,
    /// Not TOML, or not of the expected shape.
    #[error("{reason}")]
    Syntax {
        /// What the reader says.
        reason: String,
    },
    /// A text that must say something is empty.
    #[error("`{key}` must say something")]
    Unstated {
        /// The key.
        key: &'static str,
    },
    /// A number that cannot be meant.
    #[error("`{key}` must be from {min} to {max}")]
    OutOfRange {
        /// The key.
        key: &'static str,
        /// The least that can be meant.
        min: u32,
        /// The most that can be meant.
        max: u32,
    },
    /// A word that is none of those known.
    #[error("`{name}` is not a known {what}; known are {known}")]
    Unknown {
        /// What should have stood there.
        what: &'static str,
        /// The word as written.
        name: String,
        /// The words that are known.
        known: String,
    },
    /// An id stands twice.
    #[error("the id `{id}` stands twice")]
    Twice {
        /// The id.
        id: String,
    },
    /// None of the files, or more than one, is the general one.
    #[error("exactly one file of a policy has `alerts_at_points`: give alert.toml, once")]
    NoGeneral,
    /// More indicators, or more different tests of rows, than one pass takes.
    #[error(
        "more than {INDICATORS_MAX} indicators, or more than {} different row tests on one side",
        Marks::BITS
    )]
    TooMany,
    /// An amount that is none.
    #[error("an amount must be a decimal number above 0 and below a milliard minor units")]
    Amount,
    /// An attribute of a person is asked for without two persons' word.
    #[error(
        "this indicator asks about {attribute} and is off by default: switch it on only with \
         `two_persons` (first, second, who differ, and reason)"
    )]
    TwoPersons {
        /// Age, gender.
        attribute: &'static str,
    },
    /// An indicator of amounts or patterns that tests neither.
    #[error(
        "an indicator of this class must test what its class says: an amount, a pattern in time, \
         or both for a victim"
    )]
    NoTest,
    /// A victim's indicator that does not protect.
    #[error("an indicator of the class `victim` must have `route = \"protection\"`")]
    Protection,
    /// A needed indicator that does not stand before.
    #[error("`{id}` is needed and must stand before, on the same side")]
    Needs {
        /// The id as written.
        id: String,
    },
    /// A parameter in a sentence that its tests do not measure.
    #[error("the sentence may not use {{{name}}}: known are {known}")]
    Parameter {
        /// The name as written.
        name: String,
        /// The names that are known.
        known: &'static str,
    },
    /// A brace without its other half.
    #[error("the sentence has a `{{` or `}}` without its other half")]
    Brace,
    /// An example that cannot be read.
    #[error("the example's row cannot be read: {reason}")]
    Example {
        /// Which part.
        reason: String,
    },
}
