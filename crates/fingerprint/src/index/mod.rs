//! Every hash within a radius of another, exactly, among millions, while entries come and go.
//!
//! # How it finds
//!
//! A hash is cut into sixteen chunks of sixteen bits, and each chunk gets a *share* of the radius
//! such that the shares add up to the radius plus one. Put the chunks in a ring. If two hashes
//! differ in no more bits than the radius, then there is a chunk from which on, however far one
//! walks, the bits that differ are fewer than the shares passed (otherwise one could walk the
//! whole ring and find as many as the shares, which are one too many). So it is enough to look, for
//! each chunk, at the entries whose chunk differs in fewer bits than its share, *and* which
//! together with the next chunk differ in fewer than both shares. Source of the bound: Norouzi,
//! Punjani, Fleet, "Fast exact search in Hamming space with multi-index hashing", 2014; of the
//! ring: Qin, Xiao, "Pigeonring: a principle for faster thresholded similarity search", 2018.
//!
//! That is why each table keeps, beside the entry's position, its *next chunk*, and why sixteen
//! chunks with shares of two are enough where the bound alone asks for eleven longer ones: at ten
//! million entries a search at radius 31 looks into 272 buckets, reads 41,500 next chunks one after
//! the other from memory, and compares some 90 rows with the query instead of 41,500. Reading on
//! is cheap, jumping is dear: eleven chunks would ask for ten times as many jumps.
//!
//! Real lists are not evenly spread. Shares are therefore chosen for each query and segment from
//! what the buckets hold: where a chunk's buckets are full, other chunks take over its share; where
//! all are, every row is looked at. Each choice is exact.
//!
//! # How it changes
//!
//! New entries go to a *tail*, which searches look at one by one. A full tail becomes a *segment*,
//! which never changes except that its rows can be marked dead, and small segments are merged into
//! larger ones. A search works on the parts as they were when it began and waits for nobody.
//! [`Index::maintain`] merges what is too large to be merged in passing. It is never needed for a
//! right answer; without it, searches become slower and the dead keep their memory.

mod marks;
mod plan;
mod row;
mod segment;
mod snapshot;
mod table;
mod tail;
#[cfg(test)]
mod tests;
mod writer;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use model::Pdq;

use row::Row;
use segment::{Desk, Query, SEGMENT_ROWS_MAX, Segment};
pub use snapshot::SnapshotError;
use tail::Tail;
use writer::{Writer, in_order};

/// One hash, and the number by which the caller knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The caller's number.
    pub key: u64,
    /// The hash. Several entries may have the same.
    pub hash: Pdq,
}

/// An entry near a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Near {
    /// How many bits differ, 0 to 256.
    pub distance: u32,
    /// The entry's key.
    pub key: u64,
}

/// An entry was not taken. The index is as it was before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IndexRefusal {
    /// One key, one hash.
    #[error("the key {0} has another hash: remove it first, or take a key that is free")]
    KeyTaken(u64),
}

impl IndexRefusal {
    /// A stable code, documented in the reference.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::KeyTaken(_) => "hash-index.key-taken",
        }
    }
}

/// What an index holds, and what that takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Entries that searches find.
    pub entries: usize,
    /// Removed entries whose memory is not free yet.
    pub dead: usize,
    /// Entries in the tail, looked at one by one.
    pub tail: usize,
    /// Segments, each of which costs a search some microseconds.
    pub segments: usize,
    /// Memory taken, in bytes.
    pub bytes: usize,
}

/// An exact index of PDQ hashes, shared by reference: reading never waits for writing.
///
/// Whatever one call returned before another began is seen by that other one. A search that runs
/// while entries change sees each change or not; a key that is removed and inserted anew meanwhile
/// may be found under both of its hashes.
#[derive(Debug)]
pub struct Index {
    /// Held for as long as it takes to copy or to replace one pointer.
    view: RwLock<Arc<View>>,
    /// Held by whoever changes the index. Taken after `merging`, never before.
    writer: Mutex<Writer>,
    /// Held by whoever replaces segments.
    merging: Mutex<()>,
}

/// The parts of an index at a moment.
#[derive(Debug)]
struct View {
    /// From the oldest to the newest.
    segments: Vec<Arc<Segment>>,
    tail: Arc<Tail>,
}

impl Default for Index {
    fn default() -> Self {
        Self::of_segments(Vec::new())
    }
}

impl Index {
    /// An empty index.
    pub fn new() -> Self {
        Self::default()
    }

    /// An index of many entries at once; much faster than one by one.
    ///
    /// # Errors
    ///
    /// Two entries have the same key and different hashes.
    pub fn build(entries: Vec<Entry>) -> Result<Self, IndexRefusal> {
        Self::in_segments(entries, SEGMENT_ROWS_MAX)
    }

