//! The planted truth: what a perfect analyst would find in the world.
//!
//! `docs/reference/truth.md` says the same to readers of `truth.json`.

use std::collections::BTreeMap;

use model::Timestamp;
use serde::Serialize;

use crate::hubs::{self, Shared};
use crate::kinds::Kind;
use crate::plan::{Episode, Plan};
use crate::scene::Scene;
use crate::telling::Telling;
use crate::{report_name, tell};

/// What is true of the world. Reports stand under their file names, each list in ascending order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Truth {
    /// The seed.
    pub seed: u64,
    /// The present of the world.
    pub now: Timestamp,
    /// Every report, by its file name.
    pub reports: BTreeMap<String, About>,
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
    /// Storms and floods: many reports of one thing.
    pub storms: Vec<Storm>,
    /// Identifiers that reports share without being one case.
    pub hubs: Vec<Hub>,
    /// What looks like a case or like a danger and is not.
    pub lookalikes: Vec<Lookalike>,
    /// People whose names are written out: one person in several spellings, several with one name.
    pub people: Vec<Named>,
}

/// What is true of one report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct About {
    /// The language of its sentences, whether or not it has any: a tag of BCP 47.
    pub language: &'static str,
    /// Where the person or account reported is.
    pub region: &'static str,
    /// What kind of sender it came by.
    pub channel: &'static str,
    /// Whether a child is in danger now.
    pub urgent: bool,
    /// Whether nothing wrong is in it.
    pub benign: bool,
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

/// Many reports of one thing, which are not one case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Storm {
    /// The group it stands in: `storms` are equal files, `near_copies` nearly equal ones, `series`
    /// one sentence with other numbers, `floods` bursts of junk.
    pub kind: &'static str,
    /// Its reports.
    pub reports: Vec<String>,
    /// Those of them that tell of something new (a child, a place, a session) and must be looked at
    /// by themselves.
    pub reopens: Vec<String>,
}

/// An identifier that reports share without being one case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Hub {
    /// What it is: `ip`, `phone` or `handle`.
    pub kind: &'static str,
    /// The identifier: address and day, number in E.164, name and platform.
    pub identifier: String,
    /// The group it was planted as.
    pub group: &'static str,
    /// The reports that share it.
    pub reports: Vec<String>,
}

/// What looks like a case or like a danger and is not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Lookalike {
    /// The group it stands in.
    pub kind: &'static str,
    /// Whether its reports are one case all the same: one family is, though nothing is wrong.
    pub one_case: bool,
    /// Its reports.
    pub reports: Vec<String>,
}

/// A person whose name is written out.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Named {
    /// The reports about the person.
    pub reports: Vec<String>,
    /// How they spell the name, each spelling once.
    pub spellings: Vec<String>,
}

impl Truth {
    /// `truth.json`.
    ///
    /// # Errors
    /// None that a value of this type can cause; `serde_json` keeps the right to.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self)
    }

    fn sort(&mut self) {
        self.cases.sort();
        self.urgent.sort();
        self.ties.sort();
        for group in self.groups.values_mut() {
            group.matters.sort();
        }
        self.storms.sort();
        self.hubs.sort();
        self.lookalikes.sort();
        self.people.sort();
    }
}

pub(crate) fn truth(scene: &Scene, plan: &Plan) -> Truth {
    let names = names_by_episode(plan);
    let mut truth = Truth {
        seed: scene.seed,
        now: scene.now,
        reports: BTreeMap::new(),
        cases: Vec::new(),
        urgent: Vec::new(),
        why: BTreeMap::new(),
        ties: Vec::new(),
        groups: BTreeMap::new(),
        storms: Vec::new(),
        hubs: Vec::new(),
        lookalikes: Vec::new(),
        people: Vec::new(),
    };
    for (episode, names) in plan.episodes.iter().zip(&names) {
        let tellings: Vec<Telling> = (0..episode.size)
            .map(|member| tell(scene, episode, member))
            .collect();
        add_matter(&mut truth, episode, names, &tellings);
        add_people(&mut truth, episode.kind, names, &tellings);
        add_cases(&mut truth, names, &tellings);
        add_hubs(&mut truth, scene, episode, names);
        for (name, telling) in names.iter().zip(tellings) {
            add_report(&mut truth, episode.kind, name, telling);
        }
    }
    truth.sort();
    truth
}

