//! What storms compare, and what they never overlook.

use std::collections::BTreeSet;

use model::{
    FileFacts, FileId, IncidentKind, Moment, Narrative, Override, Report, Score, Timestamp,
};
use proptest::prelude::*;

use super::*;

fn policy() -> StormPolicy {
    StormPolicy::builtin().unwrap()
}

fn report(incident: IncidentKind, words: &str) -> Report {
    Report {
        incident,
        incident_at: Moment {
            text: "2026-01-02T03:04:05Z".to_owned(),
            utc: Timestamp::parse("2026-01-02T03:04:05Z"),
        },
        platform: Some("Example".to_owned()),
        escalation: None,
        marks: BTreeSet::new(),
        subjects: Vec::new(),
        mentions: Vec::new(),
        files: Vec::new(),
        narratives: vec![Narrative {
            part: Part::Incident,
            place: "additionalInfo".to_owned(),
            text: Sensitive::new(words.to_owned()),
        }],
        findings: Vec::new(),
    }
}

fn with_file(mut report: Report, byte: u8) -> Report {
    let mut file = FileFacts::unsaid(FileId::new([byte; 16]), 100, &[byte; 32]);
    file.perceptual = vec![format!("pdq:{byte:02x}")];
    report.files.push(file);
    report
}

fn child(name: &str, country: &str) -> Subject {
    Subject {
        part: Part::Victim,
        name: (!name.is_empty()).then(|| Sensitive::new(name.to_owned())),
        age_years: None,
        born: None,
        countries: BTreeSet::from([country.to_owned()]),
        third_party: false,
    }
}

fn facts(report: &Report) -> StormFacts {
    storm_facts(&policy(), report, &[], &[])
}

#[test]
fn a_template_is_one_text_whatever_it_names() {
    let shaped = |words: &str| facts(&report(IncidentKind::AbuseMaterial, words)).keys;
    let one = shaped("Account user_1 was reported at 10:30 by mail to a@example.org for review.");
    let two = shaped("account User_77 was Reported at 11:45 by mail to b@example.org for review");
    assert_eq!(one.len(), 1);
    assert_eq!(one[0].kind, StormKind::Text);
    assert_eq!(one, two);
    assert_ne!(
        one,
        shaped("Account user_1 was seen at 10:30 by mail to a@example.org once")
    );
    assert!(shaped("Too few words 12345").is_empty());
    // Scripts with marks on their letters, and without spaces between words.
    let hindi = |number: u32| format!("यह रिपोर्ट एक स्वचालित प्रणाली द्वारा भेजी गई है {number}");
    assert_eq!(shaped(&hindi(1)), shaped(&hindi(22)));
    assert_eq!(shaped(&hindi(1)).len(), 1);
    assert_eq!(
        shaped("รายงานนี้ส่งโดยระบบอัตโนมัติและไม่มีผู้ใดอ่านก่อนส่งมาที่นี่").len(),
        1
    );
}

#[test]
fn files_and_their_perceptual_hashes_are_compared_and_then_no_text_is() {
    let words = "The same words stand in every report of this sender.";
    let keys = facts(&with_file(report(IncidentKind::AbuseMaterial, words), 7)).keys;
    let kinds: Vec<_> = keys.iter().map(|key| key.kind).collect();
    assert_eq!(kinds, [StormKind::File, StormKind::Picture]);
}

#[test]
fn what_is_done_to_a_child_in_person_is_in_no_storm() {
    let words = "The same words stand in every report of this sender.";
    for incident in [
        IncidentKind::Molestation,
        IncidentKind::Trafficking,
        IncidentKind::Travel,
        IncidentKind::Enticement,
    ] {
        assert!(
            facts(&with_file(report(incident, words), 7))
                .keys
                .is_empty()
        );
    }
}

#[test]
fn inv_06_a_report_of_live_danger_keeps_its_row_whatever_the_storm() {
    let viral = || with_file(report(IncidentKind::AbuseMaterial, "x"), 7);
    assert!(!facts(&viral()).stays_open);
    let mut live = viral();
    live.marks.insert(Mark::LiveStreaming);
    assert!(facts(&live).stays_open);
    let mut escalated = viral();
    escalated.escalation = Some(Sensitive::new(String::new()));
    assert!(facts(&escalated).stays_open);
    let finding = |points, raises| Finding {
        score: Score::Danger,
        rule: "a".to_owned(),
        version: "1".to_owned(),
        points,
        text: "x".to_owned(),
        raises,
        refs: Vec::new(),
        supersedes: Vec::new(),
    };
    let open = |findings: &[Finding]| storm_facts(&policy(), &viral(), &[], findings).stays_open;
    assert!(open(&[finding(0, Some(Override::KnownChild))]));
    let most = policy().stays_open_at_danger();
    assert!(open(&[finding(most - 1, None), finding(1, None)]));
    assert!(!open(&[finding(most - 1, None)]));
}

#[test]
fn a_child_and_its_country_are_named() {
    let mut named = with_file(report(IncidentKind::AbuseMaterial, "x"), 7);
    named.subjects.push(child("Child 12", "PH"));
    let facts = facts(&named);
    let said: Vec<_> = facts
        .named
        .iter()
        .map(|named| named.expose().as_str())
        .collect();
    assert_eq!(said, ["child|child 12||", "place|PH"]);
    assert!(!facts.stays_open);
}

#[test]
fn a_child_in_a_report_without_files_keeps_it_open() {
    let mut told = report(
        IncidentKind::AbuseMaterial,
        "The same words stand in every report of this sender.",
    );
    told.subjects.push(child("", "PH"));
    assert!(facts(&told).stays_open);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_words_have_at_most_one_bounded_shape(words in any::<String>(), times in 1_usize..400) {
        let keys = facts(&report(IncidentKind::AbuseMaterial, &words.repeat(times))).keys;
        prop_assert!(keys.len() <= 1);
        for key in keys {
            prop_assert!(key.value.expose().len() <= 2 * (TEXT_BYTES_COMPARED + words.len() * 12));
        }
    }
}
