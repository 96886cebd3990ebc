//! Windows over transfers as they arrive: late, twice, corrected and taken back ones included.

mod arena;

use std::collections::{BTreeMap, VecDeque};

use crate::event::{Change, Event};
use crate::window::{Measures, Plan, Sweep};
use arena::{Arena, Block, EVENTS_MAX};

/// How many corrections are remembered at once, so that what they replace does not come back late;
/// beyond it the oldest are forgotten.
pub const CORRECTIONS_MAX: usize = 1 << 20;

/// The recent events of every account, and the windows over them.
///
/// Small accounts are only their events, 28 bytes each, in blocks of powers of two; their windows
/// are measured anew at each transfer, which touches no other memory. An account with more events
/// than a block holds keeps its windows open.
#[derive(Debug)]
pub struct Live {
    plan: Plan,
    /// How long before an account's newest event its events are kept.
    keep_millis: i64,
    accounts: Vec<Block>,
    arena: Arena,
    large: BTreeMap<u32, Box<Large>>,
    versions: BTreeMap<(u32, u32), u32>,
    versions_by_age: VecDeque<(u32, u32)>,
    scratch: Vec<Event>,
    sweep: Sweep,
}

/// An account whose windows stay open.
#[derive(Debug, Default)]
struct Large {
    events: Vec<Event>,
    sweep: Sweep,
}

/// What came of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It holds now. So many rows were measured: its own, those of the same time and those after.
    Measured(usize),
    /// This row was there in this or a later version: nothing changed.
    Known,
    /// It is older than the account's newest event by more than is kept: nothing changed. Replay
    /// the book to have it counted.
    TooLate,
}

impl Live {
    /// Measures the windows of `plan`, and takes in transfers that come up to `late_millis` after
    /// a later one of the same account.
    pub fn new(plan: Plan, late_millis: i64) -> Self {
        let keep_millis = plan.reach_millis().saturating_add(late_millis.max(0));
        Self {
            plan,
            keep_millis,
            accounts: Vec::new(),
            arena: Arena::default(),
            large: BTreeMap::new(),
            versions: BTreeMap::new(),
            versions_by_age: VecDeque::new(),
            scratch: Vec::new(),
            sweep: Sweep::default(),
        }
    }