/// The episode as its group, and as a storm or a look-alike if it is one.
fn add_matter(truth: &mut Truth, episode: &Episode, names: &[String], tellings: &[Telling]) {
    let kind = episode.kind;
    let reports = sorted(names);
    if kind.storms() {
        let reopening = names
            .iter()
            .zip(tellings)
            .filter(|(_, telling)| telling.news.is_some())
            .map(|(name, _)| name.clone());
        truth.storms.push(Storm {
            kind: kind.name(),
            reports: reports.clone(),
            reopens: reopening.collect(),
        });
    }
    if kind.looks_alike() {
        truth.lookalikes.push(Lookalike {
            kind: kind.name(),
            one_case: kind.ties(),
            reports: reports.clone(),
        });
    }
    if kind != Kind::Single {
        let group = truth.groups.entry(kind.name()).or_insert(Group {
            note: kind.note(),
            one_case: kind.ties(),
            matters: Vec::new(),
        });
        group.matters.push(reports);
    }
}

/// The cases of an episode: what its planted ties hold together.
fn add_cases(truth: &mut Truth, names: &[String], tellings: &[Telling]) {
    let mut case_of: Vec<usize> = Vec::with_capacity(names.len());
    let mut cases: Vec<Vec<String>> = Vec::new();
    for (name, telling) in names.iter().zip(tellings) {
        let tied = telling.tie.and_then(|(other, why)| {
            // A tie goes to an earlier report of the episode.
            let other = usize::try_from(other).ok()?;
            let case = *case_of.get(other)?;
            truth.ties.push(PlantedTie {
                from: name.clone(),
                to: names.get(other)?.clone(),
                why,
            });
            Some(case)
        });
        let case = tied.unwrap_or(cases.len());
        if case == cases.len() {
            cases.push(Vec::new());
        }
        case_of.push(case);
        cases[case].push(name.clone());
    }
    truth.cases.extend(cases.iter().map(|case| sorted(case)));
}

fn add_people(truth: &mut Truth, kind: Kind, names: &[String], tellings: &[Telling]) {
    let spelling = |telling: &Telling| {
        let party = telling.reported.first()?;
        party.name.as_ref().map(crate::names::Name::whole)
    };
    let mut spellings: Vec<String> = tellings.iter().filter_map(spelling).collect();
    match kind {
        Kind::Respelt => {
            spellings.sort();
            spellings.dedup();
            truth.people.push(Named {
                reports: sorted(names),
                spellings,
            });
        }
        Kind::EqualNames => {
            let each = names.iter().zip(spellings).map(|(name, spelling)| Named {
                reports: vec![name.clone()],
                spellings: vec![spelling],
            });
            truth.people.extend(each);
        }
        _ => {}
    }
}

fn add_hubs(truth: &mut Truth, scene: &Scene, episode: &Episode, names: &[String]) {
    let mut sharing: BTreeMap<Shared, Vec<String>> = BTreeMap::new();
    for (member, name) in (0..).zip(names) {
        if let Some(shared) = hubs::shared(scene, episode, member) {
            sharing.entry(shared).or_default().push(name.clone());
        }
    }
    truth
        .hubs
        .extend(sharing.into_iter().map(|(shared, names)| Hub {
            kind: shared.kind,
            identifier: shared.identifier,
            group: episode.kind.name(),
            reports: sorted(&names),
        }));
}

fn add_report(truth: &mut Truth, kind: Kind, name: &str, telling: Telling) {
    let about = About {
        language: telling.voice.language.tag(),
        region: telling.voice.region.name,
        channel: telling.channel().name(),
        urgent: telling.urgent.is_some(),
        benign: kind.benign(),
    };
    truth.reports.insert(name.to_owned(), about);
    if let Some(why) = telling.urgent {
        truth.urgent.push(name.to_owned());
        truth.why.insert(name.to_owned(), why);
    }
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
