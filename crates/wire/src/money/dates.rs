//! Dates and times, in the styles in which books write them.

use jiff::civil;
use jiff::tz::{Offset, TimeZone};
use model::Timestamp;
use model::limits::{MONEY_FUTURE_MILLIS_MAX, MONEY_PAST_MILLIS_MIN};

use super::step::Reason;

/// How a column or a format writes dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DateStyle {
    /// `2026-01-31`, with or without a time and an offset; RFC 3339.
    Iso,
    /// Day, month, year: `31.01.2026`, `31/1/26 14:05`.
    DayFirst,
    /// Month, day, year: `01/31/2026`, `1-31-26 2:05 PM`.
    MonthFirst,
    /// Year, month, day without separators: `20260131`, `260131`, `20260131T140500`.
    Compact,
    /// Seconds since 1970.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMillis,
}

impl DateStyle {
    /// Every style.
    pub const ALL: [Self; 6] = [
        Self::Iso,
        Self::DayFirst,
        Self::MonthFirst,
        Self::Compact,
        Self::EpochSeconds,
        Self::EpochMillis,
    ];

    /// The name as written in mappings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Iso => "iso",
            Self::DayFirst => "day_first",
            Self::MonthFirst => "month_first",
            Self::Compact => "compact",
            Self::EpochSeconds => "epoch_seconds",
            Self::EpochMillis => "epoch_millis",
        }
    }

    /// Reads a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|style| style.name() == name)
    }
}

/// The time zone of what names none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Zone {
    /// UTC.
    #[default]
    Utc,
    /// Another.
    Other(TimeZone),
}

impl Zone {
    /// Reads `UTC`, an offset such as `+08:00`, or a name of the IANA database that is built in.
    pub fn parse(name: &str) -> Option<Self> {
        if matches!(name, "UTC" | "Z") {
            return Some(Self::Utc);
        }
        if let Some(seconds) = offset_seconds(name.as_bytes()) {
            let offset = Offset::from_seconds(seconds).ok()?;
            return Some(Self::Other(TimeZone::fixed(offset)));
        }
        let database = jiff::tz::TimeZoneDatabase::bundled();
        database.get(name).ok().map(Self::Other)
    }
}

/// What a moment is read by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Calendar<'a> {
    pub(super) zone: &'a Zone,
    pub(super) now: Timestamp,
}

/// A moment that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Read {
    pub(super) at: Timestamp,
    pub(super) has_clock: bool,
}

/// A moment that is neither in the future nor absurdly old.
pub(super) fn believed(at: Timestamp, now: Timestamp) -> Result<Timestamp, Reason> {
    if at.millis() < MONEY_PAST_MILLIS_MIN {
        Err(Reason::DatePast)
    } else if at.millis_since(now) > MONEY_FUTURE_MILLIS_MAX {
        Err(Reason::DateFuture)
    } else {
        Ok(at)
    }
}

impl Calendar<'_> {
    /// Reads a moment that is neither in the future nor absurdly old.
    pub(super) fn read(self, text: &[u8], style: DateStyle) -> Result<Read, Reason> {
        let text = text.trim_ascii();
        if text.is_empty() {
            return Err(Reason::DateMissing);
        }
        let read = self.any(text, style).ok_or(Reason::DateMalformed)?;
        believed(read.at, self.now).map(|_| read)
    }

    /// The day of a text, however far.
    fn any(self, text: &[u8], style: DateStyle) -> Option<Read> {
        let epoch = |unit: i64| {
            let text = std::str::from_utf8(text).ok()?;
            let millis = text.parse::<i64>().ok()?.checked_mul(unit)?;
            Some(Read {
                at: Timestamp::from_millis(millis),
                has_clock: true,
            })
        };
        match style {
            DateStyle::EpochSeconds => epoch(1000),
            DateStyle::EpochMillis => epoch(1),
            _ => {
                let (date, rest) = self.date(text, style)?;
                self.moment(date, rest)
            }
        }
    }

    fn date(self, text: &[u8], style: DateStyle) -> Option<(civil::Date, &[u8])> {
        let (year, month, day, rest) = if style == DateStyle::Compact {
            let digits = leading_digits(text);
            let (year, length) = match digits {
                8 => (number(text.get(..4)?)?, 4),
                6 => (self.century(number(text.get(..2)?)?)?, 2),
                _ => return None,
            };
            let month = number(text.get(length..length + 2)?)?;
            let day = number(text.get(length + 2..digits)?)?;
            (year, month, day, text.get(digits..)?)
        } else {
            let (parts, rest) = three_parts(text)?;
            let [first, second, third] = parts;
            let (year, month, day) = match style {
                DateStyle::DayFirst => (third, second, first),
                DateStyle::MonthFirst => (third, first, second),
                _ => (first, second, third),
            };
            let year = match (year.len(), style) {
                (4, _) => number(year)?,
                (2, DateStyle::DayFirst | DateStyle::MonthFirst) => self.century(number(year)?)?,
                _ => return None,
            };
            if month.len() > 2 || day.len() > 2 {
                return None;
            }
            (year, number(month)?, number(day)?, rest)
        };
        let date = civil::Date::new(
            i16::try_from(year).ok()?,
            i8::try_from(month).ok()?,
            i8::try_from(day).ok()?,
        );
        Some((date.ok()?, rest))
    }

    /// The full year of two digits: the latest that is not after next year.
    fn century(self, two_digits: u32) -> Option<u32> {
        let now = jiff::Timestamp::from_millisecond(self.now.millis()).ok()?;
        let next = u32::try_from(Offset::UTC.to_datetime(now).year()).ok()? + 1;
        let year = next / 100 * 100 + two_digits;
        Some(if year > next { year - 100 } else { year })
    }

    fn moment(self, date: civil::Date, rest: &[u8]) -> Option<Read> {
        let (time, rest, has_clock) = match rest {
            [b'T' | b't' | b' ', after @ ..] if after.first()?.is_ascii_digit() => {
                let (time, rest) = clock(after)?;
                (time, rest, true)
            }
            rest => (civil::Time::midnight(), rest, false),
        };
        let civil = date.to_datetime(time);
        let rest = rest.trim_ascii_start();
        let utc = if rest.is_empty() {
            match self.zone {
                // A day alone is a day everywhere.
                Zone::Other(zone) if has_clock => zone.to_timestamp(civil).ok()?,
                Zone::Other(_) | Zone::Utc => Offset::UTC.to_timestamp(civil).ok()?,
            }
        } else {
            let seconds = match rest {
                b"Z" | b"z" | b"UTC" => 0,
                offset => offset_seconds(offset)?,
            };
            let seconds = if has_clock { seconds } else { 0 };
            let offset = Offset::from_seconds(seconds).ok()?;
            offset.to_timestamp(civil).ok()?
        };
        let at = Timestamp::from_millis(utc.as_millisecond());
        Some(Read { at, has_clock })
    }
}

