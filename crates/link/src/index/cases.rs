//! What persons decided, and the cases that follow from the ties and their decisions.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use model::DecisionId;

use super::partition::Partition;
use super::record::Record;
use super::weigh::{Reached, reached};

/// A person's decision, by report numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decision {
    pub(super) id: DecisionId,
    pub(super) in_force: bool,
    pub(super) said: Said,
}

/// What a person said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    /// Two reports belong together.
    Joined { one: u32, other: u32 },
    /// The reports of each side belong together, and the sides do not.
    KeptApart { one: Vec<u32>, other: Vec<u32> },
}

impl Said {
    /// Every report that it names.
    pub(super) fn reports(&self) -> impl Iterator<Item = u32> + '_ {
        let (pair, sides) = match self {
            Self::Joined { one, other } => (Some([*one, *other]), None),
            Self::KeptApart { one, other } => (None, Some([one, other])),
        };
        let listed = sides.into_iter().flatten().flatten().copied();
        pair.into_iter().flatten().chain(listed)
    }

    /// Pairs that belong together, enough to connect all that do.
    fn together(&self) -> Vec<(u32, u32)> {
        let chain = |side: &[u32]| -> Vec<(u32, u32)> {
            side.windows(2).map(|pair| (pair[0], pair[1])).collect()
        };
        match self {
            Self::Joined { one, other } => vec![(*one, *other)],
            Self::KeptApart { one, other } => [chain(one), chain(other)].concat(),
        }
    }
}

/// All decisions, in the order in which they were made.
#[derive(Debug, Clone, Default)]
pub(super) struct Decisions {
    pub(super) made: Vec<Decision>,
    by_id: BTreeMap<DecisionId, usize>,
    /// For each report, the decisions in force that name it.
    of_report: BTreeMap<u32, Vec<usize>>,
}

impl Decisions {
    pub(super) fn find(&self, id: DecisionId) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    /// `false` where a decision has an id that another has.
    pub(super) fn add(&mut self, decision: Decision) -> bool {
        let position = self.made.len();
        if decision.in_force {
            for report in decision.said.reports() {
                self.of_report.entry(report).or_default().push(position);
            }
        }
        let fresh = self.by_id.insert(decision.id, position).is_none();
        self.made.push(decision);
        fresh
    }

    pub(super) fn undo(&mut self, position: usize) {
        let decision = &mut self.made[position];
        decision.in_force = false;
        for report in decision.said.reports() {
            if let Some(of_report) = self.of_report.get_mut(&report) {
                of_report.retain(|one| *one != position);
                if of_report.is_empty() {
                    self.of_report.remove(&report);
                }
            }
        }
    }

    /// The members, ascending, of everything that `reports` are connected with by ties or by
    /// decisions, and the decisions in force about them, in the order in which they were made.
    pub(super) fn reach(&self, ties: &mut Partition, reports: &[u32]) -> (Vec<u32>, Vec<usize>) {
        let mut members = Vec::new();
        let mut positions = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut waiting: VecDeque<u32> = reports.iter().copied().collect();
        while let Some(report) = waiting.pop_front() {
            let founder = ties.find(report);
            if !seen.insert(founder) {
                continue;
            }
            for member in ties.members(founder) {
                members.push(member);
                for position in self.of_report.get(&member).into_iter().flatten() {
                    if positions.insert(*position) {
                        waiting.extend(self.made[*position].said.reports());
                    }
                }
            }
        }
        members.sort_unstable();
        (members, positions.into_iter().collect())
    }

    /// Which decision of `in_force` first brought the two sides together, if decisions alone do.
    pub(super) fn joining(
        &self,
        in_force: &[usize],
        one: &[u32],
        other: &[u32],
    ) -> Option<DecisionId> {
        let mut near: BTreeMap<u32, u32> = BTreeMap::new();
        let mut parts = Partition::default();
        let mut place = |parts: &mut Partition, report: u32| {
            let fresh = super::record::u32_of(near.len());
            *near.entry(report).or_insert_with(|| {
                parts.push(fresh);
                fresh
            })
        };
        let sides: Vec<Vec<u32>> = [one, other]
            .map(|side| {
                side.iter()
                    .map(|report| place(&mut parts, *report))
                    .collect()
            })
            .into();
        for position in in_force {
            let decision = &self.made[*position];
            for (a, b) in decision.said.together() {
                let (a, b) = (place(&mut parts, a), place(&mut parts, b));
                parts.union(a, b);
            }
            let of = |side: &[u32]| -> BTreeSet<u32> {
                side.iter().map(|number| parts.founder(*number)).collect()
            };
            if !of(&sides[0]).is_disjoint(&of(&sides[1])) {
                return Some(decision.id);
            }
        }
        None
    }
}

