//! The frames that a player sends, and the times that it notes.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;

use crate::picture::{Ended, Looked, Orientation, PictureLimits, Refusal};
use crate::{Kind, Pixels, Raster};

/// The longest line of a frame's header, in bytes.
const HEADER_LINE_BYTES_MAX: u64 = 32;

/// Reads frames to the end of the pipe, and hands each on.
pub(crate) fn read_frames(
    kind: Kind,
    pipe: impl Read,
    notes: &File,
    limits: &PictureLimits,
    each: &mut dyn FnMut(&Raster<'_>) -> ControlFlow<()>,
) -> Result<Looked, Refusal> {
    let mut pipe = BufReader::with_capacity(1 << 16, pipe);
    let mut notes = Notes::new(notes);
    let mut looked = Looked {
        kind,
        width: 0,
        height: 0,
        orientation: Orientation::Upright,
        frames: 0,
        duration_millis: 0,
        ended: Ended::Whole,
    };
    let mut pixels = Vec::new();
    while let Some((width, height)) = header(&mut pipe) {
        let area = u64::from(width) * u64::from(height);
        if area > limits.pixels_max || width.max(height) > limits.side_pixels_max {
            return Err(Refusal::TooLarge {
                kind,
                width: width.into(),
                height: height.into(),
            });
        }
        pixels.resize(usize::try_from(area * 3).unwrap_or(usize::MAX), 0);
        if pipe.read_exact(&mut pixels).is_err() {
            looked.ended = Ended::Broken;
            break;
        }
        if looked.frames >= limits.frames_max {
            looked.ended = Ended::AtFramesMax;
            break;
        }
        if looked.frames == 0 {
            (looked.width, looked.height) = (width, height);
        }
        let raster = Raster {
            width,
            height,
            pixels: Pixels::Rgb(&pixels),
            index: looked.frames,
            time_millis: notes.time_millis(looked.frames as usize),
        };
        looked.frames += 1;
        if each(&raster).is_break() {
            looked.ended = Ended::Stopped;
            break;
        }
    }
    if looked.frames == 0 {
        return Err(Refusal::Broken { kind });
    }
    looked.duration_millis = notes.duration_millis;
    Ok(looked)
}

/// The sides that a PPM states: `P6`, width and height, the largest value.
fn header(pipe: &mut impl BufRead) -> Option<(u32, u32)> {
    let mut line = || {
        let mut line = Vec::new();
        let mut start = pipe.by_ref().take(HEADER_LINE_BYTES_MAX);
        start.read_until(b'\n', &mut line).ok()?;
        String::from_utf8(line).ok()
    };
    if line()? != "P6\n" {
        return None;
    }
    let sides = line()?;
    let (width, height) = sides.trim_end().split_once(' ')?;
    if line()? != "255\n" {
        return None;
    }
    Some((width.parse().ok()?, height.parse().ok()?))
}

/// What the player writes beside its frames.
struct Notes<'a> {
    file: &'a File,
    read_to: u64,
    /// What was read of a line that is not whole yet.
    rest: Vec<u8>,
    times_millis: Vec<u64>,
    duration_millis: u64,
}

impl<'a> Notes<'a> {
    const fn new(file: &'a File) -> Self {
        Self {
            file,
            read_to: 0,
            rest: Vec::new(),
            times_millis: Vec::new(),
            duration_millis: 0,
        }
    }

    /// When a frame is shown; for one whose time was not noted, when the one before is.
    fn time_millis(&mut self, index: usize) -> u64 {
        self.read_on();
        let known = self.times_millis.get(index).or(self.times_millis.last());
        known.copied().unwrap_or(0)
    }

    fn read_on(&mut self) {
        let mut chunk = vec![0; 1 << 12];
        while let Ok(bytes @ 1..) = self.file.read_at(&mut chunk, self.read_to) {
            self.read_to += bytes as u64;
            for byte in &chunk[..bytes] {
                if *byte == b'\n' {
                    self.take_line();
                } else {
                    self.rest.push(*byte);
                }
            }
        }
    }

