//! Storms: what a report has in common with many others, and what in it would be news to them.
//!
//! Pure: it says what to compare and what not to overlook; counting is the caller's work. A storm
//! gathers rows of a queue, never cases: strangers who were sent one viral file have nothing to do
//! with each other.

use std::collections::BTreeSet;

use model::{
    Finding, Identifier, IdentifierKind, Mark, Part, Relevance, Report, Score, Sensitive, Subject,
};

use crate::normal::fold;
use crate::storm_policy::StormPolicy;

/// How much of a report's words is compared, in bytes.
const TEXT_BYTES_COMPARED: usize = 64 << 10;
/// Fewer words than these, and fewer letters in scripts that write words together, say too little
/// to be the same by more than chance.
const WORDS_MIN: usize = 5;
const LETTERS_MIN: usize = 40;
/// The most things in common that are taken from one report.
pub const STORM_KEYS_MAX: usize = 200;

/// What reports of a storm have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StormKind {
    /// The same bytes.
    File,
    /// The same perceptual hash, as its sender gave it, or near copies of one picture.
    Picture,
    /// The same words with other names, numbers and addresses.
    Text,
    /// The same page or room.
    Identifier,
}

impl StormKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::File, Self::Picture, Self::Text, Self::Identifier];

    /// The name in policy, database and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Picture => "picture",
            Self::Text => "text",
            Self::Identifier => "identifier",
        }
    }
}

/// One thing that other reports may have too.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StormKey {
    /// What it is.
    pub kind: StormKind,
    /// What is compared, whole.
    pub value: Sensitive<String>,
}

/// A report as a storm sees it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StormFacts {
    /// What others may have too, each once.
    pub keys: Vec<StormKey>,
    /// The keys of each file: by its bytes, and by what it looks like. A near copy of what a storm
    /// has is no news to it, though its bytes are others.
    pub files: Vec<Vec<StormKey>>,
    /// Children and places that it names: news to a storm that has not named them.
    pub named: Vec<Sensitive<String>>,
    /// Whatever its storm, the report keeps a row of its own.
    pub stays_open: bool,
}

/// What a report has in common with others. `findings` are those of the report on its own.
pub fn storm_facts(
    policy: &StormPolicy,
    report: &Report,
    identifiers: &[Identifier],
    findings: &[Finding],
) -> StormFacts {
    let mut keys = BTreeSet::new();
    let reported = || {
        let relevant = |file: &&model::FileFacts| file.relevance == Relevance::Reported;
        report.files.iter().filter(relevant)
    };
    let mut files = Vec::new();
    for file in reported() {
        let looks = file.perceptual.iter();
        let looks = looks.map(|hash| key(StormKind::Picture, hash.clone()));
        let bytes = key(StormKind::File, file.sha256.clone());
        let of_file: Vec<StormKey> = std::iter::once(bytes).chain(looks).collect();
        keys.extend(of_file.iter().cloned());
        files.push(of_file);
    }
    let has_files = !keys.is_empty();
    if !has_files {
        keys.extend(shape(report).map(|shape| key(StormKind::Text, shape)));
    }
    for identifier in identifiers {
        let public = matches!(
            identifier.kind,
            IdentifierKind::Url | IdentifierKind::Group | IdentifierKind::Onion
        );
        if public && identifier.ties {
            let value = format!("{}|{}", identifier.kind.name(), identifier.normal.expose());
            keys.insert(key(StormKind::Identifier, value));
        }
    }
    let gathers = |key: &StormKey| policy.gathers(key.kind, report.incident);
    keys.retain(gathers);
    for of_file in &mut files {
        of_file.retain(gathers);
    }
    files.retain(|of_file| !of_file.is_empty());
    StormFacts {
        keys: keys.into_iter().take(STORM_KEYS_MAX).collect(),
        files,
        named: named(report, identifiers),
        stays_open: stays_open(policy, report, findings, has_files),
    }
}

fn key(kind: StormKind, value: String) -> StormKey {
    StormKey {
        kind,
        value: Sensitive::new(value),
    }
}

/// Live abuse, an escalation, any override, much danger; and, where no file is the storm's matter,
/// a child whom nothing identifies, since nothing would tell one such child from the next.
fn stays_open(
    policy: &StormPolicy,
    report: &Report,
    findings: &[Finding],
    has_files: bool,
) -> bool {
    let danger: i64 = findings
        .iter()
        .filter(|finding| finding.score == Score::Danger)
        .map(|finding| finding.points)
        .sum();
    let child = report
        .subjects
        .iter()
        .any(|subject| subject.part == Part::Victim);
    report.escalation.is_some()
        || report.marks.contains(&Mark::LiveStreaming)
        || findings.iter().any(|finding| finding.raises.is_some())
        || danger >= policy.stays_open_at_danger()
        || (child && !has_files)
}

/// The children of a report, by whatever identifies them, and the countries they are in.
fn named(report: &Report, identifiers: &[Identifier]) -> Vec<Sensitive<String>> {
    let mut named = BTreeSet::new();
    for victim in report
        .subjects
        .iter()
        .filter(|subject| subject.part == Part::Victim)
    {
        named.insert(format!("child|{}", identity(victim)));
        for country in &victim.countries {
            named.insert(format!("place|{country}"));
        }
    }
    for identifier in identifiers {
        if identifier.part == Part::Victim && identifier.ties {
            let normal = identifier.normal.expose();
            named.insert(format!("child|{}|{normal}", identifier.kind.name()));
        }
    }
    named.into_iter().map(Sensitive::new).collect()
}

fn identity(victim: &Subject) -> String {
    let name = victim.name.as_ref().map(|name| fold(name.expose()));
    let born = victim.born.as_ref().map(|born| born.expose().as_str());
    format!(
        "{}|{}|{}",
        name.unwrap_or_default(),
        born.unwrap_or_default(),
        victim
            .age_years
            .map(|age| age.to_string())
            .unwrap_or_default()
    )
}

/// The words that a report says of its matter, without what differs between copies of a template:
/// numbers, addresses, names of accounts.
fn shape(report: &Report) -> Option<String> {
    let mut shape = String::new();
    let (mut words, mut letters) = (0, 0);
    let said = report
        .narratives
        .iter()
        .filter(|narrative| narrative.part.ties());
    for narrative in said {
        for token in narrative.text.expose().split_whitespace() {
            if shape.len() > TEXT_BYTES_COMPARED {
                break;
            }
            let trimmed = token.trim_matches(|c: char| !c.is_alphanumeric());
            let varies = trimmed.contains(|c: char| {
                c.is_numeric() || matches!(c, '@' | '/' | '\\' | ':' | '.' | '_')
            });
            if varies || trimmed.is_empty() {
                shape.push('#');
            } else {
                shape.push_str(&fold(trimmed));
                words += 1;
                letters += trimmed.chars().count();
            }
            shape.push(' ');
        }
    }
    (words >= WORDS_MIN || letters >= LETTERS_MIN).then_some(shape)
}

#[cfg(test)]
#[path = "storm_tests.rs"]
mod tests;
