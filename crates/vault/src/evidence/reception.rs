//! A blob on its way in: digested and sealed in one pass, beside the network and the disk.

use model::{Digests, Entropy};
use object_store::{MultipartUpload, ObjectStoreExt as _};
use tokio::task::{JoinHandle, spawn_blocking};

use super::{BlobId, Blobs, Deed, EvidenceError, PIECE_BYTES};
use crate::digest::Digester;
use crate::seal::{CHUNK_BYTES, DataKey, SealError, Sealer, sealed_bytes};

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
    pub(super) fn begin(
        blobs: Blobs,
        key: &DataKey,
        context: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Self, EvidenceError> {
        let mut name = [0; 16];
        entropy.fill(&mut name);
        let mut out = Vec::new();
        let sealer = Sealer::new(key, context, entropy, &mut out)?;
        Ok(Self {
            blobs,
            blob: BlobId::new(name),
            piece: Vec::new(),
            work: Work::Here(Box::new(Worker {
                digester: Digester::new(),
                sealer,
                piece: Vec::new(),
                sealed: out,
            })),
            upload: None,
            part: None,
        })
    }

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
        let received = self.complete().await;
        if received.is_err() {
            // Parts that a remote store holds cost room; the first error is the one to tell.
            drop(self.abort().await);
        }
        received
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

    async fn complete(&mut self) -> Result<Received, EvidenceError> {
        if self.piece.len() > INLINE_BYTES {
            self.work_off().await?;
        }
        let mut worker = self.settled().await?;
        // What is left is too little to be worth another thread.
        std::mem::swap(&mut self.piece, &mut worker.piece);
        worker.take_piece()?;
        let Worker {
            digester,
            sealer,
            mut sealed,
            ..
        } = *worker;
        sealer.finish(&mut sealed)?;
        self.store(sealed).await?;
        Ok(Received {
            blob: self.blob,
            size_bytes: digester.size_bytes(),
            digests: digester.finish(),
        })
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
        // Two buffers change places, so that no piece costs fresh memory.
        std::mem::swap(&mut self.piece, &mut worker.piece);
        self.work = Work::Elsewhere(spawn_blocking(move || {
            worker.take_piece()?;
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
    piece: Vec<u8>,
    sealed: Vec<u8>,
}

impl Worker {
    fn take_piece(&mut self) -> Result<(), SealError> {
        self.sealed.reserve(sealed_bytes(self.piece.len()));
        // In chunks, so that the seal finds in the cache what the digests have just read.
        for chunk in self.piece.chunks(CHUNK_BYTES) {
            self.digester.update(chunk);
            self.sealer.update(chunk, &mut self.sealed)?;
        }
        self.piece.clear();
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

/// Up to this many bytes are digested and sealed on the caller's thread (about 0.2 ms).
const INLINE_BYTES: usize = 64 << 10;
