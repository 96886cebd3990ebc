//! The identifier rules: a bad file ends in a refusal that names a line of it.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Err(refusal) = link::IdentifierRules::parse(text, "rules.toml") {
        assert!(refusal.to_string().starts_with("rules.toml:"), "{refusal}");
    }
});
