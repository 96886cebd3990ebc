//! What the lists say of a case's files, as its page and its JSON show it.

use std::collections::HashMap;

use model::{FileId, MatchId, MaterialHash, Pdq, ReportId};
use serde::Serialize;
use store::{EntryState, FileRow, LookRow};
use vault::DataKey;

use super::clips::{SharedClip, shared_clips};
use super::compare::{Aspect, Found};
use super::rematch::{FilesCompared, open_look};
use super::{Compared, Look};
use crate::intake::{IntakeError, IntakeFault, MeasuredFile};
use crate::sealed_names as names;
use crate::station::Station;

/// A match as a case shows it: as it was when it was found, and how it stands now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundInCase {
    /// Its number, for confirming and rejecting.
    #[serde(rename = "match")]
    pub number: MatchId,
    /// What a person made of it: open, confirmed, rejected.
    pub state: &'static str,
    /// The entry's state now: listed, removed, `held_back`.
    pub entry_state: &'static str,
    /// As it was found.
    #[serde(flatten)]
    pub found: Found,
}

/// What a case shows of a file's look.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct FileLook {
    /// What it is, by its content: `jpeg`, `mp4`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub looks_like: Option<String>,
    /// The quality of its perceptual hash, 0 to 100.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quality: Option<u8>,
    /// Why it was not looked into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_looked: Option<String>,
    /// What it shares with videos of other reports.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clips: Vec<SharedClip>,
}

impl FileLook {
    /// Whether the file was looked into, in words.
    pub fn in_words(&self) -> String {
        let seen = match (&self.looks_like, &self.not_looked, self.quality) {
            (_, Some(why), _) => format!("no: {why}"),
            (Some(kind), None, Some(quality)) => format!("{kind}, quality {quality}"),
            (Some(kind), None, None) => kind.clone(),
            (None, None, _) => "no: it came before files were looked into".to_owned(),
        };
        self.clips.iter().fold(seen, |seen, clip| {
            format!(
                "{seen}; from {} to {} ms it is also in a video of report {}, there from {} ms on",
                clip.start_millis, clip.end_millis, clip.report, clip.other_start_millis
            )
        })
    }

    fn of(look: &Look) -> Self {
        Self {
            looks_like: Some(look.kind.clone()).filter(|kind| !kind.is_empty()),
            quality: look.frames.first().map(|frame| frame.quality),
            not_looked: look.not_looked.clone(),
            clips: Vec::new(),
        }
    }
}

impl Station {
    /// What matched of a report's files, and what they look like, by file.
    pub(crate) async fn material_of(
        &self,
        report: ReportId,
        key: &DataKey,
    ) -> Result<HashMap<FileId, (FileLook, Vec<FoundInCase>)>, IntakeError> {
        let store = &self.core().store;
        let mut shown: HashMap<FileId, (FileLook, Vec<FoundInCase>)> = HashMap::new();
        let rows = store.looks_of(&[report]).await?;
        for (file, look) in open_looks(key, rows)? {
            let mut told = FileLook::of(&look);
            if look.frames.len() > 1 {
                let held = &self.core().material.held;
                held.follow(self).await?;
                told.clips = shared_clips(held, report, &look);
            }
            shown.entry(file).or_default().0 = told;
        }
        let rows = store.matches_of(&[report]).await?;
        let entries: Vec<_> = rows.iter().map(|row| row.entry).collect();
        let states: HashMap<_, EntryState> = store
            .entries(&entries)
            .await?
            .into_iter()
            .map(|entry| (entry.id, entry.state))
            .collect();
        for row in rows {
            let context = names::file_match(row.file, row.entry);
            let json = vault::seal::open(key, &context, &row.sealed.0)?;
            let found = serde_json::from_slice(&json)
                .map_err(|_| IntakeFault::Unreadable { what: "a match" })?;
            let state = states.get(&row.entry).copied();
            shown.entry(row.file).or_default().1.push(FoundInCase {
                number: row.id,
                state: row.state.name(),
                entry_state: state.unwrap_or(EntryState::Removed).name(),
                found,
            });
        }
        for (_, matches) in shown.values_mut() {
            matches.sort_by_key(|shown| (shown.found.distance, shown.number));
        }
        Ok(shown)
    }
}

