//! Everything within a radius is found, and nothing else, however the hashes are spread.

use proptest::prelude::*;

use super::super::plan::{Costs, Plan};
use super::super::row::{CHUNKS, Row};
use super::super::segment::{Query, Segment};
use super::*;

/// How the hashes of a test are spread.
#[derive(Debug, Clone, Copy)]
enum Spread {
    /// Each bit by chance.
    Uniform,
    /// 128 ones, as pictures have.
    Balanced,
    /// Few pictures, each with many copies a few bits away.
    Clusters,
    /// All hashes agree in the given chunks (a bit each).
    Agreeing(u16),
    /// Chunks take few values.
    Coarse,
    /// The same few hashes again and again.
    Repeated,
}

fn hashes(spread: Spread, count: usize, numbers: &mut Numbers) -> Vec<Pdq> {
    let heads: Vec<Pdq> = (0..5).map(|_| numbers.balanced()).collect();
    let one = |numbers: &mut Numbers| match spread {
        Spread::Uniform => numbers.hash(),
        Spread::Balanced => numbers.balanced(),
        Spread::Clusters => {
            let head = heads[numbers.below(5).min(numbers.below(5)) as usize];
            let flips = numbers.below(24);
            numbers.flipped(&head, flips)
        }
        Spread::Agreeing(chunks) => {
            let (mut bytes, head) = (numbers.hash().bytes(), heads[0].bytes());
            for chunk in (0..16).filter(|chunk| chunks >> chunk & 1 == 1) {
                bytes[2 * chunk..2 * chunk + 2].copy_from_slice(&head[2 * chunk..2 * chunk + 2]);
            }
            Pdq::new(bytes)
        }
        Spread::Coarse => Pdq::new(numbers.hash().bytes().map(|byte| byte & 0x11)),
        Spread::Repeated => *numbers.one_of(&heads),
    };
    (0..count).map(|_| one(numbers)).collect()
}

fn spreads() -> impl Strategy<Value = Spread> {
    prop_oneof![
        Just(Spread::Uniform),
        Just(Spread::Balanced),
        Just(Spread::Clusters),
        any::<u16>().prop_map(Spread::Agreeing),
        Just(Spread::Coarse),
        Just(Spread::Repeated),
    ]
}

/// Queries at all distances from what is stored, and from nothing.
fn queries(stored: &[Pdq], numbers: &mut Numbers) -> Vec<Pdq> {
    let mut queries: Vec<Pdq> = (0..12)
        .map(|_| {
            let head = *numbers.one_of(stored);
            let flips = numbers.below(36);
            numbers.flipped(&head, flips)
        })
        .collect();
    queries.extend([numbers.hash(), numbers.balanced(), Pdq::new([0; 32])]);
    queries
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_search_finds_what_a_scan_finds(
        spread in spreads(),
        count in prop_oneof![1_usize..300, 300_usize..6000],
        seed in any::<u64>(),
        radius in prop_oneof![3 => 0_u32..=31, 1 => 32_u32..=60],
    ) {
        let mut numbers = Numbers(seed);
        let stored = hashes(spread, count, &mut numbers);
        let queries = queries(&stored, &mut numbers);
        let naive = Naive((7..).zip(stored).collect());
        let index = Index::build(naive.entries()).unwrap();
        let together = index.within_many(&queries, radius);
        for (query, together) in queries.iter().zip(together) {
            let expected = naive.within(query, radius);
            prop_assert_eq!(&index.within(query, radius), &expected);
            prop_assert_eq!(together, expected);
        }
    }

    /// Planted pairs: also at the very edge of the radius, the bits spread in every manner.
    #[test]
    fn a_pair_at_exactly_the_radius_is_found_however_its_bits_are_spread(
        seed in any::<u64>(),
        radius in 0_u32..=31,
        chunks in 1_u16..,
    ) {
        let mut numbers = Numbers(seed);
        let stored = hashes(Spread::Uniform, 3000, &mut numbers);
        let mut near = stored[17].bytes();
        let wanted = radius.min(16 * chunks.count_ones());
        while Pdq::new(near).distance(&stored[17]) < wanted {
            let bit = numbers.below(256) as usize;
            let (byte, mask) = (bit / 8, 1 << (bit % 8));
            if chunks >> (bit / 16) & 1 == 1 {
                near[byte] = near[byte] & !mask | !stored[17].bytes()[byte] & mask;
            }
        }
        let entries = (0..).zip(&stored).map(|(key, hash)| Entry { key, hash: *hash });
        let index = Index::build(entries.collect()).unwrap();
        let found = index.within(&Pdq::new(near), radius);
        let planted = Near { distance: wanted, key: 17 };
        prop_assert!(found.contains(&planted));
    }

    /// The bound itself: any shares that add up to the radius plus one find everything.
    #[test]
    fn any_shares_that_add_up_find_everything(
        seed in any::<u64>(),
        radius in 0_u32..=47,
        count in 1_usize..3000,
        spread in spreads(),
    ) {
        let mut numbers = Numbers(seed);
        let stored = hashes(spread, count, &mut numbers);
        let mut shares = [0_u8; CHUNKS];
        let mut left = radius + 1;
        while left > 0 {
            let share = &mut shares[numbers.below(16) as usize];
            if *share < 3 {
                *share += 1;
                left -= 1;
            }
        }
        let rows = stored.iter().map(Row::of).collect();
        let segment = Segment::build((0..count as u64).collect(), rows);
        let naive = Naive((0..).zip(stored.iter().copied()).collect());
        for hash in queries(&stored, &mut numbers) {
            let query = Query::new(Row::of(&hash), radius);
            let found = segment.search_with(&query, Plan::Buckets(shares));
            prop_assert_eq!(found, naive.within(&hash, radius));
        }
    }

    #[test]
    fn the_cheapest_shares_are_the_cheapest(
        rows in proptest::array::uniform16(proptest::array::uniform3(0_u32..500)),
        sum in 1_usize..=48,
        seed in any::<u64>(),
    ) {
        let mut costs = Costs::new();
        for (chunk, rows) in rows.iter().enumerate() {
            for (share, rows) in (1..).zip(rows) {
                costs.note(chunk, share, *rows, 0);
            }
        }
        let best = costs.cheapest(sum, 3).unwrap();
        prop_assert_eq!(best.iter().map(|share| usize::from(*share)).sum::<usize>(), sum);
        let mut numbers = Numbers(seed);
        for _ in 0..50 {
            let mut shares = [0_u8; CHUNKS];
            while shares.iter().map(|share| usize::from(*share)).sum::<usize>() < sum {
                let share = &mut shares[numbers.below(16) as usize];
                *share = (*share + 1).min(3);
            }
            prop_assert!(costs.of(&best) <= costs.of(&shares));
        }
    }
}

