//! Random calls to the live index, held against a naive one.

use std::collections::{BTreeMap, BTreeSet};

use model::IdentifierKind;
use proptest::prelude::*;

use super::super::*;
use super::{carried, cases, day, decision, id, ids};

/// One call, for random sequences.
#[derive(Debug, Clone)]
pub(crate) enum Call {
    Place(i64, Vec<(usize, u64)>),
    Join(i64, i64),
    KeepApart(Vec<i64>, Vec<i64>),
    Undo(i64),
}

/// A policy under which small numbers come apart: strengths of 2 to 6, ties at 4.
pub(crate) fn small_policy() -> LinkPolicy {
    let mut text = "version = \"small\"\ntitle = \"t\"\nties_at_bits = 4\nsuggests_at_bits = 1\n\
                    cases_max = 3\n"
        .to_owned();
    for (position, kind) in IdentifierKind::ALL.iter().enumerate() {
        let (name, strength) = (kind.name(), 2 + position % 5);
        let days = if position % 3 == 0 {
            "fresh_days = 9\n"
        } else {
            ""
        };
        text.extend([
            format!("[[kind]]\nname = \"{name}\"\nstrength = {strength}\n{days}"),
            "text = \"t\"\nsource = \"s\"\n".to_owned(),
        ]);
    }
    LinkPolicy::parse(&text, "x").unwrap()
}

pub(crate) fn calls() -> impl Strategy<Value = Vec<Call>> {
    let report = 0_i64..40;
    let side = || prop::collection::vec(0_i64..40, 1..3);
    let place = (
        0_i64..30,
        prop::collection::vec((0_usize..6, 0_u64..5), 0..6),
    )
        .prop_map(|(at, seen)| Call::Place(at, seen));
    let call = prop_oneof![
        12 => place,
        1 => (report.clone(), report).prop_map(|(one, other)| Call::Join(one, other)),
        2 => (side(), side()).prop_map(|(one, other)| Call::KeepApart(one, other)),
        2 => (0_i64..12).prop_map(Call::Undo),
    ];
    prop::collection::vec(call, 1..60)
}

/// Makes one call; `position` numbers decisions. Refusals are part of the play.
pub(crate) fn make(index: &mut Index, position: i64, call: &Call) -> Option<Placement> {
    match call {
        Call::Place(at, seen) => {
            let number = i64::try_from(index.reports()).unwrap();
            let seen: Vec<Carried> = seen
                .iter()
                .map(|(kind, number)| carried(IdentifierKind::ALL[*kind], *number))
                .collect();
            return index.place(id(number), day(*at), &seen).ok();
        }
        Call::Join(one, other) => {
            let _ = index.join(decision(position), id(*one), id(*other));
        }
        Call::KeepApart(one, other) => {
            let (one, other) = (ids(one.clone()), ids(other.clone()));
            let _ = index.keep_apart(decision(position), &one, &other);
        }
        Call::Undo(number) => {
            let _ = index.undo(decision(*number));
        }
    }
    None
}

pub(crate) fn play(calls: &[Call]) -> Index {
    let mut index = Index::new(small_policy());
    for (position, call) in (0..).zip(calls) {
        make(&mut index, position, call);
    }
    index
}

/// All over again from the edges and the decisions alone, with one look at every report.
fn naive(index: &Index) -> Vec<u32> {
    let record = &index.record;
    let least = record.policy.ties_at_bits();
    let all = u32_of_len(index.reports());
    // What the edges of `report` say for the parts of `parts`.
    let sums = |report: u32, parts: &[u32], holds: &dyn Fn(usize) -> bool| {
        let mut sums: BTreeMap<(u8, u32), (u32, Vec<usize>)> = BTreeMap::new();
        let mut counted: BTreeSet<((u8, u32), u16)> = BTreeSet::new();
        for (at, edge) in record.edges_of(report).iter().enumerate() {
            let entry = record.entries_of(report)[usize::from(edge.entry)];
            if holds(at) && !record.is_hub(entry.identifier) {
                let key = (edge.group(), parts[edge.to as usize]);
                let sum = sums.entry(key).or_default();
                if counted.insert((key, edge.entry)) {
                    sum.0 += u32::from(edge.bits);
                }
                sum.1.push(at);
            }
        }
        sums.retain(|_, (bits, _)| *bits >= least);
        sums
    };
    let union = |parts: &mut Vec<u32>, one: u32, other: u32| {
        let (a, b) = (parts[one as usize], parts[other as usize]);
        parts
            .iter_mut()
            .filter(|f| **f == a || **f == b)
            .for_each(|f| *f = a.min(b));
    };
    let mut ties: Vec<u32> = (0..all).collect();
    let mut holding = BTreeSet::new();
    for report in 0..all {
        let sums = sums(report, &ties, &|_| true);
        for ((_, part), (_, edges)) in sums {
            holding.extend(edges.iter().map(|at| (report, *at)));
            union(&mut ties, report, part);
        }
    }
    let mut cases: Vec<u32> = (0..all).collect();
    let mut barriers: Vec<(&[u32], &[u32])> = Vec::new();
    for made in index.decisions.made.iter().filter(|made| made.in_force) {
        match &made.said {
            Said::Joined { one, other } => union(&mut cases, *one, *other),
            Said::KeptApart { one, other } => {
                for report in one {
                    union(&mut cases, one[0], *report);
                }
                for report in other {
                    union(&mut cases, other[0], *report);
                }
                barriers.push((one, other));
            }
        }
    }
    for report in 0..all {
        let sums = sums(report, &cases, &|at| holding.contains(&(report, at)));
        let mut sums: Vec<_> = sums
            .iter()
            .map(|((g, part), (bits, _))| (*bits, *part, *g))
            .collect();
        sums.sort_by(|a, b| (b.0, a.1, a.2).cmp(&(a.0, b.1, b.2)));
        for (_, part, _) in sums {
            let (mine, its) = (cases[report as usize], cases[part as usize]);
            let at = |side: &[u32]| cases[side[0] as usize];
            let forbidden = |sides: &(&[u32], &[u32])| {
                let (one, other) = (at(sides.0), at(sides.1));
                (one, other) == (mine, its) || (one, other) == (its, mine)
            };
            if !barriers.iter().any(forbidden) {
                union(&mut cases, report, part);
            }
        }
    }
    cases
}

