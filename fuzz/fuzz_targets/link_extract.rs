//! Free text: every hit lies in it, on characters, in order, and no card's number leaves.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use link::{IdentifierRules, Region, extract};

static RULES: LazyLock<IdentifierRules> =
    LazyLock::new(|| IdentifierRules::builtin().expect("a test of the crate holds it"));

fuzz_target!(|text: &str| {
    let region: Option<Region> = "PH".parse().ok();
    let mut floor = 0;
    for hit in extract(text, &RULES, region) {
        assert!(hit.text.start >= floor && hit.text.start < hit.text.end);
        assert!(text.get(hit.text.clone()).is_some());
        floor = hit.text.end;
    }
});
