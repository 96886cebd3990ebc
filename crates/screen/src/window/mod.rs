//! Any set of windows over the events of each account, in one pass.
//!
//! The work of a row is that of the events which come into and leave its windows, not of those
//! which they hold. Everything is counted in integers, so a batch, a stream and a definition
//! written down naively agree to the last bit; ratios are computed only when asked for.

mod flow;
mod marker;
mod multiset;
mod plan;
mod request;
mod roster;
mod state;

pub use flow::{Flow, OutOfOrder};
pub use marker::Marker;
pub use plan::{Plan, PlanError, REACH_MILLIS_MAX, Stats, WINDOWS_MAX, Window};
pub use request::{Request, RequestError, STATS_MAX, Value};

use crate::event::{Event, Marks};
use crate::partition::Ordered;
use roster::Roster;
use state::State;

/// Measures the windows of every row; `visit` is called once for each, in order.
///
/// Partitions are independent: each may be swept on a thread of its own, with a [`Sweep`] of its
/// own.
pub fn sweep(
    events: &Ordered,
    plan: &Plan,
    sweep: &mut Sweep,
    mut visit: impl FnMut(&Event, &Measures<'_>),
) {
    for account in events.accounts() {
        sweep_account(account, plan, sweep, &mut visit);
    }
}

/// As [`sweep`], over the events of one account.
pub(crate) fn sweep_account(
    account: &[Event],
    plan: &Plan,
    sweep: &mut Sweep,
    visit: &mut impl FnMut(&Event, &Measures<'_>),
) {
    sweep.start();
    for moment in account.chunk_by(|one, next| one.time_millis == next.time_millis) {
        sweep.advance(plan, account, moment[0].time_millis);
        for event in moment {
            visit(event, &sweep.measures(plan, account, event.marks.place()));
        }
    }
}

/// The windows as they slide over one account. Made once, used for many.
#[derive(Debug, Default)]
pub struct Sweep {
    states: Vec<State>,
    people: Roster,
    places: Roster,
}

impl Sweep {
    /// Begins an account.
    pub fn start(&mut self) {
        for state in &mut self.states {
            state.clear();
        }
        self.people.clear();
        self.places.clear();
    }

    /// Slides every window to a row at `now`. Between two starts `events` may only grow at its end,
    /// it is in order of time, and `now` never goes back.
    pub fn advance(&mut self, plan: &Plan, events: &[Event], now: i64) {
        if self.states.len() != plan.windows().len() {
            self.states.clear();
            self.states
                .resize_with(plan.windows().len(), State::default);
        }
        if plan.stats().has(Stats::DISTINCT) {
            for event in events.get(self.people.events()..).unwrap_or_default() {
                self.people.push_event(u64::from(event.counterparty));
            }
        }
        if plan.stats().has(Stats::DISTINCT_HERE) {
            for event in events.get(self.places.events()..).unwrap_or_default() {
                let place = u64::from(event.marks.place());
                let key = u64::from(event.counterparty) << 8 | place;
                self.places.push_event(key);
            }
        }
        let known = (&self.people, &self.places);
        for (window, state) in plan.windows().iter().zip(&mut self.states) {
            state.advance(window, events, known, now);
        }
    }

    /// What the windows hold, as a row at `place` sees it; plan and events are those of the last
    /// [`Self::advance`].
    pub const fn measures<'a>(
        &'a self,
        plan: &'a Plan,
        events: &'a [Event],
        place: u8,
    ) -> Measures<'a> {
        Measures {
            states: self.states.as_slice(),
            plan,
            events,
            place,
        }
    }
}

/// The windows of one row. Each is asked for by its position in the [`Plan`]; what the plan does
/// not have or does not measure is 0 or `None`.
#[derive(Debug, Clone, Copy)]
pub struct Measures<'a> {
    states: &'a [State],
    plan: &'a Plan,
    events: &'a [Event],
    place: u8,
}

impl<'a> Measures<'a> {
    /// How many events.
    pub fn count(&self, window: usize) -> u32 {
        self.states.get(window).map_or(0, |state| state.count)
    }

