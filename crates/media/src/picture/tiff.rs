//! TIFF: every page.

use std::io::Cursor;

use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::Tag;

use super::sheet::{Sheet, over};
use super::{Album, Orientation, Refusal};
use crate::Kind;

const KIND: Kind = Kind::Tiff;
const PIXEL_BYTES: u64 = 8;

pub(super) fn look(bytes: &[u8], album: &mut Album<'_>) -> Result<(), Refusal> {
    let broken = Refusal::Broken { kind: KIND };
    let mut limits = Limits::default();
    limits.decoding_buffer_size = album.bytes_max();
    limits.intermediate_buffer_size = album.bytes_max();
    let mut decoder = Decoder::new(Cursor::new(bytes))
        .map_err(|_| broken)?
        .with_limits(limits);
    loop {
        match page(&mut decoder, album) {
            Ok(sheet) => {
                if album.show(sheet, 0).is_break() {
                    return Ok(());
                }
            }
            Err(refusal) if album.frames == 0 => return Err(refusal),
            Err(_) => return Err(broken),
        }
        if !decoder.more_images() {
            return Ok(());
        }
        if decoder.next_image().is_err() {
            return Err(broken);
        }
    }
}

fn page(decoder: &mut Decoder<Cursor<&[u8]>>, album: &mut Album<'_>) -> Result<Sheet, Refusal> {
    let broken = Refusal::Broken { kind: KIND };
    let (width, height) = decoder.dimensions().map_err(|_| broken)?;
    album.admit(width.into(), height.into(), PIXEL_BYTES)?;
    let color = decoder
        .colortype()
        .map_err(|_| Refusal::NoDecoder { kind: KIND })?;
    if let Ok(Some(number)) = decoder.find_tag_unsigned::<u16>(Tag::Orientation) {
        album.orientation = Orientation::of_number(number.into());
    }
    let result = decoder.read_image().map_err(|error| match error {
        tiff::TiffError::UnsupportedError(_) => Refusal::NoDecoder { kind: KIND },
        _ => broken,
    })?;
    let samples = match result {
        DecodingResult::U8(samples) => samples,
        // The upper half says nearly all.
        DecodingResult::U16(samples) => samples
            .into_iter()
            .map(|sample| sample.to_be_bytes()[0])
            .collect(),
        _ => return Err(Refusal::NoDecoder { kind: KIND }),
    };
    let (channels, samples) = match color {
        ColorType::Gray(bits @ (1 | 2 | 4)) => (1, unpack(&samples, width, bits)),
        ColorType::Gray(8 | 16) => (1, samples),
        ColorType::GrayA(8 | 16) => (2, samples),
        ColorType::RGB(8 | 16) => (3, samples),
        ColorType::RGBA(8 | 16) => (4, samples),
        ColorType::CMYK(8 | 16) => (3, from_inks(&samples)),
        _ => return Err(Refusal::NoDecoder { kind: KIND }),
    };
    Sheet::of_samples(width, height, channels, samples).ok_or(broken)
}

/// Samples of less than a byte, each row beginning with a byte, stretched to the whole range.
fn unpack(packed: &[u8], width: u32, bits: u8) -> Vec<u8> {
    let width = width as usize;
    let per_byte = usize::from(8 / bits);
    let most = (1_u8 << bits) - 1;
    let mut samples = Vec::with_capacity(packed.len() * per_byte);
    for row in packed.chunks_exact(width.div_ceil(per_byte)) {
        let all = row.iter().flat_map(|byte| {
            let shifts = (0..per_byte).map(move |at| 8 - usize::from(bits) * (at + 1));
            shifts.map(move |shift| ((byte >> shift) & most) * (255 / most))
        });
        samples.extend(all.take(width));
    }
    samples
}

/// Red, green and blue of how much there is of four inks.
fn from_inks(samples: &[u8]) -> Vec<u8> {
    let pixels = samples.as_chunks::<4>().0.iter();
    pixels
        .flat_map(|[cyan, magenta, yellow, black]| {
            [cyan, magenta, yellow].map(|ink| over(255 - ink, 0, 255 - black))
        })
        .collect()
}
