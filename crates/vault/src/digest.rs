//! MD5, SHA-1 and SHA-256 of the same bytes in one pass.

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use md5::{Digest as _, Md5};
use model::Digests;

/// Computes the three digests of a stream of bytes. None of them protects anything: SHA-256 is the
/// content address, the others are what hash lists and the protocol speak.
pub struct Digester {
    md5: Md5,
    sha1: Context,
    sha256: Context,
    size_bytes: u64,
}

/// SHA-256 of bytes that are at hand whole.
pub fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    digest.copy_from_slice(aws_lc_rs::digest::digest(&SHA256, bytes).as_ref());
    digest
}

impl Digester {
    /// Begins.
    pub fn new() -> Self {
        Self {
            md5: Md5::new(),
            sha1: Context::new(&SHA1_FOR_LEGACY_USE_ONLY),
            sha256: Context::new(&SHA256),
            size_bytes: 0,
        }
    }

    /// The digests of `bytes`.
    pub fn of(bytes: &[u8]) -> Digests {
        let mut digester = Self::new();
        digester.update(bytes);
        digester.finish()
    }

    /// Takes the next bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        // Piece by piece, so that the second and third digest find the bytes in the cache.
        for piece in bytes.chunks(PIECE_BYTES) {
            self.md5.update(piece);
            self.sha1.update(piece);
            self.sha256.update(piece);
        }
        self.size_bytes += bytes.len() as u64;
    }

    /// How many bytes were taken.
    pub const fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// The digests of all bytes taken.
    pub fn finish(self) -> Digests {
        let mut digests = Digests {
            md5: self.md5.finalize().into(),
            sha1: [0; 20],
            sha256: [0; 32],
        };
        digests.sha1.copy_from_slice(self.sha1.finish().as_ref());
        digests
            .sha256
            .copy_from_slice(self.sha256.finish().as_ref());
        digests
    }
}

impl Default for Digester {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Digester {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Digester")
            .field("size_bytes", &self.size_bytes)
            .finish_non_exhaustive()
    }
}

const PIECE_BYTES: usize = 16 * 1024;

#[cfg(test)]
mod tests {
    use model::hex;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_answers() {
        let none = Digester::of(b"");
        assert_eq!(hex(&none.md5), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(hex(&none.sha1), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
        assert_eq!(
            hex(&none.sha256),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        let abc = Digester::of(b"abc");
        assert_eq!(hex(&abc.md5), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(hex(&abc.sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(
            hex(&abc.sha256),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn pieces_do_not_matter(
            bytes in proptest::collection::vec(any::<u8>(), 0..50_000),
            cut in 1usize..20_000,
        ) {
            let mut digester = Digester::new();
            for piece in bytes.chunks(cut) {
                digester.update(piece);
            }
            prop_assert_eq!(digester.size_bytes(), bytes.len() as u64);
            prop_assert_eq!(digester.finish(), Digester::of(&bytes));
        }
    }
}
