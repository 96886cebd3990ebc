//! Workloads over payments: windows, typologies, one transfer at a time, the graph.

mod book;
mod graph;
mod live;
mod screening;
mod windows;

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::failure::Failure;

pub(crate) use graph::run as graph;
pub(crate) use live::run as live;
pub(crate) use screening::run as screen;
pub(crate) use windows::run as windows;

/// Runs a peer's script in an environment of its own, and answers the last line that it prints.
fn peer(
    dir: &Path,
    packages: &[&str],
    (name, script): (&str, &str),
    arguments: &[&str],
) -> Result<String, Failure> {
    let venv = dir.join("venv");
    let path = dir.join(name);
    fs::write(&path, script).map_err(Failure::at(&path))?;
    if !venv.exists() {
        output(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
    }
    let pip = venv.join("bin/pip");
    output(
        Command::new(pip)
            .args(["install", "--quiet"])
            .args(packages),
    )?;
    let python = venv.join("bin/python");
    let told = output(Command::new(python).arg(&path).args(arguments))?;
    Ok(told.lines().next_back().unwrap_or_default().to_owned())
}

/// Runs a program to its end and answers what it printed.
fn output(command: &mut Command) -> Result<String, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let run = command.output().map_err(|source| Failure::Run {
        program: program.clone(),
        source,
    })?;
    if run.status.success() {
        return Ok(String::from_utf8_lossy(&run.stdout).into_owned());
    }
    let last = String::from_utf8_lossy(&run.stderr).into_owned();
    let last = last.lines().next_back().unwrap_or_default();
    Err(Failure::Ended {
        what: program,
        status: format!("{}: {last}", run.status),
    })
}

/// A count as a figure; counts here are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
const fn float(count: u64) -> f64 {
    count as f64
}
