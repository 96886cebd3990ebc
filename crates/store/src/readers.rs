//! SQLite's readers: connections that are handed out and taken back without a word to their
//! threads.
//!
//! A pool of the query layer asks a connection whether it lives, when it hands it out and again
//! when it takes it back. A connection to a file is always there, and each question wakes two
//! threads: of the short reads of intake that was two thirds of the cost.

use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{ConnectOptions as _, Connection as _};
use tokio::sync::{Mutex, OwnedMappedMutexGuard, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore};

/// Connections that only read, each opened when it is first needed.
#[derive(Debug, Clone)]
pub(crate) struct Readers {
    options: Arc<SqliteConnectOptions>,
    slots: Arc<[Slot]>,
    /// One for each slot.
    permits: Arc<Semaphore>,
    wait: Duration,
}

type Slot = Arc<Mutex<Option<SqliteConnection>>>;

/// A connection in use, free again when dropped.
pub(crate) struct Taken {
    // Dropped before the permit, so that who holds a permit finds a free slot.
    pub(crate) connection: OwnedMappedMutexGuard<Option<SqliteConnection>, SqliteConnection>,
    _permit: OwnedSemaphorePermit,
}

impl Readers {
    /// At most `count` connections; one that is not free within `wait` is a fault. Opens the first.
    pub(crate) async fn open(
        options: SqliteConnectOptions,
        count: usize,
        wait: Duration,
    ) -> Result<Self, sqlx::Error> {
        let readers = Self {
            options: Arc::new(options),
            slots: (0..count).map(|_| Slot::default()).collect(),
            permits: Arc::new(Semaphore::new(count)),
            wait,
        };
        drop(readers.take().await?);
        Ok(readers)
    }

    /// Takes the first free connection: the one whose cache is warmest.
    pub(crate) async fn take(&self) -> Result<Taken, sqlx::Error> {
        let permit = tokio::time::timeout(self.wait, self.permits.clone().acquire_owned())
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)?
            .map_err(|_| sqlx::Error::PoolClosed)?;
        let free = self
            .slots
            .iter()
            .find_map(|slot| slot.clone().try_lock_owned().ok());
        let free = free.ok_or(sqlx::Error::PoolTimedOut)?;
        let connection = match OwnedMutexGuard::try_map(free, Option::as_mut) {
            Ok(connection) => connection,
            Err(empty) => {
                let opened = self.options.connect().await?;
                OwnedMutexGuard::map(empty, |slot| slot.insert(opened))
            }
        };
        Ok(Taken {
            connection,
            _permit: permit,
        })
    }

    /// Closes every connection, waiting for those in use; none is given afterwards.
    pub(crate) async fn close(&self) {
        let all = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        // Closed already, by another clone of the store: then there is nothing to wait for.
        let unused = self.permits.acquire_many(all).await;
        self.permits.close();
        drop(unused);
        for slot in self.slots.iter() {
            if let Some(connection) = slot.lock().await.take()
                && let Err(error) = connection.close().await
            {
                tracing::debug!(%error, "a reading connection was not closed in order");
            }
        }
    }
}
