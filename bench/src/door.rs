//! The whole way over HTTP on loopback: submit, one 100 KB upload, fileinfo, finish, from many
//! connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use model::Clock as _;
use server::sender::Sender;
use world::{PictureSize, World, WorldFile, WorldReport};

use crate::failure::Failure;
use crate::figure::{per, print, print_times};
use crate::place::Place;
use crate::program::{self, Serving, Usage};
use crate::stopwatch::Stopwatch;

const BENCH: &str = "door";
const SENDER: &str = "bench";
const FILE_BYTES: usize = 100_000;
/// Reports made beforehand for each second; a faster server would run out of them and the run end
/// early.
const REPORTS_PER_SECOND_MAX: usize = 2_000;
const CALLS: [&str; 4] = ["submit", "upload", "fileinfo", "finish"];

pub(crate) fn run(place: &Place, connections: usize, seconds: u64) -> Result<(), Failure> {
    let secret = program::add_sender(place, SENDER)?;
    let load = Arc::new(Load::new(seconds)?);
    let serving = Serving::start(place)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::Runtime)?;
    let door = Door {
        address: serving.address,
        secret,
    };
    // One report alone first: the account is proved, and the connection to the database is warm.
    runtime.block_on(drive(&load, &door, 1, Duration::ZERO))?;
    let before = serving.usage()?;
    let own_before = Usage::of(std::process::id())?;
    let watch = Stopwatch::start();
    let limit = Duration::from_secs(seconds);
    let mut times = runtime.block_on(drive(&load, &door, connections, limit))?;
    let wall_seconds = watch.seconds();
    let after = serving.usage()?;
    let own_after = Usage::of(std::process::id())?;
    let sent = times[0].len();
    print(BENCH, "reports", per(sent, wall_seconds), "1/s", sent)?;
    for (call, millis) in CALLS.iter().zip(&mut times) {
        print_times(BENCH, call, millis)?;
    }
    let cpu_ms = (after.cpu_seconds - before.cpu_seconds) * 1000.0 / per(sent, 1.0);
    print(
        BENCH,
        "processor of the server per report",
        cpu_ms,
        "ms",
        sent,
    )?;
    let own_ms = (own_after.cpu_seconds - own_before.cpu_seconds) * 1000.0 / per(sent, 1.0);
    print(
        BENCH,
        "processor of the generator per report",
        own_ms,
        "ms",
        sent,
    )?;
    print(BENCH, "resident at most", after.rss_peak_mb, "MB", 1)?;
    serving.stop()?;
    program::verify_log(place)
}

/// Reports made beforehand, so that making them costs the server nothing while it is measured.
struct Load {
    reports: Vec<WorldReport>,
    /// What a report without a file of its own says of the one it gets.
    details: WorldFile,
    picture: Vec<u8>,
    next: AtomicUsize,
}

impl Load {
    fn new(seconds: u64) -> Result<Self, Failure> {
        let count = usize::try_from(seconds).unwrap_or(1).max(1) * REPORTS_PER_SECOND_MAX;
        let now = vault::SystemClock.now();
        let world = World::new(1, count, now).with_pictures(PictureSize::Empty);
        let reports: Vec<_> = world.reports().collect();
        let picture = vec![0x5a; FILE_BYTES];
        let details = reports.iter().flat_map(|report| &report.files).next();
        let details = details.cloned().ok_or(Failure::Generator)?;
        Ok(Self {
            reports,
            details,
            picture,
            next: AtomicUsize::new(0),
        })
    }

    fn next(&self) -> Option<(usize, &WorldReport)> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.reports.get(number).map(|report| (number, report))
    }
}

struct Door {
    address: SocketAddr,
    secret: String,
}

/// Milliseconds of each call, in the order of [`CALLS`].
type Times = [Vec<f64>; 4];

/// Sends from `connections` connections for `limit`; a report that was begun is finished.
async fn drive(
    load: &Arc<Load>,
    door: &Door,
    connections: usize,
    limit: Duration,
) -> Result<Times, Failure> {
    let mut senders = Vec::with_capacity(connections);
    for _ in 0..connections {
        senders.push(Sender::connect(door.address, SENDER, &door.secret).await?);
    }
    let watch = Stopwatch::start();
    let mut running = tokio::task::JoinSet::new();
    for mut sender in senders {
        let load = load.clone();
        running.spawn(async move {
            let mut times = Times::default();
            let mut picture = load.picture.clone();
            while let Some((number, report)) = load.next() {
                // A few bytes make it another picture, wherever it is looked at.
                for part in picture.chunks_mut(FILE_BYTES / 8) {
                    part[..8].copy_from_slice(&number.to_le_bytes());
                }
                send(&mut sender, report, &load.details, &picture, &mut times).await?;
                if watch.elapsed() >= limit {
                    break;
                }
            }
            Ok::<_, Failure>(times)
        });
    }
    let mut times = Times::default();
    while let Some(ended) = running.join_next().await {
        let ended = ended.map_err(|_| Failure::Generator)??;
        for (all, own) in times.iter_mut().zip(ended) {
            all.extend(own);
        }
    }
    Ok(times)
}

/// One report, as a platform sends it.
async fn send(
    sender: &mut Sender,
    report: &WorldReport,
    details: &WorldFile,
    picture: &[u8],
    times: &mut Times,
) -> Result<(), Failure> {
    let file = report.files.first().unwrap_or(details);
    let watch = Stopwatch::start();
    let id = sender.submit(&report.xml).await?;
    times[0].push(watch.millis());
    let watch = Stopwatch::start();
    let token = sender
        .upload(id, &file.name, file.media_type, picture)
        .await?;
    times[1].push(watch.millis());
    let xml = file.details_xml(id.number(), &token.to_string());
    let watch = Stopwatch::start();
    sender.describe(&xml).await?;
    times[2].push(watch.millis());
    let watch = Stopwatch::start();
    sender.finish(id).await?;
    times[3].push(watch.millis());
    Ok(())
}