#[test]
fn shares_that_cannot_add_up_are_none() {
    assert_eq!(Costs::new().cheapest(33, 2), None);
    assert_eq!(Costs::new().cheapest(49, 3), None);
    assert!(Costs::new().cheapest(48, 3).is_some());
}

#[test]
fn a_crowded_chunk_loses_its_share_to_others_and_a_crowd_is_scanned() {
    let mut numbers = Numbers(4);
    let agreeing = hashes(Spread::Agreeing(1 << 3), 60_000, &mut numbers);
    let rows: Vec<Row> = agreeing.iter().map(Row::of).collect();
    let segment = Segment::build((0..60_000).collect(), rows);
    let query = Query::new(Row::of(&agreeing[0]), 31);
    let Plan::Buckets(shares) = segment.plan(&query) else {
        panic!("the other chunks are thin");
    };
    assert_eq!(shares[3], 0);
    assert_eq!(
        shares.iter().map(|share| u32::from(*share)).sum::<u32>(),
        32
    );

    let one = numbers.hash();
    let segment = Segment::build((0..60_000).collect(), vec![Row::of(&one); 60_000]);
    assert_eq!(segment.plan(&Query::new(Row::of(&one), 31)), Plan::Scan);
    // From elsewhere, the crowd is not even met.
    let other = Query::new(Row::of(&numbers.hash()), 31);
    assert_ne!(segment.plan(&other), Plan::Scan);
}

#[test]
fn even_hashes_are_searched_with_even_shares() {
    let mut numbers = Numbers(5);
    let stored = hashes(Spread::Balanced, 60_000, &mut numbers);
    let rows = stored.iter().map(Row::of).collect();
    let segment = Segment::build((0..60_000).collect(), rows);
    let query = Query::new(Row::of(&stored[9]), 31);
    assert_eq!(segment.plan(&query), Plan::Buckets([2; CHUNKS]));
}

#[test]
fn many_entries_are_in_several_segments_and_all_are_found() {
    let mut numbers = Numbers(6);
    let stored = hashes(Spread::Clusters, 3000, &mut numbers);
    let naive = Naive((0..).zip(stored.iter().copied()).collect());
    for (rows_max, segments) in [(3000, 1), (2999, 2), (700, 5)] {
        let index = Index::in_segments(naive.entries(), rows_max).unwrap();
        assert_eq!(index.statistics().segments, segments);
        let found = index.within_many(&stored[..50], 31);
        for (hash, found) in stored.iter().zip(found) {
            assert_eq!(found, naive.within(hash, 31));
        }
    }
}

#[test]
fn nothing_is_found_in_nothing() {
    let index = Index::new();
    assert!(index.within(&Pdq::new([0; 32]), 31).is_empty());
    assert!(index.within(&Pdq::new([0; 32]), 256).is_empty());
    assert_eq!(index.within_many(&[], 31), Vec::<Vec<Near>>::new());
    assert!(index.is_empty());
}
