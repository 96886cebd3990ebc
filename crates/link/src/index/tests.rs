//! Tests of the live index, one by one.

use std::collections::BTreeMap;

use super::*;
use model::IdentifierKind;

mod naive;
pub(super) use naive::{calls, make, play, small_policy};

const DAY_MILLIS: i64 = 24 * 3600 * 1000;

pub(super) fn policy() -> LinkPolicy {
    LinkPolicy::builtin().unwrap()
}

pub(super) fn carried(kind: IdentifierKind, fingerprint: u64) -> Carried {
    Carried {
        kind,
        // Spread as a digest is.
        fingerprint: fingerprint.wrapping_mul(0x9e37_79b9_7f4a_7c15),
    }
}

fn phone(number: u64) -> Carried {
    carried(IdentifierKind::Phone, number)
}

fn email(number: u64) -> Carried {
    carried(IdentifierKind::Email, 1 << 32 | number)
}

fn ip(number: u64) -> Carried {
    carried(IdentifierKind::Ip, 2 << 32 | number)
}

fn id(number: i64) -> ReportId {
    ReportId::new(number)
}

fn ids(numbers: impl IntoIterator<Item = i64>) -> Vec<ReportId> {
    numbers.into_iter().map(ReportId::new).collect()
}

fn decision(number: i64) -> DecisionId {
    DecisionId::new(number)
}

fn day(days: i64) -> Timestamp {
    Timestamp::from_millis(days * DAY_MILLIS)
}

fn index_of(reports: &[(i64, &[Carried])]) -> Index {
    let mut index = Index::new(policy());
    for (number, carried) in reports {
        index.place(id(*number), day(0), carried).unwrap();
    }
    index
}

/// The cases, each in the order of placing, by founder.
pub(super) fn cases(index: &Index) -> BTreeMap<ReportId, Vec<ReportId>> {
    let mut cases: BTreeMap<ReportId, Vec<ReportId>> = BTreeMap::new();
    for number in &index.record.reports.ids {
        let founder = index.founder_of(id(*number)).unwrap();
        cases.entry(founder).or_default().push(id(*number));
    }
    for (founder, members) in &cases {
        for member in members {
            assert_eq!(index.members_of(*member), *members);
        }
        assert_eq!(members[0], *founder);
    }
    cases
}

#[test]
fn what_two_reports_share_ties_them_and_says_why() {
    let mut index = index_of(&[(7, &[phone(1)]), (8, &[email(1)])]);
    let placement = index
        .place(id(9), day(1), &[ip(5), email(1), phone(1), phone(1)])
        .unwrap();
    assert_eq!(placement.founder, id(7));
    assert_eq!(placement.merged, [(id(8), id(7))]);
    assert_eq!(
        placement.edges,
        [
            Edge {
                identifier: 1,
                to: id(8),
                bits: 15
            },
            Edge {
                identifier: 2,
                to: id(7),
                bits: 14
            },
        ]
    );
    assert!(placement.moves.is_empty());
    assert!(placement.hubs.is_empty());
    assert!(placement.suggestions.is_empty());
    assert_eq!(index.members_of(id(8)), ids([7, 8, 9]));
    assert_eq!(index.position(), 3);
    assert_eq!(index.reports(), 3);
}

#[test]
fn a_number_passed_on_after_years_only_suggests() {
    let mut index = index_of(&[(1, &[phone(1)])]);
    let days = i64::from(policy().fresh_days(IdentifierKind::Phone).unwrap());
    let tied = index.place(id(2), day(days), &[phone(1)]).unwrap();
    assert_eq!(tied.founder, id(1));
    let passed_on = index.place(id(3), day(2 * days + 1), &[phone(1)]).unwrap();
    assert_eq!(passed_on.founder, id(3));
    let suggestion = &passed_on.suggestions[0];
    assert_eq!(
        (suggestion.to, suggestion.why),
        (id(2), SuggestionWhy::TooWeak)
    );
    assert_eq!(suggestion.identifiers, [0]);
    // The new holder's reports are one case, and do not reach the old holder's.
    let again = index.place(id(4), day(2 * days + 30), &[phone(1)]).unwrap();
    assert_eq!(again.founder, id(3));
    // Two that each are too old are still evidence together.
    let mut index = index_of(&[(1, &[phone(1), phone(2)])]);
    let both = index
        .place(id(2), day(days + 1), &[phone(1), phone(2)])
        .unwrap();
    assert_eq!(both.founder, id(1));
}

#[test]
fn an_address_that_strangers_share_ends_tying_nobody() {
    let mut index = Index::new(policy());
    let strangers = 300_i64;
    let mut moved = 0;
    for number in 1..=strangers {
        let own = u64::try_from(number).unwrap();
        // Each stranger's case is two reports, of which one names the shared address.
        let placement = index
            .place(id(number), day(0), &[email(own), ip(1)])
            .unwrap();
        moved += placement.moves.len();
        assert_eq!(placement.hubs, if number < 8 { vec![] } else { vec![1] });
        let second = index
            .place(id(strangers + number), day(0), &[email(own)])
            .unwrap();
        assert!(second.moves.is_empty());
    }
    assert_eq!(moved, 2 * 6, "of seven cases that were one, six left");
    let cases = cases(&index);
    assert_eq!(cases.len(), usize::try_from(strangers).unwrap());
    assert!(cases.values().all(|members| members.len() == 2));
}

