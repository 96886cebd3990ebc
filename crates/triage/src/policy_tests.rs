//! Tests of the policy reader: what it refuses, where, and why.

use proptest::prelude::*;

use super::*;

/// The least policy that is accepted, then the rule in question.
const FLOOR: &str = r#"version = "1"
title = "Test"
[ageing]
hours_per_point = 24
text = "Waited."
source = "Test"
[[rule]]
id = "escalated"
score = "danger"
points = 1
override = "escalated"
when = ["escalated"]
text = "Urgent."
source = "Test"
[[rule]]
id = "live"
score = "danger"
points = 1
override = "live_now"
when = ["mark_live_streaming"]
text = "Live."
source = "Test"
[[rule]]
id = "sadistic"
score = "danger"
points = 1
override = "self_harm"
when = ["mark_sadistic_exploitation"]
text = "Self-harm."
source = "Test"
[[rule]]
id = "known"
score = "danger"
points = 1
override = "known_child"
when = ["victim_known"]
text = "Known."
source = "Test"
"#;

const RULE: &str = r#"[[rule]]
id = "mine"
score = "danger"
points = 10
when = ["incident_enticement"]
text = "Mine."
source = "Test"
"#;

fn refused(text: &str) -> String {
    let error = Policy::parse(text, "triage.toml").unwrap_err();
    format!("{error} ({})", error.code())
}

#[test]
fn the_built_in_policy_holds() {
    let policy = Policy::builtin().unwrap();
    assert!(!policy.version().is_empty() && !policy.title().is_empty());
    for rule in policy.rules() {
        assert!(!rule.source().is_empty(), "{}", rule.id());
    }
}

#[test]
fn the_floor_is_the_least_policy() {
    assert!(Policy::parse(FLOOR, "x").is_ok());
    assert!(Policy::parse(&format!("{FLOOR}{RULE}"), "x").is_ok());
}

#[test]
fn a_bad_policy_is_refused_with_line_and_reason() {
    let with = |from: &str, to: &str| {
        assert!(RULE.contains(from), "{from}");
        refused(&format!("{FLOOR}{}", RULE.replacen(from, to, 1)))
    };
    let text = "text = \"Mine.\"";
    let when = "when = [\"incident_enticement\"]";
    let recent = "when = [\"incident_recent\"]\nwithin_hours = 24";
    let answers = [
        with("id = \"mine\"", "id = \"Mine!\""),
        with("id = \"mine\"", "id = \"escalated\""),
        with("id = \"mine\"\n", ""),
        with("points = 10", "points = -1"),
        with("points = 10", "points = 1001"),
        with("points = 10", "points = \"many\""),
        with("points = 10", "points = 10\nweight = 3"),
        with("score = \"danger\"", "score = \"quality\""),
        with("source = \"Test\"", "source = \"\""),
        with("source = \"Test\"\n", ""),
        with(text, "text = \" \""),
        with(text, "text = \"Since {days} days.\""),
        with(text, "text = \"{wealth}\""),
        with(text, "text = \"{files\""),
        with(text, "text = \"files}\""),
        with(text, &format!("{text}\ntext_unsaid = \"Unsaid.\"")),
        with(when, "when = []"),
        with(when, "when = [\"nationality\"]"),
        with(when, "when = [\n  \"escalated\",\n  \"narrative\",\n]"),
        with(when, "when = [\"incident_recent\"]"),
        with(when, "when = [\"incident_recent\"]\nwithin_hours = 0"),
        with(when, recent),
        with(when, &format!("{when}\nunder_years = 13")),
        with(when, "when = [\"escalated\"]\nunless = [\"mark_spam\"]"),
        with(
            when,
            &format!("{when}\noverride = \"escalated\"\nunless = [\"mark_spam\"]"),
        ),
        with(when, &format!("{when}\nunless = [\"mark_infant\"]")),
        with(when, &format!("{when}\nunless = [\"mark_none\"]")),
        with(
            "score = \"danger\"",
            "score = \"actionability\"\noverride = \"live_now\"",
        ),
        with(when, &format!("{when}\noverride = \"soon\"")),
        refused(&format!("{FLOOR}{RULE}[[rule")),
        refused(""),
        refused("version = \"1\"\ntitle = \"x\"\n"),
        refused(&FLOOR.replacen("override = \"live_now\"", "override = \"escalated\"", 1)),
        refused(&FLOOR.replacen(
            "\"mark_live_streaming\"",
            "\"mark_live_streaming\", \"mark_infant\"",
            1,
        )),
        refused(&FLOOR.replacen("version = \"1\"", "version = \"\"", 1)),
        refused(&FLOOR.replacen("override = \"self_harm\"\n", "", 1)),
        refused(&FLOOR.replacen("override = \"known_child\"\n", "", 1)),
        refused(&FLOOR.replacen("override = \"known_child\"", "override = \"live_now\"", 1)),
        with(when, &format!("{when}\noverride = \"known_child\"")),
        with("id = \"mine\"", "id = \"ageing\""),
        refused(&FLOOR.replacen("[ageing]\n", "", 1)),
        refused(&FLOOR.replacen("hours_per_point = 24", "hours_per_point = 0", 1)),
        refused(&FLOOR.replacen("hours_per_point = 24", "hours_per_point = 8785", 1)),
        refused(&FLOOR.replacen("\"Waited.\"", "\"Waited {years} years.\"", 1)),
        refused(&FLOOR.replacen("text = \"Waited.\"\n", "", 1)),
    ];
    insta::assert_snapshot!(answers.join("\n"));
}

