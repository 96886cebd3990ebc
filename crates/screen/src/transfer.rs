//! A transfer as a row of a book, and books in columns.

pub use model::Channel;
use model::{Country, Currency};

use crate::money::Money;

/// What else a book tells of a row, each yes or unsaid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Flags(u32);

/// Each flag: its name, and the attribute of a person that it tells, if it does.
const FLAGS: [(&str, Option<&str>); 19] = [
    ("family", None),
    ("purpose", None),
    ("handle", None),
    ("anonymiser", None),
    ("recording", None),
    ("stream_tokens", None),
    ("travel", None),
    ("lodging", None),
    ("cash_abroad", None),
    ("jewellery", None),
    ("exchange", None),
    ("mixer", None),
    ("privacy_coin", None),
    ("known", None),
    ("known_hop", None),
    ("new_payee", None),
    ("teen", Some("age")),
    ("recipient_group", Some("gender")),
    ("profile", Some("age and gender")),
];

impl Flags {
    /// Nothing is said.
    pub const NONE: Self = Self(0);
    /// Sender and receiver are family, as the sender's records show.
    pub const FAMILY: Self = Self(1);
    /// The purpose is in the policy's list of purposes that are given as a cover.
    pub const PURPOSE: Self = Self(1 << 1);
    /// The payment reference names a social handle or messenger.
    pub const HANDLE: Self = Self(1 << 2);
    /// Bought: anonymising, encrypting or trace-clearing software.
    pub const ANONYMISER: Self = Self(1 << 3);
    /// Bought: software that records video or spies on devices.
    pub const RECORDING: Self = Self(1 << 4);
    /// Bought: webcam or live-stream tokens.
    pub const STREAM_TOKENS: Self = Self(1 << 5);
    /// Bought: a ticket to the receiver's country.
    pub const TRAVEL: Self = Self(1 << 6);
    /// Bought: lodging there.
    pub const LODGING: Self = Self(1 << 7);
    /// Cash drawn there.
    pub const CASH_ABROAD: Self = Self(1 << 8);
    /// Bought there: jewellery.
    pub const JEWELLERY: Self = Self(1 << 9);
    /// To an instant exchange of virtual assets.
    pub const EXCHANGE: Self = Self(1 << 10);
    /// To a mixer.
    pub const MIXER: Self = Self(1 << 11);
    /// Into a privacy coin.
    pub const PRIVACY_COIN: Self = Self(1 << 12);
    /// The other side stands in a case or report.
    pub const KNOWN: Self = Self(1 << 13);
    /// The other side has dealt with somebody who does.
    pub const KNOWN_HOP: Self = Self(1 << 14);
    /// The first payment to this receiver.
    pub const NEW_PAYEE: Self = Self(1 << 15);
    /// The account holder is in the age band of a policy that two persons switched on.
    pub const TEEN: Self = Self(1 << 16);
    /// The recipients are of one group, for a policy that two persons switched on.
    pub const RECIPIENT_GROUP: Self = Self(1 << 17);
    /// The sender fits a profile, for a policy that two persons switched on.
    pub const PROFILE: Self = Self(1 << 18);

    /// Reads one flag's name.
    pub fn parse(name: &str) -> Option<Self> {
        let at = FLAGS.iter().position(|(known, _)| *known == name)?;
        Some(Self(1 << at))
    }

    /// All names.
    pub fn names() -> impl Iterator<Item = &'static str> {
        FLAGS.into_iter().map(|(name, _)| name)
    }

    /// Which attribute of a person any of these flags tells: age, gender.
    pub fn attribute(self) -> Option<&'static str> {
        let mut set = FLAGS
            .iter()
            .enumerate()
            .filter(|(at, _)| self.0 >> at & 1 == 1);
        set.find_map(|(_, (_, attribute))| *attribute)
    }

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether all of `wanted` are set.
    pub const fn has(self, wanted: Self) -> bool {
        self.0 & wanted.0 == wanted.0
    }

    /// Whether any of `wanted` is set.
    pub const fn any(self, wanted: Self) -> bool {
        self.0 & wanted.0 != 0
    }
}

