//! What goes wrong with a database, told apart by what the caller should do about it.

use std::fmt;

use sqlx::error::ErrorKind;

/// What the database itself said: its code and its words, never a row's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause {
    code: Option<String>,
    text: String,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{} (database code {code})", self.text),
            None => f.write_str(&self.text),
        }
    }
}

impl std::error::Error for Cause {}

impl From<sqlx::Error> for Cause {
    /// Keeps the primary message only: PostgreSQL's detail line would quote the values of the row.
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(told) => Self {
                code: told.code().map(std::borrow::Cow::into_owned),
                text: told.message().to_owned(),
            },
            other => Self {
                code: None,
                text: other.to_string(),
            },
        }
    }
}

/// The database did not do what was asked. Nothing of the transaction was kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreFault {
    /// Someone else holds the database longer than is waited for. Try again.
    #[error("{during}: {table} is busy; the database was held by another writer for too long")]
    Busy {
        /// The transaction's or reading's name.
        during: &'static str,
        /// The table.
        table: &'static str,
        /// What the database said.
        #[source]
        cause: Cause,
    },
    /// The transaction met another one. Try again from its beginning.
    #[error("{during}: collided with another transaction on {table}; run it again")]
    Collided {
        /// The transaction's or reading's name.
        during: &'static str,
        /// The table.
        table: &'static str,
        /// What the database said.
        #[source]
        cause: Cause,
    },
    /// The connection failed. Try again; whether a commit that failed so was kept is unknown.
    #[error("{during}: the connection to the database failed at {table}")]
    Connection {
        /// The transaction's or reading's name.
        during: &'static str,
        /// The table.
        table: &'static str,
        /// What the database said.
        #[source]
        cause: Cause,
    },
    /// There is no room left. Free some, then try again.
    #[error("{during}: no room left on the database's disk while writing {table}; free some space")]
    DiskFull {
        /// The transaction's or reading's name.
        during: &'static str,
        /// The table.
        table: &'static str,
        /// What the database said.
        #[source]
        cause: Cause,
    },
    /// The disk failed to read or write. Look after it, then try again.
    #[error("{during}: the database's disk failed at {table}")]
    Disk {
        /// The transaction's or reading's name.
        during: &'static str,
        /// The table.
        table: &'static str,
        /// What the database said.
        #[source]
        cause: Cause,
    },
    /// A row with this key is there already. The caller is at fault.
    #[error("{during}: a row of {table} is there already")]
    Duplicate {
        /// The transaction's or reading's name.
        during: &'static str,
        /// The table.
        table: &'static str,
        /// What the database said.
        #[source]
        cause: Cause,
    },
    /// A row points at another one that is not there. The caller is at fault.
    #[error("{during}: a row of {table} points at something that is not there")]
    Dangling {
        /// The transaction's or reading's name.
        during: &'static str,
        /// The table.
        table: &'static str,
        /// What the database said.
        #[source]
        cause: Cause,
    },
    /// The database refused a statement for a reason of no known kind.
    #[error("{during}: the database refused a statement on {table}")]
    Statement {
        /// The transaction's or reading's name.
        during: &'static str,
        /// The table.
        table: &'static str,
        /// What the database said.
        #[source]
        cause: Cause,
    },
    /// A transaction was to be committed after one of its statements had failed or been given up;
    /// it was rolled back.
    #[error("{during}: not committed, since one of its statements failed or was given up")]
    Aborted {
        /// The transaction's name.
        during: &'static str,
    },
    /// A stored value is not one that this program writes.
    #[error("{during}: {table} holds a value that this program does not write: {what}")]
    Unreadable {
        /// The transaction's or reading's name.
        during: &'static str,
        /// The table.
        table: &'static str,
        /// What was expected.
        what: &'static str,
    },
    /// The database could not be reached or opened.
    #[error(
        "the database could not be opened; is its path or address right, and may this user read it?"
    )]
    Open {
        /// What the database said.
        #[source]
        cause: Cause,
    },
    /// The database holds no Watchfire schema.
    #[error("the database is empty: it has to be created first")]
    SchemaMissing,
    /// The database was already created.
    #[error("the database was created before; it is not created twice")]
    SchemaPresent,
    /// The database was made by an older version and has to be migrated.
    #[error(
        "the database has schema version {found}, this program needs {known}: migrate it first"
    )]
    SchemaOld {
        /// The version found.
        found: i64,
        /// The version of this program.
        known: i64,
    },
    /// The database was made by a version that this program does not know (invariant 12).
    #[error(
        "the database has schema version {found}, this program knows up to {known}: \
         use a newer program"
    )]
    SchemaUnknown {
        /// The version found, as written.
        found: String,
        /// The version of this program.
        known: i64,
    },
}

