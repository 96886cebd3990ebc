//! One transfer before it is released, among ten million accounts with history.

use std::sync::Arc;

use screen::Transfer;
use screen::typology::{LiveScreening, Policy};

use super::book::{self, Dice};
use super::screening::rates;
use crate::failure::Failure;
use crate::figure::{per, percentile, print};
use crate::own_usage;
use crate::stopwatch::Stopwatch;

const BENCH: &str = "screen-live";
const ACCOUNTS: u64 = 10_000_000;
/// Transfers of the history, spread over a year.
const HISTORY: usize = 30_000_000;
const YEAR_MILLIS: i64 = 365 * 86_400_000;
const LATE_MILLIS: i64 = 86_400_000;

/// Fills the accounts, then screens so many transfers one after the other.
pub(crate) fn run(transfers: usize, seed: u64) -> Result<(), Failure> {
    let policy = Arc::new(Policy::builtin()?);
    let mut live = LiveScreening::new(policy, rates()?, LATE_MILLIS);
    let mut dice = Dice::new(seed);
    let before = own_usage::cpu_seconds()?;
    let mut alerts = 0;
    for row in 0..HISTORY {
        if let Some(transfer) = transfer(&mut dice, row) {
            let row = u32::try_from(row).unwrap_or_default();
            alerts += live.screen(row, &transfer).len();
        }
    }
    let filled = own_usage::cpu_seconds()? - before;
    print(
        BENCH,
        "history taken in",
        per(HISTORY, filled),
        "1/cpu-s",
        HISTORY,
    )?;
    let stream: Vec<Transfer> = (HISTORY..HISTORY + transfers)
        .filter_map(|row| transfer(&mut dice, row))
        .collect();
    let mut millis = Vec::with_capacity(stream.len());
    let before = own_usage::cpu_seconds()?;
    for (transfer, row) in stream.iter().zip(HISTORY..) {
        let watch = Stopwatch::start();
        let row = u32::try_from(row).unwrap_or_default();
        alerts += live.screen(row, transfer).len();
        millis.push(watch.millis());
    }
    let seconds = own_usage::cpu_seconds()? - before;
    let (held, _) = own_usage::memory_mb()?;
    millis.sort_by(f64::total_cmp);
    print(
        BENCH,
        "screened one by one",
        per(transfers, seconds),
        "1/cpu-s",
        transfers,
    )?;
    for (name, part) in [("p50", 50), ("p99", 99)] {
        let micros = percentile(&millis, part) * 1000.0;
        print(
            BENCH,
            &format!("one transfer {name}"),
            micros,
            "us",
            transfers,
        )?;
    }
    let last = millis.last().copied().unwrap_or_default();
    print(BENCH, "one transfer at most", last, "ms", transfers)?;
    print(BENCH, "memory", held, "MB", HISTORY)?;
    let alerts = f64::from(u32::try_from(alerts).unwrap_or(u32::MAX));
    print(BENCH, "alerting rows", alerts, "rows", HISTORY + transfers)
}

/// Every tenth is of a busy payer; all accounts are among ten million.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "account numbers are below ten million"
)]
fn transfer(dice: &mut Dice, row: usize) -> Option<Transfer> {
    let mut made = book::made(dice, 0, 1);
    let share = i128::from(YEAR_MILLIS) * row as i128 / HISTORY as i128;
    made.time_millis = book::START_MILLIS + i64::try_from(share).unwrap_or(YEAR_MILLIS);
    made.sender = if dice.below(10) == 0 {
        (dice.unit().powi(3) * ACCOUNTS as f64) as u32
    } else {
        dice.below(ACCOUNTS) as u32
    };
    made.receiver = dice.below(ACCOUNTS) as u32;
    book::transfer(&made)
}
