//! The live index: which reports are one case, decided report by report, and undone exactly.
//!
//! # How a report is placed
//!
//! An identifier is worth its kind's strength, less one bit each time the number of otherwise
//! unconnected reports that carry it doubles (`LinkPolicy::bits`). What a report shares with a case
//! adds up, each identifier once; from `ties_at_bits` on it is tied, from `suggests_at_bits` on the
//! case is suggested to a person. An identifier that no longer ties by itself *comes apart*: the
//! ties that stood on it are made anew without it, at once. So an address that a hundred thousand
//! strangers share ends tying nobody, though the first few were together for a moment. A placement
//! takes time by what it carries; only when an identifier comes apart, by the reports of the cases
//! that stood on it.
//!
//! # Two partitions
//!
//! The *ties* follow from what was placed, in its order, and from nothing else. The *cases* follow
//! from the ties that stand and from the decisions in force: first the decisions, in the order in
//! which they were made, then the ties, report by report, except where a decision keeps two sides
//! apart. As no decision changes the ties, undoing one leaves what would stand had it never been
//! made, also for reports that came in between (invariant 9). The price: two cases that a
//! person joined are still weighed one by one when a new report shares a little with each.
//!
//! # What a hostile sender can do
//!
//! *Fuse* strangers, by a report that names identifiers of many: it fuses at most `cases_max`
//! cases, none if it reaches more, and a decision takes them apart for good. *Tear* a case, by
//! naming its identifier in many unconnected reports until it comes apart: only ties go that stood
//! on that identifier alone, and joining the reports by a decision outlasts it. *Bury*, by volume:
//! a placement looks at a bounded
//! number of carriers, and nothing here lowers a rank.

mod answer;
mod cases;
mod partition;
mod record;
mod refusal;
mod snapshot;
mod weigh;

use model::{DecisionId, ReportId, Timestamp};

pub use answer::{Carried, Edge, Move, Placement, Regrouping, Suggestion, SuggestionWhy};
pub use refusal::IndexRefusal;
pub use snapshot::SnapshotError;
pub use weigh::{CARRIERS_PER_REPORT_MAX, CARRIERS_WALKED_MAX, IDENTIFIERS_PER_CASE_MAX};

use crate::LinkPolicy;
use cases::{Cases, Decision, Decisions, Said, Tied};
use partition::Partition;
use record::{NONE, Record, StoredEdge, minute_of};
use weigh::{Asked, Met, Reached, Weighed};

/// The most identifiers that one report may carry.
pub const CARRIED_MAX: usize = u16::MAX as usize;
/// The most suggestions that a placement gives.
pub const SUGGESTIONS_MAX: usize = 50;

/// Which reports are one case, and why. A deterministic function of the calls that were made.
#[derive(Debug, Clone)]
pub struct Index {
    calls: u64,
    record: Record,
    ties: Partition,
    decisions: Decisions,
    /// Only once somebody decided something: before, cases are ties.
    cases: Option<Cases>,
}

impl Index {
    /// An index without reports.
    pub fn new(policy: LinkPolicy) -> Self {
        Self {
            calls: 0,
            record: Record::new(policy),
            ties: Partition::default(),
            decisions: Decisions::default(),
            cases: None,
        }
    }

    /// Places a report that was made `at`, with what it carries that may tie. Of identifiers that
    /// stand twice the first counts.
    pub fn place(
        &mut self,
        report: ReportId,
        at: Timestamp,
        carried: &[Carried],
    ) -> Result<Placement, IndexRefusal> {
        self.takes(report, carried)?;
        let minute = minute_of(at);
        let asked = weigh::ask(&mut self.record, carried);
        let mut weighed = weigh::weigh(&self.record, &mut self.ties, minute, &asked);
        let dissolved = self.count(&asked, &weighed);
        let mut moves = Vec::new();
        if !dissolved.is_empty() {
            moves = self.dissolve(&dissolved);
            weighed = weigh::weigh(&self.record, &mut self.ties, minute, &asked);
        }
        let least = self.record.policy.ties_at_bits();
        let tied = weighed.met.partition_point(|met| met.bits >= least);
        // A report that reaches more is a list, not a story: it ties none of them.
        let is_list = tied > self.record.policy.cases_max();
        let taken = &weighed.met[..if is_list { 0 } else { tied }];
        let identifiers = asked.iter().map(|one| one.identifier);
        let edges = weigh::edges(&weighed, taken);
        let number = self.record.append(report, minute, identifiers, edges);
        let done = self.tie(number, taken);
        self.calls += 1;
        let mut suggestions = self.beyond(&asked, &weighed, taken.len());
        self.suggest_within(number, &asked, &done, &mut suggestions);
        suggestions.sort_by_key(|one| std::cmp::Reverse(one.bits));
        suggestions.truncate(SUGGESTIONS_MAX);
        let founder = self.founder(number);
        Ok(Placement {
            founder: self.record.reports.id(founder),
            edges: self.edges(number, &asked),
            hubs: self.hubs(&asked),
            suggestions,
            moves,
            merged: self.merged(number, founder, &done),
        })
    }

