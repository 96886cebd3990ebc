//! Rows dealt out to partitions by account, and the windows slid over each.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{SyncSender, sync_channel};

use columns::{Accounts, Column, Keys, Kind, Rows, Texts, Values, Wanted, Writer};
use indicatif::ProgressBar;
use screen::window::{Request, Sweep, Value, sweep};
use screen::{Event, Hours, LocalTimes, Marks, Ordered, Partition, Partitioner};

use crate::failure::Failure;

/// When it is night.
const NIGHT: Hours = Hours { from: 22, to: 6 };
/// A multiple of so many units is round.
const ROUND_UNITS: i64 = 5;
/// The first number that a decimal of 18 digits does not hold.
const DECIMAL_END: i64 = 1_000_000_000_000_000_000;
/// How many measured partitions may wait to be written.
const WAITING: usize = 8;

/// The columns that a request needs.
pub(super) fn wanted(request: &Request, by: &str, decimals: u32) -> Wanted {
    let mut columns = vec![Column::Time];
    if request.columns().any(|(name, _)| needs_amount(name)) {
        columns.push(Column::Amount);
    }
    if request.asks_night() {
        columns.push(Column::SenderCountry);
    }
    let keys = ["id", by].into_iter().chain(request.distinct());
    Wanted::columns(&columns)
        .keys(&keys.collect::<Vec<_>>())
        .decimals(decimals)
}

fn needs_amount(stat: &str) -> bool {
    is_amount(stat) || is_amount_ratio(stat) || stat == "round"
}

/// Stats in units of the amount's last decimal.
fn is_amount(stat: &str) -> bool {
    matches!(stat, "sum" | "min" | "max")
}

/// Stats in units that many times larger than they are shown.
fn is_amount_ratio(stat: &str) -> bool {
    matches!(stat, "mean" | "median" | "trend")
}

/// The rows of a file by account.
pub(super) struct Gathered {
    accounts: Accounts,
    others: Accounts,
    ids: Option<Keys>,
    events: Partitioner,
    rows: u32,
    local_times: LocalTimes,
    /// Numbers of accounts, of one batch.
    by: Vec<u32>,
    distinct: Vec<u32>,
}

impl Gathered {
    /// For about so many rows.
    pub(super) fn new(rows: u64) -> Self {
        Self {
            accounts: Accounts::default(),
            others: Accounts::default(),
            ids: None,
            events: Partitioner::new(usize::try_from(rows).unwrap_or(usize::MAX)),
            rows: 0,
            local_times: LocalTimes::default(),
            by: Vec::new(),
            distinct: Vec::new(),
        }
    }

    pub(super) const fn rows(&self) -> u32 {
        self.rows
    }

    pub(super) const fn accounts(&self) -> usize {
        self.accounts.len()
    }

    /// Deals out a batch.
    pub(super) fn take(
        &mut self,
        rows: &Rows,
        request: &Request,
        decimals: u32,
    ) -> Result<(), Failure> {
        let [ids, by, distinct @ ..] = rows.keys.as_slice() else {
            return Ok(());
        };
        match &mut self.ids {
            // A column has one type in all batches of a file.
            Some(held) => held.extend(ids).unwrap_or_default(),
            None => self.ids = Some(ids.clone()),
        }
        self.by.clear();
        self.accounts.number(by, &mut self.by)?;
        self.distinct.clear();
        if let Some(distinct) = distinct.first() {
            self.others.number(distinct, &mut self.distinct)?;
        }
        let round = ROUND_UNITS.saturating_mul(10_i64.saturating_pow(decimals));
        let (night_asked, round_asked) = (request.asks_night(), request.asks_round());
        for at in 0..rows.len() {
            let amount = rows.amounts.get(at).copied().unwrap_or_default();
            let time_millis = rows.times[at];
            let mut marks = Marks::NONE;
            if night_asked
                && let Some(country) = rows.sender_countries.get(at)
                && self.local_times.within(*country, time_millis, NIGHT) == Some(true)
            {
                marks = marks.with(Request::NIGHT);
            }
            if round_asked && amount != 0 && amount % round == 0 {
                marks = marks.with(Request::ROUND);
            }
            self.events.push(Event {
                time_millis,
                amount,
                account: self.by[at],
                counterparty: self.distinct.get(at).copied().unwrap_or_default(),
                row: self.rows,
                marks,
            });
            self.rows = self.rows.checked_add(1).ok_or(Failure::TooManyRows)?;
        }
        Ok(())
    }
}

