//! Reading outside a transaction, and the questions that transactions ask too.

use std::ops::Range;

use model::limits::{IDLE_REPORT_MILLIS_MAX, OPEN_REPORT_MILLIS_MAX};
use model::{CaseId, Door, FileId, Override, ReportId, Timestamp};

use crate::connection::{Columns, Connection};
use crate::material::LookRow;
use crate::row::{
    Blind, CaseRow, Counter, DetailRow, FileRow, LinkRow, LogEntry, LogHead, MentionRow, ReportRow,
    SubmissionRow,
};
use crate::{Store, StoreFault};

/// The most rows that one reading gives, whatever limit it was asked with.
pub const ROWS_PER_PAGE_MAX: usize = 10_000;
/// The most cases of one page of the queue.
pub const QUEUE_PAGE_MAX: usize = 500;
/// The most commitments of the log that one reading gives: a full tile of tiles.
const COMMITMENTS_MAX: usize = 65_536;
/// The furthest that [`Count`] counts.
const COUNT_MAX: i64 = 10_000;
/// The longest chain of merges that is followed.
const MERGES_MAX: usize = 1_000;

/// A place in the queue: the next page starts after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueCursor {
    /// The override of the last case shown.
    pub raised: Option<Override>,
    /// Its urgency.
    pub urgency: i64,
    /// Its actionability.
    pub actionability: i64,
    /// That case.
    pub case: CaseId,
}

/// Everything that a report brought.
#[derive(Debug)]
pub struct ReportContents {
    /// What was submitted; `None` where there is no such report.
    pub submission: Option<SubmissionRow>,
    /// Its files, by position.
    pub files: Vec<FileRow>,
    /// What was said of them, by file and order of arrival.
    pub details: Vec<DetailRow>,
    /// What they look like, in no order.
    pub looks: Vec<LookRow>,
}

impl CaseRow {
    /// The case's place in the queue.
    pub const fn cursor(&self) -> QueueCursor {
        QueueCursor {
            raised: self.rank.raised,
            urgency: self.urgency,
            actionability: self.rank.actionability,
            case: self.id,
        }
    }
}

/// How many there are, counted so far and no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// This many, …
    pub number: u64,
    /// … or more.
    pub or_more: bool,
}

/// What a status page shows; costs the same however large the database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// How far the log reaches.
    pub log: LogHead,
    /// Reports that wait for their sender to finish them.
    pub open_reports: Count,
    /// Cases in the queue.
    pub cases: Count,
    /// Cases in the queue with an override.
    pub urgent_cases: Count,
}

impl Store {
    /// Hands out `count` numbers that were never handed out and never will be again, in a
    /// transaction of its own. Numbers that are not used are lost. Not to be called while
    /// holding a [`crate::Tx`].
    pub async fn reserve(&self, counter: Counter, count: u32) -> Result<Range<i64>, StoreFault> {
        let mut tx = self.begin("reserve").await?;
        let numbers = tx.reserve(counter, count).await?;
        tx.commit().await?;
        Ok(numbers)
    }

    /// The number that a counter gives out next.
    pub async fn next_of(&self, counter: Counter) -> Result<i64, StoreFault> {
        let mut reader = self.reader("next_of").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.text(counter.name());
        let sql = "SELECT next FROM counter WHERE name = $1".to_owned();
        let rows = connection.rows("counter", sql, parameters).await?;
        let next = connection.first_int(&rows, "counter")?;
        next.ok_or(StoreFault::Unreadable {
            during: "next_of",
            table: "counter",
            what: "a row for each counter",
        })
    }

    /// A report.
    pub async fn report(&self, id: ReportId) -> Result<Option<ReportRow>, StoreFault> {
        let mut reader = self.reader("report").await?;
        let found = reader.connection().among("id", &[id], "").await?;
        Ok(found.into_iter().next())
    }

    /// The reports with these numbers, in no order.
    pub async fn reports(&self, ids: &[ReportId]) -> Result<Vec<ReportRow>, StoreFault> {
        let mut reader = self.reader("reports").await?;
        reader.connection().among("id", ids, "").await
    }

    /// What was submitted for a report.
    pub async fn submission(&self, report: ReportId) -> Result<Option<SubmissionRow>, StoreFault> {
        let mut reader = self.reader("submission").await?;
        let found = reader
            .connection()
            .among("report_id", &[report], "")
            .await?;
        Ok(found.into_iter().next())
    }

