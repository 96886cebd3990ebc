//! Indicators that hold together: an alert with its reasons, each with rows, numbers and source.

use model::{Finding, Score};

use super::evaluate::Panel;
use super::policy::{Class, Indicator, Kind, Policy, Route, Side};
use super::tests_of::{DAY_MILLIS, HOUR_MILLIS, Parameter};
use crate::event::Event;
use crate::money::Money;
use crate::window::Measures;

/// The most rows that one reason names; its count says how many there are.
pub const REASON_ROWS_MAX: usize = 1000;

/// A reason for a person to look at an account, never a verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// The account.
    pub account: u32,
    /// Whether its payments or what it is paid are looked at.
    pub side: Side,
    /// Who should look.
    pub route: Route,
    /// The row at which most points held, and its time.
    pub row: u32,
    /// That row's time.
    pub time_millis: i64,
    /// The first and the last row of the account's that alerted without a longer quiet between.
    pub first_row: u32,
    /// See [`Self::first_row`].
    pub last_row: u32,
    /// The time of the last.
    pub last_millis: i64,
    /// How many rows alerted.
    pub rows: u32,
    /// The sum of the reasons' points.
    pub points: u32,
    /// The version of the policy's general file.
    pub version: String,
    /// Every indicator that held, in the policy's order.
    pub reasons: Vec<Reason>,
}

/// One indicator that held, and what it adds.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    /// The indicator's id.
    pub indicator: String,
    /// The version of its file.
    pub version: String,
    /// What it adds.
    pub points: u32,
    /// By whose word it stands.
    pub kind: Kind,
    /// Whose word.
    pub source: String,
    /// Of which date.
    pub dated: String,
    /// The numbers that it tests by.
    pub parameters: Vec<(&'static str, String)>,
    /// What its window held.
    pub measured: Measured,
    /// A sentence that a person understands.
    pub text: String,
    /// The rows of its window, in order of time, at most [`REASON_ROWS_MAX`], the newest.
    pub rows: Vec<u32>,
}

/// What a window held when an indicator did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Payments.
    pub count: u32,
    /// Counterparties, if it asks for them.
    pub counterparties: u32,
    /// Their sum in minor units of the policy's currency.
    pub sum: i128,
    /// Their median, if it asks for it, likewise.
    pub median: Option<f64>,
    /// Their share of all payments of the account in the window, in percent, if it asks for it.
    pub share_percent: Option<u32>,
}

impl Alert {
    /// The rows of all reasons, ascending.
    pub fn all_rows(&self) -> Vec<u32> {
        let rows = self.reasons.iter().flat_map(|reason| &reason.rows);
        let mut rows: Vec<u32> = rows.copied().collect();
        rows.sort_unstable();
        rows.dedup();
        rows
    }

    /// The reasons as findings, whose points add up to the alert's.
    pub fn findings(&self) -> Vec<Finding> {
        let finding = |reason: &Reason| Finding {
            score: Score::Danger,
            rule: format!("payments/{}", reason.indicator),
            version: reason.version.clone(),
            points: i64::from(reason.points),
            text: reason.text.clone(),
            raises: None,
            refs: Vec::new(),
            supersedes: Vec::new(),
        };
        self.reasons.iter().map(finding).collect()
    }
}

/// What the rules that hold at a row come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) held: u64,
    pub(super) points: u32,
    pub(super) alerts: bool,
}

impl Verdict {
    /// Enough points, of enough indicators, one of them about amounts or a pattern in time; never
    /// one indicator alone, and never corridors, channels, hours or words alone.
    pub(super) fn of(held: u64, panel: &Panel, policy: &Policy) -> Self {
        let (mut points, mut ground) = (0_u32, false);
        for rule in rules(held, panel) {
            let indicator = &policy.indicators[rule];
            points = points.saturating_add(indicator.points);
            // A victim's indicator rests on amounts and a pattern in time.
            ground |= indicator.class.is_ground() || indicator.class == Class::Victim;
        }
        let enough = points >= policy.general.alerts_at_points
            && held.count_ones() >= policy.general.indicators_min;
        Self {
            held,
            points,
            alerts: enough && ground,
        }
    }
}

/// The positions of the indicators of rules.
fn rules(held: u64, panel: &Panel) -> impl Iterator<Item = usize> {
    let all = panel.rules.iter().enumerate();
    all.filter(move |(at, _)| held >> at & 1 == 1)
        .map(|(_, rule)| rule.indicator)
}

/// The alert of one row.
pub(super) fn explain(
    policy: &Policy,
    side: Side,
    event: &Event,
    measures: &Measures<'_>,
    verdict: Verdict,
) -> Alert {
    let panel = policy.panel(side);
    let mut reasons = Vec::new();
    let mut route = Route::Review;
    for (at, rule) in panel.rules.iter().enumerate() {
        if verdict.held >> at & 1 == 0 {
            continue;
        }
        let indicator = &policy.indicators[rule.indicator];
        route = route.max(indicator.route);
        let test = &indicator.window;
        let count = measures.count(rule.window);
        let of_all = rule.of_all.map(|window| measures.count(window).max(1));
        let share = |all| u64::from(count) * 100 / u64::from(all);
        let people = if test.one_place {
            measures.distinct_here(rule.window)
        } else {
            measures.distinct(rule.window)
        };
        let held_then = Measured {
            count,
            counterparties: people,
            sum: measures.sum(rule.window),
            median: measures.median(rule.window),
            share_percent: of_all.map(|all| u32::try_from(share(all)).unwrap_or(u32::MAX)),
        };
        let newest = measures.events(rule.window).rev().take(REASON_ROWS_MAX);
        let mut rows: Vec<u32> = newest.map(|event| event.row).collect();
        rows.reverse();
        reasons.push(Reason {
            indicator: indicator.id.clone(),
            version: indicator.version.clone(),
            points: indicator.points,
            kind: indicator.kind,
            source: indicator.source.clone(),
            dated: indicator.dated.clone(),
            parameters: indicator.parameters(),
            text: sentence(indicator, policy, &held_then),
            rows,
            measured: held_then,
        });
    }
    Alert {
        account: event.account,
        side,
        route,
        row: event.row,
        time_millis: event.time_millis,
        first_row: event.row,
        last_row: event.row,
        last_millis: event.time_millis,
        rows: 1,
        points: verdict.points,
        version: policy.general.version.clone(),
        reasons,
    }
}

fn sentence(indicator: &Indicator, policy: &Policy, measured: &Measured) -> String {
    let money = |minor: i64| {
        let currency = policy.general.currency;
        Money { minor, currency }.to_string()
    };
    let span = indicator.window.span_millis;
    indicator.text.fill(|parameter| match parameter {
        Parameter::Count => measured.count.to_string(),
        Parameter::People => measured.counterparties.to_string(),
        Parameter::Sum => i64::try_from(measured.sum).map_or_else(|_| "more".to_owned(), money),
        Parameter::Days => (span / DAY_MILLIS).to_string(),
        Parameter::Hours => (span / HOUR_MILLIS).to_string(),
        Parameter::Share => measured.share_percent.unwrap_or_default().to_string(),
        Parameter::Median => measured
            .median
            .map_or_else(String::new, |it| money(whole(it))),
    })
}

/// A median for a sentence: whole minor units.
#[expect(clippy::cast_possible_truncation, reason = "a float cast saturates")]
const fn whole(value: f64) -> i64 {
    value.round() as i64
}
