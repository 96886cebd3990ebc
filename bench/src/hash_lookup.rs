//! The exact index of hashes: searches at the radius of a match, changes, snapshots; beside a peer
//! on the same hashes.

pub(crate) mod made;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use fingerprint::index::{Entry, Index, Near};
use model::{PDQ_DISTANCE, Pdq};

use crate::failure::Failure;
use crate::figure::{per, print, print_times};
use crate::own_usage::{cpu_seconds, memory_mb};
use crate::stopwatch::Stopwatch;
use crate::venv;
use made::{Dice, Spread};

const BENCH: &str = "hash-lookup";
/// Queries of one spread.
const QUERIES: usize = 20_000;
/// Queries asked together.
const BATCH: usize = 1_000;
/// Queries whose answers are compared with a look at every hash.
const CHECKED: usize = 40;
/// Entries inserted and removed one by one, and how often each change is looked up at once.
const CHANGES: usize = 500_000;
const LOOKED_UP_EVERY: usize = 5_000;
/// The peer is asked so many of the queries, and its slower indexes hold so many of the hashes.
const PEER_QUERIES: usize = 100;
const PEER_HASHES: usize = 1_000_000;
/// How much a file is written at a time, in bytes.
const FILE_BUFFER_BYTES: usize = 1 << 20;
/// The peer's program, run in an environment that the workload makes.
const PEER: &str = include_str!("../peers/hash_index.py");
/// What the peer's environment needs.
const PEER_PACKAGES: [&str; 3] = ["numpy", "faiss-cpu", "threatexchange"];

/// Measures an index of `count` hashes of each spread, working in `dir`.
pub(crate) fn run(dir: &Path, count: usize, seed: u64, peer: bool) -> Result<(), Failure> {
    for (name, spread) in [
        ("uniform", Spread::Uniform),
        ("clustered", Spread::Clustered),
    ] {
        let mut dice = Dice::new(seed);
        let hashes = dice.hashes(count, spread);
        let queries = dice.queries(QUERIES, spread, &hashes);
        let entries = (0..)
            .zip(&hashes)
            .map(|(key, hash)| Entry { key, hash: *hash });
        let entries = entries.collect();
        let cpu = cpu_seconds()?;
        let index = Index::build(entries)?;
        print(
            BENCH,
            &format!("{name}: built, processor"),
            cpu_seconds()? - cpu,
            "s",
            count,
        )?;
        let bytes = per(index.statistics().bytes, float(count));
        print(BENCH, &format!("{name}: bytes a hash"), bytes, "B", count)?;
        searches(name, &index, &queries)?;
        check(name, &index, &hashes, &queries)?;
        if peer {
            beside_the_peer(name, &index, &queries)?;
        }
        if spread == Spread::Uniform {
            changes(&index, &hashes, &mut dice)?;
            snapshot(dir, &index)?;
        }
        drop(index);
        if peer {
            let some = (0..).zip(&hashes[..PEER_HASHES.min(count)]);
            let some = some.map(|(key, hash)| Entry { key, hash: *hash });
            beside_the_peer(name, &Index::build(some.collect())?, &queries)?;
            peers(dir, name, &hashes, &queries)?;
        }
    }
    print(BENCH, "memory at most", memory_mb()?.1, "MB", count)
}

