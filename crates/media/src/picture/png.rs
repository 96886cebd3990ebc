//! PNG, still and animated: every depth, palettes, alpha.

use std::io::Cursor;

use png::{BlendOp, ColorType, Decoder, DisposeOp, Limits, Reader, Transformations};

use super::canvas::{Canvas, Disposal, Place};
use super::sheet::Sheet;
use super::{Album, Orientation, Refusal};
use crate::Kind;

const KIND: Kind = Kind::Png;
/// Four samples, and a copy of them while they are converted.
const PIXEL_BYTES: u64 = 4;

pub(super) fn look(bytes: &[u8], album: &mut Album<'_>) -> Result<(), Refusal> {
    let broken = Refusal::Broken { kind: KIND };
    let (width, height) = size(bytes).ok_or(broken)?;
    album.admit(width.into(), height.into(), PIXEL_BYTES)?;

    let limits = Limits {
        bytes: album.bytes_max(),
    };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let mut reader = decoder.read_info().map_err(|_| broken)?;
    if let Some(exif) = &reader.info().exif_metadata {
        album.orientation = Orientation::of_exif(exif);
    }
    if reader.info().is_animated() {
        animation(&mut reader, album)
    } else {
        let mut samples = vec![0; reader.output_buffer_size().ok_or(broken)?];
        let frame = reader.next_frame(&mut samples).map_err(|_| broken)?;
        samples.truncate(frame.buffer_size());
        let channels = frame.color_type.samples();
        let sheet = Sheet::of_samples(frame.width, frame.height, channels, samples);
        // A still's flow leads nowhere: there is no second picture.
        let _flow = album.show(sheet.ok_or(broken)?, 0);
        Ok(())
    }
}

/// The size that the header states, at its fixed place.
fn size(bytes: &[u8]) -> Option<(u32, u32)> {
    let sides = bytes.get(12..24)?.strip_prefix(b"IHDR")?;
    let [width, height] = *sides.as_chunks::<4>().0 else {
        return None;
    };
    Some((u32::from_be_bytes(width), u32::from_be_bytes(height)))
}

fn animation(reader: &mut Reader<Cursor<&[u8]>>, album: &mut Album<'_>) -> Result<(), Refusal> {
    let broken = Refusal::Broken { kind: KIND };
    let (width, height) = (reader.info().width, reader.info().height);
    // The canvas, a saved one, the frame as it comes, and the frame converted.
    album.admit(width.into(), height.into(), 4 * PIXEL_BYTES)?;
    let mut canvas = Canvas::new(width, height);
    let mut samples = vec![0; reader.output_buffer_size().ok_or(broken)?];
    let mut time_millis = 0;
    loop {
        let frame = match reader.next_frame(&mut samples) {
            Ok(frame) => frame,
            Err(png::DecodingError::Parameter(_)) => return Ok(()),
            Err(_) => return Err(broken),
        };
        let pixels = rgba(&samples[..frame.buffer_size()], frame.color_type);
        let Some(control) = reader.info().frame_control else {
            // A default picture that is no part of the animation: what simple viewers show.
            let mut alone = Canvas::new(width, height);
            let whole = Place {
                left: 0,
                top: 0,
                width: frame.width,
                height: frame.height,
            };
            alone.lay(whole, &pixels, true, Disposal::Keep);
            if album.show(alone.sheet().ok_or(broken)?, 0).is_break() {
                return Ok(());
            }
            continue;
        };
        let place = Place {
            left: control.x_offset,
            top: control.y_offset,
            width: frame.width,
            height: frame.height,
        };
        let disposal = match control.dispose_op {
            DisposeOp::None => Disposal::Keep,
            DisposeOp::Background => Disposal::Clear,
            DisposeOp::Previous => Disposal::Restore,
        };
        canvas.lay(
            place,
            &pixels,
            control.blend_op == BlendOp::Source,
            disposal,
        );
        let sheet = canvas.sheet().ok_or(broken)?;
        if album.show(sheet, time_millis).is_break() {
            return Ok(());
        }
        let fraction = match control.delay_den {
            0 => 100,
            given => u64::from(given),
        };
        time_millis += u64::from(control.delay_num) * 1000 / fraction;
        album.duration_millis = time_millis;
    }
}

fn rgba(samples: &[u8], color: ColorType) -> Vec<[u8; 4]> {
    match color {
        ColorType::Grayscale | ColorType::Indexed => samples
            .iter()
            .map(|grey| [*grey, *grey, *grey, 255])
            .collect(),
        ColorType::GrayscaleAlpha => {
            let pixels = samples.as_chunks::<2>().0.iter();
            pixels
                .map(|[grey, alpha]| [*grey, *grey, *grey, *alpha])
                .collect()
        }
        ColorType::Rgb => {
            let pixels = samples.as_chunks::<3>().0.iter();
            pixels
                .map(|[red, green, blue]| [*red, *green, *blue, 255])
                .collect()
        }
        ColorType::Rgba => samples.as_chunks::<4>().0.to_vec(),
    }
}
