//! What a hash list says: entries, the hashes they carry, and what members made of them.

use serde::{Deserialize, Serialize};

use crate::{MaterialHash, Timestamp};

/// What an entry of a list is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Material {
    /// A picture.
    Picture,
    /// A video.
    Video,
    /// Not said, or something else.
    #[default]
    Other,
}

impl Material {
    /// The name as written in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Picture => "picture",
            Self::Video => "video",
            Self::Other => "other",
        }
    }
}

/// What a list is kept for. Lists of one purpose are never merged with those of another: what is
/// exploitative is not illegal everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListPurpose {
    /// Illegal material of the sexual abuse of children.
    Abuse,
    /// Exploitative material of children that is not illegal everywhere.
    Exploitative,
    /// Intimate images of adults, shared without consent.
    Intimate,
    /// Terrorist content.
    Terrorist,
    /// Material that is known to be harmless: a match speaks against matches of other lists.
    Benign,
    /// Entries for testing the path, never about anything.
    Test,
}

/// A word that names no purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a purpose: expected abuse, exploitative, intimate, terrorist, benign or test")]
pub struct UnknownPurpose;

impl ListPurpose {
    /// Every purpose.
    pub const ALL: [Self; 6] = [
        Self::Abuse,
        Self::Exploitative,
        Self::Intimate,
        Self::Terrorist,
        Self::Benign,
        Self::Test,
    ];

    /// The name in the database, in JSON and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Abuse => "abuse",
            Self::Exploitative => "exploitative",
            Self::Intimate => "intimate",
            Self::Terrorist => "terrorist",
            Self::Benign => "benign",
            Self::Test => "test",
        }
    }
}

impl std::str::FromStr for ListPurpose {
    type Err = UnknownPurpose;

    fn from_str(text: &str) -> Result<Self, UnknownPurpose> {
        let found = Self::ALL.into_iter().find(|purpose| purpose.name() == text);
        found.ok_or(UnknownPurpose)
    }
}

/// Who put an entry into a list. An entry's key is its member and its id, never the id alone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct EntryKey {
    /// The member's id in the list; empty where a list has no members.
    pub member: String,
    /// The entry's id as its member gave it.
    pub id: String,
}

/// What a member made of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryFeedback {
    /// The member's id or name.
    pub member: String,
    /// Whether it agrees that the entry belongs in the list.
    pub affirms: bool,
    /// The hash kind it speaks of, in lower case; empty where it speaks of the entry.
    pub kind: String,
    /// The reason, as the list words it.
    pub reason: Option<String>,
}

/// One entry of a list, in full: a later one of the same key replaces it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListEntry {
    /// Its key.
    pub key: EntryKey,
    /// The member's name, where it is given.
    pub member_name: Option<String>,
    /// What it is about.
    pub material: Material,
    /// Its hashes, at least one.
    pub hashes: Vec<MaterialHash>,
    /// The scale that `label` belongs to, as the list names it: a category number means nothing
    /// without it.
    pub scheme: Option<String>,
    /// The classification.
    pub label: Option<String>,
    /// The file's size in bytes, where it is given.
    pub size_bytes: Option<u64>,
    /// When the list last touched it.
    pub updated: Option<Timestamp>,
    /// What members made of it.
    pub feedback: Vec<EntryFeedback>,
}

/// One step of a list, in the order in which it is to be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListChange {
    /// The entry is in the list now.
    Put(Box<ListEntry>),
    /// The entry is in the list no more.
    Remove(EntryKey),
}
