//! What senders learn: sums by week, what came of reports; and the clocks of cases.

use std::collections::BTreeMap;

use model::{AccountId, CaseId, Override, ReportId, ReportOutcome, Timestamp};

use crate::connection::{Columns, Parameters};
use crate::statement::upsert;
use crate::table::Record;
use crate::{ROWS_PER_PAGE_MAX, Store, StoreFault, Tx};

/// A sum of one counter, for one sender and week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// The sender; 0 is the operator.
    pub account: AccountId,
    /// Monday, 00:00 UTC.
    pub week_start: Timestamp,
    /// What is counted.
    pub counter: String,
    /// How much of it; as an addition it may be negative.
    pub amount: i64,
}

/// What came of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutcomeRow {
    /// The report.
    pub report: ReportId,
    /// What came of it.
    pub outcome: ReportOutcome,
    /// When that was recorded.
    pub recorded: Timestamp,
}

/// A clock that was stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockDoneRow {
    /// The case.
    pub case: CaseId,
    /// The clock's id.
    pub clock: String,
    /// When it was stopped.
    pub done: Timestamp,
}

/// A case as the calendar looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseStart {
    /// The case.
    pub case: CaseId,
    /// When the first of its reports was opened.
    pub received: Timestamp,
    /// When the case was opened.
    pub opened: Timestamp,
    /// Whether an override stands.
    pub raised: bool,
}

impl Record for LedgerRow {
    const TABLE: &'static str = "sender_week";
    const COLUMNS: &'static str = "account_id, week_start_ms, counter, amount";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.account.number());
        to.time(self.week_start);
        to.text(&self.counter);
        to.int(self.amount);
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            account: columns.account()?,
            week_start: columns.time()?,
            counter: columns.text()?.to_owned(),
            amount: columns.int()?,
        })
    }
}

impl Record for OutcomeRow {
    const TABLE: &'static str = "report_outcome";
    const COLUMNS: &'static str = "report_id, outcome, recorded_ms";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.report.number());
        to.text(self.outcome.name());
        to.time(self.recorded);
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            report: columns.report()?,
            outcome: columns
                .text()?
                .parse()
                .map_err(|_| columns.unreadable("what came of a report"))?,
            recorded: columns.time()?,
        })
    }
}

impl Record for ClockDoneRow {
    const TABLE: &'static str = "clock_done";
    const COLUMNS: &'static str = "case_id, clock, done_ms";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.case.number());
        to.text(&self.clock);
        to.time(self.done);
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            case: columns.case()?,
            clock: columns.text()?.to_owned(),
            done: columns.time()?,
        })
    }
}

impl Tx {
    /// Adds to sums of the ledger. Rows of one sum are added up.
    pub async fn add_to_ledger(&mut self, rows: &[LedgerRow]) -> Result<(), StoreFault> {
        // One row for each sum, in the order of the key: PostgreSQL refuses to write a row twice in
        // one statement, and two transactions never wait for each other.
        let mut sums: BTreeMap<_, LedgerRow> = BTreeMap::new();
        for row in rows {
            let key = (row.account, row.week_start, row.counter.as_str());
            sums.entry(key)
                .and_modify(|sum| sum.amount = sum.amount.saturating_add(row.amount))
                .or_insert_with(|| row.clone());
        }
        let tail = "ON CONFLICT (account_id, week_start_ms, counter) \
                    DO UPDATE SET amount = sender_week.amount + excluded.amount";
        self.connection()
            .insert(sums.values(), tail)
            .await
            .map(drop)
    }

    /// What came of these reports, in no order.
    pub async fn outcomes(&mut self, reports: &[ReportId]) -> Result<Vec<OutcomeRow>, StoreFault> {
        self.connection().among("report_id", reports, "").await
    }

    /// Records what came of reports, in place of what was recorded before. Of two rows for one
    /// report the later counts.
    pub async fn put_outcomes(&mut self, rows: &[OutcomeRow]) -> Result<(), StoreFault> {
        let latest: BTreeMap<_, _> = rows.iter().map(|row| (row.report, row)).collect();
        let tail = upsert("report_id", &["outcome", "recorded_ms"]);
        self.connection()
            .insert(latest.into_values(), &tail)
            .await
            .map(drop)
    }

