//! The records of an XML document of any size, one at a time: the strict reader sees each by
//! itself, inside of the root's own start tag, so that the namespaces hold.

use std::io::BufRead;

use model::limits::LIST_HEADER_BYTES_MAX;

use super::source::{Source, is_space};
use super::step::{FaultKind, ListFault, Place};
use super::tree::Element;
use crate::Reason;

/// A piece of a document.
#[derive(Debug)]
pub(super) enum Piece {
    /// A child of the root that has no records.
    Child(Element),
    /// A section begins: a child of the root that has records.
    Section(Element),
    /// A record.
    Record(Place, Result<Element, Spoilt>),
    /// The end of the document.
    End,
}

/// Why a record cannot be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spoilt {
    TooLong,
    TooDeep,
    Encoding,
    Malformed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Prolog,
    Root,
    Section,
    Tail,
}

/// What was read last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Markup {
    Text,
    Start,
    Empty,
    End,
    Aside,
}

/// A document that is being read.
#[derive(Debug)]
pub(super) struct Elements<R> {
    pub(super) source: Source<R>,
    root: &'static str,
    sections: &'static [&'static str],
    /// Names of records, which are recognised also where a section was closed too early.
    records: &'static [&'static str],
    record_bytes_max: usize,
    state: State,
    section: Vec<u8>,
    /// The root's start tag as it was written, and its end tag.
    around: (Vec<u8>, Vec<u8>),
    kept: Kept,
}

/// Bytes up to a limit.
#[derive(Debug, Default)]
struct Kept {
    bytes: Vec<u8>,
    max: usize,
    too_long: bool,
}

impl Kept {
    fn start(&mut self, max: usize) {
        self.bytes.clear();
        self.max = max;
        self.too_long = false;
    }

    fn add(&mut self, bytes: &[u8]) {
        if self.bytes.len() + bytes.len() > self.max {
            self.too_long = true;
        } else if !self.too_long {
            self.bytes.extend_from_slice(bytes);
        }
    }
}

