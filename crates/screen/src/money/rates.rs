//! What one unit of each currency was worth on each day.

use std::collections::BTreeMap;

use super::{Currency, Money, decimal};

/// The longest table that is read, in bytes: a century of days in sixteen currencies.
pub const RATES_BYTES_MAX: usize = 16 << 20;
/// A rate holds for so many days after its own: over a long weekend, not over a gap in the table.
pub const RATE_AGE_DAYS_MAX: i32 = 10;

/// Decimals of a rate.
const RATE_DECIMALS: u32 = 9;
/// The days that a table may speak of: 1900 to 2199.
const DAYS: std::ops::Range<i32> = -25_567..84_006;

/// A dated table of rates into one base currency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rates {
    base: Currency,
    /// By currency and day: the base's units for one unit, in 10^-9.
    nanos: BTreeMap<Currency, BTreeMap<i32, i64>>,
    /// The same for currencies whose rate is held to be one on all days.
    constant: BTreeMap<Currency, i64>,
}

impl Rates {
    /// No rates: only the base is worth anything, itself.
    pub const fn none(base: Currency) -> Self {
        Self {
            base,
            nanos: BTreeMap::new(),
            constant: BTreeMap::new(),
        }
    }

    /// One rate for all days, each in 10^-9 of a unit of the base: for trials, not for a book.
    pub fn constant(base: Currency, nanos: impl IntoIterator<Item = (Currency, i64)>) -> Self {
        Self {
            constant: nanos.into_iter().filter(|(_, nano)| *nano > 0).collect(),
            ..Self::none(base)
        }
    }

    /// Reads a table. Its first line is `date,currency,` and the code of the base; each further
    /// line a day, a code, and what one unit was worth in the base: `2026-01-02,AUD,0.6213`.
    /// `file_name` only serves the error.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, RatesError> {
        let refuse = |line: usize, problem| RatesError {
            file: file_name.to_owned(),
            line,
            problem,
        };
        if text.len() > RATES_BYTES_MAX {
            return Err(refuse(1, RatesProblem::TooLong));
        }
        let mut lines = text.lines().map(str::trim_end).zip(1..);
        let base = lines.next().and_then(|(head, _)| {
            let base = head.strip_prefix("date,currency,")?;
            Currency::parse(base)
        });
        let mut rates = Self::none(base.ok_or_else(|| refuse(1, RatesProblem::Head))?);
        for (row, line) in lines.filter(|(row, _)| !row.is_empty()) {
            rates.read(row).map_err(|problem| refuse(line, problem))?;
        }
        Ok(rates)
    }

    fn read(&mut self, row: &str) -> Result<(), RatesProblem> {
        let mut fields = row.split(',');
        let (Some(day), Some(code), Some(rate), None) =
            (fields.next(), fields.next(), fields.next(), fields.next())
        else {
            return Err(RatesProblem::Shape);
        };
        let day = day_number(day).ok_or(RatesProblem::Day)?;
        let currency = Currency::parse(code).ok_or(RatesProblem::Currency)?;
        let nano = decimal(rate, RATE_DECIMALS).map_err(|_| RatesProblem::Rate)?;
        if nano <= 0 {
            return Err(RatesProblem::Rate);
        }
        if currency == self.base {
            return Err(RatesProblem::Base);
        }
        match self.nanos.entry(currency).or_default().insert(day, nano) {
            None => Ok(()),
            Some(_) => Err(RatesProblem::Twice),
        }
    }

    /// The currency that everything is converted to.
    pub const fn base(&self) -> Currency {
        self.base
    }

    /// What one unit is worth on a day (since 1970), in 10^-9 of a unit of the base: the rate of
    /// that day, or of the nearest before it that is not older than [`RATE_AGE_DAYS_MAX`].
    pub fn nano(&self, currency: Currency, day: i32) -> Option<i64> {
        if currency == self.base {
            return Some(10_i64.pow(RATE_DECIMALS));
        }
        let oldest = day.saturating_sub(RATE_AGE_DAYS_MAX);
        let Some(days) = self.nanos.get(&currency) else {
            return self.constant.get(&currency).copied();
        };
        days.range(oldest..=day).next_back().map(|(_, nano)| *nano)
    }

    /// An amount in minor units of the base, half to even; `None` without a rate or beyond 64 bits.
    pub fn convert(&self, money: Money, day: i32) -> Option<i64> {
        let worth = Worth::of(money.currency, self, day)?;
        worth.convert(money.minor)
    }

    /// An amount in minor units of any currency, half up, by the rates of both; `None` without
    /// either, or beyond 64 bits.
    pub fn convert_to(&self, money: Money, to: Currency, day: i32) -> Option<i64> {
        if money.currency == to {
            return Some(money.minor);
        }
        if to == self.base {
            return self.convert(money, day);
        }
        let nano = |currency| self.nano(currency, day).map(i128::from);
        let per_unit = |currency: Currency| i128::from(currency.minor_per_unit());
        let above = i128::from(money.minor)
            .checked_mul(nano(money.currency)?)?
            .checked_mul(per_unit(to))?;
        let below = nano(to)?.checked_mul(per_unit(money.currency))?;
        let doubled = above.checked_mul(2)?.checked_add(below)?;
        i64::try_from(doubled.div_euclid(below * 2)).ok()
    }
}