/// `±hh:mm`, `±hhmm` or `±hh` as seconds.
fn offset_seconds(text: &[u8]) -> Option<i32> {
    let (sign, digits) = match text {
        [b'+', rest @ ..] => (1, rest),
        [b'-', rest @ ..] => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match digits {
        [a, b, b':', c, d] | [a, b, c, d] => (number(&[*a, *b])?, number(&[*c, *d])?),
        [a, b] => (number(&[*a, *b])?, 0),
        _ => return None,
    };
    let seconds = i32::try_from(hours * 3600 + minutes * 60).ok()?;
    (minutes < 60 && hours <= 18).then_some(sign * seconds)
}

/// `hh:mm`, `hh:mm:ss`, `hh:mm:ss.fff`, `hhmmss`, and AM or PM after it.
fn clock(text: &[u8]) -> Option<(civil::Time, &[u8])> {
    let digits = leading_digits(text);
    let (mut hour, minute, second, mut rest) = if matches!(digits, 4 | 6) {
        let second = if digits == 6 {
            number(text.get(4..6)?)?
        } else {
            0
        };
        let minute = number(text.get(2..4)?)?;
        (number(text.get(..2)?)?, minute, second, text.get(digits..)?)
    } else {
        if !matches!(digits, 1 | 2) || text.get(digits) != Some(&b':') {
            return None;
        }
        let minutes = text.get(digits + 1..)?;
        let minute = number(minutes.get(..2)?)?;
        match minutes.get(2..)? {
            [b':', seconds @ ..] => {
                let second = number(seconds.get(..2)?)?;
                (
                    number(text.get(..digits)?)?,
                    minute,
                    second,
                    seconds.get(2..)?,
                )
            }
            rest => (number(text.get(..digits)?)?, minute, 0, rest),
        }
    };
    let mut nanos = 0;
    if let [b'.' | b',', fraction @ ..] = rest {
        let length = leading_digits(fraction);
        if !(1..=9).contains(&length) {
            return None;
        }
        let shift = u32::try_from(9 - length).ok()?;
        nanos = number(fraction.get(..length)?)? * 10_u32.pow(shift);
        rest = fraction.get(length..)?;
    }
    let after = rest.trim_ascii_start();
    if let [half, b'M' | b'm', end @ ..] = after {
        if !(1..=12).contains(&hour) {
            return None;
        }
        hour = match half {
            b'A' | b'a' => hour % 12,
            b'P' | b'p' => hour % 12 + 12,
            _ => return None,
        };
        rest = end;
    }
    // A leap second is the last of its minute.
    let second = second.min(if second == 60 { 59 } else { second });
    let time = civil::Time::new(
        i8::try_from(hour).ok()?,
        i8::try_from(minute).ok()?,
        i8::try_from(second).ok()?,
        i32::try_from(nanos).ok()?,
    );
    Some((time.ok()?, rest))
}

/// Three runs of digits with one kind of separator between them, and what comes after.
fn three_parts(text: &[u8]) -> Option<([&[u8]; 3], &[u8])> {
    let first = leading_digits(text);
    let separator = *text.get(first)?;
    if first == 0 || !matches!(separator, b'-' | b'/' | b'.' | b' ') {
        return None;
    }
    let after = text.get(first + 1..)?;
    let second = leading_digits(after);
    if second == 0 || after.get(second) != Some(&separator) {
        return None;
    }
    let last = after.get(second + 1..)?;
    let third = leading_digits(last);
    if third == 0 {
        return None;
    }
    let parts = [text.get(..first)?, after.get(..second)?, last.get(..third)?];
    Some((parts, last.get(third..)?))
}

fn leading_digits(text: &[u8]) -> usize {
    text.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Up to nine digits as a number.
fn number(digits: &[u8]) -> Option<u32> {
    if digits.is_empty() || digits.len() > 9 {
        return None;
    }
    digits.iter().try_fold(0_u32, |sum, digit| {
        let digit = digit.is_ascii_digit().then(|| u32::from(digit - b'0'))?;
        Some(sum * 10 + digit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read_in(zone: &Zone, text: &str, style: DateStyle) -> Result<String, Reason> {
        let now = Timestamp::parse("2026-11-25T00:00:00Z").unwrap();
        let calendar = Calendar { zone, now };
        let read = calendar.read(text.as_bytes(), style)?;
        let clock = if read.has_clock { "" } else { " (day)" };
        Ok(format!("{}{clock}", read.at))
    }

    fn read(text: &str, style: DateStyle) -> Result<String, Reason> {
        read_in(&Zone::Utc, text, style)
    }

    #[test]
    fn three_styles_give_one_day() {
        let day = Ok("2026-01-31T00:00:00Z (day)".to_owned());
        for (text, style) in [
            ("2026-01-31", DateStyle::Iso),
            ("2026-01-31+08:00", DateStyle::Iso),
            ("31.01.2026", DateStyle::DayFirst),
            ("31/1/26", DateStyle::DayFirst),
            ("1/31/2026", DateStyle::MonthFirst),
            ("20260131", DateStyle::Compact),
            ("260131", DateStyle::Compact),
        ] {
            assert_eq!(read(text, style), day, "{text}");
        }
    }

    #[test]
    fn times_of_day_are_read_with_and_without_offsets() {
        let at = Ok("2026-01-31T14:05:00Z".to_owned());
        for (text, style) in [
            ("2026-01-31T14:05:00Z", DateStyle::Iso),
            ("2026-01-31T22:05:00.000+08:00", DateStyle::Iso),
            ("2026-01-31 14:05", DateStyle::Iso),
            ("31.01.2026 14:05", DateStyle::DayFirst),
            ("1/31/26 2:05 PM", DateStyle::MonthFirst),
            ("20260131T140500", DateStyle::Compact),
            ("1769868300", DateStyle::EpochSeconds),
            ("1769868300000", DateStyle::EpochMillis),
        ] {
            assert_eq!(read(text, style), at, "{text}");
        }
        let manila = Zone::parse("Asia/Manila").unwrap();
        let there = read_in(&manila, "2026-01-31 22:05", DateStyle::Iso);
        assert_eq!(there, at);
        let there = read_in(&manila, "2026-01-31", DateStyle::Iso);
        assert_eq!(there, Ok("2026-01-31T00:00:00Z (day)".to_owned()));
        assert_eq!(Zone::parse("Nowhere/Town"), None);
    }

    #[test]
    fn what_is_no_date_or_lies_elsewhere_is_named() {
        for (text, style, reason) in [
            ("", DateStyle::Iso, Reason::DateMissing),
            ("2026-02-29", DateStyle::Iso, Reason::DateMalformed),
            ("26-01-31", DateStyle::Iso, Reason::DateMalformed),
            ("31-01/2026", DateStyle::DayFirst, Reason::DateMalformed),
            ("31.13.2026", DateStyle::DayFirst, Reason::DateMalformed),
            ("2026-01-31T25:00", DateStyle::Iso, Reason::DateMalformed),
            ("1969-12-31", DateStyle::Iso, Reason::DatePast),
            (
                "2026-11-26T00:00:00.001Z",
                DateStyle::Iso,
                Reason::DateFuture,
            ),
        ] {
            assert_eq!(read(text, style), Err(reason), "{text}");
        }
        assert!(read("2026-11-26T00:00:00Z", DateStyle::Iso).is_ok());
        assert!(read("1970-01-01", DateStyle::Iso).is_ok());
    }

    #[test]
    fn two_digits_of_a_year_are_the_latest_that_is_not_after_next_year() {
        let year = |text: &str| read(text, DateStyle::Compact).map(|text| text[..4].to_owned());
        assert_eq!(year("260101"), Ok("2026".to_owned()));
        assert_eq!(year("280101"), Err(Reason::DatePast));
        assert_eq!(year("700101"), Ok("1970".to_owned()));
        assert_eq!(year("270101"), Err(Reason::DateFuture));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[-0-9/.:TZ+ APM]{0,40}|.{0,30}") {
            for style in DateStyle::ALL {
                let _ = read(&text, style);
            }
            let _ = Zone::parse(&text);
        }
    }
}
