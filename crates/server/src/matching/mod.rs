//! The doors that answer "is this known?": our own, and two that clients of other systems know, so
//! that they move by changing a URL.

mod hma;
mod own;
mod screen;
mod shield;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use model::Role;
use multer::Multipart;
use serde::Serialize;

use crate::intake::{Actor, IntakeError, IntakeRefusal};
use crate::ispws::body::{boundary, malformed, read, too_many_parts};
use crate::ispws::{Approach, CHALLENGE, IspwsDoor, Recognised, recognise};
use crate::material::Sees;
use crate::problem::Problem;

/// The largest file that is compared without a report, in bytes.
pub(crate) const MATCHED_BYTES_MAX: usize = 64 << 20;
/// The largest document of hashes, in bytes.
const DOCUMENT_BYTES_MAX: usize = 1 << 20;
/// Hashes that one call asks about at most.
const HASHES_MAX: usize = 1_000;

/// The routes of all three doors.
pub(crate) fn routes(door: Arc<IspwsDoor>) -> Router {
    Router::new()
        .merge(own::routes())
        .merge(screen::routes())
        .merge(hma::routes())
        .merge(shield::routes())
        .with_state(door)
}

/// Who asks, and which lists it may know of.
#[derive(Clone, Copy)]
struct Asker {
    actor: Actor,
    sees: Sees,
}

impl Asker {
    const fn who(self) -> (Actor, Sees) {
        (self.actor, self.sees)
    }
}

/// Why a question is not answered.
enum Declined {
    /// Nobody that is known asks.
    Nobody,
    /// What the caller has to change.
    Request(String),
    /// The server failed.
    Fault,
}

impl Declined {
    const fn code(&self) -> &'static str {
        match self {
            Self::Nobody => "api.unauthorised",
            Self::Request(_) => "match.request",
            Self::Fault => "http.fault",
        }
    }

    fn response(self) -> Response {
        let code = self.code();
        match self {
            Self::Nobody => {
                let problem = Problem::new(
                    StatusCode::UNAUTHORIZED,
                    code,
                    "Name and secret are missing or wrong: send them as HTTP Basic.",
                );
                let mut response = private(problem.into_response());
                let headers = response.headers_mut();
                headers.insert(header::WWW_AUTHENTICATE, CHALLENGE);
                response
            }
            Self::Request(what) => {
                let problem = Problem::new(StatusCode::BAD_REQUEST, code, what);
                private(problem.into_response())
            }
            Self::Fault => private(Problem::fault().into_response()),
        }
    }
}

/// The asker, if it proved itself.
async fn admit(door: &IspwsDoor, approach: Approach) -> Result<Asker, Declined> {
    match recognise(door, approach).await {
        Recognised::Caller(caller) => Ok(Asker {
            actor: Actor::Account(caller.proved.account),
            sees: if caller.proved.role == Role::Sender {
                Sees::Shared
            } else {
                Sees::Every
            },
        }),
        Recognised::Nobody => Err(Declined::Nobody),
        Recognised::Fault => Err(Declined::Fault),
    }
}

/// The body of a call, whole.
async fn body(body: Body, bytes_max: usize) -> Result<Bytes, Declined> {
    read(body, bytes_max).await.map_err(|error| failed(&error))
}

/// The one file of a multipart body: its field's name and its bytes.
async fn file(request: Request) -> Result<(String, Bytes), Declined> {
    let Some(boundary) = boundary(&request) else {
        return Err(refused("Send the file as multipart/form-data."));
    };
    let bytes = body(request.into_body(), MATCHED_BYTES_MAX).await?;
    let stream = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes)]);
    let mut multipart = Multipart::new(stream, boundary);
    let broken = |error: multer::Error| failed(&malformed(&error).into());
    let mut found = None;
    let mut parts = 0;
    while let Some(field) = multipart.next_field().await.map_err(broken)? {
        parts += 1;
        if parts > model::limits::MULTIPART_PARTS_MAX {
            return Err(failed(&too_many_parts().into()));
        }
        let name = field.name().unwrap_or_default().to_owned();
        let content = field.bytes().await.map_err(broken)?;
        if found.replace((name, content)).is_some() {
            return Err(refused("Send one file in a call."));
        }
    }
    found.ok_or_else(|| refused("Send the file as multipart/form-data."))
}

fn refused(what: impl Into<String>) -> Declined {
    Declined::Request(what.into())
}

fn failed(error: &IntakeError) -> Declined {
    match error {
        IntakeError::Refused(IntakeRefusal::Request(text) | IntakeRefusal::FileBody(text)) => {
            refused(text.clone())
        }
        IntakeError::Refused(refusal) => refused(refusal.to_string()),
        IntakeError::Fault(fault) => {
            tracing::error!(code = fault.code(), "{fault}");
            Declined::Fault
        }
    }
}

/// The answer, or why there is none.
fn settle(answer: Result<Response, Declined>) -> Response {
    answer.unwrap_or_else(Declined::response)
}

fn json(value: &impl Serialize) -> Response {
    // Structs of strings and numbers always serialise.
    let body = serde_json::to_string(value).unwrap_or_default();
    private(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// An answer that no cache keeps: it tells what is in lists.
fn private(mut response: Response) -> Response {
    let kept = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, kept);
    response
}