    /// Everything that a report brought, in one reading.
    pub async fn contents_of(&self, report: ReportId) -> Result<ReportContents, StoreFault> {
        let mut reader = self.reader("contents_of").await?;
        let connection = &mut reader.connection();
        let found = connection.among("report_id", &[report], "").await?;
        let files = files_of(connection, &[report]).await?;
        let (mut details, mut looks) = (Vec::new(), Vec::new());
        if !files.is_empty() {
            details = details_of(connection, &[report]).await?;
            looks = connection.among("report_id", &[report], "").await?;
        }
        Ok(ReportContents {
            submission: found.into_iter().next(),
            files,
            details,
            looks,
        })
    }

    /// What was submitted for these reports, in no order.
    pub async fn submissions(
        &self,
        reports: &[ReportId],
    ) -> Result<Vec<SubmissionRow>, StoreFault> {
        let mut reader = self.reader("submissions").await?;
        reader.connection().among("report_id", reports, "").await
    }

    /// A file.
    pub async fn file(&self, id: FileId) -> Result<Option<FileRow>, StoreFault> {
        let mut reader = self.reader("file").await?;
        let found = reader.connection().among("id", &[id], "").await?;
        Ok(found.into_iter().next())
    }

    /// The files of these reports, by report and position.
    pub async fn files_of(&self, reports: &[ReportId]) -> Result<Vec<FileRow>, StoreFault> {
        let mut reader = self.reader("files_of").await?;
        files_of(&mut reader.connection(), reports).await
    }

    /// What was said of the files of a report, by file and order of arrival.
    pub async fn details_of(&self, report: ReportId) -> Result<Vec<DetailRow>, StoreFault> {
        let mut reader = self.reader("details_of").await?;
        details_of(&mut reader.connection(), &[report]).await
    }

    /// The mentions of a report, by position.
    pub async fn mentions_of(&self, report: ReportId) -> Result<Vec<MentionRow>, StoreFault> {
        let mut reader = self.reader("mentions_of").await?;
        let connection = &mut reader.connection();
        connection
            .among("report_id", &[report], "ORDER BY position")
            .await
    }

    /// What ties of the reports that came by any door but `except`, by report and position, after
    /// `after`, at most `limit`: the place of each, and what it mentions, blinded.
    pub async fn ties_but_of(
        &self,
        except: Door,
        after: (ReportId, i64),
        limit: usize,
    ) -> Result<Vec<((ReportId, i64), Blind)>, StoreFault> {
        let mut reader = self.reader("ties_but_of").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.int(after.0.number());
        parameters.int(after.1);
        parameters.text(except.name());
        parameters.int(capped(limit, ROWS_PER_PAGE_MAX));
        let sql = "SELECT mention.report_id, mention.position, mention.blind FROM mention \
             JOIN submission ON submission.report_id = mention.report_id \
             WHERE (mention.report_id, mention.position) > ($1, $2) AND mention.ties = 1 \
             AND submission.door <> $3 \
             ORDER BY mention.report_id, mention.position LIMIT $4";
        let rows = connection
            .rows("mention", sql.to_owned(), parameters)
            .await?;
        rows.iter()
            .map(|row| {
                let mut columns = Columns::new(row, "ties_but_of", "mention");
                let place = (columns.report()?, columns.int()?);
                Ok((place, columns.blind()?))
            })
            .collect()
    }

