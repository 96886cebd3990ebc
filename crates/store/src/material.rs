//! Known material: lists and their entries, what files hash to, and which files matched.

use model::{EntryId, FileId, ListId, ListPurpose, MatchId, ReportId, Timestamp};

use crate::connection::{Columns, Parameters};
use crate::read::{ROWS_PER_PAGE_MAX, capped};
use crate::row::{Blind, FileRow, Sealed};
use crate::table::Record;
use crate::{Store, StoreFault, Tx};

/// A list of known material.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListRow {
    /// Its number.
    pub id: ListId,
    /// Its name, as staff call it.
    pub name: String,
    /// Who keeps it.
    pub owner: String,
    /// Who needs to know of it.
    pub compartment: String,
    /// What it is kept for.
    pub purpose: ListPurpose,
    /// How far it is trusted, 0 to 100.
    pub trust: i64,
    /// The largest distance of a near match; −1: it is matched exactly alone.
    pub radius: i64,
    /// It is consulted from then on.
    pub from: Option<Timestamp>,
    /// It is consulted no more from then on.
    pub until: Option<Timestamp>,
    /// Its entries' key, wrapped; `None`: shredded.
    pub key: Option<Sealed>,
    /// Grows with each import that changed something.
    pub snapshot: i64,
    /// How many entries it has.
    pub entries: i64,
    /// When it was added.
    pub created: Timestamp,
    /// When it was last changed.
    pub changed: Timestamp,
}

/// How an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryState {
    /// It is in the list.
    Listed,
    /// It is in the list no more, or has changed since.
    Removed,
    /// It matched so many files at once that a person has to look first.
    HeldBack,
}

impl EntryState {
    const ALL: [Self; 3] = [Self::Listed, Self::Removed, Self::HeldBack];

    /// The name in the database and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Listed => "listed",
            Self::Removed => "removed",
            Self::HeldBack => "held_back",
        }
    }
}

/// An entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryRow {
    /// Its number.
    pub id: EntryId,
    /// Its place in the order of all changes.
    pub rev: i64,
    /// Its list.
    pub list: ListId,
    /// List, member and id, blinded.
    pub key: Blind,
    /// What it says, blinded.
    pub content: Blind,
    /// How it stands.
    pub state: EntryState,
    /// How many files matched it.
    pub matched: i64,
    /// What it says, sealed; `None` once removed.
    pub sealed: Option<Sealed>,
}

/// An exact hash of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EntryHashRow {
    /// Kind and value, blinded.
    pub blind: Blind,
    /// The entry.
    pub entry: EntryId,
}

/// An exact hash of a file that a report brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileHashRow {
    /// Kind and value, blinded.
    pub blind: Blind,
    /// The file.
    pub file: FileId,
}

/// What a file looks like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookRow {
    /// Its place in the order in which files were looked into.
    pub seq: i64,
    /// The file.
    pub file: FileId,
    /// Its report.
    pub report: ReportId,
    /// Perceptual hashes, sealed by the report's key; `None` once shredded.
    pub sealed: Option<Sealed>,
}

/// What a person made of a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchState {
    /// Nobody judged it yet.
    Open,
    /// It is right.
    Confirmed,
    /// It is wrong.
    Rejected,
}

impl MatchState {
    const ALL: [Self; 3] = [Self::Open, Self::Confirmed, Self::Rejected];

    /// The name in the database and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Confirmed => "confirmed",
            Self::Rejected => "rejected",
        }
    }
}

/// A file that matched an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatchRow {
    /// Its number.
    pub id: MatchId,
    /// The file.
    pub file: FileId,
    /// Its report.
    pub report: ReportId,
    /// The list.
    pub list: ListId,
    /// The entry.
    pub entry: EntryId,
    /// What a person made of it.
    pub state: MatchState,
    /// When it was found.
    pub made: Timestamp,
    /// When a person judged it.
    pub judged: Option<Timestamp>,
    /// When the list's keeper was told of that.
    pub told: Option<Timestamp>,
    /// How it matched, sealed by the report's key.
    pub sealed: Sealed,
}

