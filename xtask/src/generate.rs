//! `cargo xtask gen`: the pages of `docs/reference/` that the program itself writes.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::house::{House, demand, printed};

/// A page of the reference and the command that prints it.
struct Page {
    /// Below `docs/reference/`.
    file: &'static str,
    /// The arguments of `watchfire`.
    arguments: &'static [&'static str],
}

const PAGES: [Page; 0] = [];

/// Writes every page anew.
pub(crate) fn write(house: &House) -> Result<(), Failure> {
    demand(&mut house.cargo(&[
        "build",
        "--package",
        "cli",
        "--bin",
        "watchfire",
        "--locked",
    ]))?;
    for page in &PAGES {
        let path = place(house, page);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|source| unwritten(folder.to_path_buf(), source))?;
        }
        std::fs::write(&path, render(house, page)?)
            .map_err(|source| unwritten(path.clone(), source))?;
        println!("wrote {}", shown(house, &path));
    }
    Ok(())
}

/// Demands that every page is what `gen` would write.
pub(crate) fn check(house: &House) -> Result<(), Failure> {
    let mut stale = Vec::new();
    for page in &PAGES {
        let path = place(house, page);
        if std::fs::read(&path).ok() != Some(render(house, page)?) {
            stale.push(shown(house, &path));
        }
    }
    if stale.is_empty() {
        println!(
            "{} pages of docs/reference are as the program prints them",
            PAGES.len()
        );
        return Ok(());
    }
    Err(Failure::Broken(format!(
        "run `cargo xtask gen` and commit the result; out of date: {}",
        stale.join(", ")
    )))
}

/// What the built program prints for a page; it sees a fixed width and no settings of ours.
fn render(house: &House, page: &Page) -> Result<Vec<u8>, Failure> {
    let mut command = Command::new(house.watchfire());
    printed(
        command
            .args(page.arguments)
            .env("COLUMNS", "100")
            .env("NO_COLOR", "1"),
    )
}

fn place(house: &House, page: &Page) -> PathBuf {
    house.root.join("docs/reference").join(page.file)
}

fn shown(house: &House, path: &Path) -> String {
    path.strip_prefix(&house.root)
        .unwrap_or(path)
        .display()
        .to_string()
}

fn unwritten(path: PathBuf, source: std::io::Error) -> Failure {
    Failure::File {
        doing: "write",
        path,
        source,
    }
}