    /// What ties of the reports that came by any door but `except` and were tied at most `steps`
    /// steps behind the step `after`, blinded, in no order; and the last of these steps. A report
    /// that is tied later has a later step, so whoever goes on from there misses none.
    pub async fn ties_of_steps(
        &self,
        except: Door,
        after: i64,
        steps: i64,
    ) -> Result<(i64, Vec<Blind>), StoreFault> {
        let mut reader = self.reader("ties_of_steps").await?;
        let connection = &mut reader.connection();
        let sql = "SELECT MAX(seq) FROM tying WHERE seq > $1 AND seq <= $2";
        let until = after.saturating_add(steps);
        let mut parameters = connection.parameters();
        parameters.int(after);
        parameters.int(until);
        let rows = connection.rows("tying", sql.to_owned(), parameters).await?;
        let last = match rows.first() {
            Some(row) => Columns::new(row, "ties_of_steps", "tying").maybe_int()?,
            None => None,
        };
        let Some(last) = last else {
            return Ok((after, Vec::new()));
        };
        let mut parameters = connection.parameters();
        parameters.int(after);
        parameters.int(last);
        parameters.text(except.name());
        let sql = "SELECT mention.blind FROM tying \
             JOIN mention ON mention.report_id = tying.report_id \
             JOIN submission ON submission.report_id = tying.report_id \
             WHERE tying.seq > $1 AND tying.seq <= $2 AND mention.ties = 1 \
             AND submission.door <> $3";
        let rows = connection
            .rows("mention", sql.to_owned(), parameters)
            .await?;
        let blinds = rows
            .iter()
            .map(|row| Columns::new(row, "ties_of_steps", "mention").blind());
        Ok((last, blinds.collect::<Result<_, _>>()?))
    }

    /// One page of the queue: the most endangered child first, the oldest of equals first. `after`
    /// is the cursor of the last case of the page before. At most `limit` cases and never more
    /// than [`QUEUE_PAGE_MAX`].
    pub async fn queue_page(
        &self,
        after: Option<QueueCursor>,
        limit: usize,
    ) -> Result<Vec<CaseRow>, StoreFault> {
        let mut reader = self.reader("queue_page").await?;
        queue_page(&mut reader.connection(), after, limit).await
    }

    /// A case, or the one that it was merged into.
    pub async fn case(&self, id: CaseId) -> Result<Option<CaseRow>, StoreFault> {
        let mut reader = self.reader("case").await?;
        let connection = &mut reader.connection();
        let mut id = id;
        for _ in 0..MERGES_MAX {
            let found: Vec<CaseRow> = connection.among("id", &[id], "").await?;
            match found.into_iter().next() {
                Some(row) => match row.merged_into {
                    Some(into) => id = into,
                    None => return Ok(Some(row)),
                },
                None => return Ok(None),
            }
        }
        Err(StoreFault::Unreadable {
            during: "case",
            table: "cases",
            what: "merges that end",
        })
    }

    /// The cases that stand for themselves, those in a storm's row too, by number after `after`, at
    /// most `limit`.
    pub async fn standing_cases(
        &self,
        after: Option<CaseId>,
        limit: usize,
    ) -> Result<Vec<CaseRow>, StoreFault> {
        let mut reader = self.reader("standing_cases").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.int(after.map_or(i64::MIN, CaseId::number));
        parameters.int(capped(limit, ROWS_PER_PAGE_MAX));
        let tail = "WHERE merged_into IS NULL AND id > $1 ORDER BY id LIMIT $2";
        connection.select(tail, parameters).await
    }

    /// The cases with these ids, in no order, merged ones as they are (their keys may still wrap
    /// members').
    pub async fn cases(&self, ids: &[CaseId]) -> Result<Vec<CaseRow>, StoreFault> {
        let mut reader = self.reader("cases").await?;
        reader.connection().among("id", ids, "").await
    }

    /// The members of a case by id, after the report `after`, at most `limit`.
    pub async fn members_of(
        &self,
        case: CaseId,
        after: Option<ReportId>,
        limit: usize,
    ) -> Result<Vec<ReportRow>, StoreFault> {
        let mut reader = self.reader("members_of").await?;
        members_of(&mut reader.connection(), case, after, limit).await
    }

    /// The links of a case, by later report and position, at most `limit`.
    pub async fn links_of(&self, case: CaseId, limit: usize) -> Result<Vec<LinkRow>, StoreFault> {
        let mut reader = self.reader("links_of").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.int(case.number());
        parameters.int(capped(limit, ROWS_PER_PAGE_MAX));
        let tail = "WHERE case_id = $1 ORDER BY from_report, position LIMIT $2";
        connection.select(tail, parameters).await
    }

    /// The log's entries from index `from` on, at most `limit`.
    pub async fn log_entries(&self, from: i64, limit: usize) -> Result<Vec<LogEntry>, StoreFault> {
        let mut reader = self.reader("log_entries").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.int(from);
        parameters.int(capped(limit, ROWS_PER_PAGE_MAX));
        let tail = "WHERE idx >= $1 ORDER BY idx LIMIT $2";
        connection.select(tail, parameters).await
    }

