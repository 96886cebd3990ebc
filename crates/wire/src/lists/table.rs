//! Lists as lines of text: Interpol's ICSE export, plain CSV, and bare hashes, one a line.
//!
//! A record is a line. A quoted cell may not run on to the next one, so that a stray quote spoils
//! one line and never the rest of the file; `csv-core` splits each line into its cells.

use std::io::BufRead;

use memchr::{memchr, memchr_iter};

use model::Material;

use super::Limits;
use super::entry::{Draft, SeenIds, set_aside};
use super::source::Source;
use super::step::{Defect, FaultKind, ListFault, Place, Step};
use super::vics::material_of;
use crate::cells::Cells;

/// The scale of ICSE's labels.
pub(super) const ICSE_SCHEME: &str = "interpol-baseline";

/// Which table it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Icse,
    Csv,
    /// Hashes alone; those of 64 digits are of this kind.
    Bare {
        of_64_digits: &'static str,
    },
}

/// A table that is being read.
#[derive(Debug)]
pub(super) struct Table<R> {
    pub(super) source: Source<R>,
    shape: Shape,
    bytes_max: usize,
    line: Vec<u8>,
    cells: Cells,
    columns: Option<Vec<Column>>,
    seen: SeenIds,
}

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Column {
    Hash(String),
    /// `kind:value`, separated by spaces.
    Hashes,
    Id,
    Member,
    MemberName,
    Material,
    Scheme,
    Label,
    SizeBytes,
    Updated,
    Other,
}

/// How a line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Whole,
    TooLong,
    None,
}

impl<R: BufRead> Table<R> {
    pub(super) fn new(input: R, shape: Shape, limits: &Limits) -> Self {
        Self {
            source: Source::new(input),
            shape,
            bytes_max: limits.record_bytes_max,
            line: Vec::new(),
            cells: Cells::new(b';'),
            columns: None,
            seen: SeenIds::default(),
        }
    }

    /// Reads one line; `false` at the end.
    pub(super) fn advance(&mut self, steps: &mut Vec<Step>) -> Result<bool, ListFault> {
        let place = self.source.place();
        let line = self.line()?;
        let needs_header = self.columns.is_none() && !matches!(self.shape, Shape::Bare { .. });
        if line == Line::None {
            return if needs_header {
                // Not even a header: a list without entries has one.
                Err(self.source.fault(FaultKind::Cut))
            } else {
                Ok(false)
            };
        }
        if needs_header {
            if line == Line::TooLong {
                return Err(self.source.fault_at(FaultKind::FrameTooLong, place));
            }
            if self.line.trim_ascii().is_empty() {
                return Ok(true);
            }
            let columns = self.header();
            if !columns.iter().any(Column::has_hashes) {
                return Err(self.source.fault_at(FaultKind::HeaderUnknown, place));
            }
            self.columns = Some(columns);
            return Ok(true);
        }
        let blank = self.line.trim_ascii();
        if line == Line::Whole && (blank.is_empty() || self.is_comment(blank)) {
            return Ok(true);
        }
        self.source.records += 1;
        let good = match self.draft(place, line) {
            Ok(draft) => draft.put(steps),
            Err(defect) => {
                steps.push(set_aside(place, defect));
                false
            }
        };
        self.source.good += u64::from(good);
        Ok(true)
    }

    fn is_comment(&self, line: &[u8]) -> bool {
        matches!(self.shape, Shape::Bare { .. }) && line.starts_with(b"#")
    }

    /// Reads a line without its end into `line`.
    fn line(&mut self) -> Result<Line, ListFault> {
        self.line.clear();
        let mut found = Line::None;
        loop {
            let chunk = self.source.chunk()?;
            if chunk.is_empty() {
                return Ok(found);
            }
            let end = memchr(b'\n', chunk);
            let piece = &chunk[..end.unwrap_or(chunk.len())];
            if self.line.len() + piece.len() > self.bytes_max {
                found = Line::TooLong;
            } else if found == Line::None {
                found = Line::Whole;
            }
            if found == Line::Whole {
                self.line.extend_from_slice(piece);
            }
            let taken = piece.len() + usize::from(end.is_some());
            self.source.advance(taken)?;
            if end.is_some() {
                if self.line.last() == Some(&b'\r') {
                    self.line.pop();
                }
                return Ok(found);
            }
        }
    }

    fn header(&mut self) -> Vec<Column> {
        let count = |byte: u8| memchr_iter(byte, &self.line).count();
        let by_count = [b';', b'\t', b',']
            .into_iter()
            .max_by_key(|delimiter| count(*delimiter));
        self.cells = Cells::new(by_count.unwrap_or(b','));
        if !self.cells.split(&self.line) {
            return Vec::new();
        }
        let shape = self.shape;
        let names = self.cells.iter();
        names
            .map(|name| Column::named(&String::from_utf8_lossy(name), shape))
            .collect()
    }

