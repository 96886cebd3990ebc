//! Video through the cage, played by the FFmpeg that is installed.

use std::ops::ControlFlow;
use std::process::{Command, Stdio};

use media::Kind;
use media::cage::{Answer, Cage, CageError, Limit, Opened};
use media::picture::{Ended, Refusal};

use crate::kept::{cage, config};

/// A film that FFmpeg makes of a pattern.
fn film(pattern: &str, seconds: u32, encoding: &[&str]) -> Vec<u8> {
    let source = format!("{pattern},trim=duration={seconds},format=yuv420p");
    let made = Command::new(media::video::installed_player().expect("ffmpeg is installed"))
        .args([
            "-nostdin",
            "-loglevel",
            "error",
            "-f",
            "lavfi",
            "-i",
            &source,
        ])
        .args(encoding)
        .arg("pipe:1")
        .stdin(Stdio::null())
        .output()
        .expect("ffmpeg runs");
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    made.stdout
}

const PATTERN: &str = "testsrc2=size=320x240:rate=25";
const KEY_EVERY_SECOND: [&str; 6] = ["-c:v", "libx264", "-g", "25", "-preset", "ultrafast"];
const MP4: [&str; 4] = ["-f", "mp4", "-movflags", "frag_keyframe+empty_moov"];
const MATROSKA: [&str; 2] = ["-f", "matroska"];

fn times(answers: &[Answer]) -> Vec<u64> {
    answers.iter().map(|answer| answer.time_millis).collect()
}

async fn opened(cage: &Cage, film: &[u8]) -> (Opened, Vec<Answer>) {
    cage.open(film).await.expect("it opens")
}

#[tokio::test]
async fn every_key_frame_is_seen_with_its_time() {
    let film = film(PATTERN, 4, &[&KEY_EVERY_SECOND[..], &MP4].concat());
    let (opened, answers) = opened(&cage(), &film).await;
    let Opened::Looked { looked, enforced } = opened else {
        panic!("{opened:?}");
    };
    assert!(enforced.is_whole(), "{enforced}");
    assert_eq!(times(&answers), [0, 1000, 2000, 3000]);
    assert_eq!((looked.width, looked.height, looked.frames), (320, 240, 4));
    assert_eq!(looked.kind, Kind::Mp4);
    assert_eq!(looked.ended, Ended::Whole);
    assert!(answers.iter().all(|answer| answer.blob.len() == 8));
}

#[tokio::test]
async fn a_film_whose_index_stands_at_its_end_is_seen() {
    // Such a file cannot be read as a stream: it is written to a file that can be sought in.
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("film.mp4");
    let made = Command::new("ffmpeg")
        .args([
            "-nostdin",
            "-loglevel",
            "error",
            "-f",
            "lavfi",
            "-i",
            PATTERN,
            "-t",
            "2",
        ])
        .args(KEY_EVERY_SECOND)
        .args(["-pix_fmt", "yuv420p"])
        .arg(&path)
        .status()
        .expect("ffmpeg runs");
    assert!(made.success());
    let film = std::fs::read(&path).expect("it was written");
    let (opened, answers) = opened(&cage(), &film).await;
    assert!(
        matches!(&opened, Opened::Looked { looked, .. } if looked.duration_millis == 2000),
        "{opened:?}"
    );
    assert_eq!(times(&answers), [0, 1000]);
}

#[tokio::test]
async fn where_key_frames_are_far_apart_scenes_are_seen() {
    // One key frame, and a cut after two seconds.
    let cut = "color=c=black:size=320x240:rate=25:duration=2[a];\
        testsrc2=size=320x240:rate=25:duration=4[b];[a][b]concat";
    let encoding = ["-c:v", "libx264", "-x264-params", "keyint=10000:scenecut=0"];
    let film = film(cut, 6, &[&encoding[..], &MATROSKA].concat());
    let mut config = config();
    config.video.gap_millis_max = 3000;
    let (opened, answers) = opened(&Cage::new(config), &film).await;
    let Opened::Looked { looked, .. } = opened else {
        panic!("{opened:?}");
    };
    assert_eq!(times(&answers), [0, 0, 2000, 5000]);
    let indexes: Vec<u32> = answers.iter().map(|answer| answer.index).collect();
    assert_eq!(indexes, [0, 1, 2, 3]);
    assert_eq!(looked.frames, 4);
}

