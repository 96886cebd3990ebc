//! Tests of what a sender is told.

use std::collections::BTreeSet;

use model::{Override, Score};
use proptest::prelude::*;

use super::*;

fn built_in() -> (Policy, Feedback) {
    (Policy::builtin().unwrap(), Feedback::builtin().unwrap())
}

/// The findings of a report in which these rules fired.
fn fired(policy: &Policy, which: impl Fn(&str) -> bool) -> Vec<Finding> {
    let rules = policy.rules().iter().filter(|rule| which(rule.id()));
    let findings = rules
        .map(|rule| Finding {
            score: rule.score(),
            rule: rule.id().to_owned(),
            version: policy.version().to_owned(),
            points: rule.points(),
            text: String::new(),
            raises: None,
            refs: vec![1],
            supersedes: rule.supersedes().to_vec(),
        })
        .collect();
    crate::combine::strongest(findings)
}

#[test]
fn every_rule_of_actionability_has_a_field_and_every_field_a_rule() {
    let (policy, feedback) = built_in();
    let asked = |rule: &&crate::Rule| {
        // What the archive says, no sender can fill in.
        let unasked = [Fact::PointsAtNobody, Fact::FileListed];
        rule.score() == Score::Actionability && !unasked.iter().any(|it| rule.when.contains(it))
    };
    let rules: BTreeSet<&str> = policy
        .rules()
        .iter()
        .filter(asked)
        .map(crate::Rule::id)
        .collect();
    assert_eq!(rules, feedback.rules().collect());
}

#[test]
fn what_it_says_of_a_report_that_says_little() {
    let (policy, feedback) = built_in();
    let findings = fired(&policy, |rule| {
        ["email", "points-at-nobody"].contains(&rule)
    });
    insta::assert_json_snapshot!(help(&policy, &feedback, &findings));
}

#[test]
fn a_report_with_everything_lacks_nothing() {
    let (policy, feedback) = built_in();
    let whole = help(&policy, &feedback, &fired(&policy, |_| true));
    assert_eq!((whole.completeness, whole.missing.len()), (100, 0));
    assert!(whole.points_at_nobody && !whole.urgent);
    let empty = help(&policy, &feedback, &[]);
    assert_eq!(empty.completeness, 0);
    assert_eq!(empty.missing.len(), feedback.rules().count());
    assert_eq!(empty.missing[0].rule, "ip-port-time");
}

#[test]
fn leaving_out_what_can_be_said_only_if_it_is_so_is_no_gap() {
    let (policy, feedback) = built_in();
    let optional = |rule: &str| feedback.ask(rule).is_some_and(|ask| ask.only_if_so);
    let without = help(&policy, &feedback, &fired(&policy, |rule| !optional(rule)));
    assert_eq!(without.completeness, 100);
    assert!(without.missing.iter().all(|gap| optional(&gap.rule)));
    assert!(!without.missing.is_empty());
}

#[test]
fn a_weaker_rule_reaches_its_part_of_the_stronger_one() {
    let (policy, feedback) = built_in();
    let of = |rules: &[&str]| {
        help(
            &policy,
            &feedback,
            &fired(&policy, |id| rules.contains(&id)),
        )
    };
    let points = |id: &str| policy.rule(id).unwrap().points();
    let (weak, strong) = (of(&["ip-time"]), of(&["ip-time", "ip-port-time"]));
    assert!(0 < weak.completeness && weak.completeness < strong.completeness);
    assert_eq!(strong, of(&["ip-port-time"]));
    let gap = |told: &Help, rule: &str| -> Option<i64> {
        let mut gaps = told.missing.iter();
        gaps.find(|gap| gap.rule == rule).map(|gap| gap.points)
    };
    let left = points("ip-port-time") - points("ip-time");
    assert_eq!(gap(&weak, "ip-port-time"), Some(left));
    assert_eq!(gap(&strong, "ip-time"), None);
}

#[test]
fn an_override_makes_a_report_urgent() {
    let (policy, feedback) = built_in();
    let mut findings = fired(&policy, |rule| rule == "escalated");
    findings[0].raises = Some(Override::Escalated);
    assert!(help(&policy, &feedback, &findings).urgent);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn more_that_is_said_is_never_less_complete(bits in any::<u64>(), more in any::<u64>()) {
        let (policy, feedback) = built_in();
        let of = |bits: u64| {
            let position = |id: &str| policy.rules().iter().position(|rule| rule.id() == id);
            let holds = |id: &str| position(id).is_some_and(|n| bits >> (n % 64) & 1 == 1);
            help(&policy, &feedback, &fired(&policy, holds))
        };
        let (less, more) = (of(bits), of(bits | more));
        prop_assert!((0..=100).contains(&less.completeness));
        prop_assert!(more.completeness >= less.completeness);
        prop_assert!(more.missing.len() <= less.missing.len());
        prop_assert!(less.missing.is_sorted_by_key(|gap| -gap.points));
    }
}