/// A rate made ready for many amounts of one currency on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Worth {
    nano: i64,
    /// What an amount times `nano` is divided by.
    by: i64,
}

impl Worth {
    pub(crate) fn of(currency: Currency, rates: &Rates, day: i32) -> Option<Self> {
        let nano = rates.nano(currency, day)?;
        if currency == rates.base {
            return Some(Self { nano: 1, by: 1 });
        }
        let decimals = RATE_DECIMALS + currency.exponent();
        // A base is never finer than a rate and a currency together.
        let by = 10_i64.checked_pow(decimals.checked_sub(rates.base.exponent())?)?;
        Some(Self { nano, by })
    }

    pub(crate) fn convert(self, minor: i64) -> Option<i64> {
        if self.by == 1 {
            return minor.checked_mul(self.nano);
        }
        if let Some(product) = minor.checked_mul(self.nano) {
            let (whole, rest) = (product.div_euclid(self.by), product.rem_euclid(self.by));
            let up = rest * 2 > self.by || (rest * 2 == self.by && whole % 2 != 0);
            return Some(whole + i64::from(up));
        }
        let (product, by) = (
            i128::from(minor) * i128::from(self.nano),
            i128::from(self.by),
        );
        let (whole, rest) = (product.div_euclid(by), product.rem_euclid(by));
        let up = rest * 2 > by || (rest * 2 == by && whole % 2 != 0);
        i64::try_from(whole + i128::from(up)).ok()
    }

    /// The most minor units that are worth at most `limit`, and the most that are worth less,
    /// compared exactly, without rounding either side.
    pub(crate) fn most(self, limit: i64, of: Self) -> (i64, i64) {
        // amount * nano / by <= limit * of.nano / of.by. Both divisors are powers of ten, so one is
        // 1 after the smaller is taken out; no product passes 2^127 for limits below 2^33.
        let shared = self.by.min(of.by);
        let scaled = i128::from(limit) * i128::from(of.nano) * i128::from(self.by / shared);
        let unit = i128::from(self.nano) * i128::from(of.by / shared);
        let most = scaled.div_euclid(unit);
        let below = most - i128::from(scaled.rem_euclid(unit) == 0);
        let fit = |value: i128| i64::try_from(value).unwrap_or(i64::MAX);
        (fit(most), fit(below))
    }
}

/// A day as days since 1970; `None` when it is no date like `2026-01-31`.
fn day_number(text: &str) -> Option<i32> {
    let shaped = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let date: jiff::civil::Date = text.parse().ok().filter(|_| shaped)?;
    let epoch = jiff::civil::date(1970, 1, 1);
    let days = epoch.until(date).ok()?.get_days();
    DAYS.contains(&days).then_some(days)
}

/// Why a table of rates was refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct RatesError {
    /// The file as named by the caller.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: RatesProblem,
}

impl RatesError {
    /// A stable code, documented in the reference.
    pub const fn code(&self) -> &'static str {
        match self.problem {
            RatesProblem::TooLong => "rates.too-long",
            RatesProblem::Head => "rates.head",
            RatesProblem::Shape => "rates.shape",
            RatesProblem::Day => "rates.day",
            RatesProblem::Currency => "rates.currency-unknown",
            RatesProblem::Rate => "rates.rate",
            RatesProblem::Base => "rates.base",
            RatesProblem::Twice => "rates.twice",
        }
    }
}

