//! What speaks for and against two records being one person, in bits that add up, and in words.

use super::interner::NONE;
use super::levels::{Levels, birth_level};
use super::record::PersonRecord;
use super::roster::{PersonRoster, Row};
use super::weights::{FIELDS, LEVELS_MAX, MISSING, PersonField, PersonWeights, name_level};

/// From this share of people on, in thousandths, a name is called common.
const COMMON_PERMILLE: u32 = 2;

/// What was found when two persons were compared. A reason to look, never a verdict: whether they
/// are one person, a person decides.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonMatch {
    /// The sum of the evidence, in thousandths of a bit: +1000 doubles the odds.
    pub millibits: i32,
    /// The probability that goes with it under the weights' prior, 0 to 1.
    pub probability: f64,
    /// What speaks for and against, in the order of the fields. What one record lacks is not in it.
    pub evidence: Vec<PersonEvidence>,
}

/// One thing that speaks for or against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonEvidence {
    /// How much, in thousandths of a bit; below zero it speaks against.
    pub millibits: i32,
    /// What was found, for a person who is no engineer. It repeats no name, date or number.
    pub sentence: String,
}

impl PersonMatch {
    /// The sentences of the evidence, what speaks loudest first.
    pub fn why(&self) -> Vec<String> {
        let mut evidence: Vec<&PersonEvidence> = self.evidence.iter().collect();
        evidence.sort_by_key(|one| std::cmp::Reverse(one.millibits.abs()));
        evidence.iter().map(|one| one.sentence.clone()).collect()
    }
}

/// Compares two persons. The answer is the same whichever comes first.
pub fn compare(one: &PersonRecord, other: &PersonRecord, weights: &PersonWeights) -> PersonMatch {
    let mut roster = PersonRoster::default();
    let (first, second) = if one <= other {
        (one, other)
    } else {
        (other, one)
    };
    roster.add(first);
    roster.add(second);
    let scorer = Scorer::new(weights, Shares::Policy);
    match roster.rows.as_slice() {
        [first, second] => scorer.explain(&roster, first, second),
        _ => PersonMatch {
            millibits: 0,
            probability: weights.probability(0),
            evidence: Vec::new(),
        },
    }
}

/// Where the share of people that carries a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shares {
    /// From the policy's list of common names.
    Policy,
    /// Counted in the roster.
    Counted,
}

/// Weights as a table of thousandths of a bit.
pub(super) struct Scorer<'a> {
    weights: &'a PersonWeights,
    shares: Shares,
    table: [[i32; LEVELS_MAX]; FIELDS],
    /// The most that each field can say …
    most: [i32; FIELDS],
    /// … and the most when it is not the same.
    most_but_same: [i32; FIELDS],
    /// The least evidence at which a pair is suggested.
    pub(super) threshold_millibits: i32,
}

/// The evidence of one pair.
#[derive(Clone, Copy)]
pub(super) struct Weighed {
    fields: [i32; FIELDS],
    crossed: i32,
    household: i32,
}

impl Weighed {
    pub(super) fn sum(&self) -> i32 {
        self.fields.iter().sum::<i32>() + self.crossed + self.household
    }
}

impl<'a> Scorer<'a> {
    pub(super) fn new(weights: &'a PersonWeights, shares: Shares) -> Self {
        let mut table = [[0; LEVELS_MAX]; FIELDS];
        let mut most = [0; FIELDS];
        let mut most_but_same = [0; FIELDS];
        for field in PersonField::ALL {
            let levels = table[field as usize].iter_mut().take(field.levels().len());
            for (level, millibits) in levels.enumerate() {
                *millibits = weights.millibits(field, level);
            }
            let largest = table[field as usize].iter().copied().max().unwrap_or(0);
            let unlike = &table[field as usize][1..field.levels().len()];
            most_but_same[field as usize] = unlike.iter().copied().max().unwrap_or(0);
            most[field as usize] = match shares {
                Shares::Policy => largest,
                Shares::Counted => largest.max(weights.same_millibits(field, SHARE_MIN)),
            };
        }
        Self {
            weights,
            shares,
            table,
            most,
            most_but_same,
            threshold_millibits: weights.threshold_millibits(),
        }
    }

