//! The lists as they are searched: an index in memory that follows the database.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use fingerprint::index::{Entry, Index, Near};
use model::{EntryId, ListId, Pdq, Timestamp};
use store::{EntryRow, EntryState, ListRow};
use tokio::sync::Mutex;
use vault::DataKey;

use super::entry::EntryWords;
use super::saved::{self, Reached};
use crate::intake::IntakeFault;
use crate::sealed_names as names;
use crate::station::Core;

/// Entries that are read at a time.
const ENTRIES_PER_READ: usize = 5_000;
/// Hashes of one entry that are compared by distance; a key of the index has room for no more.
pub(super) const HASHES_PER_ENTRY_MAX: u64 = 8;
/// Rows that are moved in passing, after each reading, to keep the index fast.
const ROWS_MOVED_MAX: usize = 200_000;

/// Changes since the last time after which the index is written down at an orderly end.
const CHANGES_AT_REST_MIN: i64 = 20_000;

/// How far the index has come, and how much of that lies beside the database.
#[derive(Default)]
struct Followed {
    begun: bool,
    /// The tables of what was read back are made, or are being made.
    kept_fast: bool,
    reached: Reached,
    saved_rev: i64,
}

/// The lists in memory.
pub(crate) struct Bank {
    index: RwLock<Arc<Index>>,
    followed: Mutex<Followed>,
    keys: RwLock<HashMap<ListId, Arc<DataKey>>>,
}

impl Bank {
    pub(crate) fn new() -> Self {
        Self {
            index: RwLock::new(Arc::new(Index::new())),
            followed: Mutex::default(),
            keys: RwLock::default(),
        }
    }

    /// Takes every change that the database has and this does not, and says up to which it came.
    pub(crate) async fn follow(&self, core: &Core) -> Result<i64, IntakeFault> {
        let lists = core.store.all_lists().await?;
        self.follow_lists(core, &lists).await
    }

    /// The same, up to what the lists say of their last changes.
    pub(crate) async fn follow_lists(
        &self,
        core: &Core,
        lists: &[ListRow],
    ) -> Result<i64, IntakeFault> {
        let mut followed = self.followed.lock().await;
        let last = last_change(lists);
        if !followed.begun && last > 0 {
            if let Some((index, reached)) = saved::load(core).await? {
                *self.index.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(index);
                followed.reached = reached;
                followed.saved_rev = reached.rev;
            }
            followed.begun = true;
        }
        let index = self.index();
        while followed.reached.rev < last {
            let rows = core
                .store
                .entries_after(followed.reached.rev, ENTRIES_PER_READ)
                .await?;
            let Some(end) = rows.last().map(|row| row.rev) else {
                break;
            };
            self.learn_keys(core, &rows).await?;
            for row in &rows {
                self.take(&index, row)?;
                let newest = followed.reached.newest;
                if newest.is_none_or(|(entry, _)| entry < row.id) {
                    followed.reached.newest = Some((row.id, row.content));
                }
            }
            followed.reached.rev = end;
            index.maintain(ROWS_MOVED_MAX);
        }
        if !followed.kept_fast {
            followed.kept_fast = true;
            // Answers are right all the while; what takes its time is done beside them.
            tokio::task::spawn_blocking(move || while index.maintain(usize::MAX) > 0 {});
        }
        Ok(followed.reached.rev)
    }

    /// Writes the index down at an orderly end, if enough has changed since.
    pub(crate) async fn rest(&self, core: &Core) {
        let followed = self.followed.lock().await;
        if followed.reached.rev - followed.saved_rev < CHANGES_AT_REST_MIN {
            return;
        }
        if let Err(error) = saved::save(core, &self.index(), followed.reached) {
            tracing::warn!(%error, "the index of known material was not written; it is made anew");
        }
    }

    fn index(&self) -> Arc<Index> {
        let index = self.index.read().unwrap_or_else(PoisonError::into_inner);
        index.clone()
    }

    /// The entries with a hash within `radius` bits, the nearest first; an entry may come twice.
    pub(crate) fn within(&self, hash: &Pdq, radius: u32) -> Vec<(EntryId, u32)> {
        let found = self.index().within(hash, radius);
        found.into_iter().map(entry_of).collect()
    }

    /// The key of a list's entries.
    pub(crate) fn key(
        &self,
        core: &Core,
        list: &ListRow,
    ) -> Result<Option<Arc<DataKey>>, IntakeFault> {
        let known = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = known.get(&list.id) {
            return Ok(Some(key.clone()));
        }
        drop(known);
        let Some(wrapped) = &list.key else {
            return Ok(None);
        };
        let key = Arc::new(core.keys.unwrap(&wrapped.0, &names::list_key(list.id))?);
        let mut known = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        known.insert(list.id, key.clone());
        Ok(Some(key))
    }

    async fn learn_keys(&self, core: &Core, rows: &[EntryRow]) -> Result<(), IntakeFault> {
        let unknown = {
            let known = self.keys.read().unwrap_or_else(PoisonError::into_inner);
            rows.iter().any(|row| !known.contains_key(&row.list))
        };
        if unknown {
            for list in core.store.all_lists().await? {
                self.key(core, &list)?;
            }
        }
        Ok(())
    }

    fn take(&self, index: &Index, row: &EntryRow) -> Result<(), IntakeFault> {
        for place in 0..HASHES_PER_ENTRY_MAX {
            if index.remove(key_of(row.id, place)).is_none() {
                break;
            }
        }
        let known = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let key = known.get(&row.list);
        let (EntryState::Listed, Some(key)) = (row.state, key) else {
            return Ok(());
        };
        let Some(words) = open_entry(key, row)? else {
            return Ok(());
        };
        for (place, hash) in (0..HASHES_PER_ENTRY_MAX).zip(words.near_hashes()) {
            let key = key_of(row.id, place);
            index
                .insert(Entry { key, hash })
                .map_err(|_| IntakeFault::Unreadable {
                    what: "the index of known material",
                })?;
        }
        Ok(())
    }
}

/// What an entry says; `None` once it was removed.
pub(crate) fn open_entry(key: &DataKey, row: &EntryRow) -> Result<Option<EntryWords>, IntakeFault> {
    let Some(sealed) = &row.sealed else {
        return Ok(None);
    };
    let json = vault::seal::open(key, &names::list_entry(&row.key), &sealed.0)?;
    let words = serde_json::from_slice(&json);
    let words = words.map_err(|_| IntakeFault::Unreadable {
        what: "an entry of a list",
    })?;
    Ok(Some(words))
}

/// The last change to any entry: each change is told in its list too.
fn last_change(lists: &[ListRow]) -> i64 {
    let changes = lists.iter().map(|list| list.snapshot);
    changes.max().unwrap_or_default()
}

/// Whether a list is consulted at a moment.
pub(crate) fn is_on(list: &ListRow, at: Timestamp) -> bool {
    list.key.is_some()
        && list.from.is_none_or(|from| from <= at)
        && list.until.is_none_or(|until| at < until)
}

fn key_of(entry: EntryId, place: u64) -> u64 {
    // Numbers of entries are positive and far below 2^60.
    entry.number().unsigned_abs() * HASHES_PER_ENTRY_MAX + place
}

fn entry_of(near: Near) -> (EntryId, u32) {
    let number = i64::try_from(near.key / HASHES_PER_ENTRY_MAX).unwrap_or(i64::MAX);
    (EntryId::new(number), near.distance)
}
