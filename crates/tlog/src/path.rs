//! The names of a log's files, as C2SP tlog-tiles lays them out.

use std::fmt;
use std::str::FromStr;

/// Hashes of a full tile, and entries of a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// The most entries that a log may have: 2^63 − 1, so that every index is also a signed 64-bit
/// number.
pub const SIZE_MAX: u64 = i64::MAX.cast_unsigned();

/// A tile of hashes: `width` consecutive hashes, each over 256^`level` entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TileId {
    level: u8,
    index: u64,
    width: u16,
}

impl TileId {
    /// The tile, if a log could have it: `width` from 1 to 256, and no entry beyond [`SIZE_MAX`].
    pub fn new(level: u8, index: u64, width: u16) -> Result<Self, PathError> {
        if width == 0 || width > TILE_WIDTH {
            return Err(PathError::Width);
        }
        let hashes = u128::from(index) * u128::from(TILE_WIDTH) + u128::from(width);
        let hashes_max = SIZE_MAX
            .checked_shr(u32::from(level) * LEVEL_BITS)
            .unwrap_or(0);
        if hashes > u128::from(hashes_max) {
            return Err(PathError::BeyondAnyLog);
        }
        Ok(Self {
            level,
            index,
            width,
        })
    }

    /// 0 for leaf hashes; a hash at level l is over 256^l entries.
    pub fn level(&self) -> u8 {
        self.level
    }

    /// Which tile of its level, from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Hashes in the tile: 256 for a full one, fewer at the right edge.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Whether the tile is full, and so never changes its name again.
    pub fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The full tile that the hash at `position` of this tile is the root of; `None` at level 0.
    pub(crate) fn below(&self, position: u16) -> Option<Self> {
        let index = self.index * u64::from(TILE_WIDTH) + u64::from(position);
        self.level
            .checked_sub(1)
            .map(|level| Self::of(level, index, TILE_WIDTH))
    }

    /// A tile that is known to be within a log.
    pub(crate) const fn of(level: u8, index: u64, width: u16) -> Self {
        Self {
            level,
            index,
            width,
        }
    }

    /// The first entry that the hash at `position` of this tile is over.
    pub fn first_entry(&self, position: u16) -> u64 {
        (self.index * u64::from(TILE_WIDTH) + u64::from(position))
            << (u32::from(self.level) * LEVEL_BITS)
    }
}

/// A bundle of entries: those whose leaf hashes the level-0 tile of the same index and width holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BundleId {
    leaves: TileId,
}

impl BundleId {
    /// The bundle, if a log could have it: see [`TileId::new`].
    pub fn new(index: u64, width: u16) -> Result<Self, PathError> {
        TileId::new(0, index, width).map(|leaves| Self { leaves })
    }

    /// The level-0 tile with the leaf hashes of these entries.
    pub fn leaves(&self) -> TileId {
        self.leaves
    }

    /// Which bundle, from 0. Its first entry is 256 × this.
    pub fn index(&self) -> u64 {
        self.leaves.index
    }

    /// Entries in the bundle: 256 for a full one, fewer at the right edge.
    pub fn width(&self) -> u16 {
        self.leaves.width
    }
}

/// The name of one file of a log, below the log's prefix: `tile/<L>/<N>[.p/<W>]` or
/// `tile/entries/<N>[.p/<W>]`. Shown and parsed in exactly one spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LogPath {
    /// A bundle of entries.
    Bundle(BundleId),
    /// A tile of hashes.
    Tile(TileId),
}

