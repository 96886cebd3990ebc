//! The types of text: which texts belong to them, as libxml2 2.9 judges, and how they are kept.
//!
//! Values whose text is evidence (times, numbers with a fraction) keep the text as it was sent.

use std::borrow::Cow;

use model::{Moment, Timestamp};

use super::binding::Simple;
use super::schema::{Rule, SimpleType};

/// XML's white space.
pub(crate) const WHITE_SPACE: [char; 4] = [' ', '\t', '\n', '\r'];

macro_rules! simple_type {
    ($name:literal, $rule:expr) => {
        &SimpleType {
            name: $name,
            rule: $rule,
        }
    };
}

impl Simple for String {
    const TYPE: &'static SimpleType = simple_type!("xs:string", Rule::Text);

    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    fn to_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl Simple for bool {
    const TYPE: &'static SimpleType = simple_type!("xs:boolean", Rule::Boolean);

    fn from_text(text: &str) -> Option<Self> {
        match text.trim_matches(WHITE_SPACE) {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        }
    }

    fn to_text(&self) -> Cow<'_, str> {
        Cow::Borrowed(if *self { "true" } else { "false" })
    }
}

/// The value of a mark that is either absent or true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Yes;

impl Simple for Yes {
    const TYPE: &'static SimpleType = simple_type!("xs:boolean", Rule::True);

    fn from_text(text: &str) -> Option<Self> {
        (text == "true").then_some(Self)
    }

    fn to_text(&self) -> Cow<'_, str> {
        Cow::Borrowed("true")
    }
}

impl Simple for i32 {
    const TYPE: &'static SimpleType = simple_type!("xs:int", Rule::Int);

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn to_text(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

impl Simple for i64 {
    const TYPE: &'static SimpleType = simple_type!("xs:long", Rule::Long);

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }

    fn to_text(&self) -> Cow<'_, str> {
        Cow::Owned(self.to_string())
    }
}

macro_rules! kept_text {
    ($(#[$doc:meta])* $type:ident, $table:expr, $belongs:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash)]
        pub struct $type(String);

        impl $type {
            /// Reads a text; `None` if it does not belong to the type.
            pub fn new(text: &str) -> Option<Self> {
                let belongs: fn(&str) -> Option<Cow<'_, str>> = $belongs;
                belongs(text).map(|kept| Self(kept.into_owned()))
            }

            /// The text as it was sent.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Debug for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($type), "(..)"))
            }
        }

        impl Simple for $type {
            const TYPE: &'static SimpleType = $table;

            fn from_text(text: &str) -> Option<Self> {
                Self::new(text)
            }

            fn to_text(&self) -> Cow<'_, str> {
                Cow::Borrowed(&self.0)
            }
        }
    };
}

kept_text!(
    /// A text whose white space says nothing: collapsed to single spaces, none at the ends.
    #[derive(Default)]
    Token,
    simple_type!("xs:token", Rule::Token),
    |text| Some(collapsed(text))
);

kept_text!(
    /// A date, `YYYY-MM-DD`, with or without an offset.
    Date,
    simple_type!("xs:date", Rule::Date),
    |text| {
        let mut cursor = Cursor(text.as_bytes());
        (cursor.date() && cursor.offset()).then_some(Cow::Borrowed(text))
    }
);

kept_text!(
    /// A date and time, `YYYY-MM-DDThh:mm:ss`, with or without a fraction, with or without an
    /// offset.
    DateTime,
    simple_type!("xs:dateTime", Rule::DateTime),
    |text| {
        // libxml2 lets white space follow an offset, and stand nowhere else.
        let kept = text.trim_end_matches(WHITE_SPACE);
        let mut cursor = Cursor(kept.as_bytes());
        let belongs = cursor.date()
            && cursor.take(b'T')
            && cursor.time()
            && (kept == text || !cursor.0.is_empty())
            && cursor.offset();
        belongs.then_some(Cow::Borrowed(kept))
    }
);

kept_text!(
    /// Degrees of latitude or longitude; positive is north or east. The format sets no range.
    Degrees,
    simple_type!("latlong", Rule::Double),
    |text| {
        let text = text.trim_start_matches(WHITE_SPACE);
        if matches!(text, "INF" | "-INF" | "NaN") {
            return Some(Cow::Borrowed(text));
        }
        let text = text.trim_end_matches(WHITE_SPACE);
        Cursor(text.as_bytes()).double().then_some(Cow::Borrowed(text))
    }
);

kept_text!(
    /// A country calling code, with its plus: `+1`.
    CallingCode,
    simple_type!("phoneCountryCallingCode", Rule::Pattern(r"\+[0-9]{1,3}")),
    |text| {
        let digits = text.strip_prefix('+')?;
        ((1..=3).contains(&digits.len()) && all_digits(digits)).then_some(Cow::Borrowed(text))
    }
);

kept_text!(
    /// A phone extension: digits.
    Extension,
    simple_type!("phoneExtension", Rule::Pattern("[0-9]+")),
    |text| (!text.is_empty() && all_digits(text)).then_some(Cow::Borrowed(text))
);

impl Default for DateTime {
    /// The epoch.
    fn default() -> Self {
        Self("1970-01-01T00:00:00Z".to_owned())
    }
}

