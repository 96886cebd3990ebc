//! One event of one account: a transfer as the windows see it, from one of its two sides.

use std::cmp::Ordering;
use std::collections::BTreeMap;

/// What is known of a row before any window is: 24 bits whose meaning is the caller's, and a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Marks(u32);

impl Marks {
    /// How many bits there are.
    pub const BITS: u8 = 24;
    /// No bit, and place 0.
    pub const NONE: Self = Self(0);

    /// The mark with this number alone; `None` from [`Self::BITS`] on.
    pub const fn bit(number: u8) -> Option<Self> {
        if number < Self::BITS {
            Some(Self(1 << number))
        } else {
            None
        }
    }

    /// No bit, at a place: a country, a channel, whatever one counterparty count is kept apart by.
    pub const fn at(place: u8) -> Self {
        Self((place as u32) << Self::BITS)
    }

    /// The place.
    pub const fn place(self) -> u8 {
        (self.0 >> Self::BITS) as u8
    }

    /// The bits alone, without the place.
    pub const fn bits(self) -> u32 {
        self.0 & ((1 << Self::BITS) - 1)
    }

    /// The bits of both, at this one's place.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.bits())
    }

    /// Whether every bit of `wanted` is set.
    pub const fn has(self, wanted: Self) -> bool {
        self.0 & wanted.bits() == wanted.bits()
    }

    /// All 32 bits, to keep them.
    pub const fn raw(self) -> u32 {
        self.0
    }

    /// From what [`Self::raw`] gave.
    pub const fn from_raw(raw: u32) -> Self {
        Self(raw)
    }
}

/// A transfer seen from one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Event {
    /// When, in milliseconds since 1970 in UTC.
    pub time_millis: i64,
    /// How much, in whole units of one currency for all events.
    pub amount: i64,
    /// Whose event it is.
    pub account: u32,
    /// The other side.
    pub counterparty: u32,
    /// The number of its row; no two rows of a book share one.
    pub row: u32,
    /// What is known of the row.
    pub marks: Marks,
}

impl Event {
    const fn key(&self) -> (u32, i64, u32) {
        (self.account, self.time_millis, self.row)
    }
}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Event {
    /// By account, then time, then row; what is left only makes the order total.
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key()).then_with(|| {
            let rest = |event: &Self| (event.amount, event.counterparty, event.marks);
            rest(self).cmp(&rest(other))
        })
    }
}

/// What is now true of one row of one account.
///
/// Of several changes of a row the one with the highest version holds, in whatever order they
/// arrive; row, account and version together determine the rest. A correction that moves a
/// transfer to another account is two changes: a reversal here, a version there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// The account.
    pub account: u32,
    /// The row.
    pub row: u32,
    /// 0 for a transfer as first seen; higher for each correction.
    pub version: u32,
    /// What holds; `None` when the transfer was reversed.
    pub event: Option<Event>,
}

impl Change {
    /// A transfer as first seen.
    pub const fn new(event: Event) -> Self {
        Self {
            account: event.account,
            row: event.row,
            version: 0,
            event: Some(event),
        }
    }

    /// The transfer as it was corrected.
    pub const fn corrected(event: Event, version: u32) -> Self {
        Self {
            account: event.account,
            row: event.row,
            version,
            event: Some(event),
        }
    }

    /// The transfer was taken back.
    pub const fn reversed(account: u32, row: u32, version: u32) -> Self {
        Self {
            account,
            row,
            version,
            event: None,
        }
    }
}

/// The events that hold after all changes, by account and row.
pub fn settle(changes: impl IntoIterator<Item = Change>) -> Vec<Event> {
    let mut last: BTreeMap<(u32, u32), Change> = BTreeMap::new();
    for change in changes {
        let held = last.entry((change.account, change.row)).or_insert(change);
        if change.version > held.version {
            *held = change;
        }
    }
    last.into_values()
        .filter_map(|change| change.event)
        .collect()
}
