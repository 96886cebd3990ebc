//! Names of files and folders: a name says what is inside, never just that something is.

use super::Finding;
use super::tree::TextFile;

const EMPTY_NAMES: [&str; 9] = [
    "util", "utils", "common", "helper", "helpers", "misc", "core", "shared", "stuff",
];

/// Finds path parts that name nothing.
pub(super) fn check(file: &TextFile) -> Option<Finding> {
    if !file.is("rs") {
        return None;
    }
    let empty = file.path.split('/').find(|part| {
        let stem = part.strip_suffix(".rs").unwrap_or(part);
        stem.split(['_', '-'])
            .any(|word| EMPTY_NAMES.contains(&word))
    })?;
    Some(Finding {
        file: file.path.clone(),
        line: 1,
        what: format!("`{empty}` names nothing"),
        remedy: "name it after the thing of the field that it holds",
    })
}

#[cfg(test)]
mod tests {
    use super::super::tree::Tree;
    use super::*;

    fn check_path(path: &str) -> bool {
        Tree::of(&[(path, "")])
            .files
            .iter()
            .any(|file| check(file).is_some())
    }

    #[test]
    fn empty_names_are_found_in_files_folders_and_word_parts() {
        assert!(check_path("crates/model/src/utils.rs"));
        assert!(check_path("crates/common/src/lib.rs"));
        assert!(check_path("crates/wire/src/xml_helpers.rs"));
        assert!(check_path("crates/watchfire-core/src/lib.rs"));
    }

    #[test]
    fn names_that_only_contain_such_a_word_are_fine() {
        assert!(!check_path("crates/link/src/score.rs"));
        assert!(!check_path("crates/model/src/commonwealth.rs"));
        assert!(!check_path("docs/misc.md"));
    }
}
