//! Disjoint sets of reports, by their numbers: who is with whom, and who was there first.

/// A partition of `0..len` in 8 bytes per member.
///
/// Union-find whose root is always the earliest member (the founder), with path halving; the
/// members of each part form a ring, so that two rings are joined by exchanging two successors.
#[derive(Debug, Clone, Default)]
pub(super) struct Partition {
    /// Never above its own position, so that every path ends.
    parents: Vec<u32>,
    next: Vec<u32>,
}

impl Partition {
    /// Takes parents as an earlier partition had them; `None` where one is above its child.
    pub(super) fn from_parents(parents: Vec<u32>) -> Option<Self> {
        let mut next: Vec<u32> = (0..).take(parents.len()).collect();
        for (number, parent) in (0_u32..).zip(&parents) {
            if *parent > number {
                return None;
            }
            if *parent != number {
                next.swap(number as usize, *parent as usize);
            }
        }
        Some(Self { parents, next })
    }

    pub(super) fn parents(&self) -> &[u32] {
        &self.parents
    }

    /// Adds one member, alone in its part.
    pub(super) fn push(&mut self, number: u32) {
        self.parents.push(number);
        self.next.push(number);
    }

    /// The founder of the part that `number` is in.
    pub(super) fn founder(&self, number: u32) -> u32 {
        let mut at = number;
        loop {
            let parent = self.parents[at as usize];
            if parent == at {
                return at;
            }
            at = parent;
        }
    }

    /// As [`Self::founder`], and shortens the way for the next who asks.
    pub(super) fn find(&mut self, number: u32) -> u32 {
        let mut at = number;
        loop {
            let parent = self.parents[at as usize];
            if parent == at {
                return at;
            }
            let above = self.parents[parent as usize];
            self.parents[at as usize] = above;
            at = above;
        }
    }

    /// Makes two parts one. Returns (the founder that no longer is one, the one that stays), or
    /// `None` if they were one before.
    pub(super) fn union(&mut self, one: u32, other: u32) -> Option<(u32, u32)> {
        let (one, other) = (self.find(one), self.find(other));
        if one == other {
            return None;
        }
        let (older, younger) = (one.min(other), one.max(other));
        self.parents[younger as usize] = older;
        self.next.swap(older as usize, younger as usize);
        Some((younger, older))
    }

    /// The members of the part that `number` is in, `number` first, in no other order.
    pub(super) fn members(&self, number: u32) -> impl Iterator<Item = u32> + '_ {
        let mut at = Some(number);
        std::iter::from_fn(move || {
            let here = at?;
            let next = self.next[here as usize];
            at = (next != number).then_some(next);
            Some(here)
        })
    }

    /// Takes parts apart. `members` must be all members of each part that any of them is in.
    pub(super) fn part(&mut self, members: &[u32]) {
        for number in members {
            self.parents[*number as usize] = *number;
            self.next[*number as usize] = *number;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn members_and_founders_are_those_of_a_naive_partition(
            unions in prop::collection::vec((0_u32..30, 0_u32..30), 0..40)
        ) {
            let mut partition = Partition::default();
            (0..30).for_each(|number| partition.push(number));
            let mut naive: Vec<u32> = (0..30).collect();
            for (one, other) in unions {
                partition.union(one, other);
                let (a, b) = (naive[one as usize], naive[other as usize]);
                naive.iter_mut().filter(|f| **f == a || **f == b).for_each(|f| *f = a.min(b));
            }
            let again = Partition::from_parents(partition.parents().to_vec()).unwrap();
            for number in 0..30 {
                let founder = naive[number as usize];
                prop_assert_eq!(partition.founder(number), founder);
                let whole: Vec<u32> = (0..30).filter(|n| naive[*n as usize] == founder).collect();
                for partition in [&partition, &again] {
                    let mut members: Vec<u32> = partition.members(number).collect();
                    members.sort_unstable();
                    prop_assert_eq!(&members, &whole);
                }
            }
        }
    }
}
