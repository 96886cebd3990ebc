//! Amounts as decimal numbers, exactly, however the source writes them.

use model::Currency;
use model::limits::MONEY_UNITS_MAX;

use super::step::Reason;

/// The most digits of a number that is read: no amount needs so many, and 128 bits hold them.
const DIGITS_MAX: usize = 36;

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Writing {
    /// What stands before the decimals.
    pub(super) point: u8,
    /// What groups of three digits are parted by; nothing if 0.
    pub(super) grouping: u8,
}

/// As machines write them.
pub(super) const PLAIN: Writing = Writing {
    point: b'.',
    grouping: 0,
};

/// A decimal number: `digits · 10^-scale`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Decimal {
    pub(super) digits: i128,
    pub(super) scale: u32,
}

impl Decimal {
    /// Reads a number. A sign may stand before it.
    pub(super) fn read(text: &[u8], writing: Writing) -> Result<Self, Reason> {
        let text = text.trim_ascii();
        let (negative, unsigned) = match text {
            [] => return Err(Reason::AmountMissing),
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            all => (false, all),
        };
        if !unsigned.first().is_some_and(u8::is_ascii_digit) {
            let lower = unsigned.to_ascii_lowercase();
            let infinite = lower.starts_with(b"inf") || lower == b"nan";
            return Err(if infinite {
                Reason::AmountNotFinite
            } else {
                Reason::AmountMalformed
            });
        }
        let (mut digits, mut count, mut scale) = (0_i128, 0, 0);
        let (mut decimals, mut group) = (false, None);
        for byte in unsigned {
            if byte.is_ascii_digit() {
                count += 1;
                if count > DIGITS_MAX {
                    return Err(Reason::AmountAbsurd);
                }
                digits = digits * 10 + i128::from(byte - b'0');
                scale += u32::from(decimals);
                group = group.map(|length| length + 1);
            } else if *byte == writing.point && !decimals {
                if group.is_some_and(|length| length != 3) {
                    return Err(Reason::AmountMalformed);
                }
                (decimals, group) = (true, None);
            } else if *byte == writing.grouping && writing.grouping != 0 && !decimals {
                let fits = match group {
                    None => (1..=3).contains(&count),
                    Some(length) => length == 3,
                };
                if !fits {
                    return Err(Reason::AmountMalformed);
                }
                group = Some(0);
            } else {
                return Err(Reason::AmountMalformed);
            }
        }
        if group.is_some_and(|length| length != 3) {
            return Err(Reason::AmountMalformed);
        }
        let digits = if negative { -digits } else { digits };
        Ok(Self { digits, scale })
    }

    /// The amount in minor units, if it is one that a payment may have.
    pub(super) fn minor(self, currency: Currency) -> Result<i64, Reason> {
        if self.digits < 0 {
            return Err(Reason::AmountNegative);
        }
        if self.digits == 0 {
            return Err(Reason::AmountZero);
        }
        let (mut digits, mut scale) = (self.digits, self.scale);
        let exponent = currency.exponent();
        while scale > exponent {
            if digits % 10 != 0 {
                return Err(Reason::AmountTooFine);
            }
            digits /= 10;
            scale -= 1;
        }
        let minor = 10_i128
            .checked_pow(exponent - scale)
            .and_then(|factor| digits.checked_mul(factor));
        let max = i128::from(MONEY_UNITS_MAX) * i128::from(currency.minor_per_unit());
        minor
            .filter(|minor| *minor <= max)
            .and_then(|minor| i64::try_from(minor).ok())
            .ok_or(Reason::AmountAbsurd)
    }

    /// The number with so many decimals; what is finer falls away.
    pub(super) fn cut(mut self, scale: u32) -> Self {
        while self.scale > scale {
            self.digits /= 10;
            self.scale -= 1;
        }
        self
    }

    /// The number in units of `10^-scale`, for sums over currencies; `None` if it is finer.
    pub(super) fn at_scale(self, scale: u32) -> Option<i128> {
        let (mut digits, mut own) = (self.digits, self.scale);
        while own > scale {
            if digits % 10 != 0 {
                return None;
            }
            digits /= 10;
            own -= 1;
        }
        10_i128.checked_pow(scale - own)?.checked_mul(digits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn minor(text: &str, writing: Writing, code: &str) -> Result<i64, Reason> {
        let currency = Currency::parse(code).unwrap();
        Decimal::read(text.as_bytes(), writing)?.minor(currency)
    }

    const COMMA: Writing = Writing {
        point: b',',
        grouping: b'.',
    };

    #[test]
    fn amounts_are_exact_or_rejected_with_their_reason() {
        for (text, code, expected) in [
            ("12.5", "EUR", Ok(1250)),
            ("1.2300", "EUR", Ok(123)),
            ("+7", "JPY", Ok(7)),
            ("0.001", "KWD", Ok(1)),
            ("1.", "EUR", Ok(100)),
            ("1.234", "EUR", Err(Reason::AmountTooFine)),
            ("-1", "EUR", Err(Reason::AmountNegative)),
            ("0.00", "EUR", Err(Reason::AmountZero)),
            ("", "EUR", Err(Reason::AmountMissing)),
            ("NaN", "EUR", Err(Reason::AmountNotFinite)),
            ("-Infinity", "EUR", Err(Reason::AmountNotFinite)),
            ("1e3", "EUR", Err(Reason::AmountMalformed)),
            ("1,5", "EUR", Err(Reason::AmountMalformed)),
            ("1.2.3", "EUR", Err(Reason::AmountMalformed)),
            ("١٢", "EUR", Err(Reason::AmountMalformed)),
            ("1000000000001", "EUR", Err(Reason::AmountAbsurd)),
        ] {
            assert_eq!(minor(text, PLAIN, code), expected, "{text}");
        }
        assert_eq!(
            minor("1000000000000", PLAIN, "EUR"),
            Ok(100_000_000_000_000)
        );
        let long = "9".repeat(DIGITS_MAX);
        assert_eq!(minor(&long, PLAIN, "EUR"), Err(Reason::AmountAbsurd));
        assert_eq!(
            minor(&(long + "9"), PLAIN, "EUR"),
            Err(Reason::AmountAbsurd)
        );
    }

    #[test]
    fn groups_have_three_digits() {
        assert_eq!(minor("1.234,50", COMMA, "EUR"), Ok(123_450));
        assert_eq!(minor("1.234.567", COMMA, "EUR"), Ok(123_456_700));
        for bad in ["1.23,4", "1234.567,0", "1.234.56", "1..234", "12.3456"] {
            assert_eq!(
                minor(bad, COMMA, "EUR"),
                Err(Reason::AmountMalformed),
                "{bad}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[-+0-9.,]{0,60}|.{0,20}") {
            for writing in [PLAIN, COMMA] {
                let _ = minor(&text, writing, "ETH");
            }
        }

        #[test]
        fn whole_and_decimals_read_back(minor_units in 1_i64..100_000_000_000_000) {
            let text = format!("{}.{:02}", minor_units / 100, minor_units % 100);
            prop_assert_eq!(minor(&text, PLAIN, "EUR"), Ok(minor_units));
        }
    }
}
