//! Findings: what an engine says about a subject. A finding is a reason for a person to look, never
//! a verdict.

use serde::{Deserialize, Serialize};

/// Which of the two numbers a finding adds to. They never mix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Score {
    /// How endangered a child is now.
    Danger,
    /// How much a receiver can do with what is there.
    Actionability,
}

/// A hard override that no score can beat. Later variants stand higher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Override {
    /// The sender escalated the report: immediate risk to a child.
    Escalated,
    /// Abuse is live now.
    LiveNow,
}

impl Override {
    /// The name as written in JSON and policy.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Escalated => "escalated",
            Self::LiveNow => "live_now",
        }
    }

    /// The override's standing: 0 is none, higher stands higher. Stored and sorted by.
    pub const fn standing(which: Option<Self>) -> i64 {
        match which {
            None => 0,
            Some(Self::Escalated) => 1,
            Some(Self::LiveNow) => 2,
        }
    }

    /// The override of a standing; `None` for 0 and for numbers this version does not know.
    pub const fn of_standing(standing: i64) -> Option<Self> {
        match standing {
            1 => Some(Self::Escalated),
            2 => Some(Self::LiveNow),
            _ => None,
        }
    }
}

/// What an engine says: which rule, in which version, how many points, and why in a plain sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which number it adds to.
    pub score: Score,
    /// The rule's id.
    pub rule: String,
    /// The version of the policy that held the rule.
    pub version: String,
    /// Points; never negative for danger (invariant 6).
    pub points: i64,
    /// A sentence that a non-engineer understands.
    pub text: String,
    /// The override it raises, if any.
    #[serde(rename = "override", default, skip_serializing_if = "Option::is_none")]
    pub raises: Option<Override>,
    /// The numbers of the reports it rests on, ascending.
    #[serde(default)]
    pub refs: Vec<i64>,
}
