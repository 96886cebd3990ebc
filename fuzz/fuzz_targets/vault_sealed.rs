//! The sealed format: foreign bytes never open, and what was sealed opens however it is cut.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vault::seal::{Opener, open, seal};

struct Counting;

impl model::Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for (byte, value) in bytes.iter_mut().zip(1..) {
            *byte = value;
        }
    }
}

fuzz_target!(|bytes: &[u8]| {
    let key = vault::DataKey::generate(&Counting);
    assert!(open(&key, b"fuzz", bytes).is_err());
    assert!(key.unwrap(bytes, b"fuzz").is_err());

    let sealed = seal(&key, b"fuzz", bytes, &Counting).expect("any bytes can be sealed");
    let mut opened = Vec::new();
    let mut opener = Opener::new(&key, b"fuzz");
    let step = bytes.first().map_or(1, |byte| usize::from(*byte) * 97 + 1);
    for piece in sealed.chunks(step) {
        opener
            .update(piece, &mut opened)
            .expect("an unspoiled piece opens");
    }
    opener.finish(&mut opened).expect("the end is there");
    assert_eq!(opened, bytes);

    let mut spoiled = sealed;
    let at = bytes.len() * 31 % spoiled.len();
    spoiled[at] ^= 1;
    assert!(open(&key, b"fuzz", &spoiled).is_err());
});
