//! The spellings of names, as data with sources: what may be one name written in several ways.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use toml::Spanned;

use super::refusal::{PersonPolicyError, PersonPolicyProblem, PolicyText};

/// The policy that is built in.
const BUILTIN: &str = include_str!("../../../../policy/names.toml");
/// The longest word of the policy, in letters.
const WORD_LETTERS_MAX: usize = 32;
/// What must remain of a word when a joined beginning is taken off, in bytes.
const JOINED_REST_BYTES_MIN: usize = 4;

/// Spellings of names: how a name is brought to the one form in which spellings are compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePolicy {
    version: String,
    left_out: WordTable<()>,
    joined: Vec<String>,
    letters: BTreeMap<char, String>,
    /// Rewrites by the first letter of what they rewrite, the longest first.
    rewrites: BTreeMap<u8, Vec<Rewrite>>,
    variants: WordTable<String>,
    common_permille: BTreeMap<String, u16>,
}

/// Folded words of the policy with what stands for them, by their first letter: every word of every
/// name is looked up, and nearly none is found.
#[derive(Debug, Clone, PartialEq, Eq)]
struct WordTable<T>([Vec<(String, T)>; 26]);

impl<T> Default for WordTable<T> {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Vec::new()))
    }
}

impl<T> WordTable<T> {
    fn get(&self, word: &str) -> Option<&T> {
        let letter = word.bytes().next()?.wrapping_sub(b'a');
        let mut same_letter = self.0.get(usize::from(letter))?.iter();
        same_letter
            .find(|(known, _)| known == word)
            .map(|(_, value)| value)
    }

    /// Puts a word in and answers whether it was there.
    fn insert(&mut self, word: String, value: T) -> bool {
        let known = self.get(&word).is_some();
        let letter = word
            .bytes()
            .next()
            .map(|first| usize::from(first.wrapping_sub(b'a')));
        if let Some(words) = letter.and_then(|letter| self.0.get_mut(letter)) {
            words.push((word, value));
        }
        known
    }
}

/// One rewrite of a folded name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Rewrite {
    from: String,
    to: String,
    at_start: bool,
    at_end: bool,
}

