//! The events of many small accounts, packed, in blocks of powers of two.

use crate::event::{Event, Marks};

/// The most events of one block.
pub(super) const EVENTS_MAX: usize = 1 << (CLASSES - 1);
/// Blocks hold 1, 2, 4, … events.
const CLASSES: usize = 9;

/// Where an account's events are: eight bytes for each of millions of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Block {
    number: u32,
    len: u16,
    class: u16,
}

impl Block {
    /// No events.
    pub(super) const NONE: Self = Self {
        number: 0,
        len: 0,
        class: 0,
    };
    /// The account's events are not here: they have outgrown every block.
    pub(super) const LARGE: Self = Self {
        number: 0,
        len: 0,
        class: u16::MAX,
    };
}

/// An event without its account, in 28 bytes.
#[derive(Debug, Clone, Copy)]
struct Packed {
    time: [u32; 2],
    amount: [u32; 2],
    counterparty: u32,
    row: u32,
    marks: Marks,
}

impl Packed {
    const EMPTY: Self = Self {
        time: [0; 2],
        amount: [0; 2],
        counterparty: 0,
        row: 0,
        marks: Marks::NONE,
    };

    fn of(event: &Event) -> Self {
        Self {
            time: halves(event.time_millis),
            amount: halves(event.amount),
            counterparty: event.counterparty,
            row: event.row,
            marks: event.marks,
        }
    }

    fn event(&self, account: u32) -> Event {
        Event {
            time_millis: whole(self.time),
            amount: whole(self.amount),
            account,
            counterparty: self.counterparty,
            row: self.row,
            marks: self.marks,
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the bits are taken apart, and put together again by `whole`"
)]
const fn halves(value: i64) -> [u32; 2] {
    [value as u32, (value >> 32) as u32]
}

const fn whole([low, high]: [u32; 2]) -> i64 {
    (high as u64).wrapping_shl(32).cast_signed() | low as i64
}

/// All blocks, by class.
#[derive(Debug, Default)]
pub(super) struct Arena {
    pools: [Vec<Packed>; CLASSES],
    free: [Vec<u32>; CLASSES],
}

impl Arena {
    /// The events of a block, into `events`.
    pub(super) fn read(&self, block: Block, account: u32, events: &mut Vec<Event>) {
        events.clear();
        let start = (block.number as usize) << block.class;
        let pool = &self.pools[usize::from(block.class)];
        let held = pool.get(start..start + usize::from(block.len));
        let held = held.unwrap_or_default().iter();
        events.extend(held.map(|packed| packed.event(account)));
    }

    /// Writes at most [`EVENTS_MAX`] events over those of `block`, into a block that fits them.
    pub(super) fn write(&mut self, block: Block, events: &[Event]) -> Block {
        let Ok(len) = u16::try_from(events.len()) else {
            return block;
        };
        if len == 0 {
            self.free(block);
            return Block::NONE;
        }
        let class = events.len().next_power_of_two().trailing_zeros();
        let class = u16::try_from(class).unwrap_or_default();
        let number = if block.len > 0 && block.class == class {
            block.number
        } else {
            self.free(block);
            self.take(class)
        };
        let start = (number as usize) << class;
        let pool = &mut self.pools[usize::from(class)];
        for (packed, event) in pool[start..].iter_mut().zip(events) {
            *packed = Packed::of(event);
        }
        Block { number, len, class }
    }

    /// Gives a block back.
    pub(super) fn free(&mut self, block: Block) {
        if block.len > 0 {
            self.free[usize::from(block.class)].push(block.number);
        }
    }

    fn take(&mut self, class: u16) -> u32 {
        let place = usize::from(class);
        if let Some(number) = self.free[place].pop() {
            return number;
        }
        let pool = &mut self.pools[place];
        let number = pool.len() >> class;
        pool.resize(pool.len() + (1 << class), Packed::EMPTY);
        u32::try_from(number).unwrap_or(u32::MAX)
    }
}