    fn draft(&mut self, place: Place, line: Line) -> Result<Draft, Defect> {
        if line == Line::TooLong {
            return Err(Defect::RecordTooLong);
        }
        if let Shape::Bare { of_64_digits } = self.shape {
            return bare(place, &self.line, of_64_digits);
        }
        if !self.cells.split(&self.line) {
            return Err(Defect::RecordMalformed);
        }
        let mut draft = Draft::new(place);
        let columns = self.columns.as_deref().unwrap_or_default();
        for (column, cell) in columns.iter().zip(self.cells.iter()) {
            if *column != Column::Other {
                let cell = std::str::from_utf8(cell).map_err(|_| Defect::EncodingBroken)?;
                column.take(cell, &mut draft);
            }
        }
        if self.shape == Shape::Icse && draft.entry.label.is_some() {
            draft.entry.scheme = Some(ICSE_SCHEME.to_owned());
        }
        let mut id = std::mem::take(&mut draft.entry.key.id);
        let is_known = |number| !self.seen.is_new(number);
        if id.is_empty() {
            id = draft.derived_id();
        } else if self.shape == Shape::Icse && id.parse().is_ok_and(is_known) {
            draft.defect(Defect::IdRepeated, "Image ID");
            id = format!("{id}~{}", draft.derived_id());
        }
        draft.set_id(id);
        Ok(draft)
    }
}

/// A line of a bare list: the first word is the hash, and its length tells its kind.
fn bare(place: Place, line: &[u8], of_64_digits: &str) -> Result<Draft, Defect> {
    let is_end = |byte: &u8| matches!(byte, b' ' | b'\t' | b',' | b';');
    let line = line.trim_ascii();
    let word = line.split(is_end).next().unwrap_or_default();
    let word = std::str::from_utf8(word).map_err(|_| Defect::EncodingBroken)?;
    let word = word.trim_matches('"');
    let kind = match word.len() {
        32 => "md5",
        40 => "sha1",
        64 => of_64_digits,
        _ => return Err(Defect::HashMalformed),
    };
    let mut draft = Draft::new(place);
    draft.hash(kind, word);
    draft.entry.key.id = draft.derived_id();
    Ok(draft)
}

impl Column {
    fn named(name: &str, shape: Shape) -> Self {
        let plain = |letter: &char| letter.is_ascii_alphanumeric();
        let short: String = name.chars().filter(plain).take(64).collect();
        let short = short.to_ascii_lowercase();
        match (shape, short.as_str()) {
            (_, "md5" | "sha1" | "sha256" | "sha512" | "pdq" | "photodna" | "pdna" | "tmk")
            | (Shape::Csv, "tmkpdqf" | "videntifier" | "netclean") => Self::Hash(short),
            (Shape::Csv, "hashes") => Self::Hashes,
            (Shape::Icse, "imageid") | (Shape::Csv, "id" | "entryid") => Self::Id,
            (Shape::Icse, "mediatype") | (Shape::Csv, "material") => Self::Material,
            (Shape::Icse, "baseline") | (Shape::Csv, "label") => Self::Label,
            (Shape::Csv, "member") => Self::Member,
            (Shape::Csv, "membername") => Self::MemberName,
            (Shape::Csv, "scheme") => Self::Scheme,
            (Shape::Csv, "sizebytes" | "size") => Self::SizeBytes,
            (Shape::Csv, "updated") => Self::Updated,
            _ => Self::Other,
        }
    }

    const fn has_hashes(&self) -> bool {
        matches!(self, Self::Hash(_) | Self::Hashes)
    }

    fn take(&self, cell: &str, draft: &mut Draft) {
        match self {
            Self::Hash(kind) => draft.hash(kind, cell),
            Self::Hashes => {
                for pair in cell.split_ascii_whitespace() {
                    match pair.split_once(':') {
                        Some((kind, value)) => draft.hash(kind, value),
                        None => draft.defect(Defect::HashMalformed, "hashes"),
                    }
                }
            }
            Self::Id => draft.entry.key.id = draft.text("id", cell).unwrap_or_default(),
            Self::Member => draft.entry.key.member = draft.text("member", cell).unwrap_or_default(),
            Self::MemberName => draft.entry.member_name = draft.text("member_name", cell),
            Self::Material => draft.entry.material = material(cell),
            Self::Scheme => draft.entry.scheme = draft.text("scheme", cell),
            Self::Label => draft.entry.label = draft.text("label", cell),
            Self::SizeBytes => match cell.trim() {
                "" => {}
                text => match text.parse() {
                    Ok(size) => draft.entry.size_bytes = Some(size),
                    Err(_) => draft.defect(Defect::ValueMalformed, "size_bytes"),
                },
            },
            Self::Updated => draft.entry.updated = draft.time("updated", cell),
            Self::Other => {}
        }
    }
}

/// `image/jpeg`, `Image`, `picture`, `video`, …
fn material(cell: &str) -> Material {
    material_of(cell.trim())
}
