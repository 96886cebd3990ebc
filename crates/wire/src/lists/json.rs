//! Formats whose records are in a JSON document.

use std::io::BufRead;

use super::entry::set_aside;
use super::frames::{Frame, Frames, Spoilt};
use super::step::{Defect, ListFault, Page, Place, Step};

/// What a format makes of the pieces of its document.
pub(super) trait Records: std::fmt::Debug + Send {
    /// Takes a member of the root.
    fn member(&mut self, name: &str, value: &[u8]);

    /// Takes a record; says whether it gave a change.
    fn record(&mut self, place: Place, bytes: &[u8], steps: &mut Vec<Step>) -> bool;

    /// What the document said of itself, at its end; `None` for a format without pages.
    fn page(&mut self) -> Option<Page>;
}

/// A document that is being read.
#[derive(Debug)]
pub(super) struct Document<R> {
    pub(super) frames: Frames<R>,
    pub(super) records: Box<dyn Records>,
}

impl<R: BufRead> Document<R> {
    /// Reads one piece; `false` at the end.
    pub(super) fn advance(&mut self, steps: &mut Vec<Step>) -> Result<bool, ListFault> {
        match self.frames.next()? {
            Frame::Member => {
                let Self { frames, records } = self;
                records.member(&frames.name, &frames.bytes);
            }
            Frame::Record(place, spoilt) => {
                self.frames.source.records += 1;
                let good = match spoilt {
                    None => self.records.record(place, &self.frames.bytes, steps),
                    Some(spoilt) => {
                        steps.push(set_aside(place, defect_of(spoilt)));
                        false
                    }
                };
                self.frames.source.good += u64::from(good);
            }
            Frame::End => {
                steps.extend(self.records.page().map(Step::Page));
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Why `serde_json` did not take a record.
pub(super) fn not_taken(place: Place, bytes: &[u8]) -> Step {
    let defect = match std::str::from_utf8(bytes) {
        Ok(_) => Defect::RecordMalformed,
        Err(_) => Defect::EncodingBroken,
    };
    set_aside(place, defect)
}

const fn defect_of(spoilt: Spoilt) -> Defect {
    match spoilt {
        Spoilt::TooLong => Defect::RecordTooLong,
        Spoilt::TooDeep => Defect::RecordTooDeep,
        Spoilt::Malformed => Defect::RecordMalformed,
    }
}
