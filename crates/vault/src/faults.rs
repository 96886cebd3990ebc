//! An object store for tests that fails at a chosen write, in the ways in which stores fail.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};

/// How a write fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing was kept, and the store says so.
    Lost,
    /// Nothing was kept, and the store says that it was.
    LostInSilence,
    /// It was kept, and the store says that it was not.
    KeptButReportedLost,
    /// The disk is full.
    Full,
}

/// Memory that fails once, at the `at`-th write, or at every write from there on if full.
#[derive(Debug, Clone)]
pub(crate) struct FaultyStore {
    pub(crate) kept: Arc<InMemory>,
    turn: Arc<Turn>,
}

#[derive(Debug)]
struct Turn {
    fault: Option<Fault>,
    at: usize,
    writes: AtomicUsize,
}

impl FaultyStore {
    /// A store that never fails.
    pub(crate) fn sound() -> Self {
        Self::over(Arc::default(), None, 0)
    }

    /// Fails with `fault` at the write numbered `at`, from 0.
    pub(crate) fn failing(kept: &Arc<InMemory>, fault: Fault, at: usize) -> Self {
        Self::over(kept.clone(), Some(fault), at)
    }

    /// How many writes were tried.
    pub(crate) fn writes(&self) -> usize {
        self.turn.writes.load(Ordering::SeqCst)
    }

    fn over(kept: Arc<InMemory>, fault: Option<Fault>, at: usize) -> Self {
        let writes = AtomicUsize::new(0);
        Self {
            kept,
            turn: Arc::new(Turn { fault, at, writes }),
        }
    }
}

impl Turn {
    fn next(&self) -> Option<Fault> {
        let write = self.writes.fetch_add(1, Ordering::SeqCst);
        match self.fault {
            Some(Fault::Full) if write >= self.at => Some(Fault::Full),
            fault if write == self.at => fault,
            _ => None,
        }
    }
}

fn failure(fault: Fault) -> object_store::Error {
    let kind = match fault {
        Fault::Full => std::io::ErrorKind::StorageFull,
        _ => std::io::ErrorKind::ConnectionReset,
    };
    object_store::Error::Generic {
        store: "faulty",
        source: Box::new(std::io::Error::from(kind)),
    }
}

fn nothing() -> PutResult {
    PutResult {
        e_tag: None,
        version: None,
        extensions: object_store::Extensions::default(),
    }
}

impl fmt::Display for FaultyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("faulty store")
    }
}

#[async_trait]
impl ObjectStore for FaultyStore {
    async fn put_opts(
        &self,
        location: &Path,
        payload: PutPayload,
        opts: PutOptions,
    ) -> Result<PutResult> {
        match self.turn.next() {
            None => self.kept.put_opts(location, payload, opts).await,
            Some(Fault::LostInSilence) => Ok(nothing()),
            Some(fault) => {
                if fault == Fault::KeptButReportedLost {
                    self.kept.put_opts(location, payload, opts).await?;
                }
                Err(failure(fault))
            }
        }
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        opts: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        match self.turn.next() {
            None | Some(Fault::LostInSilence) => Ok(Box::new(FaultyUpload {
                upload: self.kept.put_multipart_opts(location, opts).await?,
                turn: self.turn.clone(),
            })),
            Some(fault) => Err(failure(fault)),
        }
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.kept.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.kept.get_ranges(location, ranges).await
    }

    fn delete_stream(
        &self,
        locations: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        self.kept.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.kept.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.kept.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.kept.copy_opts(from, to, options).await
    }
}

#[derive(Debug)]
struct FaultyUpload {
    upload: Box<dyn MultipartUpload>,
    turn: Arc<Turn>,
}

#[async_trait]
impl MultipartUpload for FaultyUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        match self.turn.next() {
            None | Some(Fault::LostInSilence) => self.upload.put_part(data),
            Some(fault) => Box::pin(std::future::ready(Err(failure(fault)))),
        }
    }

    async fn complete(&mut self) -> Result<PutResult> {
        match self.turn.next() {
            None => self.upload.complete().await,
            Some(Fault::LostInSilence) => Ok(nothing()),
            Some(fault) => {
                if fault == Fault::KeptButReportedLost {
                    self.upload.complete().await?;
                }
                Err(failure(fault))
            }
        }
    }

    async fn abort(&mut self) -> Result<()> {
        self.upload.abort().await
    }
}
