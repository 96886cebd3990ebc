//! What a report's files matched, ready to be kept: when it is finished, and again when a list has
//! grown or a person has judged a match.

use std::collections::{BTreeMap, BTreeSet};

use model::{EntryId, FileId, ListId, ListPurpose, MatchId, PDQ_DISTANCE, ReportId, ReportState};
use store::{Counter, EntryRow, EntryState, MatchState, Sealed};
use vault::DataKey;

use super::bank::open_entry;
use super::compare::{Comparison, Found, compare};
use super::entry::blinds_of;
use super::judged::{files_compared, open_looks};
use super::{Compared, Look, Sees};
use crate::intake::{Actor, IntakeError, IntakeFault, IntakeRefusal, Operation, Rematch};
use crate::sealed_names as names;
use crate::station::Station;

/// Entries that are compared with what is held at a time.
const ENTRIES_PER_READ: usize = 2_000;

/// What the lists say of a report's files.
pub(crate) struct PreparedMaterial {
    /// The last change of any list that was known.
    pub(crate) rev: i64,
    /// What rules may ask, for replaying the rank.
    pub(crate) context: triage::Material,
    /// The same, sealed.
    pub(crate) sealed: Sealed,
    /// What matched.
    pub(crate) matches: Vec<PreparedMatch>,
}

/// A file that matched an entry.
pub(crate) struct PreparedMatch {
    pub(crate) file: FileId,
    pub(crate) list: ListId,
    pub(crate) entry: EntryId,
    pub(crate) sealed: Sealed,
}

/// The files of a report as they are compared, in one order.
#[derive(Default)]
pub(crate) struct FilesCompared {
    pub(crate) files: Vec<FileId>,
    pub(crate) compared: Vec<Compared>,
    /// Whether each could be looked into; what could not may be a copy all the same.
    pub(crate) all_looked: bool,
}

impl Station {
    /// Compares a report's files with the lists.
    pub(crate) async fn prepare_material(
        &self,
        report: ReportId,
        key: &DataKey,
        files: &FilesCompared,
    ) -> Result<Option<PreparedMaterial>, IntakeError> {
        if files.files.is_empty() {
            return Ok(None);
        }
        let at = self.now();
        let answers = compare(self.core(), &files.compared, Sees::Every, at).await?;
        let rev = answers.first().map(|answer| answer.rev);
        let asked = answers.iter().all(|answer| answer.abuse_lists > 0);
        let none = answers.iter().all(|answer| answer.matches.is_empty());
        let context = triage::Material {
            listed: answers.iter().any(Comparison::is_listed),
            unlisted: asked && files.all_looked && none,
        };
        let mut matches = Vec::new();
        for (file, answer) in files.files.iter().zip(&answers) {
            for found in &answer.matches {
                matches.push(self.seal_match(key, *file, found)?);
            }
        }
        Ok(Some(PreparedMaterial {
            rev: rev.unwrap_or_default(),
            context,
            sealed: self.seal_context(report, key, context)?,
            matches,
        }))
    }

    fn seal_context(
        &self,
        report: ReportId,
        key: &DataKey,
        context: triage::Material,
    ) -> Result<Sealed, IntakeFault> {
        let json = serde_json::to_vec(&context).map_err(|_| UNREADABLE)?;
        let entropy = self.core().entropy.as_ref();
        let sealed = vault::seal::seal(key, &names::material(report), &json, entropy)?;
        Ok(Sealed(sealed))
    }

    fn seal_match(
        &self,
        key: &DataKey,
        file: FileId,
        found: &Found,
    ) -> Result<PreparedMatch, IntakeFault> {
        let json = serde_json::to_vec(found).map_err(|_| UNREADABLE)?;
        let context = names::file_match(file, found.entry);
        let entropy = self.core().entropy.as_ref();
        Ok(PreparedMatch {
            file,
            list: found.list_id,
            entry: found.entry,
            sealed: Sealed(vault::seal::seal(key, &context, &json, entropy)?),
        })
    }

    /// Compares the entries that no one has yet with every file that is held, and judges anew what
    /// they match. Says how many reports that was. How far it came is kept, so that one that is
    /// killed is gone on with by the next import or the running server.
    pub(crate) async fn match_held(&self, actor: Actor) -> Result<u64, IntakeError> {
        let core = self.core();
        let mut next = core.store.next_of(Counter::Matched).await?;
        let mut reopened = 0;
        loop {
            let rows = core.store.entries_after(next - 1, ENTRIES_PER_READ).await?;
            let Some(end) = rows.last().map(|row| row.rev) else {
                return Ok(reopened);
            };
            core.material.held.follow(self).await?;
            for report in self.held_like(&rows).await? {
                let why = "a list of known material has grown".to_owned();
                reopened += u64::from(self.rejudge(actor, report, why).await?);
            }
            self.commit(Operation::HeldMatched(end)).await?;
            next = end + 1;
        }
    }

