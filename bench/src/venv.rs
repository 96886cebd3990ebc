//! Peers written in Python: each in an environment of its own, inside the workload's place.

use std::fs;
use std::process::Command;

use crate::failure::Failure;
use crate::place::Place;

/// Python with these packages, about to run this script.
pub(crate) fn python(
    place: &Place,
    name: &str,
    script: &str,
    packages: &[&str],
) -> Result<Command, Failure> {
    let (environment, path) = (place.path("venv"), place.path(name));
    fs::write(&path, script).map_err(Failure::at(&path))?;
    if !environment.exists() {
        succeed(
            Command::new("python3")
                .args(["-m", "venv"])
                .arg(&environment),
        )?;
    }
    let mut pip = Command::new(environment.join("bin/pip"));
    succeed(pip.args(["install", "-q"]).args(packages))?;
    let mut python = Command::new(environment.join("bin/python"));
    python.arg(path);
    Ok(python)
}

/// Runs a program to its end, and gives what it printed.
pub(crate) fn succeed(command: &mut Command) -> Result<String, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command.output().map_err(|source| Failure::Run {
        program: program.clone(),
        source,
    })?;
    if !output.status.success() {
        return Err(Failure::Ended {
            what: program,
            status: output.status.to_string(),
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
