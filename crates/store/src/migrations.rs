//! The schema and its versions. Migrations are only ever added.

use crate::StoreFault;
use crate::connection::{Connection, Dialect};

/// The schema version of this program.
pub const SCHEMA_VERSION: i64 = 4;

/// The script that leads from version `n` to `n + 1`, at index `n`.
const SCRIPTS: [&str; 4] = [
    include_str!("../migrations/0001_first.sql"),
    include_str!("../migrations/0002_linking.sql"),
    include_str!("../migrations/0003_ledger.sql"),
    include_str!("../migrations/0004_material.sql"),
];

/// What the database says of its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// No schema.
    Nothing,
    /// A version that this program knows.
    Version(i64),
    /// Anything else.
    Unknown(String),
}

/// Reads the schema version.
pub(crate) async fn version(connection: &mut Connection<'_>) -> Result<Found, StoreFault> {
    let exists = match connection.dialect() {
        Dialect::Sqlite => {
            "SELECT CAST(COUNT(*) AS BIGINT) FROM sqlite_master \
             WHERE type = 'table' AND name = 'meta'"
        }
        Dialect::Postgres => {
            "SELECT COUNT(*) FROM pg_catalog.pg_class WHERE oid = to_regclass('meta')"
        }
    };
    let parameters = connection.parameters();
    let rows = connection
        .rows("meta", exists.to_owned(), parameters)
        .await?;
    if connection.first_int(&rows, "meta")? == Some(0) {
        return Ok(Found::Nothing);
    }
    let parameters = connection.parameters();
    let sql = "SELECT value FROM meta WHERE key = 'schema_version'".to_owned();
    let rows = connection.rows("meta", sql, parameters).await?;
    let Some(word) = connection.first_text(&rows, "meta")? else {
        return Ok(Found::Unknown("none".to_owned()));
    };
    Ok(match word.parse::<i64>() {
        Ok(number) if (1..=SCHEMA_VERSION).contains(&number) => Found::Version(number),
        _ => Found::Unknown(word),
    })
}

/// The scripts that lead from version `from` to this program's, in the dialect's words.
pub(crate) fn scripts(from: i64, dialect: Dialect) -> impl Iterator<Item = String> {
    let done = usize::try_from(from).unwrap_or(SCRIPTS.len());
    SCRIPTS
        .into_iter()
        .skip(done)
        .map(move |script| speak(script, dialect))
}

fn speak(script: &str, dialect: Dialect) -> String {
    let words = match dialect {
        Dialect::Sqlite => ["INTEGER", "BLOB", " WITHOUT ROWID"],
        Dialect::Postgres => ["BIGINT", "BYTEA", ""],
    };
    ["{id}", "{bytes}", "{clustered}"]
        .into_iter()
        .zip(words)
        .fold(script.to_owned(), |text, (word, spoken)| {
            text.replace(word, spoken)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_a_script_for_each_version() {
        assert_eq!(i64::try_from(SCRIPTS.len()).unwrap(), SCHEMA_VERSION);
    }

    #[test]
    fn no_word_in_braces_is_left() {
        for dialect in [Dialect::Sqlite, Dialect::Postgres] {
            for script in scripts(0, dialect) {
                let statements: String = script
                    .lines()
                    .filter(|line| !line.trim_start().starts_with("--"))
                    .collect();
                assert!(!statements.contains(['{', '}']), "{dialect:?}");
            }
        }
    }

    #[test]
    fn every_column_has_a_comment() {
        for script in SCRIPTS {
            let mut inside = false;
            for line in script.lines() {
                if line.starts_with("CREATE TABLE") {
                    inside = true;
                } else if line.starts_with(')') {
                    inside = false;
                } else if inside && !line.trim_start().starts_with("PRIMARY KEY") {
                    assert!(line.contains(" -- "), "no comment: {line}");
                }
            }
        }
    }
}
