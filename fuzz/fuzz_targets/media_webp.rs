//! WebP: whatever follows its first bytes ends in a picture or in a refusal.
#![no_main]

use std::ops::ControlFlow;

use libfuzzer_sys::fuzz_target;
use media::picture::{PictureLimits, look};

fuzz_target!(|rest: &[u8]| {
    let limits = PictureLimits {
        pixels_max: 1 << 20,
        decoded_bytes_max: 1 << 26,
        frames_max: 16,
        ..PictureLimits::default()
    };
    let bytes = [b"RIFF\xFF\xFF\0\0WEBP", rest].concat();
    let _answer = look(&bytes, &limits, &mut |_| ControlFlow::Continue(()));
});
