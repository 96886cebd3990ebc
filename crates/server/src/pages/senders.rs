//! The page of senders: completeness, duplicates, outcomes and trend.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use triage::ledger::{MissingField, TREND_WEEKS};

use super::session::signed_in;
use super::{Console, page};
use crate::feedback::SenderLedger;
use crate::problem::Problem;

/// Fields shown of each sender.
const FIELDS_SHOWN: usize = 3;

#[derive(Template)]
#[template(path = "senders.html")]
struct SendersPage {
    weeks: i64,
    senders: Vec<ShownSender>,
}

struct ShownSender {
    name: String,
    reports: i64,
    completeness: String,
    trend: String,
    duplicates: String,
    points_at_nobody: i64,
    urgent: i64,
    outcomes: String,
    missing: Vec<MissingField>,
}

pub(super) async fn show(State(console): State<Arc<Console>>, headers: HeaderMap) -> Response {
    if let Err(response) = signed_in(&console, &headers).await {
        return response;
    }
    match console.station.ledgers().await {
        Ok(ledgers) => page(&SendersPage {
            weeks: TREND_WEEKS,
            senders: ledgers.into_iter().map(ShownSender::of).collect(),
        }),
        Err(error) => {
            tracing::error!(%error, "the senders were not read");
            Problem::fault().into_response()
        }
    }
}

impl ShownSender {
    fn of(ledger: SenderLedger) -> Self {
        let recent = ledger.summary.recent;
        let percent = |share: Option<i64>| share.map_or("–".to_owned(), |of| format!("{of} %"));
        let trend = ledger.summary.trend;
        let change = trend.completeness.map(|points| format!(" ({points:+})"));
        let outcomes = recent.outcomes.iter();
        let outcomes =
            outcomes.map(|(outcome, times)| format!("{times} {}", words(outcome.name())));
        let mut missing = recent.missing;
        missing.truncate(FIELDS_SHOWN);
        Self {
            name: ledger.sender.unwrap_or_default(),
            reports: recent.reports,
            completeness: percent(recent.completeness),
            trend: format!("{}{}", trend.direction.name(), change.unwrap_or_default()),
            duplicates: percent(recent.duplicate_percent),
            points_at_nobody: recent.points_at_nobody,
            urgent: recent.urgent,
            outcomes: outcomes.collect::<Vec<_>>().join(", "),
            missing,
        }
    }
}

/// A code as people read it.
fn words(code: &str) -> String {
    code.replace('_', " ")
}
