//! `cargo deny`: licences, banned crates, sources, and known holes where their list can be fetched.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::house::{House, demand, on_path, started};

/// Pinned, so that a new release of the tool cannot break a change that has nothing to do with it.
const VERSION: &str = "0.20.2";

/// What `cargo deny` says when the list of known holes is out of reach, whatever the reason.
const LIST_OUT_OF_REACH: &str = "failed to fetch advisory database";

/// Checks the workspace's and the fuzz crate's dependencies against `deny.toml`.
pub(crate) fn run(house: &House) -> Result<(), Failure> {
    let program = program(house)?;
    let fuzz = house.root.join("fuzz/Cargo.toml");
    let manifests = [house.root.join("Cargo.toml"), fuzz];
    for manifest in manifests.iter().filter(|manifest| manifest.is_file()) {
        demand(check(house, &program, manifest).args(["licenses", "bans", "sources"]))?;
    }
    advisories(house, &program)
}

/// A missing list is said, not hidden, and is no failure: it says nothing about this change.
fn advisories(house: &House, program: &Path) -> Result<(), Failure> {
    let mut command = check(house, program, &house.root.join("Cargo.toml"));
    command.arg("advisories");
    let output = command
        .output()
        .map_err(|source| started(&command, source))?;
    let words = String::from_utf8_lossy(&output.stderr);
    if words.contains(LIST_OUT_OF_REACH) {
        println!(
            "NOT CHECKED: known security holes; the list of advisories cannot be fetched here"
        );
        return Ok(());
    }
    eprint!("{words}");
    if output.status.success() {
        return Ok(());
    }
    Err(Failure::Ended {
        program: "cargo-deny check advisories".to_owned(),
        status: output.status,
    })
}

fn check(house: &House, program: &Path, manifest: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .arg("--manifest-path")
        .arg(manifest)
        .args(["--log-level", "warn"]);
    command.arg("--config").arg(house.root.join("deny.toml"));
    command.args(["check", "--hide-inclusion-graph"]);
    command.current_dir(&house.root);
    command
}

/// The installed program, or our own copy, built once into the cache.
fn program(house: &House) -> Result<PathBuf, Failure> {
    let tools = house.tools();
    let own = tools.join("bin/cargo-deny");
    if let Some(found) = on_path("cargo-deny") {
        return Ok(found);
    }
    if !own.is_file() {
        println!(
            "installing cargo-deny {VERSION} into {}, once",
            tools.display()
        );
        let mut install = house.cargo(&["install", "cargo-deny", "--locked", "--version", VERSION]);
        demand(install.arg("--root").arg(&tools))?;
    }
    Ok(own)
}
