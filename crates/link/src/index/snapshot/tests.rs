//! Tests of snapshots: what was written goes on as before, and nothing else is read.

use proptest::prelude::*;

use super::super::tests::{calls, make, play, policy, small_policy};
use super::bytes::checksum;
use super::*;

fn written(index: &Index) -> Vec<u8> {
    let mut bytes = Vec::new();
    index.write_snapshot(&mut bytes).unwrap();
    bytes
}

fn read(bytes: &[u8]) -> Result<Index, SnapshotError> {
    Index::read_snapshot(small_policy(), &mut &*bytes)
}

/// Puts the right checksum at the end.
fn mend(bytes: &mut [u8]) {
    let end = bytes.len() - 8;
    let sum = checksum(&bytes[..end]);
    bytes[end..].copy_from_slice(&sum.to_le_bytes());
}

fn founders(index: &Index) -> Vec<u32> {
    let all = u32_of(index.reports());
    (0..all).map(|number| index.founder(number)).collect()
}

#[test]
fn each_wrong_snapshot_is_refused_with_its_reason() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("gone"))
        }
    }
    let good = written(&Index::new(small_policy()));
    assert_eq!(read(&good).unwrap().reports(), 0);
    let changed = |at: usize, byte: u8| {
        let mut bytes = good.clone();
        bytes[at] ^= byte;
        bytes
    };
    // One tie more than there are reports: the list before the count of decisions and the sum.
    let mut contradicting = good.clone();
    let last = contradicting.len() - 8 - 4 - 8;
    contradicting[last] = 1;
    contradicting.splice(last + 8..last + 8, [0; 4]);
    mend(&mut contradicting);
    let errors = [
        Index::read_snapshot(small_policy(), &mut Broken).unwrap_err(),
        read(&good[..good.len() - 1]).unwrap_err(),
        read(&changed(0, 1)).unwrap_err(),
        read(&changed(HEADING.len(), 2)).unwrap_err(),
        Index::read_snapshot(policy(), &mut &*good).unwrap_err(),
        read(&changed(good.len() - 1, 1)).unwrap_err(),
        read(&contradicting).unwrap_err(),
    ];
    let lines: Vec<String> = errors
        .iter()
        .map(|error| format!("{error} ({})", error.code()))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn a_length_that_the_bytes_do_not_have_takes_no_memory() {
    let mut bytes = written(&Index::new(small_policy()));
    let at = HEADING.len() + 4 + 8 + policy_facts(&small_policy()).len() + 8;
    bytes[at..at + 8].copy_from_slice(&u64::MAX.to_le_bytes());
    assert!(matches!(read(&bytes), Err(SnapshotError::Cut)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn inv_09_an_index_read_back_goes_on_as_the_one_that_was_written(
        before in calls(), after in calls()
    ) {
        let mut index = play(&before);
        let mut again = read(&written(&index)).unwrap();
        prop_assert_eq!(again.position(), index.position());
        prop_assert_eq!(founders(&again), founders(&index));
        for (position, call) in (100..).zip(&after) {
            prop_assert_eq!(
                make(&mut again, position, call),
                make(&mut index, position, call)
            );
        }
        for number in 0..200 {
            let undo = DecisionId::new(number);
            prop_assert_eq!(again.undo(undo), index.undo(undo));
        }
        prop_assert_eq!(founders(&again), founders(&index));
    }

    #[test]
    fn a_cut_or_bitten_snapshot_is_refused(
        calls in calls(), at in any::<prop::sample::Index>(), bit in 0_u32..8
    ) {
        let mut bytes = written(&play(&calls));
        let at = at.index(bytes.len());
        prop_assert!(read(&bytes[..at]).is_err());
        bytes[at] ^= 1 << bit;
        prop_assert!(read(&bytes).is_err());
    }

    #[test]
    fn a_bitten_snapshot_with_a_mended_checksum_never_panics(
        before in calls(),
        after in calls(),
        bites in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)
    ) {
        let mut bytes = written(&play(&before));
        for (at, byte) in bites {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        mend(&mut bytes);
        if let Ok(mut index) = read(&bytes) {
            for (position, call) in (100..).zip(&after) {
                make(&mut index, position, call);
            }
            founders(&index);
        }
    }

    #[test]
    fn any_bytes_are_an_index_or_an_error(bytes in any::<Vec<u8>>()) {
        prop_assert!(read(&bytes).is_err());
    }
}
