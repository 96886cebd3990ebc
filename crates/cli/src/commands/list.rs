//! `watchfire list`: the lists of known material.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader};
use std::path::Path;

use indicatif::{ProgressBar, ProgressStyle};
use model::{ListPurpose, MatchId};
use serde::Serialize;
use server::{
    Actor, ImportProgress, Imported, IntakeError, ListSettings, ListSummary, MatchState,
    SourceSettings, SourceSummary, Station,
};
use wire::lists::{DETECT_BYTES, Format, detect};

use super::{open, open_or_create};
use crate::Verdict;
use crate::args::{FetchedFrom, List, Place, Service, Terms};
use crate::failure::Failure;
use crate::output;

/// How far a list is trusted unless said.
const TRUST_DEFAULT: u8 = 50;
/// The largest distance of a near match unless said.
const RADIUS_DEFAULT: u8 = 31;

#[derive(Serialize)]
struct Judged {
    #[serde(rename = "match")]
    number: MatchId,
    state: &'static str,
}

pub(super) async fn run(args: List) -> Result<Verdict, Failure> {
    match args {
        List::Add { .. } => add(args).await,
        List::Set { .. } => set(args).await,
        List::Show { place, json } => show(&place, json).await,
        List::Import {
            name,
            file,
            format,
            place,
            json,
        } => import(&name, &file, format.as_deref(), &place, json).await,
        List::Fetch {
            names,
            all,
            anew,
            place,
            json,
        } => super::fetch::run(names, all, anew, &place, json).await,
        List::Export {
            name,
            format,
            model,
            place,
        } => super::export::run(&name, &format, model, &place).await,
        List::Feedback(args) => super::feedback::run(args).await,
        List::Confirm {
            number,
            place,
            json,
        } => judge(number, MatchState::Confirmed, &place, json).await,
        List::Reject {
            number,
            place,
            json,
        } => judge(number, MatchState::Rejected, &place, json).await,
        List::Release { entry, place } => {
            let station = open(&place).await?;
            let released = station.release_entry(Actor::Operator, entry).await;
            station.close().await?;
            released?;
            output::line(&format!("entry {entry} matches again"))?;
            Ok(Verdict::Done)
        }
        List::Shred {
            name,
            really,
            place,
            json,
        } => shred(&name, &really, &place, json).await,
    }
}

async fn add(args: List) -> Result<Verdict, Failure> {
    let List::Add {
        name,
        purpose,
        owner,
        compartment,
        terms,
        place,
        json,
    } = args
    else {
        return Ok(Verdict::No);
    };
    let settings = new_settings(purpose, owner, compartment, &terms);
    let station = open_or_create(&place).await?;
    let added = station.add_list(Actor::Operator, &name, &settings).await;
    station.close().await?;
    print(&added?, json)
}

async fn set(args: List) -> Result<Verdict, Failure> {
    let List::Set {
        name,
        terms,
        source,
        on,
        off,
        place,
        json,
    } = args
    else {
        return Ok(Verdict::No);
    };
    let station = open(&place).await?;
    let now = station.now();
    let change = |settings: &mut ListSettings| {
        apply(&terms, settings);
        if on {
            settings.until = None;
            settings.from = settings.from.filter(|from| *from <= now);
        } else if off {
            settings.until = Some(now);
            settings.from = settings.from.filter(|from| *from < now);
        }
    };
    // What may be refused comes first, so that all of it is set or nothing.
    let set = match set_source(&station, &name, source).await {
        Ok(()) => station.set_list(Actor::Operator, &name, change).await,
        Err(refused) => Err(refused),
    };
    station.close().await?;
    print(&set?, json)
}

/// Says where a list is fetched from, if anything was said of it.
async fn set_source(station: &Station, name: &str, source: FetchedFrom) -> Result<(), IntakeError> {
    let settings = SourceSettings {
        service: match source.source {
            Some(Service::None) => {
                station.forget_list_source(Actor::Operator, name).await?;
                return Ok(());
            }
            Some(Service::Of(service)) => Some(service),
            None => None,
        },
        url: source.url,
        credentials: source.credentials,
        ca: source.ca,
        every: source.every.map(|every| every.0),
        feedback: source.feedback,
        reason: source.reason,
    };
    if settings != SourceSettings::default() {
        let set = station.set_list_source(Actor::Operator, name, settings);
        set.await?;
    }
    Ok(())
}

async fn shred(name: &str, really: &str, place: &Place, json: bool) -> Result<Verdict, Failure> {
    if name != really {
        output::say("the two names differ: write the list's name twice, so that it is meant")?;
        return Ok(Verdict::SomeRefused);
    }
    let station = open(place).await?;
    let shredded = station.shred_list(Actor::Operator, name).await;
    station.close().await?;
    print(&shredded?, json)
}

fn new_settings(
    purpose: ListPurpose,
    owner: String,
    compartment: String,
    terms: &Terms,
) -> ListSettings {
    let mut settings = ListSettings {
        owner,
        compartment,
        purpose,
        trust: TRUST_DEFAULT,
        radius: Some(RADIUS_DEFAULT),
        from: None,
        until: None,
    };
    apply(terms, &mut settings);
    settings
}

fn apply(terms: &Terms, settings: &mut ListSettings) {
    if terms.exact {
        settings.radius = None;
    }
    settings.radius = terms.radius.or(settings.radius);
    settings.trust = terms.trust.unwrap_or(settings.trust);
    settings.from = terms.from.or(settings.from);
    settings.until = terms.until.or(settings.until);
}

async fn show(place: &Place, json: bool) -> Result<Verdict, Failure> {
    let station = open(place).await?;
    let lists = station.lists().await;
    station.close().await?;
    for list in lists? {
        print(&list, json)?;
    }
    Ok(Verdict::Done)
}

