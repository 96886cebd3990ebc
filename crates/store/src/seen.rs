//! Who was seen before: children by their identifiers, persons by keys of their names.

use model::{ReportId, Timestamp};

use crate::connection::{Columns, Parameters};
use crate::read::{ROWS_PER_PAGE_MAX, capped};
use crate::row::Blind;
use crate::table::Record;
use crate::{Store, StoreFault, Tx};

/// An identifier of a child's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChildRow {
    /// Its normal form, blinded.
    pub blind: Blind,
    /// The first report that gave it.
    pub first_report: ReportId,
    /// The moment that report is about.
    pub about: Timestamp,
}

/// A key under which a person of a report is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PersonKeyRow {
    /// The key, blinded.
    pub blind: Blind,
    /// The report that tells of the person.
    pub report: ReportId,
    /// Its place among the report's persons, from 0.
    pub position: i64,
}

impl Record for ChildRow {
    const TABLE: &'static str = "child";
    const COLUMNS: &'static str = "blind, first_report, about_ms";

    fn bind(&self, to: &mut Parameters) {
        to.bytes(&self.blind.0);
        to.int(self.first_report.number());
        to.time(self.about);
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            blind: columns.blind()?,
            first_report: columns.report()?,
            about: columns.time()?,
        })
    }
}

impl Record for PersonKeyRow {
    const TABLE: &'static str = "person_key";
    const COLUMNS: &'static str = "blind, report_id, position";

    fn bind(&self, to: &mut Parameters) {
        to.bytes(&self.blind.0);
        to.int(self.report.number());
        to.int(self.position);
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            blind: columns.blind()?,
            report: columns.report()?,
            position: columns.int()?,
        })
    }
}

impl Tx {
    /// The children with these identifiers, in no order.
    pub async fn children(&mut self, blinds: &[Blind]) -> Result<Vec<ChildRow>, StoreFault> {
        self.connection().among("blind", blinds, "").await
    }

    /// Keeps identifiers of children; one that is known stays with its first report.
    pub async fn insert_children(&mut self, rows: &[ChildRow]) -> Result<(), StoreFault> {
        let tail = "ON CONFLICT (blind) DO NOTHING";
        self.connection().insert(rows.iter(), tail).await.map(drop)
    }

    /// Keeps the keys of persons.
    pub async fn insert_person_keys(&mut self, rows: &[PersonKeyRow]) -> Result<(), StoreFault> {
        let tail = "ON CONFLICT (blind, report_id, position) DO NOTHING";
        self.connection().insert(rows.iter(), tail).await.map(drop)
    }
}

impl Store {
    /// The persons under a key, by report, at most `limit`.
    pub async fn person_keys(
        &self,
        blind: Blind,
        limit: usize,
    ) -> Result<Vec<PersonKeyRow>, StoreFault> {
        let mut reader = self.reader("person_keys").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.bytes(&blind.0);
        parameters.int(capped(limit, ROWS_PER_PAGE_MAX));
        let tail = "WHERE blind = $1 ORDER BY report_id, position LIMIT $2";
        connection.select(tail, parameters).await
    }
}
