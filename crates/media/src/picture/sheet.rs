//! A decoded picture that is owned: grey or coloured, eight bits a channel.

use crate::{Pixels, Raster};

/// Transparent parts are laid on this: white, as a page or a viewer shows them.
const BACKGROUND: u8 = 255;

/// A picture: one or three bytes a pixel, row after row.
pub(super) struct Sheet {
    pub(super) width: u32,
    pub(super) height: u32,
    /// 1 for grey, 3 for red, green and blue.
    pub(super) channels: usize,
    pub(super) bytes: Vec<u8>,
}

impl Sheet {
    /// A picture of interleaved samples: grey (1), grey and alpha (2), colour (3), colour and alpha
    /// (4). `None` if the bytes are not that many.
    pub(super) fn of_samples(
        width: u32,
        height: u32,
        channels: usize,
        bytes: Vec<u8>,
    ) -> Option<Self> {
        let pixels = (width as usize).checked_mul(height as usize)?;
        if pixels.checked_mul(channels)? != bytes.len() {
            return None;
        }
        let (channels, bytes) = match channels {
            1 | 3 => (channels, bytes),
            2 => (1, flatten::<2, 1>(bytes)),
            4 => (3, flatten::<4, 3>(bytes)),
            _ => return None,
        };
        Some(Self {
            width,
            height,
            channels,
            bytes,
        })
    }

    pub(super) fn raster(&self, index: u32, time_millis: u64) -> Raster<'_> {
        Raster {
            width: self.width,
            height: self.height,
            pixels: if self.channels == 1 {
                Pixels::Grey(&self.bytes)
            } else {
                Pixels::Rgb(&self.bytes)
            },
            index,
            time_millis,
        }
    }
}

/// Lays pixels whose last sample is alpha on the background, in place.
fn flatten<const FROM: usize, const TO: usize>(mut bytes: Vec<u8>) -> Vec<u8> {
    let pixels = bytes.len() / FROM;
    for pixel in 0..pixels {
        let mut samples = [0_u8; FROM];
        samples.copy_from_slice(&bytes[pixel * FROM..][..FROM]);
        let alpha = samples[FROM - 1];
        for (channel, sample) in samples[..TO].iter().enumerate() {
            bytes[pixel * TO + channel] = over(*sample, BACKGROUND, alpha);
        }
    }
    bytes.truncate(pixels * TO);
    bytes
}

/// `upper` laid on `lower`, rounded to the nearest.
pub(super) fn over(upper: u8, lower: u8, alpha: u8) -> u8 {
    let (upper, lower, alpha) = (u32::from(upper), u32::from(lower), u32::from(alpha));
    let mixed = (upper * alpha + lower * (255 - alpha) + 127) / 255;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::{Sheet, over};

    #[test]
    fn transparent_parts_lie_on_white() {
        let sheet = Sheet::of_samples(2, 1, 4, vec![10, 20, 30, 255, 10, 20, 30, 0]).expect("fits");
        assert_eq!(sheet.bytes, [10, 20, 30, 255, 255, 255]);
        let sheet = Sheet::of_samples(3, 1, 2, vec![0, 255, 0, 0, 0, 128]).expect("fits");
        assert_eq!(sheet.bytes, [0, 255, 127]);
        assert_eq!(over(200, 100, 255), 200);
        assert_eq!(over(200, 100, 0), 100);
    }

    #[test]
    fn samples_that_do_not_fill_the_picture_are_none() {
        assert!(Sheet::of_samples(2, 2, 3, vec![0; 11]).is_none());
        assert!(Sheet::of_samples(2, 2, 5, vec![0; 20]).is_none());
        assert!(Sheet::of_samples(u32::MAX, u32::MAX, 4, Vec::new()).is_none());
    }
}
