//! Every typology over a book in Parquet, both sides of each transfer, on two threads.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use screen::money::Rates;
use screen::typology::{Judge, Policy, Screening};

use super::book::{self, Reader};
use super::float;
use crate::failure::Failure;
use crate::figure::print;
use crate::own_usage;
use crate::stopwatch::Stopwatch;

const BENCH: &str = "screen";
const THREADS: usize = 2;
const COLUMNS: [&str; 10] = [
    "id",
    "time",
    "sender",
    "receiver",
    "amount_minor",
    "currency",
    "sender_country",
    "receiver_country",
    "channel",
    "flags",
];

/// Makes the book and screens it.
pub(crate) fn run(dir: &Path, rows: usize, seed: u64) -> Result<(), Failure> {
    let path = dir.join(format!("book-{rows}.parquet"));
    if !path.exists() {
        book::write(&path, rows, seed)?;
    }
    let policy = Arc::new(Policy::builtin()?);
    let rates = rates()?;
    let (watch, before) = (Stopwatch::start(), own_usage::cpu_seconds()?);
    let mut screening = Screening::new(policy, rates, rows);
    let reader = Reader::open(&path)?;
    for groups in reader.parts(1) {
        reader.read(groups, &COLUMNS, |batch| {
            batch.transfers(|row, transfer| screening.push(row, transfer));
        })?;
    }
    let read = own_usage::cpu_seconds()?;
    let unconverted = screening.unconverted();
    let waiting = Mutex::new(screening.finish().into_iter());
    let next = || waiting.lock().ok().and_then(|mut waiting| waiting.next());
    let work = || {
        let (mut judge, mut alerts, mut points) = (Judge::default(), 0_u64, 0_u64);
        while let Some(work) = next() {
            for alert in work.judge(&mut judge) {
                alerts += 1;
                points += u64::from(alert.points);
            }
        }
        (alerts, points)
    };
    let (alerts, points) = std::thread::scope(|scope| {
        let all: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        let mut sum = (0, 0);
        for one in all {
            let one = one.join().map_err(|_| Failure::Generator)?;
            sum = (sum.0 + one.0, sum.1 + one.1);
        }
        Ok::<(u64, u64), Failure>(sum)
    })?;
    let after = own_usage::cpu_seconds()?;
    let (_, peak) = own_usage::memory_mb()?;
    print(BENCH, "cpu", after - before, "s", rows)?;
    print(
        BENCH,
        "cpu of reading, marking and dealing out",
        read - before,
        "s",
        rows,
    )?;
    print(
        BENCH,
        "wall, judging on two threads",
        watch.seconds(),
        "s",
        rows,
    )?;
    print(BENCH, "peak memory", peak, "MB", rows)?;
    print(BENCH, "alerts", float(alerts), "alerts", rows)?;
    print(BENCH, "points of all alerts", float(points), "points", rows)?;
    print(
        BENCH,
        "rows without a rate",
        float(unconverted),
        "rows",
        rows,
    )?;
    Ok(())
}

/// A rate for each day of the book, which moves.
pub(super) fn rates() -> Result<Arc<Rates>, Failure> {
    let mut table = String::from("date,currency,USD\n");
    let first = book::START_MILLIS / 86_400_000;
    let days = book::SPAN_MILLIS / 86_400_000 + 40;
    for day in 0..days {
        let at = model::Timestamp::from_millis((first + day) * 86_400_000).to_string();
        let date = at.split('T').next().unwrap_or_default();
        for (code, usual) in [
            ("AUD", 6_500),
            ("CAD", 7_000),
            ("EUR", 11_000),
            ("GBP", 13_000),
            ("PHP", 200),
            ("SEK", 1_000),
        ] {
            let moved = usual * (1_000 + day % 100) / 1_000;
            let (whole, part) = (moved / 10_000, moved % 10_000);
            writeln!(table, "{date},{code},{whole}.{part:04}").unwrap_or_default();
        }
    }
    let rates = Rates::parse(&table, "rates.csv")?;
    Ok(Arc::new(rates))
}
