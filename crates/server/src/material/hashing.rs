//! Hashes of files that belong to no report: for the command line and for clients that ask.

use std::io;
use std::path::Path;

use model::{Digests, MaterialHash, Pdq, hex};
use serde::Serialize;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::look::{Look, Looker};
use super::{Aspect, Compared, Comparison, Sees};
use crate::config::Config;
use crate::intake::{Actor, IntakeError};
use crate::station::Station;

/// Bytes that are read at a time.
const CHUNK_BYTES: usize = 256 << 10;

/// What a file hashes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hashed {
    /// MD5 in lower-case hexadecimal digits, as the others.
    pub md5: String,
    /// SHA-1.
    pub sha1: String,
    /// SHA-256.
    pub sha256: String,
    /// Size in bytes.
    pub size: u64,
    /// The PDQ hash of the picture, or of the first key frame.
    pub pdq: Option<String>,
    /// The quality of the PDQ hash, 0 to 100.
    pub quality: Option<u8>,
    /// What it looks like.
    #[serde(skip)]
    pub look: Look,
}

impl Hashed {
    fn of(digests: &Digests, size: u64, look: Look) -> Self {
        let first = look.frames.first();
        Self {
            md5: hex(&digests.md5),
            sha1: hex(&digests.sha1),
            sha256: hex(&digests.sha256),
            size,
            pdq: first.map(|frame| frame.pdq.clone()),
            quality: first.map(|frame| frame.quality),
            look,
        }
    }

    fn compared(&self) -> Compared {
        let exact = [
            ("md5", &self.md5),
            ("sha1", &self.sha1),
            ("sha256", &self.sha256),
        ];
        Compared {
            exact: exact
                .into_iter()
                .filter_map(|(kind, value)| MaterialHash::parse(kind, value).ok())
                .collect(),
            aspects: self.look.aspects().collect(),
        }
    }
}

/// Hashes files without a Watchfire.
pub struct Hashing {
    looker: Looker,
}

impl Hashing {
    /// What the configuration says of the cage is heeded, nothing else.
    pub fn new(config: &Config) -> Self {
        Self {
            looker: Looker::new(config),
        }
    }

    /// The hashes of a file.
    pub async fn file(&self, path: &Path) -> io::Result<Hashed> {
        hash_file(&self.looker, path).await
    }
}

impl Station {
    /// The hashes of a file that belongs to no report, and what the lists say of it.
    pub async fn match_file(
        &self,
        actor: Actor,
        path: &Path,
    ) -> Result<io::Result<(Hashed, Comparison)>, IntakeError> {
        match hash_file(&self.core().material.looker, path).await {
            Ok(hashed) => {
                let answer = self.match_hashed((actor, Sees::Every), &hashed).await?;
                Ok(Ok((hashed, answer)))
            }
            Err(error) => Ok(Err(error)),
        }
    }

    /// The hashes of bytes that belong to no report.
    pub(crate) async fn hash_bytes(&self, bytes: &[u8]) -> Hashed {
        let digests = vault::Digester::of(bytes);
        let look = self.core().material.looker.look(bytes).await;
        Hashed::of(&digests, bytes.len() as u64, look)
    }

    /// What the lists say of what was hashed.
    pub(crate) async fn match_hashed(
        &self,
        who: (Actor, Sees),
        hashed: &Hashed,
    ) -> Result<Comparison, IntakeError> {
        let compared = [hashed.compared()];
        let answers = self.compare_for(who, "files", &compared).await?;
        Ok(answers.into_iter().next().unwrap_or_default())
    }

    /// What the lists say of each hash, in their order.
    pub async fn match_hashes(
        &self,
        actor: Actor,
        hashes: &[MaterialHash],
    ) -> Result<Vec<Comparison>, IntakeError> {
        self.match_hashes_for((actor, Sees::Every), hashes).await
    }

    pub(crate) async fn match_hashes_for(
        &self,
        who: (Actor, Sees),
        hashes: &[MaterialHash],
    ) -> Result<Vec<Comparison>, IntakeError> {
        let compared: Vec<Compared> = hashes.iter().map(asked).collect();
        self.compare_for(who, "hashes", &compared).await
    }
}

/// A hash that was given is compared exactly, and by distance where its kind has one.
fn asked(hash: &MaterialHash) -> Compared {
    let near = |hash: &Pdq| Aspect {
        seen: "as it was asked".to_owned(),
        hash: *hash,
        // Its quality was not said: it is taken for good.
        quality: 100,
        at_millis: None,
    };
    Compared {
        exact: vec![hash.clone()],
        aspects: match hash {
            MaterialHash::Pdq(hash) => vec![near(hash)],
            _ => Vec::new(),
        },
    }
}

async fn hash_file(looker: &Looker, path: &Path) -> io::Result<Hashed> {
    let (digests, size) = digest(File::open(path).await?).await?;
    let look = looker.look(File::open(path).await?).await;
    Ok(Hashed::of(&digests, size, look))
}

async fn digest(mut source: impl AsyncRead + Unpin) -> io::Result<(Digests, u64)> {
    let mut digester = vault::Digester::new();
    let mut size = 0;
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let read = source.read(&mut chunk).await?;
        if read == 0 {
            return Ok((digester.finish(), size));
        }
        size += read as u64;
        digester.update(chunk.get(..read).unwrap_or_default());
    }
}
