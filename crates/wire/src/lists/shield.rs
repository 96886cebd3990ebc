//! Arachnid Shield v1: what clients send to its scanner and what it answers.
//!
//! An answer of `no-known-match` says that nothing is known, never that a file is safe.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use model::Pdq;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// The most hashes of one request.
pub const PDQ_HASHES_MAX: usize = 1000;

/// What is known about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Classification {
    /// Material of child sexual abuse.
    Csam,
    /// Harmful or abusive material about children.
    HarmfulAbusiveMaterial,
    /// Nothing is known. This does not say that the file is safe.
    NoKnownMatch,
    /// A file that the service keeps for tests.
    Test,
}

/// How a match was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MatchType {
    /// By a cryptographic hash.
    Exact,
    /// By a perceptual one.
    Near,
}

/// A known file that looks alike.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NearMatch {
    /// Seconds into the video at which it was found; 0 for pictures.
    pub timestamp: f64,
    /// The known file's SHA-1 in Base32.
    pub sha1_base32: String,
    /// The known file's SHA-256 in hexadecimal digits.
    pub sha256_hex: String,
    /// What is known about it.
    pub classification: Option<Classification>,
}

/// What was found about a file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ScannedMedia {
    /// The file's SHA-1 in Base32.
    pub sha1_base32: String,
    /// The file's SHA-256 in hexadecimal digits.
    pub sha256_hex: String,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// What is known about it.
    #[serde(default)]
    pub classification: Option<Classification>,
    /// How that was found.
    #[serde(default)]
    pub match_type: Option<MatchType>,
    /// The known files that look alike.
    #[serde(default, deserialize_with = "near_matches")]
    pub near_match_details: Vec<NearMatch>,
}

/// What was found about a PDQ hash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScannedPdqHash {
    /// What is known about it.
    pub classification: Classification,
    /// How that was found.
    #[serde(default)]
    pub match_type: Option<MatchType>,
    /// The nearest known file.
    #[serde(default, deserialize_with = "nearest")]
    pub near_match_details: Option<NearMatch>,
}

/// What was found about some PDQ hashes.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ScannedPdqHashes {
    /// By the hash as it was sent, in Base64.
    pub scanned_hashes: BTreeMap<String, ScannedPdqHash>,
}

/// A request to look at an address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScanUrl {
    /// The address.
    pub url: String,
}

/// A request to look up PDQ hashes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ScanPdqHashes {
    /// Each in Base64.
    pub hashes: Vec<String>,
}

/// An error as the service words it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorDetail {
    /// What is wrong.
    pub detail: String,
}

/// Why hashes of a request cannot be looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadScan {
    /// A hash is not 32 bytes in Base64.
    #[error("hash number {number} is not 32 bytes in Base64")]
    Hash {
        /// Its number, from 1.
        number: usize,
    },
    /// More hashes than one request may have.
    #[error("the request has more than {PDQ_HASHES_MAX} hashes: split it")]
    TooMany,
}

impl BadScan {
    /// The stable name of the reason.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Hash { .. } => "shield.hash-malformed",
            Self::TooMany => "shield.hashes-too-many",
        }
    }
}

impl ScanPdqHashes {
    /// A request for these hashes.
    pub fn new(hashes: &[Pdq]) -> Self {
        Self {
            hashes: hashes.iter().map(pdq_base64).collect(),
        }
    }

    /// The hashes, in their order.
    ///
    /// # Errors
    ///
    /// Too many, or one that is none; its value is not repeated.
    pub fn decoded(&self) -> Result<Vec<Pdq>, BadScan> {
        if self.hashes.len() > PDQ_HASHES_MAX {
            return Err(BadScan::TooMany);
        }
        let hashes = self.hashes.iter().zip(1..);
        hashes
            .map(|(hash, number)| {
                let bytes = BASE64_STANDARD.decode(hash).ok();
                let bytes = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
                bytes.map(Pdq::new).ok_or(BadScan::Hash { number })
            })
            .collect()
    }
}

/// A hash as requests and answers write it.
pub fn pdq_base64(hash: &Pdq) -> String {
    BASE64_STANDARD.encode(hash.bytes())
}

impl ScannedMedia {
    /// Whether the file is known.
    pub fn is_match(&self) -> bool {
        let class = self.classification;
        class.is_some_and(|class| class != Classification::NoKnownMatch)
    }
}

impl Serialize for ScannedMedia {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            sha1_base32: &'a str,
            sha256_hex: &'a str,
            size_bytes: u64,
            classification: Option<Classification>,
            match_type: Option<MatchType>,
            /// Some clients look at this alone, and take its absence for "no".
            is_match: bool,
            near_match_details: &'a [NearMatch],
        }
        Written {
            sha1_base32: &self.sha1_base32,
            sha256_hex: &self.sha256_hex,
            size_bytes: self.size_bytes,
            classification: self.classification,
            match_type: self.match_type,
            is_match: self.is_match(),
            near_match_details: &self.near_match_details,
        }
        .serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for NearMatch {
    /// Takes the flat form and the one whose file stands in an object of its own.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Flat {
            #[serde(default)]
            timestamp: Option<f64>,
            sha1_base32: String,
            sha256_hex: String,
            #[serde(default)]
            classification: Option<Classification>,
        }
        let mut map = Map::<String, Value>::deserialize(deserializer)?;
        if !map.contains_key("sha256_hex") {
            let is_file = |value: &Value| value.get("sha256_hex").is_some();
            let name = map.iter().find(|(_, value)| is_file(value));
            let name = name.map(|(name, _)| name.clone());
            if let Some(Value::Object(inner)) = name.and_then(|name| map.remove(&name)) {
                map.extend(inner);
            }
        }
        let flat = Flat::deserialize(Value::Object(map)).map_err(serde::de::Error::custom)?;
        Ok(Self {
            timestamp: flat.timestamp.unwrap_or_default(),
            sha1_base32: flat.sha1_base32,
            sha256_hex: flat.sha256_hex,
            classification: flat.classification,
        })
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    Many(Vec<NearMatch>),
    One(NearMatch),
}

fn near_matches<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<NearMatch>, D::Error> {
    Ok(match Option::deserialize(deserializer)? {
        None => Vec::new(),
        Some(OneOrMany::Many(many)) => many,
        Some(OneOrMany::One(one)) => vec![one],
    })
}

fn nearest<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NearMatch>, D::Error> {
    near_matches(deserializer).map(|all| all.into_iter().next())
}
