//! XML of any size as a stream of tags and texts, in one pass over a sliding window.
//!
//! The strict reader of whole documents ([`crate::xml`]) is too slow and keeps too much for books
//! of many gigabytes. This one knows tags, text, literal text, comments and instructions; it has no
//! document types and no entities of its own, so nothing can be blown up.

use std::io::BufRead;
use std::ops::Range;

use memchr::{memchr, memmem};
use model::limits::MONEY_TOKEN_BYTES_MAX;

use super::input::Input;
use super::step::{FaultKind, MoneyFault, Reason};

/// A piece of a document. The ranges are of [`Markup::bytes`], until the next piece is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// A start tag: its name, where in the name its prefix ends, and what stands after the name.
    Start {
        name: Range<usize>,
        local: usize,
        attributes: Range<usize>,
        empty: bool,
    },
    /// The end tag of the element that was said to be open.
    End,
    /// Another end tag.
    OtherEnd { name: Range<usize> },
    /// Text in which references are still to be resolved; a long one comes in several pieces.
    Text(Range<usize>),
    /// Literal text.
    Literal(Range<usize>),
    /// What is no piece of XML.
    Broken,
    /// The end.
    Eof,
}

/// A document that is being read.
#[derive(Debug)]
pub(super) struct Markup<R> {
    pub(super) input: Input<R>,
    /// How long the piece is that was given last.
    last: usize,
    begun: bool,
}

/// What the window begins with.
enum Found {
    Piece(Piece, usize),
    /// Nothing that anybody wants, so many bytes.
    Aside(usize),
    /// The window ends before the piece does.
    Open,
    Doctype,
}

impl<R: BufRead> Markup<R> {
    pub(super) const fn new(input: R) -> Self {
        Self {
            input: Input::new(input),
            last: 0,
            begun: false,
        }
    }

    /// The bytes that the ranges of the last piece are of.
    pub(super) fn bytes(&self) -> &[u8] {
        self.input.rest()
    }

    /// The next piece, inside of an element of the name `open`. Its place is that of the input.
    #[inline]
    pub(super) fn next(&mut self, open: &[u8]) -> Result<Piece, MoneyFault> {
        if !self.begun {
            self.input.begin()?;
            self.begun = true;
        }
        self.input.advance(self.last);
        self.last = 0;
        loop {
            let rest = self.input.rest();
            let length = rest.len();
            let is_tag = rest.first() == Some(&b'<');
            match found(rest, open, self.input.ended()) {
                Found::Piece(_, taken) | Found::Aside(taken)
                    if is_tag && taken > MONEY_TOKEN_BYTES_MAX =>
                {
                    return Err(self.input.fault(FaultKind::FrameTooLong));
                }
                Found::Piece(piece, taken) => {
                    self.last = taken;
                    return Ok(piece);
                }
                Found::Aside(taken) => self.input.advance(taken),
                Found::Doctype => return Err(self.input.fault(FaultKind::DoctypeForbidden)),
                Found::Open => {
                    if length > MONEY_TOKEN_BYTES_MAX {
                        return Err(self.input.fault(FaultKind::FrameTooLong));
                    }
                    let known = self.input.ended();
                    if !self.input.more()? && known {
                        if self.input.rest().is_empty() {
                            return Ok(Piece::Eof);
                        }
                        return Err(self.input.fault(FaultKind::Cut));
                    }
                }
            }
        }
    }
}

#[inline]
fn found(rest: &[u8], open: &[u8], ended: bool) -> Found {
    match rest {
        [] | [b'<'] => Found::Open,
        [b'<', b'/', after @ ..] => {
            let tag = after.split_at_checked(open.len());
            match tag {
                Some((name, [b'>', ..])) if name == open && !open.is_empty() => {
                    Found::Piece(Piece::End, open.len() + 3)
                }
                _ => end_tag(rest),
            }
        }
        [b'<', b'?', ..] => aside(rest, b"?>", 2),
        [b'<', b'!', ..] => exclaimed(rest),
        [b'<', ..] => start_tag(rest),
        _ => text(rest, ended),
    }
}

#[inline]
fn text(rest: &[u8], ended: bool) -> Found {
    let blank = rest.iter().position(|byte| !byte.is_ascii_whitespace());
    let blank = blank.unwrap_or(rest.len());
    if rest.get(blank) == Some(&b'<') {
        return Found::Aside(blank);
    }
    let length = match memchr(b'<', &rest[blank..]) {
        Some(length) => blank + length,
        None if ended && blank == rest.len() => return Found::Aside(blank),
        None if ended => rest.len(),
        // A character and a reference are never cut: neither is longer than what is left.
        None if rest.len() >= MONEY_TOKEN_BYTES_MAX => whole_text(rest),
        None => return Found::Open,
    };
    Found::Piece(Piece::Text(0..length), length)
}

/// Where a text can be cut: before its last reference, or else before its last character.
fn whole_text(rest: &[u8]) -> usize {
    let tail = rest.len().saturating_sub(32);
    let reference = rest[tail..].iter().rposition(|byte| *byte == b'&');
    let at = reference.unwrap_or_else(|| {
        let starts = |byte: &u8| *byte & 0xc0 != 0x80;
        rest[tail..].iter().rposition(starts).unwrap_or(31)
    });
    (tail + at).max(1)
}

