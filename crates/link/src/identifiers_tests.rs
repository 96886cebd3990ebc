//! Tests of the way from mentions to identifiers, over whole reports.

use std::collections::{BTreeSet, HashSet};

use model::{IncidentKind, Mention, MentionKind, Moment, Timestamp};
use proptest::prelude::*;

use super::*;
use crate::why;

fn identifiers(report: &Report) -> Vec<Identifier> {
    super::identifiers(report, &IdentifierRules::builtin().unwrap())
}

fn report(mentions: Vec<Mention>) -> Report {
    Report {
        incident: IncidentKind::Enticement,
        incident_at: moment("2026-01-02T03:04:05Z"),
        platform: Some("Example Chat".to_owned()),
        escalation: None,
        marks: BTreeSet::new(),
        subjects: Vec::new(),
        mentions,
        files: Vec::new(),
        narratives: Vec::new(),
        findings: Vec::new(),
    }
}

fn moment(text: &str) -> Moment {
    Moment {
        text: text.to_owned(),
        utc: Timestamp::parse(text),
    }
}

fn mention(kind: MentionKind, part: Part, text: &str) -> Mention {
    Mention {
        kind,
        part,
        text: Sensitive::new(text.to_owned()),
        qualifier: None,
        port: None,
        at: None,
        place: "here".to_owned(),
    }
}

fn one_of_each() -> Vec<Mention> {
    let mut mentions = vec![
        mention(MentionKind::Email, Part::Reported, "Maria@Example.org"),
        mention(MentionKind::Phone, Part::Reported, "+63 917 555 0143"),
        mention(
            MentionKind::Url,
            Part::Incident,
            "https://example.com/room/7",
        ),
        mention(MentionKind::Ip, Part::Reported, "203.0.113.7"),
        mention(MentionKind::Handle, Part::Reported, "@Maria_23"),
        mention(MentionKind::AccountNumber, Part::Reported, "81723"),
        mention(MentionKind::Device, Part::Reported, "490154203237518"),
        mention(MentionKind::Group, Part::Reported, "room-9"),
        mention(MentionKind::PriorReport, Part::Reported, "41"),
        mention(MentionKind::Email, Part::Sender, "desk@example.net"),
    ];
    mentions[3].port = Some(51234);
    mentions[3].at = Some(moment("2026-01-02T03:04:05Z"));
    mentions[6].qualifier = Some("IMEI".to_owned());
    mentions
}

