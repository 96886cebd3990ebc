//! Why identifier rules were refused.

use super::RULES_BYTES_MAX;

/// Why identifier rules were refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct IdentifierRulesError {
    /// The file as named by the caller.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: IdentifierRulesProblem,
}

impl IdentifierRulesError {
    /// A stable code, documented in the reference.
    pub const fn code(&self) -> &'static str {
        match self.problem {
            IdentifierRulesProblem::TooLong => "identifier-rules.too-long",
            IdentifierRulesProblem::Syntax { .. } => "identifier-rules.syntax",
            IdentifierRulesProblem::Unstated { .. } => "identifier-rules.unstated",
            IdentifierRulesProblem::Name { .. } => "identifier-rules.name",
            IdentifierRulesProblem::NameLengths => "identifier-rules.name-lengths",
            IdentifierRulesProblem::Label { .. } => "identifier-rules.label",
            IdentifierRulesProblem::LabelTwice { .. } => "identifier-rules.label-twice",
            IdentifierRulesProblem::Link { .. } => "identifier-rules.link",
            IdentifierRulesProblem::Region { .. } => "identifier-rules.region",
            IdentifierRulesProblem::UnknownKind { .. } => "identifier-rules.kind-unknown",
            IdentifierRulesProblem::KindTwice { .. } => "identifier-rules.kind-twice",
            IdentifierRulesProblem::KindMissing { .. } => "identifier-rules.kind-missing",
            IdentifierRulesProblem::NoExample { .. } => "identifier-rules.no-example",
        }
    }
}

/// What is wrong with identifier rules.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierRulesProblem {
    /// More than [`RULES_BYTES_MAX`] bytes.
    #[error("the rules are longer than {RULES_BYTES_MAX} bytes")]
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
    /// A name that cannot begin a normal form.
    #[error("`{name}` must be lower-case letters and digits only")]
    Name {
        /// The name as written.
        name: String,
    },
    /// Lengths that no name can have.
    #[error("`names` must say 1 ≤ min ≤ max ≤ 128")]
    NameLengths,
    /// A label that cannot be found in text.
    #[error(
        "the label `{label}` must begin with a letter or digit, have two characters or more \
         (a short one may have one), and no space at its ends"
    )]
    Label {
        /// The label as written.
        label: String,
    },
    /// A label that stands for two things.
    #[error("the label `{label}` stands twice: it can announce one thing only")]
    LabelTwice {
        /// The label as written.
        label: String,
    },
    /// A link without a host, or without `{}` at its end.
    #[error("the link `{link}` must be `host/path/` with {{}} at its end, where the name stands")]
    Link {
        /// The link as written.
        link: String,
    },
    /// Not a region.
    #[error("`{name}` is not a region: give the two letters of ISO 3166-1, such as PH")]
    Region {
        /// The name as written.
        name: String,
    },
    /// Not a kind that stands in text.
    #[error("`{name}` is not a kind of identifier that stands in text")]
    UnknownKind {
        /// The name as written.
        name: String,
    },
    /// A kind stands twice.
    #[error("the kind `{name}` stands twice")]
    KindTwice {
        /// The kind.
        name: String,
    },
    /// A kind does not stand at all.
    #[error("the kind `{name}` is missing: add a [[kind]] table for it")]
    KindMissing {
        /// The kind.
        name: &'static str,
    },
    /// A kind without an example.
    #[error("the kind `{name}` has no example: add one, it is the kind's test")]
    NoExample {
        /// The kind.
        name: String,
    },
}