    /// Stops clocks; one that was stopped before stays as it was.
    pub async fn insert_clocks_done(&mut self, rows: &[ClockDoneRow]) -> Result<(), StoreFault> {
        let tail = "ON CONFLICT (case_id, clock) DO NOTHING";
        self.connection().insert(rows.iter(), tail).await.map(drop)
    }
}

impl Store {
    /// The ledger of one sender from a week on, by week and counter.
    pub async fn ledger_of(
        &self,
        account: AccountId,
        from: Timestamp,
    ) -> Result<Vec<LedgerRow>, StoreFault> {
        let mut reader = self.reader("ledger_of").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.int(account.number());
        parameters.time(from);
        let tail = "WHERE account_id = $1 AND week_start_ms >= $2 \
                    ORDER BY week_start_ms, counter";
        connection.select(tail, parameters).await
    }

    /// The ledgers of all senders from a week on, by sender, week and counter.
    pub async fn ledgers(&self, from: Timestamp) -> Result<Vec<LedgerRow>, StoreFault> {
        let mut reader = self.reader("ledgers").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.time(from);
        let tail = "WHERE week_start_ms >= $1 ORDER BY account_id, week_start_ms, counter";
        connection.select(tail, parameters).await
    }

    /// What came of a report.
    pub async fn outcome_of(&self, report: ReportId) -> Result<Option<OutcomeRow>, StoreFault> {
        let mut reader = self.reader("outcome_of").await?;
        let found = reader
            .connection()
            .among("report_id", &[report], "")
            .await?;
        Ok(found.into_iter().next())
    }

    /// When these reports were finished, in no order; those that never were are left out.
    pub async fn finished_at(
        &self,
        reports: &[ReportId],
    ) -> Result<Vec<(ReportId, Timestamp)>, StoreFault> {
        let mut reader = self.reader("finished_at").await?;
        let connection = &mut reader.connection();
        let head = "SELECT id, finished_ms FROM report WHERE id IN";
        let tail = "AND finished_ms IS NOT NULL";
        let rows = connection.rows_among("report", head, reports, tail).await?;
        rows.iter()
            .map(|row| {
                let mut columns = Columns::new(row, "finished_at", "report");
                Ok((columns.report()?, columns.time()?))
            })
            .collect()
    }

    /// The clocks of these cases that were stopped, in no order.
    pub async fn clocks_done(&self, cases: &[CaseId]) -> Result<Vec<ClockDoneRow>, StoreFault> {
        let mut reader = self.reader("clocks_done").await?;
        reader.connection().among("case_id", cases, "").await
    }

    /// The cases of the queue by number, after the case `after`, at most `limit`; with
    /// `only_raised` those in which an override stands.
    pub async fn case_starts(
        &self,
        after: Option<CaseId>,
        only_raised: bool,
        limit: usize,
    ) -> Result<Vec<CaseStart>, StoreFault> {
        let mut reader = self.reader("case_starts").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.int(after.map_or(i64::MIN, CaseId::number));
        parameters.int(i64::try_from(limit.min(ROWS_PER_PAGE_MAX)).unwrap_or(i64::MAX));
        parameters.int(i64::from(only_raised));
        // A case without reports does not exist; were there one, it would count from its opening.
        let sql = "SELECT id, opened_ms, standing, \
                   (SELECT MIN(report.opened_ms) FROM report WHERE report.case_id = cases.id) \
                   FROM cases WHERE merged_into IS NULL AND id > $1 AND standing >= $3 \
                   ORDER BY id LIMIT $2";
        let rows = connection.rows("cases", sql.to_owned(), parameters).await?;
        rows.iter()
            .map(|row| {
                let mut columns = Columns::new(row, "case_starts", "cases");
                let (case, opened) = (columns.case()?, columns.time()?);
                let raised = columns.int()? > Override::standing(None);
                let received = columns
                    .maybe_time()?
                    .map_or(opened, |first| first.min(opened));
                Ok(CaseStart {
                    case,
                    received,
                    opened,
                    raised,
                })
            })
            .collect()
    }

    /// The same of one case.
    pub async fn case_start(&self, case: CaseId) -> Result<Option<CaseStart>, StoreFault> {
        let before = CaseId::new(case.number().saturating_sub(1));
        let found = self.case_starts(Some(before), false, 1).await?;
        Ok(found.into_iter().find(|start| start.case == case))
    }
}