impl NamePolicy {
    /// Reads a policy. `file_name` only serves the error.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, PersonPolicyError> {
        let policy = PolicyText {
            text,
            file: file_name,
        };
        let raw: RawPolicy = policy.read()?;
        policy.stated(&raw.title, "title")?;
        let mut read = Self {
            version: policy.stated(&raw.version, "version")?,
            left_out: WordTable::default(),
            joined: Vec::new(),
            letters: BTreeMap::new(),
            rewrites: BTreeMap::new(),
            variants: WordTable::default(),
            common_permille: BTreeMap::new(),
        };
        read.take_words(&policy, &raw)?;
        read.take_scripts(&policy, &raw.scripts)?;
        read.take_rewrites(&policy, &raw.spellings)?;
        read.take_variants(&policy, &raw.variants)?;
        read.take_common(&policy, &raw.common)?;
        Ok(read)
    }

    /// The policy that is built in.
    pub fn builtin() -> Result<Self, PersonPolicyError> {
        Self::parse(BUILTIN, "policy/names.toml")
    }

    /// The version, as recorded with each suggestion.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The Latin letters for a letter of another script; `None` when it stays as it is.
    pub(super) fn latin(&self, letter: char) -> Option<&str> {
        self.letters.get(&letter).map(String::as_str)
    }

    /// Whether a folded word is a particle or a title.
    pub(super) fn is_left_out(&self, word: &str) -> bool {
        self.left_out.get(word).is_some()
    }

    /// The share of people, in thousandths, that carries a name; 0 for one that is not common.
    /// `spelling` is a name as [`NamePolicy::spell`] gives it.
    pub(super) fn common_permille(&self, spelling: &str) -> u16 {
        self.common_permille.get(spelling).copied().unwrap_or(0)
    }

    /// Appends the one form in which the spellings of a folded word are compared. It says
    /// something for every word that says something.
    pub(super) fn spell(&self, word: &str, out: &mut String) {
        let bare = self.without_joined(word);
        let word = self.variants.get(bare).map_or(bare, String::as_str);
        if !word.is_ascii() {
            return out.push_str(word);
        }
        let begun = out.len();
        let mut at = 0;
        while at < word.len() {
            let rewrite = self.rewrite_at(word, at);
            let (to, taken) = rewrite.map_or((&word[at..=at], 1), |found| {
                (found.to.as_str(), found.from.len())
            });
            for letter in to.chars() {
                if !out[begun..].ends_with(letter) {
                    out.push(letter);
                }
            }
            at += taken;
        }
        if out.len() == begun {
            out.push_str(word);
        }
    }

    fn rewrite_at(&self, word: &str, at: usize) -> Option<&Rewrite> {
        let first = word.as_bytes().get(at)?;
        self.rewrites.get(first)?.iter().find(|rewrite| {
            word[at..].starts_with(&rewrite.from)
                && (!rewrite.at_start || at == 0)
                && (!rewrite.at_end || at + rewrite.from.len() == word.len())
        })
    }

    fn without_joined<'a>(&self, word: &'a str) -> &'a str {
        let rests = self
            .joined
            .iter()
            .filter_map(|start| word.strip_prefix(start.as_str()));
        rests
            .filter(|rest| rest.len() >= JOINED_REST_BYTES_MIN)
            .min_by_key(|rest| rest.len())
            .unwrap_or(word)
    }

    fn take_words(
        &mut self,
        policy: &PolicyText,
        raw: &RawPolicy,
    ) -> Result<(), PersonPolicyError> {
        for group in &raw.left_out {
            explained(policy, &group.text, &group.source)?;
            for word in &group.words {
                let known = self.left_out.insert(folded(policy, word, "words")?, ());
                refuse_twice(policy, known, word, "words")?;
            }
        }
        for group in &raw.joined {
            explained(policy, &group.text, &group.source)?;
            for start in &group.starts {
                self.joined.push(folded(policy, start, "starts")?);
            }
        }
        Ok(())
    }

    fn take_scripts(
        &mut self,
        policy: &PolicyText,
        scripts: &[RawScript],
    ) -> Result<(), PersonPolicyError> {
        for script in scripts {
            policy.stated(&script.name, "name")?;
            policy.stated(&script.source, "source")?;
            for entry in &script.letters {
                let bad = || {
                    policy.refuse(
                        entry.span().start,
                        PersonPolicyProblem::BadPair { key: "letters" },
                    )
                };
                let (from, to) = entry
                    .get_ref()
                    .split_once(' ')
                    .unwrap_or((entry.get_ref(), ""));
                let mut from = from.chars();
                let (Some(letter), None) = (from.next(), from.next()) else {
                    return Err(bad());
                };
                if letter.is_ascii() || !to.bytes().all(|byte| byte.is_ascii_lowercase()) {
                    return Err(bad());
                }
                let known = self.letters.insert(letter, to.to_owned()).is_some();
                refuse_twice(policy, known, entry, "letters")?;
            }
        }
        Ok(())
    }

    fn take_rewrites(
        &mut self,
        policy: &PolicyText,
        spellings: &[RawSpelling],
    ) -> Result<(), PersonPolicyError> {
        let mut seen = BTreeSet::new();
        for spelling in spellings {
            explained(policy, &spelling.text, &spelling.source)?;
            for entry in &spelling.rewrites {
                let rewrite = Rewrite::read(entry.get_ref()).ok_or_else(|| {
                    let at = entry.span().start;
                    policy.refuse(at, PersonPolicyProblem::BadPair { key: "rewrites" })
                })?;
                let place = (rewrite.from.clone(), rewrite.at_start, rewrite.at_end);
                refuse_twice(policy, !seen.insert(place), entry, "rewrites")?;
                if let Some(first) = rewrite.from.bytes().next() {
                    self.rewrites.entry(first).or_default().push(rewrite);
                }
            }
        }
        for rewrites in self.rewrites.values_mut() {
            // Of two that fit, the longer is meant, and of those the one that asks for more.
            rewrites.sort_by_key(|rewrite| {
                let bound = usize::from(rewrite.at_start) + usize::from(rewrite.at_end);
                std::cmp::Reverse((rewrite.from.len(), bound))
            });
        }
        Ok(())
    }

    fn take_variants(
        &mut self,
        policy: &PolicyText,
        groups: &[RawVariant],
    ) -> Result<(), PersonPolicyError> {
        for group in groups {
            explained(policy, &group.text, &group.source)?;
            let Some(first) = group.names.first() else {
                continue;
            };
            for name in &group.names {
                let word = folded(policy, name, "names")?;
                let known = self.variants.insert(word, first.get_ref().clone());
                refuse_twice(policy, known, name, "names")?;
            }
        }
        Ok(())
    }

    fn take_common(
        &mut self,
        policy: &PolicyText,
        groups: &[RawCommon],
    ) -> Result<(), PersonPolicyError> {
        for group in groups {
            explained(policy, &group.text, &group.source)?;
            let share = &group.share_permille;
            let permille = Some(*share.get_ref()).filter(|share| (1..=200).contains(share));
            let permille = permille.ok_or_else(|| {
                let problem = PersonPolicyProblem::OutOfRange {
                    key: "share_permille",
                    range: "from 1 to 200",
                };
                policy.refuse(share.span().start, problem)
            })?;
            for name in &group.names {
                let mut spelling = String::new();
                self.spell(&folded(policy, name, "names")?, &mut spelling);
                let known = self.common_permille.entry(spelling).or_insert(permille);
                *known = permille.max(*known);
            }
        }
        Ok(())
    }
}

