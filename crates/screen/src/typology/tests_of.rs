//! What an indicator tests: a row by itself, and a window over the rows that pass.

use crate::money::Money;
use crate::transfer::{Channel, Flags};
use crate::window::{Stats, Window};

use super::problem::PolicyProblem;

/// Milliseconds of a day.
pub(super) const DAY_MILLIS: i64 = 86_400_000;
/// Milliseconds of an hour.
pub(super) const HOUR_MILLIS: i64 = 3_600_000;

/// An amount between bounds, in whatever currency the row has, at the rate of its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Band {
    /// At least.
    pub(super) min: Option<Money>,
    /// At most.
    pub(super) max: Option<Money>,
    /// Less than.
    pub(super) below: Option<Money>,
}

/// A test of one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct RowTest {
    pub(super) band: Option<Band>,
    /// A multiple of so many units of the row's own currency.
    pub(super) round_to: Option<i64>,
    pub(super) corridor: bool,
    /// One bit for each channel that passes; 0: all do.
    pub(super) channels: u16,
    pub(super) sender_night: bool,
    pub(super) receiver_day: bool,
    /// All of these.
    pub(super) all: Flags,
    /// At least one of these, if there are any.
    pub(super) any: Flags,
    /// None of these.
    pub(super) without: Flags,
}

impl RowTest {
    /// The attribute of a person that it asks about.
    pub(super) fn attribute(&self) -> Option<&'static str> {
        self.all.and(self.any).and(self.without).attribute()
    }

    pub(super) fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut all = Vec::new();
        if let Some(band) = self.band {
            let bounds = [
                ("amount at least", band.min),
                ("amount at most", band.max),
                ("amount below", band.below),
            ];
            let given = bounds.into_iter();
            all.extend(given.filter_map(|(name, bound)| Some((name, bound?.to_string()))));
        }
        if let Some(units) = self.round_to {
            all.push(("multiple of", units.to_string()));
        }
        if self.corridor {
            all.push(("corridor", "listed".to_owned()));
        }
        if self.channels != 0 {
            let passing = Channel::ALL
                .into_iter()
                .filter(|channel| self.takes(*channel));
            let names: Vec<&str> = passing.map(Channel::name).collect();
            all.push(("channels", names.join(", ")));
        }
        if self.sender_night {
            all.push(("hour at sender", "night".to_owned()));
        }
        if self.receiver_day {
            all.push(("hour at receiver", "day".to_owned()));
        }
        for (name, flags) in [
            ("all of", self.all),
            ("any of", self.any),
            ("none of", self.without),
        ] {
            if flags != Flags::NONE {
                let set = Flags::names();
                let set = set.filter(|name| Flags::parse(name).is_some_and(|flag| flags.has(flag)));
                all.push((name, set.collect::<Vec<_>>().join(", ")));
            }
        }
        all
    }

    #[inline]
    pub(super) const fn takes(&self, channel: Channel) -> bool {
        self.channels == 0 || self.channels >> (channel as u16) & 1 == 1
    }
}

/// A test of the rows of a window that pass the row test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct WindowTest {
    pub(super) span_millis: i64,
    pub(super) count_min: u32,
    pub(super) counterparties_min: u32,
    /// Counterparties are counted at the place of the row alone.
    pub(super) one_place: bool,
    /// Of all rows of the account in the window.
    pub(super) share_min_percent: u32,
    pub(super) sum_max: Option<Money>,
    pub(super) median_below: Option<Money>,
    pub(super) gap_median_max_days: Option<u32>,
    pub(super) gap_variation_below_percent: Option<u32>,
    /// Count and median rise from each to the next of so many windows, the last ending at the row.
    pub(super) rising_periods: u32,
}

impl WindowTest {
    /// Whether it tests more than that something is there.
    pub(super) const fn is_a_pattern(&self) -> bool {
        self.count_min > 1
            || self.counterparties_min > 0
            || self.median_below.is_some()
            || self.gap_median_max_days.is_some()
            || self.gap_variation_below_percent.is_some()
            || self.rising_periods > 0
    }