fn u32_of_len(len: usize) -> u32 {
    u32::try_from(len).unwrap()
}

fn founders(index: &Index) -> Vec<u32> {
    (0..u32_of_len(index.reports()))
        .map(|number| index.founder(number))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn inv_09_cases_are_what_the_edges_and_the_decisions_in_force_make(calls in calls()) {
        let index = play(&calls);
        prop_assert_eq!(founders(&index), naive(&index));
        cases(&index);
    }

    #[test]
    fn inv_09_decisions_that_were_undone_were_never_made(calls in calls()) {
        let mut index = play(&calls);
        for number in 0..i64::try_from(calls.len()).unwrap() {
            let _ = index.undo(decision(number));
        }
        let placed: Vec<Call> = calls
            .iter()
            .filter(|call| matches!(call, Call::Place(..)))
            .cloned()
            .collect();
        prop_assert_eq!(founders(&index), founders(&play(&placed)));
    }

    #[test]
    fn inv_09_one_decision_undone_leaves_the_others_as_if_alone(
        calls in calls(), undone in 0_usize..60
    ) {
        let mut index = play(&calls);
        let in_force = |index: &Index| -> Vec<DecisionId> {
            let made = index.decisions.made.iter().filter(|made| made.in_force);
            made.map(|made| made.id).collect()
        };
        let all = in_force(&index);
        if all.is_empty() {
            return Ok(());
        }
        let undone = all[undone % all.len()];
        index.undo(undone).unwrap();
        let mut without = Index::new(small_policy());
        for (position, call) in (0..).zip(&calls) {
            if position != undone.number() {
                make(&mut without, position, call);
            }
        }
        // What it made possible or forbade may be another decision: then the plays differ.
        if in_force(&index) != in_force(&without) {
            return Ok(());
        }
        prop_assert_eq!(founders(&index), founders(&without));
    }

    #[test]
    fn moves_and_merges_tell_all_that_changed(calls in calls()) {
        let mut index = Index::new(small_policy());
        let mut told: BTreeMap<ReportId, ReportId> = BTreeMap::new();
        let apply = |told: &mut BTreeMap<_, _>, moves: &[Move]| {
            for one in moves {
                assert_eq!(told.insert(one.report, one.to), Some(one.from));
            }
        };
        let merge = |told: &mut BTreeMap<_, _>, merged: &[(ReportId, ReportId)]| {
            for (from, to) in merged {
                told.values_mut().filter(|founder| *founder == from).for_each(|f| *f = *to);
            }
        };
        for (position, call) in (0..).zip(&calls) {
            let mut regrouping = Regrouping::default();
            match call {
                Call::Place(..) => {
                    let report = id(i64::try_from(index.reports()).unwrap());
                    let placed = make(&mut index, position, call).unwrap();
                    apply(&mut told, &placed.moves);
                    merge(&mut told, &placed.merged);
                    told.insert(report, placed.founder);
                }
                Call::Join(one, other) => {
                    let (one, other) = (id(*one), id(*other));
                    regrouping = index.join(decision(position), one, other).unwrap_or_default();
                }
                Call::KeepApart(one, other) => {
                    let (one, other) = (ids(one.clone()), ids(other.clone()));
                    regrouping = index
                        .keep_apart(decision(position), &one, &other)
                        .unwrap_or_default();
                }
                Call::Undo(number) => {
                    regrouping = index.undo(decision(*number)).unwrap_or_default();
                }
            }
            // Both speak of the cases as they were before the call.
            let before = told.clone();
            apply(&mut told, &regrouping.moves);
            for (report, from) in &before {
                let went = regrouping.merged.iter().find(|merged| merged.0 == *from);
                if let Some((_, to)) = went {
                    told.insert(*report, *to);
                }
            }
            for (report, founder) in &told {
                prop_assert_eq!(index.founder_of(*report), Some(*founder));
            }
        }
    }
}
