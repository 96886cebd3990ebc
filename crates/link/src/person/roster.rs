//! A roster: many persons in little memory, ready to be compared.

use super::fold::FoldedName;
use super::interner::{Interner, NONE};
use super::record::PersonRecord;
use super::weights::PersonField;

/// Persons in the order in which they were added; a person is known by that number.
#[derive(Default)]
pub struct PersonRoster {
    pub(super) rows: Vec<Row>,
    /// The splits of full names into given and family name, beyond the last one.
    pub(super) other_splits: Vec<(u32, u32)>,
    /// Names and places by their letters.
    pub(super) letters: Interner,
    pub(super) names: Vec<Name>,
    spellings: Interner,
    /// Phones, emails and lists of countries.
    pub(super) texts: Interner,
    text_counts: Vec<u32>,
    /// How many records have each field.
    present: [u32; PersonField::ALL.len()],
}

/// One person. Numbers of names are those of `PersonRoster::letters`.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) given: u32,
    pub(super) family: u32,
    pub(super) birth: u32,
    pub(super) place: u32,
    pub(super) phone: u32,
    pub(super) email: u32,
    pub(super) countries: u32,
    /// The spellings of given and family name, words in order; [`NONE`] where there is no name.
    pub(super) spellings: (u32, u32),
    /// Which pairs of neighbouring characters stand in the phone number and in the address.
    pub(super) sketches: [u32; 2],
    other_splits_from: u32,
    other_splits: u8,
    pub(super) split_known: bool,
    /// Whether the names are single words, read in one way only.
    pub(super) is_plain: bool,
    pub(super) common_permille: (u16, u16),
}

/// What is known of a name beside its letters.
#[derive(Clone, Copy)]
pub(super) struct Name {
    /// The spelling with its words in order of the alphabet.
    pub(super) sorted: u32,
    /// The spelling without spaces.
    pub(super) joined: u32,
    /// The spelling as sent.
    pub(super) spelling: u32,
    /// How many records have it as given name, as family name, as place.
    counts: [u32; 3],
    /// The letters a to z that stand in it.
    pub(super) alphabet: u32,
    pub(super) is_ascii: bool,
    /// Whether it has several words or is an initial.
    pub(super) is_partial: bool,
}

impl PersonRoster {
    /// Adds a person and answers with its number.
    pub fn add(&mut self, record: &PersonRecord) -> u32 {
        let number = u32::try_from(self.rows.len()).unwrap_or(NONE);
        let from = u32::try_from(self.other_splits.len()).unwrap_or(NONE);
        let (last, others) = match record.splits.split_last() {
            Some((last, others)) => (Some(last), others),
            None => (None, &[][..]),
        };
        for (given, family) in others {
            let split = (self.name(given.as_ref()), self.name(family.as_ref()));
            self.other_splits.push(split);
        }
        let (given, family) = last.map_or((NONE, NONE), |(given, family)| {
            (self.name(given.as_ref()), self.name(family.as_ref()))
        });
        let place = self.name(record.place.as_ref());
        let spelled = |name: u32| {
            let name = self.names.get(name as usize);
            name.map_or((NONE, true), |name| {
                (name.sorted, name.sorted == name.joined)
            })
        };
        let (given_spelled, family_spelled) = (spelled(given), spelled(family));
        let row = Row {
            given,
            family,
            birth: record.born,
            place,
            phone: self.contact(&record.phone),
            email: self.contact(&record.email),
            countries: self.contact(&record.countries),
            spellings: (given_spelled.0, family_spelled.0),
            is_plain: others.is_empty() && given_spelled.1 && family_spelled.1,
            sketches: [sketch(&record.phone), sketch(&record.email)],
            other_splits_from: from,
            other_splits: u8::try_from(others.len()).unwrap_or(0),
            split_known: record.split_known,
            common_permille: record.common_permille,
        };
        for (count, name) in [given, family, place].into_iter().enumerate() {
            if let Some(name) = self.names.get_mut(name as usize) {
                name.counts[count] += 1;
            }
        }
        let present = [
            given != NONE,
            family != NONE,
            row.birth != 0,
            place != NONE,
            row.phone != NONE,
            row.email != NONE,
        ];
        for (count, present) in self.present.iter_mut().zip(present) {
            *count += u32::from(present);
        }
        self.rows.push(row);
        number
    }

