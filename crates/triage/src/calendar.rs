//! The calendar: clocks of duty, preservation and referral as data, read strictly, refused with the
//! line and the reason.

use std::fmt;
use std::str::FromStr;

use model::Override;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use toml::Spanned;

use crate::table::{Found, Ids, TableError, TableProblem, parse, stated};

/// The calendar that is built in.
const BUILTIN: &str = include_str!("../../../policy/calendar.toml");
/// The longest clock, in hours: a hundred years. Beyond it somebody mistyped.
const LENGTH_HOURS_MAX: i64 = 36_600 * 24;
const HOUR_MILLIS: i64 = 3600 * 1000;

/// The clocks, under one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    version: String,
    clocks: Vec<Clock>,
}

/// A time that runs out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clock {
    pub(crate) id: String,
    pub(crate) kind: ClockKind,
    pub(crate) starts: Start,
    pub(crate) raised: Option<Override>,
    pub(crate) length: Length,
    pub(crate) warn_before: Vec<Length>,
    pub(crate) jurisdiction: Option<Jurisdiction>,
    pub(crate) basis: Basis,
    pub(crate) text: String,
    pub(crate) source: String,
}

/// What a clock is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// Something has to be done.
    Duty,
    /// Something has to be kept, and may be deleted after.
    Preservation,
    /// Somebody has to be told. Stopping such a clock is what `referred` clocks start with.
    Referral,
}

impl ClockKind {
    /// The name as written in JSON and in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Duty => "duty",
            Self::Preservation => "preservation",
            Self::Referral => "referral",
        }
    }
}

/// What a clock starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// The first report of the case was opened by its sender.
    ReportReceived,
    /// The case was opened.
    CaseOpened,
    /// The first report that raised an override was finished.
    Escalated,
    /// The first referral clock of the case was stopped.
    Referred,
}

/// Whose rule a clock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The law of the clock's jurisdiction, which says the length.
    Law,
    /// An internal target, also where a law sets a standard without a number.
    House,
}

/// A country, as two capital letters (ISO 3166-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Jurisdiction([u8; 2]);

impl FromStr for Jurisdiction {
    type Err = TableProblem;

    fn from_str(text: &str) -> Result<Self, TableProblem> {
        match text.as_bytes() {
            [a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => Ok(Self([*a, *b])),
            _ => Err(TableProblem::BadJurisdiction),
        }
    }
}

impl fmt::Display for Jurisdiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|letter| write!(f, "{}", char::from(*letter)))
    }
}

