//! Which windows are measured, and what of each.

use crate::event::Marks;

/// The most windows that one pass measures.
pub const WINDOWS_MAX: usize = 64;
/// The longest reach of a window, span and lag together: a hundred years.
pub const REACH_MILLIS_MAX: i64 = 36_525 * 24 * 3_600_000;

/// What is measured of a window beside the number of its events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Stats(u16);

impl Stats {
    /// The count alone.
    pub const COUNT: Self = Self(0);
    /// The sum of the amounts.
    pub const SUM: Self = Self(1);
    /// The least and the greatest amount.
    pub const EXTREMES: Self = Self(1 << 1);
    /// How many counterparties there are.
    pub const DISTINCT: Self = Self(1 << 2);
    /// How many counterparties there are at the place of the row.
    pub const DISTINCT_HERE: Self = Self(1 << 3);
    /// The median amount.
    pub const MEDIAN: Self = Self(1 << 4);
    /// Mean and variation of the gaps between neighbours.
    pub const GAPS: Self = Self(1 << 5);
    /// The median gap between neighbours.
    pub const GAP_MEDIAN: Self = Self(1 << 6);
    /// The slope of the amounts over time.
    pub const TREND: Self = Self(1 << 7);
    /// The most events within a shorter span, at any event of the window.
    pub const BURST: Self = Self(1 << 8);

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether everything in `wanted` is measured.
    pub const fn has(self, wanted: Self) -> bool {
        self.0 & wanted.0 == wanted.0
    }
}

/// One window over the events of an account.
///
/// At a row of time `t` it holds the events with `t - lag - span <= time <= t - lag` that carry all
/// marks of `only`: with no lag, what SQL's `RANGE BETWEEN span PRECEDING AND CURRENT ROW` holds,
/// events of equal time included whatever their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// How long it is.
    pub span_millis: i64,
    /// How long before the row it ends.
    pub lag_millis: i64,
    /// Marks that an event must carry to count.
    pub only: Marks,
    /// What is measured.
    pub stats: Stats,
    /// Marks whose events are counted apart: the share at night, of round amounts, and so on.
    pub tally: Marks,
    /// The shorter span of [`Stats::BURST`].
    pub burst_millis: i64,
}

impl Window {
    /// The span up to and including the row, measuring only the count.
    pub const fn of(span_millis: i64) -> Self {
        Self {
            span_millis,
            lag_millis: 0,
            only: Marks::NONE,
            stats: Stats::COUNT,
            tally: Marks::NONE,
            burst_millis: 0,
        }
    }

    /// Ending so long before the row.
    #[must_use]
    pub const fn lagging(mut self, lag_millis: i64) -> Self {
        self.lag_millis = lag_millis;
        self
    }

    /// Of events that carry all these marks.
    #[must_use]
    pub const fn only(mut self, marks: Marks) -> Self {
        self.only = marks;
        self
    }

    /// Measuring this too.
    #[must_use]
    pub const fn with(mut self, stats: Stats) -> Self {
        self.stats = self.stats.and(stats);
        self
    }

    /// Counting the events of each of these marks apart.
    #[must_use]
    pub const fn tallying(mut self, marks: Marks) -> Self {
        self.tally = self.tally.with(marks);
        self
    }

    /// Measuring the most events within `burst_millis`.
    #[must_use]
    pub const fn bursting(mut self, burst_millis: i64) -> Self {
        self.burst_millis = burst_millis;
        self.with(Stats::BURST)
    }
}

/// The windows of one pass. They are asked for by their position.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    windows: Vec<Window>,
    stats: Stats,
    reach_millis: i64,
}

impl Plan {
    /// Takes windows whose spans can be meant.
    pub fn new(windows: Vec<Window>) -> Result<Self, PlanError> {
        if windows.len() > WINDOWS_MAX {
            return Err(PlanError::TooMany);
        }
        let mut plan = Self {
            windows: Vec::new(),
            stats: Stats::COUNT,
            reach_millis: 0,
        };
        for (window, asked) in windows.iter().enumerate() {
            let mut reach = 0;
            for part in [asked.lag_millis, asked.span_millis, asked.burst_millis] {
                if !(0..=REACH_MILLIS_MAX).contains(&part) {
                    return Err(PlanError::Span { window });
                }
                reach += part;
            }
            plan.reach_millis = plan.reach_millis.max(reach);
            plan.stats = plan.stats.and(asked.stats);
        }
        plan.windows = windows;
        Ok(plan)
    }

    /// The windows.
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// How far before a row its windows reach.
    pub const fn reach_millis(&self) -> i64 {
        self.reach_millis
    }

    /// What any of the windows measures.
    pub(super) const fn stats(&self) -> Stats {
        self.stats
    }
}

/// Why windows cannot be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// More than [`WINDOWS_MAX`].
    #[error("more than {WINDOWS_MAX} windows in one pass: ask for fewer, or run twice")]
    TooMany,
    /// A span, lag or burst below 0 or above [`REACH_MILLIS_MAX`].
    #[error("window {window} has a span, lag or burst below 0 or above {REACH_MILLIS_MAX} ms")]
    Span {
        /// The window's position, from 0.
        window: usize,
    },
}

impl PlanError {
    /// A stable code, documented in the reference.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooMany => "screen.windows-too-many",
            Self::Span { .. } => "screen.window-span",
        }
    }
}
