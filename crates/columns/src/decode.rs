//! From columns as a file holds them to rows that can be counted on.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Decimal32Type, Decimal64Type, Decimal128Type, Float32Type,
    Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    TimestampMillisecondType, TimestampNanosecondType, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_schema::{DataType, TimeUnit};
use screen::money::Currency;
use screen::{Channel, Country, Merchant, Relation};

use crate::rows::{Column, Keys, Reason, Rejected, Rows, Texts, Wanted};
use crate::value;

/// Which of a batch's arrays hold what was asked for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Shape {
    pub(crate) columns: BTreeMap<Column, usize>,
    pub(crate) keys: Vec<usize>,
}

/// Some rows as a file holds them.
pub(crate) struct Raw<'a> {
    pub(crate) arrays: &'a [ArrayRef],
    pub(crate) rows: usize,
    /// The number of the first.
    pub(crate) first: u64,
    /// Rows that are known to be bad.
    pub(crate) faults: BTreeMap<usize, Reason>,
}

/// Reads a batch; `Err` names a column of a type that [`check_type`] should have refused.
pub(crate) fn decode(raw: Raw<'_>, wanted: &Wanted, shape: &Shape) -> Result<Rows, String> {
    let mut batch = Batch {
        rows: raw.rows,
        faults: raw.faults,
    };
    let arrays = raw.arrays.iter().map(|array| batch.as_text(array));
    let arrays: Vec<ArrayRef> = arrays.collect();
    let at = |column: Column| {
        let place = shape.columns.get(&column)?;
        arrays.get(*place).filter(|_| wanted.has(column))
    };
    let mut rows = Rows {
        numbers: (raw.first..).take(raw.rows).collect(),
        ..Rows::default()
    };
    for (name, place) in wanted.key_names().iter().zip(&shape.keys) {
        let array = arrays.get(*place).ok_or_else(|| name.clone())?;
        rows.keys.push(batch.keys(name, array)?);
    }
    if let Some(array) = at(Column::Time) {
        rows.times = batch.times(array)?;
    }
    if wanted.has(Column::Currency) {
        rows.currencies = batch.currencies(at(Column::Currency), wanted.default_currency())?;
    }
    if let Some(array) = at(Column::Amount) {
        rows.amounts = match wanted.amount_decimals() {
            Some(decimals) => batch.amounts(array, |_| decimals)?,
            None => batch.amounts(array, |row| rows.currencies[row].exponent())?,
        };
    }
    for (column, countries) in [
        (Column::SenderCountry, &mut rows.sender_countries),
        (Column::ReceiverCountry, &mut rows.receiver_countries),
    ] {
        if wanted.has(column) {
            *countries = batch.countries(at(column), column.name())?;
        }
    }
    if wanted.has(Column::Channel) {
        rows.channels = batch.channels(at(Column::Channel))?;
    }
    if wanted.has(Column::Merchant) {
        rows.merchants = batch.known(at(Column::Merchant), Column::Merchant, Merchant::parse)?;
    }
    if wanted.has(Column::Relation) {
        rows.relations = batch.known(at(Column::Relation), Column::Relation, Relation::parse)?;
    }
    if wanted.has(Column::Reference) {
        rows.references = batch.references(at(Column::Reference))?;
    }
    batch.sift(&mut rows, raw.first);
    Ok(rows)
}

struct Batch {
    rows: usize,
    /// The first thing that is wrong with each bad row.
    faults: BTreeMap<usize, Reason>,
}

impl Batch {
    fn sift(self, rows: &mut Rows, first: u64) {
        if self.faults.is_empty() {
            return;
        }
        let mut keep = vec![true; self.rows];
        for row in self.faults.keys() {
            keep[*row] = false;
        }
        rows.retain(&keep);
        let rejected = self.faults.into_iter().map(|(row, reason)| Rejected {
            number: first.saturating_add(row as u64),
            reason,
        });
        rows.rejected = rejected.collect();
    }

