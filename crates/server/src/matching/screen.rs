//! `POST /api/v1/screen`: transfers before they are released, and the reasons to look first.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use serde::{Deserialize, Serialize};

use super::{DOCUMENT_BYTES_MAX, Declined, HASHES_MAX, admit, body, failed, json, refused, settle};
use crate::ispws::{Approach, IspwsDoor};
use crate::payments::{ScreenedTransfer, TransferAsked};

pub(super) fn routes() -> Router<Arc<IspwsDoor>> {
    Router::new().route("/api/v1/screen", post(screen))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    transfers: Vec<TransferAsked>,
}

#[derive(Serialize)]
struct Screened {
    answers: Vec<ScreenedTransfer>,
}

async fn screen(State(door): State<Arc<IspwsDoor>>, request: Request) -> Response {
    settle(answer(&door, request).await)
}

async fn answer(door: &IspwsDoor, request: Request) -> Result<Response, Declined> {
    admit(door, Approach::of(&request)).await?;
    let document = body(request.into_body(), DOCUMENT_BYTES_MAX).await?;
    let question: Question = serde_json::from_slice(&document).map_err(|error| {
        refused(format!(
            "Line {}, column {}: this is not {{\"transfers\": [{{\"id\": …, \"time\": …}}]}}.",
            error.line(),
            error.column()
        ))
    })?;
    if question.transfers.is_empty() || question.transfers.len() > HASHES_MAX {
        return Err(refused(format!("Send 1 to {HASHES_MAX} transfers.")));
    }
    let answers = door.station.screen_transfers(&question.transfers);
    let answers = answers.await.map_err(|error| failed(&error))?;
    Ok(json(&Screened { answers }))
}
