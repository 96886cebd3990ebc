//! Keys under which two records of one person meet: pairs that share none are never compared.

use std::fmt::Write as _;

use model::Sensitive;

use super::birth::BirthDate;
use super::interner::NONE;
use super::record::PersonRecord;
use super::roster::{PersonRoster, Row};

/// The most keys of one person.
pub const BLOCKING_KEYS_MAX: usize = 24;
/// How many letters of a name's skeleton are used.
const SKELETON_CHARS_MAX: usize = 8;

/// The kinds of keys. Each is one pass over a roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyKind {
    /// Phone number.
    Phone,
    /// Email address.
    Email,
    /// Skeletons of a given and a family name, in order of the alphabet.
    Names,
    /// Birth date, day and month in either order, and the first letter of a name.
    BirthInitial,
    /// Birth year, skeleton of one name, first letter of the other.
    Year,
    /// Place, skeleton of one name, first letter of the other.
    Place,
}

impl KeyKind {
    /// Every kind.
    pub(super) const ALL: [Self; 6] = [
        Self::Phone,
        Self::Email,
        Self::Names,
        Self::BirthInitial,
        Self::Year,
        Self::Place,
    ];
}

/// A key: what it is made of, and the parts in order.
#[derive(Clone, Copy)]
pub(super) struct Key<'a> {
    label: &'static str,
    parts: [Part<'a>; 3],
}

