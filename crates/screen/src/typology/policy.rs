//! The policy as read: indicators, what makes an alert of them, and the lists that they speak of.

use super::evaluate::Panel;
use super::example::Example;
use super::problem::{PolicyError, PolicyProblem};
use super::raw;
use super::reference::References;
use super::tests_of::{RowTest, Sentence, WindowTest};
use crate::localtime::Hours;
use crate::money::Currency;
use model::Country;

/// The longest policy file that is read, in bytes.
pub const POLICY_BYTES_MAX: usize = 256 << 10;
/// The most indicators of all files together.
pub const INDICATORS_MAX: usize = 64;

/// The files that are built in.
const BUILTIN: [(&str, &str); 9] = [
    (
        "policy/typologies/alert.toml",
        include_str!("../../../../policy/typologies/alert.toml"),
    ),
    (
        "policy/typologies/a-amount.toml",
        include_str!("../../../../policy/typologies/a-amount.toml"),
    ),
    (
        "policy/typologies/b-pattern.toml",
        include_str!("../../../../policy/typologies/b-pattern.toml"),
    ),
    (
        "policy/typologies/c-place.toml",
        include_str!("../../../../policy/typologies/c-place.toml"),
    ),
    (
        "policy/typologies/d-text.toml",
        include_str!("../../../../policy/typologies/d-text.toml"),
    ),
    (
        "policy/typologies/e-companion.toml",
        include_str!("../../../../policy/typologies/e-companion.toml"),
    ),
    (
        "policy/typologies/f-victim.toml",
        include_str!("../../../../policy/typologies/f-victim.toml"),
    ),
    (
        "policy/typologies/g-asset.toml",
        include_str!("../../../../policy/typologies/g-asset.toml"),
    ),
    (
        "policy/typologies/h-person.toml",
        include_str!("../../../../policy/typologies/h-person.toml"),
    ),
];

/// What an indicator is about. Only amounts and patterns are grounds for an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// How much.
    Amount,
    /// How often, to how many, in which rhythm.
    Pattern,
    /// The hour.
    Hour,
    /// From where to where.
    Corridor,
    /// By which way.
    Channel,
    /// Words of the payment.
    Text,
    /// What else was bought.
    Companion,
    /// Who is already in a case.
    Link,
    /// That the account holder may be harmed.
    Victim,
    /// Virtual assets.
    Asset,
    /// Who the account holder is.
    Person,
}

impl Class {
    /// Every class, by name.
    pub const ALL: [(&str, Self); 11] = [
        ("amount", Self::Amount),
        ("pattern", Self::Pattern),
        ("hour", Self::Hour),
        ("corridor", Self::Corridor),
        ("channel", Self::Channel),
        ("text", Self::Text),
        ("companion", Self::Companion),
        ("link", Self::Link),
        ("victim", Self::Victim),
        ("asset", Self::Asset),
        ("person", Self::Person),
    ];

    /// Whether an alert may rest on it.
    pub const fn is_ground(self) -> bool {
        matches!(self, Self::Amount | Self::Pattern)
    }
}

/// By whose word an indicator stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// P: the publisher's own page or abstract says it.
    Published,
    /// S: known from a summary of the publication.
    Summarised,
    /// O: our own inference.
    Inferred,
}

impl Kind {
    /// Every kind, by name.
    pub const ALL: [(&str, Self); 3] = [
        ("published", Self::Published),
        ("summarised", Self::Summarised),
        ("inferred", Self::Inferred),
    ];

    /// The name as written in policy.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Summarised => "summarised",
            Self::Inferred => "inferred",
        }
    }
}

/// From which side of a transfer an account is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Its payments.
    Sender,
    /// What it is paid.
    Receiver,
}

/// Where an alert goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Route {
    /// To a person who looks at the account.
    Review,
    /// To a person who protects the account's holder: a victim is not accused.
    Protection,
}

/// One indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Indicator {
    /// Its id: `A1`.
    pub id: String,
    /// What it is, in a few words.
    pub title: String,
    /// What it is about.
    pub class: Class,
    /// By whose word it stands.
    pub kind: Kind,
    /// Whose word, and where.
    pub source: String,
    /// When that was said.
    pub dated: String,
    /// The version of its file.
    pub version: String,
    /// Whether it is evaluated.
    pub enabled: bool,
    /// Which sides it looks at.
    pub sides: Vec<Side>,
    /// What it adds.
    pub points: u32,
    /// Where an alert goes that it takes part in.
    pub route: Route,
    /// Rows and whether it holds at the last of them.
    pub examples: Vec<Example>,
    /// Ids of indicators before it, one of which must hold too; empty: none need.
    pub needs: Vec<String>,
    pub(super) row: RowTest,
    pub(super) window: WindowTest,
    pub(super) text: Sentence,
}

