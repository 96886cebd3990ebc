//! The Debian packages that the tests need, installed when they are missing and we may.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;
use crate::house::{demand, on_path, printed};

/// A Debian package and how to see that what it brings is there.
struct Package {
    name: &'static str,
    /// What the tests need it for, for the message to whoever has to install it.
    purpose: &'static str,
    present: fn() -> bool,
}

const PACKAGES: [Package; 5] = [
    Package {
        name: "postgresql",
        purpose: "store tests run on PostgreSQL as well as on SQLite",
        present: || postgres_programs().is_some(),
    },
    Package {
        name: "libxml2-utils",
        purpose: "xmllint is the second opinion on our XML schema",
        present: || on_path("xmllint").is_some(),
    },
    Package {
        name: "chromium",
        purpose: "pages are tested in a real browser",
        present: || chromium().is_some(),
    },
    Package {
        name: "ffmpeg",
        purpose: "videos are made and played in tests",
        present: || on_path("ffmpeg").is_some(),
    },
    Package {
        name: "g++",
        purpose: "the fuzzing engine is built from C++",
        present: || on_path("c++").is_some(),
    },
];

/// Where Debian puts PostgreSQL's own programs, one folder a version.
const POSTGRES_VERSIONS: &str = "/usr/lib/postgresql";

/// The oldest version that Watchfire supports.
const POSTGRES_OLDEST: u32 = 15;

/// Installs what is missing, or says what a person has to install.
pub(crate) fn install_missing() -> Result<(), Failure> {
    let missing: Vec<&Package> = PACKAGES
        .iter()
        .filter(|package| !(package.present)())
        .collect();
    if missing.is_empty() {
        println!("PostgreSQL, xmllint, Chromium, FFmpeg and a C++ compiler are there");
        return Ok(());
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let names = names.join(" ");
    if !is_root()? || on_path("apt-get").is_none() {
        let reasons: Vec<String> = missing
            .iter()
            .map(|package| format!("\n  {}: {}", package.name, package.purpose))
            .collect();
        return Err(Failure::Missing(format!(
            "these Debian packages (or your system's own) are missing:{}\n\
             install them, for example: sudo apt-get install --no-install-recommends {names}",
            reasons.concat()
        )));
    }
    println!("installing the missing Debian packages: {names}");
    demand(&mut apt_get(&["update", "-q"]))?;
    let mut arguments = vec!["install", "-q", "-y", "--no-install-recommends"];
    arguments.extend(names.split(' '));
    demand(&mut apt_get(&arguments))
}

/// The folder of PostgreSQL's programs: the oldest supported version that is installed.
pub(crate) fn postgres_programs() -> Option<PathBuf> {
    let entries = std::fs::read_dir(POSTGRES_VERSIONS).ok()?;
    let versions = entries.filter_map(|entry| {
        let folder = entry.ok()?.path();
        let version: u32 = folder.file_name()?.to_str()?.parse().ok()?;
        Some((version, folder.join("bin")))
    });
    versions
        .filter(|(version, bin)| *version >= POSTGRES_OLDEST && bin.join("initdb").is_file())
        .min()
        .map(|(_, bin)| bin)
}

/// The browser that page tests drive.
pub(crate) fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find_map(on_path)
}

/// Whether we may install packages, and must not run PostgreSQL as ourselves.
pub(crate) fn is_root() -> Result<bool, Failure> {
    Ok(printed(Command::new("id").arg("-u"))?.trim_ascii() == b"0")
}

fn apt_get(arguments: &[&str]) -> Command {
    let mut command = Command::new("apt-get");
    command
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .current_dir(Path::new("/"));
    command
}