    /// Weighs a pair, unless it surely stays below the threshold.
    pub(super) fn weigh_if_enough(
        &self,
        roster: &PersonRoster,
        one: &Row,
        other: &Row,
    ) -> Option<Weighed> {
        if self.bound(roster, one, other) < self.threshold_millibits {
            return None;
        }
        let weighed = self.weigh(roster, roster.levels(one, other), one, other);
        (weighed.sum() >= self.threshold_millibits).then_some(weighed)
    }

    /// A sum that the evidence of a pair does not exceed, from what is compared as numbers.
    fn bound(&self, roster: &PersonRoster, one: &Row, other: &Row) -> i32 {
        let mut levels = Levels {
            of: [MISSING; FIELDS],
            crossed: false,
        };
        levels.of[PersonField::Birth as usize] = birth_level(one.birth, other.birth);
        roster.compare_contacts(one, other, &mut levels.of);
        let mut sum: i32 = [PersonField::Birth, PersonField::Phone, PersonField::Email]
            .into_iter()
            .map(|field| self.field(roster, field, levels, one, other))
            .sum();
        let one_reading = PersonRoster::has_one_split(one) && PersonRoster::has_one_split(other);
        let crossed = one.given == other.family || one.family == other.given;
        let names = [
            (
                PersonField::Given,
                one.given,
                other.given,
                one_reading && !crossed,
            ),
            (
                PersonField::Family,
                one.family,
                other.family,
                one_reading && !crossed,
            ),
            (PersonField::Place, one.place, other.place, true),
        ];
        for (field, mine, theirs, as_it_stands) in names {
            sum += if !as_it_stands {
                self.most[field as usize]
            } else if mine != theirs || mine == NONE {
                self.most_but_same[field as usize].max(0)
            } else {
                levels.of[field as usize] = name_level::SAME;
                self.field(roster, field, levels, one, other)
            };
        }
        sum
    }

    /// Weighs a pair whose levels are known.
    pub(super) fn weigh(
        &self,
        roster: &PersonRoster,
        levels: Levels,
        one: &Row,
        other: &Row,
    ) -> Weighed {
        let fields = PersonField::ALL.map(|field| self.field(roster, field, levels, one, other));
        let shares_contact = [PersonField::Phone, PersonField::Email]
            .into_iter()
            .any(|field| levels.of[field as usize] <= 1);
        let given_differs = levels.of[PersonField::Given as usize] == name_level::DIFFERENT;
        let when = |holds: bool, millibits: i32| if holds { millibits } else { 0 };
        Weighed {
            fields,
            crossed: when(levels.crossed, self.weights.crossed_millibits),
            household: when(
                shares_contact && given_differs,
                self.weights.household_millibits,
            ),
        }
    }

    fn field(
        &self,
        roster: &PersonRoster,
        field: PersonField,
        levels: Levels,
        one: &Row,
        other: &Row,
    ) -> i32 {
        let level = levels.of[field as usize];
        if level == MISSING {
            return 0;
        }
        let plain = self.table[field as usize][usize::from(level)];
        if level > name_level::SPELLING || (level == 1 && !is_name(field)) {
            return plain;
        }
        match self.share(roster, field, one, other) {
            Some(share) if level == 0 => self.weights.same_millibits(field, share),
            // Another spelling of a common name says no more than the name itself would.
            Some(share) => plain.min(self.weights.same_millibits(field, share)),
            None => plain,
        }
    }

