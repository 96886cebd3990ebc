//! A row of the book.

use std::fmt;

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

/// How money moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// From bank to bank.
    Bank,
    /// A payment card.
    Card,
    /// A remitter.
    Remittance,
    /// From person to person by phone or app.
    PeerToPeer,
    /// An electronic wallet.
    Wallet,
    /// A provider of virtual assets.
    VirtualAsset,
    /// A gift card.
    GiftCard,
    /// A prepaid card.
    Prepaid,
    /// Cash.
    Cash,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 9] = [
        Self::Bank,
        Self::Card,
        Self::Remittance,
        Self::PeerToPeer,
        Self::Wallet,
        Self::VirtualAsset,
        Self::GiftCard,
        Self::Prepaid,
        Self::Cash,
    ];

    /// The name as books write it: `p2p`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bank => "bank",
            Self::Card => "card",
            Self::Remittance => "remittance",
            Self::PeerToPeer => "p2p",
            Self::Wallet => "wallet",
            Self::VirtualAsset => "virtual_asset",
            Self::GiftCard => "gift_card",
            Self::Prepaid => "prepaid",
            Self::Cash => "cash",
        }
    }
}

/// What a merchant sells, as far as a typology asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Merchant {
    /// Food, fuel, clothes, bills: whatever nobody asks for.
    Everyday,
    /// Games and their coins.
    Games,
    /// Anonymising, encrypting or trace-clearing software.
    Anonymiser,
    /// Software that records video or spies on devices.
    Recording,
    /// Tokens of live-stream sites.
    StreamTokens,
    /// Tickets.
    Travel,
    /// Hotels and rooms.
    Lodging,
    /// A cash machine.
    CashMachine,
    /// Jewellery.
    Jewellery,
    /// An exchange of virtual assets.
    Exchange,
    /// A mixer.
    Mixer,
    /// A shop for a privacy coin.
    PrivacyCoin,
}

impl Merchant {
    /// Every category.
    pub const ALL: [Self; 12] = [
        Self::Everyday,
        Self::Games,
        Self::Anonymiser,
        Self::Recording,
        Self::StreamTokens,
        Self::Travel,
        Self::Lodging,
        Self::CashMachine,
        Self::Jewellery,
        Self::Exchange,
        Self::Mixer,
        Self::PrivacyCoin,
    ];

    /// The name as books write it: `stream_tokens`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Everyday => "everyday",
            Self::Games => "games",
            Self::Anonymiser => "anonymiser",
            Self::Recording => "recording",
            Self::StreamTokens => "stream_tokens",
            Self::Travel => "travel",
            Self::Lodging => "lodging",
            Self::CashMachine => "cash_machine",
            Self::Jewellery => "jewellery",
            Self::Exchange => "exchange",
            Self::Mixer => "mixer",
            Self::PrivacyCoin => "privacy_coin",
        }
    }
}

/// What a sender said of a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// Family.
    Family,
    /// A friend.
    Friend,
    /// Work or trade.
    Business,
}

impl Relation {
    /// Every relation.
    pub const ALL: [Self; 3] = [Self::Family, Self::Friend, Self::Business];

    /// The name as books write it: `family`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Family => "family",
            Self::Friend => "friend",
            Self::Business => "business",
        }
    }
}
