//! Where the database is.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where the database is: `sqlite:PATH` or `postgres://USER@HOST:PORT/DATABASE`.
#[derive(Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// A SQLite database in this file.
    Sqlite(PathBuf),
    /// A PostgreSQL database; the whole URL.
    Postgres(String),
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreUrl({self})")
    }
}

impl fmt::Display for StoreUrl {
    /// Without the user and the password of a PostgreSQL address, nor its parameters.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => {
                let place = url.split_once("://").map_or("", |(_, place)| place);
                let place = place.split(['?', '#']).next().unwrap_or_default();
                let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
                write!(f, "postgres://{place}")
            }
        }
    }
}

/// Text that is not the place of a database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a database: expected sqlite:PATH or postgres://USER@HOST:PORT/DATABASE")]
pub struct BadStoreUrl;

impl BadStoreUrl {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        "store.url-bad"
    }
}

impl FromStr for StoreUrl {
    type Err = BadStoreUrl;

    fn from_str(text: &str) -> Result<Self, BadStoreUrl> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            if path.is_empty() || path.contains('\0') {
                return Err(BadStoreUrl);
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        Err(BadStoreUrl)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inv_08_a_shown_address_tells_no_password() {
        for (given, shown) in [
            (
                "postgres://fire:s3cret@db.example.net:5432/watch?sslmode=prefer",
                "postgres://db.example.net:5432/watch",
            ),
            (
                "postgres://fire:s@cret@db.example.net/watch",
                "postgres://db.example.net/watch",
            ),
            ("sqlite:data/watchfire.db", "sqlite:data/watchfire.db"),
        ] {
            let url: StoreUrl = given.parse().unwrap();
            assert_eq!(url.to_string(), shown);
            assert!(!format!("{url:?}").contains("cret"));
        }
    }

    #[test]
    fn other_places_are_refused() {
        for bad in [
            "",
            "sqlite:",
            "mysql://db.example.net/watch",
            "watchfire.db",
        ] {
            assert_eq!(bad.parse::<StoreUrl>(), Err(BadStoreUrl), "{bad:?}");
        }
    }
}
