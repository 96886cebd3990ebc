//! Made-up pictures: patterns alone, of any size, in grey or in colour.

use fingerprint::pdq::{Layout, Pixels};

use crate::failure::Failure;

/// A stream of numbers from a seed (`SplitMix64`).
#[derive(Debug)]
pub(crate) struct Stream(u64);

impl Stream {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`.
    pub(crate) const fn below(&mut self, end: u64) -> u64 {
        (self.next() >> 16) % end
    }
}

/// A picture in memory.
#[derive(Debug)]
pub(crate) struct Picture {
    pub(crate) bytes: Vec<u8>,
    pub(crate) layout: Layout,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Picture {
    pub(crate) fn pixels(&self) -> Result<Pixels<'_>, Failure> {
        let (width, height) = (self.width as usize, self.height as usize);
        Pixels::new(&self.bytes, self.layout, width, height).map_err(Failure::Pixels)
    }
}

/// What a picture is drawn with.
struct Brush {
    kind: u64,
    /// Amounts, each up to 4095.
    amounts: [u64; 8],
    cell: u64,
}

/// Draws a picture: ramps, fields, rings, waves, noise, or faint specks on one colour.
pub(crate) fn draw(stream: &mut Stream, layout: Layout, width: u32, height: u32) -> Picture {
    let brush = Brush {
        kind: stream.below(6),
        amounts: std::array::from_fn(|_| stream.below(4096)),
        cell: 1 + stream.below(40),
    };
    let mut bytes = Vec::with_capacity(width as usize * height as usize * layout.bytes());
    for y in 0..u64::from(height) {
        for x in 0..u64::from(width) {
            let place = Place {
                x,
                y,
                along: x * 4096 / u64::from(width),
                down: y * 4096 / u64::from(height),
            };
            let mut noise = stream.next();
            for shift in &brush.amounts[4..][..layout.bytes()] {
                let value = brush.value(&place, *shift, noise);
                bytes.push(value.to_le_bytes()[0]);
                noise >>= 8;
            }
        }
    }
    Picture {
        bytes,
        layout,
        width,
        height,
    }
}

/// A pixel's place: in pixels, and in parts of 4096 of either side.
struct Place {
    x: u64,
    y: u64,
    along: u64,
    down: u64,
}

impl Brush {
    fn value(&self, place: &Place, shift: u64, noise: u64) -> u64 {
        let Place { x, y, along, down } = place;
        let [one, two, three, four, ..] = self.amounts;
        let value = match self.kind {
            0 => (along * one + down * two) / 131_072 + shift / 64,
            1 => (x / self.cell + y / self.cell) % 2 * (100 + one / 64) + shift / 64,
            2 => {
                let square = along.abs_diff(one).pow(2) + down.abs_diff(two).pow(2);
                square / (1000 + 4 * three + shift / 8) % 256
            }
            3 => {
                let waves = wave(along * (1 + one / 512) + shift) + wave(down * (1 + two / 512));
                waves.midpoint(noise % 8)
            }
            4 => noise % 256,
            _ if noise.is_multiple_of(64) => three / 20 + four / 400,
            _ => three / 20,
        };
        value.min(255)
    }
}

/// A triangle wave of period 4096 between 0 and 255.
const fn wave(at: u64) -> u64 {
    (at % 4096).abs_diff(2048) * 255 / 2048
}
