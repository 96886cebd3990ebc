//! Project VIC's VICS data model 1.2, 1.3 and 2.0: hash sets and cases as one JSON document of any
//! size.
//!
//! Only the MD5 is mandatory there. A category is a number of a national scale: without the name
//! of the model that the root gives, it means nothing, so that name becomes the entry's scheme.
//! What a case says besides its media (names, phones) and the small picture in `Miniature` are
//! never kept, not even for a moment.

use serde::Deserialize;
use serde::de::IgnoredAny;

use model::Material;

use super::entry::{Draft, SeenIds, moment};
use super::frames::Layout;
use super::json::{Records, not_taken};
use super::loose::Loose;
use super::step::{Defect, Page, Place, Step};

/// Where the media of a hash set or of a case are.
pub(super) const LAYOUT: Layout = Layout {
    arrays: &["value"],
    nested: b"Media",
    dropped: b"Miniature",
};

/// A file that is being read.
#[derive(Debug, Default)]
pub(super) struct Vics {
    scheme: Option<String>,
    seen: SeenIds,
}

#[derive(Debug, Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Media<'a> {
    #[serde(borrow, rename = "MediaID")]
    id: Loose<'a>,
    #[serde(borrow)]
    category: Loose<'a>,
    #[serde(borrow, rename = "MD5")]
    md5: Loose<'a>,
    #[serde(borrow, rename = "SHA1")]
    sha1: Loose<'a>,
    #[serde(borrow, rename = "SHA256")]
    sha256: Loose<'a>,
    #[serde(borrow, rename = "PhotoDNA")]
    photo_dna: Loose<'a>,
    #[serde(borrow, rename = "MediaSize")]
    size: Loose<'a>,
    #[serde(borrow)]
    date_updated: Loose<'a>,
    #[serde(borrow)]
    mime_type: Loose<'a>,
    #[serde(borrow)]
    alternative_hashes: Option<Vec<Alternative<'a>>>,
    #[serde(borrow, rename = "MediaFiles")]
    files: Option<Vec<MediaFile<'a>>>,
    #[serde(rename = "CaseID")]
    case_id: Option<IgnoredAny>,
    case_number: Option<IgnoredAny>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Alternative<'a> {
    #[serde(borrow)]
    hash_name: Loose<'a>,
    #[serde(borrow)]
    hash_value: Loose<'a>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct MediaFile<'a> {
    #[serde(borrow, rename = "MD5")]
    md5: Loose<'a>,
}

impl Records for Vics {
    fn member(&mut self, name: &str, value: &[u8]) {
        if matches!(name, "@odata.context" | "odata.metadata") {
            let address = serde_json::from_slice::<String>(value).ok();
            self.scheme = address.and_then(|address| scheme_of(&address));
        }
    }

    fn record(&mut self, place: Place, bytes: &[u8], steps: &mut Vec<Step>) -> bool {
        let Ok(media) = serde_json::from_slice::<Media<'_>>(bytes) else {
            steps.push(not_taken(place, bytes));
            return false;
        };
        let is_case = media.case_id.is_some() || media.case_number.is_some();
        if is_case && media.id == Loose::Nothing && media.md5 == Loose::Nothing {
            // A case without media.
            return false;
        }
        self.draft(place, &media).put(steps)
    }

    fn page(&mut self) -> Option<Page> {
        None
    }
}

impl Vics {
    fn draft(&mut self, place: Place, media: &Media<'_>) -> Draft {
        let mut draft = Draft::new(place);
        draft.loose_hash("md5", &media.md5);
        draft.loose_hash("sha1", &media.sha1);
        draft.loose_hash("sha256", &media.sha256);
        draft.loose_hash("photodna", &media.photo_dna);
        for alternative in media.alternative_hashes.iter().flatten() {
            match alternative.hash_name.text() {
                Ok(name) if !name.trim().is_empty() => {
                    draft.loose_hash(&name, &alternative.hash_value);
                }
                _ => draft.defect(Defect::ValueMalformed, "AlternativeHashes"),
            }
        }
        if draft.entry.hashes.iter().all(|hash| hash.kind() != "md5") {
            // Where the record has none of its own.
            let mut files = media.files.iter().flatten();
            if let Some(file) = files.find(|file| file.md5 != Loose::Nothing) {
                draft.loose_hash("md5", &file.md5);
            }
        }
        draft.entry.label = draft.loose_text("Category", &media.category);
        if draft.entry.label.is_some() {
            draft.entry.scheme.clone_from(&self.scheme);
        }
        match media.size.number() {
            Ok(size) => draft.entry.size_bytes = size.and_then(|size| u64::try_from(size).ok()),
            Err(()) => draft.defect(Defect::ValueMalformed, "MediaSize"),
        }
        let updated = draft.loose_text("DateUpdated", &media.date_updated);
        draft.entry.updated = updated.as_deref().and_then(moment);
        if updated.is_some() && draft.entry.updated.is_none() {
            draft.defect(Defect::ValueMalformed, "DateUpdated");
        }
        let mime_type = draft.loose_text("MimeType", &media.mime_type);
        draft.entry.material = material_of(mime_type.as_deref().unwrap_or_default());
        self.identify(&mut draft, &media.id);
        draft
    }

    /// Gives the entry a key of its own, so that nothing is lost where ids are missing or repeat.
    fn identify(&mut self, draft: &mut Draft, media_id: &Loose<'_>) {
        let id = draft.loose_text("MediaID", media_id);
        let id = match id {
            None => {
                draft.defect(Defect::IdMissing, "MediaID");
                draft.derived_id()
            }
            Some(id) => {
                let number = id.parse::<u64>().ok();
                if number.is_some_and(|number| !self.seen.is_new(number)) {
                    draft.defect(Defect::IdRepeated, "MediaID");
                    format!("{id}~{}", draft.derived_id())
                } else {
                    id
                }
            }
        };
        draft.set_id(id);
    }
}

/// What a media type says of the material.
pub(super) fn material_of(mime_type: &str) -> Material {
    match mime_type.split('/').next().map(str::trim) {
        Some(kind) if is_word(kind, &["image", "picture", "photo"]) => Material::Picture,
        Some(kind) if is_word(kind, &["video", "movie"]) => Material::Video,
        _ => Material::Other,
    }
}

fn is_word(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// The scheme of a root's address: `…/DataModels/2.0.xml/US/$metadata#Media` is
/// `projectvic-2.0/US`, `…/DataModels/1.3.xml#Media` is `projectvic-1.3`.
fn scheme_of(address: &str) -> Option<String> {
    let (_, after) = address.split_once("/DataModels/")?;
    let (version, rest) = after.split_once(".xml")?;
    let model = rest
        .strip_prefix('/')
        .and_then(|rest| rest.split('/').next());
    let is_plain = |text: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        !text.is_empty() && text.len() <= 64 && text.bytes().all(plain)
    };
    if !is_plain(version) {
        return None;
    }
    match model {
        Some(model) if is_plain(model) => Some(format!("projectvic-{version}/{model}")),
        _ => Some(format!("projectvic-{version}")),
    }
}