impl Record for ListRow {
    const TABLE: &'static str = "list";
    const COLUMNS: &'static str = "id, name, owner, compartment, purpose, trust, radius, from_ms, \
         until_ms, key_wrapped, snapshot, entries, created_ms, changed_ms";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.id.number());
        to.text(&self.name);
        to.text(&self.owner);
        to.text(&self.compartment);
        to.text(self.purpose.name());
        to.int(self.trust);
        to.int(self.radius);
        to.maybe_int(self.from.map(Timestamp::millis));
        to.maybe_int(self.until.map(Timestamp::millis));
        to.maybe_bytes(self.key.as_ref());
        to.int(self.snapshot);
        to.int(self.entries);
        to.time(self.created);
        to.time(self.changed);
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            id: ListId::new(columns.int()?),
            name: columns.text()?.to_owned(),
            owner: columns.text()?.to_owned(),
            compartment: columns.text()?.to_owned(),
            purpose: {
                let word = columns.text()?;
                word.parse().map_err(|_| columns.unreadable("a purpose"))?
            },
            trust: columns.int()?,
            radius: columns.int()?,
            from: columns.maybe_time()?,
            until: columns.maybe_time()?,
            key: columns.maybe_sealed()?,
            snapshot: columns.int()?,
            entries: columns.int()?,
            created: columns.time()?,
            changed: columns.time()?,
        })
    }
}

impl Record for EntryRow {
    const TABLE: &'static str = "list_entry";
    const COLUMNS: &'static str =
        "id, rev, list_id, key_blind, content_blind, state, matched, sealed";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.id.number());
        to.int(self.rev);
        to.int(self.list.number());
        to.bytes(&self.key.0);
        to.bytes(&self.content.0);
        to.text(self.state.name());
        to.int(self.matched);
        to.maybe_bytes(self.sealed.as_ref());
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            id: EntryId::new(columns.int()?),
            rev: columns.int()?,
            list: ListId::new(columns.int()?),
            key: columns.blind()?,
            content: columns.blind()?,
            state: {
                let word = columns.text()?;
                let found = EntryState::ALL.into_iter().find(|it| it.name() == word);
                found.ok_or_else(|| columns.unreadable("an entry's state"))?
            },
            matched: columns.int()?,
            sealed: columns.maybe_sealed()?,
        })
    }
}

impl Record for EntryHashRow {
    const TABLE: &'static str = "list_hash";
    const COLUMNS: &'static str = "blind, entry_id";

    fn bind(&self, to: &mut Parameters) {
        to.bytes(&self.blind.0);
        to.int(self.entry.number());
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            blind: columns.blind()?,
            entry: EntryId::new(columns.int()?),
        })
    }
}

impl Record for FileHashRow {
    const TABLE: &'static str = "file_hash";
    const COLUMNS: &'static str = "blind, file_id";

    fn bind(&self, to: &mut Parameters) {
        to.bytes(&self.blind.0);
        to.bytes(&self.file.bytes());
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            blind: columns.blind()?,
            file: columns.file()?,
        })
    }
}

impl Record for LookRow {
    const TABLE: &'static str = "file_look";
    const COLUMNS: &'static str = "seq, file_id, report_id, sealed";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.seq);
        to.bytes(&self.file.bytes());
        to.int(self.report.number());
        to.maybe_bytes(self.sealed.as_ref());
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            seq: columns.int()?,
            file: columns.file()?,
            report: columns.report()?,
            sealed: columns.maybe_sealed()?,
        })
    }
}

impl Record for MatchRow {
    const TABLE: &'static str = "file_match";
    const COLUMNS: &'static str = "id, file_id, report_id, list_id, entry_id, state, made_ms, \
         judged_ms, told_ms, sealed";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.id.number());
        to.bytes(&self.file.bytes());
        to.int(self.report.number());
        to.int(self.list.number());
        to.int(self.entry.number());
        to.text(self.state.name());
        to.time(self.made);
        to.maybe_int(self.judged.map(Timestamp::millis));
        to.maybe_int(self.told.map(Timestamp::millis));
        to.bytes(&self.sealed.0);
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            id: MatchId::new(columns.int()?),
            file: columns.file()?,
            report: columns.report()?,
            list: ListId::new(columns.int()?),
            entry: EntryId::new(columns.int()?),
            state: {
                let word = columns.text()?;
                let found = MatchState::ALL.into_iter().find(|it| it.name() == word);
                found.ok_or_else(|| columns.unreadable("a match's state"))?
            },
            made: columns.time()?,
            judged: columns.maybe_time()?,
            told: columns.maybe_time()?,
            sealed: columns.sealed()?,
        })
    }
}

impl Tx {
    /// The lists with these numbers, in no order.
    pub async fn lists(&mut self, ids: &[ListId]) -> Result<Vec<ListRow>, StoreFault> {
        self.connection().among("id", ids, "").await
    }

    /// Inserts lists, or replaces what is kept of them. Two lists of one name are a fault.
    pub async fn put_lists(&mut self, rows: &[ListRow]) -> Result<(), StoreFault> {
        let columns = [
            "owner",
            "compartment",
            "purpose",
            "trust",
            "radius",
            "from_ms",
            "until_ms",
            "key_wrapped",
            "snapshot",
            "entries",
            "changed_ms",
        ];
        self.put(rows, |row| row.id, "id", &columns).await
    }