/// One at a time, and in batches.
fn searches(name: &str, index: &Index, queries: &[Pdq]) -> Result<(), Failure> {
    let mut millis = Vec::with_capacity(queries.len());
    let (mut found, mut most) = (0, 0);
    let cpu = cpu_seconds()?;
    for query in queries {
        let watch = Stopwatch::start();
        let near = index.within(query, PDQ_DISTANCE);
        millis.push(watch.millis());
        found += near.len();
        most = most.max(near.len());
    }
    let cpu = cpu_seconds()? - cpu;
    let count = queries.len();
    print(
        BENCH,
        &format!("{name}: one at a time"),
        per(count, cpu),
        "1/s of processor",
        count,
    )?;
    print_times(BENCH, &format!("{name}: one"), &mut millis)?;
    print(
        BENCH,
        &format!("{name}: found a query"),
        per(found, float(count)),
        "hashes",
        count,
    )?;
    print(
        BENCH,
        &format!("{name}: found at most"),
        float(most),
        "hashes",
        count,
    )?;
    let cpu = cpu_seconds()?;
    let mut together = 0;
    for batch in queries.chunks(BATCH) {
        let near = index.within_many(batch, PDQ_DISTANCE);
        together += near.iter().map(Vec::len).sum::<usize>();
    }
    let cpu = cpu_seconds()? - cpu;
    let metric = format!("{name}: in batches of {BATCH}");
    print(BENCH, &metric, per(count, cpu), "1/s of processor", count)?;
    if together == found {
        return Ok(());
    }
    Err(Failure::Unexpected { what: "a batch" })
}

/// Holds answers against a look at every hash.
fn check(name: &str, index: &Index, hashes: &[Pdq], queries: &[Pdq]) -> Result<(), Failure> {
    let (mut there, mut right) = (0, 0);
    for query in &queries[..CHECKED.min(queries.len())] {
        let all = (0..).zip(hashes);
        let all = all.map(|(key, hash)| Near {
            distance: query.distance(hash),
            key,
        });
        let mut expected: Vec<Near> = all.filter(|near| near.distance <= PDQ_DISTANCE).collect();
        expected.sort_unstable();
        let found = index.within(query, PDQ_DISTANCE);
        there += expected.len();
        right += found
            .iter()
            .filter(|near| expected.binary_search(near).is_ok())
            .count();
        if found != expected {
            return Err(Failure::Unexpected { what: "a search" });
        }
    }
    let recall = per(right, float(there));
    print(
        BENCH,
        &format!("{name}: recall against a look at every hash"),
        recall,
        "1",
        there,
    )
}

/// Entries that come and go one by one, some of them looked up at once.
fn changes(index: &Index, hashes: &[Pdq], dice: &mut Dice) -> Result<(), Failure> {
    let changes = CHANGES.min(hashes.len() / 4);
    let fresh = dice.hashes(changes, Spread::Uniform);
    let is_found = |key: u64, hash: &Pdq| {
        let near = Near { distance: 0, key };
        index.within(hash, PDQ_DISTANCE).contains(&near)
    };
    let (mut slowest, mut seen) = (0.0_f64, true);
    let cpu = cpu_seconds()?;
    for (number, (key, hash)) in (hashes.len() as u64..).zip(&fresh).enumerate() {
        let watch = Stopwatch::start();
        index.insert(Entry { key, hash: *hash })?;
        slowest = slowest.max(watch.millis());
        seen &= number % LOOKED_UP_EVERY > 0 || is_found(key, hash);
    }
    let seconds = cpu_seconds()? - cpu;
    print(
        BENCH,
        "inserted",
        per(changes, seconds),
        "1/s of processor",
        changes,
    )?;
    print(BENCH, "slowest insertion", slowest, "ms", changes)?;
    let parts = index.statistics().segments;
    let (cpu, asked) = (cpu_seconds()?, &fresh[..QUERIES.min(changes)]);
    for hash in asked {
        seen &= !index.within(hash, PDQ_DISTANCE).is_empty();
    }
    let rate = per(asked.len(), cpu_seconds()? - cpu);
    let metric = format!("searches after that, in {parts} segments, nothing maintained");
    print(BENCH, &metric, rate, "1/s of processor", asked.len())?;
    let old = (0..).zip(hashes).step_by(hashes.len() / changes.max(1));
    let cpu = cpu_seconds()?;
    for (number, (key, hash)) in old.take(changes).enumerate() {
        seen &= index.remove(key).as_ref() == Some(hash);
        seen &= number % LOOKED_UP_EVERY > 0 || !is_found(key, hash);
    }
    let seconds = cpu_seconds()? - cpu;
    print(
        BENCH,
        "removed",
        per(changes, seconds),
        "1/s of processor",
        changes,
    )?;
    let (cpu, mut rows) = (cpu_seconds()?, 0);
    while let rewritten @ 1.. = index.maintain(usize::MAX) {
        rows += rewritten;
    }
    print(
        BENCH,
        "maintained after that, processor",
        cpu_seconds()? - cpu,
        "s",
        rows,
    )?;
    if seen && index.len() == hashes.len() {
        return Ok(());
    }
    Err(Failure::Unexpected {
        what: "a search after a change",
    })
}