/// The cases: what the ties and the decisions in force make of the reports.
#[derive(Debug, Clone)]
pub(super) struct Cases {
    pub(super) parts: Partition,
    /// For each case, by its founder: on which side of which decision it stands.
    sides: BTreeMap<u32, BTreeMap<usize, bool>>,
}

/// What tying one report did to the cases.
#[derive(Debug, Default)]
pub(super) struct Tied {
    /// (the founder that no longer is one, the one that stays).
    pub(super) merged: Vec<(u32, u32)>,
    /// Tied by the evidence, and kept apart by a person.
    pub(super) kept_apart: Vec<Reached>,
    /// Tied as a whole, while what is left of it here is too weak.
    pub(super) too_weak: Vec<Reached>,
}

impl Cases {
    /// Cases before any decision: exactly the ties.
    pub(super) fn new(ties: &Partition) -> Self {
        Self {
            parts: ties.clone(),
            sides: BTreeMap::new(),
        }
    }

    /// The decision that keeps two reports apart, if one does.
    pub(super) fn between(&mut self, one: u32, other: u32) -> Option<usize> {
        let (one, other) = (self.parts.find(one), self.parts.find(other));
        let (one, other) = (self.sides.get(&one)?, self.sides.get(&other)?);
        let opposed = |at: &(&usize, &bool)| other.get(at.0).is_some_and(|side| side != at.1);
        one.iter().find(opposed).map(|(position, _)| *position)
    }

    /// Makes two cases one, unless a decision keeps them apart (`Err`).
    fn union(&mut self, one: u32, other: u32) -> Result<Option<(u32, u32)>, ()> {
        if self.between(one, other).is_some() {
            return Err(());
        }
        let merged = self.parts.union(one, other);
        if let Some((younger, older)) = merged
            && let Some(sides) = self.sides.remove(&younger)
        {
            self.sides.entry(older).or_default().extend(sides);
        }
        Ok(merged)
    }

    /// Ties one report by its edges: the strongest case first, then the oldest.
    pub(super) fn tie(&mut self, record: &Record, report: u32) -> Tied {
        let mut all = reached(record, report, &mut self.parts);
        all.sort_by(|a, b| (b.bits, a.part, a.group).cmp(&(a.bits, b.part, b.group)));
        let mut tied = Tied::default();
        for one in all {
            if one.bits < record.policy.ties_at_bits() {
                tied.too_weak.push(one);
                continue;
            }
            match self.union(report, one.part) {
                Ok(merged) => tied.merged.extend(merged),
                Err(()) => tied.kept_apart.push(one),
            }
        }
        tied
    }

    /// Takes the cases of `members` (ascending, whole) apart and makes them anew: first the
    /// decisions in force, in the order in which they were made, then the edges that hold.
    pub(super) fn regroup(
        &mut self,
        record: &Record,
        decisions: &Decisions,
        in_force: &[usize],
        members: &[u32],
    ) {
        for member in members {
            self.sides.remove(member);
        }
        self.parts.part(members);
        for position in in_force {
            for (one, other) in decisions.made[*position].said.together() {
                self.parts.union(one, other);
            }
        }
        for position in in_force {
            if let Said::KeptApart { one, other } = &decisions.made[*position].said {
                for (side, reports) in [(false, one), (true, other)] {
                    for report in reports {
                        let founder = self.parts.find(*report);
                        self.sides
                            .entry(founder)
                            .or_default()
                            .insert(*position, side);
                    }
                }
            }
        }
        for report in members {
            self.tie(record, *report);
        }
    }
}
