//! Pictures of every kind: what comes out has the size that it says, and counts add up.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use media::picture::{PictureLimits, look};

fuzz_target!(|bytes: &[u8]| {
    let limits = PictureLimits {
        pixels_max: 1 << 20,
        decoded_bytes_max: 1 << 26,
        frames_max: 16,
        animation_pixels_max: 1 << 22,
        ..PictureLimits::default()
    };
    let mut frames = 0;
    let looked = look(bytes, &limits, &mut |raster| {
        let pixels = u64::from(raster.width) * u64::from(raster.height);
        let samples = raster.pixels.bytes().len() as u64;
        assert!(samples == pixels || samples == pixels * 3);
        assert!(pixels > 0 && pixels <= limits.pixels_max);
        frames += 1;
        ControlFlow::Continue(())
    });
    assert_eq!(looked.map_or(0, |looked| looked.frames), frames);
});
