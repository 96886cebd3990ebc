//! Snapshots of the hash index: what was written reads back; what was changed is refused.
#![no_main]

use fingerprint::index::{Entry, Index};
use libfuzzer_sys::fuzz_target;
use model::Pdq;

/// Reads calls of two bytes: a key, and a hash or a removal.
fn play(bytes: &[u8]) -> Index {
    let index = Index::new();
    for call in bytes.chunks_exact(2) {
        let key = u64::from(call[0]);
        if call[1] % 4 == 0 {
            index.remove(key);
        } else {
            // A refusal is an answer.
            let _refusal = index.insert(Entry {
                key,
                hash: Pdq::new([call[1]; 32]),
            });
        }
    }
    index
}

fuzz_target!(|bytes: &[u8]| {
    if let Err(refusal) = Index::read_snapshot(&mut &*bytes) {
        assert!(refusal.code().starts_with("hash-snapshot."));
    }
    let index = play(bytes);
    let mut written = Vec::new();
    index
        .write_snapshot(bytes.len() as u64, &mut written)
        .expect("memory takes all");
    let (again, mark) = Index::read_snapshot(&mut &*written).expect("it reads back");
    assert_eq!((again.len(), mark), (index.len(), bytes.len() as u64));
    for key in 0..256 {
        assert_eq!(again.get(key), index.get(key));
        if let Some(hash) = index.get(key) {
            let found = index.within(&hash, 31);
            assert!(
                found
                    .iter()
                    .any(|near| near.key == key && near.distance == 0)
            );
            assert_eq!(again.within(&hash, 31), found);
        }
    }
    let bite = bytes
        .iter()
        .fold(0_usize, |sum, byte| sum * 31 % 65_521 + usize::from(*byte));
    let at = bite % written.len();
    written[at] ^= 1 << (bite % 8);
    assert!(Index::read_snapshot(&mut &*written).is_err());
});