    /// The reports with a file that one of these entries may name.
    async fn held_like(&self, rows: &[EntryRow]) -> Result<BTreeSet<ReportId>, IntakeError> {
        let core = self.core();
        let lists = core.store.all_lists().await?;
        let mut reports: BTreeSet<ReportId> = BTreeSet::new();
        let mut blinds = Vec::new();
        for row in rows.iter().filter(|row| row.state == EntryState::Listed) {
            let list = lists.iter().find(|list| list.id == row.list);
            let Some(list) = list else { continue };
            let Some(key) = core.material.bank.key(core, list)? else {
                continue;
            };
            let Some(words) = open_entry(&key, row)? else {
                continue;
            };
            blinds.extend(blinds_of(&core.keys, &words));
            let radius = u32::try_from(list.radius).unwrap_or_default();
            for hash in words.near_hashes() {
                let near = core.material.held.within(&hash, radius.min(PDQ_DISTANCE));
                reports.extend(near);
            }
        }
        let found = core.store.file_hashes(&blinds).await?;
        let files: Vec<FileId> = found.into_iter().map(|row| row.file).collect();
        for file in core.store.files(&files).await? {
            reports.insert(file.report);
        }
        Ok(reports)
    }

    /// Says of a match whether it is right, and judges its report anew.
    pub async fn judge_match(
        &self,
        actor: Actor,
        id: MatchId,
        state: MatchState,
    ) -> Result<(), IntakeError> {
        let found = self.core().store.found_match(id).await?;
        let row = found.ok_or(IntakeRefusal::NoSuchMatch)?;
        self.commit(Operation::JudgeMatch(id, state, actor)).await?;
        let why = format!("match {id} was {}", state.name());
        self.rejudge(actor, row.report, why).await?;
        Ok(())
    }

    /// Compares a finished report's files with the lists as they are now, and ranks its case by
    /// what comes of it. Says whether there was anything to do.
    async fn rejudge(
        &self,
        actor: Actor,
        report: ReportId,
        why: String,
    ) -> Result<bool, IntakeError> {
        let store = &self.core().store;
        let Some(row) = store.report(report).await? else {
            return Ok(false);
        };
        if row.state != ReportState::Finished || row.data_key.is_none() {
            // An open report is compared when it is finished.
            return Ok(false);
        }
        let keys = self.record_keys(std::slice::from_ref(&row)).await?;
        let Some(key) = keys.get(&report) else {
            return Ok(false);
        };
        let contents = store.contents_of(report).await?;
        let looks = open_looks(key, contents.looks)?;
        let files = files_compared(key, &contents.files, &looks)?;
        let Some(mut material) = self.prepare_material(report, key, &files).await? else {
            return Ok(false);
        };
        self.heed_rejections(report, &mut material, key).await?;
        let told = self.testimony(&row, key).await?;
        let findings = told.findings_under(&self.core().triage_policy, material.context);
        let json = serde_json::to_vec(&findings).map_err(|_| UNREADABLE)?;
        let entropy = self.core().entropy.as_ref();
        let sealed = vault::seal::seal(key, &names::findings(report), &json, entropy)?;
        let rematch = Rematch {
            report,
            findings: Sealed(sealed),
            material,
            why,
            actor,
        };
        self.commit(Operation::Rematch(Box::new(rematch))).await?;
        Ok(true)
    }

    /// A match that a person rejected speaks for nothing.
    async fn heed_rejections(
        &self,
        report: ReportId,
        material: &mut PreparedMaterial,
        key: &DataKey,
    ) -> Result<(), IntakeError> {
        let store = &self.core().store;
        let judged = store.matches_of(&[report]).await?;
        let rejected: BTreeSet<(FileId, EntryId)> = judged
            .iter()
            .filter(|row| row.state == MatchState::Rejected)
            .map(|row| (row.file, row.entry))
            .collect();
        if rejected.is_empty() {
            return Ok(());
        }
        let lists: BTreeMap<ListId, ListPurpose> = store
            .all_lists()
            .await?
            .into_iter()
            .map(|list| (list.id, list.purpose))
            .collect();
        let counts = material
            .matches
            .iter()
            .filter(|found| !rejected.contains(&(found.file, found.entry)));
        let mut purposes: BTreeMap<FileId, BTreeSet<ListPurpose>> = BTreeMap::new();
        for found in counts {
            let purpose = lists.get(&found.list).copied();
            purposes.entry(found.file).or_default().extend(purpose);
        }
        material.context.listed = purposes.values().any(|purposes| {
            purposes.contains(&ListPurpose::Abuse) && !purposes.contains(&ListPurpose::Benign)
        });
        material.sealed = self.seal_context(report, key, material.context)?;
        Ok(())
    }
}

/// The look of a file, opened.
pub(crate) fn open_look(key: &DataKey, file: FileId, sealed: &Sealed) -> Result<Look, IntakeFault> {
    let json = vault::seal::open(key, &names::file_look(file), &sealed.0)?;
    serde_json::from_slice(&json).map_err(|_| UNREADABLE)
}

const UNREADABLE: IntakeFault = IntakeFault::Unreadable {
    what: "a comparison with lists",
};
