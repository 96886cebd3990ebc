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
    /// A child who is known from before is at risk.
    KnownChild,
    /// A child may harm itself.
    SelfHarm,
    /// The sender escalated the report: imminent danger to a child.
    Escalated,
    /// Abuse is live now.
    LiveNow,
}

impl Override {
    /// Every override, the lowest first.
    pub const ALL: [Self; 4] = [
        Self::KnownChild,
        Self::SelfHarm,
        Self::Escalated,
        Self::LiveNow,
    ];

    /// The name as written in JSON and policy.
    pub const fn name(self) -> &'static str {
        match self {
            Self::KnownChild => "known_child",
            Self::SelfHarm => "self_harm",
            Self::Escalated => "escalated",
            Self::LiveNow => "live_now",
        }
    }

    /// The name as people read it.
    pub const fn words(self) -> &'static str {
        match self {
            Self::KnownChild => "known child at risk",
            Self::SelfHarm => "self-harm",
            Self::Escalated => "escalated",
            Self::LiveNow => "live now",
        }
    }

    /// The override's standing: 0 is none, higher stands higher. Stored and sorted by.
    pub const fn standing(which: Option<Self>) -> i64 {
        match which {
            None => 0,
            Some(Self::KnownChild) => 1,
            Some(Self::SelfHarm) => 2,
            Some(Self::Escalated) => 3,
            Some(Self::LiveNow) => 4,
        }
    }

    /// The override of a standing; `None` for 0 and for numbers this version does not know.
    pub fn of_standing(standing: i64) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|raised| Self::standing(Some(*raised)) == standing)
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
    /// The ids of the weaker rules of the same version whose findings it stands for, directly or
    /// through others, ascending.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub supersedes: Vec<String>,
}
