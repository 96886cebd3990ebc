//! A short run of every fuzz target, on the stable toolchain.

use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::failure::Failure;
use crate::house::{House, demand, printed, started};

/// Enough to meet a fresh regression near the seeds; the long hunt is `cargo fuzz run`'s.
const SECONDS_PER_TARGET: u32 = 5;
/// What hostile media and lists meet first is run longer.
const SECONDS_LONGER: u32 = 60;
/// The targets that are run longer: the beginnings of their names.
const LONGER: [&str; 2] = ["media_", "wire_list_"];

/// The engine finds its way by coverage counters; stable rustc has them, only not the sanitizers.
const COVERAGE_FLAGS: [&str; 7] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cdebug-assertions",
];

/// Seeds that lie elsewhere: a part of a target's name, and the folder seen from `fuzz/`.
const SEEDS: [(&str, &str); 5] = [
    ("wire_", "../examples/ispws"),
    ("wire_list_", "../examples/lists"),
    ("wire_money_", "../examples/money"),
    ("_policy", "../policy"),
    ("media_picture", "../crates/media/tests/fixtures"),
];

/// Builds the targets and runs each over its seeds and then a few seconds of its own inventions.
pub(crate) fn run(house: &House) -> Result<(), Failure> {
    let folder = house.root.join("fuzz");
    let targets = targets(&folder)?;
    if targets.is_empty() {
        return Err(Failure::Broken(
            "fuzz/fuzz_targets holds no target".to_owned(),
        ));
    }
    let triple = host_triple(house)?;
    let mut build = house.cargo(&["build", "--release", "--locked", "--quiet", "--bins"]);
    build
        .current_dir(&folder)
        // With a named target the flags leave build scripts and macros alone.
        .args(["--target", &triple])
        .env("CARGO_TARGET_DIR", house.fuzz_target())
        .env("CARGO_ENCODED_RUSTFLAGS", COVERAGE_FLAGS.join("\x1f"));
    demand(&mut build)?;
    let programs = house.fuzz_target().join(triple).join("release");
    let broken = run_all(&folder, &programs, &targets);
    if broken.is_empty() {
        return Ok(());
    }
    Err(Failure::Broken(format!(
        "fuzz targets failed: {}; the inputs are in fuzz/artifacts",
        broken.join(", ")
    )))
}

/// Runs the targets, as many at a time as the machine has cores and the longest first, and gives
/// those that failed.
fn run_all<'t>(folder: &Path, programs: &Path, targets: &'t [String]) -> Vec<&'t str> {
    let mut waiting: Vec<&str> = targets.iter().map(String::as_str).collect();
    waiting.sort_by_key(|target| seconds_of(target));
    let waiting = Mutex::new(waiting);
    let next = || {
        let mut waiting = waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.pop()
    };
    let run_some = || {
        let mut broken = Vec::new();
        while let Some(target) = next() {
            println!("-- {target}: {} s", seconds_of(target));
            if let Err(failure) = run_target(folder, programs, target) {
                println!("{target}: {}", failure.with_sources());
                broken.push(target);
            }
        }
        broken
    };
    let at_once = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..at_once).map(|_| scope.spawn(run_some)).collect();
        let ended = running.into_iter().map(std::thread::ScopedJoinHandle::join);
        // A thread that panicked has said so; its targets count as failed by the name of all.
        ended
            .flat_map(|broken| broken.unwrap_or_else(|_| vec!["a thread that ran targets"]))
            .collect()
    })
}

fn seconds_of(target: &str) -> u32 {
    if LONGER.iter().any(|start| target.starts_with(start)) {
        SECONDS_LONGER
    } else {
        SECONDS_PER_TARGET
    }
}

fn run_target(folder: &Path, programs: &Path, target: &str) -> Result<(), Failure> {
    let artifacts = folder.join("artifacts").join(target);
    let corpus = folder.join("corpus").join(target);
    for needed in [&artifacts, &corpus] {
        std::fs::create_dir_all(needed).map_err(|source| Failure::File {
            doing: "create",
            path: needed.clone(),
            source,
        })?;
    }
    let mut command = Command::new(programs.join(target));
    command
        .args([
            "-seed=1",
            "-rss_limit_mb=1024",
            "-timeout=10",
            "-verbosity=0",
        ])
        .arg(format!("-max_total_time={}", seconds_of(target)))
        .arg(format!("-artifact_prefix={}/", artifacts.display()))
        // The engine writes what it learns to the first folder and only reads the second.
        .arg(&corpus);
    let own = folder.join("seeds").join(target);
    let shared = SEEDS.iter().filter(|(part, _)| target.contains(part));
    let seeds = shared.map(|(_, seeds)| folder.join(seeds)).chain([own]);
    command.args(seeds.filter(|seeds| seeds.is_dir()));
    let output = command.current_dir(folder).output();
    let output = output.map_err(|source| started(&command, source))?;
    if output.status.success() {
        return Ok(());
    }
    // The engine is talkative; only what it says of a failure is for people.
    let words = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = words
        .lines()
        .filter(|line| !line.contains("NEW_FUNC"))
        .collect();
    println!(
        "{}",
        lines
            .get(lines.len().saturating_sub(60)..)
            .unwrap_or_default()
            .join("\n")
    );
    Err(Failure::Ended {
        program: target.to_owned(),
        status: output.status,
    })
}

/// The names of all targets, in order.
fn targets(folder: &Path) -> Result<Vec<String>, Failure> {
    let path = folder.join("fuzz_targets");
    let entries = std::fs::read_dir(&path).map_err(|source| Failure::File {
        doing: "read",
        path: path.clone(),
        source,
    })?;
    let files = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let mut names: Vec<String> = files
        .filter(|file| file.extension().is_some_and(|extension| extension == "rs"))
        .filter_map(|file| {
            file.file_stem()
                .map(|stem| stem.to_string_lossy().into_owned())
        })
        .collect();
    names.sort();
    Ok(names)
}

/// The triple of the machine we are on, as rustc names it.
fn host_triple(house: &House) -> Result<String, Failure> {
    let words = printed(Command::new("rustc").arg("-vV").current_dir(&house.root))?;
    let words = String::from_utf8_lossy(&words).into_owned();
    let host = words.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned)
        .ok_or_else(|| Failure::Missing("rustc -vV names no host".to_owned()))
}
