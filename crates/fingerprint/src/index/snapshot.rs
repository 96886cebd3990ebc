//! Snapshots of an index: its keys and hashes, from which the tables are made again.

use std::io::{self, Read, Write};
use std::sync::Arc;

use crc::{CRC_32_ISCSI, Crc, Digest, Table};

use super::Index;
use super::row::Row;
use super::segment::{SEGMENT_ROWS_MAX, Segment};

/// The first bytes of a snapshot.
const HEADING: &[u8; 16] = b"watchfire-hashes";
/// The only version there is.
const VERSION: u32 = 1;
/// How many rows are converted at a time.
const BLOCK_ROWS: usize = 4096;

/// How many times the rows that are there the memory is taken for next: what a file promises is
/// not believed, and moving rows to a larger place takes time.
const GROWTH: usize = 15;

/// Chosen for speed: it is the fastest of the crate, and finds every change of up to 32 bits in a
/// row.
static CRC: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);

/// A snapshot that cannot be used. The index is derived: build it again from the entries.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file cannot be read.
    #[error("the snapshot of the hash index cannot be read: look after the disk")]
    Read(#[source] io::Error),
    /// It ends too early.
    #[error("the snapshot of the hash index ends too early: build the index again")]
    Cut,
    /// It is something else.
    #[error("this is no snapshot of a hash index: name the right file")]
    NotASnapshot,
    /// Another version wrote it.
    #[error(
        "the snapshot of the hash index is of version {0}, and only {VERSION} is known: \
         build the index again"
    )]
    VersionUnknown(u32),
    /// Its bytes are not those that were written.
    #[error("the checksum of the hash index's snapshot does not match: build the index again")]
    Checksum,
    /// Its parts do not fit each other.
    #[error("the snapshot of the hash index contradicts itself: build the index again")]
    Contradiction,
    /// Something stands after its end.
    #[error("something stands after the end of the hash index's snapshot: name the right file")]
    TooLong,
}

impl SnapshotError {
    /// A stable code, documented in the reference.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Read(_) => "hash-snapshot.unreadable",
            Self::Cut => "hash-snapshot.cut",
            Self::NotASnapshot => "hash-snapshot.not-one",
            Self::VersionUnknown(_) => "hash-snapshot.version-unknown",
            Self::Checksum => "hash-snapshot.checksum",
            Self::Contradiction => "hash-snapshot.contradiction",
            Self::TooLong => "hash-snapshot.too-long",
        }
    }
}

/// A row and its key as a snapshot has them.
const RECORD_BYTES: usize = 8 + 32;

impl Index {
    /// Writes all entries, as they are at one moment, with `mark` for the caller to know by which
    /// changes the snapshot came about; taking changes again that it has already does no harm, so
    /// read the mark before calling this.
    ///
    /// What is written are the hashes themselves, and lists of hashes are secret: seal it.
    ///
    /// # Errors
    ///
    /// Those of `to`.
    pub fn write_snapshot(&self, mark: u64, to: &mut impl Write) -> io::Result<()> {
        let (view, dead, tail) = {
            let writer = self.write();
            let view = self.view();
            let dead: Vec<_> = view
                .segments
                .iter()
                .map(|segment| segment.dead.copy())
                .collect();
            let tail = writer.tail_entries(&view);
            (view, dead, tail)
        };
        let mut to = Target::new(to);
        to.put(HEADING)?;
        to.put(&VERSION.to_le_bytes())?;
        to.put(&mark.to_le_bytes())?;
        to.put(&(view.segments.len() as u64 + 1).to_le_bytes())?;
        for (segment, dead) in view.segments.iter().zip(&dead) {
            let is_living = |at: &usize| dead[at / 64] >> (at % 64) & 1 == 0;
            let living = || (0..segment.rows.len()).filter(is_living);
            let entries = living().map(|at| (segment.keys[at], segment.rows[at]));
            to.part(living().count(), entries)?;
        }
        to.part(tail.len(), tail.into_iter())?;
        to.finish()
    }

    /// Reads an index that [`Self::write_snapshot`] wrote, and its mark.
    ///
    /// It answers rightly at once, though by looking at every entry: the next
    /// [`Self::maintain`] makes the tables.
    ///
    /// # Errors
    ///
    /// What is there is not exactly what was written.
    pub fn read_snapshot(from: &mut impl Read) -> Result<(Self, u64), SnapshotError> {
        let mut from = Source::new(from);
        if from.take()? != *HEADING {
            return Err(SnapshotError::NotASnapshot);
        }
        let version = u32::from_le_bytes(from.take()?);
        if version != VERSION {
            return Err(SnapshotError::VersionUnknown(version));
        }
        let mark = u64::from_le_bytes(from.take()?);
        let parts = u64::from_le_bytes(from.take()?);
        let mut read = Vec::new();
        for _ in 0..parts {
            read.push(from.part()?);
        }
        from.finish()?;
        // Only what the checksum holds for is worth building.
        let mut segments = Vec::new();
        for (keys, rows) in read {
            if !keys.is_sorted_by(|one, next| one < next) {
                return Err(SnapshotError::Contradiction);
            }
            if !keys.is_empty() {
                segments.push(Arc::new(Segment::without_tables(keys, rows)));
            }
        }
        if are_keys_shared(&segments) {
            return Err(SnapshotError::Contradiction);
        }
        Ok((Self::of_segments(segments), mark))
    }
}

