//! The queue page.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use model::{CaseId, Override};
use serde::Deserialize;
use store::QueueCursor;

use super::session::signed_in;
use super::{Console, ShownEntry, notice, page};
use crate::problem::Problem;

/// Cases on a page.
const CASES_PER_PAGE: usize = 50;
/// Reasons shown of each case.
const REASONS_SHOWN: usize = 4;

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "queue.html")]
struct QueuePage {
    entries: Vec<ShownEntry>,
    first_page: bool,
    next: Option<String>,
}

pub(super) async fn show(
    State(console): State<Arc<Console>>,
    Query(asked): Query<Asked>,
    headers: HeaderMap,
) -> Response {
    if let Err(response) = signed_in(&console, &headers).await {
        return response;
    }
    let after = asked.after.as_deref().map(read_cursor);
    if after == Some(None) {
        let text = "This page of the queue does not exist. Go back to the start of the queue.";
        return notice(StatusCode::BAD_REQUEST, "Not a page", text);
    }
    let after = after.flatten();
    match console.station.queue(after.as_ref(), CASES_PER_PAGE).await {
        Ok(found) => page(&QueuePage {
            entries: found
                .entries
                .into_iter()
                .map(|entry| ShownEntry::of(entry, REASONS_SHOWN))
                .collect(),
            first_page: after.is_none(),
            next: found.next.as_ref().map(print_cursor),
        }),
        Err(error) => {
            tracing::error!(%error, "the queue was not read");
            Problem::fault().into_response()
        }
    }
}

/// A place in the queue as numbers: override's standing, urgency, actionability, case.
fn print_cursor(cursor: &QueueCursor) -> String {
    let standing = Override::standing(cursor.raised);
    let QueueCursor {
        urgency,
        actionability,
        case,
        ..
    } = cursor;
    format!("{standing}.{urgency}.{actionability}.{case}")
}

fn read_cursor(text: &str) -> Option<QueueCursor> {
    let numbers = text.split('.').map(|part| part.parse::<i64>().ok());
    let numbers: Vec<i64> = numbers.collect::<Option<_>>()?;
    let [standing, urgency, actionability, case] = numbers[..] else {
        return None;
    };
    Some(QueueCursor {
        raised: Override::of_standing(standing),
        urgency,
        actionability,
        case: CaseId::new(case),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_the_queue_survives_its_url() {
        let text = "4.-1767323045000.20.17";
        assert_eq!(print_cursor(&read_cursor(text).unwrap()), text);
        for junk in [
            "",
            "1",
            "1.2.3",
            "1.2.3.4.5",
            "a.2.3.4",
            "1.2.3.99999999999999999999",
        ] {
            assert!(read_cursor(junk).is_none(), "{junk}");
        }
    }
}
