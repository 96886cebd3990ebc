//! A growing log: from new entries to exactly the files to write.

use crate::bundle::{BundleError, EntryTooLong, parse_bundle, push_entry};
use crate::checkpoint::Checkpoint;
use crate::frontier::{Frontier, perfect_root};
use crate::hash::{HASH_BYTES, Hash, leaf_hash};
use crate::path::{LEVEL_BITS, LogPath, SIZE_MAX, TILE_WIDTH, completed, partial};

/// The right edge of a log in memory: the hashes of its partial tiles (fewer than 256 a level) and
/// its open entry bundle. It is a value: [`Growth::extend`] gives the next one, and a caller whose
/// writing failed goes on from the one it has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Growth {
    size: u64,
    levels: Vec<Vec<Hash>>,
    bundle: Vec<u8>,
}

/// One file of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFile {
    /// Its path below the log's prefix.
    pub path: LogPath,
    /// All its bytes.
    pub bytes: Vec<u8>,
}

/// What [`Growth::extend`] gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// The log at its new size. Keep it once the files and their checkpoint are stored.
    pub next: Growth,
    /// The files to store before the checkpoint: each new full tile and bundle, and the partial
    /// ones of the new size. None of them replaces a file of other content, whatever size was
    /// published before.
    pub files: Vec<LogFile>,
}

impl Growth {
    /// The empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// The log that `checkpoint` speaks of, from the files that [`LogPath::edge`] of its size
    /// names. In place of a partial file, a wider or full one of the same index may be given.
    /// Tiles, entries and checkpoint must agree.
    pub fn resume(
        checkpoint: &Checkpoint,
        files: impl IntoIterator<Item = LogFile>,
    ) -> Result<Self, ResumeError> {
        let files: Vec<LogFile> = files.into_iter().collect();
        let mut growth = Self {
            size: checkpoint.size(),
            ..Self::default()
        };
        for wanted in LogPath::edge(checkpoint.size()) {
            let file = files
                .iter()
                .find(|file| file.path.covers(&wanted))
                .ok_or(ResumeError::Missing { path: wanted })?;
            match wanted {
                LogPath::Bundle(_) => growth.bundle = first_entries(file, wanted.width())?,
                LogPath::Tile(tile) => {
                    let hashes = parse_tile(&file.path, &file.bytes).map_err(|bytes| {
                        ResumeError::TileLength {
                            path: file.path,
                            bytes,
                        }
                    })?;
                    let level = usize::from(tile.level());
                    growth.levels.resize(level + 1, Vec::new());
                    growth.levels[level].extend(hashes.iter().take(wanted.width().into()));
                }
            }
        }
        growth.check_open_entries()?;
        if growth.root() == checkpoint.root() {
            Ok(growth)
        } else {
            Err(ResumeError::Root { size: growth.size })
        }
    }

    /// Entries in the log.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        self.frontier().root()
    }

    /// The right edge of the tree, rebuilt from that of the tiles.
    pub fn frontier(&self) -> Frontier {
        let mut frontier = Frontier::new();
        // The higher a level, the further left its hashes stand.
        for (level, hashes) in (0_u32..)
            .zip(&self.levels)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
        {
            for hash in hashes {
                frontier.append_subtree(level * LEVEL_BITS, *hash);
            }
        }
        frontier
    }

    /// The log after `entries`, the first of which gets the index `first`: it must be the size so
    /// far, so that nothing is appended twice or left out.
    pub fn extend<E: AsRef<[u8]>>(
        &self,
        first: u64,
        entries: &[E],
    ) -> Result<Extension, GrowthError> {
        if first != self.size {
            return Err(GrowthError::NotNext {
                size: self.size,
                first,
            });
        }
        let mut next = self.clone();
        let mut files = Vec::new();
        for entry in entries {
            next.append(entry.as_ref(), &mut files)?;
        }
        let stored: Vec<LogPath> = LogPath::edge(self.size).collect();
        files.extend(
            next.open_files()
                .filter(|file| !stored.contains(&file.path)),
        );
        Ok(Extension { next, files })
    }

    /// Appends one entry; adds to `files` the bundle and the tiles that it completes.
    pub(crate) fn append(
        &mut self,
        entry: &[u8],
        files: &mut Vec<LogFile>,
    ) -> Result<(), GrowthError> {
        if self.size == SIZE_MAX {
            return Err(GrowthError::Full);
        }
        push_entry(&mut self.bundle, entry).map_err(|source| GrowthError::Entry {
            index: self.size,
            source,
        })?;
        self.size += 1;
        let mut carried = Some(leaf_hash(entry));
        let mut level = 0;
        while let Some(hash) = carried.take() {
            if self.levels.len() == usize::from(level) {
                self.levels.push(Vec::with_capacity(TILE_WIDTH.into()));
            }
            let hashes = &mut self.levels[usize::from(level)];
            hashes.push(hash);
            if hashes.len() == usize::from(TILE_WIDTH) {
                let tile = completed(self.size, level);
                if level == 0 {
                    let bytes = std::mem::take(&mut self.bundle);
                    files.push(LogFile {
                        path: LogPath::bundle_of(tile),
                        bytes,
                    });
                }
                files.push(LogFile {
                    path: LogPath::Tile(tile),
                    bytes: print_tile(hashes),
                });
                carried = Some(perfect_root(hashes));
                hashes.clear();
                level += 1;
            }
        }
        Ok(())
    }

    /// The partial files of the size so far.
    pub(crate) fn open_files(&self) -> impl Iterator<Item = LogFile> {
        LogPath::edge(self.size).map(|path| {
            let bytes = match path {
                LogPath::Bundle(_) => self.bundle.clone(),
                LogPath::Tile(tile) => print_tile(&self.levels[usize::from(tile.level())]),
            };
            LogFile { path, bytes }
        })
    }

    /// The entries of the open bundle must be those whose leaf hashes the open tile holds.
    fn check_open_entries(&self) -> Result<(), ResumeError> {
        let Some(tile) = partial(self.size, 0) else {
            return Ok(());
        };
        let path = LogPath::bundle_of(tile);
        let entries =
            parse_bundle(&self.bundle).map_err(|source| ResumeError::Bundle { path, source })?;
        for (position, (entry, hash)) in (0..).zip(entries.iter().zip(&self.levels[0])) {
            if leaf_hash(entry) != *hash {
                return Err(ResumeError::Entry {
                    path,
                    index: tile.first_entry(position),
                });
            }
        }
        Ok(())
    }
}