impl<R: BufRead> Elements<R> {
    pub(super) fn new(
        input: R,
        root: &'static str,
        sections: &'static [&'static str],
        records: &'static [&'static str],
        record_bytes_max: usize,
    ) -> Self {
        Self {
            source: Source::new(input),
            root,
            sections,
            records,
            record_bytes_max,
            state: State::Prolog,
            section: Vec::new(),
            around: (Vec::new(), Vec::new()),
            kept: Kept::default(),
        }
    }

    /// The next piece.
    pub(super) fn next(&mut self) -> Result<Piece, ListFault> {
        loop {
            let place = self.source.place();
            if self.source.after_space()?.is_none() {
                return if self.state == State::Tail {
                    Ok(Piece::End)
                } else {
                    Err(self.source.fault(FaultKind::Cut))
                };
            }
            let place = Place {
                record: place.record,
                ..self.source.place()
            };
            self.kept.start(self.tag_bytes_max());
            let (markup, name) = self.markup(place)?;
            if self.kept.too_long && self.state != State::Section {
                return Err(self.source.fault_at(FaultKind::FrameTooLong, place));
            }
            let is_tag = matches!(markup, Markup::Start | Markup::Empty);
            match self.state {
                _ if markup == Markup::Aside => {}
                State::Prolog if is_tag => self.enter(markup, &name, place)?,
                State::Root | State::Section if is_tag => {
                    let is_section = is_one_of(&name, self.sections);
                    let is_record = self.state == State::Section || is_one_of(&name, self.records);
                    return if is_record && !is_section {
                        self.record_piece(markup, &name, place)
                    } else {
                        self.child(markup, &name, place)
                    };
                }
                State::Section if markup == Markup::End && name == self.section => {
                    self.state = State::Root;
                }
                State::Root if markup == Markup::End && self.around.1 == end_tag(&name) => {
                    self.state = State::Tail;
                }
                // Text, or the end of something that did not begin: spoilt, and the page goes on.
                State::Section => return Ok(Piece::Record(place, Err(Spoilt::Malformed))),
                _ => return Err(self.source.fault_at(FaultKind::FrameBroken, place)),
            }
        }
    }

    fn record_piece(
        &mut self,
        markup: Markup,
        name: &[u8],
        place: Place,
    ) -> Result<Piece, ListFault> {
        self.kept.max = self.record_bytes_max;
        let whole = markup == Markup::Empty || self.rest_of(name, place)?;
        let record = if whole {
            self.record()
        } else {
            Err(Spoilt::Malformed)
        };
        Ok(Piece::Record(place, record))
    }

    const fn tag_bytes_max(&self) -> usize {
        match self.state {
            State::Section => self.record_bytes_max,
            _ => LIST_HEADER_BYTES_MAX,
        }
    }

    fn enter(&mut self, markup: Markup, name: &[u8], place: Place) -> Result<(), ListFault> {
        if local(name) != self.root.as_bytes() {
            return Err(self.source.fault_at(FaultKind::FrameBroken, place));
        }
        self.around.0.clone_from(&self.kept.bytes);
        if markup == Markup::Empty {
            self.state = State::Tail;
            return Ok(());
        }
        self.around.1 = end_tag(name);
        self.state = State::Root;
        Ok(())
    }

    fn child(&mut self, markup: Markup, name: &[u8], place: Place) -> Result<Piece, ListFault> {
        let is_section = is_one_of(name, self.sections);
        if is_section {
            if markup == Markup::Start {
                self.kept.bytes.extend_from_slice(&end_tag(name));
                self.state = State::Section;
                self.section = name.to_vec();
            }
        } else if markup == Markup::Start && !self.rest_of(name, place)? {
            return Err(self.source.fault_at(FaultKind::FrameBroken, place));
        }
        match self.record() {
            Ok(element) if is_section => Ok(Piece::Section(element)),
            Ok(element) => Ok(Piece::Child(element)),
            Err(Spoilt::TooLong) => Err(self.source.fault_at(FaultKind::FrameTooLong, place)),
            Err(_) => Err(self.source.fault_at(FaultKind::FrameBroken, place)),
        }
    }

    /// Reads on to the end tag of an element; `false` if an element in it lacks its own.
    fn rest_of(&mut self, name: &[u8], place: Place) -> Result<bool, ListFault> {
        let mut depth = 1_usize;
        loop {
            if self.source.peek()?.is_none() {
                return Err(self.source.fault_at(FaultKind::Cut, place));
            }
            let (markup, inner) = self.markup(place)?;
            match markup {
                Markup::Start => depth += 1,
                // A record never holds another of its name: this is its end.
                Markup::End if inner == name => return Ok(depth == 1),
                Markup::End => depth = depth.saturating_sub(1).max(1),
                Markup::Text | Markup::Empty | Markup::Aside => {}
            }
        }
    }

    /// What was kept, as an element.
    fn record(&self) -> Result<Element, Spoilt> {
        if self.kept.too_long {
            return Err(Spoilt::TooLong);
        }
        let (before, after) = &self.around;
        let whole = [before.as_slice(), &self.kept.bytes, after].concat();
        let text = std::str::from_utf8(&whole).map_err(|_| Spoilt::Encoding)?;
        let mut root = Element::parse(text).map_err(|refusal| match refusal.reason {
            Reason::DocumentTooDeep => Spoilt::TooDeep,
            Reason::ElementsTooMany => Spoilt::TooLong,
            _ => Spoilt::Malformed,
        })?;
        root.children.pop().ok_or(Spoilt::Malformed)
    }

    /// Reads one piece of markup or text, and keeps it; with the name of a tag.
    fn markup(&mut self, place: Place) -> Result<(Markup, Vec<u8>), ListFault> {
        if self.source.peek()? != Some(b'<') {
            let blank = self.text()?;
            let text = if blank { Markup::Aside } else { Markup::Text };
            return Ok((text, Vec::new()));
        }
        self.take(place)?;
        match self.source.peek()? {
            Some(b'?') => {
                self.until(b"?>", place)?;
                self.encoding(place)?;
                Ok((Markup::Aside, Vec::new()))
            }
            Some(b'!') => self.exclaimed(place),
            Some(b'/') => {
                self.take(place)?;
                let name = self.name()?;
                self.until(b">", place)?;
                Ok((Markup::End, name))
            }
            _ => {
                let name = self.name()?;
                let empty = self.rest_of_tag(place)?;
                let start = if empty { Markup::Empty } else { Markup::Start };
                Ok((start, name))
            }
        }
    }

    /// A comment or literal text. A document type is refused always.
    fn exclaimed(&mut self, place: Place) -> Result<(Markup, Vec<u8>), ListFault> {
        self.take(place)?;
        let (end, markup): (&[u8], _) = match self.source.peek()? {
            Some(b'-') => {
                // The two hyphens that open a comment are not those that end it.
                self.take(place)?;
                self.take(place)?;
                (b"-->", Markup::Aside)
            }
            Some(b'[') => (b"]]>", Markup::Text),
            _ => return Err(self.source.fault(FaultKind::FrameBroken)),
        };
        self.until(end, place)?;
        Ok((markup, Vec::new()))
    }

    /// A declaration of another encoding is refused.
    fn encoding(&self, place: Place) -> Result<(), ListFault> {
        if self.state != State::Prolog || !self.kept.bytes.starts_with(b"<?xml") {
            return Ok(());
        }
        let declaration = self.kept.bytes.to_ascii_lowercase();
        let declaration = String::from_utf8_lossy(&declaration);
        let known = ["utf-8", "utf8", "us-ascii"];
        match declaration.split_once("encoding") {
            Some((_, rest)) if !known.iter().any(|name| rest.contains(name)) => {
                Err(self.source.fault_at(FaultKind::EncodingUnsupported, place))
            }
            _ => Ok(()),
        }
    }

    /// Keeps the text up to the next tag; says whether it is white space alone.
    fn text(&mut self) -> Result<bool, ListFault> {
        let mut blank = true;
        loop {
            let chunk = self.source.chunk()?;
            let length = memchr::memchr(b'<', chunk).unwrap_or(chunk.len());
            if length == 0 {
                return Ok(blank);
            }
            blank &= chunk[..length].iter().all(|byte| is_space(*byte));
            self.kept.add(&chunk[..length]);
            self.source.advance(length)?;
        }
    }

    /// The name of a tag, kept.
    fn name(&mut self) -> Result<Vec<u8>, ListFault> {
        let mut name = Vec::new();
        while let Some(byte) = self.source.peek()? {
            if is_space(byte) || matches!(byte, b'>' | b'/' | b'<') || name.len() > 256 {
                break;
            }
            name.push(byte);
            self.kept.add(&[byte]);
            self.source.advance(1)?;
        }
        Ok(name)
    }

    /// Keeps the rest of a start tag; says whether it is of an empty element.
    fn rest_of_tag(&mut self, place: Place) -> Result<bool, ListFault> {
        let (mut quote, mut before) = (None, 0);
        loop {
            let byte = self.take(place)?;
            match quote {
                Some(open) if open == byte => quote = None,
                None if byte == b'>' => return Ok(before == b'/'),
                None if matches!(byte, b'"' | b'\'') => quote = Some(byte),
                Some(_) | None => {}
            }
            before = byte;
        }
    }

    /// Keeps what comes up to an end, and the end.
    fn until(&mut self, end: &[u8], place: Place) -> Result<(), ListFault> {
        let mut last = [0_u8; 3];
        loop {
            let byte = self.take(place)?;
            last = [last[1], last[2], byte];
            if last.ends_with(end) {
                return Ok(());
            }
        }
    }

    fn take(&mut self, place: Place) -> Result<u8, ListFault> {
        let Some(byte) = self.source.peek()? else {
            return Err(self.source.fault_at(FaultKind::Cut, place));
        };
        self.kept.add(&[byte]);
        self.source.advance(1)?;
        Ok(byte)
    }
}

fn is_one_of(name: &[u8], names: &[&str]) -> bool {
    names.iter().any(|known| known.as_bytes() == local(name))
}

fn end_tag(name: &[u8]) -> Vec<u8> {
    [b"</".as_slice(), name, b">"].concat()
}

/// A name without its prefix.
fn local(name: &[u8]) -> &[u8] {
    name.rsplit(|byte| *byte == b':').next().unwrap_or_default()
}
