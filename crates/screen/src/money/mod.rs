//! Amounts of money: whole minor units of a currency, never a float.

mod rates;

pub(crate) use rates::Worth;
pub use rates::{RATE_AGE_DAYS_MAX, RATES_BYTES_MAX, Rates, RatesError, RatesProblem};

use std::fmt;

pub use model::Currency;

/// An amount in minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    /// How many minor units.
    pub minor: i64,
    /// Of which currency.
    pub currency: Currency,
}

impl Money {
    /// Reads a decimal number such as `1200`, `12.5` or `-0.07`: no spaces, no grouping, no
    /// exponent, and no digit but 0 beyond the minor unit.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyProblem> {
        let minor = decimal(text, currency.exponent())?;
        Ok(Self { minor, currency })
    }

    /// Whether it is a multiple of so many whole units; zero is not.
    pub const fn is_multiple_of(self, units: i64) -> bool {
        match units.checked_mul(self.currency.minor_per_unit()) {
            Some(step) if step > 0 => self.minor != 0 && self.minor % step == 0,
            _ => false,
        }
    }
}

impl fmt::Display for Money {
    /// The number with all decimals of its currency, and the code: `12.50 EUR`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor < 0 { "-" } else { "" };
        let per_unit = self.currency.minor_per_unit().unsigned_abs();
        let minor = self.minor.unsigned_abs();
        write!(f, "{sign}{}", minor / per_unit)?;
        match self.currency.exponent() as usize {
            0 => {}
            width => write!(f, ".{:0width$}", minor % per_unit)?,
        }
        write!(f, " {}", self.currency)
    }
}

/// Why a text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyProblem {
    /// Not a plain decimal number.
    #[error("not a plain decimal number such as 12.50")]
    Malformed,
    /// Digits beyond the minor unit.
    #[error("more decimals than the currency has")]
    TooFine,
    /// More than 64 bits of minor units.
    #[error("larger than any amount that is kept")]
    TooLarge,
}

/// A decimal number as a whole number of `10^-exponent`.
fn decimal(text: &str, exponent: u32) -> Result<i64, MoneyProblem> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(part) {
        return Err(MoneyProblem::Malformed);
    }
    let width = exponent as usize;
    let part = part.trim_end_matches('0');
    if part.len() > width {
        return Err(MoneyProblem::TooFine);
    }
    let padding = "0".repeat(width - part.len());
    let mut value = 0_i64;
    for digit in whole.bytes().chain(part.bytes()).chain(padding.bytes()) {
        let digit = i64::from(digit - b'0');
        let digit = if negative { -digit } else { digit };
        value = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(digit))
            .ok_or(MoneyProblem::TooLarge)?;
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_are_exact_or_refused() {
        let eur = Currency::parse("EUR").unwrap();
        let minor = |text| Money::parse(text, eur).map(|money| money.minor);
        assert_eq!(minor("12.5"), Ok(1250));
        assert_eq!(minor("-0.07"), Ok(-7));
        assert_eq!(minor("1.2300"), Ok(123));
        assert_eq!(minor("1.234"), Err(MoneyProblem::TooFine));
        for bad in [
            "", "-", ".5", "5.", "1,5", "1e3", "NaN", "inf", " 1", "+1", "1.2.3", "\u{0661}",
        ] {
            assert_eq!(minor(bad), Err(MoneyProblem::Malformed), "{bad}");
        }
        assert_eq!(minor("92233720368547758.07"), Ok(i64::MAX));
        assert_eq!(minor("92233720368547758.08"), Err(MoneyProblem::TooLarge));
        assert_eq!(minor("-92233720368547758.08"), Ok(i64::MIN));
    }

    #[test]
    fn round_amounts_are_told_in_units_of_their_own_currency() {
        let round = |text, code, units| {
            let currency = Currency::parse(code).unwrap();
            Money::parse(text, currency).unwrap().is_multiple_of(units)
        };
        assert!(round("25", "EUR", 5));
        assert!(!round("25.01", "EUR", 5));
        assert!(round("1005", "JPY", 5));
        assert!(!round("0", "EUR", 5));
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(minor in any::<i64>(), at in 0..Currency::COUNT) {
            let currency = Currency::all().nth(at).unwrap();
            let money = Money { minor, currency };
            let text = money.to_string();
            let (number, code) = text.split_once(' ').unwrap();
            prop_assert_eq!(code, currency.code());
            prop_assert_eq!(Money::parse(number, currency), Ok(money));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[-0-9.]{0,40}|.{0,20}") {
            let _ = Money::parse(&text, Currency::all().next().unwrap());
        }
    }
}