/// Whether two segments have a key in common.
fn are_keys_shared(segments: &[Arc<Segment>]) -> bool {
    let Some(largest) = segments.iter().max_by_key(|segment| segment.keys.len()) else {
        return false;
    };
    let others = segments.iter().filter(|one| !Arc::ptr_eq(one, largest));
    let mut keys: Vec<u64> = others
        .flat_map(|other| other.keys.iter().copied())
        .collect();
    keys.sort_unstable();
    let is_twice = keys.windows(2).any(|two| two[0] == two[1]);
    is_twice || keys.iter().any(|key| largest.find(*key).is_some())
}

/// Sums up what it writes.
struct Target<'a, W> {
    to: &'a mut W,
    sum: Digest<'static, u32, Table<16>>,
}

impl<'a, W: Write> Target<'a, W> {
    fn new(to: &'a mut W) -> Self {
        let sum = CRC.digest();
        Self { to, sum }
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.update(bytes);
        self.to.write_all(bytes)
    }

    /// How many there are, then their keys and rows, in blocks.
    fn part(
        &mut self,
        count: usize,
        mut entries: impl Iterator<Item = (u64, Row)>,
    ) -> io::Result<()> {
        self.put(&(count as u64).to_le_bytes())?;
        let mut block = Vec::with_capacity(BLOCK_ROWS.min(count) * RECORD_BYTES);
        for _ in 0..count.div_ceil(BLOCK_ROWS) {
            block.clear();
            for (key, row) in entries.by_ref().take(BLOCK_ROWS) {
                block.extend_from_slice(&key.to_le_bytes());
                block.extend_from_slice(&row.bytes());
            }
            self.put(&block)?;
        }
        Ok(())
    }

    fn finish(self) -> io::Result<()> {
        self.to.write_all(&self.sum.finalize().to_le_bytes())?;
        self.to.flush()
    }
}

/// Sums up what it reads.
struct Source<'a, R> {
    from: &'a mut R,
    sum: Digest<'static, u32, Table<16>>,
}

impl<'a, R: Read> Source<'a, R> {
    fn new(from: &'a mut R) -> Self {
        let sum = CRC.digest();
        Self { from, sum }
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), SnapshotError> {
        self.from
            .read_exact(bytes)
            .map_err(|error| match error.kind() {
                io::ErrorKind::UnexpectedEof => SnapshotError::Cut,
                _ => SnapshotError::Read(error),
            })?;
        self.sum.update(bytes);
        Ok(())
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], SnapshotError> {
        let mut bytes = [0; N];
        self.fill(&mut bytes)?;
        Ok(bytes)
    }

    /// What [`Target::part`] wrote. Takes memory only for what is really there.
    fn part(&mut self) -> Result<(Vec<u64>, Vec<Row>), SnapshotError> {
        let count = u64::from_le_bytes(self.take()?);
        let mut left = usize::try_from(count).unwrap_or(usize::MAX);
        if left > SEGMENT_ROWS_MAX {
            return Err(SnapshotError::Contradiction);
        }
        let (mut keys, mut rows) = (Vec::new(), Vec::new());
        let mut block = vec![0; BLOCK_ROWS.min(left) * RECORD_BYTES];
        while left > 0 {
            let some = left.min(BLOCK_ROWS);
            let block = &mut block[..some * RECORD_BYTES];
            if keys.len() == keys.capacity() {
                let more = left.min((keys.len() * GROWTH).max(BLOCK_ROWS));
                keys.reserve_exact(more);
                rows.reserve_exact(more);
            }
            self.fill(block)?;
            for record in block.as_chunks::<RECORD_BYTES>().0 {
                let (key, row) = record.split_at(8);
                let key: [u8; 8] = key.try_into().unwrap_or_default();
                let row: [u8; 32] = row.try_into().unwrap_or_default();
                keys.push(u64::from_le_bytes(key));
                rows.push(Row::from_bytes(row));
            }
            left -= some;
        }
        Ok((keys, rows))
    }

    /// Compares the sum, and makes sure that nothing follows.
    fn finish(self) -> Result<(), SnapshotError> {
        let mut sum = [0; 4];
        let Self { from, sum: found } = self;
        let read = |error: io::Error| match error.kind() {
            io::ErrorKind::UnexpectedEof => SnapshotError::Cut,
            _ => SnapshotError::Read(error),
        };
        from.read_exact(&mut sum).map_err(read)?;
        if u32::from_le_bytes(sum) != found.finalize() {
            return Err(SnapshotError::Checksum);
        }
        match from.read_exact(&mut [0]) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
            Err(error) => Err(SnapshotError::Read(error)),
            Ok(()) => Err(SnapshotError::TooLong),
        }
    }
}
