//! Storms: what many reports have in common, which reports have it, and the row that stands for
//! them.

use model::{CaseId, ReportId, StormId, Timestamp};

use crate::connection::{Columns, Parameters};
use crate::read::{ROWS_PER_PAGE_MAX, capped};
use crate::row::{Blind, CaseRow, ReportRow};
use crate::table::Record;
use crate::{Store, StoreFault, Tx};

/// A storm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StormRow {
    /// Its number.
    pub id: StormId,
    /// What its reports have in common: `file`, `picture`, `text`, `identifier`.
    pub kind: String,
    /// The case whose row stands for it.
    pub lead: CaseId,
    /// How many reports belong to it.
    pub reports: i64,
    /// How many cases its row stands for.
    pub cases: i64,
    /// When it became one.
    pub opened: Timestamp,
    /// Its last change.
    pub changed: Timestamp,
}

/// Something that reports have in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StormKeyRow {
    /// The common thing, blinded.
    pub blind: Blind,
    /// What it is: `file`, `picture`, `text`, `identifier`.
    pub kind: String,
    /// How many reports have it.
    pub reports: i64,
    /// The storm it made.
    pub storm: Option<StormId>,
}

/// A report that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StormMarkRow {
    /// The common thing, blinded.
    pub blind: Blind,
    /// The report.
    pub report: ReportId,
}

/// A child or place that a storm has named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StormNamedRow {
    /// Storm and child or place, blinded.
    pub blind: Blind,
    /// The storm.
    pub storm: StormId,
}

impl Record for StormRow {
    const TABLE: &'static str = "storm";
    const COLUMNS: &'static str = "id, kind, lead_case, reports, cases, opened_ms, changed_ms";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.id.number());
        to.text(&self.kind);
        to.int(self.lead.number());
        to.int(self.reports);
        to.int(self.cases);
        to.time(self.opened);
        to.time(self.changed);
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            id: StormId::new(columns.int()?),
            kind: columns.text()?.to_owned(),
            lead: columns.case()?,
            reports: columns.int()?,
            cases: columns.int()?,
            opened: columns.time()?,
            changed: columns.time()?,
        })
    }
}

impl Record for StormKeyRow {
    const TABLE: &'static str = "storm_key";
    const COLUMNS: &'static str = "blind, kind, reports, storm_id";

    fn bind(&self, to: &mut Parameters) {
        to.bytes(&self.blind.0);
        to.text(&self.kind);
        to.int(self.reports);
        to.maybe_int(self.storm.map(StormId::number));
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            blind: columns.blind()?,
            kind: columns.text()?.to_owned(),
            reports: columns.int()?,
            storm: columns.maybe_int()?.map(StormId::new),
        })
    }
}

impl Record for StormMarkRow {
    const TABLE: &'static str = "storm_mark";
    const COLUMNS: &'static str = "blind, report_id";

    fn bind(&self, to: &mut Parameters) {
        to.bytes(&self.blind.0);
        to.int(self.report.number());
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            blind: columns.blind()?,
            report: columns.report()?,
        })
    }
}

impl Record for StormNamedRow {
    const TABLE: &'static str = "storm_named";
    const COLUMNS: &'static str = "blind, storm_id";

    fn bind(&self, to: &mut Parameters) {
        to.bytes(&self.blind.0);
        to.int(self.storm.number());
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            blind: columns.blind()?,
            storm: StormId::new(columns.int()?),
        })
    }
}

impl Tx {
    /// What is known of these common things, in no order.
    pub async fn storm_keys(&mut self, blinds: &[Blind]) -> Result<Vec<StormKeyRow>, StoreFault> {
        self.connection().among("blind", blinds, "").await
    }

    /// Inserts common things, or replaces what is kept of them.
    pub async fn put_storm_keys(&mut self, rows: &[StormKeyRow]) -> Result<(), StoreFault> {
        self.put(rows, |row| row.blind, "blind", &["reports", "storm_id"])
            .await
    }

    /// The reports that have one of these things in common, in no order.
    pub async fn storm_marks(&mut self, blinds: &[Blind]) -> Result<Vec<StormMarkRow>, StoreFault> {
        self.connection().among("blind", blinds, "").await
    }

