//! Mappings: which column of a remitter's table is what, as a TOML file that is read strictly.

use std::collections::BTreeMap;

use model::limits::MONEY_MAPPING_BYTES_MAX;
use model::{Channel, Country, Currency};
use serde::Deserialize;
use toml::Spanned;

use super::amount::Writing;
use super::dates::{DateStyle, Zone};

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident: $text:literal;)*) => {
        /// What a column of a table can be.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field { $($(#[$doc])* $name,)* }

        impl Field {
            /// Every field.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name, as written in mappings and in the canonical table.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// Reads a name.
            pub fn parse(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|field| field.name() == name)
            }
        }
    };
}

fields! {
    /// The source's id of the payment.
    Id: "id";
    /// When.
    Time: "time";
    /// The time of day, where it has a column of its own.
    Clock: "clock";
    /// The account that pays.
    Sender: "sender";
    /// The account that is paid.
    Receiver: "receiver";
    /// How much.
    Amount: "amount";
    /// In which currency.
    Currency: "currency";
    /// Where the payer is.
    SenderCountry: "sender_country";
    /// Where the payee is.
    ReceiverCountry: "receiver_country";
    /// How it moves.
    Channel: "channel";
    /// What the payer wrote.
    Reference: "reference";
    /// The payer's name.
    SenderName: "sender_name";
    /// The payee's name.
    ReceiverName: "receiver_name";
    /// The code of the purpose.
    Purpose: "purpose";
    /// What the payee sells, by the names that `model::Merchant` has; other words say nothing.
    Merchant: "merchant";
    /// What the payer's house knows of the two: `family`, `friend`, `business`; other words say
    /// nothing.
    Relation: "relation";
}

/// The fields that every table must have.
pub(super) const NEEDED: [Field; 4] = [Field::Time, Field::Sender, Field::Receiver, Field::Amount];

/// Which column of a table is what, and how its values are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// The columns' names, as the table's first line has them; compared without regard to case and
    /// white space at their ends.
    pub columns: BTreeMap<Field, String>,
    /// How dates are written.
    pub dates: DateStyle,
    /// The time zone of times that name none; the reader's own if it is not said.
    pub zone: Option<Zone>,
    /// What parts the cells; told from the first line if it is not said.
    pub delimiter: Option<u8>,
    /// The decimal sign, `.` or `,`.
    pub decimal: u8,
    /// What parts groups of three digits, if anything does.
    pub grouping: Option<u8>,
    /// The currency of rows that name none.
    pub currency: Option<Currency>,
    /// The payer's country in rows that name none.
    pub sender_country: Option<Country>,
    /// The payee's country in rows that name none.
    pub receiver_country: Option<Country>,
    /// The channel of rows that name none.
    pub channel: Channel,
    /// Words for channels, in lower case.
    pub channels: BTreeMap<String, Channel>,
    /// Where the mapping comes from.
    pub source: String,
}

/// A mapping that cannot be used. `file` is the name it was read by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {problem}")]
pub struct MappingError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: MappingProblem,
}

/// What is wrong with a mapping.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingProblem {
    /// Too many bytes.
    #[error("the mapping is longer than {MONEY_MAPPING_BYTES_MAX} bytes: shorten it")]
    TooLong,
    /// Not TOML, or a key that mappings do not have.
    #[error("{reason}: mend the line")]
    Syntax {
        /// What the reader of TOML says.
        reason: String,
    },
    /// A value that its key cannot have.
    #[error("`{key}` must be {expected}: mend the line")]
    Value {
        /// The key.
        key: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A field that mappings do not have.
    #[error("there is no field of this name: the fields are those that the guide lists")]
    FieldUnknown,
    /// A field that every table needs.
    #[error("no column is named for `{field}`: name one")]
    FieldMissing {
        /// The field.
        field: &'static str,
    },
}

impl MappingError {
    /// The stable name of what is wrong.
    pub const fn code(&self) -> &'static str {
        match self.problem {
            MappingProblem::TooLong => "money.mapping-too-long",
            MappingProblem::Syntax { .. } => "money.mapping-syntax",
            MappingProblem::Value { .. } => "money.mapping-value",
            MappingProblem::FieldUnknown => "money.mapping-field-unknown",
            MappingProblem::FieldMissing { .. } => "money.mapping-field-missing",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    source: Spanned<String>,
    dates: Spanned<String>,
    time_zone: Option<Spanned<String>>,
    delimiter: Option<Spanned<String>>,
    decimal: Option<Spanned<String>>,
    grouping: Option<Spanned<String>>,
    currency: Option<Spanned<String>>,
    sender_country: Option<Spanned<String>>,
    receiver_country: Option<Spanned<String>>,
    channel: Option<Spanned<String>>,
    columns: BTreeMap<Spanned<String>, String>,
    #[serde(default)]
    channels: BTreeMap<Spanned<String>, Spanned<String>>,
}

type Found = (usize, MappingProblem);

impl Mapping {
    /// The canonical table: each column has its field's name, dates are ISO's, numbers have a
    /// point.
    pub fn canonical() -> Self {
        let columns = Field::ALL
            .iter()
            .map(|field| (*field, field.name().to_owned()));
        Self {
            columns: columns.collect(),
            dates: DateStyle::Iso,
            zone: None,
            delimiter: None,
            decimal: b'.',
            grouping: None,
            currency: None,
            sender_country: None,
            receiver_country: None,
            channel: Channel::Unknown,
            channels: BTreeMap::new(),
            source: "canonical".to_owned(),
        }
    }

