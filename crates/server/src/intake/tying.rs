//! The part of a batch that ties a finished report into a case and ranks the case.

use std::collections::BTreeMap;

use link::{Index, Placement, SuggestionWhy};
use model::{
    CaseId, CustodyEvent, DecisionId, Deed, Identifier, Override, ReportId, ReportState, Timestamp,
};
use store::{Blind, CaseRow, Counter, LinkKind, LinkRow, Sealed, Tx, TyingRow};
use vault::DataKey;

use super::batch::{Batch, OpenCase};
use super::linker::{carried, own};
use super::operation::{Actor, Finishing, PreparedIdentifier};
use super::{IntakeError, IntakeFault};
use crate::sealed_names as names;

/// Case numbers fetched at a time.
const CASE_BLOCK: u32 = 1024;

const INDEX: IntakeFault = IntakeFault::Unreadable {
    what: "the link index",
};

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

    /// Ties a report to the case that its identifiers lead to, and to a new case if none does.
    pub(super) async fn tie(
        &mut self,
        tx: &mut Tx,
        new: &Finishing,
        at: Timestamp,
    ) -> Result<CaseId, IntakeError> {
        let tying: Vec<&PreparedIdentifier> = new
            .identifiers
            .iter()
            .filter(|prepared| prepared.identifier.ties)
            .collect();
        let mut asked = Vec::with_capacity(tying.len());
        for prepared in &tying {
            asked.push(carried(prepared.identifier.kind.name(), prepared.blind)?);
        }
        // The last is the report's own number, by which later reports may name it.
        asked.push(own(self.tools.keys, new.report)?);
        self.unsettled = true;
        let placement = self.index()?.place(new.report, new.about, &asked);
        let placement = placement.map_err(|_| INDEX)?;
        self.step(Some(new.report), None, false, new.about)?;
        // In the index's order: what comes apart first, then the report, then what it joins.
        if !placement.moves.is_empty() {
            let why = "an identifier that tied them is now carried by too many reports";
            self.regroup(tx, &placement.moves, Some(new.report), why, new.actor, at)
                .await?;
        }
        let case = if placement.founder == new.report {
            self.open_case(tx, new.report, at).await?
        } else {
            self.case_founded_by(tx, placement.founder).await?
        };
        for (from, into) in &placement.merged {
            let from = self.case_founded_by(tx, *from).await?;
            let into = self.case_founded_by(tx, *into).await?;
            let note = format!("tied by report {}", new.report);
            self.merge(tx, from, into, new.actor, &note, at).await?;
        }
        let links = self.links(new, case, &tying, &placement)?;
        self.written.links.extend(links);
        Ok(case)
    }

    /// The link index of a batch that has one.
    pub(super) fn index(&mut self) -> Result<&mut Index, IntakeFault> {
        let linker = self.linker.as_mut().ok_or(INDEX)?;
        Ok(&mut linker.index)
    }

    /// Notes the index's latest step, so that whoever follows the database takes the same.
    pub(super) fn step(
        &mut self,
        report: Option<ReportId>,
        decision: Option<DecisionId>,
        undone: bool,
        about: Timestamp,
    ) -> Result<(), IntakeFault> {
        let position = self.index()?.position();
        self.written.tying.push(TyingRow {
            seq: i64::try_from(position).unwrap_or(i64::MAX),
            report,
            about,
            decision,
            undone,
        });
        Ok(())
    }

    /// Why the report stands where it stands, and what else a person may want to know: one row for
    /// each edge, each identifier that too many share, and each suggestion.
    fn links(
        &self,
        new: &Finishing,
        case: CaseId,
        tying: &[&PreparedIdentifier],
        placement: &Placement,
    ) -> Result<Vec<LinkRow>, IntakeFault> {
        let mut said: Vec<(LinkKind, ReportId, i64, String)> = Vec::new();
        for edge in &placement.edges {
            let Some(prepared) = tying.get(edge.identifier) else {
                continue;
            };
            let why = link::why(&prepared.identifier);
            said.push((LinkKind::Tie, edge.to, i64::from(edge.bits), why));
        }
        for hub in &placement.hubs {
            if let Some(prepared) = tying.get(*hub) {
                let why = why_shared(&prepared.identifier);
                said.push((LinkKind::Shared, new.report, 0, why));
            }
        }
        for suggestion in &placement.suggestions {
            let shared = suggestion.identifiers.iter();
            let shared: Vec<String> = shared
                .filter_map(|at| tying.get(*at))
                .map(|prepared| link::why(&prepared.identifier))
                .collect();
            let but = match suggestion.why {
                SuggestionWhy::TooWeak => "That alone is too little to tie them.",
                SuggestionWhy::KeptApart => "A person decided to keep the two cases apart.",
                SuggestionWhy::TooManyCases => {
                    "The report names so many cases that it is a list, and ties none of them."
                }
            };
            let why = format!("{} {but}", shared.join(" "));
            let bits = i64::from(suggestion.bits);
            said.push((LinkKind::Suggestion, suggestion.to, bits, why));
        }
        let mut rows = Vec::with_capacity(said.len());
        for (position, (kind, to, bits, why)) in said.into_iter().enumerate() {
            rows.push(LinkRow {
                from: new.report,
                position: i64::try_from(position).unwrap_or(i64::MAX),
                to,
                case,
                why: self.seal(&new.key, &names::link(new.report, position), why.as_bytes())?,
                kind,
                bits,
            });
        }
        Ok(rows)
    }

    /// Opens a case whose earliest report is `founder`.
    pub(super) async fn open_case(
        &mut self,
        tx: &mut Tx,
        founder: ReportId,
        at: Timestamp,
    ) -> Result<CaseId, IntakeError> {
        if self.case_numbers.is_empty() {
            *self.case_numbers = tx.reserve(Counter::Case, CASE_BLOCK).await?;
        }
        let number = self.case_numbers.next().ok_or(IntakeFault::Unreadable {
            what: "case numbers",
        })?;
        let id = CaseId::new(number);
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
            founder: Some(founder),
            urgency: 0,
            storm: None,
        };
        let findings = Vec::new();
        self.cases.insert(id, OpenCase { row, key, findings });
        self.founded.insert(founder, id);
        self.written.cases.insert(id);
        Ok(id)
    }

    /// Two cases become one; the one with the older founder stays.
    pub(super) async fn merge(
        &mut self,
        tx: &mut Tx,
        from: CaseId,
        into: CaseId,
        actor: Actor,
        why: &str,
        at: Timestamp,
    ) -> Result<(), IntakeError> {
        let mut event = CustodyEvent::new(at, Deed::CasesMerged, actor.to_string());
        event.case = Some(into.number());
        event.note = Some(format!("case {from} became part of case {into}: {why}"));
        self.record_unbound(&event)?;
        let other = self.open(from)?;
        other.row.merged_into = Some(into);
        other.row.changed = at;
        let (findings, reports) = (other.findings.clone(), other.row.reports);
        let survivor = self.open(into)?;
        survivor.findings = triage::combine(&survivor.findings, &findings);
        survivor.row.reports += reports;
        survivor.row.changed = at;
        tx.move_case_members(from, into).await?;
        self.merge_rows(tx, from, into, at).await?;
        for row in self.reports.values_mut() {
            if row.case == Some(from) {
                row.case = Some(into);
            }
        }
        for link in &mut self.written.links {
            if link.case == from {
                link.case = into;
            }
        }
        self.written.cases.extend([from, into]);
        Ok(())
    }

    /// Adds a report's findings to its case and ranks the case anew.
    pub(super) fn rank(
        &mut self,
        new: &Finishing,
        case: CaseId,
        at: Timestamp,
    ) -> Result<(), IntakeError> {
        let open = self.open(case)?;
        open.findings = triage::combine(&open.findings, &new.judged.findings);
        open.row.reports += 1;
        self.seal_rank(case, at)?;
        let open = self.open(case)?;
        let rank = open.row.rank;
        let note = format!(
            "danger {}, actionability {}, override {}, policy {}",
            rank.danger,
            rank.actionability,
            rank.raised.map_or("none", Override::name),
            open.row.policy_version
        );
        let mut event = CustodyEvent::new(at, Deed::CaseRanked, new.actor.to_string());
        event.report = Some(new.report.number());
        event.case = Some(case.number());
        event.note = Some(note);
        self.record(&event, new.report, &new.key)
    }

    /// Adds a case's findings up and seals them beside their sums.
    pub(super) fn seal_rank(&mut self, case: CaseId, at: Timestamp) -> Result<(), IntakeError> {
        let (entropy, policy) = (self.tools.entropy, self.tools.triage_policy);
        let open = self.open(case)?;
        let rank = model::rank(&open.findings);
        open.row.changed = at;
        open.row.rank = rank;
        open.row.urgency = policy.ageing().urgency(rank.danger, open.row.opened);
        policy.version().clone_into(&mut open.row.policy_version);
        let json = serde_json::to_vec(&open.findings)
            .map_err(|_| IntakeFault::Unreadable { what: "findings" })?;
        let sealed = vault::seal::seal(&open.key, &names::reasons(case), &json, entropy)?;
        open.row.reasons = Sealed(sealed);
        self.written.cases.insert(case);
        Ok(())
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

/// That an identifier is carried by too many reports to tie any.
fn why_shared(identifier: &Identifier) -> String {
    format!(
        "{} So many reports do that it ties none of them.",
        link::why(identifier)
    )
}
