//! What persons made of a list's matches, for the list's keeper.

use std::collections::HashMap;

use model::{EntryId, MatchId, Timestamp};
use serde::Serialize;
use store::{EntryRow, ListRow, MatchRow, MatchState};

use super::bank::open_entry;
use super::compare::Found;
use super::entry::EntryWords;
use crate::intake::{Actor, IntakeError, IntakeFault, IntakeRefusal};
use crate::sealed_names as names;
use crate::station::Station;

/// Judged matches that are opened at a time.
const JUDGED_PER_STEP: usize = 1_000;

/// What persons made of one match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MatchFeedback {
    /// The match.
    #[serde(rename = "match")]
    pub number: MatchId,
    /// The member who put the entry into the list.
    pub member: String,
    /// The list's own id of the entry.
    pub id: String,
    /// The kind of hash that matched.
    pub kind: String,
    /// Whether the match was found to be right.
    pub affirms: bool,
    /// When it was judged.
    pub judged: Option<Timestamp>,
    /// When the list's keeper was told of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<Timestamp>,
}

impl Station {
    /// What persons made of a list's matches, in the order of the matches. Entries that have left
    /// the list are left out: there is nothing to say of them.
    pub async fn list_feedback(
        &self,
        actor: Actor,
        name: &str,
    ) -> Result<Vec<MatchFeedback>, IntakeError> {
        let list = self.find_list(name).await?;
        let feedback = self.judged_of(&list, false).await?;
        self.record_list_read(actor, &list, "feedback").await?;
        Ok(feedback.into_iter().map(|(said, _)| said).collect())
    }

    /// The same, each with the words of its entry; with `untold` those alone of which the keeper
    /// was not told.
    pub(super) async fn judged_of(
        &self,
        list: &ListRow,
        untold: bool,
    ) -> Result<Vec<(MatchFeedback, EntryWords)>, IntakeError> {
        let store = &self.core().store;
        let mut feedback = Vec::new();
        let mut after = MatchId::new(0);
        loop {
            let judged = store
                .judged_matches(list.id, untold, after, JUDGED_PER_STEP)
                .await?;
            let Some(end) = judged.last() else {
                return Ok(feedback);
            };
            after = end.id;
            self.open_judged(list, judged, &mut feedback).await?;
        }
    }

    async fn open_judged(
        &self,
        list: &ListRow,
        judged: Vec<MatchRow>,
        feedback: &mut Vec<(MatchFeedback, EntryWords)>,
    ) -> Result<(), IntakeError> {
        let core = self.core();
        let key = core.material.bank.key(core, list)?;
        let key = key.ok_or(IntakeRefusal::NoSuchList)?;
        let entries: Vec<EntryId> = judged.iter().map(|row| row.entry).collect();
        let entries = core.store.entries(&entries).await?.into_iter();
        let entries: HashMap<EntryId, EntryRow> = entries.map(|row| (row.id, row)).collect();
        let reports: Vec<_> = judged.iter().map(|row| row.report).collect();
        let keys = self
            .record_keys(&core.store.reports(&reports).await?)
            .await?;
        for row in judged {
            let (Some(entry), Some(record_key)) = (entries.get(&row.entry), keys.get(&row.report))
            else {
                continue;
            };
            let Some(words) = open_entry(&key, entry)? else {
                continue;
            };
            let context = names::file_match(row.file, row.entry);
            let json = vault::seal::open(record_key, &context, &row.sealed.0)?;
            let found: Found = serde_json::from_slice(&json)
                .map_err(|_| IntakeFault::Unreadable { what: "a match" })?;
            let said = MatchFeedback {
                number: row.id,
                member: words.member.clone(),
                id: words.id.clone(),
                kind: found.algorithm,
                affirms: row.state == MatchState::Confirmed,
                judged: row.judged,
                told: row.told,
            };
            feedback.push((said, words));
        }
        Ok(())
    }
}
