//! Signed notes (C2SP signed-note): a text, a blank line, and signatures that anyone can add to.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::key::{KEY_ID_BYTES, KeyId, VerifyingKey, is_key_name};

/// The largest note that is parsed, in bytes.
pub const NOTE_BYTES_MAX: usize = 1 << 20;

/// The most signatures of one note. The specification asks for at least 16.
pub const SIGNATURES_MAX: usize = 64;

/// A text and its signatures, well formed but not verified: see [`Note::verify`]. Shown and parsed
/// in exactly one spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub(crate) text: String,
    pub(crate) signatures: Vec<NoteSignature>,
}

/// One signature line: who claims to have signed, and the signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    pub(crate) name: String,
    pub(crate) id: KeyId,
    pub(crate) bytes: Vec<u8>,
}

impl Note {
    /// The note that `bytes` are. No signature is verified.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong);
        }
        let note = std::str::from_utf8(bytes).map_err(|_| NoteError::Characters)?;
        if !is_printable(note) {
            return Err(NoteError::Characters);
        }
        // The text may have blank lines of its own: the last one separates. It must end in a
        // newline, which the first of the two is.
        let blank = note.rfind("\n\n").ok_or(NoteError::NoSignatures)?;
        let (text, lines) = (&note[..=blank], &note[blank + 2..]);
        let lines = lines.strip_suffix('\n').ok_or(NoteError::NoSignatures)?;
        let mut signatures = Vec::new();
        for line in lines.split('\n') {
            if signatures.len() == SIGNATURES_MAX {
                return Err(NoteError::TooManySignatures);
            }
            signatures.push(parse_signature(line).ok_or(NoteError::SignatureLine)?);
        }
        Ok(Self {
            text: text.to_owned(),
            signatures,
        })
    }

    /// The text that is signed, with its last newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures, in their order.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds the signatures of `other`, a note of the same text.
    pub fn join(&mut self, other: Self) -> Result<(), NoteError> {
        if other.text != self.text {
            return Err(NoteError::OtherText);
        }
        if self.signatures.len() + other.signatures.len() > SIGNATURES_MAX {
            return Err(NoteError::TooManySignatures);
        }
        self.signatures.extend(other.signatures);
        Ok(())
    }

    /// The text, if a key of `known` signed it. Signatures of other keys are ignored; one signature
    /// of a known key that does not verify refuses the whole note.
    pub fn verify(&self, known: &[VerifyingKey]) -> Result<&str, NoteError> {
        let mut verified = false;
        for signature in &self.signatures {
            for key in known.iter().filter(|key| key.is_claimed_by(signature)) {
                if !key.verifies(&self.text, &signature.bytes) {
                    return Err(NoteError::BadSignature);
                }
                verified = true;
            }
        }
        if verified {
            Ok(&self.text)
        } else {
            Err(NoteError::NoKnownSignature)
        }
    }
}

impl NoteSignature {
    /// The name of the key that claims to have signed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The short identifier of that key.
    pub fn key_id(&self) -> KeyId {
        self.id
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for NoteSignature { name, id, bytes } in &self.signatures {
            let claimed = [id.0.as_slice(), bytes].concat();
            writeln!(f, "{DASH}{name} {}", STANDARD.encode(claimed))?;
        }
        Ok(())
    }
}

/// A text may be signed if it ends in a newline and has no other control character.
pub(crate) fn check_text(text: &str) -> Result<(), NoteError> {
    if !text.ends_with('\n') || !is_printable(text) {
        Err(NoteError::Characters)
    } else if text.len() > NOTE_BYTES_MAX / 2 {
        Err(NoteError::TooLong)
    } else {
        Ok(())
    }
}

/// Why a note is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Above [`NOTE_BYTES_MAX`].
    #[error("the note is too long")]
    TooLong,
    /// Not UTF-8, a control character, or a text that does not end its last line.
    #[error("the note is not plain UTF-8 text of whole lines")]
    Characters,
    /// No blank line with whole signature lines after it.
    #[error("the note has no signatures")]
    NoSignatures,
    /// A line after the last blank line is no signature.
    #[error("the note has a malformed signature line")]
    SignatureLine,
    /// Above [`SIGNATURES_MAX`].
    #[error("the note has too many signatures")]
    TooManySignatures,
    /// A signature that claims a known key is not of that key over this text.
    #[error("the signature is wrong: the note was changed, or another key signed it")]
    BadSignature,
    /// No signature claims a known key.
    #[error("no known key signed the note")]
    NoKnownSignature,
    /// Two notes of different texts cannot be joined.
    #[error("the signatures are of another text")]
    OtherText,
    /// The cryptographic library failed to sign.
    #[error("the note could not be signed")]
    Unsignable,
}

impl NoteError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "tlog.note-too-long",
            Self::Characters => "tlog.note-characters",
            Self::NoSignatures => "tlog.note-unsigned",
            Self::SignatureLine => "tlog.note-signature-line",
            Self::TooManySignatures => "tlog.note-too-many-signatures",
            Self::BadSignature => "tlog.note-bad-signature",
            Self::NoKnownSignature => "tlog.note-no-known-signature",
            Self::OtherText => "tlog.note-other-text",
            Self::Unsignable => "tlog.note-unsignable",
        }
    }
}

/// Em dash and space, before each signature.
const DASH: &str = "\u{2014} ";

fn is_printable(text: &str) -> bool {
    text.bytes().all(|byte| byte >= b' ' || byte == b'\n')
}

fn parse_signature(line: &str) -> Option<NoteSignature> {
    let (name, claimed) = line.strip_prefix(DASH)?.split_once(' ')?;
    let claimed = STANDARD.decode(claimed).ok()?;
    let (id, bytes) = claimed.split_first_chunk::<KEY_ID_BYTES>()?;
    (is_key_name(name) && !bytes.is_empty()).then(|| NoteSignature {
        name: name.to_owned(),
        id: KeyId(*id),
        bytes: bytes.to_vec(),
    })
}

#[cfg(test)]
#[path = "note_tests.rs"]
mod tests;
