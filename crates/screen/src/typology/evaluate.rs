//! Which indicators hold at a row, by what its windows measure.

use super::policy::{Indicator, Side};
use super::problem::PolicyProblem;
use super::tests_of::{DAY_MILLIS, RowTest};
use crate::event::{Event, Marks};
use crate::money::{Money, Rates};
use crate::window::{Measures, Plan, Stats, Window};

/// The indicators of one side, made ready.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Panel {
    /// The different row tests; the position is the number of the mark.
    pub(super) tests: Vec<RowTest>,
    pub(super) plan: Plan,
    pub(super) rules: Vec<Rule>,
    /// Whether a window counts rows without any mark.
    pub(super) counts_all: bool,
}

/// One enabled indicator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    /// Its position among all indicators.
    pub(super) indicator: usize,
    pub(super) window: usize,
    /// The window of all rows of the same span, for a share.
    pub(super) of_all: Option<usize>,
    /// The windows before, the nearest first, for growth.
    pub(super) earlier: Vec<usize>,
    /// Rules one of which must hold, as bits; `None`: none need.
    pub(super) needs: Option<u64>,
}

impl Panel {
    pub(super) fn of(indicators: &[Indicator], side: Side) -> Result<Self, PolicyProblem> {
        let mut panel = Self::default();
        let mut windows: Vec<Window> = Vec::new();
        let all = indicators.iter().enumerate();
        let asked = all.filter(|(_, one)| one.enabled && one.sides.contains(&side));
        for (position, indicator) in asked {
            let rule = panel.rule(position, indicator, indicators, &mut windows)?;
            panel.rules.push(rule);
        }
        if panel.rules.len() > u64::BITS as usize {
            return Err(PolicyProblem::TooMany);
        }
        panel.counts_all = windows.iter().any(|window| window.only == Marks::NONE);
        panel.plan = Plan::new(windows).map_err(|_| PolicyProblem::TooMany)?;
        Ok(panel)
    }

    fn rule(
        &mut self,
        position: usize,
        indicator: &Indicator,
        indicators: &[Indicator],
        windows: &mut Vec<Window>,
    ) -> Result<Rule, PolicyProblem> {
        let mark = self.mark(indicator.row)?;
        let test = &indicator.window;
        let window = test.window().only(mark);
        let mut earlier = Vec::new();
        for period in 1..test.rising_periods {
            let lag = test.span_millis.saturating_mul(i64::from(period));
            earlier.push(place(windows, window.lagging(lag)));
        }
        let all = Window::of(test.span_millis).with(Stats::COUNT);
        let of_all = (test.share_min_percent > 0).then(|| place(windows, all));
        let needed = |rule: &Rule| indicator.needs.contains(&indicators[rule.indicator].id);
        let needs = (!indicator.needs.is_empty()).then(|| {
            let held = self
                .rules
                .iter()
                .enumerate()
                .filter(|(_, rule)| needed(rule));
            held.fold(0, |bits, (at, _)| bits | 1 << at)
        });
        Ok(Rule {
            indicator: position,
            window: place(windows, window),
            of_all,
            earlier,
            needs,
        })
    }

    /// The mark of a row test; a test that every row passes needs none.
    fn mark(&mut self, test: RowTest) -> Result<Marks, PolicyProblem> {
        if test == RowTest::default() {
            return Ok(Marks::NONE);
        }
        let known = self.tests.iter().position(|known| *known == test);
        let at = known.unwrap_or_else(|| {
            self.tests.push(test);
            self.tests.len() - 1
        });
        let at = u8::try_from(at).ok().and_then(Marks::bit);
        at.ok_or(PolicyProblem::TooMany)
    }

