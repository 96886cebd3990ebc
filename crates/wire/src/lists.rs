//! Lists of known material, read as streams and written.
//!
//! A [`Reader`] takes a list of any size and gives one [`Step`] after the other, in memory that
//! does not grow with the list. A record that cannot be taken is set aside with its line and its
//! reason and never stops the others; a list that ends in the middle, or is not what its format
//! says, ends in a [`ListFault`] that names the place and how many records were read, so that
//! the import resumes there ([`Reader::resume_after`]).
//!
//! Hash values are secret: no message, id or error here has one.

mod elements;
mod entry;
mod frames;
mod json;
mod loose;
pub mod ncmec;
mod pages;
mod request;
mod scan;
pub mod shield;
mod source;
mod step;
pub mod stopncii;
mod table;
mod tat;
mod tree;
mod vics;
mod write;

use std::io::BufRead;

use model::limits::{LIST_RECORD_BYTES_MAX, LIST_RECORD_DEPTH_MAX};

pub use pages::{Pages, PagesFault, Service};
pub use request::Request;
pub use step::{Defect, FaultKind, ListFault, Page, Place, Quarantined, Step, Unwritable};
pub use write::{Target, VicsVersion, Writer};

/// A format of lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// NCMEC's hash sharing v2: a `queryResult` in XML.
    Ncmec,
    /// Project VIC's VICS 1.2, 1.3 or 2.0 in JSON.
    Vics,
    /// Interpol's ICSE export: CSV with semicolons.
    Icse,
    /// A page of `StopNCII` v1 in JSON.
    StopNcii,
    /// A page of Tech Against Terrorism's list in JSON.
    Tat,
    /// CSV whose first line names its columns: `md5`, `sha1`, `sha256`, `pdq`, `id`, …
    Csv,
    /// One hash a line; 32 digits are MD5, 40 are SHA-1.
    Hashes {
        /// Whether 64 digits are PDQ, and not SHA-256: nothing in them says which.
        pdq: bool,
    },
}

/// What a reader takes at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest record, in bytes.
    pub record_bytes_max: usize,
    /// The deepest nesting inside of a JSON record.
    pub record_depth_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            record_bytes_max: LIST_RECORD_BYTES_MAX,
            record_depth_max: LIST_RECORD_DEPTH_MAX,
        }
    }
}

/// How many bytes [`detect`] looks at.
pub const DETECT_BYTES: usize = 4096;

/// The format that a list seems to have, by its first bytes ([`DETECT_BYTES`] are enough).
///
/// Hashes of 64 digits are taken for SHA-256. `None` if nothing is recognised.
pub fn detect(bytes: &[u8]) -> Option<Format> {
    let bytes = bytes.get(..DETECT_BYTES).unwrap_or(bytes);
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = String::from_utf8_lossy(bytes);
    let text = text.trim_start();
    let has = |word: &str| text.contains(word);
    match text.chars().next()? {
        '<' if has("queryResult") => Some(Format::Ncmec),
        '{' | '[' if has("\"hashRecords\"") || has("\"nextSetTimestamp\"") => {
            Some(Format::StopNcii)
        }
        '{' | '[' if has("\"hash_digest\"") || has("\"hash_value\"") => Some(Format::Tat),
        '{' if has("odata.") || has("\"value\"") => Some(Format::Vics),
        '{' if has("\"results\"") => Some(Format::Tat),
        '<' | '{' | '[' => None,
        _ => detect_lines(text),
    }
}

fn detect_lines(text: &str) -> Option<Format> {
    let lines = text.lines().map(str::trim);
    let line = lines
        .into_iter()
        .find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let lower = line.to_ascii_lowercase();
    let cells: Vec<_> = lower
        .split([';', ',', '\t'])
        .map(|cell| cell.trim_matches(['"', ' ']))
        .collect();
    let first = cells.first()?.split(' ').next()?;
    let is_hash = matches!(first.len(), 32 | 40 | 64);
    if is_hash && first.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Some(Format::Hashes { pdq: false });
    }
    let known = [
        "md5", "sha1", "sha-1", "sha256", "sha-256", "pdq", "photodna", "hashes",
    ];
    if !cells.iter().any(|cell| known.contains(cell)) {
        return None;
    }
    let is_icse = cells.contains(&"image id") || cells.contains(&"baseline");
    Some(if is_icse { Format::Icse } else { Format::Csv })
}

