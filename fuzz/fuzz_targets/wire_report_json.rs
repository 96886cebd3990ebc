//! The JSON form of a report: what is taken says the same as XML and as JSON.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::ispws::{parse_report, parse_report_json};

fuzz_target!(|bytes: &[u8]| {
    let Ok(report) = parse_report_json(bytes) else {
        return;
    };
    let json = report.to_json().to_string();
    assert_eq!(
        parse_report_json(json.as_bytes()).as_ref(),
        Ok(&report),
        "{json}"
    );
    let xml = report.to_xml();
    assert_eq!(parse_report(xml.as_bytes()).as_ref(), Ok(&report), "{xml}");
});
