//! A transparency log: tree, tiles, checkpoints. A stranger can verify with this crate alone.
//!
//! The formats are those of C2SP (tlog-tiles, tlog-checkpoint, signed-note) over the tree of RFC
//! 6962, section 2.1, with SHA-256. The crate is pure: it says which files to read or write and
//! what is in them, and leaves the reading and writing to its caller.
//!
//! - A log grows: [`Growth::extend`] gives the files of the new size, [`sign_checkpoint`] the
//!   checkpoint to store after them.
//! - A publisher starts again: [`LogPath::edge`] names the files it needs, [`Growth::resume`]
//!   checks them against the checkpoint.
//! - A stranger verifies: [`open_checkpoint`], then [`verify::Auditor`].

mod bundle;
mod checkpoint;
mod frontier;
mod growth;
mod hash;
mod key;
#[cfg(test)]
mod log_tests;
mod note;
mod path;
pub mod verify;

pub use bundle::{BundleError, ENTRY_BYTES_MAX, EntryTooLong, parse_bundle, print_bundle};
pub use checkpoint::{Checkpoint, CheckpointError, FollowError, open_checkpoint, sign_checkpoint};
pub use frontier::Frontier;
pub use growth::{Extension, Growth, GrowthError, LogFile, ResumeError};
pub use hash::{HASH_BYTES, Hash, HashError, empty_root, leaf_hash, node_hash};
pub use key::{KeyError, KeyId, SigningKey, VerifyingKey};
pub use note::{NOTE_BYTES_MAX, Note, NoteError, NoteSignature, SIGNATURES_MAX};
pub use path::{BundleId, LogPath, PathError, SIZE_MAX, TILE_WIDTH, TileId};
