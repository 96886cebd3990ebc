//! `watchfire windows`: windows of time before each payment, measured over a file.

mod sliding;

use columns::{Column, ReadError, Reader, Rejected, Wanted};
use indicatif::{ProgressBar, ProgressStyle};
use model::Clock as _;
use screen::window::Request;
use serde::Serialize;

use sliding::Gathered;

use crate::Verdict;
use crate::args::Windows;
use crate::failure::Failure;
use crate::output;

/// Threads that decode, and then measure.
const THREADS: usize = 2;
/// Decimals of amounts whose column does not say.
const DECIMALS: u32 = 2;
/// How many rejected rows are named.
const NAMED_MAX: u64 = 20;

/// The keys are what scripts rely on.
#[derive(Serialize)]
struct Summary {
    rows: u64,
    rejected: u64,
    accounts: u64,
    seconds: f64,
}

pub(super) fn run(args: &Windows) -> Result<Verdict, Failure> {
    let started = vault::SystemClock.now();
    let request = Request::parse(&args.span, &args.stats)?;
    let reader = Reader::open(&args.file)?;
    if request.asks_night() {
        // An unknown country has no night: a file that names none would answer with zeroes.
        expect_column(&reader, Column::SenderCountry)?;
    }
    let decimals = args.decimals.map(u32::from).or(reader.decimals());
    let decimals = decimals.unwrap_or(DECIMALS);
    let wanted = columns::wanted_by(&request, &args.by, decimals);
    let bar = progress(reader.rows());
    let mut rejections = Rejections::default();
    let gathered = gather(
        &reader,
        &wanted,
        (&request, decimals),
        &bar,
        &mut rejections,
    )?;
    rejections.close()?;
    let summary = Summary {
        rows: u64::from(gathered.rows()),
        rejected: rejections.count,
        accounts: gathered.accounts() as u64,
        seconds: 0.0,
    };
    bar.set_length(summary.rows);
    bar.set_position(0);
    sliding::measure(gathered, (&request, decimals), &args.out, THREADS, &bar)?;
    bar.finish_and_clear();
    tell(&summary, started, args)?;
    Ok(if summary.rejected == 0 {
        Verdict::Done
    } else {
        Verdict::SomeRefused
    })
}

fn expect_column(reader: &Reader, column: Column) -> Result<(), ReadError> {
    let has = reader.columns();
    if has.iter().any(|name| name == column.name()) {
        return Ok(());
    }
    Err(ReadError::NoColumn {
        path: reader.path().to_owned(),
        column: column.name().to_owned(),
        has,
    })
}

fn gather(
    reader: &Reader,
    wanted: &Wanted,
    (request, decimals): (&Request, u32),
    bar: &ProgressBar,
    rejections: &mut Rejections,
) -> Result<Gathered, Failure> {
    let mut gathered = Gathered::new(reader.rows(), request, decimals);
    reader.scan(wanted, THREADS, |rows| -> Result<(), Failure> {
        bar.inc((rows.len() + rows.rejected.len()) as u64);
        for rejected in &rows.rejected {
            rejections.name(rejected, bar)?;
        }
        gathered.take(&rows)
    })?;
    Ok(gathered)
}

fn tell(summary: &Summary, started: model::Timestamp, args: &Windows) -> Result<(), Failure> {
    let seconds = seconds_since(started);
    if args.json {
        return output::json(&Summary {
            seconds: (seconds * 1000.0).round() / 1000.0,
            ..*summary
        });
    }
    let Summary {
        rows,
        rejected,
        accounts,
        ..
    } = summary;
    let out = args.out.display();
    let by = &args.by;
    output::say(&format!(
        "Measured {rows} rows of {accounts} values of {by} in {seconds:.1} s, rejected {rejected}; \
         wrote {out}"
    ))
}

/// The rows that are left out, the first of them by name.
#[derive(Default)]
struct Rejections {
    count: u64,
}

impl Rejections {
    fn name(&mut self, rejected: &Rejected, bar: &ProgressBar) -> Result<(), Failure> {
        self.count += 1;
        if self.count > NAMED_MAX {
            return Ok(());
        }
        let code = rejected.reason.code();
        bar.suspend(|| output::say(&format!("rejected {rejected} ({code})")))
    }

    fn close(&self) -> Result<(), Failure> {
        match self.count.checked_sub(NAMED_MAX) {
            None | Some(0) => Ok(()),
            Some(more) => output::say(&format!("rejected {more} more rows")),
        }
    }
}

/// A progress bar on a terminal, nothing elsewhere.
pub(super) fn progress(rows: u64) -> ProgressBar {
    let bar = ProgressBar::new(rows);
    let style = ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} rows  {eta} left");
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

fn seconds_since(started: model::Timestamp) -> f64 {
    let millis = vault::SystemClock.now().millis_since(started).max(0);
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let seconds = millis as f64 / 1000.0;
    seconds
}