    /// A person says that two reports belong together.
    pub fn join(
        &mut self,
        decision: DecisionId,
        one: ReportId,
        other: ReportId,
    ) -> Result<Regrouping, IndexRefusal> {
        self.is_fresh(decision)?;
        if one == other {
            return Err(IndexRefusal::SidesOverlap(one));
        }
        let (one, other) = (self.number(one)?, self.number(other)?);
        if let Some(between) = self.cases().between(one, other) {
            return Err(IndexRefusal::KeptApart(self.decisions.made[between].id));
        }
        Ok(self.decide(decision, Said::Joined { one, other }))
    }

    /// A person says that one case is two: the reports of each side belong together, and the sides
    /// do not. Whatever else is in the case goes where its own ties lead, and so will what comes.
    pub fn keep_apart(
        &mut self,
        decision: DecisionId,
        one: &[ReportId],
        other: &[ReportId],
    ) -> Result<Regrouping, IndexRefusal> {
        self.is_fresh(decision)?;
        let (one, other) = (self.side(one)?, self.side(other)?);
        if let Some(both) = one
            .iter()
            .find(|report| other.binary_search(report).is_ok())
        {
            return Err(IndexRefusal::SidesOverlap(self.record.reports.id(*both)));
        }
        let founder = self.founder(one[0]);
        for report in one.iter().chain(&other) {
            if self.founder(*report) != founder {
                let report = self.record.reports.id(*report);
                return Err(IndexRefusal::SidesOfTwoCases(report));
            }
        }
        let (_, in_force) = self.decisions.reach(&mut self.ties, &one);
        if let Some(joining) = self.decisions.joining(&in_force, &one, &other) {
            return Err(IndexRefusal::Joined(joining));
        }
        Ok(self.decide(decision, Said::KeptApart { one, other }))
    }

    /// Takes a decision back: everything stands as if it had never been made.
    pub fn undo(&mut self, decision: DecisionId) -> Result<Regrouping, IndexRefusal> {
        let position = self
            .decisions
            .find(decision)
            .ok_or(IndexRefusal::DecisionUnknown(decision))?;
        let undone = &self.decisions.made[position];
        if !undone.in_force {
            return Err(IndexRefusal::DecisionUndone(decision));
        }
        let named: Vec<u32> = undone.said.reports().collect();
        let (members, mut in_force) = self.decisions.reach(&mut self.ties, &named);
        in_force.retain(|other| *other != position);
        self.decisions.undo(position);
        self.calls += 1;
        Ok(self.recase(&members, &in_force))
    }

    /// The first report of a report's case; `None` if it was never placed.
    pub fn founder_of(&self, report: ReportId) -> Option<ReportId> {
        let number = self.record.reports.number(report)?;
        Some(self.record.reports.id(self.founder(number)))
    }

    /// All reports of a report's case, in the order in which they were placed; none if it was never
    /// placed.
    pub fn members_of(&self, report: ReportId) -> Vec<ReportId> {
        let Some(number) = self.record.reports.number(report) else {
            return Vec::new();
        };
        let mut members: Vec<u32> = self.parts().members(number).collect();
        members.sort_unstable();
        let id = |number: &u32| self.record.reports.id(*number);
        members.iter().map(id).collect()
    }

    /// How many reports were placed.
    pub fn reports(&self) -> usize {
        self.record.reports.ids.len()
    }

    /// How many calls changed the index: placements, decisions, and decisions undone.
    pub const fn position(&self) -> u64 {
        self.calls
    }

    /// The policy that weighs.
    pub const fn policy(&self) -> &LinkPolicy {
        &self.record.policy
    }

    fn takes(&self, report: ReportId, carried: &[Carried]) -> Result<(), IndexRefusal> {
        if self.record.reports.number(report).is_some() {
            return Err(IndexRefusal::ReportPlaced(report));
        }
        if carried.len() > CARRIED_MAX {
            return Err(IndexRefusal::CarriedTooMany(report));
        }
        let edges_max =
            2 * carried.len().min(IDENTIFIERS_PER_CASE_MAX) * self.record.policy.cases_max();
        let room = |held: usize, more: usize| held.saturating_add(more) < NONE as usize;
        if room(self.reports(), 1)
            && room(self.record.entries.len(), carried.len())
            && room(self.record.edges.len(), edges_max)
        {
            return Ok(());
        }
        Err(IndexRefusal::Full)
    }

