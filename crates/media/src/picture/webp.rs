//! WebP: lossy, lossless, animated.

use std::io::Cursor;

use image_webp::{DecodingError, WebPDecoder};

use super::sheet::Sheet;
use super::{Album, Orientation, Refusal};
use crate::Kind;

const KIND: Kind = Kind::WebP;
/// The picture, the decoder's planes, and the canvas of an animation.
const PIXEL_BYTES: u64 = 12;

pub(super) fn look(bytes: &[u8], album: &mut Album<'_>) -> Result<(), Refusal> {
    let broken = Refusal::Broken { kind: KIND };
    let mut decoder = WebPDecoder::new(Cursor::new(bytes)).map_err(|_| broken)?;
    let (width, height) = decoder.dimensions();
    album.admit(width.into(), height.into(), PIXEL_BYTES)?;
    decoder.set_memory_limit(album.bytes_max());
    if let Ok(Some(exif)) = decoder.exif_metadata() {
        album.orientation = Orientation::of_exif(&exif);
    }
    let channels = if decoder.has_alpha() { 4 } else { 3 };
    let size = decoder.output_buffer_size().ok_or(broken)?;
    if !decoder.is_animated() {
        let mut samples = vec![0; size];
        decoder.read_image(&mut samples).map_err(|_| broken)?;
        let sheet = Sheet::of_samples(width, height, channels, samples).ok_or(broken)?;
        // A still's flow leads nowhere: there is no second picture.
        let _flow = album.show(sheet, 0);
        return Ok(());
    }
    let mut time_millis = 0;
    loop {
        let mut samples = vec![0; size];
        let shown_millis = match decoder.read_frame(&mut samples) {
            Ok(shown_millis) => shown_millis,
            Err(DecodingError::NoMoreFrames) => return Ok(()),
            Err(_) => return album.broken(),
        };
        let sheet = Sheet::of_samples(width, height, channels, samples).ok_or(broken)?;
        if album.show(sheet, time_millis).is_break() {
            return Ok(());
        }
        time_millis += u64::from(shown_millis);
        album.duration_millis = time_millis;
    }
}
