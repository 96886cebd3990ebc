//! One chunk's table: which rows have which value in that chunk, and what their next chunk is.

use std::ops::Range;

use super::row::{CHUNK_BITS, CHUNKS, Row, narrow};

/// A position in a segment, in three bytes.
pub(super) type Position = [u8; 3];

pub(super) fn number([a, b, c]: Position) -> u32 {
    u32::from_le_bytes([a, b, c, 0])
}

/// A row on its way: its position, its next chunk, and the lower half of its chunk.
type Heaped = [u8; 6];

/// Rows by the leading bits of one chunk.
#[derive(Debug)]
pub(super) struct Table {
    /// Where each bucket begins, and where the last ends.
    pub(super) starts: Vec<u32>,
    /// The next chunk of each row.
    pub(super) sketches: Vec<u16>,
    /// The row.
    pub(super) positions: Vec<Position>,
}

/// Bits by which rows are parted in each of two rounds: as many heaps as a processor can add to at
/// once without missing its caches.
const ROUND_BITS: u32 = 8;
const HEAPS: usize = 1 << ROUND_BITS;
/// Chunks taken out of the rows at once: reading them is dear.
const WORD_CHUNKS: usize = 4;

impl Table {
    /// The tables of all chunks, in `1 << bucket_bits` buckets each.
    pub(super) fn build_all(rows: &[Row], bucket_bits: u32) -> Vec<Self> {
        let mut scratch = Vec::new();
        let mut columns: [Vec<u16>; WORD_CHUNKS] = Default::default();
        let mut after = Vec::new();
        let mut tables = Vec::with_capacity(CHUNKS);
        for word in 0..CHUNKS / WORD_CHUNKS {
            let first = word * WORD_CHUNKS;
            for column in &mut columns {
                column.resize(rows.len(), 0);
            }
            after.clear();
            after.extend(
                rows.iter()
                    .map(|row| row.chunk((first + WORD_CHUNKS) % CHUNKS)),
            );
            let [a, b, c, d] = &mut columns;
            let to = a.iter_mut().zip(b).zip(c).zip(d);
            for (row, (((a, b), c), d)) in rows.iter().zip(to) {
                (*a, *b) = (row.chunk(first), row.chunk(first + 1));
                (*c, *d) = (row.chunk(first + 2), row.chunk(first + 3));
            }
            for chunk in 0..WORD_CHUNKS {
                let next = columns.get(chunk + 1).unwrap_or(&after);
                tables.push(Self::build(
                    &columns[chunk],
                    next,
                    bucket_bits,
                    &mut scratch,
                ));
            }
        }
        tables
    }

    /// Where a bucket lies.
    pub(super) fn bucket(&self, bucket: u16) -> Range<usize> {
        let at = usize::from(bucket);
        self.starts[at] as usize..self.starts[at + 1] as usize
    }

    pub(super) fn bytes(&self) -> usize {
        let (starts, sketches) = (self.starts.capacity() * 4, self.sketches.capacity() * 2);
        starts + sketches + self.positions.capacity() * 3
    }

    /// The table of chunk `chunk`, with `next` beside it, in `1 << bucket_bits` buckets.
    ///
    /// Sorted in two rounds, by the upper and by the lower half of the bucket's number: one round
    /// over all buckets would miss the caches at each row and take three times as long.
    pub(super) fn build(
        values: &[u16],
        nexts: &[u16],
        bucket_bits: u32,
        scratch: &mut Vec<Heaped>,
    ) -> Self {
        let shift = CHUNK_BITS - bucket_bits;
        let heaps = heap_up(values, nexts, scratch);
        let mut starts = Vec::with_capacity((1 << bucket_bits) + 1);
        let mut sketches = vec![0; values.len()];
        let mut positions = vec![[0; 3]; values.len()];
        for bounds in heaps.windows(2) {
            let heap = bounds[0] as usize..bounds[1] as usize;
            let sketches = &mut sketches[heap.clone()];
            let positions = &mut positions[heap.clone()];
            let mut cursors = [0_u32; HEAPS + 1];
            for packed in &scratch[heap.clone()] {
                cursors[usize::from(packed[5]) + 1] += 1;
            }
            add_up(&mut cursors);
            starts.extend(
                cursors[..HEAPS]
                    .iter()
                    .step_by(1 << shift)
                    .map(|start| start + bounds[0]),
            );
            for packed in &scratch[heap] {
                let [a, b, c, low, high, lower] = *packed;
                let cursor = &mut cursors[usize::from(lower)];
                sketches[*cursor as usize] = u16::from_le_bytes([low, high]);
                positions[*cursor as usize] = [a, b, c];
                *cursor += 1;
            }
        }
        starts.push(narrow(values.len()));
        Self {
            starts,
            sketches,
            positions,
        }
    }
}

/// Sorts all rows by the upper half of their value, and gives where each heap begins.
fn heap_up(values: &[u16], nexts: &[u16], heaped: &mut Vec<Heaped>) -> [u32; HEAPS + 1] {
    let mut heaps = [0_u32; HEAPS + 1];
    for value in values {
        heaps[usize::from(value >> ROUND_BITS) + 1] += 1;
    }
    add_up(&mut heaps);
    heaped.resize(values.len(), [0; 6]);
    let mut cursors = heaps;
    for (at, (value, next)) in (0_u32..).zip(values.iter().zip(nexts)) {
        let ([lower, upper], [low, high]) = (value.to_le_bytes(), next.to_le_bytes());
        let [a, b, c, _] = at.to_le_bytes();
        let cursor = &mut cursors[usize::from(upper)];
        heaped[*cursor as usize] = [a, b, c, low, high, lower];
        *cursor += 1;
    }
    heaps
}

/// Turns how many there are of each into where each begins.
fn add_up(counts: &mut [u32]) {
    let mut sum = 0;
    for count in counts {
        sum += *count;
        *count = sum;
    }
}
