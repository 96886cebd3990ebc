//! Queue and cases as staff read them: opened from under their keys, every reading of a case
//! logged.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use model::{
    CaseId, CustodyEvent, DecisionId, Deed, Finding, Link, Override, ReportId, Sensitive, StormId,
};
use serde::Serialize;
use store::{CaseRow, QueueCursor, ReportRow, StormRow};
use triage::Due;
use vault::DataKey;

use crate::intake::{Actor, IntakeError, IntakeFault, MeasuredFile, Operation};
use crate::material::{FileLook, FoundInCase};
use crate::payments::PaymentRow;
use crate::sealed_names as names;
use crate::station::Station;

/// Members, links and files of a case that one reading shows at most.
pub const CASE_ROWS_MAX: usize = 500;

/// One row of the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueueEntry {
    /// The case.
    pub case: CaseId,
    /// How endangered a child is now: the sum of the danger points.
    pub danger: i64,
    /// How much a receiver can do: the sum of the actionability points.
    pub actionability: i64,
    /// The override that stands above every score.
    #[serde(rename = "override")]
    pub raised: Option<Override>,
    /// The findings that were added up.
    pub reasons: Vec<Finding>,
    /// Reports that the row stands for: those in the case, and in a storm's row those of all its
    /// cases.
    pub reports: i64,
    /// Seconds since the case was opened.
    pub age_s: i64,
    /// Points for waiting, by which old cases rise; never part of danger.
    pub waiting: i64,
    /// The storm that this row stands for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storm: Option<StormSummary>,
}

/// Many reports of one thing, in one row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StormSummary {
    /// The storm.
    pub storm: StormId,
    /// What its reports have in common: file, picture, text, identifier.
    pub kind: String,
    /// Reports that belong to it.
    pub reports: i64,
    /// Cases that the row stands for, its own among them.
    pub cases: i64,
}

impl StormSummary {
    pub(crate) fn of(row: &StormRow) -> Self {
        Self {
            storm: row.id,
            kind: row.kind.clone(),
            reports: row.reports,
            cases: row.cases,
        }
    }
}

/// A page of the queue, and where the next one begins.
#[derive(Debug, Clone)]
pub struct QueuePage {
    /// The rows, most endangered first.
    pub entries: Vec<QueueEntry>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<QueueCursor>,
}

/// A report in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// The report.
    pub report: ReportId,
    /// The file or door it came by.
    pub source: String,
}

/// A file in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EvidenceItem {
    /// SHA-256 as 64 hexadecimal digits.
    pub sha256: String,
    /// Size in bytes.
    pub size: u64,
    /// The media type its sender gave it.
    #[serde(rename = "type")]
    pub media_type: Option<String>,
    /// The report it belongs to.
    pub report: ReportId,
    /// What it looks like, or why that is not known.
    #[serde(flatten)]
    pub look: FileLook,
    /// The entries of lists of known material that it matches, the nearest first.
    pub matches: Vec<FoundInCase>,
}

/// What two reports of different cases may have to do with each other: for a person to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseSuggestion {
    /// The report of this case.
    pub report: ReportId,
    /// The report of the other case.
    pub to: ReportId,
    /// The other case.
    pub case: CaseId,
    /// What they share, and why that is not enough.
    pub why: String,
}

/// Something that is known of one report beside its case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// The report.
    pub report: ReportId,
    /// The sentence.
    pub text: String,
}

/// A case, opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseFile {
    /// Its row in the queue.
    #[serde(flatten)]
    pub entry: QueueEntry,
    /// Its reports.
    pub members: Vec<Member>,
    /// Why they stand together.
    pub links: Vec<Link>,
    /// Their files.
    pub evidence: Vec<EvidenceItem>,
    /// Other cases that may belong to it.
    pub suggestions: Vec<CaseSuggestion>,
    /// Identifiers that too many reports share, and what storms say.
    pub remarks: Vec<Remark>,
    /// What persons decided about its reports, the latest first.
    pub decisions: Vec<DecisionId>,
    /// The clocks that run, the first to run out first.
    pub clocks: Vec<Due>,
    /// The payments behind those of its reports that are alerts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub payments: Vec<PaymentsOfReport>,
}

