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
