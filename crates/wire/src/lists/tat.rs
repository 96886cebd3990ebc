//! Tech Against Terrorism's hash list: pages of JSON, and the hashes that are sent for
//! verification.

use serde::Deserialize;

use super::entry::Draft;
use super::frames::Layout;
use super::json::{Records, not_taken};
use super::loose::Loose;
use super::step::{Defect, Page, Place, Step};
use super::vics::material_of;

/// The scale of the list's labels.
pub(super) const SCHEME: &str = "tat-ideology";

/// Where the records of a page are.
pub(super) const LAYOUT: Layout = Layout {
    arrays: &["results"],
    nested: b"",
    dropped: b"",
};

/// A page that is being read.
#[derive(Debug, Default)]
pub(super) struct Tat {
    page: Page,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Hashed<'a> {
    #[serde(borrow)]
    id: Loose<'a>,
    #[serde(borrow, alias = "hash_value")]
    hash_digest: Loose<'a>,
    #[serde(borrow, alias = "hash_type")]
    algorithm: Loose<'a>,
    #[serde(borrow)]
    ideology: Loose<'a>,
    #[serde(borrow)]
    file_type: Loose<'a>,
    #[serde(borrow)]
    deleted: Loose<'a>,
    #[serde(borrow)]
    updated_on: Loose<'a>,
}

impl Records for Tat {
    fn member(&mut self, name: &str, value: &[u8]) {
        let value: Loose<'_> = serde_json::from_slice(value).unwrap_or_default();
        let text = value.text().unwrap_or_default().trim().to_owned();
        match name {
            "count" => self.page.count = text.parse().ok(),
            "next" => self.page.next = (!text.is_empty()).then_some(text),
            "checkpoint" => self.page.checkpoint = (!text.is_empty()).then_some(text),
            _ => {}
        }
    }

    fn record(&mut self, place: Place, bytes: &[u8], steps: &mut Vec<Step>) -> bool {
        let Ok(record) = serde_json::from_slice::<Hashed<'_>>(bytes) else {
            steps.push(not_taken(place, bytes));
            return false;
        };
        let mut draft = Draft::new(place);
        if let Some(id) = draft.loose_text("id", &record.id) {
            draft.entry.key.id = id;
        }
        match record.deleted.truth() {
            Ok(Some(true)) if !draft.entry.key.id.is_empty() => return draft.remove(steps),
            Ok(Some(true)) => draft.fail(Defect::IdMissing, "id"),
            Ok(_) => {}
            Err(()) => draft.fail(Defect::ValueMalformed, "deleted"),
        }
        let kind = draft.loose_text("algorithm", &record.algorithm);
        match kind {
            Some(kind) => draft.loose_hash(&kind, &record.hash_digest),
            None => draft.defect(Defect::ValueMalformed, "algorithm"),
        }
        draft.entry.label = draft.loose_text("ideology", &record.ideology);
        draft.entry.scheme = draft.entry.label.as_ref().map(|_| SCHEME.to_owned());
        let file_type = draft.loose_text("file_type", &record.file_type);
        draft.entry.material = material_of(file_type.as_deref().unwrap_or_default());
        if let Some(updated) = draft.loose_text("updated_on", &record.updated_on) {
            draft.entry.updated = draft.time("updated_on", &updated);
        }
        if draft.entry.key.id.is_empty() && !draft.entry.hashes.is_empty() {
            draft.entry.key.id = draft.derived_id();
        }
        self.page.max_timestamp = self.page.max_timestamp.max(draft.entry.updated);
        draft.put(steps)
    }

    fn page(&mut self) -> Option<Page> {
        Some(std::mem::take(&mut self.page))
    }
}