/// The payments behind an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaymentsOfReport {
    /// The alert's report.
    pub report: ReportId,
    /// The account that is looked at.
    pub account: Sensitive<String>,
    /// `sender` or `receiver`: whose payments are looked at.
    pub side: String,
    /// `review`, or `protection` where the account holder may be a victim.
    pub route: String,
    /// The payments, in order of time.
    pub rows: Vec<PaymentRow>,
}

impl Station {
    /// A page of the queue after `after`, most endangered first.
    pub async fn queue(
        &self,
        after: Option<&QueueCursor>,
        limit: usize,
    ) -> Result<QueuePage, IntakeError> {
        let rows = self.core().store.queue_page(after.copied(), limit).await?;
        let full = rows.len() >= limit;
        let next = rows.last().filter(|_| full).map(CaseRow::cursor);
        let cases: Vec<CaseId> = rows.iter().map(|row| row.id).collect();
        let storms = self.storms_of(&cases).await?;
        let entries = rows
            .iter()
            .map(|row| self.open_entry(row, &storms))
            .collect::<Result<_, IntakeError>>()?;
        Ok(QueuePage { entries, next })
    }

    /// The storms that these cases lead, each with the reports of the other cases in its row.
    async fn storms_of(&self, cases: &[CaseId]) -> Result<Vec<(StormRow, i64)>, IntakeError> {
        let store = &self.core().store;
        let storms = store.storms_led_by(cases).await?;
        let ids: Vec<StormId> = storms.iter().map(|storm| storm.id).collect();
        let others: HashMap<_, _> = store.reports_in_rows(&ids).await?.into_iter().collect();
        let counted = storms.into_iter().map(|storm| {
            let others = others.get(&storm.id).copied().unwrap_or_default();
            (storm, others)
        });
        Ok(counted.collect())
    }

    pub(crate) fn open_entry(
        &self,
        row: &CaseRow,
        storms: &[(StormRow, i64)],
    ) -> Result<QueueEntry, IntakeError> {
        let key = self.open_case_key(row)?;
        let ageing = self.core().triage_policy.ageing();
        let storm = storms.iter().find(|(storm, _)| storm.lead == row.id);
        Ok(QueueEntry {
            case: row.id,
            danger: row.rank.danger,
            actionability: row.rank.actionability,
            raised: row.rank.raised,
            reasons: open_reasons(row, &key)?,
            reports: row.reports + storm.map_or(0, |(_, others)| *others),
            age_s: self.now().millis_since(row.opened).max(0) / 1000,
            waiting: ageing.waiting_points(row.opened, self.now()),
            storm: storm.map(|(storm, _)| StormSummary::of(storm)),
        })
    }

    /// Opens a case for `actor`; the reading is in the custody log before anything is shown
    /// (invariant 7).
    ///
    /// Returns `None` if there is no such case. A case that became part of another opens as that
    /// one.
    pub async fn case(&self, actor: Actor, id: CaseId) -> Result<Option<CaseFile>, IntakeError> {
        let store = &self.core().store;
        let Some(row) = store.case(id).await? else {
            return Ok(None);
        };
        let mut event = CustodyEvent::new(self.now(), Deed::CaseRead, actor.to_string());
        event.case = Some(row.id.number());
        self.commit(Operation::Record(event)).await?;
        let members = store.members_of(row.id, None, CASE_ROWS_MAX).await?;
        let keys = self.record_keys(&members).await?;
        let storms = self.storms_of(&[row.id]).await?;
        let mut said = self.said_of(row.id, &members, &keys).await?;
        let persons = self.persons_like(actor, row.id, &members, &keys).await?;
        said.suggestions.extend(persons);
        let mut casefile = CaseFile {
            entry: self.open_entry(&row, &storms)?,
            members: Vec::with_capacity(members.len()),
            links: said.links,
            evidence: Vec::new(),
            suggestions: said.suggestions,
            remarks: said.remarks,
            decisions: self.decisions_about(&members).await?,
            clocks: self.clocks_of(&row).await?,
            payments: Vec::new(),
        };
        for member in &members {
            let Some(key) = keys.get(&member.id) else {
                continue;
            };
            casefile
                .members
                .push(self.open_member(member.id, key).await?);
            self.open_evidence(member.id, key, &mut casefile.evidence)
                .await?;
            if let Some(alert) = self.alert_of(member.id, key).await? {
                casefile.payments.push(PaymentsOfReport {
                    report: member.id,
                    account: alert.account().clone(),
                    side: alert.side().to_owned(),
                    route: alert.route().to_owned(),
                    rows: alert.rows().to_vec(),
                });
            }
        }
        Ok(Some(casefile))
    }

