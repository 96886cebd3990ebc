//! The order in which reports were tied and decisions made, and what a link index is made from.

use model::{CaseId, DecisionId, ReportId, Timestamp};

use crate::connection::{Columns, Connection, Parameters};
use crate::read::{ROWS_PER_PAGE_MAX, capped};
use crate::row::{Blind, CaseRow, LinkKind, LinkRow, Sealed};
use crate::statement::among;
use crate::table::Record;
use crate::{Store, StoreFault, Tx};

/// One step of the order: a report that was tied, or a decision that was made or undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TyingRow {
    /// Its place, from 1, without gaps.
    pub seq: i64,
    /// The report that was tied; `None`: it is about a decision.
    pub report: Option<ReportId>,
    /// The moment that the report is about, or at which the decision was made.
    pub about: Timestamp,
    /// The decision; `None`: it is about a report.
    pub decision: Option<DecisionId>,
    /// The decision was undone.
    pub undone: bool,
}

/// What a decision says of two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DecisionKind {
    /// They are one case.
    Join,
    /// They are two cases.
    KeepApart,
}

impl DecisionKind {
    /// The name in the database and in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Join => "join",
            Self::KeepApart => "keep_apart",
        }
    }
}

/// A person's decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionRow {
    /// Its number.
    pub id: DecisionId,
    /// What it says.
    pub kind: DecisionKind,
    /// The reports of one side.
    pub one: Vec<ReportId>,
    /// The reports of the other side.
    pub other: Vec<ReportId>,
    /// When it was made.
    pub made: Timestamp,
    /// When it was undone.
    pub undone: Option<Timestamp>,
    /// Who decided and why, sealed.
    pub reason: Sealed,
}

/// An identifier that may tie, of one report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TiesRow {
    /// The report.
    pub report: ReportId,
    /// Its place among the report's mentions.
    pub position: i64,
    /// The identifier's kind, as `model::IdentifierKind` names it.
    pub kind: String,
    /// Its normal form, blinded.
    pub blind: Blind,
}

impl Record for TyingRow {
    const TABLE: &'static str = "tying";
    const COLUMNS: &'static str = "seq, report_id, about_ms, decision_id, undone";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.seq);
        to.maybe_int(self.report.map(ReportId::number));
        to.time(self.about);
        to.maybe_int(self.decision.map(DecisionId::number));
        to.int(i64::from(self.undone));
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            seq: columns.int()?,
            report: columns.maybe_int()?.map(ReportId::new),
            about: columns.time()?,
            decision: columns.maybe_int()?.map(DecisionId::new),
            undone: columns.int()? != 0,
        })
    }
}

impl Record for DecisionRow {
    const TABLE: &'static str = "decision";
    const COLUMNS: &'static str =
        "id, kind, one_side, other_side, made_ms, undone_ms, reason_sealed";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.id.number());
        to.text(self.kind.name());
        to.text(&numbers(&self.one));
        to.text(&numbers(&self.other));
        to.time(self.made);
        to.maybe_int(self.undone.map(Timestamp::millis));
        to.bytes(&self.reason.0);
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            id: DecisionId::new(columns.int()?),
            kind: match columns.text()? {
                "join" => DecisionKind::Join,
                "keep_apart" => DecisionKind::KeepApart,
                _ => return Err(columns.unreadable("what a decision says")),
            },
            one: reports(columns)?,
            other: reports(columns)?,
            made: columns.time()?,
            undone: columns.maybe_time()?,
            reason: columns.sealed()?,
        })
    }
}

fn numbers(reports: &[ReportId]) -> String {
    let numbers: Vec<String> = reports.iter().map(ReportId::to_string).collect();
    numbers.join(",")
}

fn reports(columns: &mut Columns<'_>) -> Result<Vec<ReportId>, StoreFault> {
    let text = columns.text()?;
    text.split(',')
        .map(str::parse::<ReportId>)
        .collect::<Result<_, _>>()
        .map_err(|_| columns.unreadable("numbers of reports"))
}

impl Tx {
    /// How far the order of tying reaches: the place of its last step, 0 if there is none. True
    /// until the commit only after [`Tx::lock_log`].
    pub async fn tying_head(&mut self) -> Result<i64, StoreFault> {
        let mut connection = self.connection();
        let parameters = connection.parameters();
        let sql = "SELECT MAX(seq) FROM tying".to_owned();
        let rows = connection.rows("tying", sql, parameters).await?;
        let row = rows.first().ok_or(StoreFault::Unreadable {
            during: connection.during(),
            table: "tying",
            what: "one row",
        })?;
        let head = Columns::new(row, connection.during(), "tying").maybe_int()?;
        Ok(head.unwrap_or_default())
    }

