//! What a remitter's table seems to be: a mapping to look at, with how sure each column is, and
//! what a person has to decide. Nothing that is open is guessed.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use model::{Channel, Country, Currency, Timestamp};

use super::amount::{Decimal, Writing};
use super::dates::{Calendar, DateStyle, Zone};
use super::mapping::{Field, NEEDED};
use super::table::delimiter_of;
use crate::cells::Cells;

/// The most rows that are looked at.
pub const SAMPLE_ROWS_MAX: usize = 200;

/// What one column seems to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// The column's name in the table.
    pub column: String,
    /// Its number, from 1.
    pub number: usize,
    /// What it seems to be.
    pub field: Field,
    /// How sure, of 100: the share of its values that have the field's form, halved where its name
    /// says nothing.
    pub confidence: u8,
}

/// What a person has to decide before the table can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Open {
    /// A field that no column seems to be.
    FieldMissing(Field),
    /// Day and month can be read either way in all rows that were looked at.
    DayOrMonthFirst {
        /// The column.
        column: String,
    },
    /// The dates are in no style that is known.
    DatesUnknown {
        /// The column.
        column: String,
    },
    /// `1.234` or `1,234` can be a thousand or one and a bit in all rows that were looked at.
    DecimalSign {
        /// The column.
        column: String,
    },
    /// The amounts are written in no way that is known.
    AmountsUnknown {
        /// The column.
        column: String,
    },
}

impl fmt::Display for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FieldMissing(field) => {
                write!(
                    f,
                    "no column seems to be `{}`: name it under [columns]",
                    field.name()
                )
            }
            Self::DayOrMonthFirst { column } => write!(
                f,
                "in `{column}` day and month can be told either way: set `dates` to `day_first` or \
                 `month_first`"
            ),
            Self::DatesUnknown { column } => {
                write!(f, "the dates in `{column}` are in no style that is known")
            }
            Self::DecimalSign { column } => write!(
                f,
                "in `{column}` the sign before three digits can part thousands or decimals: set \
                 `decimal` and `grouping`"
            ),
            Self::AmountsUnknown { column } => {
                write!(
                    f,
                    "the amounts in `{column}` are written in no way that is known"
                )
            }
        }
    }
}

/// What a table seems to be.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Inferred {
    /// What each column seems to be, in their order; those that are not named here are not taken.
    pub guesses: Vec<Guess>,
    /// How the dates are written, if that is sure.
    pub dates: Option<DateStyle>,
    /// The decimal sign, if that is sure.
    pub decimal: Option<char>,
    /// What parts groups of digits.
    pub grouping: Option<char>,
    /// Words for channels that mappings have to explain.
    pub channel_words: BTreeSet<String>,
    /// What a person has to decide.
    pub open: Vec<Open>,
}

/// The first line's names and up to so many rows after it; `None` if there is no first line.
pub fn sample(bytes: &[u8], rows_max: usize) -> Option<(Vec<String>, Vec<Vec<String>>)> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let first = lines.find(|line| !line.is_empty())?;
    let mut cells = Cells::new(delimiter_of(first));
    let mut row = |line: &[u8]| {
        let texts = |cells: &Cells| {
            let texts = cells
                .iter()
                .map(|cell| String::from_utf8_lossy(cell).trim().to_owned());
            texts.collect::<Vec<String>>()
        };
        cells.split(line).then(|| texts(&cells))
    };
    let header = row(first)?;
    let rows = lines
        .filter(|line| !line.is_empty())
        .take(rows_max.min(SAMPLE_ROWS_MAX));
    let rows = rows
        .filter_map(row)
        .filter(|cells| cells.len() == header.len());
    let rows = rows.collect();
    Some((header, rows))
}

/// What a table seems to be, by its first line and some rows. `now` is for years of two digits.
pub fn infer(header: &[String], rows: &[Vec<String>], now: Timestamp) -> Inferred {
    let columns: Vec<Column> = header
        .iter()
        .enumerate()
        .map(|(at, name)| Column::look(name, at, rows, now))
        .collect();
    let mut inferred = Inferred::default();
    for field in ORDER {
        let free = |column: &&Column| {
            let taken = inferred
                .guesses
                .iter()
                .any(|guess| guess.number == column.at + 1);
            !taken
        };
        let best = columns
            .iter()
            .filter(free)
            .map(|column| (column.confidence(field), column))
            .filter(|(confidence, _)| *confidence > 0)
            // The first of those that are equally sure.
            .rev()
            .max_by_key(|(confidence, _)| *confidence);
        if let Some((confidence, column)) = best {
            inferred.guesses.push(Guess {
                column: column.name.clone(),
                number: column.at + 1,
                field,
                confidence,
            });
            inferred.decide(field, column);
        } else if NEEDED.contains(&field) || field == Field::Currency {
            inferred.open.push(Open::FieldMissing(field));
        }
    }
    inferred.guesses.sort_by_key(|guess| guess.number);
    inferred
}

