//! `StopNCII` v1: pages of hashes of adults' intimate images, as JSON.
//!
//! A record is a full snapshot of one hash, and the hash is its key; the entry's id is therefore
//! derived from the hash in one direction. What is withdrawn or deleted has to be removed.

use serde::Deserialize;
use serde_json::json;

use model::{EntryFeedback, Material, Timestamp};

use super::Request;
use super::entry::Draft;
use super::entry::moment;
use super::frames::Layout;
use super::json::{Records, not_taken};
use super::loose::Loose;
use super::step::{Defect, Page, Place, Step};

/// Where the records of a page are.
pub(super) const LAYOUT: Layout = Layout {
    arrays: &["hashRecords"],
    nested: b"",
    dropped: b"",
};

/// A match was looked at and found right.
const BLOCKED: &str = "Blocked";
/// A match was looked at and not found right.
const NOT_BLOCKED: &str = "NotBlocked";

/// A page that is being read.
#[derive(Debug, Default)]
pub(in crate::lists) struct StopNcii {
    page: Page,
    token: Option<String>,
    more: bool,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct HashRecord<'a> {
    #[serde(borrow, rename = "lastModtimestamp")]
    touched: Loose<'a>,
    #[serde(borrow, rename = "signalType")]
    signal: Loose<'a>,
    #[serde(borrow, rename = "hashValue")]
    value: Loose<'a>,
    #[serde(borrow, rename = "hashStatus")]
    status: Loose<'a>,
    #[serde(borrow, rename = "CSPFeedbacks")]
    feedbacks: Option<Vec<Feedback<'a>>>,
}

#[derive(Debug, Deserialize, Default)]
#[serde(default)]
struct Feedback<'a> {
    #[serde(borrow, rename = "feedbackValue")]
    verdict: Loose<'a>,
    #[serde(borrow)]
    tags: Option<Vec<Loose<'a>>>,
    #[serde(borrow)]
    source: Loose<'a>,
}

/// What a member makes of a hash: what it blocked once a person had looked, or did not block.
///
/// The body is `{count, hashFeedbacks: [{hashValue, feedbackValue, tags}]}`, as the service's own
/// client sends it. The call needs a function key of its own.
pub fn feedback(hash: &str, affirms: bool) -> Request {
    let said = json!({
        "hashValue": hash,
        "feedbackValue": if affirms { BLOCKED } else { NOT_BLOCKED },
        "tags": [],
    });
    Request {
        method: "POST",
        path: "/SubmitFeedback".to_owned(),
        content_type: Some("application/json"),
        body: Some(json!({ "count": 1, "hashFeedbacks": [said] }).to_string()),
    }
}

impl Records for StopNcii {
    fn member(&mut self, name: &str, value: &[u8]) {
        let value: Loose<'_> = serde_json::from_slice(value).unwrap_or_default();
        let text = value.text().unwrap_or_default().trim().to_owned();
        match name {
            "count" => self.page.count = text.parse().ok(),
            "nextPageToken" => self.token = (!text.is_empty()).then_some(text),
            "nextSetTimestamp" => self.page.checkpoint = (!text.is_empty()).then_some(text),
            "hasMoreRecords" => self.more = value.truth().ok().flatten().unwrap_or_default(),
            _ => {}
        }
    }

    fn record(&mut self, place: Place, bytes: &[u8], steps: &mut Vec<Step>) -> bool {
        let Ok(record) = serde_json::from_slice::<HashRecord<'_>>(bytes) else {
            steps.push(not_taken(place, bytes));
            return false;
        };
        let mut draft = Draft::new(place);
        let signal = record.signal.text().unwrap_or_default();
        let (kind, material) = kind_of_signal(signal.trim());
        draft.loose_hash(&kind, &record.value);
        draft.entry.material = material;
        draft.entry.key.id = draft.derived_id();
        draft.entry.updated = seconds(&record.touched);
        if draft.entry.updated.is_none() && record.touched != Loose::Nothing {
            draft.defect(Defect::ValueMalformed, "lastModtimestamp");
        }
        self.page.max_timestamp = self.page.max_timestamp.max(draft.entry.updated);
        for feedback in record.feedbacks.iter().flatten() {
            add_feedback(&mut draft, feedback);
        }
        if draft.entry.hashes.is_empty() {
            draft.entry.key.id.clear();
            return draft.put(steps);
        }
        match record.status.text().unwrap_or_default().trim() {
            "" | "Received" | "Active" | "Unknown" => draft.put(steps),
            "Withdrawn" | "Deleted" => draft.remove(steps),
            _ => {
                draft.fail(Defect::StatusUnknown, "hashStatus");
                draft.put(steps)
            }
        }
    }

    fn page(&mut self) -> Option<Page> {
        let mut page = std::mem::take(&mut self.page);
        page.next = self.token.take().filter(|_| self.more);
        Some(page)
    }
}

fn add_feedback(draft: &mut Draft, feedback: &Feedback<'_>) {
    let affirms = match feedback.verdict.text().unwrap_or_default().trim() {
        BLOCKED => true,
        NOT_BLOCKED => false,
        // The others say what a member does, not what it thinks.
        _ => return,
    };
    let tags = feedback.tags.iter().flatten();
    let tags: Vec<_> = tags.filter_map(|tag| tag.text().ok()).collect();
    let member = draft.loose_text("source", &feedback.source);
    let reason = draft.text("tags", &tags.join(", "));
    draft.feedback(EntryFeedback {
        member: member.unwrap_or_default(),
        affirms,
        kind: String::new(),
        reason,
    });
}

/// The kind of hash and the material of a signal type.
fn kind_of_signal(signal: &str) -> (String, Material) {
    let (kind, material) = match signal {
        "ImagePDQ" => ("pdq", Material::Picture),
        "VideoMD5" => ("md5", Material::Video),
        "VideoTMK" => ("tmk", Material::Video),
        "Text" => ("text", Material::Other),
        "URL" => ("url", Material::Other),
        "" => ("unknown", Material::Other),
        other => return (other.to_ascii_lowercase(), Material::Other),
    };
    (kind.to_owned(), material)
}

/// A time in seconds or milliseconds since the epoch, or as text.
fn seconds(value: &Loose<'_>) -> Option<Timestamp> {
    /// Seconds until the year 5138; what is larger is milliseconds.
    const SECONDS_MAX: i64 = 100_000_000_000;
    match value.number() {
        Ok(number) => {
            let number = number?;
            let millis = if number.abs() < SECONDS_MAX {
                number * 1000
            } else {
                number
            };
            Some(Timestamp::from_millis(millis))
        }
        Err(()) => moment(value.text().ok()?.trim()),
    }
}
