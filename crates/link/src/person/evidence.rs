//! What speaks for and against two records being one person, in bits that add up, and in words.

use super::interner::NONE;
use super::levels::{Levels, birth_level, is_straight};
use super::record::PersonRecord;
use super::roster::{PersonRoster, Row};
use super::weights::{FIELDS, LEVELS_MAX, MISSING, PersonField, PersonWeights, name_level};

/// From this share of people on, a name is called common.
const COMMON_SHARE: f64 = 0.002;

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
    Scorer::new(&roster, weights, Shares::Policy).explain(0, 1)
}

/// Where the share of people that carries a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shares {
    /// From the policy's list of common names.
    Policy,
    /// Counted in the roster.
    Counted,
}

/// Weights as tables of thousandths of a bit, for the persons of one roster.
pub(super) struct Scorer<'a> {
    roster: &'a PersonRoster,
    weights: &'a PersonWeights,
    table: [[i32; LEVELS_MAX]; FIELDS],
    /// What it says when another has the same value as a person, by the number of the person.
    same: Vec<[i32; FIELDS]>,
    /// Which of its names are common, by the number of the person.
    common: Vec<[bool; 2]>,
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

/// The most that a pair's evidence can be.
struct Bound {
    sum: i32,
    /// What is in it for the family name.
    family: i32,
    /// Whether names can only be compared given with given and family with family.
    straight: bool,
    levels: Levels,
}

impl Weighed {
    pub(super) fn sum(&self) -> i32 {
        self.fields.iter().sum::<i32>() + self.crossed + self.household
    }
}

impl<'a> Scorer<'a> {
    pub(super) fn new(
        roster: &'a PersonRoster,
        weights: &'a PersonWeights,
        shares: Shares,
    ) -> Self {
        let mut scorer = Self {
            roster,
            weights,
            table: [[0; LEVELS_MAX]; FIELDS],
            same: Vec::with_capacity(roster.len()),
            common: Vec::new(),
            most: [0; FIELDS],
            most_but_same: [0; FIELDS],
            threshold_millibits: weights.threshold_millibits(),
        };
        for field in PersonField::ALL {
            let levels = scorer.table[field as usize]
                .iter_mut()
                .take(field.levels().len());
            for (level, millibits) in levels.enumerate() {
                *millibits = weights.millibits(field, level);
            }
            let unlike = &scorer.table[field as usize][1..field.levels().len()];
            let unlike = unlike.iter().copied().max().unwrap_or(0).max(0);
            scorer.most_but_same[field as usize] = unlike;
        }
        for row in &roster.rows {
            let shares = PersonField::ALL.map(|field| scorer.share(field, row, shares));
            let same = PersonField::ALL.map(|field| match shares[field as usize] {
                Some(share) => weights.same_millibits(field, share),
                None => scorer.table[field as usize][0],
            });
            for (most, same) in scorer.most.iter_mut().zip(same) {
                *most = same.max(*most);
            }
            scorer.same.push(same);
            let is_common = |share: Option<f64>| share.is_some_and(|share| share >= COMMON_SHARE);
            scorer
                .common
                .push([is_common(shares[0]), is_common(shares[1])]);
        }
        for (most, unlike) in scorer.most.iter_mut().zip(scorer.most_but_same) {
            *most = unlike.max(*most);
        }
        scorer
    }

    fn rows(&self, one: u32, other: u32) -> (&Row, &Row) {
        (
            &self.roster.rows[one as usize],
            &self.roster.rows[other as usize],
        )
    }

    /// Weighs a pair, unless it surely stays below the threshold.
    pub(super) fn weigh_if_enough(&self, one: u32, other: u32) -> Option<Weighed> {
        let mut bound = self.bound(one, other);
        if bound.sum < self.threshold_millibits {
            return None;
        }
        let (mine, theirs) = self.rows(one, other);
        if bound.straight {
            // The family names are compared as they stand: that decides most pairs.
            let family = PersonField::Family;
            let level = self.roster.name_level(mine.family, theirs.family);
            bound.levels.of[family as usize] = level;
            let said = self.field(family, bound.levels, one, other);
            if bound.sum - bound.family + said < self.threshold_millibits {
                return None;
            }
        }
        let weighed = self.weigh(self.roster.levels(mine, theirs), one, other);
        (weighed.sum() >= self.threshold_millibits).then_some(weighed)
    }

