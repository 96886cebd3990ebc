//! Tests of replaying: exact under the same policy, and telling under another one.

use std::collections::BTreeSet;

use model::{IncidentKind, Mark, Moment, Override};

use super::*;

const FINISHED: &str = "2026-01-02T12:00:00Z";

fn finished() -> Timestamp {
    Timestamp::parse(FINISHED).unwrap()
}

fn report(incident: IncidentKind, marks: &[Mark], at: &str) -> Report {
    Report {
        incident,
        incident_at: Moment {
            text: at.to_owned(),
            utc: Timestamp::parse(at),
        },
        platform: None,
        escalation: None,
        marks: marks.iter().copied().collect(),
        subjects: Vec::new(),
        mentions: Vec::new(),
        files: Vec::new(),
        narratives: Vec::new(),
        findings: Vec::new(),
    }
}

fn told(words: &Report, number: i64, context: Context) -> Told<'_> {
    Told {
        number: ReportId::new(number),
        words,
        identifiers: &[],
        context,
        finished: finished(),
    }
}

const BUILTIN: &str = include_str!("../../../policy/triage.toml");

/// The built-in policy with one thing changed.
fn changed(from: &str, to: &str) -> Policy {
    assert!(BUILTIN.contains(from), "{from}");
    Policy::parse(&BUILTIN.replacen(from, to, 1), "changed.toml").unwrap()
}

/// The built-in policy under another version.
fn later() -> Policy {
    let version = Policy::builtin().unwrap().version().to_owned();
    changed(&format!("version = \"{version}\""), "version = \"later\"")
}

fn world() -> Vec<Report> {
    vec![
        report(IncidentKind::Enticement, &[], "2026-01-02T11:00:00Z"),
        report(
            IncidentKind::AbuseMaterial,
            &[Mark::Sextortion],
            "2026-01-01T00:00:00Z",
        ),
        report(IncidentKind::AbuseMaterial, &[Mark::Viral], "2025-01-01"),
        report(
            IncidentKind::AbuseMaterial,
            &[Mark::LiveStreaming],
            "2026-01-02T11:30:00Z",
        ),
        report(IncidentKind::Molestation, &[], "2025-12-01T00:00:00Z"),
    ]
}

/// Every report a case of its own, compared under two policies.
fn compare(before: &Policy, after: &Policy, top: usize) -> (Vec<Change>, Summary) {
    let mut comparison = Comparison::new(before.ageing(), after.ageing());
    for (number, words) in (1..).zip(&world()) {
        let told = told(words, number, Context::default());
        let [old, new] = [before, after].map(|policy| Ranked::under(policy, [told]));
        comparison.add(CaseId::new(number), finished(), &old, &new);
    }
    comparison.finish(top)
}

#[test]
fn the_same_policy_changes_nothing() {
    let policy = Policy::builtin().unwrap();
    let (changes, summary) = compare(&policy, &policy, 2);
    assert!(changes.is_empty());
    let expected = Summary {
        cases: 5,
        top: 2,
        ..Summary::default()
    };
    assert_eq!(summary, expected);
}

#[test]
fn another_policy_tells_what_it_would_change() {
    let policy = Policy::builtin().unwrap();
    let other = changed(
        "id = \"molestation\"\nscore = \"danger\"\npoints = 50\n",
        "id = \"molestation\"\nscore = \"danger\"\npoints = 50\noverride = \"live_now\"\n",
    );
    let (changes, summary) = compare(&policy, &other, 1);
    let molestation = Change {
        case: CaseId::new(5),
        before: Standing {
            rank: Rank {
                raised: None,
                danger: 50,
                actionability: 0,
            },
            place: 4,
        },
        after: Standing {
            rank: Rank {
                raised: Some(Override::LiveNow),
                danger: 50,
                actionability: 0,
            },
            place: 2,
        },
    };
    assert_eq!(changes, [molestation]);
    let expected = Summary {
        cases: 5,
        changed: 1,
        moved: 3,
        override_changed: 1,
        urgent_gained: 1,
        urgent_lost: 0,
        top: 1,
        top_changed: 0,
    };
    assert_eq!(summary, expected);
    let (_, back) = compare(&other, &policy, 2);
    assert_eq!((back.urgent_gained, back.urgent_lost), (0, 1));
    assert_eq!(back.top_changed, 1);
}

#[test]
fn a_faster_ageing_moves_cases_and_changes_no_rank() {
    let policy = Policy::builtin().unwrap();
    let fast = changed("hours_per_point = 24", "hours_per_point = 1");
    let mut comparison = Comparison::new(policy.ageing(), fast.ageing());
    for (number, words) in (1..).zip(&world()) {
        let opened = finished().plus_millis(-number * 240 * 3_600_000);
        let told = told(words, number, Context::default());
        let ranked = Ranked::under(&policy, [told]);
        comparison.add(CaseId::new(number), opened, &ranked, &ranked);
    }
    let (changes, summary) = comparison.finish(3);
    assert!(changes.is_empty());
    assert!(summary.moved > 0 && summary.override_changed == 0);
}