/// The hashes of the tile file at `path`; the length of `bytes` if it is not that of the path's
/// width.
pub(crate) fn parse_tile(path: &LogPath, bytes: &[u8]) -> Result<Vec<Hash>, usize> {
    let (hashes, rest) = bytes.as_chunks::<HASH_BYTES>();
    if rest.is_empty() && hashes.len() == usize::from(path.width()) {
        Ok(hashes.iter().copied().map(Hash::from_bytes).collect())
    } else {
        Err(bytes.len())
    }
}

fn print_tile(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(Hash::as_bytes).copied().collect()
}

/// The first `width` entries of a bundle file, as the bundle file of that width.
fn first_entries(file: &LogFile, width: u16) -> Result<Vec<u8>, ResumeError> {
    let path = file.path;
    let bundle = |source| ResumeError::Bundle { path, source };
    let entries = parse_bundle(&file.bytes).map_err(bundle)?;
    if entries.len() != usize::from(path.width()) {
        return Err(ResumeError::BundleCount {
            path,
            entries: entries.len(),
        });
    }
    let bytes = entries
        .iter()
        .take(width.into())
        .map(|entry| 2 + entry.len())
        .sum();
    Ok(file.bytes[..bytes].to_vec())
}

/// Why entries cannot be appended. Nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GrowthError {
    /// The entries do not continue the log where it ends.
    #[error("entries from index {first} do not continue a log of {size} entries")]
    NotNext {
        /// Entries in the log.
        size: u64,
        /// The index that the first new entry was to get.
        first: u64,
    },
    /// An entry is too long.
    #[error("the entry of index {index} cannot be logged")]
    Entry {
        /// The index that it would have got.
        index: u64,
        /// How long it is.
        #[source]
        source: EntryTooLong,
    },
    /// The log has [`SIZE_MAX`] entries.
    #[error("the log is full")]
    Full,
}

impl GrowthError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotNext { .. } => "tlog.growth-not-next",
            Self::Entry { source, .. } => source.code(),
            Self::Full => "tlog.growth-full",
        }
    }
}

/// Why a stored log is not the one that its checkpoint speaks of, or cannot be grown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResumeError {
    /// A file of the edge was not given.
    #[error("{path} is missing")]
    Missing {
        /// The file.
        path: LogPath,
    },
    /// A tile file has another length than its width says.
    #[error("{path} has {bytes} bytes, {} were expected", usize::from(path.width()) * HASH_BYTES)]
    TileLength {
        /// The tile.
        path: LogPath,
        /// Its length.
        bytes: usize,
    },
    /// A bundle file cannot be read.
    #[error("{path} is not an entry bundle")]
    Bundle {
        /// The bundle.
        path: LogPath,
        /// Why.
        #[source]
        source: BundleError,
    },
    /// A bundle file has another number of entries than its width says.
    #[error("{path} holds {entries} entries, {} were expected", path.width())]
    BundleCount {
        /// The bundle.
        path: LogPath,
        /// The entries in it.
        entries: usize,
    },
    /// An entry does not hash to what its tile says.
    #[error("entry {index} in {path} is not the one that its tile holds the hash of")]
    Entry {
        /// The bundle.
        path: LogPath,
        /// Index of the entry in the log.
        index: u64,
    },
    /// The tiles do not hash to the checkpoint's root.
    #[error("the tiles at size {size} do not have the checkpoint's root")]
    Root {
        /// Entries in the log.
        size: u64,
    },
}

impl ResumeError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "tlog.resume-missing",
            Self::TileLength { .. } => "tlog.resume-tile-length",
            Self::Bundle { source, .. } => source.code(),
            Self::BundleCount { .. } => "tlog.resume-bundle-count",
            Self::Entry { .. } => "tlog.resume-entry",
            Self::Root { .. } => "tlog.resume-root",
        }
    }
}
