//! How alike names and contacts are, and that the shortcuts change nothing.

use super::super::record::PersonDetails;
use super::super::testing::{details, roster, sensitive};
use super::*;
use proptest::prelude::*;

fn given_level(one: &str, other: &str) -> u8 {
    let of = |given| PersonDetails {
        given: sensitive(given),
        ..PersonDetails::default()
    };
    let roster = roster(&[of(one), of(other)]);
    roster.levels(&roster.rows[0], &roster.rows[1]).of[0]
}

#[test]
fn names_are_alike_in_degrees() {
    let cases = [
        ("Maria", "MARÍA", name_level::SAME),
        ("Mohamed", "Muhammad", name_level::SPELLING),
        ("Ana Maria", "Maria-Ana", name_level::SPELLING),
        ("Marisol", "Marisel", name_level::ONE_LETTER),
        ("Marisol", "Marsiol", name_level::ONE_LETTER),
        ("Μαρισολ", "Marisel", name_level::ONE_LETTER),
        ("מרים", "מריסם", name_level::ONE_LETTER),
        ("Lu", "Ly", name_level::DIFFERENT),
        ("Maria Luisa", "Maria", name_level::PART),
        ("J.", "Juan", name_level::PART),
        ("Luz M.", "Mar Luz", name_level::PART),
        ("Marianito", "Mariantoe", name_level::CLOSE),
        ("Rosalinda", "Rosamunda", name_level::NEAR),
        ("Tulo", "Benigno", name_level::DIFFERENT),
        ("", "Benigno", MISSING),
    ];
    for (one, other, level) in cases {
        assert_eq!(given_level(one, other), level, "{one} {other}");
        assert_eq!(given_level(other, one), level, "{other} {one}");
    }
}

#[test]
fn names_that_agree_crosswise_are_found() {
    let one = details("Tulo", "Mareb", "", "", "", "");
    let other = details("Mareb", "Tulo", "", "", "", "");
    let roster = roster(&[one, other]);
    let levels = roster.levels(&roster.rows[0], &roster.rows[1]);
    assert_eq!(levels.of[..2], [name_level::SAME, name_level::SAME]);
    assert!(levels.crossed);
}

#[test]
fn full_names_agree_in_any_order_and_with_more_words() {
    let of = |full| PersonDetails {
        full: sensitive(full),
        ..PersonDetails::default()
    };
    let cases = [
        (
            "Tulo Mareb",
            "Mareb, Tulo",
            [name_level::SAME, name_level::SAME],
        ),
        (
            "Tulo Kan Mareb",
            "Mareb Tulo Kan",
            [name_level::SAME, name_level::SAME],
        ),
        (
            "Tulo Mareb Sodi",
            "Tulo Mareb",
            [name_level::SAME, name_level::PART],
        ),
    ];
    for (one, other, expected) in cases {
        let roster = roster(&[of(one), of(other)]);
        let levels = roster.levels(&roster.rows[0], &roster.rows[1]);
        assert_eq!(levels.of[..2], expected, "{one} {other}");
        assert!(!levels.crossed);
    }
}

#[test]
fn places_and_countries_are_compared() {
    let with = |place: &str, countries: &[&str]| PersonDetails {
        place: sensitive(place),
        countries: countries.iter().map(|code| (*code).to_owned()).collect(),
        ..PersonDetails::default()
    };
    let level = |one: PersonDetails, other: PersonDetails| {
        let roster = roster(&[one, other]);
        roster.levels(&roster.rows[0], &roster.rows[1]).of[PersonField::Place as usize]
    };
    assert_eq!(level(with("Nuvehon", &[]), with("NUVEHON", &["PH"])), 0);
    assert_eq!(level(with("Nuvehon", &[]), with("Nuvehom", &[])), 1);
    assert_eq!(level(with("", &["PH", "US"]), with("Nuvehon", &["ph"])), 2);
    assert_eq!(level(with("", &["PH"]), with("", &["US"])), 3);
    assert_eq!(
        level(with("Nuvehon", &["PH"]), with("Zivalunta", &["PH"])),
        3
    );
    assert_eq!(level(with("", &[]), with("", &["US"])), MISSING);
}

proptest! {
    #[test]
    fn one_slip_of_the_pen_is_one(text in "[a-e]{2,9}", at in 0_usize..9, letter in "[a-e]") {
        let letters: Vec<char> = text.chars().collect();
        let at = at.min(letters.len() - 1);
        let mut out = letters.clone();
        out.remove(at);
        let mut inserted = letters.clone();
        inserted.insert(at, letter.chars().next().unwrap());
        let mut swapped = letters.clone();
        swapped.swap(at, at.saturating_sub(1));
        prop_assert!(one_apart(&letters, &out));
        prop_assert!(one_apart(&letters, &inserted));
        prop_assert!(swapped == letters || one_apart(&letters, &swapped));
    }

    #[test]
    fn one_apart_is_the_distance_of_one(one in "[ab]{0,6}", other in "[ab]{0,6}") {
        let apart = one_apart(one.as_bytes(), other.as_bytes());
        prop_assert_eq!(apart, strsim::osa_distance(&one, &other) == 1);
        prop_assert_eq!(apart, one_apart(other.as_bytes(), one.as_bytes()));
    }

    #[test]
    fn the_sketch_never_hides_a_slip(one in "[0-9]{3,12}", at in 0_usize..12, digit in "[0-9]") {
        let mut other = one.clone();
        let at = at.min(one.len() - 1);
        other.replace_range(at..=at, &digit);
        let roster = roster(&[
            details("", "", "", "", &one, ""),
            details("", "", "", "", &other, ""),
        ]);
        let levels = roster.levels(&roster.rows[0], &roster.rows[1]);
        let expected = u8::from(one != other);
        prop_assert_eq!(levels.of[PersonField::Phone as usize], expected);
    }

    #[test]
    fn no_pair_that_is_near_is_passed_over(one in "[a-f]{1,9}", other in "[a-f]{1,9}") {
        let alphabet = |text: &str| text.bytes().fold(0, |all, letter| all | 1 << (letter - b'a'));
        if strsim::jaro_winkler(&one, &other) >= NEAR {
            prop_assert!(may_be_near((&one, alphabet(&one)), (&other, alphabet(&other))));
        }
    }
}