fn snapshot(dir: &Path, index: &Index) -> Result<(), Failure> {
    let (path, count) = (dir.join("hash.index"), index.len());
    let mut file = File::create(&path).map_err(Failure::at(&path))?;
    let watch = Stopwatch::start();
    index
        .write_snapshot(1, &mut file)
        .map_err(Failure::at(&path))?;
    print(BENCH, "snapshot written", watch.seconds(), "s", count)?;
    let mut file = File::open(&path).map_err(Failure::at(&path))?;
    let (watch, cpu) = (Stopwatch::start(), cpu_seconds()?);
    let (again, _) = Index::read_snapshot(&mut file)?;
    print(BENCH, "snapshot read, wall", watch.seconds(), "s", count)?;
    print(
        BENCH,
        "snapshot read, processor",
        cpu_seconds()? - cpu,
        "s",
        count,
    )?;
    let (watch, query) = (Stopwatch::start(), Pdq::new([0; 32]));
    let looked = again.within(&query, PDQ_DISTANCE);
    print(
        BENCH,
        "a search before its tables are made",
        watch.millis(),
        "ms",
        1,
    )?;
    let cpu = cpu_seconds()?;
    while again.maintain(0) > 0 {}
    print(
        BENCH,
        "its tables made, processor",
        cpu_seconds()? - cpu,
        "s",
        count,
    )?;
    if again.len() == count && again.within(&query, PDQ_DISTANCE) == looked {
        return Ok(());
    }
    Err(Failure::Unexpected { what: "a snapshot" })
}

/// What the peer is asked, asked of an index of ours, once to wake it and once to measure.
fn beside_the_peer(name: &str, index: &Index, queries: &[Pdq]) -> Result<(), Failure> {
    let queries = &queries[..PEER_QUERIES.min(queries.len())];
    let found = || {
        let near = queries
            .iter()
            .map(|query| index.within(query, PDQ_DISTANCE));
        near.map(|near| near.len()).sum::<usize>()
    };
    let (metric, asked) = (
        format!("{name}: the peer's queries, {}", index.len()),
        queries.len(),
    );
    print(
        BENCH,
        &format!("{metric}: found"),
        float(found()),
        "hashes",
        asked,
    )?;
    let watch = Stopwatch::start();
    found();
    let rate = per(asked, watch.seconds());
    print(
        BENCH,
        &format!("{metric}: one at a time"),
        rate,
        "1/s",
        asked,
    )
}

/// The peer reads hashes and queries as they are, 32 bytes each, and prints figures of its own.
fn peers(dir: &Path, name: &str, hashes: &[Pdq], queries: &[Pdq]) -> Result<(), Failure> {
    let write = |file: &str, hashes: &[Pdq]| {
        let path = dir.join(file);
        let file = File::create(&path).map_err(Failure::at(&path))?;
        let mut file = BufWriter::with_capacity(FILE_BUFFER_BYTES, file);
        let mut written = hashes.iter().map(|hash| file.write_all(&hash.bytes()));
        written
            .try_for_each(|one| one)
            .map_err(Failure::at(&path))?;
        file.flush().map_err(Failure::at(&path))?;
        Ok::<_, Failure>(path)
    };
    let stored = write("hashes.pdq", hashes)?;
    let asked = write("queries.pdq", &queries[..PEER_QUERIES.min(queries.len())])?;
    let mut python = venv::python(dir, "hash_lookup.py", PEER, &PEER_PACKAGES)?;
    python.arg(name).args([stored, asked]);
    venv::complete(python.arg(PEER_HASHES.to_string()))
}

fn float(count: usize) -> f64 {
    per(count, 1.0)
}