impl Indicator {
    fn currencies(&self) -> Vec<Currency> {
        let band = self.row.band.map(|band| [band.min, band.max, band.below]);
        let limits = [self.window.sum_max, self.window.median_below];
        let all = band.into_iter().flatten().chain(limits).flatten();
        all.map(|money| money.currency).collect()
    }

    /// The numbers that it tests by, as name and value.
    pub fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut all = self.row.parameters();
        all.extend(self.window.parameters());
        all
    }
}

/// All indicators, and what makes an alert of them.
#[derive(Debug, Clone)]
pub struct Policy {
    pub(super) general: General,
    pub(super) indicators: Vec<Indicator>,
    pub(super) sender: Panel,
    pub(super) receiver: Panel,
}

/// What is not about one indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct General {
    pub(super) version: String,
    pub(super) currency: Currency,
    pub(super) alerts_at_points: u32,
    pub(super) indicators_min: u32,
    pub(super) quiet_millis: i64,
    pub(super) night: Hours,
    pub(super) day: Hours,
    pub(super) corridors: Corridors,
    pub(super) references: References,
}

impl Policy {
    /// Reads the files of a policy, each a name, which only serves errors, and a text. One of them
    /// is the general one, which has `alerts_at_points`.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, PolicyError> {
        let (general, indicators) = raw::read(files)?;
        let mut policy = Self {
            general,
            indicators,
            sender: Panel::default(),
            receiver: Panel::default(),
        };
        let (file, text) = files.first().copied().unwrap_or_default();
        policy.compile().map_err(|problem| PolicyError {
            file: file.to_owned(),
            line: text.lines().count().max(1),
            problem,
        })?;
        Ok(policy)
    }

    /// The policy that is built in.
    pub fn builtin() -> Result<Self, PolicyError> {
        Self::parse(&BUILTIN)
    }

    /// The same policy with one indicator off: what the others say without it.
    #[must_use]
    pub fn without(&self, id: &str) -> Self {
        self.with_only(|indicator| indicator.enabled && indicator.id != id)
    }

    /// The same policy with just those indicators on that `on` names, and those that two persons
    /// must switch on only if they did.
    #[must_use]
    pub fn with_only(&self, on: impl Fn(&Indicator) -> bool) -> Self {
        let mut policy = self.clone();
        for indicator in &mut policy.indicators {
            let forbidden = !indicator.enabled && indicator.row.attribute().is_some();
            indicator.enabled = on(indicator) && !forbidden;
        }
        // Fewer indicators need no more room than all of them did; if they did, nothing changes.
        match policy.compile() {
            Ok(()) => policy,
            Err(_) => self.clone(),
        }
    }

    pub(super) fn compile(&mut self) -> Result<(), PolicyProblem> {
        self.sender = Panel::of(&self.indicators, Side::Sender)?;
        self.receiver = Panel::of(&self.indicators, Side::Receiver)?;
        Ok(())
    }

    /// The version of the general file.
    pub fn version(&self) -> &str {
        &self.general.version
    }

    /// All indicators, those that are off included.
    pub fn indicators(&self) -> &[Indicator] {
        &self.indicators
    }

    /// The currency that amounts of all currencies are added up in.
    pub const fn currency(&self) -> Currency {
        self.general.currency
    }

    /// The points from which indicators together are an alert.
    pub const fn alerts_at_points(&self) -> u32 {
        self.general.alerts_at_points
    }

    /// The currencies that the enabled indicators speak of: without rates for one of them, those
    /// indicators never hold.
    pub fn currencies(&self) -> Vec<Currency> {
        let enabled = self.indicators.iter().filter(|one| one.enabled);
        let mut all: Vec<Currency> = enabled.flat_map(Indicator::currencies).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// What the words of a payment say: a purpose from the list, a social handle.
    pub fn reference_flags(&self, text: &str) -> crate::Flags {
        self.general.references.flags(text)
    }

    pub(super) const fn panel(&self, side: Side) -> &Panel {
        match side {
            Side::Sender => &self.sender,
            Side::Receiver => &self.receiver,
        }
    }
}

/// Which pairs of countries are listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Corridors(Vec<bool>);

impl Default for Corridors {
    fn default() -> Self {
        Self(vec![false; Country::COUNT * Country::COUNT])
    }
}

impl Corridors {
    pub(super) fn list(&mut self, from: Country, to: Country) {
        self.0[from.position() * Country::COUNT + to.position()] = true;
    }

    #[inline]
    pub(super) fn lists(&self, from: Country, to: Country) -> bool {
        self.0[from.position() * Country::COUNT + to.position()]
    }
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
