//! Lists come in and go out: read as a stream, sealed entry by entry, kept in steps that can be
//! repeated, so that an import that was cut off is started again and goes on.

use std::io::BufRead;
use std::sync::Arc;

use model::{CustodyEvent, Deed, ListChange, ListEntry, ListId};
use serde::Serialize;
use store::{Blind, ListRow, Sealed};
use tokio::sync::mpsc;
use vault::DataKey;
use wire::lists::{Format, Limits, ListFault, Reader, Step};

use super::bank::open_entry;
use super::entry::{EntryWords, blinds_of, key_blind};
use crate::intake::{
    Actor, EntryBatch, EntryChange, EntryPut, IntakeError, IntakeFault, IntakeRefusal, Operation,
    Outcome,
};
use crate::sealed_names as names;
use crate::station::{Core, Station};

/// Entries in one transaction.
const ENTRIES_PER_STEP: usize = 4_000;
/// Steps that are read ahead of the one being written.
const STEPS_AHEAD: usize = 2;
/// Records set aside that an answer names; all are counted.
const QUARANTINED_SHOWN_MAX: usize = 1_000;
/// Entries that are read at a time for writing a list out.
const ENTRIES_PER_READ: usize = 2_000;

/// How far an import is.
#[derive(Debug, Clone, Copy, Default)]
pub struct ImportProgress {
    /// Entries read so far.
    pub entries: u64,
}

/// What came of an import.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Imported {
    /// Entries that are new or changed.
    pub put: u64,
    /// Entries that left the list.
    pub removed: u64,
    /// Entries that stood there as they are.
    pub unchanged: u64,
    /// Records, or parts of them, that were set aside.
    pub quarantined: u64,
    /// The first of them: where, and why; never a hash.
    pub set_aside: Vec<String>,
    /// Reports that were held already and have a file that a new entry names: judged anew.
    pub reopened: u64,
    /// Why the list could not be read to its end; what came before is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
    /// The code of `broken`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

/// Read and sealed, on its way to be written.
enum Prepared {
    Changes(Vec<EntryChange>),
    SetAside(String),
    Broken(ListFault),
    Failed(IntakeFault),
}

impl Station {
    /// Reads a list to its end and keeps what it says. What a broken end cuts off is told in the
    /// answer; importing the whole again changes nothing of what is there.
    pub async fn import_list(
        &self,
        actor: Actor,
        name: &str,
        format: Format,
        source: impl BufRead + Send + 'static,
        progress: impl Fn(ImportProgress),
    ) -> Result<Imported, IntakeError> {
        let list = self.find_list(name).await?;
        let core = self.shared_core();
        let key = core.material.bank.key(&core, &list)?;
        let key = key.ok_or(IntakeRefusal::NoSuchList)?;
        let (steps, mut prepared) = mpsc::channel(STEPS_AHEAD);
        let reading = tokio::task::spawn_blocking(move || {
            prepare(
                &core,
                list.id,
                &key,
                Reader::new(format, source, Limits::default()),
                &steps,
            );
        });
        let mut imported = Imported::default();
        let mut seen = ImportProgress::default();
        while let Some(step) = prepared.recv().await {
            match step {
                Prepared::Changes(changes) => {
                    seen.entries += changes.len() as u64;
                    let batch = EntryBatch {
                        list: list.id,
                        changes,
                        actor,
                    };
                    let operation = Operation::PutEntries(Box::new(batch));
                    if let Outcome::EntriesKept(kept) = self.commit(operation).await? {
                        imported.put += kept.put;
                        imported.removed += kept.removed;
                        imported.unchanged += kept.unchanged;
                    }
                    progress(seen);
                }
                Prepared::SetAside(why) => {
                    imported.quarantined += 1;
                    if imported.set_aside.len() < QUARANTINED_SHOWN_MAX {
                        imported.set_aside.push(why);
                    }
                }
                Prepared::Broken(fault) => {
                    imported.code = Some(fault.code().to_owned());
                    imported.broken = Some(fault.to_string());
                }
                Prepared::Failed(fault) => return Err(fault.into()),
            }
        }
        reading.await.map_err(|_| IntakeFault::Unreadable {
            what: "the task that reads a list",
        })?;
        imported.reopened = self.match_held(actor).await?;
        // What is searched is brought up to date now, so that no later question waits for it.
        self.core().material.bank.follow(self.core()).await?;
        Ok(imported)
    }

