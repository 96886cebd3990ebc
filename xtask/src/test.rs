//! `cargo xtask test`: everything that has to hold before a change lands, in one command.

use std::ffi::OsString;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::house::{House, demand, spelled, started};
use crate::postgres::{Cluster, POSTGRES_VARIABLE};
use crate::{deny, fuzz, generate, manual, packages, tidy};

/// The variable that tells the tests which browser to drive.
const CHROMIUM_VARIABLE: &str = "WATCHFIRE_TEST_CHROMIUM";

/// One thing that has to hold.
struct Step {
    name: &'static str,
    /// The heading's second half.
    says: &'static str,
    run: fn(&House) -> Result<(), Failure>,
}

/// Quick answers first; what everything else needs before what needs it.
const STEPS: [Step; 11] = [
    Step {
        name: "packages",
        says: "what the tests need is installed",
        run: |_| packages::install_missing(),
    },
    Step {
        name: "fmt",
        says: "the code is formatted",
        run: formatted,
    },
    Step {
        name: "tidy",
        says: "the rules that no compiler knows",
        run: tidy::run,
    },
    Step {
        name: "clippy",
        says: "no warning anywhere",
        run: clippy,
    },
    Step {
        name: "doc",
        says: "the documentation of the crates, without a dead link",
        run: doc,
    },
    Step {
        name: "build",
        says: "the program that the tests run",
        run: build,
    },
    Step {
        name: "gen",
        says: "the generated pages are up to date",
        run: generate::check,
    },
    Step {
        name: "manual",
        says: "the guide's commands do what it says",
        run: manual::run,
    },
    Step {
        name: "fuzz",
        says: "each parser meets some hostile bytes",
        run: fuzz::run,
    },
    Step {
        name: "deny",
        says: "licences, sources and known holes of what we build on",
        run: deny::run,
    },
    Step {
        name: "tests",
        says: "every test, on SQLite and on PostgreSQL",
        run: tests,
    },
];

/// What takes too long for every change, and runs when it is named: compiling the engine alone
/// takes longer than everything else.
const ON_REQUEST: [Step; 1] = [Step {
    name: "spread",
    says: "windows on several worker processes, one of which is killed",
    run: spread,
}];

/// Runs all steps, or the named ones; every step runs even when one before it failed.
pub(crate) fn run(house: &House, asked: &[&str]) -> Result<(), Failure> {
    for name in asked {
        if !STEPS
            .iter()
            .chain(&ON_REQUEST)
            .any(|step| step.name == *name)
        {
            let known = STEPS.iter().chain(&ON_REQUEST);
            let known: Vec<&str> = known.map(|step| step.name).collect();
            return Err(Failure::StepUnknown {
                asked: (*name).to_owned(),
                known: known.join(", "),
            });
        }
    }
    let begun = stopwatch();
    let mut summary = Vec::new();
    let mut broken = Vec::new();
    let named = |step: &&Step| asked.contains(&step.name);
    let daily = STEPS.iter().filter(|step| asked.is_empty() || named(step));
    for step in daily.chain(ON_REQUEST.iter().filter(named)) {
        println!("\n==== {}: {}", step.name, step.says);
        let step_begun = stopwatch();
        let word = match (step.run)(house) {
            Ok(()) => "ok",
            Err(failure) => {
                println!("{}", failure.with_sources());
                broken.push(step.name);
                "FAILED"
            }
        };
        summary.push(format!(
            "  {:<9}{word:<7}{}",
            step.name,
            clock_face(step_begun.elapsed())
        ));
    }
    println!(
        "\n==== {} in all\n{}",
        clock_face(begun.elapsed()),
        summary.join("\n")
    );
    if broken.is_empty() {
        return Ok(());
    }
    Err(Failure::Broken(format!(
        "these steps failed: {}",
        broken.join(", ")
    )))
}

fn formatted(house: &House) -> Result<(), Failure> {
    demand(&mut house.cargo(&["fmt", "--all", "--check"]))?;
    if house.root.join("fuzz/Cargo.toml").is_file() {
        demand(&mut house.cargo(&["fmt", "--manifest-path", "fuzz/Cargo.toml", "--check"]))?;
    }
    Ok(())
}

fn clippy(house: &House) -> Result<(), Failure> {
    demand(&mut house.cargo(&[
        "clippy",
        "--workspace",
        "--all-targets",
        "--locked",
        "--quiet",
        "--",
        "-D",
        "warnings",
    ]))
}