impl Rewrite {
    /// `from to`, where `from` may begin with ^ and end with $, and - stands for nothing.
    fn read(entry: &str) -> Option<Self> {
        let (from, to) = entry.split_once(' ')?;
        let at_start = from.starts_with('^');
        let from = from.strip_prefix('^').unwrap_or(from);
        let at_end = from.ends_with('$');
        let from = from.strip_suffix('$').unwrap_or(from);
        let to = if to == "-" { "" } else { to };
        let small = |word: &str| word.bytes().all(|byte| byte.is_ascii_lowercase());
        let fits = !from.is_empty() && from.len() <= WORD_LETTERS_MAX && small(from);
        (fits && small(to) && to.len() <= from.len() + 1).then(|| Self {
            from: from.to_owned(),
            to: to.to_owned(),
            at_start,
            at_end,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPolicy {
    version: Spanned<String>,
    title: Spanned<String>,
    left_out: Vec<RawLeftOut>,
    joined: Vec<RawJoined>,
    #[serde(rename = "script")]
    scripts: Vec<RawScript>,
    #[serde(rename = "spelling")]
    spellings: Vec<RawSpelling>,
    #[serde(rename = "variant")]
    variants: Vec<RawVariant>,
    common: Vec<RawCommon>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLeftOut {
    words: Vec<Spanned<String>>,
    text: Spanned<String>,
    source: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawJoined {
    starts: Vec<Spanned<String>>,
    text: Spanned<String>,
    source: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawScript {
    name: Spanned<String>,
    letters: Vec<Spanned<String>>,
    source: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSpelling {
    rewrites: Vec<Spanned<String>>,
    text: Spanned<String>,
    source: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawVariant {
    names: Vec<Spanned<String>>,
    text: Spanned<String>,
    source: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCommon {
    names: Vec<Spanned<String>>,
    share_permille: Spanned<u16>,
    text: Spanned<String>,
    source: Spanned<String>,
}

fn explained(
    policy: &PolicyText,
    text: &Spanned<String>,
    source: &Spanned<String>,
) -> Result<(), PersonPolicyError> {
    policy.stated(text, "text")?;
    policy.stated(source, "source")?;
    Ok(())
}

fn folded(
    policy: &PolicyText,
    word: &Spanned<String>,
    key: &'static str,
) -> Result<String, PersonPolicyError> {
    let letters = word.get_ref();
    let small = letters.bytes().all(|byte| byte.is_ascii_lowercase());
    if small && (1..=WORD_LETTERS_MAX).contains(&letters.len()) {
        return Ok(letters.clone());
    }
    Err(policy.refuse(word.span().start, PersonPolicyProblem::BadWord { key }))
}

fn refuse_twice(
    policy: &PolicyText,
    known: bool,
    word: &Spanned<String>,
    key: &'static str,
) -> Result<(), PersonPolicyError> {
    if known {
        return Err(policy.refuse(word.span().start, PersonPolicyProblem::Twice { key }));
    }
    Ok(())
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
