//! Each kind of matter is what the truth says: what is one case shares identifiers, what strangers
//! share is shared by many, and what looks alike is told apart.

use std::collections::{BTreeMap, BTreeSet};

use super::identifiers::{identifiers, of_hub};
use super::{now, small};
use crate::{PictureSize, Truth, World, WorldReport};

/// A world with its truth; its reports are made when they are asked for.
struct Told {
    world: World,
    truth: Truth,
}

fn told(seed: u64, reports: usize) -> Told {
    let world = small(seed, reports);
    Told {
        truth: world.truth(),
        world,
    }
}

impl Told {
    fn report(&self, name: &str) -> WorldReport {
        let number: usize = name.trim_end_matches(".xml").parse().unwrap();
        self.world.report(number - 1)
    }

    fn matters(&self, group: &str) -> &[Vec<String>] {
        &self.truth.groups[group].matters
    }

    fn identifiers(&self, name: &str) -> BTreeSet<String> {
        identifiers(&self.report(name).report)
    }

    fn shared(&self, one: &str, other: &str) -> BTreeSet<String> {
        let (one, other) = (self.identifiers(one), self.identifiers(other));
        one.intersection(&other).cloned().collect()
    }

    fn cases_among(&self, matter: &[String]) -> usize {
        let of_matter = |case: &&Vec<String>| case.iter().any(|name| matter.contains(name));
        self.truth.cases.iter().filter(of_matter).count()
    }
}

#[test]
fn each_planted_tie_is_an_identifier_that_both_reports_give() {
    let told = told(41, 3_000);
    assert!(told.truth.ties.len() > 300);
    for tie in &told.truth.ties {
        let shared = told.shared(&tie.from, &tie.to);
        assert!(!shared.is_empty(), "{tie:?}");
    }
}

#[test]
fn a_payer_and_a_den_hold_many_reports_together() {
    let told = told(42, 3_000);
    for group in ["payers", "den_accounts"] {
        let sizes: Vec<usize> = told.matters(group).iter().map(Vec::len).collect();
        assert!(sizes.iter().max() > Some(&10), "{group}: {sizes:?}");
        for matter in told.matters(group) {
            assert!(told.truth.cases.contains(matter), "{group}");
        }
    }
}

#[test]
fn words_alone_tie_and_are_often_in_disguise() {
    let told = told(43, 4_000);
    let mut disguised = 0;
    let mut kinds = BTreeSet::new();
    for matter in told.matters("in_words") {
        assert!(told.truth.cases.contains(matter));
        for name in matter {
            let text = told.report(name).report.additional_info.unwrap();
            disguised += usize::from(text.contains("[.]") || text.contains("[dot]"));
        }
        for pair in matter.windows(2) {
            for one in told.shared(&pair[0], &pair[1]) {
                kinds.insert(one.split(' ').next().unwrap().to_owned());
            }
        }
    }
    assert!(disguised > 5);
    assert_eq!(kinds.iter().collect::<Vec<_>>(), ["email", "url", "wallet"]);
}

#[test]
fn what_strangers_share_is_shared_by_many_and_ties_none() {
    let told = told(44, 9_000);
    let mut holders: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for report in told.world.reports() {
        for one in identifiers(&report.report) {
            holders.entry(one).or_default().push(report.name.clone());
        }
    }
    let mut groups = BTreeMap::new();
    for hub in &told.truth.hubs {
        assert_eq!(holders[&of_hub(hub)], hub.reports, "{hub:?}");
        let smallest = groups.entry(hub.group).or_insert(usize::MAX);
        *smallest = hub.reports.len().min(*smallest);
    }
    assert_eq!(groups["recycled_phones"], 2);
    // Half of a gateway's reports are of one day each.
    assert!(groups["gateways"] >= 24);
    assert!(groups["helplines"] >= 48);
    assert!(groups["newsrooms"] >= 72);
}

#[test]
fn behind_a_gateway_only_port_and_minute_tie() {
    let told = told(45, 3_000);
    for matter in told.matters("gateways") {
        let pairs: Vec<_> = told
            .truth
            .ties
            .iter()
            .filter(|tie| matter.contains(&tie.from))
            .collect();
        assert_eq!(pairs.len(), matter.len() / 12);
        for tie in &pairs {
            let shared = told.shared(&tie.from, &tie.to);
            assert!(shared.iter().any(|one| one.starts_with("line ")), "{tie:?}");
        }
        assert_eq!(told.cases_among(matter), matter.len() - pairs.len());
    }
}

#[test]
fn a_phone_that_was_given_on_has_a_gap_of_more_than_two_years() {
    let told = told(46, 3_000);
    assert!(told.matters("recycled_phones").len() > 3);
    for matter in told.matters("recycled_phones") {
        let mut moments: Vec<_> = matter
            .iter()
            .map(|name| {
                let summary = &told.report(name).report.incident_summary;
                model::Timestamp::parse(summary.incident_date_time.as_str()).unwrap()
            })
            .collect();
        moments.sort();
        let days = moments[1].millis_since(moments[0]) / 86_400_000;
        assert!(days > 731, "{days}");
        assert_eq!(told.cases_among(matter), 2);
    }
}

