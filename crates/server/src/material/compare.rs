//! The one answer to "is this known?": every match, with its list, its entry and how near it is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::{
    CustodyEvent, Deed, EntryId, ListId, ListPurpose, MaterialHash, PDQ_DISTANCE, PDQ_QUALITY, Pdq,
};
use serde::{Deserialize, Serialize};
use store::{Blind, EntryRow, EntryState, ListRow};
use vault::Keys;

use super::bank::{is_on, open_entry};
use super::entry::{EntryWords, hash_blind};
use crate::intake::{Actor, IntakeError, IntakeFault, Operation};
use crate::station::{Core, Station};

/// Matches that one answer gives at most, the best first.
pub const MATCHES_MAX: usize = 1_000;

/// The compartment whose lists senders may know of; all others are the agency's own.
pub const SHARED_COMPARTMENT: &str = "shared";

/// Whose question it is: nobody outside of a list's compartment learns what is in it
/// (invariant 14).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sees {
    /// The agency's own staff and its intake.
    Every,
    /// A sender: lists of the compartment `shared` alone.
    Shared,
}

/// One look of a file that is compared by distance.
#[derive(Debug, Clone)]
pub(crate) struct Aspect {
    /// How it was seen: `as it is`, `mirrored`, `without its border`, …
    pub(crate) seen: String,
    pub(crate) hash: Pdq,
    pub(crate) quality: u8,
    /// Where in a video.
    pub(crate) at_millis: Option<u64>,
}

/// What is compared with the lists.
#[derive(Debug, Clone, Default)]
pub(crate) struct Compared {
    /// Hashes that match by equality.
    pub(crate) exact: Vec<MaterialHash>,
    /// Hashes that match by distance.
    pub(crate) aspects: Vec<Aspect>,
}

/// What a member of a list made of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// The member.
    pub member: String,
    /// Whether it agrees that the entry belongs in the list.
    pub affirms: bool,
    /// The hash kind it speaks of; empty: of the entry.
    pub kind: String,
    /// Its reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// The list's name.
    pub list: String,
    /// Who keeps it.
    pub owner: String,
    /// What it is kept for.
    pub purpose: ListPurpose,
    /// How far it is trusted, 0 to 100.
    pub trust: i64,
    /// The list's snapshot that answered.
    pub snapshot: i64,
    /// Our number of the entry.
    pub entry: EntryId,
    /// The list's own id of the entry.
    pub id: String,
    /// The member who put it there.
    pub member: String,
    /// That member's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member_name: Option<String>,
    /// What the entry is about: picture, video, other.
    pub material: String,
    /// The scale of `label`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheme: Option<String>,
    /// The classification.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The kind of hash that matched.
    pub algorithm: String,
    /// The version of the algorithm that made ours.
    pub version: u32,
    /// Bits that differ; 0: equal.
    pub distance: u32,
    /// How the file was seen when it matched.
    pub seen: String,
    /// The quality of our hash, for kinds that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<u8>,
    /// Where in a video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_millis: Option<u64>,
    /// What members made of the entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub feedback: Vec<Said>,
    #[serde(skip, default = "no_list")]
    pub(crate) list_id: ListId,
}

fn no_list() -> ListId {
    ListId::new(0)
}

/// Everything that the lists say of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Comparison {
    /// Every match, equal ones first, then the nearest, then the most trusted.
    pub matches: Vec<Found>,
    /// There were more than an answer gives.
    pub more: bool,
    /// Lists that were consulted.
    pub lists: usize,
    /// The last change of any list that was known to this answer.
    pub rev: i64,
    #[serde(skip)]
    pub(crate) abuse_lists: usize,
}

impl Comparison {
    /// Whether a list of abuse material has it and no list of harmless material does.
    pub fn is_listed(&self) -> bool {
        let has = |purpose| self.matches.iter().any(|found| found.purpose == purpose);
        has(ListPurpose::Abuse) && !has(ListPurpose::Benign)
    }
}

/// How one entry matched best.
struct Hit {
    algorithm: &'static str,
    distance: u32,
    seen: String,
    quality: Option<u8>,
    at_millis: Option<u64>,
}

impl Station {
    /// Compares with every list that is on, for `actor`, who gets every match; that the lists were
    /// asked is in the custody log before anything is answered.
    pub(crate) async fn compare_for(
        &self,
        (actor, sees): (Actor, Sees),
        what: &str,
        compared: &[Compared],
    ) -> Result<Vec<Comparison>, IntakeError> {
        let answers = compare(self.core(), compared, sees, self.now()).await?;
        let matches: usize = answers.iter().map(|answer| answer.matches.len()).sum();
        let mut event = CustodyEvent::new(self.now(), Deed::MaterialCompared, actor.to_string());
        event.note = Some(format!("{} of {what}: {matches} matches", compared.len()));
        self.commit(Operation::Record(event)).await?;
        Ok(answers)
    }
}

