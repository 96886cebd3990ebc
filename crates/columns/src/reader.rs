//! A file of payments, opened, and its rows in batches.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use crate::csv::CsvFile;
use crate::failure::ReadError;
use crate::parquet_file::ParquetFile;
use crate::rows::{Rows, Wanted};

/// The most rows of a batch.
pub const BATCH_ROWS: usize = 32_768;
/// How many batches of a group may wait until they are asked for: a million rows.
const WAITING: usize = 32;
/// The most threads that decode.
const THREADS_MAX: usize = 64;

/// A file of payments.
#[derive(Debug)]
pub struct Reader {
    source: Source,
}

#[derive(Debug)]
enum Source {
    Parquet(ParquetFile),
    Csv(CsvFile),
}

impl Reader {
    /// Opens a file whose name ends in `.parquet` or `.csv` and reads what columns it has.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let ending = path.extension().map(std::ffi::OsStr::to_ascii_lowercase);
        let source = match ending.as_ref().and_then(|ending| ending.to_str()) {
            Some("parquet") => Source::Parquet(ParquetFile::open(path)?),
            Some("csv") => Source::Csv(CsvFile::open(path)?),
            _ => {
                return Err(ReadError::Format {
                    path: path.to_owned(),
                });
            }
        };
        Ok(Self { source })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        match &self.source {
            Source::Parquet(file) => file.path(),
            Source::Csv(file) => file.path(),
        }
    }

    /// The names of its columns.
    pub fn columns(&self) -> Vec<String> {
        match &self.source {
            Source::Parquet(file) => file.columns(),
            Source::Csv(file) => file.columns().to_vec(),
        }
    }

    /// How many rows it has, as it says; of a CSV file a guess.
    pub fn rows(&self) -> u64 {
        match &self.source {
            Source::Parquet(file) => file.rows(),
            Source::Csv(file) => file.rows_guess(),
        }
    }

    /// How many decimals its amounts have by their type; `None` of floats and text.
    pub fn decimals(&self) -> Option<u32> {
        match &self.source {
            Source::Parquet(file) => file.decimals(),
            Source::Csv(_) => None,
        }
    }

    /// How many groups of rows it has: each can be decoded by a thread of its own.
    pub fn groups(&self) -> usize {
        match &self.source {
            Source::Parquet(file) => file.groups(),
            Source::Csv(_) => 1,
        }
    }

    /// Refuses what this file cannot give, before any row is read.
    pub fn check(&self, wanted: &Wanted) -> Result<(), ReadError> {
        match &self.source {
            Source::Parquet(file) => file.shape(wanted).map(drop),
            Source::Csv(file) => file.shape(wanted).map(drop),
        }
    }

    /// Decodes one group on the thread of the caller; `visit` gets its batches in order, and ends
    /// the reading by answering `false`.
    pub fn group(
        &self,
        group: usize,
        wanted: &Wanted,
        visit: &mut dyn FnMut(Rows) -> bool,
    ) -> Result<(), ReadError> {
        match &self.source {
            Source::Parquet(file) => file.group(group, wanted, visit),
            Source::Csv(file) => file.read(wanted, visit),
        }
    }

    /// Decodes all groups on so many threads while `visit` gets the batches on the caller's, in
    /// the order of the file; the first error that `visit` or the file gives ends it.
    pub fn scan<E: From<ReadError>>(
        &self,
        wanted: &Wanted,
        threads: usize,
        mut visit: impl FnMut(Rows) -> Result<(), E>,
    ) -> Result<(), E> {
        self.check(wanted)?;
        let threads = threads.clamp(1, THREADS_MAX).min(self.groups());
        std::thread::scope(|scope| {
            let mut lanes = Vec::new();
            for lane in 0..threads {
                let (sender, receiver) = sync_channel(1);
                lanes.push(receiver);
                scope.spawn(move || self.decode_lane((lane, threads), wanted, &sender));
            }
            let lanes = Batches { lanes };
            for group in 0..self.groups() {
                let Some(batches) = lanes.group(group) else {
                    // The lane ended early, which it does only after an error that was given.
                    break;
                };
                for batch in batches {
                    visit(batch?)?;
                }
            }
            Ok(())
        })
    }

    /// Every so many-th group, each through a channel of its own.
    fn decode_lane(
        &self,
        (lane, lanes): (usize, usize),
        wanted: &Wanted,
        out: &SyncSender<Receiver<Result<Rows, ReadError>>>,
    ) {
        for group in (lane..self.groups()).step_by(lanes) {
            let (sender, receiver) = sync_channel(WAITING);
            if out.send(receiver).is_err() {
                return;
            }
            let read = self.group(group, wanted, &mut |rows| sender.send(Ok(rows)).is_ok());
            if let Err(error) = read {
                // Nobody listens any more when this fails.
                sender.send(Err(error)).unwrap_or_default();
                return;
            }
        }
    }
}

/// What the threads of a scan decode.
#[derive(Debug)]
struct Batches {
    lanes: Vec<Receiver<Receiver<Result<Rows, ReadError>>>>,
}

impl Batches {
    fn group(&self, group: usize) -> Option<Receiver<Result<Rows, ReadError>>> {
        let lane = self.lanes.get(group % self.lanes.len().max(1))?;
        lane.recv().ok()
    }
}

/// Where the columns of `names` are; refuses two of one name among those that are wanted.
pub(crate) fn places(
    path: &Path,
    names: &[String],
    wanted: &Wanted,
) -> Result<crate::decode::Shape, ReadError> {
    let place = |name: &str| {
        let mut found = names.iter().enumerate().filter(|(_, known)| *known == name);
        let first = found.next().map(|(at, _)| at);
        match found.next() {
            Some(_) => Err(ReadError::Twice {
                path: path.to_owned(),
                column: name.to_owned(),
            }),
            None => Ok(first),
        }
    };
    let absent = |name: &str| ReadError::NoColumn {
        path: path.to_owned(),
        column: name.to_owned(),
        has: names.to_vec(),
    };
    let mut columns = BTreeMap::new();
    for column in crate::rows::Column::ALL {
        if !wanted.has(column) {
            continue;
        }
        match place(column.name())? {
            Some(at) => {
                columns.insert(column, at);
            }
            None if column.is_needed() => return Err(absent(column.name())),
            None => {}
        }
    }
    let currency = columns.contains_key(&crate::rows::Column::Currency);
    if wanted.in_minor_units() && !currency && wanted.default_currency().is_none() {
        return Err(ReadError::NoCurrency {
            path: path.to_owned(),
        });
    }
    let mut keys = Vec::new();
    for name in wanted.key_names() {
        keys.push(place(name)?.ok_or_else(|| absent(name))?);
    }
    Ok(crate::decode::Shape { columns, keys })
}

/// A path that errors name.
pub(crate) fn open_error(path: &Path) -> impl FnOnce(std::io::Error) -> ReadError {
    let path: PathBuf = path.to_owned();
    move |source| ReadError::Open { path, source }
}
