//! What stands between reports: ties within a case, suggestions to others, remarks, decisions.

use std::collections::{BTreeSet, HashMap};

use model::{CaseId, DecisionId, Link, ReportId};
use store::{LinkKind, LinkRow, ReportRow};
use vault::DataKey;

use crate::casefile::{CASE_ROWS_MAX, CaseSuggestion, Remark};
use crate::intake::{IntakeError, IntakeFault};
use crate::sealed_names as names;
use crate::station::Station;

/// Decisions that are looked through for those about a case.
const DECISIONS_MAX: usize = 1_000;

/// What is said of a case's reports and those of others.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) links: Vec<Link>,
    pub(crate) suggestions: Vec<CaseSuggestion>,
    pub(crate) remarks: Vec<Remark>,
}

impl Station {
    /// Opens what is said of the members of a case, whose keys are at hand.
    pub(crate) async fn said_of(
        &self,
        case: CaseId,
        members: &[ReportRow],
        keys: &HashMap<ReportId, DataKey>,
    ) -> Result<Said, IntakeError> {
        let store = &self.core().store;
        let rows = store.links_of(case, CASE_ROWS_MAX).await?;
        let ids: Vec<ReportId> = members.iter().map(|member| member.id).collect();
        let mut from_others = store.suggestions_to(&ids).await?;
        from_others.retain(|row| !ids.contains(&row.from));
        from_others.truncate(CASE_ROWS_MAX);
        let cases = self.cases_of_ends(&rows, &from_others).await?;
        let mut said = Said::default();
        for row in &rows {
            let Some(key) = keys.get(&row.from) else {
                continue;
            };
            let why = open_why(key, row)?;
            let (from, to) = (row.from, row.to);
            let other = cases.get(&to).copied();
            match row.kind {
                // What tied them may tie no more, or a person parted them: then it is no tie now.
                LinkKind::Tie if other == Some(case) => said.links.push(Link { from, to, why }),
                LinkKind::Suggestion => said.suggest(from, to, case, other, why),
                LinkKind::Shared | LinkKind::Storm => said.remarks.push(Remark {
                    report: from,
                    text: why,
                }),
                LinkKind::Tie => {}
            }
        }
        let others: BTreeSet<ReportId> = from_others.iter().map(|row| row.from).collect();
        let others: Vec<ReportId> = others.into_iter().collect();
        let other_keys = self.record_keys(&store.reports(&others).await?).await?;
        for row in &from_others {
            if let Some(key) = other_keys.get(&row.from) {
                let other = cases.get(&row.from).copied();
                said.suggest(row.to, row.from, case, other, open_why(key, row)?);
            }
        }
        Ok(said)
    }

    /// The standing cases of all reports that stand at an end of these rows.
    async fn cases_of_ends(
        &self,
        rows: &[LinkRow],
        more: &[LinkRow],
    ) -> Result<HashMap<ReportId, CaseId>, IntakeError> {
        let ends: BTreeSet<ReportId> = rows
            .iter()
            .chain(more)
            .flat_map(|row| [row.from, row.to])
            .collect();
        let ends: Vec<ReportId> = ends.into_iter().collect();
        let reports = self.core().store.reports(&ends).await?;
        let cases = reports.iter().filter_map(|row| Some((row.id, row.case?)));
        Ok(cases.collect())
    }

    /// The decisions that name one of these reports, the latest first, without those undone.
    pub(crate) async fn decisions_about(
        &self,
        members: &[ReportRow],
    ) -> Result<Vec<DecisionId>, IntakeError> {
        let ids: BTreeSet<ReportId> = members.iter().map(|member| member.id).collect();
        let decisions = self.core().store.latest_decisions(DECISIONS_MAX).await?;
        Ok(decisions
            .iter()
            .filter(|row| row.undone.is_none())
            .filter(|row| row.one.iter().chain(&row.other).any(|id| ids.contains(id)))
            .map(|row| row.id)
            .collect())
    }
}

impl Said {
    /// A suggestion that has come true, or whose other end is gone, is none.
    fn suggest(
        &mut self,
        report: ReportId,
        to: ReportId,
        case: CaseId,
        other: Option<CaseId>,
        why: String,
    ) {
        if let Some(other) = other.filter(|other| *other != case) {
            self.suggestions.push(CaseSuggestion {
                report,
                to,
                case: other,
                why,
            });
        }
    }
}

fn open_why(key: &DataKey, row: &LinkRow) -> Result<String, IntakeError> {
    let position = usize::try_from(row.position).unwrap_or(usize::MAX);
    let why = vault::seal::open(key, &names::link(row.from, position), &row.why.0)?;
    String::from_utf8(why).map_err(|_| {
        IntakeFault::Unreadable {
            what: "a link's reason",
        }
        .into()
    })
}
