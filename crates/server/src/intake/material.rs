//! The part of a batch that keeps lists of known material, what files look like, and what matched.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use model::{
    CustodyEvent, Deed, EntryId, FileId, ListId, MatchId, ReportId, ReportState, Timestamp,
};
use store::{
    Blind, Counter, EntryHashRow, EntryRow, EntryState, FileHashRow, ListRow, LookRow, MatchRow,
    MatchState, Sealed, Tx,
};

use super::batch::Batch;
use super::fetching::PageEnd;
use super::operation::{Actor, Finishing, Outcome};
use super::{IntakeError, IntakeFault, IntakeRefusal};
use crate::material::{EntryWords, PreparedMaterial, blinds_of};
use crate::sealed_names as names;

/// Entries of one list, sealed and ready to be kept.
pub(crate) struct EntryBatch {
    pub(crate) list: ListId,
    pub(crate) changes: Vec<EntryChange>,
    /// How far a fetch came with these; `None`: they are not the last of a page.
    pub(crate) end: Option<PageEnd>,
    pub(crate) actor: Actor,
}

impl EntryBatch {
    /// A batch of nothing yet.
    pub(crate) const fn new(list: ListId, actor: Actor) -> Self {
        Self {
            list,
            changes: Vec::new(),
            end: None,
            actor,
        }
    }
}

/// An entry that is put, or removed where nothing is said of it.
pub(crate) struct EntryChange {
    pub(crate) key: Blind,
    pub(crate) put: Option<EntryPut>,
}

/// What an entry says.
pub(crate) struct EntryPut {
    pub(crate) content: Blind,
    pub(crate) sealed: Sealed,
    pub(crate) hashes: Vec<Blind>,
}

/// Writes what files look like, numbered in their order.
pub(super) async fn save_looks(tx: &mut Tx, mut looks: Vec<LookRow>) -> Result<(), IntakeFault> {
    if looks.is_empty() {
        return Ok(());
    }
    let most = u32::try_from(looks.len()).unwrap_or(u32::MAX);
    let numbers = tx.reserve(Counter::Look, most).await?;
    for (row, number) in looks.iter_mut().zip(numbers) {
        row.seq = number;
    }
    Ok(tx.insert_looks(&looks).await?)
}

/// How many entries a batch put, removed and left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct EntriesKept {
    pub(crate) put: u64,
    pub(crate) removed: u64,
    pub(crate) unchanged: u64,
}

impl EntriesKept {
    /// In words.
    fn of(self, list: ListId) -> String {
        let Self {
            put,
            removed,
            unchanged,
        } = self;
        format!("list {list}: {put} entries put, {removed} removed, {unchanged} unchanged")
    }
}

/// A finished report whose files matched something new, or nothing any more, judged anew.
pub(crate) struct Rematch {
    pub(crate) report: ReportId,
    pub(crate) findings: Sealed,
    pub(crate) material: PreparedMaterial,
    pub(crate) why: String,
    pub(crate) actor: Actor,
}

/// Rows of entries that are about to be written, and the numbers that they take.
#[derive(Default)]
struct Fresh {
    numbers: Range<i64>,
    revs: Range<i64>,
    rows: Vec<EntryRow>,
    hashes: Vec<EntryHashRow>,
    stale: Vec<EntryHashRow>,
}

impl Fresh {
    fn next_rev(&mut self) -> Result<i64, IntakeFault> {
        self.revs.next().ok_or(NUMBERS)
    }

    fn remove(&mut self, mut row: EntryRow, hashes: Vec<EntryHashRow>) -> Result<(), IntakeFault> {
        self.stale.extend(hashes);
        row.rev = self.next_rev()?;
        row.state = EntryState::Removed;
        row.sealed = None;
        self.rows.push(row);
        Ok(())
    }

    fn put(&mut self, list: ListId, key: Blind, put: EntryPut) -> Result<EntryRow, IntakeFault> {
        let id = EntryId::new(self.numbers.next().ok_or(NUMBERS)?);
        let hashes = put.hashes.into_iter();
        self.hashes
            .extend(hashes.map(|blind| EntryHashRow { blind, entry: id }));
        let row = EntryRow {
            id,
            rev: self.next_rev()?,
            list,
            key,
            content: put.content,
            state: EntryState::Listed,
            matched: 0,
            sealed: Some(put.sealed),
        };
        self.rows.push(row.clone());
        Ok(row)
    }