impl LogPath {
    /// The path that `text` spells.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text.len() > PATH_BYTES_MAX {
            return Err(PathError::Malformed);
        }
        let path = Self::read(text).ok_or(PathError::Malformed)??;
        // One spelling per path: signs, missing or surplus zeros and the like do not print back.
        if path.to_string() == text {
            Ok(path)
        } else {
            Err(PathError::Malformed)
        }
    }

    /// Every file of a log of `size` entries: the bundles, then the tiles level by level, each from
    /// the left.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        let size = size.min(SIZE_MAX);
        let bundles = row(size, 0).map(|leaves| Self::Bundle(BundleId { leaves }));
        let tiles = levels(size)
            .flat_map(move |level| row(size, level))
            .map(Self::Tile);
        bundles.chain(tiles)
    }

    /// The partial files of a log of `size` entries: what a publisher must read before it can
    /// append. At most one bundle and one tile per level.
    pub fn edge(size: u64) -> impl Iterator<Item = Self> {
        let size = size.min(SIZE_MAX);
        let bundle = partial(size, 0).map(|leaves| Self::Bundle(BundleId { leaves }));
        let tiles = levels(size)
            .filter_map(move |level| partial(size, level))
            .map(Self::Tile);
        bundle.into_iter().chain(tiles)
    }

    /// Hashes or entries in the file.
    pub fn width(&self) -> u16 {
        self.stem().width
    }

    /// Whether the file begins with all that the file `other` holds: same place, and at least as
    /// wide.
    pub fn covers(&self, other: &Self) -> bool {
        let (own, others) = (self.stem(), other.stem());
        std::mem::discriminant(self) == std::mem::discriminant(other)
            && (own.level, own.index) == (others.level, others.index)
            && own.width >= others.width
    }

    pub(crate) fn bundle_of(leaves: TileId) -> Self {
        Self::Bundle(BundleId { leaves })
    }

    fn stem(&self) -> TileId {
        match self {
            Self::Bundle(bundle) => bundle.leaves,
            Self::Tile(tile) => *tile,
        }
    }

    /// Reads any spelling; `None` if it is no path at all.
    fn read(text: &str) -> Option<Result<Self, PathError>> {
        let rest = text.strip_prefix("tile/")?;
        let (level, rest) = rest.split_once('/')?;
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => (number, width.parse().ok()?),
            None => (rest, TILE_WIDTH),
        };
        let index = number.split('/').try_fold(0_u64, |index, group| {
            let digits: u64 = group.strip_prefix('x').unwrap_or(group).parse().ok()?;
            index.checked_mul(GROUP)?.checked_add(digits)
        })?;
        Some(if level == "entries" {
            BundleId::new(index, width).map(Self::Bundle)
        } else {
            TileId::new(level.parse().ok()?, index, width).map(Self::Tile)
        })
    }
}

impl fmt::Display for LogPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TileId {
            level,
            index,
            width,
        } = self.stem();
        match self {
            Self::Bundle(_) => f.write_str("tile/entries/")?,
            Self::Tile(_) => write!(f, "tile/{level}/")?,
        }
        let mut groups = vec![index % GROUP];
        let mut left = index / GROUP;
        while left > 0 {
            groups.push(left % GROUP);
            left /= GROUP;
        }
        for group in groups.iter().skip(1).rev() {
            write!(f, "x{group:03}/")?;
        }
        write!(f, "{:03}", groups[0])?;
        if width < TILE_WIDTH {
            write!(f, ".p/{width}")
        } else {
            Ok(())
        }
    }
}

impl FromStr for LogPath {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        Self::parse(text)
    }
}

/// Why this is not the name of a log's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Not the one spelling of a tile or bundle path.
    #[error("not the path of a tile or an entry bundle")]
    Malformed,
    /// A width of 0 or above 256.
    #[error("a tile holds 1 to 256 hashes")]
    Width,
    /// The tile would hold entries beyond [`SIZE_MAX`].
    #[error("no log is large enough to have this tile")]
    BeyondAnyLog,
}

impl PathError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "tlog.path-malformed",
            Self::Width => "tlog.path-width",
            Self::BeyondAnyLog => "tlog.path-beyond-any-log",
        }
    }
}

/// Tree levels that one tile level spans.
pub(crate) const LEVEL_BITS: u32 = 8;
/// An index is written in groups of three digits.
const GROUP: u64 = 1000;
/// Longer than any log's longest: `tile/entries/x036/x028/x797/x018/x963/967.p/255`.
const PATH_BYTES_MAX: usize = 64;

/// The levels that a log of `size` entries has tiles at.
fn levels(size: u64) -> impl Iterator<Item = u8> {
    (0..8_u8).take_while(move |level| hashes_at(size, *level) > 0)
}

fn hashes_at(size: u64, level: u8) -> u64 {
    size >> (u32::from(level) * LEVEL_BITS)
}

/// All tiles of one level, the partial one last.
fn row(size: u64, level: u8) -> impl Iterator<Item = TileId> {
    let full = hashes_at(size, level) / u64::from(TILE_WIDTH);
    (0..full)
        .map(move |index| TileId {
            level,
            index,
            width: TILE_WIDTH,
        })
        .chain(partial(size, level))
}

/// The partial tile of one level, if there is one.
pub(crate) fn partial(size: u64, level: u8) -> Option<TileId> {
    let hashes = hashes_at(size, level);
    let width = u16::try_from(hashes % u64::from(TILE_WIDTH))
        .ok()
        .filter(|width| *width > 0)?;
    Some(TileId {
        level,
        index: hashes / u64::from(TILE_WIDTH),
        width,
    })
}

