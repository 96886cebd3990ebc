//! Reading a policy's files: each value checked, each refusal with its line.

use std::ops::{Range, RangeInclusive};

use serde::Deserialize;
use toml::Spanned;

use super::example::Example;
use super::policy::{
    Class, Corridors, General, INDICATORS_MAX, Indicator, Kind, POLICY_BYTES_MAX, Route, Side,
};
use super::problem::{PolicyError, PolicyProblem};
use super::reference::References;
use super::tests_of::{Band, DAY_MILLIS, HOUR_MILLIS, RowTest, Sentence, WindowTest};
use crate::localtime::Hours;
use crate::money::{Currency, Money};
use crate::transfer::{Channel, Flags};
use model::Country;

/// Ten years.
const DAYS_MAX: u32 = 3_660;
/// A day's payments of the busiest account.
const COUNT_MAX: u32 = 1_000_000;
const POINTS_MAX: u32 = 1_000;
/// The most minor units of a limit: products with rates stay far inside 128 bits.
const LIMIT_MINOR_MAX: i64 = 999_999_999;
/// The most periods over which growth is measured.
const PERIODS_MAX: u32 = 6;
/// Why a switched-off attribute may be on: a sentence, not a word.
const REASON_CHARS_MIN: usize = 20;

type Refused<T> = Result<T, Refusal>;

/// A problem and the byte where it stands.
struct Refusal(usize, PolicyProblem);

