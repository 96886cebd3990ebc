//! Changes of an index: entries that come and go, tails that fill, segments that are merged.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError};

use model::Pdq;

use super::row::Row;
use super::segment::{SEGMENT_ROWS_MAX, Segment};
use super::tail::Tail;
use super::{Entry, Index, IndexRefusal, Near, View};

/// Rows that a writer merges in passing, at most: some tenths of a second. More is left to
/// [`Index::maintain`].
const PASSING_ROWS_MAX: usize = 1 << 17;
/// A segment is merged with smaller ones once those together have this part of its rows.
const MERGE_PART: usize = 8;
/// A segment is rewritten once this part of its rows is dead.
const DEAD_PART: usize = 4;

/// What only writing needs.
#[derive(Debug, Default)]
pub(super) struct Writer {
    /// Where the living entries of the tail are.
    tail: HashMap<u64, usize>,
}

/// Where an entry is.
enum Place<'a> {
    Tail(usize),
    Segment(&'a Segment, usize),
}

impl Writer {
    fn find<'a>(&self, view: &'a View, key: u64) -> Option<Place<'a>> {
        if let Some(at) = self.tail.get(&key) {
            return Some(Place::Tail(*at));
        }
        view.segments.iter().rev().find_map(|segment| {
            let at = segment.find(key)?;
            Some(Place::Segment(segment, at))
        })
    }

    pub(super) fn get(&self, view: &View, key: u64) -> Option<Pdq> {
        let row = match self.find(view, key)? {
            Place::Tail(at) => view.tail.row(at),
            Place::Segment(segment, at) => segment.rows[at],
        };
        Some(row.hash())
    }

    pub(super) fn insert(&mut self, index: &Index, entry: Entry) -> Result<(), IndexRefusal> {
        let mut view = index.view();
        if let Some(hash) = self.get(&view, entry.key) {
            let is_same = hash == entry.hash;
            return is_same
                .then_some(())
                .ok_or(IndexRefusal::KeyTaken(entry.key));
        }
        if view.tail.is_full() {
            self.close_tail(index, &view);
            view = index.view();
        }
        let at = view.tail.push(entry.key, Row::of(&entry.hash));
        self.tail.insert(entry.key, at);
        Ok(())
    }

    pub(super) fn remove(&mut self, view: &View, key: u64) -> Option<Pdq> {
        let row = match self.find(view, key)? {
            Place::Tail(at) => {
                view.tail.dead.set(at);
                self.tail.remove(&key);
                view.tail.row(at)
            }
            Place::Segment(segment, at) => {
                segment.dead.set(at);
                segment.rows[at]
            }
        };
        Some(row.hash())
    }

    /// Makes the tail a segment, together with the newest segments that are not much larger,
    /// unless somebody is merging those just now.
    fn close_tail(&mut self, index: &Index, view: &View) {
        let mut segments = view.segments.clone();
        let mut merged = Vec::new();
        if let Ok(_merging) = index.merging.try_lock() {
            let mut rows = self.tail.len();
            while let Some(segment) = segments.pop_if(|segment| {
                segment.live() <= 2 * rows && segment.live() + rows <= PASSING_ROWS_MAX
            }) {
                rows += segment.live();
                merged.push(segment);
            }
        }
        let mut all = self.tail_entries(view);
        for segment in &merged {
            let rows = segment.keys.iter().zip(&segment.rows).enumerate();
            let living = rows.filter(|(at, _)| !segment.dead.has(*at));
            all.extend(living.map(|(_, (key, row))| (*key, *row)));
        }
        all.sort_unstable_by_key(|(key, _)| *key);
        if !all.is_empty() {
            let (keys, rows) = all.into_iter().unzip();
            segments.push(Arc::new(Segment::build(keys, rows)));
        }
        let tail = Arc::new(Tail::new());
        index.publish(View { segments, tail });
        self.tail.clear();
    }

    /// The living entries of the tail, in the order of their keys.
    pub(super) fn tail_entries(&self, view: &View) -> Vec<(u64, Row)> {
        let places = self.tail.iter();
        let mut all: Vec<_> = places.map(|(key, at)| (*key, view.tail.row(*at))).collect();
        all.sort_unstable_by_key(|(key, _)| *key);
        all
    }

    pub(super) fn bytes(&self) -> usize {
        self.tail.capacity() * size_of::<(u64, usize)>()
    }
}

