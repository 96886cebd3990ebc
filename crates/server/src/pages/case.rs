//! The page of one case.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use model::{CaseId, DecisionId, Link, MatchId};
use triage::Due;

use super::payments::ShownPayments;
use super::session::signed_in;
use super::{Console, ShownEntry, notice, page};
use crate::casefile::{CaseSuggestion, EvidenceItem, Member, Remark};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "case.html")]
struct CasePage {
    entry: ShownEntry,
    links: Vec<Link>,
    members: Vec<Member>,
    evidence: Vec<ShownItem>,
    matches: Vec<ShownMatch>,
    payments: Vec<ShownPayments>,
    suggestions: Vec<CaseSuggestion>,
    remarks: Vec<Remark>,
    decisions: Vec<DecisionId>,
    clocks: Vec<Due>,
}

struct ShownItem {
    sha256: String,
    size: u64,
    media_type: String,
    report: i64,
    looked: String,
}

/// A match with an entry of a list, in the words of the page.
struct ShownMatch {
    number: MatchId,
    /// The first digits of the file's SHA-256.
    file: String,
    list: String,
    purpose: &'static str,
    entry: String,
    class: String,
    near: String,
    state: String,
}

/// Digits of a SHA-256 that tell the files of a case apart.
const DIGITS_SHOWN: usize = 12;

fn shown_matches(item: &EvidenceItem) -> impl Iterator<Item = ShownMatch> {
    let file: String = item.sha256.chars().take(DIGITS_SHOWN).collect();
    item.matches.iter().map(move |shown| {
        let found = &shown.found;
        let bits = match found.distance {
            0 => format!("{}, equal", found.algorithm),
            bits => format!("{}, {bits} of 256 bits apart", found.algorithm),
        };
        let class = match (&found.label, &found.scheme) {
            (Some(label), Some(scheme)) => format!("{label} ({scheme})"),
            (Some(label), None) => label.clone(),
            _ => "not said".to_owned(),
        };
        let state = match shown.entry_state {
            "listed" => shown.state.to_owned(),
            gone => format!("{}; the entry is {gone} now", shown.state),
        };
        ShownMatch {
            number: shown.number,
            file: file.clone(),
            list: found.list.clone(),
            purpose: found.purpose.name(),
            entry: found.id.clone(),
            class,
            near: format!("{bits}; {}", found.seen),
            state,
        }
    })
}

pub(super) async fn show(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let actor = match signed_in(&console, &headers).await {
        Ok(actor) => actor,
        Err(response) => return response,
    };
    let found = match id.parse::<CaseId>() {
        Ok(id) => console.station.case(actor, id).await,
        Err(_) => Ok(None),
    };
    match found {
        Ok(Some(casefile)) => page(&CasePage {
            entry: ShownEntry::of(casefile.entry, usize::MAX),
            links: casefile.links,
            members: casefile.members,
            suggestions: casefile.suggestions,
            remarks: casefile.remarks,
            decisions: casefile.decisions,
            clocks: casefile.clocks,
            payments: casefile
                .payments
                .into_iter()
                .map(ShownPayments::of)
                .collect(),
            matches: casefile.evidence.iter().flat_map(shown_matches).collect(),
            evidence: casefile
                .evidence
                .into_iter()
                .map(|item| ShownItem {
                    sha256: item.sha256,
                    looked: item.look.in_words(),
                    size: item.size,
                    media_type: item.media_type.unwrap_or_else(|| "not said".to_owned()),
                    report: item.report.number(),
                })
                .collect(),
        }),
        Ok(None) => notice(StatusCode::NOT_FOUND, "Not found", "There is no such case."),
        Err(error) => {
            tracing::error!(%error, "a case was not read");
            Problem::fault().into_response()
        }
    }
}
