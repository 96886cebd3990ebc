//! The ledger of a sender: what its reports were like, week by week, and where that is heading.
//!
//! The ledger is for senders and staff. No function that finds or ranks takes one, so that a bad
//! ledger cannot lower anything (invariant 6).

use std::collections::BTreeMap;

use model::{ReportOutcome, Timestamp};
use serde::{Serialize, Serializer};

use crate::feedback::Feedback;
use crate::help::Help;
use crate::policy::Policy;

/// The most weeks that are shown.
pub const WEEKS_SHOWN_MAX: usize = 53;
/// Weeks that a trend compares with as many before them.
pub const TREND_WEEKS: i64 = 4;
/// Missing fields that are shown of each period.
pub const MISSING_SHOWN_MAX: usize = 5;
/// From this change of completeness on, in points of a hundred, there is a trend.
pub const TREND_POINTS: i64 = 5;

const WEEK_MILLIS: i64 = 7 * 24 * 3600 * 1000;
/// 1970-01-05 was a Monday.
const FIRST_MONDAY_MILLIS: i64 = 4 * 24 * 3600 * 1000;

/// What is counted of a sender in a week.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counter {
    /// Reports finished that stand for themselves.
    Reports,
    /// Submissions that came again while the first one stood.
    Repeated,
    /// Reports finished that repeat an earlier one, files included.
    Folded,
    /// Reports retracted.
    Retracted,
    /// Reports never finished in time.
    Expired,
    /// The sum of the reports' completeness.
    Completeness,
    /// Reports that point at nobody.
    PointsAtNobody,
    /// Reports that raised an override.
    Urgent,
    /// Reports in which this rule's field was missing.
    Missing(String),
    /// Reports of the week of which this came.
    Outcome(ReportOutcome),
}

/// Counters without an argument, by name.
const PLAIN: [(&str, Counter); 8] = [
    ("reports", Counter::Reports),
    ("repeated", Counter::Repeated),
    ("folded", Counter::Folded),
    ("retracted", Counter::Retracted),
    ("expired", Counter::Expired),
    ("completeness", Counter::Completeness),
    ("points_at_nobody", Counter::PointsAtNobody),
    ("urgent", Counter::Urgent),
];

impl Counter {
    /// The name as it is stored: `reports`, `missing:email`, `outcome:useful`.
    pub fn name(&self) -> String {
        match self {
            Self::Missing(rule) => format!("missing:{rule}"),
            Self::Outcome(outcome) => format!("outcome:{outcome}"),
            plain => PLAIN
                .iter()
                .find_map(|(name, counter)| (counter == plain).then_some(*name))
                .unwrap_or_default()
                .to_owned(),
        }
    }

    /// The counter of a name; `None` for a name that is none.
    pub fn parse(name: &str) -> Option<Self> {
        if let Some(rule) = name.strip_prefix("missing:") {
            return Some(Self::Missing(rule.to_owned()));
        }
        if let Some(outcome) = name.strip_prefix("outcome:") {
            return outcome.parse().ok().map(Self::Outcome);
        }
        PLAIN
            .iter()
            .find_map(|(plain, counter)| (*plain == name).then(|| counter.clone()))
    }
}

/// The start of the week that a moment lies in: Monday, 00:00 UTC.
pub const fn week_of(at: Timestamp) -> Timestamp {
    let since = at.millis().saturating_sub(FIRST_MONDAY_MILLIS);
    let weeks = since.div_euclid(WEEK_MILLIS);
    Timestamp::from_millis(FIRST_MONDAY_MILLIS + weeks * WEEK_MILLIS)
}

/// What a finished report that stands for itself adds.
pub fn finished(help: &Help) -> Vec<(Counter, i64)> {
    let mut added = vec![
        (Counter::Reports, 1),
        (Counter::Completeness, help.completeness),
    ];
    if help.points_at_nobody {
        added.push((Counter::PointsAtNobody, 1));
    }
    if help.urgent {
        added.push((Counter::Urgent, 1));
    }
    let missing = help.missing.iter();
    added.extend(missing.map(|gap| (Counter::Missing(gap.rule.clone()), 1)));
    added
}

