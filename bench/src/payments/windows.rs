//! Rolling windows over a book in Parquet: ours on two threads, DuckDB and polars on the same file.

use std::path::Path;
use std::sync::Mutex;

use screen::window::{Plan, Stats, Sweep, Window, sweep};
use screen::{Event, Marks, Ordered, Partition, Partitioner};
use serde::Deserialize;

use super::book::{self, Reader};
use super::{float, peer};
use crate::failure::Failure;
use crate::figure::{Figure, print};
use crate::own_usage;
use crate::stopwatch::Stopwatch;

const BENCH: &str = "windows";
const PEERS: [&str; 4] = ["duckdb==2.0.1", "polars==2.1.0", "pyarrow", "numpy"];
const PEER_SCRIPT: (&str, &str) = (
    "windows_peer.py",
    include_str!("../../peers/windows_peer.py"),
);
const THREADS: usize = 2;
const DAY: i64 = 86_400_000;
const COLUMNS: [&str; 6] = [
    "id",
    "time",
    "sender",
    "receiver",
    "amount_minor",
    "receiver_country",
];

/// What every engine has to find; see the script of the peers for the same in SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
struct Found {
    /// Rows whose last 30 days hold 10 payments and 5,000.00 together.
    rolling: u64,
    /// The counts of all rows' windows, added up.
    counts: u64,
    /// Their sums likewise.
    sums: i128,
    /// Rows with three payments in 48 hours.
    bursts: u64,
    /// High-risk rows below 500.00 whose 30 days of such hold 3 or more, below 1,000.00 together,
    /// half of them at night, and a round one.
    typology: u64,
}

#[derive(Debug, Deserialize)]
struct Peer {
    cpu_seconds: f64,
    wall_seconds: f64,
    peak_mb: f64,
    found: Found,
}

/// Makes the book, measures it, and lets the peers measure it too.
pub(crate) fn run(dir: &Path, rows: usize, seed: u64, peers: bool) -> Result<(), Failure> {
    let path = dir.join(format!("book-{rows}.parquet"));
    if !path.exists() {
        book::write(&path, rows, seed)?;
    }
    let size = std::fs::metadata(&path).map_err(Failure::at(&path))?.len();
    print(BENCH, "file", float(size) / 1e6, "MB", rows)?;
    let (watch, before) = (Stopwatch::start(), own_usage::cpu_seconds()?);
    let partitions = load(&path, rows)?;
    let loaded = own_usage::cpu_seconds()?;
    let found = measure(partitions)?;
    let after = own_usage::cpu_seconds()?;
    let (_, peak) = own_usage::memory_mb()?;
    print(BENCH, "cpu", after - before, "s", rows)?;
    print(
        BENCH,
        "cpu of reading and dealing out",
        loaded - before,
        "s",
        rows,
    )?;
    print(BENCH, "wall on two threads", watch.seconds(), "s", rows)?;
    print(BENCH, "peak memory", peak, "MB", rows)?;
    told("ours", &found, rows)?;
    if !peers {
        return Ok(());
    }
    let file = path.to_string_lossy();
    for engine in ["duckdb", "polars"] {
        let last = peer(dir, &PEERS, PEER_SCRIPT, &[&file, engine])?;
        let peer: Peer = serde_json::from_str(&last).map_err(|_| Failure::Unexpected {
            what: "windows_peer.py",
        })?;
        print(
            BENCH,
            &format!("{engine}: cpu"),
            peer.cpu_seconds,
            "s",
            rows,
        )?;
        print(
            BENCH,
            &format!("{engine}: wall"),
            peer.wall_seconds,
            "s",
            rows,
        )?;
        print(
            BENCH,
            &format!("{engine}: peak memory"),
            peer.peak_mb,
            "MB",
            rows,
        )?;
        told(engine, &peer.found, rows)?;
        if peer.found != found {
            return Err(Failure::Unexpected {
                what: "a peer: its results differ from ours, which",
            });
        }
    }
    Ok(())
}

fn told(who: &str, found: &Found, rows: usize) -> Result<(), Failure> {
    for (what, value) in [
        ("rows of the rolling window", found.rolling),
        ("rows of bursts", found.bursts),
        ("rows of the typology", found.typology),
    ] {
        Figure {
            bench: BENCH,
            metric: &format!("{who}: {what}"),
            value: float(value),
            unit: "rows",
            n: rows,
            source: None,
        }
        .print()?;
    }
    Ok(())
}

