//! Reports of suspicion: what is read is printed and read again the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::suspicion::{KeyTerms, Profile, Reporter, goaml, smr};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(report) = goaml::Report::parse(bytes) {
        let again = goaml::Report::parse(report.to_xml().as_bytes());
        assert_eq!(again.as_ref(), Ok(&report));
    }
    if let Ok(list) = smr::SmrList::parse(bytes) {
        let again = smr::SmrList::parse(list.to_xml().as_bytes());
        assert_eq!(again.as_ref(), Ok(&list));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _profile = Profile::parse(text, "profile.toml");
        let _reporter = Reporter::parse(text, "entity.toml");
        let _terms = KeyTerms::parse(text, "keyterms.toml");
    }
});
