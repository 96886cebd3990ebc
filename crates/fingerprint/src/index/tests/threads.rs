//! Searches while others write and merge.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use super::super::tail::TAIL_ROWS;
use super::*;

/// What is inserted is found by whoever learns of it, whatever is merged meanwhile, and what is
/// removed is not.
#[test]
fn what_was_written_is_seen_by_every_reader() {
    let mut numbers = Numbers(11);
    let hashes: Vec<Pdq> = (0..TAIL_ROWS * 12).map(|_| numbers.hash()).collect();
    let index = Index::new();
    // Keys below `inserted` are there, but those below `removed`.
    let (inserted, removed) = (AtomicU64::new(0), AtomicU64::new(0));
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            for (key, hash) in (0..).zip(&hashes) {
                index.insert(Entry { key, hash: *hash }).unwrap();
                inserted.store(key + 1, Ordering::Release);
                if key % 3 == 0 {
                    assert!(index.remove(key / 3).is_some());
                    removed.store(key / 3 + 1, Ordering::Release);
                }
            }
            is_over.store(true, Ordering::Release);
        });
        scope.spawn(|| {
            while !is_over.load(Ordering::Acquire) {
                index.maintain(usize::MAX);
            }
        });
        let mut numbers = Numbers(12);
        let mut searches = 0;
        while !is_over.load(Ordering::Acquire) || searches < 100 {
            searches += 1;
            let (gone, there) = (
                removed.load(Ordering::Acquire),
                inserted.load(Ordering::Acquire),
            );
            if there == 0 {
                continue;
            }
            let key = u64::from(numbers.below(u32::try_from(there).unwrap()));
            let found = index.within(&hashes[usize::try_from(key).unwrap()], 31);
            let is_found = found.contains(&Near { distance: 0, key });
            if key < gone {
                assert!(!is_found, "{key} was removed");
            } else if key > removed.load(Ordering::Acquire) {
                assert!(is_found, "{key} was inserted");
            }
        }
    });
    while index.maintain(usize::MAX) > 0 {}
    let naive = Naive(
        (0..)
            .zip(hashes)
            .filter(|(key, _)| *key >= removed.load(Ordering::Acquire))
            .collect(),
    );
    assert_eq!(index.len(), naive.0.len());
    for (key, hash) in naive.0.iter().step_by(97) {
        assert_eq!(index.within(hash, 31), naive.within(hash, 31), "{key}");
    }
}
