//! The CyberTipline-compatible door: seven calls under `/ispws`, answered as that protocol answers.

mod answer;
pub(crate) mod body;
mod gate;
mod upload;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use model::{Door, FileId, ReportId, limits};
use tokio::sync::Semaphore;

use crate::accounts::Doorkeeper;
use crate::intake::{IntakeError, IntakeRefusal, Origin};
use crate::slowdown::Slowdown;
use crate::station::Station;
use answer::{failed, failed_finish, success};
use wire::ispws::ReportResponse;

pub(crate) use gate::{Approach, CHALLENGE, Caller, Recognised, recognise};

/// What the door's calls share.
pub(crate) struct IspwsDoor {
    pub(crate) station: Station,
    pub(crate) doorkeeper: Arc<Doorkeeper>,
    pub(crate) slowdown: Slowdown,
    /// Uploads under way hold some MiB each; beyond [`UPLOADS_AT_ONCE`] they wait their turn.
    pub(crate) uploads: Semaphore,
}

/// Uploads received at a time.
pub(crate) const UPLOADS_AT_ONCE: usize = 128;

type Shared = State<Arc<IspwsDoor>>;

/// The routes of the door, to be nested under `/ispws`.
pub(crate) fn routes(door: Arc<IspwsDoor>) -> Router {
    Router::new()
        .route("/status", get(status))
        .route("/xsd", get(xsd))
        .route("/submit", post(submit))
        .route("/upload", post(upload::upload))
        .route("/fileinfo", post(fileinfo))
        .route("/finish", post(finish))
        .route("/retract", post(retract))
        .with_state(door)
}

async fn status(State(door): Shared, request: Request) -> Response {
    let caller = match gate::admit(&door, Approach::of(&request)).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    let name = match door
        .doorkeeper
        .name(&door.station, caller.proved.account)
        .await
    {
        Ok(name) => name.unwrap_or_default(),
        Err(error) => return failed(&door, &caller, error).await,
    };
    let description = format!("Remote User : {name}, Remote Ip : {}", caller.remote.ip());
    success(&ReportResponse::new(0, &description))
}

async fn xsd(State(door): Shared, request: Request) -> Response {
    match gate::admit(&door, Approach::of(&request)).await {
        Ok(_) => answer::xml(wire::ispws::xsd()),
        Err(response) => response,
    }
}

async fn submit(State(door): Shared, request: Request) -> Response {
    let caller = match gate::admit_sender(&door, Approach::of(&request)).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    let submitted = async {
        let document = body::read(request.into_body(), limits::DOCUMENT_BYTES_MAX).await?;
        let origin = Origin {
            door: Door::Ispws,
            source: None,
        };
        door.station.submit(caller.actor(), origin, &document).await
    };
    match submitted.await {
        Ok(submitted) => success(&ReportResponse::success(submitted.report)),
        Err(error) => failed(&door, &caller, error).await,
    }
}

async fn fileinfo(State(door): Shared, request: Request) -> Response {
    let caller = match gate::admit_sender(&door, Approach::of(&request)).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    let described = async {
        let document = body::read(request.into_body(), limits::DOCUMENT_BYTES_MAX).await?;
        door.station.describe(caller.actor(), &document).await
    };
    match described.await {
        Ok((report, file)) => success(&ReportResponse::success(report).with_file(file)),
        Err(error) => failed(&door, &caller, error).await,
    }
}

async fn finish(State(door): Shared, request: Request) -> Response {
    let caller = match gate::admit_sender(&door, Approach::of(&request)).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    let (asked, finished) = match form_id(request).await {
        Ok(id) => (Some(id), door.station.finish(caller.actor(), id).await),
        Err(error) => (None, Err(error)),
    };
    match (asked, finished) {
        (Some(id), Ok(finished)) => {
            let mut response = answer::finished(id, &finished.files);
            crate::api::tell(&mut response, id, &finished.help);
            response
        }
        (asked, Err(error)) => failed_finish(&door, &caller, error, asked).await,
        (None, Ok(_)) => answer::finished(ReportId::new(0), &[] as &[FileId]),
    }
}

async fn retract(State(door): Shared, request: Request) -> Response {
    let caller = match gate::admit_sender(&door, Approach::of(&request)).await {
        Ok(caller) => caller,
        Err(response) => return response,
    };
    let retracted = async {
        let id = form_id(request).await?;
        door.station.retract(caller.actor(), id).await?;
        Ok(id)
    };
    match retracted.await {
        Ok(id) => success(&ReportResponse::success(id)),
        Err(error) => failed(&door, &caller, error).await,
    }
}

/// The `id` field of a form, urlencoded or multipart.
async fn form_id(request: Request) -> Result<ReportId, IntakeError> {
    let id = body::form_field(request, "id").await?;
    id.parse().map_err(|_| bad_id().into())
}

fn bad_id() -> IntakeRefusal {
    IntakeRefusal::Request(
        "Invalid request: the field 'id' is missing or is not a report number".to_owned(),
    )
}

impl Caller {
    fn actor(&self) -> crate::intake::Actor {
        crate::intake::Actor::Account(self.proved.account)
    }
}