    /// The windows.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Takes one change in, and measures every row whose windows it can have changed: `visit` is
    /// called for each in order of time, so for a new transfer that is not late with the rows of
    /// its moment alone. A transfer that is then not released is taken back by a reversal.
    pub fn apply(&mut self, change: Change, visit: impl FnMut(&Event, &Measures<'_>)) -> Applied {
        let Some(replaced) = self.version(&change) else {
            return Applied::Known;
        };
        let account = change.account;
        let place = account as usize;
        if place >= self.accounts.len() {
            self.accounts.resize(place + 1, Block::NONE);
        }
        let block = self.accounts[place];
        if block == Block::LARGE {
            let large = self.large.entry(account).or_default();
            return large.apply(&self.plan, self.keep_millis, &change, replaced, visit);
        }
        let events = &mut self.scratch;
        self.arena.read(block, account, events);
        let from = match change_events(events, self.keep_millis, &change, replaced) {
            Ok(from) => from,
            Err(applied) => return applied,
        };
        expire(events, self.keep_millis);
        if events.len() > EVENTS_MAX {
            self.arena.free(block);
            self.accounts[place] = Block::LARGE;
            let mut large = Large {
                events: events.clone(),
                sweep: Sweep::default(),
            };
            let measured = large.measure(&self.plan, from, visit);
            self.large.insert(account, Box::new(large));
            return Applied::Measured(measured);
        }
        self.accounts[place] = self.arena.write(block, events);
        self.sweep.start();
        Applied::Measured(measure(&mut self.sweep, &self.plan, events, from, visit))
    }

    /// Whether the change is news, and whether an earlier version of its row may be there.
    fn version(&mut self, change: &Change) -> Option<bool> {
        let key = (change.account, change.row);
        if change.version == 0 && self.versions.is_empty() {
            return Some(false);
        }
        let held = self.versions.get(&key).copied().unwrap_or_default();
        if change.version == 0 {
            return (held == 0).then_some(false);
        }
        if change.version <= held {
            return None;
        }
        if self.versions.insert(key, change.version).is_none() {
            self.versions_by_age.push_back(key);
        }
        if self.versions_by_age.len() > CORRECTIONS_MAX
            && let Some(oldest) = self.versions_by_age.pop_front()
        {
            self.versions.remove(&oldest);
        }
        Some(true)
    }
}

impl Large {
    fn apply(
        &mut self,
        plan: &Plan,
        keep_millis: i64,
        change: &Change,
        replaced: bool,
        visit: impl FnMut(&Event, &Measures<'_>),
    ) -> Applied {
        let last = self.events.last().map(|event| event.time_millis);
        let from = match change_events(&mut self.events, keep_millis, change, replaced) {
            Ok(from) => from,
            Err(applied) => return applied,
        };
        let newest = change.event.filter(|_| !replaced);
        let in_order =
            newest.is_some_and(|event| last.is_some_and(|last| event.time_millis > last));
        // Dropping from the front closes the windows, so it waits until it halves the account.
        let dead = dead(&self.events, keep_millis);
        if dead * 2 > self.events.len() || !in_order {
            self.events.drain(..dead);
            self.sweep.start();
        }
        let from = from.min(newest.map_or(from, |event| event.time_millis));
        Applied::Measured(self.measure(plan, from, visit))
    }

    fn measure(
        &mut self,
        plan: &Plan,
        from: i64,
        visit: impl FnMut(&Event, &Measures<'_>),
    ) -> usize {
        measure(&mut self.sweep, plan, &self.events, from, visit)
    }
}

/// Measures the rows from the moment `from` on; how many there were.
fn measure(
    sweep: &mut Sweep,
    plan: &Plan,
    events: &[Event],
    from: i64,
    mut visit: impl FnMut(&Event, &Measures<'_>),
) -> usize {
    let changed = events.partition_point(|event| event.time_millis < from);
    let changed = &events[changed..];
    for moment in changed.chunk_by(|one, next| one.time_millis == next.time_millis) {
        sweep.advance(plan, events, moment[0].time_millis);
        for event in moment {
            visit(event, &sweep.measures(plan, events, event.marks.place()));
        }
    }
    changed.len()
}

/// Brings a change into the events of its account; gives the first moment that it touches.
fn change_events(
    events: &mut Vec<Event>,
    keep_millis: i64,
    change: &Change,
    replaced: bool,
) -> Result<i64, Applied> {
    let mut from = i64::MAX;
    let newest = events.last().map_or(i64::MIN, |event| event.time_millis);
    let horizon = newest.saturating_sub(keep_millis);
    let fits = |event: &Event| event.time_millis >= horizon;
    if replaced && let Some(at) = events.iter().rposition(|held| held.row == change.row) {
        from = events.remove(at).time_millis;
    }
    let Some(event) = change.event else {
        return Ok(from);
    };
    if !fits(&event) {
        return if from == i64::MAX {
            Err(Applied::TooLate)
        } else {
            Ok(from)
        };
    }
    let key = (event.time_millis, event.row);
    let at = events.partition_point(|held| (held.time_millis, held.row) < key);
    if events
        .get(at)
        .is_some_and(|held| (held.time_millis, held.row) == key)
    {
        return Err(Applied::Known);
    }
    events.insert(at, event);
    Ok(from.min(event.time_millis))
}

/// How many events at the front no window can reach any more.
fn dead(events: &[Event], keep_millis: i64) -> usize {
    let newest = events.last().map_or(i64::MIN, |event| event.time_millis);
    let horizon = newest.saturating_sub(keep_millis);
    events.partition_point(|event| event.time_millis < horizon)
}

fn expire(events: &mut Vec<Event>, keep_millis: i64) {
    let dead = dead(events, keep_millis);
    events.drain(..dead);
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
