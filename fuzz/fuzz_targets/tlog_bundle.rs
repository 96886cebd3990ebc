//! Entry bundles: what is taken is printed to the same bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(entries) = tlog::parse_bundle(bytes) {
        assert_eq!(tlog::print_bundle(&entries).as_deref(), Ok(bytes));
    }
});
