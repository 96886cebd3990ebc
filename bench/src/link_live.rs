//! The live index: millions of reports loaded one by one, then the time that one more takes.

use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::Path;

use link::{Index, LinkPolicy};

use crate::failure::Failure;
use crate::figure::{per, percentile, print};
use crate::link_world::{at, carried, id};
use crate::own_usage::{cpu_seconds, memory_mb};
use crate::stopwatch::Stopwatch;

const BENCH: &str = "link-live";
/// Reports placed one by one after loading; each is timed.
const TIMED: u64 = 200_000;
/// How much a file is read and written at a time, in bytes.
const FILE_BUFFER_BYTES: usize = 1 << 20;

/// Loads `reports`, times more of them, and writes and reads a snapshot in `dir`.
pub(crate) fn run(dir: &Path, reports: usize) -> Result<(), Failure> {
    let policy = LinkPolicy::builtin()?;
    let all = u64::try_from(reports).unwrap_or(u64::MAX);
    let mut index = Index::new(policy.clone());
    let (watch, cpu) = (Stopwatch::start(), cpu_seconds()?);
    for report in 0..all {
        index.place(id(report), at(report), &carried(report, all))?;
    }
    print(BENCH, "load, wall", watch.seconds(), "s", reports)?;
    print(BENCH, "load, processor", cpu_seconds()? - cpu, "s", reports)?;
    print(
        BENCH,
        "loaded",
        per(reports, watch.seconds()),
        "1/s",
        reports,
    )?;
    print(BENCH, "memory", memory_mb()?.0, "MB", reports)?;
    print(BENCH, "memory at most", memory_mb()?.1, "MB", reports)?;
    one_by_one(&mut index, all)?;
    snapshot(dir, policy, &index)
}

fn one_by_one(index: &mut Index, loaded: u64) -> Result<(), Failure> {
    let mut millis = Vec::new();
    let (mut ties, mut moves) = (0, 0);
    for report in loaded..loaded + TIMED {
        let (id, at, carried) = (id(report), at(report), carried(report, loaded));
        let watch = Stopwatch::start();
        let placement = index.place(id, at, &carried)?;
        millis.push(watch.millis());
        ties += usize::from(placement.founder != id);
        moves += usize::from(!placement.moves.is_empty());
    }
    millis.sort_by(f64::total_cmp);
    for part in [50, 99, 100] {
        let metric = format!("one report, p{part}");
        print(
            BENCH,
            &metric,
            percentile(&millis, part),
            "ms",
            millis.len(),
        )?;
    }
    print(
        BENCH,
        "of these tied",
        per(ties, 1.0),
        "reports",
        millis.len(),
    )?;
    print(
        BENCH,
        "of these took a case apart",
        per(moves, 1.0),
        "reports",
        millis.len(),
    )
}

fn snapshot(dir: &Path, policy: LinkPolicy, index: &Index) -> Result<(), Failure> {
    let path = dir.join("link.index");
    let file = File::create(&path).map_err(Failure::at(&path))?;
    let watch = Stopwatch::start();
    index
        .write_snapshot(&mut BufWriter::with_capacity(FILE_BUFFER_BYTES, file))
        .map_err(Failure::at(&path))?;
    print(
        BENCH,
        "snapshot written",
        watch.seconds(),
        "s",
        index.reports(),
    )?;
    let file = File::open(&path).map_err(Failure::at(&path))?;
    let bytes = file.metadata().map_err(Failure::at(&path))?.len();
    let megabytes = per(usize::try_from(bytes / 1000).unwrap_or(usize::MAX), 1000.0);
    print(BENCH, "snapshot size", megabytes, "MB", index.reports())?;
    let (watch, cpu) = (Stopwatch::start(), cpu_seconds()?);
    let mut from = BufReader::with_capacity(FILE_BUFFER_BYTES, file);
    let again = Index::read_snapshot(policy, &mut from)?;
    print(
        BENCH,
        "snapshot read, wall",
        watch.seconds(),
        "s",
        again.reports(),
    )?;
    print(
        BENCH,
        "snapshot read, processor",
        cpu_seconds()? - cpu,
        "s",
        again.reports(),
    )?;
    if again.position() == index.position() {
        return Ok(());
    }
    Err(Failure::Unexpected { what: "a snapshot" })
}