    /// A sum that the evidence of a pair does not exceed, from what is compared as numbers.
    fn bound(&self, one: u32, other: u32) -> Bound {
        let (mine, theirs) = self.rows(one, other);
        let mut levels = Levels {
            of: [MISSING; FIELDS],
            crossed: false,
        };
        levels.of[PersonField::Birth as usize] = birth_level(mine.birth, theirs.birth);
        self.roster.compare_contacts(mine, theirs, &mut levels.of);
        let compared = [PersonField::Birth, PersonField::Phone, PersonField::Email];
        let compared = compared.map(|field| self.field(field, levels, one, other));
        let straight = is_straight(mine, theirs);
        let most = |field: PersonField, mine: u32, theirs: u32, straight: bool| {
            if !straight {
                self.most[field as usize]
            } else if mine != theirs || mine == NONE {
                self.most_but_same[field as usize]
            } else {
                self.same_millibits(field, one, other)
            }
        };
        let family = most(PersonField::Family, mine.family, theirs.family, straight);
        let given = most(PersonField::Given, mine.given, theirs.given, straight);
        let place = most(PersonField::Place, mine.place, theirs.place, true);
        Bound {
            sum: compared.iter().sum::<i32>() + family + given + place,
            family,
            straight,
            levels,
        }
    }

    /// Weighs a pair whose levels are known.
    pub(super) fn weigh(&self, levels: Levels, one: u32, other: u32) -> Weighed {
        let fields = PersonField::ALL.map(|field| self.field(field, levels, one, other));
        let shares_contact = [PersonField::Phone, PersonField::Email]
            .into_iter()
            .any(|field| levels.of[field as usize] <= 1);
        let given_differs = levels.of[PersonField::Given as usize] == name_level::DIFFERENT;
        let household = shares_contact && given_differs;
        let when = |holds: bool, millibits: i32| if holds { millibits } else { 0 };
        Weighed {
            fields,
            crossed: when(levels.crossed, self.weights.crossed_millibits),
            household: when(household, self.weights.household_millibits),
        }
    }

    fn field(&self, field: PersonField, levels: Levels, one: u32, other: u32) -> i32 {
        let level = levels.of[field as usize];
        if level == MISSING {
            return 0;
        }
        let plain = self.table[field as usize][usize::from(level)];
        match level {
            0 => self.same_millibits(field, one, other),
            // Another spelling of a common name says no more than the name itself would.
            name_level::SPELLING if is_name(field) => {
                plain.min(self.same_millibits(field, one, other))
            }
            _ => plain,
        }
    }

    /// What the same value says, of which the more common one counts.
    fn same_millibits(&self, field: PersonField, one: u32, other: u32) -> i32 {
        let of = |number: u32| self.same[number as usize][field as usize];
        of(one).min(of(other))
    }

    /// The share of records that has a person's value of a field; `None` where the average u is to
    /// be used.
    fn share(&self, field: PersonField, row: &Row, shares: Shares) -> Option<f64> {
        if shares == Shares::Policy {
            let permille = match field {
                PersonField::Given => row.common_permille.0,
                PersonField::Family => row.common_permille.1,
                _ => 0,
            };
            return (permille > 0).then(|| f64::from(permille) / 1000.0);
        }
        let (count, all) = self.roster.count(field, row);
        if all == 0 || field == PersonField::Birth {
            return None;
        }
        // The record itself tells nothing of how common its value is.
        let share = f64::from(count.saturating_sub(1)) / f64::from(all);
        if is_name(field) || field == PersonField::Place {
            return Some(share.max(SHARE_MIN));
        }
        // Few share a number by chance; many who share one share it on purpose.
        Some(share.max(self.weights.u[field as usize][0]))
    }

    /// Weighs a pair and says why.
    pub(super) fn explain(&self, one: u32, other: u32) -> PersonMatch {
        let (mine, theirs) = self.rows(one, other);
        let levels = self.roster.levels(mine, theirs);
        let weighed = self.weigh(levels, one, other);
        let mut evidence = Vec::new();
        for field in PersonField::ALL {
            let level = levels.of[field as usize];
            if level == MISSING {
                continue;
            }
            let mut sentence = sentence(field, level).to_owned();
            let is_common = |number: u32| {
                let common = &self.common[number as usize];
                common.get(field as usize).copied().unwrap_or(false)
            };
            if level <= name_level::SPELLING && (is_common(one) || is_common(other)) {
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
