//! The player: what it is told, and how an inmate becomes it.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use crate::Kind;

/// How much a picture has to differ from the one before to count as after a cut, of 1.
const SCENE_SCORE_MIN: &str = "0.3";

/// Which frames are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sampling {
    /// Those that need no other to be decoded. The rest is not decoded at all.
    KeyFrames,
    /// Those after a cut, and one at least this often. All are decoded.
    Scenes {
        /// In milliseconds.
        gap_millis: u64,
    },
}

/// What the player is told. Its input is the video, its output the frames, each a PPM, and its
/// standard error the notes.
pub(crate) fn arguments(kind: Kind, sampling: Sampling, pixels_max: u64) -> Vec<String> {
    // The container is named, so that no other demuxer is tried: some open further files.
    let container = match kind {
        Kind::Matroska => "matroska",
        Kind::Avi => "avi",
        Kind::MpegTs => "mpegts",
        Kind::MpegPs => "mpeg",
        Kind::Flv => "flv",
        Kind::Asf => "asf",
        Kind::Ogg => "ogg",
        _ => "mov",
    };
    let (skipped, filter) = match sampling {
        Sampling::KeyFrames => ("nokey", "metadata=mode=add:key=w:value=1".to_owned()),
        Sampling::Scenes { gap_millis } => (
            "default",
            format!(
                "select='isnan(prev_selected_t)+gt(scene,{SCENE_SCORE_MIN})\
                 +gte(t-prev_selected_t,{}.{:03})'",
                gap_millis / 1000,
                gap_millis % 1000,
            ),
        ),
    };
    // The printing filter says a frame's time before the frame is sent.
    let filter = format!("{filter},metadata=mode=print:file='pipe\\:2':direct=1");
    let pixels_max = pixels_max.to_string();
    let arguments = [
        ["-nostdin", "-hide_banner"],
        ["-nostats", "-loglevel"],
        ["info", "-threads"],
        ["1", "-skip_frame"],
        [skipped, "-discard"],
        [skipped, "-max_pixels"],
        [&pixels_max, "-protocol_whitelist"],
        ["file", "-f"],
        [container, "-i"],
        ["/proc/self/fd/0", "-map"],
        ["0:v:0", "-an"],
        ["-sn", "-dn"],
        ["-filter_threads", "1"],
        ["-vf", &filter],
        ["-fps_mode", "passthrough"],
        ["-pix_fmt", "rgb24"],
        ["-c:v", "ppm"],
        ["-threads", "1"],
        ["-f", "image2pipe"],
    ];
    let arguments = arguments.as_flattened().iter().copied().chain(["pipe:1"]);
    arguments.map(str::to_owned).collect()
}

/// Becomes the player. Returns only if that fails.
pub(crate) fn become_player(
    program: &Path,
    args: &[String],
    descriptors: Vec<OwnedFd>,
) -> io::Error {
    let Ok([film, pipe, notes]) = <[OwnedFd; 3]>::try_from(descriptors) else {
        return io::ErrorKind::InvalidInput.into();
    };
    let placed = rustix::stdio::dup2_stdin(&film)
        .and_then(|()| rustix::stdio::dup2_stdout(&pipe))
        .and_then(|()| rustix::stdio::dup2_stderr(&notes));
    if let Err(error) = placed {
        return error.into();
    }
    Command::new(program).args(args).env_clear().exec()
}
