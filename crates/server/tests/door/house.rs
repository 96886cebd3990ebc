//! A Watchfire of a test's own that serves on a free port, under a clock that the test moves.

use std::net::{Ipv4Addr, SocketAddr};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures_util::FutureExt as _;
use media::cage::{CageConfig, InmateError};
use model::{ManualClock, Role, Timestamp};
use server::{Config, IfMissing, Server, Station};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection};
use tempfile::TempDir;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::documents::Form;
use crate::line::{Answer, Line};

/// Names the variable that says where a PostgreSQL server is.
const POSTGRES: &str = "WATCHFIRE_TEST_POSTGRES";
/// When every test begins.
const START: &str = "2026-01-02T03:30:00Z";

/// A running Watchfire.
pub(crate) struct House {
    pub(crate) station: Station,
    pub(crate) address: SocketAddr,
    pub(crate) clock: Arc<ManualClock>,
    stop: oneshot::Sender<()>,
    running: JoinHandle<()>,
    neighbours: AtomicU32,
    // Holds everything but a PostgreSQL database, which is named after it.
    folder: TempDir,
    postgres: Option<String>,
}

impl House {
    /// A Watchfire on SQLite.
    pub(crate) async fn new() -> Self {
        Self::with(|_| ()).await
    }

    /// A Watchfire on SQLite that is configured otherwise.
    async fn with(change: impl FnOnce(&mut Config)) -> Self {
        let folder = folder();
        let mut config = Config::embedded(folder.path());
        change(&mut config);
        Self::start(folder, config, None).await
    }

    async fn on_postgres() -> Self {
        let Ok(postgres) = std::env::var(POSTGRES) else {
            panic!(
                "{POSTGRES} names no PostgreSQL server: run `cargo xtask test`, which starts one"
            );
        };
        let folder = folder();
        let name = database_name(&folder);
        run(&postgres, &format!("CREATE DATABASE {name}")).await;
        let (place, _) = postgres.rsplit_once('/').unwrap();
        let mut config = Config::embedded(folder.path());
        config.database = Some(format!("{place}/{name}"));
        Self::start(folder, config, Some(postgres)).await
    }

    async fn start(folder: TempDir, mut config: Config, postgres: Option<String>) -> Self {
        config.cage = Some(cage());
        let clock = Arc::new(ManualClock::new(Timestamp::parse(START).unwrap()));
        let entropy = Arc::new(vault::SystemEntropy);
        let station = Station::open_with(config, IfMissing::Create, clock.clone(), entropy).await;
        let station = station.unwrap();
        let server = Server::bind(station.clone(), SocketAddr::from(([127, 0, 0, 1], 0)));
        let server = server.await.unwrap();
        let address = server.address();
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(server.run(async {
            stopped.await.unwrap();
        }));
        Self {
            station,
            address,
            clock,
            stop,
            running,
            neighbours: AtomicU32::new(1),
            folder,
            postgres,
        }
    }

    /// Stops the server in order and leaves nothing behind.
    pub(crate) async fn close(self) {
        self.stop.send(()).unwrap();
        self.running.await.unwrap();
        let agreed = self.station.verify_log().await.unwrap();
        self.station.close().await.unwrap();
        let name = database_name(&self.folder);
        if let Some(postgres) = &self.postgres {
            run(postgres, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
        // Whatever a test did, the log still agrees with the database.
        assert!(agreed.unwrap() > 0);
    }

    /// A connection from an address that the door has not heard of, so that one refusal never slows
    /// another.
    pub(crate) async fn line(&self) -> Line {
        let number = self.neighbours.fetch_add(1, Ordering::SeqCst);
        let [_, _, third, fourth] = number.to_be_bytes();
        Line::from(Ipv4Addr::new(127, 1, third, fourth), self.address).await
    }

    /// A new sender.
    pub(crate) async fn sender(&self, name: &str) -> Caller<'_> {
        self.caller(name, Role::Sender).await
    }

    /// A new account.
    pub(crate) async fn caller(&self, name: &str, role: Role) -> Caller<'_> {
        let (account, secret) = self.station.add_account(name, role).await.unwrap();
        Caller {
            house: self,
            name: account.name,
            secret: secret.expose().to_owned(),
        }
    }

    /// How many cases stand in the queue.
    pub(crate) async fn cases(&self) -> usize {
        self.station.queue(None, 500).await.unwrap().entries.len()
    }
}

/// How files are looked into: by this test binary, started again to run one test alone.
fn cage() -> CageConfig {
    let args = ["--exact", "house::inmate", "--test-threads=1", "--quiet"];
    server::cage_of_this_program(args.map(str::to_owned).to_vec()).unwrap()
}

/// What a cage starts. In a usual run of the tests nobody keeps it, and it says so.
#[test]
fn inmate() {
    if let Err(error) = server::inmate() {
        assert!(matches!(error, InmateError::NoKeeper), "{error}");
    }
}

/// An account and how it calls.
pub(crate) struct Caller<'a> {
    pub(crate) house: &'a House,
    pub(crate) name: String,
    pub(crate) secret: String,
}