    /// The bare commitments of the log from index `from` on, at most `limit` and never more than 65
    /// 536: what a publisher needs.
    pub async fn log_commitments(
        &self,
        from: i64,
        limit: usize,
    ) -> Result<Vec<[u8; 33]>, StoreFault> {
        let mut reader = self.reader("log_commitments").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.int(from);
        parameters.int(capped(limit, COMMITMENTS_MAX));
        let sql = "SELECT entry FROM log_entry WHERE idx >= $1 ORDER BY idx LIMIT $2".to_owned();
        let rows = connection.rows("log_entry", sql, parameters).await?;
        rows.iter()
            .map(|row| {
                Columns::new(row, "log_commitments", "log_entry").array("a log entry of 33 bytes")
            })
            .collect()
    }

    /// The log's entries about a report, by index, from index `from` on, at most `limit`.
    pub async fn log_events_of_report(
        &self,
        report: ReportId,
        from: i64,
        limit: usize,
    ) -> Result<Vec<LogEntry>, StoreFault> {
        let mut reader = self.reader("log_events_of_report").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.int(report.number());
        parameters.int(from);
        parameters.int(capped(limit, ROWS_PER_PAGE_MAX));
        let tail = "WHERE report_id = $1 AND idx >= $2 ORDER BY idx LIMIT $3";
        connection.select(tail, parameters).await
    }

    /// How far the log reaches.
    pub async fn log_head(&self) -> Result<LogHead, StoreFault> {
        let mut reader = self.reader("log_head").await?;
        log_head(&mut reader.connection()).await
    }

    /// Notes that a signed checkpoint covers the first `size` entries, in a transaction of its own;
    /// never goes back.
    pub async fn set_published(&self, size: i64) -> Result<(), StoreFault> {
        let mut tx = self.begin("set_published").await?;
        tx.set_published(size).await?;
        tx.commit().await
    }

