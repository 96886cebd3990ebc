//! Key frames of a video through the real cage, beside vPDQ at one hash a second.

use std::fs;
use std::path::Path;
use std::process::Command;

use media::cage::{Cage, CageConfig, Opened};
use serde::Deserialize;

use crate::failure::Failure;
use crate::figure::{percentile, print};
use crate::place::Place;
use crate::{program, venv};

const BENCH: &str = "video";
/// How often the video is opened.
const ROUNDS: usize = 7;
const PEER: &str = include_str!("../peers/video.py");
/// Clock ticks of /proc in a second: 100 on every Linux that Rust runs on.
const TICKS_PER_SECOND: f64 = 100.0;

/// What the peer says.
#[derive(Debug, Deserialize)]
struct PeerTimes {
    cpu_seconds: f64,
    hashes: usize,
}

/// `seconds` is how long the video plays. The peer's package is compiled when it is installed: it
/// takes a C++ compiler, pkg-config and the development files of FFmpeg's libraries.
pub(crate) fn run(place: &Place, seconds: usize, peer: bool) -> Result<(), Failure> {
    let path = place.path("video.mp4");
    if !path.exists() {
        film(seconds, &path)?;
    }
    let bytes = fs::read(&path).map_err(Failure::at(&path))?;
    let plays_seconds = f64::from(u32::try_from(seconds).unwrap_or(u32::MAX));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Failure::Runtime)?;
    let config = CageConfig::new(program::watchfire()?, vec!["cage".to_owned()]);
    let mut streams = Vec::new();
    let mut frames = 0;
    for _ in 0..ROUNDS {
        let cage = Cage::new(config.clone());
        let start = cpu_seconds()?;
        let opened = runtime.block_on(cage.open(bytes.as_slice()));
        let Ok((Opened::Looked { .. }, answers)) = opened else {
            return Err(Failure::Unexpected { what: "the cage" });
        };
        frames = answers.len();
        streams.push(plays_seconds / (cpu_seconds()? - start));
    }
    streams.sort_by(f64::total_cmp);
    let rate = percentile(&streams, 50);
    print(
        BENCH,
        "key frames of 720p H.264",
        rate,
        "streams a core",
        ROUNDS,
    )?;
    print(
        BENCH,
        "key frames looked at",
        crate::figure::per(frames, 1.0),
        "frames",
        1,
    )?;
    if peer {
        let mut python = venv::python(place.dir(), "video.py", PEER, &["vpdq"])?;
        let printed = venv::succeed(python.arg(&path))?;
        let times: PeerTimes =
            serde_json::from_str(printed.trim()).map_err(|_| Failure::Unexpected {
                what: "the peer's script",
            })?;
        let theirs = plays_seconds / times.cpu_seconds;
        let metric = "peer vPDQ, one hash a second";
        print(BENCH, metric, theirs, "streams a core", times.hashes)?;
        print(BENCH, "times the peer's speed", rate / theirs, "times", 1)?;
    }
    Ok(())
}

/// Patterns that move, with a cut every ten seconds or so.
fn film(seconds: usize, path: &Path) -> Result<(), Failure> {
    let part = seconds.div_ceil(3);
    let graph = format!(
        "testsrc2=size=1280x720:rate=25:duration={part}[a];\
         mandelbrot=size=1280x720:rate=25:end_pts=400,trim=duration={part}[b];\
         gradients=size=1280x720:rate=25:speed=0.05,trim=duration={part}[c];\
         [a][b][c]concat=n=3,format=yuv420p[out]"
    );
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg
        .args([
            "-nostdin",
            "-loglevel",
            "error",
            "-y",
            "-filter_complex",
            &graph,
        ])
        .args(["-map", "[out]", "-t", &seconds.to_string()])
        .args(["-c:v", "libx264", "-preset", "veryfast"])
        .arg(path);
    venv::succeed(&mut ffmpeg).map(drop)
}

/// Processor seconds of this process and of those it started that have ended.
fn cpu_seconds() -> Result<f64, Failure> {
    let path = "/proc/self/stat";
    let stat = fs::read_to_string(path).map_err(Failure::at(path))?;
    // The name in parentheses may hold spaces; the fields after it do not.
    let after = stat.rsplit_once(')').map_or("", |(_, after)| after);
    let ticks = after.split_whitespace().skip(11).take(4);
    let ticks: f64 = ticks.filter_map(|field| field.parse::<f64>().ok()).sum();
    Ok(ticks / TICKS_PER_SECOND)
}
