//! Chance in whole numbers, so that a book is the same on every machine: near-normal spread,
//! weights, skew, and who is due on a day.

use crate::dice::Dice;

/// Sixty-four bits for a number and a purpose (the finaliser of `SplitMix64`: Steele, Lea and
/// Flood, OOPSLA 2014). What is drawn so needs no state and depends on nothing else that is drawn.
pub(super) const fn mixed(seed: u64, purpose: u64, number: u64) -> u64 {
    finish(finish(seed ^ purpose.rotate_left(48)).wrapping_add(number))
}

const fn finish(bits: u64) -> u64 {
    let bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ bits >> 31
}

/// A number of `0..below` from bits that are even; 0 if there is none.
pub(super) fn below(bits: u64, below: u32) -> u32 {
    let wide = u64::from(low32(bits)) * u64::from(below);
    low32(wide >> 32)
}

/// The low half.
pub(super) const fn low32(bits: u64) -> u32 {
    let bytes = bits.to_le_bytes();
    u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// Whether an event of `per_mille` thousandths is among these bits.
pub(super) fn happens(bits: u64, per_mille: u32) -> bool {
    below(bits, 1000) < per_mille
}

/// One of a list by weight; the list must not be empty.
pub(super) fn weighed<T: Copy>(bits: u64, list: &[(T, u32)]) -> T {
    let all: u32 = list.iter().map(|(_, weight)| weight).sum();
    let mut left = below(bits, all);
    for (value, weight) in list {
        if left < *weight {
            return *value;
        }
        left -= weight;
    }
    list[0].0
}

/// A number of `0..count`, small ones far oftener: the square of an even draw, so that the first
/// hundredth is drawn as often as a tenth of all.
pub(super) fn skewed(dice: &mut Dice, count: u32) -> u32 {
    let even = dice.bits() >> 32;
    below((even * even) >> 32, count)
}

/// 2^(1/2), 2^(1/4), … times 2^30.
const ROOTS: [i64; 16] = [
    1_518_500_250,
    1_276_901_417,
    1_170_923_762,
    1_121_280_436,
    1_097_253_708,
    1_085_434_106,
    1_079_572_136,
    1_076_653_033,
    1_075_196_443,
    1_074_468_888,
    1_074_105_294,
    1_073_923_544,
    1_073_832_680,
    1_073_787_251,
    1_073_764_537,
    1_073_753_181,
];

/// A draw around `median` (at most 2^30) whose logarithm is near-normal with a deviation of
/// `percent` hundredths; it stays within 3.5 deviations.
pub(super) fn spread(dice: &mut Dice, median: i64, percent: i64) -> i64 {
    let bits = dice.bits();
    let parts = [bits, bits >> 16, bits >> 32, bits >> 48];
    // Four even draws of 16 bits: their sum deviates by 65,536 / √3.
    let sum: i64 = parts
        .iter()
        .map(|part| i64::from(low32(part & 0xffff)))
        .sum();
    let normal = (sum - 131_070) * 65_536 / 37_837;
    // Times log2(e), in 2^-16.
    let exponent = normal * percent / 100 * 94_548 / 65_536;
    let (whole, part) = (exponent >> 16, exponent & 0xffff);
    let mut factor = 1_i64 << 30;
    for (at, root) in ROOTS.iter().enumerate() {
        if part >> (15 - at) & 1 == 1 {
            factor = (factor * root) >> 30;
        }
    }
    let scaled = (median * factor) >> 30;
    if whole >= 0 {
        scaled << whole.min(8)
    } else {
        scaled >> (-whole).min(60)
    }
}

/// Something that each of many accounts does once in every `period` days.
///
/// Accounts stand in blocks of one for each day of the period, and a block is moved as a whole, by
/// up to `wander` days and anew in each period. So who is due on a day is reckoned, not looked for:
/// a day costs as much as it has rows, however many accounts there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rhythm {
    pub(super) seed: u64,
    pub(super) purpose: u64,
    pub(super) period: u32,
    /// 0: each gap is the period; the period: nobody can foretell the day.
    pub(super) wander: u32,
}

