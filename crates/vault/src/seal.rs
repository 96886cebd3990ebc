//! The one sealed format: a key and a context turn bytes into chunks that cannot be read, cut,
//! swapped or moved.
//!
//! After C2SP chunked-encryption, with AES-256-GCM-SIV in place of AES-GCM (a repeated nonce is
//! then harmless), a format version in front and our own label:
//!
//! ```text
//! sealed = 0x01 ‖ salt (24) ‖ commitment (32) ‖ chunk …
//! chunk  = AES-256-GCM-SIV of 16,384 bytes ‖ tag (16); the last is always shorter, may be empty
//! key (32) ‖ base nonce (12) ‖ commitment (32)
//!        = HKDF-Expand-SHA-512(data key, label ‖ 0x00 ‖ salt ‖ context)
//! label  = "watchfire/sealed@v1+AES-256-GCM-SIV"
//! nonce of chunk k = base nonce XOR k (64 bits, big-endian, in the last 8 bytes)
//! ```
//!
//! Source: <https://github.com/C2SP/C2SP/blob/main/chunked-encryption.md>.

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::constant_time::verify_slices_are_equal;
use aws_lc_rs::error::Unspecified;
use aws_lc_rs::hkdf;
use model::Entropy;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Plain bytes in every chunk but the last.
pub const CHUNK_BYTES: usize = 16 * 1024;
/// Bytes before the first chunk: version, salt, commitment.
pub const HEADER_BYTES: usize = 1 + SALT_BYTES + COMMITMENT_BYTES;
/// Bytes that sealing adds to each chunk.
pub const TAG_BYTES: usize = 16;

/// Seals `plain` under `key`, bound to `context`: who opens must name the same context.
pub fn seal(
    key: &DataKey,
    context: &[u8],
    plain: &[u8],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, SealError> {
    let mut out = Vec::with_capacity(sealed_bytes(plain.len()));
    let Sealer { stream, .. } = Sealer::new(key, context, entropy, &mut out)?;
    // Straight from `plain`: a report is sealed as some twenty small texts, and a buffer of a whole
    // chunk for each cost more than their encryption.
    let mut chunks = plain.chunks_exact(CHUNK_BYTES);
    let mut next_chunk = 0;
    for chunk in &mut chunks {
        stream.seal(next_chunk, chunk, &mut out)?;
        next_chunk += 1;
    }
    stream.seal(next_chunk, chunks.remainder(), &mut out)?;
    Ok(out)
}

/// Opens what [`seal`] or a [`Sealer`] gave, whole.
pub fn open(key: &DataKey, context: &[u8], sealed: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut out = Vec::with_capacity(sealed.len());
    let mut opener = Opener::new(key, context);
    opener.update(sealed, &mut out)?;
    opener.finish(&mut out)?;
    Ok(out)
}

/// How many bytes `plain_bytes` bytes take when sealed.
pub const fn sealed_bytes(plain_bytes: usize) -> usize {
    HEADER_BYTES + plain_bytes + (plain_bytes / CHUNK_BYTES + 1) * TAG_BYTES
}

/// A key of 32 random bytes that seals data or wraps other keys; wiped from memory when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct DataKey([u8; 32]);

impl DataKey {
    /// Draws a new key.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut key = Self([0; 32]);
        entropy.fill(&mut key.0);
        key
    }

    /// Wraps `child` under this key, bound to `context`, for storing (61 bytes:
    /// `0x01 ‖ nonce (12) ‖ AES-256-GCM-SIV of the key (32) ‖ tag (16)`).
    pub fn wrap(
        &self,
        child: &Self,
        context: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0; NONCE_BYTES];
        entropy.fill(&mut nonce);
        let mut body = Zeroizing::new(child.0);
        let tag = self.wrapper()?.seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(context),
            body.as_mut_slice(),
        )?;
        Ok([&[VERSION], &nonce[..], body.as_slice(), tag.as_ref()].concat())
    }

    /// Opens what [`DataKey::wrap`] gave, under the same key and context.
    pub fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Self, SealError> {
        let (&version, rest) = wrapped.split_first().ok_or(SealError::Truncated)?;
        if version != VERSION {
            return Err(SealError::UnknownVersion { version });
        }
        let (nonce, body) = rest
            .split_first_chunk::<NONCE_BYTES>()
            .ok_or(SealError::Truncated)?;
        let mut body = Zeroizing::new(
            <[u8; WRAPPED_BODY_BYTES]>::try_from(body).map_err(|_| SealError::Truncated)?,
        );
        let plain = self
            .wrapper()?
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(context),
                body.as_mut_slice(),
            )
            .map_err(|Unspecified| SealError::WrongKey)?;
        let mut key = Self([0; 32]);
        key.0.copy_from_slice(plain);
        Ok(key)
    }

    /// A key for one purpose: HKDF-SHA-512 over this key, the purpose as salt and info.
    pub(crate) fn derive(&self, purpose: &str) -> Result<Self, SealError> {
        let mut key = Self([0; 32]);
        hkdf::Salt::new(hkdf::HKDF_SHA512, b"watchfire/keys@v1")
            .extract(&self.0)
            .expand(&[purpose.as_bytes()], Length(32))?
            .fill(&mut key.0)?;
        Ok(key)
    }

    pub(crate) const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// The cipher that wraps keys: never the key itself, which also seals data.
    fn wrapper(&self) -> Result<LessSafeKey, SealError> {
        let mut derived = Zeroizing::new([0; 32]);
        hkdf::Prk::new_less_safe(hkdf::HKDF_SHA512, &self.0)
            .expand(&[WRAP_LABEL], Length(derived.len()))?
            .fill(derived.as_mut_slice())?;
        Ok(LessSafeKey::new(UnboundKey::new(
            &AES_256_GCM_SIV,
            derived.as_slice(),
        )?))
    }
}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey([secret])")
    }
}