#[derive(Clone, Copy)]
enum Part<'a> {
    Absent,
    Text(&'a str),
    Number(u32),
    Letter(char),
    Skeleton(Skeleton<'a>),
}

impl Key<'_> {
    /// The key as a text.
    fn text(&self) -> String {
        let mut text = self.label.to_owned();
        for part in self.parts {
            // Writing to a string cannot fail.
            let _ = match part {
                Part::Absent => Ok(()),
                Part::Text(words) => write!(text, " {words}"),
                Part::Number(number) => write!(text, " {number}"),
                Part::Letter(letter) => write!(text, " {letter}"),
                Part::Skeleton(skeleton) => {
                    text.push(' ');
                    skeleton.letters().for_each(|letter| text.push(letter));
                    Ok(())
                }
            };
        }
        text
    }

    /// 32 bits of a digest of the key within its kind, cheaper than that of its text.
    pub(super) fn digest(&self) -> u64 {
        let mut state = 0_u64;
        let mut mix = |word: u32| {
            state = (state.rotate_left(5) ^ u64::from(word)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        };
        for part in self.parts {
            match part {
                Part::Absent => {}
                Part::Text(words) => words.bytes().for_each(|byte| mix(byte.into())),
                Part::Number(number) => mix(number),
                Part::Letter(letter) => mix(letter.into()),
                Part::Skeleton(skeleton) => {
                    skeleton.letters().for_each(|letter| mix(letter.into()));
                }
            }
            mix(u32::MAX);
        }
        (state ^ state >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32
    }
}

/// The keys of a person: two persons who may be one share at least one, unless too much differs.
///
/// They are made of personal data: to be kept only blinded (as keyed digests), and for nothing but
/// finding the records to compare. At most [`BLOCKING_KEYS_MAX`], sorted, none twice.
pub fn blocking_keys(record: &PersonRecord) -> Vec<Sensitive<String>> {
    let mut roster = PersonRoster::default();
    roster.add(record);
    let mut keys = Vec::new();
    if let [row] = roster.rows.as_slice() {
        for kind in KeyKind::ALL {
            roster.each_key(row, kind, |key| keys.push(key.text()));
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys.truncate(BLOCKING_KEYS_MAX);
    keys.into_iter().map(Sensitive::new).collect()
}

impl PersonRoster {
    /// Calls `take` with each key of one kind of a person.
    pub(super) fn each_key(&self, row: &Row, kind: KeyKind, mut take: impl FnMut(Key)) {
        let mut put = |label, parts| take(Key { label, parts });
        let text = |number| {
            [
                Part::Text(self.texts.text(number)),
                Part::Absent,
                Part::Absent,
            ]
        };
        match kind {
            KeyKind::Phone if row.phone != NONE => put("phone", text(row.phone)),
            KeyKind::Email if row.email != NONE => put("email", text(row.email)),
            KeyKind::Names => {
                for (given, family) in self.key_names(row) {
                    let (first, second) = (given.min(family), given.max(family));
                    let names = [first, second].map(|name| Part::Skeleton(Skeleton(name)));
                    put("names", [names[0], names[1], Part::Absent]);
                }
            }
            KeyKind::BirthInitial | KeyKind::Year => {
                if let Some(birth) = BirthDate::of_packed(row.birth) {
                    self.each_birth_key(row, birth, kind, put);
                }
            }
            KeyKind::Place if row.place != NONE => {
                let place = Part::Text(self.spelling(row.place));
                for (given, family) in self.key_names(row) {
                    for (name, other) in [(given, family), (family, given)] {
                        if let Some(other) = initial(other) {
                            let name = Part::Skeleton(Skeleton(name));
                            put("place", [place, name, Part::Letter(other)]);
                        }
                    }
                }
            }
            KeyKind::Phone | KeyKind::Email | KeyKind::Place => {}
        }
    }

    fn each_birth_key<'a>(
        &'a self,
        row: &Row,
        birth: BirthDate,
        kind: KeyKind,
        mut put: impl FnMut(&'static str, [Part<'a>; 3]),
    ) {
        let (given, family) = self.whole_names(row);
        let year = Part::Number(birth.year());
        let skeleton = |name| Part::Skeleton(Skeleton(name));
        if kind == KeyKind::BirthInitial {
            let Some(day) = birth.unordered() else {
                return;
            };
            for initial in [initial(given), initial(family)].into_iter().flatten() {
                put(
                    "born",
                    [Part::Number(day), Part::Letter(initial), Part::Absent],
                );
            }
        } else {
            for (given, family) in self.key_names(row) {
                for (name, other) in [(given, family), (family, given)] {
                    if let Some(other) = initial(other) {
                        put("year", [year, skeleton(name), Part::Letter(other)]);
                    }
                }
            }
        }
    }

    /// The given and family name of the likeliest split.
    fn whole_names(&self, row: &Row) -> (&str, &str) {
        (self.spelling(row.given), self.spelling(row.family))
    }

    /// The pairs of a given and a family name, one word each, under which a person is sought: the
    /// first given name with the first and with the last family name.
    fn key_names(&self, row: &Row) -> impl Iterator<Item = (&str, &str)> {
        let (given, family) = self.whole_names(row);
        let given = given.split(' ').next().unwrap_or("");
        let words = edge_words(family).into_iter().flatten();
        words
            .filter(move |_| !given.is_empty())
            .map(move |family| (given, family))
    }
}

/// The first and the last word of a name, where they are two.
fn edge_words(name: &str) -> [Option<&str>; 2] {
    let first = name.split(' ').next().filter(|word| !word.is_empty());
    let last = name.rsplit(' ').next();
    [first, last.filter(|_| name.contains(' '))]
}

fn initial(name: &str) -> Option<char> {
    name.chars().next()
}

/// A word as its first letter and the consonants after it: vowels are what typists, and offices
/// that romanise, disagree about most.
#[derive(Clone, Copy)]
struct Skeleton<'a>(&'a str);

impl<'a> Skeleton<'a> {
    fn letters(self) -> impl Iterator<Item = char> + use<'a> {
        let is_vowel = |letter: char| matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u');
        let letters = self.0.chars().enumerate();
        let letters = letters.filter(move |(at, letter)| *at == 0 || !is_vowel(*letter));
        letters.map(|(_, letter)| letter).take(SKELETON_CHARS_MAX)
    }
}

#[cfg(test)]
#[path = "blocking_tests.rs"]
mod tests;
