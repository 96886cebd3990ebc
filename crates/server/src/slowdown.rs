//! Slows down addresses that send junk, and never refuses or delays a sender whose requests are
//! good.
//!
//! Only a request that was refused anyway waits; the wait grows with the refusals that the address
//! collected lately. Twenty senders behind one address are not each other's hostages.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::Timestamp;

/// Refusals an address may collect before it is slowed.
const FREE_REFUSALS: u32 = 20;
/// Each refusal is forgotten after this time.
const FORGET_MILLIS: i64 = 3_000;
/// The wait added by each refusal beyond the free ones.
const STEP_MILLIS: u64 = 25;
/// The longest wait.
const WAIT_MILLIS_MAX: u64 = 2_000;
/// Addresses remembered at most; beyond it the calmest are forgotten.
const ADDRESSES_MAX: usize = 10_000;

/// What each address did lately.
#[derive(Debug, Default)]
pub(crate) struct Slowdown {
    addresses: Mutex<HashMap<IpAddr, Bucket>>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    refusals: u32,
    since: Timestamp,
}

impl Bucket {
    fn leaked(self, now: Timestamp) -> Self {
        let forgotten = now.millis_since(self.since).max(0) / FORGET_MILLIS;
        let forgotten_count = u32::try_from(forgotten).unwrap_or(u32::MAX);
        Self {
            refusals: self.refusals.saturating_sub(forgotten_count),
            since: self.since.plus_millis(forgotten * FORGET_MILLIS),
        }
    }
}

impl Slowdown {
    /// Counts one refused request of `address` and says how long its answer has to wait.
    pub(crate) fn refused(&self, address: IpAddr, now: Timestamp) -> Duration {
        // A poisoned lock means a panic elsewhere; the counts in it are still only counts.
        let mut addresses = self
            .addresses
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if addresses.len() >= ADDRESSES_MAX && !addresses.contains_key(&address) {
            addresses.retain(|_, bucket| bucket.leaked(now).refusals > FREE_REFUSALS);
            if addresses.len() >= ADDRESSES_MAX {
                return Duration::from_millis(WAIT_MILLIS_MAX);
            }
        }
        let bucket = addresses.entry(address).or_insert(Bucket {
            refusals: 0,
            since: now,
        });
        *bucket = bucket.leaked(now);
        bucket.refusals = bucket.refusals.saturating_add(1);
        let beyond = u64::from(bucket.refusals.saturating_sub(FREE_REFUSALS));
        Duration::from_millis((beyond * STEP_MILLIS).min(WAIT_MILLIS_MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const JUNK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

    #[test]
    fn junk_is_slowed_and_forgiven() {
        let slowdown = Slowdown::default();
        let start = Timestamp::from_millis(0);
        for _ in 0..FREE_REFUSALS {
            assert_eq!(slowdown.refused(JUNK, start), Duration::ZERO);
        }
        assert_eq!(
            slowdown.refused(JUNK, start),
            Duration::from_millis(STEP_MILLIS)
        );
        let waits: Vec<_> = (0..1000).map(|_| slowdown.refused(JUNK, start)).collect();
        assert!(waits.is_sorted());
        assert_eq!(waits[999], Duration::from_millis(WAIT_MILLIS_MAX));
        let later = start.plus_millis(FORGET_MILLIS * 2_000);
        assert_eq!(slowdown.refused(JUNK, later), Duration::ZERO);
    }

    #[test]
    fn memory_is_bounded() {
        let slowdown = Slowdown::default();
        let addresses = u32::try_from(ADDRESSES_MAX).unwrap();
        for number in 0..addresses + 500 {
            slowdown.refused(IpAddr::V4(number.into()), Timestamp::from_millis(0));
        }
        assert!(slowdown.addresses.lock().unwrap().len() <= ADDRESSES_MAX);
    }
}
