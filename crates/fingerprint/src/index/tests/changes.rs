//! Entries that come and go, against a map.

use proptest::prelude::*;

use super::super::tail::TAIL_ROWS;
use super::*;

/// One thing done to an index.
#[derive(Debug, Clone)]
enum Step {
    Insert(u64, u8),
    Remove(u64),
    /// As many entries as fill tails, so that segments arise.
    Flood(u64, usize),
    /// The removal of as many.
    Ebb(u64, usize),
    Maintain(usize),
    Reopen,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0_u64..40, any::<u8>()).prop_map(|(key, hash)| Step::Insert(key, hash)),
        6 => (0_u64..40).prop_map(Step::Remove),
        4 => (0_u64..4, 1_usize..3 * TAIL_ROWS).prop_map(|(at, count)| Step::Flood(at, count)),
        3 => (0_u64..4, 1_usize..3 * TAIL_ROWS).prop_map(|(at, count)| Step::Ebb(at, count)),
        2 => prop_oneof![Just(usize::MAX), 0_usize..20_000].prop_map(Step::Maintain),
        1 => Just(Step::Reopen),
    ];
    proptest::collection::vec(step, 1..24)
}

/// Close to one of eight hashes.
fn hash_of(number: u64) -> Pdq {
    let mut numbers = Numbers(number % 8);
    let head = numbers.balanced();
    let mut numbers = Numbers(number);
    let flips = numbers.below(20);
    numbers.flipped(&head, flips)
}

fn take(step: &Step, index: &mut Index, naive: &mut Naive) {
    let flood = |at: u64| 1000 + at * 10_000;
    match *step {
        Step::Insert(key, number) => {
            let hash = hash_of(number.into());
            let is_taken = naive.0.get(&key).is_some_and(|there| *there != hash);
            assert_eq!(index.insert(Entry { key, hash }).is_err(), is_taken);
            naive.0.entry(key).or_insert(hash);
        }
        Step::Remove(key) => assert_eq!(index.remove(key), naive.0.remove(&key)),
        Step::Flood(at, count) => {
            for key in flood(at)..flood(at) + count as u64 {
                let hash = hash_of(key);
                index.insert(Entry { key, hash }).unwrap();
                naive.0.insert(key, hash);
            }
        }
        Step::Ebb(at, count) => {
            for key in flood(at)..flood(at) + count as u64 {
                assert_eq!(index.remove(key), naive.0.remove(&key));
            }
        }
        Step::Maintain(rows) => {
            // Tables that a snapshot came without are made whatever the bound.
            while index.maintain(0) > 1 {}
            assert!(index.maintain(rows) <= rows.max(1));
        }
        Step::Reopen => {
            let mut bytes = Vec::new();
            index.write_snapshot(9, &mut bytes).unwrap();
            let (again, mark) = Index::read_snapshot(&mut &*bytes).unwrap();
            assert_eq!(mark, 9);
            *index = again;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn an_index_is_a_map_that_can_be_searched(steps in steps(), radius in 0_u32..=31) {
        let (mut index, mut naive) = (Index::new(), Naive::default());
        for (number, step) in (0..).zip(&steps) {
            take(step, &mut index, &mut naive);
            prop_assert_eq!(index.len(), naive.0.len());
            let query = hash_of(number * 13);
            prop_assert_eq!(index.within(&query, radius), naive.within(&query, radius));
            for key in [number, 1000 + number, 5000] {
                prop_assert_eq!(index.get(key), naive.0.get(&key).copied());
            }
        }
        while index.maintain(usize::MAX) > 0 {}
        let statistics = index.statistics();
        prop_assert!(statistics.dead <= statistics.entries / 3 + TAIL_ROWS + 1);
        for number in 0..8 {
            let query = hash_of(number);
            prop_assert_eq!(index.within(&query, radius), naive.within(&query, radius));
        }
    }
}

#[test]
fn a_key_has_one_hash() {
    let mut numbers = Numbers(1);
    let (one, other) = (numbers.hash(), numbers.hash());
    let index = Index::new();
    let entry = Entry { key: 7, hash: one };
    index.insert(entry).unwrap();
    index.insert(entry).unwrap();
    assert_eq!(index.len(), 1);
    let refusal = index
        .insert(Entry {
            key: 7,
            hash: other,
        })
        .unwrap_err();
    assert_eq!(refusal.code(), "hash-index.key-taken");
    assert_eq!(index.get(7), Some(one));
    index.remove(7);
    index
        .insert(Entry {
            key: 7,
            hash: other,
        })
        .unwrap();
    assert_eq!(index.get(7), Some(other));

    let twice = vec![
        entry,
        Entry {
            key: 7,
            hash: other,
        },
    ];
    assert!(Index::build(twice).is_err());
    assert_eq!(Index::build(vec![entry, entry]).unwrap().len(), 1);
}

#[test]
fn the_memory_of_the_dead_is_given_back() {
    let mut numbers = Numbers(2);
    let entries = (0..50_000).map(|key| Entry {
        key,
        hash: numbers.hash(),
    });
    let index = Index::build(entries.collect()).unwrap();
    let before = index.statistics();
    for key in 0..40_000 {
        index.remove(key);
    }
    assert_eq!(index.statistics().dead, 40_000);
    assert_eq!(index.maintain(5_000), 0);
    assert_eq!(index.maintain(10_000), 10_000);
    let after = index.statistics();
    assert_eq!((after.entries, after.dead), (10_000, 0));
    assert!(after.bytes < before.bytes / 3);
    for key in 40_000..50_000 {
        index.remove(key);
    }
    assert_eq!(index.maintain(usize::MAX), 1);
    assert_eq!(index.statistics().segments, 0);
    assert_eq!(index.maintain(usize::MAX), 0);
}