/// The type of an XML body.
pub(crate) const XML: &str = "text/xml; charset=utf-8";
/// The type of a plain form.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

impl Caller<'_> {
    /// The value of its authorization header.
    pub(crate) fn authorization(&self) -> String {
        basic(&self.name, &self.secret)
    }

    /// The first lines of a request, without the empty line that ends them.
    pub(crate) fn head(&self, method: &str, path: &str) -> String {
        let authorization = self.authorization();
        format!(
            "{method} {path} HTTP/1.1\r\nHost: watchfire.example\r\n\
             Authorization: {authorization}\r\n"
        )
    }

    /// `GET` on a line of its own.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        let mut line = self.house.line().await;
        line.send(format!("{}\r\n", self.head("GET", path)).as_bytes())
            .await;
        line.answer().await
    }

    /// `POST` of a whole body, on a line of its own.
    pub(crate) async fn post(&self, path: &str, content_type: &str, body: &[u8]) -> Answer {
        let mut line = self.house.line().await;
        line.send(&self.request(path, content_type, body)).await;
        line.answer().await
    }

    /// The bytes of a `POST`.
    pub(crate) fn request(&self, path: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
        let head = self.head("POST", path);
        let length = body.len();
        let head =
            format!("{head}Content-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n");
        [head.as_bytes(), body].concat()
    }

    /// Submits a document, whatever becomes of it.
    pub(crate) async fn submit(&self, document: &str) -> Answer {
        self.post("/ispws/submit", XML, document.as_bytes()).await
    }

    /// Opens a report.
    pub(crate) async fn open(&self, document: &str) -> i64 {
        let answer = self.submit(document).await;
        assert_eq!(answer.code(), 0, "{answer:?}");
        answer.report()
    }

    /// Uploads a file, whatever becomes of it.
    pub(crate) async fn upload(&self, report: i64, bytes: &[u8]) -> Answer {
        let form = Form::new().field("id", &report.to_string()).file(bytes);
        self.send_form("/ispws/upload", form).await
    }

    /// Posts a multipart form.
    pub(crate) async fn send_form(&self, path: &str, form: Form) -> Answer {
        let content_type = form.content_type();
        self.post(path, &content_type, &form.body()).await
    }

    /// Describes a file, whatever becomes of it.
    pub(crate) async fn describe(&self, document: &str) -> Answer {
        self.post("/ispws/fileinfo", XML, document.as_bytes()).await
    }

    /// Finishes a report, whatever becomes of it.
    pub(crate) async fn finish(&self, report: i64) -> Answer {
        let body = format!("id={report}");
        self.post("/ispws/finish", FORM, body.as_bytes()).await
    }

    /// Retracts a report, whatever becomes of it.
    pub(crate) async fn retract(&self, report: i64) -> Answer {
        let body = format!("id={report}");
        self.post("/ispws/retract", FORM, body.as_bytes()).await
    }

    /// Submits and finishes a report.
    pub(crate) async fn file(&self, document: &str) -> i64 {
        let report = self.open(document).await;
        let answer = self.finish(report).await;
        assert_eq!(answer.code(), 0, "{answer:?}");
        report
    }
}

/// A Basic authorization.
pub(crate) fn basic(name: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{secret}")))
}

/// Runs a test in a fresh house on SQLite.
pub(crate) async fn inside(test: impl AsyncFn(&House)) {
    run_in(House::new().await, &test).await;
}

/// Runs a test in a fresh house on SQLite that is configured otherwise.
pub(crate) async fn inside_with(change: impl FnOnce(&mut Config), test: impl AsyncFn(&House)) {
    run_in(House::with(change).await, &test).await;
}

/// Runs a test in a fresh house on each kind of database.
pub(crate) async fn on_both(test: impl AsyncFn(&House)) {
    run_in(House::new().await, &test).await;
    run_in(House::on_postgres().await, &test).await;
}

async fn run_in(house: House, test: &impl AsyncFn(&House)) {
    let place = house.station.config().database.clone();
    let outcome = AssertUnwindSafe(test(&house)).catch_unwind().await;
    let closed = AssertUnwindSafe(house.close()).catch_unwind().await;
    if let Err(panic) = outcome.and(closed) {
        // The test's own name is all that a reader of the output has otherwise.
        assert!(place.is_none(), "on PostgreSQL: {}", words(&panic));
        resume_unwind(panic);
    }
}

fn words(panic: &Box<dyn std::any::Any + Send>) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic")
}

fn folder() -> TempDir {
    tempfile::Builder::new()
        .prefix("watchfire_")
        .rand_bytes(16)
        .tempdir()
        .unwrap()
}

fn database_name(folder: &TempDir) -> String {
    let name = folder.path().file_name().unwrap();
    name.to_str().unwrap().to_lowercase()
}

async fn run(url: &str, sql: &str) {
    let mut link = PgConnection::connect(url).await.unwrap();
    link.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
    link.close().await.unwrap();
}
