//! What follows from the 64 × 64 samples: quality, cosine transform, bits, and the turned hashes.

use std::f64::consts::PI;
use std::sync::LazyLock;

use model::Pdq;

/// The samples, rows from the top.
pub(super) type Image64 = [[f32; 64]; 64];

/// Slots along either side of the transform: frequencies 1 to 16.
const SLOTS: usize = 16;

/// A way to turn or flip a picture. The names are those of the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dihedral {
    /// As it stands.
    Upright,
    /// Turned by a quarter, counter-clockwise.
    Rotate90,
    /// Turned by a half.
    Rotate180,
    /// Turned by a quarter, clockwise.
    Rotate270,
    /// Top and bottom change places.
    FlipX,
    /// Left and right change places: the mirror image.
    FlipY,
    /// Flipped about the diagonal from the upper left.
    FlipPlus1,
    /// Flipped about the diagonal from the upper right.
    FlipMinus1,
}

/// All ways, in the order of the reference.
pub const DIHEDRALS: [Dihedral; 8] = [
    Dihedral::Upright,
    Dihedral::Rotate90,
    Dihedral::Rotate180,
    Dihedral::Rotate270,
    Dihedral::FlipX,
    Dihedral::FlipY,
    Dihedral::FlipPlus1,
    Dihedral::FlipMinus1,
];

impl Dihedral {
    /// The name as written in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Upright => "upright",
            Self::Rotate90 => "rotate_90",
            Self::Rotate180 => "rotate_180",
            Self::Rotate270 => "rotate_270",
            Self::FlipX => "flip_x",
            Self::FlipY => "flip_y",
            Self::FlipPlus1 => "flip_plus_1",
            Self::FlipMinus1 => "flip_minus_1",
        }
    }

    /// Whether rows become columns.
    const fn transposes(self) -> bool {
        matches!(
            self,
            Self::Rotate90 | Self::Rotate270 | Self::FlipPlus1 | Self::FlipMinus1
        )
    }

    /// Whether the slot at `row` and `column` changes its sign: a flip negates what is odd about
    /// its axis, and slot 0 is frequency 1.
    const fn negates(self, row: usize, column: usize) -> bool {
        match self {
            Self::Upright | Self::FlipPlus1 => false,
            Self::Rotate90 | Self::FlipY => column.is_multiple_of(2),
            Self::Rotate270 | Self::FlipX => row.is_multiple_of(2),
            Self::Rotate180 | Self::FlipMinus1 => !(row + column).is_multiple_of(2),
        }
    }
}

/// How much a picture has to tell, 0 to 100: the differences of neighbouring samples in hundredths
/// of the full range, each cut to a whole number, summed and divided by 90.
#[expect(
    clippy::cast_possible_truncation,
    reason = "cutting to a whole number is the definition, and a difference is at most 100"
)]
pub(super) fn quality(image: &Image64) -> u8 {
    let step = |(one, two): (&f32, &f32)| (((one - two) * 100.0 / 255.0) as i32).unsigned_abs();
    let down = image.iter().zip(&image[1..]);
    let down = down.map(|(row, next)| row.iter().zip(next).map(step).sum::<u32>());
    let along = image
        .iter()
        .map(|row| row.iter().zip(&row[1..]).map(step).sum::<u32>());
    let sum: u32 = down.chain(along).sum();
    u8::try_from((sum / 90).min(100)).unwrap_or(100)
}

/// The transform's 16 × 16 slots.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block([[f32; SLOTS]; SLOTS]);

impl Block {
    /// The transform `D A Dᵗ`, summed in ascending order.
    pub(super) fn of(image: &Image64) -> Self {
        let mut half = [[0.0_f32; 64]; SLOTS];
        for (half, cosines) in half.iter_mut().zip(&COSINES.rows) {
            for (cosine, samples) in cosines.iter().zip(image) {
                for (sum, sample) in half.iter_mut().zip(samples) {
                    *sum += cosine * sample;
                }
            }
        }
        let mut slots = [[0.0_f32; SLOTS]; SLOTS];
        for (slots, half) in slots.iter_mut().zip(&half) {
            for (value, cosines) in half.iter().zip(&COSINES.columns) {
                for (sum, cosine) in slots.iter_mut().zip(cosines) {
                    *sum += value * cosine;
                }
            }
        }
        Self(slots)
    }

    /// The block of the picture turned or flipped.
    pub(super) fn turned(&self, way: Dihedral) -> Self {
        let mut slots = [[0.0; SLOTS]; SLOTS];
        for (row, values) in self.0.iter().enumerate() {
            for (column, value) in values.iter().enumerate() {
                let value = if way.negates(row, column) {
                    -value
                } else {
                    *value
                };
                if way.transposes() {
                    slots[column][row] = value;
                } else {
                    slots[row][column] = value;
                }
            }
        }
        Self(slots)
    }

    /// One bit for each slot: whether it is above the median, of 256 values the 128th.
    pub(super) fn hash(&self) -> Pdq {
        let mut values: Vec<f32> = self.0.as_flattened().to_vec();
        let middle = values.len() / 2 - 1;
        let median = *values.select_nth_unstable_by(middle, f32::total_cmp).1;
        let mut bytes = [0; 32];
        for (bit, value) in self.0.as_flattened().iter().enumerate() {
            bytes[31 - bit / 8] |= u8::from(*value > median) << (bit % 8);
        }
        Pdq::new(bytes)
    }
}

/// The transform's matrix: `sqrt(2 / 64) * cos(pi / 128 * (i + 1) * (2 j + 1))`.
struct Cosines {
    rows: [[f32; 64]; SLOTS],
    columns: [[f32; SLOTS]; 64],
}

static COSINES: LazyLock<Cosines> = LazyLock::new(|| {
    let rows = std::array::from_fn(|i| std::array::from_fn(|j| cosine(i, j)));
    Cosines {
        rows,
        columns: std::array::from_fn(|j| std::array::from_fn(|i| cosine(i, j))),
    }
});

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "small whole numbers; the matrix is single precision by definition"
)]
fn cosine(i: usize, j: usize) -> f32 {
    let scale = f64::from((2.0_f64 / 64.0).sqrt() as f32);
    (scale * (PI / 2.0 / 64.0 * (i + 1) as f64 * (2 * j + 1) as f64).cos()) as f32
}
