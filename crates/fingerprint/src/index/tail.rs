//! The newest entries: appended while others read, and few enough to look at one by one.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use super::Near;
use super::marks::Marks;
use super::row::Row;
use super::segment::Query;

/// How many entries a tail takes; to look at all of them costs a search some microseconds.
pub(super) const TAIL_ROWS: usize = 4096;

/// A list that is only ever added to. One writer at a time, any number of readers.
#[derive(Debug)]
pub(super) struct Tail {
    rows: Box<[[AtomicU64; 4]]>,
    keys: Box<[AtomicU64]>,
    len: AtomicUsize,
    pub(super) dead: Marks,
}

impl Tail {
    pub(super) fn new() -> Self {
        let zero = || AtomicU64::new(0);
        Self {
            rows: (0..TAIL_ROWS)
                .map(|_| std::array::from_fn(|_| zero()))
                .collect(),
            keys: (0..TAIL_ROWS).map(|_| zero()).collect(),
            len: AtomicUsize::new(0),
            dead: Marks::new(TAIL_ROWS),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len.load(Ordering::Acquire)
    }

    pub(super) fn is_full(&self) -> bool {
        self.len() == TAIL_ROWS
    }

    /// Appends an entry, seen by every search that begins after this. The caller has made sure
    /// that it is the only writer and that there is room.
    pub(super) fn push(&self, key: u64, row: Row) -> usize {
        let at = self.len();
        for (to, word) in self.rows[at].iter().zip(row.0) {
            to.store(word, Ordering::Relaxed);
        }
        self.keys[at].store(key, Ordering::Relaxed);
        self.len.store(at + 1, Ordering::Release);
        at
    }

    pub(super) fn row(&self, at: usize) -> Row {
        Row(std::array::from_fn(|word| {
            self.rows[at][word].load(Ordering::Relaxed)
        }))
    }

    pub(super) fn key(&self, at: usize) -> u64 {
        self.keys[at].load(Ordering::Relaxed)
    }

    pub(super) fn search(&self, query: &Query, found: &mut Vec<Near>) {
        for at in 0..self.len() {
            if let Some(distance) = query.reach(&self.row(at))
                && !self.dead.has(at)
            {
                let key = self.key(at);
                found.push(Near { distance, key });
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        TAIL_ROWS * 40 + self.dead.bytes()
    }
}
