//! JPEG: baseline and progressive, grey, colour, and the four inks of print.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;

use super::sheet::Sheet;
use super::{Album, Ended, Orientation, Refusal};
use crate::Kind;

const KIND: Kind = Kind::Jpeg;
/// Coefficients of a progressive picture take two bytes a sample, beside the picture itself.
const PIXEL_BYTES: u64 = 4;
const PROGRESSIVE_PIXEL_BYTES: u64 = 12;

pub(super) fn look(bytes: &[u8], album: &mut Album<'_>) -> Result<(), Refusal> {
    let header = Header::read(bytes).ok_or(Refusal::Broken { kind: KIND })?;
    let pixel_bytes = match header.process {
        0xC0 | 0xC1 => PIXEL_BYTES,
        0xC2 => PROGRESSIVE_PIXEL_BYTES,
        // Lossless, hierarchical, arithmetic.
        _ => return Err(Refusal::NoDecoder { kind: KIND }),
    };
    if header.precision_bits != 8 {
        return Err(Refusal::NoDecoder { kind: KIND });
    }
    album.admit(header.width.into(), header.height.into(), pixel_bytes)?;
    album.orientation = header
        .exif
        .map_or(Orientation::Upright, Orientation::of_exif);

    let sheet = decode(bytes, &header).ok_or(Refusal::Broken { kind: KIND })?;
    let flow = album.show(sheet, 0);
    // What is missing was filled in; it is said, so that nobody takes the hash for the whole's.
    if flow.is_continue() && !ends(bytes, header.scan_at) {
        album.ended = Ended::Broken;
    }
    Ok(())
}

fn decode(bytes: &[u8], header: &Header<'_>) -> Option<Sheet> {
    // Four inks are taken as Adobe's programs store them: how much of each is absent. So do all
    // viewers, with or without Adobe's mark.
    let space = match header.components {
        1 => ColorSpace::Luma,
        _ => ColorSpace::RGB,
    };
    let options = DecoderOptions::default()
        .set_strict_mode(false)
        .set_max_width(header.width.into())
        .set_max_height(header.height.into())
        .jpeg_set_out_colorspace(space);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    let samples = decoder.decode().ok()?;
    let (width, height) = (u32::from(header.width), u32::from(header.height));
    Sheet::of_samples(width, height, space.num_components(), samples)
}

/// Whether the picture has its end: the marker somewhere after the first scan began.
fn ends(bytes: &[u8], scan_at: usize) -> bool {
    let scans = bytes.get(scan_at..).unwrap_or_default();
    scans.windows(2).rev().any(|pair| pair == [0xFF, 0xD9])
}

/// What stands before the first scan.
struct Header<'a> {
    /// The second byte of the frame's marker: which process of compression it is.
    process: u8,
    precision_bits: u8,
    width: u16,
    height: u16,
    components: u8,
    exif: Option<&'a [u8]>,
    scan_at: usize,
}

impl<'a> Header<'a> {
    /// Reads the segments up to the first scan. `None` if there is no frame or no scan.
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut frame: Option<(u8, &[u8])> = None;
        let mut exif = None;
        let mut at = 2;
        loop {
            let marker = next_marker(bytes, &mut at)?;
            // Markers that stand alone.
            if matches!(marker, 0x01 | 0xD0..=0xD8) {
                continue;
            }
            if marker == 0xD9 {
                return None;
            }
            let length: [u8; 2] = bytes.get(at..at + 2)?.try_into().ok()?;
            let length = usize::from(u16::from_be_bytes(length));
            let body = bytes.get(at + 2..at.checked_add(length)?)?;
            match marker {
                0xC4 | 0xC8 | 0xCC => {}
                0xC0..=0xCF => frame = frame.or(Some((marker, body))),
                0xE1 if body.starts_with(b"Exif\0\0") => exif = exif.or(Some(body)),
                0xDA => break,
                _ => {}
            }
            at += length;
        }
        let (process, body) = frame?;
        let [precision_bits, high, low, left, right, components, ..] = *body else {
            return None;
        };
        Some(Self {
            process,
            precision_bits,
            height: u16::from_be_bytes([high, low]),
            width: u16::from_be_bytes([left, right]),
            components,
            exif,
            scan_at: at,
        })
    }
}

/// The next marker's second byte; `at` is left behind it.
fn next_marker(bytes: &[u8], at: &mut usize) -> Option<u8> {
    while *bytes.get(*at)? != 0xFF {
        *at += 1;
    }
    while *bytes.get(*at)? == 0xFF {
        *at += 1;
    }
    let marker = *bytes.get(*at)?;
    *at += 1;
    Some(marker)
}
