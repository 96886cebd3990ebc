//! The two answer documents: what is taken is printed and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(answer) = wire::ispws::parse_report_response(bytes) {
        let again = wire::ispws::parse_report_response(answer.to_xml().as_bytes());
        assert_eq!(again, Ok(answer));
    }
    if let Ok(answer) = wire::ispws::parse_report_done_response(bytes) {
        let again = wire::ispws::parse_report_done_response(answer.to_xml().as_bytes());
        assert_eq!(again, Ok(answer));
    }
});
