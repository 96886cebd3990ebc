//! The `watchfire-spread` program: workers, and jobs that are spread over them.

use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use spread::{Cluster, Job, SpreadError, Worker};
use url::Url;

/// Windows of time before each payment, measured on many machines.
#[derive(Parser)]
#[command(name = "watchfire-spread", version, arg_required_else_help = true)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Do parts of jobs until the process is ended. The first line of the output says where.
    Worker {
        /// Where to listen: on this machine alone; port 0 is any free one.
        #[arg(long, default_value = "127.0.0.1:0", value_name = "ADDRESS")]
        listen: SocketAddr,
        /// Sorting spills to the disk beyond so many mebibytes.
        #[arg(long, default_value_t = 1024, value_name = "MIB",
              value_parser = clap::value_parser!(u32).range(16..))]
        memory: u32,
        /// A worker that gives no sign of life for so long, twice, is dead.
        #[arg(long, default_value_t = 30, value_name = "SECONDS",
              value_parser = clap::value_parser!(u32).range(1..=3600))]
        patience: u32,
    },
    /// Measure windows over Parquet files that all workers see, as `watchfire windows` does.
    Windows {
        /// The files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// How far back each window reaches, such as 30d.
        #[arg(long)]
        span: String,
        /// What is measured, such as count,sum,distinct:receiver.
        #[arg(long)]
        stats: String,
        /// The column whose values are the accounts.
        #[arg(long, default_value = "sender")]
        by: String,
        /// Decimals of the amounts; by default those of their type, or 2.
        #[arg(long)]
        decimals: Option<u32>,
        /// Where a worker said that it listens; once for each worker. Without one the job is done
        /// in this process.
        #[arg(long = "worker", value_name = "URL")]
        workers: Vec<Url>,
        /// How many partitions each worker does at once.
        #[arg(long, default_value_t = 2)]
        partitions: usize,
        /// A worker that gives no sign of life for so long, twice, is dead.
        #[arg(long, default_value_t = 30, value_name = "SECONDS",
              value_parser = clap::value_parser!(u32).range(1..=3600))]
        patience: u32,
        /// The Parquet file that the answer goes into.
        #[arg(long)]
        out: PathBuf,
        /// Show the plan instead of running it.
        #[arg(long)]
        explain: bool,
    },
}

fn main() -> ExitCode {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(run(args.command)),
        Err(error) => Err(Failure::Output(error)),
    };
    let Err(failure) = done else {
        return ExitCode::SUCCESS;
    };
    let mut text = format!("watchfire-spread: {failure}");
    let mut source = std::error::Error::source(&failure);
    while let Some(cause) = source {
        text = format!("{text}\n  because: {cause}");
        source = cause.source();
    }
    if let Failure::Spread(error) = &failure {
        text = format!("{text}\n  ({})", error.code());
    }
    // There is nowhere else to say it.
    writeln!(io::stderr().lock(), "{text}").unwrap_or_default();
    ExitCode::from(2)
}

#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Spread(#[from] SpreadError),
    #[error("cannot begin, or cannot write the output")]
    Output(#[source] io::Error),
}

async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Worker {
            listen,
            memory,
            patience,
        } => {
            let bytes = usize::try_from(memory).unwrap_or(usize::MAX) << 20;
            let worker = Worker::bind(listen, bytes, seconds(patience)).await?;
            say(&format!("http://{}", worker.address()))?;
            Ok(worker.serve().await?)
        }
        Command::Windows {
            files,
            span,
            stats,
            by,
            decimals,
            workers,
            partitions,
            patience,
            out,
            explain,
        } => {
            let job = Job::open(&files, (&span, &stats, &by), decimals)?;
            if workers.is_empty() && !explain {
                let rows = job.run_here(partitions, &out).await?;
                return say(&format!("{{\"rows\":{rows},\"attempts\":1,\"workers\":0}}"));
            }
            let cluster = Cluster::new(workers, partitions, seconds(patience))?;
            if explain {
                return say(&job.explain(&cluster).await?);
            }
            let summary = job.run(&cluster, &out).await?;
            let (rows, attempts, workers) = (summary.rows, summary.attempts, summary.workers);
            say(&format!(
                "{{\"rows\":{rows},\"attempts\":{attempts},\"workers\":{workers}}}"
            ))
        }
    }
}

fn seconds(seconds: u32) -> Duration {
    Duration::from_secs(u64::from(seconds))
}

/// Writes one line, at once.
fn say(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(Failure::Output)
}
