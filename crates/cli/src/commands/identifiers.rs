//! `watchfire identifiers`: what a text names, without a database.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write as _};
use std::path::Path;

use link::{Hit, IdentifierRules, Region, extract};
use serde::Serialize;

use crate::Verdict;
use crate::args::Identifiers;
use crate::failure::Failure;

/// The largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 30;
/// A file is read in pieces of this size, in bytes, cut at the end of a line, else of a word; only
/// a word longer than a piece is cut itself.
const PIECE_BYTES: usize = 4 << 20;

/// One identifier, as scripts read it.
#[derive(Serialize)]
struct Line<'a> {
    kind: &'static str,
    text: &'a str,
    normal: &'a str,
    valid: bool,
    start: usize,
    end: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
}

pub(super) fn run(args: &Identifiers) -> Result<Verdict, Failure> {
    let rules = IdentifierRules::builtin().map_err(Failure::IdentifierRules)?;
    let mut out = Output {
        json: args.json,
        names_files: args.files.len() > 1,
        to: BufWriter::with_capacity(1 << 16, io::stdout().lock()),
        buffer: Vec::new(),
    };
    let mut refused = false;
    for path in &args.files {
        let name = path.display().to_string();
        let found = if name == "-" {
            search(io::stdin().lock(), &name, &rules, args.region, &mut out)
        } else {
            open(path).and_then(|file| search(file, &name, &rules, args.region, &mut out))
        };
        match found {
            Ok(()) => {}
            // One bad file does not keep the others from being read.
            Err(failure) if failure.is_about_input() => {
                crate::output::complain(&failure);
                refused = true;
            }
            Err(failure) => return Err(failure),
        }
    }
    out.to.flush().map_err(Failure::Output)?;
    Ok(if refused {
        Verdict::SomeRefused
    } else {
        Verdict::Done
    })
}

fn open(path: &Path) -> Result<File, Failure> {
    let unreadable = |source| Failure::Read {
        path: path.to_path_buf(),
        source,
    };
    let file = File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.len() > FILE_BYTES_MAX {
        return Err(too_large(&path.display().to_string()));
    }
    Ok(file)
}

fn too_large(name: &str) -> Failure {
    Failure::TooLarge {
        name: name.to_owned(),
        bytes_max: FILE_BYTES_MAX,
    }
}

/// Reads a text piece by piece and prints what each names.
fn search(
    mut from: impl Read,
    name: &str,
    rules: &IdentifierRules,
    region: Option<Region>,
    out: &mut Output<'_>,
) -> Result<(), Failure> {
    let mut held: Vec<u8> = Vec::new();
    let mut offset = 0;
    loop {
        let wanted = (PIECE_BYTES - held.len()) as u64;
        let read = (&mut from).take(wanted).read_to_end(&mut held);
        let read = read.map_err(|source| Failure::Read {
            path: name.into(),
            source,
        })?;
        let last = (read as u64) < wanted;
        if (offset + held.len()) as u64 > FILE_BYTES_MAX {
            return Err(too_large(name));
        }
        let end = if last { held.len() } else { cut(&held) };
        let piece = std::str::from_utf8(&held[..end]).map_err(|error| Failure::NotUtf8 {
            name: name.to_owned(),
            offset: offset + error.valid_up_to(),
        })?;
        for hit in extract(piece, rules, region) {
            out.print(&hit, piece, offset, name)?;
        }
        if last {
            return Ok(());
        }
        offset += end;
        held.drain(..end);
    }
}

/// Where a full piece is cut: behind its last line, else behind its last word, else between two
/// characters.
fn cut(bytes: &[u8]) -> usize {
    let behind = |mark: fn(&u8) -> bool| bytes.iter().rposition(mark).map(|at| at + 1);
    behind(|byte| *byte == b'\n')
        .or_else(|| behind(u8::is_ascii_whitespace))
        .or_else(|| bytes.iter().rposition(|byte| byte & 0xc0 != 0x80))
        .filter(|at| *at > 0)
        .unwrap_or(bytes.len())
}

/// Standard output, in one of two forms.
struct Output<'o> {
    json: bool,
    names_files: bool,
    to: BufWriter<io::StdoutLock<'o>>,
    buffer: Vec<u8>,
}

impl Output<'_> {
    fn print(&mut self, hit: &Hit, piece: &str, offset: usize, name: &str) -> Result<(), Failure> {
        let text = hit.shown(piece);
        self.buffer.clear();
        if self.json {
            let line = Line {
                kind: hit.kind.name(),
                text: &text,
                normal: &hit.normal,
                valid: hit.valid,
                start: offset + hit.text.start,
                end: offset + hit.text.end,
                file: self.names_files.then_some(name),
            };
            serde_json::to_writer(&mut self.buffer, &line)
                .map_err(|error| Failure::Output(io::Error::other(error)))?;
        } else {
            let mark = if hit.valid { "" } else { "  (not valid)" };
            let place = offset + hit.text.start;
            let place = if self.names_files {
                format!("{name}:{place}")
            } else {
                place.to_string()
            };
            let kind = hit.kind.name();
            write!(self.buffer, "{place:>10}  {kind:<8}  {}{mark}", hit.normal)
                .map_err(Failure::Output)?;
        }
        self.buffer.push(b'\n');
        self.to.write_all(&self.buffer).map_err(Failure::Output)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_ends_where_a_line_or_a_word_or_a_character_does() {
        assert_eq!(cut(b"one\ntwo three"), 4);
        assert_eq!(cut(b"two three"), 4);
        assert_eq!(cut("аб".as_bytes()), 2);
        assert_eq!(cut("аб".as_bytes().split_at(3).0), 2);
        assert_eq!(cut(b"x"), 1);
    }
}
