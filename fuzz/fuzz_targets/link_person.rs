//! Persons of hostile texts: compared in either order alike, and the sum is what is shown.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use link::person::{
    BLOCKING_KEYS_MAX, NamePolicy, PersonDetails, PersonRecord, PersonWeights, blocking_keys,
    compare,
};

static NAMES: LazyLock<NamePolicy> =
    LazyLock::new(|| NamePolicy::builtin().expect("the built-in policy holds"));
static WEIGHTS: LazyLock<PersonWeights> =
    LazyLock::new(|| PersonWeights::builtin().expect("the built-in weights hold"));

fuzz_target!(|texts: (&str, &str, &str, &str, &str, &str)| {
    let person = |name: &str, born: &str, place: &str| {
        let details = PersonDetails {
            full: Some(name.to_owned().into()),
            born: Some(born.to_owned().into()),
            place: Some(place.to_owned().into()),
            ..PersonDetails::default()
        };
        PersonRecord::new(&details, &NAMES)
    };
    let one = person(texts.0, texts.1, texts.2);
    let other = person(texts.3, texts.4, texts.5);
    assert!(blocking_keys(&one).len() <= BLOCKING_KEYS_MAX);
    let found = compare(&one, &other, &WEIGHTS);
    assert_eq!(found, compare(&other, &one, &WEIGHTS));
    let shown: i32 = found.evidence.iter().map(|one| one.millibits).sum();
    assert_eq!(found.millibits, shown);
});
