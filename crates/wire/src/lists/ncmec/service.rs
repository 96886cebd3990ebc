//! What a member asks the service and tells it: requests without the host, and the small answers.
//!
//! Requests are authenticated with HTTP Basic; each environment (its base address) has its own
//! entries, and those of exploitative material are never merged with the others.

use std::fmt::Write as _;

use model::{EntryKey, Timestamp};

use super::NAMESPACE;
use crate::lists::Request;
use crate::lists::tree::Element;
use crate::xml::{decoded, escaped_text};
use crate::{Reason, Refusal};

impl Request {
    /// Who we are to the service.
    pub fn status() -> Self {
        Self::get("/v2/status".to_owned())
    }

    /// Who takes part.
    pub fn members() -> Self {
        Self::get("/v2/members".to_owned())
    }

    /// The groups of categorizations.
    pub fn categorizations() -> Self {
        Self::get("/v2/categorizations".to_owned())
    }

    /// The first page of what changed in a span of time, both ends included, in whole seconds.
    pub fn entries(from: Timestamp, to: Timestamp) -> Self {
        let second = |at: Timestamp| {
            let millis = at.millis();
            let whole = Timestamp::from_millis(millis - millis.rem_euclid(1000));
            encoded(&whole.to_string())
        };
        Self::get(format!(
            "/v2/entries?from={}&to={}",
            second(from),
            second(to)
        ))
    }

    /// The reasons that negative feedback on a kind of fingerprint may give.
    pub fn feedback_reasons(kind: &str) -> Self {
        Self::get(format!("/v2/feedback/{}/reasons", kind_in_path(kind)))
    }

    /// Feedback on a fingerprint of an entry.
    pub fn feedback(key: &EntryKey, kind: &str, feedback: &FeedbackSubmission) -> Self {
        let (member, id) = (encoded(&key.member), encoded(&key.id));
        Self {
            method: "PUT",
            path: format!("/v2/entries/{member}/{id}/{}/feedback", kind_in_path(kind)),
            content_type: Some("application/xml; charset=utf-8"),
            body: Some(feedback.to_xml()),
        }
    }
}

/// The name of a kind of fingerprint in a path: `MD5`, `PDNA`, `TMK_PDQF`, …
fn kind_in_path(kind: &str) -> String {
    let name = if kind == "photodna" { "pdna" } else { kind };
    encoded(&name.to_ascii_uppercase())
}

/// A text as a part of a path or a query.
pub(in crate::lists) fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").unwrap_or_default();
        }
    }
    out
}

/// What a member makes of a fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedbackSubmission {
    /// It belongs in the list.
    Affirmative,
    /// It does not, for these reasons.
    Negative {
        /// The reasons' ids, of those that the service offers.
        reasons: Vec<String>,
    },
}

impl FeedbackSubmission {
    /// What was made of a match, with the reason for one that is wrong.
    pub fn of(affirms: bool, reason: Option<&str>) -> Self {
        if affirms {
            return Self::Affirmative;
        }
        Self::Negative {
            reasons: reason.map(str::to_owned).into_iter().collect(),
        }
    }

    /// The document.
    pub fn to_xml(&self) -> String {
        let mut out = format!("<feedbackSubmission xmlns=\"{NAMESPACE}\">");
        match self {
            Self::Affirmative => out.push_str("<affirmative/>"),
            Self::Negative { reasons } => {
                out.push_str("<negative><reasonIds>");
                for reason in reasons {
                    out.push_str("<guid>");
                    escaped_text(&mut out, reason);
                    out.push_str("</guid>");
                }
                out.push_str("</reasonIds></negative>");
            }
        }
        out.push_str("</feedbackSubmission>");
        out
    }

    /// Reads a document.
    ///
    /// # Errors
    ///
    /// A document that is not well-formed, or another one.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let root = root(bytes, "feedbackSubmission")?;
        match root.children.as_slice() {
            [one] if one.name == "affirmative" => Ok(Self::Affirmative),
            [one] if one.name == "negative" => {
                let ids = one.child("reasonIds").map(|ids| ids.children.iter());
                let ids = ids.into_iter().flatten().filter(|id| id.name == "guid");
                let reasons = ids.map(|id| id.text().to_owned()).collect();
                Ok(Self::Negative { reasons })
            }
            _ => Err(refusal("\"affirmative\" or \"negative\" is expected.")),
        }
    }
}

/// Somebody who takes part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
}

/// A reason that negative feedback may give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedbackReason {
    /// The id that goes into a submission.
    pub guid: String,
    /// The words.
    pub name: String,
}

/// The member whose credentials a [`Request::status`] carried.
///
/// # Errors
///
/// A document that is not well-formed, or another one.
pub fn parse_status(bytes: &[u8]) -> Result<Member, Refusal> {
    let root = root(bytes, "status")?;
    let member = root.child("member").and_then(member);
    member.ok_or_else(|| refusal("\"member\" with an \"id\" is expected."))
}

/// The answer to [`Request::members`].
///
/// # Errors
///
/// A document that is not well-formed.
pub fn parse_members(bytes: &[u8]) -> Result<Vec<Member>, Refusal> {
    let root = Element::parse(&decoded(bytes)?)?;
    Ok(root.children.iter().filter_map(member).collect())
}

/// The answer to [`Request::feedback_reasons`].
///
/// # Errors
///
/// A document that is not well-formed, or another one.
pub fn parse_feedback_reasons(bytes: &[u8]) -> Result<Vec<FeedbackReason>, Refusal> {
    let root = root(bytes, "availableFeedbackReasons")?;
    let reason = |element: &Element| {
        (element.name == "reason").then_some(FeedbackReason {
            guid: element.attribute("guid")?.to_owned(),
            name: element.attribute("name").unwrap_or_default().to_owned(),
        })
    };
    Ok(root.children.iter().filter_map(reason).collect())
}

fn member(element: &Element) -> Option<Member> {
    let id = element.attribute("id")?.to_owned();
    let name = element.text().to_owned();
    (element.name == "member").then_some(Member { id, name })
}

fn root(bytes: &[u8], name: &str) -> Result<Element, Refusal> {
    let root = Element::parse(&decoded(bytes)?)?;
    if root.name == name {
        Ok(root)
    } else {
        Err(refusal(&format!("The root \"{name}\" is expected.")))
    }
}

fn refusal(message: &str) -> Refusal {
    Refusal {
        reason: Reason::ElementUnexpected,
        line: 1,
        column: 1,
        path: String::new(),
        message: message.to_owned(),
    }
}
