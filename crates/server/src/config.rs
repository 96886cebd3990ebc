//! Where a Watchfire keeps its things and where it listens: one documented struct that never
//! guesses.

use std::fs;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// The address `serve` listens on when nothing else is said.
pub const LISTEN_DEFAULT: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8420);

/// Files that an entry matches before it waits for a person when nothing else is said.
const MATCHES_PER_ENTRY_DEFAULT: NonZeroU32 = NonZeroU32::new(1_000).unwrap();

/// Configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigRefusal {
    /// The file cannot be read.
    #[error("cannot read the configuration {path}: check that it exists and that you may read it")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The file is not valid.
    #[error("{path}:{line}: {message}")]
    Invalid {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong, and what was expected.
        message: String,
    },
}

impl ConfigRefusal {
    /// The stable code, explained in docs/errors.md.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "config.unreadable",
            Self::Invalid { .. } => "config.invalid",
        }
    }
}

/// The file that `--config` names (TOML). Unknown keys are refused.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The directory that holds whatever is not placed elsewhere: keys, blobs, log, SQLite.
    pub data: PathBuf,
    /// The address to listen on; `127.0.0.1:8420` unless said.
    #[serde(default = "listen_default")]
    pub listen: SocketAddr,
    /// `postgres://user:password@host:port/name`, or absent for SQLite inside `data`.
    #[serde(default)]
    pub database: Option<String>,
    /// The directory of the key files; `keys` inside `data` unless said.
    #[serde(default)]
    pub keys: Option<PathBuf>,
    /// The address that browsers reach the console by, when a proxy stands in front.
    #[serde(default)]
    pub console_url: Option<String>,
    /// A triage policy to use instead of the one inside the program.
    #[serde(default)]
    pub triage_policy: Option<PathBuf>,
    /// What each currency was worth on each day, for payments: CSV of `date,currency,BASE`.
    #[serde(default)]
    pub rates: Option<PathBuf>,
    /// Look into pictures and video where the kernel gives less than the whole cage.
    #[serde(default)]
    pub allow_weaker_cage: bool,
    /// Files that one entry of a list matches before a person has to look at the entry: what so
    /// many are near to is more likely a flat picture or a mistake; 1,000 unless said.
    #[serde(default = "matches_per_entry")]
    pub matches_per_entry_max: NonZeroU32,
    /// How files are looked into: by the program that runs, which sets this; `None`: not at all.
    #[serde(skip)]
    pub cage: Option<media::cage::CageConfig>,
    /// The country whose clocks run here, as `US`; without it only those that run everywhere do.
    #[serde(default)]
    pub jurisdiction: Option<triage::Jurisdiction>,
}

impl Config {
    /// The embedded default: everything in one directory.
    pub fn embedded(data: impl Into<PathBuf>) -> Self {
        Self {
            data: data.into(),
            listen: LISTEN_DEFAULT,
            database: None,
            keys: None,
            console_url: None,
            triage_policy: None,
            rates: None,
            allow_weaker_cage: false,
            matches_per_entry_max: matches_per_entry(),
            cage: None,
            jurisdiction: None,
        }
    }

    /// Reads a configuration file.
    pub fn read(path: &Path) -> Result<Self, ConfigRefusal> {
        let text = fs::read_to_string(path).map_err(|source| ConfigRefusal::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        toml::from_str(&text).map_err(|error| ConfigRefusal::Invalid {
            path: path.to_owned(),
            line: error.span().map_or(1, |span| line_of(&text, span.start)),
            message: error.message().to_owned(),
        })
    }

    /// The directory of the key files.
    pub fn keys_dir(&self) -> PathBuf {
        self.keys.clone().unwrap_or_else(|| self.data.join("keys"))
    }

    /// The directory of the sealed blobs.
    pub fn blobs_dir(&self) -> PathBuf {
        self.data.join("blobs")
    }

    /// The directory of the log's tiles and checkpoint.
    pub fn log_dir(&self) -> PathBuf {
        self.data.join("log")
    }

    /// The file of the link index's snapshot, which can be made anew at any time.
    pub(crate) fn link_index_file(&self) -> PathBuf {
        self.data.join("link.index")
    }

    /// The file of the index of known material, which can be made anew at any time.
    pub(crate) fn material_index_file(&self) -> PathBuf {
        self.data.join("material.index")
    }

    /// The database in the form `store` takes.
    pub fn database_url(&self) -> String {
        self.database
            .clone()
            .unwrap_or_else(|| format!("sqlite:{}", self.data.join("watchfire.sqlite").display()))
    }
}

const fn listen_default() -> SocketAddr {
    LISTEN_DEFAULT
}

const fn matches_per_entry() -> NonZeroU32 {
    MATCHES_PER_ENTRY_DEFAULT
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, ConfigRefusal> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("watchfire.toml");
        fs::write(&path, text).unwrap();
        Config::read(&path)
    }

    #[test]
    fn the_smallest_configuration_names_the_data_directory() {
        let config = read("data = \"/var/lib/watchfire\"").unwrap();
        assert_eq!(config, Config::embedded("/var/lib/watchfire"));
        assert_eq!(
            config.database_url(),
            "sqlite:/var/lib/watchfire/watchfire.sqlite"
        );
    }

    #[test]
    fn a_jurisdiction_is_two_capital_letters() {
        let config = read("data = \"/x\"\njurisdiction = \"US\"").unwrap();
        assert_eq!(config.jurisdiction, "US".parse().ok());
        for bad in ["", "us", "USA", "any"] {
            let refusal = read(&format!("data = \"/x\"\njurisdiction = \"{bad}\"")).unwrap_err();
            let text = refusal.to_string();
            assert!(
                text.contains(".toml:2: ") && text.contains("jurisdiction"),
                "{text}"
            );
        }
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line() {
        let refusal = read("data = \"/x\"\nlisten_on = \"y\"").unwrap_err();
        assert_eq!(refusal.code(), "config.invalid");
        let text = refusal.to_string();
        assert!(
            text.contains(".toml:2: ") && text.contains("listen_on"),
            "{text}"
        );
    }
}
