//! How alike two persons are, field by field, as levels.

use super::birth::{BirthDate, BirthLikeness};
use super::interner::NONE;
use super::roster::{PersonRoster, Row};
use super::weights::{FIELDS, MISSING, PersonField, name_level};

/// From this likeness after Jaro and Winkler on, two names are close …
const CLOSE: f64 = 0.92;
/// … and from this one, near. Both bounds as in Splink's name comparison.
const NEAR: f64 = 0.80;
/// A name of fewer letters is another name when one letter differs.
const ONE_LETTER_CHARS_MIN: usize = 4;
/// How close a wrongly placed pair of names is reckoned, as a level, where one is missing: better
/// than different, worse than near.
const MISSING_RANK: u8 = name_level::NEAR;

/// How many pairs of neighbours may stand in one text only, if one slip of the pen parts them.
const UNLIKE_MAX: u32 = 6;

/// The level of each field, [`MISSING`] where one record lacks it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Levels {
    pub(super) of: [u8; FIELDS],
    /// Given and family names were compared crosswise, though both senders told them apart.
    pub(super) crossed: bool,
}

impl PersonRoster {
    /// Compares two persons in everything but their names.
    pub(super) fn levels_but_names(&self, one: &Row, other: &Row) -> Levels {
        let mut of = [MISSING; FIELDS];
        of[PersonField::Birth as usize] = birth_level(one.birth, other.birth);
        of[PersonField::Place as usize] = self.place_level(one, other);
        self.compare_contacts(one, other, &mut of);
        Levels { of, crossed: false }
    }

    /// Compares two persons in everything.
    pub(super) fn levels(&self, one: &Row, other: &Row) -> Levels {
        let mut levels = self.levels_but_names(one, other);
        self.compare_names(one, other, &mut levels);
        levels
    }

    /// Sets the levels of given and family names: of the way to read both full names that makes
    /// them most alike.
    pub(super) fn compare_names(&self, one: &Row, other: &Row, levels: &mut Levels) {
        if is_straight(one, other) {
            levels.of[PersonField::Given as usize] = self.name_level(one.given, other.given);
            levels.of[PersonField::Family as usize] = self.name_level(one.family, other.family);
            return;
        }
        let split_known = one.split_known && other.split_known;
        let mut best = (u8::MAX, MISSING, MISSING, true);
        for mine in self.splits(one) {
            for theirs in self.splits(other) {
                let straight = [(mine.0, theirs.0), (mine.1, theirs.1)];
                let crossed = [(mine.0, theirs.1), (mine.1, theirs.0)];
                for (pairs, is_crossed) in [(straight, false), (crossed, true)] {
                    if is_crossed && !self.share_spelling(pairs) {
                        continue;
                    }
                    let [given, family] = pairs.map(|(one, other)| self.name_level(one, other));
                    let rank = rank(given) + rank(family);
                    best = best.min((rank, given, family, is_crossed));
                }
            }
        }
        levels.of[PersonField::Given as usize] = best.1;
        levels.of[PersonField::Family as usize] = best.2;
        levels.crossed = best.3 && split_known;
    }

    /// Whether one of the pairs is one name, however spelled.
    fn share_spelling(&self, pairs: [(u32, u32); 2]) -> bool {
        pairs.into_iter().any(|(one, other)| {
            match (self.names.get(one as usize), self.names.get(other as usize)) {
                (Some(one), Some(other)) => {
                    one.sorted == other.sorted || one.joined == other.joined
                }
                _ => false,
            }
        })
    }

    /// Compares two names.
    pub(super) fn name_level(&self, one: u32, other: u32) -> u8 {
        if one == other && one != NONE {
            return name_level::SAME;
        }
        let (Some(mine), Some(theirs)) =
            (self.names.get(one as usize), self.names.get(other as usize))
        else {
            return MISSING;
        };
        if mine.sorted == theirs.sorted || mine.joined == theirs.joined {
            return name_level::SPELLING;
        }
        let (one, other) = (self.letters.text(one), self.letters.text(other));
        let one_letter = if mine.is_ascii && theirs.is_ascii {
            one.len().min(other.len()) >= ONE_LETTER_CHARS_MIN
                && one_apart(one.as_bytes(), other.as_bytes())
        } else {
            let (one, other): (Vec<char>, Vec<char>) =
                (one.chars().collect(), other.chars().collect());
            one.len().min(other.len()) >= ONE_LETTER_CHARS_MIN && one_apart(&one, &other)
        };
        if one_letter {
            return name_level::ONE_LETTER;
        }
        let partial = mine.is_partial || theirs.is_partial;
        if partial && is_part(self.sorted_spelling(mine), self.sorted_spelling(theirs)) {
            return name_level::PART;
        }
        // Letters that stand in one name only cannot match: most pairs end here.
        let ascii = mine.is_ascii && theirs.is_ascii;
        if ascii && !may_be_near((one, mine.alphabet), (other, theirs.alphabet)) {
            return name_level::DIFFERENT;
        }
        match strsim::jaro_winkler(one, other) {
            likeness if likeness >= CLOSE => name_level::CLOSE,
            likeness if likeness >= NEAR => name_level::NEAR,
            _ => name_level::DIFFERENT,
        }
    }