/// A sender's counters, by week.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ledger(BTreeMap<Timestamp, Counts>);

type Counts = BTreeMap<Counter, i64>;

impl Ledger {
    /// Adds to a counter of the week that begins at `week_start`.
    pub fn add(&mut self, week_start: Timestamp, counter: Counter, amount: i64) {
        let counts = self.0.entry(week_of(week_start)).or_default();
        let count = counts.entry(counter).or_default();
        *count = count.saturating_add(amount);
    }

    /// The weeks in which anything was counted, the latest first, at most [`WEEKS_SHOWN_MAX`].
    pub fn weeks(&self, policy: &Policy, feedback: &Feedback) -> Vec<Week> {
        let latest = self.0.iter().rev().take(WEEKS_SHOWN_MAX);
        latest
            .map(|(week_start, counts)| Week {
                week_start: *week_start,
                period: Period::of(counts, policy, feedback),
            })
            .collect()
    }

    /// The last four weeks, the present one included, beside the four before.
    pub fn summary(&self, now: Timestamp, policy: &Policy, feedback: &Feedback) -> Summary {
        let this = week_of(now);
        let back = |weeks: i64| this.plus_millis(-weeks * WEEK_MILLIS);
        let period = |from: Timestamp, to: Timestamp| {
            let mut sum = Counts::new();
            for (counter, amount) in self.0.range(from..to).flat_map(|(_, counts)| counts) {
                let count = sum.entry(counter.clone()).or_default();
                *count = count.saturating_add(*amount);
            }
            Period::of(&sum, policy, feedback)
        };
        let recent = period(back(TREND_WEEKS - 1), back(-1));
        let previous = period(back(2 * TREND_WEEKS - 1), back(TREND_WEEKS - 1));
        Summary {
            weeks: TREND_WEEKS,
            trend: Trend::of(&previous, &recent),
            recent,
            previous,
        }
    }
}

/// One week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Week {
    /// Monday, 00:00 UTC.
    pub week_start: Timestamp,
    /// What was counted.
    #[serde(flatten)]
    pub period: Period,
}

/// What was counted in some time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Period {
    /// Reports finished that stand for themselves.
    pub reports: i64,
    /// Submissions that came again while the first one stood.
    pub repeated: i64,
    /// Reports finished that repeat an earlier one.
    pub folded: i64,
    /// The share of repeated and folded ones in everything that came, in percent; `None` if
    /// nothing came.
    pub duplicate_percent: Option<i64>,
    /// Reports retracted.
    pub retracted: i64,
    /// Reports never finished in time.
    pub expired: i64,
    /// The mean completeness of the reports, 0 to 100; `None` if there is no report.
    pub completeness: Option<i64>,
    /// Reports that point at nobody.
    pub points_at_nobody: i64,
    /// Reports that raised an override.
    pub urgent: i64,
    /// How often each outcome came of the reports of this time.
    #[serde(serialize_with = "by_name")]
    pub outcomes: BTreeMap<ReportOutcome, i64>,
    /// What was missing and could have been filled in whatever happened, the weightiest first, at
    /// most [`MISSING_SHOWN_MAX`].
    pub missing: Vec<MissingField>,
}

/// A field that was missing in some reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingField {
    /// The elements of the wire; the rule's id where the table of fields has no entry any more.
    pub field: String,
    /// The rule.
    pub rule: String,
    /// In how many reports it was missing.
    pub reports: i64,
    /// The points that these reports would have gained, under the present policy.
    pub points: i64,
}

/// Two periods and where they lead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// How many weeks each period has.
    pub weeks: i64,
    /// The last weeks, the present one included.
    pub recent: Period,
    /// As many before them.
    pub previous: Period,
    /// The change between the two.
    pub trend: Trend,
}

