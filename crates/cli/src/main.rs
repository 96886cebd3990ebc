//! The `watchfire` program: reads its arguments, runs one command, and turns what came of it into
//! an exit code.

mod args;
mod commands;
mod failure;
mod output;
mod whole_file;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Args, Command};
use failure::Failure;

fn main() -> ExitCode {
    let args = Args::parse();
    if let Command::Cage = args.command {
        // Before any thread is started: the cage shuts in one thread alone.
        return cage();
    }
    let words = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false)
        .with_max_level(args.verbosity());
    words.init();
    match run(args) {
        Ok(verdict) => verdict.into(),
        Err(failure) => {
            output::complain(&failure);
            failure.exit_code()
        }
    }
}

fn cage() -> ExitCode {
    match server::inmate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::complain(&Failure::Cage(error));
            ExitCode::from(2)
        }
    }
}

fn run(args: Args) -> Result<Verdict, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(Failure::Runtime)?;
    let verdict = runtime.block_on(commands::run(args));
    // Publishing may still write a tile; everything acknowledged is durable already.
    runtime.shutdown_timeout(std::time::Duration::from_secs(5));
    verdict
}

/// What a command found, as scripts see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Done: exit code 0.
    Done,
    /// A negative answer: no such case, a verification that failed. Exit code 1.
    No,
    /// Done, but some input was refused: exit code 2.
    SomeRefused,
}

impl From<Verdict> for ExitCode {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Done => Self::SUCCESS,
            Verdict::No => Self::from(1),
            Verdict::SomeRefused => Self::from(2),
        }
    }
}
