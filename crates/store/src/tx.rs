//! Named transactions and their bulk methods.

use std::collections::BTreeMap;
use std::ops::Range;

use model::{CaseId, FileId, ReportId, ReportState, Timestamp};
use sqlx::Transaction;
use sqlx::postgres::Postgres;
use sqlx::sqlite::Sqlite;

use crate::StoreFault;
use crate::connection::{Columns, Connection, Dialect};
use crate::read;
use crate::record::state;
use crate::row::{
    Blind, CaseRow, Counter, DetailRow, FileRow, LinkRow, LogEntry, LogHead, LogRow, MentionRow,
    ReportRow, SubmissionRow,
};
use crate::statement::upsert;
use crate::table::Record;

/// A transaction. Nothing of it is kept unless [`Tx::commit`] says so, and nothing once one of its
/// methods failed.
///
/// Call [`Tx::lock_log`] first in any transaction that appends to the log: with PostgreSQL that
/// makes the batches of several servers follow one another, so that what is read after it stays
/// true until the commit.
pub struct Tx {
    link: Link,
    name: &'static str,
    broken: bool,
    head: Option<LogHead>,
}

enum Link {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

impl Tx {
    pub(crate) fn sqlite(link: Transaction<'static, Sqlite>, name: &'static str) -> Self {
        Self::new(Link::Sqlite(link), name)
    }

    pub(crate) fn postgres(link: Transaction<'static, Postgres>, name: &'static str) -> Self {
        Self::new(Link::Postgres(link), name)
    }

    fn new(link: Link, name: &'static str) -> Self {
        Self {
            link,
            name,
            broken: false,
            head: None,
        }
    }

    /// Keeps everything, durably. Refuses if a method failed or was given up midway.
    ///
    /// After [`StoreFault::Connection`] it is unknown whether PostgreSQL kept it: look before
    /// trying again.
    pub async fn commit(self) -> Result<(), StoreFault> {
        let during = self.name;
        if self.broken {
            // PostgreSQL would answer a COMMIT here with success and roll back.
            return Err(StoreFault::Aborted { during });
        }
        match self.link {
            Link::Sqlite(link) => link.commit().await,
            Link::Postgres(link) => link.commit().await,
        }
        .map_err(|error| StoreFault::from_database(error, during, "the commit"))?;
        tracing::debug!(transaction = during, "committed");
        Ok(())
    }

    pub(crate) fn connection(&mut self) -> Connection<'_> {
        match &mut self.link {
            Link::Sqlite(link) => Connection::sqlite(link, self.name, &mut self.broken),
            Link::Postgres(link) => Connection::postgres(link, self.name, &mut self.broken),
        }
    }

    /// Locks the log until the transaction ends, and says how far it reaches.
    pub async fn lock_log(&mut self) -> Result<LogHead, StoreFault> {
        if let Some(head) = self.head {
            return Ok(head);
        }
        let mut connection = self.connection();
        if connection.dialect() == Dialect::Postgres {
            let parameters = connection.parameters();
            let sql = "SELECT size FROM log_head FOR UPDATE".to_owned();
            connection.rows("log_head", sql, parameters).await?;
        }
        let head = read::log_head(&mut connection).await?;
        self.head = Some(head);
        Ok(head)
    }

    /// Hands out `count` numbers. They are given only if the transaction commits: forget them if it
    /// does not.
    pub async fn reserve(
        &mut self,
        counter: Counter,
        count: u32,
    ) -> Result<Range<i64>, StoreFault> {
        let mut connection = self.connection();
        let mut parameters = connection.parameters();
        parameters.int(i64::from(count));
        parameters.text(counter.name());
        let sql = "UPDATE counter SET next = next + $1 WHERE name = $2 RETURNING next".to_owned();
        let rows = connection.rows("counter", sql, parameters).await?;
        let end = connection
            .first_int(&rows, "counter")?
            .ok_or(StoreFault::Unreadable {
                during: connection.during(),
                table: "counter",
                what: "a row for each counter",
            })?;
        Ok(end - i64::from(count)..end)
    }

    /// Moves a counter on to the number that it gives out next, and never back.
    pub async fn advance(&mut self, counter: Counter, next: i64) -> Result<(), StoreFault> {
        let mut connection = self.connection();
        let mut parameters = connection.parameters();
        parameters.int(next);
        parameters.text(counter.name());
        let sql = "UPDATE counter SET next = $1 WHERE name = $2 AND next < $1".to_owned();
        connection
            .execute("counter", sql, parameters)
            .await
            .map(drop)
    }

