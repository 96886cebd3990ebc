//! What cargo knows about the crates: who depends on whom.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::failure::Failure;
use crate::house::{House, printed};

/// The workspace's members and everything that they build on.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    /// Member name → what it depends on directly.
    pub(super) members: BTreeMap<String, Member>,
    /// Crate name → the crates that its normal build pulls in, itself not counted.
    pub(super) reaches: BTreeMap<String, BTreeSet<String>>,
}

/// A member's own dependencies on other members, by kind.
#[derive(Debug, Default)]
pub(super) struct Member {
    pub(super) normal: BTreeSet<String>,
    pub(super) dev: BTreeSet<String>,
}

impl Metadata {
    /// Asks cargo, for the platform we are on.
    pub(super) fn read(house: &House) -> Result<Self, Failure> {
        let mut command = house.cargo(&["metadata", "--format-version=1", "--no-deps", "--locked"]);
        let document =
            serde_json::from_slice(&printed(&mut command)?).map_err(|source| Failure::Output {
                program: "cargo metadata".to_owned(),
                source,
            })?;
        let mut metadata = Self::of(document);
        for name in metadata.members.keys() {
            // One crate at a time: `cargo metadata` mixes in what other members switch on.
            let mut command = house.cargo(&["tree", "--locked", "--edges=normal", "--prefix=none"]);
            command.args(["--format={p}", "--package", name]);
            let tree = printed(&mut command)?;
            metadata
                .reaches
                .insert(name.clone(), reached(&String::from_utf8_lossy(&tree)));
        }
        Ok(metadata)
    }

    fn of(document: Document) -> Self {
        let mut metadata = Self::default();
        for package in document.packages {
            let mut member = Member::default();
            // Only members of the workspace are named by their path.
            for arrow in package
                .dependencies
                .into_iter()
                .filter(|arrow| arrow.path.is_some())
            {
                match arrow.kind {
                    Some(Kind::Dev) => member.dev.insert(arrow.name),
                    Some(Kind::Build) | None => member.normal.insert(arrow.name),
                };
            }
            metadata.members.insert(package.name, member);
        }
        metadata
    }
}

/// The names in what `cargo tree` prints, one crate a line, the crate itself first.
fn reached(tree: &str) -> BTreeSet<String> {
    let names = tree
        .lines()
        .skip(1)
        .filter_map(|line| line.split(' ').next());
    names
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

#[derive(Deserialize)]
struct Document {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Arrow>,
}

#[derive(Deserialize)]
struct Arrow {
    name: String,
    kind: Option<Kind>,
    path: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Build,
    Dev,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_dependencies_are_told_apart() {
        let text = r#"{"packages":[
            {"name":"model","dependencies":[{"name":"serde","kind":null}]},
            {"name":"wire","dependencies":[
                {"name":"model","kind":null,"path":"/house/crates/model"},
                {"name":"world","kind":"dev","path":"/house/crates/world"}]}]}"#;
        let metadata = Metadata::of(serde_json::from_str(text).unwrap());
        let names: Vec<&str> = metadata.members.keys().map(String::as_str).collect();
        assert_eq!(names, ["model", "wire"]);
        let wire = metadata.members.get("wire").unwrap();
        assert_eq!(wire.normal, BTreeSet::from(["model".to_owned()]));
        assert_eq!(wire.dev, BTreeSet::from(["world".to_owned()]));
    }

    #[test]
    fn a_tree_names_what_a_crate_pulls_in() {
        let tree =
            "wire v0.1.0 (/house/crates/wire)\nmodel v0.1.0 (/house)\nmio v1.0.4\nmio v1.0.4 (*)\n";
        let expected = BTreeSet::from(["mio".to_owned(), "model".to_owned()]);
        assert_eq!(reached(tree), expected);
    }
}
