//! What an analyst asks of windows, in words: a span such as `30d` and stats such as
//! `count,sum,distinct:receiver`.

use super::plan::{Plan, PlanError, REACH_MILLIS_MAX, Stats, Window};
use super::{Measures, float};
use crate::event::Marks;

/// The most stats of one request.
pub const STATS_MAX: usize = 64;

/// A window that was asked for, and the columns of its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    plan: Plan,
    columns: Vec<(String, Stat)>,
    distinct: Option<String>,
}

/// One column of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stat {
    Count,
    Sum,
    Min,
    Max,
    Mean,
    Median,
    Distinct,
    Night,
    Round,
    GapMean,
    GapMedian,
    GapVariation,
    Trend,
    Burst,
}

/// Their names, as they are written; `distinct` and `burst` say more after a colon.
const STATS: [(&str, Stat); 14] = [
    ("count", Stat::Count),
    ("sum", Stat::Sum),
    ("min", Stat::Min),
    ("max", Stat::Max),
    ("mean", Stat::Mean),
    ("median", Stat::Median),
    ("distinct", Stat::Distinct),
    ("night", Stat::Night),
    ("round", Stat::Round),
    ("gap_mean", Stat::GapMean),
    ("gap_median", Stat::GapMedian),
    ("gap_cv", Stat::GapVariation),
    ("trend", Stat::Trend),
    ("burst", Stat::Burst),
];

/// One value of the answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Value {
    /// A number that is counted.
    Whole(i64),
    /// A ratio.
    Ratio(f64),
    /// There is none: a mean of nothing, or a sum beyond 64 bits.
    Missing,
}

impl Request {
    /// The mark by which a row counts as `night`.
    pub const NIGHT: Marks = Marks::from_raw(1);
    /// The mark by which a row counts as `round`.
    pub const ROUND: Marks = Marks::from_raw(1 << 1);

    /// Reads a request. The stats are parted by commas: `count`, `sum`, `min`, `max`, `mean`,
    /// `median` of the amounts, `distinct:COLUMN`, the shares `night` and `round`, `gap_mean` and
    /// `gap_median` in seconds, `gap_cv`, `trend` a day, `burst:SPAN`.
    pub fn parse(span: &str, stats: &str) -> Result<Self, RequestError> {
        let mut window = Window::of(read_span(span)?);
        let mut columns: Vec<(String, Stat)> = Vec::new();
        let mut distinct = None;
        for asked in stats.split(',').map(str::trim) {
            let (name, more) = match asked.split_once(':') {
                Some((name, more)) => (name, Some(more)),
                None => (asked, None),
            };
            let known = STATS.iter().find(|(known, _)| *known == name);
            let unknown = || RequestError::Stat {
                name: asked.to_owned(),
            };
            let (_, stat) = known.ok_or_else(unknown)?;
            match (stat, more) {
                (Stat::Distinct, Some(column)) if !column.is_empty() => {
                    distinct = Some(column.to_owned());
                }
                (Stat::Burst, Some(span)) => window = window.bursting(read_span(span)?),
                (Stat::Distinct | Stat::Burst, _) | (_, Some(_)) => return Err(unknown()),
                (_, None) => {}
            }
            if columns.iter().any(|(_, held)| held == stat) || columns.len() == STATS_MAX {
                return Err(RequestError::Twice {
                    name: name.to_owned(),
                });
            }
            window = stat.measured_in(window);
            columns.push((asked.replace(':', "_"), *stat));
        }
        Ok(Self {
            plan: Plan::new(vec![window]).map_err(RequestError::Plan)?,
            columns,
            distinct,
        })
    }

    /// The windows to sweep with.
    pub const fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The column that `distinct` counts: an event's counterparty has to be that.
    pub fn distinct(&self) -> Option<&str> {
        self.distinct.as_deref()
    }

    /// Whether the rows have to be marked with [`Self::NIGHT`].
    pub fn asks_night(&self) -> bool {
        self.columns.iter().any(|(_, stat)| *stat == Stat::Night)
    }

