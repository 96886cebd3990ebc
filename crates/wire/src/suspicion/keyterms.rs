//! Terms by which a unit finds reports of one kind, as data.

use serde::Deserialize;

use super::profile::{ProfileError, parsed};

/// The terms that are built in.
const BUILTIN: &str = include_str!("../../../../policy/keyterms.toml");

/// A list of key terms.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyTerms {
    /// The version of the list.
    pub version: String,
    /// The terms.
    #[serde(rename = "term", default)]
    pub terms: Vec<KeyTerm>,
}

/// A key term.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyTerm {
    /// The term as it is written into reports.
    pub id: String,
    /// Whose it is.
    pub unit: String,
    /// What it marks.
    pub topic: String,
    /// Where in a report it belongs.
    pub place: String,
    /// Where it was published.
    pub source: String,
}

impl KeyTerms {
    /// Reads a list. `file` only serves the error.
    pub fn parse(text: &str, file: &str) -> Result<Self, ProfileError> {
        parsed(text, file)
    }

    /// The list that is built in.
    pub fn builtin() -> Result<Self, ProfileError> {
        Self::parse(BUILTIN, "policy/keyterms.toml")
    }

    /// Whether a term is in the list.
    pub fn has(&self, id: &str) -> bool {
        self.terms.iter().any(|term| term.id == id)
    }

    /// The terms of a topic.
    pub fn of<'a>(&'a self, topic: &'a str) -> impl Iterator<Item = &'a KeyTerm> {
        self.terms.iter().filter(move |term| term.topic == topic)
    }
}
