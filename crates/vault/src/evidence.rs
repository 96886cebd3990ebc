//! Blobs: evidence streams in, is digested and sealed in one pass, and is durable before it is
//! named.

mod leftovers;
mod reading;
mod reception;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use model::Entropy;
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt as _};

pub use reading::Reading;
pub use reception::{Received, Reception};

use crate::seal::{DataKey, SealError};

/// The name of a blob: 16 random bytes, which tell nothing about the content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId([u8; 16]);

impl BlobId {
    /// Wraps the bytes of a name.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn bytes(self) -> [u8; 16] {
        self.0
    }

    /// Where it lies: `xx/<32 hex digits>`.
    fn path(self) -> ObjectPath {
        let name = self.to_string();
        ObjectPath::from_iter([&name[..2], name.as_str()])
    }
}

impl std::fmt::Display for BlobId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Debug for BlobId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "BlobId({self})")
    }
}

/// Where sealed blobs are kept.
#[derive(Debug, Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    /// What errors call it: the directory, or the store's own description.
    place: Arc<str>,
    /// The directory, if it is one.
    dir: Option<Arc<Path>>,
    part_bytes: usize,
}

impl Blobs {
    /// Blobs in a directory, which is made (mode 0700) if it is missing. Writes are durable.
    pub fn local(dir: &Path) -> Result<Self, EvidenceError> {
        let place: Arc<str> = dir.display().to_string().into();
        let unusable = |source: std::io::Error| EvidenceError::Unusable {
            place: place.to_string(),
            source,
        };
        make_fan_out(dir).map_err(unusable)?;
        let store = LocalFileSystem::new_with_prefix(dir)
            .map_err(|source| EvidenceError::of(&place, Deed::Write, source))?
            .with_fsync(true);
        Ok(Self {
            store: Arc::new(store),
            place,
            dir: Some(dir.into()),
            part_bytes: LOCAL_PART_BYTES,
        })
    }

    /// Blobs in any object store whose writes are durable when they are answered.
    pub fn remote(store: Arc<dyn ObjectStore>) -> Self {
        let place = store.to_string().into();
        Self {
            store,
            place,
            dir: None,
            part_bytes: REMOTE_PART_BYTES,
        }
    }

    /// Begins to receive a blob of any size, to be sealed under `key` and bound to `context`.
    ///
    /// Nothing is written until the first part is full, so a small blob costs one write.
    pub fn begin(
        &self,
        key: &DataKey,
        context: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Reception, EvidenceError> {
        Reception::begin(self.clone(), key, context, entropy)
    }

    /// Begins to read a blob; every byte it gives is authentic.
    pub fn open(&self, blob: BlobId, key: &DataKey, context: &[u8]) -> Reading {
        Reading::begin(self.clone(), blob, key, context)
    }

    /// Reads a whole blob into memory: for small ones.
    pub async fn read(
        &self,
        blob: BlobId,
        key: &DataKey,
        context: &[u8],
    ) -> Result<Vec<u8>, EvidenceError> {
        let mut reading = self.open(blob, key, context);
        let mut plain = Vec::new();
        while let Some(piece) = reading.next().await? {
            plain.extend_from_slice(&piece);
        }
        Ok(plain)
    }

    /// Deletes a blob; one that is gone already is no error.
    pub async fn delete(&self, blob: BlobId) -> Result<(), EvidenceError> {
        match self.store.delete(&blob.path()).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(EvidenceError::of(&self.place, Deed::Delete, error)),
        }
    }
}

/// Why a blob was not received, read or deleted.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The disk or the quota is full.
    #[error(
        "no space left for evidence in {place}: free some or enlarge it; nothing was acknowledged"
    )]
    NoSpace {
        /// The blob directory or store.
        place: String,
        /// What the store said.
        #[source]
        source: object_store::Error,
    },
    /// The blob is not there.
    #[error("a blob is missing from {place}: restore it from a backup")]
    Missing {
        /// The blob directory or store.
        place: String,
        /// What the store said.
        #[source]
        source: object_store::Error,
    },
    /// The blob directory cannot be made or used.
    #[error("{place} cannot hold evidence: check that it is a directory and yours")]
    Unusable {
        /// The blob directory.
        place: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A write failed.
    #[error("evidence could not be written to {place}")]
    Unwritable {
        /// The blob directory or store.
        place: String,
        /// What the store said.
        #[source]
        source: object_store::Error,
    },
    /// A read failed.
    #[error("evidence could not be read from {place}")]
    Unreadable {
        /// The blob directory or store.
        place: String,
        /// What the store said.
        #[source]
        source: object_store::Error,
    },
    /// A deletion failed.
    #[error("evidence could not be deleted from {place}")]
    Undeletable {
        /// The blob directory or store.
        place: String,
        /// What the store said.
        #[source]
        source: object_store::Error,
    },
    /// The seal did not hold, or did not form.
    #[error("evidence is sealed")]
    Sealed(#[from] SealError),
    /// The program is stopping, or this blob failed before.
    #[error("the program stopped before the evidence was whole")]
    Stopped,
}

impl EvidenceError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoSpace { .. } => "evidence.no-space",
            Self::Missing { .. } => "evidence.missing",
            Self::Unusable { .. } => "evidence.place-unusable",
            Self::Unwritable { .. } => "evidence.unwritable",
            Self::Unreadable { .. } => "evidence.unreadable",
            Self::Undeletable { .. } => "evidence.undeletable",
            Self::Sealed(error) => error.code(),
            Self::Stopped => "evidence.stopped",
        }
    }

    fn of(place: &str, deed: Deed, source: object_store::Error) -> Self {
        let place = place.to_string();
        if is_no_space(&source) {
            return Self::NoSpace { place, source };
        }
        match deed {
            Deed::Read if matches!(source, object_store::Error::NotFound { .. }) => {
                Self::Missing { place, source }
            }
            Deed::Read => Self::Unreadable { place, source },
            Deed::Write => Self::Unwritable { place, source },
            Deed::Delete => Self::Undeletable { place, source },
        }
    }
}

#[derive(Clone, Copy)]
enum Deed {
    Read,
    Write,
    Delete,
}

/// Whether a full disk or quota is anywhere among the causes.
pub(crate) fn is_no_space(error: &object_store::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            use std::io::ErrorKind::{QuotaExceeded, StorageFull};
            if matches!(io.kind(), StorageFull | QuotaExceeded) {
                return true;
            }
        }
        cause = error.source();
    }
    false
}

/// Makes the directory and its 256 sub-directories, durably: two uploads that make the same
/// sub-directory at once could otherwise see it lost with the power.
fn make_fan_out(dir: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    for first in 0..=u8::MAX {
        builder.create(dir.join(format!("{first:02x}")))?;
    }
    #[cfg(unix)]
    std::fs::File::open(dir)?.sync_all()?;
    Ok(())
}

/// Plain bytes that are digested and sealed at once, and sealed bytes that are read at once.
const PIECE_BYTES: usize = 1 << 20;
/// Sealed bytes of one write to a disk.
const LOCAL_PART_BYTES: usize = 1 << 20;
/// Sealed bytes of one part in an object store: S3 takes 10,000 parts of at least 5 MiB, and the
/// largest file is 64 GiB.
const REMOTE_PART_BYTES: usize = 8 << 20;