/// A rule of 10 points that replaces others.
fn superseding(id: &str, others: &str) -> String {
    let rule = RULE.replacen("mine", id, 1);
    rule.replacen("text = ", &format!("supersedes = [{others}]\ntext = "), 1)
}

#[test]
fn what_may_not_be_superseded_is_refused_with_line_and_reason() {
    let with = |rules: &[String]| refused(&format!("{FLOOR}{}", rules.concat()));
    let weak = |id: &str, points: i64| {
        let rule = RULE.replacen("mine", id, 1);
        rule.replacen("points = 10", &format!("points = {points}"), 1)
    };
    let answers = [
        with(&[superseding("mine", "\"nobody\"")]),
        with(&[superseding("mine", "\"mine\"")]),
        with(&[superseding("mine", "\"escalated\"")]),
        with(&[
            superseding("mine", "\n  \"plain\",\n  \"other\",\n"),
            weak("plain", 1),
            weak("other", 1).replacen("danger", "actionability", 1),
        ]),
        with(&[superseding("a", "\"b\""), superseding("b", "\"a\"")]),
        with(&[
            superseding("a", "\"b\""),
            superseding("b", "\"leaf\", \"c\""),
            superseding("c", "\"d\""),
            superseding("d", "\"b\""),
            weak("leaf", 1),
        ]),
        with(&[superseding("mine", "\"strong\""), weak("strong", 11)]),
        with(&[
            superseding("a", "\"b\""),
            superseding("b", "\"c\""),
            weak("c", 1),
        ]),
        with(&[RULE.replacen("text =", "supersedes = \"b\"\ntext =", 1)]),
    ];
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn superseding_is_closed_over() {
    let rule = |id: &str, points: i64, others: &str| {
        superseding(id, others).replacen("points = 10", &format!("points = {points}"), 1)
    };
    let text = [
        rule("top", 30, "\"middle\", \"middle\""),
        rule("low", 5, ""),
        rule("middle", 20, "\"low\""),
    ];
    let policy = Policy::parse(&format!("{FLOOR}{}", text.concat()), "x").unwrap();
    assert_eq!(policy.rule("top").unwrap().supersedes(), ["low", "middle"]);
    assert_eq!(policy.rule("middle").unwrap().supersedes(), ["low"]);
    assert!(policy.rule("low").unwrap().supersedes().is_empty());
}

#[test]
fn inv_10_supersedes_and_ageing_hold_at_the_limit_and_one_past_it() {
    let chain = |length: usize| {
        let rules = (0..length).map(|n| {
            let below = format!("\"r{}\"", n + 1);
            superseding(&format!("r{n}"), &below).replacen("points = 10", "points = 0", 1)
        });
        let last = RULE.replacen("mine", &format!("r{length}"), 1);
        let last = last.replacen("points = 10", "points = 0", 1);
        Policy::parse(&format!("{FLOOR}{}{last}", rules.collect::<String>()), "x")
    };
    let longest = chain(crate::SUPERSEDED_MAX).unwrap();
    let first = longest.rule("r0").unwrap();
    assert_eq!(first.supersedes().len(), crate::SUPERSEDED_MAX);
    let error = chain(crate::SUPERSEDED_MAX + 1).unwrap_err();
    assert_eq!(error.problem, PolicyProblem::SupersedesTooMany);
    let aged = |hours: i64| {
        let ageing = format!("hours_per_point = {hours}");
        Policy::parse(&FLOOR.replacen("hours_per_point = 24", &ageing, 1), "x")
    };
    assert!(aged(1).is_ok() && aged(HOURS_PER_POINT_MAX).is_ok());
    assert!(aged(0).is_err() && aged(HOURS_PER_POINT_MAX + 1).is_err());
}

#[test]
fn inv_10_points_text_and_rules_hold_at_the_limit_and_one_past_it() {
    let with = |from: &str, to: &str| {
        Policy::parse(&format!("{FLOOR}{}", RULE.replacen(from, to, 1)), "x")
    };
    assert!(with("points = 10", &format!("points = {POINTS_MAX}")).is_ok());
    assert!(with("points = 10", &format!("points = {}", POINTS_MAX + 1)).is_err());
    assert!(with("Mine.", &"a".repeat(TEXT_BYTES_MAX)).is_ok());
    assert!(with("Mine.", &"a".repeat(TEXT_BYTES_MAX + 1)).is_err());
    let rules = |count: usize| -> String {
        let more = (4..count).map(|n| RULE.replacen("mine", &format!("mine-{n}"), 1));
        std::iter::once(FLOOR.to_owned()).chain(more).collect()
    };
    assert_eq!(
        Policy::parse(&rules(RULES_MAX), "x").unwrap().rules().len(),
        RULES_MAX
    );
    let error = Policy::parse(&rules(RULES_MAX + 1), "x").unwrap_err();
    assert_eq!(error.problem, PolicyProblem::TooManyRules);
    let padded = |bytes: usize| format!("{FLOOR}{}", "#".repeat(bytes - FLOOR.len()));
    assert!(Policy::parse(&padded(POLICY_BYTES_MAX), "x").is_ok());
    let error = Policy::parse(&padded(POLICY_BYTES_MAX + 1), "x").unwrap_err();
    assert_eq!(error.problem, PolicyProblem::TooLong);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn any_text_is_a_policy_or_an_error_with_a_line(text in any::<String>()) {
        if let Err(error) = Policy::parse(&text, "x") {
            prop_assert!((1..=text.lines().count() + 1).contains(&error.line));
        }
    }

    #[test]
    fn a_bitten_policy_is_a_policy_or_an_error_with_a_line(
        cut in 0..BUILTIN.len(), bite in 0_usize..40, graft in "[\\[\\]{}\"=a-z0-9 \n]{0,8}"
    ) {
        let mut bytes = BUILTIN.as_bytes().to_vec();
        let end = (cut + bite).min(bytes.len());
        bytes.splice(cut..end, graft.bytes());
        let text = String::from_utf8_lossy(&bytes);
        if let Err(error) = Policy::parse(&text, "x") {
            prop_assert!((1..=text.lines().count() + 1).contains(&error.line));
        }
    }
}
