//! Uniform borders around a picture: bars above and below, frames, and what they enclose.

use super::pixels::Pixels;

/// How far a channel may stray from the border's first pixel and still be border: compression
/// leaves its traces even there.
pub const BORDER_TOLERANCE: u8 = 12;
/// What a border encloses has to be this part of either side at least.
const SIDE_PARTS_KEPT: usize = 4;

/// A part of a picture, in pixels from its upper left corner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Crop {
    /// Pixels left of it.
    pub left: usize,
    /// Rows above it.
    pub top: usize,
    /// Pixels in a row of it.
    pub width: usize,
    /// Its rows.
    pub height: usize,
}

/// What a uniform border encloses. None where there is no border, or where a quarter of a side or
/// less would be left: then it is no border but the picture.
pub fn without_border(pixels: &Pixels) -> Option<Crop> {
    let (width, height) = (pixels.width(), pixels.height());
    if width == 0 || height == 0 {
        return None;
    }
    let top = (0..height).take_while(|y| is_line(pixels, 0, *y)).count();
    let below = (top..height).rev();
    let bottom = below
        .take_while(|y| is_line(pixels, height - 1, *y))
        .count();
    let rows = top..height - bottom;
    let sides = |from_right| {
        let colour = rows
            .clone()
            .next()
            .and_then(|y| pixel(pixels, y, 0, from_right));
        rows.clone().fold(width, |least, y| {
            let run = (0..least).take_while(|x| near(pixel(pixels, y, *x, from_right), colour));
            run.count()
        })
    };
    let (left, right) = (sides(false), sides(true));
    let crop = Crop {
        left,
        top,
        width: width.saturating_sub(left + right),
        height: rows.len(),
    };
    let is_kept = |kept: usize, side: usize| kept > side / SIDE_PARTS_KEPT;
    let is_smaller = crop.width < width || crop.height < height;
    (is_smaller && is_kept(crop.width, width) && is_kept(crop.height, height)).then_some(crop)
}

/// Whether row `y` is of one colour, that of the first pixel of row `edge`.
fn is_line(pixels: &Pixels, edge: usize, y: usize) -> bool {
    let colour = pixel(pixels, edge, 0, false);
    let bytes = pixels.layout().bytes();
    pixels
        .row(y)
        .chunks_exact(bytes)
        .all(|pixel| near(Some(pixel), colour))
}

/// The pixel of row `y` that is `x` from the left, or from the right.
fn pixel<'a>(pixels: &Pixels<'a>, y: usize, x: usize, from_right: bool) -> Option<&'a [u8]> {
    let bytes = pixels.layout().bytes();
    let x = if from_right {
        pixels.width().checked_sub(x + 1)?
    } else {
        x
    };
    pixels.row(y).get(x * bytes..(x + 1) * bytes)
}

fn near(one: Option<&[u8]>, two: Option<&[u8]>) -> bool {
    one.zip(two).is_some_and(|(one, two)| {
        one.iter()
            .zip(two)
            .all(|(one, two)| one.abs_diff(*two) <= BORDER_TOLERANCE)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Layout;
    use super::super::patterns::{Pattern, draw};
    use super::*;

    /// A picture in a frame of these widths: left, top, right, bottom.
    fn framed(inside: (usize, usize), frame: [usize; 4], colour: u8) -> (Vec<u8>, usize, usize) {
        let [left, top, right, bottom] = frame;
        let (width, height) = (left + inside.0 + right, top + inside.1 + bottom);
        let drawn = draw(Pattern::Noise, Layout::Rgb, inside.0, inside.1);
        let mut bytes = vec![colour; width * height * 3];
        for (y, row) in drawn.chunks(inside.0 * 3).enumerate() {
            let start = ((top + y) * width + left) * 3;
            bytes[start..start + row.len()].copy_from_slice(row);
        }
        (bytes, width, height)
    }

    #[test]
    fn a_picture_without_a_border_or_of_nothing_else_has_no_crop() {
        let bytes = draw(Pattern::Plasma, Layout::Grey, 40, 30);
        let picture = Pixels::new(&bytes, Layout::Grey, 40, 30).unwrap();
        assert_eq!(without_border(&picture), None);
        let flat = Pixels::new(&[200; 1200], Layout::Grey, 40, 30).unwrap();
        assert_eq!(without_border(&flat), None);
        assert_eq!(
            without_border(&Pixels::new(&[], Layout::Grey, 0, 0).unwrap()),
            None
        );
    }

    #[test]
    fn what_a_border_encloses_has_a_size() {
        let at = framed((40, 26), [0, 37, 0, 37], 0);
        let picture = Pixels::new(&at.0, Layout::Rgb, at.1, at.2).unwrap();
        assert!(without_border(&picture).is_some());
        let past = framed((40, 25), [0, 38, 0, 37], 0);
        let picture = Pixels::new(&past.0, Layout::Rgb, past.1, past.2).unwrap();
        assert_eq!(without_border(&picture), None);
    }

    proptest! {
        #[test]
        fn a_frame_is_taken_off(
            inside in (20_usize..60, 20_usize..60),
            frame in [0_usize..12, 0_usize..12, 0_usize..12, 0_usize..12],
            colour in any::<u8>(),
        ) {
            let (bytes, width, height) = framed(inside, frame, colour);
            let picture = Pixels::new(&bytes, Layout::Rgb, width, height).unwrap();
            let crop = Crop { left: frame[0], top: frame[1], width: inside.0, height: inside.1 };
            let expected = (frame != [0; 4]).then_some(crop);
            prop_assert_eq!(without_border(&picture), expected);
        }
    }
}