impl From<Timestamp> for DateTime {
    fn from(at: Timestamp) -> Self {
        Self::new(&at.to_string()).unwrap_or_default()
    }
}

impl DateTime {
    /// The text with its moment, which exists only if the text says its offset.
    pub fn moment(&self) -> Moment {
        Moment {
            utc: self.utc(),
            text: self.0.clone(),
        }
    }

    /// The moment, in whole milliseconds. A day may end at 24:00:00.
    fn utc(&self) -> Option<Timestamp> {
        const DAY_MILLIS: i64 = 24 * 3600 * 1000;
        let (date, rest) = self.0.split_once('T')?;
        let offset_at = rest.find(['Z', '+', '-'])?;
        let (time, offset) = rest.split_at(offset_at);
        let (seconds, fraction) = time.split_once('.').unwrap_or((time, "0"));
        let fraction = fraction.get(..9).unwrap_or(fraction);
        let (seconds, later_millis) = match seconds {
            "24:00:00" => ("00:00:00", DAY_MILLIS),
            seconds => (seconds, 0),
        };
        Timestamp::parse(&format!("{date}T{seconds}.{fraction}{offset}"))
            .map(|at| at.plus_millis(later_millis))
    }
}

impl Degrees {
    /// The number, if it is a finite one.
    pub fn number(&self) -> Option<f64> {
        let mantissa = self.0.trim_end_matches(['e', 'E', '+', '-']);
        mantissa
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
    }
}

fn all_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

fn collapsed(text: &str) -> Cow<'_, str> {
    let mut words = text.split(WHITE_SPACE).filter(|word| !word.is_empty());
    let trimmed = text.trim_matches(WHITE_SPACE);
    if !trimmed.contains(['\t', '\n', '\r']) && !trimmed.contains("  ") {
        return Cow::Borrowed(trimmed);
    }
    let mut kept = words.next().unwrap_or_default().to_owned();
    for word in words {
        kept.push(' ');
        kept.push_str(word);
    }
    Cow::Owned(kept)
}

/// A place in a text that is being read by the byte.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    fn take(&mut self, byte: u8) -> bool {
        match self.0 {
            [first, rest @ ..] if *first == byte => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// Skips digits and says how many there were.
    fn digits(&mut self) -> usize {
        let count = self
            .0
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        self.0 = &self.0[count..];
        count
    }

    fn two_digits(&mut self) -> Option<u32> {
        match self.0 {
            [tens, ones, rest @ ..] if tens.is_ascii_digit() && ones.is_ascii_digit() => {
                self.0 = rest;
                Some(u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
            }
            _ => None,
        }
    }

    /// `-?YYYY-MM-DD`: no year 0, no leading zero in a year of more than four digits, no day that
    /// is not.
    fn date(&mut self) -> bool {
        self.take(b'-');
        let start = self.0;
        let length = self.digits();
        let digits = &start[..length];
        if length < 4 || (length > 4 && digits[0] == b'0') {
            return false;
        }
        let year = digits.iter().try_fold(0_i64, |year, digit| {
            year.checked_mul(10)?.checked_add(i64::from(digit - b'0'))
        });
        let (Some(year), true) = (year, self.take(b'-')) else {
            return false;
        };
        let (Some(month), true) = (self.two_digits(), self.take(b'-')) else {
            return false;
        };
        let Some(day) = self.two_digits() else {
            return false;
        };
        year != 0 && day >= 1 && day <= days_of_month(year, month)
    }

    /// `hh:mm:ss(.s+)?`, up to and with 24:00:00.
    fn time(&mut self) -> bool {
        let (Some(hour), true) = (self.two_digits(), self.take(b':')) else {
            return false;
        };
        let (Some(minute), true) = (self.two_digits(), self.take(b':')) else {
            return false;
        };
        let Some(second) = self.two_digits() else {
            return false;
        };
        let mut exact = true;
        if self.take(b'.') {
            let start = self.0;
            let length = self.digits();
            if length == 0 {
                return false;
            }
            exact = start[..length].iter().all(|digit| *digit == b'0');
        }
        let end_of_day = hour == 24 && minute == 0 && second == 0 && exact;
        end_of_day || (hour <= 23 && minute <= 59 && second <= 59)
    }

    /// Nothing, `Z`, or `±hh:mm` up to fourteen hours, and then the end.
    fn offset(&mut self) -> bool {
        if self.0.is_empty() || self.0 == b"Z" {
            return true;
        }
        if !self.take(b'+') && !self.take(b'-') {
            return false;
        }
        let (Some(hours), true) = (self.two_digits(), self.take(b':')) else {
            return false;
        };
        let Some(minutes) = self.two_digits() else {
            return false;
        };
        minutes <= 59 && hours * 60 + minutes <= 14 * 60 && self.0.is_empty()
    }

    /// Digits with at most one point and one exponent, which libxml2 lets be empty, and then the
    /// end.
    fn double(&mut self) -> bool {
        if !self.take(b'-') {
            self.take(b'+');
        }
        let mut digits = self.digits();
        if self.take(b'.') {
            digits += self.digits();
        }
        if self.take(b'e') || self.take(b'E') {
            if !self.take(b'-') {
                self.take(b'+');
            }
            self.digits();
        }
        digits > 0 && self.0.is_empty()
    }
}

const fn days_of_month(year: i64, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        _ => 0,
    }
}
