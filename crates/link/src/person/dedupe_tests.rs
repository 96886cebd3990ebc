//! The search finds what comparing all with all finds among those who share a key.

use super::super::blocking::blocking_keys;
use super::super::record::PersonDetails;
use super::super::testing::{any_person, details, record, roster};
use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn the_search_finds_what_comparing_all_finds(
        persons in prop::collection::vec(any_person(), 0..40), prior in -12_i32..0
    ) {
        let roster = roster(&persons);
        let mut weights = PersonWeights::builtin().unwrap();
        weights.prior_bits = f64::from(prior);
        let found = dedupe(&roster, &weights);
        prop_assert_eq!(found.left_out, 0);
        let keys: Vec<BTreeSet<_>> =
            persons.iter().map(|one| blocking_keys(&record(one)).into_iter().collect()).collect();
        let scorer = Scorer::new(&roster, &weights, Shares::Counted);
        let mut expected = Vec::new();
        for (one, mine) in roster.rows.iter().enumerate() {
            for (other, theirs) in roster.rows.iter().enumerate().skip(one + 1) {
                let number = |at| u32::try_from(at).unwrap();
                let levels = roster.levels(mine, theirs);
                let sum = scorer.weigh(levels, number(one), number(other)).sum();
                if sum >= scorer.threshold_millibits && !keys[one].is_disjoint(&keys[other]) {
                    expected.push((number(one), number(other), sum));
                }
            }
        }
        let found: Vec<_> =
            found.pairs.iter().map(|pair| (pair.one, pair.other, pair.millibits)).collect();
        prop_assert_eq!(found, expected);
    }
}

/// Different persons of one very common name, and one of them twice.
fn namesakes(count: usize) -> Vec<PersonDetails> {
    let person = |number: usize| {
        let born = format!(
            "{}-{:02}-{:02}",
            1950 + number % 50,
            number / 50 % 12 + 1,
            number / 600 + 1
        );
        details(
            "Tulo",
            "Mareb",
            &born,
            "",
            "",
            &format!("t{number}@example.com"),
        )
    };
    let mut persons: Vec<PersonDetails> = (0..count).map(person).collect();
    persons.push(person(7));
    persons
}

#[test]
fn a_block_is_compared_whole_up_to_its_limit_and_split_beyond() {
    for (count, split) in [(BLOCK_RECORDS_MAX - 1, false), (BLOCK_RECORDS_MAX, true)] {
        let persons = namesakes(count);
        let roster = roster(&persons);
        let mut weights = PersonWeights::builtin().unwrap();
        weights.prior_bits = -14.0;
        let found = dedupe(&roster, &weights);
        let pairs: Vec<_> = found
            .pairs
            .iter()
            .map(|pair| (pair.one, pair.other))
            .collect();
        assert!(
            pairs.contains(&(7, u32::try_from(count).unwrap())),
            "{count}: {pairs:?}"
        );
        assert_eq!(found.left_out > 0, split, "{count}");
    }
}

#[test]
fn a_flood_of_one_record_is_bounded_and_stays_one_cluster() {
    let person = details(
        "Tulo",
        "Mareb",
        "2011-03-04",
        "Nuvehon",
        "+99910000001",
        "t@example.com",
    );
    let mut weights = PersonWeights::builtin().unwrap();
    (weights.prior_bits, weights.suggests_at) = (-1.0, 0.5);
    // Whatever everybody has says nothing: other persons make it say something.
    let mut persons = vec![person; 1000];
    persons.extend((0..1000).map(|number| {
        details(
            &format!("k{number}"),
            "Sodi",
            "1981-07-30",
            "Zivalunta",
            "",
            "",
        )
    }));
    let roster = roster(&persons);
    let found = dedupe(&roster, &weights);
    assert!(found.compared < 1_000_000, "{}", found.compared);
    assert!(found.left_out > 0);
    let clusters = found.clusters();
    let sizes: Vec<usize> = clusters.iter().map(Vec::len).collect();
    assert!(
        sizes.contains(&1000),
        "{sizes:?} {} {}",
        found.pairs.len(),
        found.compared
    );
}

#[test]
fn clusters_are_what_pairs_connect() {
    let pair = |one, other| PersonPair {
        one,
        other,
        millibits: 0,
        probability: 1.0,
    };
    let found = PersonPairs {
        pairs: vec![pair(0, 4), pair(1, 2), pair(4, 7)],
        ..PersonPairs::default()
    };
    assert_eq!(found.clusters(), [vec![0, 4, 7], vec![1, 2]]);
    assert!(PersonPairs::default().clusters().is_empty());
}