    /// Appends events to the log and gives the index of the first; locks the log if that was not
    /// done.
    pub async fn append_log(&mut self, rows: &[LogRow]) -> Result<i64, StoreFault> {
        let head = self.lock_log().await?;
        let entries: Vec<_> = (head.size..)
            .zip(rows)
            .map(|(index, row)| LogEntry {
                index,
                row: row.clone(),
            })
            .collect();
        let Some(last) = entries.last() else {
            return Ok(head.size);
        };
        let size = last.index + 1;
        let mut connection = self.connection();
        connection.insert(entries.iter(), "").await?;
        let mut parameters = connection.parameters();
        parameters.int(size);
        let sql = "UPDATE log_head SET size = $1".to_owned();
        connection.execute("log_head", sql, parameters).await?;
        self.head = Some(LogHead { size, ..head });
        Ok(head.size)
    }

    /// The reports with these ids, in no order.
    pub async fn reports(&mut self, ids: &[ReportId]) -> Result<Vec<ReportRow>, StoreFault> {
        self.connection().among("id", ids, "").await
    }

    /// The submissions of these reports, in no order.
    pub async fn submissions(
        &mut self,
        ids: &[ReportId],
    ) -> Result<Vec<SubmissionRow>, StoreFault> {
        self.connection().among("report_id", ids, "").await
    }

    /// For each digest that was submitted before: the latest report with it and that report's
    /// state, in no order.
    pub async fn latest_by_digest(
        &mut self,
        digests: &[Blind],
    ) -> Result<Vec<(Blind, ReportId, ReportState)>, StoreFault> {
        let mut connection = self.connection();
        let during = connection.during();
        let head = "SELECT MAX(report_id), digest_blind FROM submission WHERE digest_blind IN";
        let tail = "GROUP BY digest_blind";
        let rows = connection
            .rows_among("submission", head, digests, tail)
            .await?;
        let mut latest = BTreeMap::new();
        for row in &rows {
            let mut columns = Columns::new(row, during, "submission");
            latest.insert(columns.report()?, columns.blind()?);
        }
        let ids: Vec<ReportId> = latest.keys().copied().collect();
        let head = "SELECT id, state FROM report WHERE id IN";
        let rows = connection.rows_among("report", head, &ids, "").await?;
        let mut states = BTreeMap::new();
        for row in &rows {
            let mut columns = Columns::new(row, during, "report");
            states.insert(columns.report()?, state(&mut columns)?);
        }
        Ok(states
            .into_iter()
            .filter_map(|(id, state)| latest.get(&id).map(|digest| (*digest, id, state)))
            .collect())
    }

    /// Inserts submissions; each goes before its report.
    pub async fn insert_submissions(&mut self, rows: &[SubmissionRow]) -> Result<(), StoreFault> {
        self.connection().insert(rows.iter(), "").await.map(drop)
    }

    /// Inserts reports, or replaces what is kept of them. Of two rows with one id the later counts.
    pub async fn put_reports(&mut self, rows: &[ReportRow]) -> Result<(), StoreFault> {
        let columns = [
            "state",
            "changed_ms",
            "finished_ms",
            "rev",
            "twin_of",
            "data_key",
            "key_case",
            "case_id",
            "findings_sealed",
            "storm_id",
            "news",
            "material_sealed",
        ];
        self.put(rows, |row| row.id, "id", &columns).await
    }

    /// Inserts files.
    pub async fn insert_files(&mut self, rows: &[FileRow]) -> Result<(), StoreFault> {
        self.connection().insert(rows.iter(), "").await.map(drop)
    }

    /// The files with these tokens, in no order.
    pub async fn files(&mut self, ids: &[FileId]) -> Result<Vec<FileRow>, StoreFault> {
        self.connection().among("id", ids, "").await
    }

    /// The files of these reports, by report and position.
    pub async fn files_of(&mut self, reports: &[ReportId]) -> Result<Vec<FileRow>, StoreFault> {
        read::files_of(&mut self.connection(), reports).await
    }

    /// For each of these reports that exists: the position that its next file takes, in no order.
    pub async fn next_file_positions(
        &mut self,
        reports: &[ReportId],
    ) -> Result<Vec<(ReportId, i64)>, StoreFault> {
        let mut connection = self.connection();
        let head = "SELECT id, (SELECT MAX(position) FROM file WHERE file.report_id = report.id) \
                    FROM report WHERE id IN";
        let rows = connection.rows_among("file", head, reports, "").await?;
        rows.iter()
            .map(|row| {
                let mut columns = Columns::new(row, connection.during(), "file");
                let report = columns.report()?;
                Ok((report, columns.maybe_int()?.map_or(0, |last| last + 1)))
            })
            .collect()
    }

