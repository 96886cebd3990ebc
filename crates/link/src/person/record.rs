//! What one report says of one person, folded for comparison.

use model::{Identifier, IdentifierKind, Report, Sensitive, Subject};

use super::birth::BirthDate;
use super::fold::{FoldedName, words};
use super::names::NamePolicy;

/// The most words at which a full name may be split into given and family names.
const SPLITS_MAX: usize = 5;
/// How much of a phone number or an address is compared, in characters.
const CONTACT_CHARS_MAX: usize = 254;
/// How many country codes are compared.
const COUNTRIES_MAX: usize = 16;

/// What was said of a person, as sent. Whatever was not said is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PersonDetails {
    /// Given names.
    pub given: Option<Sensitive<String>>,
    /// Family name or names.
    pub family: Option<Sensitive<String>>,
    /// Given and family names in one text, in any order. Not read when one of them stands alone.
    pub full: Option<Sensitive<String>>,
    /// Birth date: `YYYY-MM-DD`, a part of it, or `DD.MM.YYYY`.
    pub born: Option<Sensitive<String>>,
    /// Town or other place.
    pub place: Option<Sensitive<String>>,
    /// Country codes.
    pub countries: Vec<String>,
    /// A phone number in normal form.
    pub phone: Option<Sensitive<String>>,
    /// An email address in normal form.
    pub email: Option<Sensitive<String>>,
}

/// A person as compared: names folded, dates read. `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonRecord {
    /// Every way to tell given from family names; one, unless only the full name was sent.
    pub(super) splits: Vec<(Option<FoldedName>, Option<FoldedName>)>,
    /// Whether the sender told given from family names.
    pub(super) split_known: bool,
    pub(super) born: u32,
    pub(super) place: Option<FoldedName>,
    /// Country codes, sorted, joined by spaces.
    pub(super) countries: String,
    pub(super) phone: String,
    pub(super) email: String,
    /// The share of people, in thousandths, that carries the given and the family name.
    pub(super) common_permille: (u16, u16),
}

impl PersonRecord {
    /// Folds what was said of a person.
    pub fn new(details: &PersonDetails, names: &NamePolicy) -> Self {
        let read =
            |text: &Option<Sensitive<String>>| FoldedName::read(text.as_ref()?.expose(), names);
        let (given, family) = (read(&details.given), read(&details.family));
        let split_known = given.is_some() || family.is_some();
        let splits = match &details.full {
            Some(full) if !split_known => splits(&words(full.expose(), names), names),
            _ => vec![(given, family)],
        };
        let common = |name: Option<&FoldedName>| {
            let words = name.map_or("", |name| name.spelling.as_str()).split(' ');
            words
                .map(|word| names.common_permille(word))
                .min()
                .unwrap_or(0)
        };
        let (given, family) = splits.last().map_or((None, None), |(given, family)| {
            (given.as_ref(), family.as_ref())
        });
        Self {
            common_permille: (common(given), common(family)),
            splits,
            split_known,
            born: read_birth(details),
            place: read(&details.place),
            countries: countries(details),
            phone: contact(details.phone.as_ref()),
            email: contact(details.email.as_ref()),
        }
    }

    /// The persons of a report that say enough to be compared, each with its place in
    /// `report.subjects`. Phone and email are taken from `identifiers` (of this report) for a
    /// person who is the only one in that part of the report; else nobody knows whose they are.
    pub fn of_report(
        report: &Report,
        identifiers: &[Identifier],
        names: &NamePolicy,
    ) -> Vec<(usize, Self)> {
        let alone = |subject: &Subject| {
            let same_part = |other: &&Subject| other.part == subject.part;
            report.subjects.iter().filter(same_part).count() == 1
        };
        let records = report.subjects.iter().enumerate().map(|(at, subject)| {
            let contacts = |kind| {
                let of_subject = |found: &&Identifier| {
                    found.kind == kind && found.part == subject.part && found.ties
                };
                let first = identifiers.iter().find(of_subject);
                first
                    .filter(|_| alone(subject))
                    .map(|found| found.normal.clone())
            };
            let details = PersonDetails {
                full: subject.name.clone(),
                born: subject.born.clone(),
                countries: subject.countries.iter().cloned().collect(),
                phone: contacts(IdentifierKind::Phone),
                email: contacts(IdentifierKind::Email),
                ..PersonDetails::default()
            };
            (at, Self::new(&details, names))
        });
        records.filter(|(_, record)| record.says_enough()).collect()
    }

    /// Whether there is a name and something beside it: less suggests nothing.
    fn says_enough(&self) -> bool {
        let named = self
            .splits
            .iter()
            .any(|(given, family)| given.is_some() || family.is_some());
        let contact = !self.phone.is_empty() || !self.email.is_empty();
        named && (self.born != 0 || self.place.is_some() || contact)
    }
}

impl std::fmt::Debug for PersonRecord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonRecord([sensitive])")
    }
}

/// Every way to tell given from family names in a full name; particles go with what follows.
fn splits(words: &[String], names: &NamePolicy) -> Vec<(Option<FoldedName>, Option<FoldedName>)> {
    let ends_name = |at: &usize| !names.is_left_out(&words[at - 1]);
    let cuts: Vec<usize> = (1..words.len()).filter(ends_name).collect();
    // The last word is the likeliest family name, so the last splits are kept.
    let cuts = &cuts[cuts.len().saturating_sub(SPLITS_MAX)..];
    if cuts.is_empty() {
        return vec![(FoldedName::of_words(words, names), None)];
    }
    let split = |at: &usize| {
        let (given, family) = words.split_at(*at);
        (
            FoldedName::of_words(given, names),
            FoldedName::of_words(family, names),
        )
    };
    cuts.iter().map(split).collect()
}

fn read_birth(details: &PersonDetails) -> u32 {
    let born = details
        .born
        .as_ref()
        .and_then(|born| BirthDate::read(born.expose()));
    born.map_or(0, BirthDate::packed)
}

fn countries(details: &PersonDetails) -> String {
    let mut codes: Vec<String> = details
        .countries
        .iter()
        .filter(|code| (2..=3).contains(&code.len()))
        .take(COUNTRIES_MAX)
        .map(|code| code.to_ascii_uppercase())
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes.join(" ")
}

fn contact(text: Option<&Sensitive<String>>) -> String {
    let text = text.map_or("", |text| text.expose().trim());
    text.chars().take(CONTACT_CHARS_MAX).collect()
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
