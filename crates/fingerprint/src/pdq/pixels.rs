//! Decoded pixels, borrowed: 8-bit grey or interleaved RGB, rows from the top.

use super::border::Crop;

/// How the bytes of a picture are laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Layout {
    /// One byte a pixel.
    Grey,
    /// Three bytes a pixel: red, green, blue.
    Rgb,
}

impl Layout {
    /// Bytes of one pixel.
    pub const fn bytes(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
        }
    }
}

/// Why bytes are no picture of the size that they are said to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PixelsError {
    /// The sides multiply to more than a machine can address.
    #[error("a picture of {width} × {height} pixels cannot be addressed: check its sides")]
    TooLarge {
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
    },
    /// There are more or fewer bytes than the sides ask for.
    #[error(
        "{width} × {height} pixels are {expected} bytes, not {found}: pass the decoded rows \
         without padding"
    )]
    Length {
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
        /// Bytes that the sides ask for.
        expected: usize,
        /// Bytes that came.
        found: usize,
    },
}

impl PixelsError {
    /// The stable code, explained in `docs/errors.md`.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLarge { .. } => "fingerprint.pixels-too-large",
            Self::Length { .. } => "fingerprint.pixels-length",
        }
    }
}

/// A picture's pixels, borrowed. Either side may be 0.
#[derive(Debug, Clone, Copy)]
pub struct Pixels<'a> {
    bytes: &'a [u8],
    layout: Layout,
    width: usize,
    height: usize,
    /// Bytes from the start of a row to that of the next.
    stride: usize,
}

impl<'a> Pixels<'a> {
    /// A picture of `width` × `height` pixels, its rows one after the other without padding.
    pub fn new(
        bytes: &'a [u8],
        layout: Layout,
        width: usize,
        height: usize,
    ) -> Result<Self, PixelsError> {
        let stride = width.checked_mul(layout.bytes());
        let expected = stride.and_then(|stride| stride.checked_mul(height));
        let (Some(stride), Some(expected)) = (stride, expected) else {
            return Err(PixelsError::TooLarge { width, height });
        };
        if bytes.len() != expected {
            return Err(PixelsError::Length {
                width,
                height,
                expected,
                found: bytes.len(),
            });
        }
        Ok(Self {
            bytes,
            layout,
            width,
            height,
            stride,
        })
    }

    /// Pixels in a row.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub const fn height(&self) -> usize {
        self.height
    }

    /// How its bytes are laid out.
    pub const fn layout(&self) -> Layout {
        self.layout
    }

    /// The bytes of row `y`, counted from the top; none where there is no such row.
    pub fn row(&self, y: usize) -> &'a [u8] {
        let start = y.saturating_mul(self.stride);
        let end = start.saturating_add(self.width * self.layout.bytes());
        if y < self.height {
            self.bytes.get(start..end).unwrap_or_default()
        } else {
            &[]
        }
    }

    /// The part that `crop` names; what of it lies outside the picture is left out.
    #[must_use]
    pub fn cropped(&self, crop: &Crop) -> Self {
        let left = crop.left.min(self.width);
        let top = crop.top.min(self.height);
        let start = top * self.stride + left * self.layout.bytes();
        Self {
            bytes: self.bytes.get(start..).unwrap_or_default(),
            width: crop.width.min(self.width - left),
            height: crop.height.min(self.height - top),
            ..*self
        }
    }

    /// The picture brought to `side` × `side` pixels, each the nearest of the original: the pixel
    /// at `x * width / side`, rounded down.
    ///
    /// That is what the C++ tool's library does where no interpolation is asked for (`CImg` 3.2.1,
    /// `get_resize`, interpolation type 1: offsets are steps of `(x + 1) * width / size`, beginning
    /// at 0).
    pub(super) fn nearest<'b>(&self, side: usize, bytes: &'b mut Vec<u8>) -> Pixels<'b> {
        bytes.clear();
        for y in 0..side {
            let row = self.row(y * self.height / side);
            match self.layout {
                Layout::Grey => bytes.extend((0..side).map(|x| row[x * self.width / side])),
                Layout::Rgb => {
                    let row = row.as_chunks::<3>().0;
                    bytes.extend((0..side).flat_map(|x| row[x * self.width / side]));
                }
            }
        }
        Pixels {
            bytes,
            layout: self.layout,
            width: side,
            height: side,
            stride: side * self.layout.bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_lengths_are_refused() {
        assert!(Pixels::new(&[0; 6], Layout::Rgb, 2, 1).is_ok());
        let short = Pixels::new(&[0; 5], Layout::Rgb, 2, 1).unwrap_err();
        assert_eq!(short.code(), "fingerprint.pixels-length");
        assert_eq!(
            short.to_string(),
            "2 × 1 pixels are 6 bytes, not 5: pass the decoded rows without padding"
        );
        assert!(Pixels::new(&[0; 7], Layout::Rgb, 2, 1).is_err());
        let vast = Pixels::new(&[], Layout::Rgb, usize::MAX, 1).unwrap_err();
        assert_eq!(vast.code(), "fingerprint.pixels-too-large");
        assert!(Pixels::new(&[], Layout::Grey, usize::MAX, 0).is_ok());
    }

    #[test]
    fn a_crop_shows_its_rows_and_stays_inside() {
        let bytes: Vec<u8> = (0..20).collect();
        let picture = Pixels::new(&bytes, Layout::Grey, 5, 4).unwrap();
        let crop = Crop {
            left: 1,
            top: 2,
            width: 3,
            height: 9,
        };
        let part = picture.cropped(&crop);
        assert_eq!((part.width(), part.height()), (3, 2));
        assert_eq!(part.row(1), [16, 17, 18]);
        assert!(part.row(2).is_empty());
    }

    #[test]
    fn the_nearest_pixel_is_the_one_at_the_floor() {
        let bytes: Vec<u8> = (0..12).collect();
        let picture = Pixels::new(&bytes, Layout::Grey, 6, 2).unwrap();
        let mut buffer = Vec::new();
        let resized = picture.nearest(4, &mut buffer);
        assert_eq!(resized.row(1), [0, 1, 3, 4]);
        assert_eq!(resized.row(2), [6, 7, 9, 10]);
    }
}
