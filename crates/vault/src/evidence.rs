//! Blobs: evidence streams in, is digested and sealed in one pass, and is durable before it is named.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
use model::{Digests, Entropy};
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{GetOptions, GetRange, MultipartUpload, ObjectStore, ObjectStoreExt as _};
use tokio::task::{JoinHandle, spawn_blocking};

use crate::digest::Digester;
use crate::seal::{DataKey, Opener, SealError, Sealer};

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
            part_bytes: LOCAL_PART_BYTES,
        })
    }

    /// Blobs in any object store whose writes are durable when they are answered.
    pub fn remote(store: Arc<dyn ObjectStore>) -> Self {
        let place = store.to_string().into();
        Self {
            store,
            place,
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
        let mut name = [0; 16];
        entropy.fill(&mut name);
        let mut out = Vec::new();
        let sealer = Sealer::new(key, context, entropy, &mut out)?;
        Ok(Reception {
            blobs: self.clone(),
            blob: BlobId(name),
            piece: Vec::new(),
            work: Work::Here(Box::new(Worker {
                digester: Digester::new(),
                sealer,
                sealed: out,
            })),
            upload: None,
            part: None,
        })
    }

    /// Begins to read a blob; every byte it gives is authentic.
    pub fn open(&self, blob: BlobId, key: &DataKey, context: &[u8]) -> Reading {
        Reading {
            blobs: self.clone(),
            path: blob.path(),
            state: Some(ReadingState {
                opener: Opener::new(key, context),
                at: 0,
            }),
        }
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

/// A blob on its way in. Dropped before [`Reception::finish`] it leaves nothing that could be read.
#[derive(Debug)]
pub struct Reception {
    blobs: Blobs,
    blob: BlobId,
    /// Plain bytes not yet digested and sealed.
    piece: Vec<u8>,
    work: Work,
    upload: Option<Box<dyn MultipartUpload>>,
    /// The part that is being written.
    part: Option<JoinHandle<object_store::Result<()>>>,
}

impl Reception {
    /// Takes the next bytes. Waits only when the disk or the processor is behind.
    pub async fn write(&mut self, mut bytes: &[u8]) -> Result<(), EvidenceError> {
        while !bytes.is_empty() {
            let room = PIECE_BYTES - self.piece.len();
            let (head, rest) = bytes.split_at(bytes.len().min(room));
            self.piece.extend_from_slice(head);
            bytes = rest;
            if self.piece.len() == PIECE_BYTES {
                self.work_off().await?;
            }
        }
        Ok(())
    }

    /// Ends. When this returns the blob is durable; until then it does not exist.
    pub async fn finish(mut self) -> Result<Received, EvidenceError> {
        if self.piece.len() > INLINE_BYTES {
            self.work_off().await?;
        }
        let mut worker = self.settled().await?;
        // What is left is too little to be worth another thread.
        worker.take(&self.piece)?;
        let Worker {
            digester,
            sealer,
            mut sealed,
        } = *worker;
        sealer.finish(&mut sealed)?;
        self.store(sealed).await?;
        Ok(Received {
            blob: self.blob,
            size_bytes: digester.size_bytes(),
            digests: digester.finish(),
        })
    }

    /// Gives the blob up and removes what was written of it.
    pub async fn abort(mut self) -> Result<(), EvidenceError> {
        let written = self.part_written().await;
        match self.upload.take() {
            Some(mut upload) => upload
                .abort()
                .await
                .map_err(|error| EvidenceError::of(&self.blobs.place, Deed::Delete, error)),
            // The fate of a part is of no interest without its upload.
            None => written,
        }
    }

    /// Gives the full piece to another thread, after the one before it is done: the network fills
    /// the next piece meanwhile.
    async fn work_off(&mut self) -> Result<(), EvidenceError> {
        let mut worker = self.settled().await?;
        if worker.sealed.len() >= self.blobs.part_bytes {
            let full = std::mem::take(&mut worker.sealed);
            self.work = Work::Here(worker);
            self.write_part(full).await?;
            worker = self.settled().await?;
        }
        let piece = std::mem::take(&mut self.piece);
        self.piece = Vec::with_capacity(PIECE_BYTES);
        self.work = Work::Elsewhere(spawn_blocking(move || {
            worker.take(&piece)?;
            Ok(worker)
        }));
        Ok(())
    }

    /// The worker, once it is done.
    async fn settled(&mut self) -> Result<Box<Worker>, EvidenceError> {
        match std::mem::replace(&mut self.work, Work::Failed) {
            Work::Here(worker) => Ok(worker),
            Work::Elsewhere(handle) => Ok(handle.await.map_err(|_| EvidenceError::Stopped)??),
            Work::Failed => Err(EvidenceError::Stopped),
        }
    }

    /// Writes one part, after the one before it is written.
    async fn write_part(&mut self, sealed: Vec<u8>) -> Result<(), EvidenceError> {
        self.part_written().await?;
        let mut upload = match self.upload.take() {
            Some(upload) => upload,
            None => self
                .blobs
                .store
                .put_multipart(&self.blob.path())
                .await
                .map_err(|error| EvidenceError::of(&self.blobs.place, Deed::Write, error))?,
        };
        self.part = Some(tokio::spawn(upload.put_part(sealed.into())));
        self.upload = Some(upload);
        Ok(())
    }

    async fn part_written(&mut self) -> Result<(), EvidenceError> {
        match self.part.take() {
            None => Ok(()),
            Some(part) => part
                .await
                .map_err(|_| EvidenceError::Stopped)?
                .map_err(|error| EvidenceError::of(&self.blobs.place, Deed::Write, error)),
        }
    }

    /// Writes the rest, by one put if nothing was written yet.
    async fn store(&mut self, sealed: Vec<u8>) -> Result<(), EvidenceError> {
        let stored = if self.upload.is_none() {
            let path = self.blob.path();
            self.blobs.store.put(&path, sealed.into()).await
        } else {
            self.write_part(sealed).await?;
            self.part_written().await?;
            match self.upload.as_mut() {
                Some(upload) => upload.complete().await,
                None => return Err(EvidenceError::Stopped),
            }
        };
        match stored {
            Ok(_) => Ok(()),
            Err(error) => Err(EvidenceError::of(&self.blobs.place, Deed::Write, error)),
        }
    }
}

/// What was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// The blob's name.
    pub blob: BlobId,
    /// The digests of the plain bytes.
    pub digests: Digests,
    /// How many plain bytes.
    pub size_bytes: u64,
}

/// Digests and seals piece by piece.
#[derive(Debug)]
struct Worker {
    digester: Digester,
    sealer: Sealer,
    sealed: Vec<u8>,
}

impl Worker {
    fn take(&mut self, piece: &[u8]) -> Result<(), SealError> {
        // In chunks, so that the seal finds in the cache what the digests have just read.
        for chunk in piece.chunks(crate::seal::CHUNK_BYTES) {
            self.digester.update(chunk);
            self.sealer.update(chunk, &mut self.sealed)?;
        }
        Ok(())
    }
}

#[derive(Debug)]
enum Work {
    Here(Box<Worker>),
    Elsewhere(JoinHandle<Result<Box<Worker>, SealError>>),
    /// An error was given to the caller already.
    Failed,
}

/// A blob on its way out.
#[derive(Debug)]
pub struct Reading {
    blobs: Blobs,
    path: ObjectPath,
    /// `None` after the end or an error.
    state: Option<ReadingState>,
}

#[derive(Debug)]
struct ReadingState {
    opener: Opener,
    /// How many sealed bytes were read.
    at: u64,
}

impl Reading {
    /// The next plain bytes, up to about 1 MiB; `None` once every byte was given and the end proved whole.
    pub async fn next(&mut self) -> Result<Option<Bytes>, EvidenceError> {
        while let Some(mut state) = self.state.take() {
            let (sealed, ends) = self.fetch(state.at).await?;
            state.at += sealed.len() as u64;
            let opened = spawn_blocking(move || {
                let mut plain = Vec::with_capacity(sealed.len());
                state.opener.update(&sealed, &mut plain)?;
                if ends {
                    state.opener.finish(&mut plain)?;
                    return Ok((plain, None));
                }
                Ok::<_, SealError>((plain, Some(state)))
            });
            let (plain, state) = opened.await.map_err(|_| EvidenceError::Stopped)??;
            self.state = state;
            if !plain.is_empty() {
                return Ok(Some(plain.into()));
            }
        }
        Ok(None)
    }

    /// The pieces as a stream, for a response body. It ends at the first error.
    pub fn into_stream(self) -> impl Stream<Item = Result<Bytes, EvidenceError>> + Send + 'static {
        stream::unfold(Some(self), |reading| async {
            let mut reading = reading?;
            match reading.next().await {
                Ok(None) => None,
                Ok(Some(piece)) => Some((Ok(piece), Some(reading))),
                Err(error) => Some((Err(error), None)),
            }
        })
        .boxed()
    }

    /// Sealed bytes from `at` on, and whether they are the last.
    async fn fetch(&self, at: u64) -> Result<(Bytes, bool), EvidenceError> {
        let failed = |error| EvidenceError::of(&self.blobs.place, Deed::Read, error);
        let range = GetRange::Bounded(at..at + PIECE_BYTES as u64);
        let options = GetOptions::new().with_range(Some(range));
        let got = self.blobs.store.get_opts(&self.path, options).await;
        let got = got.map_err(failed)?;
        let ends = got.range.end >= got.meta.size;
        Ok((got.bytes().await.map_err(failed)?, ends))
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
fn is_no_space(error: &object_store::Error) -> bool {
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
/// Up to this many bytes are digested and sealed on the caller's thread (about 0.2 ms).
const INLINE_BYTES: usize = 64 << 10;
/// Sealed bytes of one write to a disk.
const LOCAL_PART_BYTES: usize = 1 << 20;
/// Sealed bytes of one part in an object store: S3 takes 10,000 parts of at least 5 MiB, and the largest
/// file is 64 GiB.
const REMOTE_PART_BYTES: usize = 8 << 20;
