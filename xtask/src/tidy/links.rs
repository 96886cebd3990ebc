//! Links between documents: each leads to a file that exists, and to a heading in it.

use super::Finding;
use super::markdown::{anchors, link_targets, prose};
use super::tree::{TextFile, Tree};

/// Finds links of one document that lead nowhere; addresses on the network are not tried.
pub(super) fn check(file: &TextFile, tree: &Tree) -> Vec<Finding> {
    if !file.is("md") {
        return Vec::new();
    }
    let links = prose(&file.text)
        .flat_map(|(number, line)| link_targets(line).map(move |target| (number, target)));
    links
        .filter(|(_, target)| !leads_somewhere(target, file, tree))
        .map(|(line, target)| Finding {
            file: file.path.clone(),
            line,
            what: format!("the link `{target}` leads nowhere"),
            remedy: "correct the path or the heading",
        })
        .collect()
}

fn leads_somewhere(target: &str, file: &TextFile, tree: &Tree) -> bool {
    if target.contains("://") || target.starts_with("mailto:") {
        return true;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let path = if path.is_empty() {
        file.path.clone()
    } else {
        joined(folder, path)
    };
    if !tree.has(&path) {
        return false;
    }
    anchor.is_empty()
        || tree
            .file(&path)
            .is_some_and(|file| anchors(&file.text).iter().any(|own| own == anchor))
}

/// `path` seen from `folder`, without `.` and `..`.
fn joined(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The dead links of a `docs/guide.md` with that text.
    fn dead(text: &str) -> usize {
        let tree = Tree::of(&[("docs/guide.md", text), ("README.md", "# Top\n## Try it\n")]);
        tree.files.iter().map(|file| check(file, &tree).len()).sum()
    }

    #[test]
    fn links_to_files_headings_and_the_network_are_fine() {
        assert_eq!(
            dead("[a](../README.md) [b](../README.md#try-it) [c](guide.md)\n"),
            0
        );
        assert_eq!(
            dead("# Here\n[a](#here) [b](https://example.org/#x) [c](../)\n"),
            0
        );
    }

    #[test]
    fn links_to_missing_files_and_headings_are_found() {
        assert_eq!(
            dead("[a](README.md)\n[b](../README.md#tried)\n[c](#nowhere)\n"),
            3
        );
    }
}