/// The change from one period to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trend {
    /// Where completeness is heading.
    pub direction: Direction,
    /// Recent less previous completeness; `None` where one of them is unknown.
    pub completeness: Option<i64>,
    /// Recent less previous share of duplicates; `None` where one of them is unknown.
    pub duplicate_percent: Option<i64>,
}

/// Where completeness is heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Up by [`TREND_POINTS`] or more.
    Better,
    /// Neither.
    Steady,
    /// Down by [`TREND_POINTS`] or more.
    Worse,
    /// There is nothing to compare.
    Unknown,
}

impl Direction {
    /// The name as written in JSON and on pages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Steady => "steady",
            Self::Worse => "worse",
            Self::Unknown => "unknown",
        }
    }
}

impl Period {
    fn of(counts: &Counts, policy: &Policy, feedback: &Feedback) -> Self {
        let count = |counter: &Counter| counts.get(counter).copied().unwrap_or_default();
        let reports = count(&Counter::Reports);
        let (repeated, folded) = (count(&Counter::Repeated), count(&Counter::Folded));
        let came = reports.saturating_add(repeated).saturating_add(folded);
        let outcomes = ReportOutcome::ALL
            .into_iter()
            .map(|outcome| (outcome, count(&Counter::Outcome(outcome))))
            .filter(|(_, times)| *times != 0)
            .collect();
        Self {
            reports,
            repeated,
            folded,
            duplicate_percent: came
                .checked_sub(reports)
                .and_then(|again| again.saturating_mul(100).checked_div(came)),
            retracted: count(&Counter::Retracted),
            expired: count(&Counter::Expired),
            completeness: count(&Counter::Completeness).checked_div(reports),
            points_at_nobody: count(&Counter::PointsAtNobody),
            urgent: count(&Counter::Urgent),
            outcomes,
            missing: missing(counts, policy, feedback),
        }
    }
}

/// What was missing, by the points that it would have brought.
fn missing(counts: &Counts, policy: &Policy, feedback: &Feedback) -> Vec<MissingField> {
    let points_of = |id: &str| policy.rule(id).map_or(0, crate::Rule::points);
    let optional = |rule: &str| feedback.ask(rule).is_some_and(|ask| ask.only_if_so);
    let mut missing: Vec<_> = counts
        .iter()
        .filter_map(|(counter, reports)| match counter {
            Counter::Missing(rule) if *reports > 0 && !optional(rule) => Some(MissingField {
                field: feedback
                    .ask(rule)
                    .map_or_else(|| rule.clone(), |ask| ask.field.clone()),
                rule: rule.clone(),
                reports: *reports,
                points: reports.saturating_mul(points_of(rule)),
            }),
            _ => None,
        })
        .collect();
    missing.sort_by(|a, b| {
        let weight = |gap: &MissingField| (-gap.points, -gap.reports);
        weight(a).cmp(&weight(b)).then_with(|| a.rule.cmp(&b.rule))
    });
    missing.truncate(MISSING_SHOWN_MAX);
    missing
}

impl Trend {
    fn of(previous: &Period, recent: &Period) -> Self {
        let change = |before: Option<i64>, after: Option<i64>| Some(after? - before?);
        let completeness = change(previous.completeness, recent.completeness);
        Self {
            direction: match completeness {
                None => Direction::Unknown,
                Some(TREND_POINTS..) => Direction::Better,
                Some(up) if up <= -TREND_POINTS => Direction::Worse,
                Some(_) => Direction::Steady,
            },
            completeness,
            duplicate_percent: change(previous.duplicate_percent, recent.duplicate_percent),
        }
    }
}

fn by_name<S: Serializer>(
    outcomes: &BTreeMap<ReportOutcome, i64>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(
        outcomes
            .iter()
            .map(|(outcome, times)| (outcome.name(), times)),
    )
}

#[cfg(test)]
#[path = "ledger_tests.rs"]
mod tests;
