//! The part of a batch that moves reports between cases: when an identifier ties no more, and when
//! a person decides.

use std::collections::{BTreeMap, BTreeSet};

use link::Move;
use model::{CaseId, CustodyEvent, Deed, Finding, ReportId, ReportState, Timestamp};
use store::{CaseRow, Note, ReportRow, Tx};
use vault::DataKey;

use super::batch::{Batch, OpenCase};
use super::operation::Actor;
use super::{IntakeError, IntakeFault};
use crate::sealed_names as names;

/// Members of a case that are read at a time.
const MEMBERS_PER_READ: usize = 2_000;

impl Batch<'_> {
    /// Moves reports to the cases of their new founders, and ranks every case anew that lost or won
    /// any. `except` is the report that is being finished, which is counted by its own ranking.
    pub(super) async fn regroup(
        &mut self,
        tx: &mut Tx,
        moves: &[Move],
        except: Option<ReportId>,
        why: &str,
        actor: Actor,
        at: Timestamp,
    ) -> Result<BTreeSet<CaseId>, IntakeError> {
        let mut left = BTreeSet::new();
        for step in moves {
            left.insert(self.case_founded_by(tx, step.from).await?);
        }
        for case in &left {
            self.load_members(tx, *case).await?;
        }
        let mut arrivals: BTreeMap<CaseId, Vec<ReportId>> = BTreeMap::new();
        for step in moves {
            let case = self.case_for_founder(tx, step.to, at).await?;
            arrivals.entry(case).or_default().push(step.report);
        }
        for (case, reports) in &arrivals {
            self.load_members(tx, *case).await?;
            self.move_reports(tx, reports, *case).await?;
            let mut event = CustodyEvent::new(at, Deed::CaseParted, actor.to_string());
            event.case = Some(case.number());
            event.note = Some(format!("{} reports came to it: {why}", reports.len()));
            self.record_unbound(&event)?;
        }
        let touched: BTreeSet<CaseId> = left.into_iter().chain(arrivals.into_keys()).collect();
        for case in &touched {
            self.rank_anew(tx, *case, except, at).await?;
            self.leave_row(tx, *case, at).await?;
        }
        Ok(touched)
    }

    /// Brings cases that were tied under another policy to where this one has them: once, when the
    /// index was made from the rows.
    pub(super) async fn reconcile(
        &mut self,
        tx: &mut Tx,
        version: &str,
    ) -> Result<(), IntakeFault> {
        if !self.linker.as_ref().is_some_and(|linker| linker.anew) {
            return Ok(());
        }
        if tx.note(Note::LinkPolicy).await?.as_deref() != Some(version) {
            let moves = self.differences(tx).await?;
            let at = self.tools.clock.now();
            let why = format!("link policy {version} ties otherwise");
            let done = self.regroup(tx, &moves, None, &why, Actor::Clock, at).await;
            done.map_err(|error| match error {
                IntakeError::Fault(fault) => fault,
                IntakeError::Refused(_) => IntakeFault::Unreadable { what: "a case" },
            })?;
            tx.set_note(Note::LinkPolicy, version).await?;
        }
        if let Some(linker) = &mut self.linker {
            linker.anew = false;
        }
        Ok(())
    }

    /// The reports that stand in another case than the index has them in.
    async fn differences(&mut self, tx: &mut Tx) -> Result<Vec<Move>, IntakeFault> {
        let mut moves = Vec::new();
        let mut seq = 0;
        loop {
            let steps = tx.tying_after(seq, MEMBERS_PER_READ).await?;
            let Some(last) = steps.last() else {
                return Ok(moves);
            };
            seq = last.seq;
            let reports: Vec<ReportId> = steps.iter().filter_map(|step| step.report).collect();
            let rows = tx.reports(&reports).await?;
            let cases: Vec<CaseId> = rows.iter().filter_map(|row| row.case).collect();
            let founders: BTreeMap<_, _> = tx.founders_of(&cases).await?.into_iter().collect();
            for row in rows {
                let from = row.case.and_then(|case| founders.get(&case).copied()?);
                let to = self.index()?.founder_of(row.id);
                if let (Some(from), Some(to)) = (from, to)
                    && from != to
                {
                    let report = row.id;
                    moves.push(Move { report, from, to });
                }
            }
        }
    }

    /// The case whose earliest report is `founder`.
    pub(super) async fn case_founded_by(
        &mut self,
        tx: &mut Tx,
        founder: ReportId,
    ) -> Result<CaseId, IntakeError> {
        let found = self.find_case(tx, founder).await?;
        let missing = IntakeFault::Unreadable {
            what: "the case of a founder",
        };
        found.ok_or_else(|| missing.into())
    }

    /// Loads cases with their keys and findings, as far as they are not there.
    pub(super) async fn load_cases(
        &mut self,
        tx: &mut Tx,
        ids: &[CaseId],
    ) -> Result<(), IntakeError> {
        let absent: Vec<CaseId> = ids
            .iter()
            .copied()
            .filter(|id| !self.cases.contains_key(id))
            .collect();
        if absent.is_empty() {
            return Ok(());
        }
        for row in tx.cases(&absent).await? {
            self.keep_case(row)?;
        }
        Ok(())
    }

    /// Opens a case that was read, and keeps it.
    pub(super) fn keep_case(&mut self, row: CaseRow) -> Result<(), IntakeFault> {
        if self.cases.contains_key(&row.id) {
            return Ok(());
        }
        let missing = IntakeFault::Unreadable {
            what: "a case's key",
        };
        let wrapped = row.key.as_ref().ok_or(missing)?;
        let context = names::case_key(row.id);
        let key: DataKey = self.tools.keys.unwrap(&wrapped.0, &context)?;
        let findings = crate::casefile::open_reasons(&row, &key)?;
        if let Some(founder) = row.founder {
            self.founded.insert(founder, row.id);
        }
        self.cases.insert(row.id, OpenCase { row, key, findings });
        Ok(())
    }

    async fn find_case(
        &mut self,
        tx: &mut Tx,
        founder: ReportId,
    ) -> Result<Option<CaseId>, IntakeError> {
        if !self.founded.contains_key(&founder) {
            for row in tx.cases_founded_by(&[founder]).await? {
                self.keep_case(row)?;
            }
        }
        Ok(self.founded.get(&founder).copied())
    }

    /// The case that reports go to: one that was merged is revived, and a founder that never had
    /// one gets one, as old as the founder.
    async fn case_for_founder(
        &mut self,
        tx: &mut Tx,
        founder: ReportId,
        at: Timestamp,
    ) -> Result<CaseId, IntakeError> {
        let Some(case) = self.find_case(tx, founder).await? else {
            self.load_reports(tx, &[founder]).await?;
            let finished = self.reports.get(&founder).and_then(|row| row.finished);
            let opened = finished.unwrap_or(at);
            return self.open_case(tx, founder, opened).await;
        };
        let open = self.open(case)?;
        if open.row.merged_into.take().is_some() {
            open.findings.clear();
            open.row.reports = 0;
            self.written.cases.insert(case);
        }
        Ok(case)
    }

    pub(super) async fn load_reports(
        &mut self,
        tx: &mut Tx,
        ids: &[ReportId],
    ) -> Result<(), IntakeError> {
        let absent: Vec<ReportId> = ids
            .iter()
            .copied()
            .filter(|id| !self.reports.contains_key(id))
            .collect();
        for row in tx.reports(&absent).await? {
            self.reports.insert(row.id, row);
        }
        Ok(())
    }

    /// Loads the rows of all members of a case; those that this batch changed stay as they are.
    pub(super) async fn load_members(
        &mut self,
        tx: &mut Tx,
        case: CaseId,
    ) -> Result<(), IntakeError> {
        let mut after = None;
        loop {
            let rows = tx.members_of(case, after, MEMBERS_PER_READ).await?;
            let Some(last) = rows.last() else {
                return Ok(());
            };
            after = Some(last.id);
            for row in rows {
                self.reports.entry(row.id).or_insert(row);
            }
        }
    }

    /// Moves reports, those that were folded into them, and their links.
    async fn move_reports(
        &mut self,
        tx: &mut Tx,
        reports: &[ReportId],
        case: CaseId,
    ) -> Result<(), IntakeError> {
        let moved: BTreeSet<ReportId> = reports.iter().copied().collect();
        let follows = |row: &ReportRow| {
            let folded = row.state == ReportState::Folded;
            moved.contains(&row.id)
                || (folded && row.twin_of.is_some_and(|twin| moved.contains(&twin)))
        };
        let all: Vec<ReportId> = self
            .reports
            .values()
            .filter(|row| follows(row))
            .map(|row| row.id)
            .collect();
        for report in &all {
            self.update(*report, |row| row.case = Some(case));
        }
        tx.move_links(reports, case).await?;
        for link in &mut self.written.links {
            if moved.contains(&link.from) {
                link.case = case;
            }
        }
        Ok(())
    }

    /// Ranks a case by what its members' own findings say, and counts them.
    pub(super) async fn rank_anew(
        &mut self,
        tx: &mut Tx,
        case: CaseId,
        except: Option<ReportId>,
        at: Timestamp,
    ) -> Result<(), IntakeError> {
        let members: Vec<ReportRow> = self
            .reports
            .values()
            .filter(|row| row.case == Some(case) && row.state == ReportState::Finished)
            .filter(|row| Some(row.id) != except)
            .cloned()
            .collect();
        let keys: BTreeSet<CaseId> = members.iter().filter_map(|row| row.key_case).collect();
        let keys: Vec<CaseId> = keys.into_iter().collect();
        self.load_cases(tx, &keys).await?;
        let mut findings: Vec<Finding> = Vec::new();
        for member in &members {
            findings = triage::combine(&findings, &self.findings_of(member)?);
        }
        let heir = match self.cases.get(&case).and_then(|open| open.row.founder) {
            Some(founder) if members.is_empty() => self.index()?.founder_of(founder),
            _ => None,
        };
        if let Some(heir) = heir {
            let heir = self.case_founded_by(tx, heir).await?;
            if heir != case {
                self.open(case)?.row.merged_into = Some(heir);
            }
        }
        let open = self.open(case)?;
        open.findings = findings;
        open.row.reports = i64::try_from(members.len()).unwrap_or(i64::MAX);
        self.seal_rank(case, at)
    }

    /// What was found in a report on its own; nothing in one whose key was shredded.
    fn findings_of(&self, row: &ReportRow) -> Result<Vec<Finding>, IntakeError> {
        let (Some(sealed), true) = (&row.findings, row.data_key.is_some()) else {
            return Ok(Vec::new());
        };
        let key = self.record_key(row.id)?;
        let json = vault::seal::open(&key, &names::findings(row.id), &sealed.0)?;
        let unreadable = IntakeFault::Unreadable { what: "findings" };
        serde_json::from_slice(&json).map_err(|_| unreadable.into())
    }
}
