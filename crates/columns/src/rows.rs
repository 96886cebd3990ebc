//! What is asked of a file, and the rows that it gives, in columns.

use std::fmt;

use screen::money::Currency;
use screen::{Channel, Country, Merchant, Relation};

/// The canonical columns that are read into values of their own. Others are read as keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// `time`: a timestamp, a date, or RFC 3339 text.
    Time,
    /// `amount`: a decimal, a float, a whole number, or a decimal in text.
    Amount,
    /// `currency`: a code of ISO 4217 in capitals.
    Currency,
    /// `sender_country`: two capitals of ISO 3166-1.
    SenderCountry,
    /// `receiver_country`: two capitals of ISO 3166-1.
    ReceiverCountry,
    /// `channel`: a name that [`Channel::parse`] knows.
    Channel,
    /// `reference`: free text.
    Reference,
    /// `merchant`: a category that [`Merchant::parse`] knows; other words say nothing.
    Merchant,
    /// `relation`: a name that [`Relation::parse`] knows; other words say nothing.
    Relation,
}

impl Column {
    /// Every one.
    pub const ALL: [Self; 9] = [
        Self::Time,
        Self::Amount,
        Self::Currency,
        Self::SenderCountry,
        Self::ReceiverCountry,
        Self::Channel,
        Self::Reference,
        Self::Merchant,
        Self::Relation,
    ];

    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Amount => "amount",
            Self::Currency => "currency",
            Self::SenderCountry => "sender_country",
            Self::ReceiverCountry => "receiver_country",
            Self::Channel => "channel",
            Self::Reference => "reference",
            Self::Merchant => "merchant",
            Self::Relation => "relation",
        }
    }

    /// Whether a file without it is refused when it is asked for.
    pub const fn is_needed(self) -> bool {
        matches!(self, Self::Time | Self::Amount)
    }
}

/// What is asked of a file. Only these columns are read from the disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    columns: Vec<Column>,
    keys: Vec<String>,
    decimals: Option<u32>,
    currency: Option<Currency>,
}

impl Wanted {
    /// These canonical columns; time and amount have to be there, the others may be missing.
    pub fn columns(columns: &[Column]) -> Self {
        Self {
            columns: columns.to_vec(),
            ..Self::default()
        }
    }

    /// And these columns as keys, whole numbers or text, which have to be there: `id`, `sender`,
    /// `receiver`, or any other.
    #[must_use]
    pub fn keys<T: AsRef<str>>(mut self, names: &[T]) -> Self {
        let names = names.iter().map(|name| name.as_ref().to_owned());
        self.keys.extend(names);
        self
    }

    /// Amounts in whole units of so many decimals, whatever their currency. Unless this is said
    /// they are in minor units of the currency of their row, and the currency is read too.
    #[must_use]
    pub const fn decimals(mut self, decimals: u32) -> Self {
        self.decimals = Some(decimals);
        self
    }

    /// The currency of files that have no such column.
    #[must_use]
    pub const fn in_currency(mut self, currency: Currency) -> Self {
        self.currency = Some(currency);
        self
    }

    /// Whether this column is asked for.
    pub fn asks(&self, column: Column) -> bool {
        self.has(column)
    }

    pub(crate) fn has(&self, column: Column) -> bool {
        self.columns.contains(&column) || (column == Column::Currency && self.in_minor_units())
    }

    pub(crate) fn in_minor_units(&self) -> bool {
        self.decimals.is_none() && self.columns.contains(&Column::Amount)
    }

    pub(crate) fn key_names(&self) -> &[String] {
        &self.keys
    }

    pub(crate) const fn amount_decimals(&self) -> Option<u32> {
        self.decimals
    }

    pub(crate) const fn default_currency(&self) -> Option<Currency> {
        self.currency
    }
}

/// Rows in columns, all of one length; a column that was not asked for is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// The number of each row in its file, from 0.
    pub numbers: Vec<u64>,
    /// The key columns, in the order they were asked for.
    pub keys: Vec<Keys>,
    /// When, in milliseconds since 1970 in UTC.
    pub times: Vec<i64>,
    /// How much, in the units that were asked for.
    pub amounts: Vec<i64>,
    /// The currencies.
    pub currencies: Vec<Currency>,
    /// Where the senders are.
    pub sender_countries: Vec<Country>,
    /// Where the receivers are.
    pub receiver_countries: Vec<Country>,
    /// How the money moves.
    pub channels: Vec<Channel>,
    /// The texts of the payments; empty where there is none.
    pub references: Texts,
    /// What the receivers sell, where a category that is known is named.
    pub merchants: Vec<Option<Merchant>>,
    /// What is said of sender and receiver.
    pub relations: Vec<Option<Relation>>,
    /// The rows that are not among these, and why.
    pub rejected: Vec<Rejected>,
}

impl Rows {
    /// How many rows were taken.
    pub const fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether none was.
    pub const fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }

    /// Leaves out the rows that are not to be kept.
    pub(crate) fn retain(&mut self, keep: &[bool]) {
        fn sift<T>(values: &mut Vec<T>, keep: &[bool]) {
            let mut kept = keep.iter();
            values.retain(|_| kept.next().copied().unwrap_or_default());
        }
        sift(&mut self.numbers, keep);
        sift(&mut self.times, keep);
        sift(&mut self.amounts, keep);
        sift(&mut self.currencies, keep);
        sift(&mut self.sender_countries, keep);
        sift(&mut self.receiver_countries, keep);
        sift(&mut self.channels, keep);
        sift(&mut self.merchants, keep);
        sift(&mut self.relations, keep);
        for keys in &mut self.keys {
            match keys {
                Keys::Whole(values) => sift(values, keep),
                Keys::Text(texts) => texts.retain(keep),
            }
        }
        self.references.retain(keep);
    }
}