/// Reads all files: the general one, and the indicators in the order of their files.
pub(super) fn read(files: &[(&str, &str)]) -> Result<(General, Vec<Indicator>), PolicyError> {
    let mut general = None;
    let mut indicators: Vec<Indicator> = Vec::new();
    for (file, text) in files {
        let at = |Refusal(at, problem)| PolicyError {
            file: (*file).to_owned(),
            line: line_of(text, at),
            problem,
        };
        if text.len() > POLICY_BYTES_MAX {
            return Err(at(Refusal(0, PolicyProblem::TooLong)));
        }
        if text.contains("alerts_at_points") {
            let raw: RawGeneral = parse(text).map_err(at)?;
            if general.replace(raw.general().map_err(at)?).is_some() {
                return Err(at(Refusal(0, PolicyProblem::NoGeneral)));
            }
            continue;
        }
        let raw: RawFile = parse(text).map_err(at)?;
        stated(&raw.title, "title").map_err(at)?;
        let version = stated(&raw.version, "version").map_err(at)?;
        for raw in &raw.indicators {
            let one = raw.indicator(&version, &indicators).map_err(at)?;
            indicators.push(one);
            if indicators.len() > INDICATORS_MAX {
                return Err(at(Refusal(raw.id.span().start, PolicyProblem::TooMany)));
            }
        }
    }
    let general = general.ok_or_else(|| PolicyError {
        file: files.first().map_or("", |(file, _)| file).to_owned(),
        line: 1,
        problem: PolicyProblem::NoGeneral,
    })?;
    Ok((general, indicators))
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Refused<T> {
    toml::from_str(text).map_err(|source| {
        let at = source.span().unwrap_or(Range { start: 0, end: 0 }).start;
        let reason = source.message().to_owned();
        Refusal(at, PolicyProblem::Syntax { reason })
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawGeneral {
    version: Spanned<String>,
    title: Spanned<String>,
    currency: Spanned<String>,
    alerts_at_points: Spanned<i64>,
    indicators_min: Spanned<i64>,
    quiet_days: Spanned<i64>,
    night: RawHours,
    day: RawHours,
    handles: RawHandles,
    #[serde(rename = "corridor")]
    corridors: Vec<RawCorridor>,
    purposes: Vec<RawPurposes>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHours {
    from_hour: Spanned<i64>,
    to_hour: Spanned<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHandles {
    platforms: Vec<Spanned<String>>,
    source: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCorridor {
    from: Vec<Spanned<String>>,
    to: Vec<Spanned<String>>,
    dated: Spanned<String>,
    source: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPurposes {
    language: Spanned<String>,
    words: Vec<Spanned<String>>,
    source: Spanned<String>,
}

impl RawGeneral {
    fn general(&self) -> Refused<General> {
        stated(&self.title, "title")?;
        stated(&self.handles.source, "source")?;
        let mut references = References::default();
        for platform in &self.handles.platforms {
            references.platform(&stated(platform, "platforms")?);
        }
        for purposes in &self.purposes {
            stated(&purposes.language, "language")?;
            stated(&purposes.source, "source")?;
            for word in &purposes.words {
                references.purpose(&stated(word, "words")?);
            }
        }
        let mut corridors = Corridors::default();
        for corridor in &self.corridors {
            stated(&corridor.dated, "dated")?;
            stated(&corridor.source, "source")?;
            for from in &corridor.from {
                for to in &corridor.to {
                    corridors.list(country(from)?, country(to)?);
                }
            }
        }
        let days = number(&self.quiet_days, "quiet_days", 0..=DAYS_MAX)?;
        Ok(General {
            version: stated(&self.version, "version")?,
            currency: currency(&self.currency)?,
            alerts_at_points: number(&self.alerts_at_points, "alerts_at_points", 1..=POINTS_MAX)?,
            indicators_min: number(&self.indicators_min, "indicators_min", 2..=POINTS_MAX)?,
            quiet_millis: i64::from(days) * DAY_MILLIS,
            night: self.night.hours()?,
            day: self.day.hours()?,
            corridors,
            references,
        })
    }
}

impl RawHours {
    fn hours(&self) -> Refused<Hours> {
        let hour = |value, key| number(value, key, 0..=24).map(|hour| hour.to_le_bytes()[0]);
        Ok(Hours {
            from: hour(&self.from_hour, "from_hour")?,
            to: hour(&self.to_hour, "to_hour")?,
        })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    version: Spanned<String>,
    title: Spanned<String>,
    #[serde(rename = "indicator")]
    indicators: Vec<RawIndicator>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawIndicator {
    id: Spanned<String>,
    title: Spanned<String>,
    class: Spanned<String>,
    side: Spanned<String>,
    kind: Spanned<String>,
    source: Spanned<String>,
    dated: Spanned<String>,
    enabled: Spanned<bool>,
    two_persons: Option<Spanned<RawTwoPersons>>,
    points: Spanned<i64>,
    route: Option<Spanned<String>>,
    needs: Option<Vec<Spanned<String>>>,
    text: Spanned<String>,
    row: Option<RawRow>,
    window: RawWindow,
    #[serde(rename = "example")]
    examples: Vec<RawExample>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTwoPersons {
    first: Spanned<String>,
    second: Spanned<String>,
    reason: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawExample {
    holds: bool,
    side: Option<Spanned<String>>,
    rows: Vec<Spanned<String>>,
}

impl RawIndicator {
    fn indicator(&self, version: &str, before: &[Indicator]) -> Refused<Indicator> {
        let id = stated(&self.id, "id")?;
        let at = self.id.span().start;
        if before.iter().any(|known| known.id == id) {
            return Err(Refusal(at, PolicyProblem::Twice { id }));
        }
        let class = named(&self.class, "class", &Class::ALL)?;
        let sides = named(&self.side, "side", &SIDES)?.to_vec();
        let row = match &self.row {
            Some(row) => row.test()?,
            None => RowTest::default(),
        };
        let window = self.window.test();
        let window = window.map_err(|Refusal(place, problem)| Refusal(place.max(at), problem))?;
        let tests = match class {
            Class::Amount => row.band.is_some() || window.median_below.is_some(),
            Class::Pattern => window.is_a_pattern(),
            Class::Victim => row.band.is_some() && window.is_a_pattern(),
            _ => true,
        };
        if !tests {
            return Err(Refusal(at, PolicyProblem::NoTest));
        }
        let route = match &self.route {
            Some(route) => named(route, "route", &ROUTES)?,
            None => Route::Review,
        };
        if class == Class::Victim && route != Route::Protection {
            return Err(Refusal(at, PolicyProblem::Protection));
        }
        self.two_persons(&row)?;
        let text = stated(&self.text, "text")?;
        let text = Sentence::parse(&text, &window);
        Ok(Indicator {
            title: stated(&self.title, "title")?,
            class,
            kind: named(&self.kind, "kind", &Kind::ALL)?,
            source: stated(&self.source, "source")?,
            dated: stated(&self.dated, "dated")?,
            version: version.to_owned(),
            enabled: *self.enabled.get_ref(),
            points: number(&self.points, "points", 1..=POINTS_MAX)?,
            route,
            examples: self.examples(&sides)?,
            needs: self.needs(&sides, before)?,
            row,
            window,
            text: text.map_err(|problem| Refusal(self.text.span().start, problem))?,
            sides,
            id,
        })
    }

    /// An attribute of a person is asked about only on the word of two who differ, with a reason.
    fn two_persons(&self, row: &RowTest) -> Refused<()> {
        let Some(attribute) = row.attribute().filter(|_| *self.enabled.get_ref()) else {
            return Ok(());
        };
        let refusal = |at| Err(Refusal(at, PolicyProblem::TwoPersons { attribute }));
        let Some(word) = &self.two_persons else {
            return refusal(self.enabled.span().start);
        };
        let at = word.span().start;
        let word = word.get_ref();
        let first = stated(&word.first, "first")?.trim().to_lowercase();
        let second = stated(&word.second, "second")?.trim().to_lowercase();
        let reason = stated(&word.reason, "reason")?;
        if first == second || reason.trim().chars().count() < REASON_CHARS_MIN {
            return refusal(at);
        }
        Ok(())
    }

    fn needs(&self, sides: &[Side], before: &[Indicator]) -> Refused<Vec<String>> {
        let mut needs = Vec::new();
        for id in self.needs.iter().flatten() {
            let name = id.get_ref().clone();
            let mut known = before.iter().filter(|known| known.id == name);
            if !known.any(|known| sides.iter().all(|side| known.sides.contains(side))) {
                return Err(Refusal(id.span().start, PolicyProblem::Needs { id: name }));
            }
            needs.push(name);
        }
        Ok(needs)
    }

    fn examples(&self, sides: &[Side]) -> Refused<Vec<Example>> {
        let mut examples = Vec::new();
        for raw in &self.examples {
            let side = match &raw.side {
                Some(side) => named(side, "side", &SIDES[..2])?[0],
                None => sides[0],
            };
            let mut rows = Vec::new();
            for row in &raw.rows {
                let read = Example::row(row.get_ref(), side);
                rows.push(read.map_err(|problem| {
                    let reason = problem.to_string();
                    Refusal(row.span().start, PolicyProblem::Example { reason })
                })?);
            }
            examples.push(Example {
                side,
                rows,
                holds: raw.holds,
            });
        }
        let both = [true, false];
        if !both
            .iter()
            .all(|holds| examples.iter().any(|one| one.holds == *holds))
        {
            let reason = "one example must hold and one must not".to_owned();
            let at = self.id.span().start;
            return Err(Refusal(at, PolicyProblem::Example { reason }));
        }
        Ok(examples)
    }
}

const SIDES: [(&str, &[Side]); 3] = [
    ("sender", &[Side::Sender]),
    ("receiver", &[Side::Receiver]),
    ("both", &[Side::Sender, Side::Receiver]),
];
const ROUTES: [(&str, Route); 2] = [("review", Route::Review), ("protection", Route::Protection)];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRow {
    amount: Option<RawBand>,
    round_to: Option<Spanned<i64>>,
    corridor: Option<bool>,
    channels: Option<Vec<Spanned<String>>>,
    sender_night: Option<bool>,
    receiver_day: Option<bool>,
    all: Option<Vec<Spanned<String>>>,
    any: Option<Vec<Spanned<String>>>,
    without: Option<Vec<Spanned<String>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawBand {
    min: Option<Spanned<String>>,
    max: Option<Spanned<String>>,
    below: Option<Spanned<String>>,
    currency: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMoney {
    amount: Spanned<String>,
    currency: Spanned<String>,
}

impl RawRow {
    fn test(&self) -> Refused<RowTest> {
        let mut channels = 0;
        for channel in self.channels.iter().flatten() {
            let all = Channel::ALL.map(|channel| (channel.name(), channel));
            channels |= 1 << (named(channel, "channel", &all)? as u16);
        }
        let round_to = match &self.round_to {
            Some(units) => Some(i64::from(number(units, "round_to", 1..=COUNT_MAX)?)),
            None => None,
        };
        Ok(RowTest {
            band: self.amount.as_ref().map(RawBand::band).transpose()?,
            round_to,
            corridor: self.corridor.unwrap_or_default(),
            channels,
            sender_night: self.sender_night.unwrap_or_default(),
            receiver_day: self.receiver_day.unwrap_or_default(),
            all: flags(self.all.as_deref())?,
            any: flags(self.any.as_deref())?,
            without: flags(self.without.as_deref())?,
        })
    }
}

impl RawBand {
    fn band(&self) -> Refused<Band> {
        let bound = |text: &Option<Spanned<String>>| match text {
            Some(text) => money(text, &self.currency).map(Some),
            None => Ok(None),
        };
        let band = Band {
            min: bound(&self.min)?,
            max: bound(&self.max)?,
            below: bound(&self.below)?,
        };
        if band.min.or(band.max).or(band.below).is_none() {
            return Err(Refusal(self.currency.span().start, PolicyProblem::Amount));
        }
        Ok(band)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawWindow {
    days: Option<Spanned<i64>>,
    hours: Option<Spanned<i64>>,
    count_min: Option<Spanned<i64>>,
    counterparties_min: Option<Spanned<i64>>,
    one_place: Option<bool>,
    share_min_percent: Option<Spanned<i64>>,
    sum_max: Option<RawMoney>,
    median_below: Option<RawMoney>,
    gap_median_max_days: Option<Spanned<i64>>,
    gap_variation_below_percent: Option<Spanned<i64>>,
    rising_periods: Option<Spanned<i64>>,
}

impl RawWindow {
    fn test(&self) -> Refused<WindowTest> {
        let span_millis = match (&self.days, &self.hours) {
            (Some(days), None) => i64::from(number(days, "days", 1..=DAYS_MAX)?) * DAY_MILLIS,
            (None, Some(hours)) => {
                i64::from(number(hours, "hours", 1..=DAYS_MAX * 24)?) * HOUR_MILLIS
            }
            (Some(given), Some(_)) => {
                let reason = "a window has `days` or `hours`, not both".to_owned();
                let at = given.span().start;
                return Err(Refusal(at, PolicyProblem::Syntax { reason }));
            }
            (None, None) => return Err(Refusal(0, PolicyProblem::Unstated { key: "days" })),
        };
        let optional = |value: &Option<Spanned<i64>>, key, range| match value {
            Some(value) => number(value, key, range).map(Some),
            None => Ok(None),
        };
        let counts = 1..=COUNT_MAX;
        let percents = 1..=100;
        let limit = |limit: &Option<RawMoney>| match limit {
            Some(limit) => money(&limit.amount, &limit.currency).map(Some),
            None => Ok(None),
        };
        let variation = &self.gap_variation_below_percent;
        Ok(WindowTest {
            span_millis,
            count_min: optional(&self.count_min, "count_min", counts.clone())?.unwrap_or(1),
            counterparties_min: optional(&self.counterparties_min, "counterparties_min", counts)?
                .unwrap_or(0),
            one_place: self.one_place.unwrap_or_default(),
            share_min_percent: optional(&self.share_min_percent, "share_min_percent", percents)?
                .unwrap_or(0),
            sum_max: limit(&self.sum_max)?,
            median_below: limit(&self.median_below)?,
            gap_median_max_days: optional(
                &self.gap_median_max_days,
                "gap_median_max_days",
                1..=DAYS_MAX,
            )?,
            gap_variation_below_percent: optional(
                variation,
                "gap_variation_below_percent",
                1..=POINTS_MAX,
            )?,
            rising_periods: optional(&self.rising_periods, "rising_periods", 2..=PERIODS_MAX)?
                .unwrap_or(0),
        })
    }
}

fn named<T: Copy>(value: &Spanned<String>, what: &'static str, known: &[(&str, T)]) -> Refused<T> {
    let name = value.get_ref();
    let found = known.iter().find(|(known, _)| known == name);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        unknown(value, what, names.join(", "))
    })
}

fn unknown(value: &Spanned<String>, what: &'static str, known: String) -> Refusal {
    let name = value.get_ref().clone();
    Refusal(
        value.span().start,
        PolicyProblem::Unknown { what, name, known },
    )
}

fn country(value: &Spanned<String>) -> Refused<Country> {
    let found = Country::parse(value.get_ref());
    found.ok_or_else(|| unknown(value, "country", "the codes of ISO 3166-1".to_owned()))
}

fn currency(value: &Spanned<String>) -> Refused<Currency> {
    let found = Currency::parse(value.get_ref());
    found.ok_or_else(|| unknown(value, "currency", "the codes of ISO 4217".to_owned()))
}

fn money(amount: &Spanned<String>, of: &Spanned<String>) -> Refused<Money> {
    let money = Money::parse(amount.get_ref(), currency(of)?).ok();
    let meant = money.filter(|money| (1..=LIMIT_MINOR_MAX).contains(&money.minor));
    meant.ok_or_else(|| Refusal(amount.span().start, PolicyProblem::Amount))
}

fn flags(names: Option<&[Spanned<String>]>) -> Refused<Flags> {
    let mut flags = Flags::NONE;
    for name in names.unwrap_or_default() {
        let known = || Flags::names().collect::<Vec<_>>().join(", ");
        let flag = Flags::parse(name.get_ref());
        flags = flags.and(flag.ok_or_else(|| unknown(name, "flag", known()))?);
    }
    Ok(flags)
}

fn stated(value: &Spanned<String>, key: &'static str) -> Refused<String> {
    if value.get_ref().trim().is_empty() {
        return Err(Refusal(value.span().start, PolicyProblem::Unstated { key }));
    }
    Ok(value.get_ref().clone())
}

fn number(value: &Spanned<i64>, key: &'static str, range: RangeInclusive<u32>) -> Refused<u32> {
    let number = u32::try_from(*value.get_ref()).ok();
    number
        .filter(|number| range.contains(number))
        .ok_or_else(|| {
            let (min, max) = range.into_inner();
            Refusal(
                value.span().start,
                PolicyProblem::OutOfRange { key, min, max },
            )
        })
}

/// The line, from 1, of a byte position.
fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}
