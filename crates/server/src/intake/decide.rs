//! What a person decides about cases: that they are one, that they are two, or that an earlier
//! decision falls.

use std::collections::BTreeSet;

use link::Regrouping;
use model::{CaseId, CustodyEvent, DecisionId, Deed, ReportId, Timestamp};
use serde::Serialize;
use store::{Counter, DecisionKind, DecisionRow, Sealed, Tx};

use super::batch::Batch;
use super::linker;
use super::operation::{Actor, Operation, Outcome};
use super::{IntakeError, IntakeFault, IntakeRefusal};
use crate::sealed_names as names;
use crate::station::Station;

/// The longest reason of a decision, in bytes.
pub const REASON_BYTES_MAX: usize = 2_000;
/// Members of a case that one decision can name at most.
const MEMBERS_MAX: usize = 10_000;

/// A decision that was made, and the cases as they stand after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// The decision's number, by which it can be undone.
    pub decision: DecisionId,
    /// The cases that it touched, ascending.
    pub cases: Vec<CaseId>,
}

impl Station {
    /// Makes two cases one. Undone by [`Station::undo`].
    pub async fn merge_cases(
        &self,
        actor: Actor,
        one: CaseId,
        other: CaseId,
        reason: &str,
    ) -> Result<Decided, IntakeError> {
        let one = self.founder(one).await?;
        let other = self.founder(other).await?;
        if one == other {
            let same = "The two are one case already: name two different cases.";
            return Err(IntakeRefusal::Request(same.to_owned()).into());
        }
        let sides = (vec![one], vec![other]);
        self.decide(actor, DecisionKind::Join, sides, reason).await
    }

    /// Parts these reports from the others of their case; the two sides stay apart whatever comes.
    /// Undone by [`Station::undo`].
    pub async fn split_case(
        &self,
        actor: Actor,
        case: CaseId,
        reports: &[ReportId],
        reason: &str,
    ) -> Result<Decided, IntakeError> {
        let row = self.core().store.case(case).await?;
        let row = row.ok_or(IntakeRefusal::NoSuchCase)?;
        let members = self.core().store.members_of(row.id, None, MEMBERS_MAX);
        let members: BTreeSet<ReportId> = members
            .await?
            .into_iter()
            .filter(|row| row.state == model::ReportState::Finished)
            .map(|row| row.id)
            .collect();
        let one: BTreeSet<ReportId> = reports.iter().copied().collect();
        if let Some(stranger) = one.iter().find(|report| !members.contains(report)) {
            let text = format!("Report {stranger} is not in case {case}: see `watchfire case`.");
            return Err(IntakeRefusal::Request(text).into());
        }
        if one.is_empty() || one.len() == members.len() {
            let text = "Name some of the case's reports, but not all: two sides are needed.";
            return Err(IntakeRefusal::Request(text.to_owned()).into());
        }
        let other = members.difference(&one).copied().collect();
        let sides = (one.into_iter().collect(), other);
        self.decide(actor, DecisionKind::KeepApart, sides, reason)
            .await
    }

    /// Undoes a decision: the cases stand as if it had never been made.
    pub async fn undo(&self, actor: Actor, decision: DecisionId) -> Result<Decided, IntakeError> {
        match self.commit(Operation::Undo(decision, actor)).await? {
            Outcome::Decided { cases } => Ok(Decided { decision, cases }),
            _ => Err(ANSWER.into()),
        }
    }

    async fn founder(&self, case: CaseId) -> Result<ReportId, IntakeError> {
        let row = self.core().store.case(case).await?;
        let row = row.ok_or(IntakeRefusal::NoSuchCase)?;
        row.founder.ok_or_else(|| {
            IntakeFault::Unreadable {
                what: "a case's earliest report",
            }
            .into()
        })
    }

    async fn decide(
        &self,
        actor: Actor,
        kind: DecisionKind,
        (one, other): (Vec<ReportId>, Vec<ReportId>),
        reason: &str,
    ) -> Result<Decided, IntakeError> {
        let reason = reason.trim();
        if reason.is_empty() || reason.len() > REASON_BYTES_MAX {
            let text = format!("Give a reason of 1 to {REASON_BYTES_MAX} bytes.");
            return Err(IntakeRefusal::Request(text).into());
        }
        let core = self.core();
        let number = core.store.reserve(Counter::Decision, 1).await?.start;
        let id = DecisionId::new(number);
        let said = format!("{actor}: {reason}");
        let sealed = vault::seal::seal(
            core.keys.register_key(),
            &names::decision(id),
            said.as_bytes(),
            core.entropy.as_ref(),
        )?;
        let row = DecisionRow {
            id,
            kind,
            one,
            other,
            made: self.now(),
            undone: None,
            reason: Sealed(sealed),
        };
        match self.commit(Operation::Decide(Box::new(row), actor)).await? {
            Outcome::Decided { cases } => Ok(Decided {
                decision: id,
                cases,
            }),
            _ => Err(ANSWER.into()),
        }
    }
}

