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
        let mut command = house.cargo(&["metadata", "--format-version=1", "--locked"]);
        let triple = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
        command.args(["--filter-platform", &triple]);
        let document =
            serde_json::from_slice(&printed(&mut command)?).map_err(|source| Failure::Output {
                program: "cargo metadata".to_owned(),
                source,
            })?;
        Ok(Self::of(&document))
    }

    fn of(document: &Document) -> Self {
        let names: BTreeMap<&str, &str> = document
            .packages
            .iter()
            .map(|package| (package.id.as_str(), package.name.as_str()))
            .collect();
        let members: BTreeSet<&str> = document
            .workspace_members
            .iter()
            .map(String::as_str)
            .collect();
        let mut metadata = Self::default();
        for node in &document.resolve.nodes {
            let id = node.id.as_str();
            if !members.contains(id) {
                continue;
            }
            let mut member = Member::default();
            for (other, kind) in node.arrows().filter(|(other, _)| members.contains(other)) {
                let name = names.get(other).copied().unwrap_or_default().to_owned();
                match kind {
                    Kind::Dev => member.dev.insert(name),
                    Kind::Normal | Kind::Build => member.normal.insert(name),
                };
            }
            let name = names.get(id).copied().unwrap_or_default().to_owned();
            metadata
                .reaches
                .insert(name.clone(), reached(id, document, &names));
            metadata.members.insert(name, member);
        }
        metadata
    }
}

/// The names of all crates that `start` pulls in by normal dependencies.
fn reached(start: &str, document: &Document, names: &BTreeMap<&str, &str>) -> BTreeSet<String> {
    let nodes: BTreeMap<&str, &Node> = document
        .resolve
        .nodes
        .iter()
        .map(|node| (node.id.as_str(), node))
        .collect();
    let mut seen = BTreeSet::from([start]);
    let mut waiting = vec![start];
    while let Some(id) = waiting.pop() {
        let arrows = nodes.get(id).into_iter().flat_map(|node| node.arrows());
        for (other, kind) in arrows {
            if kind == Kind::Normal && seen.insert(other) {
                waiting.push(other);
            }
        }
    }
    seen.remove(start);
    seen.into_iter()
        .filter_map(|id| names.get(id))
        .map(|name| (*name).to_owned())
        .collect()
}

#[derive(Deserialize)]
struct Document {
    packages: Vec<Package>,
    workspace_members: Vec<String>,
    resolve: Resolve,
}

#[derive(Deserialize)]
struct Package {
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct Resolve {
    nodes: Vec<Node>,
}

#[derive(Deserialize)]
struct Node {
    id: String,
    deps: Vec<Arrow>,
}

impl Node {
    /// Each crate that this one depends on, once for each kind of dependency.
    fn arrows(&self) -> impl Iterator<Item = (&str, Kind)> {
        self.deps.iter().flat_map(|arrow| {
            arrow
                .dep_kinds
                .iter()
                .map(|dependency| (arrow.pkg.as_str(), dependency.kind.unwrap_or(Kind::Normal)))
        })
    }
}

#[derive(Deserialize)]
struct Arrow {
    pkg: String,
    dep_kinds: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    kind: Option<Kind>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Normal,
    Build,
    Dev,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_dependencies_are_told_apart() {
        let arrow = |to: &str, kind: &str| {
            format!(r#"{{"pkg":"{to}","dep_kinds":[{{"kind":{kind},"target":null}}]}}"#)
        };
        let text = format!(
            r#"{{"packages":[{{"id":"a","name":"wire"}},{{"id":"b","name":"model"}},
                {{"id":"c","name":"tokio"}},{{"id":"d","name":"world"}}],
               "workspace_members":["a","b","d"],
               "resolve":{{"nodes":[
                 {{"id":"a","deps":[{},{}]}},
                 {{"id":"b","deps":[{}]}},
                 {{"id":"c","deps":[]}},
                 {{"id":"d","deps":[]}}]}}}}"#,
            arrow("b", "null"),
            arrow("d", "\"dev\""),
            arrow("c", "null"),
        );
        let metadata = Metadata::of(&serde_json::from_str(&text).unwrap());
        let wire = metadata.members.get("wire").unwrap();
        assert_eq!(wire.normal, BTreeSet::from(["model".to_owned()]));
        assert_eq!(wire.dev, BTreeSet::from(["world".to_owned()]));
        let expected = BTreeSet::from(["model".to_owned(), "tokio".to_owned()]);
        assert_eq!(metadata.reaches.get("wire"), Some(&expected));
    }
}