impl<'de> Deserialize<'de> for Jurisdiction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A length of time in whole hours, written `48h` or `30d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Length {
    hours: i64,
}

impl Length {
    /// In milliseconds.
    pub const fn millis(self) -> i64 {
        self.hours * HOUR_MILLIS
    }
}

impl FromStr for Length {
    type Err = TableProblem;

    fn from_str(text: &str) -> Result<Self, TableProblem> {
        let (digits, hours_each) = text
            .strip_suffix('h')
            .map(|digits| (digits, 1))
            .or_else(|| text.strip_suffix('d').map(|digits| (digits, 24)))
            .ok_or(TableProblem::BadLength)?;
        // `parse` alone would take a plus sign.
        let plain = digits.bytes().all(|digit| digit.is_ascii_digit());
        let number = digits.parse::<i64>().ok().filter(|_| plain);
        let hours = number.and_then(|number| number.checked_mul(hours_each));
        hours
            .filter(|hours| (1..=LENGTH_HOURS_MAX).contains(hours))
            .map(|hours| Self { hours })
            .ok_or(TableProblem::BadLength)
    }
}

impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.hours {
            hours if hours % 24 == 0 => write!(f, "{}d", hours / 24),
            hours => write!(f, "{hours}h"),
        }
    }
}

impl Serialize for Length {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl Calendar {
    /// Reads a calendar. `file_name` only serves the error.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, TableError> {
        parse(text, file_name, read)
    }

    /// The calendar that is built in.
    pub fn builtin() -> Result<Self, TableError> {
        Self::parse(BUILTIN, "policy/calendar.toml")
    }

    /// The version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Every clock, in the order of the file.
    pub fn clocks(&self) -> &[Clock] {
        &self.clocks
    }

    /// The clock of this id.
    pub fn clock(&self, id: &str) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.id == id)
    }

    /// Whether no clock of this jurisdiction can run in a case without an override: then the others
    /// need not be looked at.
    pub fn only_raised(&self, jurisdiction: Option<Jurisdiction>) -> bool {
        self.clocks
            .iter()
            .filter(|clock| clock.runs_in(jurisdiction))
            .all(|clock| clock.starts == Start::Escalated)
    }
}

impl Clock {
    /// Its id, unique in its calendar.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What it is about.
    pub const fn kind(&self) -> ClockKind {
        self.kind
    }

    /// Whether it runs for an agency of this jurisdiction.
    pub fn runs_in(&self, jurisdiction: Option<Jurisdiction>) -> bool {
        self.jurisdiction.is_none() || self.jurisdiction == jurisdiction
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCalendar {
    version: Spanned<String>,
    title: Spanned<String>,
    #[serde(rename = "clock", default)]
    clocks: Vec<RawClock>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClock {
    id: Spanned<String>,
    kind: ClockKind,
    starts: Start,
    raised: Option<Spanned<Override>>,
    length: Spanned<String>,
    warn_before: Vec<Spanned<String>>,
    jurisdiction: Spanned<String>,
    basis: Spanned<Basis>,
    text: Spanned<String>,
    source: Spanned<String>,
}

fn read(raw: RawCalendar) -> Result<Calendar, Found> {
    let version = stated(&raw.version, "version")?;
    stated(&raw.title, "title")?;
    let mut ids = Ids::default();
    let clocks = raw
        .clocks
        .into_iter()
        .map(|raw| clock(raw, &mut ids))
        .collect::<Result<_, Found>>()?;
    Ok(Calendar { version, clocks })
}

fn clock(raw: RawClock, ids: &mut Ids) -> Result<Clock, Found> {
    let id = ids.take(&raw.id)?;
    if let Some(raised) = raw
        .raised
        .as_ref()
        .filter(|_| raw.starts != Start::Escalated)
    {
        return Err((raised.span().start, TableProblem::RaisedIdle));
    }
    let length: Length = written(&raw.length)?;
    let jurisdiction = match raw.jurisdiction.get_ref().as_str() {
        "any" => None,
        _ => Some(written(&raw.jurisdiction)?),
    };
    if jurisdiction.is_none() && *raw.basis.get_ref() == Basis::Law {
        return Err((raw.basis.span().start, TableProblem::LawOfNowhere));
    }
    Ok(Clock {
        id,
        kind: raw.kind,
        starts: raw.starts,
        raised: raw.raised.map(Spanned::into_inner),
        length,
        warn_before: warnings(&raw.warn_before, length)?,
        jurisdiction,
        basis: raw.basis.into_inner(),
        text: stated(&raw.text, "text")?,
        source: stated(&raw.source, "source")?,
    })
}

fn warnings(raw: &[Spanned<String>], length: Length) -> Result<Vec<Length>, Found> {
    let mut warnings: Vec<Length> = Vec::with_capacity(raw.len());
    for text in raw {
        let warning: Length = written(text)?;
        let at = text.span().start;
        if warning >= length {
            return Err((at, TableProblem::WarningTooEarly));
        }
        if warnings.last().is_some_and(|before| warning >= *before) {
            return Err((at, TableProblem::WarningsUnordered));
        }
        warnings.push(warning);
    }
    Ok(warnings)
}

fn written<T: FromStr<Err = TableProblem>>(raw: &Spanned<String>) -> Result<T, Found> {
    raw.get_ref()
        .parse()
        .map_err(|problem| (raw.span().start, problem))
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;