/// Seals a stream. Memory stays at one chunk whatever the length.
pub struct Sealer {
    stream: Stream,
    next_chunk: u64,
    pending: Zeroizing<Vec<u8>>,
}

impl Sealer {
    /// Begins; the header is appended to `out`.
    pub fn new(
        key: &DataKey,
        context: &[u8],
        entropy: &dyn Entropy,
        out: &mut Vec<u8>,
    ) -> Result<Self, SealError> {
        let mut salt = [0; SALT_BYTES];
        entropy.fill(&mut salt);
        let (stream, commitment) = Stream::derive(key, &salt, context)?;
        out.push(VERSION);
        out.extend_from_slice(&salt);
        out.extend_from_slice(&commitment);
        Ok(Self {
            stream,
            next_chunk: 0,
            pending: Zeroizing::new(Vec::new()),
        })
    }

    /// Takes the next plain bytes; whole chunks are appended to `out`.
    pub fn update(&mut self, mut plain: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        if !self.pending.is_empty() {
            let (head, rest) = plain.split_at(plain.len().min(CHUNK_BYTES - self.pending.len()));
            self.pending.extend_from_slice(head);
            plain = rest;
            if self.pending.len() < CHUNK_BYTES {
                return Ok(());
            }
            self.stream.seal(self.next_chunk, &self.pending, out)?;
            self.next_chunk += 1;
            self.pending.zeroize();
        }
        let mut chunks = plain.chunks_exact(CHUNK_BYTES);
        for chunk in &mut chunks {
            self.stream.seal(self.next_chunk, chunk, out)?;
            self.next_chunk += 1;
        }
        if !chunks.remainder().is_empty() {
            self.pending.reserve_exact(CHUNK_BYTES);
            self.pending.extend_from_slice(chunks.remainder());
        }
        Ok(())
    }

    /// Appends the last, short chunk to `out`. Without it nothing opens.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<(), SealError> {
        self.stream.seal(self.next_chunk, &self.pending, out)
    }
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sealer")
            .field("next_chunk", &self.next_chunk)
            .finish_non_exhaustive()
    }
}

