//! PDQ beside its reference on the same pixels: how many hashes and qualities are equal.

use std::collections::BTreeMap;

use fingerprint::pdq::{Hasher, Layout, PdqAnswer};
use model::PdqInput;

use crate::failure::Failure;
use crate::figure::{per, print};
use crate::pdq_peer::Peer;
use crate::pictures::{self, Picture, Stream};
use crate::place::Place;

const BENCH: &str = "pdq-conformance";
/// The sizes that come first: the ends of the range, and where the filters or the input change.
const FIRST: [(u32, u32); 16] = [
    (5, 5),
    (8000, 6000),
    (6000, 8000),
    (5, 8000),
    (8000, 5),
    (64, 64),
    (64, 65),
    (63, 64),
    (128, 128),
    (129, 128),
    (128, 129),
    (256, 257),
    (512, 512),
    (513, 512),
    (512, 513),
    (1920, 1080),
];
/// The longest sides of the others.
const SIDES_MAX: (u32, u32) = (8000, 6000);

pub(crate) fn run(place: &Place, count: usize, seed: u64) -> Result<(), Failure> {
    let mut stream = Stream::new(seed);
    let mut peer = Peer::start(place)?;
    let mut hasher = Hasher::new();
    let mut equal: BTreeMap<&str, usize> = BTreeMap::new();
    for index in 0..count {
        let picture = picture(&mut stream, index);
        let pixels = picture.pixels()?;
        let peer = peer.hash(&picture)?;
        let turned = hasher.dihedral(&pixels, PdqInput::Full);
        let resized = hasher.hash(&pixels, PdqInput::Resized512);
        let printed = turned.hashes.map(|hash| hash.to_string());
        let (full_hash, full_quality) = is_same(&turned.upright, &peer.full);
        let (resized_hash, resized_quality) = is_same(&resized, &peer.resized);
        for (what, is_equal) in [
            ("compute: distance 0", full_hash),
            ("compute: equal quality", full_quality),
            (
                "compute_dihedral: all eight at distance 0",
                printed[..] == peer.turned.0,
            ),
            (
                "compute_dihedral: equal quality",
                turned.upright.quality == peer.turned.1,
            ),
            ("C++ tool, resized to 512: distance 0", resized_hash),
            ("C++ tool, resized to 512: equal quality", resized_quality),
        ] {
            *equal.entry(what).or_default() += usize::from(is_equal);
        }
    }
    for (what, equal) in equal {
        print(BENCH, what, per(equal, 1.0), "pictures", count)?;
    }
    peer.stop()
}

fn is_same(answer: &PdqAnswer, peer: &(String, u8)) -> (bool, bool) {
    (answer.hash.to_string() == peer.0, answer.quality == peer.1)
}

fn picture(stream: &mut Stream, index: usize) -> Picture {
    let layout = if stream.below(2) == 0 {
        Layout::Grey
    } else {
        Layout::Rgb
    };
    let (width, height) = FIRST.get(index).copied().unwrap_or_else(|| {
        let width = side(stream, SIDES_MAX.0);
        (width, side(stream, SIDES_MAX.1))
    });
    pictures::draw(stream, layout, width, height)
}

/// A side from 5 to `longest`: each doubling as likely as the next.
fn side(stream: &mut Stream, longest: u32) -> u32 {
    let doublings = 1 + stream.below(u64::from((longest / 5).ilog2()) + 1);
    let end = (5_u64 << doublings).min(u64::from(longest));
    let start = (5_u64 << (doublings - 1)).min(end - 1);
    let side = start + stream.below(end - start + 1);
    u32::try_from(side).unwrap_or(longest)
}