    /// The sum of the amounts. It cannot overflow: 2^32 amounts of 64 bits are less than 2^127.
    pub fn sum(&self, window: usize) -> i128 {
        self.states.get(window).map_or(0, |state| state.sum)
    }

    /// The least amount.
    pub fn min(&self, window: usize) -> Option<i64> {
        self.states.get(window).and_then(State::least)
    }

    /// The greatest amount.
    pub fn max(&self, window: usize) -> Option<i64> {
        self.states.get(window).and_then(State::greatest)
    }

    /// How many counterparties.
    pub fn distinct(&self, window: usize) -> u32 {
        self.states.get(window).map_or(0, |state| state.distinct)
    }

    /// How many counterparties at the place of the row.
    pub fn distinct_here(&self, window: usize) -> u32 {
        let state = self.states.get(window);
        state.map_or(0, |state| state.distinct_at(self.place))
    }

    /// How many events carry the mark; the window has to tally it.
    pub fn tally(&self, window: usize, mark: Marks) -> u32 {
        let tallies = self.states.get(window).map(|state| &state.tallies);
        let tally = tallies.and_then(|all| all.get(mark.bits().trailing_zeros() as usize));
        tally.copied().unwrap_or_default()
    }

    /// The share of events that carry the mark, 0 to 1; `None` of no events.
    pub fn share(&self, window: usize, mark: Marks) -> Option<f64> {
        let count = self.count(window);
        (count > 0).then(|| f64::from(self.tally(window, mark)) / f64::from(count))
    }

    /// The median amount; of an even number of events the mean of the two in the middle.
    pub fn median(&self, window: usize) -> Option<f64> {
        self.states.get(window)?.amounts.middle().map(middle)
    }

    /// The mean gap between neighbours, in milliseconds; `None` below two events.
    pub fn gap_mean_millis(&self, window: usize) -> Option<f64> {
        let state = self.states.get(window)?;
        let gaps = state.count.checked_sub(1).filter(|gaps| *gaps > 0)?;
        Some(float(state.gap_sum) / f64::from(gaps))
    }

    /// The median gap between neighbours, in milliseconds.
    pub fn gap_median_millis(&self, window: usize) -> Option<f64> {
        self.states.get(window)?.gaps.middle().map(middle)
    }

    /// The coefficient of variation of the gaps: their standard deviation (of the population) by
    /// their mean. `None` below two gaps, or when all are zero.
    pub fn gap_variation(&self, window: usize) -> Option<f64> {
        let state = self.states.get(window)?;
        let gaps = state.count.checked_sub(1).filter(|gaps| *gaps > 1)?;
        let sum = state.gap_sum;
        let spread = i128::from(gaps).checked_mul(state.gap_squares)?;
        let spread = spread.checked_sub(sum.checked_mul(sum)?)?;
        (sum > 0).then(|| float(spread).sqrt() / float(sum))
    }

    /// The slope of a least-squares line of the amounts over time, in units a day; `None` when all
    /// events have one time (in whole seconds).
    pub fn trend_per_day(&self, window: usize) -> Option<f64> {
        self.states.get(window)?.trend.per_day()
    }

    /// The most events within the window's shorter span, ending at any event of the window.
    pub fn burst(&self, window: usize) -> i64 {
        self.states.get(window).map_or(0, State::burst)
    }

    /// The events that the window holds, in order of time.
    pub fn events(&self, window: usize) -> impl DoubleEndedIterator<Item = &'a Event> + use<'a> {
        let held = self.states.get(window).map_or(0..0, State::held);
        let only = self.plan.windows().get(window).map(|window| window.only);
        let held = self.events.get(held).unwrap_or_default().iter();
        held.filter(move |event| only.is_some_and(|only| event.marks.has(only)))
    }
}

fn middle((lower, upper): (i64, i64)) -> f64 {
    float(i128::from(lower) + i128::from(upper)) / 2.0
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a ratio is shown and compared, not counted"
)]
const fn float(value: i128) -> f64 {
    value as f64
}

#[cfg(test)]
#[path = "naive_tests.rs"]
mod tests;
