//! Windows bitmaps.

use zune_bmp::BmpDecoder;
use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;

use super::sheet::Sheet;
use super::{Album, Refusal};
use crate::Kind;

const KIND: Kind = Kind::Bmp;
const PIXEL_BYTES: u64 = 8;

pub(super) fn look(bytes: &[u8], album: &mut Album<'_>) -> Result<(), Refusal> {
    let broken = Refusal::Broken { kind: KIND };
    let (width, height) = size(bytes).ok_or(broken)?;
    album.admit(width, height, PIXEL_BYTES)?;

    let side_max = usize::try_from(album.limits.side_pixels_max).unwrap_or(usize::MAX);
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(side_max)
        .set_max_height(side_max);
    let mut decoder = BmpDecoder::new_with_options(ZCursor::new(bytes), options);
    let mut samples = decoder.decode().map_err(|_| broken)?;
    let (width, height) = decoder.dimensions().ok_or(broken)?;
    let channels = match decoder.colorspace().ok_or(broken)? {
        ColorSpace::Luma => 1,
        ColorSpace::RGB => 3,
        ColorSpace::RGBA => {
            // The fourth byte of a bitmap is filler more often than alpha: viewers leave it.
            drop_fourth(&mut samples);
            3
        }
        _ => return Err(Refusal::NoDecoder { kind: KIND }),
    };
    let width = u32::try_from(width).map_err(|_| broken)?;
    let height = u32::try_from(height).map_err(|_| broken)?;
    let sheet = Sheet::of_samples(width, height, channels, samples).ok_or(broken)?;
    // A still's flow leads nowhere: there is no second picture.
    let _flow = album.show(sheet, 0);
    Ok(())
}

fn drop_fourth(samples: &mut Vec<u8>) {
    let pixels = samples.len() / 4;
    for pixel in 0..pixels {
        samples.copy_within(pixel * 4..pixel * 4 + 3, pixel * 3);
    }
    samples.truncate(pixels * 3);
}

/// The size that the header states: two bytes a side in the oldest form, else four, and a negative
/// height for rows from the top.
fn size(bytes: &[u8]) -> Option<(u64, u64)> {
    let four = |at: usize| {
        let bytes: [u8; 4] = bytes.get(at..at + 4)?.try_into().ok()?;
        Some(i32::from_le_bytes(bytes))
    };
    if four(14)? == 12 {
        let [a, b, c, d] = *bytes.get(18..22)? else {
            return None;
        };
        return Some((
            u16::from_le_bytes([a, b]).into(),
            u16::from_le_bytes([c, d]).into(),
        ));
    }
    Some((
        four(18)?.unsigned_abs().into(),
        four(22)?.unsigned_abs().into(),
    ))
}
