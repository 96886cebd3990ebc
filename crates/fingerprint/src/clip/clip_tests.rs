//! Clips against videos that were cut, lengthened, re-encoded, slowed, and against strangers.

use proptest::prelude::*;

use super::*;

/// A known frame: its hash, and what it is of.
type Entry = (Pdq, Known<u32, u32>);

/// A stream of hashes that have nothing in common.
fn hash(video: u32, index: usize) -> Pdq {
    let mut state = u64::from(video) << 32 | index as u64;
    let mut bytes = [0; 32];
    for chunk in bytes.chunks_mut(8) {
        // SplitMix64.
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
        state = mixed;
    }
    Pdq::new(bytes)
}

/// So many seconds, in milliseconds.
fn seconds(count: usize) -> i64 {
    i64::try_from(count).unwrap() * 1000
}

/// `count` frames, one a second.
fn video(number: u32, count: usize) -> Vec<Frame> {
    let frame = |index: usize| Frame {
        time_millis: seconds(index),
        hash: hash(number, index),
        quality: 100,
    };
    (0..count).map(frame).collect()
}

fn bank(number: u32, frames: &[Frame]) -> Vec<Entry> {
    let known = |frame: &Frame| Known::Frame {
        video: number,
        time_millis: frame.time_millis,
    };
    frames
        .iter()
        .map(|frame| (frame.hash, known(frame)))
        .collect()
}

fn ask(frames: &[Frame], bank: &[Entry]) -> Matches<u32, u32> {
    match_video(frames, &ClipRules::default(), |hash, radius| {
        let near = bank.iter().map(|(known, of)| (*of, known.distance(hash)));
        near.filter(|(_, distance)| *distance <= radius).collect()
    })
}

/// The same frames from `by` on, in time.
fn shifted(frames: &[Frame], by: i64) -> Vec<Frame> {
    let mut frames = frames.to_vec();
    for frame in &mut frames {
        frame.time_millis += by;
    }
    frames
}

