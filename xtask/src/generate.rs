//! `cargo xtask gen`: the pages of `docs/reference/` that the program itself writes.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::Failure;
use crate::house::{House, demand, spelled, started};

/// A page of the reference and the runs of `watchfire` that print it.
struct Page {
    /// Below `docs/reference/`.
    file: &'static str,
    /// The arguments of each run.
    runs: &'static [&'static [&'static str]],
}

const PAGES: [Page; 3] = [
    Page {
        file: "commands.txt",
        runs: &COMMANDS,
    },
    Page {
        file: "report.schema.json",
        runs: &[&["schema", "json"]],
    },
    Page {
        file: "ispws.xsd",
        runs: &[&["schema", "xsd"]],
    },
];

/// Every command's help.
const COMMANDS: [&[&str]; 45] = [
    &["--help"],
    &["demo", "--help"],
    &["serve", "--help"],
    &["account", "--help"],
    &["account", "add", "--help"],
    &["account", "list", "--help"],
    &["account", "revoke", "--help"],
    &["report", "--help"],
    &["queue", "--help"],
    &["case", "--help"],
    &["merge", "--help"],
    &["split", "--help"],
    &["undo", "--help"],
    &["decisions", "--help"],
    &["storm", "--help"],
    &["rank", "--help"],
    &["hash", "--help"],
    &["match", "--help"],
    &["list", "--help"],
    &["list", "add", "--help"],
    &["list", "set", "--help"],
    &["list", "show", "--help"],
    &["list", "import", "--help"],
    &["list", "fetch", "--help"],
    &["list", "export", "--help"],
    &["list", "feedback", "--help"],
    &["list", "confirm", "--help"],
    &["list", "reject", "--help"],
    &["list", "release", "--help"],
    &["list", "shred", "--help"],
    &["screen", "--help"],
    &["suspicion", "--help"],
    &["identifiers", "--help"],
    &["calendar", "--help"],
    &["calendar", "done", "--help"],
    &["outcome", "--help"],
    &["ledger", "--help"],
    &["log", "--help"],
    &["log", "checkpoint", "--help"],
    &["log", "verify", "--help"],
    &["simulate", "--help"],
    &["simulate", "payments", "--help"],
    &["sign-in", "--help"],
    &["windows", "--help"],
    &["schema", "--help"],
];

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

/// What the built program prints for a page. Of several runs each stands below its command line.
fn render(house: &House, page: &Page) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    for arguments in page.runs {
        if page.runs.len() > 1 {
            let gap = if text.is_empty() { "" } else { "\n" };
            text.extend(format!("{gap}$ watchfire {}\n", arguments.join(" ")).into_bytes());
        }
        text.extend(run(house, arguments)?);
    }
    Ok(text)
}

/// One run, away from the terminal: the width of somebody's window must not show in a page.
fn run(house: &House, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
    let mut command = Command::new(house.watchfire());
    command
        .args(arguments)
        .env("NO_COLOR", "1")
        .stdin(Stdio::null());
    let output = command
        .output()
        .map_err(|source| started(&command, source))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    Err(Failure::Ended {
        program: spelled(&command),
        status: output.status,
    })
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
