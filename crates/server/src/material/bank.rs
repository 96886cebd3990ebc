//! The lists as they are searched: an index in memory that follows the database.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use fingerprint::index::{Entry, Index, Near};
use model::{EntryId, ListId, Pdq, Timestamp};
use store::{EntryRow, EntryState, ListRow};
use tokio::sync::Mutex;
use vault::DataKey;

use super::entry::EntryWords;
use crate::intake::IntakeFault;
use crate::sealed_names as names;
use crate::station::Core;

/// Entries that are read at a time.
const ENTRIES_PER_READ: usize = 5_000;
/// Hashes of one entry that are compared by distance; a key of the index has room for no more.
const HASHES_PER_ENTRY_MAX: u64 = 8;
/// Rows that are moved in passing, after each reading, to keep the index fast.
const ROWS_MOVED_MAX: usize = 200_000;

/// The lists in memory.
pub(crate) struct Bank {
    index: Index,
    /// The last change that was taken.
    followed: Mutex<i64>,
    keys: RwLock<HashMap<ListId, Arc<DataKey>>>,
}

impl Bank {
    pub(crate) fn new() -> Self {
        Self {
            index: Index::new(),
            followed: Mutex::new(0),
            keys: RwLock::default(),
        }
    }

    /// Takes every change that the database has and this does not, and says up to which it came.
    pub(crate) async fn follow(&self, core: &Core) -> Result<i64, IntakeFault> {
        let mut followed = self.followed.lock().await;
        let last = core.store.last_rev().await?;
        while *followed < last {
            let rows = core
                .store
                .entries_after(*followed, ENTRIES_PER_READ)
                .await?;
            let Some(end) = rows.last().map(|row| row.rev) else {
                break;
            };
            self.learn_keys(core, &rows).await?;
            for row in &rows {
                self.take(row)?;
            }
            self.index.maintain(ROWS_MOVED_MAX);
            *followed = end;
        }
        Ok(*followed)
    }

    /// The entries with a hash within `radius` bits, the nearest first; an entry may come twice.
    pub(crate) fn within(&self, hash: &Pdq, radius: u32) -> Vec<(EntryId, u32)> {
        let found = self.index.within(hash, radius);
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

    fn take(&self, row: &EntryRow) -> Result<(), IntakeFault> {
        for place in 0..HASHES_PER_ENTRY_MAX {
            if self.index.remove(key_of(row.id, place)).is_none() {
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
            self.index
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
