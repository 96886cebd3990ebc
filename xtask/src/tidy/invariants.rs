//! Invariants and their tests, both ways: each that holds has a test of its number, and each such
//! test belongs to an invariant that ARCHITECTURE.md lists as holding.

use std::collections::BTreeMap;

use super::markdown::{code_words, table};
use super::tree::Tree;
use super::{ARCHITECTURE, Finding};

/// How the third column begins while nothing proves the invariant.
const NOT_YET: &str = "not yet";

/// Holds the table under `## Invariants` against the tests named `inv_NN_…`.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let Some(architecture) = tree.file(ARCHITECTURE) else {
        return vec![Finding {
            file: ARCHITECTURE.to_owned(),
            line: 1,
            what: "there is no such file".to_owned(),
            remedy: "write it: it lists the crates and the invariants",
        }];
    };
    let tests = tests(tree);
    let mut findings = Vec::new();
    let mut proved = Vec::new();
    for row in table(&architecture.text, "Invariants") {
        let mut say = |what: String, remedy| {
            let file = ARCHITECTURE.to_owned();
            findings.push(Finding {
                file,
                line: row.line,
                what,
                remedy,
            });
        };
        let Ok(number) = row.cell(0).parse::<u32>() else {
            say(
                format!("`{}` is no number", row.cell(0)),
                "number the invariant",
            );
            continue;
        };
        if row.cell(2).starts_with(NOT_YET) {
            continue;
        }
        proved.push(number);
        let mut files = code_words(row.cell(2)).peekable();
        if files.peek().is_none() {
            say(
                format!("invariant {number} names no test"),
                "name the file of its test",
            );
        }
        for file in files {
            let there = tests
                .iter()
                .any(|test| test.number == number && test.file == file);
            if !there {
                let what = format!("{file} has no test named `inv_{number:02}_…`");
                say(
                    what,
                    "write the test, name the right file, or say `not yet`",
                );
            }
        }
    }
    findings.extend(
        tests
            .into_iter()
            .filter(|test| !proved.contains(&test.number))
            .map(|test| Finding {
                file: test.file,
                line: test.line,
                what: format!(
                    "ARCHITECTURE.md does not list invariant {} as holding",
                    test.number
                ),
                remedy: "name this file in its row, or rename the test",
            }),
    );
    findings
}

struct Test {
    number: u32,
    file: String,
    line: usize,
}

/// All functions named `inv_NN_…`.
fn tests(tree: &Tree) -> Vec<Test> {
    let mut tests = BTreeMap::new();
    for file in tree.files.iter().filter(|file| file.is("rs")) {
        for (line, text) in file.lines() {
            let rest = text.trim_start();
            let rest = rest.strip_prefix("async ").unwrap_or(rest);
            let Some(rest) = rest.strip_prefix("fn inv_") else {
                continue;
            };
            let digits = rest.split('_').next().unwrap_or("");
            if let Ok(number) = digits.parse() {
                tests.insert((file.path.clone(), line), number);
            }
        }
    }
    tests
        .into_iter()
        .map(|((file, line), number)| Test { number, file, line })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEST: &str = "//! A.\n#[test]\nfn inv_03_the_log_never_forks() {}\n";

    /// What is found when ARCHITECTURE.md lists these rows and `log.rs` holds the one test.
    fn check_rows(rows: &str) -> Vec<String> {
        let text = format!("## Invariants\n\n| n | it | test |\n|---|---|---|\n{rows}");
        let tree = Tree::of(&[(ARCHITECTURE, &text), ("log.rs", TEST)]);
        check(&tree)
            .into_iter()
            .map(|finding| finding.to_string())
            .collect()
    }

    #[test]
    fn a_test_and_its_row_belong_together() {
        assert!(check_rows("| 3 | a | `log.rs` |\n| 7 | b | not yet: c |\n").is_empty());
    }

    #[test]
    fn a_row_without_its_test_is_found() {
        let found = check_rows("| 3 | a | `log.rs` |\n| 7 | b | `log.rs` |\n");
        assert_eq!(found.len(), 1);
        assert!(
            found.concat().contains("no test named `inv_07_…`"),
            "{found:?}"
        );
        assert_eq!(check_rows("| 3 | a | `log.rs` |\n| 7 | b | |\n").len(), 1);
    }

    #[test]
    fn a_test_without_its_row_is_found() {
        let found = check_rows("| 3 | a | not yet |\n");
        assert_eq!(found.len(), 1);
        assert!(found.concat().starts_with("log.rs:3: "), "{found:?}");
    }

    #[test]
    fn the_document_itself_has_to_be_there() {
        assert_eq!(check(&Tree::of(&[("log.rs", TEST)])).len(), 1);
    }
}
