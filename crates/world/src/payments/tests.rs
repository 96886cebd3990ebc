//! The book as its users see it: the same each time, in order, of the size asked for, and no field
//! that tells who is who.

mod features;

use std::collections::{BTreeMap, BTreeSet};

use model::Timestamp;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::*;

fn now() -> Timestamp {
    Timestamp::parse("2026-11-23T12:00:00Z").unwrap()
}

fn book(seed: u64, rows: u64) -> Generator {
    Generator::new(seed, rows, now())
}

fn line(row: &Row) -> String {
    format!(
        "{},{},{},{},{},{},{},{},{},{},{},{}",
        row.id,
        Timestamp::from_millis(row.time_millis),
        row.sender,
        row.receiver,
        row.amount_minor,
        row.currency.code(),
        row.sender_country.code(),
        row.receiver_country.code(),
        row.channel.name(),
        row.reference,
        row.merchant.map_or("", Merchant::name),
        row.relation.map_or("", Relation::name),
    )
}

fn digest(book: Generator) -> String {
    let mut sum = Sha256::new();
    for label in book.truth() {
        sum.update(format!("{label:?}"));
    }
    for row in book {
        sum.update(line(&row));
    }
    model::hex(&sum.finalize())
}

#[test]
fn the_same_seed_gives_the_same_rows_for_ever() {
    // A change here changes every figure measured on a book: make it on purpose.
    let first: Vec<String> = book(1, 20_000).take(4).map(|row| line(&row)).collect();
    let expected = [
        "1,2024-11-23T05:03:34.477Z,A000002462,A000001304,2500,USD,US,US,p2p,,,",
        "2,2024-11-23T08:50:06.221Z,A000001910,A000002867,5213,CAD,CA,ID,wallet,order 39644,,",
    ];
    assert_eq!(first[..2], expected);
    assert_eq!(
        digest(book(1, 20_000)),
        "9c2ad08ceea4e550cd1c47ff5c2e91fe44bd4057a7d870d6a05aba0d766bfdf8"
    );
    let other = [digest(book(2, 400)), digest(book(1, 401))];
    assert!(!other.contains(&digest(book(1, 400))));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_book_has_its_rows_in_order_under_numbers_of_their_own(
        seed in any::<u64>(),
        rows in prop_oneof![0_u64..40, 0_u64..6_000],
        planted in 0_u32..=PLANTED_PER_100_000_MAX,
    ) {
        let book = Generator::with_planted(seed, rows, now(), planted);
        let (start, end, accounts) = (book.start(), book.end(), book.accounts());
        prop_assert_eq!(book.len(), usize::try_from(rows).unwrap());
        let labels: BTreeMap<Account, Label> =
            book.truth().map(|label| (label.account, label)).collect();
        prop_assert_eq!(labels.len(), usize::try_from(accounts).unwrap());
        let mut last = (0, start.millis());
        for row in book {
            prop_assert_eq!(row.id, last.0 + 1);
            prop_assert!(row.time_millis >= last.1 && row.time_millis < end.millis());
            prop_assert!(row.amount_minor > 0 && row.sender != row.receiver);
            prop_assert_eq!(row.currency, row.sender_country.currency());
            for (account, country) in [
                (row.sender, row.sender_country),
                (row.receiver, row.receiver_country),
            ] {
                prop_assert_eq!(labels[&account].home, country);
            }
            last = (row.id, row.time_millis);
        }
        prop_assert_eq!(last.0, rows);
    }
}

#[test]
fn groups_have_their_share_of_customers() {
    for (rows, planted) in [(2_000_000, 20), (20_000_000, 200)] {
        let book = book(3, rows);
        assert_eq!(u64::from(book.customers()), rows / ROWS_PER_CUSTOMER);
        let count = |group| u64::from(book.census.count(group));
        let all: u64 = Group::ALL[..5].iter().map(|group| count(*group)).sum();
        assert_eq!(all, planted);
        assert_eq!(count(Group::Facilitator) * 20, planted * 7);
        let customers = u64::from(book.customers());
        assert_eq!(count(Group::FamilyRemittance) * 20, customers * 3);
        assert_eq!(count(Group::Payroll) * 2_000, customers * 3);
        assert!(count(Group::Ordinary) > customers * 7 / 10);
    }
    assert_eq!(book(3, 0).customers(), 0);
    assert_eq!(book(3, 1).customers(), 1);
    let past = Generator::with_planted(3, 2_000_000, now(), u32::MAX);
    assert_eq!(past.census.count(Group::Ordinary), 67_720);
}

