//! Where a workload works: a directory on a real disk, and a database of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Database;
use crate::failure::Failure;
use crate::program;

/// The directory and the database of one run.
pub(crate) struct Place {
    dir: PathBuf,
    postgres: Option<Postgres>,
    /// Removes a directory that nobody asked to keep.
    _temporary: Option<tempfile::TempDir>,
}

/// A database on a server, dropped when the run ends.
struct Postgres {
    server: String,
    name: String,
}

impl Place {
    /// A place in `named`, which is kept, or in a temporary directory beside this program: the
    /// system's temporary directory may lie in memory, where durability costs nothing.
    pub(crate) fn new(named: Option<&Path>, database: Database) -> Result<Self, Failure> {
        let (dir, temporary) = if let Some(named) = named {
            fs::create_dir_all(named).map_err(Failure::at(named))?;
            (named.to_owned(), None)
        } else {
            let beside = program::beside()?;
            let made = tempfile::Builder::new()
                .prefix("bench-")
                .tempdir_in(&beside)
                .map_err(Failure::at(beside))?;
            (made.path().to_owned(), Some(made))
        };
        let postgres = match database {
            Database::Sqlite => None,
            Database::Postgres => Some(Postgres::create()?),
        };
        let place = Self {
            dir,
            postgres,
            _temporary: temporary,
        };
        place.write_config()?;
        Ok(place)
    }

    /// A path inside the directory.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The directory itself.
    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// The directory of the Watchfire.
    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// The arguments that name the Watchfire to the program.
    pub(crate) fn arguments(&self) -> [PathBuf; 2] {
        match &self.postgres {
            None => ["--data".into(), self.data()],
            Some(_) => ["--config".into(), self.path("watchfire.toml")],
        }
    }

    /// The configuration that names it to a library.
    pub(crate) fn config(&self) -> server::Config {
        let mut config = server::Config::embedded(self.data());
        config.database = self.postgres.as_ref().map(Postgres::url);
        config
    }

    fn write_config(&self) -> Result<(), Failure> {
        let Some(postgres) = &self.postgres else {
            return Ok(());
        };
        let path = self.path("watchfire.toml");
        // Literal strings of TOML: no backslash in a path or a password means anything.
        let data = self.data();
        let text = format!(
            "data = '{}'\ndatabase = '{}'\n",
            data.display(),
            postgres.url()
        );
        fs::write(&path, text).map_err(Failure::at(path))
    }
}

impl Postgres {
    fn create() -> Result<Self, Failure> {
        let server = std::env::var("WATCHFIRE_TEST_POSTGRES").map_err(|_| Failure::NoPostgres)?;
        let name = format!("watchfire_bench_{}", std::process::id());
        let postgres = Self { server, name };
        postgres.tell(&format!("CREATE DATABASE {}", postgres.name))?;
        Ok(postgres)
    }

    /// The address of the database: the server's, with another path.
    fn url(&self) -> String {
        let (address, options) = match self.server.split_once('?') {
            Some((address, options)) => (address, format!("?{options}")),
            None => (self.server.as_str(), String::new()),
        };
        let authority = address.find("://").map_or(0, |at| at + 3);
        let end = address[authority..]
            .find('/')
            .map_or(address.len(), |at| authority + at);
        format!("{}/{}{options}", &address[..end], self.name)
    }

    fn tell(&self, sql: &str) -> Result<(), Failure> {
        let run = Command::new("psql")
            .args(["-q", "-c", sql, &self.server])
            .status();
        let status = run.map_err(|source| Failure::Run {
            program: "psql".to_owned(),
            source,
        })?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::Ended {
            what: "psql".to_owned(),
            status: status.to_string(),
        })
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Err(failure) = self.tell(&format!("DROP DATABASE {} WITH (FORCE)", self.name)) {
            failure.complain();
        }
    }
}
