//! Peers written in Python: in an environment of their own, inside the workload's place.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::failure::Failure;

/// Python with these packages, about to run this script.
pub(crate) fn python(
    folder: &Path,
    name: &str,
    script: &str,
    packages: &[&str],
) -> Result<Command, Failure> {
    let (environment, path) = (folder.join("venv"), folder.join(name));
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
        let last = String::from_utf8_lossy(&output.stderr);
        let last = last.lines().next_back().unwrap_or_default();
        return Err(Failure::Ended {
            what: program,
            status: format!("{}: {last}", output.status),
        });
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Runs a command to its end; what it prints is printed.
pub(crate) fn complete(command: &mut Command) -> Result<(), Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|source| Failure::Run {
        program: program.clone(),
        source,
    })?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::Ended {
        what: program,
        status: status.to_string(),
    })
}
