//! Payments on their way into the engine: accounts are numbered, and the words of an alert's rows
//! found again.

use std::collections::HashMap;

use model::{Merchant, Payment, Relation, Sensitive};
use screen::money::Money;
use screen::typology::{Alert, Policy, Route, Side};
use screen::{Flags, Party, RowWords, Transfer, named};

use super::alert::{AlertDocument, AlertReason, Kept, PaymentRow, ROWS_MAX};

/// Characters that a row of an alert repeats of a text, so that a thousand rows fit a document.
const TEXT_CHARS_MAX: usize = 250;

/// Numbers for accounts, from 0, in the order in which they are met.
#[derive(Debug, Default)]
pub struct Accounts {
    numbers: HashMap<Box<str>, u32>,
    names: Vec<Box<str>>,
}

impl Accounts {
    /// The number of an account.
    pub fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        // A book has fewer than 2^32 rows (`screen::Book::ROWS_MAX`), so it has fewer accounts.
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let name: Box<str> = name.into();
        self.numbers.insert(name.clone(), number);
        self.names.push(name);
        number
    }

    /// The account of a number.
    pub fn name(&self, number: u32) -> &str {
        let name = self.names.get(number as usize);
        name.map_or("", |name| name)
    }

    /// Every account, in the order of the numbers.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(AsRef::as_ref)
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// A payment as the engine takes it.
    pub fn transfer(&mut self, payment: &Payment, policy: &Policy) -> Transfer {
        let said = payment.reference.as_ref();
        let mut flags = said.map_or(Flags::NONE, |text| policy.reference_flags(text.expose()));
        if !payment.has_clock {
            flags = flags.and(Flags::NO_CLOCK);
        }
        let abroad = payment.sender.country != payment.receiver.country;
        flags = flags.and(flags_of(payment.relation, payment.merchant, abroad));
        Transfer {
            time_millis: payment.time.millis(),
            sender: self.number(payment.sender.account.expose()),
            receiver: self.number(payment.receiver.account.expose()),
            amount: Money {
                minor: payment.amount_minor,
                currency: payment.currency,
            },
            sender_country: payment.sender.country,
            receiver_country: payment.receiver.country,
            channel: payment.channel,
            flags,
        }
    }
}

/// What a row tells beside its words.
pub(super) fn flags_of(
    relation: Option<Relation>,
    merchant: Option<Merchant>,
    abroad: bool,
) -> Flags {
    let family = match relation {
        Some(Relation::Family) => Flags::FAMILY,
        _ => Flags::NONE,
    };
    family.and(merchant.map_or(Flags::NONE, |merchant| bought(merchant, abroad)))
}

/// What a purchase tells; some things tell something abroad alone.
const fn bought(merchant: Merchant, abroad: bool) -> Flags {
    match merchant {
        Merchant::Anonymiser => Flags::ANONYMISER,
        Merchant::Recording => Flags::RECORDING,
        Merchant::StreamTokens => Flags::STREAM_TOKENS,
        Merchant::Travel => Flags::TRAVEL,
        Merchant::Lodging if abroad => Flags::LODGING,
        Merchant::CashMachine if abroad => Flags::CASH_ABROAD,
        Merchant::Jewellery if abroad => Flags::JEWELLERY,
        Merchant::Exchange => Flags::EXCHANGE,
        Merchant::Mixer => Flags::MIXER,
        Merchant::PrivacyCoin => Flags::PRIVACY_COIN,
        _ => Flags::NONE,
    }
}

/// A row of an alert, with what its source says of it.
#[derive(Debug, Clone)]
pub struct BookRow {
    /// Its number in the book.
    pub row: u32,
    /// The payment.
    pub payment: Payment,
}

/// What a payment says in words.
pub fn words_of(payment: &Payment) -> RowWords {
    let party = |side: &model::PaymentSide| Party {
        account: Some(side.account.clone()),
        phone: None,
        name: side.name.clone(),
    };
    RowWords {
        sender: party(&payment.sender),
        receiver: party(&payment.receiver),
        reference: payment.reference.clone(),
    }
}

/// The document of an alert: its reasons with their sources, and its rows, the newest where there
/// are more than it repeats. `rows` are those of the alert, in any order.
pub fn alert_document(
    alert: &Alert,
    account: &str,
    rows: &[BookRow],
    source: &str,
    input_sha256: &str,
) -> AlertDocument {
    let by_number: HashMap<u32, &Payment> =
        rows.iter().map(|row| (row.row, &row.payment)).collect();
    let named = named(alert, |row| {
        by_number.get(&row).map(|payment| words_of(payment))
    });
    let id = |row: &u32| {
        let payment = by_number.get(row)?;
        Some(payment.id.clone())
    };
    let reasons = alert.reasons.iter().map(|reason| AlertReason {
        indicator: reason.indicator.clone(),
        version: reason.version.clone(),
        points: reason.points,
        text: reason.text.clone(),
        kind: reason.kind.name().to_owned(),
        source: reason.source.clone(),
        dated: reason.dated.clone(),
        parameters: reason
            .parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect(),
        payments: reason.measured.count,
        counterparties: reason.measured.counterparties,
        rows: reason.rows.iter().filter_map(id).collect(),
    });
    let mut shown: Vec<&Payment> = alert
        .all_rows()
        .iter()
        .filter_map(|row| by_number.get(row).copied())
        .collect();
    shown.sort_by_key(|payment| payment.time);
    let newest = shown.len().saturating_sub(ROWS_MAX);
    AlertDocument::new(Kept {
        account: Sensitive::new(account.to_owned()),
        side: match alert.side {
            Side::Sender => "sender",
            Side::Receiver => "receiver",
        }
        .to_owned(),
        route: match alert.route {
            Route::Review => "review",
            Route::Protection => "protection",
        }
        .to_owned(),
        at: model::Timestamp::from_millis(alert.time_millis),
        points: alert.points,
        policy: alert.version.clone(),
        source: source.to_owned(),
        input_sha256: input_sha256.to_owned(),
        reasons: reasons.collect(),
        rows: shown.iter().skip(newest).map(|it| row_of(it)).collect(),
        mentions: named.mentions,
        names: named.names,
        texts: named.texts,
    })
}

fn row_of(payment: &Payment) -> PaymentRow {
    PaymentRow {
        id: payment.id.clone(),
        time: payment.time,
        sender: payment.sender.account.clone(),
        receiver: payment.receiver.account.clone(),
        amount_minor: payment.amount_minor,
        currency: payment.currency.code().to_owned(),
        receiver_country: payment.receiver.country.code().to_owned(),
        sender_country: payment.sender.country.code().to_owned(),
        channel: payment.channel.name().to_owned(),
        reference: payment.reference.as_ref().map(beginning),
        sender_name: payment.sender.name.as_ref().map(beginning),
        receiver_name: payment.receiver.name.as_ref().map(beginning),
        sender_agent: payment.sender.agent.clone(),
        receiver_agent: payment.receiver.agent.clone(),
    }
}

/// What a row repeats of a text; the whole of it stands among the alert's texts.
fn beginning(text: &Sensitive<String>) -> Sensitive<String> {
    Sensitive::new(text.expose().chars().take(TEXT_CHARS_MAX).collect())
}