/// Compares each with every list that is on at `at`; the answers are in their order.
pub(crate) async fn compare(
    core: &Core,
    compared: &[Compared],
    sees: Sees,
    at: model::Timestamp,
) -> Result<Vec<Comparison>, IntakeFault> {
    let bank = &core.material.bank;
    let lists = core.store.all_lists().await?;
    let rev = bank.follow_lists(core, &lists).await?;
    let lists: BTreeMap<ListId, ListRow> = lists
        .into_iter()
        .filter(|list| is_on(list, at))
        .filter(|list| sees == Sees::Every || list.compartment == SHARED_COMPARTMENT)
        .map(|list| (list.id, list))
        .collect();
    let abuse = |list: &&ListRow| list.purpose == ListPurpose::Abuse;
    let unmatched = Comparison {
        lists: lists.len(),
        abuse_lists: lists.values().filter(abuse).count(),
        rev,
        ..Comparison::default()
    };
    let mut answers = vec![unmatched; compared.len()];
    if lists.is_empty() {
        return Ok(answers);
    }
    let hits = exact(core, compared, near(core, compared)).await?;
    let ids: BTreeSet<EntryId> = hits.iter().flat_map(BTreeMap::keys).copied().collect();
    let ids: Vec<EntryId> = ids.into_iter().collect();
    for row in core.store.entries(&ids).await? {
        let (Some(list), EntryState::Listed) = (lists.get(&row.list), row.state) else {
            continue;
        };
        let Some(key) = bank.key(core, list)? else {
            continue;
        };
        let Some(words) = open_entry(&key, &row)? else {
            continue;
        };
        for (answer, hits) in answers.iter_mut().zip(&hits) {
            if let Some(hit) = hits.get(&row.id)
                && (hit.distance == 0 || i64::from(hit.distance) <= list.radius)
            {
                answer.matches.push(found(list, &row, words.clone(), hit));
            }
        }
    }
    for answer in &mut answers {
        answer
            .matches
            .sort_by_key(|found| (found.distance, std::cmp::Reverse(found.trust), found.entry));
        answer.more = answer.matches.len() > MATCHES_MAX;
        answer.matches.truncate(MATCHES_MAX);
    }
    Ok(answers)
}

/// How the entries matched best, by entry.
type Hits = BTreeMap<EntryId, Hit>;

fn near(core: &Core, compared: &[Compared]) -> Vec<Hits> {
    let each = compared.iter().map(|one| near_one(core, one));
    each.collect()
}

fn near_one(core: &Core, compared: &Compared) -> Hits {
    let mut hits = Hits::new();
    let telling = |aspect: &&Aspect| aspect.quality >= PDQ_QUALITY && aspect.hash.is_telling();
    for aspect in compared.aspects.iter().filter(telling) {
        for (entry, distance) in core.material.bank.within(&aspect.hash, PDQ_DISTANCE) {
            if hits.get(&entry).is_some_and(|hit| hit.distance <= distance) {
                continue;
            }
            let hit = Hit {
                algorithm: "pdq",
                distance,
                seen: aspect.seen.clone(),
                quality: Some(aspect.quality),
                at_millis: aspect.at_millis,
            };
            hits.insert(entry, hit);
        }
    }
    hits
}

/// Adds what matches by equality: equal bytes say more than equal looks.
async fn exact(
    core: &Core,
    compared: &[Compared],
    mut hits: Vec<Hits>,
) -> Result<Vec<Hits>, IntakeFault> {
    let mut askers: HashMap<Blind, Vec<(usize, &'static str)>> = HashMap::new();
    for (place, one) in compared.iter().enumerate() {
        for (blind, kind) in exact_blinds(&core.keys, &one.exact) {
            askers.entry(blind).or_default().push((place, kind));
        }
    }
    let asked: Vec<Blind> = askers.keys().copied().collect();
    for row in core.store.entry_hashes(&asked).await? {
        for (place, algorithm) in askers.get(&row.blind).into_iter().flatten() {
            let hit = Hit {
                algorithm,
                distance: 0,
                seen: "as it is".to_owned(),
                quality: None,
                at_millis: None,
            };
            if let Some(hits) = hits.get_mut(*place) {
                hits.insert(row.entry, hit);
            }
        }
    }
    Ok(hits)
}

/// The keyed digests of exact hashes, each with its kind.
pub(crate) fn exact_blinds(keys: &Keys, hashes: &[MaterialHash]) -> Vec<(Blind, &'static str)> {
    hashes
        .iter()
        .map(|hash| {
            let kind = match hash {
                MaterialHash::Md5(_) => "md5",
                MaterialHash::Sha1(_) => "sha1",
                MaterialHash::Sha256(_) => "sha256",
                MaterialHash::Pdq(_) => "pdq",
                MaterialHash::Other { .. } => "other",
            };
            (hash_blind(keys, hash.kind(), &hash.value()), kind)
        })
        .collect()
}

fn found(list: &ListRow, row: &EntryRow, words: EntryWords, hit: &Hit) -> Found {
    let version = match hit.algorithm {
        fingerprint::pdq::ALGORITHM => fingerprint::pdq::VERSION,
        _ => 1,
    };
    Found {
        list: list.name.clone(),
        owner: list.owner.clone(),
        purpose: list.purpose,
        trust: list.trust,
        snapshot: list.snapshot,
        entry: row.id,
        id: words.id,
        member: words.member,
        member_name: words.member_name,
        material: words.material,
        scheme: words.scheme,
        label: words.label,
        algorithm: hit.algorithm.to_owned(),
        version,
        distance: hit.distance,
        seen: hit.seen.clone(),
        quality: hit.quality,
        at_millis: hit.at_millis,
        feedback: words
            .feedback
            .into_iter()
            .map(|said| Said {
                member: said.member,
                affirms: said.affirms,
                kind: said.kind,
                reason: said.reason,
            })
            .collect(),
        list_id: list.id,
    }
}
