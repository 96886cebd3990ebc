//! Why a policy about persons (spellings of names, weights) was refused, and where.

use toml::Spanned;

/// The longest policy text about persons that is read, in bytes.
pub const PERSON_POLICY_BYTES_MAX: usize = 256 << 10;

/// Why a policy about persons was refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct PersonPolicyError {
    /// The file as named by the caller.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: PersonPolicyProblem,
}

impl PersonPolicyError {
    /// A stable code, documented in the reference.
    pub const fn code(&self) -> &'static str {
        match self.problem {
            PersonPolicyProblem::TooLong => "person-policy.too-long",
            PersonPolicyProblem::Syntax { .. } => "person-policy.syntax",
            PersonPolicyProblem::Unstated { .. } => "person-policy.unstated",
            PersonPolicyProblem::OutOfRange { .. } => "person-policy.out-of-range",
            PersonPolicyProblem::BadWord { .. } => "person-policy.word-bad",
            PersonPolicyProblem::BadPair { .. } => "person-policy.pair-bad",
            PersonPolicyProblem::Twice { .. } => "person-policy.twice",
            PersonPolicyProblem::UnknownField => "person-policy.field-unknown",
            PersonPolicyProblem::FieldMissing { .. } => "person-policy.field-missing",
            PersonPolicyProblem::WrongLevels { .. } => "person-policy.levels-wrong",
            PersonPolicyProblem::Backwards { .. } => "person-policy.backwards",
        }
    }
}

/// What is wrong with a policy about persons.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PersonPolicyProblem {
    /// More than [`PERSON_POLICY_BYTES_MAX`] bytes.
    #[error("the policy is longer than {PERSON_POLICY_BYTES_MAX} bytes")]
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
    #[error("`{key}` must be {range}")]
    OutOfRange {
        /// The key.
        key: &'static str,
        /// What it may be.
        range: &'static str,
    },
    /// A name that is not in folded form.
    #[error("a word of `{key}` is not 1 to 32 small Latin letters without accents")]
    BadWord {
        /// The key.
        key: &'static str,
    },
    /// A rewrite or a letter that is not a pair.
    #[error("an entry of `{key}` is not two words with one space between them: \"ph f\"")]
    BadPair {
        /// The key.
        key: &'static str,
    },
    /// A word that stands in two places.
    #[error("a word of `{key}` stands twice: keep one")]
    Twice {
        /// The key.
        key: &'static str,
    },
    /// Not a field of a person.
    #[error(
        "this is not a field of a person; known are {}",
        super::weights::known_fields()
    )]
    UnknownField,
    /// A field does not stand at all.
    #[error("the field `{name}` is missing: add a [[field]] table for it")]
    FieldMissing {
        /// The field.
        name: &'static str,
    },
    /// Other levels than the field has.
    #[error("the levels of `{name}` must be, in this order: {levels}")]
    WrongLevels {
        /// The field.
        name: &'static str,
        /// Its levels.
        levels: String,
    },
    /// Agreement would speak against, or difference for.
    #[error("in `{name}`, `same` must have m ≥ u, and `different` m ≤ u")]
    Backwards {
        /// The field.
        name: &'static str,
    },
}

/// A policy's text with its file's name: makes errors that name a line.
pub(super) struct PolicyText<'a> {
    pub(super) text: &'a str,
    pub(super) file: &'a str,
}

impl PolicyText<'_> {
    /// Reads the text as TOML of one shape.
    pub(super) fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T, PersonPolicyError> {
        if self.text.len() > PERSON_POLICY_BYTES_MAX {
            return Err(self.refuse(0, PersonPolicyProblem::TooLong));
        }
        toml::from_str(self.text).map_err(|source| {
            let at = source.span().map_or(0, |span| span.start);
            let reason = source.message().to_owned();
            self.refuse(at, PersonPolicyProblem::Syntax { reason })
        })
    }

    /// An error at a byte of the text.
    pub(super) fn refuse(&self, at: usize, problem: PersonPolicyProblem) -> PersonPolicyError {
        let before = self.text.bytes().take(at);
        PersonPolicyError {
            file: self.file.to_owned(),
            line: before.filter(|byte| *byte == b'\n').count() + 1,
            problem,
        }
    }

    /// A text that must say something.
    pub(super) fn stated(
        &self,
        value: &Spanned<String>,
        key: &'static str,
    ) -> Result<String, PersonPolicyError> {
        if value.get_ref().trim().is_empty() {
            return Err(self.refuse(value.span().start, PersonPolicyProblem::Unstated { key }));
        }
        Ok(value.get_ref().clone())
    }
}
