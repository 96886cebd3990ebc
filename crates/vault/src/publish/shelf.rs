//! The log's files as they lie in the store: read, written and read back.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{Error, ObjectStore, ObjectStoreExt as _, PutMode, PutOptions, UpdateVersion};
use tlog::{Checkpoint, Growth, LogFile, LogPath, SigningKey, open_checkpoint};

use super::PublishError;

/// A store of one log.
#[derive(Debug)]
pub(super) struct Shelf {
    store: Arc<dyn ObjectStore>,
    /// What errors call the store.
    place: String,
}

/// The checkpoint as it is stored.
#[derive(Debug, Default)]
pub(super) struct Stored {
    /// `None` before the log's first checkpoint.
    pub(super) checkpoint: Option<Checkpoint>,
    /// The version of the file in the store, for a compare-and-swap.
    pub(super) version: Option<UpdateVersion>,
    /// The signed note.
    pub(super) text: Bytes,
}

impl Shelf {
    pub(super) fn new(store: Arc<dyn ObjectStore>) -> Self {
        let place = store.to_string();
        Self { store, place }
    }

    pub(super) fn local(dir: &Path) -> Result<Self, PublishError> {
        let place = dir.display().to_string();
        std::fs::create_dir_all(dir).map_err(|source| PublishError::Unusable {
            place: place.clone(),
            source,
        })?;
        match LocalFileSystem::new_with_prefix(dir) {
            Ok(store) => Ok(Self {
                store: Arc::new(store.with_fsync(true)),
                place,
            }),
            Err(source) => Err(PublishError::Unreadable {
                place,
                path: String::new(),
                source,
            }),
        }
    }

    /// The stored checkpoint and the log's right edge under it, checked against each other.
    pub(super) async fn read(&self, signer: &SigningKey) -> Result<(Stored, Growth), PublishError> {
        let stored = self.checkpoint(signer).await?;
        let Some(checkpoint) = &stored.checkpoint else {
            return Ok((stored, Growth::new()));
        };
        let edge = stream::iter(LogPath::edge(checkpoint.size()).collect::<Vec<_>>())
            .map(|path| async move {
                let bytes = self.file(&path).await?.into();
                Ok::<_, PublishError>(LogFile { path, bytes })
            })
            .buffered(AT_ONCE)
            .try_collect::<Vec<_>>()
            .await?;
        let growth = Growth::resume(checkpoint, edge)?;
        Ok((stored, growth))
    }

    /// The stored checkpoint, if the log's own key signed it.
    pub(super) async fn checkpoint(&self, signer: &SigningKey) -> Result<Stored, PublishError> {
        let Some((text, version)) = self.get(CHECKPOINT).await? else {
            return Ok(Stored::default());
        };
        let checkpoint = open_checkpoint(signer.verifying_key(), &text)?;
        Ok(Stored {
            checkpoint: Some(checkpoint),
            version: Some(version),
            text,
        })
    }

    /// A file of the log that must be there.
    pub(super) async fn file(&self, path: &LogPath) -> Result<Bytes, PublishError> {
        let place = || self.place.clone();
        match self.get(&path.to_string()).await? {
            Some((bytes, _)) => Ok(bytes),
            None => Err(PublishError::Missing {
                place: place(),
                path: *path,
            }),
        }
    }

    /// Writes files and reads each back: a checkpoint must never speak of a file that is not there.
    pub(super) async fn put_all(&self, files: Vec<LogFile>) -> Result<(), PublishError> {
        stream::iter(files)
            .map(|file| async move {
                let path = file.path.to_string();
                let bytes = Bytes::from(file.bytes);
                self.put(&path, &bytes, PutMode::Overwrite)
                    .await
                    .map_err(|source| self.unwritable(&path, source))?;
                self.kept(&path, &bytes).await.map(drop)
            })
            .buffer_unordered(AT_ONCE)
            .try_collect()
            .await
    }

    /// Puts a new checkpoint in the place of `old`, unless another publisher has put one there
    /// meanwhile.
    pub(super) async fn swap_checkpoint(
        &self,
        old: &Stored,
        text: &Bytes,
    ) -> Result<UpdateVersion, PublishError> {
        let mode = match &old.version {
            None => PutMode::Create,
            Some(version) => PutMode::Update(version.clone()),
        };
        let put = match self.put(CHECKPOINT, text, mode).await {
            // Files have no compare-and-swap: look, then write. One directory has one program.
            Err(Error::NotImplemented { .. }) => {
                let found = self.get(CHECKPOINT).await?;
                if found.map(|(found, _)| found).as_ref() != Some(&old.text) {
                    return Err(PublishError::Overtaken);
                }
                self.put(CHECKPOINT, text, PutMode::Overwrite).await
            }
            put => put,
        };
        match put {
            Ok(()) => self.kept(CHECKPOINT, text).await,
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => {
                Err(PublishError::Overtaken)
            }
            Err(source) => Err(self.unwritable(CHECKPOINT, source)),
        }
    }

    async fn put(&self, path: &str, bytes: &Bytes, mode: PutMode) -> object_store::Result<()> {
        let options = PutOptions::from(mode);
        let path = ObjectPath::from(path);
        self.store
            .put_opts(&path, bytes.clone().into(), options)
            .await
            .map(drop)
    }

    /// The version of the file, which must hold `bytes`.
    async fn kept(&self, path: &str, bytes: &Bytes) -> Result<UpdateVersion, PublishError> {
        match self.get(path).await? {
            Some((found, version)) if found == *bytes => Ok(version),
            _ => Err(PublishError::NotKept {
                place: self.place.clone(),
                path: path.to_string(),
            }),
        }
    }

    async fn get(&self, path: &str) -> Result<Option<(Bytes, UpdateVersion)>, PublishError> {
        let unreadable = |source| PublishError::Unreadable {
            place: self.place.clone(),
            path: path.to_string(),
            source,
        };
        let got = match self.store.get(&ObjectPath::from(path)).await {
            Ok(got) => got,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(source) => return Err(unreadable(source)),
        };
        let version = UpdateVersion {
            e_tag: got.meta.e_tag.clone(),
            version: got.meta.version.clone(),
        };
        let bytes = got.bytes().await.map_err(unreadable)?;
        Ok(Some((bytes, version)))
    }

    fn unwritable(&self, path: &str, source: Error) -> PublishError {
        let place = self.place.clone();
        if crate::evidence::is_no_space(&source) {
            return PublishError::NoSpace { place, source };
        }
        PublishError::Unwritable {
            place,
            path: path.to_string(),
            source,
        }
    }
}

/// The mutable file of a log.
const CHECKPOINT: &str = "checkpoint";
/// Files that are read or written at the same time.
const AT_ONCE: usize = 8;
