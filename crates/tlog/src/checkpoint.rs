//! Checkpoints (C2SP tlog-checkpoint): what a log says of itself at one size, signed.

use std::fmt;

use crate::hash::Hash;
use crate::key::{SigningKey, VerifyingKey};
use crate::note::{Note, NoteError};
use crate::path::SIZE_MAX;

/// The head of a log: its origin, its number of entries, the root of its tree. Shown and parsed as
/// the text of the signed note, in exactly one spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// The checkpoint of the log named `origin` (one line: a URL without scheme, such as
    /// `example.org/log`).
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, CheckpointError> {
        if origin.is_empty() || origin.contains(is_control) {
            return Err(CheckpointError::Origin);
        }
        if size > SIZE_MAX {
            return Err(CheckpointError::Size);
        }
        Ok(Self {
            origin: origin.to_owned(),
            size,
            root,
            extensions: Vec::new(),
        })
    }

    /// The checkpoint that a note's text is.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let lines = text.strip_suffix('\n').ok_or(CheckpointError::Malformed)?;
        let mut lines = lines.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Malformed);
        };
        let number: u64 = size.parse().map_err(|_| CheckpointError::Size)?;
        if number.to_string() != size {
            return Err(CheckpointError::Size);
        }
        let root = root.parse().map_err(|_| CheckpointError::Root)?;
        let mut checkpoint = Self::new(origin, number, root)?;
        for line in lines {
            if line.is_empty() || line.contains(is_control) {
                return Err(CheckpointError::Malformed);
            }
            checkpoint.extensions.push(line.to_owned());
        }
        Ok(checkpoint)
    }

    /// The log's name.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Entries in the log.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree at that size.
    pub fn root(&self) -> Hash {
        self.root
    }

    /// The lines after the root. Logs are advised to have none, and Watchfire's have none.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// Whether the log may go from `earlier` to this checkpoint, as far as the two alone can tell:
    /// the same log, no smaller, and not another tree of the same size. That the trees agree is for
    /// [`crate::verify::Auditor`] to find.
    pub fn follows(&self, earlier: &Self) -> Result<(), FollowError> {
        if self.origin != earlier.origin {
            return Err(FollowError::OtherLog);
        }
        if self.size < earlier.size {
            return Err(FollowError::Shrunk {
                from: earlier.size,
                to: self.size,
            });
        }
        if self.size == earlier.size && self.root != earlier.root {
            return Err(FollowError::Forked { size: self.size });
        }
        Ok(())
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root)?;
        self.extensions
            .iter()
            .try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// The `checkpoint` file: `checkpoint` signed by the log's key, whose name must be the checkpoint's
/// origin.
pub fn sign_checkpoint(
    key: &SigningKey,
    checkpoint: &Checkpoint,
) -> Result<String, CheckpointError> {
    check_key(key.verifying_key(), checkpoint)?;
    Ok(key.sign(&checkpoint.to_string())?.to_string())
}

/// The checkpoint in a `checkpoint` file, if the log's key signed it. Other signatures (witnesses')
/// are ignored.
pub fn open_checkpoint(key: &VerifyingKey, file: &[u8]) -> Result<Checkpoint, CheckpointError> {
    let note = Note::parse(file)?;
    let checkpoint = Checkpoint::parse(note.verify(std::slice::from_ref(key))?)?;
    check_key(key, &checkpoint)?;
    Ok(checkpoint)
}

/// A key speaks for the log of its own name only, so that a vkey alone says which log is meant.
fn check_key(key: &VerifyingKey, checkpoint: &Checkpoint) -> Result<(), CheckpointError> {
    if key.name() == checkpoint.origin {
        Ok(())
    } else {
        Err(CheckpointError::OtherLog)
    }
}

fn is_control(c: char) -> bool {
    c < ' '
}

/// Why this is not a checkpoint, or not one to believe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// Fewer than three lines, or an empty or unfinished one.
    #[error("not a checkpoint: expected origin, size and root on a line each")]
    Malformed,
    /// The origin is empty or has a control character.
    #[error("the checkpoint's origin must be one line that is not empty")]
    Origin,
    /// The size is not a plain decimal number up to 2^63 − 1.
    #[error("the checkpoint's size is not a number of entries")]
    Size,
    /// The root is not the base64 of a hash.
    #[error("the checkpoint's root is not a hash")]
    Root,
    /// The key's name is not the checkpoint's origin.
    #[error("the checkpoint is of another log than the key")]
    OtherLog,
    /// The signed note around it.
    #[error(transparent)]
    Note(#[from] NoteError),
}

impl CheckpointError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "tlog.checkpoint-malformed",
            Self::Origin => "tlog.checkpoint-origin",
            Self::Size => "tlog.checkpoint-size",
            Self::Root => "tlog.checkpoint-root",
            Self::OtherLog => "tlog.checkpoint-other-log",
            Self::Note(error) => error.code(),
        }
    }
}

/// Why one checkpoint cannot come after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FollowError {
    /// They name different origins.
    #[error("the two checkpoints are of different logs")]
    OtherLog,
    /// The later one has fewer entries.
    #[error("the log shrank from {from} to {to} entries")]
    Shrunk {
        /// Entries before.
        from: u64,
        /// Entries after.
        to: u64,
    },
    /// Two roots of one size.
    #[error("the log forked: it has two different trees of {size} entries")]
    Forked {
        /// Entries of both.
        size: u64,
    },
}

impl FollowError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::OtherLog => "tlog.follow-other-log",
            Self::Shrunk { .. } => "tlog.follow-shrunk",
            Self::Forked { .. } => "tlog.follow-forked",
        }
    }
}

#[cfg(test)]
#[path = "checkpoint_tests.rs"]
mod tests;
