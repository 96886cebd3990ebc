//! The planted truth: what a perfect analyst would find in the world.

use std::collections::BTreeMap;

use model::Timestamp;
use serde::Serialize;

use crate::plan::{Kind, Plan};
use crate::scene::Scene;
use crate::{report_name, tell};

/// What is true of the world. Reports stand under their file names, each list in ascending order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Truth {
    /// The seed.
    pub seed: u64,
    /// The present of the world.
    pub now: Timestamp,
    /// How many reports there are.
    pub reports: usize,
    /// The cases, by their first report; every report stands in exactly one, most alone.
    pub cases: Vec<Vec<String>>,
    /// The reports in which a child is in danger now.
    pub urgent: Vec<String>,
    /// For each urgent report: why, in a sentence.
    pub why: BTreeMap<String, String>,
    /// For each report of a case but one: what it shares with which other report.
    pub ties: Vec<PlantedTie>,
    /// What the reports were planted as.
    pub groups: BTreeMap<&'static str, Group>,
}

impl Truth {
    /// `truth.json`.
    ///
    /// # Errors
    /// None that a value of this type can cause; `serde_json` keeps the right to.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }
}

/// One identifier that two reports were given in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PlantedTie {
    /// One report.
    pub from: String,
    /// The other.
    pub to: String,
    /// What they share, in a sentence.
    pub why: &'static str,
}

/// Reports that were planted as one kind of matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// What the group is.
    pub note: &'static str,
    /// Whether the reports of one member list are one case.
    pub one_case: bool,
    /// The matters, each with its reports.
    pub matters: Vec<Vec<String>>,
}

pub(crate) fn truth(scene: &Scene, plan: &Plan) -> Truth {
    let names = names_by_episode(plan);
    let mut truth = Truth {
        seed: scene.seed,
        now: scene.now,
        reports: plan.slots.len(),
        cases: Vec::new(),
        urgent: Vec::new(),
        why: BTreeMap::new(),
        ties: Vec::new(),
        groups: BTreeMap::new(),
    };
    for (episode, names) in plan.episodes.iter().zip(&names) {
        if episode.kind.ties() {
            truth.cases.push(sorted(names));
        } else {
            truth
                .cases
                .extend(names.iter().map(|name| vec![name.clone()]));
        }
        if episode.kind != Kind::Single {
            let group = truth.groups.entry(episode.kind.name()).or_insert(Group {
                note: episode.kind.note(),
                one_case: episode.kind.ties(),
                matters: Vec::new(),
            });
            group.matters.push(sorted(names));
        }
        for (member, name) in (0_u32..).zip(names) {
            let telling = tell(scene, episode, member);
            if let Some(why) = telling.urgent {
                truth.urgent.push(name.clone());
                truth.why.insert(name.clone(), why);
            }
            if let Some((other, why)) = telling.tie {
                let to = usize::try_from(other).ok().and_then(|at| names.get(at));
                truth.ties.extend(to.map(|to| PlantedTie {
                    from: name.clone(),
                    to: to.clone(),
                    why,
                }));
            }
        }
    }
    truth.cases.sort();
    truth.urgent.sort();
    truth.ties.sort();
    for group in truth.groups.values_mut() {
        group.matters.sort();
    }
    truth
}

/// The file names of each episode's reports, by their place in the episode.
fn names_by_episode(plan: &Plan) -> Vec<Vec<String>> {
    let mut names: Vec<Vec<String>> = plan
        .episodes
        .iter()
        .map(|episode| vec![String::new(); usize::try_from(episode.size).unwrap_or(0)])
        .collect();
    for (at, (episode, member)) in plan.slots.iter().enumerate() {
        let (episode, member) = (usize::try_from(*episode), usize::try_from(*member));
        if let (Ok(episode), Ok(member)) = (episode, member) {
            names[episode][member] = report_name(at);
        }
    }
    names
}

fn sorted(names: &[String]) -> Vec<String> {
    let mut names = names.to_vec();
    names.sort();
    names
}
