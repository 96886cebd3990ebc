//! PDQ, bit for bit as its reference computes it, from pixels that somebody else decoded.
//!
//! Written from the published description (facebook/ThreatExchange, `pdq/`), without its code:
//! luma, two rounds of box filters along rows and columns, 64 × 64 samples, a cosine transform of
//! which 16 × 16 slots are kept, one bit for each slot above the median. On equal pixels the hash
//! and the quality are those of the reference, because every sum is taken in its order and in its
//! width of number; the order of the work is another one, so that a picture passes the cache once.

mod block;
mod border;
mod luma;
mod pixels;
mod tent;

use model::{Pdq, PdqInput};

pub use block::{DIHEDRALS, Dihedral};
pub use border::{BORDER_TOLERANCE, Crop, without_border};
pub use pixels::{Layout, Pixels, PixelsError};

use block::{Block, Image64};
use luma::Arithmetic;
use tent::Tent;

/// The name of the algorithm, as answers give it.
pub const ALGORITHM: &str = "pdq";
/// The version of this implementation: it changes whenever a hash or a quality would.
pub const VERSION: u32 = 1;
/// A picture with a shorter side has the hash zero and the quality 0, as the reference has it.
pub const SIDE_PX_MIN: usize = 5;
/// The side to which [`PdqInput::Resized512`] brings a picture that is longer on either side.
pub const RESIZED_SIDE_PX: usize = 512;

/// A hash of a picture, and what it was made by and of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PdqAnswer {
    /// The hash.
    pub hash: Pdq,
    /// How much the picture has to tell, 0 to 100. Below `model::PDQ_QUALITY` the hash says
    /// nothing.
    pub quality: u8,
    /// Which pixels it was computed from.
    pub input: PdqInput,
    /// [`ALGORITHM`].
    pub algorithm: &'static str,
    /// [`VERSION`].
    pub version: u32,
}

/// A hash of a picture and of all the ways to turn and flip it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DihedralAnswer {
    /// The picture as it stands.
    pub upright: PdqAnswer,
    /// Its eight hashes, in the order of [`DIHEDRALS`]; the first is the upright one.
    pub hashes: [Pdq; 8],
}

impl DihedralAnswer {
    /// The answer for the picture turned or flipped in one way.
    pub const fn turned(&self, way: Dihedral) -> PdqAnswer {
        PdqAnswer {
            hash: self.hashes[way as usize],
            ..self.upright
        }
    }
}

/// Which part of a picture was asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// What a uniform border encloses.
    WithoutBorder(Crop),
}

/// Which ways of turning a picture are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turns {
    /// As it stands.
    Upright,
    /// As it stands, and its mirror image.
    Mirror,
    /// All eight.
    All,
}

/// One hash to look up for a picture, and what it stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Query {
    /// The part that was hashed.
    pub part: Part,
    /// How it was turned.
    pub way: Dihedral,
    /// Its hash.
    pub answer: PdqAnswer,
}

/// Hashes pictures, one after the other, in buffers that it keeps.
#[derive(Debug, Default)]
pub struct Hasher {
    tent: Tent,
    resized: Vec<u8>,
}

impl Hasher {
    /// A hasher with empty buffers.
    pub fn new() -> Self {
        Self::default()
    }

    /// The hash of a picture.
    ///
    /// [`PdqInput::Full`] is what HMA and the Python packages compute: luma rounded once from the
    /// exact sum. [`PdqInput::Resized512`] is what the C++ tool computes: the nearest pixel of a
    /// 512 × 512 grid where either side is longer, and luma in single precision throughout.
    pub fn hash(&mut self, pixels: &Pixels, input: PdqInput) -> PdqAnswer {
        let image = self.image64(pixels, input, Small::Copied);
        image.map_or(answer(ZERO, 0, input), |image| upright(&image, input).0)
    }

