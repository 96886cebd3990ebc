//! Rows dealt out to partitions by account, and the windows slid over each.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{SyncSender, sync_channel};

use columns::{Accounts, Answers, Keys, Kind, Rows, Texts, Values, Writer};
use indicatif::ProgressBar;
use screen::window::{Marker, Request, Sweep, sweep};
use screen::{Event, Ordered, Partition, Partitioner};

use crate::failure::Failure;

/// How many measured partitions may wait to be written.
const WAITING: usize = 8;

/// The rows of a file by account.
pub(super) struct Gathered {
    accounts: Accounts,
    others: Accounts,
    ids: Option<Keys>,
    events: Partitioner,
    rows: u32,
    marker: Marker,
    /// Numbers of accounts, of one batch.
    by: Vec<u32>,
    distinct: Vec<u32>,
}

impl Gathered {
    /// For about so many rows.
    pub(super) fn new(rows: u64, request: &Request, decimals: u32) -> Self {
        Self {
            accounts: Accounts::default(),
            others: Accounts::default(),
            ids: None,
            events: Partitioner::new(usize::try_from(rows).unwrap_or(usize::MAX)),
            rows: 0,
            marker: Marker::new(request, decimals),
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
    pub(super) fn take(&mut self, rows: &Rows) -> Result<(), Failure> {
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
        for at in 0..rows.len() {
            let amount = rows.amounts.get(at).copied().unwrap_or_default();
            let time_millis = rows.times[at];
            let country = rows.sender_countries.get(at).copied();
            let marks = self.marker.marks(country, time_millis, amount);
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
    let columns = Answers::kinds(request, decimals);
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
    let mut answers = Answers::new(request, decimals);
    let (mut ordered, mut windows) = (Ordered::default(), Sweep::default());
    loop {
        // No thread panics while it holds the lock.
        let next = partitions.lock().ok().and_then(|mut all| all.next());
        let Some((position, partition)) = next else {
            return;
        };
        partition.order_into(&mut ordered);
        answers.reserve(ordered.events().len());
        sweep(&ordered, request.plan(), &mut windows, |_, measures| {
            answers.push(request.values(measures));
        });
        let mut columns = vec![ids_of(ids, ordered.events())];
        columns.append(&mut answers.take());
        let rows = ordered.events().len();
        if out.send((position, Measured { rows, columns })).is_err() {
            // The writer failed, and says so.
            return;
        }
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
