//! CSV files as RFC 4180 describes them, with a header that names the columns.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::StringBuilder;
use csv_core::ReadRecordResult;

use crate::decode::{Raw, Shape, decode};
use crate::failure::ReadError;
use crate::reader::{BATCH_ROWS, open_error, places};
use crate::rows::{Reason, Rows, Wanted};

/// The longest row, in bytes of its fields.
pub(crate) const ROW_BYTES_MAX: usize = 1 << 20;
/// The most columns.
const COLUMNS_MAX: usize = 4096;
/// The bytes of a row of payments, roughly.
const ROW_BYTES_GUESS: u64 = 64;
const BUFFER_BYTES: usize = 1 << 16;

/// A CSV file whose header was read.
#[derive(Debug)]
pub(crate) struct CsvFile {
    path: PathBuf,
    names: Vec<String>,
    bytes: u64,
}

impl CsvFile {
    pub(crate) fn open(path: &Path) -> Result<Self, ReadError> {
        let mut records = Records::open(path)?;
        let bytes = records.file.get_ref().metadata();
        let bytes = bytes.map_err(open_error(path))?.len();
        let no_header = || ReadError::NoHeader {
            path: path.to_owned(),
        };
        if !records.next()? {
            return Err(no_header());
        }
        let mut names = Vec::new();
        for field in records.fields() {
            let name = std::str::from_utf8(field).map_err(|_| no_header())?;
            names.push(name.trim().to_owned());
        }
        Ok(Self {
            path: path.to_owned(),
            names,
            bytes,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn columns(&self) -> &[String] {
        &self.names
    }

    pub(crate) const fn rows_guess(&self) -> u64 {
        self.bytes / ROW_BYTES_GUESS
    }

    pub(crate) fn shape(&self, wanted: &Wanted) -> Result<Shape, ReadError> {
        places(&self.path, &self.names, wanted)
    }

    pub(crate) fn read(
        &self,
        wanted: &Wanted,
        visit: &mut dyn FnMut(Rows) -> bool,
    ) -> Result<(), ReadError> {
        let mut shape = self.shape(wanted)?;
        // Each field that is wanted gets an array of its own.
        let mut roots: Vec<usize> = shape.columns.values().copied().collect();
        roots.extend(&shape.keys);
        let columns = shape.columns.len();
        shape.columns = shape.columns.into_keys().zip(0..).collect();
        shape.keys = (columns..roots.len()).collect();
        let mut records = Records::open(&self.path)?;
        records.next()?;
        let mut first = 0;
        loop {
            let mut page = Page::of(&roots);
            while page.rows < BATCH_ROWS && records.next()? {
                page.push(&records, self.names.len());
            }
            if page.rows == 0 {
                return Ok(());
            }
            let rows = page.rows;
            let decoded = page.decode(first, wanted, &shape);
            first += rows as u64;
            let decoded = decoded.map_err(|what| ReadError::Broken {
                path: self.path.clone(),
                group: 0,
                what,
            })?;
            if !visit(decoded) {
                return Ok(());
            }
        }
    }
}

/// Rows that wait to be decoded.
struct Page<'a> {
    roots: &'a [usize],
    builders: Vec<StringBuilder>,
    rows: usize,
    faults: BTreeMap<usize, Reason>,
}

impl<'a> Page<'a> {
    fn of(roots: &'a [usize]) -> Self {
        Self {
            roots,
            builders: roots.iter().map(|_| StringBuilder::new()).collect(),
            rows: 0,
            faults: BTreeMap::new(),
        }
    }

    fn push(&mut self, records: &Records, expected: usize) {
        let found = records.fields().count();
        if found != expected {
            self.faults
                .insert(self.rows, Reason::Ragged { found, expected });
        }
        for (root, builder) in self.roots.iter().zip(&mut self.builders) {
            match records.field(*root).map(std::str::from_utf8) {
                Some(Ok("")) | None => builder.append_null(),
                Some(Ok(text)) => builder.append_value(text),
                Some(Err(_)) => {
                    builder.append_null();
                    self.faults.entry(self.rows).or_insert(Reason::NotUtf8);
                }
            }
        }
        self.rows += 1;
    }

    fn decode(self, first: u64, wanted: &Wanted, shape: &Shape) -> Result<Rows, String> {
        let builders = self.builders.into_iter();
        let arrays = builders.map(|mut builder| Arc::new(builder.finish()) as ArrayRef);
        let arrays: Vec<ArrayRef> = arrays.collect();
        let raw = Raw {
            arrays: &arrays,
            rows: self.rows,
            first,
            faults: self.faults,
        };
        decode(raw, wanted, shape)
    }
}

/// The records of a file, one at a time.
struct Records {
    path: PathBuf,
    file: BufReader<File>,
    csv: csv_core::Reader,
    text: Vec<u8>,
    ends: Vec<usize>,
    fields: usize,
    /// How many records were read, the header too.
    read: u64,
}

impl Records {
    fn open(path: &Path) -> Result<Self, ReadError> {
        let file = File::open(path).map_err(open_error(path))?;
        Ok(Self {
            path: path.to_owned(),
            file: BufReader::with_capacity(BUFFER_BYTES, file),
            csv: csv_core::Reader::new(),
            text: vec![0; BUFFER_BYTES],
            ends: vec![0; COLUMNS_MAX],
            fields: 0,
            read: 0,
        })
    }

    /// Reads the next record; `false` at the end of the file.
    fn next(&mut self) -> Result<bool, ReadError> {
        let (mut written, mut fields) = (0, 0);
        loop {
            let input = self.file.fill_buf().map_err(open_error(&self.path))?;
            let text = self.text.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(fields..).unwrap_or_default();
            let (result, taken, put, ended) = self.csv.read_record(input, text, ends);
            self.file.consume(taken);
            written += put;
            fields += ended;
            match result {
                ReadRecordResult::Record => {
                    self.fields = fields;
                    self.read += 1;
                    return Ok(true);
                }
                ReadRecordResult::End => return Ok(false),
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.text.len() < ROW_BYTES_MAX => {
                    let longer = (self.text.len() * 2).min(ROW_BYTES_MAX);
                    self.text.resize(longer, 0);
                }
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    return Err(ReadError::RowTooLong {
                        path: self.path.clone(),
                        row: self.read,
                        bytes_max: ROW_BYTES_MAX,
                    });
                }
            }
        }
    }

    fn fields(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.fields).map(|at| self.field(at).unwrap_or_default())
    }

    fn field(&self, at: usize) -> Option<&[u8]> {
        let ends = self.ends.get(..self.fields)?;
        let start = match at {
            0 => 0,
            at => *ends.get(at - 1)?,
        };
        self.text.get(start..*ends.get(at)?)
    }
}
