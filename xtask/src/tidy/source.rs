//! Rules on the text of a file: how it opens, how long its parts are, what it must not contain.

use super::Finding;
use super::tree::TextFile;

/// Code lines of a file, its inline tests not counted.
const FILE_LINES_MAX: usize = 600;
/// Lines of a function from `fn` to its closing brace.
const FUNCTION_LINES_MAX: usize = 70;
/// Characters of a line of Rust.
const LINE_CHARS_MAX: usize = 100;

/// What no file may contain: text, what it is, what to do. Spelled in halves, so that this file
/// does not contain them.
const BANNED: [(&str, &str, &str); 4] = [
    (
        concat!("todo", "!("),
        "unfinished code",
        "finish it, or leave it out",
    ),
    (
        concat!("unimplemented", "!("),
        "unfinished code",
        "finish it, or leave it out",
    ),
    (
        concat!("#[", "ignore"),
        "a test that never runs",
        "make it run, or delete it",
    ),
    (
        concat!("#[", "allow("),
        "a silenced lint",
        "use #[expect(..., reason = \"...\")]",
    ),
];

/// Finds everything in one file that breaks a rule on text.
pub(super) fn check(file: &TextFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    trailing_space(file, &mut findings);
    if file.is("rs") {
        opening(file, &mut findings);
        long_lines(file, &mut findings);
        banned(file, &mut findings);
        long_file(file, &mut findings);
        long_functions(file, &mut findings);
    }
    findings
}

fn finding(file: &TextFile, line: usize, what: String, remedy: &'static str) -> Finding {
    Finding {
        file: file.path.clone(),
        line,
        what,
        remedy,
    }
}

fn trailing_space(file: &TextFile, findings: &mut Vec<Finding>) {
    for (number, line) in file.lines() {
        if line.ends_with([' ', '\t', '\r']) {
            let what = "space at the end of the line".to_owned();
            findings.push(finding(file, number, what, "remove it"));
        }
    }
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        let what = "the last line does not end".to_owned();
        findings.push(finding(
            file,
            file.lines().count(),
            what,
            "add a line break",
        ));
    }
}

fn opening(file: &TextFile, findings: &mut Vec<Finding>) {
    if !file.text.starts_with("//! ") {
        let what = "the file does not say what it is".to_owned();
        findings.push(finding(file, 1, what, "open it with one `//!` sentence"));
    }
}

/// A line that only a long address makes long is left alone: it cannot be broken.
fn long_lines(file: &TextFile, findings: &mut Vec<Finding>) {
    for (number, line) in file.lines() {
        let length = line.chars().count();
        if length > LINE_CHARS_MAX && !line.contains("://") {
            let what = format!("a line of {length} characters");
            findings.push(finding(file, number, what, "break it at 100"));
        }
    }
}

fn banned(file: &TextFile, findings: &mut Vec<Finding>) {
    for (number, line) in file.lines() {
        for (text, what, remedy) in BANNED {
            if line.contains(text) {
                findings.push(finding(file, number, format!("{what}: `{text}`"), remedy));
            }
        }
    }
}

fn long_file(file: &TextFile, findings: &mut Vec<Finding>) {
    let length = code_lines(&file.text);
    if length > FILE_LINES_MAX {
        let what = format!("{length} lines of code in one file (at most {FILE_LINES_MAX})");
        findings.push(finding(file, 1, what, "split it where its subjects part"));
    }
}

/// The lines before the inline test module.
fn code_lines(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let tests = lines.windows(2).position(|pair| {
        pair.first() == Some(&"#[cfg(test)]")
            && pair
                .last()
                .is_some_and(|line| line.starts_with("mod ") && line.ends_with('{'))
    });
    tests.unwrap_or(lines.len())
}

/// Tables of cases may be as long as they are: functions of tests are not measured.
///
/// In formatted code a function ends at the first closing brace that stands as far in as it does.
fn long_functions(file: &TextFile, findings: &mut Vec<Finding>) {
    if is_test(&file.path) {
        return;
    }
    let lines: Vec<(usize, &str)> = file.lines().take(code_lines(&file.text)).collect();
    for (index, (number, line)) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else {
            continue;
        };
        let indent = line.len() - line.trim_start().len();
        let rest = lines.get(index..).unwrap_or_default().iter();
        let end = rest
            .take_while(|(_, line)| !ends_signature(line, indent))
            .count();
        let closing = lines.get(index + end).map_or("", |(_, line)| line);
        let length = end + 1;
        if length > FUNCTION_LINES_MAX && closing.trim_end() == format!("{:indent$}}}", "") {
            let what = format!("`{name}` has {length} lines (at most {FUNCTION_LINES_MAX})");
            findings.push(finding(
                file,
                *number,
                what,
                "give its parts names of their own",
            ));
        }
    }
}

