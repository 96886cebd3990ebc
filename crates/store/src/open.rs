//! Opening, creating and migrating a database.

use std::path::Path;
use std::time::Duration;

use model::{Timestamp, hex};
use sqlx::ConnectOptions as _;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions, Postgres};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};

use crate::connection::{Connection, Dialect};
use crate::migrations::{Found, SCHEMA_VERSION, scripts, version};
use crate::readers::{Readers, Taken};
use crate::row::Counter;
use crate::{Cause, StoreFault, StoreUrl, Tx};

/// How long a writer waits for another one.
const LOCK_WAIT: Duration = Duration::from_secs(10);
/// How long is waited for a free connection.
const POOL_WAIT: Duration = Duration::from_secs(30);
/// How long is waited before a file that another program is just creating is opened again.
const CREATION_PAUSE: Duration = Duration::from_millis(50);
/// Connections that read a SQLite database beside its one writer.
const SQLITE_READERS: usize = 4;
/// Connections to PostgreSQL.
const POSTGRES_CONNECTIONS: u32 = 16;
/// Prepared statements kept by each connection: about 20 bulk statements in at most nine sizes, and
/// the rest.
const STATEMENTS_KEPT: usize = 512;

/// How long SQLite's write-ahead log grows, in pages of 4 KiB, before it is copied into the
/// database: 32 MiB, so that a page that many batches touch is copied once.
const WAL_PAGES: &str = "8192";

/// What a database was born with and keeps for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Birth {
    /// Tells whether the keys at hand are the ones that the rows were sealed with.
    pub key_check: [u8; 32],
    /// The custody log's origin line.
    pub log_origin: String,
    /// When the database was created.
    pub created: Timestamp,
}

/// An open database. Cloning is cheap; the clones share its connections.
#[derive(Debug, Clone)]
pub struct Store {
    pools: Pools,
}

#[derive(Debug, Clone)]
enum Pools {
    Sqlite {
        writer: SqlitePool,
        readers: Readers,
    },
    Postgres(PgPool),
}

impl Store {
    /// Opens a database that exists and has this program's schema version; refuses any other
    /// (invariant 12).
    pub async fn open(url: &StoreUrl) -> Result<Self, StoreFault> {
        let store = Self::connect(url, false).await?;
        let mut reader = store.reader("open").await?;
        match version(&mut reader.connection()).await? {
            Found::Nothing => Err(StoreFault::SchemaMissing),
            Found::Version(SCHEMA_VERSION) => Ok(store),
            Found::Version(found) => Err(StoreFault::SchemaOld {
                found,
                known: SCHEMA_VERSION,
            }),
            Found::Unknown(found) => Err(unknown(found)),
        }
    }

    /// Creates the schema, once: in a new file for SQLite, in an existing empty database for
    /// PostgreSQL.
    pub async fn create(url: &StoreUrl, birth: &Birth) -> Result<Self, StoreFault> {
        let store = Self::connect(url, true).await?;
        let mut tx = store.begin("create").await?;
        let mut connection = tx.connection();
        one_at_a_time(&mut connection).await?;
        match version(&mut connection).await? {
            Found::Nothing => {}
            Found::Version(_) => return Err(StoreFault::SchemaPresent),
            Found::Unknown(found) => return Err(unknown(found)),
        }
        for script in scripts(0, connection.dialect()) {
            connection.script(script).await?;
        }
        write_birth(&mut connection, birth).await?;
        tx.commit().await?;
        Ok(store)
    }

    /// Brings an older schema up to this program's version and says which version it had.
    pub async fn migrate(url: &StoreUrl) -> Result<i64, StoreFault> {
        let store = Self::connect(url, false).await?;
        let mut tx = store.begin("migrate").await?;
        let mut connection = tx.connection();
        one_at_a_time(&mut connection).await?;
        let found = match version(&mut connection).await? {
            Found::Nothing => return Err(StoreFault::SchemaMissing),
            Found::Version(found) => found,
            Found::Unknown(found) => return Err(unknown(found)),
        };
        for script in scripts(found, connection.dialect()) {
            connection.script(script).await?;
        }
        let mut parameters = connection.parameters();
        parameters.text(&SCHEMA_VERSION.to_string());
        let sql = "UPDATE meta SET value = $1 WHERE key = 'schema_version'".to_owned();
        connection.execute("meta", sql, parameters).await?;
        tx.commit().await?;
        Ok(found)
    }