fn flipped(hash: Pdq, bits: &[usize]) -> Pdq {
    let mut bytes = hash.bytes();
    for bit in bits {
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    Pdq::new(bytes)
}

#[test]
fn a_video_is_found_whole() {
    let known = video(1, 60);
    let matches = ask(&known, &bank(1, &known));
    let expected = ClipMatch {
        video: 1,
        start_millis: 0,
        end_millis: 59_000,
        known_start_millis: 0,
        known_end_millis: 59_000,
        frames_matched: 60,
        frames_telling: 60,
        known_frames_matched: 60,
        distance_least: 0,
    };
    assert_eq!(matches.clips, [expected]);
    assert_eq!(matches.clips[0].share_percent(), 100);
    assert!(matches.pictures.is_empty());
}

#[test]
fn two_halves_with_a_hole_between_them_are_two_clips() {
    let known = video(1, 200);
    let mut cut = known[..50].to_vec();
    cut.extend(shifted(&known[120..], -70_000));
    let clips = ask(&cut, &bank(1, &known)).clips;
    let times = |clip: &ClipMatch<u32>| {
        let known = (clip.known_start_millis, clip.known_end_millis);
        (clip.start_millis, clip.end_millis, known)
    };
    let found: Vec<_> = clips.iter().map(times).collect();
    assert_eq!(
        found,
        [
            (50_000, 129_000, (120_000, 199_000)),
            (0, 49_000, (0, 49_000))
        ]
    );
}

#[test]
fn a_still_scene_is_one_clip_and_not_thousands() {
    let scene = hash(7, 0);
    let still = |count: i64| -> Vec<Frame> {
        let frame = |second: i64| Frame {
            time_millis: second * 1000,
            hash: scene,
            quality: 80,
        };
        (0..count).map(frame).collect()
    };
    let clips = ask(&still(300), &bank(7, &still(300))).clips;
    assert_eq!(clips.len(), 1);
    assert_eq!((clips[0].start_millis, clips[0].end_millis), (0, 299_000));
    // One frame of it shown for minutes is no clip.
    assert!(ask(&still(300), &bank(7, &still(1))).clips.is_empty());
}

#[test]
fn a_title_that_comes_again_and_again_does_not_move_a_clip() {
    let title = hash(8, 0);
    let mut known = video(1, 120);
    for frame in known.iter_mut().step_by(7) {
        frame.hash = title;
    }
    let mut copy = shifted(&known[20..80], 13_500);
    copy.extend(shifted(&video(2, 30), 400_000));
    copy[65].hash = title;
    let clips = ask(&copy, &bank(1, &known)).clips;
    let times = |clip: &ClipMatch<u32>| (clip.start_millis, clip.end_millis);
    assert_eq!(
        clips.iter().map(times).collect::<Vec<_>>(),
        [(33_500, 92_500)]
    );
    assert_eq!(
        (clips[0].known_start_millis, clips[0].frames_matched),
        (20_000, 60)
    );
}

#[test]
fn known_pictures_are_found_with_their_time() {
    let mut frames = video(1, 30);
    let picture = hash(9, 9);
    for (index, bits) in [(11, 20), (12, 3), (13, 9)] {
        frames[index].hash = flipped(picture, &(0..bits).collect::<Vec<_>>());
    }
    let matches = ask(&frames, &[(picture, Known::Picture(5))]);
    let expected = PictureMatch {
        picture: 5,
        time_millis: 12_000,
        distance: 3,
        start_millis: 11_000,
        end_millis: 13_000,
        frames_matched: 3,
    };
    assert_eq!(matches.pictures, [expected]);
    assert!(matches.clips.is_empty());
}

#[test]
fn frames_in_another_order_are_no_clip() {
    let known = video(1, 40);
    let mut backwards = known.clone();
    for (frame, index) in backwards.iter_mut().zip((0..40).rev()) {
        frame.hash = hash(1, index);
    }
    assert!(ask(&backwards, &bank(1, &known)).clips.is_empty());
}

#[test]
fn frames_that_tell_nothing_are_not_looked_up() {
    let mut frames = video(1, 4);
    frames[0].quality = PDQ_QUALITY - 1;
    frames[1].quality = PDQ_QUALITY;
    frames[2].hash = Pdq::new([0; 32]);
    let mut asked = 0;
    let matches = match_video(
        &frames,
        &ClipRules::default(),
        |_, _| -> Vec<(Known<u8, u8>, u32)> {
            asked += 1;
            Vec::new()
        },
    );
    assert_eq!((asked, matches.frames_telling), (2, 2));
}

#[test]
fn a_loop_of_fewer_frames_than_a_clip_needs_matches_with_all_of_them() {
    let known = video(1, 2);
    let clips = ask(&known, &bank(1, &known)).clips;
    assert_eq!(clips.len(), 1);
    // In a longer video two frames are not enough, three are.
    let mut longer = video(2, 20);
    longer[4].hash = known[0].hash;
    longer[5].hash = known[1].hash;
    assert!(ask(&longer, &bank(1, &known)).clips.is_empty());
    let three = video(1, 3);
    longer[6].hash = three[2].hash;
    assert_eq!(ask(&longer, &bank(1, &three)).clips.len(), 1);
}

#[test]
fn a_frame_is_compared_with_the_nearest_and_only_so_many() {
    let frames = video(1, 1);
    for (count, is_seen) in [(NEAR_PER_FRAME_MAX, true), (NEAR_PER_FRAME_MAX + 1, false)] {
        let matches = match_video(&frames, &ClipRules::default(), |_, _| {
            let near = (0..count - 1).map(|picture| (Known::Picture(picture), 4));
            let far = (Known::<u8, usize>::Picture(usize::MAX), 30);
            near.chain([far]).collect()
        });
        let is_last = |seen: &PictureMatch<usize>| seen.picture == usize::MAX;
        assert_eq!(matches.pictures.iter().any(is_last), is_seen);
    }
}

#[test]
fn a_still_video_does_not_hide_another() {
    let frames = video(2, 10);
    let matches = match_video(&frames, &ClipRules::default(), |hash, _| {
        let still = (0..5000).map(|index| (seconds(index), 1));
        let here = frames.iter().filter(|frame| frame.hash == *hash);
        let other = here.map(|frame| (frame.time_millis, 2));
        let known = |(time_millis, video)| Known::<u32, u32>::Frame { video, time_millis };
        still.chain(other).map(|of| (known(of), of.1)).collect()
    });
    assert!(
        matches
            .clips
            .iter()
            .any(|clip| clip.video == 2 && clip.frames_matched == 10)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_changed_copy_is_found_with_its_times(
        length in 30_usize..120,
        cut in (0_usize..20, 0_usize..10),
        intro in 0_usize..50,
        outro in 0_usize..20,
        permille in 970_i64..=1030,
        dropped in proptest::collection::btree_set(0_usize..120, 0..25),
        bits in proptest::collection::btree_set(0_usize..256, 0..=31),
    ) {
        let known = video(1, length);
        let begins = seconds(intro) + 400;
        let mut copy: Vec<Frame> = video(2, intro);
        let mut of = Vec::new();
        for index in cut.0..length - cut.1 {
            if dropped.contains(&index) {
                continue;
            }
            let time_millis = begins + seconds(index - cut.0) * permille / 1000;
            let turned: Vec<usize> = bits.iter().map(|bit| (bit + index * 7) % 256).collect();
            of.push((time_millis, seconds(index)));
            copy.push(Frame { time_millis, hash: flipped(hash(1, index), &turned), quality: 70 });
        }
        copy.extend(shifted(&video(3, outro), begins + 200_000));
        prop_assume!(of.len() >= 3 && copy.iter().all(|frame| frame.hash.is_telling()));
        let clips = ask(&copy, &bank(1, &known)).clips;
        prop_assert_eq!(clips.len(), 1);
        let (first, last) = (of[0], of[of.len() - 1]);
        prop_assert_eq!((clips[0].start_millis, clips[0].known_start_millis), first);
        prop_assert_eq!((clips[0].end_millis, clips[0].known_end_millis), last);
        prop_assert_eq!(clips[0].frames_matched, of.len());
        prop_assert_eq!(clips[0].share_percent(), 100);
    }

    #[test]
    fn strangers_share_nothing(one in 10_u32..1000, two in 1000_u32..2000) {
        let matches = ask(&video(one, 50), &bank(two, &video(two, 50)));
        prop_assert!(matches.clips.is_empty());
    }

    #[test]
    fn no_times_or_rules_break_it(
        frames in proptest::collection::vec((any::<i64>(), 0_usize..4), 0..40),
        known in proptest::collection::vec((any::<i64>(), 0_usize..4), 0..40),
        rules in (any::<i64>(), any::<i64>(), any::<i64>(), 0_usize..5),
    ) {
        let frame = |(time_millis, index)| Frame { time_millis, hash: hash(1, index), quality: 99 };
        let asked: Vec<Frame> = frames.into_iter().map(frame).collect();
        let known: Vec<Frame> = known.into_iter().map(frame).collect();
        let rules = ClipRules {
            gap_millis_max: rules.0,
            slack_millis: rules.1,
            drift_permille: rules.2,
            frames_min: rules.3,
            ..ClipRules::default()
        };
        let matches = match_video(&asked, &rules, |hash, _| {
            let same = known.iter().filter(|frame| frame.hash == *hash);
            same.map(|frame| {
                let time_millis = frame.time_millis;
                (Known::<u8, u8>::Frame { video: 1, time_millis }, 0)
            }).collect()
        });
        for clip in matches.clips {
            prop_assert!(clip.start_millis <= clip.end_millis);
            prop_assert!(clip.known_start_millis <= clip.known_end_millis);
            prop_assert!(clip.frames_matched <= clip.frames_telling);
        }
    }
}
