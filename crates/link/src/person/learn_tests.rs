//! Learning recovers what was planted, always in the same way.

use super::super::testing::{details, record};
use super::*;

/// Of a hundred records, so many have another phone, another place, another birth date.
const PLANTED_PERCENT: [u64; 3] = [10, 25, 15];

/// Two records of each of so many persons.
fn planted(persons: u64) -> PersonRoster {
    let mut roster = PersonRoster::default();
    let mut state = 7;
    let letters = |mut number: u64| {
        let mut name = String::new();
        for _ in 0..4 {
            name.push(char::from(
                b"bdfgklmnprstvz"[usize::try_from(number % 14).unwrap()],
            ));
            number /= 14;
            name.push(char::from(b"aeiou"[usize::try_from(number % 5).unwrap()]));
            number /= 5;
        }
        name
    };
    for person in 0..persons {
        let given = letters(draw(&mut state) % 300 * 7_919_001);
        let family = letters(draw(&mut state) % 3000 * 7_919_001);
        let truth = [draw(&mut state), draw(&mut state), draw(&mut state)];
        for _ in 0..2 {
            let mut said = truth;
            for (value, percent) in said.iter_mut().zip(PLANTED_PERCENT) {
                if draw(&mut state) % 100 < percent {
                    *value = draw(&mut state);
                }
            }
            let [phone, place, day] = said;
            let (year, day) = (1950 + day % 60, day / 60 % 336);
            let born = format!("{year}-{:02}-{:02}", day / 28 + 1, day % 28 + 1);
            roster.add(&record(&details(
                &given,
                &family,
                &born,
                &letters(place % 100 * 7_919_001),
                &format!("+999{:08}", phone % 100_000_000),
                &format!("{}@example.com", letters(person * 7_919_001)),
            )));
        }
    }
    roster
}

#[test]
fn what_was_planted_is_recovered() {
    let persons = 6000;
    let roster = planted(persons);
    let learned = learn(&roster, &PersonWeights::builtin().unwrap());
    let planted = [PersonField::Phone, PersonField::Place, PersonField::Birth];
    for (field, percent) in planted.into_iter().zip(PLANTED_PERCENT) {
        let kept = 1.0 - f64::from(u32::try_from(percent).unwrap()) / 100.0;
        let (m, _) = learned.m_and_u(field, "same").unwrap();
        assert!((m - kept * kept).abs() < 0.02, "{}: {m}", field.name());
    }
    let (_, place) = learned.m_and_u(PersonField::Place, "same").unwrap();
    assert!((place - 0.01).abs() < 0.002, "{place}");
    let (_, birth) = learned.m_and_u(PersonField::Birth, "same").unwrap();
    assert!((birth * 60.0 * 336.0).log2().abs() < 1.0, "{birth}");
    let records = f64::from(u32::try_from(roster.len()).unwrap());
    let prior =
        (f64::from(u32::try_from(persons).unwrap()) * 2.0 / records / (records - 1.0)).log2();
    assert!(
        (learned.prior_bits - prior).abs() < 0.5,
        "{} {prior}",
        learned.prior_bits
    );
}

#[test]
fn the_same_roster_teaches_the_same() {
    let start = PersonWeights::builtin().unwrap();
    assert_eq!(learn(&planted(300), &start), learn(&planted(300), &start));
}

#[test]
fn a_roster_without_pairs_teaches_nothing_of_matches() {
    let start = PersonWeights::builtin().unwrap();
    for roster in [PersonRoster::default(), planted(1)] {
        let learned = learn(&roster, &start);
        assert!((learned.prior_bits - start.prior_bits).abs() < f64::EPSILON);
        for field in PersonField::ALL {
            assert!(learned.speaks_forwards(field));
            assert!(learned.m[field as usize].iter().all(|m| m.is_finite()));
        }
    }
}
