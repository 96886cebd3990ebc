//! An entry of a list as it is sealed.

use model::{EntryFeedback, EntryKey, ListEntry, ListId, Material, MaterialHash, Pdq, Timestamp};
use serde::{Deserialize, Serialize};
use store::Blind;
use vault::Keys;

use super::bank::HASHES_PER_ENTRY_MAX;

/// What an entry says, in the shape in which it is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EntryWords {
    pub(crate) member: String,
    pub(crate) id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) member_name: Option<String>,
    pub(crate) material: String,
    /// Kind and value.
    pub(crate) hashes: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) scheme: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) size_bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) updated_ms: Option<i64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) feedback: Vec<FeedbackWords>,
}

/// What a member made of an entry, in the shape in which it is sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FeedbackWords {
    pub(crate) member: String,
    pub(crate) affirms: bool,
    pub(crate) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

impl From<ListEntry> for EntryWords {
    fn from(entry: ListEntry) -> Self {
        let hashes = entry.hashes.iter();
        Self {
            hashes: hashes
                .map(|hash| (hash.kind().to_owned(), hash.value()))
                .collect(),
            member: entry.key.member,
            id: entry.key.id,
            member_name: entry.member_name,
            material: entry.material.name().to_owned(),
            scheme: entry.scheme,
            label: entry.label,
            size_bytes: entry.size_bytes,
            updated_ms: entry.updated.map(Timestamp::millis),
            feedback: entry
                .feedback
                .into_iter()
                .map(FeedbackWords::from)
                .collect(),
        }
    }
}

impl From<EntryFeedback> for FeedbackWords {
    fn from(feedback: EntryFeedback) -> Self {
        Self {
            member: feedback.member,
            affirms: feedback.affirms,
            kind: feedback.kind,
            reason: feedback.reason,
        }
    }
}

impl EntryWords {
    /// The entry as the formats know it. Hashes that this version cannot read are left out.
    pub(crate) fn into_entry(self) -> ListEntry {
        let material = [Material::Picture, Material::Video]
            .into_iter()
            .find(|material| material.name() == self.material);
        ListEntry {
            hashes: self.parsed_hashes().collect(),
            key: EntryKey {
                member: self.member,
                id: self.id,
            },
            member_name: self.member_name,
            material: material.unwrap_or_default(),
            scheme: self.scheme,
            label: self.label,
            size_bytes: self.size_bytes,
            updated: self.updated_ms.map(Timestamp::from_millis),
            feedback: self
                .feedback
                .into_iter()
                .map(|said| EntryFeedback {
                    member: said.member,
                    affirms: said.affirms,
                    kind: said.kind,
                    reason: said.reason,
                })
                .collect(),
        }
    }

    /// The hashes that are compared by distance.
    pub(crate) fn near_hashes(&self) -> impl Iterator<Item = Pdq> {
        self.parsed_hashes().filter_map(|hash| match hash {
            MaterialHash::Pdq(hash) if hash.is_telling() => Some(hash),
            _ => None,
        })
    }

    pub(crate) fn parsed_hashes(&self) -> impl Iterator<Item = MaterialHash> {
        let hashes = self.hashes.iter();
        hashes.filter_map(|(kind, value)| MaterialHash::parse(kind, value).ok())
    }

    /// Where the entry stands in its list, blinded.
    pub(crate) fn key_blind(&self, keys: &Keys, list: ListId) -> Blind {
        key_blind(keys, list, &self.member, &self.id)
    }
}

/// Where an entry stands in its list, blinded.
pub(crate) fn key_blind(keys: &Keys, list: ListId, member: &str, id: &str) -> Blind {
    let kind = format!("list-entry|{list}|{}", member.len());
    Blind(keys.blind(&kind, &format!("{member}|{id}")))
}

/// The keyed digest by which an exact hash is found in rows.
pub(crate) fn hash_blind(keys: &Keys, kind: &str, value: &str) -> Blind {
    Blind(keys.blind(&format!("material|{kind}"), value))
}

/// The keyed digests of an entry's exact hashes. A PDQ hash that the index has is not among them:
/// there an equal one is found at distance 0.
pub(crate) fn blinds_of(keys: &Keys, words: &EntryWords) -> Vec<Blind> {
    let mut blinds = Vec::with_capacity(words.hashes.len());
    let mut near_hashes = 0;
    for hash in words.parsed_hashes() {
        if matches!(&hash, MaterialHash::Pdq(hash) if hash.is_telling()) {
            near_hashes += 1;
            if near_hashes <= HASHES_PER_ENTRY_MAX {
                continue;
            }
        }
        blinds.push(hash_blind(keys, hash.kind(), &hash.value()));
    }
    blinds
}
