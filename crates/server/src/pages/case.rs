//! The page of one case.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use model::{CaseId, DecisionId, Link};
use triage::Due;

use super::session::signed_in;
use super::{Console, ShownEntry, notice, page};
use crate::casefile::{CaseSuggestion, Member, Remark};
use crate::problem::Problem;

#[derive(Template)]
#[template(path = "case.html")]
struct CasePage {
    entry: ShownEntry,
    links: Vec<Link>,
    members: Vec<Member>,
    evidence: Vec<ShownItem>,
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
            evidence: casefile
                .evidence
                .into_iter()
                .map(|item| ShownItem {
                    sha256: item.sha256,
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