    /// Whether the rows have to be marked with [`Self::ROUND`].
    pub fn asks_round(&self) -> bool {
        self.columns.iter().any(|(_, stat)| *stat == Stat::Round)
    }

    /// The columns of the answer, and whether each holds ratios (or whole numbers).
    pub fn columns(&self) -> impl Iterator<Item = (&str, bool)> {
        self.columns
            .iter()
            .map(|(name, stat)| (name.as_str(), stat.is_ratio()))
    }

    /// The values of one row, in the order of the columns.
    pub fn values(&self, measures: &Measures<'_>) -> impl Iterator<Item = Value> {
        self.columns.iter().map(|(_, stat)| stat.value(measures))
    }
}

impl Stat {
    const fn is_ratio(self) -> bool {
        !matches!(
            self,
            Self::Count | Self::Sum | Self::Min | Self::Max | Self::Distinct | Self::Burst
        )
    }

    const fn measured_in(self, window: Window) -> Window {
        match self {
            Self::Count | Self::Burst => window,
            Self::Sum | Self::Mean => window.with(Stats::SUM),
            Self::Min | Self::Max => window.with(Stats::EXTREMES),
            Self::Median => window.with(Stats::MEDIAN),
            Self::Distinct => window.with(Stats::DISTINCT),
            Self::Night => window.tallying(Request::NIGHT),
            Self::Round => window.tallying(Request::ROUND),
            Self::GapMean | Self::GapVariation => window.with(Stats::GAPS),
            Self::GapMedian => window.with(Stats::GAP_MEDIAN),
            Self::Trend => window.with(Stats::TREND),
        }
    }

    fn value(self, measures: &Measures<'_>) -> Value {
        let seconds = |millis: f64| millis / 1000.0;
        match self {
            Self::Count => Value::Whole(i64::from(measures.count(0))),
            Self::Sum => i64::try_from(measures.sum(0)).map_or(Value::Missing, Value::Whole),
            Self::Min => measures.min(0).map_or(Value::Missing, Value::Whole),
            Self::Max => measures.max(0).map_or(Value::Missing, Value::Whole),
            Self::Mean => {
                let count = measures.count(0);
                ratio((count > 0).then(|| float(measures.sum(0)) / f64::from(count)))
            }
            Self::Median => ratio(measures.median(0)),
            Self::Distinct => Value::Whole(i64::from(measures.distinct(0))),
            Self::Night => ratio(measures.share(0, Request::NIGHT)),
            Self::Round => ratio(measures.share(0, Request::ROUND)),
            Self::GapMean => ratio(measures.gap_mean_millis(0).map(seconds)),
            Self::GapMedian => ratio(measures.gap_median_millis(0).map(seconds)),
            Self::GapVariation => ratio(measures.gap_variation(0)),
            Self::Trend => ratio(measures.trend_per_day(0)),
            Self::Burst => Value::Whole(measures.burst(0)),
        }
    }
}

fn ratio(value: Option<f64>) -> Value {
    value.map_or(Value::Missing, Value::Ratio)
}

/// Reads a span: a whole number and `s`, `m`, `h`, `d` or `w`.
fn read_span(text: &str) -> Result<i64, RequestError> {
    let units = [
        ('s', 1000),
        ('m', 60_000),
        ('h', 3_600_000),
        ('d', 86_400_000),
        ('w', 7 * 86_400_000),
    ];
    let read = || {
        let (_, millis) = units.into_iter().find(|(unit, _)| text.ends_with(*unit))?;
        let number = &text[..text.len() - 1];
        let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        let number: i64 = number.parse().ok().filter(|_| digits)?;
        let span = number.checked_mul(millis)?;
        (1..=REACH_MILLIS_MAX).contains(&span).then_some(span)
    };
    read().ok_or_else(|| RequestError::Span {
        text: text.to_owned(),
    })
}

