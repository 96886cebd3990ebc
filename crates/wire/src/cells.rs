//! The cells of a line of CSV.

use csv_core::{ReadRecordResult, ReaderBuilder};
use memchr::memchr_iter;

/// The most cells of a line.
const CELLS_MAX: usize = 256;

/// The cells of one line.
#[derive(Debug)]
pub(crate) struct Cells {
    reader: csv_core::Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
    count: usize,
}

impl Cells {
    pub(crate) fn new(delimiter: u8) -> Self {
        Self {
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            text: Vec::new(),
            ends: vec![0; CELLS_MAX],
            count: 0,
        }
    }

    /// Splits a line; `false` if a quoted cell has no end in it, or there are too many cells.
    pub(crate) fn split(&mut self, line: &[u8]) -> bool {
        self.count = 0;
        if memchr_iter(b'"', line).count() % 2 == 1 {
            return false;
        }
        self.reader.reset();
        self.text.resize(line.len().max(1), 0);
        let mut input = line;
        let (mut written, mut count) = (0, 0);
        loop {
            let (result, read, out, ended) =
                self.reader
                    .read_record(input, &mut self.text[written..], &mut self.ends[count..]);
            input = &input[read..];
            written += out;
            count += ended;
            match result {
                // The end of the line: an empty input says so.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record => {
                    self.count = count;
                    return input.is_empty();
                }
                ReadRecordResult::OutputFull
                | ReadRecordResult::OutputEndsFull
                | ReadRecordResult::End => return false,
            }
        }
    }

    /// How many cells the line has.
    pub(crate) const fn len(&self) -> usize {
        self.count
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &[u8]> {
        let ends = &self.ends[..self.count];
        let starts = std::iter::once(0).chain(ends.iter().copied());
        starts.zip(ends).map(|(from, to)| &self.text[from..*to])
    }
}
