//! What the files that are held look like, in memory: to find them when a list grows, and to tell
//! which pictures are copies of one another.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use fingerprint::index::{Entry, Index};
use model::{PDQ_DISTANCE, Pdq, ReportId, ReportState};
use store::LookRow;
use tokio::sync::Mutex;
use vault::DataKey;

use super::rematch::open_look;
use super::{Aspect, Look};
use crate::intake::{IntakeError, IntakeFault};
use crate::sealed_names as names;
use crate::station::Station;

/// Looks that are read at a time.
const LOOKS_PER_READ: usize = 2_000;
/// Hashes of one file that can be found again.
const HASHES_PER_FILE_MAX: u64 = 4_096;
/// Rows that are moved in passing, after each reading, to keep the indexes fast.
const ROWS_MOVED_MAX: usize = 200_000;

/// What is held, in memory.
pub(crate) struct Held {
    index: Index,
    /// The first picture of each group of near copies.
    leaders: Index,
    reports: RwLock<HashMap<u64, ReportId>>,
    /// When each hash of a video is shown in it, in milliseconds.
    times: RwLock<HashMap<u64, Box<[i64]>>>,
    followed: Mutex<i64>,
}

impl Held {
    pub(crate) fn new() -> Self {
        Self {
            index: Index::new(),
            leaders: Index::new(),
            reports: RwLock::default(),
            times: RwLock::default(),
            followed: Mutex::new(0),
        }
    }

    /// Takes every file that was looked into since.
    pub(crate) async fn follow(&self, station: &Station) -> Result<(), IntakeError> {
        let store = &station.core().store;
        let mut followed = self.followed.lock().await;
        loop {
            let rows = store.looks_after(*followed, LOOKS_PER_READ).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            let end = last.seq;
            let keys = self.keys_of(station, &rows).await?;
            for row in &rows {
                if let (Some(key), Some(sealed)) = (keys.get(&row.report), &row.sealed) {
                    self.take(row, &open_look(key, row.file, sealed)?)?;
                }
            }
            self.index.maintain(ROWS_MOVED_MAX);
            self.leaders.maintain(ROWS_MOVED_MAX);
            *followed = end;
        }
    }

    /// The reports with a file that looks like `hash`; one may come twice.
    pub(crate) fn within(&self, hash: &Pdq, radius: u32) -> Vec<ReportId> {
        let found = self.index.within(hash, radius);
        let reports = self.reports.read().unwrap_or_else(PoisonError::into_inner);
        let report = |key: u64| reports.get(&(key / HASHES_PER_FILE_MAX)).copied();
        found.iter().filter_map(|near| report(near.key)).collect()
    }

    /// The frames of videos that look like `hash`, those of `except` left out: the video's place,
    /// when the frame is shown, and its distance.
    pub(super) fn frames_within(
        &self,
        hash: &Pdq,
        radius: u32,
        except: ReportId,
    ) -> Vec<(u64, i64, u32)> {
        let found = self.index.within(hash, radius);
        let reports = self.reports.read().unwrap_or_else(PoisonError::into_inner);
        let times = self.times.read().unwrap_or_else(PoisonError::into_inner);
        let frame = |key: u64| {
            let place = key / HASHES_PER_FILE_MAX;
            let nth = usize::try_from(key % HASHES_PER_FILE_MAX).ok()?;
            let other = reports.get(&place).is_some_and(|report| *report != except);
            let time = times.get(&place)?.get(nth)?;
            other.then_some((place, *time))
        };
        let frames = found.iter().filter_map(|near| {
            let (place, time) = frame(near.key)?;
            Some((place, time, near.distance))
        });
        frames.collect()
    }

    /// The report of a file's place.
    pub(super) fn report(&self, place: u64) -> Option<ReportId> {
        let reports = self.reports.read().unwrap_or_else(PoisonError::into_inner);
        reports.get(&place).copied()
    }

    /// The first picture of the group of near copies that `hash` belongs to; itself if none is
    /// near.
    pub(crate) fn leader(&self, hash: &Pdq) -> Pdq {
        let near = self.leaders.within(hash, PDQ_DISTANCE);
        let nearest = near.first().and_then(|near| self.leaders.get(near.key));
        nearest.unwrap_or(*hash)
    }

    async fn keys_of(
        &self,
        station: &Station,
        rows: &[LookRow],
    ) -> Result<HashMap<ReportId, DataKey>, IntakeError> {
        let core = station.core();
        let reports: Vec<ReportId> = rows.iter().map(|row| row.report).collect();
        let reports = core.store.reports(&reports).await?;
        let mut keys = station.record_keys(&reports).await?;
        for row in &reports {
            if let (Some(wrapped), None, ReportState::Open) =
                (&row.data_key, row.key_case, row.state)
            {
                let context = names::record_key(row.id);
                keys.insert(row.id, core.keys.unwrap(&wrapped.0, &context)?);
            }
        }
        Ok(keys)
    }

    fn take(&self, row: &LookRow, look: &Look) -> Result<(), IntakeError> {
        let place = row.seq.unsigned_abs();
        let full = |_| IntakeFault::Unreadable {
            what: "the index of what is held",
        };
        if look.frames.len() > 1 {
            let millis = |aspect: Aspect| aspect.at_millis.unwrap_or_default();
            let shown = look.aspects().map(millis);
            let shown = shown.map(|millis| i64::try_from(millis).unwrap_or(i64::MAX));
            let mut times = self.times.write().unwrap_or_else(PoisonError::into_inner);
            times.insert(place, shown.collect());
        }
        for (nth, aspect) in (0..HASHES_PER_FILE_MAX).zip(look.aspects()) {
            if !aspect.hash.is_telling() {
                continue;
            }
            let key = place * HASHES_PER_FILE_MAX + nth;
            let hash = aspect.hash;
            self.index.insert(Entry { key, hash }).map_err(full)?;
        }
        let mut reports = self.reports.write().unwrap_or_else(PoisonError::into_inner);
        reports.insert(place, row.report);
        drop(reports);
        if let Some(own) = look.first_hash()
            && look.leader() == Some(own)
        {
            let entry = Entry {
                key: place,
                hash: own,
            };
            self.leaders.insert(entry).map_err(full)?;
        }
        Ok(())
    }
}