/// What is wrong with a table of rates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RatesProblem {
    /// More than [`RATES_BYTES_MAX`] bytes.
    #[error("the table is longer than {RATES_BYTES_MAX} bytes")]
    TooLong,
    /// The first line does not name the base.
    #[error("the first line must be `date,currency,` and the code of the base, such as USD")]
    Head,
    /// Not three fields.
    #[error("a line must be a date, a currency and a rate: 2026-01-02,AUD,0.6213")]
    Shape,
    /// No date.
    #[error("the date must be like 2026-01-31, from 1900 to 2199")]
    Day,
    /// No currency.
    #[error("not a currency of ISO 4217 that is known here")]
    Currency,
    /// No rate.
    #[error("the rate must be a decimal number above 0 with at most nine decimals")]
    Rate,
    /// A rate of the base.
    #[error("the base is worth one of itself: leave its line out")]
    Base,
    /// A day stands twice.
    #[error("this currency has a rate on this day already")]
    Twice,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TABLE: &str = "date,currency,USD\n2026-01-02,AUD,0.6213\n2026-01-02,JPY,0.0064\n\
                         2026-01-05,AUD,0.6\n";

    fn money(text: &str, code: &str) -> Money {
        Money::parse(text, Currency::parse(code).unwrap()).unwrap()
    }

    #[test]
    fn the_rate_of_the_day_or_the_last_before_it_counts() {
        let rates = Rates::parse(TABLE, "rates.csv").unwrap();
        let day = |text| day_number(text).unwrap();
        let aud = |text| rates.convert(money("500", "AUD"), day(text));
        assert_eq!(aud("2026-01-01"), None);
        assert_eq!(aud("2026-01-02"), Some(31_065));
        assert_eq!(aud("2026-01-04"), Some(31_065));
        assert_eq!(aud("2026-01-15"), Some(30_000));
        assert_eq!(aud("2026-01-16"), None);
        let to = |text, code, to| {
            let to = Currency::parse(to).unwrap();
            rates.convert_to(money(text, code), to, day("2026-01-02"))
        };
        assert_eq!(to("500", "AUD", "AUD"), Some(50_000));
        assert_eq!(to("500", "AUD", "USD"), Some(31_065));
        // 310.65 USD at 0.0064 are 48,539.06 yen, which have no decimals.
        assert_eq!(to("500", "AUD", "JPY"), Some(48_539));
        assert_eq!(to("48539", "JPY", "AUD"), Some(50_000));
        assert_eq!(to("310.65", "USD", "AUD"), Some(50_000));
        assert_eq!(to("1", "EUR", "AUD"), None);
        assert_eq!(to("1", "AUD", "EUR"), None);
        let jpy = rates.convert(money("10000", "JPY"), day("2026-01-02"));
        assert_eq!(jpy, Some(6_400));
        assert_eq!(rates.convert(money("7.01", "USD"), 0), Some(701));
        assert_eq!(rates.convert(money("7", "EUR"), 0), None);
    }

    #[test]
    fn halves_go_to_even_and_overflow_is_none() {
        let rates = Rates::parse("date,currency,USD\n1970-01-01,AUD,0.5\n", "x").unwrap();
        let half = |minor| {
            let currency = Currency::parse("AUD").unwrap();
            rates.convert(Money { minor, currency }, 0)
        };
        assert_eq!(
            [half(1), half(3), half(5), half(-1)],
            [0, 2, 2, 0].map(Some)
        );
        assert_eq!(half(i64::MAX), Some(i64::MAX / 2 + 1));
        let dear = Rates::parse("date,currency,USD\n1970-01-01,BTC,999999999\n", "x").unwrap();
        assert_eq!(dear.convert(money("90000000000", "BTC"), 0), None);
    }

    #[test]
    fn a_bad_table_is_refused_with_line_and_reason() {
        let refused = |text: &str| {
            let error = Rates::parse(text, "rates.csv").unwrap_err();
            format!("{error} ({})", error.code())
        };
        let with = |line: &str| refused(&format!("date,currency,USD\n{line}\n"));
        let answers = [
            refused(""),
            refused("date,currency,usd"),
            with("2026-01-02,AUD"),
            with("2026-01-02,AUD,1,2"),
            with("2026-02-30,AUD,1"),
            with("1899-12-31,AUD,1"),
            with("2026-01-02,AUX,1"),
            with("2026-01-02,AUD,0"),
            with("2026-01-02,AUD,-1"),
            with("2026-01-02,AUD,0.0000000001"),
            with("2026-01-02,USD,1"),
            with("2026-01-02,AUD,1\n2026-01-02,AUD,1"),
            refused(&" ".repeat(RATES_BYTES_MAX + 1)),
        ];
        insta::assert_snapshot!(answers.join("\n"));
        let longest = format!("{TABLE}{}", "\n".repeat(RATES_BYTES_MAX - TABLE.len()));
        assert!(Rates::parse(&longest, "x").is_ok());
    }

    proptest! {
        #[test]
        fn the_most_that_a_limit_allows_is_exact(
            nano in 1_i64..10_000_000_000, of in 1_i64..10_000_000_000,
            limit in 0_i64..1_000_000_000, by in 0_u32..12, of_by in 0_u32..12,
        ) {
            let row = Worth { nano, by: 10_i64.pow(by) };
            let limits = Worth { nano: of, by: 10_i64.pow(of_by) };
            let (most, below) = row.most(limit, limits);
            let worth = |minor: i64| i128::from(minor) * i128::from(nano) * i128::from(limits.by);
            let bound = i128::from(limit) * i128::from(of) * i128::from(row.by);
            if most < i64::MAX {
                prop_assert!(worth(most) <= bound && worth(most + 1) > bound);
            }
            if below < i64::MAX {
                prop_assert!(worth(below) < bound && worth(below + 1) >= bound);
            }
        }

        #[test]
        fn no_table_makes_it_panic(text in "(date,currency,USD\n)?([0-9,.A-Z-]{0,30}\n){0,5}") {
            let _ = Rates::parse(&text, "x");
        }
    }
}