    /// What the database was born with.
    pub async fn birth(&self) -> Result<Birth, StoreFault> {
        let mut reader = self.reader("birth").await?;
        let mut connection = reader.connection();
        let key_check = meta(&mut connection, "key_check").await?;
        let key_check = unhex(&key_check).ok_or(StoreFault::Unreadable {
            during: "birth",
            table: "meta",
            what: "a key check of 64 hexadecimal digits",
        })?;
        let log_origin = meta(&mut connection, "log_origin").await?;
        let created = meta(&mut connection, "created_ms").await?;
        let created = created.parse().map_err(|_| StoreFault::Unreadable {
            during: "birth",
            table: "meta",
            what: "a number of milliseconds",
        })?;
        Ok(Birth {
            key_check,
            log_origin,
            created: Timestamp::from_millis(created),
        })
    }

    /// Begins a transaction; `name` says what for, in faults and traces. Dropped without
    /// [`Tx::commit`], it leaves nothing.
    ///
    /// SQLite has one writer: a second transaction of this process waits for the first to end, so
    /// never begin one (nor [`Store::reserve`]) while holding another in the same task.
    pub async fn begin(&self, name: &'static str) -> Result<Tx, StoreFault> {
        let fault = |error| StoreFault::from_database(error, name, "the transaction");
        match &self.pools {
            Pools::Sqlite { writer, .. } => {
                Ok(Tx::sqlite(begin_sqlite(writer).await.map_err(fault)?, name))
            }
            Pools::Postgres(pool) => Ok(Tx::postgres(
                pool.begin_with("BEGIN ISOLATION LEVEL READ COMMITTED")
                    .await
                    .map_err(fault)?,
                name,
            )),
        }
    }

    /// Closes every connection, waiting for those in use.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }

    /// A connection to read with.
    pub(crate) async fn reader(&self, during: &'static str) -> Result<Reader, StoreFault> {
        let fault = |error| StoreFault::from_database(error, during, "the connection");
        let link = match &self.pools {
            Pools::Sqlite { readers, .. } => Link::Sqlite(readers.take().await.map_err(fault)?),
            Pools::Postgres(pool) => Link::Postgres(pool.acquire().await.map_err(fault)?),
        };
        Ok(Reader {
            link,
            during,
            broken: false,
        })
    }

    async fn connect(url: &StoreUrl, create: bool) -> Result<Self, StoreFault> {
        let pools = match url {
            StoreUrl::Sqlite(path) => connect_sqlite(path, create).await.map_err(opening)?,
            StoreUrl::Postgres(url) => {
                let options: PgConnectOptions = url.parse().map_err(opening)?;
                let pool = PgPoolOptions::new()
                    .max_connections(POSTGRES_CONNECTIONS)
                    .acquire_timeout(POOL_WAIT)
                    .connect_with(postgres_options(options))
                    .await
                    .map_err(opening)?;
                Pools::Postgres(pool)
            }
        };
        Ok(Self { pools })
    }
}

/// SQLite asks nobody to wait while another program makes a new file's log a write-ahead log: it
/// answers "busy" at once, whatever the lock wait. So we wait here.
async fn connect_sqlite(path: &Path, create: bool) -> Result<Pools, sqlx::Error> {
    let mut waits = LOCK_WAIT.as_millis() / CREATION_PAUSE.as_millis();
    loop {
        match connect_sqlite_once(path, create).await {
            Err(sqlx::Error::Database(told))
                if told.code().is_some_and(|code| is_busy(&code)) && waits > 0 =>
            {
                waits -= 1;
                tokio::time::sleep(CREATION_PAUSE).await;
            }
            connected => return connected,
        }
    }
}

/// SQLite's codes 5 (busy), 261 (busy: recovering) and 517 (busy: snapshot).
fn is_busy(code: &str) -> bool {
    code.parse::<u32>().is_ok_and(|code| code & 0xff == 5)
}

async fn connect_sqlite_once(path: &Path, create: bool) -> Result<Pools, sqlx::Error> {
    let options = sqlite_options().filename(path);
    // A connection to a file is always there: to ask it first would wake two threads for nothing.
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .test_before_acquire(false)
        .acquire_timeout(POOL_WAIT)
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options.clone().create_if_missing(create))
        .await?;
    let options = options.pragma("query_only", "1");
    let readers = Readers::open(options, SQLITE_READERS, POOL_WAIT).await?;
    Ok(Pools::Sqlite { writer, readers })
}

