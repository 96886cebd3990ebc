//! Video: key frames and scene changes, decoded by the FFmpeg that is installed, in a cage.
//!
//! A video never touches a disk: it lies in sealed memory, from which the player reads. Its frames
//! go through a pipe to a second cage, where the handler is; its words (times, complaints) go to a
//! piece of memory beside it. Frames are full size, as makers of hash lists take them: shrinking
//! them first would change some bits of their hashes.

mod frames;
mod player;

use std::path::PathBuf;

pub(crate) use frames::read_frames;
pub(crate) use player::{Sampling, arguments, become_player};

use crate::cage::CageLimits;
use crate::picture::PictureLimits;

/// The largest video that is looked into: 1 GiB. It lies in memory meanwhile.
pub const VIDEO_BYTES_MAX: u64 = 1 << 30;
/// The most frames of a video that are looked at.
pub const VIDEO_FRAMES_MAX: u32 = 20_000;
/// The most pixels of a frame: 4096 by 4096.
pub const FRAME_PIXELS_MAX: u64 = 1 << 24;
/// The processor time for a video, in seconds.
pub const VIDEO_CPU_SECONDS_MAX: u64 = 600;
/// How long a video may take.
pub const VIDEO_WALL_MILLIS_MAX: u64 = 1_200_000;
/// Where key frames are further apart, scene changes are looked for too. Encoders that nobody told
/// otherwise put a key frame at least every ten seconds.
pub const GAP_MILLIS_MAX: u64 = 15_000;

/// How video is looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VideoConfig {
    /// FFmpeg 5.1 or later. Without it video is kept, and not looked into.
    pub player: Option<PathBuf>,
    /// What one video may cost.
    pub limits: CageLimits,
    /// Where key frames are further apart than this, every frame is decoded, and those after a cut
    /// are looked at, and one at least this often.
    pub gap_millis_max: u64,
}

impl Default for VideoConfig {
    fn default() -> Self {
        Self {
            player: installed_player(),
            limits: CageLimits {
                source_bytes_max: VIDEO_BYTES_MAX,
                cpu_seconds_max: VIDEO_CPU_SECONDS_MAX,
                wall_millis_max: VIDEO_WALL_MILLIS_MAX,
                picture: PictureLimits {
                    pixels_max: FRAME_PIXELS_MAX,
                    frames_max: VIDEO_FRAMES_MAX,
                    animation_pixels_max: u64::MAX,
                    ..PictureLimits::default()
                },
                ..CageLimits::default()
            },
            gap_millis_max: GAP_MILLIS_MAX,
        }
    }
}

/// The `ffmpeg` that is installed where systems put it.
pub fn installed_player() -> Option<PathBuf> {
    ["/usr/bin/ffmpeg", "/usr/local/bin/ffmpeg"]
        .into_iter()
        .map(PathBuf::from)
        .find(|program| program.is_file())
}
