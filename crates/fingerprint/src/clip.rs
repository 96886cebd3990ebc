//! Videos by their frames' hashes: which clips of known videos a video holds, from when to when,
//! and which known pictures it shows.
//!
//! Order and time count. Each frame of the video that looks like a frame of a known one says by how
//! much the two are shifted against each other; frames that follow one another with the same shift
//! are a clip. So a cut, a longer beginning or a re-encoding does not hide a clip, and frames that
//! look alike but come in no order are none.

mod chain;

use std::collections::BTreeMap;

use model::{PDQ_DISTANCE, PDQ_QUALITY, Pdq};

use chain::{Chain, Hit};

/// The most known frames and pictures that one frame is compared with. A still scene looks like
/// each of its thousands of frames, so every video's nearest frame comes before any video's second.
pub const NEAR_PER_FRAME_MAX: usize = 1024;

/// One frame of a video.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// When it is shown, in milliseconds from the beginning of the video.
    pub time_millis: i64,
    /// Its hash.
    pub hash: Pdq,
    /// The hash's quality, 0 to 100.
    pub quality: u8,
}

/// What a known hash is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Known<V, P> {
    /// A frame of a video.
    Frame {
        /// The video.
        video: V,
        /// When the frame is shown in it.
        time_millis: i64,
    },
    /// A picture.
    Picture(P),
}

/// How alike frames have to be, and how well clips have to keep time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClipRules {
    /// The bits in which two frames may differ.
    pub distance_max: u32,
    /// Frames of a lower quality are left out.
    pub quality_min: u8,
    /// The frames that a clip needs, in the video and in the known one. If the video has fewer
    /// telling frames than this, all of them.
    pub frames_min: usize,
    /// The longest time without a matching frame inside a clip.
    pub gap_millis_max: i64,
    /// How far a frame may stand from its place: frames are taken at other moments in each copy.
    pub slack_millis: i64,
    /// How much faster or slower a copy may run, in thousandths.
    pub drift_permille: i64,
}

impl Default for ClipRules {
    /// Distance and quality as everywhere; a clip of three frames; half a minute without a match,
    /// which spans the rarest key frames in use; 2.5 s of slack; 5 % of drift, so that film shown
    /// at television's rate (25 for 24 frames a second) is found.
    fn default() -> Self {
        Self {
            distance_max: PDQ_DISTANCE,
            quality_min: PDQ_QUALITY,
            frames_min: 3,
            gap_millis_max: 30_000,
            slack_millis: 2_500,
            drift_permille: 50,
        }
    }
}

/// A clip that two videos share. Times are those of its first and its last matching frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClipMatch<V> {
    /// The known video.
    pub video: V,
    /// When it begins in the video asked about.
    pub start_millis: i64,
    /// When it ends there.
    pub end_millis: i64,
    /// When it begins in the known video.
    pub known_start_millis: i64,
    /// When it ends there.
    pub known_end_millis: i64,
    /// Frames of the video asked about that match in it.
    pub frames_matched: usize,
    /// Its frames between begin and end that have something to tell.
    pub frames_telling: usize,
    /// Frames of the known video that match in it.
    pub known_frames_matched: usize,
    /// The least distance of two frames in it.
    pub distance_least: u32,
}

impl<V> ClipMatch<V> {
    /// The part of the clip's telling frames that match, 0 to 100.
    pub const fn share_percent(&self) -> usize {
        if self.frames_telling == 0 {
            return 0;
        }
        self.frames_matched * 100 / self.frames_telling
    }
}

/// A known picture that the video shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PictureMatch<P> {
    /// The picture.
    pub picture: P,
    /// The frame nearest to it, the first of them.
    pub time_millis: i64,
    /// Its distance.
    pub distance: u32,
    /// The first frame near it.
    pub start_millis: i64,
    /// The last frame near it.
    pub end_millis: i64,
    /// All frames near it.
    pub frames_matched: usize,
}

/// What a video holds of what is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matches<V, P> {
    /// Clips of known videos, those with most frames first.
    pub clips: Vec<ClipMatch<V>>,
    /// Known pictures, the nearest first.
    pub pictures: Vec<PictureMatch<P>>,
    /// The frames that had something to tell: without any, nothing was looked up.
    pub frames_telling: usize,
}

