//! Comparing two persons: symmetric, adding up, never against what is missing.

use std::fmt::Write as _;
use std::sync::LazyLock;

use super::super::record::PersonDetails;
use super::super::testing::{any_person, details, record, sensitive};
use super::*;
use proptest::prelude::*;

static WEIGHTS: LazyLock<PersonWeights> = LazyLock::new(|| PersonWeights::builtin().unwrap());

fn matched(one: &PersonDetails, other: &PersonDetails) -> PersonMatch {
    compare(&record(one), &record(other), &WEIGHTS)
}

fn tulo() -> PersonDetails {
    details(
        "Tulo",
        "Mareb",
        "2011-03-04",
        "Nuvehon",
        "+99910000001",
        "tulo@example.com",
    )
}

#[test]
fn what_it_says_of_pairs() {
    let mut told = String::new();
    let pairs = [
        ("the same in everything", tulo(), tulo()),
        (
            "slips everywhere",
            tulo(),
            details(
                "Tulos",
                "Marebe",
                "2011-04-03",
                "Nuvehom",
                "+99910000002",
                "tul@example.com",
            ),
        ),
        (
            "crosswise",
            tulo(),
            details("Mareb", "Tulo", "2011-03-04", "", "", ""),
        ),
        (
            "a household",
            tulo(),
            details(
                "Benigno",
                "Mareb",
                "1981-07-30",
                "Nuvehon",
                "+99910000001",
                "",
            ),
        ),
        (
            "spellings of a common name",
            details("Mohamed", "Cruz", "2011", "", "", ""),
            details("Muhammad", "De la Cruz", "2011-03-04", "", "", ""),
        ),
        (
            "strangers",
            tulo(),
            details(
                "Kalinga",
                "Sodi",
                "1981-07-30",
                "Zivalunta",
                "+99955512345",
                "k@example.net",
            ),
        ),
    ];
    for (title, one, other) in pairs {
        let found = matched(&one, &other);
        let bits = |millibits| f64::from(millibits) / 1000.0;
        let (sum, probability) = (bits(found.millibits), found.probability);
        writeln!(told, "{title}: {sum:+.1} bits, {probability:.4}").unwrap();
        for one in &found.evidence {
            writeln!(told, "  {:+.1} {}", bits(one.millibits), one.sentence).unwrap();
        }
    }
    insta::assert_snapshot!(told);
}

#[test]
fn a_household_is_not_suggested_as_one_person() {
    let sibling = details(
        "Benigno",
        "Mareb",
        "2008-07-30",
        "Nuvehon",
        "+99910000001",
        "",
    );
    assert!(!WEIGHTS.suggests(&matched(&tulo(), &sibling)));
    assert!(WEIGHTS.suggests(&matched(&tulo(), &tulo())));
}

#[test]
fn what_speaks_loudest_is_told_first() {
    let found = matched(&tulo(), &tulo());
    let why = found.why();
    assert_eq!(why.len(), found.evidence.len());
    let loudest = found
        .evidence
        .iter()
        .map(|one| one.millibits.abs())
        .max()
        .unwrap();
    let first = found
        .evidence
        .iter()
        .find(|one| one.sentence == why[0])
        .unwrap();
    assert_eq!(first.millibits.abs(), loudest);
}

#[test]
fn nothing_that_a_record_says_is_repeated() {
    let told = matched(&tulo(), &tulo()).why().join(" ").to_lowercase();
    for value in ["tulo", "mareb", "2011", "nuvehon", "999", "example"] {
        assert!(!told.contains(value), "{value}");
    }
}

#[test]
fn hostile_records_are_compared_in_bounded_time() {
    let storm = "a\u{301}\u{308} ".repeat(1 << 18);
    let hostile = PersonDetails {
        given: None,
        family: None,
        full: sensitive(&storm),
        born: sensitive(&"9".repeat(1 << 20)),
        place: sensitive(&"\u{202e}x".repeat(1 << 19)),
        countries: vec!["X".repeat(1 << 20); 3],
        phone: sensitive(&"+".repeat(1 << 20)),
        email: sensitive(&"@".repeat(1 << 20)),
    };
    let found = matched(&hostile, &hostile);
    assert!(found.millibits > 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn the_order_of_two_records_changes_nothing(one in any_person(), other in any_person()) {
        prop_assert_eq!(matched(&one, &other), matched(&other, &one));
    }

    #[test]
    fn the_sum_is_exactly_what_is_shown(one in any_person(), other in any_person()) {
        let found = matched(&one, &other);
        let shown: i32 = found.evidence.iter().map(|one| one.millibits).sum();
        prop_assert_eq!(found.millibits, shown);
        prop_assert!(found.evidence.iter().all(|one| !one.sentence.is_empty()));
        prop_assert_eq!(found.why().len(), found.evidence.len());
    }

    #[test]
    fn what_is_missing_never_counts_against(
        one in any_person(), other in any_person(), field in 0_usize..6
    ) {
        let (mut lacking, mut differing) = (other.clone(), other);
        let set = |person: &mut PersonDetails, value: bool| {
            let value = |text: &str| sensitive(if value { text } else { "" });
            match field {
                0 => person.given = value("qqzzqqzz"),
                1 => person.family = value("qqzzqqzz"),
                2 => person.born = value("1955-12-27"),
                3 => person.place = value("qqzzqqzz"),
                4 => person.phone = value("+99977788999"),
                _ => person.email = value("zz-qq-zz@example.org"),
            }
        };
        set(&mut lacking, false);
        set(&mut differing, true);
        // A full name is only read where no part of it stands alone.
        lacking.full = None;
        differing.full = None;
        let (lacking, differing) = (matched(&one, &lacking), matched(&one, &differing));
        prop_assert!(lacking.millibits >= differing.millibits);
    }

    #[test]
    fn a_probability_is_one(one in any_person(), other in any_person()) {
        let found = matched(&one, &other);
        prop_assert!((0.0..=1.0).contains(&found.probability));
    }
}
