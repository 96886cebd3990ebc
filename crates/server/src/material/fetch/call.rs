//! One request to a service and its answer, over TLS: with limits on size and time, without
//! following redirects, and so that no secret and no path of the service is told.

use std::fs;
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use model::Timestamp;
use serde::Deserialize;
use ureq::http::{Response, header};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, BodyReader};
use url::Url;
use wire::lists::Request;
use zeroize::Zeroizing;

use super::FetchLimits;
use super::credentials::{Credentials, Hidden};
use super::source::{ListSource, is_loopback};

/// The largest file of certificates, in bytes.
const CA_BYTES_MAX: u64 = 4 << 20;
/// The largest answer to a sign-in, in bytes.
const TOKEN_BYTES_MAX: u64 = 64 << 10;
/// How the program calls itself.
const USER_AGENT: &str = concat!("watchfire/", env!("CARGO_PKG_VERSION"));
/// Where Tech Against Terrorism gives out tokens.
const LOGIN_PATH: &str = "/token-auth/tcap/";

/// Why a service did not give what it was asked for. Names the service's host, never a path of it.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The certificates to trust cannot be read.
    #[error("cannot use the certificates in {path}: name a file of certificates in PEM")]
    Certificates {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// There are no certificates to trust.
    #[error(
        "this machine has no certificates to trust: install them (`apt install ca-certificates`), \
         or name a file with --ca"
    )]
    NoCertificates,
    /// The service cannot be reached.
    #[error(
        "cannot reach {host}: check the network, the proxy (HTTPS_PROXY), and the address of the \
         service; what was read is kept"
    )]
    Unreachable {
        /// The service's host.
        host: String,
        /// What the system said.
        #[source]
        source: Box<ureq::Error>,
    },
    /// The service did not prove who it is.
    #[error(
        "{host} did not prove that it is {host}: nothing was sent to it. Check the address; if the \
         house has an authority of its own, name its certificate with --ca"
    )]
    Untrusted {
        /// The service's host.
        host: String,
        /// What was wrong with the certificate.
        #[source]
        source: Box<ureq::Error>,
    },
    /// The answer took too long.
    #[error("{host} took too long to answer: try again later; what was read is kept")]
    TooSlow {
        /// The service's host.
        host: String,
    },
    /// The service asks to be left alone, or has failed.
    #[error("{host} answers {status}: {}; what was read is kept", again(*.seconds))]
    Busy {
        /// The service's host.
        host: String,
        /// The HTTP status.
        status: u16,
        /// How long it asks to be left alone, if it said so.
        seconds: Option<u64>,
    },
    /// The secrets are not those of the service.
    #[error(
        "{host} does not let us in (it answered {status}): check the secrets in the file of \
         --credentials, and that the service knows this machine's address"
    )]
    NotLetIn {
        /// The service's host.
        host: String,
        /// The HTTP status.
        status: u16,
    },
    /// The service names another address. Secrets go to none but the one that was set.
    #[error(
        "{host} sends us to {to}, where nothing was sent: if that is right, set it with `watchfire \
         list set --url`"
    )]
    Redirected {
        /// The service's host.
        host: String,
        /// The host that it names.
        to: String,
    },
    /// The service refuses for another reason.
    #[error("{host} answered {status}: check the base address that was set with --url")]
    Status {
        /// The service's host.
        host: String,
        /// The HTTP status.
        status: u16,
    },
    /// The answer is a web page, or another document.
    #[error(
        "{host} answered with {what} where its list has to be: check the base address, the secrets \
         and the proxy; nothing of it was taken"
    )]
    NotAPage {
        /// The service's host.
        host: String,
        /// What it seems to be.
        what: &'static str,
    },
    /// The answer does not end.
    #[error(
        "{host} answered with more than {bytes_max} bytes, which no page has: what came before is \
         kept; ask the service's keeper"
    )]
    TooLarge {
        /// The service's host.
        host: String,
        /// The limit.
        bytes_max: u64,
    },
}

fn again(seconds: Option<u64>) -> String {
    match seconds {
        Some(seconds) => format!("it asks to be asked again in {seconds} seconds"),
        None => "try again later".to_owned(),
    }
}