    /// Gives every entry of a list to `each`, for writing it out. That it was read is in the
    /// custody log first.
    pub async fn export_list(
        &self,
        actor: Actor,
        name: &str,
        mut each: impl FnMut(ListEntry),
    ) -> Result<u64, IntakeError> {
        let list = self.find_list(name).await?;
        self.record_list_read(actor, &list, "entries").await?;
        let core = self.core();
        let key = core.material.bank.key(core, &list)?;
        let key = key.ok_or(IntakeRefusal::NoSuchList)?;
        let (mut after, mut count) = (None, 0);
        loop {
            let rows = core
                .store
                .entries_of(list.id, after, ENTRIES_PER_READ)
                .await?;
            let Some(end) = rows.last() else {
                return Ok(count);
            };
            after = Some(end.id);
            for row in &rows {
                if let Some(words) = open_entry(&key, row)? {
                    each(words.into_entry());
                    count += 1;
                }
            }
        }
    }
}

impl Station {
    /// That a list, or what was made of it, left the house is in the log first.
    pub(super) async fn record_list_read(
        &self,
        actor: Actor,
        list: &ListRow,
        what: &str,
    ) -> Result<(), IntakeError> {
        let mut event = CustodyEvent::new(self.now(), Deed::ListExported, actor.to_string());
        let (list, change) = (list.id, list.snapshot);
        event.note = Some(format!("{what} of list {list}, change {change}"));
        self.commit(Operation::Record(event)).await?;
        Ok(())
    }
}

/// Reads, seals and hands over, until the list ends or nobody listens any more.
fn prepare(
    core: &Arc<Core>,
    list: ListId,
    key: &DataKey,
    reader: Reader<impl BufRead>,
    steps: &mpsc::Sender<Prepared>,
) {
    let mut changes = Vec::with_capacity(ENTRIES_PER_STEP);
    for step in reader {
        let next = match step {
            Ok(Step::Change(change)) => match seal(core, list, key, change) {
                Ok(change) => {
                    changes.push(change);
                    if changes.len() < ENTRIES_PER_STEP {
                        continue;
                    }
                    Prepared::Changes(std::mem::take(&mut changes))
                }
                Err(fault) => Prepared::Failed(fault),
            },
            Ok(Step::Quarantined(record)) => Prepared::SetAside(record.to_string()),
            Ok(Step::Elsewhere { key, kinds }) => Prepared::SetAside(format!(
                "entry {} of member {}: its {} has to be fetched apart",
                key.id,
                key.member,
                kinds.join(", ")
            )),
            Ok(Step::Page(_)) => continue,
            Err(fault) => Prepared::Broken(fault),
        };
        if steps.blocking_send(next).is_err() {
            return;
        }
    }
    if !changes.is_empty() {
        // Nobody listens any more only when the import has failed, which its caller was told.
        steps
            .blocking_send(Prepared::Changes(changes))
            .unwrap_or_default();
    }
}

fn seal(
    core: &Core,
    list: ListId,
    key: &DataKey,
    change: ListChange,
) -> Result<EntryChange, IntakeFault> {
    let entry = match change {
        ListChange::Remove(gone) => {
            return Ok(EntryChange {
                key: key_blind(&core.keys, list, &gone.member, &gone.id),
                put: None,
            });
        }
        ListChange::Put(entry) => EntryWords::from(*entry),
    };
    let unreadable = IntakeFault::Unreadable {
        what: "an entry of a list",
    };
    let json = serde_json::to_string(&entry).map_err(|_| unreadable)?;
    let at = entry.key_blind(&core.keys, list);
    let entropy = core.entropy.as_ref();
    let sealed = vault::seal::seal(key, &names::list_entry(&at), json.as_bytes(), entropy)?;
    Ok(EntryChange {
        key: at,
        put: Some(EntryPut {
            content: Blind(core.keys.blind("list-content", &json)),
            sealed: Sealed(sealed),
            hashes: blinds_of(&core.keys, &entry),
        }),
    })
}