    /// The entries under these keys, removed ones left out, in no order.
    pub async fn entries_by_key(&mut self, keys: &[Blind]) -> Result<Vec<EntryRow>, StoreFault> {
        let tail = "AND state <> 'removed'";
        self.connection().among("key_blind", keys, tail).await
    }

    /// The entries with these numbers, in no order.
    pub async fn entries(&mut self, ids: &[EntryId]) -> Result<Vec<EntryRow>, StoreFault> {
        self.connection().among("id", ids, "").await
    }

    /// Inserts entries, or replaces what is kept of them.
    pub async fn put_entries(&mut self, rows: &[EntryRow]) -> Result<(), StoreFault> {
        let columns = ["rev", "state", "matched", "sealed"];
        self.put(rows, |row| row.id, "id", &columns).await
    }

    /// Inserts exact hashes of entries.
    pub async fn insert_entry_hashes(&mut self, rows: &[EntryHashRow]) -> Result<(), StoreFault> {
        let tail = "ON CONFLICT (blind, entry_id) DO NOTHING";
        self.connection().insert(rows.iter(), tail).await.map(drop)
    }

    /// Removes exact hashes of entries.
    pub async fn delete_entry_hashes(&mut self, rows: &[EntryHashRow]) -> Result<(), StoreFault> {
        let mut connection = self.connection();
        for row in rows {
            let mut parameters = connection.parameters();
            row.bind(&mut parameters);
            let sql = "DELETE FROM list_hash WHERE blind = $1 AND entry_id = $2".to_owned();
            connection.execute("list_hash", sql, parameters).await?;
        }
        Ok(())
    }

    /// Inserts exact hashes of files.
    pub async fn insert_file_hashes(&mut self, rows: &[FileHashRow]) -> Result<(), StoreFault> {
        let tail = "ON CONFLICT (blind, file_id) DO NOTHING";
        self.connection().insert(rows.iter(), tail).await.map(drop)
    }

    /// Inserts what files look like.
    pub async fn insert_looks(&mut self, rows: &[LookRow]) -> Result<(), StoreFault> {
        self.connection().insert(rows.iter(), "").await.map(drop)
    }

    /// Inserts matches, and says how many were new: a file matches an entry once.
    pub async fn insert_matches(&mut self, rows: &[MatchRow]) -> Result<u64, StoreFault> {
        let tail = "ON CONFLICT (file_id, entry_id) DO NOTHING";
        self.connection().insert(rows.iter(), tail).await
    }

    /// The matches with these numbers, in no order.
    pub async fn matches(&mut self, ids: &[MatchId]) -> Result<Vec<MatchRow>, StoreFault> {
        self.connection().among("id", ids, "").await
    }

    /// The matches of a report's files, in no order.
    pub async fn matches_of(&mut self, report: ReportId) -> Result<Vec<MatchRow>, StoreFault> {
        self.connection().among("report_id", &[report], "").await
    }

    /// Replaces what persons made of matches.
    pub async fn put_matches(&mut self, rows: &[MatchRow]) -> Result<(), StoreFault> {
        self.put(rows, |row| row.id, "id", &["state", "judged_ms", "told_ms"])
            .await
    }

    /// The last change to any entry; 0 before the first.
    pub async fn last_rev(&mut self) -> Result<i64, StoreFault> {
        last_rev(&mut self.connection()).await
    }
}

impl Store {
    /// Every list, by name.
    pub async fn all_lists(&self) -> Result<Vec<ListRow>, StoreFault> {
        let mut reader = self.reader("all_lists").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.int(capped(ROWS_PER_PAGE_MAX, ROWS_PER_PAGE_MAX));
        connection
            .select("ORDER BY name LIMIT $1", parameters)
            .await
    }

    /// The last change to any entry; 0 before the first.
    pub async fn last_rev(&self) -> Result<i64, StoreFault> {
        let mut reader = self.reader("last_rev").await?;
        last_rev(&mut reader.connection()).await
    }

    /// Entries by the order of their changes, after the change `rev`, at most `limit`.
    pub async fn entries_after(&self, rev: i64, limit: usize) -> Result<Vec<EntryRow>, StoreFault> {
        let mut reader = self.reader("entries_after").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.int(rev);
        parameters.int(capped(limit, ROWS_PER_PAGE_MAX));
        let tail = "WHERE rev > $1 ORDER BY rev LIMIT $2";
        connection.select(tail, parameters).await
    }

