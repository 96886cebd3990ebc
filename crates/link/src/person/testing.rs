//! Persons for the tests of this folder.

use std::sync::LazyLock;

use model::Sensitive;
use proptest::prelude::*;

use super::names::NamePolicy;
use super::record::{PersonDetails, PersonRecord};
use super::roster::PersonRoster;

static NAMES: LazyLock<NamePolicy> = LazyLock::new(|| NamePolicy::builtin().unwrap());

pub(super) fn names() -> &'static NamePolicy {
    &NAMES
}

pub(super) fn record(person: &PersonDetails) -> PersonRecord {
    PersonRecord::new(person, names())
}

pub(super) fn roster(persons: &[PersonDetails]) -> PersonRoster {
    let mut roster = PersonRoster::default();
    for person in persons {
        roster.add(&record(person));
    }
    roster
}

pub(super) fn sensitive(text: &str) -> Option<Sensitive<String>> {
    (!text.is_empty()).then(|| Sensitive::new(text.to_owned()))
}

pub(super) fn details(
    given: &str,
    family: &str,
    born: &str,
    place: &str,
    phone: &str,
    email: &str,
) -> PersonDetails {
    PersonDetails {
        given: sensitive(given),
        family: sensitive(family),
        full: None,
        born: sensitive(born),
        place: sensitive(place),
        countries: Vec::new(),
        phone: sensitive(phone),
        email: sensitive(email),
    }
}

/// Persons from so few values that many agree in some of them.
pub(super) fn any_person() -> impl Strategy<Value = PersonDetails> {
    let names = prop::sample::select(vec![
        "",
        "tulo",
        "tula",
        "tulom",
        "mareb",
        "mareb sodi",
        "m",
        "muhammad",
        "mohamed",
        "kalinga",
        "kalonga",
        "xiaoming",
    ]);
    let born = prop::sample::select(vec![
        "",
        "2011-03-04",
        "2011-04-03",
        "2011-03-05",
        "2011-03",
        "2011",
        "2002-08-19",
    ]);
    let place = prop::sample::select(vec!["", "nuvehon", "nuvehom", "zivalunta"]);
    let phone = prop::sample::select(vec!["", "+99910000001", "+99910000002", "+99955512345"]);
    let email = prop::sample::select(vec!["", "tulo@example.com", "tula@example.com"]);
    (
        names.clone(),
        names,
        born,
        place,
        phone,
        email,
        any::<bool>(),
    )
        .prop_map(|(given, family, born, place, phone, email, split)| {
            let mut person = details(given, family, born, place, phone, email);
            if !split {
                person.full = sensitive(format!("{given} {family}").trim());
                (person.given, person.family) = (None, None);
            }
            person
        })
}