#[tokio::test]
async fn playing_stops_when_the_caller_has_enough() {
    let film = film(PATTERN, 8, &[&KEY_EVERY_SECOND[..], &MATROSKA].concat());
    let opened = cage()
        .open_until(film.as_slice(), |answer| {
            if answer.index == 1 {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })
        .await
        .expect("it opens");
    assert!(
        matches!(
            opened,
            Opened::Stopped {
                kind: Kind::Matroska,
                frames: 2,
                ..
            }
        ),
        "{opened:?}"
    );
}

#[tokio::test]
async fn without_a_player_a_film_is_not_looked_into_and_that_is_said() {
    let mut config = config();
    config.video.player = None;
    let (opened, answers) = opened(&Cage::new(config), b"\0\0\0\x18ftypisom\0\0\0\0isomavc1").await;
    let Opened::NotLookedInto { kind, reason } = opened else {
        panic!("{opened:?}");
    };
    assert_eq!(kind, Kind::Mp4);
    assert!(reason.contains("FFmpeg"));
    assert!(answers.is_empty());
}

#[tokio::test]
async fn a_player_that_cannot_be_started_is_named() {
    let mut config = config();
    config.video.player = Some("/nowhere/ffmpeg".into());
    let error = Cage::new(config)
        .open(&b"\0\0\0\x18ftypisom\0\0\0\0isomavc1"[..])
        .await
        .expect_err("no player");
    assert_eq!(error.code(), "cage.start");
    assert!(error.to_string().contains("/nowhere/ffmpeg"), "{error}");
}

#[tokio::test]
async fn broken_films_are_told_and_what_came_before_holds() {
    let film = film(PATTERN, 4, &[&KEY_EVERY_SECOND[..], &MATROSKA].concat());
    let (opened, answers) = opened(&cage(), &film[..film.len() / 2]).await;
    assert!(matches!(opened, Opened::Looked { .. }), "{opened:?}");
    assert!((1..4).contains(&answers.len()), "{answers:?}");

    for bytes in [
        &film[..60],
        b"\0\0\0\x18ftypisom\0\0\0\0isomavc1 and no more",
    ] {
        let error = cage().open(bytes).await.expect_err("nothing in it");
        assert!(
            matches!(error, CageError::Refused(Refusal::Broken { .. })),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn inv_10_a_film_is_looked_at_up_to_its_limits() {
    let film = film(PATTERN, 4, &[&KEY_EVERY_SECOND[..], &MATROSKA].concat());
    let with = |frames_max, source_bytes_max, cpu_seconds_max| {
        let mut config = config();
        config.video.limits.picture.frames_max = frames_max;
        config.video.limits.source_bytes_max = source_bytes_max;
        config.video.limits.cpu_seconds_max = cpu_seconds_max;
        Cage::new(config)
    };
    let bytes = film.len() as u64;
    for (frames_max, ended, seen) in [(4, Ended::Whole, 4), (3, Ended::AtFramesMax, 3)] {
        let (opened, answers) = opened(&with(frames_max, bytes, 60), &film).await;
        let Opened::Looked { looked, .. } = opened else {
            panic!("{opened:?}");
        };
        assert_eq!((looked.ended, answers.len()), (ended, seen));
    }
    let error = with(4, bytes - 1, 60)
        .open(film.as_slice())
        .await
        .expect_err("too large");
    assert!(
        matches!(error, CageError::Limit(Limit::Source)),
        "{error:?}"
    );
}

#[tokio::test]
async fn films_that_lie_of_themselves_end_in_a_clear_answer() {
    let film = film(PATTERN, 2, &[&KEY_EVERY_SECOND[..], &MP4].concat());
    let table = |name: &[u8; 4], at: usize, lie: &[u8]| {
        let mut film = film.clone();
        let found = film.windows(4).position(|window| window == name);
        let start = found.expect("it has the table") + at;
        film[start..start + lie.len()].copy_from_slice(lie);
        film
    };
    let billions = 0x7FFF_FFFF_u32.to_be_bytes();
    let lies = [
        // A billion frames, a billion chunks, pictures of 65,535 by 65,535, days of play.
        table(b"stsz", 12, &billions),
        table(b"stco", 8, &billions),
        table(b"trun", 8, &billions),
        table(b"avc1", 28, &[0xFF; 4]),
        table(b"tkhd", 80, &[0xFF; 8]),
        table(b"mvhd", 16, &billions),
        table(b"mdat", 4, &[0xA5; 400]),
        table(b"moov", 4, &[0x5A; 200]),
    ];
    for (lie, bytes) in lies.iter().enumerate() {
        match cage().open(bytes.as_slice()).await {
            Ok((Opened::Looked { looked, .. }, answers)) => {
                assert_eq!(looked.frames as usize, answers.len(), "{lie}");
                assert!(answers.len() <= 4, "{lie}: {}", answers.len());
            }
            Err(error) => assert!(error.is_of_the_file(), "{lie}: {error:?}"),
            Ok(other) => panic!("{lie}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_was_seen_before_the_time_was_spent_holds() {
    let pattern = "testsrc2=size=1280x720:rate=25";
    let film = film(pattern, 24, &[&KEY_EVERY_SECOND[..], &MATROSKA].concat());
    let mut config = config();
    config.video.gap_millis_max = 1;
    config.video.limits.cpu_seconds_max = 1;
    let (opened, answers) = opened(&Cage::new(config), &film).await;
    let Opened::Looked { looked, .. } = opened else {
        panic!("{opened:?}");
    };
    assert_eq!(looked.ended, Ended::AtTimeMax, "{}", answers.len());
    assert!(
        answers.len() > 8,
        "the key frames were seen before: {}",
        answers.len()
    );
}