    /// The share of records that has the value on which two agree; `None` where the average u is
    /// to be used.
    fn share(
        &self,
        roster: &PersonRoster,
        field: PersonField,
        one: &Row,
        other: &Row,
    ) -> Option<f64> {
        let average = self.weights.u[field as usize][0];
        if self.shares == Shares::Policy {
            let permille = match field {
                PersonField::Given => one.common_permille.0.min(other.common_permille.0),
                PersonField::Family => one.common_permille.1.min(other.common_permille.1),
                _ => 0,
            };
            return (permille > 0).then(|| f64::from(permille) / 1000.0);
        }
        let (mine, all) = roster.count(field, one);
        let (theirs, _) = roster.count(field, other);
        if all == 0 || field == PersonField::Birth {
            return None;
        }
        // The pair itself tells nothing of how common its value is.
        let share = f64::from(mine.max(theirs).saturating_sub(1)) / f64::from(all);
        if is_name(field) || field == PersonField::Place {
            return Some(share.max(SHARE_MIN));
        }
        // Few share a number by chance; many who share one share it on purpose.
        Some(share.max(average))
    }

    /// Weighs a pair and says why.
    pub(super) fn explain(&self, roster: &PersonRoster, one: &Row, other: &Row) -> PersonMatch {
        let levels = roster.levels(one, other);
        let weighed = self.weigh(roster, levels, one, other);
        let mut evidence = Vec::new();
        for field in PersonField::ALL {
            let level = levels.of[field as usize];
            if level == MISSING {
                continue;
            }
            let mut sentence = sentence(field, level).to_owned();
            let common = self.share(roster, field, one, other).is_some_and(|share| {
                is_name(field) && share * 1000.0 >= f64::from(COMMON_PERMILLE)
            });
            if common && level <= name_level::SPELLING {
                sentence.push_str(" Many people carry it, so it says less.");
            }
            let millibits = weighed.fields[field as usize];
            evidence.push(PersonEvidence {
                millibits,
                sentence,
            });
        }
        let more = [(weighed.crossed, CROSSED), (weighed.household, HOUSEHOLD)];
        for (millibits, sentence) in more.into_iter().filter(|(millibits, _)| *millibits != 0) {
            let sentence = sentence.to_owned();
            evidence.push(PersonEvidence {
                millibits,
                sentence,
            });
        }
        let millibits = weighed.sum();
        PersonMatch {
            millibits,
            probability: self.weights.probability(millibits),
            evidence,
        }
    }
}

/// No name is reckoned rarer than this.
const SHARE_MIN: f64 = 1e-6;

const CROSSED: &str = "The given name of one is the family name of the other, and the reverse.";
const HOUSEHOLD: &str =
    "They share a phone or an email, but the given names differ: a household shares these too.";

const fn is_name(field: PersonField) -> bool {
    matches!(field, PersonField::Given | PersonField::Family)
}

/// What a level means, in words.
fn sentence(field: PersonField, level: u8) -> &'static str {
    let sentences: &[&'static str] = match field {
        PersonField::Given => &[
            "The given names are the same.",
            "The given names are spellings or short forms of one name.",
            "The given names are the same but for one letter.",
            "One of the given names is a part of the other.",
            "The given names are very similar.",
            "The given names are somewhat similar.",
            "The given names differ.",
        ],
        PersonField::Family => &[
            "The family names are the same.",
            "The family names are spellings of one name.",
            "The family names are the same but for one letter.",
            "One of the family names is a part of the other.",
            "The family names are very similar.",
            "The family names are somewhat similar.",
            "The family names differ.",
        ],
        PersonField::Birth => &[
            "The birth dates are equal.",
            "The birth dates are equal but for one digit, or day and month are swapped.",
            "The birth dates agree in what both records say of them.",
            "The birth years are equal, the days are not.",
            "The birth dates differ.",
        ],
        PersonField::Place => &[
            "The places are the same.",
            "The places are written almost the same.",
            "The countries are the same.",
            "The places differ.",
        ],
        PersonField::Phone => &[
            "The phone numbers are equal.",
            "The phone numbers are equal but for one digit.",
            "The phone numbers differ.",
        ],
        PersonField::Email => &[
            "The email addresses are equal.",
            "The email addresses are equal but for one character.",
            "The email addresses differ.",
        ],
    };
    sentences.get(usize::from(level)).copied().unwrap_or("")
}

#[cfg(test)]
#[path = "evidence_tests.rs"]
mod tests;
