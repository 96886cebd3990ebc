//! The doors under `/api/v1`: what senders learn of their own reports, as JSON, with the same
//! credentials as at `/ispws`.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use model::{ReportId, Role};
use serde::Serialize;
use triage::Help;

use crate::intake::{Actor, IntakeError, IntakeRefusal};
use crate::ispws::{Approach, CHALLENGE, Caller, IspwsDoor, Recognised, recognise};
use crate::problem::Problem;

/// The most fields that the answer to a `finish` names; the whole list is where its link leads.
const FIELDS_IN_HEADER: usize = 5;
/// Names the fields that would have helped, as a structured list (RFC 9651).
const MISSING: HeaderName = HeaderName::from_static("watchfire-missing");

type Shared = State<Arc<IspwsDoor>>;

/// The routes of the door, to be nested under `/api/v1`.
pub(crate) fn routes(door: Arc<IspwsDoor>) -> Router {
    Router::new()
        .route("/reports/{id}/feedback", get(report_feedback))
        .route("/sender/ledger", get(sender_ledger))
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Refusal::Method.problem())
        .with_state(door)
}

/// What this door says no to.
#[derive(Clone, Copy)]
enum Refusal {
    Unauthorised,
    NotASender,
    NotFinished,
    Method,
}

impl Refusal {
    const fn code(self) -> &'static str {
        match self {
            Self::Unauthorised => "api.unauthorised",
            Self::NotASender => "api.not-a-sender",
            Self::NotFinished => "api.not-finished",
            Self::Method => "api.method",
        }
    }

    fn problem(self) -> Problem {
        let (status, title) = match self {
            Self::Unauthorised => (
                StatusCode::UNAUTHORIZED,
                "Name and secret are missing or wrong: send them as HTTP Basic.",
            ),
            Self::NotASender => (
                StatusCode::FORBIDDEN,
                "This account is not a sender: only senders have feedback.",
            ),
            Self::NotFinished => (
                StatusCode::CONFLICT,
                "This report is not finished: its feedback comes with the finish.",
            ),
            Self::Method => (
                StatusCode::METHOD_NOT_ALLOWED,
                "This address is only for reading: use GET.",
            ),
        };
        Problem::new(status, self.code(), title)
    }
}

/// Tells a sender that has finished a report what would have helped: a link to all of it, and the
/// first fields with their points.
pub(crate) fn tell(response: &mut Response, report: ReportId, help: &Help) {
    let link = format!("</api/v1/reports/{report}/feedback>; rel=\"describedby\"");
    let mut set = |name: HeaderName, text: &str| {
        // Numbers, and names that the table of fields lets be letters, digits and `/@ +`.
        if let Ok(value) = HeaderValue::from_str(text) {
            response.headers_mut().insert(name, value);
        }
    };
    set(header::LINK, &link);
    // An empty list is no header (RFC 9651, section 3.1).
    if !help.missing.is_empty() {
        set(MISSING, &missing_list(help));
    }
}

/// `"ipCaptureEvent/port";points=25, "deviceId/idValue";points=10`
fn missing_list(help: &Help) -> String {
    let mut list = String::new();
    for gap in help.missing.iter().take(FIELDS_IN_HEADER) {
        let comma = if list.is_empty() { "" } else { ", " };
        // Writing to a String cannot fail.
        write!(list, "{comma}\"{}\";points={}", gap.field, gap.points).unwrap_or_default();
    }
    list
}

async fn report_feedback(
    State(door): Shared,
    id: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let caller = match admit(&door, Approach::of(&request)).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    let actor = Actor::Account(caller.proved.account);
    // What is not a number names no report.
    let id = id.ok().and_then(|Path(id)| id.parse::<ReportId>().ok());
    let found = match id {
        Some(report) => door.station.report_feedback(actor, report).await,
        None => Err(IntakeRefusal::NoSuchReport.into()),
    };
    match found {
        Ok(feedback) => json(&feedback),
        Err(error) => failed(&door, &caller, &error).await,
    }
}

async fn sender_ledger(State(door): Shared, request: Request) -> Response {
    let caller = match admit(&door, Approach::of(&request)).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    match door.station.own_ledger(caller.proved.account).await {
        Ok(ledger) => json(&ledger),
        Err(error) => failed(&door, &caller, &error).await,
    }
}

/// The caller, if it is a sender that proved itself; otherwise the answer to give.
async fn admit(door: &IspwsDoor, approach: Approach) -> Result<Caller, Response> {
    match recognise(door, approach).await {
        Recognised::Caller(caller) if caller.proved.role == Role::Sender => Ok(caller),
        Recognised::Caller(_) => Err(private(Refusal::NotASender.problem().into_response())),
        Recognised::Nobody => {
            let mut response = private(Refusal::Unauthorised.problem().into_response());
            let headers = response.headers_mut();
            headers.insert(header::WWW_AUTHENTICATE, CHALLENGE);
            Err(response)
        }
        Recognised::Fault => Err(private(Problem::fault().into_response())),
    }
}

/// The answer to a call that was refused or failed. Whoever asks for what is not there waits longer
/// each time.
async fn failed(door: &IspwsDoor, caller: &Caller, error: &IntakeError) -> Response {
    let problem = match error {
        IntakeError::Refused(refusal) => {
            tracing::info!(account = %caller.proved.account, code = refusal.code(), "refused");
            let wait = door
                .slowdown
                .refused(caller.remote.ip(), door.station.now());
            tokio::time::sleep(wait).await;
            if *refusal == IntakeRefusal::NotFinished {
                Refusal::NotFinished.problem()
            } else {
                Problem::not_found()
            }
        }
        IntakeError::Fault(fault) => {
            tracing::error!(account = %caller.proved.account, code = fault.code(), "{fault}");
            Problem::fault()
        }
    };
    private(problem.into_response())
}

fn json(value: &impl Serialize) -> Response {
    // Structs of strings and numbers always serialise.
    let body = serde_json::to_string(value).unwrap_or_default();
    private(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// An answer that no cache keeps.
fn private(mut response: Response) -> Response {
    let kept = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, kept);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use triage::{FIELD_BYTES_MAX, Missing};

    fn help(fields: usize, field: &str) -> Help {
        let gap = Missing {
            field: field.to_owned(),
            rule: "a".to_owned(),
            points: 10,
            text: String::new(),
        };
        Help {
            completeness: 0,
            missing: vec![gap; fields],
            points_at_nobody: false,
            urgent: false,
        }
    }

    #[test]
    fn the_list_of_fields_is_a_structured_list() {
        assert_eq!(
            missing_list(&help(2, "a/b + c/@d")),
            "\"a/b + c/@d\";points=10, \"a/b + c/@d\";points=10"
        );
    }

    #[test]
    fn inv_10_the_header_names_five_fields_at_most() {
        for (fields, named) in [(0, 0), (4, 4), (5, 5), (6, 5)] {
            let list = missing_list(&help(fields, &"a".repeat(FIELD_BYTES_MAX)));
            assert_eq!(list.matches("points=").count(), named);
            assert!(HeaderValue::from_str(&list).is_ok());
        }
    }
}
