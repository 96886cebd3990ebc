//! Finding the persons of a roster that may be one, without comparing all with all.

use super::blocking::KeyKind;
use super::evidence::{Scorer, Shares};
use super::interner::{NONE, low};
use super::roster::{PersonRoster, Row};
use super::weights::PersonWeights;

/// The most records that are compared each with each because they share one key. A larger block
/// is split by what else its records agree in.
pub const BLOCK_RECORDS_MAX: usize = 256;
/// In a block that nothing splits any more, each record is compared with so many that follow.
pub const BLOCK_NEIGHBOURS: usize = 64;

/// Two records that may be one person.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PersonPair {
    /// The smaller number in the roster.
    pub one: u32,
    /// The larger number in the roster.
    pub other: u32,
    /// The evidence, in thousandths of a bit.
    pub millibits: i32,
    /// The probability under the weights' prior.
    pub probability: f64,
}

/// What a search through a roster found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PersonPairs {
    /// The suggested pairs, in order of their numbers.
    pub pairs: Vec<PersonPair>,
    /// How many pairs were compared, a pair that shares several keys as often.
    pub compared: u64,
    /// At least so many pairs share a key and were not compared: in too large blocks, only those
    /// that agree in something else are.
    pub left_out: u64,
}

impl PersonPairs {
    /// Groups that the pairs connect, each sorted, in order of their first numbers. A proposal for
    /// reading: a chain of pairs may connect strangers.
    pub fn clusters(&self) -> Vec<Vec<u32>> {
        let top = self
            .pairs
            .iter()
            .map(|pair| pair.other as usize + 1)
            .max()
            .unwrap_or(0);
        let mut parents: Vec<u32> = (0..).take(top).collect();
        for pair in &self.pairs {
            let (one, other) = (root(&mut parents, pair.one), root(&mut parents, pair.other));
            parents[one.max(other) as usize] = one.min(other);
        }
        let mut members: Vec<(u32, u32)> = (0..)
            .take(top)
            .map(|number| (root(&mut parents, number), number))
            .collect();
        members.sort_unstable();
        let groups = members.chunk_by(|one, other| one.0 == other.0);
        groups
            .filter(|group| group.len() > 1)
            .map(|group| group.iter().map(|(_, number)| *number).collect())
            .collect()
    }
}

/// Compares the records of a roster that share a key, and answers with the pairs that the weights
/// suggest. How common a value is, is counted in the roster.
pub fn dedupe(roster: &PersonRoster, weights: &PersonWeights) -> PersonPairs {
    let scorer = Scorer::new(roster, weights, Shares::Counted);
    let mut found = PersonPairs::default();
    for kind in KeyKind::ALL {
        let (compared, pairs) = (&mut found.compared, &mut found.pairs);
        let left_out = roster.each_pair(&roster.entries(kind), &mut |one, other| {
            *compared += 1;
            if let Some(weighed) = scorer.weigh_if_enough(one, other) {
                let millibits = weighed.sum();
                let probability = weights.probability(millibits);
                pairs.push(PersonPair {
                    one,
                    other,
                    millibits,
                    probability,
                });
            }
        });
        found.left_out += left_out;
        found
            .pairs
            .sort_unstable_by_key(|pair| (pair.one, pair.other));
        found.pairs.dedup_by_key(|pair| (pair.one, pair.other));
    }
    found
}

impl PersonRoster {
    /// The keys of one kind, sorted, each as 32 bits of digest above 32 bits of record. That two
    /// keys have one digest costs a comparison.
    pub(super) fn entries(&self, kind: KeyKind) -> Vec<u64> {
        let mut entries = Vec::with_capacity(self.rows.len());
        for (number, row) in (0_u64..).zip(&self.rows) {
            self.each_key(row, kind, |key| entries.push(key.digest() << 32 | number));
        }
        entries.sort_unstable();
        entries.dedup();
        entries
    }

    /// Calls `compare` with each pair of each block, the smaller number first, and answers how many
    /// pairs were left out.
    pub(super) fn each_pair(&self, entries: &[u64], compare: &mut dyn FnMut(u32, u32)) -> u64 {
        let mut left_out = 0;
        let mut block = Vec::new();
        for entries in entries.chunk_by(|one, other| one >> 32 == other >> 32) {
            if entries.len() == 1 {
                continue;
            }
            block.clear();
            block.extend(entries.iter().map(|entry| low(*entry)));
            left_out += self.each_pair_of_block(&block, 0, compare);
        }
        left_out
    }

    /// Splits a block that is too large by each further thing in which two of its records may
    /// agree. Whoever agrees in the key alone, and the key is common, would not be suggested.
    fn each_pair_of_block(
        &self,
        block: &[u32],
        splits: usize,
        compare: &mut dyn FnMut(u32, u32),
    ) -> u64 {
        if block.len() <= BLOCK_RECORDS_MAX {
            each_with_next(block, block.len(), compare);
            return 0;
        }
        let mut reached = 0;
        let mut counting = |one: u32, other: u32| {
            reached += 1;
            compare(one, other);
        };
        let left = &SPLITTERS[splits..];
        for (at, splitter) in left.iter().enumerate() {
            let mut parts: Vec<(u32, u32)> = block
                .iter()
                .filter_map(|number| Some((splitter(&self.rows[*number as usize])?, *number)))
                .collect();
            parts.sort_unstable();
            if parts.len() == block.len() && parts.first().map(|p| p.0) == parts.last().map(|p| p.0)
            {
                // All agree in this too: it splits nothing, and what is left may.
                self.each_pair_of_block(block, splits + at + 1, &mut counting);
                return pairs_of(block.len()).saturating_sub(reached);
            }
            for part in parts.chunk_by(|one, other| one.0 == other.0) {
                let numbers: Vec<u32> = part.iter().map(|(_, number)| *number).collect();
                self.each_pair_of_block(&numbers, splits + at + 1, &mut counting);
            }
        }
        // Records that say nothing more are alike in all that was split by.
        let says_no_more = |number: &&u32| {
            left.iter()
                .all(|split| split(&self.rows[**number as usize]).is_none())
        };
        let rest: Vec<u32> = block.iter().filter(says_no_more).copied().collect();
        each_with_next(&rest, BLOCK_NEIGHBOURS, &mut counting);
        pairs_of(block.len()).saturating_sub(reached)
    }
}

/// What splits a block, the sharpest first.
const SPLITTERS: [fn(&Row) -> Option<u32>; 6] = [
    |row| Some(row.birth).filter(|birth| *birth != 0),
    |row| known(row.phone),
    |row| known(row.email),
    |row| known(row.family),
    |row| known(row.place),
    |row| known(row.given),
];

fn known(number: u32) -> Option<u32> {
    Some(number).filter(|number| *number != NONE)
}

/// Calls `compare` with each record and each of so many that follow it.
fn each_with_next(block: &[u32], next: usize, compare: &mut dyn FnMut(u32, u32)) {
    for (at, one) in block.iter().enumerate() {
        for other in block[at + 1..].iter().take(next) {
            compare(*one, *other);
        }
    }
}

fn pairs_of(records: usize) -> u64 {
    let records = records as u64;
    records * records.saturating_sub(1) / 2
}

fn root(parents: &mut [u32], mut number: u32) -> u32 {
    while parents[number as usize] != number {
        let parent = parents[number as usize];
        parents[number as usize] = parents[parent as usize];
        number = parent;
    }
    number
}

#[cfg(test)]
#[path = "dedupe_tests.rs"]
mod tests;