    /// Writes the rows, and says which change was the last.
    async fn write(mut self, tx: &mut Tx) -> Result<Option<i64>, IntakeFault> {
        // In the order of the table, so that a page of it is written once.
        self.hashes.sort_unstable_by_key(|row| row.blind.0);
        let last = self.rows.iter().map(|row| row.rev).max();
        if last.is_some() {
            tx.put_entries(&self.rows).await?;
            tx.insert_entry_hashes(&self.hashes).await?;
            tx.delete_entry_hashes(&self.stale).await?;
        }
        Ok(last)
    }
}

impl Batch<'_> {
    /// Adds a list or changes what is said of it.
    pub(super) async fn put_list(
        &mut self,
        tx: &mut Tx,
        mut row: ListRow,
        event: &CustodyEvent,
    ) -> Result<Outcome, IntakeError> {
        if let Some(standing) = tx.lists(&[row.id]).await?.into_iter().next() {
            // What an import counted meanwhile holds, and a key that is gone stays gone.
            row.snapshot = standing.snapshot;
            row.entries = standing.entries;
            row.key = row.key.filter(|_| standing.key.is_some());
        }
        tx.put_lists(std::slice::from_ref(&row)).await?;
        self.record_unbound(event)?;
        Ok(Outcome::Done)
    }

    /// Keeps entries: what is unchanged stays, what changed gets another number.
    pub(super) async fn put_entries(
        &mut self,
        tx: &mut Tx,
        new: EntryBatch,
        at: Timestamp,
    ) -> Result<Outcome, IntakeError> {
        let source = match new.end {
            Some(end) => Some(self.source_after(tx, new.list, end).await?),
            None => None,
        };
        // Later statements depend on what earlier ones wrote; half of it must not be kept.
        self.unsettled = true;
        let found = tx.lists(&[new.list]).await?;
        let mut list = found.into_iter().next().ok_or(IntakeRefusal::NoSuchList)?;
        let keys: Vec<Blind> = new.changes.iter().map(|change| change.key).collect();
        let mut standing: HashMap<Blind, EntryRow> = tx
            .entries_by_key(&keys)
            .await?
            .into_iter()
            .map(|row| (row.key, row))
            .collect();
        let most = u32::try_from(new.changes.len()).unwrap_or(u32::MAX).max(1);
        let numbers = tx.reserve(Counter::Entry, most).await?;
        let revs = tx.reserve(Counter::Rev, most.saturating_mul(2)).await?;
        let mut fresh = Fresh {
            numbers,
            revs,
            ..Fresh::default()
        };
        let mut kept = EntriesKept::default();
        for change in new.changes {
            let before = standing.remove(&change.key);
            if let (Some(before), Some(put)) = (&before, &change.put)
                && before.content == put.content
            {
                kept.unchanged += 1;
                standing.insert(change.key, before.clone());
                continue;
            }
            if let Some(before) = before {
                let stale = self.hashes_of(&list, &before)?;
                fresh.remove(before, stale)?;
                list.entries -= 1;
                kept.removed += u64::from(change.put.is_none());
            }
            if let Some(put) = change.put {
                let row = fresh.put(list.id, change.key, put)?;
                standing.insert(change.key, row);
                list.entries += 1;
                kept.put += 1;
            }
        }
        let newest = fresh.write(tx).await?;
        if let Some(newest) = newest {
            list.snapshot = newest;
            list.changed = at;
            tx.put_lists(std::slice::from_ref(&list)).await?;
            self.material_rev = Some(newest);
        }
        if let Some(row) = &source {
            tx.put_list_source(row).await?;
        }
        if newest.is_some() || source.is_some() {
            let mut event = CustodyEvent::new(at, Deed::ListImported, new.actor.to_string());
            event.note = Some(kept.of(list.id));
            self.record_unbound(&event)?;
        }
        self.unsettled = false;
        Ok(Outcome::EntriesKept(kept))
    }

    /// The keyed digests of an entry's hashes, read from what it says.
    fn hashes_of(&self, list: &ListRow, row: &EntryRow) -> Result<Vec<EntryHashRow>, IntakeFault> {
        let (Some(wrapped), Some(sealed)) = (&list.key, &row.sealed) else {
            return Ok(Vec::new());
        };
        let key = self
            .tools
            .keys
            .unwrap(&wrapped.0, &names::list_key(list.id))?;
        let json = vault::seal::open(&key, &names::list_entry(&row.key), &sealed.0)?;
        let words: EntryWords =
            serde_json::from_slice(&json).map_err(|_| IntakeFault::Unreadable {
                what: "an entry of a list",
            })?;
        let blinds = blinds_of(self.tools.keys, &words).into_iter();
        let entry = row.id;
        Ok(blinds.map(|blind| EntryHashRow { blind, entry }).collect())
    }

    /// Lets an entry that was held back match again.
    pub(super) async fn release_entry(
        &mut self,
        tx: &mut Tx,
        entry: EntryId,
        actor: Actor,
        at: Timestamp,
    ) -> Result<Outcome, IntakeError> {
        let found = tx.entries(&[entry]).await?.into_iter().next();
        let mut row = found
            .filter(|row| row.state == EntryState::HeldBack)
            .ok_or(IntakeRefusal::NoSuchEntry)?;
        row.state = EntryState::Listed;
        row.matched = 0;
        self.rewrite_entry(tx, row, at).await?;
        let mut event = CustodyEvent::new(at, Deed::ListChanged, actor.to_string());
        event.note = Some(format!("entry {entry} matches again"));
        self.record_unbound(&event)?;
        Ok(Outcome::Done)
    }

    /// Writes an entry that stands otherwise than before; its list tells of the change.
    async fn rewrite_entry(
        &mut self,
        tx: &mut Tx,
        mut row: EntryRow,
        at: Timestamp,
    ) -> Result<(), IntakeError> {
        let rev = tx.reserve(Counter::Rev, 1).await?.start;
        let mut lists = tx.lists(&[row.list]).await?;
        for list in &mut lists {
            list.snapshot = rev;
            list.changed = at;
        }
        row.rev = rev;
        tx.put_entries(&[row]).await?;
        tx.put_lists(&lists).await?;
        self.material_rev = Some(rev);
        Ok(())
    }

    /// Keeps what a received file hashes to and looks like.
    pub(super) fn keep_look(
        &mut self,
        report: ReportId,
        file: FileId,
        hashes: Vec<Blind>,
        look: Option<Sealed>,
    ) {
        let rows = hashes.into_iter().map(|blind| FileHashRow { blind, file });
        self.written.file_hashes.extend(rows);
        if let Some(sealed) = look {
            self.written.looks.push(LookRow {
                // All of a batch get their numbers at once, when they are written.
                seq: 0,
                file,
                report,
                sealed: Some(sealed),
            });
        }
    }

    /// Whether the lists have changed since a report's files were compared with them.
    pub(super) async fn is_outdated(
        &mut self,
        tx: &mut Tx,
        new: &Finishing,
    ) -> Result<bool, IntakeError> {
        let Some(material) = &new.material else {
            return Ok(false);
        };
        let last = match self.material_rev {
            Some(last) => last,
            None => *self.material_rev.insert(tx.last_rev().await?),
        };
        Ok(material.rev != last)
    }

    /// Keeps what a report's files matched, and holds an entry back that matches too many.
    pub(super) async fn keep_matches(
        &mut self,
        tx: &mut Tx,
        report: ReportId,
        material: &PreparedMaterial,
        actor: Actor,
        at: Timestamp,
    ) -> Result<(), IntakeError> {
        if material.matches.is_empty() {
            return Ok(());
        }
        let most = u32::try_from(material.matches.len()).unwrap_or(u32::MAX);
        let numbers = tx.reserve(Counter::Match, most).await?;
        let rows: Vec<MatchRow> = numbers
            .zip(&material.matches)
            .map(|(number, found)| MatchRow {
                id: MatchId::new(number),
                file: found.file,
                report,
                list: found.list,
                entry: found.entry,
                state: MatchState::Open,
                made: at,
                judged: None,
                told: None,
                sealed: found.sealed.clone(),
            })
            .collect();
        tx.insert_matches(&rows).await?;
        let key = self.record_key(report)?;
        let mut files: Vec<FileId> = rows.iter().map(|row| row.file).collect();
        files.dedup();
        for file in files {
            let count = rows.iter().filter(|row| row.file == file).count();
            let mut event = CustodyEvent::new(at, Deed::MaterialMatched, actor.to_string());
            event.report = Some(report.number());
            event.file = Some(file.to_string());
            event.note = Some(format!("{count} entries of lists, change {}", material.rev));
            self.record(&event, report, &key)?;
        }
        self.count_matches(tx, &rows, at).await
    }

    async fn count_matches(
        &mut self,
        tx: &mut Tx,
        rows: &[MatchRow],
        at: Timestamp,
    ) -> Result<(), IntakeError> {
        let ids: Vec<EntryId> = rows.iter().map(|row| row.entry).collect();
        for mut entry in tx.entries(&ids).await? {
            let matched = rows.iter().filter(|row| row.entry == entry.id).count();
            entry.matched += i64::try_from(matched).unwrap_or(i64::MAX);
            let floods = entry.matched >= self.tools.matches_per_entry_max;
            if entry.state == EntryState::Listed && floods {
                entry.state = EntryState::HeldBack;
                let mut event = CustodyEvent::new(at, Deed::ListChanged, Actor::Clock.to_string());
                event.note = Some(format!(
                    "entry {} matched {} files and waits for a person",
                    entry.id, entry.matched
                ));
                self.record_unbound(&event)?;
                self.rewrite_entry(tx, entry, at).await?;
            } else {
                tx.put_entries(&[entry]).await?;
            }
        }
        Ok(())
    }

    /// Puts a report's new findings in the place of the old ones and ranks its case anew.
    pub(super) async fn rematch(
        &mut self,
        tx: &mut Tx,
        mut new: Rematch,
        at: Timestamp,
    ) -> Result<Outcome, IntakeError> {
        self.load_reports(tx, &[new.report]).await?;
        let row = self.reports.get(&new.report);
        let Some(case) = row.and_then(|row| row.case) else {
            return Err(IntakeRefusal::NoSuchReport.into());
        };
        if row.is_none_or(|row| row.state != ReportState::Finished) {
            return Err(IntakeRefusal::NotFinished.into());
        }
        self.unsettled = true;
        self.load_cases(tx, &[case]).await?;
        self.load_members(tx, case).await?;
        self.load_keys(tx, new.report).await?;
        // What was found before is neither told nor counted again.
        let standing = tx.matches_of(new.report).await?;
        let standing: HashSet<(FileId, EntryId)> =
            standing.iter().map(|row| (row.file, row.entry)).collect();
        let matches = &mut new.material.matches;
        matches.retain(|found| !standing.contains(&(found.file, found.entry)));
        self.keep_matches(tx, new.report, &new.material, new.actor, at)
            .await?;
        let material = new.material.sealed;
        self.update(new.report, |row| {
            row.findings = Some(new.findings);
            row.material = Some(material);
            row.changed = at;
        });
        let mut event = CustodyEvent::new(at, Deed::CaseReopened, new.actor.to_string());
        event.case = Some(case.number());
        event.report = Some(new.report.number());
        event.note = Some(new.why);
        self.record_unbound(&event)?;
        self.rank_anew(tx, case, None, at).await?;
        self.leave_row(tx, case, at).await?;
        self.unsettled = false;
        Ok(Outcome::Done)
    }

    /// Loads the case under whose key a report's key lies.
    async fn load_keys(&mut self, tx: &mut Tx, report: ReportId) -> Result<(), IntakeError> {
        let key_case = self.reports.get(&report).and_then(|row| row.key_case);
        match key_case {
            Some(case) => self.load_cases(tx, &[case]).await,
            None => Ok(()),
        }
    }

    /// Keeps how far new entries were compared with what is held.
    pub(super) async fn held_matched(tx: &mut Tx, rev: i64) -> Result<Outcome, IntakeError> {
        tx.advance(Counter::Matched, rev + 1).await?;
        Ok(Outcome::Done)
    }

    /// Keeps what a person made of a match.
    pub(super) async fn judge_match(
        &mut self,
        tx: &mut Tx,
        id: MatchId,
        state: MatchState,
        actor: Actor,
        at: Timestamp,
    ) -> Result<Outcome, IntakeError> {
        let found = tx.matches(&[id]).await?.into_iter().next();
        let mut row = found.ok_or(IntakeRefusal::NoSuchMatch)?;
        row.state = state;
        row.judged = Some(at);
        row.told = None;
        let mut event = CustodyEvent::new(at, Deed::MatchJudged, actor.to_string());
        event.report = Some(row.report.number());
        event.file = Some(row.file.to_string());
        event.note = Some(format!("match {id}: {}", state.name()));
        tx.put_matches(&[row]).await?;
        self.record_unbound(&event)?;
        Ok(Outcome::Done)
    }
}

const NUMBERS: IntakeFault = IntakeFault::Unreadable {
    what: "the numbers of entries",
};