    /// The same, in segments of at most `rows_max` rows.
    fn in_segments(mut entries: Vec<Entry>, rows_max: usize) -> Result<Self, IndexRefusal> {
        entries.sort_by_key(|entry| entry.key);
        entries.dedup();
        if let Some(two) = entries.windows(2).find(|two| two[0].key == two[1].key) {
            return Err(IndexRefusal::KeyTaken(two[0].key));
        }
        let parts = entries.chunks(rows_max).map(|part| {
            let keys = part.iter().map(|entry| entry.key).collect();
            let rows = part.iter().map(|entry| Row::of(&entry.hash)).collect();
            Arc::new(Segment::build(keys, rows))
        });
        Ok(Self::of_segments(parts.collect()))
    }

    fn of_segments(segments: Vec<Arc<Segment>>) -> Self {
        let tail = Arc::new(Tail::new());
        Self {
            view: RwLock::new(Arc::new(View { segments, tail })),
            writer: Mutex::new(Writer::default()),
            merging: Mutex::new(()),
        }
    }

    /// Adds an entry, found by every search from now on. An entry that is there already stays.
    ///
    /// # Errors
    ///
    /// The key has another hash. Nothing changed.
    pub fn insert(&self, entry: Entry) -> Result<(), IndexRefusal> {
        self.write().insert(self, entry)
    }

    /// Removes an entry, found by no search from now on. Gives its hash, if it was there.
    pub fn remove(&self, key: u64) -> Option<Pdq> {
        self.write().remove(&self.view(), key)
    }

    /// The hash of a key.
    pub fn get(&self, key: u64) -> Option<Pdq> {
        self.write().get(&self.view(), key)
    }

    /// All entries that differ from `hash` in at most `radius` bits, the nearest first, equally
    /// near ones by their keys.
    ///
    /// Radii up to 31 are answered from the tables. Wider ones are right too, and slow: from 48 on
    /// every entry is looked at.
    pub fn within(&self, hash: &Pdq, radius: u32) -> Vec<Near> {
        let view = self.view();
        let query = Query::new(Row::of(hash), radius);
        let (mut desk, mut found) = (Desk::default(), Vec::new());
        for segment in &view.segments {
            segment.search(&query, &mut desk, &mut found);
        }
        view.tail.search(&query, &mut found);
        in_order(found)
    }

    /// What [`Self::within`] gives, for each of many hashes, faster than one after the other.
    pub fn within_many(&self, hashes: &[Pdq], radius: u32) -> Vec<Vec<Near>> {
        let view = self.view();
        let queries = hashes.iter().map(|hash| Query::new(Row::of(hash), radius));
        let queries: Vec<Query> = queries.collect();
        let (mut desk, mut found) = (Desk::default(), vec![Vec::new(); hashes.len()]);
        for segment in &view.segments {
            segment.search_many(&queries, &mut desk, &mut found);
        }
        for (query, found) in queries.iter().zip(&mut found) {
            view.tail.search(query, found);
        }
        found.into_iter().map(in_order).collect()
    }

    /// Merges segments and forgets dead rows, as much as needs it, rewriting at most `rows_max`
    /// rows. Gives how many rows it rewrote: none if there was nothing to do within that bound.
    ///
    /// What a snapshot was read into gets its tables first, one segment a call, whatever the bound.
    ///
    /// Readers and writers go on meanwhile. Ten million rows take some seconds and, until it
    /// returns, as much memory again; call it with a small bound often, and with none
    /// (`usize::MAX`) when there is time.
    pub fn maintain(&self, rows_max: usize) -> usize {
        writer::maintain(self, rows_max)
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.statistics().entries
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the index holds now.
    pub fn statistics(&self) -> Statistics {
        let writer = self.write();
        let view = self.view();
        let rows: usize = view.segments.iter().map(|segment| segment.rows.len()).sum();
        let dead: usize = view
            .segments
            .iter()
            .map(|segment| segment.dead.count())
            .sum();
        let (all, dead) = (rows + view.tail.len(), dead + view.tail.dead.count());
        let bytes: usize = view.segments.iter().map(|segment| segment.bytes()).sum();
        Statistics {
            entries: all - dead,
            dead,
            tail: view.tail.len(),
            segments: view.segments.len(),
            bytes: bytes + view.tail.bytes() + writer.bytes(),
        }
    }

    fn view(&self) -> Arc<View> {
        let view = self.view.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&view)
    }

    fn publish(&self, view: View) {
        let mut place = self.view.write().unwrap_or_else(PoisonError::into_inner);
        *place = Arc::new(view);
    }

    /// A writer that panicked left nothing half done: each change is one store at its end.
    fn write(&self) -> MutexGuard<'_, Writer> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
