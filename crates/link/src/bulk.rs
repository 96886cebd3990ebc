//! Cases of very many reports at once: the connected components of reports and identifiers.
//!
//! For exact identifiers whose worth nobody weighs, as in a back file that is to be looked through.
//! The live index ([`crate::Index`]) is what decides.

/// Bits of an identifier's hash that choose its bucket: 1,024 buckets, so that of thirty million
/// mentions a bucket's table fits a core's own cache.
const BUCKET_BITS: u32 = 10;
/// The fewest mentions for which buckets pay.
const BUCKETS_FROM: usize = 1 << 17;
const EMPTY: u32 = u32::MAX;

/// Two reports stand in one component if a chain of shared identifiers connects them. Returns each
/// report's founder: the component's first report.
///
/// `mentions` gives (report, hash of an identifier), reports below `reports` and hashes spread over
/// all 64 bits; it is gone through twice. Mentions of other reports are passed over. An identifier
/// of more than `mentions_max` mentions connects nobody.
///
/// Mentions are parted by the first bits of their hash; within one bucket a small table finds what
/// is equal, and union-find by the earliest report joins it. Time grows with the mentions, memory
/// is 12 bytes per mention and 4 per report.
pub fn components<M>(reports: u32, mentions: M, mentions_max: Option<u32>) -> Vec<u32>
where
    M: Iterator<Item = (u32, u64)> + Clone,
{
    let mentions = mentions.filter(|(report, _)| *report < reports);
    let buckets = Buckets::part(mentions);
    let mut parents: Vec<u32> = (0..reports).collect();
    let mut table = Table::default();
    let mut counts = Vec::new();
    for bucket in 0..buckets.len() {
        let (hashes, of) = buckets.bucket(bucket);
        table.clear_for(hashes.len());
        let Some(max) = mentions_max else {
            for at in 0..hashes.len() {
                union(&mut parents, of[table.first(hashes, at)], of[at]);
            }
            continue;
        };
        counts.clear();
        counts.resize(hashes.len(), 0_u32);
        for at in 0..hashes.len() {
            let count = &mut counts[table.first(hashes, at)];
            *count = count.saturating_add(1);
        }
        for at in 0..hashes.len() {
            let first = table.first(hashes, at);
            if counts[first] <= max {
                union(&mut parents, of[first], of[at]);
            }
        }
    }
    // Founders come before their members, so that one pass is enough.
    for report in 0..parents.len() {
        parents[report] = parents[parents[report] as usize];
    }
    parents
}

/// Mentions, parted by the first bits of their hash.
struct Buckets {
    /// One more than there are buckets.
    starts: Vec<usize>,
    hashes: Vec<u64>,
    reports: Vec<u32>,
}

impl Buckets {
    fn part(mentions: impl Iterator<Item = (u32, u64)> + Clone) -> Self {
        let mut counts = vec![0_usize; 1 << BUCKET_BITS];
        for (_, hash) in mentions.clone() {
            counts[bucket_of(hash)] += 1;
        }
        let all = counts.iter().sum();
        let mut starts = Vec::with_capacity(counts.len() + 1);
        let mut at = 0;
        for count in counts {
            starts.push(at);
            at += count;
        }
        let mut next = starts.clone();
        starts.push(at);
        let mut parted = Self {
            starts,
            hashes: vec![0; all],
            reports: vec![0; all],
        };
        for (report, hash) in mentions {
            let at = &mut next[bucket_of(hash)];
            parted.hashes[*at] = hash;
            parted.reports[*at] = report;
            *at += 1;
        }
        if all < BUCKETS_FROM {
            parted.starts = vec![0, all];
        }
        parted
    }

    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    fn bucket(&self, bucket: usize) -> (&[u64], &[u32]) {
        let range = self.starts[bucket]..self.starts[bucket + 1];
        (&self.hashes[range.clone()], &self.reports[range])
    }
}

/// The first bits of a hash, which are never more than [`BUCKET_BITS`].
fn bucket_of(hash: u64) -> usize {
    usize::try_from(hash >> (u64::BITS - BUCKET_BITS)).unwrap_or_default()
}