#[test]
fn one_day_of_rows_is_all_that_is_held() {
    for rows in [73_000, 730_000] {
        let mut book = book(4, rows);
        let mut most = 0;
        while book.next().is_some() {
            most = most.max(book.page.capacity());
        }
        let day = usize::try_from(rows / u64::from(BOOK_DAYS)).unwrap();
        // Vectors double as they grow, and a day of wages is above the mean.
        assert!(most <= day * 4 + 256, "{most} of {day} a day");
    }
    assert!(std::mem::size_of::<Row>() <= 64);
}

#[test]
fn the_truth_tells_the_days_of_what_was_planted() {
    let book = Generator::with_planted(5, 200_000, now(), 2_000);
    let labels: BTreeMap<Account, Label> =
        book.truth().map(|label| (label.account, label)).collect();
    assert!(book.start() < book.split() && book.split() < book.end());
    let mut acts: BTreeMap<Account, Planted> = BTreeMap::new();
    for row in book {
        let facilitator = labels[&row.receiver].group == Group::Facilitator;
        let pays = labels[&row.sender].group;
        if facilitator && pays.is_planted() && pays != Group::Facilitator {
            for account in [row.sender, row.receiver] {
                let before = acts.get(&account).copied();
                acts.insert(account, Planted::and(before, row.time_millis));
            }
        }
    }
    let told = labels
        .values()
        .filter_map(|label| Some((label.account, label.planted?)));
    let told: BTreeMap<Account, Planted> = told.collect();
    let groups: BTreeSet<Group> = told.keys().map(|account| labels[account].group).collect();
    assert_eq!(groups.len(), 5);
    assert!(groups.iter().all(|group| group.is_planted()));
    // A neighbour of a facilitator's may send something everyday too.
    let same = told
        .iter()
        .filter(|(account, act)| acts[account] == **act)
        .count();
    assert!(same * 100 >= told.len() * 85, "{same} of {}", told.len());
    for (account, act) in &told {
        assert!(acts[account].rows >= act.rows && acts[account].first_millis <= act.first_millis);
    }
}

#[test]
fn shapes_are_those_that_were_published() {
    let book = Generator::with_planted(6, 800_000, now(), 3_000);
    let mut payments: BTreeMap<Group, Vec<u32>> = BTreeMap::new();
    for label in book.truth() {
        if let Some(planted) = label.planted {
            payments.entry(label.group).or_default().push(planted.rows);
        }
    }
    let payers = payments.get_mut(&Group::Payer).unwrap();
    payers.sort_unstable();
    let all: u32 = payers.iter().sum();
    // Three in a hundred make about half (AIC 589); half of all make five or fewer.
    let top: u32 = payers.iter().rev().take(payers.len() * 3 / 100).sum();
    assert!(
        (all * 3 / 10..all * 7 / 10).contains(&top),
        "{top} of {all}"
    );
    assert!((3..=7).contains(&payers[payers.len() / 2]));
    let labels: BTreeMap<Account, Group> = book
        .truth()
        .map(|label| (label.account, label.group))
        .collect();
    let (mut cents, mut extorted) = (Vec::new(), BTreeMap::<Account, i64>::new());
    for row in book.filter(|row| labels[&row.receiver] == Group::Facilitator) {
        let nano = i128::from(row.amount_minor) * i128::from(row.currency.nano_usd());
        let per_unit = 10_i128.pow(row.currency.exponent());
        let in_cents = i64::try_from(nano * 100 / per_unit / 1_000_000_000).unwrap();
        match labels[&row.sender] {
            group if group.is_payer() => cents.push(in_cents),
            Group::SextortionVictim => *extorted.entry(row.sender).or_default() += in_cents,
            _ => {}
        }
    }
    // 218 AUD in the mean is 142 dollars; most of it is far less than 500 AUD, 325 dollars.
    let mean = cents.iter().sum::<i64>() / i64::try_from(cents.len()).unwrap();
    assert!((6_000..20_000).contains(&mean), "{mean}");
    let low = cents.iter().filter(|cents| **cents < 32_500).count();
    assert!(low * 100 > cents.len() * 90, "{low}");
    // 1,500 EUR are 1,648 dollars: the normal case, with exceptions.
    let within = extorted.values().filter(|cents| **cents <= 164_800).count();
    assert!(within * 100 > extorted.len() * 85 && within < extorted.len() + 1);
}

#[test]
fn references_are_words_of_forms() {
    let words: BTreeSet<String> = book(7, 100_000)
        .map(|row| row.reference.to_string())
        .map(|text| {
            text.trim_end_matches(|last: char| last.is_ascii_digit())
                .to_owned()
        })
        .collect();
    // Every phrase, and 16 handles alone and after a phrase: nothing is made up of other parts.
    assert!(
        words.len() > 100 && words.len() < 8 * 14 * 18,
        "{}",
        words.len()
    );
    for word in ["school fees", "invoice ", "gift", "", "tulong sa pamilya"] {
        assert!(words.contains(word), "{word}");
    }
}
