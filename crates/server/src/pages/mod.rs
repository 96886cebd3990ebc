//! The console: server-rendered pages for staff, without scripts and without anything from
//! elsewhere.

mod case;
mod decide;
mod payments;
mod queue;
mod senders;
mod session;
mod storm;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use model::{Finding, Override, Score};

use crate::casefile::{QueueEntry, StormSummary};
use crate::problem::Problem;
use crate::station::Station;

pub use session::SignInLink;

/// Nothing but our own style sheet loads, nothing runs, nothing frames the console.
const CONTENT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What the pages share.
pub(crate) struct Console {
    pub(crate) station: Station,
}

/// The routes of the console.
pub(crate) fn routes(console: Arc<Console>) -> Router {
    Router::new()
        .route("/", get(queue::show))
        .route("/cases/{id}", get(case::show))
        .route("/cases/{id}/merge", post(decide::merge))
        .route("/cases/{id}/split", post(decide::split))
        .route("/cases/{id}/undo", post(decide::undo))
        .route("/cases/{id}/judge", post(decide::judge))
        .route("/storms/{id}", get(storm::show))
        .route("/senders", get(senders::show))
        .route("/sign-in", get(session::sign_in))
        .route("/sign-out", post(session::sign_out))
        .route("/assets/watchfire.css", get(style))
        .fallback(async || notice(StatusCode::NOT_FOUND, "Not found", "Nothing is here."))
        .layer(middleware::from_fn(guard))
        .with_state(console)
}

async fn style() -> Response {
    let kept = HeaderValue::from_static("max-age=3600");
    let kind = HeaderValue::from_static("text/css; charset=utf-8");
    let text = include_str!("../../assets/watchfire.css");
    (
        [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, kept)],
        text,
    )
        .into_response()
}

/// Sets the headers that keep pages private and closed.
async fn guard(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    };
    set(header::CONTENT_SECURITY_POLICY, CONTENT_POLICY);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "no-referrer");
    set(header::CACHE_CONTROL, "no-store");
    set(
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    );
    response
}

#[derive(Template)]
#[template(path = "notice.html")]
struct Notice<'a> {
    title: &'a str,
    text: &'a str,
}

/// A page that says one thing.
fn notice(status: StatusCode, title: &str, text: &str) -> Response {
    (status, page(&Notice { title, text })).into_response()
}

/// Renders a page.
fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page was not rendered");
            Problem::fault().into_response()
        }
    }
}

/// A queue entry as a page shows it.
struct ShownEntry {
    case: i64,
    danger: i64,
    actionability: i64,
    raised: Option<&'static str>,
    reasons: Vec<ShownReason>,
    more: usize,
    reports: i64,
    age: String,
    waiting: i64,
    storm: Option<StormSummary>,
}

/// A reason as a page shows it.
struct ShownReason {
    score: &'static str,
    points: i64,
    text: String,
    rule: String,
    version: String,
}

impl ShownEntry {
    /// The entry with its `reasons_max` weightiest reasons.
    fn of(mut entry: QueueEntry, reasons_max: usize) -> Self {
        entry
            .reasons
            .sort_by_key(|reason| (reason.score, -reason.points));
        let more = entry.reasons.len().saturating_sub(reasons_max);
        entry.reasons.truncate(reasons_max);
        Self {
            case: entry.case.number(),
            danger: entry.danger,
            actionability: entry.actionability,
            raised: entry.raised.map(Override::words),
            reasons: entry.reasons.into_iter().map(ShownReason::of).collect(),
            more,
            reports: entry.reports,
            age: age(entry.age_s),
            waiting: entry.waiting,
            storm: entry.storm,
        }
    }
}

impl ShownReason {
    fn of(finding: Finding) -> Self {
        let score = match finding.score {
            Score::Danger => "danger",
            Score::Actionability => "actionable",
        };
        Self {
            score,
            points: finding.points,
            text: finding.text,
            rule: finding.rule,
            version: finding.version,
        }
    }
}

/// An age in the largest unit that fits.
fn age(seconds: i64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_short() {
        let shown: Vec<_> = [0, 59, 60, 3599, 3600, 172_799, 172_800].map(age).into();
        assert_eq!(
            shown,
            ["0 s", "59 s", "1 min", "59 min", "1 h", "47 h", "2 d"]
        );
    }
}
