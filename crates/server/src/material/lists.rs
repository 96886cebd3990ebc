//! Lists of known material as staff keep them: added, set, read, switched off, shredded.

use model::{CustodyEvent, Deed, EntryId, ListId, ListPurpose, Timestamp};
use serde::Serialize;
use store::{Counter, ListRow, Sealed};
use vault::DataKey;

use super::bank::is_on;
use super::fetch::SourceSummary;
use crate::intake::{Actor, IntakeError, IntakeRefusal, Operation};
use crate::sealed_names as names;
use crate::station::Station;

/// Bytes of a list's name, owner and compartment.
const NAME_BYTES_MAX: usize = 200;
/// Entries held back that a list's summary names.
const HELD_BACK_SHOWN_MAX: usize = 100;

/// What is said of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListSettings {
    /// Who keeps it.
    pub owner: String,
    /// Who needs to know of it.
    pub compartment: String,
    /// What it is kept for.
    pub purpose: ListPurpose,
    /// How far it is trusted, 0 to 100.
    pub trust: u8,
    /// The largest distance of a near match, 0 to 31; `None`: exact matches alone.
    pub radius: Option<u8>,
    /// It is consulted from then on.
    pub from: Option<Timestamp>,
    /// It is consulted no more from then on.
    pub until: Option<Timestamp>,
}

/// A list as staff read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListSummary {
    /// Its number.
    pub list: ListId,
    /// Its name.
    pub name: String,
    /// Who keeps it.
    pub owner: String,
    /// Who needs to know of it.
    pub compartment: String,
    /// What it is kept for.
    pub purpose: ListPurpose,
    /// How far it is trusted, 0 to 100.
    pub trust: i64,
    /// The largest distance of a near match; `None`: exact matches alone.
    pub radius: Option<i64>,
    /// It is consulted from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Timestamp>,
    /// It is consulted no more from then on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Whether it is consulted now.
    pub on: bool,
    /// How many entries it has.
    pub entries: i64,
    /// Entries that matched so many files that a person has to look first.
    pub held_back: Vec<EntryId>,
    /// The last change to it.
    pub snapshot: i64,
    /// Where it is fetched from, if from anywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceSummary>,
}

impl ListSettings {
    fn check(&self, name: &str) -> Result<(), IntakeRefusal> {
        let texts = [name, &self.owner, &self.compartment];
        let is_bad = |text: &&str| {
            text.trim().is_empty()
                || text.len() > NAME_BYTES_MAX
                || text.chars().any(char::is_control)
        };
        if texts.iter().any(is_bad) {
            return Err(IntakeRefusal::Request(format!(
                "A list's name, owner and compartment have 1 to {NAME_BYTES_MAX} bytes each, and \
                 no control characters."
            )));
        }
        if self.trust > 100 || self.radius.is_some_and(|radius| radius > 31) {
            let text = "Trust is 0 to 100; the radius of near matches is 0 to 31.";
            return Err(IntakeRefusal::Request(text.to_owned()));
        }
        if let (Some(from), Some(until)) = (self.from, self.until)
            && until <= from
        {
            let text = "A list is switched off after it is switched on, not before.";
            return Err(IntakeRefusal::Request(text.to_owned()));
        }
        Ok(())
    }
}

impl Station {
    /// Adds a list without entries.
    pub async fn add_list(
        &self,
        actor: Actor,
        name: &str,
        settings: &ListSettings,
    ) -> Result<ListSummary, IntakeError> {
        settings.check(name)?;
        let core = self.core();
        if self.find_list(name).await.is_ok() {
            let text = format!("There is a list of the name {name}: choose another.");
            return Err(IntakeRefusal::Request(text).into());
        }
        let id = ListId::new(core.store.reserve(Counter::List, 1).await?.start);
        let entropy = core.entropy.as_ref();
        let key = DataKey::generate(entropy);
        let wrapped = core.keys.wrap(&key, &names::list_key(id), entropy)?;
        let row = ListRow {
            id,
            name: name.to_owned(),
            key: Some(Sealed(wrapped)),
            snapshot: 0,
            entries: 0,
            created: self.now(),
            ..settings.row()
        };
        self.keep_list(actor, row, "added").await
    }

