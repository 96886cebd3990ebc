//! The files of the checkout that a person wrote, read once for all rules.

use std::path::Path;

use crate::failure::Failure;

/// Folders that hold what programs wrote.
const NOT_OURS: [&str; 5] = [".git", "target", "corpus", "artifacts", "node_modules"];

/// What the rules on text look at.
const TEXTS: [&str; 12] = [
    "rs", "md", "toml", "sql", "html", "css", "js", "sh", "yml", "yaml", "json", "ts",
];

/// A text file of the checkout.
#[derive(Debug)]
pub(super) struct TextFile {
    /// Relative to the checkout, with `/` between folders.
    pub(super) path: String,
    pub(super) text: String,
}

impl TextFile {
    /// Whether the name ends in `.extension`.
    pub(super) fn is(&self, extension: &str) -> bool {
        self.path
            .rsplit_once('.')
            .is_some_and(|(_, found)| found == extension)
    }

    /// The lines, each with its number counted from 1.
    pub(super) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .split('\n')
            .enumerate()
            .map(|(index, line)| (index + 1, line))
    }
}

/// All text files, and the paths of all files.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub(super) files: Vec<TextFile>,
    /// Files and folders, text or not.
    paths: std::collections::BTreeSet<String>,
}

impl Tree {
    /// Reads the checkout at `root`.
    pub(super) fn read(root: &Path) -> Result<Self, Failure> {
        let mut tree = Self::default();
        tree.walk(root, "")?;
        tree.files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(tree)
    }

    /// The text file of that path.
    pub(super) fn file(&self, path: &str) -> Option<&TextFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// Whether a file or folder of that path exists.
    pub(super) fn has(&self, path: &str) -> bool {
        self.paths.contains(path.trim_end_matches('/')) || path.is_empty()
    }

    fn walk(&mut self, folder: &Path, prefix: &str) -> Result<(), Failure> {
        let unread = |source| Failure::File {
            doing: "read",
            path: folder.to_path_buf(),
            source,
        };
        for entry in std::fs::read_dir(folder).map_err(unread)? {
            let entry = entry.map_err(unread)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type().map_err(unread)?;
            let path = format!("{prefix}{name}");
            if kind.is_dir() && !NOT_OURS.contains(&name.as_str()) {
                self.walk(&entry.path(), &format!("{path}/"))?;
                self.paths.insert(path);
            } else if kind.is_file() {
                let text = name
                    .rsplit_once('.')
                    .is_some_and(|(_, end)| TEXTS.contains(&end));
                if text || path == ".ci/run" {
                    let bytes = std::fs::read(entry.path()).map_err(unread)?;
                    let text = String::from_utf8_lossy(&bytes).into_owned();
                    self.files.push(TextFile {
                        path: path.clone(),
                        text,
                    });
                }
                self.paths.insert(path);
            }
        }
        Ok(())
    }

    /// A tree of the given files, for tests of rules.
    #[cfg(test)]
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let mut tree = Self::default();
        for (path, text) in files {
            tree.paths.insert((*path).to_owned());
            tree.files.push(TextFile {
                path: (*path).to_owned(),
                text: (*text).to_owned(),
            });
        }
        tree
    }
}