impl StoreFault {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Busy { .. } => "store.busy",
            Self::Collided { .. } => "store.collided",
            Self::Connection { .. } => "store.connection",
            Self::DiskFull { .. } => "store.disk-full",
            Self::Disk { .. } => "store.disk",
            Self::Duplicate { .. } => "store.duplicate",
            Self::Dangling { .. } => "store.dangling",
            Self::Statement { .. } => "store.statement",
            Self::Aborted { .. } => "store.aborted",
            Self::Unreadable { .. } => "store.unreadable",
            Self::Open { .. } => "store.open",
            Self::SchemaMissing => "store.schema-missing",
            Self::SchemaPresent => "store.schema-present",
            Self::SchemaOld { .. } => "store.schema-old",
            Self::SchemaUnknown { .. } => "store.schema-unknown",
        }
    }

    /// Whether the same transaction, run again from its beginning, may succeed without anyone's
    /// help.
    pub const fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::Busy { .. } | Self::Collided { .. } | Self::Connection { .. }
        )
    }

    pub(crate) fn from_database(
        error: sqlx::Error,
        during: &'static str,
        table: &'static str,
    ) -> Self {
        let kind = Kind::of(&error);
        let cause = Cause::from(error);
        match kind {
            Kind::Busy => Self::Busy {
                during,
                table,
                cause,
            },
            Kind::Collided => Self::Collided {
                during,
                table,
                cause,
            },
            Kind::Connection => Self::Connection {
                during,
                table,
                cause,
            },
            Kind::DiskFull => Self::DiskFull {
                during,
                table,
                cause,
            },
            Kind::Disk => Self::Disk {
                during,
                table,
                cause,
            },
            Kind::Duplicate => Self::Duplicate {
                during,
                table,
                cause,
            },
            Kind::Dangling => Self::Dangling {
                during,
                table,
                cause,
            },
            Kind::Statement => Self::Statement {
                during,
                table,
                cause,
            },
        }
    }
}

/// The caller's wish cannot be granted, and the transaction goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreRefusal {
    /// An account of this name exists.
    #[error("an account of this name exists; choose another name or revoke that account")]
    NameTaken,
}

impl StoreRefusal {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NameTaken => "store.name-taken",
        }
    }
}

enum Kind {
    Busy,
    Collided,
    Connection,
    DiskFull,
    Disk,
    Duplicate,
    Dangling,
    Statement,
}

impl Kind {
    fn of(error: &sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            sqlx::Error::Io(_)
            | sqlx::Error::Tls(_)
            | sqlx::Error::Protocol(_)
            | sqlx::Error::PoolClosed
            | sqlx::Error::WorkerCrashed => Self::Connection,
            sqlx::Error::Database(told) => match told.kind() {
                ErrorKind::UniqueViolation => Self::Duplicate,
                ErrorKind::ForeignKeyViolation => Self::Dangling,
                _ => told
                    .code()
                    .map_or(Self::Statement, |code| Self::of_code(&code)),
            },
            _ => Self::Statement,
        }
    }

    /// SQLite's codes are decimal numbers of at most four digits (the low byte is the primary code,
    /// <https://www.sqlite.org/rescode.html>), PostgreSQL's have exactly five characters (appendix A of its manual).
    fn of_code(code: &str) -> Self {
        if code.len() == 5 {
            return match code {
                "40001" | "40P01" => Self::Collided,
                "55P03" | "57014" => Self::Busy,
                "53100" => Self::DiskFull,
                "58030" => Self::Disk,
                "53300" | "57P01" | "57P02" | "57P03" => Self::Connection,
                _ if code.starts_with("08") => Self::Connection,
                _ => Self::Statement,
            };
        }
        match code.parse::<u32>().map(|number| number & 0xff) {
            Ok(5 | 6) => Self::Busy,
            Ok(10) => Self::Disk,
            Ok(13) => Self::DiskFull,
            _ => Self::Statement,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(code: &str) -> StoreFault {
        let cause = Cause {
            code: Some(code.to_owned()),
            text: String::new(),
        };
        let (during, table) = ("test", "report");
        match Kind::of_code(code) {
            Kind::Busy => StoreFault::Busy {
                during,
                table,
                cause,
            },
            Kind::Collided => StoreFault::Collided {
                during,
                table,
                cause,
            },
            Kind::Connection => StoreFault::Connection {
                during,
                table,
                cause,
            },
            Kind::DiskFull => StoreFault::DiskFull {
                during,
                table,
                cause,
            },
            Kind::Disk => StoreFault::Disk {
                during,
                table,
                cause,
            },
            _ => StoreFault::Statement {
                during,
                table,
                cause,
            },
        }
    }

    #[test]
    fn codes_of_both_databases_are_told_apart() {
        for (code, means, retry) in [
            ("5", "store.busy", true),
            ("517", "store.busy", true), // SQLITE_BUSY_SNAPSHOT
            ("6", "store.busy", true),
            ("13", "store.disk-full", false),
            ("1", "store.statement", false),
            ("40001", "store.collided", true),
            ("40P01", "store.collided", true),
            ("08006", "store.connection", true),
            ("53100", "store.disk-full", false),
            ("58030", "store.disk", false),
            ("778", "store.disk", false), // SQLITE_IOERR_WRITE
            ("42P01", "store.statement", false),
        ] {
            assert_eq!(fault(code).code(), means, "{code}");
            assert_eq!(fault(code).is_retryable(), retry, "{code}");
        }
    }
}
