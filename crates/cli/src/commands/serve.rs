//! `watchfire serve` and `watchfire sign-in`: the running server and the way into its console.

use serde::Serialize;
use server::{Server, Station};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{config, open, open_or_create};
use crate::Verdict;
use crate::args::{Serve, SignIn};
use crate::failure::Failure;
use crate::output;

#[derive(Serialize)]
struct Listening<'a> {
    listen: String,
    console: &'a str,
    sign_in: &'a str,
}

pub(super) async fn run(args: Serve) -> Result<Verdict, Failure> {
    let mut listen = config(&args.place)?.listen;
    if let Some(asked) = args.listen {
        listen = asked;
    }
    let stop = StopRequests::listen()?;
    let station = open_or_create(&args.place).await?;
    let server = Server::bind(station.clone(), listen).await?;
    announce(&station, &server, args.json).await?;
    server.run(stop.first()).await;
    station.close().await?;
    Ok(Verdict::Done)
}

/// Prints where the server is and how to get into its console.
pub(super) async fn announce(
    station: &Station,
    server: &Server,
    json: bool,
) -> Result<(), Failure> {
    let address = server.address();
    let console = station
        .config()
        .console_url
        .clone()
        .unwrap_or_else(|| format!("http://{address}"));
    let link = station.sign_in_link(&console).await?;
    if json {
        let listening = Listening {
            listen: address.to_string(),
            console: &console,
            sign_in: link.url(),
        };
        return output::json(&listening);
    }
    output::say(&format!(
        "Listening on http://{address}; reports are taken at http://{address}/ispws"
    ))?;
    output::say("Sign in to the console once, within 15 minutes, with this link:")?;
    output::line(link.url())
}

/// The ways in which the operator or the system asks the server to stop. Made before anybody is
/// told that the server is there, so that no request to stop goes past it.
pub(super) struct StopRequests {
    interrupt: Signal,
    terminate: Signal,
}

impl StopRequests {
    pub(super) fn listen() -> Result<Self, Failure> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(Failure::Runtime)?,
            terminate: signal(SignalKind::terminate()).map_err(Failure::Runtime)?,
        })
    }

    /// Completes at the first request.
    pub(super) async fn first(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

pub(super) async fn sign_in(args: SignIn) -> Result<Verdict, Failure> {
    let station = open(&args.place).await?;
    let config = station.config();
    let console = config
        .console_url
        .clone()
        .unwrap_or_else(|| format!("http://{}", config.listen));
    let link = station.sign_in_link(&console).await?;
    station.close().await?;
    if args.json {
        output::json(&serde_json::json!({ "sign_in": link.url() }))?;
    } else {
        output::line(link.url())?;
    }
    Ok(Verdict::Done)
}
