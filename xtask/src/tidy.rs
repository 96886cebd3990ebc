//! `cargo xtask tidy`: the rules that no compiler knows, each finding with what to do about it.

mod arrows;
mod codes;
mod invariants;
mod links;
mod markdown;
mod metadata;
mod names;
mod source;
mod tree;

use std::fmt;

use crate::failure::Failure;
use crate::house::House;
use metadata::Metadata;
use tree::Tree;

/// The document that carries the crate table and the list of invariants.
const ARCHITECTURE: &str = "ARCHITECTURE.md";

/// A place where a rule does not hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    /// Relative to the checkout.
    file: String,
    /// Counted from 1.
    line: usize,
    what: String,
    /// What to do about it.
    remedy: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{}:{}: {}; {}",
            self.file, self.line, self.what, self.remedy
        )
    }
}

/// Checks all rules and prints every finding.
pub(crate) fn run(house: &House) -> Result<(), Failure> {
    let tree = Tree::read(&house.root)?;
    let findings = findings(&tree, &Metadata::read(house)?);
    if findings.is_empty() {
        println!("{} files are tidy", tree.files.len());
        return Ok(());
    }
    for finding in &findings {
        println!("{finding}");
    }
    Err(Failure::Broken(format!(
        "tidy: {} findings",
        findings.len()
    )))
}

fn findings(tree: &Tree, metadata: &Metadata) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        findings.extend(names::check(file));
        findings.extend(source::check(file));
        findings.extend(links::check(file, tree));
    }
    findings.extend(invariants::check(tree));
    findings.extend(codes::check(tree));
    findings.extend(arrows::check(tree, metadata));
    findings.sort();
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_house_is_tidy() {
        let house = House::open().unwrap();
        let tree = Tree::read(&house.root).unwrap();
        let findings = findings(&tree, &Metadata::read(&house).unwrap());
        let lines: Vec<String> = findings.iter().map(Finding::to_string).collect();
        assert!(lines.is_empty(), "\n{}", lines.join("\n"));
    }

    #[test]
    fn a_finding_says_where_what_and_what_to_do() {
        let finding = Finding {
            file: "crates/model/src/ids.rs".to_owned(),
            line: 7,
            what: "a line of 104 characters".to_owned(),
            remedy: "break it at 100",
        };
        let expected = "crates/model/src/ids.rs:7: a line of 104 characters; break it at 100";
        assert_eq!(finding.to_string(), expected);
    }
}
