//! Luma of rows of pixels, in either of the two arithmetics that are in use.

use super::pixels::Layout;

/// How luma is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    /// The exact weighted sum, rounded once to single precision: what the Python package computes,
    /// which sums in double precision. (No sum of thousandths lies so near the middle between two
    /// single-precision numbers that double precision would round it otherwise; a test tries all.)
    Exact,
    /// Weights, products and sums each rounded to single precision: the C++ tool.
    Single,
}

/// Writes the luma of a row of pixels, 0 to 255.
pub(super) fn row(bytes: &[u8], layout: Layout, arithmetic: Arithmetic, luma: &mut [f32]) {
    match layout {
        Layout::Grey => {
            for (luma, grey) in luma.iter_mut().zip(bytes) {
                *luma = f32::from(*grey);
            }
        }
        Layout::Rgb => {
            let pixels = bytes.as_chunks::<3>().0;
            let of = luma.iter_mut().zip(pixels);
            match arithmetic {
                Arithmetic::Exact => of.for_each(|(luma, rgb)| *luma = exact(*rgb)),
                Arithmetic::Single => of.for_each(|(luma, rgb)| *luma = single(*rgb)),
            }
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "the sum is at most 255,000, which single precision holds exactly"
)]
fn exact([red, green, blue]: [u8; 3]) -> f32 {
    let thousandths = 299 * i32::from(red) + 587 * i32::from(green) + 114 * i32::from(blue);
    thousandths as f32 / 1000.0
}

fn single([red, green, blue]: [u8; 3]) -> f32 {
    0.299 * f32::from(red) + 0.587 * f32::from(green) + 0.114 * f32::from(blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "rounding is what is compared"
    )]
    fn thousandths_round_as_double_precision_does() {
        let weighted = |weight: f64| -> Vec<f64> {
            (0_u8..=255)
                .map(|value| f64::from(value) * weight)
                .collect()
        };
        let [red, green, blue] = [0.299, 0.587, 0.114].map(weighted);
        for r in 0_u8..=255 {
            for g in 0_u8..=255 {
                let two = red[usize::from(r)] + green[usize::from(g)];
                let differ = (0_u8..=255).find(|b| {
                    exact([r, g, *b]).to_bits() != ((two + blue[usize::from(*b)]) as f32).to_bits()
                });
                assert_eq!(differ, None, "red {r}, green {g}");
            }
        }
    }
}
