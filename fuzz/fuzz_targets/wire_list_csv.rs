//! Lists in lines: any bytes are read to an end, and what can be written is read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::{ListChange, ListEntry};
use wire::lists::{Format, Limits, Reader, Step, Target, Writer};

fn entries(format: Format, list: &[u8]) -> Vec<ListEntry> {
    let steps = Reader::new(format, list, Limits::default());
    let entry = |step| match step {
        Ok(Step::Change(ListChange::Put(mut entry))) => {
            entry.hashes.sort();
            Some(*entry)
        }
        _ => None,
    };
    steps.filter_map(entry).collect()
}

fuzz_target!(|bytes: &[u8]| {
    let _format = wire::lists::detect(bytes);
    let _icse = entries(Format::Icse, bytes);
    let _bare = entries(Format::Hashes { pdq: true }, bytes);
    let mut writer = Writer::new(Target::Csv);
    let (mut list, mut written) = (writer.begin(), Vec::new());
    for entry in entries(Format::Csv, bytes) {
        if let Ok(text) = writer.entry(&entry) {
            list += &text;
            written.push(entry);
        }
    }
    list += &writer.end();
    assert_eq!(entries(Format::Csv, list.as_bytes()), written, "{list}");
});