    /// Bytes as text, where they are; a row with others is bad. Everything else as it is.
    fn as_text(&mut self, array: &ArrayRef) -> ArrayRef {
        let Some(bytes) = array.as_binary_opt::<i32>() else {
            return array.clone();
        };
        let mut texts = StringBuilder::with_capacity(bytes.len(), bytes.value_data().len());
        for (row, bytes) in bytes.iter().enumerate() {
            match bytes.map(std::str::from_utf8) {
                None => texts.append_null(),
                Some(Ok(text)) => texts.append_value(text),
                Some(Err(_)) => {
                    texts.append_null();
                    self.fault(row, Reason::NotUtf8);
                }
            }
        }
        Arc::new(texts.finish())
    }

    fn fault(&mut self, row: usize, reason: Reason) {
        self.faults.entry(row).or_insert(reason);
    }

    /// One value a row; a bad row gets the filler, and is left out later.
    fn each<T: Copy>(
        &mut self,
        nulls: &dyn Array,
        filler: T,
        missing: &Result<T, Reason>,
        value: impl Fn(usize) -> Result<T, Reason>,
    ) -> Vec<T> {
        let mut values = Vec::with_capacity(self.rows);
        let some_null = nulls.null_count() > 0;
        for row in 0..self.rows {
            let read = if some_null && nulls.is_null(row) {
                missing.clone()
            } else {
                value(row)
            };
            values.push(match read {
                Ok(value) => value,
                Err(reason) => {
                    self.fault(row, reason);
                    filler
                }
            });
        }
        values
    }

    fn primitives<P: ArrowPrimitiveType, T: Copy + Default>(
        &mut self,
        array: &ArrayRef,
        column: &str,
        read: impl Fn(P::Native, usize) -> Result<T, Reason>,
    ) -> Vec<T> {
        let values = array.as_primitive::<P>().values();
        let missing = Err(missing(column));
        self.each(array, T::default(), &missing, |row| read(values[row], row))
    }

    fn texts<T: Copy + Default>(
        &mut self,
        array: &ArrayRef,
        column: &str,
        read: impl Fn(&str, usize) -> Result<T, Reason>,
    ) -> Vec<T> {
        let values = array.as_string::<i32>();
        let missing = Err(missing(column));
        self.each(array, T::default(), &missing, |row| {
            read(values.value(row), row)
        })
    }

