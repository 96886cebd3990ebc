//! A Watchfire of a test's own, reached only as its users reach it: by the program, over HTTP, on
//! disk.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use server::sender::Sender;
use sqlx::postgres::PgRow;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, FromRow, PgConnection, SqliteConnection,
};
use tempfile::TempDir;

/// Names the variable that says where a PostgreSQL server is.
const POSTGRES: &str = "WATCHFIRE_TEST_POSTGRES";
/// Nothing that a test waits for takes longer on the slowest machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The program that is tested.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchfire"));
    command.stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub(crate) fn watchfire(arguments: &[&str]) -> Ran {
    Ran::of(program().args(arguments))
}

/// What a run of the program left.
pub(crate) struct Ran {
    /// Its exit code; `None` if a signal ended it.
    pub(crate) code: Option<i32>,
    /// What it wrote to stdout.
    pub(crate) out: String,
    /// What it wrote to stderr.
    pub(crate) err: String,
}

impl Ran {
    /// Runs a command to its end.
    pub(crate) fn of(command: &mut Command) -> Self {
        let output = command.output().unwrap();
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The run again, which must have ended with this code.
    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(
            self.code,
            Some(code),
            "stdout:\n{}\nstderr:\n{}",
            self.out,
            self.err
        );
        self
    }

    /// The JSON objects it printed, one a line.
    #[track_caller]
    pub(crate) fn objects(&self) -> Vec<Value> {
        let lines = self.out.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// The one JSON object it printed.
    #[track_caller]
    pub(crate) fn object(&self) -> Value {
        let mut objects = self.objects();
        assert_eq!(objects.len(), 1, "{}", self.out);
        objects.remove(0)
    }
}

/// The keys of a JSON object, sorted, in one line.
pub(crate) fn keys(value: &Value) -> String {
    let mut keys: Vec<_> = value.as_object().unwrap().keys().cloned().collect();
    keys.sort();
    keys.join(" ")
}

/// A Watchfire's place on disk, and its database if that is elsewhere.
pub(crate) struct House {
    folder: TempDir,
    postgres: Option<Postgres>,
}

/// A database of a PostgreSQL server.
struct Postgres {
    server: String,
    url: String,
    name: String,
}

impl House {
    /// One that keeps everything in one directory.
    pub(crate) fn new() -> Self {
        Self {
            folder: folder(),
            postgres: None,
        }
    }

    /// One whose database is PostgreSQL, named by a configuration file.
    pub(crate) fn on_postgres() -> Self {
        let Ok(server) = std::env::var(POSTGRES) else {
            panic!(
                "{POSTGRES} names no PostgreSQL server: run `cargo xtask test`, which starts one"
            );
        };
        let folder = folder();
        let name = folder.path().file_name().unwrap().to_str().unwrap();
        let name = name.to_lowercase();
        let (place, _) = server.rsplit_once('/').unwrap();
        let url = format!("{place}/{name}");
        meddle(&server, &format!("CREATE DATABASE {name}"));
        let config = format!(
            "data = \"{}\"\ndatabase = \"{url}\"\n",
            folder.path().join("data").display()
        );
        fs::write(folder.path().join("watchfire.toml"), config).unwrap();
        Self {
            folder,
            postgres: Some(Postgres { server, url, name }),
        }
    }

    /// A directory of the test's own, gone after it.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The directory that `--data` names.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The arguments that name this Watchfire.
    pub(crate) fn place(&self) -> [String; 2] {
        let (option, path) = if self.postgres.is_some() {
            ("--config", self.folder.path().join("watchfire.toml"))
        } else {
            ("--data", self.data())
        };
        [option.to_owned(), path.display().to_string()]
    }

    /// Runs the program on this Watchfire.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(program().args(arguments).args(self.place()))
    }

    /// The whole queue.
    pub(crate) fn queue(&self) -> Vec<Value> {
        let ran = self.run(&["queue", "--json", "--limit", "100000"]);
        ran.ended(0).objects()
    }

    /// A case of the queue, opened.
    pub(crate) fn case(&self, entry: &Value) -> Value {
        let id = entry["case"].to_string();
        self.run(&["case", &id, "--json"]).ended(0).object()
    }

    /// Every case of the queue, opened.
    pub(crate) fn cases(&self) -> Vec<Value> {
        self.queue().iter().map(|entry| self.case(entry)).collect()
    }

    /// Adds an account and gives its secret.
    pub(crate) fn account(&self, name: &str, role: &str) -> String {
        let ran = self.run(&["account", "add", name, "--role", role, "--json"]);
        let added = ran.ended(0).object();
        added["secret"].as_str().unwrap().to_owned()
    }

