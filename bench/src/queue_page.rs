//! The queue page of the console over many reports.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use model::{Clock as _, Door};
use server::{Actor, IfMissing, Origin, Station};
use world::{PictureSize, World, WorldReport};

use crate::failure::Failure;
use crate::figure::{per, print, print_times};
use crate::http::Connection;
use crate::place::Place;
use crate::program::Serving;
use crate::stopwatch::Stopwatch;

const BENCH: &str = "queue-page";
/// Reports under way at a time while loading.
const UNDER_WAY: usize = 512;
/// Pages asked for.
const PAGES: usize = 2_000;

pub(crate) fn run(place: &Place, reports: usize) -> Result<(), Failure> {
    if !place.data().join("keys").exists() {
        load(place, reports)?;
    }
    let serving = Serving::start(place)?;
    let mut connection = Connection::open(serving.address)?;
    let link = serving.sign_in.split_once("/sign-in?");
    let (_, token) = link.ok_or(Failure::Unexpected {
        what: "watchfire serve",
    })?;
    let signed_in = connection
        .get(&format!("/sign-in?{token}"), "")?
        .expect(303, "a sign-in link")?;
    let cookie = signed_in
        .header("set-cookie")
        .and_then(|cookie| cookie.split(';').next());
    let cookie = format!("Cookie: {}\r\n", cookie.unwrap_or_default());
    let mut millis = Vec::with_capacity(PAGES);
    for _ in 0..PAGES {
        let watch = Stopwatch::start();
        let page = connection.get("/", &cookie)?;
        millis.push(watch.millis());
        page.expect(200, "the queue page")?;
    }
    print_times(BENCH, "page", &mut millis)?;
    serving.stop()
}

/// Loads the world's reports through the same intake as every door, but within this process.
fn load(place: &Place, reports: usize) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(Failure::Runtime)?;
    let world = World::new(1, reports, vault::SystemClock.now()).with_pictures(PictureSize::Empty);
    let watch = Stopwatch::start();
    runtime.block_on(async {
        let station = Station::open(place.config(), IfMissing::Create).await?;
        stream::iter(world.reports())
            .map(|report| {
                let station = station.clone();
                let taken = tokio::spawn(async move { take(&station, &report).await });
                async move { taken.await.map_err(|_| Failure::Generator)? }
            })
            .buffer_unordered(UNDER_WAY)
            .try_collect::<()>()
            .await?;
        Ok::<_, Failure>(station.close().await?)
    })?;
    let seconds = watch.seconds();
    print(BENCH, "loaded", per(reports, seconds), "1/s", reports)
}

async fn take(station: &Station, report: &WorldReport) -> Result<(), Failure> {
    let origin = Origin {
        door: Door::CommandLine,
        source: Some(&report.name),
    };
    let document = report.xml.as_bytes();
    let number = station.number_report().await?;
    station
        .submit_whole(Actor::Operator, origin, number, document, &report.report)
        .await?;
    Ok(())
}