fn print(list: &ListSummary, json: bool) -> Result<Verdict, Failure> {
    if json {
        output::json(list)?;
        return Ok(Verdict::Done);
    }
    let radius = match list.radius {
        None => "exact matches alone".to_owned(),
        Some(radius) => format!("near matches up to {radius} bits"),
    };
    output::line(&format!(
        "{}  {}, {}  kept by {}  {} entries  {radius}  trust {}",
        list.name,
        list.purpose.name(),
        if list.on { "on" } else { "off" },
        list.owner,
        list.entries,
        list.trust
    ))?;
    if let Some(source) = &list.source {
        output::line(&format!("  {}", fetched_from(source)))?;
    }
    for entry in &list.held_back {
        output::line(&format!(
            "  entry {entry} matched so many files that a person has to look first: \
             `watchfire list release {entry}`"
        ))?;
    }
    Ok(Verdict::Done)
}

fn fetched_from(summary: &SourceSummary) -> String {
    let source = &summary.source;
    let every = match source.every {
        None => "when told".to_owned(),
        Some(every) => format!("every {every}"),
    };
    let done = match summary.done {
        None => "never yet to its end".to_owned(),
        Some(done) => format!("last to its end at {done}"),
    };
    let failure = match &summary.failure {
        None => String::new(),
        Some(code) => format!("; the last one broke off: {code}"),
    };
    let (service, url) = (source.service.name(), &source.url);
    let feedback = if source.feedback {
        ", told what is made of its matches"
    } else {
        ""
    };
    format!("fetched from {service} at {url}, {every}{feedback}, {done}{failure}")
}

async fn judge(
    number: MatchId,
    state: MatchState,
    place: &Place,
    json: bool,
) -> Result<Verdict, Failure> {
    let station = open(place).await?;
    let judged = station.judge_match(Actor::Operator, number, state).await;
    station.close().await?;
    judged?;
    let state = state.name();
    if json {
        output::json(&Judged { number, state })?;
    } else {
        output::line(&format!("match {number} is {state}"))?;
    }
    Ok(Verdict::Done)
}

async fn import(
    name: &str,
    file: &Path,
    format: Option<&str>,
    place: &Place,
    json: bool,
) -> Result<Verdict, Failure> {
    let unreadable = |source| Failure::Read {
        path: file.to_owned(),
        source,
    };
    let (source, size_bytes) = source(file).map_err(unreadable)?;
    let mut source = BufReader::with_capacity(1 << 20, source);
    let seen = match format {
        Some(name) => format_of(name),
        None => detect(head(&mut source).map_err(unreadable)?),
    };
    let Some(format) = seen else {
        output::say(&format!(
            "{}: no known format is recognised by its first bytes: name it with --format",
            file.display()
        ))?;
        return Ok(Verdict::SomeRefused);
    };
    let station = open(place).await?;
    let bar = progress(size_bytes);
    let source = bar.wrap_read(source);
    let told = bar.clone();
    let step = move |seen: ImportProgress| told.set_message(format!("{} entries", seen.entries));
    let imported = import_from(&station, name, format, source, step).await;
    bar.finish_and_clear();
    station.close().await?;
    report(file, &imported?, json)
}

async fn import_from(
    station: &Station,
    name: &str,
    format: Format,
    source: impl io::Read + Send + 'static,
    step: impl Fn(ImportProgress),
) -> Result<Imported, Failure> {
    let source = BufReader::with_capacity(1 << 20, source);
    Ok(station
        .import_list(Actor::Operator, name, format, source, step)
        .await?)
}

fn report(file: &Path, imported: &Imported, json: bool) -> Result<Verdict, Failure> {
    if json {
        output::json(imported)?;
    } else {
        for why in &imported.set_aside {
            output::say(&format!("{}: {why}", file.display()))?;
        }
        if let Some(broken) = &imported.broken {
            output::say(&format!("{}: {broken}", file.display()))?;
        }
        output::line(&format!(
            "{} entries put, {} removed, {} unchanged, {} set aside; {} reports looked at anew",
            imported.put,
            imported.removed,
            imported.unchanged,
            imported.quarantined,
            imported.reopened
        ))?;
    }
    Ok(if imported.broken.is_some() || imported.quarantined > 0 {
        Verdict::SomeRefused
    } else {
        Verdict::Done
    })
}

/// The source of a list, and its size where that is known.
fn source(file: &Path) -> io::Result<(Box<dyn io::Read + Send>, u64)> {
    if file.as_os_str() == "-" {
        return Ok((Box::new(io::stdin()), 0));
    }
    let opened = File::open(file)?;
    let size_bytes = opened.metadata()?.len();
    Ok((Box::new(opened), size_bytes))
}

/// The first bytes, which stay to be read.
fn head<R: io::Read>(source: &mut BufReader<R>) -> io::Result<&[u8]> {
    let filled = source.fill_buf()?;
    Ok(filled.get(..DETECT_BYTES).unwrap_or(filled))
}

fn format_of(name: &str) -> Option<Format> {
    Some(match name {
        "ncmec" => Format::Ncmec,
        "vics" => Format::Vics,
        "icse" => Format::Icse,
        "stopncii" => Format::StopNcii,
        "tat" => Format::Tat,
        "csv" => Format::Csv,
        "hashes" => Format::Hashes { pdq: false },
        "pdq-hashes" => Format::Hashes { pdq: true },
        _ => return None,
    })
}

fn progress(size_bytes: u64) -> ProgressBar {
    let bar = ProgressBar::new(size_bytes);
    let style = "{wide_bar} {bytes}/{total_bytes}  {msg}  {eta} left";
    match ProgressStyle::with_template(style) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
