//! The custody log as a directory of tiles and a signed checkpoint, kept up with the database.
//!
//! The database decides the order of entries, in the transaction of the change they are about. The
//! tiles are their published form: they may be a moment late, never different.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use store::{Store, StoreFault};
use tlog::verify::{AuditError, AuditFailure, TileReader, audit};
use tlog::{Checkpoint, CheckpointError, LogPath, VerifyingKey, open_checkpoint, parse_bundle};
use tokio::sync::{Mutex, Notify};
use tokio::task::AbortHandle;
use vault::{Keys, PublishError, Publisher};

use crate::station::Core;

/// Entries read from the database at a time.
const ENTRIES_READ: usize = 4096;
/// A checkpoint is published this long after a change, so that one serves many.
const GATHER_MILLIS: u64 = 250;
/// The log is also looked at without a change of ours, for the changes of other processes.
const LOOK_SECONDS: u64 = 5;

/// Why the log cannot be published or read.
#[derive(Debug, thiserror::Error)]
pub enum LogbookError {
    /// The log directory cannot be used.
    #[error(
        "cannot use the log directory {path}: check that it exists and that you may write there"
    )]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The database failed.
    #[error("the log's entries cannot be read from the database")]
    Store(#[from] StoreFault),
    /// Tiles or checkpoint cannot be published, or disagree with the database.
    #[error("the log cannot be published")]
    Publish(#[source] Box<PublishError>),
    /// The log's origin cannot be the name of a key.
    #[error("the log's origin cannot name a key")]
    Origin(#[from] tlog::KeyError),
}

impl From<PublishError> for LogbookError {
    fn from(error: PublishError) -> Self {
        Self::Publish(Box::new(error))
    }
}

impl LogbookError {
    /// The stable code, explained in docs/errors.md.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Directory { .. } => "log.directory",
            Self::Store(fault) => fault.code(),
            Self::Publish(error) => error.code(),
            Self::Origin(_) => "log.origin",
        }
    }
}

/// Where log, checkpoint and database disagree: somebody or something changed what must not change.
#[derive(Debug, thiserror::Error)]
pub enum Disagreement {
    /// There is no checkpoint.
    #[error("the log has no checkpoint: its directory was emptied or never written")]
    NoCheckpoint,
    /// The checkpoint is not one that this log's key signed.
    #[error("the checkpoint is not one that this log's key signed: {0}")]
    Checkpoint(CheckpointError),
    /// The tiles do not make the checkpoint's tree.
    #[error("the tiles do not make the checkpoint's tree: {0}")]
    Tiles(AuditError),
    /// The database holds fewer entries than the checkpoint speaks of.
    #[error(
        "the database holds {database} entries and the checkpoint speaks of {published}: restore \
         the newer database"
    )]
    DatabaseShort {
        /// Entries in the database.
        database: u64,
        /// Entries in the checkpoint.
        published: u64,
    },
    /// An entry of the database is not the one in the tiles.
    #[error("entry {index} in the database is not the one that was published")]
    Entry {
        /// The entry's index.
        index: u64,
    },
}

/// The published log of one Watchfire.
pub struct Logbook {
    publisher: Mutex<Publisher>,
    verifying_key: VerifyingKey,
    /// Held while publishing, so that two processes never write tiles at once.
    lock: File,
    dir: PathBuf,
    /// The task that publishes after each commit.
    follower: OnceLock<AbortHandle>,
}

impl Logbook {
    pub(crate) async fn open(dir: &Path, store: &Store, keys: &Keys) -> Result<Self, LogbookError> {
        let origin = store.birth().await?.log_origin;
        let directory = |source| LogbookError::Directory {
            path: dir.to_owned(),
            source,
        };
        fs::create_dir_all(dir).map_err(directory)?;
        let lock = File::create(dir.join(".publishing")).map_err(directory)?;
        let signer = keys.log_signer(&origin)?;
        let verifying_key = signer.verifying_key().clone();
        let publisher = Publisher::local(dir, signer).await?;
        Ok(Self {
            publisher: Mutex::new(publisher),
            verifying_key,
            lock,
            dir: dir.to_owned(),
            follower: OnceLock::new(),
        })
    }