    /// Keeps which reports have what in common.
    pub async fn insert_storm_marks(&mut self, rows: &[StormMarkRow]) -> Result<(), StoreFault> {
        let tail = "ON CONFLICT (blind, report_id) DO NOTHING";
        self.connection().insert(rows.iter(), tail).await.map(drop)
    }

    /// Of these children and places those that their storm has named, in no order.
    pub async fn storm_named(
        &mut self,
        blinds: &[Blind],
    ) -> Result<Vec<StormNamedRow>, StoreFault> {
        self.connection().among("blind", blinds, "").await
    }

    /// Keeps what storms have named.
    pub async fn insert_storm_named(&mut self, rows: &[StormNamedRow]) -> Result<(), StoreFault> {
        let tail = "ON CONFLICT (blind) DO NOTHING";
        self.connection().insert(rows.iter(), tail).await.map(drop)
    }

    /// The storms with these numbers, in no order.
    pub async fn storms(&mut self, ids: &[StormId]) -> Result<Vec<StormRow>, StoreFault> {
        self.connection().among("id", ids, "").await
    }

    /// Inserts storms, or replaces what is kept of them.
    pub async fn put_storms(&mut self, rows: &[StormRow]) -> Result<(), StoreFault> {
        let columns = ["lead_case", "reports", "cases", "changed_ms"];
        self.put(rows, |row| row.id, "id", &columns).await
    }

    /// The storms whose row is that of this case, in no order.
    pub async fn storms_led_by(&mut self, case: CaseId) -> Result<Vec<StormRow>, StoreFault> {
        self.connection().among("lead_case", &[case], "").await
    }

    /// The cases that a storm's row stands for, the most endangered child first, at most `limit`.
    pub async fn cases_in_storm(
        &mut self,
        storm: StormId,
        limit: usize,
    ) -> Result<Vec<CaseRow>, StoreFault> {
        let mut connection = self.connection();
        let mut parameters = connection.parameters();
        parameters.int(storm.number());
        parameters.int(capped(limit, ROWS_PER_PAGE_MAX));
        let tail = "WHERE storm_id = $1 AND merged_into IS NULL \
                    ORDER BY standing DESC, danger DESC, id ASC LIMIT $2";
        connection.select(tail, parameters).await
    }
}

impl Store {
    /// How many reports stand in the rows of these storms beside those of the leading case, in no
    /// order; a storm without any is left out.
    pub async fn reports_in_rows(
        &self,
        storms: &[StormId],
    ) -> Result<Vec<(StormId, i64)>, StoreFault> {
        let mut reader = self.reader("reports_in_rows").await?;
        let connection = &mut reader.connection();
        let head = "SELECT storm_id, CAST(SUM(reports) AS BIGINT) FROM cases \
                    WHERE merged_into IS NULL AND storm_id IN";
        let tail = "GROUP BY storm_id";
        let rows = connection.rows_among("cases", head, storms, tail).await?;
        rows.iter()
            .map(|row| {
                let mut columns = Columns::new(row, connection.during(), "cases");
                Ok((StormId::new(columns.int()?), columns.int()?))
            })
            .collect()
    }

    /// The storms that these cases' rows stand for, in no order.
    pub async fn storms_led_by(&self, cases: &[CaseId]) -> Result<Vec<StormRow>, StoreFault> {
        let mut reader = self.reader("storms_led_by").await?;
        reader.connection().among("lead_case", cases, "").await
    }

    /// A storm.
    pub async fn storm(&self, id: StormId) -> Result<Option<StormRow>, StoreFault> {
        let mut reader = self.reader("storm").await?;
        let found = reader.connection().among("id", &[id], "").await?;
        Ok(found.into_iter().next())
    }

    /// The reports of a storm by number, after `after`, at most `limit`.
    pub async fn reports_of_storm(
        &self,
        storm: StormId,
        after: Option<ReportId>,
        limit: usize,
    ) -> Result<Vec<ReportRow>, StoreFault> {
        let mut reader = self.reader("reports_of_storm").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.int(storm.number());
        parameters.int(after.map_or(i64::MIN, ReportId::number));
        parameters.int(capped(limit, ROWS_PER_PAGE_MAX));
        let tail = "WHERE storm_id = $1 AND id > $2 ORDER BY id LIMIT $3";
        connection.select(tail, parameters).await
    }
}
