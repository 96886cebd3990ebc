//! Where things are: the checkout, the tools, and the cache outside the checkout.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::Failure;

/// The checkout and what belongs to it.
#[derive(Debug)]
pub(crate) struct House {
    /// The folder that holds the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// Where builds and installed tools are kept between runs and between checkouts.
    cache: PathBuf,
    /// Where cargo builds to.
    target: PathBuf,
}

impl House {
    /// Finds the checkout that this xtask was built from and creates the cache folder.
    pub(crate) fn open() -> Result<Self, Failure> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR")
            .unwrap_or_else(|| OsString::from(env!("CARGO_MANIFEST_DIR")));
        let here = PathBuf::from(manifest);
        let root = here
            .parent()
            .map_or_else(|| here.clone(), Path::to_path_buf);
        let cache = cache_folder()
            .unwrap_or_else(|| root.join("target"))
            .join("watchfire");
        std::fs::create_dir_all(&cache).map_err(|source| Failure::File {
            doing: "create",
            path: cache.clone(),
            source,
        })?;
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| cache.join("target"), |folder| root.join(folder));
        Ok(Self {
            root,
            cache,
            target,
        })
    }

    /// The folder for tools that are installed when missing.
    pub(crate) fn tools(&self) -> PathBuf {
        self.cache.join("tools")
    }

    /// The folder that the fuzz targets are built in: their flags differ from everything else's.
    pub(crate) fn fuzz_target(&self) -> PathBuf {
        self.target.join("fuzz")
    }

    /// A folder of that name for one run; another run at the same time has another one.
    pub(crate) fn scratch(&self, name: &str) -> PathBuf {
        self.cache.join(format!("{name}-{}", std::process::id()))
    }

    /// The built program that whole-program tests and `gen` run.
    pub(crate) fn watchfire(&self) -> PathBuf {
        self.target.join("debug/watchfire")
    }

    /// A cargo command in the checkout, building into the shared target folder.
    pub(crate) fn cargo(&self, arguments: &[&str]) -> Command {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
        let mut command = Command::new(cargo);
        command
            .args(arguments)
            .current_dir(&self.root)
            .env("CARGO_TARGET_DIR", &self.target);
        command
    }
}

/// `$XDG_CACHE_HOME`, or `~/.cache`; `None` where there is no home.
fn cache_folder() -> Option<PathBuf> {
    let named = std::env::var_os("XDG_CACHE_HOME").filter(|folder| !folder.is_empty());
    named
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute())
        .or_else(|| {
            let home = std::env::var_os("HOME").filter(|folder| !folder.is_empty())?;
            Some(Path::new(&home).join(".cache"))
        })
}

/// Runs a command with this terminal as its own and demands success.
pub(crate) fn demand(command: &mut Command) -> Result<(), Failure> {
    let status = command
        .status()
        .map_err(|source| started(command, source))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::Ended {
        program: spelled(command),
        status,
    })
}

/// Runs a command, demands success and gives what it printed to standard output.
pub(crate) fn printed(command: &mut Command) -> Result<Vec<u8>, Failure> {
    command.stderr(std::process::Stdio::inherit());
    let output = command
        .output()
        .map_err(|source| started(command, source))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    Err(Failure::Ended {
        program: spelled(command),
        status: output.status,
    })
}

/// The failure of a command that did not even start.
pub(crate) fn started(command: &Command, source: std::io::Error) -> Failure {
    Failure::Start {
        program: command.get_program().to_string_lossy().into_owned(),
        source,
    }
}

/// A command line as a person would write it: the program without its folder, then its arguments.
pub(crate) fn spelled(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let name = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(name)
        .chain(command.get_args())
        .map(OsStr::to_string_lossy);
    words.collect::<Vec<_>>().join(" ")
}

/// The first program of that name on the `PATH`.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}
