//! The page of one storm: every report of it, with where it came from.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use model::StormId;

use super::session::signed_in;
use super::{Console, notice, page};
use crate::problem::Problem;
use crate::stormfile::StormFile;

/// Reports of a storm that its page lists; the command line lists all.
const MEMBERS_SHOWN_MAX: usize = 2_000;

#[derive(Template)]
#[template(path = "storm.html")]
struct StormPage {
    file: StormFile,
    more: usize,
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
    let found = match id.parse::<StormId>() {
        Ok(id) => console.station.storm(actor, id).await,
        Err(_) => Ok(None),
    };
    match found {
        Ok(Some(mut file)) => {
            let more = file.members.len().saturating_sub(MEMBERS_SHOWN_MAX);
            file.members.truncate(MEMBERS_SHOWN_MAX);
            page(&StormPage { file, more })
        }
        Ok(None) => notice(
            StatusCode::NOT_FOUND,
            "Not found",
            "There is no such storm.",
        ),
        Err(error) => {
            tracing::error!(%error, "a storm was not read");
            Problem::fault().into_response()
        }
    }
}
