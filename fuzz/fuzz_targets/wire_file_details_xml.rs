//! A `fileDetails` document: what is taken is printed and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(details) = wire::ispws::parse_file_details(bytes) else {
        return;
    };
    let printed = details.to_xml();
    let again = wire::ispws::parse_file_details(printed.as_bytes());
    assert_eq!(again.as_ref(), Ok(&details), "{printed}");
    let _verdict = wire::ispws::check_at_finish(&details);
});