/// Whether a file holds nothing but tests.
fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("/tests.rs") || path.ends_with("_tests.rs")
}

/// Whether a line ends the function that begins `indent` columns in: its closing brace, a
/// one-line body, or the semicolon of a function without a body.
fn ends_signature(line: &str, indent: usize) -> bool {
    let own_indent = line.len() - line.trim_start().len();
    let text = line.trim();
    own_indent == indent && !text.is_empty() && (text.ends_with('}') || text.ends_with(';'))
}

/// The name of the function that begins in this line.
fn function_name(line: &str) -> Option<&str> {
    let mut rest = line.trim_start();
    loop {
        let (word, after) = rest.split_once(' ')?;
        match word {
            "fn" => {
                let end = after.find(['(', '<'])?;
                return after.get(..end);
            }
            "pub" | "pub(crate)" | "pub(super)" | "const" | "async" | "extern" | "\"C\"" => {
                rest = after;
            }
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::*;

    /// What is found in a file of that name and text.
    fn check_text(path: &str, text: &str) -> Vec<(usize, String)> {
        let tree = Tree::of(&[(path, text)]);
        let findings = tree.files.iter().flat_map(check);
        findings
            .map(|finding| (finding.line, finding.what))
            .collect()
    }

    #[test]
    fn a_plain_file_is_fine() {
        assert_eq!(check_text("a.rs", "//! Plain.\nfn main() {}\n"), []);
        assert_eq!(check_text("a.md", "Plain.\n"), []);
    }

    #[test]
    fn a_file_has_to_say_what_it_is() {
        let found = check_text("a.rs", "fn main() {}\n");
        assert_eq!(found, [(1, "the file does not say what it is".to_owned())]);
    }

    #[test]
    fn a_line_may_have_100_characters_and_not_101() {
        let fine = format!("//! {}\n", "ä".repeat(96));
        assert_eq!(check_text("a.rs", &fine), []);
        let long = format!("//! {}\n", "ä".repeat(97));
        assert_eq!(
            check_text("a.rs", &long),
            [(1, "a line of 101 characters".to_owned())]
        );
        assert_eq!(check_text("a.md", &long), []);
        let address = format!("//! https://example.org/{}\n", "a".repeat(97));
        assert_eq!(check_text("a.rs", &address), []);
    }

    #[test]
    fn space_at_an_end_and_a_missing_last_break_are_found() {
        let found = check_text("a.toml", "a = 1 \nb = 2");
        let found: Vec<usize> = found.into_iter().map(|(line, _)| line).collect();
        assert_eq!(found, [1, 2]);
    }

    #[test]
    fn banned_words_are_found_wherever_they_stand() {
        for (text, ..) in BANNED {
            let found = check_text("a.rs", &format!("//! A.\n{text}\n"));
            assert_eq!(found.len(), 1, "{text}");
        }
    }

    #[test]
    fn a_file_may_have_600_lines_of_code_and_any_number_of_inline_tests() {
        let code = format!("//! A.\n{}", "\n".repeat(599));
        assert_eq!(check_text("a.rs", &code), []);
        let tested = format!("{code}#[cfg(test)]\nmod tests {{\n{}}}\n", "\n".repeat(900));
        assert_eq!(check_text("a.rs", &tested), []);
        assert_eq!(check_text("a.rs", &format!("{code}\n")).len(), 1);
    }

    #[test]
    fn a_function_may_have_70_lines_and_not_71() {
        let function = |lines: usize| {
            let body = "        a();\n".repeat(lines - 2);
            format!("//! A.\nimpl A {{\n    pub(crate) async fn b(\n{body}    }}\n}}\n")
        };
        assert_eq!(check_text("a.rs", &function(70)), []);
        let found = check_text("a.rs", &function(71));
        assert_eq!(found, [(3, "`b` has 71 lines (at most 70)".to_owned())]);
    }

    #[test]
    fn functions_without_a_body_end_at_their_semicolon() {
        let text = format!(
            "//! A.\ntrait A {{\n    fn b();\n{}}}\n",
            "    // c\n".repeat(90)
        );
        assert_eq!(check_text("a.rs", &text), []);
    }
}
