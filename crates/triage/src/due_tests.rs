//! Tests of the calendar's engine: no clock is lost, and no date goes backwards.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;

const HOUR: i64 = 3600 * 1000;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn quiet_case() -> CaseTimes {
    CaseTimes {
        received: at("2026-01-02T03:00:00Z"),
        opened: at("2026-01-02T04:00:00Z"),
        raised: BTreeMap::new(),
        done: BTreeMap::new(),
    }
}

fn ids(running: &[Due]) -> Vec<&str> {
    running.iter().map(|due| due.clock.as_str()).collect()
}

#[test]
fn what_runs_in_an_urgent_case_of_the_united_states() {
    let calendar = Calendar::builtin().unwrap();
    let mut case = quiet_case();
    case.raised
        .insert(Override::Escalated, at("2026-01-02T04:00:00Z"));
    case.raised
        .insert(Override::LiveNow, at("2026-01-03T04:00:00Z"));
    let now = at("2026-01-03T04:30:00Z");
    insta::assert_json_snapshot!(due(&calendar, "US".parse().ok(), &case, now));
}

#[test]
fn a_quiet_case_of_no_jurisdiction_runs_no_clock() {
    let calendar = Calendar::builtin().unwrap();
    let now = at("2027-01-02T04:30:00Z");
    assert_eq!(due(&calendar, None, &quiet_case(), now), []);
}

#[test]
fn a_clock_of_a_higher_override_waits_for_that_one() {
    let calendar = Calendar::builtin().unwrap();
    let mut case = quiet_case();
    case.raised.insert(Override::KnownChild, case.opened);
    assert_eq!(
        ids(&due(&calendar, None, &case, case.opened)),
        ["refer-urgent"]
    );
    case.raised.insert(Override::LiveNow, case.opened);
    let running = due(&calendar, None, &case, case.opened);
    assert_eq!(ids(&running), ["refer-live-now", "refer-urgent"]);
}

#[test]
fn stopping_a_referral_starts_what_begins_with_it() {
    let calendar = Calendar::builtin().unwrap();
    let canada = "CA".parse().ok();
    let mut case = quiet_case();
    let now = at("2026-01-02T05:00:00Z");
    assert_eq!(ids(&due(&calendar, canada, &case, now)), ["ca-report"]);
    case.done.insert("ca-report".to_owned(), now);
    let running = due(&calendar, canada, &case, now);
    assert_eq!(ids(&running), ["ca-preserve"]);
    assert_eq!(running[0].due, at("2026-01-23T05:00:00Z"));
    case.done.insert("ca-preserve".to_owned(), now);
    assert_eq!(due(&calendar, canada, &case, now), []);
}

#[test]
fn states_change_at_their_moment() {
    let calendar = Calendar::builtin().unwrap();
    let mut case = quiet_case();
    case.raised.insert(Override::Escalated, case.opened);
    let at_hour = |hours: i64, millis: i64| {
        let now = case.opened.plus_millis(hours * HOUR + millis);
        let running = due(&calendar, None, &case, now);
        (running[0].state, running[0].left_s)
    };
    assert_eq!(at_hour(12, -1), (DueState::Running, 12 * 3600));
    assert_eq!(at_hour(12, 0), (DueState::Warning, 12 * 3600));
    assert_eq!(at_hour(24, -1), (DueState::Warning, 0));
    assert_eq!(at_hour(24, 0), (DueState::Overdue, 0));
    assert_eq!(at_hour(24, 1), (DueState::Overdue, -1));
}

fn any_moment() -> impl Strategy<Value = Timestamp> {
    (0_i64..4_000_000_000_000).prop_map(Timestamp::from_millis)
}

fn any_jurisdiction() -> impl Strategy<Value = Option<Jurisdiction>> {
    prop::sample::select(vec!["", "US", "CA", "PH", "AU", "ZZ"]).prop_map(|text| text.parse().ok())
}

fn any_case() -> impl Strategy<Value = CaseTimes> {
    let raised = prop::collection::btree_map(
        prop::sample::select(Override::ALL.to_vec()),
        any_moment(),
        0..4,
    );
    let done = prop::collection::btree_map(
        prop::sample::select(vec![
            "ca-report",
            "us-report",
            "refer-urgent",
            "us-preserve",
            "gone",
        ])
        .prop_map(str::to_owned),
        any_moment(),
        0..4,
    );
    (any_moment(), any_moment(), raised, done).prop_map(|(received, opened, raised, done)| {
        CaseTimes {
            received,
            opened,
            raised,
            done,
        }
    })
}

proptest! {
    #[test]
    fn every_clock_that_started_is_given_once_until_it_is_stopped(
        case in any_case(), jurisdiction in any_jurisdiction(), now in any_moment()
    ) {
        let calendar = Calendar::builtin().unwrap();
        let running = due(&calendar, jurisdiction, &case, now);
        let given: BTreeSet<&str> = ids(&running).into_iter().collect();
        prop_assert_eq!(given.len(), running.len());
        for clock in calendar.clocks() {
            let referred = case.done.keys().any(|id| {
                calendar.clock(id).is_some_and(|c| c.kind() == ClockKind::Referral)
            });
            let started = match clock.starts {
                Start::ReportReceived | Start::CaseOpened => true,
                Start::Escalated => case.raised.keys().any(|r| Some(*r) >= clock.raised),
                Start::Referred => referred,
            };
            let expected =
                started && clock.runs_in(jurisdiction) && !case.done.contains_key(clock.id());
            prop_assert_eq!(given.contains(clock.id()), expected, "{}", clock.id());
        }
        prop_assert!(running.is_sorted_by_key(|due| due.due));
    }

    #[test]
    fn time_moves_no_end_and_only_brings_it_nearer(
        case in any_case(), jurisdiction in any_jurisdiction(),
        now in any_moment(), later in 0_i64..1_000_000_000_000
    ) {
        let calendar = Calendar::builtin().unwrap();
        let before = due(&calendar, jurisdiction, &case, now);
        let after = due(&calendar, jurisdiction, &case, now.plus_millis(later));
        prop_assert_eq!(ids(&before), ids(&after));
        for (before, after) in before.iter().zip(&after) {
            prop_assert_eq!(before.due, after.due);
            prop_assert!(before.state <= after.state);
            prop_assert!(before.left_s >= after.left_s);
        }
    }

    #[test]
    fn what_begins_later_ends_later(
        case in any_case(), jurisdiction in any_jurisdiction(),
        now in any_moment(), later in 0_i64..1_000_000_000
    ) {
        let calendar = Calendar::builtin().unwrap();
        let mut moved = case.clone();
        moved.received = case.received.plus_millis(later);
        moved.opened = case.opened.plus_millis(later);
        for at in moved.raised.values_mut().chain(moved.done.values_mut()) {
            *at = at.plus_millis(later);
        }
        let ends = |case: &CaseTimes| -> BTreeMap<String, Timestamp> {
            let running = due(&calendar, jurisdiction, case, now).into_iter();
            running.map(|due| (due.clock, due.due)).collect()
        };
        let (first, second) = (ends(&case), ends(&moved));
        prop_assert_eq!(first.len(), second.len());
        for (clock, end) in first {
            prop_assert_eq!(second[&clock], end.plus_millis(later));
        }
    }
}
