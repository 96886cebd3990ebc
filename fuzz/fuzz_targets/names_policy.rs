//! The spellings of names: a bad file ends in a refusal that names a line of it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(refusal) = link::person::NamePolicy::parse(text, "policy.toml") {
        assert!(refusal.to_string().starts_with("policy.toml:"), "{refusal}");
    }
});
