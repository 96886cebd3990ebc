//! The JSON form of file details: what is taken says the same as XML and as JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::ispws::{parse_file_details, parse_file_details_json};

fuzz_target!(|bytes: &[u8]| {
    let Ok(details) = parse_file_details_json(bytes) else {
        return;
    };
    let json = details.to_json().to_string();
    assert_eq!(
        parse_file_details_json(json.as_bytes()).as_ref(),
        Ok(&details),
        "{json}"
    );
    let xml = details.to_xml();
    assert_eq!(
        parse_file_details(xml.as_bytes()).as_ref(),
        Ok(&details),
        "{xml}"
    );
});