/// What files look like, opened.
pub(crate) fn open_looks(
    key: &DataKey,
    rows: Vec<LookRow>,
) -> Result<HashMap<FileId, Look>, IntakeFault> {
    let mut looks = HashMap::with_capacity(rows.len());
    for row in rows {
        if let Some(sealed) = &row.sealed {
            looks.insert(row.file, open_look(key, row.file, sealed)?);
        }
    }
    Ok(looks)
}

/// The files of a report, as they are compared with lists.
pub(crate) fn files_compared(
    key: &DataKey,
    files: &[FileRow],
    looks: &HashMap<FileId, Look>,
) -> Result<FilesCompared, IntakeFault> {
    let mut all = FilesCompared {
        all_looked: true,
        ..FilesCompared::default()
    };
    for file in files {
        let look = looks.get(&file.id);
        all.files.push(file.id);
        all.all_looked &= look.is_some_and(Look::is_looked);
        all.compared.push(Compared {
            exact: exact_hashes(key, file)?,
            aspects: look.map_or_else(Vec::new, |look| look.aspects().collect()),
        });
    }
    Ok(all)
}

/// The exact hashes of a file, from what was measured when it came.
fn exact_hashes(key: &DataKey, file: &FileRow) -> Result<Vec<MaterialHash>, IntakeFault> {
    let json = vault::seal::open(key, &names::file_facts(file.id), &file.facts.0)?;
    let unreadable = |_| IntakeFault::Unreadable {
        what: "a file's facts",
    };
    let measured: MeasuredFile = serde_json::from_slice(&json).map_err(unreadable)?;
    let hashes = [
        ("md5", &measured.md5),
        ("sha1", &measured.sha1),
        ("sha256", &measured.sha256),
    ];
    let parsed = hashes
        .into_iter()
        .filter_map(|(kind, value)| MaterialHash::parse(kind, value).ok());
    Ok(parsed.collect())
}

impl Look {
    /// Every way in which the file was seen, for comparing by distance.
    pub(crate) fn aspects(&self) -> impl Iterator<Item = Aspect> {
        self.frames.iter().flat_map(|frame| {
            let at_millis =
                (frame.at_millis > 0 || self.frames.len() > 1).then_some(frame.at_millis);
            let first = frame.pdq.parse().ok().map(|hash| Aspect {
                seen: "as it is".to_owned(),
                hash,
                quality: frame.quality,
                at_millis,
            });
            let others = frame.others.iter().filter_map(move |other| {
                Some(Aspect {
                    seen: other.seen.clone(),
                    hash: other.pdq.parse().ok()?,
                    quality: other.quality,
                    at_millis,
                })
            });
            first.into_iter().chain(others)
        })
    }

    /// The hash of a picture as it is; of a video or an animation none.
    pub(crate) fn first_hash(&self) -> Option<Pdq> {
        match self.frames.as_slice() {
            [only] if only.quality >= model::PDQ_QUALITY => only.pdq.parse().ok(),
            _ => None,
        }
    }

    /// The first picture of the group of near copies that this one belongs to.
    pub(crate) fn leader(&self) -> Option<Pdq> {
        self.leader.as_ref()?.parse().ok()
    }

    /// Puts the file into a group of near copies.
    pub(crate) fn lead_by(&mut self, leader: Pdq) {
        self.leader = Some(leader.to_string());
    }

    /// Whether its frames tell what it looks like.
    pub(crate) fn is_looked(&self) -> bool {
        self.not_looked.is_none() && !self.frames.is_empty()
    }
}
