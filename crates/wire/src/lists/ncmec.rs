//! NCMEC's hash sharing v2: pages of entries as XML.
//!
//! An entry's key is its member and its id. A later entry of the same key replaces the earlier
//! one or takes it away. Entries are in no order, so the latest time of a page says how far the
//! list was read only after the last page ([`Fetch`]).

mod fetch;
mod print;
mod service;

use std::io::BufRead;

use model::{EntryFeedback, EntryKey, Material};

use super::Limits;
use super::elements::{Elements, Piece, Spoilt};
use super::entry::{Draft, kind_of, moment, set_aside};
use super::step::{Defect, ListFault, Page, Place, Step};
use super::tree::Element;

pub use fetch::{Checkpoint, Fetch, FetchFault};
pub use print::print_page;
pub(super) use service::encoded;
pub use service::{
    FeedbackReason, FeedbackSubmission, Member, parse_feedback_reasons, parse_members, parse_status,
};

/// The namespace of every document.
pub(super) const NAMESPACE: &str = "https://hashsharing.ncmec.org/hashsharing/v2";
/// The scale of the list's labels: A1, A2, B1, B2.
pub(super) const SCHEME: &str = "ncmec";

/// A page that is being read.
#[derive(Debug)]
pub(super) struct Ncmec<R> {
    pub(super) elements: Elements<R>,
    page: Page,
}

impl<R: BufRead> Ncmec<R> {
    pub(super) fn new(input: R, limits: &Limits) -> Self {
        let sections = &["images", "videos"];
        let records = &["image", "video", "deletedImage", "deletedVideo"];
        Self {
            elements: Elements::new(
                input,
                "queryResult",
                sections,
                records,
                limits.record_bytes_max,
            ),
            page: Page::default(),
        }
    }

    /// Reads one piece; `false` at the end.
    pub(super) fn advance(&mut self, steps: &mut Vec<Step>) -> Result<bool, ListFault> {
        match self.elements.next()? {
            Piece::Child(element) => {
                if element.name == "paging" {
                    let next = element.child("next").map(Element::text);
                    let next = next.filter(|next| !next.is_empty());
                    self.page.next = next.map(str::to_owned);
                }
            }
            Piece::Section(element) => {
                let at = element.attribute("maxTimestamp").and_then(moment);
                self.page.max_timestamp = self.page.max_timestamp.max(at);
                let count = element
                    .attribute("count")
                    .and_then(|count| count.parse().ok());
                let sum = self.page.count.unwrap_or_default();
                self.page.count = count.map(|count: u64| sum.saturating_add(count));
            }
            Piece::Record(place, record) => {
                self.elements.source.records += 1;
                let good = self.record(place, record, steps);
                self.elements.source.good += u64::from(good);
            }
            Piece::End => {
                steps.push(Step::Page(std::mem::take(&mut self.page)));
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn record(
        &mut self,
        place: Place,
        record: Result<Element, Spoilt>,
        steps: &mut Vec<Step>,
    ) -> bool {
        let element = match record {
            Ok(element) => element,
            Err(spoilt) => {
                steps.push(set_aside(place, defect_of(spoilt)));
                return false;
            }
        };
        let (material, deleted) = match element.name.as_str() {
            "image" => (Material::Picture, false),
            "video" => (Material::Video, false),
            "deletedImage" => (Material::Picture, true),
            "deletedVideo" => (Material::Video, true),
            _ => {
                steps.push(set_aside(place, Defect::RecordMalformed));
                return false;
            }
        };
        let mut draft = Draft::new(place);
        draft.entry.material = material;
        identify(&mut draft, &element);
        if let Some(timestamp) = element.child("timestamp") {
            draft.entry.updated = draft.time("timestamp", timestamp.text());
            self.page.max_timestamp = self.page.max_timestamp.max(draft.entry.updated);
        }
        if deleted {
            return draft.remove(steps);
        }
        fill(&mut draft, &element);
        draft.put(steps)
    }
}

const fn defect_of(spoilt: Spoilt) -> Defect {
    match spoilt {
        Spoilt::TooLong => Defect::RecordTooLong,
        Spoilt::TooDeep => Defect::RecordTooDeep,
        Spoilt::Encoding => Defect::EncodingBroken,
        Spoilt::Malformed => Defect::RecordMalformed,
    }
}

fn identify(draft: &mut Draft, element: &Element) {
    let id = element.child("id").map_or("", Element::text);
    let member = element.child("member");
    let member_id = member.and_then(|member| member.attribute("id"));
    let id = draft.text("id", id);
    let member_id = draft.text("member", member_id.unwrap_or_default());
    draft.entry.member_name = member.and_then(|member| draft.text("member", member.text()));
    if let (Some(id), Some(member)) = (id, member_id) {
        draft.entry.key = EntryKey { member, id };
    } else {
        draft.fail(Defect::IdMissing, "");
    }
}

fn fill(draft: &mut Draft, element: &Element) {
    if let Some(classification) = element.child("classification") {
        draft.entry.label = draft.text("classification", classification.text());
        draft.entry.scheme = draft.entry.label.as_ref().map(|_| SCHEME.to_owned());
    }
    let fingerprints = element.child("fingerprints");
    for fingerprint in fingerprints.iter().flat_map(|all| &all.children) {
        if fingerprint.attribute("href").is_some() || fingerprint.attribute("rel").is_some() {
            draft.elsewhere(&fingerprint.name);
        } else {
            draft.hash(&fingerprint.name, fingerprint.text());
        }
    }
    let feedback = element.child("feedback");
    for opinion in feedback.iter().flat_map(|all| &all.children) {
        let affirms = match opinion.name.as_str() {
            "affirmativeFeedback" => true,
            "negativeFeedback" => false,
            _ => continue,
        };
        let kind = kind_of(opinion.attribute("type").unwrap_or_default());
        let mut reason = None;
        members(draft, opinion, affirms, &kind, &mut reason);
        // Reasons and those who gave them alternate, as siblings.
        let reasons = opinion
            .children
            .iter()
            .filter(|child| child.name == "reasons");
        for reasons in reasons {
            let mut reason = None;
            members(draft, reasons, affirms, &kind, &mut reason);
        }
    }
}

fn members(
    draft: &mut Draft,
    parent: &Element,
    affirms: bool,
    kind: &str,
    reason: &mut Option<String>,
) {
    for child in &parent.children {
        match child.name.as_str() {
            "reason" => {
                let name = child.attribute("name").or_else(|| child.attribute("guid"));
                *reason = draft.text("reason", name.unwrap_or_default());
            }
            "members" => {
                for member in child.children.iter().filter(|child| child.name == "member") {
                    let id = member.attribute("id").unwrap_or_default();
                    let member = draft.text("member", id);
                    draft.feedback(EntryFeedback {
                        member: member.unwrap_or_default(),
                        affirms,
                        kind: kind.to_owned(),
                        reason: reason.clone(),
                    });
                }
            }
            _ => {}
        }
    }
}
