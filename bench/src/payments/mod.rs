//! Workloads over payments: windows, typologies, one transfer at a time, the graph.

mod book;
mod graph;
mod growth;
mod live;
mod screening;
mod windows;

use std::path::Path;

use crate::failure::Failure;
use crate::venv;

pub(crate) use graph::run as graph;
pub(crate) use growth::run as growth;
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
    let mut python = venv::python(dir, name, script, packages)?;
    let told = venv::succeed(python.args(arguments))?;
    Ok(told.lines().next_back().unwrap_or_default().to_owned())
}

/// A count as a figure; counts here are far below 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
const fn float(count: u64) -> f64 {
    count as f64
}
