//! Hashes of no pictures: spread evenly, or in the crowds that lists of real pictures have.

use model::Pdq;

/// How hashes are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spread {
    /// Every bit by chance.
    Uniform,
    /// 128 ones each; the lowest frequencies take few patterns; two fifths are near copies, in
    /// clusters of which the number with more than n members falls as 1/n.
    Clustered,
}

/// The largest cluster.
const CLUSTER_MAX: u32 = 20_000;
/// The last bytes of a hash are the lowest frequencies. In so many of them ...
const LOW_BYTES: std::ops::Range<usize> = 28..32;
/// ... three of four hashes have one of two to the power of so many patterns, the first most often.
const PATTERN_BITS: u32 = 8;
/// How many bits of a picture are near its median: copies differ in these alone.
const WEAK_BITS: usize = 64;
/// Pairs of bits in which a copy differs at most.
const SWAPS_MAX: u32 = 10;
/// The bits in which a query made from a uniform hash differs at most; some are beyond 31.
const QUERY_FLIPS_MAX: u32 = 40;

/// Makes hashes, the same ones from the same seed.
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, end: u32) -> u32 {
        u32::try_from(((self.roll() >> 32) * u64::from(end)) >> 32).unwrap_or(0)
    }

    pub(crate) fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        let count = u32::try_from(all.len()).unwrap_or(u32::MAX);
        &all[self.below(count) as usize]
    }

    fn bytes(&mut self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for word in bytes.as_chunks_mut::<8>().0 {
            *word = self.roll().to_le_bytes();
        }
        bytes
    }

    /// As many hashes, spread so.
    pub(crate) fn hashes(&mut self, count: usize, spread: Spread) -> Vec<Pdq> {
        let mut hashes = Vec::with_capacity(count);
        let clustered = match spread {
            Spread::Uniform => 0,
            Spread::Clustered => count / 5 * 2,
        };
        while hashes.len() < clustered {
            let (head, weak) = (self.picture(), self.weak());
            let members = CLUSTER_MAX / (1 + self.below(CLUSTER_MAX));
            for _ in 0..members.min(u32::try_from(clustered - hashes.len()).unwrap_or(members)) {
                hashes.push(self.copy(&head, &weak));
            }
        }
        while hashes.len() < count {
            hashes.push(match spread {
                Spread::Uniform => Pdq::new(self.bytes()),
                Spread::Clustered => self.picture(),
            });
        }
        hashes
    }

    /// Queries: every other one a copy of one of `stored`, the rest never seen before.
    pub(crate) fn queries(&mut self, count: usize, spread: Spread, stored: &[Pdq]) -> Vec<Pdq> {
        let one = |number: usize| match (spread, number % 2) {
            (Spread::Uniform, 0) => Pdq::new(self.bytes()),
            (Spread::Clustered, 0) => self.picture(),
            (Spread::Uniform, _) => {
                let mut bytes = self.one_of(stored).bytes();
                for _ in 0..self.below(QUERY_FLIPS_MAX + 1) {
                    turn(&mut bytes, self.below(256) as usize);
                }
                Pdq::new(bytes)
            }
            (Spread::Clustered, _) => {
                let (stored, weak) = (*self.one_of(stored), self.weak());
                self.copy(&stored, &weak)
            }
        };
        (0..count).map(one).collect()
    }

    fn picture(&mut self) -> Pdq {
        let mut bytes = self.bytes();
        for at in LOW_BYTES {
            if self.below(4) > 0 {
                let patterns = 1 << self.below(PATTERN_BITS + 1);
                let pattern = u64::from(self.below(patterns));
                let [byte, ..] = Self(pattern << 8 | at as u64).roll().to_le_bytes();
                bytes[at] = byte;
            }
        }
        let mut ones: u32 = bytes.iter().map(|byte| byte.count_ones()).sum();
        while ones != 128 {
            let bit = self.below(8 * 28) as usize;
            let is_one = has(&bytes, bit);
            if is_one == (ones > 128) {
                turn(&mut bytes, bit);
                ones = if is_one { ones - 1 } else { ones + 1 };
            }
        }
        Pdq::new(bytes)
    }

    fn weak(&mut self) -> [usize; WEAK_BITS] {
        std::array::from_fn(|_| self.below(256) as usize)
    }

    /// A near copy: some ones and as many zeroes of the weak bits change places.
    fn copy(&mut self, picture: &Pdq, weak: &[usize; WEAK_BITS]) -> Pdq {
        let mut bytes = picture.bytes();
        for _ in 0..self.below(2 * SWAPS_MAX + 1) {
            let (one, other) = (*self.one_of(weak), *self.one_of(weak));
            if has(&bytes, one) != has(&bytes, other) {
                turn(&mut bytes, one);
                turn(&mut bytes, other);
            }
        }
        Pdq::new(bytes)
    }
}

fn has(bytes: &[u8; 32], bit: usize) -> bool {
    bytes[bit / 8] >> (bit % 8) & 1 == 1
}

fn turn(bytes: &mut [u8; 32], bit: usize) {
    bytes[bit / 8] ^= 1 << (bit % 8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_hashes_and_pictures_have_as_many_ones_as_zeroes() {
        for spread in [Spread::Uniform, Spread::Clustered] {
            let make = |seed| Dice::new(seed).hashes(3000, spread);
            assert_eq!(make(1), make(1));
            assert_ne!(make(1), make(2));
        }
        let hashes = Dice::new(3).hashes(3000, Spread::Clustered);
        let zero = Pdq::new([0; 32]);
        assert!(hashes.iter().all(|hash| hash.distance(&zero) == 128));
        let near = |one: &Pdq| {
            hashes
                .iter()
                .filter(|other| one.distance(other) <= 31)
                .count()
        };
        assert!(hashes.iter().step_by(50).any(|hash| near(hash) > 20));
    }
}