impl CallError {
    /// The stable code, explained in docs/errors.md.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Certificates { .. } => "fetch.certificates",
            Self::NoCertificates => "fetch.no-certificates",
            Self::Unreachable { .. } => "fetch.unreachable",
            Self::Untrusted { .. } => "fetch.untrusted",
            Self::TooSlow { .. } => "fetch.too-slow",
            Self::Busy { .. } => "fetch.busy",
            Self::NotLetIn { .. } => "fetch.not-let-in",
            Self::Redirected { .. } => "fetch.redirected",
            Self::Status { .. } => "fetch.status",
            Self::NotAPage { .. } => "fetch.not-a-page",
            Self::TooLarge { .. } => "fetch.too-large",
        }
    }

    /// Whether the same request may do better a little later.
    pub(super) const fn may_pass(&self) -> bool {
        matches!(
            self,
            Self::Unreachable { .. } | Self::TooSlow { .. } | Self::Busy { .. }
        )
    }

    /// For how many seconds the service asks to be left alone.
    pub(super) fn asks_for(&self) -> u64 {
        match self {
            Self::Busy { seconds, .. } => seconds.unwrap_or_default(),
            _ => 0,
        }
    }

    /// Whether the network or the service failed, and nothing that the caller said.
    pub(super) const fn is_elsewhere(&self) -> bool {
        self.may_pass() || matches!(self, Self::TooLarge { .. })
    }
}

/// The body of an answer.
pub(super) type Answer = BufReader<BodyReader<'static>>;

/// A service that is asked, with what it takes to be let in.
#[derive(Clone)]
pub(super) struct Service {
    agent: Agent,
    base: String,
    host: String,
    credentials: Credentials,
    token: Option<Hidden>,
    bytes_max: u64,
}

/// What came of asking once.
enum Asked {
    Answer(Answer),
    /// The token does no more.
    TokenOld(u16),
}

