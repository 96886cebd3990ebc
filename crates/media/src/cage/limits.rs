//! How much one file may cost.

use serde::{Deserialize, Serialize};

use crate::picture::PictureLimits;

/// The largest picture file that is taken in: 256 MiB.
pub const PICTURE_BYTES_MAX: u64 = 256 << 20;
/// The address space of the process that decodes: 2 GiB.
pub const MEMORY_BYTES_MAX: u64 = 2 << 30;
/// The processor time for a picture or an animation.
pub const CPU_SECONDS_MAX: u64 = 60;
/// How long a picture or an animation may take.
pub const WALL_MILLIS_MAX: u64 = 120_000;
/// The most bytes of answers about one file: 64 MiB.
pub const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// How much one file may cost. What would exceed it is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CageLimits {
    /// The largest file that is taken in, in bytes.
    pub source_bytes_max: u64,
    /// The address space of each process, in bytes.
    pub memory_bytes_max: u64,
    /// The processor time of each process, in seconds.
    pub cpu_seconds_max: u64,
    /// How long the whole may take, in milliseconds.
    pub wall_millis_max: u64,
    /// The most bytes of answers.
    pub answer_bytes_max: u64,
    /// What the decoder is told.
    pub picture: PictureLimits,
}

impl Default for CageLimits {
    fn default() -> Self {
        Self {
            source_bytes_max: PICTURE_BYTES_MAX,
            memory_bytes_max: MEMORY_BYTES_MAX,
            cpu_seconds_max: CPU_SECONDS_MAX,
            wall_millis_max: WALL_MILLIS_MAX,
            answer_bytes_max: ANSWER_BYTES_MAX,
            picture: PictureLimits::default(),
        }
    }
}