/// Matches a video against all that `lookup` knows.
///
/// `lookup` is asked for each telling frame, with a distance, and answers what lies within it, each
/// with its distance; anything beyond is left out. Frames may come in any order. Of clips that lie
/// over each other in one known video only the longest is told.
pub fn match_video<V, P>(
    frames: &[Frame],
    rules: &ClipRules,
    mut lookup: impl FnMut(&Pdq, u32) -> Vec<(Known<V, P>, u32)>,
) -> Matches<V, P>
where
    V: Copy + Ord,
    P: Copy + Ord,
{
    let mut telling: Vec<&Frame> = frames
        .iter()
        .filter(|frame| frame.quality >= rules.quality_min && frame.hash.is_telling())
        .collect();
    telling.sort_by_key(|frame| (frame.time_millis, frame.hash));
    let mut hits: BTreeMap<V, Vec<Hit>> = BTreeMap::new();
    let mut pictures: BTreeMap<P, PictureMatch<P>> = BTreeMap::new();
    for frame in &telling {
        let mut near = lookup(&frame.hash, rules.distance_max);
        near.retain(|(_, distance)| *distance <= rules.distance_max);
        for (known, distance) in nearest(near) {
            match known {
                Known::Frame { video, time_millis } => hits.entry(video).or_default().push(Hit {
                    at_millis: frame.time_millis,
                    known_millis: time_millis,
                    distance,
                }),
                Known::Picture(picture) => see(&mut pictures, picture, frame, distance),
            }
        }
    }
    let times: Vec<i64> = telling.iter().map(|frame| frame.time_millis).collect();
    let mut clips: Vec<ClipMatch<V>> = hits
        .into_iter()
        .flat_map(|(video, hits)| {
            let chains = chain::longest(hits, times.len(), rules);
            chains.into_iter().map(move |chain| (video, chain))
        })
        .map(|(video, chain)| clip(video, &chain, &times))
        .collect();
    clips.sort_by_key(|clip| {
        (
            usize::MAX - clip.frames_matched,
            clip.start_millis,
            clip.video,
        )
    });
    let mut pictures: Vec<PictureMatch<P>> = pictures.into_values().collect();
    pictures.sort_by_key(|seen| (seen.distance, seen.time_millis, seen.picture));
    Matches {
        clips,
        pictures,
        frames_telling: times.len(),
    }
}

/// The nearest of what is near, as far as [`NEAR_PER_FRAME_MAX`] goes.
fn nearest<V, P>(mut near: Vec<(Known<V, P>, u32)>) -> Vec<(Known<V, P>, u32)>
where
    V: Copy + Ord,
    P: Copy + Ord,
{
    if near.len() <= NEAR_PER_FRAME_MAX {
        return near;
    }
    near.sort_unstable_by_key(|(known, distance)| (*distance, *known));
    let mut taken: BTreeMap<V, usize> = BTreeMap::new();
    let with_turn = |(known, distance): (Known<V, P>, u32)| {
        let turn = match known {
            Known::Frame { video, .. } => {
                let turn = taken.entry(video).or_default();
                *turn += 1;
                *turn
            }
            Known::Picture(_) => 1,
        };
        (turn, (known, distance))
    };
    let mut turns: Vec<_> = near.into_iter().map(with_turn).collect();
    // Stable: within a turn the nearest stay first.
    turns.sort_by_key(|(turn, _)| *turn);
    turns.truncate(NEAR_PER_FRAME_MAX);
    turns.into_iter().map(|(_, near)| near).collect()
}

/// Notes that a frame is near a picture. Frames come in the order of their time.
fn see<P: Copy + Ord>(
    pictures: &mut BTreeMap<P, PictureMatch<P>>,
    picture: P,
    frame: &Frame,
    distance: u32,
) {
    let seen = pictures.entry(picture).or_insert(PictureMatch {
        picture,
        time_millis: frame.time_millis,
        distance,
        start_millis: frame.time_millis,
        end_millis: frame.time_millis,
        frames_matched: 0,
    });
    seen.frames_matched += 1;
    seen.end_millis = frame.time_millis;
    if distance < seen.distance {
        seen.distance = distance;
        seen.time_millis = frame.time_millis;
    }
}

fn clip<V>(video: V, chain: &Chain, times: &[i64]) -> ClipMatch<V> {
    let (start_millis, end_millis) = (chain.first.at_millis, chain.last.at_millis);
    let before = times.partition_point(|time| *time < start_millis);
    let until = times.partition_point(|time| *time <= end_millis);
    ClipMatch {
        video,
        start_millis,
        end_millis,
        known_start_millis: chain.first.known_millis,
        known_end_millis: chain.last.known_millis,
        frames_matched: chain.frames,
        frames_telling: until - before,
        known_frames_matched: chain.known_frames,
        distance_least: chain.distance_least,
    }
}

#[cfg(test)]
#[path = "clip/clip_tests.rs"]
mod tests;