    /// Counts the new carrier of each identifier that nothing else connects to its other carriers.
    /// Returns the identifiers that come apart by it.
    fn count(&mut self, asked: &[Asked], weighed: &Weighed) -> Vec<u32> {
        let vouched = weighed.vouched(asked.len(), self.record.policy.ties_at_bits());
        let mut dissolved = Vec::new();
        for (one, vouched) in asked.iter().zip(vouched) {
            if !vouched && !self.record.is_hub(one.identifier) {
                self.record.identifiers.spreads(one.identifier);
                if self.record.is_hub(one.identifier) {
                    dissolved.push(one.identifier);
                }
            }
        }
        dissolved
    }

    /// Makes the ties anew that stood on identifiers which came apart.
    fn dissolve(&mut self, dissolved: &[u32]) -> Vec<Move> {
        let mut shaken = Vec::new();
        for identifier in dissolved {
            let record = &self.record;
            let stood = |report: &u32| weigh::stood_on(record, *report, *identifier);
            shaken.extend(record.carriers(*identifier).filter(stood));
        }
        let members = weigh::whole_parts(&mut self.ties, &shaken);
        if members.is_empty() {
            return Vec::new();
        }
        if self.cases.is_some() {
            let (reached, in_force) = self.decisions.reach(&mut self.ties, &shaken);
            weigh::regroup(&mut self.record, &mut self.ties, &members);
            let before = self.founders(&reached);
            if let Some(cases) = &mut self.cases {
                cases.regroup(&self.record, &self.decisions, &in_force, &reached);
            }
            return self.moves(&reached, &before);
        }
        let before = self.founders(&members);
        weigh::regroup(&mut self.record, &mut self.ties, &members);
        self.moves(&members, &before)
    }

    /// Ties a report that was just appended.
    fn tie(&mut self, number: u32, taken: &[Met]) -> Tied {
        self.ties.push(number);
        let mut tied = Tied::default();
        for met in taken {
            tied.merged.extend(self.ties.union(number, met.case));
        }
        if let Some(cases) = &mut self.cases {
            cases.parts.push(number);
            tied = cases.tie(&self.record, number);
        }
        tied
    }

    /// Cases that the ties did not take: too weak, or too many.
    fn beyond(&self, asked: &[Asked], weighed: &Weighed, taken: usize) -> Vec<Suggestion> {
        let policy = &self.record.policy;
        let met = &weighed.met[taken..];
        let enough = met.partition_point(|met| met.bits >= policy.suggests_at_bits());
        let suggestion = |met: &Met| {
            let shared = weighed.shared(met);
            Suggestion {
                to: self.record.reports.id(shared[0].carrier),
                bits: met.bits,
                identifiers: shared.iter().map(|one| asked[one.asked].position).collect(),
                why: if met.bits < policy.ties_at_bits() {
                    SuggestionWhy::TooWeak
                } else {
                    SuggestionWhy::TooManyCases
                },
            }
        };
        let first = &met[..enough.min(SUGGESTIONS_MAX)];
        first.iter().map(suggestion).collect()
    }

    /// Parts of what the report was tied to that a decision keeps from it.
    fn suggest_within(
        &self,
        number: u32,
        asked: &[Asked],
        tied: &Tied,
        suggestions: &mut Vec<Suggestion>,
    ) {
        let Some(cases) = &self.cases else { return };
        let least = self.record.policy.suggests_at_bits();
        let kept = tied
            .kept_apart
            .iter()
            .map(|one| (one, SuggestionWhy::KeptApart));
        let weak = tied
            .too_weak
            .iter()
            .map(|one| (one, SuggestionWhy::TooWeak));
        for (one, why) in kept.chain(weak) {
            let Reached {
                group, part, bits, ..
            } = *one;
            let apart = cases.parts.founder(part) != cases.parts.founder(number);
            if bits < least || !apart {
                continue;
            }
            let edges = self.record.edges_of(number).iter();
            let there =
                edges.filter(|edge| edge.group() == group && cases.parts.founder(edge.to) == part);
            let mut there: Vec<StoredEdge> = there.copied().collect();
            there.dedup_by_key(|edge| edge.entry);
            let Some(first) = there.first() else { continue };
            let position = |edge: &StoredEdge| asked[usize::from(edge.entry)].position;
            suggestions.push(Suggestion {
                to: self.record.reports.id(first.to),
                bits,
                identifiers: there.iter().map(position).collect(),
                why,
            });
        }
    }