    /// The directory of the tiles.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The key that checkpoints are verified with.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.verifying_key
    }

    /// The checkpoint published last, and the signed note that carries it.
    pub async fn checkpoint(&self) -> Option<(Checkpoint, String)> {
        let publisher = self.publisher.lock().await;
        let note = String::from_utf8_lossy(publisher.checkpoint_text()).into_owned();
        publisher
            .checkpoint()
            .map(|checkpoint| (checkpoint.clone(), note))
    }

    /// Publishes every committed entry. If another process is publishing now, it does this one's
    /// too.
    pub(crate) async fn publish(&self, store: &Store, keys: &Keys) -> Result<(), LogbookError> {
        let mut publisher = self.publisher.lock().await;
        match self.lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(()),
            Err(TryLockError::Error(source)) => return Err(self.directory(source)),
        }
        let outcome = self.catch_up(&mut publisher, store, keys).await;
        self.lock
            .unlock()
            .map_err(|source| self.directory(source))?;
        outcome
    }

    async fn catch_up(
        &self,
        publisher: &mut Publisher,
        store: &Store,
        keys: &Keys,
    ) -> Result<(), LogbookError> {
        let stored = fs::read(self.dir.join("checkpoint")).unwrap_or_default();
        if stored != publisher.checkpoint_text() {
            // Another process has published since this one looked last.
            let signer = keys.log_signer(self.verifying_key.name())?;
            *publisher = Publisher::local(&self.dir, signer).await?;
        }
        loop {
            // The last published entry is compared once more, so that a swapped database is
            // noticed.
            let first = publisher.size().saturating_sub(1);
            let index = i64::try_from(first).unwrap_or(i64::MAX);
            let entries = store.log_commitments(index, ENTRIES_READ).await?;
            let entries: Vec<Vec<u8>> = entries.into_iter().map(Vec::from).collect();
            let all = entries.len() < ENTRIES_READ;
            publisher.publish(first, &entries).await?;
            if all {
                break;
            }
        }
        let size = i64::try_from(publisher.size()).unwrap_or(i64::MAX);
        if store.log_head().await?.published < size {
            let mut tx = store.begin("published").await?;
            tx.set_published(size).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Recomputes the whole log from its files and compares it with the checkpoint and with the
    /// database.
    ///
    /// Returns the number of entries that agree, or where the first disagreement is.
    pub(crate) async fn verify(
        &self,
        store: &Store,
    ) -> Result<Result<u64, Disagreement>, LogbookError> {
        let note = match fs::read(self.dir.join("checkpoint")) {
            Ok(note) => note,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Err(Disagreement::NoCheckpoint));
            }
            Err(source) => return Err(self.directory(source)),
        };
        let checkpoint = match open_checkpoint(self.verifying_key(), &note) {
            Ok(checkpoint) => checkpoint,
            Err(error) => return Ok(Err(Disagreement::Checkpoint(error))),
        };
        let mut files = LogFiles {
            dir: &self.dir,
            bundles: Vec::new(),
        };
        match audit(&checkpoint, &[], &mut files) {
            Ok(_) => {}
            Err(AuditFailure::Wrong(error)) => return Ok(Err(Disagreement::Tiles(error))),
            Err(AuditFailure::Unreadable { source, .. }) => return Err(self.directory(source)),
        }
        self.compare(store, &files.bundles, checkpoint.size()).await
    }

    /// Compares the published entries with those of the database.
    async fn compare(
        &self,
        store: &Store,
        bundles: &[LogPath],
        published: u64,
    ) -> Result<Result<u64, Disagreement>, LogbookError> {
        let mut index = 0_u64;
        for path in bundles {
            let file = fs::read(self.dir.join(path.to_string()));
            let file = file.map_err(|source| self.directory(source))?;
            let Ok(entries) = parse_bundle(&file) else {
                return Ok(Err(Disagreement::Entry { index }));
            };
            let first = i64::try_from(index).unwrap_or(i64::MAX);
            let rows = store.log_commitments(first, entries.len()).await?;
            for (position, entry) in entries.iter().enumerate() {
                match rows.get(position) {
                    None => {
                        return Ok(Err(Disagreement::DatabaseShort {
                            database: index,
                            published,
                        }));
                    }
                    Some(row) if row[..] != entry[..] => {
                        return Ok(Err(Disagreement::Entry { index }));
                    }
                    Some(_) => index += 1,
                }
            }
        }
        Ok(Ok(index))
    }

    fn directory(&self, source: std::io::Error) -> LogbookError {
        LogbookError::Directory {
            path: self.dir.clone(),
            source,
        }
    }

    /// Publishes after each commit for as long as the process lives.
    pub(crate) fn follow(self: &Arc<Self>, core: Arc<Core>, written: Arc<Notify>) {
        let logbook = Arc::downgrade(self);
        let following = tokio::spawn(async move {
            loop {
                let look = tokio::time::sleep(Duration::from_secs(LOOK_SECONDS));
                tokio::select! {
                    () = written.notified() => {
                        tokio::time::sleep(Duration::from_millis(GATHER_MILLIS)).await;
                    }
                    () = look => {}
                }
                let Some(logbook) = logbook.upgrade() else {
                    return;
                };
                if let Err(error) = logbook.publish(&core.store, &core.keys).await {
                    tracing::error!(code = error.code(), %error, "the log was not published");
                }
            }
        });
        if self.follower.set(following.abort_handle()).is_err() {
            tracing::debug!("the log is followed twice");
        }
    }

    /// Ends what [`Logbook::follow`] began: the database closes.
    pub(crate) fn rest(&self) {
        if let Some(follower) = self.follower.get() {
            follower.abort();
        }
    }
}

/// The files of a log in a directory, and the bundles among those that an audit asked for.
struct LogFiles<'a> {
    dir: &'a Path,
    bundles: Vec<LogPath>,
}

impl TileReader for LogFiles<'_> {
    type Error = std::io::Error;

    fn read(&mut self, path: &LogPath) -> Result<Option<Vec<u8>>, std::io::Error> {
        if matches!(path, LogPath::Bundle(_)) {
            self.bundles.push(*path);
        }
        match fs::read(self.dir.join(path.to_string())) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}