/// A decision as a person reads it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decision {
    /// Its number.
    pub decision: DecisionId,
    /// `join` or `keep_apart`.
    pub kind: &'static str,
    /// The reports of one side.
    pub one: Vec<ReportId>,
    /// The reports of the other side.
    pub other: Vec<ReportId>,
    /// When it was made.
    pub made: Timestamp,
    /// When it was undone.
    pub undone: Option<Timestamp>,
    /// Who decided, and why.
    pub reason: String,
}

impl Station {
    /// What persons decided about cases, the latest first, at most `limit`.
    pub async fn decisions(&self, limit: usize) -> Result<Vec<Decision>, IntakeError> {
        let core = self.core();
        let rows = core.store.latest_decisions(limit).await?;
        rows.into_iter()
            .map(|row| {
                let context = names::decision(row.id);
                let key = core.keys.register_key();
                let reason = vault::seal::open(key, &context, &row.reason.0)?;
                let unreadable = IntakeFault::Unreadable { what: "a decision" };
                Ok(Decision {
                    decision: row.id,
                    kind: row.kind.name(),
                    one: row.one,
                    other: row.other,
                    made: row.made,
                    undone: row.undone,
                    reason: String::from_utf8(reason).map_err(|_| unreadable)?,
                })
            })
            .collect()
    }
}

const ANSWER: IntakeFault = IntakeFault::Unreadable {
    what: "the committer's answer",
};

impl Batch<'_> {
    pub(super) async fn decide(
        &mut self,
        tx: &mut Tx,
        decision: DecisionRow,
        actor: Actor,
        at: Timestamp,
    ) -> Result<Outcome, IntakeError> {
        let regrouping =
            linker::decide(self.index()?, &decision).map_err(IntakeRefusal::Decision)?;
        self.unsettled = true;
        let id = decision.id;
        self.step(None, Some(id), false, at)?;
        let note = format!("decision {id}: {}", decision.kind.name());
        let sides: Vec<ReportId> = [decision.one.as_slice(), &decision.other].concat();
        self.decisions.insert(id, decision);
        self.written.decisions.insert(id);
        let deed = Deed::DecisionMade;
        self.regroup_by_person(tx, regrouping, &sides, (deed, note), actor, at)
            .await
    }

    pub(super) async fn undo(
        &mut self,
        tx: &mut Tx,
        id: DecisionId,
        actor: Actor,
        at: Timestamp,
    ) -> Result<Outcome, IntakeError> {
        let decision = self.decisions.get(&id);
        let decision = decision.ok_or(IntakeRefusal::NoSuchDecision)?;
        let sides: Vec<ReportId> = [decision.one.as_slice(), &decision.other].concat();
        let undone = self.index()?.undo(id);
        let regrouping = undone.map_err(IntakeRefusal::Decision)?;
        self.unsettled = true;
        self.step(None, Some(id), true, at)?;
        if let Some(decision) = self.decisions.get_mut(&id) {
            decision.undone = Some(at);
        }
        self.written.decisions.insert(id);
        let said = (Deed::DecisionUndone, format!("decision {id} was undone"));
        self.regroup_by_person(tx, regrouping, &sides, said, actor, at)
            .await
    }

    /// Does to the cases what the index did, and says which ones the decision's reports are in.
    async fn regroup_by_person(
        &mut self,
        tx: &mut Tx,
        regrouping: Regrouping,
        sides: &[ReportId],
        (deed, note): (Deed, String),
        actor: Actor,
        at: Timestamp,
    ) -> Result<Outcome, IntakeError> {
        let mut event = CustodyEvent::new(at, deed, actor.to_string());
        event.note = Some(note.clone());
        self.record_unbound(&event)?;
        for (from, into) in &regrouping.merged {
            let from = self.case_founded_by(tx, *from).await?;
            let into = self.case_founded_by(tx, *into).await?;
            self.merge(tx, from, into, actor, &note, at).await?;
            self.seal_rank(into, at)?;
        }
        self.regroup(tx, &regrouping.moves, None, &note, actor, at)
            .await?;
        let mut cases = BTreeSet::new();
        for side in sides {
            if let Some(founder) = self.index()?.founder_of(*side) {
                cases.insert(self.case_founded_by(tx, founder).await?);
            }
        }
        self.unsettled = false;
        Ok(Outcome::Decided {
            cases: cases.into_iter().collect(),
        })
    }
}
