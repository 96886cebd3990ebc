//! Gives each test a database of its own, of both kinds.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test's scaffold fails by panicking, and says on which database"
)]

use std::panic::{AssertUnwindSafe, resume_unwind};

use futures_util::FutureExt as _;
use model::Timestamp;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use store::{Birth, Store, StoreUrl};
use tempfile::TempDir;

/// Names the variable that says where a PostgreSQL server is.
const POSTGRES: &str = "WATCHFIRE_TEST_POSTGRES";

/// An empty database that is gone after its test.
pub(crate) struct Database {
    /// Where it is.
    pub(crate) url: StoreUrl,
    // Holds the SQLite file; for PostgreSQL only its random name is used.
    folder: TempDir,
    server: Option<String>,
}

impl Database {
    /// The birth that tests create with.
    pub(crate) fn birth() -> Birth {
        Birth {
            key_check: [7; 32],
            log_origin: "log.example.org/test".to_owned(),
            created: Timestamp::from_millis(1_700_000_000_000),
        }
    }

    /// Creates the schema.
    pub(crate) async fn create(&self) -> Store {
        Store::create(&self.url, &Self::birth()).await.unwrap()
    }

    /// Creates a schema by the scripts of an older version, as that version would have.
    pub(crate) async fn create_by(&self, script: &str, version: i64) {
        let birth = format!(
            "INSERT INTO meta VALUES ('schema_version', '{version}'), ('key_check', '{}'), \
             ('log_origin', 'log.example.org/test'), ('created_ms', '1700000000000'); \
             INSERT INTO counter VALUES ('report', 100), ('case', 100), ('account', 100); \
             INSERT INTO log_head VALUES (1, 0); INSERT INTO log_published VALUES (1, 0);",
            "07".repeat(32)
        );
        self.meddle(&self.speak(script)).await;
        self.meddle(&birth).await;
    }

    /// SQL in this database's words.
    pub(crate) fn speak(&self, sql: &str) -> String {
        let words = match self.url {
            StoreUrl::Sqlite(_) => ["INTEGER", "BLOB", " WITHOUT ROWID"],
            StoreUrl::Postgres(_) => ["BIGINT", "BYTEA", ""],
        };
        ["{id}", "{bytes}", "{clustered}"]
            .into_iter()
            .zip(words)
            .fold(sql.to_owned(), |sql, (word, spoken)| {
                sql.replace(word, spoken)
            })
    }

    /// Runs SQL past the store's back.
    pub(crate) async fn meddle(&self, sql: &str) {
        match &self.url {
            StoreUrl::Sqlite(path) => {
                let options = sqlx::sqlite::SqliteConnectOptions::new()
                    .filename(path)
                    .create_if_missing(true);
                let mut link = sqlx::SqliteConnection::connect_with(&options)
                    .await
                    .unwrap();
                link.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
                link.close().await.unwrap();
            }
            StoreUrl::Postgres(url) => run(url, sql).await,
        }
    }

    fn folder() -> TempDir {
        tempfile::Builder::new()
            .prefix("watchfire_")
            .rand_bytes(16)
            .tempdir()
            .unwrap()
    }

    fn sqlite() -> Self {
        let folder = Self::folder();
        Self {
            url: StoreUrl::Sqlite(folder.path().join("test.db")),
            folder,
            server: None,
        }
    }

    async fn postgres() -> Self {
        let Ok(server) = std::env::var(POSTGRES) else {
            panic!(
                "{POSTGRES} names no PostgreSQL server: run `cargo xtask test`, which starts one"
            );
        };
        let folder = Self::folder();
        let (place, _) = server.rsplit_once('/').unwrap();
        let mut database = Self {
            url: StoreUrl::Postgres(String::new()),
            folder,
            server: Some(server.clone()),
        };
        database.url = StoreUrl::Postgres(format!("{place}/{}", database.name()));
        run(&server, &format!("CREATE DATABASE {}", database.name())).await;
        database
    }

    fn name(&self) -> String {
        let name = self.folder.path().file_name().unwrap();
        name.to_str().unwrap().to_lowercase()
    }

    async fn drop(self) {
        if let Some(server) = &self.server {
            run(
                server,
                &format!("DROP DATABASE {} WITH (FORCE)", self.name()),
            )
            .await;
        }
    }
}

async fn run(url: &str, sql: &str) {
    let mut link = PgConnection::connect(url).await.unwrap();
    link.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    link.close().await.unwrap();
}

/// Runs a test on a fresh database of each kind.
pub(crate) async fn both(test: impl AsyncFn(&Database)) {
    on(Database::sqlite(), &test).await;
    on(Database::postgres().await, &test).await;
}

async fn on(database: Database, test: &impl AsyncFn(&Database)) {
    let outcome = AssertUnwindSafe(test(&database)).catch_unwind().await;
    let kind = database.url.to_string();
    database.drop().await;
    if let Err(panic) = outcome {
        eprintln!("on {kind}");
        resume_unwind(panic);
    }
}