    /// The report's edges; of two on one identifier and into one case the nearer.
    fn edges(&self, number: u32, asked: &[Asked]) -> Vec<Edge> {
        let mut edges = self.record.edges_of(number).to_vec();
        edges.dedup_by_key(|edge| (edge.group(), edge.entry, self.founder(edge.to)));
        edges
            .iter()
            .map(|edge| Edge {
                identifier: asked[usize::from(edge.entry)].position,
                to: self.record.reports.id(edge.to),
                bits: edge.bits,
            })
            .collect()
    }

    fn hubs(&self, asked: &[Asked]) -> Vec<usize> {
        let hubs = asked
            .iter()
            .filter(|one| self.record.is_hub(one.identifier));
        let mut hubs: Vec<usize> = hubs.map(|one| one.position).collect();
        hubs.sort_unstable();
        hubs
    }

    fn merged(&self, number: u32, founder: u32, tied: &Tied) -> Vec<(ReportId, ReportId)> {
        let ids = &self.record.reports;
        let others = tied.merged.iter().filter(|merged| merged.0 != number);
        others
            .map(|merged| (ids.id(merged.0), ids.id(founder)))
            .collect()
    }

    fn parts(&self) -> &Partition {
        self.cases.as_ref().map_or(&self.ties, |cases| &cases.parts)
    }

    fn founder(&self, number: u32) -> u32 {
        self.parts().founder(number)
    }

    fn founders(&self, members: &[u32]) -> Vec<u32> {
        members.iter().map(|member| self.founder(*member)).collect()
    }

    fn cases(&mut self) -> &mut Cases {
        self.cases.get_or_insert_with(|| Cases::new(&self.ties))
    }

    fn number(&self, report: ReportId) -> Result<u32, IndexRefusal> {
        let number = self.record.reports.number(report);
        number.ok_or(IndexRefusal::ReportUnknown(report))
    }

    /// The numbers of one side, ascending, each once.
    fn side(&self, reports: &[ReportId]) -> Result<Vec<u32>, IndexRefusal> {
        let numbers: Result<Vec<u32>, _> = reports.iter().map(|one| self.number(*one)).collect();
        let mut numbers = numbers?;
        numbers.sort_unstable();
        numbers.dedup();
        if numbers.is_empty() {
            return Err(IndexRefusal::SideEmpty);
        }
        Ok(numbers)
    }

    fn is_fresh(&self, decision: DecisionId) -> Result<(), IndexRefusal> {
        if self.decisions.find(decision).is_some() {
            return Err(IndexRefusal::DecisionUsed(decision));
        }
        Ok(())
    }

    fn decide(&mut self, id: DecisionId, said: Said) -> Regrouping {
        let named: Vec<u32> = said.reports().collect();
        self.decisions.add(Decision {
            id,
            in_force: true,
            said,
        });
        let (members, in_force) = self.decisions.reach(&mut self.ties, &named);
        self.calls += 1;
        self.recase(&members, &in_force)
    }

    /// Makes the cases of `members` anew and says what changed.
    fn recase(&mut self, members: &[u32], in_force: &[usize]) -> Regrouping {
        self.cases();
        let before = self.founders(members);
        if let Some(cases) = &mut self.cases {
            cases.regroup(&self.record, &self.decisions, in_force, members);
        }
        self.regrouping(members, &before)
    }

    fn moves(&self, members: &[u32], before: &[u32]) -> Vec<Move> {
        let ids = &self.record.reports;
        let pairs = members.iter().zip(before);
        let moved = pairs.filter_map(|(report, from)| {
            let to = self.founder(*report);
            (to != *from).then(|| Move {
                report: ids.id(*report),
                from: ids.id(*from),
                to: ids.id(to),
            })
        });
        moved.collect()
    }

    /// As [`Self::moves`], but a case that went as a whole is named once.
    fn regrouping(&self, members: &[u32], before: &[u32]) -> Regrouping {
        let ids = &self.record.reports;
        let now = |report: u32| self.founder(report);
        // The new founder of each old case, if there is one for all its members.
        let mut went = std::collections::BTreeMap::new();
        for (report, from) in members.iter().zip(before) {
            let to = now(*report);
            let whole = went.entry(*from).or_insert(Some(to));
            if *whole != Some(to) {
                *whole = None;
            }
        }
        let whole = went.iter().filter_map(|(from, to)| Some((*from, (*to)?)));
        let merged = whole.filter(|(from, to)| from != to);
        let split = |from: &u32| went.get(from).is_none_or(Option::is_none);
        let (mut left, mut left_from) = (Vec::new(), Vec::new());
        for (report, from) in members.iter().zip(before).filter(|pair| split(pair.1)) {
            left.push(*report);
            left_from.push(*from);
        }
        Regrouping {
            merged: merged
                .map(|(from, to)| (ids.id(from), ids.id(to)))
                .collect(),
            moves: self.moves(&left, &left_from),
        }
    }
}

#[cfg(test)]
mod tests;
