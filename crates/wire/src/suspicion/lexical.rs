//! The types of text in reports of suspicion. Each is right by construction.

use std::borrow::Cow;

use model::Timestamp;

use crate::ispws::binding::Simple;
use crate::ispws::schema::{Rule, SimpleType};

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $xsd:literal, $pattern:literal, $default:literal, $is:expr;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
            pub struct $name(String);

            impl $name {
                /// Takes a text; `None` if it does not belong to the type.
                pub fn new(text: &str) -> Option<Self> {
                    let belongs: fn(&str) -> bool = $is;
                    belongs(text).then(|| Self(text.to_owned()))
                }

                /// The text.
                pub fn text(&self) -> &str {
                    &self.0
                }
            }

            impl Default for $name {
                fn default() -> Self {
                    Self($default.to_owned())
                }
            }

            impl Simple for $name {
                const TYPE: &'static SimpleType = &SimpleType {
                    name: $xsd,
                    rule: Rule::Pattern($pattern),
                };

                fn from_text(text: &str) -> Option<Self> {
                    Self::new(text)
                }

                fn to_text(&self) -> Cow<'_, str> {
                    Cow::Borrowed(&self.0)
                }
            }
        )*
    };
}

texts! {
    /// Text of 1 to 30 characters.
    Text30 = "text30", r"[\s\S]{1,30}", "-", |text| is_text(text, 30);
    /// Text of 1 to 100 characters.
    Text100 = "text100", r"[\s\S]{1,100}", "-", |text| is_text(text, 100);
    /// Text of 1 to 255 characters.
    Text255 = "text255", r"[\s\S]{1,255}", "-", |text| is_text(text, 255);
    /// Text of 1 to 4000 characters.
    Text4000 = "text4000", r"[\s\S]{1,4000}", "-", |text| is_text(text, 4000);
    /// A code of a unit's list.
    Code = "code", r"[A-Za-z0-9_.\-]{1,50}", "-", |text| {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
        (1..=50).contains(&text.len()) && text.bytes().all(fits)
    };
    /// Two letters of ISO 3166-1, or `-`.
    CountryCode = "countryCode", "[A-Z]{2}|-", "-", |text| {
        text == "-" || (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()))
    };
    /// Three letters of ISO 4217.
    CurrencyCode = "currencyCode", "[A-Z]{3}", "XXX", |text| {
        text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase())
    };
    /// A decimal number that is not negative.
    Amount = "amount", r"[0-9]{1,18}(\.[0-9]{1,9})?", "0", |text| {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str, max: usize| {
            (1..=max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        digits(whole, 18) && digits(part, 9)
    };
    /// A date and a time in UTC, without saying so: `2026-01-31T14:05:00`.
    Moment = "moment", "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}", "1970-01-01T00:00:00",
        |text| {
            let form = "0000-00-00T00:00:00";
            let fits = |(byte, form): (u8, u8)| match form {
                b'0' => byte.is_ascii_digit(),
                form => byte == form,
            };
            text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
        };
}

/// So many characters at most, all of which XML can have and none of which a reader would change.
fn is_text(text: &str, max: usize) -> bool {
    let bad = |letter: char| letter == '\r' || crate::xml::forbidden(letter);
    (1..=max).contains(&text.chars().count()) && !text.contains(bad)
}

impl Moment {
    /// The second that a time is in; `None` outside of the years 0 to 9999.
    pub fn of(at: Timestamp) -> Option<Self> {
        Self::new(at.to_string().get(..19)?)
    }
}
