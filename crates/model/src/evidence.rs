//! Evidence: an item of bytes, known by its digests, with what its sender says of it.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use crate::{FileId, Sensitive};

/// The three digests of one item of bytes, computed in one pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Digests {
    /// MD5, because the protocol's `hash` answer is one.
    pub md5: [u8; 16],
    /// SHA-1, because hash lists carry it.
    pub sha1: [u8; 20],
    /// SHA-256, the content address.
    pub sha256: [u8; 32],
}

/// Lower-case hexadecimal digits of `bytes`.
pub fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
            // Writing to a String cannot fail.
            write!(text, "{byte:02x}").unwrap_or_default();
            text
        })
}

/// Whether a file is what the report is about, or stands beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relevance {
    /// What the report is about. Senders who say nothing mean this.
    #[default]
    Reported,
    /// Context.
    Supplemental,
}

/// What is known of one file of a report when it is ranked: no bytes, only what was measured or
/// said.
///
/// `None` always means "not said", which is never the same as `Some(false)`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileFacts {
    /// The file's token, as 32 hex digits.
    pub file: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// SHA-256 as 64 hex digits.
    pub sha256: String,
    /// Relevance; absent on the wire means reported.
    pub relevance: Relevance,
    /// Did the sender view this file?
    pub viewed_by_sender: Option<bool>,
    /// Was it publicly available?
    pub publicly_available: Option<bool>,
    /// Class A1, A2, B1 or B2 of the industry scale.
    pub industry_class: Option<String>,
    /// The name the sender gave, which is hostile input.
    pub name: Option<Sensitive<String>>,
    /// Perceptual hashes that the sender gave, as `type:value` in lower case.
    pub perceptual: Vec<String>,
}

impl FileFacts {
    /// Facts about a file of which nothing was said.
    pub fn unsaid(file: FileId, size_bytes: u64, sha256: &[u8; 32]) -> Self {
        Self {
            file: file.to_string(),
            size_bytes,
            sha256: hex(sha256),
            relevance: Relevance::Reported,
            viewed_by_sender: None,
            publicly_available: None,
            industry_class: None,
            name: None,
            perceptual: Vec::new(),
        }
    }
}
