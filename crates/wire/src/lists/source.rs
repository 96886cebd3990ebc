//! Bytes in their order, with the line and the offset that each has.

use std::io::{self, BufRead};

use memchr::memchr_iter;

use super::step::{FaultKind, ListFault, Place};

/// Where bytes come from.
#[derive(Debug)]
pub(super) struct Source<R> {
    input: R,
    started: bool,
    offset: u64,
    line: u64,
    /// Records read to their end, and how many of them gave a change.
    pub(super) records: u64,
    pub(super) good: u64,
}

impl<R: BufRead> Source<R> {
    pub(super) const fn new(input: R) -> Self {
        Self {
            input,
            started: false,
            offset: 0,
            line: 1,
            records: 0,
            good: 0,
        }
    }

    /// What is there without reading further, or what comes next; empty at the end.
    pub(super) fn chunk(&mut self) -> Result<&[u8], ListFault> {
        if !self.started {
            self.started = true;
            self.skip_mark()?;
        }
        if !self.fill()? {
            return Ok(&[]);
        }
        // What is in the buffer comes again without another read.
        self.input.fill_buf().map_err(|source| ListFault {
            kind: FaultKind::Read,
            line: self.line,
            offset_bytes: self.offset,
            records: self.records,
            good: self.good,
            source: Some(source),
        })
    }

    /// Goes on by bytes that `chunk` gave.
    pub(super) fn advance(&mut self, bytes: usize) -> Result<(), ListFault> {
        if bytes == 0 {
            return Ok(());
        }
        let chunk = match self.input.fill_buf() {
            Ok(chunk) => chunk,
            Err(source) => return Err(self.failed(source)),
        };
        let bytes = bytes.min(chunk.len());
        let lines = memchr_iter(b'\n', &chunk[..bytes]).count();
        self.line += u64::try_from(lines).unwrap_or(u64::MAX);
        self.offset += u64::try_from(bytes).unwrap_or(u64::MAX);
        self.input.consume(bytes);
        Ok(())
    }

    /// The next byte, which stays.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, ListFault> {
        self.chunk().map(|chunk| chunk.first().copied())
    }

    /// Skips white space; gives the byte after it, which stays.
    pub(super) fn after_space(&mut self) -> Result<Option<u8>, ListFault> {
        loop {
            let chunk = self.chunk()?;
            let space = chunk.iter().take_while(|byte| is_space(**byte)).count();
            if space < chunk.len() || chunk.is_empty() {
                self.advance(space)?;
                return self.peek();
            }
            self.advance(space)?;
        }
    }

    /// Where the next byte is, as that of the next record.
    pub(super) const fn place(&self) -> Place {
        Place {
            record: self.records + 1,
            line: self.line,
            offset_bytes: self.offset,
        }
    }

    /// A fault at the next byte.
    pub(super) const fn fault(&self, kind: FaultKind) -> ListFault {
        ListFault {
            kind,
            line: self.line,
            offset_bytes: self.offset,
            records: self.records,
            good: self.good,
            source: None,
        }
    }

    /// A fault in a record that began at a place.
    pub(super) fn fault_at(&self, kind: FaultKind, place: Place) -> ListFault {
        ListFault {
            line: place.line,
            offset_bytes: place.offset_bytes,
            ..self.fault(kind)
        }
    }

    fn failed(&self, source: io::Error) -> ListFault {
        ListFault {
            source: Some(source),
            ..self.fault(FaultKind::Read)
        }
    }

    /// Sees to it that something is in the buffer; `false` at the end.
    fn fill(&mut self) -> Result<bool, ListFault> {
        loop {
            match self.input.fill_buf() {
                Ok(chunk) => return Ok(!chunk.is_empty()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(source) => return Err(self.failed(source)),
            }
        }
    }

    /// Skips the byte-order mark of UTF-8, and refuses those of other encodings.
    fn skip_mark(&mut self) -> Result<(), ListFault> {
        let first = self.peek()?;
        match first {
            Some(0xef) => {
                for expected in [0xef, 0xbb, 0xbf] {
                    if self.peek()? != Some(expected) {
                        return Err(self.fault(FaultKind::EncodingUnsupported));
                    }
                    self.advance(1)?;
                }
                Ok(())
            }
            Some(0xfe | 0xff | 0) => Err(self.fault(FaultKind::EncodingUnsupported)),
            _ => Ok(()),
        }
    }
}

pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}
