//! The shape of the rules file.

use serde::Deserialize;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    pub(super) version: Spanned<String>,
    pub(super) title: Spanned<String>,
    pub(super) words: Words,
    pub(super) brackets: Brackets,
    pub(super) endings: Endings,
    pub(super) card: Card,
    #[serde(rename = "kind")]
    pub(super) kinds: Vec<Kind>,
    #[serde(rename = "platform")]
    pub(super) platforms: Vec<Platform>,
    #[serde(rename = "service")]
    pub(super) services: Vec<Service>,
    #[serde(rename = "device")]
    pub(super) devices: Vec<Device>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) source: Spanned<String>,
    pub(super) between: Vec<String>,
    pub(super) naming: Vec<String>,
    pub(super) group: Vec<String>,
    pub(super) on: Vec<String>,
    pub(super) phone: Vec<String>,
    pub(super) other: Vec<String>,
    pub(super) version: Vec<String>,
    pub(super) stop: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Brackets {
    pub(super) source: Spanned<String>,
    pub(super) at: Vec<String>,
    pub(super) dot: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Endings {
    pub(super) source: Spanned<String>,
    pub(super) words: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Card {
    pub(super) source: Spanned<String>,
    pub(super) labels: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kind {
    pub(super) name: Spanned<String>,
    pub(super) text: Spanned<String>,
    pub(super) source: Spanned<String>,
    pub(super) examples: Vec<Example>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Example {
    pub(super) text: String,
    pub(super) normal: String,
    #[serde(default = "yes")]
    pub(super) valid: bool,
    #[serde(default)]
    pub(super) region: Option<Spanned<String>>,
}

const fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Platform {
    pub(super) name: Spanned<String>,
    #[serde(default)]
    pub(super) labels: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) short: Vec<Spanned<String>>,
    pub(super) names: Names,
    #[serde(default)]
    pub(super) profiles: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) groups: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) reserved: Vec<String>,
    #[serde(default)]
    pub(super) numbers: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) rooms: Vec<usize>,
    #[serde(default)]
    pub(super) phones: bool,
    pub(super) source: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Names {
    pub(super) min: Spanned<i64>,
    pub(super) max: Spanned<i64>,
    pub(super) marks: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Service {
    pub(super) name: Spanned<String>,
    pub(super) labels: Vec<Spanned<String>>,
    pub(super) value: ServiceValue,
    #[serde(default)]
    pub(super) region: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) digits: Vec<usize>,
    #[serde(default)]
    pub(super) links: Vec<Spanned<String>>,
    pub(super) source: Spanned<String>,
}

/// What stands behind a service's label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ServiceValue {
    /// A phone number, or a name with its sign.
    Phone,
    /// A name.
    Name,
    /// A name and a provider with an at sign between.
    Address,
    /// A name behind a dollar sign.
    Cashtag,
    /// Digits only, in groups or not.
    Number,
    /// Digits, and letters before them.
    Reference,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Device {
    pub(super) name: Spanned<String>,
    pub(super) labels: Vec<Spanned<String>>,
    pub(super) value: DeviceValue,
    pub(super) source: Spanned<String>,
}

/// The form of a device id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DeviceValue {
    /// 15 digits with a check digit, or 14 or 16 without.
    Imei,
    /// 32 hexadecimal digits in five groups.
    Uuid,
    /// 16 hexadecimal digits.
    Hex16,
    /// 12 hexadecimal digits, in pairs or fours.
    Mac,
    /// Letters, digits and hyphens, at least six, one of them a digit.
    Any,
}