/// The full tile that entry number `size`, counted from 1, completed at `level`.
pub(crate) fn completed(size: u64, level: u8) -> TileId {
    let index = (hashes_at(size, level) / u64::from(TILE_WIDTH)).saturating_sub(1);
    TileId {
        level,
        index,
        width: TILE_WIDTH,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(paths: impl Iterator<Item = LogPath>) -> Vec<String> {
        paths.map(|path| path.to_string()).collect()
    }

    #[test]
    fn the_specification_s_examples() {
        assert_eq!(
            shown(LogPath::all(256)),
            ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]
        );
        let tile = TileId::new(0, 1_234_067, TILE_WIDTH).unwrap();
        assert_eq!(LogPath::Tile(tile).to_string(), "tile/0/x001/x234/067");
    }

    #[test]
    fn seventy_thousand_entries_have_these_tiles() {
        let all: Vec<LogPath> = LogPath::all(70_000).collect();
        let full = |level| {
            let full = |tile: &TileId| tile.level == level && tile.is_full();
            let at = |path: &&LogPath| matches!(path, LogPath::Tile(tile) if full(tile));
            all.iter().filter(at).count()
        };
        assert_eq!((full(0), full(1), full(2)), (273, 1, 0));
        assert_eq!(
            shown(LogPath::edge(70_000)),
            [
                "tile/entries/273.p/112",
                "tile/0/273.p/112",
                "tile/1/001.p/17",
                "tile/2/000.p/1"
            ]
        );
        assert_eq!(all.len(), 274 + 274 + 2 + 1);
    }

    #[test]
    fn an_empty_log_has_no_tiles_and_a_whole_one_no_edge_below() {
        assert_eq!(LogPath::all(0).count(), 0);
        assert_eq!(LogPath::edge(0).count(), 0);
        assert_eq!(shown(LogPath::edge(65_536)), ["tile/2/000.p/1"]);
        assert_eq!(LogPath::edge(SIZE_MAX).count(), 9);
    }

    #[test]
    fn only_the_one_spelling_parses() {
        for bad in [
            "",
            "tile",
            "tile/",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/00",
            "tile/0/0000",
            "tile/00/000",
            "tile/+0/000",
            "tile/0/x000/000",
            "tile/0/001/000",
            "tile/0/x001/x000",
            "tile/0/1000",
            "tile/0/+01",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/+1",
            "tile/0/000.p/1/",
            "tile/0/000.p/",
            "tile/0/000.p/1.p/1",
            "/tile/0/000",
            "tile/0/000\n",
            "tile/Entries/000",
            "tile/entries",
            "tile/-1/000",
            "tile/8/000.p/1",
            "tile/64/000",
            "tile/256/000",
            "tile/0/../000",
            "tile/0/x099/x999/x999/x999/x999/x999/999",
        ] {
            assert!(LogPath::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_tile_is_refused_one_past_the_largest_log() {
        let last = LogPath::edge(SIZE_MAX).last();
        assert_eq!(last, TileId::new(7, 0, 127).map(LogPath::Tile).ok());
        assert_eq!(TileId::new(7, 0, 128), Err(PathError::BeyondAnyLog));
        assert_eq!(TileId::new(0, u64::MAX, 1), Err(PathError::BeyondAnyLog));
        assert_eq!(TileId::new(255, 0, 1), Err(PathError::BeyondAnyLog));
        assert_eq!(TileId::new(0, 0, 257), Err(PathError::Width));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn paths_print_and_parse(
            level in 0_u8..8,
            index: u64,
            shrink in 0_u32..64,
            width in 1_u16..=256,
            entries: bool,
        ) {
            let index = index >> shrink;
            let path = if entries {
                BundleId::new(index, width).map(LogPath::Bundle)
            } else {
                TileId::new(level, index, width).map(LogPath::Tile)
            };
            if let Ok(path) = path {
                prop_assert_eq!(LogPath::parse(&path.to_string()), Ok(path));
            }
        }

        #[test]
        fn any_text_is_answered(text in "(tile/)?[0-9a-z/.+]{0,40}|.{0,80}") {
            if let Ok(path) = LogPath::parse(&text) {
                prop_assert_eq!(path.to_string(), text);
            }
        }

        #[test]
        fn all_files_of_a_log_are_its_own(size in 0_u64..200_000) {
            for path in LogPath::all(size) {
                prop_assert_eq!(LogPath::parse(&path.to_string()), Ok(path));
            }
            let edge: Vec<LogPath> = LogPath::edge(size).collect();
            let is_partial = |path: &LogPath| path.width() < TILE_WIDTH;
            let partial: Vec<LogPath> = LogPath::all(size).filter(is_partial).collect();
            prop_assert_eq!(edge, partial);
        }
    }
}
