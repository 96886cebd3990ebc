//! The records of a JSON document of any size, one at a time: the frame around them is walked, and
//! no more than one record is ever held.

use std::io::BufRead;

use super::Limits;
use super::scan::{Scan, Stop, Wanted};
use super::source::Source;
use super::step::{FaultKind, ListFault, Place};

/// Where a format keeps its records.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    /// The members of the root whose value is the array of records.
    pub(super) arrays: &'static [&'static str],
    /// A member of a record whose value is an array of records in its turn.
    pub(super) nested: &'static [u8],
    /// A member of a record that is not kept.
    pub(super) dropped: &'static [u8],
}

/// A piece of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    /// A member of the root: its name and value are in `name` and `bytes`.
    Member,
    /// A record: it is in `bytes`, unless it is spoilt.
    Record(Place, Option<Spoilt>),
    /// The end of the document.
    End,
}

/// Why a record cannot be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spoilt {
    TooLong,
    TooDeep,
    Malformed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Start,
    Members,
    Records { of_root: bool, nested: bool },
    RestOfRecord { of_root: bool },
    Tail,
}

/// A document that is being read.
#[derive(Debug)]
pub(super) struct Frames<R> {
    pub(super) source: Source<R>,
    layout: &'static Layout,
    record: Wanted,
    state: State,
    /// The name of the latest member.
    pub(super) name: String,
    /// The bytes of the latest member or record.
    pub(super) bytes: Vec<u8>,
}

impl<R: BufRead> Frames<R> {
    pub(super) fn new(input: R, layout: &'static Layout, limits: &Limits) -> Self {
        Self {
            source: Source::new(input),
            layout,
            record: Wanted {
                bytes_max: limits.record_bytes_max,
                depth_max: limits.record_depth_max,
                dropped: layout.dropped,
                nested: layout.nested,
            },
            state: State::Start,
            name: String::new(),
            bytes: Vec::new(),
        }
    }

    /// The next piece. A record is counted as read by the caller.
    pub(super) fn next(&mut self) -> Result<Frame, ListFault> {
        loop {
            let byte = self.source.after_space()?;
            match (self.state, byte) {
                (State::Tail, None) => return Ok(Frame::End),
                (_, None) => return Err(self.source.fault(FaultKind::Cut)),
                (State::Start, Some(b'{')) => self.go_on(State::Members)?,
                (State::Start, Some(b'[')) => {
                    let (of_root, nested) = (true, false);
                    self.go_on(State::Records { of_root, nested })?;
                }
                (State::Members, Some(b'}')) => self.go_on(State::Tail)?,
                (State::Members | State::Records { .. }, Some(b',')) => self.source.advance(1)?,
                (State::Members, Some(b'"')) => {
                    if self.member()? {
                        return Ok(Frame::Member);
                    }
                }
                (State::Records { of_root, nested }, Some(b']')) => {
                    self.go_on(match (nested, of_root) {
                        (true, _) => State::RestOfRecord { of_root },
                        (false, true) => State::Tail,
                        (false, false) => State::Members,
                    })?;
                }
                (State::Records { of_root, nested }, Some(_)) => {
                    let scan = Scan::default();
                    if let Some(frame) = self.value(scan, of_root, nested)? {
                        return Ok(frame);
                    }
                }
                (State::RestOfRecord { of_root }, Some(_)) => {
                    let scan = Scan::rest_of_object();
                    self.value(scan, of_root, false)?;
                }
                _ => return Err(self.source.fault(FaultKind::FrameBroken)),
            }
        }
    }

    fn go_on(&mut self, state: State) -> Result<(), ListFault> {
        self.state = state;
        self.source.advance(1)
    }

    /// Reads a member of the root; `false` if it is the array of records, which is entered.
    fn member(&mut self) -> Result<bool, ListFault> {
        let plain = Wanted {
            bytes_max: model::limits::LIST_HEADER_BYTES_MAX,
            depth_max: self.record.depth_max,
            dropped: b"",
            nested: b"",
        };
        let place = self.source.place();
        self.scan(Scan::default(), &plain, place)?;
        let Ok(name) = serde_json::from_slice::<String>(&self.bytes) else {
            return Err(self.source.fault_at(FaultKind::FrameBroken, place));
        };
        match self.source.after_space()? {
            Some(b':') => {}
            Some(_) => return Err(self.source.fault(FaultKind::FrameBroken)),
            None => return Err(self.source.fault(FaultKind::Cut)),
        }
        self.source.advance(1)?;
        let first = self.source.after_space()?;
        if first == Some(b'[') && self.layout.arrays.contains(&name.as_str()) {
            let (of_root, nested) = (false, false);
            self.go_on(State::Records { of_root, nested })?;
            return Ok(false);
        }
        let (scan, _) = self.scan(Scan::default(), &plain, place)?;
        self.name = name;
        if scan.too_long || scan.too_deep {
            return Err(self.source.fault_at(FaultKind::FrameTooLong, place));
        }
        if scan.broken {
            return Err(self.source.fault_at(FaultKind::FrameBroken, place));
        }
        Ok(true)
    }

    /// Reads a record, or enters the records inside of it.
    fn value(
        &mut self,
        scan: Scan,
        of_root: bool,
        nested: bool,
    ) -> Result<Option<Frame>, ListFault> {
        let place = self.source.place();
        let mut wanted = self.record;
        if nested {
            wanted.nested = b"";
        }
        let (scan, stop) = self.scan(scan, &wanted, place)?;
        if stop == Stop::Nested {
            let nested = true;
            self.state = State::Records { of_root, nested };
            return Ok(None);
        }
        self.state = State::Records { of_root, nested };
        let spoilt = if scan.too_deep {
            Some(Spoilt::TooDeep)
        } else if scan.broken {
            Some(Spoilt::Malformed)
        } else if scan.too_long {
            Some(Spoilt::TooLong)
        } else {
            None
        };
        Ok(Some(Frame::Record(place, spoilt)))
    }

    /// Scans one value into `bytes`.
    fn scan(
        &mut self,
        mut scan: Scan,
        wanted: &Wanted,
        place: Place,
    ) -> Result<(Scan, Stop), ListFault> {
        self.bytes.clear();
        let mut taken = 0_usize;
        loop {
            let chunk = self.source.chunk()?;
            if chunk.is_empty() {
                return Err(self.source.fault_at(FaultKind::Cut, place));
            }
            let (bytes, stop) = scan.take(chunk, wanted, &mut self.bytes);
            self.source.advance(bytes)?;
            taken = taken.saturating_add(bytes);
            if stop == Stop::More {
                continue;
            }
            if taken == 0 {
                // A bracket or comma where a value has to be.
                return Err(self.source.fault_at(FaultKind::FrameBroken, place));
            }
            return Ok((scan, stop));
        }
    }
}