    fn place_level(&self, one: &Row, other: &Row) -> u8 {
        const SAME: u8 = 0;
        const CLOSE: u8 = 1;
        const COUNTRY: u8 = 2;
        const DIFFERENT: u8 = 3;
        match self.name_level(one.place, other.place) {
            name_level::SAME => SAME,
            name_level::SPELLING
            | name_level::ONE_LETTER
            | name_level::PART
            | name_level::CLOSE => CLOSE,
            MISSING => match (one.countries, other.countries) {
                (NONE, _) | (_, NONE) => MISSING,
                (one, other) if one == other => COUNTRY,
                (one, other) => {
                    let theirs = self.texts.text(other);
                    let mut mine = self.texts.text(one).split(' ');
                    let shared = mine.any(|code| theirs.split(' ').any(|other| other == code));
                    if shared { COUNTRY } else { DIFFERENT }
                }
            },
            _ => DIFFERENT,
        }
    }

    /// Sets the levels of phone and email.
    pub(super) fn compare_contacts(&self, one: &Row, other: &Row, of: &mut [u8; FIELDS]) {
        let unlike = |at: usize| (one.sketches[at] ^ other.sketches[at]).count_ones();
        of[PersonField::Phone as usize] = self.contact_level(one.phone, other.phone, unlike(0));
        of[PersonField::Email as usize] = self.contact_level(one.email, other.email, unlike(1));
    }

    fn contact_level(&self, one: u32, other: u32, unlike: u32) -> u8 {
        const SAME: u8 = 0;
        const ONE_CHARACTER: u8 = 1;
        const DIFFERENT: u8 = 2;
        if one == NONE || other == NONE {
            return MISSING;
        }
        if one == other {
            return SAME;
        }
        if unlike > UNLIKE_MAX {
            return DIFFERENT;
        }
        let (one, other) = (self.texts.text(one), self.texts.text(other));
        if one_apart(one.as_bytes(), other.as_bytes()) {
            return ONE_CHARACTER;
        }
        DIFFERENT
    }
}

/// Whether names can only be compared given with given and family with family.
pub(super) fn is_straight(one: &Row, other: &Row) -> bool {
    let crosses = |mine: u32, theirs: u32| mine == theirs && mine != NONE;
    one.is_plain
        && other.is_plain
        && !crosses(one.spellings.0, other.spellings.1)
        && !crosses(one.spellings.1, other.spellings.0)
}

pub(super) fn birth_level(one: u32, other: u32) -> u8 {
    match (BirthDate::of_packed(one), BirthDate::of_packed(other)) {
        (Some(one), Some(other)) => match one.likeness(other) {
            BirthLikeness::Same => 0,
            BirthLikeness::Slip => 1,
            BirthLikeness::Part => 2,
            BirthLikeness::Year => 3,
            BirthLikeness::Different => 4,
        },
        _ => MISSING,
    }
}

const fn rank(level: u8) -> u8 {
    if level == MISSING {
        MISSING_RANK
    } else {
        level
    }
}

/// Whether two sequences differ by one element put in, left out or changed, or by two neighbours
/// swapped (the optimal string alignment distance is 1). Linear in their length.
fn one_apart<T: PartialEq>(one: &[T], other: &[T]) -> bool {
    let (long, short) = if one.len() >= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    if long.len() - short.len() > 1 {
        return false;
    }
    let Some(at) = (0..short.len()).find(|at| long[*at] != short[*at]) else {
        return long.len() != short.len();
    };
    if long.len() > short.len() {
        return long[at + 1..] == short[at..];
    }
    if long[at + 1..] == short[at + 1..] {
        return true;
    }
    at + 1 < long.len()
        && long[at] == short[at + 1]
        && long[at + 1] == short[at]
        && long[at + 2..] == short[at + 2..]
}

/// Whether each word of the shorter name stands in the longer one, whole or as an initial.
fn is_part(one: &str, other: &str) -> bool {
    let (fewer, more) = if one.split(' ').count() <= other.split(' ').count() {
        (one, other)
    } else {
        (other, one)
    };
    let mut more: Vec<&str> = more.split(' ').collect();
    let mut take = |fits: &dyn Fn(&&str) -> bool| {
        more.iter()
            .position(fits)
            .map(|at| more.swap_remove(at))
            .is_some()
    };
    // Equal words first, so that an initial takes no word that another needs.
    let left: Vec<&str> = fewer
        .split(' ')
        .filter(|word| !take(&|other| other == word))
        .collect();
    let initial =
        |short: &str, long: &str| short.chars().nth(1).is_none() && long.starts_with(short);
    left.iter()
        .all(|word| take(&|other| initial(word, other) || initial(other, word)))
}

/// Whether two names of Latin letters may reach [`NEAR`], from their lengths and the letters that
/// only one of them has, which cannot match. Never false for two that do.
fn may_be_near(one: (&str, u32), other: (&str, u32)) -> bool {
    let unmatched = |mine: u32, theirs: u32| (mine & !theirs).count_ones() as usize;
    let (mine, theirs) = (one.0.len(), other.0.len());
    let matched = mine.saturating_sub(unmatched(one.1, other.1));
    let matched = matched.min(theirs.saturating_sub(unmatched(other.1, one.1)));
    let part = |whole: usize| ratio(matched, whole);
    let jaro = (part(mine) + part(theirs) + 1.0) / 3.0;
    let shared = one.0.bytes().zip(other.0.bytes()).take(4);
    let prefix = shared.take_while(|(mine, theirs)| mine == theirs).count();
    jaro + 0.1 * ratio(prefix, 1) * (1.0 - jaro) >= NEAR
}

fn ratio(part: usize, whole: usize) -> f64 {
    let number = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    number(part) / number(whole.max(1))
}

#[cfg(test)]
#[path = "levels_tests.rs"]
mod tests;
