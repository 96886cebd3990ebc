//! One bit for each row of a segment, set while others read.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Bits that are only ever set.
#[derive(Debug)]
pub(super) struct Marks {
    words: Box<[AtomicU64]>,
    set: AtomicUsize,
}

impl Marks {
    pub(super) fn new(bits: usize) -> Self {
        Self {
            words: (0..bits.div_ceil(64)).map(|_| AtomicU64::new(0)).collect(),
            set: AtomicUsize::new(0),
        }
    }

    /// Whether the bit is set.
    pub(super) fn has(&self, bit: usize) -> bool {
        self.words[bit / 64].load(Ordering::Acquire) >> (bit % 64) & 1 == 1
    }

    /// Sets the bit; true if it was not set before.
    pub(super) fn set(&self, bit: usize) -> bool {
        let mask = 1 << (bit % 64);
        let is_new = self.words[bit / 64].fetch_or(mask, Ordering::AcqRel) & mask == 0;
        if is_new {
            self.set.fetch_add(1, Ordering::Relaxed);
        }
        is_new
    }

    /// How many bits are set.
    pub(super) fn count(&self) -> usize {
        self.set.load(Ordering::Relaxed)
    }

    /// The bits as they are now.
    pub(super) fn copy(&self) -> Vec<u64> {
        let words = self.words.iter();
        words.map(|word| word.load(Ordering::Acquire)).collect()
    }

    /// The bits that are set now and were not in `before`.
    pub(super) fn since<'a>(&'a self, before: &'a [u64]) -> impl Iterator<Item = usize> + 'a {
        let words = self.words.iter().zip(before).enumerate();
        words.flat_map(|(at, (now, before))| {
            let new = now.load(Ordering::Acquire) & !before;
            ones(new).map(move |bit| at * 64 + bit)
        })
    }

    pub(super) fn bytes(&self) -> usize {
        size_of_val(&*self.words)
    }
}

/// The numbers of a word's ones.
fn ones(mut word: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = word.trailing_zeros();
        word &= word.checked_sub(1)?;
        Some(bit as usize)
    })
}
