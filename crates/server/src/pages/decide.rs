//! What a person decides about a case, from the forms on its page.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use model::{CaseId, DecisionId, MatchId, ReportId};
use store::MatchState;

use super::session::signed_in;
use super::{Console, notice};
use crate::intake::{Actor, IntakeError};
use crate::problem::Problem;

/// The longest form that is read, in bytes.
const FORM_BYTES_MAX: usize = 256 << 10;

pub(super) async fn merge(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (actor, case, form) = match asked(&console, &headers, &id, &body).await {
        Ok(asked) => asked,
        Err(response) => return response,
    };
    let Some(other) = form.one::<CaseId>("other") else {
        return say("Name the other case by its number.");
    };
    let reason = form.text("reason");
    let station = &console.station;
    answer(case, station.merge_cases(actor, case, other, &reason).await)
}

pub(super) async fn split(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (actor, case, form) = match asked(&console, &headers, &id, &body).await {
        Ok(asked) => asked,
        Err(response) => return response,
    };
    let reports: Vec<ReportId> = form.all("report");
    let reason = form.text("reason");
    let station = &console.station;
    answer(
        case,
        station.split_case(actor, case, &reports, &reason).await,
    )
}

pub(super) async fn undo(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (actor, case, form) = match asked(&console, &headers, &id, &body).await {
        Ok(asked) => asked,
        Err(response) => return response,
    };
    let Some(decision) = form.one::<DecisionId>("decision") else {
        return say("Name the decision by its number.");
    };
    answer(case, console.station.undo(actor, decision).await)
}

pub(super) async fn judge(
    State(console): State<Arc<Console>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let (actor, case, form) = match asked(&console, &headers, &id, &body).await {
        Ok(asked) => asked,
        Err(response) => return response,
    };
    let Some(number) = form.one::<MatchId>("match") else {
        return say("Name the match by its number.");
    };
    let state = match form.text("state").as_str() {
        "confirmed" => MatchState::Confirmed,
        "rejected" => MatchState::Rejected,
        _ => return say("A match is right or wrong: use the buttons of the case's page."),
    };
    answer(
        case,
        console.station.judge_match(actor, number, state).await,
    )
}

/// Who asks, about which case, and what the form says.
async fn asked(
    console: &Console,
    headers: &HeaderMap,
    id: &str,
    body: &[u8],
) -> Result<(Actor, CaseId, Form), Response> {
    let actor = signed_in(console, headers).await?;
    let Ok(case) = id.parse::<CaseId>() else {
        let text = "There is no such case.";
        return Err(notice(StatusCode::NOT_FOUND, "Not found", text));
    };
    if body.len() > FORM_BYTES_MAX {
        return Err(say(
            "The form is too long: name fewer reports, or give a shorter reason.",
        ));
    }
    Ok((actor, case, Form::read(body)))
}

fn say(text: &str) -> Response {
    notice(StatusCode::BAD_REQUEST, "Not decided", text)
}

fn answer<T>(case: CaseId, decided: Result<T, IntakeError>) -> Response {
    match decided {
        Ok(_) => Redirect::to(&format!("/cases/{case}")).into_response(),
        Err(IntakeError::Refused(refusal)) => say(&refusal.to_string()),
        Err(error) => {
            tracing::error!(%error, "a decision was not made");
            Problem::fault().into_response()
        }
    }
}

/// The fields of an `application/x-www-form-urlencoded` body, in their order.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    fn text(&self, name: &str) -> String {
        let found = self.0.iter().find(|(field, _)| field == name);
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    fn one<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.text(name).parse().ok()
    }

    /// Every value of a repeated field that reads; a value that does not is left out, and the
    /// decision is then refused for what it lacks.
    fn all<T: std::str::FromStr>(&self, name: &str) -> Vec<T> {
        self.0
            .iter()
            .filter(|(field, _)| field == name)
            .filter_map(|(_, value)| value.parse().ok())
            .collect()
    }
}
