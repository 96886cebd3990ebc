//! The recent payments of each account in one direction, and how many accounts they are with.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A payment from one account's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Neighbour {
    pub(super) time_millis: i64,
    pub(super) amount: i64,
    pub(super) other: u32,
}

/// The payments of all accounts, those of each in order of time.
#[derive(Debug, Default)]
pub(super) struct Neighbours(Vec<Recent>);

#[derive(Debug, Default)]
struct Recent {
    all: Vec<Neighbour>,
    /// From here on they are kept.
    kept: usize,
    /// From here on they are in the window of fans.
    fan: usize,
    fan_sum: i128,
    /// Up to here they were added to the sum.
    summed: usize,
}

impl Neighbours {
    pub(super) fn grow(&mut self, accounts: usize) {
        self.0.resize_with(accounts, Recent::default);
    }

    /// Adds the newest payment of an account, and drops its payments before `oldest`.
    pub(super) fn push(&mut self, account: u32, neighbour: Neighbour, oldest: i64) {
        let recent = &mut self.0[account as usize];
        recent.all.push(neighbour);
        let kept = &recent.all[recent.kept..];
        recent.kept += kept.partition_point(|one| one.time_millis < oldest);
        // What left the fans is as old as what is dropped, or older.
        let dead = recent.kept.min(recent.fan);
        if dead * 2 > recent.all.len() {
            recent.all.drain(..dead);
            recent.kept -= dead;
            recent.fan -= dead;
            recent.summed -= dead;
        }
    }

    /// The payments of an account from `oldest` on.
    pub(super) fn since(&self, account: u32, oldest: i64) -> &[Neighbour] {
        let Some(recent) = self.0.get(account as usize) else {
            return &[];
        };
        let kept = &recent.all[recent.kept..];
        &kept[kept.partition_point(|one| one.time_millis < oldest)..]
    }

    /// Slides the window of fans to `oldest`, telling each that leaves it; how many payments are
    /// in it, and their sum.
    pub(super) fn fan(
        &mut self,
        account: u32,
        oldest: i64,
        mut leaves: impl FnMut(u32),
    ) -> (u32, i128) {
        let recent = &mut self.0[account as usize];
        for one in &recent.all[recent.summed..] {
            recent.fan_sum += i128::from(one.amount);
        }
        recent.summed = recent.all.len();
        while let Some(one) = recent.all.get(recent.fan)
            && one.time_millis < oldest
        {
            recent.fan_sum -= i128::from(one.amount);
            leaves(one.other);
            recent.fan += 1;
        }
        let held = recent.all.len() - recent.fan;
        (u32::try_from(held).unwrap_or(u32::MAX), recent.fan_sum)
    }
}

/// The direction of a fan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fan {
    Out,
    In,
}

/// How many payments each pair of accounts has in the window of fans.
#[derive(Debug, Default)]
pub(super) struct Fans {
    pairs: [HashMap<u64, u32, BuildHasherDefault<Mix>>; 2],
    sizes: [Vec<u32>; 2],
}

impl Fans {
    pub(super) fn add(&mut self, fan: Fan, account: u32, other: u32) {
        let sizes = &mut self.sizes[fan as usize];
        if account as usize >= sizes.len() {
            sizes.resize(account as usize + 1, 0);
        }
        let pairs = self.pairs[fan as usize].entry(pair(account, other));
        let pairs = pairs.or_default();
        *pairs += 1;
        sizes[account as usize] += u32::from(*pairs == 1);
    }

    pub(super) fn remove(&mut self, fan: Fan, account: u32, other: u32) {
        let pair = pair(account, other);
        let pairs = &mut self.pairs[fan as usize];
        let Some(held) = pairs.get_mut(&pair) else {
            return;
        };
        *held -= 1;
        if *held == 0 {
            pairs.remove(&pair);
            self.sizes[fan as usize][account as usize] -= 1;
        }
    }

    pub(super) fn of(&self, fan: Fan, account: u32) -> u32 {
        let size = self.sizes[fan as usize].get(account as usize);
        size.copied().unwrap_or_default()
    }
}

fn pair(account: u32, other: u32) -> u64 {
    u64::from(account) << 32 | u64::from(other)
}

/// Mixes one pair. Whoever can choose account numbers is the reader of the book, not its writers.
#[derive(Debug, Default)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        // A multiplication and a fold, twice: the table takes both ends of the result.
        let product = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let product = (product ^ product >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
        self.0 = product ^ product >> 32;
    }
}