    /// The most points that could ever hold at once over all of an account's events: those of the
    /// rules whose rows are there often enough at all. Most accounts end here.
    pub(super) fn points_at_most(&self, indicators: &[Indicator], account: &[Event]) -> u32 {
        let mut counts = [0_u32; Marks::BITS as usize];
        for event in account {
            let mut bits = event.marks.bits();
            while bits != 0 {
                counts[bits.trailing_zeros() as usize] += 1;
                bits &= bits - 1;
            }
        }
        let all = u32::try_from(account.len()).unwrap_or(u32::MAX);
        let possible = self.rules.iter().filter_map(|rule| {
            let indicator = &indicators[rule.indicator];
            let only = self.plan.windows().get(rule.window)?.only.bits();
            let count = counts
                .get(only.trailing_zeros() as usize)
                .copied()
                .unwrap_or(all);
            let needed = indicator
                .window
                .count_min
                .max(indicator.window.counterparties_min);
            (count >= needed).then_some(indicator.points)
        });
        possible.fold(0, u32::saturating_add)
    }

    /// The rules that hold, as bits of their positions.
    #[inline]
    pub(super) fn held(
        &self,
        indicators: &[Indicator],
        measures: &Measures<'_>,
        limits: &Limits<'_>,
    ) -> u64 {
        let mut held = 0_u64;
        for (at, rule) in self.rules.iter().enumerate() {
            let needed = rule.needs.is_none_or(|needs| needs & held != 0);
            if needed && rule.holds(&indicators[rule.indicator], measures, limits) {
                held |= 1 << at;
            }
        }
        held
    }
}

impl Rule {
    #[inline]
    fn holds(&self, indicator: &Indicator, measures: &Measures<'_>, limits: &Limits<'_>) -> bool {
        let test = &indicator.window;
        let count = measures.count(self.window);
        if count < test.count_min {
            return false;
        }
        let people = if test.one_place {
            measures.distinct_here(self.window)
        } else {
            measures.distinct(self.window)
        };
        people >= test.counterparties_min && self.holds_closely(indicator, measures, limits)
    }

    /// What is dearer to ask, once the counts suffice.
    fn holds_closely(
        &self,
        indicator: &Indicator,
        measures: &Measures<'_>,
        limits: &Limits<'_>,
    ) -> bool {
        let (test, window) = (&indicator.window, self.window);
        let count = u64::from(measures.count(window));
        let share = self.of_all.is_none_or(|of_all| {
            let of_all = u64::from(measures.count(of_all));
            count * 100 >= of_all * u64::from(test.share_min_percent)
        });
        let sum = test.sum_max.is_none_or(|most| {
            let most = limits.in_base(most);
            most.is_some_and(|most| measures.sum(window) <= i128::from(most))
        });
        let median = test.median_below.is_none_or(|below| {
            let below = limits.in_base(below);
            below.is_some_and(|below| measures.median(window).is_some_and(|it| it < float(below)))
        });
        let gap = test.gap_median_max_days.is_none_or(|days| {
            let most = float(i64::from(days) * DAY_MILLIS);
            measures
                .gap_median_millis(window)
                .is_some_and(|gap| gap <= most)
        });
        let variation = test.gap_variation_below_percent.is_none_or(|percent| {
            let below = f64::from(percent) / 100.0;
            measures.gap_variation(window).is_some_and(|it| it < below)
        });
        share && sum && median && gap && variation && self.rises(measures)
    }

    fn rises(&self, measures: &Measures<'_>) -> bool {
        let mut later = self.window;
        self.earlier.iter().all(|earlier| {
            let rises = measures.count(later) > measures.count(*earlier)
                && measures.count(*earlier) > 0
                && measures.median(later) > measures.median(*earlier);
            later = *earlier;
            rises
        })
    }
}

/// Limits of windows in the currency of sums, on the day of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits<'a> {
    rates: &'a Rates,
    day: i32,
}

impl<'a> Limits<'a> {
    pub(super) fn on(rates: &'a Rates, time_millis: i64) -> Self {
        let day = i32::try_from(time_millis.div_euclid(DAY_MILLIS)).unwrap_or(i32::MAX);
        Self { rates, day }
    }

    fn in_base(&self, money: Money) -> Option<i64> {
        self.rates.convert(money, self.day)
    }
}

/// Limits are below 2^53.
#[expect(
    clippy::cast_precision_loss,
    reason = "limits and days are far below 2^53"
)]
const fn float(value: i64) -> f64 {
    value as f64
}

fn place(windows: &mut Vec<Window>, window: Window) -> usize {
    if let Some(at) = windows.iter().position(|known| *known == window) {
        return at;
    }
    windows.push(window);
    windows.len() - 1
}
