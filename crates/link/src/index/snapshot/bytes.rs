//! Numbers and lists of numbers as bytes, summed up on the way.

use std::io::{self, Read, Write};

use crc::{CRC_64_XZ, Crc, Digest, Table};

use super::SnapshotError;

static CRC: Crc<u64, Table<16>> = Crc::<u64, Table<16>>::new(&CRC_64_XZ);

/// How much is converted at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// The sum that a snapshot ends with.
#[cfg(test)]
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    CRC.checksum(bytes)
}

pub(super) struct Target<'a, W> {
    to: &'a mut W,
    sum: Digest<'static, u64, Table<16>>,
}

impl<'a, W: Write> Target<'a, W> {
    pub(super) fn new(to: &'a mut W) -> Self {
        Self {
            to,
            sum: CRC.digest(),
        }
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.update(bytes);
        self.to.write_all(bytes)
    }

    pub(super) fn word(&mut self, word: u32) -> io::Result<()> {
        self.bytes(&word.to_le_bytes())
    }

    pub(super) fn long(&mut self, long: u64) -> io::Result<()> {
        self.bytes(&long.to_le_bytes())
    }

    pub(super) fn text(&mut self, text: &str) -> io::Result<()> {
        self.records(text.as_bytes(), |byte| [*byte])
    }

    /// How many there are, then each in `N` bytes.
    pub(super) fn records<const N: usize, T>(
        &mut self,
        all: &[T],
        put: impl Fn(&T) -> [u8; N],
    ) -> io::Result<()> {
        self.long(all.len() as u64)?;
        let mut buffer = Vec::with_capacity(CHUNK_BYTES.min(all.len() * N));
        for some in all.chunks(CHUNK_BYTES / N) {
            buffer.clear();
            for one in some {
                buffer.extend_from_slice(&put(one));
            }
            self.bytes(&buffer)?;
        }
        Ok(())
    }

    /// The sum of all that was written.
    pub(super) fn finish(self) -> io::Result<()> {
        self.to.write_all(&self.sum.finalize().to_le_bytes())?;
        self.to.flush()
    }
}

pub(super) struct Source<'a, R> {
    from: &'a mut R,
    sum: Digest<'static, u64, Table<16>>,
}

impl<'a, R: Read> Source<'a, R> {
    pub(super) fn new(from: &'a mut R) -> Self {
        Self {
            from,
            sum: CRC.digest(),
        }
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), SnapshotError> {
        self.from.read_exact(bytes).map_err(|error| {
            if error.kind() == io::ErrorKind::UnexpectedEof {
                SnapshotError::Cut
            } else {
                SnapshotError::Read(error)
            }
        })?;
        self.sum.update(bytes);
        Ok(())
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], SnapshotError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn word(&mut self) -> Result<u32, SnapshotError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn long(&mut self) -> Result<u64, SnapshotError> {
        self.array().map(u64::from_le_bytes)
    }

    /// Whether exactly this text stands here; it is not read further than it is long.
    pub(super) fn is_text(&mut self, text: &str) -> Result<bool, SnapshotError> {
        if self.long()? != text.len() as u64 {
            return Ok(false);
        }
        let mut found = vec![0; text.len()];
        self.fill(&mut found)?;
        Ok(found == text.as_bytes())
    }

    /// As many as [`Target::records`] wrote. Takes memory only for what is really there.
    pub(super) fn records<const N: usize, T>(
        &mut self,
        take: impl Fn([u8; N]) -> T,
    ) -> Result<Vec<T>, SnapshotError> {
        let mut left = self.long()?;
        let mut all = Vec::new();
        let mut buffer = vec![0; CHUNK_BYTES / N * N];
        while left > 0 {
            let some = usize::try_from(left).map_or(buffer.len(), |left| {
                left.saturating_mul(N).min(buffer.len())
            });
            self.fill(&mut buffer[..some])?;
            let (records, _) = buffer[..some].as_chunks::<N>();
            all.extend(records.iter().map(|record| take(*record)));
            left -= records.len() as u64;
        }
        Ok(all)
    }

    /// Checks the sum of all that was read.
    pub(super) fn finish(self) -> Result<(), SnapshotError> {
        let mut sum = [0; 8];
        self.from
            .read_exact(&mut sum)
            .map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => SnapshotError::Cut,
                _ => SnapshotError::Read(error),
            })?;
        if self.sum.finalize() != u64::from_le_bytes(sum) {
            return Err(SnapshotError::Checksum);
        }
        Ok(())
    }
}
