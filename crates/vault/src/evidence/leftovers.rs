//! What a kill can leave behind: parts of blobs that were never whole, and whole blobs that nobody
//! names.

use std::io;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use futures_util::stream::{Stream, StreamExt as _};
use model::Timestamp;
use object_store::ObjectMeta;
use tokio::task::spawn_blocking;

use super::{BlobId, Blobs, Deed, EvidenceError};

impl Blobs {
    /// Every whole blob and when it was written, so that those which no record names can be
    /// deleted. Only a blob older than any running upload may be taken for forgotten.
    pub fn list(
        &self,
    ) -> impl Stream<Item = Result<(BlobId, Timestamp), EvidenceError>> + Send + 'static {
        let place = self.place.clone();
        self.store.list(None).filter_map(move |listed| {
            let found = match listed {
                Ok(meta) => named(&meta).map(Ok),
                Err(error) => Some(Err(EvidenceError::of(&place, Deed::Read, error))),
            };
            std::future::ready(found)
        })
    }

    /// Deletes what unfinished uploads left in the blob directory and was not touched since
    /// `before`. Gives the number of files deleted. Object stores do this by their own lifecycle
    /// rules.
    pub async fn sweep(&self, before: Timestamp) -> Result<usize, EvidenceError> {
        let Some(dir) = self.dir.clone() else {
            return Ok(0);
        };
        let place = self.place.to_string();
        spawn_blocking(move || sweep_dir(&dir, before))
            .await
            .map_err(|_| EvidenceError::Stopped)?
            .map_err(|source| EvidenceError::Unusable { place, source })
    }
}

/// A listed object's name, if it is a blob's.
fn named(meta: &ObjectMeta) -> Option<(BlobId, Timestamp)> {
    let written = Timestamp::from_millis(meta.last_modified.timestamp_millis());
    let name: model::FileId = meta.location.filename()?.parse().ok()?;
    let blob = BlobId::new(name.bytes());
    (blob.path() == meta.location).then_some((blob, written))
}

fn sweep_dir(dir: &Path, before: Timestamp) -> io::Result<usize> {
    let age_limit = Duration::from_millis(u64::try_from(before.millis()).unwrap_or(0));
    let mut deleted = 0;
    for first in 0..=u8::MAX {
        for entry in std::fs::read_dir(dir.join(format!("{first:02x}")))? {
            let entry = entry?;
            let path = entry.path();
            if !is_staging(&path) {
                continue;
            }
            // An upload that ended meanwhile has taken its file away.
            let touched = match entry.metadata().and_then(|metadata| metadata.modified()) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                touched => touched?,
            };
            if touched < UNIX_EPOCH + age_limit {
                std::fs::remove_file(&path)?;
                deleted += 1;
            }
        }
    }
    Ok(deleted)
}

/// The store writes a blob as `<name>#<number>` and renames it when it is whole.
fn is_staging(path: &Path) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .and_then(|name| name.split_once('#'))
        .is_some_and(|(name, number)| name.len() == 32 && number.parse::<u32>().is_ok())
}
