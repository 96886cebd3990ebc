//! Pages of StopNCII and Tech Against Terrorism, and Arachnid Shield's answers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::lists::shield::{ScanPdqHashes, ScannedMedia, ScannedPdqHashes};
use wire::lists::{Format, Limits, Reader, Step};

fuzz_target!(|bytes: &[u8]| {
    for format in [Format::StopNcii, Format::Tat] {
        let mut last = 0;
        for step in Reader::new(format, bytes, Limits::default()) {
            if let Ok(Step::Quarantined(one)) = step {
                assert!(one.place.record >= last);
                last = one.place.record;
            }
        }
    }
    if let Ok(request) = serde_json::from_slice::<ScanPdqHashes>(bytes)
        && let Ok(hashes) = request.decoded()
    {
        assert_eq!(ScanPdqHashes::new(&hashes).decoded(), Ok(hashes));
    }
    if let Ok(answer) = serde_json::from_slice::<ScannedMedia>(bytes) {
        let text = serde_json::to_vec(&answer).expect("an answer is JSON");
        let again: ScannedMedia = serde_json::from_slice(&text).expect("what was written");
        assert_eq!(again.is_match(), answer.is_match());
    }
    let _answer = serde_json::from_slice::<ScannedPdqHashes>(bytes);
});
