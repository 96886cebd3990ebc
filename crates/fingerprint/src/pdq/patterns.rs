//! Pictures for tests: patterns from whole numbers, so that any language draws the same bytes.

use super::Layout;

/// What is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// A ramp along both sides.
    Gradient,
    /// Fields of 13 × 13 pixels.
    Checkerboard,
    /// Rings about a point off the middle.
    Circles,
    /// Sums of triangle waves.
    Plasma,
    /// A linear congruence's upper bits.
    Noise,
    /// Hills before a sky.
    Hills,
}

/// Draws a pattern; each channel of RGB is a shifted one.
pub(crate) fn draw(pattern: Pattern, layout: Layout, width: usize, height: usize) -> Vec<u8> {
    let (w, h) = (width as u64, height as u64);
    let channels = layout.bytes() as u64;
    let mut state = 1_u64;
    let mut bytes = Vec::new();
    for y in 0..h {
        for x in 0..w {
            for channel in 0..channels {
                let (u, v) = (x * 4096 / w, y * 4096 / h);
                let value = match pattern {
                    Pattern::Gradient => (u * 3 + v * 2 + channel * 4000) / 80 % 256,
                    Pattern::Checkerboard => (x / 13 + y / 13) % 2 * 150 + channel * 40,
                    Pattern::Circles => {
                        let (dx, dy) = (u.abs_diff(1500), v.abs_diff(2100));
                        (dx * dx + dy * dy) / (4000 + channel * 900) % 256
                    }
                    Pattern::Plasma => {
                        let waves = wave(u * 3 + channel * 700) + wave(v * 5) + wave(u * 2 + v);
                        waves / 3
                    }
                    Pattern::Noise => {
                        state = state
                            .wrapping_mul(6_364_136_223_846_793_005)
                            .wrapping_add(1_442_695_040_888_963_407);
                        state >> 56
                    }
                    Pattern::Hills => {
                        let crest = 2000 + wave(u * 2) * 4 + wave(u * 7 + 300);
                        if v < crest {
                            255 - v / 24
                        } else {
                            (v - crest) / 20 % 120 + channel * 30
                        }
                    }
                };
                bytes.push(value.to_le_bytes()[0]);
            }
        }
    }
    bytes
}

/// A triangle wave of period 4096 between 0 and 255.
fn wave(at: u64) -> u64 {
    (at % 4096).abs_diff(2048) * 255 / 2048
}
