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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_channels_read_back() {
        for channel in Channel::ALL {
            assert_eq!(Channel::parse(channel.name()), Some(channel));
        }
        assert_eq!(Channel::parse("pigeon"), None);
    }
}
