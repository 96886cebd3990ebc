//! What came of a report: the codes that an agency gives back to its sender.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What came of a finished report. Append only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportOutcome {
    /// It helped an investigation.
    Useful,
    /// It came too late to be acted on.
    Stale,
    /// What it tells is no crime where it happened.
    NoCrime,
    /// Others had told the same before.
    Duplicate,
    /// A child is safe because of it.
    ChildSafeguarded,
    /// It was looked at, and nothing came of it.
    NoOutcome,
}

impl ReportOutcome {
    /// Every outcome.
    pub const ALL: [Self; 6] = [
        Self::Useful,
        Self::Stale,
        Self::NoCrime,
        Self::Duplicate,
        Self::ChildSafeguarded,
        Self::NoOutcome,
    ];

    /// The code as written in JSON, in the database and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Useful => "useful",
            Self::Stale => "stale",
            Self::NoCrime => "no_crime",
            Self::Duplicate => "duplicate",
            Self::ChildSafeguarded => "child_safeguarded",
            Self::NoOutcome => "no_outcome",
        }
    }
}

impl fmt::Display for ReportOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Text that is not an outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "not an outcome: expected useful, stale, no_crime, duplicate, child_safeguarded or no_outcome"
)]
pub struct UnknownOutcome;

impl FromStr for ReportOutcome {
    type Err = UnknownOutcome;

    fn from_str(text: &str) -> Result<Self, UnknownOutcome> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.name() == text)
            .ok_or(UnknownOutcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_reads_back_and_its_refusal_names_all() {
        let words = UnknownOutcome.to_string();
        for outcome in ReportOutcome::ALL {
            assert_eq!(outcome.name().parse(), Ok(outcome));
            assert_eq!(
                serde_json::to_value(outcome).unwrap(),
                serde_json::Value::from(outcome.name())
            );
            assert!(words.contains(outcome.name()), "{outcome}");
        }
        assert_eq!("Useful".parse::<ReportOutcome>(), Err(UnknownOutcome));
    }
}