    /// The window that measures all that it asks for.
    pub(super) fn window(&self) -> Window {
        let mut window = Window::of(self.span_millis);
        // The sum is measured for each: it costs nothing, and the sentence may name it.
        window.stats = Stats::SUM;
        let asked = [
            (
                self.counterparties_min > 0 && !self.one_place,
                Stats::DISTINCT,
            ),
            (
                self.counterparties_min > 0 && self.one_place,
                Stats::DISTINCT_HERE,
            ),
            (
                self.median_below.is_some() || self.rising_periods > 0,
                Stats::MEDIAN,
            ),
            (self.gap_median_max_days.is_some(), Stats::GAP_MEDIAN),
            (self.gap_variation_below_percent.is_some(), Stats::GAPS),
        ];
        for (_, stats) in asked.into_iter().filter(|(asked, _)| *asked) {
            window = window.with(stats);
        }
        window
    }

    pub(super) fn parameters(&self) -> Vec<(&'static str, String)> {
        let mut all = vec![("hours", (self.span_millis / HOUR_MILLIS).to_string())];
        let mut put = |name, value: Option<String>| all.extend(value.map(|value| (name, value)));
        let some = |value: u32| (value > 0).then(|| value.to_string());
        put("payments at least", some(self.count_min));
        put("counterparties at least", some(self.counterparties_min));
        put("in one place", self.one_place.then(|| "yes".to_owned()));
        put("percent of all at least", some(self.share_min_percent));
        put("sum at most", self.sum_max.map(|sum| sum.to_string()));
        put(
            "median below",
            self.median_below.map(|median| median.to_string()),
        );
        put(
            "median gap in days at most",
            self.gap_median_max_days.map(|days| days.to_string()),
        );
        let variation = self.gap_variation_below_percent;
        put(
            "variation of gaps below percent",
            variation.map(|percent| percent.to_string()),
        );
        put("rising periods", some(self.rising_periods));
        all
    }
}

/// A reason's sentence, with parameters in braces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sentence(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Words(String),
    Parameter(Parameter),
}

/// What a sentence may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parameter {
    /// Payments of the window that pass the row test.
    Count,
    /// Their counterparties.
    People,
    /// Their sum.
    Sum,
    /// The window's length.
    Days,
    /// The same in hours.
    Hours,
    /// Their share of all payments of the window, in percent.
    Share,
    /// Their median amount.
    Median,
}

/// The names of [`Parameter`], as a message lists them.
const PARAMETERS: &str = "count, people, sum, days, hours, share, median";

impl Sentence {
    /// Reads a sentence that may name what `test` measures.
    pub(super) fn parse(sentence: &str, test: &WindowTest) -> Result<Self, PolicyProblem> {
        let refuse = |name: &str| PolicyProblem::Parameter {
            name: name.to_owned(),
            known: PARAMETERS,
        };
        let mut pieces = Vec::new();
        let mut rest = sentence;
        while let Some(brace) = rest.find(['{', '}']) {
            let (words, from_brace) = rest.split_at(brace);
            let inside = from_brace
                .strip_prefix('{')
                .and_then(|from| from.split_once('}'));
            let (name, after) = inside.ok_or(PolicyProblem::Brace)?;
            let parameter = Parameter::parse(name, test).ok_or_else(|| refuse(name))?;
            pieces.push(Piece::Words(words.to_owned()));
            pieces.push(Piece::Parameter(parameter));
            rest = after;
        }
        pieces.push(Piece::Words(rest.to_owned()));
        Ok(Self(pieces))
    }

    /// The sentence with its values.
    pub(super) fn fill(&self, value: impl Fn(Parameter) -> String) -> String {
        let pieces = self.0.iter().map(|piece| match piece {
            Piece::Words(words) => words.clone(),
            Piece::Parameter(parameter) => value(*parameter),
        });
        pieces.collect()
    }
}

impl Parameter {
    fn parse(name: &str, test: &WindowTest) -> Option<Self> {
        let (found, is_measured) = match name {
            "count" => (Self::Count, true),
            "people" => (Self::People, test.counterparties_min > 0),
            "sum" => (Self::Sum, true),
            "days" => (Self::Days, test.span_millis % DAY_MILLIS == 0),
            "hours" => (Self::Hours, true),
            "share" => (Self::Share, test.share_min_percent > 0),
            "median" => (
                Self::Median,
                test.median_below.is_some() || test.rising_periods > 0,
            ),
            _ => return None,
        };
        is_measured.then_some(found)
    }
}
