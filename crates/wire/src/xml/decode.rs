//! From bytes to text: UTF-8, UTF-16 with its mark, and ISO-8859-1 or US-ASCII when declared.

use std::borrow::Cow;

use model::limits::DOCUMENT_BYTES_MAX;

use super::letters::place_of;
use crate::{Reason, Refusal};

/// The document as text, without a byte-order mark.
pub(crate) fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, Refusal> {
    check_length(bytes)?;
    match bytes {
        [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Err(unsupported("UTF-32")),
        [0xef, 0xbb, 0xbf, rest @ ..] => {
            let text = utf_8(rest)?;
            agrees(text, &["UTF-8", "UTF8"], "UTF-8")?;
            Ok(Cow::Borrowed(text))
        }
        [0xfe, 0xff, rest @ ..] => utf_16(rest, u16::from_be_bytes),
        [0xff, 0xfe, rest @ ..] => utf_16(rest, u16::from_le_bytes),
        [0, b'<', ..] | [b'<', 0, ..] => Err(unsupported("UTF-16 without a byte-order mark")),
        _ => declared_or_utf_8(bytes),
    }
}

/// A document that can only be UTF-8, without a byte-order mark.
pub(crate) fn decoded_utf_8(bytes: &[u8]) -> Result<&str, Refusal> {
    check_length(bytes)?;
    utf_8(bytes.strip_prefix(&[0xef, 0xbb, 0xbf]).unwrap_or(bytes))
}

fn check_length(bytes: &[u8]) -> Result<(), Refusal> {
    if bytes.len() <= DOCUMENT_BYTES_MAX {
        return Ok(());
    }
    let message = format!("The document is larger than {DOCUMENT_BYTES_MAX} bytes.");
    Err(refusal(Reason::DocumentTooLarge, (1, 1), message))
}

fn declared_or_utf_8(bytes: &[u8]) -> Result<Cow<'_, str>, Refusal> {
    let Some(name) = declared_encoding(bytes) else {
        return utf_8(bytes).map(Cow::Borrowed);
    };
    match name.to_ascii_uppercase().as_str() {
        "UTF-8" | "UTF8" => utf_8(bytes).map(Cow::Borrowed),
        "US-ASCII" | "ASCII" => match bytes.iter().position(|byte| !byte.is_ascii()) {
            Some(at) => Err(broken(bytes, at, "US-ASCII")),
            None => utf_8(bytes).map(Cow::Borrowed),
        },
        "ISO-8859-1" | "ISO_8859-1" | "ISO-LATIN-1" | "LATIN1" => {
            Ok(Cow::Owned(bytes.iter().copied().map(char::from).collect()))
        }
        _ => Err(unsupported(&name)),
    }
}

fn utf_8(bytes: &[u8]) -> Result<&str, Refusal> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => Err(broken(bytes, error.valid_up_to(), "UTF-8")),
    }
}

fn utf_16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Cow<'_, str>, Refusal> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(bytes.len());
    for letter in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match letter {
            Ok(letter) => text.push(letter),
            Err(_) => return Err(broken(text.as_bytes(), text.len(), "UTF-16")),
        }
    }
    if !rest.is_empty() {
        return Err(broken(text.as_bytes(), text.len(), "UTF-16"));
    }
    agrees(&text, &["UTF-16", "UTF-16LE", "UTF-16BE"], "UTF-16")?;
    Ok(Cow::Owned(text))
}

/// A declaration must not speak against the byte-order mark.
fn agrees(text: &str, names: &[&str], found: &str) -> Result<(), Refusal> {
    match declared_encoding(text.as_bytes()) {
        Some(name) if !names.contains(&name.to_ascii_uppercase().as_str()) => Err(refusal(
            Reason::EncodingUnsupported,
            (1, 1),
            format!("The document declares the encoding \"{name}\" but is written in {found}."),
        )),
        _ => Ok(()),
    }
}

/// The encoding's name in the XML declaration, as far as it is a name; the reader checks the rest.
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let rest = bytes.strip_prefix(b"<?xml")?;
    let end = rest.iter().take(256).position(|byte| *byte == b'>')?;
    let declaration = std::str::from_utf8(&rest[..end]).ok()?;
    let (_, after) = declaration.split_once("encoding")?;
    let quoted = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = quoted
        .chars()
        .next()
        .filter(|quote| matches!(quote, '"' | '\''))?;
    let (name, _) = quoted[1..].split_once(quote)?;
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
    (name.len() <= 40 && name.chars().all(is_name)).then(|| name.to_owned())
}

fn broken(bytes: &[u8], offset: usize, encoding: &str) -> Refusal {
    refusal(
        Reason::EncodingBroken,
        place_of(bytes, offset),
        format!("The bytes here are not {encoding}."),
    )
}

fn unsupported(name: &str) -> Refusal {
    refusal(
        Reason::EncodingUnsupported,
        (1, 1),
        format!("The encoding \"{name}\" is not supported. Send UTF-8."),
    )
}

const fn refusal(reason: Reason, (line, column): (u32, u32), message: String) -> Refusal {
    Refusal {
        reason,
        line,
        column,
        path: String::new(),
        message,
    }
}
