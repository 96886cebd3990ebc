//! Hashes of material: the exact and the perceptual ones, as lists carry them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::hex;

/// Bits in which two PDQ hashes may differ and still be called near copies.
///
/// Source: facebook/ThreatExchange, `pdq/README.md`.
pub const PDQ_DISTANCE: u32 = 31;
/// The lowest PDQ quality at which a hash says anything about its picture.
///
/// Source: facebook/ThreatExchange, `signal_type/pdq/signal.py`.
pub const PDQ_QUALITY: u8 = 50;

/// A PDQ hash: 256 bits, in the order in which the reference prints them (the first hexadecimal
/// digit is the highest frequency).
///
/// Lists of known material are secret, so `Debug` shows no value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pdq([u8; 32]);

impl Pdq {
    /// A hash from its 32 bytes, the highest frequency first.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes, the highest frequency first.
    pub const fn bytes(&self) -> [u8; 32] {
        self.0
    }

    /// The hash as four words of 64 bits, the highest frequency first.
    pub fn words(&self) -> [u64; 4] {
        let mut words = [0; 4];
        for (word, bytes) in words.iter_mut().zip(self.0.as_chunks::<8>().0) {
            *word = u64::from_be_bytes(*bytes);
        }
        words
    }

    /// The number of bits in which two hashes differ, 0 to 256.
    pub fn distance(&self, other: &Self) -> u32 {
        let pairs = self.words().into_iter().zip(other.words());
        pairs.map(|(one, two)| (one ^ two).count_ones()).sum()
    }

    /// Whether the hash can tell pictures apart. Flat pictures hash to few ones, and lists were
    /// seen
    /// to carry zeroes.
    pub fn is_telling(&self) -> bool {
        let ones: u32 = self.words().into_iter().map(u64::count_ones).sum();
        (64..=192).contains(&ones)
    }
}

impl fmt::Display for Pdq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex(&self.0))
    }
}

impl fmt::Debug for Pdq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pdq(…)")
    }
}

impl FromStr for Pdq {
    type Err = BadHash;

    fn from_str(text: &str) -> Result<Self, BadHash> {
        unhex(text).map(Self).ok_or(BadHash {
            kind: "pdq",
            digits: 64,
        })
    }
}

/// A hash that is not written as its kind asks. The value is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a {kind} hash is {digits} hexadecimal digits")]
pub struct BadHash {
    kind: &'static str,
    digits: usize,
}

/// A hash of one item of material.
///
/// Kinds that only their owners can compute (PhotoDNA, TMK, …) are carried as they came and match
/// by equality alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MaterialHash {
    /// MD5.
    Md5([u8; 16]),
    /// SHA-1.
    Sha1([u8; 20]),
    /// SHA-256.
    Sha256([u8; 32]),
    /// PDQ.
    Pdq(Pdq),
    /// Any other kind: its name in lower case, and its value as the list wrote it.
    Other {
        /// The kind's name in lower case: `photodna`, `tmk_pdqf`, `videntifier`, …
        kind: String,
        /// The value as it was written.
        value: String,
    },
}

impl MaterialHash {
    /// Reads a hash of a kind named in any case: `md5`, `sha1`, `sha256`, `pdq`, or another.
    ///
    /// # Errors
    ///
    /// A value that is not written as its kind asks, or an empty one.
    pub fn parse(kind: &str, value: &str) -> Result<Self, BadHash> {
        let value = value.trim();
        let bad = |kind, digits| BadHash { kind, digits };
        match kind.to_ascii_lowercase().as_str() {
            "md5" => unhex(value).map(Self::Md5).ok_or(bad("md5", 32)),
            "sha1" | "sha-1" => unhex(value).map(Self::Sha1).ok_or(bad("sha1", 40)),
            "sha256" | "sha-256" => unhex(value).map(Self::Sha256).ok_or(bad("sha256", 64)),
            "pdq" => value.parse().map(Self::Pdq),
            _ if value.is_empty() => Err(bad("list's", 1)),
            other => Ok(Self::Other {
                kind: other.to_owned(),
                value: value.to_owned(),
            }),
        }
    }

    /// The kind's name in lower case.
    pub fn kind(&self) -> &str {
        match self {
            Self::Md5(_) => "md5",
            Self::Sha1(_) => "sha1",
            Self::Sha256(_) => "sha256",
            Self::Pdq(_) => "pdq",
            Self::Other { kind, .. } => kind,
        }
    }

    /// The value, in lower-case hexadecimal digits where the kind has them.
    pub fn value(&self) -> String {
        match self {
            Self::Md5(bytes) => hex(bytes),
            Self::Sha1(bytes) => hex(bytes),
            Self::Sha256(bytes) => hex(bytes),
            Self::Pdq(hash) => hash.to_string(),
            Self::Other { value, .. } => value.clone(),
        }
    }
}

impl fmt::Debug for MaterialHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MaterialHash({}: …)", self.kind())
    }
}

/// Which pixels a PDQ hash was computed from. The two in use differ by some 0 to 14 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PdqInput {
    /// The picture at its full size.
    Full,
    /// The picture resized to 512 × 512 first, where either side was longer.
    Resized512,
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.as_chunks::<2>().0) {
        let value = digit(pair[0])? * 16 + digit(pair[1])?;
        *byte = u8::try_from(value).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_hash_is_read_in_any_case_and_printed_in_lower() {
        let text = "F8F8F0CEE0F4A84F06370A22038F63F0B36E2ED596621E1D33E6B39C4E9C9B22";
        let hash: Pdq = text.parse().unwrap();
        assert_eq!(hash.to_string(), text.to_lowercase());
        assert!(hash.is_telling());
        assert!(!Pdq::new([0; 32]).is_telling());
    }

    #[test]
    fn a_hash_of_the_wrong_length_or_alphabet_is_refused() {
        for bad in ["", "00", &"0".repeat(63), &"g".repeat(64), &"+1".repeat(32)] {
            assert!(bad.parse::<Pdq>().is_err());
        }
        assert_eq!(
            MaterialHash::parse("SHA-1", "00").unwrap_err().to_string(),
            "a sha1 hash is 40 hexadecimal digits"
        );
        assert!(MaterialHash::parse("photodna", " ").is_err());
    }

    #[test]
    fn inv_08_no_debug_text_shows_a_hash() {
        let hash = MaterialHash::parse("md5", &"a".repeat(32)).unwrap();
        assert_eq!(format!("{hash:?}"), "MaterialHash(md5: …)");
        assert_eq!(format!("{:?}", Pdq::new([7; 32])), "Pdq(…)");
    }

    proptest! {
        #[test]
        fn distance_counts_the_bits_that_differ(
            one in any::<[u8; 32]>(),
            flips in proptest::collection::btree_set(0_usize..256, 0..64),
        ) {
            let mut two = one;
            for flip in &flips {
                two[flip / 8] ^= 1 << (flip % 8);
            }
            let distance = Pdq::new(one).distance(&Pdq::new(two));
            prop_assert_eq!(distance as usize, flips.len());
        }

        #[test]
        fn what_is_printed_is_read_back(bytes in any::<[u8; 32]>()) {
            let hash = MaterialHash::Pdq(Pdq::new(bytes));
            prop_assert_eq!(MaterialHash::parse(hash.kind(), &hash.value()), Ok(hash));
        }
    }
}