/// Bytes that end the name of a tag.
const ENDS_NAME: [bool; 256] = {
    let mut ends = [false; 256];
    let mut at = 0;
    while at < b">/ \t\n\r<".len() {
        ends[b">/ \t\n\r<"[at] as usize] = true;
        at += 1;
    }
    ends
};

#[inline]
fn start_tag(rest: &[u8]) -> Found {
    let mut local = 1;
    let mut name_end = 0;
    for (at, byte) in rest.iter().enumerate().skip(1) {
        if *byte == b':' {
            local = at + 1;
        } else if ENDS_NAME[*byte as usize] {
            name_end = at;
            break;
        }
    }
    if name_end == 0 {
        return Found::Open;
    }
    if name_end == 1 || !starts_name(rest[1]) {
        return Found::Piece(Piece::Broken, 1);
    }
    if rest[name_end] == b'>' {
        let piece = Piece::Start {
            name: 1..name_end,
            local,
            attributes: name_end..name_end,
            empty: false,
        };
        return Found::Piece(piece, name_end + 1);
    }
    attributes(rest, local, name_end)
}

/// The rest of a start tag that is longer than its name.
fn attributes(rest: &[u8], local: usize, name_end: usize) -> Found {
    let mut quote = 0;
    for (at, byte) in rest.iter().enumerate().skip(name_end) {
        match *byte {
            b'>' if quote == 0 => {
                let empty = rest[at - 1] == b'/';
                let end = if empty { at - 1 } else { at };
                let piece = Piece::Start {
                    name: 1..name_end,
                    local,
                    attributes: name_end..end.max(name_end),
                    empty,
                };
                return Found::Piece(piece, at + 1);
            }
            b'<' => return Found::Piece(Piece::Broken, at),
            b'"' | b'\'' if quote == 0 => quote = *byte,
            byte if byte == quote => quote = 0,
            _ => {}
        }
    }
    Found::Open
}

const fn starts_name(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte == b':' || byte >= 0x80
}

fn end_tag(rest: &[u8]) -> Found {
    let Some(at) = rest.iter().position(|byte| *byte == b'>') else {
        return Found::Open;
    };
    let name = rest[2..at].trim_ascii_end();
    if name.is_empty() || name.iter().any(|byte| matches!(byte, b'<' | b' ')) {
        return Found::Piece(Piece::Broken, 2);
    }
    let end = 2 + name.len();
    Found::Piece(Piece::OtherEnd { name: 2..end }, at + 1)
}

fn exclaimed(rest: &[u8]) -> Found {
    const LITERAL: &[u8] = b"<![CDATA[";
    if rest.starts_with(b"<!--") {
        return aside(rest, b"-->", 4);
    }
    if rest.starts_with(LITERAL) {
        return match memmem::find(&rest[LITERAL.len()..], b"]]>") {
            Some(length) => {
                let end = LITERAL.len() + length;
                Found::Piece(Piece::Literal(LITERAL.len()..end), end + 3)
            }
            None => Found::Open,
        };
    }
    if rest.len() < LITERAL.len() && (b"<!--".starts_with(rest) || LITERAL.starts_with(rest)) {
        return Found::Open;
    }
    Found::Doctype
}

/// What nobody wants, up to its end.
fn aside(rest: &[u8], end: &[u8], from: usize) -> Found {
    match memmem::find(&rest[from..], end) {
        Some(length) => Found::Aside(from + length + end.len()),
        None => Found::Open,
    }
}

/// A name without its prefix.
#[inline]
pub(super) fn local(name: &[u8]) -> &[u8] {
    match name.iter().rposition(|byte| *byte == b':') {
        Some(at) => &name[at + 1..],
        None => name,
    }
}

/// The value of an attribute, as it is written, by its name without a prefix.
pub(super) fn attribute<'a>(attributes: &'a [u8], wanted: &[u8]) -> Option<&'a [u8]> {
    let mut rest = attributes.trim_ascii();
    while !rest.is_empty() {
        let equals = memchr(b'=', rest)?;
        let name = rest[..equals].trim_ascii();
        let value = rest[equals + 1..].trim_ascii_start();
        let quote = *value.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
        let length = memchr(quote, &value[1..])?;
        if local(name) == wanted {
            return value.get(1..=length);
        }
        rest = value[length + 2..].trim_ascii_start();
    }
    None
}

/// Adds text with its references resolved.
pub(super) fn resolve(out: &mut Vec<u8>, mut text: &[u8]) -> Result<(), Reason> {
    while let Some(at) = memchr(b'&', text) {
        out.extend_from_slice(&text[..at]);
        let rest = &text[at + 1..];
        let length = rest.iter().take(12).position(|byte| *byte == b';');
        let length = length.ok_or(Reason::RecordMalformed)?;
        let letter = match &rest[..length] {
            b"amp" => '&',
            b"lt" => '<',
            b"gt" => '>',
            b"quot" => '"',
            b"apos" => '\'',
            [b'#', digits @ ..] => number(digits).ok_or(Reason::RecordMalformed)?,
            _ => return Err(Reason::EntityForbidden),
        };
        out.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
        text = &rest[length + 1..];
    }
    out.extend_from_slice(text);
    Ok(())
}

fn number(digits: &[u8]) -> Option<char> {
    let (digits, radix) = match digits {
        [b'x', rest @ ..] => (rest, 16),
        all => (all, 10),
    };
    if !digits.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    let number = u32::from_str_radix(std::str::from_utf8(digits).ok()?, radix).ok()?;
    char::from_u32(number).filter(|letter| !crate::xml::forbidden(*letter))
}
