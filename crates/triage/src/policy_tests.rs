//! Tests of the policy reader: what it refuses, where, and why.

use proptest::prelude::*;

use super::*;

/// The least policy that is accepted, then the rule in question.
const FLOOR: &str = r#"version = "1"
title = "Test"
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
    ];
    insta::assert_snapshot!(answers.join("\n"));
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
        let more = (2..count).map(|n| RULE.replacen("mine", &format!("mine-{n}"), 1));
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
