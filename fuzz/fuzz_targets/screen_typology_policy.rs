//! The typologies' policy: a bad file ends in a refusal that names a line of it.
#![no_main]

use libfuzzer_sys::fuzz_target;

const GENERAL: &str = include_str!("../../policy/typologies/alert.toml");

fuzz_target!(|text: &str| {
    for files in [
        &[("policy.toml", text)][..],
        &[("alert.toml", GENERAL), ("policy.toml", text)],
    ] {
        match screen::typology::Policy::parse(files) {
            Ok(policy) => drop(policy.failing_examples()),
            Err(refusal) => assert!(refusal.line >= 1, "{refusal}"),
        }
    }
});
