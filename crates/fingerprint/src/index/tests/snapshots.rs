//! What is not exactly what was written is refused.

use proptest::prelude::*;

use super::super::segment::SEGMENT_ROWS_MAX;
use super::super::snapshot::SnapshotError;
use super::super::tail::TAIL_ROWS;
use super::*;

/// A snapshot with a segment, a tail and dead entries of both.
fn written() -> (Index, Vec<u8>) {
    let mut numbers = Numbers(3);
    let index = Index::new();
    for key in 0..TAIL_ROWS as u64 + 40 {
        let hash = numbers.hash();
        index.insert(Entry { key, hash }).unwrap();
    }
    for key in [0, 5, TAIL_ROWS as u64 + 1] {
        index.remove(key);
    }
    let mut bytes = Vec::new();
    index.write_snapshot(77, &mut bytes).unwrap();
    (index, bytes)
}

fn code(bytes: &[u8]) -> &'static str {
    Index::read_snapshot(&mut &*bytes).unwrap_err().code()
}

#[test]
fn what_was_written_is_read() {
    let (index, bytes) = written();
    let (again, mark) = Index::read_snapshot(&mut &*bytes).unwrap();
    assert_eq!((again.len(), mark), (index.len(), 77));
    for key in 0..TAIL_ROWS as u64 + 50 {
        assert_eq!(again.get(key), index.get(key));
    }
    assert_eq!(again.statistics().dead, 0);
    let query = index.get(9).unwrap();
    let expected = index.within(&query, 100);
    assert_eq!(
        again.within(&query, 100),
        expected,
        "looking at every entry"
    );
    assert_eq!(again.maintain(0), index.len() - 40 + 1);
    assert_eq!(again.within(&query, 31), index.within(&query, 31));
    let mut bytes = Vec::new();
    Index::new().write_snapshot(0, &mut bytes).unwrap();
    assert!(Index::read_snapshot(&mut &*bytes).unwrap().0.is_empty());
}

#[test]
fn each_kind_of_damage_has_its_code() {
    let (_, bytes) = written();
    assert_eq!(code(b""), "hash-snapshot.cut");
    assert_eq!(code(&bytes[..bytes.len() - 1]), "hash-snapshot.cut");
    assert_eq!(code(&[0; 64]), "hash-snapshot.not-one");
    assert_eq!(code(&[&bytes[..], b" "].concat()), "hash-snapshot.too-long");
    let changed = |at: usize| {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        code(&bytes)
    };
    assert_eq!(changed(16), "hash-snapshot.version-unknown");
    assert_eq!(changed(20), "hash-snapshot.checksum");
    assert_eq!(changed(bytes.len() / 2), "hash-snapshot.checksum");
    assert_eq!(changed(bytes.len() - 1), "hash-snapshot.checksum");
    // A part of more rows than a segment takes.
    assert_eq!(changed(36 + 7), "hash-snapshot.contradiction");
    let denied = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
    assert_eq!(
        SnapshotError::Read(denied).code(),
        "hash-snapshot.unreadable"
    );
}

#[test]
fn a_part_has_as_many_rows_as_a_segment_takes_and_not_one_more() {
    let (_, bytes) = written();
    let promising = |rows: usize| {
        let mut bytes = bytes.clone();
        bytes[36..44].copy_from_slice(&(rows as u64).to_le_bytes());
        code(&bytes)
    };
    // What is promised is read for, and not there.
    assert_eq!(promising(SEGMENT_ROWS_MAX), "hash-snapshot.cut");
    assert_eq!(
        promising(SEGMENT_ROWS_MAX + 1),
        "hash-snapshot.contradiction"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_changed_byte_and_every_end_too_early_is_noticed(
        offset in 0_usize..499,
        mask in 1_u8..,
    ) {
        let (_, mut bytes) = written();
        let length = bytes.len();
        for at in (0..64).chain((offset..length).step_by(4999)).chain(length - 8..length) {
            bytes[at] ^= mask;
            prop_assert!(Index::read_snapshot(&mut &*bytes).is_err(), "byte {}", at);
            bytes[at] ^= mask;
            prop_assert!(Index::read_snapshot(&mut &bytes[..at]).is_err(), "end {}", at);
        }
    }

    #[test]
    fn any_bytes_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Index::read_snapshot(&mut &*bytes).is_err());
    }
}