    /// Entries of a list by number, after `after`, removed ones left out, at most `limit`.
    pub async fn entries_of(
        &self,
        list: ListId,
        after: Option<EntryId>,
        limit: usize,
    ) -> Result<Vec<EntryRow>, StoreFault> {
        let mut reader = self.reader("entries_of").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.int(list.number());
        parameters.int(after.map_or(0, EntryId::number));
        parameters.int(capped(limit, ROWS_PER_PAGE_MAX));
        let tail = "WHERE list_id = $1 AND id > $2 AND state <> 'removed' ORDER BY id LIMIT $3";
        connection.select(tail, parameters).await
    }

    /// The entries with these numbers, in no order.
    pub async fn entries(&self, ids: &[EntryId]) -> Result<Vec<EntryRow>, StoreFault> {
        let mut reader = self.reader("entries").await?;
        reader.connection().among("id", ids, "").await
    }

    /// The entries that have one of these exact hashes, in no order.
    pub async fn entry_hashes(&self, blinds: &[Blind]) -> Result<Vec<EntryHashRow>, StoreFault> {
        let mut reader = self.reader("entry_hashes").await?;
        reader.connection().among("blind", blinds, "").await
    }

    /// The files that have one of these exact hashes, in no order.
    pub async fn file_hashes(&self, blinds: &[Blind]) -> Result<Vec<FileHashRow>, StoreFault> {
        let mut reader = self.reader("file_hashes").await?;
        reader.connection().among("blind", blinds, "").await
    }

    /// What files look like, in the order in which they were looked into, after `seq`, at most
    /// `limit`.
    pub async fn looks_after(&self, seq: i64, limit: usize) -> Result<Vec<LookRow>, StoreFault> {
        let mut reader = self.reader("looks_after").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.int(seq);
        parameters.int(capped(limit, ROWS_PER_PAGE_MAX));
        let tail = "WHERE seq > $1 ORDER BY seq LIMIT $2";
        connection.select(tail, parameters).await
    }

    /// The files with these tokens, in no order.
    pub async fn files(&self, ids: &[FileId]) -> Result<Vec<FileRow>, StoreFault> {
        let mut reader = self.reader("files").await?;
        reader.connection().among("id", ids, "").await
    }

    /// What the files of these reports look like, in no order.
    pub async fn looks_of(&self, reports: &[ReportId]) -> Result<Vec<LookRow>, StoreFault> {
        let mut reader = self.reader("looks_of").await?;
        reader.connection().among("report_id", reports, "").await
    }

    /// The matches of these reports' files, in no order.
    pub async fn matches_of(&self, reports: &[ReportId]) -> Result<Vec<MatchRow>, StoreFault> {
        let mut reader = self.reader("matches_of").await?;
        reader.connection().among("report_id", reports, "").await
    }

    /// The matches with entries of a list that a person judged, by number, at most `limit` behind
    /// `after`; with `untold` those alone of which the list's keeper was not told.
    pub async fn judged_matches(
        &self,
        list: ListId,
        untold: bool,
        after: MatchId,
        limit: usize,
    ) -> Result<Vec<MatchRow>, StoreFault> {
        let mut reader = self.reader("judged_matches").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.int(list.number());
        parameters.int(after.number());
        parameters.int(capped(limit, ROWS_PER_PAGE_MAX));
        let tail = if untold {
            "WHERE list_id = $1 AND id > $2 AND state <> 'open' AND told_ms IS NULL ORDER BY id \
             LIMIT $3"
        } else {
            "WHERE list_id = $1 AND id > $2 AND state <> 'open' ORDER BY id LIMIT $3"
        };
        connection.select(tail, parameters).await
    }

    /// A match.
    pub async fn found_match(&self, id: MatchId) -> Result<Option<MatchRow>, StoreFault> {
        let mut reader = self.reader("found_match").await?;
        let found = reader.connection().among("id", &[id], "").await?;
        Ok(found.into_iter().next())
    }

    /// Entries of a list that wait for a person, by number, at most `limit`.
    pub async fn entries_held_back(
        &self,
        list: ListId,
        limit: usize,
    ) -> Result<Vec<EntryRow>, StoreFault> {
        let mut reader = self.reader("entries_held_back").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.int(list.number());
        parameters.int(capped(limit, ROWS_PER_PAGE_MAX));
        let tail = "WHERE list_id = $1 AND state = 'held_back' ORDER BY id LIMIT $2";
        connection.select(tail, parameters).await
    }
}

async fn last_rev(connection: &mut crate::connection::Connection<'_>) -> Result<i64, StoreFault> {
    let parameters = connection.parameters();
    let sql = "SELECT MAX(rev) FROM list_entry".to_owned();
    let rows = connection.rows("list_entry", sql, parameters).await?;
    let Some(row) = rows.first() else {
        return Ok(0);
    };
    let mut columns = Columns::new(row, connection.during(), "list_entry");
    Ok(columns.maybe_int()?.unwrap_or(0))
}