    /// How many persons there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many records share the value of a field, and how many have one.
    pub(super) fn count(&self, field: PersonField, row: &Row) -> (u32, u32) {
        let name = |number: u32, role: usize| {
            self.names
                .get(number as usize)
                .map_or(0, |name| name.counts[role])
        };
        let text = |number: u32| self.text_counts.get(number as usize).copied().unwrap_or(0);
        let count = match field {
            PersonField::Given => name(row.given, 0),
            PersonField::Family => name(row.family, 1),
            PersonField::Place => name(row.place, 2),
            PersonField::Phone => text(row.phone),
            PersonField::Email => text(row.email),
            PersonField::Birth => 0,
        };
        (count, self.present[field as usize])
    }

    /// The chance that two records which have a field have the same value of it, counted over all
    /// pairs; `None` for birth dates, which are not counted.
    pub(super) fn same_by_chance(&self, field: PersonField) -> Option<f64> {
        let pairs = |count: u32| f64::from(count) * (f64::from(count) - 1.0).max(0.0);
        let names = |role: usize| self.names.iter().map(|name| pairs(name.counts[role])).sum();
        let same: f64 = match field {
            PersonField::Given => names(0),
            PersonField::Family => names(1),
            PersonField::Place => names(2),
            PersonField::Birth | PersonField::Phone | PersonField::Email => return None,
        };
        let all = pairs(self.present[field as usize]);
        (all > 0.0).then(|| same / all)
    }

    /// The spelling of a name as sent, its words joined by spaces.
    pub(super) fn spelling(&self, name: u32) -> &str {
        let spelling = self
            .names
            .get(name as usize)
            .map_or(NONE, |name| name.spelling);
        self.spellings.text(spelling)
    }

    /// The spelling of a name with its words in order.
    pub(super) fn sorted_spelling(&self, name: &Name) -> &str {
        self.spellings.text(name.sorted)
    }

    /// The ways to tell given from family names, the likeliest last.
    pub(super) fn splits(&self, row: &Row) -> impl Iterator<Item = (u32, u32)> + Clone {
        let from = row.other_splits_from as usize;
        let others = self
            .other_splits
            .get(from..from + usize::from(row.other_splits));
        let others = others.unwrap_or_default().iter().copied();
        others.chain([(row.given, row.family)])
    }

    fn contact(&mut self, text: &str) -> u32 {
        if text.is_empty() {
            return NONE;
        }
        let number = self.texts.number(text);
        if number as usize == self.text_counts.len() {
            self.text_counts.push(0);
        }
        if let Some(count) = self.text_counts.get_mut(number as usize) {
            *count += 1;
        }
        number
    }

    fn name(&mut self, name: Option<&FoldedName>) -> u32 {
        let Some(name) = name else {
            return NONE;
        };
        let number = self.letters.number(&name.letters);
        if number as usize == self.names.len() {
            let known = self.known(name);
            self.names.push(known);
        }
        number
    }

    fn known(&mut self, name: &FoldedName) -> Name {
        let spelling = self.spellings.number(&name.spelling);
        let several = name.spelling.contains(' ');
        let (sorted, joined) = if several {
            let mut words: Vec<&str> = name.spelling.split(' ').collect();
            let joined = self.spellings.number(&words.concat());
            words.sort_unstable();
            (self.spellings.number(&words.join(" ")), joined)
        } else {
            (spelling, spelling)
        };
        let letters = name.letters.bytes().filter(u8::is_ascii_lowercase);
        Name {
            sorted,
            joined,
            spelling,
            counts: [0; 3],
            alphabet: letters.fold(0, |all, letter| all | 1 << (letter - b'a')),
            is_ascii: name.letters.is_ascii(),
            is_partial: several || name.spelling.chars().nth(1).is_none(),
        }
    }
}

/// The pairs of neighbouring characters of a text, as a set of 32. One slip of the pen takes out at
/// most three pairs and puts in at most three.
fn sketch(text: &str) -> u32 {
    let pairs = text.as_bytes().windows(2);
    pairs.fold(0, |all, pair| {
        let pair = u32::from(pair[0]) << 8 | u32::from(pair[1]);
        all | 1 << (pair.wrapping_mul(0x9e37_79b1) >> 27)
    })
}

impl std::fmt::Debug for PersonRoster {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PersonRoster")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}
