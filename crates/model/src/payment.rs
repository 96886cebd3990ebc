//! A payment as books and messages tell it, before accounts are numbered and screened.

use crate::{Country, Currency, Sensitive, Timestamp};

/// How money moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Channel {
    /// Not named.
    #[default]
    Unknown,
    /// From bank to bank.
    Bank,
    /// A payment card.
    Card,
    /// A remitter or money transmitter.
    Remittance,
    /// From person to person by phone or app.
    PeerToPeer,
    /// An electronic wallet.
    Wallet,
    /// A provider of virtual assets, or a chain.
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
    pub const ALL: [Self; 10] = [
        Self::Unknown,
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

    /// The name as written in policy and in books.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
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

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
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

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
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

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.name() == name)
    }
}

/// One side of a payment, as its source names it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PaymentSide {
    /// The account: IBAN, account number, wallet or chain address. Never empty.
    pub account: Sensitive<String>,
    /// The name, where the source gives one.
    pub name: Option<Sensitive<String>>,
    /// The institution's BIC or other code, where the source gives one.
    pub agent: Option<String>,
    /// Where this side is; [`Country::UNKNOWN`] if nothing says so.
    pub country: Country,
}

/// One payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// The source's id of it, once in a file; made from its place where the source gives none. It
    /// is the payer's own text in some formats.
    pub id: Sensitive<String>,
    /// When; midnight in UTC of the day if the source names a day alone.
    pub time: Timestamp,
    /// Whether the source names the time of day. Without it nothing may be said of hours.
    pub has_clock: bool,
    /// Who pays.
    pub sender: PaymentSide,
    /// Who is paid.
    pub receiver: PaymentSide,
    /// How much, in minor units of the currency: above 0.
    pub amount_minor: i64,
    /// In which currency.
    pub currency: Currency,
    /// How it moves.
    pub channel: Channel,
    /// The code of the purpose, of ISO 20022's external list for example.
    pub purpose: Option<String>,
    /// What the payer wrote for the payee.
    pub reference: Option<Sensitive<String>>,
    /// What the payee sells, where the source gives a category that is known here.
    pub merchant: Option<Merchant>,
    /// What the payer's house knows of the two, true or not.
    pub relation: Option<Relation>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for channel in Channel::ALL {
            assert_eq!(Channel::parse(channel.name()), Some(channel));
        }
        assert_eq!(Channel::parse("pigeon"), None);
        for merchant in Merchant::ALL {
            assert_eq!(Merchant::parse(merchant.name()), Some(merchant));
        }
        assert_eq!(Merchant::parse("Example Shop"), None);
        for relation in Relation::ALL {
            assert_eq!(Relation::parse(relation.name()), Some(relation));
        }
    }
}