const LOW: u32 = 1;
const NIGHT: u32 = 1 << 1;
const ROUND: u32 = 1 << 2;

/// Reads the halves of the file at once, each dealing its rows out to partitions.
fn load(path: &Path, rows: usize) -> Result<Vec<Partition>, Failure> {
    let reader = Reader::open(path)?;
    let halves = reader.parts(THREADS);
    let dealt = std::thread::scope(|scope| {
        let deal = |groups| {
            let reader = &reader;
            scope.spawn(move || deal(reader, groups, rows))
        };
        let all: Vec<_> = halves.into_iter().map(deal).collect();
        let joined = all
            .into_iter()
            .map(|one| one.join().map_err(|_| Failure::Generator)?);
        joined.collect::<Result<Vec<Partitioner>, Failure>>()
    })?;
    let mut dealt = dealt.into_iter();
    let mut first = dealt.next().unwrap_or_else(|| Partitioner::new(rows));
    for later in dealt {
        first.append(later);
    }
    Ok(first.finish())
}

fn deal(reader: &Reader, groups: Vec<usize>, rows: usize) -> Result<Partitioner, Failure> {
    let mut partitioner = Partitioner::new(rows);
    reader.read(groups, &COLUMNS, |batch| {
        let high_risk = |code: &str| code == "PH" || code == "TH";
        let (to, risky) = batch.texts("receiver_country", high_risk);
        let (ids, times, minors) = (batch.ids(), batch.times(), batch.minors());
        let (senders, receivers) = (batch.accounts("sender"), batch.accounts("receiver"));
        for row in 0..ids.len() {
            let (time_millis, amount) = (times[row], minors[row]);
            // Local time at a fixed offset, so that every engine can say the same.
            let hour = (time_millis / 3_600_000 + 10) % 24;
            let night = !(6..22).contains(&hour);
            let risky = risky[usize::try_from(to[row]).unwrap_or_default()];
            let marks = (u32::from(risky && amount < 50_000) * LOW)
                | (u32::from(night) * NIGHT)
                | (u32::from(amount % 500 == 0) * ROUND);
            partitioner.push(Event {
                time_millis,
                amount,
                account: senders[row],
                counterparty: receivers[row],
                row: u32::try_from(ids[row]).unwrap_or_default(),
                marks: Marks::from_raw(marks),
            });
        }
    })?;
    Ok(partitioner)
}

fn measure(partitions: Vec<Partition>) -> Result<Found, Failure> {
    let low = Marks::from_raw(LOW);
    let (night, round) = (Marks::from_raw(NIGHT), Marks::from_raw(ROUND));
    let typology = Window::of(30 * DAY).only(low).with(Stats::SUM);
    let windows = vec![
        Window::of(30 * DAY).with(Stats::SUM),
        Window::of(2 * DAY),
        typology.tallying(night).tallying(round),
    ];
    let plan = Plan::new(windows).map_err(Failure::Windows)?;
    let waiting = Mutex::new(partitions.into_iter());
    let next = || waiting.lock().ok().and_then(|mut waiting| waiting.next());
    let work = || {
        let (mut found, mut windows) = (Found::default(), Sweep::default());
        let mut ordered = Ordered::default();
        while let Some(partition) = next() {
            partition.order_into(&mut ordered);
            sweep(&ordered, &plan, &mut windows, |event, it| {
                let (count, sum) = (it.count(0), it.sum(0));
                found.counts += u64::from(count);
                found.sums += sum;
                found.rolling += u64::from(count >= 10 && sum >= 500_000);
                found.bursts += u64::from(it.count(1) >= 3);
                let low_count = it.count(2);
                let holds = event.marks.has(low)
                    && low_count >= 3
                    && it.sum(2) < 100_000
                    && it.tally(2, night) * 2 >= low_count
                    && it.tally(2, round) > 0;
                found.typology += u64::from(holds);
            });
        }
        found
    };
    std::thread::scope(|scope| {
        let all: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        let mut found = Found::default();
        for one in all {
            let one = one.join().map_err(|_| Failure::Generator)?;
            found.rolling += one.rolling;
            found.counts += one.counts;
            found.sums += one.sums;
            found.bursts += one.bursts;
            found.typology += one.typology;
        }
        Ok(found)
    })
}