/// Why a request is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// The span.
    #[error("`{text}` is no span: write a whole number and s, m, h, d or w, such as 30d")]
    Span {
        /// As written.
        text: String,
    },
    /// A stat.
    #[error(
        "`{name}` is no stat; known are {}: `distinct` names a column and `burst` a span after a \
         colon",
        STATS.map(|(name, _)| name).join(", ")
    )]
    Stat {
        /// As written.
        name: String,
    },
    /// A stat stands twice.
    #[error("the stat `{name}` stands twice: ask for it once, or run twice")]
    Twice {
        /// Its name.
        name: String,
    },
    /// The windows cannot be measured.
    #[error(transparent)]
    Plan(PlanError),
}

impl RequestError {
    /// A stable code, documented in the reference.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Span { .. } => "screen.span",
            Self::Stat { .. } => "screen.stat-unknown",
            Self::Twice { .. } => "screen.stat-twice",
            Self::Plan(problem) => problem.code(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;
    use crate::partition::Ordered;
    use crate::window::{Sweep, sweep};
    use proptest::prelude::*;

    #[test]
    fn a_request_names_its_columns_and_answers_in_their_order() {
        let stats = "count,sum,min,max,mean,median,distinct:receiver,night,round,gap_mean,\
                     gap_median,gap_cv,trend,burst:1h";
        let request = Request::parse("30d", stats).unwrap();
        assert_eq!(request.distinct(), Some("receiver"));
        assert!(request.asks_night() && request.asks_round());
        let names: Vec<&str> = request.columns().map(|(name, _)| name).collect();
        assert_eq!(names[6], "distinct_receiver");
        let event = |row: u32, hours: i64, amount| Event {
            time_millis: hours * 3_600_000,
            amount,
            account: 0,
            counterparty: row,
            row,
            marks: if row == 0 {
                Request::NIGHT
            } else {
                Request::ROUND
            },
        };
        let events = vec![event(0, 0, 10), event(1, 24, 20), event(2, 48, 60)];
        let mut last = Vec::new();
        let mut windows = Sweep::default();
        sweep(
            &Ordered::of(events),
            request.plan(),
            &mut windows,
            |_, measures| {
                last = request.values(measures).collect();
            },
        );
        let third = 1.0 / 3.0;
        let ratios = [
            30.0,
            20.0,
            third,
            2.0 * third,
            86_400.0,
            86_400.0,
            0.0,
            25.0,
        ];
        let [
            mean,
            median,
            night,
            round,
            gap,
            gap_median,
            variation,
            trend,
        ] = ratios.map(Value::Ratio);
        let whole = Value::Whole;
        let expected = [
            whole(3),
            whole(90),
            whole(10),
            whole(60),
            mean,
            median,
            whole(3),
            night,
            round,
            gap,
            gap_median,
            variation,
            trend,
            whole(1),
        ];
        assert_eq!(last, expected);
        for (value, (_, is_ratio)) in last.iter().zip(request.columns()) {
            assert_eq!(matches!(value, Value::Ratio(_)), is_ratio);
        }
    }

    #[test]
    fn a_bad_request_says_what_is_wrong() {
        let refused = |span, stats| {
            let error = Request::parse(span, stats).unwrap_err();
            format!("{error} ({})", error.code())
        };
        let answers = [
            refused("30", "count"),
            refused("d", "count"),
            refused("0d", "count"),
            refused("-1d", "count"),
            refused("36526d", "count"),
            refused("99999999999999999999w", "count"),
            refused("30d", ""),
            refused("30d", "counts"),
            refused("30d", "distinct"),
            refused("30d", "distinct:"),
            refused("30d", "sum:amount"),
            refused("30d", "burst:2"),
            refused("30d", "count,count"),
        ];
        insta::assert_snapshot!(answers.join("\n"));
        assert!(Request::parse("36525d", "count").is_ok());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(
            span in "[0-9a-z\u{e9}]{0,8}|.{0,5}",
            stats in "[a-z:_,0-9]{0,40}|.{0,9}",
        ) {
            let _ = Request::parse(&span, &stats);
        }
    }
}
