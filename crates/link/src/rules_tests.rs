//! Tests of the identifier rules: what is built in holds, and a bad file is refused with its line.

use super::*;
use crate::extract;

#[test]
fn every_example_of_every_kind_gives_exactly_its_identifier() {
    let rules = IdentifierRules::builtin().unwrap();
    assert!(!rules.version().is_empty());
    let mut wrong = Vec::new();
    for example in rules.examples() {
        let hits = extract(&example.text, &rules, example.region);
        let found: Vec<_> = hits
            .iter()
            .map(|hit| (hit.kind.name(), hit.normal.as_str(), hit.valid))
            .collect();
        let expected = [(example.kind.name(), example.normal.as_str(), example.valid)];
        if found != expected {
            wrong.push(format!("{:?}: {found:?}, not {expected:?}", example.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The built-in rules with one text in place of another, which must stand in them.
fn refused(from: &str, to: &str) -> String {
    assert!(BUILTIN.contains(from), "{from}");
    let error = IdentifierRules::parse(&BUILTIN.replacen(from, to, 1), "rules.toml").unwrap_err();
    format!("{} ({})", error.problem, error.code())
}

#[test]
fn bad_rules_are_refused_with_the_reason() {
    let answers = [
        refused("[words]", "[wordz]"),
        refused("title = \"Identifiers in free text\"", "title = \" \""),
        refused("name = \"telegram\"", "name = \"Tele gram\""),
        refused("min = 4, max = 32", "min = 9, max = 3"),
        refused("short = [\"tg\"", "short = [\" tg\""),
        refused("short = [\"tg\"", "short = [\"discord\""),
        refused("\"t.me/s/{}\"", "\"t.me\""),
        refused("region = \"PH\"\nsource", "region = \"XX\"\nsource"),
        refused("[[kind]]\nname = \"phone\"", "[[kind]]\nname = \"fax\""),
        refused("[[kind]]\nname = \"phone\"", "[[kind]]\nname = \"email\""),
    ];
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn a_refusal_names_the_line() {
    let text = BUILTIN.replacen("name = \"telegram\"", "name = \"Telegram\"", 1);
    let error = IdentifierRules::parse(&text, "rules.toml").unwrap_err();
    let line = text
        .lines()
        .position(|line| line == "name = \"Telegram\"")
        .unwrap()
        + 1;
    assert_eq!(error.line, line);
    assert!(
        error
            .to_string()
            .starts_with(&format!("rules.toml:{line}: "))
    );
}

#[test]
fn rules_at_the_limit_and_one_past_it() {
    let padded = |bytes: usize| format!("{BUILTIN}#{}", "x".repeat(bytes - BUILTIN.len() - 1));
    assert!(IdentifierRules::parse(&padded(RULES_BYTES_MAX), "rules.toml").is_ok());
    let error = IdentifierRules::parse(&padded(RULES_BYTES_MAX + 1), "rules.toml").unwrap_err();
    assert_eq!(error.problem, IdentifierRulesProblem::TooLong);
}