    fn take_line(&mut self) {
        let line = std::mem::take(&mut self.rest);
        let Ok(line) = str::from_utf8(&line) else {
            return;
        };
        if line.starts_with("frame:") {
            let seconds = line.split_once("pts_time:").and_then(|(_, time)| {
                let seconds = time.trim().parse::<f64>().ok()?;
                Some(seconds.max(0.0))
            });
            let before = self.times_millis.last().copied().unwrap_or(0);
            self.times_millis.push(seconds.map_or(before, millis));
        } else if let Some(given) = line.strip_prefix("  Duration: ") {
            let clock = given.split(',').next().unwrap_or_default();
            self.duration_millis = clock_millis(clock).unwrap_or(0);
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float that is too large becomes the largest integer, and none is below zero"
)]
fn millis(seconds: f64) -> u64 {
    (seconds.max(0.0) * 1000.0).round() as u64
}

/// Hours, minutes and seconds with a fraction: `00:01:00.04`.
fn clock_millis(clock: &str) -> Option<u64> {
    let mut parts = clock.trim().splitn(3, ':');
    let hours: u64 = parts.next()?.parse().ok()?;
    let minutes: u64 = parts.next()?.parse().ok()?;
    let seconds: f64 = parts.next()?.parse().ok()?;
    let whole = hours
        .checked_mul(60)?
        .checked_add(minutes)?
        .checked_mul(60_000)?;
    whole.checked_add(millis(seconds))
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::ops::ControlFlow;

    use proptest::prelude::*;

    use super::{Looked, clock_millis, read_frames};
    use crate::Kind;
    use crate::picture::{Ended, PictureLimits, Refusal};

    fn file_of(words: &[u8]) -> std::fs::File {
        let memory = rustix::fs::memfd_create("notes", rustix::fs::MemfdFlags::CLOEXEC);
        let mut file = std::fs::File::from(memory.expect("memory"));
        file.write_all(words).expect("memory takes it");
        file
    }

    fn read(
        sent: &[u8],
        words: &[u8],
        limits: &PictureLimits,
    ) -> (Result<Looked, Refusal>, Vec<u64>) {
        let mut times = Vec::new();
        let looked = read_frames(Kind::Mp4, sent, &file_of(words), limits, &mut |raster| {
            times.push(raster.time_millis);
            ControlFlow::Continue(())
        });
        (looked, times)
    }

    const FRAME: &[u8] = b"P6\n2 1\n255\n\n\n\n\n\n\n";

    #[test]
    fn frames_are_read_with_their_times() {
        let words =
            b"  Duration: 00:01:00.04, start: 0.0\nframe:0    pts:0       pts_time:0\nw=1\n\
            [h264] a complaint\nframe:1    pts:128000  pts_time:10.5\nw=1\n";
        let (looked, times) = read(&FRAME.repeat(3), words, &PictureLimits::default());
        let looked = looked.expect("whole");
        assert_eq!((looked.width, looked.height, looked.frames), (2, 1, 3));
        assert_eq!(looked.duration_millis, 60_040);
        assert_eq!(looked.ended, Ended::Whole);
        assert_eq!(times, [0, 10_500, 10_500]);
    }

    #[test]
    fn inv_10_frames_are_taken_up_to_the_limit() {
        let limits = |frames_max, pixels_max| PictureLimits {
            pixels_max,
            frames_max,
            ..PictureLimits::default()
        };
        let (looked, times) = read(&FRAME.repeat(3), b"", &limits(3, 2));
        assert_eq!(looked.expect("whole").ended, Ended::Whole);
        assert_eq!(times.len(), 3);
        let (looked, times) = read(&FRAME.repeat(3), b"", &limits(2, 2));
        assert_eq!(looked.expect("in part").ended, Ended::AtFramesMax);
        assert_eq!(times.len(), 2);
        let (looked, _) = read(FRAME, b"", &limits(3, 1));
        assert!(
            matches!(looked, Err(Refusal::TooLarge { .. })),
            "{looked:?}"
        );
    }

    #[test]
    fn a_pipe_that_breaks_is_told() {
        let (looked, _) = read(&FRAME.repeat(2)[..20], b"", &PictureLimits::default());
        assert_eq!(looked.expect("one frame").ended, Ended::Whole);
        let (looked, _) = read(&FRAME.repeat(2)[..30], b"", &PictureLimits::default());
        assert_eq!(looked.expect("one frame").ended, Ended::Broken);
        let (looked, _) = read(b"", b"", &PictureLimits::default());
        assert!(matches!(looked, Err(Refusal::Broken { .. })), "{looked:?}");
    }

    #[test]
    fn clocks_are_read() {
        assert_eq!(clock_millis("10:02:03.5"), Some(36_123_500));
        for bad in ["N/A", "", "1:2", "99999999999999999999:0:0"] {
            assert_eq!(clock_millis(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn hostile_pipes_and_notes_are_read_to_an_end(
            mut sent in proptest::collection::vec(any::<u8>(), 0..64),
            words in proptest::collection::vec(any::<u8>(), 0..64),
        ) {
            sent.splice(..0, FRAME.iter().copied());
            let (looked, _) = read(&sent, &words, &PictureLimits::default());
            prop_assert!(looked.is_ok());
        }
    }
}
