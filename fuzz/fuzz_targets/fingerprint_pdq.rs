//! Pixels of any size: what is no picture is refused, what is one has a hash in both conventions.
#![no_main]

use fingerprint::pdq::{Hasher, Layout, Pixels, Turns};
use libfuzzer_sys::fuzz_target;
use model::PdqInput;

fuzz_target!(|picture: (u16, u16, bool, bool, &[u8])| {
    let (width, height, is_rgb, is_exact, bytes) = picture;
    let layout = if is_rgb { Layout::Rgb } else { Layout::Grey };
    let width = usize::from(width);
    let mut height = usize::from(height);
    if is_exact && width > 0 {
        // Otherwise the lengths would hardly ever agree.
        height = bytes.len() / (width * layout.bytes());
    }
    let len = width * height * layout.bytes();
    let bytes = if is_exact {
        &bytes[..len.min(bytes.len())]
    } else {
        bytes
    };
    let Ok(pixels) = Pixels::new(bytes, layout, width, height) else {
        assert_ne!(bytes.len(), len);
        return;
    };
    let mut hasher = Hasher::new();
    for input in [PdqInput::Full, PdqInput::Resized512] {
        let upright = hasher.hash(&pixels, input);
        let queries = hasher.queries(&pixels, input, Turns::All);
        assert_eq!(queries[0].answer, upright);
        assert!(queries.iter().all(|query| query.answer.quality <= 100));
    }
});
