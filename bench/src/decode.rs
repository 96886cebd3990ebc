//! Pictures decoded and hashed on one core, beside Pillow and pdqhash.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::Command;

use fingerprint::pdq::{Hasher, Layout, Pixels};
use media::picture::{PictureLimits, look};
use model::PdqInput;
use serde::Deserialize;

use crate::failure::Failure;
use crate::figure::{per, percentile, print};
use crate::own_usage::cpu_seconds;
use crate::place::Place;
use crate::venv;

const BENCH: &str = "decode";
/// Each picture: its name, its size, how FFmpeg encodes it, and after how many rounds the clock is
/// read (it counts hundredths of a second).
const PICTURES: [(&str, &str, &[&str], usize); 4] = [
    ("1080p.jpg", "1920x1080", &["-q:v", "4"], 40),
    ("1080p.png", "1920x1080", &["-pix_fmt", "rgb24"], 20),
    ("512.jpg", "512x512", &["-q:v", "4"], 250),
    ("512.png", "512x512", &["-pix_fmt", "rgb24"], 150),
];
/// Readings of the clock for each picture.
const READINGS: usize = 7;
/// What the peer is made of.
const PACKAGES: [&str; 3] = ["numpy", "pillow", "pdqhash"];
const PEER: &str = include_str!("../peers/decode.py");
/// How often the peer does each picture.
const PEER_ROUNDS: &str = "15";

/// What the peer says of a picture.
#[derive(Debug, Deserialize)]
struct PeerTimes {
    decode_millis: f64,
    whole_millis: f64,
    hash: String,
}

pub(crate) fn run(place: &Place, peer: bool) -> Result<(), Failure> {
    let mut paths = Vec::new();
    let mut hashes = Vec::new();
    for (name, size, encoding, rounds) in PICTURES {
        let path = place.path(name);
        draw(size, encoding, &path)?;
        let bytes = fs::read(&path).map_err(Failure::at(&path))?;
        hashes.push(measure(name, &bytes, rounds)?);
        paths.push(path);
    }
    if peer {
        run_peer(place, &paths, &hashes)?;
    }
    Ok(())
}

/// A picture of many details: one frame of FFmpeg's Mandelbrot set.
fn draw(size: &str, encoding: &[&str], path: &Path) -> Result<(), Failure> {
    let pattern = format!("mandelbrot=size={size}:start_scale=0.8");
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg
        .args(["-nostdin", "-loglevel", "error", "-y", "-f", "lavfi"])
        .args(["-i", &pattern, "-frames:v", "1"])
        .args(encoding)
        .arg(path);
    venv::succeed(&mut ffmpeg).map(drop)
}

/// Prints CPU milliseconds of decoding alone and with the hash, and gives the hash.
fn measure(name: &str, bytes: &[u8], rounds: usize) -> Result<String, Failure> {
    let mut hasher = Hasher::new();
    let mut hash = String::new();
    let limits = PictureLimits::default();
    for hashes in [false, true] {
        let mut millis = Vec::new();
        for _ in 0..READINGS {
            let start = cpu_seconds()?;
            for _ in 0..rounds {
                let looked = look(bytes, &limits, &mut |raster| {
                    if hashes {
                        let (bytes, layout) = match raster.pixels {
                            media::Pixels::Grey(bytes) => (bytes, Layout::Grey),
                            media::Pixels::Rgb(bytes) => (bytes, Layout::Rgb),
                        };
                        let (width, height) = (raster.width as usize, raster.height as usize);
                        if let Ok(pixels) = Pixels::new(bytes, layout, width, height) {
                            hash = hasher.hash(&pixels, PdqInput::Full).hash.to_string();
                        }
                    }
                    std::hint::black_box(raster);
                    ControlFlow::Continue(())
                });
                looked.map_err(|_| Failure::Unexpected { what: "a decoder" })?;
            }
            millis.push((cpu_seconds()? - start) * 1000.0 / per(rounds, 1.0));
        }
        millis.sort_by(f64::total_cmp);
        let what = if hashes { "decode and hash" } else { "decode" };
        let n = READINGS * rounds;
        let middle = percentile(&millis, 50);
        print(BENCH, &format!("{name}, {what}: p50"), middle, "CPU ms", n)?;
        if hashes {
            let rate = 1000.0 / middle;
            print(
                BENCH,
                &format!("{name}, {what}"),
                rate,
                "pictures/s a core",
                n,
            )?;
        }
    }
    Ok(hash)
}

fn run_peer(place: &Place, paths: &[PathBuf], hashes: &[String]) -> Result<(), Failure> {
    let mut python = venv::python(place.dir(), "decode.py", PEER, &PACKAGES)?;
    let printed = venv::succeed(python.arg(PEER_ROUNDS).args(paths))?;
    for ((line, (name, ..)), ours) in printed.lines().zip(PICTURES).zip(hashes) {
        let times: PeerTimes = serde_json::from_str(line).map_err(|_| Failure::Unexpected {
            what: "the peer's script",
        })?;
        for (what, millis) in [
            ("decode", times.decode_millis),
            ("decode and hash", times.whole_millis),
        ] {
            let metric = format!("peer Pillow and pdqhash, {name}, {what}: p50");
            print(BENCH, &metric, millis, "CPU ms", 15)?;
        }
        let metric = format!("{name}, bits that differ from the peer's");
        print(BENCH, &metric, differing_bits(ours, &times.hash), "bits", 1)?;
    }
    Ok(())
}

/// The bits in which two hashes in hexadecimal digits differ.
fn differing_bits(one: &str, other: &str) -> f64 {
    let digits = one.chars().zip(other.chars());
    let bits = digits.map(|(one, other)| {
        let (one, other) = (one.to_digit(16), other.to_digit(16));
        (one.unwrap_or(0) ^ other.unwrap_or(0)).count_ones()
    });
    f64::from(bits.sum::<u32>())
}