#[test]
fn each_kind_has_its_normal_form_and_sentence() {
    let lines: Vec<String> = identifiers(&report(one_of_each()))
        .iter()
        .map(|found| {
            let ties = if found.ties { "ties" } else { "does not tie" };
            format!("{} | {ties} | {}", found.normal.expose(), why(found))
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn the_same_thing_twice_is_one_identifier_and_the_tying_mention_stands() {
    let found = identifiers(&report(vec![
        mention(MentionKind::Email, Part::Sender, "MARIA@example.org"),
        mention(MentionKind::Email, Part::Reported, "maria@EXAMPLE.org"),
        mention(MentionKind::Email, Part::Victim, "maria@example.org"),
    ]));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].part, Part::Reported);
    assert!(found[0].ties);
}

#[test]
fn the_senders_own_contacts_never_tie() {
    for part in [Part::Sender, Part::Police] {
        let found = identifiers(&report(vec![mention(
            MentionKind::Email,
            part,
            "maria@example.org",
        )]));
        assert!(!found[0].ties);
    }
}

#[test]
fn a_prior_report_meets_the_reports_own_number() {
    let named = identifiers(&report(vec![mention(
        MentionKind::PriorReport,
        Part::Reported,
        " 41 ",
    )]));
    let own = own_identifier(ReportId::new(41));
    assert_eq!((named[0].kind, &named[0].normal), (own.kind, &own.normal));
    assert!(own.ties);
}

#[test]
fn an_associated_account_is_not_assumed_to_be_on_the_same_platform() {
    let found = identifiers(&report(vec![mention(
        MentionKind::Handle,
        Part::Associated,
        "maria",
    )]));
    assert_eq!(found[0].normal.expose(), "/maria");
    assert!(!found[0].ties);
}

#[test]
fn a_name_in_words_equals_the_one_in_a_field() {
    let mut one = report(vec![Mention {
        qualifier: Some("Telegram Messenger".to_owned()),
        ..mention(MentionKind::Handle, Part::Associated, "@Opaque_41")
    }]);
    one.narratives = vec![
        narrative(
            Part::Victim,
            "the child wrote to Telegram: opaque_41 and +63 917 555 0143",
        ),
        narrative(Part::Sender, "questions to desk@example.net"),
        narrative(
            Part::Incident,
            "from 203.0.113.7:5123 at 2026-01-02 03:04:05 UTC, GCash 0917 555 0144",
        ),
    ];
    one.escalation = Some(Sensitive::new(
        "pays with 4111 1111 1111 1111 today".to_owned(),
    ));
    let lines: Vec<String> = identifiers(&one)
        .iter()
        .map(|found| {
            let ties = if found.ties { "ties" } else { "does not tie" };
            let (kind, normal, text) = (
                found.kind.name(),
                found.normal.expose(),
                found.text.expose(),
            );
            format!(
                "{kind} {normal} | {text} | {:?} {} | {ties}",
                found.part, found.place
            )
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

fn narrative(part: Part, text: &str) -> model::Narrative {
    model::Narrative {
        part,
        place: "additionalInfo".to_owned(),
        text: Sensitive::new(text.to_owned()),
    }
}

#[test]
fn one_pass_over_the_most_mentions_is_enough() {
    let most = (0..model::limits::MENTIONS_PER_REPORT_MAX)
        .map(|n| mention(MentionKind::Handle, Part::Reported, &format!("name{n}")))
        .collect();
    assert_eq!(
        identifiers(&report(most)).len(),
        model::limits::MENTIONS_PER_REPORT_MAX
    );
}

fn any_mention() -> impl Strategy<Value = Mention> {
    let kind = prop::sample::select(vec![
        MentionKind::Email,
        MentionKind::Phone,
        MentionKind::Url,
        MentionKind::Ip,
        MentionKind::Handle,
        MentionKind::AccountNumber,
        MentionKind::Device,
        MentionKind::Group,
        MentionKind::PriorReport,
    ]);
    let text = prop_oneof![
        any::<String>(),
        "[+0-9() -]{0,20}",
        "[a-z+.@/:#?=\\[\\]%-]{0,30}",
        "[0-9a-f:.]{0,20}",
        "(https?://)?[a-z.]{1,9}[.][a-z]{1,5}(:[0-9]{1,4})?/[a-zA-Z0-9:/?&=%#.~-]{0,12}",
        "[a-zA-Zé.+]{1,9}@[a-zé.]{1,9}[.]com",
        "[+](1|63|44|39|7|49)[ 0-9-]{6,14}",
    ];
    let qualifier = prop::option::of(prop_oneof![any::<String>(), "\\+[0-9]{1,3}"]);
    let at = prop::option::of((-1_i64 << 45..1_i64 << 45).prop_map(|millis| {
        let utc = Timestamp::from_millis(millis);
        Moment {
            text: utc.to_string(),
            utc: Some(utc),
        }
    }));
    (kind, text, qualifier, any::<Option<u16>>(), at).prop_map(
        |(kind, text, qualifier, port, at)| Mention {
            qualifier,
            port,
            at,
            ..mention(kind, Part::Reported, &text)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn any_mentions_give_each_identifier_once(
        mentions in prop::collection::vec(any_mention(), 0..12)
    ) {
        let found = identifiers(&report(mentions));
        let key = |f: &Identifier| (f.kind, f.normal.expose().clone());
        let distinct: HashSet<_> = found.iter().map(key).collect();
        prop_assert_eq!(distinct.len(), found.len());
        for identifier in &found {
            prop_assert!(why(identifier).ends_with('.'));
        }
    }

    #[test]
    fn a_normal_form_is_its_own_normal_form(one in any_mention(), kind in 0_usize..3) {
        // Platform and moment stand beside the text, so only kinds whose form is the text alone can
        // say this.
        let kind = [MentionKind::Email, MentionKind::Phone, MentionKind::Url][kind];
        let one = Mention { kind, ..one };
        for first in identifiers(&report(vec![one.clone()])) {
            if !first.ties {
                continue;
            }
            let again = Mention { text: first.normal.clone(), qualifier: None, ..one.clone() };
            let second = identifiers(&report(vec![again]));
            prop_assert_eq!(second.len(), 1);
            prop_assert_eq!(second[0].normal.expose(), first.normal.expose());
            prop_assert!(second[0].ties, "{:?}", first.normal.expose());
        }
    }
}
