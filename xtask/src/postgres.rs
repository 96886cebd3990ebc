//! A private PostgreSQL cluster for one run: its own folder and port, gone however we end.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::failure::Failure;
use crate::house::{House, demand, started};
use crate::packages;

/// The variable that tells the tests which server they may create their databases on.
pub(crate) const POSTGRES_VARIABLE: &str = "WATCHFIRE_TEST_POSTGRES";

/// Creates the cluster, tells its folder once it answers, and takes everything away again when
/// standard input closes: that happens when xtask ends, even when it is killed. Its arguments are
/// the folder of PostgreSQL's programs and the port.
const KEEPER: &str = r#"
set -eu
dir=$(mktemp -d "${TMPDIR:-/tmp}/watchfire-postgres.XXXXXX" 2>/dev/null) ||
    dir=$(mktemp -d /tmp/watchfire-postgres.XXXXXX)
trap 'rm -rf "$dir"' EXIT
trap '' HUP INT TERM
"$1/initdb" --pgdata="$dir/data" --username=postgres --auth=trust --encoding=UTF8 \
    --locale=C.UTF-8 --no-sync >"$dir/log" 2>&1 || { cat "$dir/log" >&2; exit 1; }
"$1/postgres" -D "$dir/data" -p "$2" -k "$dir" -c listen_addresses=127.0.0.1 -c fsync=on \
    -c max_connections=200 </dev/null >>"$dir/log" 2>&1 &
server=$!
until "$1/pg_isready" -q -h "$dir" -p "$2"; do
    kill -0 "$server" 2>/dev/null || { cat "$dir/log" >&2; exit 1; }
    sleep 0.1
done
echo ready
cat >/dev/null
kill -INT "$server"
wait "$server" || true
"#;

/// Another program may take the free port between our look and PostgreSQL's start.
const ATTEMPTS: u32 = 3;

/// A running cluster; dropping it stops the server and removes its files.
#[derive(Debug)]
pub(crate) struct Cluster {
    keeper: Child,
    /// `postgres://postgres@127.0.0.1:PORT/postgres`.
    pub(crate) url: String,
}

impl Cluster {
    /// Starts a cluster on a free port of 127.0.0.1.
    pub(crate) fn start() -> Result<Self, Failure> {
        let programs = packages::postgres_programs().ok_or_else(|| {
            Failure::Missing("PostgreSQL 15 or later is missing: install `postgresql`".to_owned())
        })?;
        for _ in 1..ATTEMPTS {
            if let Ok(cluster) = Self::start_on(free_port()?, &programs) {
                return Ok(cluster);
            }
        }
        Self::start_on(free_port()?, &programs)
    }

    fn start_on(port: u16, programs: &Path) -> Result<Self, Failure> {
        // PostgreSQL refuses to run as root; Debian's package brings a user for it.
        let mut command = if packages::is_root()? {
            let mut runuser = Command::new("runuser");
            runuser.args(["-u", "postgres", "--", "sh"]);
            runuser
        } else {
            Command::new("sh")
        };
        command
            .args(["-c", KEEPER, "keeper"])
            .arg(programs)
            .arg(port.to_string())
            .current_dir("/")
            // A Ctrl-C goes to the terminal's process group; the keeper must outlive us.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut keeper = command
            .spawn()
            .map_err(|source| started(&command, source))?;
        let mut word = String::new();
        if let Some(stdout) = keeper.stdout.take() {
            BufReader::new(stdout)
                .read_line(&mut word)
                .map_err(|_| Failure::Postgres)?;
        }
        let url = format!("postgres://postgres@127.0.0.1:{port}/postgres");
        let cluster = Self { keeper, url };
        if word.trim_end() == "ready" {
            Ok(cluster)
        } else {
            Err(Failure::Postgres)
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        if let Err(error) = self.keeper.wait() {
            eprintln!("xtask: cannot wait for the private PostgreSQL to end: {error}");
        }
    }
}

/// `cargo xtask postgres -- CMD…`: runs one command against a cluster of its own.
pub(crate) fn run(house: &House, command: &[&str]) -> Result<(), Failure> {
    let [program, arguments @ ..] = command else {
        return Err(Failure::Usage("usage: cargo xtask postgres -- CMD…"));
    };
    let cluster = Cluster::start()?;
    eprintln!("{POSTGRES_VARIABLE}={}", cluster.url);
    let here = std::env::current_dir().unwrap_or_else(|_| house.root.clone());
    demand(
        Command::new(program)
            .args(arguments)
            .current_dir(here)
            .env(POSTGRES_VARIABLE, &cluster.url),
    )
}

fn free_port() -> Result<u16, Failure> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let address = listener.and_then(|listener| listener.local_addr());
    address
        .map(|address| address.port())
        .map_err(|_| Failure::Postgres)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether anything listens on the port that the address names.
    fn answers(url: &str) -> bool {
        let port = url.rsplit(':').next().unwrap().split('/').next().unwrap();
        std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port.parse().unwrap())).is_ok()
    }

    #[test]
    fn a_cluster_answers_while_it_is_held_and_is_gone_afterwards() {
        let cluster = Cluster::start().unwrap();
        let url = cluster.url.clone();
        assert!(answers(&url));
        drop(cluster);
        assert!(!answers(&url));
    }

    #[test]
    fn a_cluster_is_gone_after_a_panic() {
        let url = std::sync::Mutex::new(String::new());
        let ended = std::panic::catch_unwind(|| {
            let cluster = Cluster::start().unwrap();
            url.lock().unwrap().clone_from(&cluster.url);
            assert!(!answers(&cluster.url), "on purpose");
        });
        assert!(ended.is_err());
        let url = url
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        assert!(!answers(&url));
    }
}
