//! Signing in by a one-time link, and the cookie that follows.

use std::sync::Arc;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use model::{CustodyEvent, Deed};
use serde::Deserialize;
use store::{Blind, SessionKind, SessionRow, StoreFault};

use super::{Console, notice};
use crate::intake::{Actor, Operation};
use crate::problem::Problem;
use crate::station::Station;

/// A sign-in link is good this long.
const LINK_MILLIS: i64 = 15 * 60 * 1000;
/// A session ends after this long.
const SESSION_SECONDS: i64 = 8 * 3600;
/// The cookie's name.
const COOKIE: &str = "watchfire-session";

/// A link that signs its opener in, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInLink(String);

impl SignInLink {
    /// The whole URL.
    pub fn url(&self) -> &str {
        &self.0
    }
}

impl Station {
    /// Makes a one-time sign-in link for the console at `base_url` (`http://127.0.0.1:8420`).
    pub async fn sign_in_link(&self, base_url: &str) -> Result<SignInLink, StoreFault> {
        let token = vault::secret::token(self.core().entropy.as_ref());
        self.keep_session(&token, SessionKind::SignInLink, LINK_MILLIS)
            .await?;
        Ok(SignInLink(format!(
            "{}/sign-in?token={token}",
            base_url.trim_end_matches('/')
        )))
    }

    async fn keep_session(
        &self,
        token: &str,
        kind: SessionKind,
        millis: i64,
    ) -> Result<(), StoreFault> {
        let row = SessionRow {
            token: Blind(vault::secret::token_digest(token)),
            kind,
            account: None,
            who: None,
            expires: self.now().plus_millis(millis),
            used: None,
        };
        let mut tx = self.core().store.begin("keep_session").await?;
        tx.delete_expired_sessions(self.now()).await?;
        tx.insert_sessions(&[row]).await?;
        tx.commit().await
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Offered {
    #[serde(default)]
    token: String,
}

pub(super) async fn sign_in(
    State(console): State<Arc<Console>>,
    Query(offered): Query<Offered>,
) -> Response {
    match exchange(&console.station, &offered.token).await {
        Ok(Some(session)) => {
            let cookie = format!(
                "{COOKIE}={session}; Path=/; HttpOnly; SameSite=Strict; Max-Age={SESSION_SECONDS}"
            );
            with_cookie(Redirect::to("/").into_response(), &cookie)
        }
        Ok(None) => notice(
            StatusCode::FORBIDDEN,
            "Sign in",
            "Open the one-time sign-in link that the program printed when it started. A link works \
             once and for 15 minutes; `watchfire sign-in --data DIR` prints a new one.",
        ),
        Err(response) => response,
    }
}

/// Turns a live link into a session, once. The signing-in is logged before the session is given.
async fn exchange(station: &Station, token: &str) -> Result<Option<String>, Response> {
    let fault = |error: &dyn std::fmt::Display| {
        tracing::error!(%error, "signing in failed");
        Problem::fault().into_response()
    };
    let digest = Blind(vault::secret::token_digest(token));
    if !use_link(station, digest)
        .await
        .map_err(|error| fault(&error))?
    {
        return Ok(None);
    }
    let event = CustodyEvent::new(station.now(), Deed::SignedIn, Actor::Operator.to_string());
    station
        .commit(Operation::Record(event))
        .await
        .map_err(|error| fault(&error))?;
    let session = vault::secret::token(station.core().entropy.as_ref());
    station
        .keep_session(&session, SessionKind::Session, SESSION_SECONDS * 1000)
        .await
        .map_err(|error| fault(&error))?;
    Ok(Some(session))
}

async fn use_link(station: &Station, digest: Blind) -> Result<bool, StoreFault> {
    let mut tx = station.core().store.begin("use_link").await?;
    let used = tx.use_link(digest, station.now()).await?;
    tx.commit().await?;
    Ok(used.is_some())
}

async fn end_session(station: &Station, digest: Blind) -> Result<(), StoreFault> {
    let mut tx = station.core().store.begin("end_session").await?;
    tx.delete_session(digest).await?;
    tx.commit().await
}

pub(super) async fn sign_out(State(console): State<Arc<Console>>, headers: HeaderMap) -> Response {
    if let Some(token) = cookie(&headers) {
        let digest = Blind(vault::secret::token_digest(token));
        if let Err(error) = end_session(&console.station, digest).await {
            tracing::error!(%error, "a session was not ended");
            return Problem::fault().into_response();
        }
    }
    let gone = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    with_cookie(Redirect::to("/").into_response(), &gone)
}

/// Who is signed in; otherwise the answer to give.
pub(super) async fn signed_in(console: &Console, headers: &HeaderMap) -> Result<Actor, Response> {
    let station = &console.station;
    if let Some(token) = cookie(headers) {
        let digest = Blind(vault::secret::token_digest(token));
        match station.core().store.session(digest).await {
            Ok(Some(row)) if row.kind == SessionKind::Session && station.now() < row.expires => {
                return Ok(Actor::Operator);
            }
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "a session was not read");
                return Err(Problem::fault().into_response());
            }
        }
    }
    Err(notice(
        StatusCode::UNAUTHORIZED,
        "Sign in",
        "Open the one-time sign-in link that the program printed when it started. A link works \
         once \
         and for 15 minutes; `watchfire sign-in --data DIR` prints a new one.",
    ))
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(header::COOKIE).iter();
    cookies
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == COOKIE).then_some(value))
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    // Names, digits and URL-safe letters only: always a header value.
    if let Ok(value) = HeaderValue::from_str(cookie) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}
