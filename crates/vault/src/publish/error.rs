//! Why entries were not published.

use tlog::{BundleError, CheckpointError, GrowthError, LogPath, PathError, ResumeError};

/// Why entries were not published. Nothing is lost by any of them: the database has the entries.
#[derive(Debug, thiserror::Error)]
pub enum PublishError {
    /// Entries between the published ones and the given ones are missing.
    #[error("entries {published} to {first_index} were not given: this is a bug in the program")]
    Gap {
        /// Entries published.
        published: u64,
        /// The first index given.
        first_index: u64,
    },
    /// The database has fewer entries than were published: an old copy was restored, or rows were
    /// deleted.
    #[error(
        "the log has {published} published entries, but the database only {database}: it was \
             replaced by an older copy. Restore the newest backup; the log is never shortened"
    )]
    Shrunk {
        /// Entries published.
        published: u64,
        /// Entries in the database.
        database: u64,
    },
    /// The database has another entry than was published.
    #[error(
        "entry {index} in the database is not the one that was published: the database is not \
             the one of this log, or was changed. The log is never rewritten"
    )]
    Forked {
        /// The index of the entry, from 0.
        index: u64,
    },
    /// The database's entries do not make the published tree.
    #[error(
        "the database's first {published} entries do not make the tree that was published: the \
             database is not the one of this log, or was changed. The log is never rewritten"
    )]
    OtherTree {
        /// Entries published.
        published: u64,
    },
    /// Another program published to the same log meanwhile.
    #[error("another program publishes to the same log: stop one of them")]
    Overtaken,
    /// The stored checkpoint is not one, or not signed by the log's key.
    #[error("the published checkpoint is not this log's")]
    Checkpoint(#[from] CheckpointError),
    /// The files at the log's right edge do not fit the checkpoint.
    #[error("the published files do not fit their checkpoint: rebuild them from the database")]
    Edge(#[from] ResumeError),
    /// A published file is not there.
    #[error("{path} is missing from the log in {place}: rebuild the files from the database")]
    Missing {
        /// The log directory or store.
        place: String,
        /// The file.
        path: LogPath,
    },
    /// A published bundle of entries cannot be read.
    #[error("{path} of the published log is damaged: rebuild the files from the database")]
    Bundle {
        /// The file.
        path: LogPath,
        /// Why.
        #[source]
        source: BundleError,
    },
    /// A published bundle has fewer entries than its name says.
    #[error("{path} of the published log is cut short: rebuild the files from the database")]
    Cut {
        /// The file.
        path: LogPath,
    },
    /// The log cannot take the entries.
    #[error("the log cannot take these entries: this is a bug in the program")]
    Growth(#[from] GrowthError),
    /// No log has such a file.
    #[error("no log has a file for this entry: this is a bug in the program")]
    Path(#[from] PathError),
    /// The disk or the quota is full.
    #[error("no space left for the log in {place}: free some or enlarge it")]
    NoSpace {
        /// The log directory or store.
        place: String,
        /// What the store said.
        #[source]
        source: object_store::Error,
    },
    /// The store said that it wrote a file, and does not have it.
    #[error("{place} said that it kept {path}, and did not")]
    NotKept {
        /// The log directory or store.
        place: String,
        /// The file.
        path: String,
    },
    /// The log directory cannot be made or used.
    #[error("{place} cannot hold the log: check that it is a directory and yours")]
    Unusable {
        /// The log directory.
        place: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A read failed.
    #[error("{path} of the log could not be read from {place}")]
    Unreadable {
        /// The log directory or store.
        place: String,
        /// The file.
        path: String,
        /// What the store said.
        #[source]
        source: object_store::Error,
    },
    /// A write failed.
    #[error("{path} of the log could not be written to {place}")]
    Unwritable {
        /// The log directory or store.
        place: String,
        /// The file.
        path: String,
        /// What the store said.
        #[source]
        source: object_store::Error,
    },
}

impl PublishError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Gap { .. } => "publish.gap",
            Self::Shrunk { .. } => "publish.shrunk",
            Self::Forked { .. } => "publish.forked",
            Self::OtherTree { .. } => "publish.other-tree",
            Self::Overtaken => "publish.overtaken",
            Self::Checkpoint(error) => error.code(),
            Self::Edge(error) => error.code(),
            Self::Missing { .. } => "publish.file-missing",
            Self::Bundle { source, .. } => source.code(),
            Self::Cut { .. } => "publish.file-cut",
            Self::Growth(error) => error.code(),
            Self::Path(error) => error.code(),
            Self::NoSpace { .. } => "publish.no-space",
            Self::NotKept { .. } => "publish.not-kept",
            Self::Unusable { .. } => "publish.place-unusable",
            Self::Unreadable { .. } => "publish.unreadable",
            Self::Unwritable { .. } => "publish.unwritable",
        }
    }

    /// Whether the published log, its checkpoint and the database do not belong together any more.
    pub const fn is_damage(&self) -> bool {
        matches!(
            self,
            Self::Shrunk { .. }
                | Self::Forked { .. }
                | Self::OtherTree { .. }
                | Self::Checkpoint(_)
                | Self::Edge(_)
                | Self::Missing { .. }
                | Self::Bundle { .. }
                | Self::Cut { .. }
        )
    }

    /// Whether calling again may help: the store failed, not the data. Everything else needs a
    /// person, and until then nothing more may be published.
    pub const fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Overtaken
                | Self::NoSpace { .. }
                | Self::NotKept { .. }
                | Self::Unreadable { .. }
                | Self::Unwritable { .. }
        )
    }
}