/// A list that is being read: an iterator of steps, which ends after a fault.
///
/// ```
/// use wire::lists::{Format, Limits, Reader, Step};
///
/// let csv = "id,md5\n7,00112233445566778899aabbccddeeff\n8,not a hash\n";
/// let steps: Vec<Step> = Reader::new(Format::Csv, csv.as_bytes(), Limits::default())
///     .collect::<Result<_, _>>()?;
/// assert!(matches!(&steps[0], Step::Change(_)));
/// assert!(matches!(&steps[1], Step::Quarantined(bad) if bad.place.line == 3));
/// # Ok::<(), wire::lists::ListFault>(())
/// ```
#[derive(Debug)]
pub struct Reader<R> {
    body: Body<R>,
    skip: u64,
    /// Steps that were read and not given yet, the next one last.
    waiting: Vec<Step>,
    ended: bool,
}

#[derive(Debug)]
enum Body<R> {
    Json(json::Document<R>),
    Xml(ncmec::Ncmec<R>),
    Lines(Box<table::Table<R>>),
}

impl<R: BufRead> Reader<R> {
    /// Starts to read a list of a format.
    pub fn new(format: Format, input: R, limits: Limits) -> Self {
        let json = |input, layout, records| {
            let frames = frames::Frames::new(input, layout, &limits);
            Body::Json(json::Document { frames, records })
        };
        let lines = |input, shape| Body::Lines(Box::new(table::Table::new(input, shape, &limits)));
        let body = match format {
            Format::Ncmec => Body::Xml(ncmec::Ncmec::new(input, &limits)),
            Format::Vics => json(input, &vics::LAYOUT, Box::<vics::Vics>::default()),
            Format::StopNcii => json(
                input,
                &stopncii::LAYOUT,
                Box::<stopncii::StopNcii>::default(),
            ),
            Format::Tat => json(input, &tat::LAYOUT, Box::<tat::Tat>::default()),
            Format::Icse => lines(input, table::Shape::Icse),
            Format::Csv => lines(input, table::Shape::Csv),
            Format::Hashes { pdq } => {
                let of_64_digits = if pdq { "pdq" } else { "sha256" };
                lines(input, table::Shape::Bare { of_64_digits })
            }
        };
        Self {
            body,
            skip: 0,
            waiting: Vec::new(),
            ended: false,
        }
    }

    /// Gives nothing of the first `records` records: those that an earlier reader of the same list
    /// read to their end. They are read all the same, since what comes after may depend on them: an
    /// id that repeats, the latest time of a page.
    #[must_use]
    pub fn resume_after(mut self, records: u64) -> Self {
        self.skip = records;
        self
    }

    /// How many records were read to their end and given in full. When the steps that were given
    /// are kept, a later reader may resume after these.
    pub fn records(&self) -> u64 {
        let read = self.read();
        read - u64::from(!self.waiting.is_empty()).min(read)
    }

    fn read(&self) -> u64 {
        match &self.body {
            Body::Json(document) => document.frames.source.records,
            Body::Xml(page) => page.elements.source.records,
            Body::Lines(table) => table.source.records,
        }
    }

    /// Where reading stands: the record to come, its line and offset.
    pub fn place(&self) -> Place {
        match &self.body {
            Body::Json(document) => document.frames.source.place(),
            Body::Xml(page) => page.elements.source.place(),
            Body::Lines(table) => table.source.place(),
        }
    }

    fn advance(&mut self) -> Result<bool, ListFault> {
        let (before, steps) = (self.read(), &mut self.waiting);
        let more = match &mut self.body {
            Body::Json(document) => document.advance(steps),
            Body::Xml(page) => page.advance(steps),
            Body::Lines(table) => table.advance(steps),
        }?;
        let read = self.read();
        if read > before && read <= self.skip {
            self.waiting.clear();
        }
        Ok(more)
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    type Item = Result<Step, ListFault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(step) = self.waiting.pop() {
                return Some(Ok(step));
            }
            if self.ended {
                return None;
            }
            match self.advance() {
                Ok(more) => {
                    self.ended = !more;
                    self.waiting.reverse();
                }
                Err(fault) => {
                    self.ended = true;
                    return Some(Err(fault));
                }
            }
        }
    }
}
