//! Connected components of ten million reports at once, beside a peer on the same file.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use crate::failure::Failure;
use crate::figure::print;
use crate::link_world::{PER_REPORT, carried};
use crate::own_usage::{cpu_seconds, memory_mb};
use crate::stopwatch::Stopwatch;
use crate::venv;

const BENCH: &str = "link-bulk";
/// The peer's program, run in an environment that the workload makes.
const PEER: &str = include_str!("../peers/components_scipy.py");

/// Finds the components of `reports`, and with `peer` lets a peer find them from the same bytes.
pub(crate) fn run(dir: &Path, reports: usize, peer: bool) -> Result<(), Failure> {
    let all = u32::try_from(reports).unwrap_or(u32::MAX);
    let mut hashes: Vec<u64> = Vec::with_capacity(reports * PER_REPORT);
    for report in 0..all {
        let three = carried(report.into(), all.into());
        hashes.extend(three.iter().map(|one| one.fingerprint));
    }
    let (watch, cpu) = (Stopwatch::start(), cpu_seconds()?);
    let of = (0..all).flat_map(|report| [report; PER_REPORT]);
    let founders = link::bulk::components(all, of.zip(hashes.iter().copied()), None);
    print(BENCH, "components, wall", watch.seconds(), "s", reports)?;
    print(
        BENCH,
        "components, processor",
        cpu_seconds()? - cpu,
        "s",
        reports,
    )?;
    print(BENCH, "memory at most", memory_mb()?.1, "MB", reports)?;
    let (components, largest) = sizes(&founders);
    print(
        BENCH,
        "components found",
        f64::from(components),
        "components",
        reports,
    )?;
    print(
        BENCH,
        "largest component",
        f64::from(largest),
        "reports",
        reports,
    )?;
    if peer {
        scipy(dir, &hashes)?;
    }
    let mut distinct = hashes;
    distinct.sort_unstable();
    distinct.dedup();
    let distinct = u32::try_from(distinct.len()).unwrap_or(u32::MAX);
    print(
        BENCH,
        "distinct identifiers",
        f64::from(distinct),
        "identifiers",
        reports,
    )
}

/// How many components there are, and how many reports the largest has.
fn sizes(founders: &[u32]) -> (u32, u32) {
    let mut members = vec![0_u32; founders.len()];
    for founder in founders {
        members[*founder as usize] += 1;
    }
    let components = members.iter().filter(|members| **members > 0).count();
    let largest = members.iter().max().copied().unwrap_or(0);
    (u32::try_from(components).unwrap_or(u32::MAX), largest)
}

/// The peer reads the hashes as they are, little-endian, and prints figures of its own.
fn scipy(dir: &Path, hashes: &[u64]) -> Result<(), Failure> {
    let path = dir.join("hashes.u64");
    let mut file = BufWriter::new(File::create(&path).map_err(Failure::at(&path))?);
    for hash in hashes {
        file.write_all(&hash.to_le_bytes())
            .map_err(Failure::at(&path))?;
    }
    file.into_inner()
        .map_err(|error| Failure::at(&path)(error.into_error()))?;
    let mut python = venv::python(dir, "components.py", PEER, &["numpy", "scipy"])?;
    venv::complete(python.arg(&path).arg(PER_REPORT.to_string()))
}
