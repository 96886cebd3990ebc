//! Project VIC's sets: any bytes are read to an end, and what can be written is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::{ListChange, ListEntry};
use wire::lists::{Format, Limits, Reader, Step, Target, VicsVersion, Writer};

fn entries(list: &[u8]) -> Vec<ListEntry> {
    let steps = Reader::new(Format::Vics, list, Limits::default());
    let entry = |step| match step {
        Ok(Step::Change(ListChange::Put(entry))) => Some(*entry),
        _ => None,
    };
    steps.filter_map(entry).collect()
}

fuzz_target!(|bytes: &[u8]| {
    let mut writer = Writer::new(Target::Vics {
        version: VicsVersion::V2_0,
        model: Some("US".to_owned()),
    });
    let (mut list, mut written) = (writer.begin(), Vec::new());
    for mut entry in entries(bytes) {
        entry.scheme = entry.label.as_ref().map(|_| "projectvic-2.0/US".to_owned());
        if let Ok(text) = writer.entry(&entry) {
            list += &text;
            entry.hashes.sort();
            written.push(entry);
        }
    }
    list += &writer.end();
    let mut again = entries(list.as_bytes());
    for entry in &mut again {
        entry.hashes.sort();
    }
    assert_eq!(again, written, "{list}");
});
