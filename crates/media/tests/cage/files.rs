//! Files for the cage: made here, and hostile ones sent through it.

use std::borrow::Cow;

use media::cage::CageError;
use media::picture::Refusal;

use crate::kept::cage;

/// A PNG of one grey row.
pub(crate) fn grey_row(pixels: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let width = u32::try_from(pixels.len()).expect("a short row");
    let mut encoder = png::Encoder::new(&mut bytes, width, 1);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("memory takes it");
    writer.write_image_data(pixels).expect("memory takes it");
    writer.finish().expect("memory takes it");
    bytes
}

/// A GIF of plain frames.
pub(crate) fn gif(width: u16, height: u16, frames: u16) -> Vec<u8> {
    let mut bytes = Vec::new();
    let palette = [0, 0, 0, 255, 255, 255];
    let mut encoder = gif::Encoder::new(&mut bytes, width, height, &palette).expect("memory");
    let pixels = vec![1; usize::from(width) * usize::from(height)];
    for _ in 0..frames {
        let frame = gif::Frame {
            width,
            height,
            delay: 4,
            buffer: Cow::Borrowed(&pixels),
            ..gif::Frame::default()
        };
        encoder.write_frame(&frame).expect("memory takes it");
    }
    drop(encoder);
    bytes
}

#[tokio::test]
async fn what_is_no_picture_is_named_and_starts_nothing() {
    for (bytes, name) in [
        (&b"PK\x03\x04 archive.jpg"[..], "ZIP"),
        (b"%PDF-1.7 picture.png", "PDF"),
        (b"<!doctype html>", "mark-up"),
        (b"", "unknown"),
    ] {
        let error = cage().open(bytes).await.expect_err("no picture");
        assert!(
            matches!(error, CageError::Refused(Refusal::NotMedia { .. })),
            "{error:?}"
        );
        assert!(error.to_string().contains(name), "{error}");
    }
}
