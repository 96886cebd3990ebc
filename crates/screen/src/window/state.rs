//! What one window holds as it slides over one account's events.

use std::collections::VecDeque;

use super::multiset::Multiset;
use super::plan::{Stats, Window};
use super::roster::Roster;
use crate::event::{Event, Marks};

/// Sums are of integers, so that they are the same however the window came to hold what it holds.
#[derive(Debug, Default)]
pub(super) struct State {
    /// The events of the window are those from `low` up to, not including, `high`.
    low: usize,
    high: usize,
    /// Whether anything was ever added since the last clearing.
    touched: bool,
    pub(super) count: u32,
    pub(super) sum: i128,
    pub(super) tallies: [u32; Marks::BITS as usize],
    /// How many events of the window each counterparty has.
    seen: Vec<u32>,
    pub(super) distinct: u32,
    seen_here: Vec<u32>,
    /// How many counterparties each place has; empty until a window asks.
    distinct_here: Vec<u32>,
    greatest: Summit,
    /// Of the complements, whose greatest is that of the least.
    least: Summit,
    pub(super) amounts: Multiset,
    /// The moment of the last event that was added.
    last_millis: i64,
    pub(super) gap_sum: i128,
    pub(super) gap_squares: i128,
    pub(super) gaps: Multiset,
    pub(super) trend: Trend,
    bursts: Summit,
    /// The first event that the shorter span of a burst still holds, and how many it holds.
    burst_low: usize,
    burst_count: i64,
}

impl State {
    pub(super) fn clear(&mut self) {
        self.low = 0;
        self.high = 0;
        self.burst_low = 0;
        self.burst_count = 0;
        if !self.touched {
            return;
        }
        self.touched = false;
        self.count = 0;
        self.sum = 0;
        self.tallies = [0; _];
        self.seen.clear();
        self.distinct = 0;
        self.seen_here.clear();
        self.distinct_here.clear();
        self.greatest.clear();
        self.least.clear();
        self.amounts.clear();
        self.gap_sum = 0;
        self.gap_squares = 0;
        self.gaps.clear();
        self.trend = Trend::default();
        self.bursts.clear();
    }

    /// Slides to the window of a row at `now`, which never goes back. `people` and `places` know
    /// the counterparties of all `events` if the window counts them.
    #[inline]
    pub(super) fn advance(
        &mut self,
        window: &Window,
        events: &[Event],
        (people, places): (&Roster, &Roster),
        now: i64,
    ) {
        let until = now.saturating_sub(window.lag_millis);
        let from = until.saturating_sub(window.span_millis);
        if self.count == 0 {
            self.leap(window, events, from);
        }
        while let Some(event) = events.get(self.high)
            && event.time_millis <= until
        {
            if event.marks.has(window.only) {
                self.add(window, events, (people, places), event);
            }
            self.high += 1;
        }
        while self.low < self.high && events[self.low].time_millis < from {
            if events[self.low].marks.has(window.only) {
                self.remove(window, events, (people, places));
            }
            self.low += 1;
        }
    }

    /// Over events that would leave as soon as they came: the window is empty.
    fn leap(&mut self, window: &Window, events: &[Event], from: i64) {
        let past = |event: &Event| event.time_millis < from;
        if !events.get(self.high).is_some_and(past) {
            return;
        }
        let rest = events.get(self.high..).unwrap_or_default();
        self.high += rest.partition_point(past);
        self.low = self.high;
        if window.stats.has(Stats::BURST) {
            let early = from.saturating_sub(window.burst_millis);
            let rest = &events[..self.high];
            self.burst_low = rest.partition_point(|event| event.time_millis < early);
            let held = &rest[self.burst_low..];
            let held = held.iter().filter(|event| event.marks.has(window.only));
            self.burst_count = i64::try_from(held.count()).unwrap_or(i64::MAX);
        }
    }

    #[inline]
    fn add(
        &mut self,
        window: &Window,
        events: &[Event],
        (people, places): (&Roster, &Roster),
        event: &Event,
    ) {
        let (stats, at) = (window.stats, self.high);
        self.touched = true;
        self.count += 1;
        self.sum += i128::from(event.amount);
        self.tally(event.marks.bits() & window.tally.bits(), true);
        if stats == Stats::COUNT || stats == Stats::SUM {
            return;
        }
        if stats.has(Stats::DISTINCT) {
            self.distinct += u32::from(comes(&mut self.seen, people.of_event(at), people.len()));
        }
        if stats.has(Stats::DISTINCT_HERE)
            && comes(&mut self.seen_here, places.of_event(at), places.len())
        {
            self.distinct_here.resize(PLACES, 0);
            self.distinct_here[usize::from(event.marks.place())] += 1;
        }
        if stats.has(Stats::EXTREMES) {
            self.greatest.push(at, event.amount);
            self.least.push(at, !event.amount);
        }
        if stats.has(Stats::MEDIAN) {
            self.amounts.insert(event.amount);
        }
        if stats.has(Stats::GAPS) || stats.has(Stats::GAP_MEDIAN) {
            if self.count > 1 {
                self.gap(stats, event.time_millis.saturating_sub(self.last_millis), 1);
            }
            self.last_millis = event.time_millis;
        }
        if stats.has(Stats::TREND) {
            self.trend.count(event, 1);
        }
        if stats.has(Stats::BURST) {
            self.burst_count += 1;
            let early = event.time_millis.saturating_sub(window.burst_millis);
            while events[self.burst_low].time_millis < early {
                self.burst_count -= i64::from(events[self.burst_low].marks.has(window.only));
                self.burst_low += 1;
            }
            self.bursts.push(at, self.burst_count);
        }
    }

