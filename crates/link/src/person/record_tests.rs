//! Records of persons: how full names are split, and whose phone a phone is.

use std::collections::BTreeSet;

use super::super::testing::names;
use super::*;
use model::{IncidentKind, Moment, Part};

fn full(text: &str) -> Vec<(String, String)> {
    let details = PersonDetails {
        full: Some(Sensitive::new(text.to_owned())),
        ..PersonDetails::default()
    };
    let letters = |name: &Option<FoldedName>| {
        name.as_ref()
            .map_or_else(String::new, |name| name.letters.clone())
    };
    let record = PersonRecord::new(&details, names());
    let splits = record.splits.iter();
    splits
        .map(|(given, family)| (letters(given), letters(family)))
        .collect()
}

fn pair(given: &str, family: &str) -> (String, String) {
    (given.to_owned(), family.to_owned())
}

#[test]
fn a_full_name_is_split_in_every_way_but_within_particles() {
    assert_eq!(full("Ana Cruz"), [pair("ana", "cruz")]);
    assert_eq!(full("Ana de la Cruz"), [pair("ana", "de la cruz")]);
    assert_eq!(
        full("Ana Luz Cruz"),
        [pair("ana", "luz cruz"), pair("ana luz", "cruz")]
    );
    assert_eq!(full("Ana"), [pair("ana", "")]);
    assert_eq!(full(""), [pair("", "")]);
    let most = full("a b c d f g h i");
    assert_eq!(most.len(), SPLITS_MAX);
    assert_eq!(most.last(), Some(&pair("a b c d f g h", "i")));
}

fn subject(part: Part, name: &str) -> Subject {
    Subject {
        part,
        name: Some(Sensitive::new(name.to_owned())),
        age_years: None,
        born: Some(Sensitive::new("2011-03-04".to_owned())),
        countries: BTreeSet::from(["PH".to_owned()]),
        third_party: false,
    }
}

fn report(subjects: Vec<Subject>) -> Report {
    Report {
        incident: IncidentKind::Enticement,
        incident_at: Moment {
            text: String::new(),
            utc: None,
        },
        platform: None,
        escalation: None,
        marks: BTreeSet::new(),
        subjects,
        mentions: Vec::new(),
        files: Vec::new(),
        narratives: Vec::new(),
        findings: Vec::new(),
    }
}

fn email(part: Part) -> Identifier {
    Identifier {
        kind: IdentifierKind::Email,
        normal: Sensitive::new("tulo@example.com".to_owned()),
        text: Sensitive::new("tulo@example.com".to_owned()),
        part,
        place: String::new(),
        ties: true,
    }
}

#[test]
fn an_address_belongs_to_the_only_person_of_its_part() {
    let one = report(vec![
        subject(Part::Victim, "Tulo Mareb"),
        subject(Part::Reported, "Ka Nim"),
    ]);
    let records = PersonRecord::of_report(&one, &[email(Part::Victim)], names());
    let emails: Vec<&str> = records
        .iter()
        .map(|(_, record)| record.email.as_str())
        .collect();
    assert_eq!(emails, ["tulo@example.com", ""]);
    let two = report(vec![
        subject(Part::Victim, "Tulo Mareb"),
        subject(Part::Victim, "Ka Nim"),
    ]);
    let records = PersonRecord::of_report(&two, &[email(Part::Victim)], names());
    assert!(records.iter().all(|(_, record)| record.email.is_empty()));
}

#[test]
fn a_name_alone_is_not_enough_to_be_compared() {
    let mut bare = subject(Part::Victim, "Tulo Mareb");
    bare.born = None;
    let records = PersonRecord::of_report(&report(vec![bare]), &[], names());
    assert!(records.is_empty());
}

#[test]
fn inv_08_a_record_shows_nothing_of_the_person() {
    let details = PersonDetails {
        full: Some(Sensitive::new("Tulo Mareb".to_owned())),
        ..PersonDetails::default()
    };
    let shown = format!("{details:?} {:?}", PersonRecord::new(&details, names()));
    assert!(!shown.to_lowercase().contains("tulo"), "{shown}");
}
