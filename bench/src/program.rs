//! The program under measurement: started as its user starts it, watched through /proc.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use serde::Deserialize;

use crate::failure::Failure;
use crate::place::Place;
use crate::stopwatch::Stopwatch;

/// Clock ticks of /proc in a second: 100 on every Linux that Rust runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// The directory of this program.
pub(crate) fn beside() -> Result<PathBuf, Failure> {
    let own = std::env::current_exe().map_err(Failure::at("this program"))?;
    Ok(own.parent().unwrap_or(Path::new(".")).to_owned())
}

/// The program to measure.
pub(crate) fn watchfire() -> Result<PathBuf, Failure> {
    let path = beside()?.join("watchfire");
    if path.is_file() {
        return Ok(path);
    }
    Err(Failure::ProgramMissing { path })
}

/// A command of the program.
pub(crate) fn command(arguments: &[&str]) -> Result<Command, Failure> {
    let mut command = Command::new(watchfire()?);
    command.args(arguments);
    Ok(command)
}

/// Runs a command of the program to its end; any exit code but 0 is a failure.
pub(crate) fn run(place: &Place, arguments: &[&str]) -> Result<Output, Failure> {
    let mut command = command(arguments)?;
    let output = command
        .args(place.arguments())
        .stderr(Stdio::inherit())
        .output();
    let what = format!("watchfire {}", arguments.join(" "));
    let output = output.map_err(|source| Failure::Run {
        program: what.clone(),
        source,
    })?;
    if output.status.success() {
        return Ok(output);
    }
    Err(Failure::Ended {
        what,
        status: output.status.to_string(),
    })
}

#[derive(Deserialize)]
struct Added {
    secret: String,
}

/// Adds a sender and gives its secret.
pub(crate) fn add_sender(place: &Place, name: &str) -> Result<String, Failure> {
    let output = run(
        place,
        &["account", "add", name, "--role", "sender", "--json"],
    )?;
    let added: Added = serde_json::from_slice(&output.stdout).map_err(|_| Failure::Unexpected {
        what: "watchfire account add",
    })?;
    Ok(added.secret)
}

#[derive(Deserialize)]
struct Listening {
    listen: SocketAddr,
    sign_in: String,
}

/// A running server in a process of its own.
pub(crate) struct Serving {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) sign_in: String,
    /// From the start of the process.
    pub(crate) started: Stopwatch,
}

impl Serving {
    /// Starts a server on a free port and waits until it says where it listens.
    pub(crate) fn start(place: &Place) -> Result<Self, Failure> {
        let mut command = command(&["serve", "--json", "--listen", "127.0.0.1:0"])?;
        let started = Stopwatch::start();
        let child = command
            .args(place.arguments())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = child.map_err(|source| Failure::Run {
            program: "watchfire serve".to_owned(),
            source,
        })?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout)
                .read_line(&mut line)
                .map_err(Failure::Http)?;
        }
        let unexpected = Failure::Unexpected {
            what: "watchfire serve",
        };
        let listening: Listening = serde_json::from_str(&line).map_err(|_| unexpected)?;
        Ok(Self {
            child,
            address: listening.listen,
            sign_in: listening.sign_in,
            started,
        })
    }

    /// What the process has used until now.
    pub(crate) fn usage(&self) -> Result<Usage, Failure> {
        Usage::of(self.child.id())
    }

    /// Lets the peak of memory begin anew from what is resident now.
    pub(crate) fn forget_peak(&self) -> Result<(), Failure> {
        let path = PathBuf::from(format!("/proc/{}/clear_refs", self.child.id()));
        fs::write(&path, "5").map_err(Failure::at(path))
    }

    /// Asks the server to stop and waits until it did.
    pub(crate) fn stop(mut self) -> Result<(), Failure> {
        self.terminate()?;
        let status = self.child.wait().map_err(Failure::Http)?;
        if status.success() {
            return Ok(());
        }
        Err(Failure::Ended {
            what: "watchfire serve".to_owned(),
            status: status.to_string(),
        })
    }

    fn terminate(&self) -> Result<(), Failure> {
        let run = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        run.map(drop).map_err(|source| Failure::Run {
            program: "kill".to_owned(),
            source,
        })
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // After `stop` the process is gone already, and there is nothing to end.
        if matches!(self.child.try_wait(), Ok(None)) {
            self.child.kill().unwrap_or_default();
            self.child.wait().map(drop).unwrap_or_default();
        }
    }
}

/// What a process has used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Usage {
    /// Processor time in user and kernel mode, all threads.
    pub(crate) cpu_seconds: f64,
    /// Memory resident now.
    pub(crate) rss_mb: f64,
    /// The most memory that was resident at once.
    pub(crate) rss_peak_mb: f64,
}

impl Usage {
    /// Reads /proc.
    pub(crate) fn of(process: u32) -> Result<Self, Failure> {
        let dir = PathBuf::from(format!("/proc/{process}"));
        let stat = fs::read_to_string(dir.join("stat")).map_err(Failure::at(&dir))?;
        let status = fs::read_to_string(dir.join("status")).map_err(Failure::at(&dir))?;
        // After the name in parentheses: utime is field 14 and stime field 15 of proc(5), the 12th
        // and 13th here.
        let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
        let ticks: u32 = after_name
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|field| field.parse::<u32>().ok())
            .sum();
        Ok(Self {
            cpu_seconds: f64::from(ticks) / TICKS_PER_SECOND,
            rss_mb: kib(&status, "VmRSS:") / 1024.0,
            rss_peak_mb: kib(&status, "VmHWM:") / 1024.0,
        })
    }
}

fn kib(status: &str, field: &str) -> f64 {
    status
        .lines()
        .find_map(|line| line.strip_prefix(field))
        .and_then(|rest| rest.split_whitespace().next())
        .and_then(|number| number.parse().ok())
        .unwrap_or_default()
}

/// Runs a command to its end and gives its wall time in seconds and what it used.
pub(crate) fn measured(mut command: Command, what: &str) -> Result<(f64, Usage), Failure> {
    let failed = |source| Failure::Run {
        program: what.to_owned(),
        source,
    };
    let watch = Stopwatch::start();
    let mut child = command.stdout(Stdio::null()).spawn().map_err(failed)?;
    let mut usage = Usage::default();
    let status = loop {
        // A process that has just ended has no usage any more; the last one read stands.
        usage = Usage::of(child.id())
            .ok()
            .filter(|now| now.rss_mb > 0.0)
            .unwrap_or(usage);
        if let Some(status) = child.try_wait().map_err(failed)? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    if status.success() {
        return Ok((watch.seconds(), usage));
    }
    Err(Failure::Ended {
        what: what.to_owned(),
        status: status.to_string(),
    })
}

/// The log must agree with everything that was kept; otherwise the figures count for nothing.
pub(crate) fn verify_log(place: &Place) -> Result<(), Failure> {
    run(place, &["log", "verify"]).map(drop)
}
