//! A `report` document: what is taken is printed, read again, and goes the rest of the way.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use link::IdentifierRules;

static RULES: LazyLock<IdentifierRules> =
    LazyLock::new(|| IdentifierRules::builtin().expect("the built-in rules hold"));

fuzz_target!(|bytes: &[u8]| {
    let Ok(report) = wire::ispws::parse_report(bytes) else {
        return;
    };
    let printed = report.to_xml();
    let again = wire::ispws::parse_report(printed.as_bytes());
    assert_eq!(again.as_ref(), Ok(&report), "{printed}");
    let identifiers = link::identifiers(&wire::ispws::to_model(&report, &[]), &RULES);
    assert!(
        identifiers
            .iter()
            .all(|identifier| !identifier.normal.expose().is_empty())
    );
});
