//! Keys: few, the same for every spelling, none for what is not there.

use super::super::record::PersonDetails;
use super::super::testing::{any_person, details, record, roster, sensitive};
use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn keys(person: &PersonDetails) -> BTreeSet<String> {
    let keys = blocking_keys(&record(person));
    keys.into_iter().map(Sensitive::into_exposed).collect()
}

#[test]
fn a_person_has_a_handful_of_keys() {
    let person = details(
        "Mohamed",
        "de la Cruz",
        "2011-03-14",
        "Nuvehon",
        "+99910000001",
        "t@example.com",
    );
    let keys: Vec<String> = keys(&person).into_iter().collect();
    insta::assert_snapshot!(keys.join("\n"));
}

#[test]
fn spellings_orders_and_slips_meet_under_a_key() {
    let meet = |one: &PersonDetails, other: &PersonDetails| {
        keys(one).intersection(&keys(other)).next().is_some()
    };
    let full = |full| PersonDetails {
        full: sensitive(full),
        ..PersonDetails::default()
    };
    assert!(meet(&full("Mohamed Cruz"), &full("Dela Cruz, Muhammad")));
    assert!(meet(&full("Tulo Mareb"), &full("Tula Maribe")));
    assert!(!meet(&full("Tulo Mareb"), &full("Kalinga Sodi")));
    let born = |given, born| details(given, "Mareb", born, "", "", "");
    assert!(meet(
        &born("Tulo", "2011-03-04"),
        &born("Benigno", "2011-04-03")
    ));
    assert!(meet(&born("Tulo", "2011-03-04"), &born("Tito", "2011")));
}

#[test]
fn a_person_has_at_most_so_many_keys() {
    let most = PersonDetails {
        full: sensitive("a b c d f g h i j k"),
        ..details(
            "",
            "",
            "2011-03-14",
            "Nuvehon",
            "+99910000001",
            "t@example.com",
        )
    };
    assert!(keys(&most).len() <= BLOCKING_KEYS_MAX);
    assert!(keys(&PersonDetails::default()).is_empty());
}

proptest! {
    #[test]
    fn equal_keys_have_equal_digests_and_others_do_not(
        one in any_person(), other in any_person()
    ) {
        let roster = roster(&[one, other]);
        for kind in KeyKind::ALL {
            let of = |at: usize| {
                let mut keys = Vec::new();
                let row = &roster.rows[at];
                roster.each_key(row, kind, |key| keys.push((key.text(), key.digest())));
                keys
            };
            for (text, digest) in of(0) {
                for (other_text, other_digest) in of(1) {
                    prop_assert_eq!(text == other_text, digest == other_digest);
                }
            }
        }
    }
}
