//! Large accounts, late transfers and the bounds of memory.

use super::*;
use crate::event::Marks;
use crate::window::{Stats, Window};

fn event(row: u32, time_millis: i64) -> Event {
    Event {
        time_millis,
        amount: i64::from(row),
        account: 7,
        counterparty: row % 40,
        row,
        marks: Marks::NONE,
    }
}

fn plan() -> Plan {
    let window = Window::of(1000).with(Stats::DISTINCT.and(Stats::MEDIAN).and(Stats::EXTREMES));
    Plan::new(vec![window, Window::of(500).lagging(500)]).unwrap()
}

type Said = (u32, u32, Option<f64>, Option<i64>, u32);

fn said(measures: &Measures<'_>) -> Said {
    let first = (measures.count(0), measures.distinct(0));
    (
        first.0,
        first.1,
        measures.median(0),
        measures.min(0),
        measures.count(1),
    )
}

/// A naive account: all of its windows from nothing at each row.
fn from_nothing(events: &[Event], plan: &Plan, row: u32) -> Said {
    let mut sweep = Sweep::default();
    let now = events.iter().find(|event| event.row == row).unwrap();
    sweep.advance(plan, events, now.time_millis);
    said(&sweep.measures(plan, events, 0))
}

#[test]
fn an_account_that_outgrows_its_block_goes_on_as_before() {
    let plan = plan();
    let mut live = Live::new(plan.clone(), 100);
    let mut all: Vec<Event> = Vec::new();
    for row in 0..3000 {
        // Every seventh comes late, and the windows hold some 1000 at a time.
        let time = i64::from(row) - if row % 7 == 0 { 90 } else { 0 };
        let new = event(row, time);
        all.push(new);
        all.sort_unstable();
        let mut seen = Vec::new();
        live.apply(Change::new(new), |event, measures| {
            seen.push((event.row, said(measures)));
        });
        if row % 50 == 0 {
            for (row, said) in &seen {
                assert_eq!(*said, from_nothing(&all, &plan, *row), "row {row}");
            }
        }
        assert!(seen.iter().any(|(held, _)| *held == row));
    }
    let large = &live.large[&7];
    assert!(large.events.len() < 2 * 1200, "{}", large.events.len());
}

#[test]
fn what_comes_later_than_is_kept_is_refused_and_said_so() {
    let mut live = Live::new(plan(), 100);
    live.apply(Change::new(event(0, 5000)), |_, _| ());
    // The windows reach 1000 back, and 100 are allowed for.
    let at_the_edge = live.apply(Change::new(event(1, 3900)), |_, _| ());
    assert_eq!(at_the_edge, Applied::Measured(2));
    let beyond = live.apply(Change::new(event(2, 3899)), |_, _| ());
    assert_eq!(beyond, Applied::TooLate);
    let again = live.apply(Change::new(event(0, 5000)), |_, _| ());
    assert_eq!(again, Applied::Known);
}

#[test]
fn a_reversal_may_come_before_its_transfer() {
    let mut live = Live::new(plan(), 100);
    assert_eq!(
        live.apply(Change::reversed(7, 3, 1), |_, _| ()),
        Applied::Measured(0)
    );
    assert_eq!(
        live.apply(Change::new(event(3, 10)), |_, _| ()),
        Applied::Known
    );
    let corrected = Change::corrected(event(3, 11), 2);
    assert_eq!(live.apply(corrected, |_, _| ()), Applied::Measured(1));
    assert_eq!(live.apply(corrected, |_, _| ()), Applied::Known);
}

#[test]
fn corrections_beyond_the_bound_forget_the_oldest() {
    let mut live = Live::new(plan(), 100);
    for row in 0..=u32::try_from(CORRECTIONS_MAX).unwrap() {
        live.apply(Change::reversed(7, row, 1), |_, _| ());
    }
    assert_eq!(live.versions.len(), CORRECTIONS_MAX);
    assert_eq!(
        live.apply(Change::new(event(1, 10)), |_, _| ()),
        Applied::Known
    );
    assert_eq!(
        live.apply(Change::new(event(0, 10)), |_, _| ()),
        Applied::Measured(1)
    );
}