    /// Reads a mapping. `file` only serves the error.
    pub fn parse(text: &str, file: &str) -> Result<Self, MappingError> {
        read(text).map_err(|(at, problem)| MappingError {
            file: file.to_owned(),
            line: 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count(),
            problem,
        })
    }

    pub(super) fn writing(&self) -> Writing {
        Writing {
            point: self.decimal,
            grouping: self.grouping.unwrap_or(0),
        }
    }

    /// The channel that a word is.
    pub(super) fn channel_of(&self, word: &str) -> Option<Channel> {
        let lower = word.to_lowercase();
        let mapped = self.channels.get(&lower).copied();
        mapped.or_else(|| Channel::parse(&lower))
    }
}

fn read(text: &str) -> Result<Mapping, Found> {
    if text.len() > MONEY_MAPPING_BYTES_MAX {
        return Err((0, MappingProblem::TooLong));
    }
    let raw: Raw = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let reason = error.message().to_owned();
        (at, MappingProblem::Syntax { reason })
    })?;
    let style = value(&raw.dates, "dates", DATES, DateStyle::parse)?;
    let decimal = one(raw.decimal.as_ref(), "decimal", "`.` or `,`", b".,")?;
    let decimal = decimal.unwrap_or(b'.');
    let grouping = one(raw.grouping.as_ref(), "grouping", GROUPING, b".,' ")?;
    if grouping == Some(decimal) {
        let at = raw.grouping.as_ref().map_or(0, |text| text.span().start);
        return Err((at, problem("grouping", "another than the decimal sign")));
    }
    let country = |text: &Option<Spanned<String>>, key| {
        let text = text.as_ref();
        text.map(|text| value(text, key, "two capitals of ISO 3166-1", Country::parse))
            .transpose()
    };
    let mapping = Mapping {
        dates: style,
        zone: optional(raw.time_zone.as_ref(), "time_zone", ZONE, Zone::parse)?,
        delimiter: one(raw.delimiter.as_ref(), "delimiter", DELIMITER, b";,\t|")?,
        decimal,
        grouping,
        currency: optional(raw.currency.as_ref(), "currency", CODE, Currency::parse)?,
        sender_country: country(&raw.sender_country, "sender_country")?,
        receiver_country: country(&raw.receiver_country, "receiver_country")?,
        channel: optional(raw.channel.as_ref(), "channel", CHANNEL, Channel::parse)?
            .unwrap_or_default(),
        channels: channels(&raw.channels)?,
        columns: columns(raw.columns)?,
        source: value(&raw.source, "source", "said", |text| {
            (!text.trim().is_empty()).then(|| text.to_owned())
        })?,
    };
    let mut needed = NEEDED.to_vec();
    if mapping.currency.is_none() {
        needed.push(Field::Currency);
    }
    match needed
        .into_iter()
        .find(|field| !mapping.columns.contains_key(field))
    {
        Some(field) => {
            let field = field.name();
            Err((text.len(), MappingProblem::FieldMissing { field }))
        }
        None => Ok(mapping),
    }
}

const DATES: &str =
    "`iso`, `day_first`, `month_first`, `compact`, `epoch_seconds` or `epoch_millis`";
const ZONE: &str = "`UTC`, an offset such as `+08:00`, or a name such as `Asia/Manila`";
const GROUPING: &str = "`.`, `,`, `'` or a space";
const DELIMITER: &str = "`;`, `,`, `|` or a tab";
const CODE: &str = "a code of ISO 4217 in capitals";
const CHANNEL: &str = "one of the channels' names";

const fn problem(key: &'static str, expected: &'static str) -> MappingProblem {
    MappingProblem::Value { key, expected }
}

fn value<T>(
    text: &Spanned<String>,
    key: &'static str,
    expected: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<T, Found> {
    parse(text.get_ref()).ok_or_else(|| (text.span().start, problem(key, expected)))
}

fn optional<T>(
    text: Option<&Spanned<String>>,
    key: &'static str,
    expected: &'static str,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Found> {
    text.map(|text| value(text, key, expected, parse))
        .transpose()
}

/// One of these bytes.
fn one(
    text: Option<&Spanned<String>>,
    key: &'static str,
    expected: &'static str,
    bytes: &[u8],
) -> Result<Option<u8>, Found> {
    optional(text, key, expected, |text| match text.as_bytes() {
        [byte] if bytes.contains(byte) => Some(*byte),
        _ => None,
    })
}

fn columns(raw: BTreeMap<Spanned<String>, String>) -> Result<BTreeMap<Field, String>, Found> {
    let mut columns = BTreeMap::new();
    for (name, column) in raw {
        let unknown = (name.span().start, MappingProblem::FieldUnknown);
        columns.insert(Field::parse(name.get_ref()).ok_or(unknown)?, column);
    }
    Ok(columns)
}

fn channels(
    raw: &BTreeMap<Spanned<String>, Spanned<String>>,
) -> Result<BTreeMap<String, Channel>, Found> {
    raw.iter()
        .map(|(word, name)| {
            let channel = value(name, "channels", CHANNEL, Channel::parse)?;
            Ok((word.get_ref().to_lowercase(), channel))
        })
        .collect()
}