/// Measures all rows on so many threads and writes the answer, partition after partition.
pub(super) fn measure(
    gathered: Gathered,
    (request, decimals): (&Request, u32),
    out: &Path,
    threads: usize,
    bar: &ProgressBar,
) -> Result<(), Failure> {
    let Gathered { ids, events, .. } = gathered;
    let ids = ids.unwrap_or_else(|| Keys::Whole(Vec::new()));
    let mut writer = Writer::create(out, &schema(&ids, request, decimals))?;
    let partitions = Mutex::new(events.finish().into_iter().enumerate());
    std::thread::scope(|scope| -> Result<(), Failure> {
        let (sender, receiver) = sync_channel(WAITING);
        for _ in 0..threads {
            let sender = sender.clone();
            let (ids, partitions) = (&ids, &partitions);
            scope.spawn(move || slide(partitions, ids, (request, decimals), &sender));
        }
        drop(sender);
        // Partitions end in any order and are written in theirs: a file is the same every time.
        let mut early = BTreeMap::new();
        let mut next = 0;
        for (position, values) in receiver {
            early.insert(position, values);
            while let Some(values) = early.remove(&next) {
                bar.inc(values.rows as u64);
                if values.rows > 0 {
                    writer.write(values.columns)?;
                }
                next += 1;
            }
        }
        Ok(())
    })?;
    writer.finish()?;
    Ok(())
}

fn schema<'a>(ids: &Keys, request: &'a Request, decimals: u32) -> Vec<(&'a str, Kind)> {
    let id = match ids {
        Keys::Whole(_) => Kind::Whole,
        Keys::Text(_) => Kind::Text,
    };
    let decimal = match u8::try_from(decimals) {
        Ok(0) | Err(_) => Kind::Whole,
        Ok(decimals) => Kind::Decimal(decimals),
    };
    let columns = request.columns().map(|(name, is_ratio)| match name {
        name if is_ratio => (name, Kind::Ratio),
        name if is_amount(name) => (name, decimal),
        name => (name, Kind::Whole),
    });
    [("id", id)].into_iter().chain(columns).collect()
}

/// The answer for one partition.
struct Measured {
    rows: usize,
    columns: Vec<Values>,
}

/// Takes partitions until there are no more.
fn slide(
    partitions: &Mutex<impl Iterator<Item = (usize, Partition)>>,
    ids: &Keys,
    (request, decimals): (&Request, u32),
    out: &SyncSender<(usize, Measured)>,
) {
    let unit = 10_f64.powi(i32::try_from(decimals).unwrap_or_default());
    let divisors: Vec<f64> = request
        .columns()
        .map(|(name, _)| if is_amount_ratio(name) { unit } else { 1.0 })
        .collect();
    let (mut ordered, mut windows) = (Ordered::default(), Sweep::default());
    loop {
        // No thread panics while it holds the lock.
        let next = partitions.lock().ok().and_then(|mut all| all.next());
        let Some((position, partition)) = next else {
            return;
        };
        partition.order_into(&mut ordered);
        let mut answers: Vec<Values> = request
            .columns()
            .map(|(_, is_ratio)| {
                let rows = ordered.events().len();
                if is_ratio {
                    Values::Ratios(Vec::with_capacity(rows))
                } else {
                    Values::Wholes(Vec::with_capacity(rows))
                }
            })
            .collect();
        sweep(&ordered, request.plan(), &mut windows, |_, measures| {
            let values = request.values(measures).zip(&divisors);
            for ((value, divisor), answer) in values.zip(&mut answers) {
                put(answer, value, *divisor);
            }
        });
        let mut columns = vec![ids_of(ids, ordered.events())];
        columns.append(&mut answers);
        let rows = ordered.events().len();
        if out.send((position, Measured { rows, columns })).is_err() {
            // The writer failed, and says so.
            return;
        }
    }
}

fn put(answer: &mut Values, value: Value, divisor: f64) {
    match (answer, value) {
        (Values::Wholes(column), Value::Whole(number)) => {
            column.push((number < DECIMAL_END).then_some(number));
        }
        (Values::Ratios(column), Value::Ratio(ratio)) => column.push(Some(ratio / divisor)),
        (Values::Wholes(column), _) => column.push(None),
        (Values::Ratios(column), _) => column.push(None),
        _ => {}
    }
}

fn ids_of(ids: &Keys, events: &[Event]) -> Values {
    match ids {
        Keys::Whole(ids) => {
            let ids = events.iter().map(|event| ids[event.row as usize]);
            Values::Whole(ids.collect())
        }
        Keys::Text(ids) => {
            let mut texts = Texts::default();
            for event in events {
                texts.push(ids.get(event.row as usize).unwrap_or_default());
            }
            Values::Texts(texts)
        }
    }
}