    /// Takes the event at `low` out.
    #[inline]
    fn remove(&mut self, window: &Window, events: &[Event], (people, places): (&Roster, &Roster)) {
        let (stats, at, event) = (window.stats, self.low, &events[self.low]);
        self.count -= 1;
        self.sum -= i128::from(event.amount);
        self.tally(event.marks.bits() & window.tally.bits(), false);
        if stats == Stats::COUNT || stats == Stats::SUM {
            return;
        }
        if stats.has(Stats::DISTINCT) {
            self.distinct -= u32::from(goes(&mut self.seen, people.of_event(at)));
        }
        if stats.has(Stats::DISTINCT_HERE) && goes(&mut self.seen_here, places.of_event(at)) {
            self.distinct_here[usize::from(event.marks.place())] -= 1;
        }
        if stats.has(Stats::EXTREMES) {
            self.greatest.pass(at);
            self.least.pass(at);
        }
        if stats.has(Stats::MEDIAN) {
            self.amounts.remove(event.amount);
        }
        if (stats.has(Stats::GAPS) || stats.has(Stats::GAP_MEDIAN)) && self.count > 0 {
            let mut rest = events[at + 1..self.high].iter();
            if let Some(next) = rest.find(|event| event.marks.has(window.only)) {
                let gap = next.time_millis.saturating_sub(event.time_millis);
                self.gap(stats, gap, -1);
            }
        }
        if stats.has(Stats::TREND) {
            self.trend.count(event, -1);
        }
        if stats.has(Stats::BURST) {
            self.bursts.pass(at);
        }
    }

    fn tally(&mut self, mut bits: u32, comes: bool) {
        while bits != 0 {
            let tally = &mut self.tallies[bits.trailing_zeros() as usize];
            *tally = if comes { *tally + 1 } else { *tally - 1 };
            bits &= bits - 1;
        }
    }

    fn gap(&mut self, stats: Stats, gap: i64, sign: i128) {
        self.gap_sum += sign * i128::from(gap);
        self.gap_squares += sign * i128::from(gap) * i128::from(gap);
        if stats.has(Stats::GAP_MEDIAN) {
            if sign > 0 {
                self.gaps.insert(gap);
            } else {
                self.gaps.remove(gap);
            }
        }
    }

    pub(super) fn distinct_at(&self, place: u8) -> u32 {
        let here = self.distinct_here.get(usize::from(place));
        here.copied().unwrap_or_default()
    }

    pub(super) fn greatest(&self) -> Option<i64> {
        self.greatest.top()
    }

    pub(super) fn least(&self) -> Option<i64> {
        self.least.top().map(|value| !value)
    }

    pub(super) fn burst(&self) -> i64 {
        self.bursts.top().unwrap_or_default()
    }

    /// The events of the window among the account's, those without its marks included.
    pub(super) fn held(&self) -> std::ops::Range<usize> {
        self.low..self.high
    }
}

/// One for each place that `Marks` can name.
const PLACES: usize = 256;

/// Whether this is the first event of its counterparty in the window.
#[inline]
fn comes(seen: &mut Vec<u32>, number: usize, known: usize) -> bool {
    if number >= seen.len() {
        seen.resize(known, 0);
    }
    seen[number] += 1;
    seen[number] == 1
}

/// Whether this was the last event of its counterparty in the window.
#[inline]
fn goes(seen: &mut [u32], number: usize) -> bool {
    seen[number] -= 1;
    seen[number] == 0
}

/// The greatest of the values in a window: those that a later one does not exceed, in order.
#[derive(Debug, Default)]
struct Summit(VecDeque<(usize, i64)>);

impl Summit {
    fn clear(&mut self) {
        self.0.clear();
    }

    fn push(&mut self, at: usize, value: i64) {
        while self.0.back().is_some_and(|(_, held)| *held <= value) {
            self.0.pop_back();
        }
        self.0.push_back((at, value));
    }

    /// The event at `at` left the window.
    fn pass(&mut self, at: usize) {
        if self.0.front().is_some_and(|(held, _)| *held == at) {
            self.0.pop_front();
        }
    }

    fn top(&self) -> Option<i64> {
        self.0.front().map(|(_, value)| *value)
    }
}

/// The sums of a least-squares line of amount over time, time in seconds.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Trend {
    n: i128,
    times: i128,
    amounts: i128,
    products: i128,
    squares: i128,
}

impl Trend {
    fn count(&mut self, event: &Event, sign: i128) {
        let time = i128::from(event.time_millis.div_euclid(1000));
        let amount = i128::from(event.amount);
        self.n += sign;
        self.times += sign * time;
        self.amounts += sign * amount;
        self.products += sign * time * amount;
        self.squares += sign * time * time;
    }

    /// Units of amount a day; `None` when the times do not differ.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a slope is shown and compared, not counted"
    )]
    pub(super) fn per_day(self) -> Option<f64> {
        let spread = self.n.checked_mul(self.squares)? - self.times.checked_mul(self.times)?;
        let rise = self.n.checked_mul(self.products)?;
        let rise = rise.checked_sub(self.times.checked_mul(self.amounts)?)?;
        (spread != 0).then(|| rise as f64 / spread as f64 * 86_400.0)
    }
}
