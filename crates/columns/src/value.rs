//! Single values: times and amounts, from text and from numbers.

use std::ops::Range;

use crate::rows::Reason;

/// The moments that a row may have, in milliseconds since 1970: 1900 to 2199.
pub const TIMES: Range<i64> = -2_208_988_800_000..7_258_118_400_000;

const DAY_MILLIS: i64 = 86_400_000;

/// A moment that can be meant.
pub(crate) fn time(millis: i64) -> Result<i64, Reason> {
    if TIMES.contains(&millis) {
        Ok(millis)
    } else {
        Err(Reason::TimeOutside)
    }
}

/// RFC 3339, or a date, which is its midnight in UTC. A time without an offset is none.
pub(crate) fn time_of(text: &str) -> Result<i64, Reason> {
    if let Ok(moment) = text.parse::<jiff::Timestamp>() {
        return time(moment.as_millisecond());
    }
    let date = text.len() == "2026-01-02".len();
    let date = date
        .then(|| text.parse::<jiff::civil::Date>().ok())
        .flatten();
    let date = date.ok_or(Reason::TimeMalformed)?;
    let days = date
        .duration_since(jiff::civil::date(1970, 1, 1))
        .as_hours()
        / 24;
    time(days * DAY_MILLIS)
}

/// A whole number of `10^-scale` as one of `10^-decimals`.
pub(crate) fn rescaled(value: i128, scale: i8, decimals: u32) -> Result<i64, Reason> {
    if value < 0 {
        return Err(Reason::AmountNegative);
    }
    let by = i64::from(decimals) - i64::from(scale);
    let power = u32::try_from(by.unsigned_abs()).unwrap_or(u32::MAX);
    let factor = 10_i128.checked_pow(power);
    let value = match (factor, by >= 0) {
        (Some(factor), true) => value.checked_mul(factor),
        (Some(factor), false) if value % factor == 0 => Some(value / factor),
        (_, false) if value == 0 => Some(0),
        (_, false) => return Err(Reason::AmountTooFine { decimals }),
        (None, true) => (value == 0).then_some(0),
    };
    value
        .and_then(|value| i64::try_from(value).ok())
        .ok_or(Reason::AmountTooLarge)
}

/// Scaled floats below this are within a quarter of a minor unit of what they mean: 2^50.
const EXACT: f64 = 1_125_899_906_842_624.0;
/// How far from a whole minor unit a float may lie and still mean it.
const SLACK: f64 = 1e-4;