    fn times(&mut self, array: &ArrayRef) -> Result<Vec<i64>, String> {
        type Millis = TimestampMillisecondType;
        type Micros = TimestampMicrosecondType;
        type Nanos = TimestampNanosecondType;
        let name = Column::Time.name();
        Ok(match array.data_type() {
            DataType::Timestamp(TimeUnit::Millisecond, _) => {
                self.primitives::<Millis, _>(array, name, |millis, _| value::time(millis))
            }
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                self.primitives::<Micros, _>(array, name, |micros, _| {
                    value::time(micros.div_euclid(1000))
                })
            }
            DataType::Timestamp(TimeUnit::Nanosecond, _) => {
                self.primitives::<Nanos, _>(array, name, |nanos, _| {
                    value::time(nanos.div_euclid(1_000_000))
                })
            }
            DataType::Date32 => self.primitives::<Date32Type, _>(array, name, |days, _| {
                value::time(i64::from(days) * 86_400_000)
            }),
            DataType::Utf8 => self.texts(array, name, |text, _| value::time_of(text)),
            _ => return Err(name.to_owned()),
        })
    }

    fn amounts(
        &mut self,
        array: &ArrayRef,
        decimals: impl Fn(usize) -> u32,
    ) -> Result<Vec<i64>, String> {
        let name = Column::Amount.name();
        let decimal = |value: i128, scale: i8, row: usize| {
            let decimals = decimals(row);
            // Nearly always the scale is that of the currency.
            match i64::try_from(value) {
                Ok(value) if i64::from(scale) == i64::from(decimals) && value >= 0 => Ok(value),
                _ => value::rescaled(value, scale, decimals),
            }
        };
        macro_rules! whole {
            ($kind:ty) => {
                self.primitives::<$kind, _>(array, name, |value, row| {
                    decimal(i128::from(value), 0, row)
                })
            };
        }
        macro_rules! scaled {
            ($kind:ty, $scale:expr) => {
                self.primitives::<$kind, _>(array, name, |value, row| {
                    decimal(i128::from(value), $scale, row)
                })
            };
        }
        Ok(match array.data_type() {
            DataType::Decimal32(_, scale) => scaled!(Decimal32Type, *scale),
            DataType::Decimal64(_, scale) => scaled!(Decimal64Type, *scale),
            DataType::Decimal128(_, scale) => scaled!(Decimal128Type, *scale),
            DataType::Float64 => self.primitives::<Float64Type, _>(array, name, |value, row| {
                value::amount_from_float(value, decimals(row))
            }),
            DataType::Float32 => self.primitives::<Float32Type, _>(array, name, |value, row| {
                value::amount_from_float(widened(value), decimals(row))
            }),
            DataType::Int8 => whole!(Int8Type),
            DataType::Int16 => whole!(Int16Type),
            DataType::Int32 => whole!(Int32Type),
            DataType::Int64 => whole!(Int64Type),
            DataType::UInt8 => whole!(UInt8Type),
            DataType::UInt16 => whole!(UInt16Type),
            DataType::UInt32 => whole!(UInt32Type),
            DataType::UInt64 => whole!(UInt64Type),
            DataType::Utf8 => self.texts(array, name, |text, row| {
                value::amount_of(text, decimals(row))
            }),
            _ => return Err(name.to_owned()),
        })
    }

    fn keys(&mut self, name: &str, array: &ArrayRef) -> Result<Keys, String> {
        macro_rules! whole {
            ($kind:ty) => {
                self.primitives::<$kind, _>(array, name, |value, _| Ok(i64::from(value)))
            };
        }
        Ok(Keys::Whole(match array.data_type() {
            DataType::Int8 => whole!(Int8Type),
            DataType::Int16 => whole!(Int16Type),
            DataType::Int32 => whole!(Int32Type),
            DataType::Int64 => whole!(Int64Type),
            DataType::UInt8 => whole!(UInt8Type),
            DataType::UInt16 => whole!(UInt16Type),
            DataType::UInt32 => whole!(UInt32Type),
            DataType::UInt64 => self.primitives::<UInt64Type, _>(array, name, |value, _| {
                i64::try_from(value).map_err(|_| Reason::KeyTooLarge {
                    column: name.to_owned(),
                })
            }),
            DataType::Utf8 => {
                let texts = self.key_texts(name, array.as_string::<i32>().iter());
                return Ok(Keys::Text(texts));
            }
            DataType::Dictionary(_, _) => {
                let words = array.as_dictionary_opt::<Int32Type>();
                let words =
                    words.and_then(arrow_array::DictionaryArray::downcast_dict::<StringArray>);
                let words = words.ok_or_else(|| name.to_owned())?;
                return Ok(Keys::Text(self.key_texts(name, words.into_iter())));
            }
            _ => return Err(name.to_owned()),
        }))
    }

    fn key_texts<'a>(
        &mut self,
        name: &str,
        values: impl Iterator<Item = Option<&'a str>>,
    ) -> Texts {
        let mut texts = Texts::default();
        for (row, text) in values.enumerate() {
            texts.push(text.unwrap_or_default());
            if text.is_none() {
                self.fault(row, missing(name));
            }
        }
        texts
    }

    /// A column of few words, each read once where the file keeps a dictionary of them.
    fn words<T: Copy>(
        &mut self,
        array: &ArrayRef,
        column: &str,
        (filler, missing): (T, &Result<T, Reason>),
        read: impl Fn(&str) -> Result<T, Reason>,
    ) -> Result<Vec<T>, String> {
        match array.data_type() {
            DataType::Utf8 => {
                let values = array.as_string::<i32>();
                Ok(self.each(array, filler, missing, |row| read(values.value(row))))
            }
            DataType::Dictionary(_, _) => {
                let words = array.as_dictionary_opt::<Int32Type>();
                let words = words.ok_or_else(|| column.to_owned())?;
                let known = words.values().as_string_opt::<i32>();
                let known = known.ok_or_else(|| column.to_owned())?;
                let known = (0..known.len()).map(|at| {
                    if known.is_null(at) {
                        missing.clone()
                    } else {
                        read(known.value(at))
                    }
                });
                let known: Vec<Result<T, Reason>> = known.collect();
                let at = words.keys().values();
                let of = |row: usize| {
                    let at = usize::try_from(at[row]).unwrap_or(usize::MAX);
                    known.get(at).unwrap_or(missing).clone()
                };
                Ok(self.each(words.keys(), filler, missing, of))
            }
            _ => Err(column.to_owned()),
        }
    }

    fn currencies(
        &mut self,
        array: Option<&ArrayRef>,
        default: Option<Currency>,
    ) -> Result<Vec<Currency>, String> {
        let name = Column::Currency.name();
        // Any will do: a row without a currency is left out.
        let filler = default.or_else(|| Currency::parse("EUR"));
        let filler = filler.ok_or_else(|| name.to_owned())?;
        let missing = default.ok_or_else(|| missing(name));
        match array {
            None => missing
                .map(|currency| vec![currency; self.rows])
                .map_err(|_| name.to_owned()),
            Some(array) => self.words(array, name, (filler, &missing), |code| {
                Currency::parse(code).ok_or(Reason::CurrencyUnknown)
            }),
        }
    }

    fn countries(
        &mut self,
        array: Option<&ArrayRef>,
        column: &'static str,
    ) -> Result<Vec<Country>, String> {
        let unknown = Country::UNKNOWN;
        match array {
            None => Ok(vec![unknown; self.rows]),
            Some(array) => self.words(array, column, (unknown, &Ok(unknown)), |code| {
                if code.is_empty() {
                    return Ok(unknown);
                }
                Country::parse(code).ok_or(Reason::CountryUnknown { column })
            }),
        }
    }

    fn channels(&mut self, array: Option<&ArrayRef>) -> Result<Vec<Channel>, String> {
        let unknown = Channel::Unknown;
        match array {
            None => Ok(vec![unknown; self.rows]),
            Some(array) => {
                let name = Column::Channel.name();
                self.words(array, name, (unknown, &Ok(unknown)), |name| {
                    if name.is_empty() {
                        return Ok(unknown);
                    }
                    Channel::parse(name).ok_or(Reason::ChannelUnknown)
                })
            }
        }
    }

    /// Words of which some are known; the others say nothing.
    fn known<T: Copy>(
        &mut self,
        array: Option<&ArrayRef>,
        column: Column,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<Option<T>>, String> {
        match array {
            None => Ok(vec![None; self.rows]),
            Some(array) => self.words(array, column.name(), (None, &Ok(None)), |word| {
                Ok(parse(word))
            }),
        }
    }

    fn references(&mut self, array: Option<&ArrayRef>) -> Result<Texts, String> {
        let mut texts = Texts::default();
        let Some(array) = array else {
            texts.extend((0..self.rows).map(|_| ""));
            return Ok(texts);
        };
        let values = array.as_string_opt::<i32>();
        let values = values.ok_or_else(|| Column::Reference.name().to_owned())?;
        texts.extend(values.iter().map(Option::unwrap_or_default));
        Ok(texts)
    }
}

fn missing(column: &str) -> Reason {
    Reason::Missing {
        column: column.to_owned(),
    }
}

/// The decimal that the shorter float was printed from, as a longer one.
fn widened(value: f32) -> f64 {
    value.to_string().parse().unwrap_or(f64::NAN)
}
