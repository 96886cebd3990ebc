//! The kernel against a definition that is written down naively.

use super::*;
use crate::event::{Change, settle};
use crate::live::{Applied, Live};
use crate::partition::Partitioner;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Everything that a window can be asked, as text, so that a difference shows itself.
fn told(measures: &Measures<'_>, plan: &Plan) -> String {
    let one = |(at, window): (usize, &Window)| {
        let tallies: Vec<u32> = (0..Marks::BITS)
            .filter_map(Marks::bit)
            .filter(|mark| window.tally.has(*mark))
            .map(|mark| measures.tally(at, mark))
            .collect();
        format!(
            "{at}: n {} sum {} {:?} {:?} distinct {} {} tally {tallies:?} median {:?} \
             gaps {:?} {:?} {:?} trend {:?} burst {} rows {:?}",
            measures.count(at),
            measures.sum(at),
            measures.min(at),
            measures.max(at),
            measures.distinct(at),
            measures.distinct_here(at),
            measures.median(at),
            measures.gap_mean_millis(at),
            measures.gap_median_millis(at),
            measures.gap_variation(at),
            measures.trend_per_day(at),
            measures.burst(at),
            measures
                .events(at)
                .map(|event| event.row)
                .collect::<Vec<_>>(),
        )
    };
    let all: Vec<String> = plan.windows().iter().enumerate().map(one).collect();
    all.join("\n")
}

/// The same from the definition.
#[expect(clippy::cast_precision_loss, reason = "as the kernel's ratios")]
fn naive(events: &[Event], row: &Event, plan: &Plan) -> String {
    let mine: Vec<&Event> = events.iter().filter(|e| e.account == row.account).collect();
    let one = |(at, window): (usize, &Window)| {
        let until = row.time_millis - window.lag_millis;
        let from = until - window.span_millis;
        let matching = |e: &&&Event| e.marks.has(window.only);
        let inside = |from: i64, until: i64| {
            let range = from..=until;
            let held = mine.iter().filter(matching);
            let mut held: Vec<Event> = held
                .filter(|e| range.contains(&e.time_millis))
                .map(|e| **e)
                .collect();
            held.sort_unstable();
            held
        };
        let held = inside(from, until);
        let on = |wanted: Stats| window.stats.has(wanted);
        let amounts: Vec<i64> = held.iter().map(|e| e.amount).collect();
        let people = |e: &[&Event]| {
            e.iter()
                .map(|e| e.counterparty)
                .collect::<BTreeSet<_>>()
                .len()
        };
        let all: Vec<&Event> = held.iter().collect();
        let here = held.iter().filter(|e| e.marks.place() == row.marks.place());
        let here: Vec<&Event> = here.collect();
        let tallies: Vec<usize> = (0..Marks::BITS)
            .filter_map(Marks::bit)
            .filter(|mark| window.tally.has(*mark))
            .map(|mark| held.iter().filter(|e| e.marks.has(mark)).count())
            .collect();
        let pairs = held.windows(2);
        let gaps: Vec<i64> = pairs.map(|p| p[1].time_millis - p[0].time_millis).collect();
        let measured = on(Stats::GAPS) || on(Stats::GAP_MEDIAN);
        let gap_sum: i64 = gaps.iter().sum();
        let gap_n = gaps.len() as i128;
        let squares: i128 = gaps.iter().map(|g| i128::from(*g) * i128::from(*g)).sum();
        let spread = gap_n * squares - i128::from(gap_sum) * i128::from(gap_sum);
        let mean = (!gaps.is_empty()).then(|| {
            if measured {
                gap_sum as f64 / gap_n as f64
            } else {
                0.0
            }
        });
        let variation = (measured && gaps.len() > 1 && gap_sum > 0)
            .then(|| (spread as f64).sqrt() / gap_sum as f64);
        let seconds = |e: &Event| i128::from(e.time_millis.div_euclid(1000));
        let n = held.len() as i128;
        let (mut t, mut x, mut tx, mut tt) = (0, 0, 0, 0);
        for e in &held {
            t += seconds(e);
            x += i128::from(e.amount);
            tx += seconds(e) * i128::from(e.amount);
            tt += seconds(e) * seconds(e);
        }
        let slope = (n * tt - t * t != 0 && on(Stats::TREND))
            .then(|| (n * tx - t * x) as f64 / (n * tt - t * t) as f64 * 86_400.0);
        let burst = held
            .iter()
            .map(|e| inside(e.time_millis - window.burst_millis, e.time_millis).len());
        format!(
            "{at}: n {} sum {} {:?} {:?} distinct {} {} tally {tallies:?} median {:?} \
             gaps {:?} {:?} {:?} trend {:?} burst {} rows {:?}",
            held.len(),
            amounts.iter().map(|a| i128::from(*a)).sum::<i128>(),
            amounts.iter().min().filter(|_| on(Stats::EXTREMES)),
            amounts.iter().max().filter(|_| on(Stats::EXTREMES)),
            if on(Stats::DISTINCT) { people(&all) } else { 0 },
            if on(Stats::DISTINCT_HERE) {
                people(&here)
            } else {
                0
            },
            median(&amounts).filter(|_| on(Stats::MEDIAN)),
            mean,
            median(&gaps).filter(|_| on(Stats::GAP_MEDIAN)),
            variation,
            slope,
            if on(Stats::BURST) {
                burst.max().unwrap_or(0)
            } else {
                0
            },
            held.iter().map(|event| event.row).collect::<Vec<_>>(),
        )
    };
    let all: Vec<String> = plan.windows().iter().enumerate().map(one).collect();
    all.join("\n")
}