#[test]
fn a_name_in_many_spellings_is_one_person_and_one_name_is_many() {
    let told = told(47, 4_000);
    let several = |named: &&crate::Named| named.spellings.len() > 1;
    let respelt = told.truth.people.iter().filter(several);
    for named in respelt.clone() {
        assert!(told.truth.cases.contains(&named.reports), "{named:?}");
    }
    assert!(respelt.count() > 5);
    let mut owners: BTreeMap<&String, usize> = BTreeMap::new();
    for named in &told.truth.people {
        for spelling in &named.spellings {
            *owners.entry(spelling).or_default() += 1;
        }
    }
    assert!(owners.values().filter(|owners| **owners > 1).count() > 3);
    for matter in told.matters("equal_names") {
        assert_eq!(told.cases_among(matter), matter.len());
    }
}

#[test]
fn near_copies_are_other_bytes_and_series_other_numbers() {
    let world = World::new(48, 1_200, now()).with_pictures(PictureSize::Small);
    let truth = world.truth();
    let reports: BTreeMap<String, WorldReport> = world
        .reports()
        .map(|report| (report.name.clone(), report))
        .collect();
    for storm in &truth.storms {
        let members = storm.reports.iter().map(|name| &reports[name]);
        match storm.kind {
            "storms" | "near_copies" => {
                let files: BTreeSet<&[u8]> = members
                    .map(|report| report.files[0].bytes.as_slice())
                    .collect();
                let hashes: BTreeSet<_> = storm
                    .reports
                    .iter()
                    .map(|name| reports[name].files[0].details.original_file_hash.len())
                    .collect();
                assert_eq!(hashes.len(), 1, "all of a storm are hashed, or none");
                let expected = if storm.kind == "storms" {
                    1
                } else {
                    storm.reports.len()
                };
                assert_eq!(files.len(), expected);
            }
            "series" => {
                let languages: BTreeSet<_> = storm
                    .reports
                    .iter()
                    .map(|name| truth.reports[name].language)
                    .collect();
                assert_eq!(languages.len(), 1, "one sentence has one language");
                let texts: BTreeSet<_> = members
                    .map(|report| report.report.additional_info.clone().unwrap())
                    .collect();
                assert_eq!(texts.len(), storm.reports.len());
            }
            _ => {
                let senders: BTreeSet<usize> = members.map(|report| report.sender).collect();
                assert_eq!((storm.kind, senders.len()), ("floods", 1));
            }
        }
    }
    let kinds: BTreeSet<_> = truth.storms.iter().map(|storm| storm.kind).collect();
    assert_eq!(kinds.len(), 4);
}

#[test]
fn a_copy_that_tells_of_something_new_opens_again() {
    let told = told(49, 12_000);
    let (mut urgent, mut places) = (0, 0);
    for storm in &told.truth.storms {
        assert!(storm.reopens.len() <= 1);
        for name in &storm.reopens {
            assert!(storm.reports.contains(name));
            if told.truth.reports[name].urgent {
                urgent += 1;
            } else {
                places += 1;
                let victim = &told.report(name).report.victim[0];
                assert!(victim.estimated_location.is_some());
            }
        }
        let urgent_members = storm
            .reports
            .iter()
            .filter(|name| told.truth.reports[*name].urgent);
        assert!(
            urgent_members.eq(storm
                .reopens
                .iter()
                .filter(|name| { told.truth.reports[*name].urgent }))
        );
    }
    assert!(urgent >= 3 && places > 0, "{urgent} {places}");
}

#[test]
fn what_looks_alike_is_no_danger_and_says_whether_it_is_one_case() {
    let told = told(50, 6_000);
    for lookalike in &told.truth.lookalikes {
        let cases = told.cases_among(&lookalike.reports);
        let expected = if lookalike.one_case {
            1
        } else {
            lookalike.reports.len()
        };
        assert_eq!(cases, expected, "{lookalike:?}");
        for name in &lookalike.reports {
            assert!(!told.truth.reports[name].urgent, "{lookalike:?}");
        }
    }
    for matter in told.matters("journalists") {
        let mails: BTreeSet<_> = matter
            .iter()
            .map(|name| {
                let reporter = &told.report(name).report.reporter.reporting_person;
                reporter.email[0].value.clone()
            })
            .collect();
        assert_eq!(mails.len(), 1);
        for name in &matter[1..] {
            assert!(told.shared(&matter[0], name).is_empty());
        }
    }
    for matter in told.matters("lists") {
        let pages = |name: &&String| {
            let of = told.identifiers(name);
            of.iter().filter(|one| one.starts_with("url ")).count()
        };
        let list = matter.iter().max_by_key(pages).unwrap();
        assert_eq!(pages(&list), matter.len() - 1);
        assert_eq!(Some(list), matter.last(), "the list comes last");
        for name in matter.iter().filter(|name| *name != list) {
            assert_eq!(told.shared(list, name).len(), 1);
        }
    }
}

#[test]
fn a_household_shares_a_phone_or_a_tablet() {
    let told = told(51, 4_000);
    let families = told.matters("households");
    assert!(
        families
            .iter()
            .all(|family| told.truth.cases.contains(family))
    );
    let mut kinds = BTreeSet::new();
    for tie in &told.truth.ties {
        if families.iter().any(|family| family.contains(&tie.from)) {
            for one in told.shared(&tie.from, &tie.to) {
                kinds.insert(one.split(' ').next().unwrap().to_owned());
            }
        }
    }
    assert!(
        kinds.contains("phone") && kinds.contains("device"),
        "{kinds:?}"
    );
}