/// See [`Index::maintain`].
pub(super) fn maintain(index: &Index, rows_max: usize) -> usize {
    let _merging = index.merging.lock().unwrap_or_else(PoisonError::into_inner);
    let view = index.view();
    if let Some(bare) = view.segments.iter().find(|segment| !segment.has_tables()) {
        bare.make_tables();
        return bare.rows.len();
    }
    let (sources, marks) = {
        // What is dead is copied while nobody writes: whatever dies later is known to be new.
        let _writer = index.write();
        let sources = due(&index.view().segments, rows_max);
        let marks: Vec<_> = sources.iter().map(|segment| segment.dead.copy()).collect();
        (sources, marks)
    };
    if sources.is_empty() {
        return 0;
    }
    let merged = merge(&sources, &marks);
    let rows = merged.rows.len();
    let _writer = index.write();
    for (source, before) in sources.iter().zip(&marks) {
        for at in source.dead.since(before) {
            if let Ok(at) = merged.keys.binary_search(&source.keys[at]) {
                merged.dead.set(at);
            }
        }
    }
    let view = index.view();
    let is_source = |one: &Arc<Segment>| sources.iter().any(|source| Arc::ptr_eq(one, source));
    // The merged one is the oldest, so that what a writer merges in passing stays together.
    let kept = view.segments.iter().filter(|one| !is_source(one)).cloned();
    let merged = (merged.live() > 0).then(|| Arc::new(merged));
    index.publish(View {
        segments: merged.into_iter().chain(kept).collect(),
        tail: Arc::clone(&view.tail),
    });
    rows.max(1)
}

/// The segments that should become one now: small ones, and each larger one that is not out of
/// proportion to those before it; else one of which too much is dead.
fn due(segments: &[Arc<Segment>], rows_max: usize) -> Vec<Arc<Segment>> {
    let rows_max = rows_max.min(SEGMENT_ROWS_MAX);
    let mut by_size = segments.to_vec();
    by_size.sort_by_key(|segment| segment.live());
    for first in 0..by_size.len() {
        let mut rows = by_size[first].live();
        let larger = by_size[first + 1..].iter().take_while(|segment| {
            let is_fit = segment.live() <= rows * MERGE_PART;
            rows += segment.live();
            is_fit && rows <= rows_max
        });
        let run = 1 + larger.count();
        if run > 1 {
            return by_size[first..first + run].to_vec();
        }
    }
    let rotten = by_size.into_iter().find(|segment| {
        segment.dead.count() * DEAD_PART > segment.rows.len() && segment.live() <= rows_max
    });
    rotten.into_iter().collect()
}

/// One segment of what was not marked in several.
fn merge(sources: &[Arc<Segment>], marks: &[Vec<u64>]) -> Segment {
    let rows = sources.iter().map(|source| source.live()).sum();
    let mut order: Vec<(u64, u32, u32)> = Vec::with_capacity(rows);
    for (number, (source, marks)) in (0..).zip(sources.iter().zip(marks)) {
        let is_living = |at: &u32| marks[*at as usize / 64] >> (at % 64) & 1 == 0;
        let keys = (0..).zip(&source.keys).filter(|(at, _)| is_living(at));
        order.extend(keys.map(|(at, key)| (*key, number, at)));
    }
    // Stable sorting merges the runs that are there.
    order.sort_by_key(|(key, ..)| *key);
    let keys = order.iter().map(|(key, ..)| *key).collect();
    let row = |number: &u32, at: &u32| sources[*number as usize].rows[*at as usize];
    let rows = order
        .iter()
        .map(|(_, number, at)| row(number, at))
        .collect();
    drop(order);
    Segment::build(keys, rows)
}

/// The nearest first, equally near ones by their keys.
pub(super) fn in_order(mut found: Vec<Near>) -> Vec<Near> {
    found.sort_unstable();
    found
}
