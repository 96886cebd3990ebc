//! Finding records of one person among a million, by likeness: ours, and Splink on the same file.

mod generate;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::Path;

use link::person::{
    NamePolicy, PersonDetails, PersonPairs, PersonRecord, PersonRoster, PersonWeights, dedupe,
    learn,
};
use model::Sensitive;
use serde::Deserialize;

use crate::failure::Failure;
use crate::figure::print;
use crate::place::Place;
use crate::program::Usage;
use crate::stopwatch::Stopwatch;
use crate::venv;
use generate::People;

const BENCH: &str = "persons";
/// The world that is measured. The built-in weights were learned from another
/// one.
const SEED: u64 = 20_261_124;
/// The peer, as installed into the work directory.
const PEER: [&str; 3] = ["splink==5.0.0", "duckdb==2.0.1", "pyarrow"];
const PEER_SCRIPT: &str = include_str!("../peers/persons_splink.py");

/// Writes the file, searches it, and lets the peer search it too.
pub(crate) fn run(place: &Place, records: usize, peer: bool) -> Result<(), Failure> {
    let file = place.path("persons.csv");
    let truth = write(&file, records)?;
    search(&file, &truth, place)?;
    if peer {
        run_peer(place, &file, records)?;
    }
    Ok(())
}

/// Writes the records and answers whose they are.
fn write(path: &Path, records: usize) -> Result<Vec<u32>, Failure> {
    let file = File::create(path).map_err(Failure::at(path))?;
    let mut out = BufWriter::new(file);
    let mut truth = Vec::with_capacity(records);
    let failed = Failure::at(path);
    let mut put = || {
        writeln!(out, "unique_id,person,given,family,born,place,phone,email")?;
        for (number, one) in People::new(SEED, records).enumerate() {
            let (given, family, born) = (one.given, one.family, one.born);
            let (place, phone, email) = (one.place, one.phone, one.email);
            let person = one.person;
            writeln!(
                out,
                "{number},{person},{given},{family},{born},{place},{phone},{email}"
            )?;
            truth.push(person);
        }
        out.flush()
    };
    put().map_err(failed)?;
    Ok(truth)
}

fn search(path: &Path, truth: &[u32], place: &Place) -> Result<(), Failure> {
    let records = truth.len();
    let me = std::process::id();
    let (watch, before) = (Stopwatch::start(), Usage::of(me)?);
    let roster = read(path)?;
    let builtin = PersonWeights::builtin()?;
    let learned = learn(&roster, &builtin);
    let found = dedupe(&roster, &learned);
    let (after, seconds) = (Usage::of(me)?, watch.seconds());
    let cpu = after.cpu_seconds - before.cpu_seconds;
    print(
        BENCH,
        "cpu, weights learned from the file",
        cpu,
        "s",
        records,
    )?;
    print(BENCH, "elapsed", seconds, "s", records)?;
    print(BENCH, "peak memory", after.rss_peak_mb, "MB", records)?;
    print(BENCH, "pairs compared", float(found.compared), "1", records)?;
    print(
        BENCH,
        "pairs left out of large blocks",
        float(found.left_out),
        "1",
        records,
    )?;
    print_score("", &found, truth)?;
    print_score("built-in weights: ", &dedupe(&roster, &builtin), truth)?;
    let policy = place.path("learned.toml");
    let source = format!("learned by the workload `persons`, {records} records, seed {SEED}");
    fs::write(&policy, learned.to_policy("learned", &source)).map_err(Failure::at(policy))
}