#[expect(clippy::cast_precision_loss, reason = "as the kernel's ratios")]
fn median(values: &[i64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    let lower = sorted.get(sorted.len().checked_sub(1)? / 2)?;
    let upper = sorted.get(sorted.len() / 2)?;
    Some((i128::from(*lower) + i128::from(*upper)) as f64 / 2.0)
}

const SECOND: i64 = 1000;

fn stats() -> impl Strategy<Value = Stats> {
    let all = [
        Stats::SUM,
        Stats::EXTREMES,
        Stats::DISTINCT,
        Stats::DISTINCT_HERE,
        Stats::MEDIAN,
        Stats::GAPS,
        Stats::GAP_MEDIAN,
        Stats::TREND,
        Stats::BURST,
    ];
    prop::collection::vec(prop::sample::select(all.to_vec()), 0..9)
        .prop_map(|some| some.into_iter().fold(Stats::COUNT, Stats::and))
}

fn window() -> impl Strategy<Value = Window> {
    let marks = || (0_u8..3).prop_map(|bits| Marks::from_raw(u32::from(bits)));
    (0_i64..9, 0_i64..5, marks(), marks(), stats(), 0_i64..4).prop_map(
        |(span, lag, only, tally, stats, burst)| Window {
            span_millis: span * SECOND,
            lag_millis: lag * SECOND,
            only,
            stats,
            tally,
            burst_millis: burst * SECOND,
        },
    )
}

fn plan() -> impl Strategy<Value = Plan> {
    prop::collection::vec(window(), 1..5).prop_map(|windows| Plan::new(windows).unwrap())
}

fn events(most: usize) -> impl Strategy<Value = Vec<Event>> {
    let amount = prop_oneof![8 => 0_i64..5, 1 => Just(i64::MAX), 1 => Just(i64::MIN)];
    let account = prop_oneof![3 => Just(0_u32), 1 => 0_u32..3];
    let one = (account, -20_i64..20, amount, 0_u32..22, 0_u8..4, 0_u8..3);
    prop::collection::vec(one, 1..most).prop_map(|rows| {
        let event = |(row, (account, time, amount, counterparty, bits, place))| Event {
            time_millis: time * SECOND,
            amount,
            account,
            counterparty,
            row,
            marks: Marks::at(place).with(Marks::from_raw(u32::from(bits))),
        };
        (0..).zip(rows).map(event).collect()
    })
}

fn batch(events: &[Event], plan: &Plan) -> BTreeMap<(u32, u32), String> {
    let mut partitioner = Partitioner::new(events.len());
    for event in events {
        partitioner.push(*event);
    }
    let mut told_by_row = BTreeMap::new();
    let mut windows = Sweep::default();
    for partition in partitioner.finish() {
        sweep(&partition.order(), plan, &mut windows, |event, measures| {
            told_by_row.insert((event.account, event.row), told(measures, plan));
        });
    }
    told_by_row
}

/// Changes of some rows in any order: as first seen, corrected, taken back, and some twice.
fn changes() -> impl Strategy<Value = Vec<Change>> {
    let later = prop::collection::vec(
        (
            any::<prop::sample::Index>(),
            1_u32..4,
            any::<bool>(),
            0_i64..40,
        ),
        0..12,
    );
    (events(40), later).prop_flat_map(|(events, later)| {
        let mut changes: BTreeMap<(u32, u32), Change> = BTreeMap::new();
        for (which, version, reversed, moved) in later {
            let mut event = events[which.index(events.len())];
            event.time_millis = (moved - 20) * SECOND;
            event.amount = event.amount.saturating_add(1);
            let change = if reversed {
                Change::reversed(event.account, event.row, version)
            } else {
                Change::corrected(event, version)
            };
            changes.insert((event.row, version), change);
        }
        let mut all: Vec<Change> = events.into_iter().map(Change::new).collect();
        all.extend(changes.into_values());
        let again: Vec<Change> = all.iter().step_by(5).copied().collect();
        all.extend(again);
        Just(all).prop_shuffle()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_batch_measures_what_the_definition_says(events in events(60), plan in plan()) {
        let batch = batch(&events, &plan);
        prop_assert_eq!(batch.len(), events.len());
        for event in &events {
            let row = &batch[&(event.account, event.row)];
            prop_assert_eq!(row, &naive(&events, event, &plan));
        }
    }

    #[test]
    fn a_stream_measures_what_a_batch_does_in_any_order_of_arrival(
        changes in changes(),
        plan in plan(),
    ) {
        let mut live = Live::new(plan.clone(), 1000 * SECOND);
        let mut last: BTreeMap<(u32, u32), String> = BTreeMap::new();
        for (done, change) in changes.iter().enumerate() {
            let holds = settle(changes[..=done].iter().copied());
            let mut wrong = Vec::new();
            let applied = live.apply(*change, |event, measures| {
                let said = told(measures, &plan);
                let right = naive(&holds, event, &plan);
                if said != right {
                    wrong.push((said.clone(), right));
                }
                last.insert((event.account, event.row), said);
            });
            prop_assert!(wrong.is_empty(), "{:?}", wrong);
            prop_assert_ne!(applied, Applied::TooLate);
        }
        let holds = settle(changes.iter().copied());
        let batch = batch(&holds, &plan);
        last.retain(|key, _| batch.contains_key(key));
        prop_assert_eq!(last, batch);
    }
}

#[test]
fn a_window_begins_exactly_a_span_before_the_row_and_takes_in_its_moment() {
    let event = |row, time_millis| Event {
        time_millis,
        amount: 10,
        account: 0,
        counterparty: row,
        row,
        marks: Marks::NONE,
    };
    let times = [0, 999, 1000, 1000, 1999];
    let events = (0..).zip(times).map(|(row, time)| event(row, time));
    let plan = Plan::new(vec![Window::of(1000).with(Stats::SUM)]).unwrap();
    let mut counts = Vec::new();
    let ordered = Ordered::of(events.collect());
    sweep(&ordered, &plan, &mut Sweep::default(), |_, measures| {
        counts.push((measures.count(0), measures.sum(0)));
    });
    assert_eq!(counts, [(1, 10), (2, 20), (4, 40), (4, 40), (4, 40)]);
}

#[test]
fn a_plan_holds_as_many_windows_as_it_says_and_not_one_more() {
    let of = |windows| Plan::new(vec![Window::of(1); windows]);
    assert!(of(WINDOWS_MAX).is_ok());
    assert_eq!(of(WINDOWS_MAX + 1), Err(PlanError::TooMany));
    let span = |span| Plan::new(vec![Window::of(1), Window::of(span)]);
    assert!(span(REACH_MILLIS_MAX).is_ok());
    let error = span(REACH_MILLIS_MAX + 1).unwrap_err();
    assert_eq!(error, PlanError::Span { window: 1 });
    assert!(span(-1).is_err());
    assert_eq!(error.code(), "screen.window-span");
}