    /// Inserts what was said of files.
    pub async fn insert_details(&mut self, rows: &[DetailRow]) -> Result<(), StoreFault> {
        self.connection().insert(rows.iter(), "").await.map(drop)
    }

    /// What was said of the files of these reports, by report, file and order of arrival.
    pub async fn details_of(&mut self, reports: &[ReportId]) -> Result<Vec<DetailRow>, StoreFault> {
        read::details_of(&mut self.connection(), reports).await
    }

    /// Inserts mentions.
    pub async fn insert_mentions(&mut self, rows: &[MentionRow]) -> Result<(), StoreFault> {
        self.connection().insert(rows.iter(), "").await.map(drop)
    }

    /// The cases with these ids, in no order, merged ones as they are.
    pub async fn cases(&mut self, ids: &[CaseId]) -> Result<Vec<CaseRow>, StoreFault> {
        self.connection().among("id", ids, "").await
    }

    /// Inserts cases, or replaces what is kept of them. Of two rows with one id the later counts.
    pub async fn put_cases(&mut self, rows: &[CaseRow]) -> Result<(), StoreFault> {
        let columns = [
            "opened_ms",
            "changed_ms",
            "standing",
            "danger",
            "actionability",
            "reports",
            "key_wrapped",
            "merged_into",
            "reasons_sealed",
            "policy_version",
            "founder",
            "urgency",
            "storm_id",
        ];
        self.put(rows, |row| row.id, "id", &columns).await
    }

    /// Inserts links.
    pub async fn insert_links(&mut self, rows: &[LinkRow]) -> Result<(), StoreFault> {
        self.connection().insert(rows.iter(), "").await.map(drop)
    }

    /// Makes the members and links of a case those of another case, and says how many reports
    /// moved.
    pub async fn move_case_members(&mut self, from: CaseId, to: CaseId) -> Result<u64, StoreFault> {
        let mut connection = self.connection();
        connection.move_rows("link", from, to).await?;
        connection.move_rows("report", from, to).await
    }

    /// The members of a case by id, after the report `after`, at most `limit`.
    pub async fn members_of(
        &mut self,
        case: CaseId,
        after: Option<ReportId>,
        limit: usize,
    ) -> Result<Vec<ReportRow>, StoreFault> {
        read::members_of(&mut self.connection(), case, after, limit).await
    }

    /// Open reports that are past both limits, longest idle first, at most `limit`: more than 24
    /// hours since they were opened *and* more than an hour since their last change
    /// (`model::limits`).
    pub async fn expired(
        &mut self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<ReportRow>, StoreFault> {
        read::expired(&mut self.connection(), now, limit).await
    }

    /// Notes that a signed checkpoint covers the first `size` entries; never goes back.
    pub async fn set_published(&mut self, size: i64) -> Result<(), StoreFault> {
        read::set_published(&mut self.connection(), size).await?;
        self.head = None;
        Ok(())
    }

    /// Upserts rows, one for each key. PostgreSQL refuses a statement that would write a row twice,
    /// and the order of keys keeps two transactions from waiting for each other.
    pub(crate) async fn put<T: Record, K: Ord>(
        &mut self,
        rows: &[T],
        key: impl Fn(&T) -> K,
        key_column: &str,
        columns: &[&str],
    ) -> Result<(), StoreFault> {
        let latest: BTreeMap<K, &T> = rows.iter().map(|row| (key(row), row)).collect();
        let tail = upsert(key_column, columns);
        self.connection()
            .insert(latest.into_values(), &tail)
            .await
            .map(drop)
    }
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tx")
            .field("name", &self.name)
            .field("broken", &self.broken)
            .finish_non_exhaustive()
    }
}

impl Connection<'_> {
    async fn move_rows(
        &mut self,
        table: &'static str,
        from: CaseId,
        to: CaseId,
    ) -> Result<u64, StoreFault> {
        let mut parameters = self.parameters();
        parameters.int(from.number());
        parameters.int(to.number());
        let sql = format!("UPDATE {table} SET case_id = $2 WHERE case_id = $1");
        self.execute(table, sql, parameters).await
    }
}
