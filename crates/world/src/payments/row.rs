//! A row of the book.

use std::fmt;

pub use model::{Channel, Merchant, Relation};

use super::places::{Country, Currency};
use super::words::Reference;

/// An account, numbered from 0; the numbers tell nothing about who holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Account(pub u32);

impl fmt::Display for Account {
    /// `A000004711`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "A{:09}", self.0)
    }
}

/// A payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Row {
    /// Counted from 1, in order of time.
    pub id: u64,
    /// When, in milliseconds since 1970 in UTC.
    pub time_millis: i64,
    /// Who pays.
    pub sender: Account,
    /// Who is paid.
    pub receiver: Account,
    /// How much, in minor units of the currency; at least 1.
    pub amount_minor: i64,
    /// The sender's.
    pub currency: Currency,
    /// Where the sender's account is.
    pub sender_country: Country,
    /// Where the receiver is.
    pub receiver_country: Country,
    /// How it moves.
    pub channel: Channel,
    /// What was written.
    pub reference: Reference,
    /// What the receiver sells, if that is known.
    pub merchant: Option<Merchant>,
    /// What the sender told the house about the receiver, true or not.
    pub relation: Option<Relation>,
}