/// A column of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Keys {
    /// Whole numbers.
    Whole(Vec<i64>),
    /// Texts.
    Text(Texts),
}

impl Keys {
    /// How many.
    pub const fn len(&self) -> usize {
        match self {
            Self::Whole(values) => values.len(),
            Self::Text(texts) => texts.len(),
        }
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts others of the same kind behind these; `None` when they are of another kind.
    pub fn extend(&mut self, others: &Self) -> Option<()> {
        match (self, others) {
            (Self::Whole(values), Self::Whole(more)) => values.extend_from_slice(more),
            (Self::Text(texts), Self::Text(more)) => texts.extend(more.iter()),
            _ => return None,
        }
        Some(())
    }
}

/// Many texts in one piece of memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Texts {
    bytes: String,
    ends: Vec<usize>,
}

impl Texts {
    /// Puts one behind the others.
    pub fn push(&mut self, text: &str) {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
    }

    /// One of them.
    #[inline]
    pub fn get(&self, at: usize) -> Option<&str> {
        let end = *self.ends.get(at)?;
        let start = match at {
            0 => 0,
            at => self.ends[at - 1],
        };
        self.bytes.get(start..end)
    }

    /// How many.
    pub const fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|at| self.get(at).unwrap_or_default())
    }

    fn retain(&mut self, keep: &[bool]) {
        let mut kept = Self::default();
        for (text, _) in self.iter().zip(keep).filter(|(_, keep)| **keep) {
            kept.push(text);
        }
        *self = kept;
    }
}

impl<'a> Extend<&'a str> for Texts {
    fn extend<I: IntoIterator<Item = &'a str>>(&mut self, texts: I) {
        for text in texts {
            self.push(text);
        }
    }
}

/// A row that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Its number in its file, from 0.
    pub number: u64,
    /// Why.
    pub reason: Reason,
}

impl fmt::Display for Rejected {
    /// The row counted from 1, as a person does, and the reason; never the value.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}: {}", self.number.saturating_add(1), self.reason)
    }
}

/// Why a row was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A value that has to be there is not.
    #[error("`{column}` is missing")]
    Missing {
        /// The column.
        column: String,
    },
    /// A text that is no time.
    #[error("`time` is no date or time with an offset, such as 2026-01-02T03:04:05Z")]
    TimeMalformed,
    /// A time outside [`crate::TIMES`].
    #[error("`time` is before 1900 or after 2199")]
    TimeOutside,
    /// A text that is no number.
    #[error("`amount` is not a plain decimal number such as 12.50")]
    AmountMalformed,
    /// Less than nothing.
    #[error("`amount` is negative")]
    AmountNegative,
    /// Infinite, or no number.
    #[error("`amount` is not finite")]
    AmountNotFinite,
    /// More than 64 bits of minor units.
    #[error("`amount` is larger than any amount that is kept")]
    AmountTooLarge,
    /// Digits beyond the minor unit.
    #[error("`amount` has more than {decimals} decimals")]
    AmountTooFine {
        /// How many are kept.
        decimals: u32,
    },
    /// No code of ISO 4217, and no coin that is known.
    #[error("`currency` is no code of ISO 4217 in capitals")]
    CurrencyUnknown,
    /// No code of ISO 3166-1.
    #[error("`{column}` is no two capitals of ISO 3166-1")]
    CountryUnknown {
        /// The column.
        column: &'static str,
    },
    /// No channel that is known.
    #[error("`channel` is none that is known: bank, card, remittance, p2p, wallet and so on")]
    ChannelUnknown,
    /// A key above 2^63.
    #[error("`{column}` is larger than 2^63 - 1: write it as text")]
    KeyTooLarge {
        /// The column.
        column: String,
    },
    /// A row of a CSV file that is longer or shorter than its header.
    #[error("{found} fields where the header has {expected}")]
    Ragged {
        /// How many.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A row of a CSV file with bytes that are no text.
    #[error("not UTF-8")]
    NotUtf8,
}

impl Reason {
    /// A stable code, documented in the reference.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "row.missing",
            Self::TimeMalformed => "row.time-malformed",
            Self::TimeOutside => "row.time-outside",
            Self::AmountMalformed => "row.amount-malformed",
            Self::AmountNegative => "row.amount-negative",
            Self::AmountNotFinite => "row.amount-not-finite",
            Self::AmountTooLarge => "row.amount-too-large",
            Self::AmountTooFine { .. } => "row.amount-too-fine",
            Self::CurrencyUnknown => "row.currency-unknown",
            Self::CountryUnknown { .. } => "row.country-unknown",
            Self::ChannelUnknown => "row.channel-unknown",
            Self::KeyTooLarge { .. } => "row.key-too-large",
            Self::Ragged { .. } => "row.ragged",
            Self::NotUtf8 => "row.not-utf8",
        }
    }
}
