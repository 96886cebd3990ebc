//! Identifiers in free text: precision and recall of each kind on planted truth, and megabytes a
//! second of one core.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use link::{Hit, IdentifierRules, extract};
use serde::Deserialize;

use crate::failure::Failure;
use crate::figure::print;
use crate::place::Place;
use crate::planted::{self, Planted};
use crate::venv;

const BENCH: &str = "identifiers";
/// How often the whole text is searched; the fastest pass counts.
const PASSES: usize = 3;
/// How much of the text the peers read, in bytes: they take minutes for a megabyte.
const PEER_BYTES: usize = 100_000;
/// The script that runs the peers.
const PEERS: &str = include_str!("../peers/identifiers.py");
/// What the peers need from the package index; the first forgets to say that it needs the third.
const PACKAGES: [&str; 3] = ["iocextract==1.16.1", "ioc-finder==9.4.1", "requests"];

/// What was planted, found and missed of one kind.
#[derive(Debug, Default)]
struct Score {
    planted: usize,
    hit: usize,
    found: usize,
}

/// A line of the peers' script.
#[derive(Deserialize)]
struct Peer {
    #[serde(rename = "peer")]
    name: String,
    mb_per_s: f64,
    kinds: Vec<String>,
    found: usize,
}

pub(crate) fn run(place: &Place, size_mb: usize, seed: u64, peer: bool) -> Result<(), Failure> {
    let planted = planted::text(size_mb * 1_000_000, seed);
    let rules = IdentifierRules::builtin().map_err(Failure::Rules)?;
    let region = "PH".parse().ok();
    let mut best = f64::MAX;
    let mut hits = Vec::new();
    for _ in 0..PASSES {
        let start = cpu_seconds()?;
        hits = extract(&planted.text, &rules, region);
        best = best.min(cpu_seconds()? - start);
    }
    let bytes = f64::from(u32::try_from(planted.text.len()).unwrap_or(u32::MAX));
    print(BENCH, "text", bytes / 1e6 / best, "MB/s a core", PASSES)?;
    for (kind, score) in scores(&planted, &hits) {
        let part = |a: usize, b: usize| crate::figure::per(a, crate::figure::per(b, 1.0));
        let recall = part(score.hit, score.planted);
        let precision = part(score.hit, score.found);
        print(
            BENCH,
            &format!("{kind} recall"),
            recall,
            "part",
            score.planted,
        )?;
        print(
            BENCH,
            &format!("{kind} precision"),
            precision,
            "part",
            score.found,
        )?;
    }
    if peer {
        run_peers(place, &planted.text)?;
    }
    fs::write(place.path("missed.txt"), unmatched(&planted, &hits))
        .map_err(Failure::at(place.path("missed.txt")))
}

/// Counts by kind. A valid hit is right if something of its kind and normal form was planted where
/// it stands.
fn scores(planted: &Planted, hits: &[Hit]) -> BTreeMap<&'static str, Score> {
    let mut scores: BTreeMap<&'static str, Score> = BTreeMap::new();
    for truth in &planted.truth {
        scores.entry(truth.kind).or_default().planted += 1;
    }
    for hit in hits.iter().filter(|hit| hit.valid) {
        let score = scores.entry(hit.kind.name()).or_default();
        score.found += 1;
        score.hit += usize::from(is_planted(planted, hit));
    }
    scores
}

fn is_planted(planted: &Planted, hit: &Hit) -> bool {
    let after = planted
        .truth
        .partition_point(|truth| truth.text.end <= hit.text.start);
    planted.truth.get(after).is_some_and(|truth| {
        truth.text.start < hit.text.end
            && truth.kind == hit.kind.name()
            && truth.normal == hit.normal
    })
}

/// What was missed and what was found too much, one a line, for whoever looks into a figure.
fn unmatched(planted: &Planted, hits: &[Hit]) -> String {
    let mut lines = Vec::new();
    for truth in &planted.truth {
        let after = hits.partition_point(|hit| hit.text.end <= truth.text.start);
        let there = hits.get(after).filter(|hit| {
            hit.valid && hit.text.start < truth.text.end && hit.normal == truth.normal
        });
        if there.is_none_or(|hit| hit.kind.name() != truth.kind) {
            let found = hits.get(after).map(|hit| (hit.kind.name(), &hit.normal));
            let from = planted.text[..truth.text.start]
                .rfind('\n')
                .map_or(0, |at| at + 1);
            let around = planted.text[from..].lines().next().unwrap_or_default();
            lines.push(format!(
                "missed {} {}: {around} (next {found:?})",
                truth.kind, truth.normal
            ));
        }
    }
    for hit in hits
        .iter()
        .filter(|hit| hit.valid && !is_planted(planted, hit))
    {
        let from = planted.text[..hit.text.start]
            .rfind('\n')
            .map_or(0, |at| at + 1);
        let around = planted.text[from..].lines().next().unwrap_or_default();
        lines.push(format!(
            "extra {} {}: {around}",
            hit.kind.name(),
            hit.normal
        ));
    }
    lines.join("\n")
}

/// Seconds that this thread's process has spent on a core (`/proc/self/schedstat`, nanoseconds).
fn cpu_seconds() -> Result<f64, Failure> {
    let path = Path::new("/proc/self/schedstat");
    let text = fs::read_to_string(path).map_err(Failure::at(path))?;
    let nanos = text
        .split(' ')
        .next()
        .and_then(|field| field.parse::<f64>().ok());
    nanos.map(|nanos| nanos / 1e9).ok_or(Failure::Unexpected {
        what: "/proc/self/schedstat",
    })
}

fn run_peers(place: &Place, text: &str) -> Result<(), Failure> {
    let end = text[..PEER_BYTES.min(text.len())]
        .rfind('\n')
        .unwrap_or(text.len());
    let path = place.path("peer.txt");
    fs::write(&path, &text[..end]).map_err(Failure::at(&path))?;
    let mut script = venv::python(place.dir(), "identifiers.py", PEERS, &PACKAGES)?;
    let printed = venv::succeed(script.arg(&path))?;
    for line in printed.lines() {
        let peer: Peer = serde_json::from_str(line).map_err(|_| Failure::Unexpected {
            what: "the peers' script",
        })?;
        let metric = format!("peer {}, kinds {}", peer.name, peer.kinds.join(" "));
        print(BENCH, &metric, peer.mb_per_s, "MB/s a core", peer.found)?;
    }
    Ok(())
}