    pub(crate) async fn open_member(
        &self,
        report: ReportId,
        key: &DataKey,
    ) -> Result<Member, IntakeError> {
        let unreadable = IntakeFault::Unreadable {
            what: "a submission",
        };
        let submission = self
            .core()
            .store
            .submission(report)
            .await?
            .ok_or(unreadable.clone())?;
        let source = match submission.source {
            None => submission.door.name().to_owned(),
            Some(sealed) => {
                let bytes = vault::seal::open(key, &names::source(report), &sealed.0)?;
                String::from_utf8(bytes).map_err(|_| unreadable)?
            }
        };
        Ok(Member { report, source })
    }

    async fn open_evidence(
        &self,
        report: ReportId,
        key: &DataKey,
        evidence: &mut Vec<EvidenceItem>,
    ) -> Result<(), IntakeError> {
        let mut material = self.material_of(report, key).await?;
        for file in self.core().store.files_of(&[report]).await? {
            if evidence.len() >= CASE_ROWS_MAX {
                return Ok(());
            }
            let json = vault::seal::open(key, &names::file_facts(file.id), &file.facts.0)?;
            let measured: MeasuredFile =
                serde_json::from_slice(&json).map_err(|_| IntakeFault::Unreadable {
                    what: "a file's facts",
                })?;
            let (look, matches) = material.remove(&file.id).unwrap_or_default();
            evidence.push(EvidenceItem {
                sha256: measured.sha256,
                size: measured.size_bytes,
                media_type: measured.media_type,
                report,
                look,
                matches,
            });
        }
        Ok(())
    }

    /// The data keys of finished reports, each from under its case's key.
    pub(crate) async fn record_keys(
        &self,
        reports: &[ReportRow],
    ) -> Result<HashMap<ReportId, DataKey>, IntakeError> {
        let mut case_keys: HashMap<CaseId, DataKey> = HashMap::new();
        let mut keys = HashMap::with_capacity(reports.len());
        for report in reports {
            // A shredded report has no key any more; it is left out of what is shown.
            let (Some(wrapped), Some(case)) = (&report.data_key, report.key_case) else {
                continue;
            };
            let case_key = match case_keys.entry(case) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(unknown) => {
                    // As it is, not the one it was merged into: members stay wrapped by its key.
                    let row = self.core().store.cases(&[case]).await?.into_iter().next();
                    let row = row.ok_or(IntakeFault::Unreadable {
                        what: "a case's key",
                    })?;
                    unknown.insert(self.open_case_key(&row)?)
                }
            };
            let key = case_key.unwrap(&wrapped.0, &names::record_key(report.id))?;
            keys.insert(report.id, key);
        }
        Ok(keys)
    }

    pub(crate) fn open_case_key(&self, row: &CaseRow) -> Result<DataKey, IntakeError> {
        let wrapped = row.key.as_ref();
        let wrapped = wrapped.ok_or(IntakeFault::Unreadable {
            what: "a case's key",
        })?;
        Ok(self
            .core()
            .keys
            .unwrap(&wrapped.0, &names::case_key(row.id))?)
    }
}

/// The findings behind a case's rank.
pub(crate) fn open_reasons(row: &CaseRow, key: &DataKey) -> Result<Vec<Finding>, IntakeFault> {
    if row.reasons.0.is_empty() {
        return Ok(Vec::new());
    }
    let json = vault::seal::open(key, &names::reasons(row.id), &row.reasons.0)?;
    serde_json::from_slice(&json).map_err(|_| IntakeFault::Unreadable {
        what: "a case's reasons",
    })
}
