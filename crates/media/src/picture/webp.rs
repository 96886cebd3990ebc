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
    let mut frames = FrameSizes::of(bytes);
    loop {
        if frames.next_disagrees() {
            return Err(broken);
        }
        let mut samples = vec![0; size];
        let shown_millis = match decoder.read_frame(&mut samples) {
            Ok(shown_millis) => shown_millis,
            Err(DecodingError::NoMoreFrames) => return Ok(()),
            Err(_) => return Err(broken),
        };
        let sheet = Sheet::of_samples(width, height, channels, samples).ok_or(broken)?;
        if album.show(sheet, time_millis).is_break() {
            return Ok(());
        }
        time_millis += u64::from(shown_millis);
        album.duration_millis = time_millis;
    }
}

/// The sizes in an animation's frames, walked beside the decoder.
///
/// image-webp 0.2.4 believes the size that an `ANMF` chunk gives for a frame with an `ALPH` chunk,
/// and panics in the middle of the pixels if the picture in it is larger.
struct FrameSizes<'a> {
    bytes: &'a [u8],
    /// Where the next `ANMF` chunk begins; beyond the end once there is none.
    start: usize,
}

impl<'a> FrameSizes<'a> {
    /// The header of a chunk: its name and the bytes of its contents.
    const HEADER_BYTES: usize = 8;
    /// What stands in an `ANMF` chunk before the picture's own chunks.
    const FRAME_BYTES: usize = 16;

    fn of(bytes: &'a [u8]) -> Self {
        // After `RIFF`, the size, and `WEBP`.
        let mut start = 12;
        while let Some((name, size)) = chunk(bytes, start)
            && name != b"ANMF"
        {
            start = after(start, size.saturating_add(size & 1));
        }
        Self { bytes, start }
    }

    /// Whether the next frame's picture has another size than the frame. What cannot be read
    /// disagrees with nothing: the decoder says what is wrong with it.
    fn next_disagrees(&mut self) -> bool {
        let start = self.start;
        let Some((_, size)) = chunk(self.bytes, start) else {
            return false;
        };
        // As the decoder does it, without the byte that evens an odd size.
        self.start = after(start, size);
        self.frame_size(start)
            .zip(self.picture_size(start))
            .is_some_and(|(frame, picture)| frame != picture)
    }

    /// Width and height of the frame whose chunk begins at `start`.
    fn frame_size(&self, start: usize) -> Option<[u32; 2]> {
        let sides = self.bytes.get(start + Self::HEADER_BYTES + 6..)?;
        let (width, rest) = sides.split_first_chunk::<3>()?;
        let height = rest.first_chunk::<3>()?;
        Some(
            [width, height]
                .map(|[low, middle, high]| u32::from_le_bytes([*low, *middle, *high, 0]) + 1),
        )
    }

    /// Width and height of the lossy picture behind the frame's `ALPH` chunk, if it has one.
    fn picture_size(&self, start: usize) -> Option<[u32; 2]> {
        let alpha = start + Self::HEADER_BYTES + Self::FRAME_BYTES;
        let (name, bytes) = chunk(self.bytes, alpha)?;
        if name != b"ALPH" {
            return None;
        }
        let lossy = after(alpha, bytes.saturating_add(bytes & 1));
        // A frame tag of three bytes and a start code of three stand before the sides, which have
        // fourteen bits each (RFC 6386, 9.1).
        let (width, rest) = self.bytes.get(after(lossy, 6)..)?.split_first_chunk()?;
        let height = rest.first_chunk()?;
        Some([width, height].map(|side| u32::from(u16::from_le_bytes(*side) & 0x3FFF)))
    }
}

/// Name and size of the chunk whose header begins at `start`.
fn chunk(bytes: &[u8], start: usize) -> Option<(&[u8; 4], usize)> {
    let (name, rest) = bytes.get(start..)?.split_first_chunk()?;
    let size = u32::from_le_bytes(*rest.first_chunk()?);
    Some((name, usize::try_from(size).ok()?))
}

/// Where a chunk's contents of that size end.
fn after(start: usize, size: usize) -> usize {
    start
        .saturating_add(FrameSizes::HEADER_BYTES)
        .saturating_add(size)
}