/// Reads the file as the peer does: every column a text, an empty one missing.
fn read(path: &Path) -> Result<PersonRoster, Failure> {
    let names = NamePolicy::builtin()?;
    let mut roster = PersonRoster::default();
    let file = File::open(path).map_err(Failure::at(path))?;
    for line in BufReader::new(file).lines().skip(1) {
        let line = line.map_err(Failure::at(path))?;
        let mut columns = line.split(',').skip(2);
        let mut next = || {
            let column = columns.next().filter(|column| !column.is_empty());
            column.map(|column| Sensitive::new(column.to_owned()))
        };
        let details = PersonDetails {
            given: next(),
            family: next(),
            full: None,
            born: next(),
            place: next(),
            countries: Vec::new(),
            phone: next(),
            email: next(),
        };
        roster.add(&PersonRecord::new(&details, &names));
    }
    Ok(roster)
}

/// Precision, recall and F1 of the suggested pairs against the planted truth.
fn print_score(what: &str, found: &PersonPairs, truth: &[u32]) -> Result<(), Failure> {
    let mut sizes = BTreeMap::new();
    for person in truth {
        *sizes.entry(person).or_insert(0_u64) += 1;
    }
    let true_pairs: u64 = sizes.values().map(|size| size * (size - 1) / 2).sum();
    let person = |number: u32| truth.get(number as usize);
    let is_right = |pair: &&link::person::PersonPair| person(pair.one) == person(pair.other);
    let right = found.pairs.iter().filter(is_right).count() as u64;
    let precision = float(right) / float(found.pairs.len() as u64).max(1.0);
    let recall = float(right) / float(true_pairs).max(1.0);
    let f1 = 2.0 * precision * recall / (precision + recall).max(f64::EPSILON);
    for (name, value) in [("precision", precision), ("recall", recall), ("F1", f1)] {
        print(
            BENCH,
            &format!("{what}pair {name}"),
            value,
            "1",
            found.pairs.len(),
        )?;
    }
    Ok(())
}

/// What the peer's script prints.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PeerFigures {
    cpu_seconds: f64,
    peak_mb: f64,
    at_nine_tenths: PeerScore,
    best_threshold: f64,
    best: PeerScore,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PeerScore {
    precision: f64,
    recall: f64,
    f1: f64,
    pairs: usize,
}

fn run_peer(place: &Place, file: &Path, records: usize) -> Result<(), Failure> {
    let mut python = venv::python(place.dir(), "persons_splink.py", PEER_SCRIPT, &PEER)?;
    let told = venv::succeed(python.arg(file))?;
    let last = told.lines().next_back().unwrap_or_default();
    let figures: PeerFigures = serde_json::from_str(last).map_err(|_| Failure::Unexpected {
        what: "persons_splink.py",
    })?;
    print(BENCH, "splink: cpu", figures.cpu_seconds, "s", records)?;
    print(BENCH, "splink: peak memory", figures.peak_mb, "MB", records)?;
    let best = format!(
        "splink at {}, its best threshold by the truth",
        figures.best_threshold
    );
    let scores = [
        ("splink at 0.9", figures.at_nine_tenths),
        (best.as_str(), figures.best),
    ];
    for (what, score) in scores {
        let values = [
            ("precision", score.precision),
            ("recall", score.recall),
            ("F1", score.f1),
        ];
        for (name, value) in values {
            print(
                BENCH,
                &format!("{what}: pair {name}"),
                value,
                "1",
                score.pairs,
            )?;
        }
    }
    Ok(())
}

/// A count as a figure; counts here are far below 2^53.
fn float(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_people_as_often_as_planned() {
        let people: Vec<_> = People::new(3, 2000).collect();
        assert_eq!(people, People::new(3, 2000).collect::<Vec<_>>());
        assert_ne!(people, People::new(4, 2000).collect::<Vec<_>>());
        let persons: std::collections::BTreeSet<u32> =
            people.iter().map(|one| one.person).collect();
        assert_eq!(persons.len(), 1100);
        let with_phone = people.iter().filter(|one| !one.phone.is_empty()).count();
        assert!((1100..1300).contains(&with_phone), "{with_phone}");
        let comma = |one: &generate::Record| format!("{one:?}").contains(",\"");
        assert!(!people.iter().any(comma));
    }
}
