//! Which accounts of live transfers the reports of other doors name, kept up with the reports.

use std::collections::{HashMap, HashSet};

use model::{Door, Timestamp};
use store::Blind;

use super::known::AccountKeys;
use crate::intake::IntakeError;
use crate::station::{Core, Station};

/// How long after a look at the reports the next one may wait.
const STALE_MILLIS: i64 = 10_000;
/// Reports whose mentions are read at a time.
const STEPS_PER_READ: i64 = 2_000;

/// What identifies accounts and what reports name, by the beginnings of their keyed digests: two
/// of a hundred million are alike by chance once in three thousand houses.
#[derive(Debug, Default)]
pub(super) struct LiveKnown {
    accounts: HashMap<u64, u32>,
    named: HashSet<u64>,
    /// The last step of tying that was read.
    step: i64,
    read_at: Option<Timestamp>,
}

impl LiveKnown {
    /// Takes in a new account; says whether reports name it.
    pub(super) fn meet(&mut self, account: u32, name: &str, keys: &AccountKeys<'_>) -> bool {
        let mut known = false;
        for blind in keys.of(name) {
            let key = beginning(&blind);
            self.accounts.insert(key, account);
            known |= self.named.contains(&key);
        }
        known
    }

    /// Takes in what reports name; gives the accounts among it.
    fn take(&mut self, named: &[Blind]) -> Vec<u32> {
        let mut known = Vec::new();
        for blind in named {
            let key = beginning(blind);
            if self.named.insert(key) {
                known.extend(self.accounts.get(&key));
            }
        }
        known
    }
}

fn beginning(blind: &Blind) -> u64 {
    let (first, _) = blind.0.split_first_chunk().unwrap_or((&[0; 8], &[]));
    u64::from_le_bytes(*first)
}

impl Station {
    /// Reads what reports have come to name, if that was not done just now.
    pub(super) async fn follow_reports(&self) -> Result<(), IntakeError> {
        let (core, now) = (self.core(), self.now());
        loop {
            let after = {
                let mut state = core.live_book.lock();
                let known = &mut state.known;
                let is_fresh = |read_at| (0..STALE_MILLIS).contains(&now.millis_since(read_at));
                if known.read_at.is_some_and(is_fresh) {
                    return Ok(());
                }
                known.step
            };
            let (step, named) = core
                .store
                .ties_of_steps(Door::Payments, after, STEPS_PER_READ)
                .await?;
            take(core, after, step, &named, now);
        }
    }
}

/// Takes in the mentions of the steps between `after` and `step`, unless another call did.
fn take(core: &Core, after: i64, step: i64, named: &[Blind], now: Timestamp) {
    let mut state = core.live_book.lock();
    if state.known.step != after {
        return;
    }
    for account in state.known.take(named) {
        state.acquaintances.know(account);
    }
    state.known.step = step;
    if step - after < STEPS_PER_READ {
        state.known.read_at = Some(now);
    }
}