    /// The hashes of a picture and of the seven other ways to turn or flip it, from one transform.
    ///
    /// They are those of the pixels' transform, not of a turned file: 0 to 8 bits lie between.
    pub fn dihedral(&mut self, pixels: &Pixels, input: PdqInput) -> DihedralAnswer {
        let Some(image) = self.image64(pixels, input, Small::Copied) else {
            return DihedralAnswer {
                upright: answer(ZERO, 0, input),
                hashes: [ZERO; 8],
            };
        };
        let (upright, mut block) = upright(&image, input);
        if is_small(pixels) {
            // The reference's own exception: it filters a picture of 64 × 64 for these hashes, and
            // takes it as it is for the upright one.
            let filtered = self.image64(pixels, input, Small::Filtered);
            block = filtered.map_or(block, |image| Block::of(&image));
        }
        let mut hashes = [upright.hash; 8];
        for (hash, way) in hashes.iter_mut().zip(DIHEDRALS).skip(1) {
            *hash = block.turned(way).hash();
        }
        DihedralAnswer { upright, hashes }
    }

    /// The hashes to look up for a picture: whole, and without its border where it has one.
    pub fn queries(&mut self, pixels: &Pixels, input: PdqInput, turns: Turns) -> Vec<Query> {
        let mut queries = Vec::new();
        self.query_part(Part::Whole, pixels, input, turns, &mut queries);
        if let Some(crop) = without_border(pixels) {
            let inside = pixels.cropped(&crop);
            let part = Part::WithoutBorder(crop);
            self.query_part(part, &inside, input, turns, &mut queries);
        }
        queries
    }

    fn query_part(
        &mut self,
        part: Part,
        pixels: &Pixels,
        input: PdqInput,
        turns: Turns,
        queries: &mut Vec<Query>,
    ) {
        let ways: &[Dihedral] = match turns {
            Turns::Upright => &[Dihedral::Upright],
            Turns::Mirror => &[Dihedral::Upright, Dihedral::FlipY],
            Turns::All => &DIHEDRALS,
        };
        let turned = self.dihedral(pixels, input);
        queries.extend(ways.iter().map(|way| Query {
            part,
            way: *way,
            answer: turned.turned(*way),
        }));
    }

    /// The 64 × 64 samples that everything else is computed from; none of a picture too small.
    fn image64(&mut self, pixels: &Pixels, input: PdqInput, small: Small) -> Option<Image64> {
        let (width, height) = (pixels.width(), pixels.height());
        if width.min(height) < SIDE_PX_MIN {
            return None;
        }
        let arithmetic = match input {
            PdqInput::Full => Arithmetic::Exact,
            PdqInput::Resized512 => Arithmetic::Single,
        };
        let resized;
        let pixels = if input == PdqInput::Resized512 && width.max(height) > RESIZED_SIDE_PX {
            resized = pixels.nearest(RESIZED_SIDE_PX, &mut self.resized);
            &resized
        } else {
            pixels
        };
        if small == Small::Copied && is_small(pixels) {
            let mut image = [[0.0; 64]; 64];
            for (y, row) in image.iter_mut().enumerate() {
                luma::row(pixels.row(y), pixels.layout(), arithmetic, row);
            }
            return Some(image);
        }
        Some(self.tent.image64(pixels, arithmetic))
    }
}

/// What becomes of a picture that has the size of the samples already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Small {
    Copied,
    Filtered,
}

/// The hash of what has nothing to tell.
const ZERO: Pdq = Pdq::new([0; 32]);

const fn is_small(pixels: &Pixels) -> bool {
    pixels.width() == 64 && pixels.height() == 64
}

fn upright(image: &Image64, input: PdqInput) -> (PdqAnswer, Block) {
    let block = Block::of(image);
    (answer(block.hash(), block::quality(image), input), block)
}

const fn answer(hash: Pdq, quality: u8, input: PdqInput) -> PdqAnswer {
    PdqAnswer {
        hash,
        quality,
        input,
        algorithm: ALGORITHM,
        version: VERSION,
    }
}

#[cfg(test)]
pub(crate) mod patterns;
#[cfg(test)]
#[path = "pdq/pdq_tests.rs"]
mod tests;
