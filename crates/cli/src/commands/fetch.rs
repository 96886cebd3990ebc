//! `watchfire list fetch`: what changed in lists, from the services that keep them.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use server::{Actor, FetchError, FetchLimits, FetchProgress, Fetched, Station};

use super::open;
use crate::Verdict;
use crate::args::Place;
use crate::failure::Failure;
use crate::output;

pub(super) async fn run(
    names: Vec<String>,
    all: bool,
    anew: bool,
    place: &Place,
    json: bool,
) -> Result<Verdict, Failure> {
    let station = open(place).await?;
    let fetched = fetch(&station, names, all, anew, json).await;
    station.close().await?;
    fetched
}

/// Fetches one list after the other. One that breaks off stops none of the others.
async fn fetch(
    station: &Station,
    names: Vec<String>,
    all: bool,
    anew: bool,
    json: bool,
) -> Result<Verdict, Failure> {
    let names = if all {
        with_source(station).await?
    } else {
        names
    };
    let mut worst: Option<FetchError> = None;
    let mut verdict = Verdict::Done;
    for name in &names {
        let bar = spinner();
        let told = bar.clone();
        let limits = FetchLimits::default();
        let step = move |seen: FetchProgress| told.set_message(words(seen));
        let fetched = station
            .fetch_list(Actor::Operator, name, anew, &limits, step)
            .await;
        bar.finish_and_clear();
        let failure = match fetched {
            Ok(mut fetched) => {
                let failure = fetched.failure.take();
                report(&fetched, json)?;
                if fetched.imported.quarantined > 0 {
                    verdict = Verdict::SomeRefused;
                }
                failure
            }
            Err(error) => Some(error),
        };
        if let Some(failure) = failure {
            // The last one is said at the end; whatever the machine failed in counts for more.
            let graver = match worst {
                Some(before) if before.is_elsewhere() || !failure.is_elsewhere() => {
                    output::complain(&Failure::Fetch(failure));
                    before
                }
                Some(before) => {
                    output::complain(&Failure::Fetch(before));
                    failure
                }
                None => failure,
            };
            worst = Some(graver);
        }
    }
    match worst {
        Some(error) => Err(error.into()),
        None => Ok(verdict),
    }
}

async fn with_source(station: &Station) -> Result<Vec<String>, Failure> {
    let lists = station.lists().await?.into_iter();
    let with = lists.filter(|list| list.source.is_some());
    Ok(with.map(|list| list.name).collect())
}

fn report(fetched: &Fetched, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(fetched);
    }
    let imported = &fetched.imported;
    for why in &imported.set_aside {
        output::say(&format!("{}: {why}", fetched.list))?;
    }
    output::line(&format!(
        "{}: {} pages; {} entries put, {} removed, {} unchanged, {} set aside; {} reports looked \
         at anew",
        fetched.list,
        fetched.pages,
        imported.put,
        imported.removed,
        imported.unchanged,
        imported.quarantined,
        imported.reopened
    ))
}

fn words(seen: FetchProgress) -> String {
    let (pages, entries) = (seen.pages, seen.entries);
    match seen.waits_millis {
        0 => format!("{pages} pages, {entries} entries"),
        waits => format!(
            "{pages} pages, {entries} entries; the service is asked again in {} s",
            waits.div_ceil(1000)
        ),
    }
}

fn spinner() -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.enable_steady_tick(Duration::from_millis(200));
    match ProgressStyle::with_template("{spinner} {msg}  {elapsed}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
