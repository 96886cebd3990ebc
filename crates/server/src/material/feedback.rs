//! What persons made of a list's matches, for the list's keeper.

use std::collections::HashMap;

use model::{EntryId, MatchId, Timestamp};
use serde::Serialize;
use store::{EntryRow, MatchState};

use super::bank::open_entry;
use super::compare::Found;
use crate::intake::{Actor, IntakeError, IntakeFault, IntakeRefusal};
use crate::sealed_names as names;
use crate::station::Station;

/// Judged matches that one answer gives at most.
const JUDGED_MAX: usize = 10_000;

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
}

impl Station {
    /// What persons made of a list's matches, in the order of the matches. Entries that have left
    /// the list are left out: there is nothing to say of them.
    pub async fn list_feedback(
        &self,
        actor: Actor,
        name: &str,
    ) -> Result<Vec<MatchFeedback>, IntakeError> {
        let core = self.core();
        let list = self.find_list(name).await?;
        let key = core.material.bank.key(core, &list)?;
        let key = key.ok_or(IntakeRefusal::NoSuchList)?;
        let judged = core.store.judged_matches(list.id, JUDGED_MAX).await?;
        let entries: Vec<EntryId> = judged.iter().map(|row| row.entry).collect();
        let entries: HashMap<EntryId, EntryRow> = core
            .store
            .entries(&entries)
            .await?
            .into_iter()
            .map(|row| (row.id, row))
            .collect();
        let reports: Vec<_> = judged.iter().map(|row| row.report).collect();
        let keys = self
            .record_keys(&core.store.reports(&reports).await?)
            .await?;
        let mut feedback = Vec::new();
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
            feedback.push(MatchFeedback {
                number: row.id,
                member: words.member,
                id: words.id,
                kind: found.algorithm,
                affirms: row.state == MatchState::Confirmed,
                judged: row.judged,
            });
        }
        self.record_list_read(actor, &list, "feedback").await?;
        Ok(feedback)
    }
}
