//! What a video shares with other videos that are held, from when to when.

use fingerprint::clip::{ClipRules, Frame, Known, match_video};
use model::{Pdq, ReportId};
use serde::Serialize;

use super::Look;
use super::held::Held;

/// Clips that one video shows at most, those with most frames first.
const CLIPS_MAX: usize = 20;

/// A part of a video that a video of another report has too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SharedClip {
    /// The other report.
    pub report: ReportId,
    /// When it begins in this video, in milliseconds.
    pub start_millis: i64,
    /// When it ends there.
    pub end_millis: i64,
    /// When it begins in the other video.
    pub other_start_millis: i64,
    /// When it ends there.
    pub other_end_millis: i64,
    /// How much of this video it is, in percent of the frames that tell something.
    pub share_percent: usize,
}

/// The clips that a video of `report` shares with videos of other reports. Cuts, longer intros and
/// re-encoding do not hide one.
pub(super) fn shared_clips(held: &Held, report: ReportId, look: &Look) -> Vec<SharedClip> {
    if look.frames.len() < 2 {
        return Vec::new();
    }
    let frames: Vec<Frame> = look
        .frames
        .iter()
        .filter_map(|frame| {
            Some(Frame {
                time_millis: i64::try_from(frame.at_millis).ok()?,
                hash: frame.pdq.parse().ok()?,
                quality: frame.quality,
            })
        })
        .collect();
    let lookup = |hash: &Pdq, radius: u32| -> Vec<(Known<u64, ()>, u32)> {
        let near = held.frames_within(hash, radius, report).into_iter();
        near.map(|(video, time_millis, distance)| (Known::Frame { video, time_millis }, distance))
            .collect()
    };
    let matches = match_video(&frames, &ClipRules::default(), lookup);
    let clips = matches.clips.iter().take(CLIPS_MAX).filter_map(|clip| {
        Some(SharedClip {
            report: held.report(clip.video)?,
            start_millis: clip.start_millis,
            end_millis: clip.end_millis,
            other_start_millis: clip.known_start_millis,
            other_end_millis: clip.known_end_millis,
            share_percent: clip.share_percent(),
        })
    });
    clips.collect()
}
