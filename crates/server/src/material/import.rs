//! Lists come in and go out: read as a stream, sealed entry by entry, kept in steps that can be
//! repeated, so that an import that was cut off is started again and goes on.

use std::io::BufRead;
use std::sync::Arc;

use model::{CustodyEvent, Deed, ListChange, ListEntry, ListId};
use serde::Serialize;
use store::{Blind, ListRow, Sealed};
use tokio::sync::mpsc;
use vault::DataKey;
use wire::lists::{Format, Limits, ListFault, Page, Reader, Step};

use super::bank::open_entry;
use super::entry::{EntryWords, blinds_of, key_blind};
use crate::intake::{
    Actor, EntryBatch, EntryChange, EntryPut, IntakeError, IntakeFault, IntakeRefusal, Operation,
    Outcome, PageEnd,
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
    Page(Page),
    Broken(ListFault),
    Failed(IntakeFault),
}

/// One document of a list: a file, or a page that a service gave.
pub(super) struct Document<R> {
    pub(super) format: Format,
    pub(super) source: R,
    /// Goes before each record that is set aside: which page it is of.
    pub(super) within: String,
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
        let mut imported = Imported::default();
        let document = Document {
            format,
            source,
            within: String::new(),
        };
        let taken = self.take_document(actor, &list, document, &mut imported, progress, |_| None);
        if let Some(fault) = taken.await? {
            imported.code = Some(fault.code().to_owned());
            imported.broken = Some(fault.to_string());
        }
        self.settle_import(actor, &mut imported).await?;
        Ok(imported)
    }

    /// Compares what came with every file that is held, and brings what is searched up to date, so
    /// that no later question waits for it.
    pub(super) async fn settle_import(
        &self,
        actor: Actor,
        imported: &mut Imported,
    ) -> Result<(), IntakeError> {
        imported.reopened += self.match_held(actor).await?;
        self.core().material.bank.follow(self.core()).await?;
        Ok(())
    }

    /// Reads one document to its end and keeps what it says; what cut it off, if anything did.
    ///
    /// `end` is told how the page ends, if the format has pages, and says what is kept of it in the
    /// transaction of its last entries.
    pub(super) async fn take_document(
        &self,
        actor: Actor,
        list: &ListRow,
        document: Document<impl BufRead + Send + 'static>,
        imported: &mut Imported,
        progress: impl Fn(ImportProgress),
        mut end: impl FnMut(&Page) -> Option<PageEnd>,
    ) -> Result<Option<ListFault>, IntakeError> {
        let core = self.shared_core();
        let key = core.material.bank.key(&core, list)?;
        let key = key.ok_or(IntakeRefusal::NoSuchList)?;
        let list = list.id;
        let within = document.within.clone();
        let (steps, mut prepared) = mpsc::channel(STEPS_AHEAD);
        let reading = tokio::task::spawn_blocking(move || {
            let Document { format, source, .. } = document;
            let reader = Reader::new(format, source, Limits::default());
            prepare(&core, list, &key, reader, &steps);
        });
        let mut seen = ImportProgress::default();
        let mut broken = None;
        // The last entries of a page wait for its end, to be kept together with it.
        let mut batch = EntryBatch::new(list, actor);
        while let Some(step) = prepared.recv().await {
            match step {
                Prepared::Changes(changes) => {
                    let before = std::mem::replace(&mut batch, EntryBatch::new(list, actor));
                    batch.changes = changes;
                    seen.entries += self.keep_entries(before, imported).await?;
                    progress(seen);
                }
                Prepared::Page(page) => batch.end = end(&page),
                Prepared::SetAside(why) => {
                    imported.quarantined += 1;
                    if imported.set_aside.len() < QUARANTINED_SHOWN_MAX {
                        imported.set_aside.push(format!("{within}{why}"));
                    }
                }
                Prepared::Broken(fault) => broken = Some(fault),
                Prepared::Failed(fault) => return Err(fault.into()),
            }
        }
        reading.await.map_err(|_| IntakeFault::Unreadable {
            what: "the task that reads a list",
        })?;
        seen.entries += self.keep_entries(batch, imported).await?;
        progress(seen);
        Ok(broken)
    }

    /// Keeps entries, and says how many they were.
    async fn keep_entries(
        &self,
        batch: EntryBatch,
        imported: &mut Imported,
    ) -> Result<u64, IntakeError> {
        let count = batch.changes.len() as u64;
        if count == 0 && batch.end.is_none() {
            return Ok(0);
        }
        let operation = Operation::PutEntries(Box::new(batch));
        if let Outcome::EntriesKept(kept) = self.commit(operation).await? {
            imported.put += kept.put;
            imported.removed += kept.removed;
            imported.unchanged += kept.unchanged;
        }
        Ok(count)
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
            Ok(Step::Page(page)) => {
                if !changes.is_empty() {
                    let rest = Prepared::Changes(std::mem::take(&mut changes));
                    if steps.blocking_send(rest).is_err() {
                        return;
                    }
                }
                Prepared::Page(page)
            }
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
