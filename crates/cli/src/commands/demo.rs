//! `watchfire demo`: the main job on a synthetic world, through the real door.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use futures_util::{TryStreamExt as _, stream};
use model::{Clock as _, Role};
use server::sender::{SendError, Sender};
use server::{Config, IfMissing, Server, Station};
use tokio::sync::oneshot;
use world::{World, WorldReport};

use super::report::progress;
use super::serve::{StopRequests, announce};
use super::{queue, simulate, with_cage};
use crate::Verdict;
use crate::args::Demo;
use crate::failure::Failure;
use crate::output;

/// Connections that the demo sends over.
const CONNECTIONS: usize = 16;
/// Cases shown.
const SHOWN: usize = 10;

pub(super) async fn run(args: Demo) -> Result<Verdict, Failure> {
    let (data, _removed_at_end) = data_dir(args.data.as_deref())?;
    let station = Station::open(with_cage(Config::embedded(&data))?, IfMissing::Create).await?;
    let (account, secret) = station.add_account("demo-platform", Role::Sender).await?;
    let server = Server::bind(station.clone(), args.listen).await?;
    let address = server.address();
    announce_world(args.reports, args.seed, address)?;
    if !args.no_serve {
        announce(&station, &server, false).await?;
    }
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(server.run(async {
        // A dropped sender means the same as a message: the demo has ended.
        stopped.await.unwrap_or_default();
    }));
    send_world(&args, address, &account.name, secret.expose()).await?;
    output::say("The top of the queue:")?;
    queue::print_top(&station, SHOWN, args.json).await?;
    if !args.no_serve {
        // Not earlier: until here Ctrl-C simply ends the program.
        let asked = StopRequests::listen()?;
        output::say("Serving until Ctrl-C.")?;
        asked.first().await;
    }
    drop(stop);
    if serving.await.is_err() {
        tracing::error!("the demo's server ended early");
    }
    station.close().await?;
    Ok(Verdict::Done)
}

/// The directory of the demo's data, and the guard that removes a temporary one.
fn data_dir(named: Option<&Path>) -> Result<(PathBuf, Option<tempfile::TempDir>), Failure> {
    if let Some(data) = named {
        simulate::expect_empty(data)?;
        return Ok((data.to_owned(), None));
    }
    let temporary = tempfile::Builder::new()
        .prefix("watchfire-demo-")
        .tempdir()
        .map_err(|source| Failure::Write {
            path: std::env::temp_dir(),
            source,
        })?;
    Ok((temporary.path().to_owned(), Some(temporary)))
}

fn announce_world(reports: u32, seed: u64, address: SocketAddr) -> Result<(), Failure> {
    output::say(&format!(
        "A synthetic world of {reports} reports (seed {seed}) is sent to http://{address}/ispws. \
         Nobody in it exists."
    ))
}

/// Sends every report of the world through the door, over several connections.
async fn send_world(
    args: &Demo,
    address: SocketAddr,
    name: &str,
    secret: &str,
) -> Result<(), Failure> {
    let count = usize::try_from(args.reports).unwrap_or(usize::MAX);
    let world = World::new(args.seed, count, vault::SystemClock.now());
    let bar = progress(count);
    let mut senders = Vec::with_capacity(CONNECTIONS);
    for _ in 0..CONNECTIONS {
        senders.push(Sender::connect(address, name, secret).await?);
    }
    let mut reports = world.reports();
    // Each connection takes a share of a bounded round, so that memory holds a few reports at a
    // time.
    loop {
        let round: Vec<WorldReport> = reports.by_ref().take(CONNECTIONS).collect();
        if round.is_empty() {
            break;
        }
        stream::iter(senders.iter_mut().zip(&round).map(Ok::<_, SendError>))
            .map_ok(|(sender, report)| send(sender, report))
            .try_buffer_unordered(CONNECTIONS)
            .try_for_each(|()| {
                bar.inc(1);
                std::future::ready(Ok(()))
            })
            .await?;
    }
    bar.finish_and_clear();
    Ok(())
}

/// Sends one report as a platform does: submit, upload, fileinfo, finish.
async fn send(sender: &mut Sender, report: &WorldReport) -> Result<(), SendError> {
    let id = sender.submit(&report.xml).await?;
    for file in &report.files {
        let token = sender
            .upload(id, &file.name, file.media_type, &file.bytes)
            .await?;
        sender
            .describe(&file.details_xml(id.number(), &token.to_string()))
            .await?;
    }
    sender.finish(id).await?;
    Ok(())
}
