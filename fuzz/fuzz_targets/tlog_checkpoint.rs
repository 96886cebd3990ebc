//! Checkpoints: one spelling.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(checkpoint) = tlog::Checkpoint::parse(text) {
        assert_eq!(checkpoint.to_string(), text);
    }
});
