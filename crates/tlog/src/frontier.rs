//! The right edge of a tree: enough to append to it and to know its root.

use crate::hash::{Hash, empty_root, node_hash};

/// The roots of the perfect subtrees that a tree of some size splits into, largest first: one per
/// set bit of the size (a "compact range" from 0). At most 63 hashes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<Hash>,
}

impl Frontier {
    /// The edge of the empty tree.
    pub fn new() -> Self {
        Self::default()
    }

    /// Entries in the tree.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends one entry by its leaf hash.
    pub fn append(&mut self, leaf: Hash) {
        self.append_subtree(0, leaf);
    }

    /// The Merkle tree hash (RFC 6962, section 2.1). The empty tree's is SHA-256 of nothing.
    pub fn root(&self) -> Hash {
        let mut smallest_first = self.subtrees.iter().rev();
        let Some(smallest) = smallest_first.next() else {
            return empty_root();
        };
        smallest_first.fold(*smallest, |right, left| node_hash(left, &right))
    }

    /// Appends a perfect subtree of 2^`height` entries by its root. The size must be a multiple of
    /// 2^`height`.
    pub(crate) fn append_subtree(&mut self, height: u32, root: Hash) {
        debug_assert_eq!(
            self.size % (1 << height),
            0,
            "a subtree starts at a multiple of its size"
        );
        let mut hash = root;
        let mut joined = self.size >> height;
        // A set bit is a subtree as large as the one in hand: the two make one of twice the size.
        while joined & 1 == 1 {
            let Some(left) = self.subtrees.pop() else {
                break;
            };
            hash = node_hash(&left, &hash);
            joined >>= 1;
        }
        self.subtrees.push(hash);
        self.size += 1 << height;
    }
}

/// The root of a perfect tree over `hashes`, whose number is a power of two.
pub(crate) fn perfect_root(hashes: &[Hash]) -> Hash {
    match hashes {
        [] => empty_root(),
        [one] => *one,
        [left, right] => node_hash(left, right),
        more => {
            let (left, right) = more.split_at(more.len() / 2);
            node_hash(&perfect_root(left), &perfect_root(right))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::leaf_hash;

    /// The definition of RFC 6962, section 2.1, word for word.
    fn defined_root(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [one] => *one,
            more => {
                let split = more.len().next_power_of_two() / 2;
                let (left, right) = more.split_at(split);
                node_hash(&defined_root(left), &defined_root(right))
            }
        }
    }

    fn leaves(count: u32) -> Vec<Hash> {
        (0..count)
            .map(|number| leaf_hash(&number.to_be_bytes()))
            .collect()
    }

    #[test]
    fn the_root_is_the_defined_one_at_every_small_size() {
        let leaves = leaves(600);
        let mut frontier = Frontier::new();
        assert_eq!(frontier.root(), empty_root());
        for (at, leaf) in leaves.iter().enumerate() {
            frontier.append(*leaf);
            assert_eq!(
                frontier.root(),
                defined_root(&leaves[..=at]),
                "size {}",
                at + 1
            );
        }
        assert_eq!(frontier.size(), 600);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_root_is_the_defined_one(
            entries in prop::collection::vec(any::<[u8; 3]>(), 0..3000),
        ) {
            let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
            let mut frontier = Frontier::new();
            for leaf in &leaves {
                frontier.append(*leaf);
            }
            prop_assert_eq!(frontier.root(), defined_root(&leaves));
        }

        #[test]
        fn whole_subtrees_and_single_leaves_give_the_same_edge(
            blocks in 0_u32..6,
            rest in 0_u32..256,
        ) {
            let leaves = leaves(blocks * 256 + rest);
            let mut by_leaf = Frontier::new();
            for leaf in &leaves {
                by_leaf.append(*leaf);
            }
            let mut by_block = Frontier::new();
            let (whole, single) = leaves.split_at(leaves.len() / 256 * 256);
            for block in whole.chunks(256) {
                by_block.append_subtree(8, perfect_root(block));
            }
            for leaf in single {
                by_block.append(*leaf);
            }
            prop_assert_eq!(by_leaf, by_block);
        }
    }
}