    /// Changes what is said of a list. Reports that were judged keep what they were told until
    /// their lists change again.
    pub async fn set_list(
        &self,
        actor: Actor,
        name: &str,
        change: impl FnOnce(&mut ListSettings),
    ) -> Result<ListSummary, IntakeError> {
        let row = self.find_list(name).await?;
        let mut settings = ListSettings::of(&row);
        change(&mut settings);
        settings.check(name)?;
        let row = ListRow {
            id: row.id,
            name: row.name,
            key: row.key,
            snapshot: row.snapshot,
            entries: row.entries,
            created: row.created,
            ..settings.row()
        };
        self.keep_list(actor, row, "set").await
    }

    /// Destroys a list's key: its entries can never be read again, here or in a backup.
    pub async fn shred_list(&self, actor: Actor, name: &str) -> Result<ListSummary, IntakeError> {
        let row = self.find_list(name).await?;
        let row = ListRow { key: None, ..row };
        self.keep_list(actor, row, "shredded").await
    }

    async fn keep_list(
        &self,
        actor: Actor,
        mut row: ListRow,
        what: &str,
    ) -> Result<ListSummary, IntakeError> {
        row.changed = self.now();
        let mut event = CustodyEvent::new(self.now(), Deed::ListChanged, actor.to_string());
        event.note = Some(format!("list {} was {what}", row.id));
        let operation = Operation::PutList(Box::new(row.clone()), event);
        self.commit(operation).await?;
        self.summarise(row).await
    }

    /// Every list, by name.
    pub async fn lists(&self) -> Result<Vec<ListSummary>, IntakeError> {
        let mut lists = Vec::new();
        for row in self.core().store.all_lists().await? {
            lists.push(self.summarise(row).await?);
        }
        Ok(lists)
    }

    /// Lets an entry that was held back match again.
    pub async fn release_entry(&self, actor: Actor, entry: EntryId) -> Result<(), IntakeError> {
        self.commit(Operation::ReleaseEntry(entry, actor)).await?;
        self.match_held(actor).await?;
        Ok(())
    }

    pub(crate) async fn find_list(&self, name: &str) -> Result<ListRow, IntakeError> {
        let lists = self.core().store.all_lists().await?;
        let found = lists.into_iter().find(|list| list.name == name);
        found.ok_or_else(|| IntakeRefusal::NoSuchList.into())
    }

    pub(super) async fn summarise(&self, row: ListRow) -> Result<ListSummary, IntakeError> {
        let store = &self.core().store;
        let held_back = store.entries_held_back(row.id, HELD_BACK_SHOWN_MAX).await?;
        let source = self.source_summary(&row).await?;
        Ok(ListSummary {
            list: row.id,
            on: is_on(&row, self.now()),
            name: row.name,
            owner: row.owner,
            compartment: row.compartment,
            purpose: row.purpose,
            trust: row.trust,
            radius: (row.radius >= 0).then_some(row.radius),
            from: row.from,
            until: row.until,
            entries: row.entries,
            held_back: held_back.into_iter().map(|entry| entry.id).collect(),
            snapshot: row.snapshot,
            source,
        })
    }
}

impl ListSettings {
    fn of(row: &ListRow) -> Self {
        Self {
            owner: row.owner.clone(),
            compartment: row.compartment.clone(),
            purpose: row.purpose,
            trust: u8::try_from(row.trust).unwrap_or(0),
            radius: u8::try_from(row.radius).ok(),
            from: row.from,
            until: row.until,
        }
    }

    /// A row that says this, of no list yet.
    fn row(&self) -> ListRow {
        ListRow {
            id: ListId::new(0),
            name: String::new(),
            owner: self.owner.clone(),
            compartment: self.compartment.clone(),
            purpose: self.purpose,
            trust: i64::from(self.trust),
            radius: self.radius.map_or(-1, i64::from),
            from: self.from,
            until: self.until,
            key: None,
            snapshot: 0,
            entries: 0,
            created: Timestamp::from_millis(0),
            changed: Timestamp::from_millis(0),
        }
    }
}
