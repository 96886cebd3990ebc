//! The part of a batch that ties a finished report into a case and ranks the case.

use std::collections::BTreeMap;

use link::Known;
use model::{CaseId, CustodyEvent, Deed, Override, ReportId, ReportState, Timestamp};
use store::{AnchorRow, Blind, CaseRow, LinkRow, Sealed};
use vault::DataKey;

use super::batch::{Batch, OpenCase};
use super::operation::{Finishing, PreparedIdentifier};
use super::{IntakeError, IntakeFault};
use crate::sealed_names as names;

impl Batch<'_> {
    /// Folds a finished repetition into the report it repeats.
    pub(super) fn fold(
        &mut self,
        new: &Finishing,
        first: ReportId,
        case: CaseId,
        at: Timestamp,
    ) -> Result<(), IntakeError> {
        let mut event = CustodyEvent::new(at, Deed::ReportFolded, new.actor.to_string());
        event.report = Some(new.report.number());
        event.note = Some(format!("repeats report {first}, files included"));
        self.record(&event, new.report, &new.key)?;
        self.rewrap(new.report, &new.key, case)?;
        self.update(new.report, |row| {
            row.state = ReportState::Folded;
            row.finished = Some(at);
            row.changed = at;
            row.rev += 1;
            row.case = Some(case);
        });
        Ok(())
    }

    /// Ties a report to the cases that share an identifier with it, and to a new case if none does.
    pub(super) fn tie(&mut self, new: &Finishing, at: Timestamp) -> Result<CaseId, IntakeError> {
        let known: Vec<Option<Known>> = new
            .identifiers
            .iter()
            .map(|prepared| self.known(prepared))
            .collect();
        let identifiers: Vec<_> = new
            .identifiers
            .iter()
            .map(|prepared| prepared.identifier.clone())
            .collect();
        let tie = link::tie(self.tools.link_policy, new.report, &identifiers, &known);
        let case = match tie.cases.first() {
            Some(case) => *case,
            None => self.open_case(at)?,
        };
        for other in tie.cases.iter().skip(1) {
            self.merge(*other, case, new, at)?;
        }
        for (position, link) in tie.links.iter().enumerate() {
            let why = link::why(&identifiers[link.identifier]);
            let sealed = self.seal(&new.key, &names::link(new.report, position), why.as_bytes())?;
            self.written.links.push(LinkRow {
                from: new.report,
                position: i64::try_from(position).unwrap_or(i64::MAX),
                to: link.to,
                case,
                why: sealed,
            });
        }
        for prepared in &new.identifiers {
            if prepared.identifier.ties {
                self.anchor(prepared.blind, new.report, case);
            }
        }
        Ok(case)
    }

    /// Where an identifier was seen before. The number of a report points at that report itself.
    fn known(&self, prepared: &PreparedIdentifier) -> Option<Known> {
        if !prepared.identifier.ties {
            return None;
        }
        if prepared.identifier.kind == model::IdentifierKind::PriorReport
            && let Ok(prior) = prepared.identifier.normal.expose().parse::<ReportId>()
            && let Some(case) = self.case_of(prior)
        {
            return Some(Known {
                case,
                last_report: prior,
                reports: 1,
            });
        }
        let anchor = self.anchors.get(&prepared.blind)?;
        Some(Known {
            case: self.living(anchor.case),
            last_report: anchor.last_report,
            reports: anchor.reports.unsigned_abs(),
        })
    }

    fn anchor(&mut self, blind: Blind, report: ReportId, case: CaseId) {
        let anchor = self.anchors.entry(blind).or_insert(AnchorRow {
            blind,
            case,
            first_report: report,
            last_report: report,
            reports: 0,
        });
        anchor.reports += 1;
        anchor.last_report = report;
        // An identifier shared by too many stays with the case that had it first.
        if anchor.reports == 1 {
            anchor.case = case;
        }
        self.written.anchors.insert(blind);
    }

    fn open_case(&mut self, at: Timestamp) -> Result<CaseId, IntakeError> {
        let id = self.fresh_cases.next().ok_or(IntakeFault::Unreadable {
            what: "case numbers",
        })?;
        let key = DataKey::generate(self.tools.entropy);
        let key_wrapped = self
            .tools
            .keys
            .wrap(&key, &names::case_key(id), self.tools.entropy)?;
        let row = CaseRow {
            id,
            opened: at,
            changed: at,
            rank: model::Rank::default(),
            reports: 0,
            key: Some(Sealed(key_wrapped)),
            merged_into: None,
            reasons: Sealed(Vec::new()),
            policy_version: String::new(),
        };
        self.cases.insert(
            id,
            OpenCase {
                row,
                key,
                findings: Vec::new(),
            },
        );
        self.written.cases.insert(id);
        Ok(id)
    }

    /// Two cases that share an identifier become one; the older number stays.
    fn merge(
        &mut self,
        from: CaseId,
        into: CaseId,
        new: &Finishing,
        at: Timestamp,
    ) -> Result<(), IntakeError> {
        let mut event = CustodyEvent::new(at, Deed::CasesMerged, new.actor.to_string());
        event.report = Some(new.report.number());
        event.case = Some(into.number());
        event.note = Some(format!("case {from} became part of case {into}"));
        self.record(&event, new.report, &new.key)?;
        let other = self.open(from)?;
        other.row.merged_into = Some(into);
        let (findings, reports) = (other.findings.clone(), other.row.reports);
        let opened = other.row.opened;
        let survivor = self.open(into)?;
        survivor.findings = triage::combine(&survivor.findings, &findings);
        survivor.row.reports += reports;
        survivor.row.opened = survivor.row.opened.min(opened);
        for anchor in self
            .anchors
            .values_mut()
            .filter(|anchor| anchor.case == from)
        {
            anchor.case = into;
        }
        for row in self
            .reports
            .values_mut()
            .filter(|row| row.case == Some(from))
        {
            row.case = Some(into);
        }
        for link in self
            .written
            .links
            .iter_mut()
            .filter(|link| link.case == from)
        {
            link.case = into;
        }
        self.written.cases.extend([from, into]);
        self.written.merges.push((from, into));
        Ok(())
    }

    /// Adds a report's findings to its case and ranks the case anew.
    pub(super) fn rank(
        &mut self,
        new: &Finishing,
        case: CaseId,
        at: Timestamp,
    ) -> Result<(), IntakeError> {
        let (entropy, version) = (self.tools.entropy, self.tools.triage_version.to_owned());
        let open = self.open(case)?;
        open.findings = triage::combine(&open.findings, &new.findings);
        let rank = model::rank(&open.findings);
        open.row.reports += 1;
        open.row.changed = at;
        open.row.rank = rank;
        open.row.policy_version = version;
        let json = serde_json::to_vec(&open.findings)
            .map_err(|_| IntakeFault::Unreadable { what: "findings" })?;
        let sealed = vault::seal::seal(&open.key, &names::reasons(case), &json, entropy)?;
        open.row.reasons = Sealed(sealed);
        let note = format!(
            "danger {}, actionability {}, override {}, policy {}",
            rank.danger,
            rank.actionability,
            rank.raised.map_or("none", Override::name),
            open.row.policy_version
        );
        self.written.cases.insert(case);
        let mut event = CustodyEvent::new(at, Deed::CaseRanked, new.actor.to_string());
        event.report = Some(new.report.number());
        event.case = Some(case.number());
        event.note = Some(note);
        self.record(&event, new.report, &new.key)
    }

    /// The case of a finished report.
    pub(super) fn case_of(&self, report: ReportId) -> Option<CaseId> {
        let row = self.reports.get(&report)?;
        let finished = matches!(row.state, ReportState::Finished | ReportState::Folded);
        finished
            .then_some(row.case)
            .flatten()
            .map(|case| self.living(case))
    }

    /// The case that a case became part of in this batch, or the case itself.
    fn living(&self, case: CaseId) -> CaseId {
        let mut living = case;
        while let Some(next) = self
            .cases
            .get(&living)
            .and_then(|open| open.row.merged_into)
        {
            living = next;
        }
        living
    }

    /// The set of a report's file contents, by blind index, with how often each occurs.
    pub(super) fn contents(&self, report: ReportId) -> BTreeMap<Blind, usize> {
        let mut contents = BTreeMap::new();
        for file in self.files.get(&report).into_iter().flatten() {
            *contents.entry(file.content).or_default() += 1;
        }
        contents
    }

    pub(super) fn open(&mut self, case: CaseId) -> Result<&mut OpenCase, IntakeError> {
        let missing = IntakeFault::Unreadable { what: "a case" };
        self.cases.get_mut(&case).ok_or_else(|| missing.into())
    }
}
