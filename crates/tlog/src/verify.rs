//! A stranger's verification: recompute the whole log from its entries and compare every hash.

use std::collections::VecDeque;

use crate::bundle::{BundleError, parse_bundle};
use crate::checkpoint::{Checkpoint, FollowError};
use crate::growth::{Growth, GrowthError, LogFile, parse_tile};
use crate::hash::{HASH_BYTES, Hash};
use crate::path::{LogPath, TILE_WIDTH, TileId};

/// An audit under way: it names the next file to read ([`Auditor::path`]) and takes what was found
/// there ([`Auditor::give`]). Each bundle of entries is asked for before the tiles over it; memory
/// stays at one bundle and one tile a level, whatever the size of the log.
#[derive(Debug)]
pub struct Auditor {
    wanted: LogPath,
    state: State,
}

/// What an audit needs next.
#[derive(Debug)]
pub enum Step {
    /// Another file.
    Read(Box<Auditor>),
    /// Nothing: the log agrees with the checkpoint and with the earlier ones.
    Done(Verified),
}

/// What was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Entries, each hashed anew.
    pub entries: u64,
    /// Hash tiles compared.
    pub tiles: u64,
    /// Earlier checkpoints whose trees this log continues.
    pub earlier: usize,
}

/// Where an audit reads a log's files from.
pub trait TileReader {
    /// What reading may fail with.
    type Error;

    /// The bytes of the file at `path` below the log's prefix; `None` if there is none.
    fn read(&mut self, path: &LogPath) -> Result<Option<Vec<u8>>, Self::Error>;
}

/// Verifies the whole log behind `reader` against `checkpoint`, and that it continues each of
/// `earlier`.
pub fn audit<R: TileReader>(
    checkpoint: &Checkpoint,
    earlier: &[Checkpoint],
    reader: &mut R,
) -> Result<Verified, AuditFailure<R::Error>> {
    let mut step = Auditor::start(checkpoint, earlier).map_err(AuditFailure::Wrong)?;
    loop {
        match step {
            Step::Done(verified) => return Ok(verified),
            Step::Read(auditor) => {
                let path = auditor.path();
                let bytes = reader
                    .read(&path)
                    .map_err(|source| AuditFailure::Unreadable { path, source })?;
                step = auditor
                    .give(bytes.as_deref())
                    .map_err(AuditFailure::Wrong)?;
            }
        }
    }
}

impl Auditor {
    /// Begins the audit of the log that `checkpoint` speaks of. It must continue each of `earlier`,
    /// checkpoints of the same log that somebody kept.
    pub fn start(checkpoint: &Checkpoint, earlier: &[Checkpoint]) -> Result<Step, AuditError> {
        for old in earlier {
            checkpoint.follows(old)?;
        }
        let mut heads: Vec<Head> = earlier.iter().map(|old| (old.size(), old.root())).collect();
        heads.push((checkpoint.size(), checkpoint.root()));
        heads.sort_by_key(|(size, _)| *size);
        let mut state = State {
            size: checkpoint.size(),
            recomputed: Growth::new(),
            expected: VecDeque::new(),
            heads: heads.into(),
            off_course: None,
            verified: Verified {
                entries: 0,
                tiles: 0,
                earlier: earlier.len(),
            },
        };
        state.reach_heads();
        state.step()
    }

    /// The file to read next.
    pub fn path(&self) -> LogPath {
        self.wanted
    }

    /// Takes the bytes of the file at [`Auditor::path`], `None` if there is none. The first
    /// disagreement ends the audit.
    pub fn give(self, bytes: Option<&[u8]>) -> Result<Step, AuditError> {
        let Self { wanted, mut state } = self;
        let bytes = bytes.ok_or(AuditError::Missing { path: wanted })?;
        match wanted {
            LogPath::Bundle(_) => state.take_bundle(wanted, bytes)?,
            LogPath::Tile(tile) => state.take_tile(tile, bytes)?,
        }
        state.step()
    }
}

/// Size and root of a checkpoint.
type Head = (u64, Hash);

#[derive(Debug)]
struct State {
    size: u64,
    recomputed: Growth,
    /// Tiles as they must be, waiting to be compared with the stored ones.
    expected: VecDeque<LogFile>,
    /// Heads not reached yet, smallest first.
    heads: VecDeque<Head>,
    /// A head that the entries do not lead to. Held back until the tiles over them are compared: a
    /// wrong entry is named by its index then, and this is the answer only if entries and tiles
    /// agree.
    off_course: Option<AuditError>,
    verified: Verified,
}

impl State {
    fn step(self) -> Result<Step, AuditError> {
        let wanted = if let Some(tile) = self.expected.front() {
            tile.path
        } else if let Some(error) = self.off_course {
            return Err(error);
        } else if self.recomputed.size() < self.size {
            let index = self.recomputed.size() / u64::from(TILE_WIDTH);
            let left = (self.size - self.recomputed.size()).min(u64::from(TILE_WIDTH));
            // At most 256, so the other arm is never taken.
            let width = u16::try_from(left).unwrap_or(TILE_WIDTH);
            LogPath::bundle_of(TileId::of(0, index, width))
        } else {
            return Ok(Step::Done(self.verified));
        };
        Ok(Step::Read(Box::new(Auditor {
            wanted,
            state: self,
        })))
    }