/// SQLite ends a transaction by itself when the disk is full or fails. sqlx does not learn of it
/// and takes every later one for a part of it; a new connection starts afresh.
async fn begin_sqlite(
    writer: &SqlitePool,
) -> Result<sqlx::Transaction<'static, sqlx::Sqlite>, sqlx::Error> {
    match writer.begin_with("BEGIN IMMEDIATE").await {
        Err(sqlx::Error::InvalidSavePointStatement) => {
            writer.acquire().await?.close().await?;
            writer.begin_with("BEGIN IMMEDIATE").await
        }
        begun => begun,
    }
}

fn opening(error: sqlx::Error) -> StoreFault {
    StoreFault::Open {
        cause: Cause::from(error),
    }
}

fn unknown(found: String) -> StoreFault {
    StoreFault::SchemaUnknown {
        found,
        known: SCHEMA_VERSION,
    }
}

/// WAL with a full sync at each commit: what was committed survives a loss of power (invariant 1).
fn sqlite_options() -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(LOCK_WAIT)
        .statement_cache_capacity(STATEMENTS_KEPT)
        .row_buffer_size(1024)
        .pragma("cache_size", "-65536") // KiB
        .pragma("temp_store", "memory")
        .pragma("wal_autocheckpoint", WAL_PAGES)
        .disable_statement_logging()
}

/// A server whose `postgresql.conf` trades durability for speed is overruled; a lock is not waited
/// for without end.
fn postgres_options(options: PgConnectOptions) -> PgConnectOptions {
    let lock_wait = LOCK_WAIT.as_millis().to_string();
    options
        .application_name("watchfire")
        .statement_cache_capacity(STATEMENTS_KEPT)
        .options([
            ("synchronous_commit", "on"),
            ("lock_timeout", lock_wait.as_str()),
            ("idle_in_transaction_session_timeout", "60000"),
        ])
        .disable_statement_logging()
}

/// Two programs that create or migrate at once do so one after the other.
async fn one_at_a_time(connection: &mut Connection<'_>) -> Result<(), StoreFault> {
    if connection.dialect() == Dialect::Postgres {
        // The number is arbitrary, and the same in every version of this program.
        let sql = "SELECT pg_advisory_xact_lock(8237461905)".to_owned();
        connection.script(sql).await?;
    }
    Ok(())
}

async fn write_birth(connection: &mut Connection<'_>, birth: &Birth) -> Result<(), StoreFault> {
    let facts = [
        ("schema_version", SCHEMA_VERSION.to_string()),
        ("key_check", hex(&birth.key_check)),
        ("log_origin", birth.log_origin.clone()),
        ("created_ms", birth.created.millis().to_string()),
    ];
    for (key, value) in facts {
        let mut parameters = connection.parameters();
        parameters.text(key);
        parameters.text(&value);
        let sql = "INSERT INTO meta (key, value) VALUES ($1, $2)".to_owned();
        connection.execute("meta", sql, parameters).await?;
    }
    for counter in Counter::ALL {
        let mut parameters = connection.parameters();
        parameters.text(counter.name());
        parameters.int(counter.first());
        let sql = "INSERT INTO counter (name, next) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let sql = sql.to_owned();
        connection.execute("counter", sql, parameters).await?;
    }
    let heads = "INSERT INTO log_head (only_row, size) VALUES (1, 0); \
                 INSERT INTO log_published (only_row, size) VALUES (1, 0);";
    connection.script(heads.to_owned()).await
}

async fn meta(connection: &mut Connection<'_>, key: &'static str) -> Result<String, StoreFault> {
    let mut parameters = connection.parameters();
    parameters.text(key);
    let sql = "SELECT value FROM meta WHERE key = $1".to_owned();
    let rows = connection.rows("meta", sql, parameters).await?;
    connection
        .first_text(&rows, "meta")?
        .ok_or(StoreFault::Unreadable {
            during: connection.during(),
            table: "meta",
            what: key,
        })
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    let mut bytes = [0; 32];
    if digits.len() != 64 {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let pair = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(pair, 16).ok()?;
    }
    Some(bytes)
}

/// A connection that is read with, back to its pool when dropped.
pub(crate) struct Reader {
    link: Link,
    during: &'static str,
    broken: bool,
}

enum Link {
    Sqlite(Taken),
    Postgres(PoolConnection<Postgres>),
}

impl Reader {
    pub(crate) fn connection(&mut self) -> Connection<'_> {
        match &mut self.link {
            Link::Sqlite(taken) => {
                Connection::sqlite(&mut taken.connection, self.during, &mut self.broken)
            }
            Link::Postgres(link) => Connection::postgres(link, self.during, &mut self.broken),
        }
    }
}
