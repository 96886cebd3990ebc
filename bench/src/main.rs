//! Workloads over the real program. Each prints one JSON line per figure; none is a timed test.

mod decode;
mod door;
mod failure;
mod figure;
mod hash_lookup;
mod http;
mod identifiers;
mod idle;
mod link_bulk;
mod link_live;
mod link_world;
mod list_import;
mod over_merge;
mod own_usage;
mod pacs_parse;
mod payments;
mod pdq;
mod pdq_conformance;
mod pdq_peer;
mod persons;
mod pictures;
mod place;
mod planted;
mod program;
mod queue_page;
mod rank;
mod report_dir;
mod stated;
mod stopwatch;
mod typologies;
mod upload;
mod venv;
mod video;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};

use failure::Failure;

/// Runs one workload and prints one JSON object per figure: `bench, metric, value, unit, n`.
///
/// The workloads run the release build of `watchfire` that lies beside this program; build both
/// with `cargo build --release -p cli -p bench`. Figures mean something only on a machine that does
/// nothing else.
#[derive(Debug, Parser)]
#[command(name = "bench", max_term_width = 100, after_help = AFTER_HELP)]
struct Args {
    /// Which workload; see --list.
    #[arg(value_enum, required_unless_present = "list")]
    workload: Option<Workload>,
    /// Print the workloads, one a line.
    #[arg(long)]
    list: bool,
    /// Reports (door: connections; upload: megabytes). Each workload has its own default.
    #[arg(long, value_name = "N")]
    size: Option<usize>,
    /// How long a sustained load lasts.
    #[arg(long, value_name = "S", default_value_t = 60)]
    seconds: u64,
    /// The seed of made-up data: another seed, another text.
    #[arg(long, default_value_t = 0x5eed_0001)]
    seed: u64,
    /// Also run the peer on the same data, or print the figures that peers' users state for
    /// comparable work, with their source.
    #[arg(long)]
    peer: bool,
    /// Which database the server keeps its rows in.
    #[arg(long, value_enum, default_value_t = Database::Sqlite)]
    database: Database,
    /// Work in this directory and keep it; a temporary one beside the program unless said.
    /// `queue-page` measures on what an earlier run left there.
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

const AFTER_HELP: &str = "\
Examples:
  bench door                       60 s of reports over HTTP, SQLite
  bench door --size 64 --seconds 10
  cargo xtask postgres -- target/release/bench door --database postgres
  bench queue-page --size 100000 --dir /var/tmp/queue
  bench link-bulk --peer           SciPy too, installed with pip into the directory

PostgreSQL is reached by the address in WATCHFIRE_TEST_POSTGRES;
the workload makes a database of its own there
and drops it at its end.";

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Workload {
    /// submit, one 100 KB upload, fileinfo, finish, over HTTP from many connections (--size, 32).
    Door,
    /// A directory of report files through the command line (--size, 20000).
    ReportDir,
    /// One large upload (--size in MB, 1000): hashing and sealing speed, and memory.
    Upload,
    /// The queue page over many reports (--size, 1000000).
    QueuePage,
    /// The order of the queue on synthetic worlds, beside other orders (--size, 20000, of each of
    /// three worlds). Needs no program and no place.
    Rank,
    /// Records of one person found by likeness (--size, 1000000); --peer runs Splink beside it.
    Persons,
    /// Identifiers in free text with planted truth (--size in MB, 16; --seed): precision, recall,
    /// speed.
    Identifiers,
    /// What a server costs that nobody uses: program, start, memory.
    Idle,
    /// One report more in an index of many (--size, 10000000), and its snapshot.
    LinkLive,
    /// Connected components of many reports at once (--size, 10000000).
    LinkBulk,
    /// A hash list of many entries read as a stream (--size, 1000000), and the memory for it.
    ListImport,
    /// Pictures decoded and hashed on one core; --peer runs Pillow and pdqhash. Takes FFmpeg.
    Decode,
    /// Key frames of a video (--size in seconds, 300); --peer runs vPDQ. Takes FFmpeg.
    Video,
    /// What strangers share must not tie them (--size, 1000000).
    OverMerge,
    /// Hashes within the radius of a match, exactly (--size, 10000000; --seed); --peer runs faiss
    /// and threatexchange beside it.
    HashLookup,
    /// PDQ of decoded pictures, CPU time of one core; --peer runs the Python package beside it.
    Pdq,
    /// PDQ beside its reference on equal pixels (--size, 1000 pictures): how many agree.
    PdqConformance,
    /// Rolling windows over a book in Parquet (--size in rows, 23000000); --peer runs DuckDB and
    /// polars on the same file.
    Windows,
    /// Every typology over a book in Parquet (--size in rows, 23000000).
    Screen,
    /// One transfer before its release, among ten million accounts with history (--size, 2000000).
    ScreenLive,
    /// Windows and typologies over books of 1, 5, 23 and 100 million rows (--size: the most
    /// millions), and a plot of them, `growth.svg` in --dir.
    Growth,
    /// What the typologies find in labelled books of seeds that nothing was tuned on (--size in
    /// rows, 5000000). Needs no program and no place.
    Typologies,
    /// Fans, scatter-gather and cycles of payments (--size, 100000); --peer runs snapml.
    Graph,
    /// Payments of a large pacs.008 read as a stream on one core (--size in transfers, 500000).
    PacsParse,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Database {
    /// The embedded default.
    Sqlite,
    /// The server that `WATCHFIRE_TEST_POSTGRES` names.
    Postgres,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.complain();
            ExitCode::from(3)
        }
    }
}

