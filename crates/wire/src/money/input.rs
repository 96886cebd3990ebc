//! The bytes of a file as a window that slides over it, with the line and the offset of each place.

use std::io::{self, BufRead};

use memchr::memchr_iter;

use super::step::{FaultKind, MoneyFault, Place};

/// A window on a file.
#[derive(Debug)]
pub(super) struct Input<R> {
    source: R,
    /// The window, and what of it is read.
    bytes: Vec<u8>,
    at: usize,
    /// The bytes before the window.
    before: u64,
    /// The line of `counted_at`, an index of the window.
    line: u64,
    counted_at: usize,
    ended: bool,
    /// Records read to their end.
    pub(super) records: u64,
}

impl<R: BufRead> Input<R> {
    pub(super) const fn new(source: R) -> Self {
        Self {
            source,
            bytes: Vec::new(),
            at: 0,
            before: 0,
            line: 1,
            counted_at: 0,
            ended: false,
            records: 0,
        }
    }

    /// What of the window is still to be read.
    pub(super) fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Makes the window longer; `false` at the end of the file.
    pub(super) fn more(&mut self) -> Result<bool, MoneyFault> {
        if self.ended {
            return Ok(false);
        }
        self.count_lines();
        self.bytes.drain(..self.at);
        self.before += self.at as u64;
        self.at = 0;
        self.counted_at = 0;
        loop {
            match self.source.fill_buf() {
                Ok([]) => {
                    self.ended = true;
                    return Ok(false);
                }
                Ok(chunk) => {
                    self.bytes.extend_from_slice(chunk);
                    let length = chunk.len();
                    self.source.consume(length);
                    return Ok(true);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => {
                    return Err(MoneyFault {
                        source: Some(source),
                        ..self.fault(FaultKind::Read)
                    });
                }
            }
        }
    }

    /// Whether the window reaches the end of the file, as far as is known.
    pub(super) const fn ended(&self) -> bool {
        self.ended
    }

    /// Goes on by so many bytes of the window.
    #[inline]
    pub(super) fn advance(&mut self, bytes: usize) {
        self.at = (self.at + bytes).min(self.bytes.len());
    }

    /// The bytes of the file before this place.
    pub(super) const fn offset(&self) -> u64 {
        self.before + self.at as u64
    }

    /// This place, as that of the next record.
    pub(super) fn place(&mut self) -> Place {
        self.count_lines();
        Place {
            record: self.records + 1,
            line: self.line,
            offset_bytes: self.offset(),
        }
    }

    /// A fault at this place.
    pub(super) fn fault(&mut self, kind: FaultKind) -> MoneyFault {
        let place = self.place();
        self.fault_at(kind, place)
    }

    /// A fault in what began at a place.
    pub(super) const fn fault_at(&self, kind: FaultKind, place: Place) -> MoneyFault {
        MoneyFault {
            kind,
            line: place.line,
            offset_bytes: place.offset_bytes,
            records: self.records,
            source: None,
        }
    }

    /// Skips the byte-order mark of UTF-8, and refuses those of other encodings.
    pub(super) fn begin(&mut self) -> Result<(), MoneyFault> {
        while self.rest().len() < 4 && self.more()? {}
        match *self.rest() {
            [0xef, 0xbb, 0xbf, ..] => {
                self.advance(3);
                Ok(())
            }
            [0xfe, 0xff, ..] | [0xff, 0xfe, ..] | [0, _, ..] | [_, 0, ..] => {
                Err(self.fault(FaultKind::EncodingUnsupported))
            }
            _ => Ok(()),
        }
    }

    fn count_lines(&mut self) {
        if let Some(passed) = self.bytes.get(self.counted_at..self.at) {
            self.line += memchr_iter(b'\n', passed).count() as u64;
            self.counted_at = self.at;
        }
    }
}
