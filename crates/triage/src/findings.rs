//! From one report to its findings: each rule of the policy against the report's facts.

use model::{Finding, Identifier, Report, ReportId, Score, Timestamp};

use crate::combine::strongest;
use crate::facts::{Context, Matter, Truth};
use crate::policy::{Policy, Rule};

/// What the policy says of one report, in the order of its rules, without what a stronger rule
/// replaces.
///
/// `identifiers` are those that `report`'s mentions became; `context` is what the archive knew, and
/// `now` the moment the report was finished.
pub fn report_findings(
    policy: &Policy,
    report: &Report,
    number: ReportId,
    identifiers: &[Identifier],
    context: Context,
    now: Timestamp,
) -> Vec<Finding> {
    let matter = Matter::new(report, identifiers, context, now);
    let findings = policy
        .rules()
        .iter()
        .filter_map(|rule| {
            sentence(rule, &matter).map(|text| Finding {
                score: rule.score,
                rule: rule.id.clone(),
                version: policy.version().to_owned(),
                points: rule.points,
                text,
                raises: rule.raises,
                refs: vec![number.number()],
                supersedes: rule.supersedes.clone(),
            })
        })
        .collect::<Vec<Finding>>();
    let given = report.findings.iter().map(|given| Finding {
        refs: vec![number.number()],
        ..given.clone()
    });
    strongest(findings.into_iter().chain(given).collect())
}

/// The rule's sentence, if the rule fires.
fn sentence(rule: &Rule, matter: &Matter<'_>) -> Option<String> {
    let truth = |fact| matter.truth(fact, rule.bounds);
    // Invariant 6: on a report of live danger nothing withholds danger, and what is unsaid is
    // presumed; and no override waits for a detail that a sender left out.
    let presumes =
        rule.score == Score::Danger && (matter.is_live_danger() || rule.raises.is_some());
    if !presumes && rule.unless.iter().any(|fact| truth(*fact) == Truth::Yes) {
        return None;
    }
    let mut unsaid = false;
    for fact in &rule.when {
        match truth(*fact) {
            Truth::Yes => {}
            Truth::Unsaid if presumes => unsaid = true,
            Truth::No | Truth::Unsaid => return None,
        }
    }
    let template = match &rule.text_unsaid {
        Some(text_unsaid) if unsaid => text_unsaid,
        _ => &rule.text,
    };
    Some(template.about(matter, rule.bounds))
}
