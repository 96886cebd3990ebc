//! Which rules replace which: the `supersedes` of a policy, checked and closed over.
//!
//! A rule may replace another only where nothing that is shown could get lower by it (invariants 5
//! and 6): both speak of the same score, the replaced rule raises no override, and the stronger
//! rule has at least as many points as all that it replaces together.

use std::collections::{BTreeMap, BTreeSet};

use crate::PolicyProblem;
use crate::policy::{Found, Rule};

/// The most rules that one rule replaces, directly or through others.
pub const SUPERSEDED_MAX: usize = 100;

/// The rules that one rule says it replaces, each with its byte in the file.
pub(crate) type Named = Vec<(usize, String)>;

/// Gives each rule the ids of all it replaces. `named[i]` belongs to `rules[i]`.
pub(crate) fn close_over(rules: &mut [Rule], named: &[Named]) -> Result<(), Found> {
    let direct = resolve(rules, named)?;
    let order = weakest_first(&direct).map_err(|path| in_words(rules, named, &direct, &path))?;
    let mut closed: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); rules.len()];
    for at in order {
        let Some((byte, _)) = named[at].first() else {
            continue;
        };
        let mut all = BTreeSet::new();
        for target in &direct[at] {
            all.insert(*target);
            all.extend(&closed[*target]);
            if all.len() > SUPERSEDED_MAX {
                return Err((*byte, PolicyProblem::SupersedesTooMany));
            }
        }
        let sum: i64 = all.iter().map(|target| rules[*target].points).sum();
        if sum > rules[at].points {
            return Err((*byte, PolicyProblem::SupersedesStronger { sum }));
        }
        closed[at] = all;
    }
    for (at, all) in closed.iter().enumerate() {
        let ids: BTreeSet<String> = all.iter().map(|target| rules[*target].id.clone()).collect();
        rules[at].supersedes = ids.into_iter().collect();
    }
    Ok(())
}

/// The positions of the rules that each rule names.
fn resolve(rules: &[Rule], named: &[Named]) -> Result<Vec<Vec<usize>>, Found> {
    let position: BTreeMap<&str, usize> = (0..)
        .zip(rules)
        .map(|(at, rule)| (rule.id.as_str(), at))
        .collect();
    let target = |rule: &Rule, byte: usize, id: &String| {
        let refuse = |problem| Err((byte, problem));
        let id = id.clone();
        let Some(at) = position.get(id.as_str()) else {
            return refuse(PolicyProblem::SupersedesUnknown { id });
        };
        let other = &rules[*at];
        if other.id == rule.id {
            refuse(PolicyProblem::SupersedesItself)
        } else if other.score != rule.score {
            refuse(PolicyProblem::SupersedesOtherScore { id })
        } else if other.raises.is_some() {
            refuse(PolicyProblem::SupersedesOverride { id })
        } else {
            Ok(*at)
        }
    };
    rules
        .iter()
        .zip(named)
        .map(|(rule, named)| {
            let targets = named.iter().map(|(byte, id)| target(rule, *byte, id));
            targets.collect()
        })
        .collect()
}

/// An order in which each rule comes after all that it replaces; or a loop, as positions, its first
/// again at its end.
fn weakest_first(direct: &[Vec<usize>]) -> Result<Vec<usize>, Vec<usize>> {
    let mut stronger: Vec<Vec<usize>> = vec![Vec::new(); direct.len()];
    let mut waits_for: Vec<usize> = direct.iter().map(Vec::len).collect();
    for (at, targets) in direct.iter().enumerate() {
        for target in targets {
            stronger[*target].push(at);
        }
    }
    let mut order: Vec<usize> = Vec::with_capacity(direct.len());
    order.extend((0..direct.len()).filter(|at| waits_for[*at] == 0));
    let mut done = 0;
    while let Some(at) = order.get(done).copied() {
        done += 1;
        for above in &stronger[at] {
            waits_for[*above] -= 1;
            if waits_for[*above] == 0 {
                order.push(*above);
            }
        }
    }
    match waits_for.iter().position(|waits| *waits > 0) {
        None => Ok(order),
        Some(first) => Err(loop_from(first, direct, &waits_for)),
    }
}

/// Walks from a rule that waits for ever to another one, until it meets one again.
fn loop_from(first: usize, direct: &[Vec<usize>], waits_for: &[usize]) -> Vec<usize> {
    let mut path = vec![first];
    loop {
        let last = path.last().copied().unwrap_or(first);
        let mut targets = direct[last].iter();
        let next = targets.find(|at| waits_for[**at] > 0).unwrap_or(&first);
        let met = path.iter().position(|at| at == next);
        path.push(*next);
        if let Some(met) = met {
            return path.split_off(met);
        }
    }
}

fn in_words(rules: &[Rule], named: &[Named], direct: &[Vec<usize>], path: &[usize]) -> Found {
    let ids: Vec<&str> = path.iter().map(|at| rules[*at].id.as_str()).collect();
    let byte = path.first().zip(path.get(1)).and_then(|(from, to)| {
        let step = direct[*from].iter().position(|target| target == to)?;
        named[*from].get(step).map(|(byte, _)| *byte)
    });
    let path = ids.join("` → `");
    (
        byte.unwrap_or_default(),
        PolicyProblem::SupersedesLoop { path },
    )
}