    /// The steps after `seq`, in their order, at most `limit`.
    pub async fn tying_after(
        &mut self,
        seq: i64,
        limit: usize,
    ) -> Result<Vec<TyingRow>, StoreFault> {
        let mut connection = self.connection();
        let mut parameters = connection.parameters();
        parameters.int(seq);
        parameters.int(capped(limit, ROWS_PER_PAGE_MAX));
        connection
            .select("WHERE seq > $1 ORDER BY seq LIMIT $2", parameters)
            .await
    }

    /// Appends steps to the order.
    pub async fn append_tying(&mut self, rows: &[TyingRow]) -> Result<(), StoreFault> {
        self.connection().insert(rows.iter(), "").await.map(drop)
    }

    /// The identifiers of these reports that may tie, by report and position.
    pub async fn ties_of(&mut self, reports: &[ReportId]) -> Result<Vec<TiesRow>, StoreFault> {
        let mut connection = self.connection();
        let head = "SELECT report_id, position, kind, blind FROM mention WHERE report_id IN";
        let rows = connection
            .rows_among("mention", head, reports, "AND ties = 1")
            .await?;
        let mut ties = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut columns = Columns::new(row, connection.during(), "mention");
            ties.push(TiesRow {
                report: columns.report()?,
                position: columns.int()?,
                kind: columns.text()?.to_owned(),
                blind: columns.blind()?,
            });
        }
        ties.sort_by_key(|row| (row.report, row.position));
        Ok(ties)
    }

    /// The decisions with these numbers, in no order.
    pub async fn decisions(&mut self, ids: &[DecisionId]) -> Result<Vec<DecisionRow>, StoreFault> {
        let mut connection = self.connection();
        connection.among("id", ids, "").await
    }

    /// Inserts decisions, or says when they were undone.
    pub async fn put_decisions(&mut self, rows: &[DecisionRow]) -> Result<(), StoreFault> {
        self.put(rows, |row| row.id, "id", &["undone_ms"]).await
    }

    /// The cases whose earliest report is one of these, merged ones too, in no order.
    pub async fn cases_founded_by(
        &mut self,
        founders: &[ReportId],
    ) -> Result<Vec<CaseRow>, StoreFault> {
        self.connection().among("founder", founders, "").await
    }

    /// The earliest report of each of these cases, in no order.
    pub async fn founders_of(
        &mut self,
        cases: &[CaseId],
    ) -> Result<Vec<(CaseId, Option<ReportId>)>, StoreFault> {
        let mut connection = self.connection();
        let head = "SELECT id, founder FROM cases WHERE id IN";
        let rows = connection.rows_among("cases", head, cases, "").await?;
        rows.iter()
            .map(|row| {
                let mut columns = Columns::new(row, connection.during(), "cases");
                Ok((columns.case()?, columns.maybe_int()?.map(ReportId::new)))
            })
            .collect()
    }

    /// Puts the links of these reports into another case.
    pub async fn move_links(&mut self, from: &[ReportId], to: CaseId) -> Result<(), StoreFault> {
        let mut connection = self.connection();
        let dialect = connection.dialect();
        // The number stands in the text: a rare statement, and placeholders are for the list.
        let head = format!(
            "UPDATE link SET case_id = {} WHERE from_report IN",
            to.number()
        );
        for part in from.chunks(dialect.rows_max()) {
            let mut parameters = connection.parameters();
            for report in part {
                parameters.int(report.number());
            }
            let sql = among(dialect, &head, part.len(), "");
            connection.execute("link", sql, parameters).await?;
        }
        Ok(())
    }
}

impl Store {
    /// Suggestions that point at these reports from later ones, in no order.
    pub async fn suggestions_to(&self, reports: &[ReportId]) -> Result<Vec<LinkRow>, StoreFault> {
        let mut reader = self.reader("suggestions_to").await?;
        let connection = &mut reader.connection();
        let kind = LinkKind::Suggestion.name();
        let tail = format!("AND kind = '{kind}'");
        connection.among("to_report", reports, &tail).await
    }

    /// Decisions, the latest first, at most `limit`.
    pub async fn latest_decisions(&self, limit: usize) -> Result<Vec<DecisionRow>, StoreFault> {
        let mut reader = self.reader("latest_decisions").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.int(capped(limit, ROWS_PER_PAGE_MAX));
        connection
            .select("ORDER BY id DESC LIMIT $1", parameters)
            .await
    }

    /// A decision.
    pub async fn decision(&self, id: DecisionId) -> Result<Option<DecisionRow>, StoreFault> {
        let mut reader = self.reader("decision").await?;
        let connection: &mut Connection<'_> = &mut reader.connection();
        let found = connection.among("id", &[id], "").await?;
        Ok(found.into_iter().next())
    }
}
