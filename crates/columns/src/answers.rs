//! What a request answers, row by row, in columns.

use screen::window::{Request, Value};

use crate::rows::{Column, Wanted};
use crate::writer::{Kind, Values};

/// The first number that a decimal of 18 digits does not hold.
const DECIMAL_END: i64 = 1_000_000_000_000_000_000;

/// The columns that a request needs, of events by the column `by`, the ids of the rows and those of
/// the accounts first among the keys, then those that it counts.
pub fn wanted_by(request: &Request, by: &str, decimals: u32) -> Wanted {
    let mut columns = vec![Column::Time];
    if request.columns().any(|(name, _)| needs_amount(name)) {
        columns.push(Column::Amount);
    }
    if request.asks_night() {
        columns.push(Column::SenderCountry);
    }
    let keys = ["id", by].into_iter().chain(request.distinct());
    Wanted::columns(&columns)
        .keys(&keys.collect::<Vec<_>>())
        .decimals(decimals)
}

fn needs_amount(stat: &str) -> bool {
    is_amount(stat) || is_amount_ratio(stat) || stat == "round"
}

/// Stats in units of the amount's last decimal.
fn is_amount(stat: &str) -> bool {
    matches!(stat, "sum" | "min" | "max")
}

/// Stats in units that many times larger than they are shown.
fn is_amount_ratio(stat: &str) -> bool {
    matches!(stat, "mean" | "median" | "trend")
}

/// The values of rows, as columns that a [`crate::Writer`] takes.
#[derive(Debug, Clone)]
pub struct Answers {
    /// What each column is divided by to be in units of the currency.
    divisors: Vec<f64>,
    columns: Vec<Values>,
    rows: usize,
}

impl Answers {
    /// No rows yet; amounts are in units of so many decimals.
    pub fn new(request: &Request, decimals: u32) -> Self {
        let unit = 10_f64.powi(i32::try_from(decimals).unwrap_or_default());
        let divisor = |name| if is_amount_ratio(name) { unit } else { 1.0 };
        let columns = request.columns().map(|(_, is_ratio)| {
            if is_ratio {
                Values::Ratios(Vec::new())
            } else {
                Values::Wholes(Vec::new())
            }
        });
        Self {
            divisors: request.columns().map(|(name, _)| divisor(name)).collect(),
            columns: columns.collect(),
            rows: 0,
        }
    }

    /// The columns: their names, and what they hold.
    pub fn kinds(request: &Request, decimals: u32) -> Vec<(&str, Kind)> {
        let decimal = match u8::try_from(decimals) {
            Ok(0) | Err(_) => Kind::Whole,
            Ok(decimals) => Kind::Decimal(decimals),
        };
        let columns = request.columns().map(|(name, is_ratio)| match name {
            name if is_ratio => (name, Kind::Ratio),
            name if is_amount(name) => (name, decimal),
            name => (name, Kind::Whole),
        });
        columns.collect()
    }

    /// Makes room for so many more rows.
    pub fn reserve(&mut self, rows: usize) {
        for column in &mut self.columns {
            match column {
                Values::Wholes(values) => values.reserve(rows),
                Values::Ratios(values) => values.reserve(rows),
                _ => {}
            }
        }
    }

    /// Puts one row behind the others, as [`Request::values`] gives it.
    #[inline]
    pub fn push(&mut self, values: impl Iterator<Item = Value>) {
        for ((value, divisor), column) in values.zip(&self.divisors).zip(&mut self.columns) {
            put(column, value, *divisor);
        }
        self.rows += 1;
    }

    /// How many rows there are.
    pub const fn len(&self) -> usize {
        self.rows
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// The rows so far, and none are left.
    pub fn take(&mut self) -> Vec<Values> {
        self.rows = 0;
        let take = |column: &mut Values| match column {
            Values::Ratios(values) => Values::Ratios(std::mem::take(values)),
            Values::Wholes(values) => Values::Wholes(std::mem::take(values)),
            other => other.clone(),
        };
        self.columns.iter_mut().map(take).collect()
    }
}

fn put(answer: &mut Values, value: Value, divisor: f64) {
    match (answer, value) {
        (Values::Wholes(column), Value::Whole(number)) => {
            column.push((number < DECIMAL_END).then_some(number));
        }
        (Values::Ratios(column), Value::Ratio(ratio)) => column.push(Some(ratio / divisor)),
        (Values::Wholes(column), _) => column.push(None),
        (Values::Ratios(column), _) => column.push(None),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_in_units_and_what_no_decimal_holds_is_missing() {
        let request = Request::parse("1d", "sum,mean,count").unwrap();
        let kinds = [
            ("sum", Kind::Decimal(2)),
            ("mean", Kind::Ratio),
            ("count", Kind::Whole),
        ];
        assert_eq!(Answers::kinds(&request, 2), kinds);
        assert_eq!(Answers::kinds(&request, 0)[0].1, Kind::Whole);
        let mut answers = Answers::new(&request, 2);
        answers.reserve(2);
        for sum in [DECIMAL_END - 1, DECIMAL_END] {
            let row = [Value::Whole(sum), Value::Ratio(150.0), Value::Missing];
            answers.push(row.into_iter());
        }
        assert_eq!(answers.len(), 2);
        let columns = [
            Values::Wholes(vec![Some(DECIMAL_END - 1), None]),
            Values::Ratios(vec![Some(1.5); 2]),
            Values::Wholes(vec![None; 2]),
        ];
        assert_eq!(answers.take(), columns);
        assert!(answers.is_empty());
    }

    #[test]
    fn only_what_is_asked_for_is_read() {
        let wanted = |stats| {
            let request = Request::parse("1d", stats).unwrap();
            let wanted = wanted_by(&request, "sender", 2);
            let columns = [Column::Amount, Column::SenderCountry];
            let asked = columns.map(|column| wanted.asks(column));
            (asked, wanted.key_names().join(","))
        };
        let plain = "id,sender".to_owned();
        assert_eq!(wanted("count"), ([false, false], plain.clone()));
        assert_eq!(wanted("round"), ([true, false], plain.clone()));
        assert_eq!(wanted("night,trend"), ([true, true], plain));
        let counted = "id,sender,receiver".to_owned();
        assert_eq!(wanted("distinct:receiver"), ([false, false], counted));
    }
}