impl Service {
    /// A service under the limits of a fetch. Reads the certificates that are trusted.
    pub(super) fn new(
        source: &ListSource,
        credentials: Credentials,
        limits: &FetchLimits,
    ) -> Result<Self, CallError> {
        // Checked when it was set; one that reads no more is taken for one far away, over TLS.
        let url = Url::parse(&source.url).ok();
        let here = url.as_ref().is_some_and(is_loopback);
        let plain = url.as_ref().is_some_and(|url| url.scheme() == "http");
        let roots = if plain {
            Vec::new()
        } else {
            roots(source.ca.as_deref())?
        };
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&roots))
            .unversioned_rustls_crypto_provider(Arc::new(
                rustls::crypto::aws_lc_rs::default_provider(),
            ))
            .build();
        let span = |millis| Some(Duration::from_millis(millis));
        let config = Agent::config_builder()
            .tls_config(tls)
            .https_only(!plain)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(USER_AGENT)
            .timeout_resolve(span(limits.answer_millis_max))
            .timeout_connect(span(limits.answer_millis_max))
            .timeout_send_request(span(limits.answer_millis_max))
            .timeout_send_body(span(limits.answer_millis_max))
            .timeout_recv_response(span(limits.answer_millis_max))
            .timeout_per_read(span(limits.answer_millis_max))
            .timeout_recv_body(span(limits.page_millis_max));
        // What is on this machine is not asked for through a proxy.
        let config = if here { config.proxy(None) } else { config };
        let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
        Ok(Self {
            agent: config.build().new_agent(),
            base: source.url.clone(),
            host: host.to_owned(),
            credentials,
            token: None,
            bytes_max: limits.page_bytes_max,
        })
    }

    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// Asks for a path once. Waits for the answer's beginning; call it where that may be done.
    pub(super) fn get(&mut self, path: &str, now: Timestamp) -> Result<Answer, CallError> {
        let fresh = self.token.is_none();
        if fresh && matches!(self.credentials, Credentials::Login { .. }) {
            self.token = Some(self.sign_in(now)?);
        }
        match self.get_once(path, now)? {
            Asked::Answer(answer) => return Ok(answer),
            Asked::TokenOld(status) if fresh => return Err(self.not_let_in(status)),
            Asked::TokenOld(_) => {}
        }
        self.token = Some(self.sign_in(now)?);
        match self.get_once(path, now)? {
            Asked::Answer(answer) => Ok(answer),
            Asked::TokenOld(status) => Err(self.not_let_in(status)),
        }
    }

    fn get_once(&self, path: &str, now: Timestamp) -> Result<Asked, CallError> {
        let response = self.call(&Request::get(path.to_owned()))?;
        if response.status() == 401 && matches!(self.credentials, Credentials::Login { .. }) {
            return Ok(Asked::TokenOld(401));
        }
        let response = self.checked(response, now)?;
        self.page(response).map(Asked::Answer)
    }

    /// Makes a request of a service that needs no token, once. Waits for the answer's beginning;
    /// call it where that may be done.
    pub(super) fn tell(&self, request: &Request, now: Timestamp) -> Result<Answer, CallError> {
        let response = self.call(request)?;
        // It was taken, and there is nothing more to say or to fetch.
        let response = match response.status().as_u16() {
            201..=204 => response,
            _ => self.checked(response, now)?,
        };
        self.page(response)
    }

    fn call(&self, request: &Request) -> Result<Response<Body>, CallError> {
        let uri = format!("{}{}", self.base, request.path);
        let mut call = ureq::http::Request::builder()
            .method(request.method)
            .uri(uri);
        match &self.credentials {
            Credentials::Basic(value) => {
                call = call.header(header::AUTHORIZATION, value.expose());
            }
            Credentials::Keys {
                functions,
                subscription,
            } => {
                call = call
                    .header("x-functions-key", functions.expose())
                    .header("Ocp-Apim-Subscription-Key", subscription.expose());
            }
            Credentials::Login { .. } => {
                let token = self.token.as_ref().map_or("", Hidden::expose);
                let value = Zeroizing::new(format!("Bearer {token}"));
                call = call.header(header::AUTHORIZATION, value.as_str());
            }
        }
        if let Some(content_type) = request.content_type {
            call = call.header(header::CONTENT_TYPE, content_type);
        }
        let answer = match &request.body {
            Some(body) => call
                .body(body.as_str())
                .map_err(ureq::Error::from)
                .and_then(|call| self.agent.run(call)),
            None => call
                .body(())
                .map_err(ureq::Error::from)
                .and_then(|call| self.agent.run(call)),
        };
        answer.map_err(|error| self.failed(error))
    }

    /// Gets a token for a name and a password.
    fn sign_in(&self, now: Timestamp) -> Result<Hidden, CallError> {
        #[derive(Deserialize)]
        struct Given {
            token: String,
        }
        let Credentials::Login { user, password } = &self.credentials else {
            return Err(self.not_let_in(401));
        };
        let form = [
            ("username", user.expose()),
            ("password", password.expose()),
            ("resend", "False"),
        ];
        let request = self.agent.post(format!("{}{LOGIN_PATH}", self.base));
        let response = request
            .send_form(form)
            .map_err(|error| self.failed(error))?;
        if response.status() == 400 {
            return Err(self.not_let_in(400));
        }
        let response = self.checked(response, now)?;
        let body = response.into_body().into_with_config();
        let mut text = Zeroizing::new(Vec::new());
        body.limit(TOKEN_BYTES_MAX)
            .reader()
            .read_to_end(&mut text)
            .map_err(|error| self.failed(error.into()))?;
        let given: Given =
            serde_json::from_slice(&text).map_err(|_| self.not_a_page("no token"))?;
        let token = Hidden::new(given.token);
        if token.expose().is_empty() || !token.expose().bytes().all(|it| it.is_ascii_graphic()) {
            return Err(self.not_a_page("no token"));
        }
        Ok(token)
    }

    /// Whether the answer's status says that it has what was asked for.
    fn checked(
        &self,
        response: Response<Body>,
        now: Timestamp,
    ) -> Result<Response<Body>, CallError> {
        let host = self.host.clone();
        let status = response.status().as_u16();
        match status {
            200 => Ok(response),
            300..=399 => Err(CallError::Redirected {
                host,
                to: self.named_in(&response),
            }),
            401 | 403 => Err(self.not_let_in(status)),
            408 | 425 | 429 | 500 | 502..=504 => Err(CallError::Busy {
                host,
                status,
                seconds: retry_after(&response, now),
            }),
            _ => Err(CallError::Status { host, status }),
        }
    }

    /// The host that a redirect names.
    fn named_in(&self, response: &Response<Body>) -> String {
        let location = response.headers().get(header::LOCATION);
        let location = location.and_then(|value| value.to_str().ok());
        let base = Url::parse(&self.base).ok();
        let to = location.and_then(|text| match &base {
            Some(base) => base.join(text).ok(),
            None => Url::parse(text).ok(),
        });
        let host = to.as_ref().and_then(Url::host_str);
        host.map_or("an address that is none".to_owned(), str::to_owned)
    }

    /// The body of an answer, if it may be a page.
    fn page(&self, response: Response<Body>) -> Result<Answer, CallError> {
        let mime = response.body().mime_type().unwrap_or_default();
        if mime.contains("html") {
            return Err(self.not_a_page("a web page"));
        }
        let body = response.into_body().into_with_config();
        let mut answer = BufReader::with_capacity(1 << 16, body.limit(self.bytes_max).reader());
        let head = answer
            .fill_buf()
            .map_err(|error| self.failed(error.into()))?;
        let head = head.get(..256).unwrap_or(head).trim_ascii_start();
        let head = head.to_ascii_lowercase();
        if head.starts_with(b"<!doctype html") || head.starts_with(b"<html") {
            return Err(self.not_a_page("a web page"));
        }
        Ok(answer)
    }

    pub(super) fn not_a_page(&self, what: &'static str) -> CallError {
        let host = self.host.clone();
        CallError::NotAPage { host, what }
    }

    fn not_let_in(&self, status: u16) -> CallError {
        let host = self.host.clone();
        CallError::NotLetIn { host, status }
    }

    /// What failed, when a request or a body did.
    pub(super) fn failed(&self, error: ureq::Error) -> CallError {
        let host = self.host.clone();
        match error {
            ureq::Error::Timeout(_) => CallError::TooSlow { host },
            ureq::Error::BodyExceedsLimit(_) => CallError::TooLarge {
                host,
                bytes_max: self.bytes_max,
            },
            error if is_about_trust(&error) => CallError::Untrusted {
                host,
                source: Box::new(error),
            },
            error => CallError::Unreachable {
                host,
                source: Box::new(error),
            },
        }
    }
}

