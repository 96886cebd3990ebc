//! The weights of persons: a bad file ends in a refusal that names a line of it; a good one is
//! written as it is read.
#![no_main]

use libfuzzer_sys::fuzz_target;
use link::person::PersonWeights;

fuzz_target!(|text: &str| {
    match PersonWeights::parse(text, "policy.toml") {
        Err(refusal) => assert!(refusal.to_string().starts_with("policy.toml:"), "{refusal}"),
        Ok(weights) => {
            let written = weights.to_policy("1", "fuzz");
            assert!(PersonWeights::parse(&written, "x").is_ok(), "{written}");
        }
    }
});