/// Which mention of a bucket was the first of its identifier: open addressing by a hash's last
/// bits, at most half full. It holds positions only, so that it fits a core's own cache.
#[derive(Default)]
struct Table {
    slots: Vec<u32>,
    mask: usize,
}

impl Table {
    fn clear_for(&mut self, mentions: usize) {
        let size = (mentions * 2).next_power_of_two();
        self.slots.clear();
        self.slots.resize(size, EMPTY);
        self.mask = size - 1;
    }

    /// The first position with the hash that stands `at`; that position itself, if it is new.
    fn first(&mut self, hashes: &[u64], at: usize) -> usize {
        let hash = hashes[at];
        let mut slot = usize::try_from(hash & self.mask as u64).unwrap_or_default();
        loop {
            let first = self.slots[slot];
            if first == EMPTY {
                self.slots[slot] = u32::try_from(at).unwrap_or(EMPTY);
                return at;
            }
            if hashes[first as usize] == hash {
                return first as usize;
            }
            slot = (slot + 1) & self.mask;
        }
    }
}

/// Makes two components one. Rem's algorithm (Dijkstra 1976; fastest in Patwary, Blair and Manne,
/// SEA 2010): both ways up are gone at once and shortened on the way, until they meet or one ends.
fn union(parents: &mut [u32], one: u32, other: u32) {
    let (mut one, mut other) = (one as usize, other as usize);
    loop {
        let (above_one, above_other) = (parents[one], parents[other]);
        if above_one == above_other {
            return;
        }
        if above_one < above_other {
            std::mem::swap(&mut one, &mut other);
        }
        let (higher, lower) = (above_one.max(above_other), above_one.min(above_other));
        parents[one] = lower;
        if one == higher as usize {
            return;
        }
        one = higher as usize;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn naive(reports: u32, mentions: &[(u32, u64)], max: Option<u32>) -> Vec<u32> {
        let mut founders: Vec<u32> = (0..reports).collect();
        let mut carriers: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
        for (report, hash) in mentions.iter().filter(|mention| mention.0 < reports) {
            carriers.entry(*hash).or_default().push(*report);
        }
        let most = max.map_or(usize::MAX, |max| usize::try_from(max).unwrap());
        for of in carriers.values().filter(|of| of.len() <= most) {
            for report in of {
                let (a, b) = (founders[of[0] as usize], founders[*report as usize]);
                let both = founders.iter_mut().filter(|f| **f == a || **f == b);
                both.for_each(|founder| *founder = a.min(b));
            }
        }
        founders
    }

    /// Spread over all bits, as a digest is.
    fn spread(number: u64) -> u64 {
        let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed ^ (mixed >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn components_are_those_of_a_naive_search(
            mentions in prop::collection::vec((0_u32..45, 0_u64..30), 0..80),
            max in prop::option::of(1_u32..6)
        ) {
            let mentions: Vec<_> = mentions.iter().map(|(r, n)| (*r, spread(*n))).collect();
            let found = components(40, mentions.iter().copied(), max);
            prop_assert_eq!(found, naive(40, &mentions, max));
        }
    }

    #[test]
    fn many_mentions_are_parted_and_joined_again() {
        let reports = u32::try_from(BUCKETS_FROM).unwrap();
        // A chain of pairs: 0-1, 1-2, … up to every hundredth report.
        let pairs = (0..reports - 1).filter(|report| report % 100 != 99);
        let mentions = pairs.flat_map(|n| [(n, spread(n.into())), (n + 1, spread(n.into()))]);
        assert!(mentions.clone().count() > BUCKETS_FROM);
        let found = components(reports, mentions, None);
        for (report, founder) in (0..).zip(&found) {
            assert_eq!(*founder, report / 100 * 100);
        }
    }

    #[test]
    fn nothing_has_no_components() {
        assert!(components(0, std::iter::empty(), None).is_empty());
        assert_eq!(components(2, [(5, 1), (9, 1)].into_iter(), Some(1)), [0, 1]);
    }
}
