//! Tests of the ledger's arithmetic.

use proptest::prelude::*;

use super::*;
use crate::Missing;

const WEEK: i64 = WEEK_MILLIS;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn tables() -> (Policy, Feedback) {
    (Policy::builtin().unwrap(), Feedback::builtin().unwrap())
}

fn report(completeness: i64, missing: &[&str]) -> Vec<(Counter, i64)> {
    finished(&Help {
        completeness,
        missing: missing
            .iter()
            .map(|rule| Missing {
                field: String::new(),
                rule: (*rule).to_owned(),
                points: 0,
                text: String::new(),
            })
            .collect(),
        points_at_nobody: false,
        urgent: completeness > 80,
    })
}

#[test]
fn weeks_begin_on_monday() {
    for (moment, monday) in [
        ("2026-01-05T00:00:00Z", "2026-01-05T00:00:00Z"),
        ("2026-01-11T23:59:59.999Z", "2026-01-05T00:00:00Z"),
        ("2026-01-12T00:00:00Z", "2026-01-12T00:00:00Z"),
        ("1970-01-01T00:00:00Z", "1969-12-29T00:00:00Z"),
    ] {
        assert_eq!(week_of(at(moment)), at(monday), "{moment}");
    }
}

#[test]
fn what_a_ledger_says_of_two_months() {
    let (policy, feedback) = tables();
    let now = at("2026-03-04T12:00:00Z");
    let mut ledger = Ledger::default();
    let mut put = |weeks_ago: i64, counted: Vec<(Counter, i64)>| {
        for (counter, amount) in counted {
            ledger.add(now.plus_millis(-weeks_ago * WEEK), counter, amount);
        }
    };
    put(7, report(30, &["ip-port-time", "email"]));
    put(6, vec![(Counter::Repeated, 3), (Counter::Retracted, 1)]);
    put(1, report(90, &["email", "no-such-rule", "victims"]));
    put(0, report(60, &["ip-port-time", "email"]));
    put(
        0,
        vec![(Counter::Outcome(ReportOutcome::ChildSafeguarded), 1)],
    );
    put(0, vec![(Counter::Folded, 2), (Counter::Expired, 1)]);
    put(8, report(100, &[]));
    insta::assert_json_snapshot!(serde_json::json!({
        "weeks": ledger.weeks(&policy, &feedback),
        "summary": ledger.summary(now, &policy, &feedback),
    }));
}

#[test]
fn trends_are_told_from_the_first_point_that_counts() {
    let (policy, feedback) = tables();
    let now = at("2026-03-04T12:00:00Z");
    let trend = |before: Option<i64>, after: Option<i64>| {
        let mut ledger = Ledger::default();
        for (weeks_ago, completeness) in [(4, before), (3, after)] {
            for (counter, amount) in completeness.map_or(vec![], |points| report(points, &[])) {
                ledger.add(now.plus_millis(-weeks_ago * WEEK), counter, amount);
            }
        }
        ledger.summary(now, &policy, &feedback).trend.direction
    };
    assert_eq!(trend(Some(50), Some(55)), Direction::Better);
    assert_eq!(trend(Some(50), Some(54)), Direction::Steady);
    assert_eq!(trend(Some(50), Some(46)), Direction::Steady);
    assert_eq!(trend(Some(50), Some(45)), Direction::Worse);
    assert_eq!(trend(None, Some(45)), Direction::Unknown);
    assert_eq!(trend(Some(45), None), Direction::Unknown);
}

#[test]
fn inv_10_weeks_and_fields_shown_end_at_their_limits() {
    let (policy, feedback) = tables();
    let now = at("2026-03-04T12:00:00Z");
    let mut ledger = Ledger::default();
    for weeks_ago in 0..WEEKS_SHOWN_MAX {
        let back = -i64::try_from(weeks_ago).unwrap() * WEEK;
        ledger.add(now.plus_millis(back), Counter::Reports, 1);
    }
    assert_eq!(ledger.weeks(&policy, &feedback).len(), WEEKS_SHOWN_MAX);
    ledger.add(now.plus_millis(-1000 * WEEK), Counter::Reports, 1);
    let weeks = ledger.weeks(&policy, &feedback);
    assert_eq!(weeks.len(), WEEKS_SHOWN_MAX);
    assert_eq!(weeks[0].week_start, week_of(now));
    for extra in 0..=1 {
        let mut ledger = Ledger::default();
        let always = |rule: &&str| !feedback.ask(rule).unwrap().only_if_so;
        for rule in feedback
            .rules()
            .filter(always)
            .take(MISSING_SHOWN_MAX + extra)
        {
            ledger.add(now, Counter::Missing(rule.to_owned()), 1);
        }
        let shown = &ledger.weeks(&policy, &feedback)[0].period.missing;
        assert_eq!(shown.len(), MISSING_SHOWN_MAX);
    }
}

fn any_counter() -> impl Strategy<Value = Counter> {
    prop_oneof![
        prop::sample::select(PLAIN.to_vec()).prop_map(|(_, counter)| counter),
        "[a-z-]{0,12}".prop_map(Counter::Missing),
        prop::sample::select(ReportOutcome::ALL.to_vec()).prop_map(Counter::Outcome),
    ]
}

proptest! {
    #[test]
    fn a_counter_reads_back(counter in any_counter()) {
        prop_assert_eq!(Counter::parse(&counter.name()), Some(counter));
    }

    #[test]
    fn any_name_is_a_counter_of_that_name_or_none(name in "[a-z_:]{0,20}") {
        if let Some(counter) = Counter::parse(&name) {
            prop_assert_eq!(counter.name(), name);
        }
    }

    #[test]
    fn any_counts_can_be_summed_up(
        counted in prop::collection::vec((0_i64..20, any_counter(), any::<i64>()), 0..30)
    ) {
        let (policy, feedback) = tables();
        let now = at("2026-03-04T12:00:00Z");
        let mut ledger = Ledger::default();
        for (weeks_ago, counter, amount) in counted {
            ledger.add(now.plus_millis(-weeks_ago * WEEK), counter, amount / 2);
        }
        let weeks = ledger.weeks(&policy, &feedback);
        prop_assert!(weeks.is_sorted_by(|a, b| a.week_start > b.week_start));
        ledger.summary(now, &policy, &feedback);
    }
}