/// Opens a stream. Every byte it gives is authentic, but only [`Opener::finish`] tells that none is
/// missing at the end.
pub struct Opener {
    state: OpenerState,
    next_chunk: u64,
    pending: Vec<u8>,
}

enum OpenerState {
    Header { key: DataKey, context: Vec<u8> },
    Chunks(Stream),
}

impl Opener {
    /// Begins.
    pub fn new(key: &DataKey, context: &[u8]) -> Self {
        Self {
            state: OpenerState::Header {
                key: key.clone(),
                context: context.to_vec(),
            },
            next_chunk: 0,
            pending: Vec::new(),
        }
    }

    /// Takes the next sealed bytes; plain bytes of whole chunks are appended to `out`.
    pub fn update(&mut self, mut sealed: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        while !sealed.is_empty() {
            let wanted = match self.state {
                OpenerState::Header { .. } => HEADER_BYTES,
                OpenerState::Chunks(_) => SEALED_CHUNK_BYTES,
            };
            if self.pending.is_empty() && sealed.len() >= wanted {
                let (unit, rest) = sealed.split_at(wanted);
                sealed = rest;
                self.take(unit, out)?;
                continue;
            }
            let (head, rest) = sealed.split_at(sealed.len().min(wanted - self.pending.len()));
            self.pending.extend_from_slice(head);
            sealed = rest;
            if self.pending.len() == wanted {
                let unit = std::mem::take(&mut self.pending);
                self.take(&unit, out)?;
            }
        }
        Ok(())
    }

    /// Ends: opens the last, short chunk, or says that the end is missing.
    pub fn finish(self, out: &mut Vec<u8>) -> Result<(), SealError> {
        match self.state {
            OpenerState::Header { .. } => Err(match self.pending.first() {
                Some(&version) if version != VERSION => SealError::UnknownVersion { version },
                _ => SealError::Truncated,
            }),
            OpenerState::Chunks(_) if self.pending.is_empty() => Err(SealError::Truncated),
            OpenerState::Chunks(stream) => stream.open(self.next_chunk, &self.pending, out),
        }
    }

    fn take(&mut self, unit: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        match &self.state {
            OpenerState::Header { key, context } => {
                let stream = read_header(key, context, unit)?;
                self.state = OpenerState::Chunks(stream);
            }
            OpenerState::Chunks(stream) => {
                stream.open(self.next_chunk, unit, out)?;
                self.next_chunk += 1;
            }
        }
        Ok(())
    }
}

impl std::fmt::Debug for Opener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opener")
            .field("next_chunk", &self.next_chunk)
            .finish_non_exhaustive()
    }
}

/// Why something did not seal or open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The format is of a version that this program does not know.
    #[error("sealed by a newer version of this program (format {version}): update this program")]
    UnknownVersion {
        /// The version byte found.
        version: u8,
    },
    /// The commitment (or a wrapped key's tag) does not match: another key, or another record's
    /// bytes.
    #[error("sealed under another key or for another record")]
    WrongKey,
    /// A chunk was changed after it was sealed.
    #[error("chunk {chunk} was changed after it was sealed: restore it from a backup")]
    Damaged {
        /// Which chunk, from 0.
        chunk: u64,
    },
    /// The end is missing.
    #[error("the end is missing: restore it from a backup")]
    Truncated,
    /// The cryptographic library refused, which correct lengths and free memory rule out.
    #[error("the cryptographic library refused an operation that cannot fail")]
    Engine,
}

impl SealError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownVersion { .. } => "seal.version-unknown",
            Self::WrongKey => "seal.key-wrong",
            Self::Damaged { .. } => "seal.damaged",
            Self::Truncated => "seal.truncated",
            Self::Engine => "seal.engine",
        }
    }
}

impl From<Unspecified> for SealError {
    fn from(_: Unspecified) -> Self {
        Self::Engine
    }
}

