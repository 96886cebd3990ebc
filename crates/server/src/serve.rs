//! The running server: both doors on one address, the sweep of open reports, an orderly end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::{self, Next};
use axum::response::Response;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::accounts::Doorkeeper;
use crate::calendar;
use crate::intake::Actor;
use crate::ispws::{self, IspwsDoor};
use crate::listen::listen;
use crate::material::watch_sources;
use crate::pages::{self, Console};
use crate::slowdown::Slowdown;
use crate::station::Station;
use crate::{api, matching};

/// Open reports past their time, and what a kill left of uploads, are looked for this often. A call
/// on an open report notices by itself.
const SWEEP_SECONDS: u64 = 60;
/// Names a request in answers and in the operator's log.
const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");

/// Why the server does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address is taken or not ours.
    #[error("cannot listen on {address}: another program may use it; choose another with --listen")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

impl ServeError {
    /// The stable code, explained in docs/errors.md.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Listen { .. } => "serve.listen",
        }
    }
}

/// A server that holds its address and is about to serve.
pub struct Server {
    station: Station,
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Takes the address. Port 0 takes any free one.
    pub async fn bind(station: Station, address: SocketAddr) -> Result<Self, ServeError> {
        let refused = |source| ServeError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Self {
            station,
            listener,
            address,
        })
    }

    /// The address that was taken.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` completes; requests under way then end, and the log is published.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let sweep = tokio::spawn(sweep(self.station.clone()));
        let watch = tokio::spawn(calendar::watch(self.station.clone()));
        let fetch = tokio::spawn(watch_sources(self.station.clone()));
        listen(self.listener, router(&self.station), stop).await;
        sweep.abort();
        watch.abort();
        fetch.abort();
        if let Err(error) = self.station.publish_log().await {
            tracing::error!(code = error.code(), %error, "the log was not published at the end");
        }
    }
}

fn router(station: &Station) -> Router {
    let door = Arc::new(IspwsDoor {
        station: station.clone(),
        doorkeeper: Arc::new(Doorkeeper::new(station)),
        slowdown: Slowdown::default(),
        uploads: Semaphore::new(ispws::UPLOADS_AT_ONCE),
    });
    let console = Arc::new(Console {
        station: station.clone(),
    });
    let named = station.clone();
    Router::new()
        .nest("/ispws", ispws::routes(door.clone()))
        .nest("/api/v1", api::routes(door.clone()))
        .merge(matching::routes(door))
        .merge(pages::routes(console))
        .layer(middleware::from_fn(move |request: Request, next: Next| {
            let station = named.clone();
            async move { name_request(&station, request, next).await }
        }))
}

async fn name_request(station: &Station, request: Request, next: Next) -> Response {
    let mut name = [0; 8];
    station.core().entropy.fill(&mut name);
    let name = model::hex(&name);
    let mut response = next.run(request).await;
    if let Ok(value) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

async fn sweep(station: Station) {
    let mut every = tokio::time::interval(Duration::from_secs(SWEEP_SECONDS));
    loop {
        every.tick().await;
        match station.expire_due().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "open reports expired"),
            Err(error) => tracing::error!(%error, "the sweep of open reports failed"),
        }
        match station.match_held(Actor::Clock).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "reports have files that lists now know"),
            Err(error) => tracing::error!(%error, "what is held was not compared with new entries"),
        }
        match station.sweep_blobs().await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "unfinished uploads were removed"),
            Err(error) => tracing::error!(code = error.code(), %error, "the sweep of blobs failed"),
        }
    }
}