/// The fields in the order in which they choose their columns: the surest first.
const ORDER: [Field; 13] = [
    Field::Time,
    Field::Amount,
    Field::Currency,
    Field::SenderCountry,
    Field::ReceiverCountry,
    Field::SenderName,
    Field::ReceiverName,
    Field::Sender,
    Field::Receiver,
    Field::Channel,
    Field::Id,
    Field::Purpose,
    Field::Reference,
];

impl Inferred {
    fn decide(&mut self, field: Field, column: &Column) {
        let name = || column.name.clone();
        match field {
            Field::Time => match column.styles[..] {
                [style] => self.dates = Some(style),
                [] => self.open.push(Open::DatesUnknown { column: name() }),
                _ => self.open.push(Open::DayOrMonthFirst { column: name() }),
            },
            Field::Amount => match column.writings[..] {
                [(decimal, grouping)] => {
                    (self.decimal, self.grouping) = (Some(decimal), grouping);
                }
                [] => self.open.push(Open::AmountsUnknown { column: name() }),
                _ => self.open.push(Open::DecimalSign { column: name() }),
            },
            Field::Channel => {
                let words = column
                    .values
                    .iter()
                    .filter(|word| Channel::parse(word).is_none());
                self.channel_words = words.cloned().collect();
            }
            _ => {}
        }
    }

    /// The mapping as a file to complete: what is open stands in it as a comment.
    pub fn to_toml(&self) -> String {
        let mut out = String::from("# Proposed from a sample: look at each line.\n");
        for open in &self.open {
            line(&mut out, format_args!("# open: {open}"));
        }
        line(
            &mut out,
            format_args!("source = \"inferred from a sample\""),
        );
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        if let Some(style) = self.dates {
            line(&mut out, format_args!("dates = \"{}\"", style.name()));
        }
        if let Some(sign) = self.decimal {
            line(&mut out, format_args!("decimal = \"{sign}\""));
        }
        if let Some(sign) = self.grouping {
            line(&mut out, format_args!("grouping = \"{sign}\""));
        }
        line(&mut out, format_args!("\n[columns]"));
        for guess in &self.guesses {
            let (field, column) = (guess.field.name(), quoted(&guess.column));
            let confidence = guess.confidence;
            line(
                &mut out,
                format_args!("{field} = {column} # sure to {confidence} of 100"),
            );
        }
        if !self.channel_words.is_empty() {
            line(&mut out, format_args!("\n[channels]"));
            for word in &self.channel_words {
                line(&mut out, format_args!("# {} = \"unknown\"", quoted(word)));
            }
        }
        out
    }
}

fn line(out: &mut String, text: fmt::Arguments<'_>) {
    // Writing to a String cannot fail.
    writeln!(out, "{text}").unwrap_or_default();
}

const PAYER: &[&str] = &["sender", "from", "payer", "debtor", "remitter", "ordering"];
const PAYEE: &[&str] = &[
    "receiver",
    "to",
    "payee",
    "creditor",
    "beneficiary",
    "recipient",
];
const TIME: &[&str] = &[
    "time",
    "date",
    "datetime",
    "timestamp",
    "sent",
    "when",
    "datum",
];
const AMOUNT: &[&str] = &["amount", "amt", "total", "sum", "value", "betrag"];
const REFERENCE: &[&str] = &[
    "reference",
    "note",
    "message",
    "remittance",
    "memo",
    "remarks",
];

/// What can be seen of a column.
struct Column {
    name: String,
    at: usize,
    words: Vec<String>,
    /// Values that are not empty, without repetition, in lower case.
    values: BTreeSet<String>,
    filled: usize,
    styles: Vec<DateStyle>,
    /// The ways in which all values are amounts: decimal sign and grouping.
    writings: Vec<(char, Option<char>)>,
    currencies: usize,
    countries: usize,
}

impl Column {
    fn look(name: &str, at: usize, rows: &[Vec<String>], now: Timestamp) -> Self {
        let filled: Vec<&str> = rows
            .iter()
            .filter_map(|row| row.get(at))
            .map(String::as_str)
            .filter(|value| !value.is_empty())
            .collect();
        let count = |is: &dyn Fn(&str) -> bool| filled.iter().filter(|value| is(value)).count();
        let lower = name.to_lowercase();
        let words = lower.split(|letter: char| !letter.is_alphanumeric());
        Self {
            name: name.to_owned(),
            at,
            words: words
                .filter(|word| !word.is_empty())
                .map(str::to_owned)
                .collect(),
            values: filled.iter().map(|value| value.to_lowercase()).collect(),
            filled: filled.len(),
            styles: styles(&filled, now),
            writings: writings(&filled),
            currencies: count(&|value| Currency::parse(value).is_some()),
            countries: count(&|value| Country::parse(value).is_some()),
        }
    }

