//! Files for the cage: made here, and hostile ones sent through it.

use std::borrow::Cow;

use media::cage::{CageError, Limit};
use media::picture::Refusal;

use crate::kept::{cage, cage_within, config};

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

/// A PNG of black, packed as small as it goes: a bomb.
fn bomb(side: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, side, side);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().expect("memory takes it");
    let mut stream = writer.stream_writer().expect("memory takes it");
    let row = vec![0; side as usize * 4];
    for _ in 0..side {
        std::io::Write::write_all(&mut stream, &row).expect("memory takes it");
    }
    stream.finish().expect("memory takes it");
    writer.finish().expect("memory takes it");
    bytes
}

#[tokio::test]
async fn a_bomb_bursts_in_the_cage_and_the_keeper_goes_on() {
    // 64 MiB of pixels in 200 KiB: within the decoder's limits, and more than this cage has.
    let bomb = bomb(1 << 12);
    assert!(bomb.len() < 300 << 10, "{}", bomb.len());
    let mut limits = config().limits;
    limits.memory_bytes_max = 96 << 20;
    let small = cage_within(limits);
    let error = small.open(bomb.as_slice()).await.expect_err("too much");
    assert!(
        matches!(error, CageError::Limit(Limit::Memory)),
        "{error:?}"
    );

    limits.picture.pixels_max = (1 << 24) - 1;
    let error = cage_within(limits)
        .open(bomb.as_slice())
        .await
        .expect_err("too much");
    assert!(
        matches!(error, CageError::Refused(Refusal::TooLarge { .. })),
        "{error:?}"
    );
    let (_, answers) = cage()
        .open(bomb.as_slice())
        .await
        .expect("within the limits");
    assert_eq!(answers.len(), 1);
}

#[tokio::test]
async fn what_a_file_says_of_itself_never_comes_back_in_an_error() {
    let mut bytes = grey_row(&[0, 1, 2]);
    bytes.truncate(40);
    bytes.extend(b"tEXtComment\0somebody@example.com");
    let error = cage().open(bytes.as_slice()).await.expect_err("broken");
    assert!(
        !format!("{error} {error:?}").contains("somebody"),
        "{error:?}"
    );
}

#[tokio::test]
async fn a_source_that_fails_is_the_machines_fault() {
    struct Failing;
    impl tokio::io::AsyncRead for Failing {
        fn poll_read(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            _: &mut tokio::io::ReadBuf<'_>,
        ) -> std::task::Poll<std::io::Result<()>> {
            std::task::Poll::Ready(Err(std::io::ErrorKind::TimedOut.into()))
        }
    }
    let start = grey_row(&[0; 100]);
    let source = tokio::io::AsyncReadExt::chain(start.as_slice(), Failing);
    let error = cage().open(source).await.expect_err("fails");
    assert_eq!(error.code(), "cage.source");
    assert!(!error.is_of_the_file());
}
