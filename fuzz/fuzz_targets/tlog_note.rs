//! Signed notes and verifying keys: one spelling each.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(note) = tlog::Note::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes);
    }
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(key) = text.parse::<tlog::VerifyingKey>()
    {
        assert_eq!(key.to_string(), text);
    }
});
