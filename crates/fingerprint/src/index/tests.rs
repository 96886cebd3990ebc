//! The index against a list that is looked at one by one.

mod changes;
mod near;
mod snapshots;
mod threads;

use std::collections::BTreeMap;

use model::Pdq;

use super::{Entry, Index, Near};

/// What an index is: hashes by their keys.
#[derive(Debug, Clone, Default)]
struct Naive(BTreeMap<u64, Pdq>);

impl Naive {
    fn within(&self, hash: &Pdq, radius: u32) -> Vec<Near> {
        let all = self.0.iter().map(|(key, other)| Near {
            distance: hash.distance(other),
            key: *key,
        });
        let mut near: Vec<Near> = all.filter(|near| near.distance <= radius).collect();
        near.sort();
        near
    }

    fn entries(&self) -> Vec<Entry> {
        let all = self.0.iter();
        all.map(|(key, hash)| Entry {
            key: *key,
            hash: *hash,
        })
        .collect()
    }
}

/// Numbers that look random and are the same each time (`SplitMix64`).
#[derive(Debug, Clone)]
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u32) -> u32 {
        let [.., a, b, c, d] = self.next().to_le_bytes();
        u32::from_le_bytes([a, b, c, d]) % end
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(u32::try_from(all.len()).unwrap()) as usize]
    }

    fn hash(&mut self) -> Pdq {
        let mut bytes = [0; 32];
        for word in bytes.as_chunks_mut::<8>().0 {
            *word = self.next().to_be_bytes();
        }
        Pdq::new(bytes)
    }

    /// A hash with exactly 128 ones.
    fn balanced(&mut self) -> Pdq {
        let mut bytes = [0; 32];
        let mut ones = 0;
        while ones < 128 {
            let bit = self.below(256);
            let (byte, mask) = (&mut bytes[bit as usize / 8], 1 << (bit % 8));
            ones += u32::from(*byte & mask == 0);
            *byte |= mask;
        }
        Pdq::new(bytes)
    }

    /// The hash with `flips` of its bits turned.
    fn flipped(&mut self, hash: &Pdq, flips: u32) -> Pdq {
        let mut bytes = hash.bytes();
        while Pdq::new(bytes).distance(hash) < flips {
            let bit = self.below(256);
            bytes[bit as usize / 8] ^= 1 << (bit % 8);
        }
        Pdq::new(bytes)
    }
}
