//! Harmless pictures: landscapes, shapes, stripes and gradients, made of numbers alone.

use crate::dice::{Dice, Stream};
use crate::png::png;

/// How large pictures are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PictureSize {
    /// No bytes at all: for workloads that need only the documents.
    Empty,
    /// 5 to 9 kB.
    #[default]
    Small,
    /// 5 to 150 kB, most of them small.
    Natural,
    /// Exactly this many bytes (at least 400).
    Exactly(usize),
}

/// A picture: 24-bit colours, row by row.
struct Canvas {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Canvas {
    fn new(width: u32, height: u32, mut colour: impl FnMut(u32, u32) -> [u8; 3]) -> Self {
        let mut pixels = Vec::with_capacity(width as usize * height as usize * 3);
        for y in 0..height {
            for x in 0..width {
                pixels.extend_from_slice(&colour(x, y));
            }
        }
        Self {
            width,
            height,
            pixels,
        }
    }

    /// Changes the picture as little as its copies differ.
    fn alter(&mut self, copy: u32) {
        let lift = u8::try_from(copy / 3 % 6 + 2).unwrap_or(2);
        match copy % 3 {
            0 => {}
            1 => {
                for channel in &mut self.pixels {
                    *channel = channel.saturating_add(lift);
                }
            }
            _ => {
                // A square of a twelfth of the width, as a watermark is.
                let side = usize::try_from(self.width / 12).unwrap_or(1) * 3;
                let row = usize::try_from(self.width).unwrap_or(1).max(1) * 3;
                for line in self.pixels.chunks_mut(row).take(side / 3) {
                    for channel in line.iter_mut().take(side) {
                        *channel = lift * 20;
                    }
                }
            }
        }
    }
}

/// The PNG of picture `number` in the world of `seed`: the same bytes each time for the same copy.
///
/// Copy 0 is the picture. Of the others a third hold the same pixels in other bytes, a third are a
/// little lighter, a third carry a mark in a corner: a person sees the same picture.
pub(crate) fn picture(seed: u64, number: u64, copy: u32, size: PictureSize) -> Vec<u8> {
    let mut dice = Dice::new(seed, Stream::Picture, number);
    let (width, height, exactly) = match size {
        PictureSize::Empty => return Vec::new(),
        PictureSize::Small => (dice.between(48, 60), dice.between(36, 50), None),
        PictureSize::Natural => {
            let scale = [1, 1, 1, 1, 2, 2, 3, 4][dice.between(0, 7) as usize];
            (
                scale * dice.between(48, 60),
                scale * dice.between(36, 50),
                None,
            )
        }
        PictureSize::Exactly(bytes) => {
            let square = side_of(bytes);
            (square, square, Some(bytes))
        }
    };
    let mut canvas = match dice.between(0, 3) {
        0 => landscape(&mut dice, width, height),
        1 => shapes(&mut dice, width, height),
        2 => stripes(&mut dice, width, height),
        _ => grain(&mut dice, width, height),
    };
    canvas.alter(copy);
    png(canvas.width, canvas.height, &canvas.pixels, copy, exactly)
}

/// The side of the largest square picture that leaves room for the filler.
fn side_of(bytes: usize) -> u32 {
    let room = bytes.saturating_sub(120 + bytes / 8000);
    let mut side = 1_u32;
    while (3 * (side as usize + 1) + 1) * (side as usize + 1) <= room && side < 4096 {
        side += 1;
    }
    side
}

fn colour(dice: &mut Dice) -> [u8; 3] {
    let [r, g, b, ..] = dice.bits().to_le_bytes();
    [r, g, b]
}

/// The colour `part` of `whole` on the way from one colour to another.
fn blend(from: [u8; 3], to: [u8; 3], part: u32, whole: u32) -> [u8; 3] {
    let whole = whole.max(1);
    let part = part.min(whole);
    std::array::from_fn(|at| {
        let sum = u32::from(from[at]) * (whole - part) + u32::from(to[at]) * part;
        u8::try_from(sum / whole).unwrap_or(u8::MAX)
    })
}

/// A sky, a sun, and three ranges of hills.
fn landscape(dice: &mut Dice, width: u32, height: u32) -> Canvas {
    let (sky, dawn, sun) = (colour(dice), colour(dice), colour(dice));
    let (sun_x, sun_y, sun_r) = (
        dice.between(0, width),
        dice.between(0, height / 2),
        dice.between(3, height / 6 + 3),
    );
    let hills: Vec<([u8; 3], Vec<u32>)> = (1..=3)
        .map(|range| {
            (
                colour(dice),
                ridge(dice, width, height * (range + 2) / 6, height / 10 + 1),
            )
        })
        .collect();
    Canvas::new(width, height, |x, y| {
        if let Some((hill, _)) = hills.iter().rev().find(|(_, ridge)| y >= ridge[x as usize]) {
            return *hill;
        }
        if x.abs_diff(sun_x).pow(2) + y.abs_diff(sun_y).pow(2) <= sun_r.pow(2) {
            return sun;
        }
        blend(sky, dawn, y, height)
    })
}

/// The outline of a range of hills: a walk of small steps about `level`.
fn ridge(dice: &mut Dice, width: u32, level: u32, reach: u32) -> Vec<u32> {
    let mut at = level;
    (0..width)
        .map(|_| {
            let step = dice.between(0, 2);
            at = (at + step)
                .saturating_sub(1)
                .clamp(level.saturating_sub(reach), level + reach);
            at
        })
        .collect()
}

/// Discs and boxes on a plain ground.
fn shapes(dice: &mut Dice, width: u32, height: u32) -> Canvas {
    let ground = colour(dice);
    let shapes: Vec<(bool, u32, u32, u32, [u8; 3])> = (0..dice.between(3, 9))
        .map(|_| {
            (
                dice.chance(500),
                dice.between(0, width),
                dice.between(0, height),
                dice.between(2, height / 3 + 2),
                colour(dice),
            )
        })
        .collect();
    Canvas::new(width, height, |x, y| {
        shapes
            .iter()
            .rev()
            .find(|(round, cx, cy, reach, _)| {
                let (dx, dy) = (x.abs_diff(*cx), y.abs_diff(*cy));
                if *round {
                    dx.pow(2) + dy.pow(2) <= reach.pow(2)
                } else {
                    dx <= *reach && dy <= *reach
                }
            })
            .map_or(ground, |(.., colour)| *colour)
    })
}

/// Slanted stripes of two colours that fade.
fn stripes(dice: &mut Dice, width: u32, height: u32) -> Canvas {
    let (a, b, c) = (colour(dice), colour(dice), colour(dice));
    let (across, down, wide) = (dice.between(0, 4), dice.between(1, 4), dice.between(4, 24));
    Canvas::new(width, height, |x, y| {
        let even = (x * across + y * down) / wide % 2 == 0;
        blend(if even { a } else { b }, c, x + y, (width + height) * 2)
    })
}

/// A gradient with grain, as a camera gives it.
fn grain(dice: &mut Dice, width: u32, height: u32) -> Canvas {
    let (from, to) = (colour(dice), colour(dice));
    let mut noise = vec![0; width as usize * height as usize];
    dice.fill(&mut noise);
    Canvas::new(width, height, |x, y| {
        let lift = noise[(y * width + x) as usize] & 0x0f;
        blend(from, to, x + y, width + height).map(|channel| channel.saturating_add(lift))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_have_the_size_that_was_asked_for() {
        for number in 0..40 {
            assert!((5_000..9_500).contains(&picture(1, number, 0, PictureSize::Small).len()));
            assert!((5_000..150_000).contains(&picture(1, number, 0, PictureSize::Natural).len()));
        }
        for bytes in [400, 1_000, 65_000, 100_000, 262_144] {
            assert_eq!(picture(1, 2, 0, PictureSize::Exactly(bytes)).len(), bytes);
        }
        assert!(picture(1, 2, 0, PictureSize::Empty).is_empty());
    }

    #[test]
    fn a_picture_is_its_number() {
        assert_eq!(
            picture(1, 2, 0, PictureSize::Small),
            picture(1, 2, 0, PictureSize::Small)
        );
        assert_ne!(
            picture(1, 2, 0, PictureSize::Small),
            picture(1, 3, 0, PictureSize::Small)
        );
        assert_ne!(
            picture(1, 2, 0, PictureSize::Small),
            picture(2, 2, 0, PictureSize::Small)
        );
    }

    #[test]
    fn copies_are_other_bytes_and_nearly_the_same_pixels() {
        let original = picture(1, 7, 0, PictureSize::Small);
        for copy in 1..30 {
            let copied = picture(1, 7, copy, PictureSize::Small);
            assert_ne!(original, copied);
            // A chunk more, and otherwise as long: the pixels stand in the same places.
            assert_eq!(copied.len(), original.len() + 16);
            let pixels = |file: &[u8], skip: usize| file[43 + skip..file.len() - 20].to_vec();
            let pairs = pixels(&original, 0).into_iter().zip(pixels(&copied, 16));
            let far = pairs
                .filter(|(one, other)| one.abs_diff(*other) > 8)
                .count();
            assert!(
                far * 30 < original.len(),
                "{copy}: {far} of {}",
                original.len()
            );
            if copy % 3 == 0 {
                assert_eq!(far, 0);
            }
        }
    }
}
