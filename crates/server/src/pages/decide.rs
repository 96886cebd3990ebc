//! What a person decides about a case, from the forms on its page.

use std::sync::Arc;

use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts as _, Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use model::{CaseId, DecisionId, MatchId, ReportId};
use store::MatchState;

use super::session::signed_in;
use super::{Console, notice};
use crate::intake::{Actor, IntakeError};
use crate::problem::Problem;

/// The longest form that is read, in bytes.
const FORM_BYTES_MAX: usize = 256 << 10;

pub(super) async fn merge(State(console): State<Arc<Console>>, asked: Asked) -> Response {
    let Asked { actor, case, form } = asked;
    let Some(other) = form.one::<CaseId>("other") else {
        return say("Name the other case by its number.");
    };
    let reason = form.text("reason");
    let station = &console.station;
    answer(case, station.merge_cases(actor, case, other, &reason).await)
}

pub(super) async fn split(State(console): State<Arc<Console>>, asked: Asked) -> Response {
    let Asked { actor, case, form } = asked;
    let reports: Vec<ReportId> = form.all("report");
    let reason = form.text("reason");
    let station = &console.station;
    answer(
        case,
        station.split_case(actor, case, &reports, &reason).await,
    )
}

pub(super) async fn undo(State(console): State<Arc<Console>>, asked: Asked) -> Response {
    let Asked { actor, case, form } = asked;
    let Some(decision) = form.one::<DecisionId>("decision") else {
        return say("Name the decision by its number.");
    };
    answer(case, console.station.undo(actor, decision).await)
}

pub(super) async fn judge(State(console): State<Arc<Console>>, asked: Asked) -> Response {
    let Asked { actor, case, form } = asked;
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
pub(super) struct Asked {
    actor: Actor,
    case: CaseId,
    form: Form,
}

impl FromRequest<Arc<Console>> for Asked {
    type Rejection = Response;

    async fn from_request(request: Request, console: &Arc<Console>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let actor = signed_in(console, &parts.headers).await?;
        let path = Path::<String>::from_request_parts(&mut parts, console).await;
        let case = path.ok().and_then(|Path(id)| id.parse::<CaseId>().ok());
        let Some(case) = case else {
            let text = "There is no such case.";
            return Err(notice(StatusCode::NOT_FOUND, "Not found", text));
        };
        let Ok(body) = to_bytes(body, FORM_BYTES_MAX).await else {
            return Err(say(
                "The form is too long: name fewer reports, or give a shorter reason.",
            ));
        };
        let form = Form::read(&body);
        Ok(Self { actor, case, form })
    }
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
