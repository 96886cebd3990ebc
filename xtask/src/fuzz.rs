//! A short run of every fuzz target, on the stable toolchain.

use std::path::Path;
use std::process::Command;

use crate::failure::Failure;
use crate::house::{House, demand, printed, started};

/// Enough to meet a fresh regression near the seeds; the long hunt is `cargo fuzz run`'s.
const SECONDS_PER_TARGET: u32 = 5;

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
const SEEDS: [(&str, &str); 4] = [
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
    let mut broken = Vec::new();
    for target in &targets {
        println!("-- {target}: {SECONDS_PER_TARGET} s");
        if let Err(failure) = run_target(&folder, &programs, target) {
            println!("{target}: {}", failure.with_sources());
            broken.push(target.as_str());
        }
    }
    if broken.is_empty() {
        return Ok(());
    }
    Err(Failure::Broken(format!(
        "fuzz targets failed: {}; the inputs are in fuzz/artifacts",
        broken.join(", ")
    )))
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
        .arg(format!("-max_total_time={SECONDS_PER_TARGET}"))
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
