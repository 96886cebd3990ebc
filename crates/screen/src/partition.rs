//! Bringing the events of each account together, in order of time, without a sort of the whole.
//!
//! One pass deals events out to partitions by the low bits of the account, in chunks that are never
//! moved; a partition fits a cache and is ordered there. Partitions share nothing, so that each can
//! be worked on by a thread of its own.

use crate::event::Event;

/// How many events a chunk holds: 16 KiB, so that growing never copies and no page is left half
/// used for long.
const CHUNK_EVENTS: usize = 512;
/// The most partitions: more streams than this miss the translation buffer at each write.
const PARTITIONS_MAX: usize = 2048;
/// The events of a partition that fit the second-level cache twice over, before and after ordering.
const PARTITION_EVENTS: usize = 8192;

/// Deals events out to partitions.
#[derive(Debug)]
pub struct Partitioner {
    bits: u32,
    open: Vec<Vec<Event>>,
    full: Vec<Vec<Vec<Event>>>,
}

impl Partitioner {
    /// For about so many events. A wrong number costs time, never a result.
    pub fn new(events: usize) -> Self {
        let wanted = events / PARTITION_EVENTS;
        let partitions = wanted.clamp(1, PARTITIONS_MAX).next_power_of_two();
        Self {
            bits: partitions.trailing_zeros(),
            open: (0..partitions).map(|_| Vec::new()).collect(),
            full: (0..partitions).map(|_| Vec::new()).collect(),
        }
    }

    /// Takes one event.
    #[inline]
    pub fn push(&mut self, event: Event) {
        let partition = event.account as usize & (self.open.len() - 1);
        let open = &mut self.open[partition];
        if open.len() == open.capacity() {
            let chunk = std::mem::replace(open, Vec::with_capacity(CHUNK_EVENTS));
            if !chunk.is_empty() {
                self.full[partition].push(chunk);
            }
        }
        open.push(event);
    }

    /// Takes the events of another one behind its own: two readers of the halves of a book deal out
    /// at once, and the order of arrival is kept.
    pub fn append(&mut self, later: Self) {
        if later.bits != self.bits {
            for partition in later.finish() {
                for event in partition.chunks.into_iter().flatten() {
                    self.push(event);
                }
            }
            return;
        }
        let later = later.full.into_iter().zip(later.open);
        for (at, (full, open)) in later.enumerate() {
            let own = std::mem::replace(&mut self.open[at], open);
            self.full[at].push(own);
            self.full[at].extend(full);
        }
    }

    /// The partitions, each with all events of its accounts.
    pub fn finish(self) -> Vec<Partition> {
        let bits = self.bits;
        let chunks = self.full.into_iter().zip(self.open);
        chunks
            .map(|(mut chunks, open)| {
                chunks.push(open);
                Partition { bits, chunks }
            })
            .collect()
    }
}

/// All events of some accounts, in the order they came.
#[derive(Debug)]
pub struct Partition {
    /// The low bits of the account that all its events share.
    bits: u32,
    chunks: Vec<Vec<Event>>,
}

impl Partition {
    /// How many events it holds.
    pub fn len(&self) -> usize {
        self.chunks.iter().map(Vec::len).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its events by account, time and row.
    pub fn order(self) -> Ordered {
        let mut ordered = Ordered::default();
        self.order_into(&mut ordered);
        ordered
    }

    /// As [`Self::order`], into memory that an earlier partition left.
    pub fn order_into(self, ordered: &mut Ordered) {
        let events = &mut ordered.events;
        events.clear();
        let all = || self.chunks.iter().flatten();
        let slot = |event: &Event| (event.account >> self.bits) as usize;
        let slots = all().map(slot).max().map_or(0, |highest| highest + 1);
        if slots > self.len().saturating_mul(SPARSE) {
            events.extend(all());
            events.sort_unstable();
            return;
        }
        // Counting sort by account: it keeps the order of arrival, which mostly is that of time.
        let ends = &mut ordered.ends;
        ends.clear();
        ends.resize(slots + 1, 0);
        for event in all() {
            ends[slot(event) + 1] += 1;
        }
        for at in 1..ends.len() {
            ends[at] += ends[at - 1];
        }
        events.resize(self.len(), NOBODY);
        for event in all() {
            let end = &mut ends[slot(event)];
            events[*end as usize] = *event;
            *end += 1;
        }
        for account in events.chunk_by_mut(|one, next| one.account == next.account) {
            if !account.is_sorted() {
                account.sort_unstable();
            }
        }
    }
}

/// Accounts of a partition may be numbered so many times sparser than its events before counting
/// costs more than comparing.
const SPARSE: usize = 8;

/// Fills memory that is about to be written.
const NOBODY: Event = Event {
    time_millis: 0,
    amount: 0,
    account: 0,
    counterparty: 0,
    row: 0,
    marks: crate::event::Marks::NONE,
};

/// Events by account, time and row.
#[derive(Debug, Default)]
pub struct Ordered {
    events: Vec<Event>,
    ends: Vec<u32>,
}

impl Ordered {
    /// Orders events that are already together.
    pub fn of(mut events: Vec<Event>) -> Self {
        events.sort_unstable();
        Self {
            events,
            ends: Vec::new(),
        }
    }

    /// All events.
    pub fn events(&self) -> &[Event] {
        &self.events
    }

    /// The events of each account, in order of time.
    pub fn accounts(&self) -> impl Iterator<Item = &[Event]> {
        self.events
            .chunk_by(|one, next| one.account == next.account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Marks;
    use proptest::prelude::*;

    fn event(account: u32, time_millis: i64, row: u32) -> Event {
        Event {
            time_millis,
            amount: 1,
            account,
            counterparty: 0,
            row,
            marks: Marks::NONE,
        }
    }

    fn accounts() -> impl Strategy<Value = u32> {
        prop_oneof![0_u32..40, any::<u32>()]
    }

    proptest! {
        #[test]
        fn partitions_hold_every_event_once_in_order(
            keys in prop::collection::vec((accounts(), -9_i64..9), 0..300),
            expected in 0_usize..1_000_000,
            later_expected in prop_oneof![Just(1_usize), 0_usize..1_000_000],
            split in 0_usize..300,
        ) {
            let rows = keys.iter().zip(0..);
            let events = rows.map(|((account, time), row)| event(*account, *time, row));
            let events: Vec<Event> = events.collect();
            let mut partitioner = Partitioner::new(expected);
            let mut later = Partitioner::new(later_expected);
            for (event, number) in events.iter().zip(0_usize..) {
                let into = if number < split { &mut partitioner } else { &mut later };
                into.push(*event);
            }
            partitioner.append(later);
            let mut ordered = Ordered::default();
            let mut all = Vec::new();
            for partition in partitioner.finish() {
                partition.order_into(&mut ordered);
                prop_assert!(ordered.events().is_sorted());
                all.extend_from_slice(ordered.events());
            }
            all.sort_unstable();
            prop_assert_eq!(all, Ordered::of(events).events);
        }
    }
}
