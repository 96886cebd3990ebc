//! Tests of the sealed format: what it holds against, and vectors so that it cannot change
//! silently.

use model::hex;
use proptest::prelude::*;

use super::*;
use crate::entropy::{ForeseenEntropy, SystemEntropy};

/// The lengths around which chunking can go wrong.
const LENGTHS: [usize; 8] = [
    0,
    1,
    CHUNK_BYTES - 1,
    CHUNK_BYTES,
    CHUNK_BYTES + 1,
    2 * CHUNK_BYTES - 1,
    2 * CHUNK_BYTES,
    3 * CHUNK_BYTES,
];

fn plain(length: usize) -> Vec<u8> {
    (0..=250_u8).cycle().take(length).collect()
}

fn key() -> DataKey {
    DataKey::generate(&ForeseenEntropy::default())
}

fn sealed(length: usize) -> Vec<u8> {
    seal(&key(), b"record|1", &plain(length), &SystemEntropy).unwrap()
}

#[test]
fn opens_to_what_was_sealed_at_every_length() {
    for length in LENGTHS {
        let sealed = sealed(length);
        assert_eq!(sealed.len(), sealed_bytes(length), "{length}");
        assert_eq!(open(&key(), b"record|1", &sealed).unwrap(), plain(length));
    }
}

#[test]
fn the_format_is_this_one() {
    // Computed from the description in this module's head with another library's HKDF and
    // AES-GCM-SIV.
    let key = DataKey::from_bytes([7; 32]);
    let small = seal(&key, b"record|1", b"hello", &ForeseenEntropy::default()).unwrap();
    assert_eq!(
        hex(&small),
        concat!(
            "01af5570f5a1810b7af78caf4bc70a660f0df51e42baf91d4d03dec5423fae1a3976c80a5c13ca4f",
            "63dff8fbfde34a9f427d5b41660eed6e9adfa4f70c8e5d28ef77b194e5c4bf3872fa8e44fd6c"
        )
    );
    let large = seal(
        &key,
        b"file|2",
        &plain(CHUNK_BYTES + 1),
        &ForeseenEntropy::default(),
    )
    .unwrap();
    assert_eq!(
        hex(&crate::Digester::of(&large).sha256),
        "6f0c076fc8779a092efbf9c28bff56bfb80e0b26c3e4438f5f737931e22c87d7"
    );
    let wrapped = key
        .wrap(
            &DataKey::from_bytes([9; 32]),
            b"record|1",
            &ForeseenEntropy::default(),
        )
        .unwrap();
    assert_eq!(
        hex(&wrapped),
        concat!(
            "01af5570f5a1810b7af78caf4b9c8a610e58f643389d4d8d6179214bebb06fac32eaec6c8bf85b8f",
            "705a4c0fb23c2c1f718bc5f55d04003ccf2f626ab5"
        )
    );
}

#[test]
fn every_truncation_is_noticed() {
    for length in [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES] {
        let sealed = sealed(length);
        let cuts = (0..120)
            .chain((0..sealed.len()).step_by(997))
            .chain(sealed.len().saturating_sub(40)..sealed.len())
            .chain((1..4).map(|chunk| HEADER_BYTES + chunk * SEALED_CHUNK_BYTES));
        for cut in cuts.filter(|&cut| cut < sealed.len()) {
            assert!(
                open(&key(), b"record|1", &sealed[..cut]).is_err(),
                "{length} cut to {cut}"
            );
        }
    }
    let whole_chunk = &sealed(CHUNK_BYTES)[..HEADER_BYTES + SEALED_CHUNK_BYTES];
    assert_eq!(
        open(&key(), b"record|1", whole_chunk),
        Err(SealError::Truncated)
    );
}

#[test]
fn every_flipped_bit_is_noticed() {
    let original = sealed(CHUNK_BYTES + 5);
    let places = (0..HEADER_BYTES + 40)
        .chain((0..original.len()).step_by(61))
        .chain(original.len() - 60..original.len());
    for place in places {
        for bit in 0..8 {
            let mut sealed = original.clone();
            sealed[place] ^= 1 << bit;
            let error = open(&key(), b"record|1", &sealed).unwrap_err();
            let expected = match place {
                0 => SealError::UnknownVersion { version: sealed[0] },
                1..HEADER_BYTES => SealError::WrongKey,
                _ => SealError::Damaged {
                    chunk: ((place - HEADER_BYTES) / SEALED_CHUNK_BYTES) as u64,
                },
            };
            assert_eq!(error, expected, "byte {place} bit {bit}");
        }
    }
}