#[test]
fn reasons_differ_by_points_override_and_words_but_not_by_version() {
    let policy = Policy::builtin().unwrap();
    let words = report(IncidentKind::Enticement, &[], "2026-01-02T11:00:00Z");
    let under = |policy: &Policy| told(&words, 1, Context::default()).findings(policy);
    let before = under(&policy);
    assert_eq!(before.len(), 3);
    assert!(Reasons::between(&before, &under(&later())).is_empty());
    let other = changed(
        "id = \"enticement\"\nscore = \"danger\"\npoints = 30",
        "id = \"enticement\"\nscore = \"danger\"\npoints = 31",
    );
    let reasons = Reasons::between(&before, &under(&other));
    assert_eq!(reasons.changed.len(), 1);
    assert_eq!(reasons.changed[0].after.points, 31);
    assert!(reasons.added.is_empty() && reasons.removed.is_empty());
    let none = changed(
        "when = [\"incident_enticement\"]",
        "when = [\"incident_enticement\", \"mark_infant\"]",
    );
    let reasons = Reasons::between(&before, &under(&none));
    assert_eq!(reasons.removed.len(), 1);
    let reasons = Reasons::between(&under(&none), &before);
    assert_eq!(reasons.added.len(), 1);
}

fn verify(
    policy: &Policy,
    stored: &Ranked,
    ranked_under: &str,
    members: &[(Told<'_>, Vec<Finding>)],
    complete: bool,
) -> Verified {
    let mut verification = Verification::new(policy, ranked_under);
    for (told, findings) in members {
        verification.add(*told, findings);
    }
    verification.finish(stored, complete)
}

#[test]
fn inv_05_a_rank_replays_exactly_from_what_is_stored() {
    let policy = Policy::builtin().unwrap();
    let world = world();
    let known = Context {
        victim_seen_before: true,
        ..Context::default()
    };
    let judged: Vec<(i64, &Report, Vec<Finding>)> = (1..)
        .zip(&world)
        .map(|(number, words)| {
            let context = if number % 2 == 0 {
                known
            } else {
                Context::default()
            };
            let findings = told(words, number, context).findings(&policy);
            (number, words, findings)
        })
        .collect();
    // What is read back later: the context is read from the findings themselves.
    let members: Vec<(Told<'_>, Vec<Finding>)> = judged
        .iter()
        .map(|(number, words, findings)| {
            let told = told(
                words,
                *number,
                Context::behind(findings, crate::Material::default()),
            );
            (told, findings.clone())
        })
        .collect();
    let stored = Ranked::of(judged.iter().map(|(_, _, findings)| findings.clone()));
    let verified = verify(&policy, &stored, policy.version(), &members, true);
    assert_eq!(verified.mismatches, []);
    assert_eq!((verified.replayed, verified.other_version), (5, 0));
    assert_eq!(
        Ranked::under(&policy, members.iter().map(|(told, _)| *told)),
        stored
    );

    let mut inflated = stored.clone();
    inflated.rank.danger += 1;
    let verified = verify(&policy, &inflated, policy.version(), &members, true);
    assert_eq!(verified.mismatches, [Mismatch::Sums]);
    let short = verify(&policy, &stored, policy.version(), &members[1..], true);
    assert_eq!(short.mismatches, [Mismatch::Reasons]);
    let shredded = verify(&policy, &stored, policy.version(), &members[1..], false);
    assert_eq!(shredded.mismatches, []);

    let unversioned = changed("points = 50\nwhen = [\"incident_molestation\"]", {
        "points = 51\nwhen = [\"incident_molestation\"]"
    });
    let verified = verify(&unversioned, &stored, policy.version(), &members, true);
    let report = ReportId::new(5);
    assert_eq!(verified.mismatches, [Mismatch::Findings { report }]);
    let verified = verify(&later(), &stored, policy.version(), &members, true);
    assert_eq!((verified.replayed, verified.other_version), (0, 5));
    assert_eq!(verified.mismatches, []);
}

#[test]
fn places_are_a_numbering_from_one() {
    let policy = Policy::builtin().unwrap();
    let mut comparison = Comparison::new(policy.ageing(), policy.ageing());
    for (number, words) in (1..).zip(&world()) {
        let ranked = Ranked::under(&policy, [told(words, number, Context::default())]);
        comparison.add(CaseId::new(number), finished(), &ranked, &ranked);
    }
    let numbering: BTreeSet<usize> = places(&comparison.rows, 0).into_iter().collect();
    assert_eq!(numbering, (1..=5).collect());
}
