//! Why a triage policy is refused: file, line and reason.

use crate::policy::{HOURS_PER_POINT_MAX, POINTS_MAX, POLICY_BYTES_MAX, RULES_MAX, TEXT_BYTES_MAX};
use crate::supersession::SUPERSEDED_MAX;

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
        self.problem.code()
    }
}

/// What is wrong with a policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyProblem {
    /// More than [`POLICY_BYTES_MAX`] bytes.
    #[error("the policy is longer than {POLICY_BYTES_MAX} bytes")]
    TooLong,
    /// More than [`RULES_MAX`] rules.
    #[error("the policy has more than {RULES_MAX} rules")]
    TooManyRules,
    /// Not TOML, or not of the expected shape.
    #[error("{reason}")]
    Syntax {
        /// What the reader says.
        reason: String,
    },
    /// A text that must say something is empty, or longer than [`TEXT_BYTES_MAX`].
    #[error("`{key}` must say something, in at most {TEXT_BYTES_MAX} bytes")]
    Unstated {
        /// The key.
        key: &'static str,
    },
    /// Not an id.
    #[error("a rule's id is made of a-z, 0-9 and hyphens, at most 64 of them")]
    BadId,
    /// The id under which waiting is shown.
    #[error("the id `ageing` belongs to the points for waiting: choose another")]
    IdTaken,
    /// Ageing that would drown danger, or that is none.
    #[error("`hours_per_point` must be a whole number from 1 to {HOURS_PER_POINT_MAX}")]
    AgeingOutOfRange,
    /// A rule that replaces one that is not there.
    #[error("`supersedes` names `{id}`, and there is no rule of that id")]
    SupersedesUnknown {
        /// The id as written.
        id: String,
    },
    /// A rule that replaces itself.
    #[error("a rule cannot supersede itself")]
    SupersedesItself,
    /// Rules that replace each other.
    #[error("rules supersede each other in a loop: `{path}`")]
    SupersedesLoop {
        /// The ids along the loop, the first again at the end.
        path: String,
    },
    /// A danger rule that replaces one of actionability, or the other way.
    #[error("`{id}` adds to the other score: the two never mix, so none supersedes the other")]
    SupersedesOtherScore {
        /// The other rule.
        id: String,
    },
    /// A rule with an override would be hidden.
    #[error("`{id}` carries an override, which nothing may supersede")]
    SupersedesOverride {
        /// The other rule.
        id: String,
    },
    /// A rank would get lower by a further finding.
    #[error(
        "what this rule supersedes, directly or through others, has {sum} points together: the \
         rule needs at least as many, since a further finding never lowers a rank"
    )]
    SupersedesStronger {
        /// The points of all that it replaces.
        sum: i64,
    },
    /// More than [`SUPERSEDED_MAX`] rules replaced by one.
    #[error("a rule can supersede at most {SUPERSEDED_MAX} others, directly or through others")]
    SupersedesTooMany,
    /// Two rules of one id.
    #[error("the rule `{id}` stands already in line {first_line}")]
    DuplicateId {
        /// The id.
        id: String,
        /// The line of the first.
        first_line: usize,
    },
    /// Points that cannot be meant, or that would lower a rank.
    #[error("points must be from 0 to {POINTS_MAX}: nothing lowers a rank")]
    PointsOutOfRange,
    /// Not a fact.
    #[error("`{name}` is not a fact that a rule can ask for")]
    UnknownFact {
        /// The name as written.
        name: String,
    },
    /// `when` names no fact.
    #[error("`when` must name at least one fact")]
    WhenEmpty,
    /// Danger from how much was filled in.
    #[error("`{name}` cannot show danger: it depends on how much the sender filled in")]
    FactShowsNoDanger {
        /// The fact.
        name: String,
    },
    /// An override that is not a matter of danger.
    #[error("only a rule of score \"danger\" can carry an override")]
    OverrideWithoutDanger,
    /// The override of known children, without asking whether the child is known.
    #[error("the override \"known_child\" needs the fact `victim_known` in `when`")]
    KnownChildUnasked,
    /// Something that would withhold a live-danger signal.
    #[error(
        "a rule with an override, or about escalated or live-streamed reports, can carry no \
         `unless`: nothing lowers a live-danger signal"
    )]
    UnlessOnLiveDanger,
    /// A fact that may not withhold points.
    #[error(
        "`{name}` cannot withhold points: only marks of volume (spam, viral, viral_batch, \
         potential_meme) and of drawn or generated content can"
    )]
    FactWithholdsNothing {
        /// The fact.
        name: String,
    },
    /// A fact needs a number that the rule does not set.
    #[error("the fact `{fact}` needs `{key}`, a whole number from 1 to {max}")]
    BoundMissing {
        /// The fact.
        fact: &'static str,
        /// The key.
        key: &'static str,
        /// The highest number that makes sense.
        max: i64,
    },
    /// A number that no fact of the rule asks for.
    #[error("`{key}` means nothing without the fact `{fact}` in `when`")]
    BoundIdle {
        /// The fact.
        fact: &'static str,
        /// The key.
        key: &'static str,
    },
    /// A parameter that the text cannot have.
    #[error("`{{{name}}}` is not a parameter that this rule's text can have")]
    UnknownParameter {
        /// The parameter as written.
        name: String,
    },
    /// A brace without its other half.
    #[error("a brace in the text has no other half")]
    LooseBrace,
    /// A danger rule about a detail does not say what it says when the detail is unsaid.
    #[error(
        "a danger rule about a detail needs `text_unsaid`: on a report of live danger the detail \
         is presumed, and the reader must be told"
    )]
    UnsaidTextMissing,
    /// A text for a case that cannot happen.
    #[error(
        "`text_unsaid` is only for danger rules about a detail (incident_recent, \
         victim_under_age, file_prepubescent)"
    )]
    UnsaidTextIdle,
    /// No rule raises every escalated report.
    #[error(
        "no rule with the override \"escalated\" (or higher) has `when = [\"escalated\"]` alone: \
         escalated reports must stand above all scores"
    )]
    EscalatedNotRaised,
    /// No rule raises every live-streamed report that may be going on.
    #[error(
        "no rule with the override \"live_now\" has `when = [\"mark_live_streaming\", \
         \"incident_recent\"]` (or less): abuse that is live now must stand above all"
    )]
    LiveNotRaised,
    /// No rule raises every report of a child that is driven to hurt itself.
    #[error(
        "no rule with the override \"self_harm\" (or higher) has \
         `when = [\"mark_sadistic_exploitation\"]` alone: a child that is driven to hurt itself \
         must stand above all scores"
    )]
    SelfHarmNotRaised,
    /// No rule marks every report of a known child.
    #[error(
        "no rule with the override \"known_child\" has `when = [\"victim_known\"]` alone: a child \
         known from before must stand above all scores"
    )]
    KnownChildNotRaised,
}