#[test]
fn one_offender_in_many_well_described_reports_stays_one() {
    let mut index = Index::new(policy());
    for number in 1..=500 {
        let own = u64::try_from(number).unwrap();
        let seen = [email(1), phone(1), ip(own)];
        index.place(id(number), day(0), &seen).unwrap();
    }
    assert_eq!(cases(&index).len(), 1);
}

#[test]
fn inv_10_one_report_fuses_no_more_than_cases_max_cases() {
    let max = policy().cases_max();
    let strangers = |count: usize| {
        let mut index = Index::new(policy());
        let all: Vec<Carried> = (0_u64..).map(email).take(count).collect();
        for (number, one) in (1..).zip(&all) {
            index.place(id(number), day(0), &[*one]).unwrap();
        }
        (index, all)
    };
    let (mut index, all) = strangers(max);
    let story = index.place(id(1000), day(0), &all).unwrap();
    assert_eq!(story.edges.len(), max);
    assert_eq!(story.merged.len(), max - 1);
    assert_eq!(cases(&index).len(), 1);
    // One more, and it is a list.
    let (mut index, all) = strangers(max + 1);
    let list = index.place(id(1000), day(0), &all).unwrap();
    assert!(list.merged.is_empty() && list.edges.is_empty());
    assert_eq!(list.suggestions.len(), max + 1);
    let reason = SuggestionWhy::TooManyCases;
    assert!(list.suggestions.iter().all(|one| one.why == reason));
    assert_eq!(cases(&index).len(), max + 2);
}

#[test]
fn inv_10_a_placement_keeps_its_limits() {
    let mut index = Index::new(policy());
    let number = |n: usize| carried(IdentifierKind::Handle, u64::try_from(n).unwrap());
    let many: Vec<Carried> = (0..=CARRIED_MAX).map(number).collect();
    let refusal = index.place(id(1), day(0), &many).unwrap_err();
    assert_eq!(refusal, IndexRefusal::CarriedTooMany(id(1)));
    assert_eq!(index.position(), 0);
    index.place(id(1), day(0), &many[1..]).unwrap();
    let again = index.place(id(2), day(0), &many[1..]).unwrap();
    assert_eq!(again.edges.len(), IDENTIFIERS_PER_CASE_MAX);
    // More suggestions than anybody reads.
    let mut index = Index::new(policy());
    let all = &many[..=policy().cases_max() + SUGGESTIONS_MAX];
    for (number, one) in (1..).zip(all) {
        index.place(id(number), day(0), &[*one]).unwrap();
    }
    let list = index.place(id(1000), day(0), all).unwrap();
    assert_eq!(list.suggestions.len(), SUGGESTIONS_MAX);
}

#[test]
fn inv_10_only_the_latest_carriers_are_looked_at() {
    for (others, found) in [
        (CARRIERS_WALKED_MAX - 1, true),
        (CARRIERS_WALKED_MAX, false),
    ] {
        let mut index = Index::new(policy());
        let others = i64::try_from(others).unwrap();
        index
            .place(id(1), day(-5000), &[phone(1), email(1)])
            .unwrap();
        for number in 0..others {
            let known = [phone(1), email(2)];
            index.place(id(2 + number), day(0), &known).unwrap();
        }
        let founder = index
            .place(id(999), day(-5000), &[phone(1)])
            .unwrap()
            .founder;
        assert_eq!(founder == id(1), found, "{others}");
    }
}

#[test]
fn inv_10_a_report_with_very_many_identifiers_looks_at_fewer_carriers_of_each() {
    let full = CARRIERS_PER_REPORT_MAX / CARRIERS_WALKED_MAX;
    for (identifiers, found) in [(full, true), (full + 1, false)] {
        let mut index = Index::new(policy());
        index.place(id(1), day(0), &[phone(1), email(1)]).unwrap();
        // The first carrier is the last that a report of few identifiers looks at.
        for number in 2..=i64::try_from(CARRIERS_WALKED_MAX).unwrap() {
            let known = [phone(1), email(2)];
            index.place(id(number), day(5000), &known).unwrap();
        }
        let others = (0_u64..).map(|number| ip(100 + number));
        let mut many = vec![phone(1)];
        many.extend(others.take(identifiers - 1));
        let placed = index.place(id(999), day(0), &many).unwrap();
        assert_eq!(placed.founder == id(1), found, "{identifiers}");
    }
}

