//! What would have helped: the rules of actionability that a report left silent, each with the
//! field that would have made it speak.
//!
//! Computed from findings, after they are made: nothing here flows back into a rank.

use model::{Finding, Score};
use serde::Serialize;

use crate::facts::Fact;
use crate::feedback::Feedback;
use crate::policy::Policy;

/// A field that would have helped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The elements of the wire, as `policy/feedback.toml` names them.
    pub field: String,
    /// The rule that did not fire.
    pub rule: String,
    /// The points of actionability that it would have given.
    pub points: i64,
    /// A sentence for the sender.
    pub text: String,
}

/// What one report lacked, and how whole it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Help {
    /// The share of the attainable points of actionability that the report reached, 0 to 100,
    /// rounded down. Attainable is what any sender can fill in: fields that exist only where it is
    /// so (a second child, an earlier report) count neither for nor against.
    pub completeness: i64,
    /// What is missing, the most helpful first.
    pub missing: Vec<Missing>,
    /// Nothing in the report points at a person, account, device or place.
    #[serde(skip)]
    pub points_at_nobody: bool,
    /// A finding raised an override.
    #[serde(skip)]
    pub urgent: bool,
}

/// What would have helped, told from a report's own findings (`report_findings`).
///
/// A rule that marks can withhold (`unless`) is left out: whether it was silent for want of a field
/// cannot be told from its silence. So is a rule that `feedback` has no entry for, as may be under
/// an operator's own policy.
pub fn help(policy: &Policy, feedback: &Feedback, findings: &[Finding]) -> Help {
    let fired = |id: &str| findings.iter().any(|finding| finding.rule == id);
    let mut attainable = 0;
    let mut reached = 0;
    let mut missing = Vec::new();
    for rule in policy.rules() {
        let Some(ask) = feedback.ask(rule.id()) else {
            continue;
        };
        let asked = rule.score() == Score::Actionability && rule.points() > 0;
        if !asked || !rule.unless.is_empty() {
            continue;
        }
        if !ask.only_if_so {
            attainable += rule.points();
            reached += if fired(rule.id()) { rule.points() } else { 0 };
        }
        if !fired(rule.id()) {
            let gap = Missing {
                field: ask.field.clone(),
                rule: rule.id().to_owned(),
                points: rule.points(),
                text: ask.text.clone(),
            };
            missing.push((ask.only_if_so, gap));
        }
    }
    // Of equal points what anybody can fill in comes first; then the policy's order.
    missing.sort_by_key(|(only_if_so, gap)| (-gap.points, *only_if_so));
    let nobody = |id: &str| {
        let rule = policy.rules().iter().find(|rule| rule.id() == id);
        rule.is_some_and(|rule| rule.when.contains(&Fact::PointsAtNobody))
    };
    Help {
        completeness: (reached * 100).checked_div(attainable).unwrap_or(100),
        missing: missing.into_iter().map(|(_, gap)| gap).collect(),
        points_at_nobody: findings.iter().any(|finding| nobody(&finding.rule)),
        urgent: findings.iter().any(|finding| finding.raises.is_some()),
    }
}

#[cfg(test)]
#[path = "help_tests.rs"]
mod tests;