fn is_about_trust(error: &ureq::Error) -> bool {
    let of_tls = |error: &rustls::Error| {
        matches!(
            error,
            rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented
        )
    };
    match error {
        ureq::Error::Rustls(error) => of_tls(error),
        ureq::Error::Tls(_) => true,
        ureq::Error::Io(error) => error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<rustls::Error>())
            .is_some_and(of_tls),
        _ => false,
    }
}

/// How many seconds the service asks to be left alone: a number, or a date.
fn retry_after(response: &Response<Body>, now: Timestamp) -> Option<u64> {
    let text = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    seconds_of(text.trim(), now)
}

fn seconds_of(text: &str, now: Timestamp) -> Option<u64> {
    if !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit()) {
        return Some(text.parse().unwrap_or(u64::MAX));
    }
    let at = httpdate::parse_http_date(text).ok()?;
    let at = at.duration_since(std::time::UNIX_EPOCH).ok()?;
    let now = Duration::from_millis(u64::try_from(now.millis()).unwrap_or_default());
    let left = at.saturating_sub(now);
    Some(left.as_secs() + u64::from(left.subsec_nanos() > 0))
}

/// The certificates that are trusted: the system's, and those of a file.
fn roots(ca: Option<&Path>) -> Result<Vec<Certificate<'static>>, CallError> {
    let system = rustls_native_certs::load_native_certs().certs;
    let mut roots: Vec<_> = system
        .iter()
        .map(|root| Certificate::from_der(root).to_owned())
        .collect();
    if let Some(path) = ca {
        roots.extend(read_ca(path)?);
    }
    if roots.is_empty() {
        return Err(CallError::NoCertificates);
    }
    Ok(roots)
}

fn read_ca(path: &Path) -> Result<Vec<Certificate<'static>>, CallError> {
    let unusable = |source| CallError::Certificates {
        path: path.to_owned(),
        source,
    };
    let invalid = |why: &str| unusable(io::Error::new(io::ErrorKind::InvalidData, why.to_owned()));
    if !fs::metadata(path).map_err(unusable)?.is_file() {
        return Err(invalid("it is not a plain file"));
    }
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(unusable)?;
    file.take(CA_BYTES_MAX + 1)
        .read_to_end(&mut bytes)
        .map_err(unusable)?;
    if bytes.len() as u64 > CA_BYTES_MAX {
        return Err(invalid("it is absurdly long"));
    }
    let mut found = Vec::new();
    for item in parse_pem(&bytes) {
        match item {
            Ok(PemItem::Certificate(certificate)) => found.push(certificate),
            Ok(_) => {}
            Err(_) => return Err(invalid("it is not PEM")),
        }
    }
    if found.is_empty() {
        return Err(invalid("it has no certificate"));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_says_how_long_in_seconds_or_by_a_date() {
        let now = Timestamp::parse("2026-01-02T03:04:05.5Z").unwrap();
        for (text, seconds) in [
            ("0", Some(0)),
            ("17", Some(17)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("Fri, 02 Jan 2026 03:04:35 GMT", Some(30)),
            ("Fri, 02 Jan 2026 03:04:05 GMT", Some(0)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("", None),
            ("-1", None),
            ("soon", None),
        ] {
            assert_eq!(seconds_of(text, now), seconds, "{text}");
        }
    }

    #[test]
    fn a_file_of_certificates_has_some() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |bytes: &[u8]| {
            let path = folder.path().join("ca.pem");
            fs::write(&path, bytes).unwrap();
            let refused = read_ca(&path).unwrap_err();
            assert_eq!(refused.code(), "fetch.certificates");
            assert!(refused.to_string().contains("ca.pem"));
        };
        refused(b"");
        refused(b"words");
        refused(b"-----BEGIN CERTIFICATE-----\n####\n-----END CERTIFICATE-----\n");
        refused(b"-----BEGIN CERTIFICATE-----\nAAAA\n");
        let gone = read_ca(&folder.path().join("gone")).unwrap_err();
        assert_eq!(gone.code(), "fetch.certificates");
        assert!(read_ca(folder.path()).is_err());
    }
}