#[test]
fn a_hostile_report_that_fuses_strangers_is_taken_apart_for_good() {
    let mut index = index_of(&[
        (1, &[phone(1)]),
        (2, &[phone(2)]),
        (3, &[phone(1), phone(2)]),
    ]);
    assert_eq!(cases(&index).len(), 1);
    let apart = index.keep_apart(decision(1), &ids([1]), &ids([2])).unwrap();
    assert_eq!(apart.merged, []);
    assert_eq!(
        apart.moves,
        [Move {
            report: id(2),
            from: id(1),
            to: id(2)
        }]
    );
    // More of the same changes nothing, and says so.
    let more = index.place(id(4), day(0), &[phone(1), phone(2)]).unwrap();
    assert_eq!(more.founder, id(1));
    assert!(more.merged.is_empty());
    assert_eq!(more.suggestions[0].why, SuggestionWhy::KeptApart);
    assert_eq!(more.suggestions[0].identifiers, [1]);
    assert_eq!(index.members_of(id(2)), ids([2]));
}

#[test]
fn a_hostile_flood_tears_only_what_stood_on_the_flooded_number_and_a_join_outlasts_it() {
    let mut index = index_of(&[
        (1, &[phone(1), email(1)]),
        (2, &[phone(1), email(1)]),
        (3, &[phone(1), email(3)]),
        (4, &[phone(1), email(4)]),
    ]);
    index.join(decision(1), id(4), id(1)).unwrap();
    for number in 100..200 {
        index.place(id(number), day(0), &[phone(1)]).unwrap();
    }
    assert_eq!(index.members_of(id(1)), ids([1, 2, 4]));
    assert_eq!(index.members_of(id(3)), ids([3]));
    assert_eq!(index.members_of(id(150)), ids([150]));
}

#[test]
fn inv_09_what_was_kept_apart_stays_apart_for_all_who_come_later() {
    let mut index = index_of(&[(1, &[email(1), phone(1)]), (2, &[email(1), phone(2)])]);
    index.keep_apart(decision(1), &ids([1]), &ids([2])).unwrap();
    for number in 3..20 {
        let side = u64::try_from(number % 2 + 1).unwrap();
        let own = u64::try_from(number).unwrap();
        let seen = [phone(side), email(100 + own)];
        index.place(id(number), day(0), &seen).unwrap();
        let bridge = [email(100 + own), phone(3 - side)];
        index.place(id(100 + number), day(0), &bridge).unwrap();
        assert_ne!(index.founder_of(id(1)), index.founder_of(id(2)));
    }
    assert_eq!(cases(&index).len(), 2);
    let back = index.undo(decision(1)).unwrap();
    assert_eq!(back.merged, [(id(2), id(1))]);
    assert_eq!(cases(&index).len(), 1);
}

#[test]
fn inv_09_a_join_is_undone_exactly_though_reports_came_in_between() {
    let mut index = index_of(&[(1, &[phone(1)]), (2, &[phone(2)])]);
    let joined = index.join(decision(1), id(2), id(1)).unwrap();
    assert_eq!(joined.merged, [(id(2), id(1))]);
    index.place(id(3), day(0), &[phone(2)]).unwrap();
    index.place(id(4), day(0), &[phone(1)]).unwrap();
    assert_eq!(index.members_of(id(4)), ids([1, 2, 3, 4]));
    let undone = index.undo(decision(1)).unwrap();
    assert!(undone.merged.is_empty());
    let moved: Vec<_> = undone.moves.iter().map(|one| one.report).collect();
    assert_eq!(moved, ids([2, 3]));
    assert_eq!(index.members_of(id(1)), ids([1, 4]));
    assert_eq!(index.members_of(id(2)), ids([2, 3]));
}

#[test]
fn each_refusal_names_what_is_wrong_and_changes_nothing() {
    let mut index = index_of(&[
        (1, &[phone(1)]),
        (2, &[phone(1)]),
        (3, &[phone(1)]),
        (4, &[phone(2)]),
    ]);
    index
        .keep_apart(decision(1), &ids([1, 2]), &ids([3]))
        .unwrap();
    index.join(decision(2), id(3), id(4)).unwrap();
    let position = index.position();
    let mut refusals = vec![
        index.place(id(1), day(0), &[]).unwrap_err(),
        index.join(decision(1), id(1), id(2)).unwrap_err(),
        index.join(decision(3), id(1), id(9)).unwrap_err(),
        index.join(decision(3), id(1), id(1)).unwrap_err(),
        index.join(decision(3), id(1), id(4)).unwrap_err(),
        index.undo(decision(3)).unwrap_err(),
        index.keep_apart(decision(3), &[], &ids([3])).unwrap_err(),
        index
            .keep_apart(decision(3), &ids([3, 4]), &ids([4]))
            .unwrap_err(),
        index
            .keep_apart(decision(3), &ids([1]), &ids([4]))
            .unwrap_err(),
        index
            .keep_apart(decision(3), &ids([1]), &ids([2]))
            .unwrap_err(),
        index
            .keep_apart(decision(3), &ids([3]), &ids([4]))
            .unwrap_err(),
    ];
    assert_eq!(index.position(), position);
    index.undo(decision(1)).unwrap();
    refusals.push(index.undo(decision(1)).unwrap_err());
    refusals.push(index.join(decision(1), id(1), id(4)).unwrap_err());
    refusals.push(IndexRefusal::CarriedTooMany(id(5)));
    refusals.push(IndexRefusal::Full);
    let lines: Vec<String> = refusals
        .iter()
        .map(|refusal| format!("{refusal} ({})", refusal.code()))
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}
