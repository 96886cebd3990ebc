//! The arrows between crates: what ARCHITECTURE.md allows against what cargo sees.

use std::collections::{BTreeMap, BTreeSet};

use super::markdown::{code_words, table};
use super::metadata::Metadata;
use super::tree::Tree;
use super::{ARCHITECTURE, Finding};

/// What a pure crate must not pull in, directly or through others: runtimes, files, databases,
/// the network, and the machine's own randomness.
const IMPURE: [&str; 12] = [
    "async-std",
    "axum",
    "getrandom",
    "hyper",
    "libsqlite3-sys",
    "mio",
    "object_store",
    "reqwest",
    "rusqlite",
    "sqlx",
    "sqlx-core",
    "tokio",
];

/// What the table says about one crate.
struct Allowed<'a> {
    line: usize,
    pure: bool,
    /// Crates that it may depend on.
    arrows: BTreeSet<&'a str>,
}

/// Holds the table under `## Crates` against the workspace.
pub(super) fn check(tree: &Tree, metadata: &Metadata) -> Vec<Finding> {
    let Some(architecture) = tree.file(ARCHITECTURE) else {
        return Vec::new();
    };
    let allowed: BTreeMap<&str, Allowed<'_>> = table(&architecture.text, "Crates")
        .into_iter()
        .filter_map(|row| {
            let name = code_words(row.cell(0)).next()?;
            let arrows = code_words(row.cell(3)).collect();
            Some((
                name,
                Allowed {
                    line: row.line,
                    pure: row.cell(1) == "pure",
                    arrows,
                },
            ))
        })
        .collect();
    let mut findings = Vec::new();
    for (name, rule) in &allowed {
        if !metadata.members.contains_key(*name) {
            findings.push(Finding {
                file: ARCHITECTURE.to_owned(),
                line: rule.line,
                what: format!("there is no crate `{name}`"),
                remedy: "remove the row until the crate holds code",
            });
        }
    }
    for name in metadata.members.keys() {
        match allowed.get(name.as_str()) {
            Some(rule) => member(name, rule, tree, metadata, &mut findings),
            None => findings.push(Finding {
                file: ARCHITECTURE.to_owned(),
                line: 1,
                what: format!("the table of crates does not know `{name}`"),
                remedy: "add a row: what it is, and what it may depend on",
            }),
        }
    }
    findings
}

/// Checks one crate against its row.
fn member(
    name: &str,
    rule: &Allowed<'_>,
    tree: &Tree,
    metadata: &Metadata,
    findings: &mut Vec<Finding>,
) {
    let Some(member) = metadata.members.get(name) else {
        return;
    };
    let manifest = [
        format!("crates/{name}/Cargo.toml"),
        format!("{name}/Cargo.toml"),
    ]
    .into_iter()
    .find_map(|path| tree.file(&path));
    let Some(manifest) = manifest else { return };
    let mut say = |dependency: &str, what: String, remedy| {
        // The line that declares the dependency, or the top where it comes through another crate.
        let line = manifest
            .lines()
            .find(|(_, line)| line.starts_with(dependency));
        let line = line.map_or(1, |(number, _)| number);
        findings.push(Finding {
            file: manifest.path.clone(),
            line,
            what,
            remedy,
        });
    };
    for arrow in member
        .normal
        .iter()
        .filter(|arrow| !rule.arrows.contains(arrow.as_str()))
    {
        say(
            arrow,
            format!("`{name}` may not depend on `{arrow}`"),
            "pass a value or take a trait instead, or change the table in ARCHITECTURE.md first",
        );
    }
    for arrow in &member.dev {
        if metadata
            .reaches
            .get(arrow)
            .is_some_and(|reached| reached.contains(name))
        {
            let what = format!("`{arrow}`, which `{name}` tests with, depends on `{name}`");
            say(arrow, what, "move the test to the crate that sees both");
        }
    }
    let nothing = BTreeSet::new();
    let reached = metadata.reaches.get(name).unwrap_or(&nothing);
    for impure in IMPURE
        .into_iter()
        .filter(|impure| rule.pure && reached.contains(*impure))
    {
        let what = format!("`{name}` is pure and pulls in `{impure}`");
        say(impure, what, "leave input and output to the shell crates");
    }
    if !manifest.text.contains("[lints]\nworkspace = true") {
        say(
            "[lints]",
            format!("`{name}` has lints of its own"),
            "add `[lints] workspace = true`",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::super::metadata::Member;
    use super::*;

    const TABLE: &str = "\
## Crates

| crate | kind | what it is | may depend on |
|---|---|---|---|
| `model` | pure | the words | – |
| `wire` | pure | formats | `model` |
";

    fn names(words: &[&str]) -> BTreeSet<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    /// What is found when `wire` has these dependencies.
    fn check_wire(normal: &[&str], dev: &[&str], reached: &[&str]) -> Vec<String> {
        let lints = "[dependencies]\nmodel.workspace = true\n\n[lints]\nworkspace = true\n";
        let tree = Tree::of(&[
            (ARCHITECTURE, TABLE),
            ("crates/model/Cargo.toml", lints),
            ("crates/wire/Cargo.toml", lints),
        ]);
        let mut metadata = Metadata::default();
        metadata
            .members
            .insert("model".to_owned(), Member::default());
        let member = Member {
            normal: names(normal),
            dev: names(dev),
        };
        metadata.members.insert("wire".to_owned(), member);
        metadata.reaches.insert("wire".to_owned(), names(reached));
        metadata
            .reaches
            .insert("server".to_owned(), names(&["wire"]));
        check(&tree, &metadata)
            .into_iter()
            .map(|finding| finding.to_string())
            .collect()
    }

    #[test]
    fn an_allowed_arrow_is_fine() {
        assert!(check_wire(&["model"], &["world"], &["model", "quick-xml"]).is_empty());
    }

    #[test]
    fn a_forbidden_arrow_is_found() {
        let found = check_wire(&["model", "store"], &[], &["model"]);
        assert_eq!(found.len(), 1);
        assert!(
            found.concat().contains("`wire` may not depend on `store`"),
            "{found:?}"
        );
    }

    #[test]
    fn a_pure_crate_stays_pure_through_others() {
        let found = check_wire(&["model"], &[], &["model", "mio"]);
        assert!(
            found.concat().contains("`wire` is pure and pulls in `mio`"),
            "{found:?}"
        );
    }

    #[test]
    fn a_test_dependency_must_not_lead_back() {
        let found = check_wire(&["model"], &["server"], &["model"]);
        assert!(
            found.concat().contains("which `wire` tests with"),
            "{found:?}"
        );
    }

    #[test]
    fn table_and_workspace_name_the_same_crates() {
        let tree = Tree::of(&[(ARCHITECTURE, TABLE)]);
        let mut metadata = Metadata::default();
        metadata
            .members
            .insert("store".to_owned(), Member::default());
        let found = check(&tree, &metadata);
        assert_eq!(found.len(), 3, "{found:?}");
    }
}