fn run(args: &Args) -> Result<(), Failure> {
    if args.list {
        return figure::list(Workload::value_variants());
    }
    let Some(workload) = args.workload else {
        return Ok(());
    };
    if args.peer {
        stated::print(workload)?;
    }
    if workload == Workload::Rank {
        return rank::run(args.size.unwrap_or(20_000));
    }
    if workload == Workload::Typologies {
        return typologies::run(args.size.unwrap_or(5_000_000));
    }
    let place = place::Place::new(args.dir.as_deref(), args.database)?;
    match workload {
        Workload::Door => door::run(&place, args.size.unwrap_or(32), args.seconds),
        Workload::ReportDir => report_dir::run(&place, args.size.unwrap_or(20_000)),
        Workload::Upload => upload::run(&place, args.size.unwrap_or(1000)),
        Workload::QueuePage => queue_page::run(&place, args.size.unwrap_or(1_000_000)),
        Workload::Persons => persons::run(&place, args.size.unwrap_or(1_000_000), args.peer),
        Workload::Identifiers => {
            identifiers::run(&place, args.size.unwrap_or(16), args.seed, args.peer)
        }
        Workload::Idle => idle::run(&place),
        Workload::LinkLive => link_live::run(place.dir(), args.size.unwrap_or(10_000_000)),
        Workload::LinkBulk => {
            let size = args.size.unwrap_or(10_000_000);
            link_bulk::run(place.dir(), size, args.peer)
        }
        Workload::ListImport => list_import::run(place.dir(), args.size.unwrap_or(1_000_000)),
        Workload::Decode => decode::run(&place, args.peer),
        Workload::Video => video::run(&place, args.size.unwrap_or(300), args.peer),
        Workload::OverMerge => over_merge::run(args.size.unwrap_or(1_000_000)),
        Workload::HashLookup => {
            let size = args.size.unwrap_or(10_000_000);
            hash_lookup::run(place.dir(), size, args.seed, args.peer)
        }
        Workload::Pdq => pdq::run(&place, args.seed, args.peer),
        Workload::PdqConformance => {
            pdq_conformance::run(&place, args.size.unwrap_or(1000), args.seed)
        }
        Workload::Windows | Workload::Screen | Workload::ScreenLive | Workload::Graph => {
            run_payments(workload, &place, args)
        }
        Workload::Growth => {
            let millions = u32::try_from(args.size.unwrap_or(100)).unwrap_or(u32::MAX);
            payments::growth(place.dir(), millions)
        }
        Workload::PacsParse => pacs_parse::run(place.dir(), args.size.unwrap_or(500_000)),
        // Ran before: they need no place.
        Workload::Rank | Workload::Typologies => Ok(()),
    }
}

fn run_payments(workload: Workload, place: &place::Place, args: &Args) -> Result<(), Failure> {
    let (dir, seed, peer) = (place.dir(), args.seed, args.peer);
    let size = |usual| args.size.unwrap_or(usual);
    match workload {
        Workload::Windows => payments::windows(dir, size(23_000_000), seed, peer),
        Workload::Screen => payments::screen(dir, size(23_000_000), seed),
        Workload::ScreenLive => payments::live(size(2_000_000), seed),
        _ => payments::graph(dir, size(100_000), seed, peer),
    }
}
