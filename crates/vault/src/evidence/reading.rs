//! A blob on its way out: every byte proved authentic, and the end proved whole.

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
use object_store::path::Path as ObjectPath;
use object_store::{GetOptions, GetRange, ObjectStoreExt as _};
use tokio::task::spawn_blocking;

use super::{BlobId, Blobs, Deed, EvidenceError, PIECE_BYTES};
use crate::seal::{DataKey, Opener, SealError};

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
    pub(super) fn begin(blobs: Blobs, blob: BlobId, key: &DataKey, context: &[u8]) -> Self {
        Self {
            blobs,
            path: blob.path(),
            state: Some(ReadingState {
                opener: Opener::new(key, context),
                at: 0,
            }),
        }
    }

    /// The next plain bytes, up to about 1 MiB; `None` once every byte was given and the end proved
    /// whole.
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

    async fn is_empty(&self) -> bool {
        let meta = self.blobs.store.head(&self.path).await;
        meta.is_ok_and(|meta| meta.size == 0)
    }

    /// Sealed bytes from `at` on, and whether they are the last.
    async fn fetch(&self, at: u64) -> Result<(Bytes, bool), EvidenceError> {
        let failed = |error| EvidenceError::of(&self.blobs.place, Deed::Read, error);
        let range = GetRange::Bounded(at..at + PIECE_BYTES as u64);
        let options = GetOptions::new().with_range(Some(range));
        let got = match self.blobs.store.get_opts(&self.path, options).await {
            Ok(got) => got,
            // An object of no bytes has no range: the file was cut to nothing.
            Err(error) if at == 0 && self.is_empty().await => {
                drop(error);
                return Ok((Bytes::new(), true));
            }
            Err(error) => return Err(failed(error)),
        };
        let ends = got.range.end >= got.meta.size;
        Ok((got.bytes().await.map_err(failed)?, ends))
    }
}
