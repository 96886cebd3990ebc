//! A case's findings: those of all its reports, each rule once, so that volume adds nothing.

use std::collections::{BTreeMap, BTreeSet};

use model::{Finding, Override, Score};

/// The most reports that one finding names; the earliest ones stay.
pub const REFS_MAX: usize = 100;

/// Unites the findings of a case with more of them.
///
/// One finding per score, rule and version: the most points, the highest override, the text of the
/// earliest report, the references of all, ascending and at most [`REFS_MAX`]. A finding that
/// another one supersedes is left out, so that what is shown is what is added up. Ordered by
/// override, danger before actionability, points, rule, version.
///
/// Associative, commutative, and idempotent, so that it does not matter in which order reports
/// arrive, and ten copies of one report rank as one. Superseding keeps that, since a policy closes
/// it over: of a rule that replaces a rule that replaces a third, the first names both.
pub fn combine(case: &[Finding], more: &[Finding]) -> Vec<Finding> {
    let superseded = superseded(case.iter().chain(more));
    let mut united: BTreeMap<Key<'_>, Finding> = BTreeMap::new();
    for finding in case.iter().chain(more) {
        let key = key(finding);
        if superseded.contains(&key) {
            continue;
        }
        let joined = match united.remove(&key) {
            Some(first) => join(first, finding),
            None => join(finding.clone(), finding),
        };
        united.insert(key, joined);
    }
    let mut findings: Vec<Finding> = united.into_values().collect();
    findings.sort_by(|a, b| order(a).cmp(&order(b)));
    findings
}

/// Leaves out, of one report's findings, those that another one supersedes.
pub(crate) fn strongest(findings: Vec<Finding>) -> Vec<Finding> {
    let stands: Vec<bool> = {
        let superseded = superseded(findings.iter());
        let stands = |finding| !superseded.contains(&key(finding));
        findings.iter().map(stands).collect()
    };
    let kept = findings.into_iter().zip(stands);
    kept.filter_map(|(finding, stands)| stands.then_some(finding))
        .collect()
}

/// What makes two findings one.
type Key<'a> = (Score, &'a str, &'a str);

fn key(finding: &Finding) -> Key<'_> {
    (finding.score, &finding.rule, &finding.version)
}

fn superseded<'a>(findings: impl Iterator<Item = &'a Finding>) -> BTreeSet<Key<'a>> {
    let named = |finding: &'a Finding| {
        let (score, version) = (finding.score, finding.version.as_str());
        let rules = finding.supersedes.iter();
        rules.map(move |rule| (score, rule.as_str(), version))
    };
    findings.flat_map(named).collect()
}

fn join(a: Finding, b: &Finding) -> Finding {
    let text = if earliness(b) < earliness(&a) {
        b.text.clone()
    } else {
        a.text.clone()
    };
    let refs: BTreeSet<i64> = a.refs.iter().chain(&b.refs).copied().collect();
    let supersedes: BTreeSet<&String> = a.supersedes.iter().chain(&b.supersedes).collect();
    Finding {
        points: a.points.max(b.points),
        raises: a.raises.max(b.raises),
        text,
        refs: refs.into_iter().take(REFS_MAX).collect(),
        supersedes: supersedes.into_iter().cloned().collect(),
        ..a
    }
}

/// Orders texts by their earliest report; texts of one report (which differ only if it was ranked
/// twice) by themselves.
fn earliness(finding: &Finding) -> (i64, &str) {
    let earliest = finding.refs.iter().min().copied().unwrap_or(i64::MAX);
    (earliest, &finding.text)
}

fn order(finding: &Finding) -> (i64, Score, i64, &str, &str) {
    (
        -Override::standing(finding.raises),
        finding.score,
        finding.points.saturating_neg(),
        &finding.rule,
        &finding.version,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::rank;
    use proptest::prelude::*;

    /// Rules of a policy: `a` replaces `b` and `c`, `b` replaces `c`; `d` replaces `e`.
    const RULES: [(&str, i64, &[&str]); 6] = [
        ("a", 40, &["b", "c"]),
        ("b", 20, &["c"]),
        ("c", 0, &[]),
        ("d", 20, &["e"]),
        ("e", 0, &[]),
        ("f", 5, &[]),
    ];

    fn any_finding() -> impl Strategy<Value = Finding> {
        let raises = prop::sample::select(vec![
            None,
            Some(Override::Escalated),
            Some(Override::LiveNow),
        ]);
        let score = prop::sample::select(vec![Score::Danger, Score::Actionability]);
        let refs = prop::collection::vec(1_i64..300, 0..130);
        let rule = prop::sample::select(RULES.to_vec());
        (score, rule, "[12]", 0_i64..10, "[xyz]", raises, refs).prop_map(
            |(score, (rule, least, supersedes), version, more, text, raises, refs)| Finding {
                score,
                rule: rule.to_owned(),
                version,
                points: least + more,
                text,
                // Nothing replaces a rule with an override.
                raises: raises.filter(|_| ["a", "d", "f"].contains(&rule)),
                refs,
                supersedes: supersedes.iter().map(|&rule| rule.to_owned()).collect(),
            },
        )
    }

    fn any_findings() -> impl Strategy<Value = Vec<Finding>> {
        prop::collection::vec(any_finding(), 0..12)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn combining_is_associative_commutative_and_idempotent(
            a in any_findings(), b in any_findings(), c in any_findings()
        ) {
            prop_assert_eq!(combine(&a, &b), combine(&b, &a));
            prop_assert_eq!(combine(&combine(&a, &b), &c), combine(&a, &combine(&b, &c)));
            let united = combine(&a, &b);
            prop_assert_eq!(&combine(&united, &united), &united);
            prop_assert_eq!(&combine(&united, &a), &united);
            prop_assert_eq!(&combine(&united, &[]), &united);
        }

        #[test]
        fn nothing_stands_beside_what_replaces_it(a in any_findings(), b in any_findings()) {
            let united = combine(&a, &b);
            let all = || a.iter().chain(&b);
            for finding in all() {
                let stands = united.iter().any(|other| key(other) == key(finding));
                let replaced = superseded(all()).contains(&key(finding));
                prop_assert_eq!(stands, !replaced);
            }
        }

        #[test]
        fn inv_06_more_findings_never_lower_a_rank(a in any_findings(), b in any_findings()) {
            let before = rank(&combine(&a, &[]));
            let after = rank(&combine(&a, &b));
            prop_assert!(after.danger >= before.danger);
            prop_assert!(after.actionability >= before.actionability);
            prop_assert!(after.raised >= before.raised);
        }
    }

    #[test]
    fn inv_10_refs_hold_at_the_limit_and_one_past_it() {
        let with = |refs: std::ops::RangeInclusive<i64>| Finding {
            score: Score::Danger,
            rule: "a".to_owned(),
            version: "1".to_owned(),
            points: 1,
            text: "x".to_owned(),
            raises: None,
            refs: refs.collect(),
            supersedes: Vec::new(),
        };
        let limit = 100;
        assert_eq!(combine(&[with(1..=limit)], &[])[0].refs.len(), REFS_MAX);
        let past = combine(&[with(2..=limit + 1)], &[with(1..=1)]);
        assert_eq!(past[0].refs, (1..=limit).collect::<Vec<_>>());
    }
}