impl PolicyProblem {
    const fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "policy.too-long",
            Self::TooManyRules => "policy.too-many-rules",
            Self::Syntax { .. } => "policy.syntax",
            Self::Unstated { .. } => "policy.unstated",
            Self::BadId => "policy.id-bad",
            Self::IdTaken => "policy.id-taken",
            Self::AgeingOutOfRange => "policy.ageing-out-of-range",
            Self::SupersedesUnknown { .. } => "policy.supersedes-unknown",
            Self::SupersedesItself => "policy.supersedes-itself",
            Self::SupersedesLoop { .. } => "policy.supersedes-loop",
            Self::SupersedesOtherScore { .. } => "policy.supersedes-other-score",
            Self::SupersedesOverride { .. } => "policy.supersedes-override",
            Self::SupersedesStronger { .. } => "policy.supersedes-stronger",
            Self::SupersedesTooMany => "policy.supersedes-too-many",
            Self::KnownChildUnasked => "policy.known-child-unasked",
            Self::DuplicateId { .. } => "policy.id-twice",
            Self::PointsOutOfRange => "policy.points-out-of-range",
            Self::UnknownFact { .. } => "policy.fact-unknown",
            Self::WhenEmpty => "policy.when-empty",
            Self::FactShowsNoDanger { .. } => "policy.fact-shows-no-danger",
            Self::OverrideWithoutDanger => "policy.override-without-danger",
            Self::UnlessOnLiveDanger => "policy.unless-on-live-danger",
            Self::FactWithholdsNothing { .. } => "policy.fact-withholds-nothing",
            Self::BoundMissing { .. } => "policy.bound-missing",
            Self::BoundIdle { .. } => "policy.bound-idle",
            Self::UnknownParameter { .. } => "policy.parameter-unknown",
            Self::LooseBrace => "policy.brace-loose",
            Self::UnsaidTextMissing => "policy.unsaid-text-missing",
            Self::UnsaidTextIdle => "policy.unsaid-text-idle",
            Self::EscalatedNotRaised => "policy.escalated-not-raised",
            Self::LiveNotRaised => "policy.live-not-raised",
            Self::SelfHarmNotRaised => "policy.self-harm-not-raised",
            Self::KnownChildNotRaised => "policy.known-child-not-raised",
        }
    }
}