fn doc(house: &House) -> Result<(), Failure> {
    let mut command = house.cargo(&["doc", "--workspace", "--no-deps", "--locked", "--quiet"]);
    demand(command.env("RUSTDOCFLAGS", "-D warnings"))
}

fn build(house: &House) -> Result<(), Failure> {
    demand(&mut house.cargo(&[
        "build",
        "--package",
        "cli",
        "--bin",
        "watchfire",
        "--locked",
    ]))
}

fn spread(house: &House) -> Result<(), Failure> {
    let package = ["--package", "spread", "--features", "engine", "--locked"];
    let lint = ["--all-targets", "--quiet", "--", "-D", "warnings"];
    demand(house.cargo(&["clippy"]).args(package).args(lint))?;
    let mut doc = house.cargo(&["doc", "--no-deps", "--quiet"]);
    demand(doc.args(package).env("RUSTDOCFLAGS", "-D warnings"))?;
    run_and_count(house.cargo(&["test"]).args(package))
}

/// Runs the tests with their servers and closes with the counts of all test programs together.
fn tests(house: &House) -> Result<(), Failure> {
    // A developer's own server is used as it is.
    let given = std::env::var_os(POSTGRES_VARIABLE);
    let cluster = if given.is_some() {
        None
    } else {
        Some(Cluster::start()?)
    };
    let own = cluster.as_ref().map(|cluster| OsString::from(&cluster.url));
    let mut command = house.cargo(&["test", "--workspace", "--locked", "--no-fail-fast"]);
    command.envs(given.or(own).map(|url| (POSTGRES_VARIABLE, url)));
    if std::env::var_os(CHROMIUM_VARIABLE).is_none()
        && let Some(chromium) = packages::chromium()
    {
        command.env(CHROMIUM_VARIABLE, chromium);
    }
    let ended = run_and_count(&mut command);
    drop(cluster);
    ended
}

/// Shows the test programs' output as it comes and adds up their closing lines.
fn run_and_count(command: &mut Command) -> Result<(), Failure> {
    let spawned = command.stdout(Stdio::piped()).spawn();
    let mut child = spawned.map_err(|source| started(command, source))?;
    let mut total = Counts::default();
    if let Some(stdout) = child.stdout.take() {
        let mut out = std::io::stdout().lock();
        for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
            total.add(&String::from_utf8_lossy(&line));
            // Whoever closed our output still wants the tests to run to their end.
            if out
                .write_all(&line)
                .and_then(|()| out.write_all(b"\n"))
                .is_err()
            {
                break;
            }
        }
    }
    let status = child.wait().map_err(|source| started(command, source))?;
    println!("\n{} passed, {} failed", total.passed, total.failed);
    if !status.success() {
        return Err(Failure::Ended {
            program: spelled(command),
            status,
        });
    }
    if total.passed == 0 {
        return Err(Failure::Broken("no test ran at all".to_owned()));
    }
    Ok(())
}

/// What the closing lines of several test programs add up to.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: u64,
    failed: u64,
}

impl Counts {
    /// Adds `test result: ok. 12 passed; 0 failed; …`; other lines count nothing.
    fn add(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else {
            return;
        };
        let Some((_, counts)) = result.split_once(". ") else {
            return;
        };
        for count in counts.split("; ") {
            match count.split_once(' ') {
                Some((number, "passed")) => self.passed += number.parse().unwrap_or(0),
                Some((number, "failed")) => self.failed += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a stopwatch for people; nothing depends on it"
)]
fn stopwatch() -> Instant {
    Instant::now()
}

fn clock_face(duration: Duration) -> String {
    let seconds = duration.as_secs();
    format!("{:>3} min {:02} s", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_add_up() {
        let mut counts = Counts::default();
        counts.add("running 3 tests");
        counts.add("test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
        counts.add("test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured");
        counts.add("test tells_4 passed; ... ok");
        assert_eq!(
            counts,
            Counts {
                passed: 4,
                failed: 2
            }
        );
    }

    #[test]
    fn step_names_are_unique() {
        let all = || STEPS.iter().chain(&ON_REQUEST);
        for step in all() {
            let same = all().filter(|other| other.name == step.name);
            assert_eq!(same.count(), 1);
        }
    }
}
