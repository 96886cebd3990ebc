//! PDQ on one core: CPU milliseconds of a picture's hash, from decoded pixels.

use fingerprint::pdq::{Hasher, Layout};
use model::PdqInput;

use crate::failure::Failure;
use crate::figure::{percentile, print};
use crate::own_usage::cpu_seconds;
use crate::pdq_peer::Peer;
use crate::pictures::{self, Picture, Stream};
use crate::place::Place;

const BENCH: &str = "pdq";
/// The sizes measured, and after how many pictures the clock is read: it counts hundredths of
/// a second.
const SIZES: [(u32, u32, usize); 2] = [(1920, 1080, 100), (512, 512, 800)];
/// Different pictures of each size.
const PICTURES: usize = 5;
/// Readings of the clock for each size; the median and the least of them are printed.
const READINGS: usize = 9;

pub(crate) fn run(place: &Place, seed: u64, peer: bool) -> Result<(), Failure> {
    let mut stream = Stream::new(seed);
    let mut peer = peer.then(|| Peer::start(place)).transpose()?;
    for (width, height, repeats) in SIZES {
        let pictures: Vec<Picture> = (0..PICTURES)
            .map(|_| pictures::draw(&mut stream, Layout::Rgb, width, height))
            .collect();
        let mut hasher = Hasher::new();
        for (name, input) in [("full", PdqInput::Full), ("resized", PdqInput::Resized512)] {
            let what = format!("{width} × {height} RGB, {name}");
            measure(&what, &pictures, repeats, |picture| {
                std::hint::black_box(hasher.hash(&picture.pixels()?, input));
                Ok(())
            })?;
        }
        let what = format!("{width} × {height} RGB, full, with the seven turned hashes");
        measure(&what, &pictures, repeats, |picture| {
            std::hint::black_box(hasher.dihedral(&picture.pixels()?, PdqInput::Full));
            Ok(())
        })?;
        if let Some(peer) = &mut peer {
            let mut millis = Vec::new();
            for picture in pictures.iter().cycle().take(READINGS) {
                millis.push(peer.hash(picture)?.cpu_millis);
            }
            let what = format!("peer pdqhash, {width} × {height} RGB, full");
            print_millis(&what, &mut millis, 1)?;
        }
    }
    peer.map_or(Ok(()), Peer::stop)
}

/// Prints the CPU milliseconds of one picture. What a picture goes through is `work`'s: its hash
/// from pixels, or its decoding too.
fn measure<P>(
    what: &str,
    pictures: &[P],
    repeats: usize,
    mut work: impl FnMut(&P) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut millis = Vec::new();
    for _ in 0..READINGS {
        let start = cpu_seconds()?;
        for picture in pictures.iter().cycle().take(repeats) {
            work(picture)?;
        }
        let spent = cpu_seconds()? - start;
        millis.push(spent * crate::figure::per(1000, crate::figure::per(repeats, 1.0)));
    }
    print_millis(what, &mut millis, repeats)
}

fn print_millis(what: &str, millis: &mut [f64], repeats: usize) -> Result<(), Failure> {
    millis.sort_by(f64::total_cmp);
    let n = millis.len() * repeats;
    let least = millis.first().copied().unwrap_or_default();
    print(
        BENCH,
        &format!("{what}: p50"),
        percentile(millis, 50),
        "CPU ms",
        n,
    )?;
    print(BENCH, &format!("{what}: least"), least, "CPU ms", n)
}
