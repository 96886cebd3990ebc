//! Numbers that come and go, kept in order: medians of what is in a window.

/// A block is split in two when it would hold more: the cost of one insertion stays that of moving
/// two kilobytes, however many numbers there are.
const BLOCK_MAX: usize = 512;

/// A multiset of numbers in ascending order, in blocks.
#[derive(Debug, Default)]
pub(super) struct Multiset {
    /// Each non-empty and sorted, the last of one at most the first of the next.
    blocks: Vec<Vec<i64>>,
    len: usize,
}

impl Multiset {
    pub(super) fn clear(&mut self) {
        self.blocks.truncate(1);
        if let Some(block) = self.blocks.first_mut() {
            block.clear();
        }
        self.len = 0;
    }

    pub(super) fn insert(&mut self, value: i64) {
        self.len += 1;
        let last = self.blocks.len().saturating_sub(1);
        let at = self.block_of(value).min(last);
        let Some(block) = self.blocks.get_mut(at) else {
            self.blocks.push(vec![value]);
            return;
        };
        let position = block.partition_point(|held| *held < value);
        block.insert(position, value);
        if block.len() > BLOCK_MAX {
            let upper = block.split_off(BLOCK_MAX / 2);
            self.blocks.insert(at + 1, upper);
        }
    }

    /// Takes out one of the numbers equal to `value`, if there is one.
    pub(super) fn remove(&mut self, value: i64) {
        let at = self.block_of(value);
        let Some(block) = self.blocks.get_mut(at) else {
            return;
        };
        if let Ok(position) = block.binary_search(&value) {
            block.remove(position);
            self.len -= 1;
            if block.is_empty() && self.blocks.len() > 1 {
                self.blocks.remove(at);
            }
        }
    }

    /// The middle number, or the two around the middle; `None` of none.
    pub(super) fn middle(&self) -> Option<(i64, i64)> {
        let upper = self.len / 2;
        let lower = self.len.checked_sub(1)? / 2;
        Some((self.at(lower)?, self.at(upper)?))
    }

    fn at(&self, mut rank: usize) -> Option<i64> {
        for block in &self.blocks {
            match block.get(rank) {
                Some(value) => return Some(*value),
                None => rank -= block.len(),
            }
        }
        None
    }

    /// The first block that does not end below `value`.
    fn block_of(&self, value: i64) -> usize {
        self.blocks
            .partition_point(|block| block.last().is_some_and(|last| *last < value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_middle_is_that_of_a_sorted_list(
            steps in prop::collection::vec((any::<bool>(), -20_i64..20), 0..80),
            many in prop::collection::vec(any::<i64>(), 0..3000),
        ) {
            let mut set = Multiset::default();
            let mut naive: Vec<i64> = Vec::new();
            let inserted = many.iter().map(|value| (true, *value));
            let removed = many.iter().map(|value| (false, *value));
            for (insert, value) in steps.into_iter().chain(inserted).chain(removed.take(1500)) {
                if insert {
                    set.insert(value);
                    naive.push(value);
                } else {
                    set.remove(value);
                    if let Some(at) = naive.iter().position(|held| *held == value) {
                        naive.swap_remove(at);
                    }
                }
            }
            naive.sort_unstable();
            let lower = naive.get(naive.len().saturating_sub(1) / 2);
            let middle = lower.copied().zip(naive.get(naive.len() / 2).copied());
            prop_assert_eq!(set.middle(), middle);
            set.clear();
            prop_assert_eq!(set.middle(), None);
        }
    }
}