impl Rhythm {
    /// Who of `0..count` is due on a day, and for each the number of the period.
    pub(super) fn due(self, day: u32, count: u32) -> impl Iterator<Item = u32> {
        let (turn, today) = (day / self.period, day % self.period);
        (0..count.div_ceil(self.period)).filter_map(move |block| {
            let key = u64::from(turn) << 32 | u64::from(block);
            let moved = below(mixed(self.seed, self.purpose, key), self.wander + 1);
            let member = (today + self.period - moved % self.period) % self.period;
            Some(block * self.period + member).filter(|who| *who < count)
        })
    }
}

/// Puts `0..count` into another order, one to one: a Feistel network of four rounds over the next
/// power of four, walked until it lands inside (Black and Rogaway, CT-RSA 2002).
#[derive(Debug, Clone, Copy)]
pub(super) struct Shuffle {
    keys: [u64; 4],
    count: u32,
    half_bits: u32,
}

impl Shuffle {
    pub(super) fn new(seed: u64, purpose: u64, count: u32) -> Self {
        let bits = u32::BITS - count.saturating_sub(1).leading_zeros();
        Self {
            keys: [0, 1, 2, 3].map(|round| mixed(seed, purpose, round)),
            count,
            half_bits: bits.div_ceil(2).max(1),
        }
    }

    /// Where `plain`, which must be below the count, goes.
    pub(super) fn place(&self, plain: u32) -> u32 {
        let mut at = self.once(plain);
        while at >= self.count {
            at = self.once(at);
        }
        at
    }

    fn once(&self, plain: u32) -> u32 {
        let mask = (1_u32 << self.half_bits) - 1;
        let (mut left, mut right) = (plain >> self.half_bits & mask, plain & mask);
        for key in self.keys {
            let round = (u64::from(right) ^ key).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            (left, right) = (right, left ^ (low32(round >> 32) & mask));
        }
        left << self.half_bits | right
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::Stream;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn a_shuffle_is_one_to_one() {
        for count in [1, 2, 3, 5, 16, 17, 1000, 4097] {
            let shuffle = Shuffle::new(7, 1, count);
            let places: BTreeSet<u32> = (0..count).map(|plain| shuffle.place(plain)).collect();
            assert_eq!(places, (0..count).collect());
        }
    }

    #[test]
    fn everybody_is_due_once_in_each_period() {
        for (period, wander, count) in [(7, 0, 20), (30, 3, 100), (60, 60, 61), (30, 5, 4)] {
            let rhythm = Rhythm {
                seed: 3,
                purpose: 9,
                period,
                wander,
            };
            let mut times: BTreeMap<u32, u32> = BTreeMap::new();
            for day in 0..period * 4 {
                for who in rhythm.due(day, count) {
                    *times.entry(who).or_default() += 1;
                }
            }
            assert_eq!(times, (0..count).map(|who| (who, 4)).collect());
        }
    }

    #[test]
    fn a_spread_has_its_median_and_its_deviation() {
        let mut dice = Dice::new(1, Stream::BookDay, 0);
        let mut drawn: Vec<i64> = (0..20_000)
            .map(|_| spread(&mut dice, 10_000, 100))
            .collect();
        drawn.sort_unstable();
        let median = drawn[10_000];
        assert!((9_700..10_300).contains(&median), "{median}");
        // One deviation up: 84.1 percent lie below e.
        let above = drawn[16_830];
        assert!((26_000..28_500).contains(&above), "{above}");
        assert_eq!(spread(&mut dice, 500, 0), 500);
    }

    #[test]
    fn weights_and_skew_hold() {
        let mut dice = Dice::new(2, Stream::BookDay, 0);
        let picked = (0..10_000).filter(|_| weighed(dice.bits(), &[(true, 30), (false, 70)]));
        let picked = picked.count();
        assert!((2_850..3_150).contains(&picked), "{picked}");
        let first = (0..10_000).filter(|_| skewed(&mut dice, 100_000) < 1000);
        let first = first.count();
        assert!((900..1_100).contains(&first), "{first}");
        assert_eq!(skewed(&mut dice, 1), 0);
    }
}
