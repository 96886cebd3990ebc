//! What would have helped: the rules of actionability that a report left silent, each with the
//! field that would have made it speak.
//!
//! Computed from findings, after they are made: nothing here flows back into a rank.

use model::{Finding, Score};
use serde::Serialize;

use crate::facts::Fact;
use crate::feedback::{Ask, Feedback};
use crate::policy::{Policy, Rule};

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
///
/// Where a stronger rule replaces a weaker one, only the stronger one's points are attainable; the
/// weaker one alone reaches its own part of them.
pub fn help(policy: &Policy, feedback: &Feedback, findings: &[Finding]) -> Help {
    let spoken = Spoken(findings);
    let asked: Vec<(&Rule, &Ask)> = policy
        .rules()
        .iter()
        .filter(|rule| rule.score() == Score::Actionability && rule.points() > 0)
        .filter(|rule| rule.unless.is_empty())
        .filter_map(|rule| Some((rule, feedback.ask(rule.id())?)))
        .collect();
    let mut missing: Vec<(bool, Missing)> = asked
        .iter()
        .filter(|(rule, _)| !spoken.holds(rule.id()))
        .map(|(rule, ask)| {
            let gap = Missing {
                field: ask.field.clone(),
                rule: rule.id().to_owned(),
                points: rule.points() - spoken.reached_of(rule),
                text: ask.text.clone(),
            };
            (ask.only_if_so, gap)
        })
        .collect();
    // Of equal points what anybody can fill in comes first; then the policy's order.
    missing.sort_by_key(|(only_if_so, gap)| (-gap.points, *only_if_so));
    let always: Vec<&Rule> = asked
        .iter()
        .filter(|(_, ask)| !ask.only_if_so)
        .map(|(rule, _)| *rule)
        .collect();
    let nobody = |rule: &Rule| rule.when.contains(&Fact::PointsAtNobody);
    Help {
        completeness: completeness(&always, &spoken),
        missing: missing.into_iter().map(|(_, gap)| gap).collect(),
        points_at_nobody: policy
            .rules()
            .iter()
            .any(|rule| nobody(rule) && spoken.fired(rule.id())),
        urgent: findings.iter().any(|finding| finding.raises.is_some()),
    }
}

/// The share of the points of these rules that was reached, in percent.
fn completeness(rules: &[&Rule], spoken: &Spoken<'_>) -> i64 {
    let replaces = |other: &&&Rule, id: &str| other.supersedes().iter().any(|weaker| weaker == id);
    let strongest = rules
        .iter()
        .filter(|rule| !rules.iter().any(|other| replaces(&other, rule.id())));
    let (mut attainable, mut reached) = (0, 0);
    for rule in strongest {
        attainable += rule.points();
        reached += if spoken.holds(rule.id()) {
            rule.points()
        } else {
            spoken.reached_of(rule)
        };
    }
    (reached * 100).checked_div(attainable).unwrap_or(100)
}

/// The findings of a report, asked by rule.
struct Spoken<'a>(&'a [Finding]);

impl Spoken<'_> {
    fn fired(&self, id: &str) -> bool {
        self.0.iter().any(|finding| finding.rule == id)
    }

    /// Whether a rule fired, or was replaced by a stronger one that did.
    fn holds(&self, id: &str) -> bool {
        let replaces = |finding: &Finding| finding.supersedes.iter().any(|weaker| weaker == id);
        self.fired(id) || self.0.iter().any(replaces)
    }

    /// The points of weaker rules that fired in place of a rule, at most its own.
    fn reached_of(&self, rule: &Rule) -> i64 {
        let weaker = |finding: &&Finding| rule.supersedes().contains(&finding.rule);
        let points: i64 = self
            .0
            .iter()
            .filter(weaker)
            .map(|finding| finding.points)
            .sum();
        points.min(rule.points())
    }
}

#[cfg(test)]
#[path = "help_tests.rs"]
mod tests;
