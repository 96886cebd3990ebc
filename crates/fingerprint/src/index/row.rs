//! A hash as the index keeps it: sixteen chunks of sixteen bits.

use model::Pdq;

/// How many chunks a hash is cut into.
pub(super) const CHUNKS: usize = 16;
/// Bits of a chunk.
pub(super) const CHUNK_BITS: u32 = 16;

/// How many rows, or which, in four bytes.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a segment has at most 2^24 rows"
)]
pub(super) const fn narrow(rows: usize) -> u32 {
    rows as u32
}

/// The 256 bits, the highest frequency first, aligned so that none straddles two cache lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(align(32))]
pub(super) struct Row(pub(super) [u64; 4]);

impl Row {
    pub(super) fn of(hash: &Pdq) -> Self {
        Self(hash.words())
    }

    pub(super) fn hash(&self) -> Pdq {
        Pdq::new(self.bytes())
    }

    /// The 32 bytes, the highest frequency first.
    pub(super) fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        for (bytes, word) in bytes.as_chunks_mut::<8>().0.iter_mut().zip(self.0) {
            *bytes = word.to_be_bytes();
        }
        bytes
    }

    pub(super) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self::of(&Pdq::new(bytes))
    }

    pub(super) fn distance(&self, other: &Self) -> u32 {
        let pairs = self.0.iter().zip(&other.0);
        pairs.map(|(one, two)| (one ^ two).count_ones()).sum()
    }

    /// Chunk `number`, 0 to 15.
    pub(super) fn chunk(&self, number: usize) -> u16 {
        let shift = 48 - 16 * (number % 4);
        let [low, high, ..] = (self.0[number / 4] >> shift).to_le_bytes();
        u16::from_le_bytes([low, high])
    }

    pub(super) fn chunks(&self) -> [u16; CHUNKS] {
        std::array::from_fn(|number| self.chunk(number))
    }
}