    /// Open reports that are past both limits, longest idle first, at most `limit`: more than 24
    /// hours since they were opened *and* more than an hour since their last change
    /// (`model::limits`).
    pub async fn expired(
        &self,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<ReportRow>, StoreFault> {
        let mut reader = self.reader("expired").await?;
        expired(&mut reader.connection(), now, limit).await
    }

    /// What a status page shows.
    pub async fn counts(&self) -> Result<Counts, StoreFault> {
        let mut reader = self.reader("counts").await?;
        let connection = &mut reader.connection();
        Ok(Counts {
            log: log_head(connection).await?,
            open_reports: count(connection, "report", "state = 'open'").await?,
            cases: count(
                connection,
                "cases",
                "merged_into IS NULL AND storm_id IS NULL",
            )
            .await?,
            urgent_cases: count(connection, "cases", "merged_into IS NULL AND standing > 0")
                .await?,
        })
    }
}

/// A limit as the database takes it, at most `max`.
pub(crate) fn capped(limit: usize, max: usize) -> i64 {
    i64::try_from(limit.min(max)).unwrap_or(i64::MAX)
}

async fn count(
    connection: &mut Connection<'_>,
    table: &'static str,
    which: &str,
) -> Result<Count, StoreFault> {
    let mut parameters = connection.parameters();
    parameters.int(COUNT_MAX + 1);
    let sql = format!("SELECT COUNT(*) FROM (SELECT 1 FROM {table} WHERE {which} LIMIT $1) few");
    let rows = connection.rows(table, sql, parameters).await?;
    let number = connection.first_int(&rows, table)?.unwrap_or_default();
    Ok(Count {
        number: number.min(COUNT_MAX).unsigned_abs(),
        or_more: number > COUNT_MAX,
    })
}

/// Two readings of the queue's index: the rest of the cases that rank like the cursor, then those
/// that rank below.
async fn queue_page(
    connection: &mut Connection<'_>,
    after: Option<QueueCursor>,
    limit: usize,
) -> Result<Vec<CaseRow>, StoreFault> {
    const ORDER: &str = "ORDER BY standing DESC, urgency DESC, actionability DESC, id ASC LIMIT";
    const IN_QUEUE: &str = "merged_into IS NULL AND storm_id IS NULL";
    let limit = limit.min(QUEUE_PAGE_MAX);
    let Some(after) = after else {
        let mut parameters = connection.parameters();
        parameters.int(capped(limit, QUEUE_PAGE_MAX));
        let tail = format!("WHERE {IN_QUEUE} {ORDER} $1");
        return connection.select(&tail, parameters).await;
    };
    let rank = [
        Override::standing(after.raised),
        after.urgency,
        after.actionability,
    ];
    let mut parameters = connection.parameters();
    for part in rank {
        parameters.int(part);
    }
    parameters.int(after.case.number());
    parameters.int(capped(limit, QUEUE_PAGE_MAX));
    let tail = format!(
        "WHERE {IN_QUEUE} AND standing = $1 AND urgency = $2 AND actionability = $3 \
         AND id > $4 ORDER BY id ASC LIMIT $5"
    );
    let mut page: Vec<CaseRow> = connection.select(&tail, parameters).await?;
    if page.len() < limit {
        let mut parameters = connection.parameters();
        for part in rank {
            parameters.int(part);
        }
        parameters.int(capped(limit - page.len(), QUEUE_PAGE_MAX));
        let tail = format!(
            "WHERE {IN_QUEUE} AND (standing, urgency, actionability) < ($1, $2, $3) {ORDER} $4"
        );
        page.extend(connection.select::<CaseRow>(&tail, parameters).await?);
    }
    Ok(page)
}

pub(crate) async fn log_head(connection: &mut Connection<'_>) -> Result<LogHead, StoreFault> {
    let parameters = connection.parameters();
    let sql = "SELECT head.size, published.size FROM log_head head, log_published published";
    let rows = connection
        .rows("log_head", sql.to_owned(), parameters)
        .await?;
    let during = connection.during();
    let row = rows.first().ok_or(StoreFault::Unreadable {
        during,
        table: "log_head",
        what: "one row",
    })?;
    let mut columns = Columns::new(row, during, "log_head");
    Ok(LogHead {
        size: columns.int()?,
        published: columns.int()?,
    })
}

pub(crate) async fn set_published(
    connection: &mut Connection<'_>,
    size: i64,
) -> Result<(), StoreFault> {
    let mut parameters = connection.parameters();
    parameters.int(size);
    let sql = "UPDATE log_published SET size = $1 \
               WHERE size < $1 AND $1 <= (SELECT size FROM log_head)";
    connection
        .execute("log_published", sql.to_owned(), parameters)
        .await
        .map(drop)
}

pub(crate) async fn files_of(
    connection: &mut Connection<'_>,
    reports: &[ReportId],
) -> Result<Vec<FileRow>, StoreFault> {
    let mut files: Vec<FileRow> = connection.among("report_id", reports, "").await?;
    files.sort_by_key(|file| (file.report, file.position));
    Ok(files)
}

pub(crate) async fn details_of(
    connection: &mut Connection<'_>,
    reports: &[ReportId],
) -> Result<Vec<DetailRow>, StoreFault> {
    let mut details: Vec<DetailRow> = connection.among("report_id", reports, "").await?;
    details.sort_by_key(|detail| (detail.report, detail.file, detail.seq));
    Ok(details)
}

pub(crate) async fn members_of(
    connection: &mut Connection<'_>,
    case: CaseId,
    after: Option<ReportId>,
    limit: usize,
) -> Result<Vec<ReportRow>, StoreFault> {
    let mut parameters = connection.parameters();
    parameters.int(case.number());
    parameters.int(after.map_or(i64::MIN, ReportId::number));
    parameters.int(capped(limit, ROWS_PER_PAGE_MAX));
    let tail = "WHERE case_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    connection.select(tail, parameters).await
}

pub(crate) async fn expired(
    connection: &mut Connection<'_>,
    now: Timestamp,
    limit: usize,
) -> Result<Vec<ReportRow>, StoreFault> {
    let mut parameters = connection.parameters();
    parameters.time(now.plus_millis(-IDLE_REPORT_MILLIS_MAX));
    parameters.time(now.plus_millis(-OPEN_REPORT_MILLIS_MAX));
    parameters.int(capped(limit, ROWS_PER_PAGE_MAX));
    let tail = "WHERE state = 'open' AND changed_ms < $1 AND opened_ms < $2 \
                ORDER BY changed_ms, id LIMIT $3";
    connection.select(tail, parameters).await
}
