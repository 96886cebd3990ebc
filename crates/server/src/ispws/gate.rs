//! Who may call: HTTP Basic on every call, an empty 401 for all others.

use std::net::SocketAddr;

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Role;

use super::IspwsDoor;
use super::answer::failed;
use crate::accounts::Proved;
use crate::intake::{IntakeError, IntakeRefusal};
use crate::listen::Remote;

/// The challenge that the protocol's clients know.
pub(crate) const CHALLENGE: HeaderValue =
    HeaderValue::from_static("Basic realm=\"ESP Web Services\"");

/// A caller that proved itself.
#[derive(Clone, Copy)]
pub(crate) struct Caller {
    pub(crate) proved: Proved,
    pub(crate) remote: SocketAddr,
}

/// Who a request turned out to be from.
pub(crate) enum Recognised {
    /// An account that proved itself.
    Caller(Caller),
    /// Nobody that is known; the answer was held back for as long as guessing has to take.
    Nobody,
    /// It could not be found out; the operator's log says why.
    Fault,
}

/// Who a request says it is from.
pub(crate) struct Approach {
    credentials: Option<(String, String)>,
    remote: SocketAddr,
}

impl Approach {
    pub(crate) fn of(request: &Request) -> Self {
        let unknown = SocketAddr::from(([0, 0, 0, 0], 0));
        Self {
            credentials: request
                .headers()
                .get(header::AUTHORIZATION)
                .and_then(read_basic),
            remote: request
                .extensions()
                .get::<Remote>()
                .map_or(unknown, |remote| remote.0),
        }
    }
}

/// The caller, if its name and secret are right; otherwise the answer to give.
pub(super) async fn admit(door: &IspwsDoor, approach: Approach) -> Result<Caller, Response> {
    match recognise(door, approach).await {
        Recognised::Caller(caller) => Ok(caller),
        Recognised::Fault => Err(StatusCode::SERVICE_UNAVAILABLE.into_response()),
        Recognised::Nobody => Err((
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, CHALLENGE)],
        )
            .into_response()),
    }
}

/// Finds out who calls.
pub(crate) async fn recognise(door: &IspwsDoor, approach: Approach) -> Recognised {
    let Approach {
        credentials,
        remote,
    } = approach;
    let proved = match &credentials {
        None => None,
        Some((name, secret)) => match door.doorkeeper.prove(&door.station, name, secret).await {
            Ok(proved) => proved,
            Err(fault) => {
                tracing::error!(code = fault.code(), "{fault}");
                return Recognised::Fault;
            }
        },
    };
    if let Some(proved) = proved {
        return Recognised::Caller(Caller { proved, remote });
    }
    let wait = door.slowdown.refused(remote.ip(), door.station.now());
    tokio::time::sleep(wait).await;
    Recognised::Nobody
}

/// The caller, if it is also a sender.
pub(super) async fn admit_sender(door: &IspwsDoor, approach: Approach) -> Result<Caller, Response> {
    let caller = admit(door, approach).await?;
    if caller.proved.role == Role::Sender {
        return Ok(caller);
    }
    let refusal = IntakeError::Refused(IntakeRefusal::NotASender);
    Err(failed(door, &caller, refusal).await)
}

/// Name and secret of a Basic authorization header (RFC 7617).
fn read_basic(value: &HeaderValue) -> Option<(String, String)> {
    let text = value.to_str().ok()?;
    let (scheme, encoded) = text.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD.decode(encoded.trim()).ok()?;
    let (name, secret) = str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((name.to_owned(), secret.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_read_and_junk_is_not() {
        let read = |text: &str| read_basic(&HeaderValue::from_str(text).unwrap());
        assert_eq!(
            read("Basic YTpiOmM="),
            Some(("a".to_owned(), "b:c".to_owned()))
        );
        assert_eq!(read("basic  YTpi"), Some(("a".to_owned(), "b".to_owned())));
        for junk in [
            "",
            "Basic",
            "Basic ",
            "Basic !",
            "Bearer YTpi",
            "Basic YWI=",
            "Basic /w==",
        ] {
            assert_eq!(read(junk), None, "{junk}");
        }
    }
}
