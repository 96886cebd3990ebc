//! `POST /api/v1/match`: a file, or hashes as JSON, and every match in full.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header;
use axum::response::Response;
use axum::routing::post;
use model::MaterialHash;
use serde::{Deserialize, Serialize};

use super::{
    DOCUMENT_BYTES_MAX, Declined, HASHES_MAX, MATCHED_BYTES_MAX, admit, body, failed, json,
    refused, settle,
};
use crate::ispws::{Approach, IspwsDoor};
use crate::material::{Comparison, Hashed};

pub(super) fn routes() -> Router<Arc<IspwsDoor>> {
    Router::new().route("/api/v1/match", post(matched))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    hashes: Vec<HashAsked>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HashAsked {
    kind: String,
    value: String,
}

#[derive(Serialize)]
struct OfHashes {
    answers: Vec<Comparison>,
}

#[derive(Serialize)]
struct OfFile {
    #[serde(flatten)]
    hashed: Hashed,
    #[serde(rename = "type", skip_serializing_if = "String::is_empty")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_looked: Option<String>,
    #[serde(flatten)]
    answer: Comparison,
}

async fn matched(State(door): State<Arc<IspwsDoor>>, request: Request) -> Response {
    settle(answer(&door, request).await)
}

async fn answer(door: &IspwsDoor, request: Request) -> Result<Response, Declined> {
    let asker = admit(door, Approach::of(&request)).await?;
    let station = &door.station;
    if is_json(&request) {
        let document = body(request.into_body(), DOCUMENT_BYTES_MAX).await?;
        let hashes = hashes(&document)?;
        let answers = station.match_hashes_for(asker.who(), &hashes).await;
        let answers = answers.map_err(|error| failed(&error))?;
        return Ok(json(&OfHashes { answers }));
    }
    let bytes = body(request.into_body(), MATCHED_BYTES_MAX).await?;
    let hashed = station.hash_bytes(&bytes).await;
    let answer = station.match_hashed(asker.who(), &hashed).await;
    Ok(json(&OfFile {
        kind: hashed.look.kind.clone(),
        not_looked: hashed.look.not_looked.clone(),
        answer: answer.map_err(|error| failed(&error))?,
        hashed,
    }))
}

fn is_json(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE);
    kind.and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"))
}

fn hashes(document: &[u8]) -> Result<Vec<MaterialHash>, Declined> {
    let question: Question = serde_json::from_slice(document).map_err(|error| {
        refused(format!(
            "Line {}: this is not {{\"hashes\": [{{\"kind\": …, \"value\": …}}]}}.",
            error.line()
        ))
    })?;
    if question.hashes.is_empty() || question.hashes.len() > HASHES_MAX {
        return Err(refused(format!("Ask about 1 to {HASHES_MAX} hashes.")));
    }
    (1..)
        .zip(question.hashes)
        .map(|(number, asked)| {
            MaterialHash::parse(&asked.kind, &asked.value)
                .map_err(|error| refused(format!("Hash {number}: {error}.")))
        })
        .collect()
}
