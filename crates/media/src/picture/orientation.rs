//! How a stored picture is turned to be shown: the orientation of EXIF.

use serde::{Deserialize, Serialize};

use super::sheet::Sheet;

/// How the stored picture has to be turned to be shown, with EXIF's numbers (tag 0x0112).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum Orientation {
    /// As it is stored.
    Upright = 1,
    /// Mirrored left to right.
    Mirrored = 2,
    /// Turned by a half.
    Turned180 = 3,
    /// Mirrored top to bottom.
    Flipped = 4,
    /// Mirrored at the diagonal from the upper left.
    Transposed = 5,
    /// Turned by a quarter, clockwise.
    Turned90 = 6,
    /// Mirrored at the diagonal from the upper right.
    Transversed = 7,
    /// Turned by a quarter, counter-clockwise.
    Turned270 = 8,
}

impl Orientation {
    const ALL: [Self; 8] = [
        Self::Upright,
        Self::Mirrored,
        Self::Turned180,
        Self::Flipped,
        Self::Transposed,
        Self::Turned90,
        Self::Transversed,
        Self::Turned270,
    ];

    /// EXIF's number, 1 to 8.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// The orientation of EXIF's number; what is not 1 to 8 means as stored.
    pub fn of_number(number: u32) -> Self {
        let found = Self::ALL
            .into_iter()
            .find(|one| u32::from(one.number()) == number);
        found.unwrap_or(Self::Upright)
    }

    /// The orientation that a block of EXIF states: a TIFF header, then the first directory.
    ///
    /// Only this one field is read, so that nothing else of a hostile block matters.
    pub(super) fn of_exif(block: &[u8]) -> Self {
        Self::find(block).unwrap_or(Self::Upright)
    }

    fn find(block: &[u8]) -> Option<Self> {
        let block = block.strip_prefix(b"Exif\0\0").unwrap_or(block);
        let little = match block.get(..4)? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        let short = |at: usize| {
            let bytes: [u8; 2] = block.get(at..at.checked_add(2)?)?.try_into().ok()?;
            Some(if little {
                u16::from_le_bytes(bytes)
            } else {
                u16::from_be_bytes(bytes)
            })
        };
        let offset: [u8; 4] = block.get(4..8)?.try_into().ok()?;
        let directory = if little {
            u32::from_le_bytes(offset)
        } else {
            u32::from_be_bytes(offset)
        } as usize;
        let entries = usize::from(short(directory)?);
        for entry in 0..entries {
            let at = directory.checked_add(2 + entry * 12)?;
            if short(at)? == 0x0112 {
                return Some(Self::of_number(u32::from(short(at + 8)?)));
            }
        }
        None
    }

    /// The picture turned as this says.
    pub(super) fn turn(self, sheet: Sheet) -> Sheet {
        if self == Self::Upright {
            return sheet;
        }
        match sheet.channels {
            1 => self.turn_pixels::<1>(&sheet),
            _ => self.turn_pixels::<3>(&sheet),
        }
    }

    fn turn_pixels<const CHANNELS: usize>(self, sheet: &Sheet) -> Sheet {
        let (width, height) = (sheet.width as usize, sheet.height as usize);
        let source = sheet.bytes.as_chunks::<CHANNELS>().0;
        let is_quarter = self.number() >= Self::Transposed.number();
        let (out_width, out_height) = if is_quarter {
            (sheet.height, sheet.width)
        } else {
            (sheet.width, sheet.height)
        };
        let mut bytes = Vec::with_capacity(sheet.bytes.len());
        for y in 0..out_height as usize {
            for x in 0..out_width as usize {
                let (from_x, from_y) = match self {
                    Self::Upright => (x, y),
                    Self::Mirrored => (width - 1 - x, y),
                    Self::Turned180 => (width - 1 - x, height - 1 - y),
                    Self::Flipped => (x, height - 1 - y),
                    Self::Transposed => (y, x),
                    Self::Turned90 => (y, height - 1 - x),
                    Self::Transversed => (width - 1 - y, height - 1 - x),
                    Self::Turned270 => (width - 1 - y, x),
                };
                bytes.extend_from_slice(&source[from_y * width + from_x]);
            }
        }
        Sheet {
            width: out_width,
            height: out_height,
            channels: CHANNELS,
            bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Orientation, Sheet};

    /// Three columns, two rows: 1 2 3 over 4 5 6.
    fn sheet() -> Sheet {
        Sheet::of_samples(3, 2, 1, vec![1, 2, 3, 4, 5, 6]).expect("fits")
    }

    #[test]
    fn every_orientation_shows_the_picture_as_exif_draws_it() {
        let shown = [
            (1, (3, 2), [1, 2, 3, 4, 5, 6]),
            (2, (3, 2), [3, 2, 1, 6, 5, 4]),
            (3, (3, 2), [6, 5, 4, 3, 2, 1]),
            (4, (3, 2), [4, 5, 6, 1, 2, 3]),
            (5, (2, 3), [1, 4, 2, 5, 3, 6]),
            (6, (2, 3), [4, 1, 5, 2, 6, 3]),
            (7, (2, 3), [6, 3, 5, 2, 4, 1]),
            (8, (2, 3), [3, 6, 2, 5, 1, 4]),
        ];
        for (number, size, bytes) in shown {
            let turned = Orientation::of_number(number).turn(sheet());
            assert_eq!((turned.width, turned.height), size, "{number}");
            assert_eq!(turned.bytes, bytes, "{number}");
        }
    }

    #[test]
    fn a_number_that_is_none_means_as_stored() {
        for number in [0, 9, 65_535] {
            assert_eq!(Orientation::of_number(number), Orientation::Upright);
        }
    }

    #[test]
    fn both_byte_orders_are_read() {
        let little = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0";
        let big = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x08\0\0";
        assert_eq!(Orientation::of_exif(little), Orientation::Turned90);
        assert_eq!(Orientation::of_exif(big), Orientation::Turned270);
    }

    proptest! {
        #[test]
        fn hostile_blocks_are_read_to_some_orientation(
            mut block in proptest::collection::vec(any::<u8>(), 0..64), big in any::<bool>()
        ) {
            let magic: &[u8] = if big { b"MM\0*" } else { b"II*\0" };
            let length = block.len().min(4);
            block[..length].copy_from_slice(&magic[..length]);
            let number = Orientation::of_exif(&block).number();
            prop_assert!((1..=8).contains(&number));
        }
    }
}
