//! The names of a log's files: one spelling, and never a way out of the log.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(path) = tlog::LogPath::parse(text) {
        assert_eq!(path.to_string(), text);
        assert!(text.starts_with("tile/") && !text.contains(".."));
    }
});
