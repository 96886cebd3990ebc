//! A storm as staff read it: every report of it, with where it came from.

use model::{CaseId, CustodyEvent, Deed, ReportId, StormId};
use serde::Serialize;

use crate::casefile::StormSummary;
use crate::intake::{Actor, IntakeError, Operation};
use crate::station::Station;

/// Reports of a storm that are read at a time.
const REPORTS_PER_READ: usize = 1_000;

/// A report of a storm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StormMember {
    /// The report.
    pub report: ReportId,
    /// The case it stands in.
    pub case: CaseId,
    /// The file or door it came by.
    pub source: String,
    /// It brought news, so its case has a row of its own.
    pub news: bool,
}

/// A storm, opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StormFile {
    /// Its counts.
    #[serde(flatten)]
    pub summary: StormSummary,
    /// The case whose row in the queue stands for it.
    pub lead: CaseId,
    /// Every report of it, by number.
    pub members: Vec<StormMember>,
}

impl Station {
    /// Opens a storm for `actor`; the reading is in the custody log before anything is shown
    /// (invariant 7). `None` if there is no such storm.
    pub async fn storm(&self, actor: Actor, id: StormId) -> Result<Option<StormFile>, IntakeError> {
        let store = &self.core().store;
        let Some(row) = store.storm(id).await? else {
            return Ok(None);
        };
        let mut event = CustodyEvent::new(self.now(), Deed::CaseRead, actor.to_string());
        event.case = Some(row.lead.number());
        event.note = Some(format!("storm {id}, with where its reports came from"));
        self.commit(Operation::Record(event)).await?;
        let mut members = Vec::new();
        let mut after = None;
        loop {
            let rows = store.reports_of_storm(id, after, REPORTS_PER_READ).await?;
            let Some(last) = rows.last() else {
                break;
            };
            after = Some(last.id);
            let keys = self.record_keys(&rows).await?;
            for report in &rows {
                let (Some(key), Some(case)) = (keys.get(&report.id), report.case) else {
                    continue;
                };
                let member = self.open_member(report.id, key).await?;
                members.push(StormMember {
                    report: report.id,
                    case,
                    source: member.source,
                    news: report.news,
                });
            }
        }
        Ok(Some(StormFile {
            summary: StormSummary::of(&row),
            lead: row.lead,
            members,
        }))
    }
}