/// One row of a book. Accounts are numbered by whoever reads the book, from 0, densely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Transfer {
    /// When, in milliseconds since 1970 in UTC.
    pub time_millis: i64,
    /// Who pays.
    pub sender: u32,
    /// Who is paid.
    pub receiver: u32,
    /// How much, in the currency of the instruction.
    pub amount: Money,
    /// Where the sender is.
    pub sender_country: Country,
    /// Where the receiver is.
    pub receiver_country: Country,
    /// How it moves.
    pub channel: Channel,
    /// What else is told.
    pub flags: Flags,
}

/// Transfers in columns, 35 bytes a row.
#[derive(Debug, Default, Clone)]
pub struct Book {
    times: Vec<i64>,
    senders: Vec<u32>,
    receivers: Vec<u32>,
    minors: Vec<i64>,
    currencies: Vec<Currency>,
    sender_countries: Vec<Country>,
    receiver_countries: Vec<Country>,
    channels: Vec<Channel>,
    flags: Vec<Flags>,
}

impl Book {
    /// The most rows: their numbers have 32 bits.
    pub const ROWS_MAX: usize = u32::MAX as usize;

    /// Room for so many rows.
    pub fn with_capacity(rows: usize) -> Self {
        Self {
            times: Vec::with_capacity(rows),
            senders: Vec::with_capacity(rows),
            receivers: Vec::with_capacity(rows),
            minors: Vec::with_capacity(rows),
            currencies: Vec::with_capacity(rows),
            sender_countries: Vec::with_capacity(rows),
            receiver_countries: Vec::with_capacity(rows),
            channels: Vec::with_capacity(rows),
            flags: Vec::with_capacity(rows),
        }
    }

    /// Takes a row and gives its number; `None` when there are [`Self::ROWS_MAX`] already.
    pub fn push(&mut self, transfer: &Transfer) -> Option<u32> {
        let row = u32::try_from(self.len())
            .ok()
            .filter(|row| *row < u32::MAX)?;
        self.times.push(transfer.time_millis);
        self.senders.push(transfer.sender);
        self.receivers.push(transfer.receiver);
        self.minors.push(transfer.amount.minor);
        self.currencies.push(transfer.amount.currency);
        self.sender_countries.push(transfer.sender_country);
        self.receiver_countries.push(transfer.receiver_country);
        self.channels.push(transfer.channel);
        self.flags.push(transfer.flags);
        Some(row)
    }

    /// How many rows.
    pub const fn len(&self) -> usize {
        self.times.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A row.
    #[inline]
    pub fn get(&self, row: u32) -> Option<Transfer> {
        let at = row as usize;
        Some(Transfer {
            time_millis: *self.times.get(at)?,
            sender: *self.senders.get(at)?,
            receiver: *self.receivers.get(at)?,
            amount: Money {
                minor: *self.minors.get(at)?,
                currency: *self.currencies.get(at)?,
            },
            sender_country: *self.sender_countries.get(at)?,
            receiver_country: *self.receiver_countries.get(at)?,
            channel: *self.channels.get(at)?,
            flags: *self.flags.get(at)?,
        })
    }

    /// All rows with their numbers.
    pub fn rows(&self) -> impl Iterator<Item = (u32, Transfer)> {
        (0..u32::MAX).map_while(|row| Some((row, self.get(row)?)))
    }

    /// Says that a row's other side is known from a case or report.
    pub fn mark(&mut self, row: u32, flags: Flags) {
        if let Some(held) = self.flags.get_mut(row as usize) {
            *held = held.and(flags);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for channel in Channel::ALL {
            assert_eq!(Channel::parse(channel.name()), Some(channel));
        }
        let all = Flags::names().filter_map(Flags::parse);
        let all: Vec<Flags> = all.collect();
        assert_eq!(all.len(), FLAGS.len());
        assert_eq!(all[0], Flags::FAMILY);
        assert_eq!(all[15], Flags::NEW_PAYEE);
        assert_eq!(all[16], Flags::TEEN);
        assert_eq!(all[18], Flags::PROFILE);
        let told = all.iter().filter(|flag| flag.attribute().is_some());
        assert_eq!(told.count(), 3);
        assert_eq!(Flags::TEEN.and(Flags::FAMILY).attribute(), Some("age"));
        assert_eq!(Flags::parse("rich"), None);
    }
}
