//! Error codes and their page, both ways: each code in the crates is explained in docs/errors.md,
//! and each explained code exists.

use std::collections::{BTreeMap, BTreeSet};

use super::Finding;
use super::markdown::{code_words, prose};
use super::tree::{TextFile, Tree};

/// The page that explains them.
const PAGE: &str = "docs/errors.md";

/// Holds the codes of `crates/*/src` against the first columns of the page's tables.
pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut used = BTreeMap::new();
    for file in tree.files.iter().filter(|file| is_code(file)) {
        for (number, code) in codes(file) {
            used.entry(code).or_insert((file.path.as_str(), number));
        }
    }
    let page = tree.file(PAGE).map_or("", |file| file.text.as_str());
    let mut explained = BTreeSet::new();
    let mut findings = Vec::new();
    for (line, code) in prose(page).filter_map(|(line, text)| Some((line, first_column(text)?))) {
        if !explained.insert(code) {
            findings.push(finding(
                PAGE,
                line,
                format!("`{code}` is explained twice"),
                "merge",
            ));
        }
        if !used.contains_key(code) {
            let what = format!("no crate has the code `{code}`");
            findings.push(finding(PAGE, line, what, "remove the row"));
        }
    }
    for (code, (file, line)) in used.iter().filter(|(code, _)| !explained.contains(*code)) {
        let what = format!("docs/errors.md does not explain `{code}`");
        findings.push(finding(
            file,
            *line,
            what,
            "add a row: what happened, what to do",
        ));
    }
    findings
}

fn finding(file: &str, line: usize, what: String, remedy: &'static str) -> Finding {
    Finding {
        file: file.to_owned(),
        line,
        what,
        remedy,
    }
}

fn is_code(file: &TextFile) -> bool {
    file.is("rs") && file.path.starts_with("crates/") && file.path.contains("/src/")
}

/// The code that a table's row begins with; an anchor may stand before it.
fn first_column(line: &str) -> Option<&str> {
    let cell = line.strip_prefix("| ")?.split('|').next()?;
    code_words(cell).next().filter(|word| is_error_code(word))
}

/// The codes in what stands before a file's inline tests. A code is what a match arm or a row of
/// a macro's table ends in: `=> "room.name"`, `, "room.name";`, or the string alone in its line.
fn codes(file: &TextFile) -> Vec<(usize, &str)> {
    let mut codes = Vec::new();
    for (number, line) in file.lines().take_while(|(_, line)| *line != "mod tests {") {
        let mut parts = line.split('"');
        let (Some(before), Some(word), Some(after), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        let arm = before.ends_with("=> ") && matches!(after, "," | " }" | "" | " },");
        let row = before.ends_with(", ") && after == ";";
        let alone = before.trim().is_empty() && matches!(after, "" | ",");
        if (arm || row || alone) && is_error_code(word) {
            codes.push((number, word));
        }
    }
    codes
}

/// `room.name`, both in kebab-case; not the name of a file.
fn is_error_code(word: &str) -> bool {
    const FILE_ENDS: [&str; 6] = ["html", "json", "toml", "sqlite", "key", "txt"];
    let kebab = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    };
    word.split_once('.')
        .is_some_and(|(room, name)| kebab(room) && kebab(name) && !FILE_ENDS.contains(&name))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is found for a source file and a page.
    fn check_texts(source: &str, page: &str) -> Vec<String> {
        let tree = Tree::of(&[("crates/wire/src/refusal.rs", source), (PAGE, page)]);
        check(&tree)
            .into_iter()
            .map(|finding| finding.to_string())
            .collect()
    }

    #[test]
    fn a_code_and_its_row_belong_together() {
        let source = "Self::A => \"wire.too-deep\",\nB: Invalid, \"wire.b\";\nrun(\"a.b\")\n";
        let page = "| `wire.too-deep` | a |\n|---|---|\n| `wire.b` | b |\n";
        assert!(check_texts(source, page).is_empty());
    }

    #[test]
    fn codes_without_a_row_and_rows_without_a_code_are_found() {
        let found = check_texts(
            "Self::A => \"wire.a\",\n",
            "| `wire.b` | b |\n| `wire.b` | b |\n",
        );
        assert_eq!(found.len(), 4, "{found:?}");
    }

    #[test]
    fn names_of_files_and_codes_of_tests_do_not_count() {
        let source = "A => \"root.key\",\nmod tests {\n    A => \"wire.a\",\n";
        assert!(check_texts(source, "").is_empty());
    }
}