/// A float as a whole number of `10^-decimals`, if it is as near to one as its precision allows.
pub(crate) fn amount_from_float(value: f64, decimals: u32) -> Result<i64, Reason> {
    if !value.is_finite() {
        return Err(Reason::AmountNotFinite);
    }
    if value < 0.0 {
        return Err(Reason::AmountNegative);
    }
    let scaled = value * 10_f64.powi(i32::try_from(decimals).unwrap_or(i32::MAX));
    if scaled >= EXACT {
        return Err(Reason::AmountTooLarge);
    }
    let whole = scaled.round();
    if (scaled - whole).abs() > SLACK.max(scaled * f64::EPSILON) {
        return Err(Reason::AmountTooFine { decimals });
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^50")]
    Ok(whole as i64)
}

/// A decimal in text: digits, at most one point, no exponent, no grouping.
pub(crate) fn amount_of(text: &str, decimals: u32) -> Result<i64, Reason> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(part) {
        let word = digits.to_ascii_lowercase();
        let not_finite = ["nan", "inf", "infinity"].contains(&word.as_str());
        return Err(if not_finite {
            Reason::AmountNotFinite
        } else {
            Reason::AmountMalformed
        });
    }
    if negative {
        return Err(Reason::AmountNegative);
    }
    let part = part.trim_end_matches('0');
    if part.len() > decimals as usize {
        return Err(Reason::AmountTooFine { decimals });
    }
    let zeros = std::iter::repeat_n(b'0', decimals as usize - part.len());
    let mut value = 0_i64;
    for digit in whole.bytes().chain(part.bytes()).chain(zeros) {
        value = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(i64::from(digit - b'0')))
            .ok_or(Reason::AmountTooLarge)?;
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TOO_FINE: Reason = Reason::AmountTooFine { decimals: 2 };

    #[test]
    fn times_are_moments_or_days() {
        assert_eq!(time_of("1970-01-02T00:00:00.5Z"), Ok(DAY_MILLIS + 500));
        assert_eq!(time_of("1970-01-01T02:00:00+02:00"), Ok(0));
        assert_eq!(time_of("1970-01-03"), Ok(2 * DAY_MILLIS));
        for bad in [
            "",
            "1970-01-01T00:00:00",
            "03/04/70",
            "70-01-01",
            "1970-13-01",
            "0",
        ] {
            assert_eq!(time_of(bad), Err(Reason::TimeMalformed), "{bad}");
        }
        assert_eq!(time_of("1900-01-01"), Ok(TIMES.start));
        assert_eq!(time_of("1899-12-31"), Err(Reason::TimeOutside));
        assert_eq!(time_of("2199-12-31T23:59:59.999Z"), Ok(TIMES.end - 1));
        assert_eq!(time_of("2200-01-01T00:00:00Z"), Err(Reason::TimeOutside));
    }

    #[test]
    fn floats_mean_the_nearest_minor_unit_or_none() {
        let cents = |value| amount_from_float(value, 2);
        assert_eq!(cents(0.1 + 0.2), Ok(30));
        assert_eq!(cents(12.34), Ok(1234));
        assert_eq!(cents(9_000_000_000_000.01), Ok(900_000_000_000_001));
        // Here neighbouring floats lie more than a cent apart.
        let coarse = cents(90_000_000_000_000.01);
        assert_eq!(coarse, Err(Reason::AmountTooLarge));
        assert_eq!(cents(0.005), Err(TOO_FINE));
        assert_eq!(cents(-0.01), Err(Reason::AmountNegative));
        assert_eq!(cents(f64::NAN), Err(Reason::AmountNotFinite));
        assert_eq!(cents(f64::INFINITY), Err(Reason::AmountNotFinite));
        assert_eq!(cents(1e30), Err(Reason::AmountTooLarge));
        assert_eq!(cents(-0.0), Ok(0));
    }

    #[test]
    fn decimals_are_exact_or_refused() {
        assert_eq!(rescaled(12_340, 3, 2), Ok(1234));
        assert_eq!(rescaled(12_345, 3, 2), Err(TOO_FINE));
        assert_eq!(rescaled(5, -2, 2), Ok(50_000));
        assert_eq!(rescaled(-1, 0, 2), Err(Reason::AmountNegative));
        assert_eq!(rescaled(i128::MAX, 0, 2), Err(Reason::AmountTooLarge));
        assert_eq!(rescaled(1, i8::MAX, 2), Err(TOO_FINE));
        assert_eq!(rescaled(0, i8::MIN, 2), Ok(0));
        assert_eq!(amount_of("12.500", 2), Ok(1250));
        assert_eq!(amount_of("12.345", 2), Err(TOO_FINE));
        assert_eq!(amount_of("-1", 2), Err(Reason::AmountNegative));
        assert_eq!(amount_of("NaN", 2), Err(Reason::AmountNotFinite));
        assert_eq!(amount_of("1,5", 2), Err(Reason::AmountMalformed));
        assert_eq!(amount_of("1e9", 2), Err(Reason::AmountMalformed));
        assert_eq!(amount_of("92233720368547758.07", 2), Ok(i64::MAX));
        let more = amount_of("92233720368547758.08", 2);
        assert_eq!(more, Err(Reason::AmountTooLarge));
    }

    proptest! {
        #[test]
        fn all_ways_to_write_an_amount_agree(cents in 0_i64..1_000_000_000_000) {
            let text = format!("{}.{:02}", cents / 100, cents % 100);
            prop_assert_eq!(amount_of(&text, 2), Ok(cents));
            prop_assert_eq!(amount_from_float(text.parse().unwrap(), 2), Ok(cents));
            prop_assert_eq!(rescaled(i128::from(cents) * 1000, 5, 2), Ok(cents));
        }

        #[test]
        fn no_text_makes_it_panic(text in "[-0-9.TZ:+]{0,40}|.{0,20}") {
            let _ = (time_of(&text), amount_of(&text, 2));
        }
    }
}