    /// Starts the server on a free port and waits until it says where.
    pub(crate) fn serve(&self) -> Serving {
        let mut command = program();
        command.args(["serve", "--json", "--listen", "127.0.0.1:0"]);
        Serving::start(command.args(self.place()))
    }

    /// Checks that the log, its checkpoint and the database agree, and gives the number of entries.
    #[track_caller]
    pub(crate) fn verify(&self) -> u64 {
        let verified = self.run(&["log", "verify", "--json"]).ended(0).object();
        assert_eq!(verified["verified"], true);
        verified["size"].as_u64().unwrap()
    }

    /// Runs SQL past the program's back.
    pub(crate) fn meddle(&self, sql: &str) {
        match &self.postgres {
            Some(postgres) => meddle(&postgres.url, sql),
            None => meddle_sqlite(&self.data().join("watchfire.sqlite"), sql),
        }
    }

    /// Reads rows past the program's back.
    pub(crate) fn rows<T>(&self, sql: &str) -> Vec<T>
    where
        T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin,
    {
        let sql = AssertSqlSafe(sql.to_owned());
        on_a_thread(async {
            let found = if let Some(postgres) = &self.postgres {
                let mut link = PgConnection::connect(&postgres.url).await.unwrap();
                sqlx::query_as(sql).fetch_all(&mut link).await
            } else {
                let mut link = open_sqlite(&self.data().join("watchfire.sqlite")).await;
                sqlx::query_as(sql).fetch_all(&mut link).await
            };
            found.unwrap()
        })
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(Postgres { server, name, .. }) = &self.postgres {
            meddle(server, &format!("DROP DATABASE {name} WITH (FORCE)"));
        }
    }
}

fn folder() -> TempDir {
    tempfile::Builder::new()
        .prefix("watchfire_")
        .rand_bytes(16)
        .tempdir()
        .unwrap()
}

fn meddle(url: &str, sql: &str) {
    on_a_thread(async {
        let mut link = PgConnection::connect(url).await.unwrap();
        link.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
        link.close().await.unwrap();
    });
}

fn meddle_sqlite(path: &Path, sql: &str) {
    on_a_thread(async {
        let mut link = open_sqlite(path).await;
        link.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
        link.close().await.unwrap();
    });
}

async fn open_sqlite(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path);
    SqliteConnection::connect_with(&options).await.unwrap()
}

/// Runs a future to its end, whether or not the caller is inside a runtime.
pub(crate) fn on_a_thread<T: Send>(future: impl Future<Output = T> + Send) -> T {
    let run = || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(future)
    };
    std::thread::scope(|scope| scope.spawn(run).join().unwrap())
}

/// A running server.
pub(crate) struct Serving {
    child: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Where its console is.
    pub(crate) console: String,
    /// The one-time link that it printed.
    pub(crate) sign_in: String,
}

impl Serving {
    /// Starts a server that says in JSON where it listens.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let said: Value = serde_json::from_str(&line).unwrap();
        let text = |key: &str| said[key].as_str().unwrap().to_owned();
        Self {
            child,
            address: text("listen").parse().unwrap(),
            console: text("console"),
            sign_in: text("sign_in"),
        }
    }

    /// Kills it at once, as a power cut does.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, and gives the code that it ends with.
    pub(crate) fn stop(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().unwrap();
        assert!(asked.success());
        wait_for("the server to end", || self.child.try_wait().unwrap()).code()
    }

    /// Connects as a sender.
    pub(crate) async fn sender(&self, name: &str, secret: &str) -> Sender {
        Sender::connect(self.address, name, secret).await.unwrap()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already, in order.
        if self.child.try_wait().unwrap().is_none() {
            self.child.kill().unwrap();
            self.child.wait().unwrap();
        }
    }
}

/// Asks again and again until there is an answer.
#[track_caller]
pub(crate) fn wait_for<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = stopwatch();
    while begun.elapsed() < PATIENCE {
        if let Some(answer) = ask() {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("waited in vain for {what}");
}

/// Measures how long something takes.
#[expect(
    clippy::disallowed_methods,
    reason = "tests wait for other processes, which live in real time"
)]
pub(crate) fn stopwatch() -> Instant {
    Instant::now()
}

/// Every file below a directory, with its bytes.
pub(crate) fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_dir() {
            found.extend(files(&entry.path()));
        } else {
            found.push((entry.path(), fs::read(entry.path()).unwrap()));
        }
    }
    found.sort();
    found
}

/// Asserts that a text says each of these.
#[track_caller]
pub(crate) fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in:\n{text}");
    }
}
