//! The published log: tiles first, then the signed checkpoint over them, so that whoever sees a
//! checkpoint also finds everything under it.
//!
//! The database is the source: its entries are committed before they are published, and the same
//! entries always make the same files. After a crash between any two writes the next publication
//! writes the same files again and goes on.

mod error;
mod shelf;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use object_store::ObjectStore;
use tlog::{
    BundleId, Checkpoint, Growth, LogPath, SigningKey, TILE_WIDTH, parse_bundle, sign_checkpoint,
};

pub use error::PublishError;
use shelf::{Shelf, Stored};

/// Appends to one published log. There should be only one at a time; a second one is noticed.
#[derive(Debug)]
pub struct Publisher {
    shelf: Shelf,
    signer: SigningKey,
    /// The checkpoint as it is stored.
    stored: Stored,
    /// The log's right edge at that checkpoint.
    growth: Growth,
    /// A write failed and its fate is unknown: what is stored is read again before the next one.
    unsure: bool,
}

impl Publisher {
    /// Opens the log in a directory, which is made if it is missing. Writes are durable.
    pub async fn local(dir: &Path, signer: SigningKey) -> Result<Self, PublishError> {
        Self::on(Shelf::local(dir)?, signer).await
    }

    /// Opens the log in any store whose writes are durable when they are answered.
    ///
    /// The signer's name is the log's origin. Reads the checkpoint and the files at the log's right
    /// edge, and checks them against each other.
    pub async fn open(
        store: Arc<dyn ObjectStore>,
        signer: SigningKey,
    ) -> Result<Self, PublishError> {
        Self::on(Shelf::new(store), signer).await
    }

    /// Entries that are published.
    pub fn size(&self) -> u64 {
        self.growth.size()
    }

    /// The newest checkpoint, if the log has one.
    pub const fn checkpoint(&self) -> Option<&Checkpoint> {
        self.stored.checkpoint.as_ref()
    }

    /// The newest checkpoint as it is published: a signed note.
    pub fn checkpoint_text(&self) -> &[u8] {
        &self.stored.text
    }

    /// Publishes everything that the database has from `first_index` on.
    ///
    /// Entries that are published already are compared, not written: a caller may begin some way
    /// before [`Publisher::size`] to have the tail of its database checked. An empty log gets its
    /// first checkpoint even without entries. After an error nothing is lost: call again.
    pub async fn publish(
        &mut self,
        first_index: u64,
        entries: &[Vec<u8>],
    ) -> Result<Checkpoint, PublishError> {
        if self.unsure {
            (self.stored, self.growth) = self.shelf.read(&self.signer).await?;
            self.unsure = false;
        }
        let size = self.size();
        let database = first_index.saturating_add(entries.len() as u64);
        if first_index > size {
            return Err(PublishError::Gap {
                published: size,
                first_index,
            });
        }
        if database < size {
            return Err(PublishError::Shrunk {
                published: size,
                database,
            });
        }
        let known = usize::try_from(size - first_index).unwrap_or(usize::MAX);
        let (old, new) = entries.split_at(known.min(entries.len()));
        self.agree(first_index, old).await?;
        match &self.stored.checkpoint {
            Some(checkpoint) if new.is_empty() => Ok(checkpoint.clone()),
            _ => self.append(new).await,
        }
    }

    /// Opens a log some of whose files were damaged or lost, and writes all of them again, from all
    /// the entries that the database has. They must make the very tree that the signed checkpoint
    /// speaks of.
    pub async fn rebuild(
        store: Arc<dyn ObjectStore>,
        signer: SigningKey,
        entries: &[Vec<u8>],
    ) -> Result<Self, PublishError> {
        Self::rebuild_on(Shelf::new(store), signer, entries).await
    }

    /// [`Publisher::rebuild`] in a directory.
    pub async fn rebuild_local(
        dir: &Path,
        signer: SigningKey,
        entries: &[Vec<u8>],
    ) -> Result<Self, PublishError> {
        Self::rebuild_on(Shelf::local(dir)?, signer, entries).await
    }

    async fn on(shelf: Shelf, signer: SigningKey) -> Result<Self, PublishError> {
        let (stored, growth) = shelf.read(&signer).await?;
        Ok(Self {
            shelf,
            signer,
            stored,
            growth,
            unsure: false,
        })
    }

    async fn rebuild_on(
        shelf: Shelf,
        signer: SigningKey,
        entries: &[Vec<u8>],
    ) -> Result<Self, PublishError> {
        let stored = shelf.checkpoint(&signer).await?;
        let (size, root) = match &stored.checkpoint {
            Some(checkpoint) => (checkpoint.size(), checkpoint.root()),
            None => (0, tlog::empty_root()),
        };
        let published = usize::try_from(size)
            .ok()
            .and_then(|size| entries.get(..size))
            .ok_or(PublishError::Shrunk {
                published: size,
                database: entries.len() as u64,
            })?;
        let extension = Growth::new().extend(0, published)?;
        if extension.next.root() != root {
            return Err(PublishError::OtherTree { published: size });
        }
        shelf.put_all(extension.files).await?;
        Ok(Self {
            shelf,
            signer,
            stored,
            growth: extension.next,
            unsure: false,
        })
    }

    /// The entries from `first_index` on, all of them published, must be those that were published.
    async fn agree(&self, first_index: u64, entries: &[Vec<u8>]) -> Result<(), PublishError> {
        let mut index = first_index;
        let mut rest = entries;
        while !rest.is_empty() {
            let path = bundle_path(index, self.size())?;
            let bytes = self.shelf.file(&path).await?;
            let published =
                parse_bundle(&bytes).map_err(|source| PublishError::Bundle { path, source })?;
            let skipped = usize::try_from(index % u64::from(TILE_WIDTH)).unwrap_or(usize::MAX);
            let published = published.get(skipped..).unwrap_or_default();
            if published.is_empty() {
                return Err(PublishError::Cut { path });
            }
            let (ours, later) = rest.split_at(rest.len().min(published.len()));
            if let Some(at) = ours
                .iter()
                .zip(published)
                .position(|(our, their)| our != their)
            {
                return Err(PublishError::Forked {
                    index: index + at as u64,
                });
            }
            index += ours.len() as u64;
            rest = later;
        }
        Ok(())
    }

    async fn append(&mut self, entries: &[Vec<u8>]) -> Result<Checkpoint, PublishError> {
        let extension = self.growth.extend(self.size(), entries)?;
        self.shelf.put_all(extension.files).await?;
        let (size, root) = (extension.next.size(), extension.next.root());
        let checkpoint = Checkpoint::new(self.signer.verifying_key().name(), size, root)?;
        let text = Bytes::from(sign_checkpoint(&self.signer, &checkpoint)?);
        // From here on the checkpoint may be seen, whatever the store answers.
        self.unsure = true;
        let version = self.shelf.swap_checkpoint(&self.stored, &text).await?;
        self.stored = Stored {
            checkpoint: Some(checkpoint.clone()),
            version: Some(version),
            text,
        };
        self.growth = extension.next;
        self.unsure = false;
        Ok(checkpoint)
    }
}

/// The bundle that holds the entry `index` of a log of `size` entries.
fn bundle_path(index: u64, size: u64) -> Result<LogPath, PublishError> {
    let width = u64::from(TILE_WIDTH);
    let in_last = size - index / width * width;
    let width = u16::try_from(in_last.min(width)).unwrap_or(TILE_WIDTH);
    Ok(LogPath::Bundle(BundleId::new(
        index / u64::from(TILE_WIDTH),
        width,
    )?))
}