    /// Recomputes the tree over one more bundle.
    fn take_bundle(&mut self, path: LogPath, bytes: &[u8]) -> Result<(), AuditError> {
        let entries = parse_bundle(bytes).map_err(|source| AuditError::Bundle { path, source })?;
        if entries.len() != usize::from(path.width()) {
            return Err(AuditError::BundleCount {
                path,
                entries: entries.len(),
            });
        }
        let mut files = Vec::new();
        for entry in entries {
            self.recomputed.append(entry, &mut files)?;
            self.verified.entries += 1;
            self.reach_heads();
        }
        if self.recomputed.size() == self.size {
            files.extend(self.recomputed.open_files());
        }
        let tiles = files
            .into_iter()
            .filter(|file| matches!(file.path, LogPath::Tile(_)));
        self.expected.extend(tiles);
        Ok(())
    }

    /// Compares one stored tile with the recomputed one.
    fn take_tile(&mut self, tile: TileId, bytes: &[u8]) -> Result<(), AuditError> {
        let path = LogPath::Tile(tile);
        let stored =
            parse_tile(&path, bytes).map_err(|bytes| AuditError::TileLength { path, bytes })?;
        let expected = self
            .expected
            .pop_front()
            .map(|file| file.bytes)
            .unwrap_or_default();
        let (expected, _) = expected.as_chunks::<HASH_BYTES>();
        for (position, (stored, expected)) in (0..).zip(stored.iter().zip(expected)) {
            if stored.as_bytes() != expected {
                return Err(AuditError::at(tile, position));
            }
        }
        self.verified.tiles += 1;
        Ok(())
    }

    /// Compares the recomputed root with every head of the size so far.
    fn reach_heads(&mut self) {
        while let Some((size, root)) = self
            .heads
            .pop_front_if(|(size, _)| *size == self.recomputed.size())
        {
            if self.off_course.is_none() && self.recomputed.root() != root {
                self.off_course = Some(if size == self.size {
                    AuditError::Root { size }
                } else {
                    AuditError::EarlierRoot { size }
                });
            }
        }
    }
}

/// Where a log first disagrees with itself or with its checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
    /// The checkpoint cannot come after an earlier one, whatever the tiles say.
    #[error(transparent)]
    Follow(#[from] FollowError),
    /// A file that a log of this size must have.
    #[error("{path} is missing")]
    Missing {
        /// The file.
        path: LogPath,
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
    /// A tile file has another length than its width says.
    #[error("{path} has {bytes} bytes, {} were expected", usize::from(path.width()) * HASH_BYTES)]
    TileLength {
        /// The tile.
        path: LogPath,
        /// Its length.
        bytes: usize,
    },
    /// An entry does not hash to what the level-0 tile says.
    #[error("entry {index} does not hash to what {path} holds for it: one of them was changed")]
    Leaf {
        /// The level-0 tile.
        path: LogPath,
        /// Index of the entry in the log.
        index: u64,
    },
    /// A hash of an upper tile is not that of the tile below it.
    #[error("{path} does not hold the hash of {below}, which begins at entry {index}")]
    Node {
        /// The upper tile.
        path: LogPath,
        /// The full tile below, which was verified.
        below: LogPath,
        /// Index of the first entry under that tile.
        index: u64,
    },
    /// Entries and tiles agree, but not with the checkpoint.
    #[error("the {size} entries do not have the root that the checkpoint signs")]
    Root {
        /// Entries of the checkpoint.
        size: u64,
    },
    /// The first entries are not those of an earlier checkpoint.
    #[error(
        "the log was rewritten: its first {size} entries are not those of the earlier checkpoint"
    )]
    EarlierRoot {
        /// Entries of the earlier checkpoint.
        size: u64,
    },
    /// The tree could not be recomputed; of parsed bundles within a checkpoint's size it always
    /// can.
    #[error("the tree could not be recomputed")]
    Growth(#[from] GrowthError),
}

impl AuditError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Follow(error) => error.code(),
            Self::Missing { .. } => "tlog.audit-missing",
            Self::Bundle { source, .. } => source.code(),
            Self::BundleCount { .. } => "tlog.audit-bundle-count",
            Self::TileLength { .. } => "tlog.audit-tile-length",
            Self::Leaf { .. } => "tlog.audit-leaf",
            Self::Node { .. } => "tlog.audit-node",
            Self::Root { .. } => "tlog.audit-root",
            Self::EarlierRoot { .. } => "tlog.audit-earlier-root",
            Self::Growth(error) => error.code(),
        }
    }

    fn at(tile: TileId, position: u16) -> Self {
        let path = LogPath::Tile(tile);
        let index = tile.first_entry(position);
        match tile.below(position) {
            None => Self::Leaf { path, index },
            Some(below) => Self::Node {
                path,
                below: LogPath::Tile(below),
                index,
            },
        }
    }
}

/// Why [`audit`] gave no verdict of agreement.
#[derive(Debug, thiserror::Error)]
pub enum AuditFailure<E> {
    /// The log is wrong: a negative verdict.
    #[error(transparent)]
    Wrong(AuditError),
    /// A file could not be read: no verdict.
    #[error("{path} cannot be read")]
    Unreadable {
        /// The file.
        path: LogPath,
        /// What the reader said.
        #[source]
        source: E,
    },
}

impl<E> AuditFailure<E> {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Wrong(error) => error.code(),
            Self::Unreadable { .. } => "tlog.audit-unreadable",
        }
    }
}