    fn is_named(&self, words: &[&str]) -> bool {
        self.words.iter().any(|word| words.contains(&word.as_str()))
    }

    /// How sure it is that this column is the field, of 100.
    fn confidence(&self, field: Field) -> u8 {
        let (from, to) = (self.is_named(PAYER), self.is_named(PAYEE));
        let (is_country, is_name) = (
            self.is_named(&["country", "ctry"]),
            self.is_named(&["name"]),
        );
        let whole = |is: bool| if is { 100 } else { 0 };
        let filled = |named: bool| self.of_side(named, self.filled);
        let (named, form) = match field {
            Field::Time => (self.is_named(TIME), whole(!self.styles.is_empty())),
            Field::Amount => {
                let is = !self.writings.is_empty() && self.styles.is_empty();
                (self.is_named(AMOUNT), whole(is))
            }
            Field::Currency => {
                let named = self.is_named(&["currency", "ccy", "cur"]);
                (named, self.share(self.currencies))
            }
            Field::SenderCountry => (is_country && from, self.of_side(from, self.countries)),
            Field::ReceiverCountry => (is_country && to, self.of_side(to, self.countries)),
            Field::SenderName => (is_name && from, filled(is_name && from)),
            Field::ReceiverName => (is_name && to, filled(is_name && to)),
            Field::Sender => (from, filled(from)),
            Field::Receiver => (to, filled(to)),
            Field::Channel => {
                let named = self.is_named(&["channel", "method", "payout", "product"]);
                (named, filled(named))
            }
            Field::Id => {
                let named = self.is_named(&["id", "no", "number", "ref", "reference", "txn"]);
                let unique = self.values.len() == self.filled;
                (named, filled(named && unique))
            }
            Field::Purpose => {
                let named = self.is_named(&["purpose"]);
                (named, filled(named))
            }
            // A reference may be empty in every row.
            Field::Reference => {
                let named = self.is_named(REFERENCE);
                (named, filled(named).max(u8::from(named)))
            }
            // Nobody guesses these from their words.
            Field::Clock | Field::Merchant | Field::Relation => (false, 0),
        };
        if named { form } else { form / 2 }
    }

    fn of_side(&self, named: bool, count: usize) -> u8 {
        if named { self.share(count) } else { 0 }
    }

    fn share(&self, count: usize) -> u8 {
        u8::try_from((count * 100).checked_div(self.filled).unwrap_or(0)).unwrap_or(100)
    }
}

/// The styles in which all values are dates that may be.
fn styles(values: &[&str], now: Timestamp) -> Vec<DateStyle> {
    let zone = Zone::Utc;
    let calendar = Calendar { zone: &zone, now };
    let fits = |style: &DateStyle| {
        let is = |value: &&str| calendar.read(value.as_bytes(), *style).is_ok();
        let years = |value: &&str| match style {
            // Numbers of other meanings are no moments: those are of this century.
            DateStyle::EpochSeconds => value.len() == 10,
            DateStyle::EpochMillis => value.len() == 13,
            DateStyle::Compact => value.len() >= 8,
            _ => true,
        };
        !values.is_empty() && values.iter().all(|value| is(value) && years(value))
    };
    DateStyle::ALL.into_iter().filter(fits).collect()
}

/// Decimal sign and grouping.
type Way = (char, Option<char>);

/// The ways in which all values are amounts, the plainest of those that agree.
fn writings(values: &[&str]) -> Vec<Way> {
    let ways = [('.', None), ('.', Some(',')), (',', None), (',', Some('.'))];
    let read = |(decimal, grouping): Way| {
        let writing = Writing {
            point: u8::try_from(decimal).unwrap_or(b'.'),
            grouping: grouping
                .and_then(|sign| u8::try_from(sign).ok())
                .unwrap_or(0),
        };
        let numbers = values
            .iter()
            .map(|value| Decimal::read(value.as_bytes(), writing).ok());
        numbers
            .collect::<Option<Vec<_>>>()
            .filter(|all| !all.is_empty())
    };
    let mut found: Vec<(Way, Vec<i128>)> = Vec::new();
    for way in ways {
        let Some(numbers) = read(way) else { continue };
        let numbers: Option<Vec<i128>> = numbers.iter().map(|number| number.at_scale(18)).collect();
        let Some(numbers) = numbers else { continue };
        if !found.iter().any(|(_, known)| *known == numbers) {
            found.push((way, numbers));
        }
    }
    found.into_iter().map(|(way, _)| way).collect()
}