#[test]
fn swapped_repeated_and_appended_chunks_are_noticed() {
    let original = sealed(3 * CHUNK_BYTES + 7);
    let (header, body) = original.split_at(HEADER_BYTES);
    let chunks: Vec<&[u8]> = body.chunks(SEALED_CHUNK_BYTES).collect();
    let with = |order: &[usize]| {
        let mut sealed = header.to_vec();
        for &index in order {
            sealed.extend_from_slice(chunks[index]);
        }
        open(&key(), b"record|1", &sealed)
    };
    assert!(with(&[0, 1, 2, 3]).is_ok());
    for order in [
        &[1, 0, 2, 3][..],
        &[0, 1, 2, 2, 3],
        &[0, 1, 3],
        &[0, 0, 1, 2, 3],
        &[3],
    ] {
        assert!(with(order).is_err(), "{order:?}");
    }
    let longer = [&original[..], b"x"].concat();
    assert!(open(&key(), b"record|1", &longer).is_err());
}

#[test]
fn another_key_or_context_does_not_open() {
    let sealed = sealed(5);
    let other = DataKey::generate(&SystemEntropy);
    assert_eq!(open(&other, b"record|1", &sealed), Err(SealError::WrongKey));
    assert_eq!(open(&key(), b"record|2", &sealed), Err(SealError::WrongKey));
    assert_eq!(open(&key(), b"", &sealed), Err(SealError::WrongKey));
}

#[test]
fn a_failed_opening_leaves_no_plain_byte_of_the_bad_chunk() {
    let mut sealed = sealed(100);
    let last = sealed.len() - 1;
    sealed[last] ^= 1;
    let mut out = vec![1, 2, 3];
    let mut opener = Opener::new(&key(), b"record|1");
    opener.update(&sealed, &mut out).unwrap();
    assert!(opener.finish(&mut out).is_err());
    assert_eq!(out, [1, 2, 3]);
}

#[test]
fn the_same_bytes_seal_to_different_bytes() {
    assert_ne!(sealed(5), sealed(5));
}

#[test]
fn a_wrapped_key_opens_under_its_key_and_context_only() {
    let (outer, child) = (key(), DataKey::generate(&SystemEntropy));
    let wrapped = outer.wrap(&child, b"record|1", &SystemEntropy).unwrap();
    let opened = outer.unwrap(&wrapped, b"record|1").unwrap();
    assert_eq!(opened.bytes(), child.bytes());
    assert_eq!(
        outer.unwrap(&wrapped, b"record|2").unwrap_err(),
        SealError::WrongKey
    );
    assert_eq!(
        child.unwrap(&wrapped, b"record|1").unwrap_err(),
        SealError::WrongKey
    );
    for cut in 0..wrapped.len() {
        assert_eq!(
            outer.unwrap(&wrapped[..cut], b"record|1").unwrap_err(),
            SealError::Truncated
        );
    }
    for place in 0..wrapped.len() {
        let mut changed = wrapped.clone();
        changed[place] ^= 0x10;
        assert!(outer.unwrap(&changed, b"record|1").is_err());
    }
}

#[test]
fn inv_08_keys_do_not_show_themselves() {
    let key = DataKey::from_bytes([0xab; 32]);
    assert_eq!(format!("{key:?}"), "DataKey([secret])");
    let sealer = Sealer::new(&key, b"", &SystemEntropy, &mut Vec::new()).unwrap();
    let shown = format!("{sealer:?} {:?}", Opener::new(&key, b"context"));
    assert!(!shown.contains("171") && !shown.contains("ab, ab") && !shown.contains("99, 111"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn pieces_do_not_matter(
        length in 0usize..70_000,
        cuts in proptest::collection::vec(1usize..30_000, 1..8),
    ) {
        let plain = plain(length);
        let mut sealed = Vec::new();
        let mut sealer = Sealer::new(&key(), b"c", &SystemEntropy, &mut sealed).unwrap();
        for piece in pieces(&plain, &cuts) {
            sealer.update(piece, &mut sealed).unwrap();
        }
        sealer.finish(&mut sealed).unwrap();
        prop_assert_eq!(sealed.len(), sealed_bytes(length));

        let mut opened = Vec::new();
        let mut opener = Opener::new(&key(), b"c");
        for piece in pieces(&sealed, &cuts) {
            opener.update(piece, &mut opened).unwrap();
        }
        opener.finish(&mut opened).unwrap();
        prop_assert_eq!(opened, plain);
    }

    #[test]
    fn arbitrary_bytes_never_open(
        mut bytes in proptest::collection::vec(any::<u8>(), 0..40_000),
        known in any::<bool>(),
    ) {
        if known && let Some(first) = bytes.first_mut() {
            *first = VERSION;
        }
        prop_assert!(open(&key(), b"c", &bytes).is_err());
        prop_assert!(key().unwrap(&bytes, b"c").is_err());
    }
}

/// `bytes` in pieces of the lengths `cuts`, over and over.
fn pieces<'a>(mut bytes: &'a [u8], cuts: &'a [usize]) -> impl Iterator<Item = &'a [u8]> {
    cuts.iter().cycle().map_while(move |&cut| {
        let (piece, rest) = bytes.split_at(bytes.len().min(cut));
        bytes = rest;
        (!piece.is_empty()).then_some(piece)
    })
}