fn read_header(key: &DataKey, context: &[u8], header: &[u8]) -> Result<Stream, SealError> {
    let (&version, rest) = header.split_first().ok_or(SealError::Truncated)?;
    if version != VERSION {
        return Err(SealError::UnknownVersion { version });
    }
    let (salt, commitment) = rest
        .split_first_chunk::<SALT_BYTES>()
        .ok_or(SealError::Truncated)?;
    let (stream, expected) = Stream::derive(key, salt, context)?;
    verify_slices_are_equal(&expected, commitment).map_err(|Unspecified| SealError::WrongKey)?;
    Ok(stream)
}

/// What one salt and one context make of a data key.
struct Stream {
    cipher: LessSafeKey,
    base_nonce: [u8; NONCE_BYTES],
}

impl Stream {
    fn derive(
        key: &DataKey,
        salt: &[u8; SALT_BYTES],
        context: &[u8],
    ) -> Result<(Self, [u8; COMMITMENT_BYTES]), SealError> {
        let mut okm = Zeroizing::new([0; 32 + NONCE_BYTES + COMMITMENT_BYTES]);
        hkdf::Prk::new_less_safe(hkdf::HKDF_SHA512, &key.0)
            .expand(&[SEAL_LABEL, salt, context], Length(okm.len()))?
            .fill(okm.as_mut_slice())?;
        let (cipher, rest) = okm.split_at(32);
        let (nonce, committed) = rest.split_at(NONCE_BYTES);
        let mut base_nonce = [0; NONCE_BYTES];
        base_nonce.copy_from_slice(nonce);
        let mut commitment = [0; COMMITMENT_BYTES];
        commitment.copy_from_slice(committed);
        let cipher = LessSafeKey::new(UnboundKey::new(&AES_256_GCM_SIV, cipher)?);
        Ok((Self { cipher, base_nonce }, commitment))
    }

    fn nonce(&self, chunk: u64) -> Nonce {
        let mut nonce = self.base_nonce;
        for (byte, count) in nonce[NONCE_BYTES - 8..].iter_mut().zip(chunk.to_be_bytes()) {
            *byte ^= count;
        }
        Nonce::assume_unique_for_key(nonce)
    }

    fn seal(&self, chunk: u64, plain: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        let start = out.len();
        out.reserve(plain.len() + TAG_BYTES);
        out.extend_from_slice(plain);
        let tag = self.cipher.seal_in_place_separate_tag(
            self.nonce(chunk),
            Aad::empty(),
            &mut out[start..],
        )?;
        out.extend_from_slice(tag.as_ref());
        Ok(())
    }

    fn open(&self, chunk: u64, sealed: &[u8], out: &mut Vec<u8>) -> Result<(), SealError> {
        let start = out.len();
        out.extend_from_slice(sealed);
        let opened = self
            .cipher
            .open_in_place(self.nonce(chunk), Aad::empty(), &mut out[start..])
            .map(|plain| plain.len());
        // A failed opening must leave no unauthenticated byte behind.
        out.truncate(start + *opened.as_ref().unwrap_or(&0));
        match opened {
            Ok(_) => Ok(()),
            // Less than a tag cannot be a chunk: the end of the file is gone.
            Err(Unspecified) if sealed.len() < TAG_BYTES => Err(SealError::Truncated),
            Err(Unspecified) => Err(SealError::Damaged { chunk }),
        }
    }
}

/// A length in bytes, as the HKDF interface wants it.
struct Length(usize);

impl hkdf::KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

const VERSION: u8 = 1;
const SALT_BYTES: usize = 24;
const COMMITMENT_BYTES: usize = 32;
const NONCE_BYTES: usize = 12;
const SEALED_CHUNK_BYTES: usize = CHUNK_BYTES + TAG_BYTES;
const WRAPPED_BODY_BYTES: usize = 32 + TAG_BYTES;
const SEAL_LABEL: &[u8] = b"watchfire/sealed@v1+AES-256-GCM-SIV\0";
const WRAP_LABEL: &[u8] = b"watchfire/wrapped-key@v1+AES-256-GCM-SIV\0";

#[cfg(test)]
mod tests;
