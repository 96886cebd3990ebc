//! NCMEC's pages: any bytes are read to an end, and what is taken is printed and read again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::ListChange;
use wire::lists::{Format, Limits, Reader, Step, ncmec};

fn changes(page: &[u8]) -> Vec<ListChange> {
    let steps = Reader::new(Format::Ncmec, page, Limits::default());
    let change = |step| match step {
        Ok(Step::Change(change)) => Some(change),
        _ => None,
    };
    steps.filter_map(change).collect()
}

fuzz_target!(|bytes: &[u8]| {
    let _format = wire::lists::detect(bytes);
    let mut taken = changes(bytes);
    for change in &mut taken {
        if let ListChange::Put(entry) = change {
            // Those who agree give no reason.
            for feedback in &mut entry.feedback {
                feedback.reason = feedback.reason.take().filter(|_| !feedback.affirms);
            }
        }
    }
    // Pictures and removals come first in what is printed.
    taken.sort_by_key(|change| match change {
        ListChange::Put(entry) => (entry.material == model::Material::Video, false),
        ListChange::Remove(_) => (false, true),
    });
    if let Ok(printed) = ncmec::print_page(&taken, None) {
        assert_eq!(changes(printed.as_bytes()), taken, "{printed}");
    }
    let _feedback = ncmec::FeedbackSubmission::parse(bytes);
    let _member = ncmec::parse_status(bytes);
    let _members = ncmec::parse_members(bytes);
    let _reasons = ncmec::parse_feedback_reasons(bytes);
});
