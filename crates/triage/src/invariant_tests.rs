//! The invariants that triage answers for, and snapshots of what it says of a few reports.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use model::{
    FileFacts, FileId, Finding, Identifier, IdentifierKind, IncidentKind, Mark, Mention,
    MentionKind, Moment, Narrative, Override, Part, Report, ReportId, Score, Sensitive, Subject,
    Timestamp, rank,
};
use proptest::prelude::*;

use crate::facts::{Bounds, Matter, Truth};
use crate::{AGEING_RULE, Context, Fact, Material, Policy, combine, report_findings};

static POLICY: LazyLock<Policy> = LazyLock::new(|| Policy::builtin().unwrap());
const NOW: &str = "2026-01-02T12:00:00Z";

fn now() -> Timestamp {
    Timestamp::parse(NOW).unwrap()
}

fn moment(text: &str) -> Moment {
    Moment {
        text: text.to_owned(),
        utc: Timestamp::parse(text),
    }
}

fn bare(incident: IncidentKind, at: &str) -> Report {
    Report {
        incident,
        incident_at: moment(at),
        platform: None,
        escalation: None,
        marks: BTreeSet::new(),
        subjects: Vec::new(),
        mentions: Vec::new(),
        files: Vec::new(),
        narratives: Vec::new(),
        findings: Vec::new(),
    }
}

fn narrative() -> Narrative {
    Narrative {
        part: Part::Incident,
        place: "additionalInfo".to_owned(),
        text: Sensitive::new("A moderator saw it.".to_owned()),
    }
}

fn victim(age_years: Option<i64>) -> Subject {
    Subject {
        part: Part::Victim,
        name: None,
        age_years,
        born: None,
        countries: BTreeSet::new(),
        third_party: false,
    }
}

/// Identifiers as `link` would give them, near enough for facts.
fn identifiers(report: &Report) -> Vec<Identifier> {
    report
        .mentions
        .iter()
        .map(|mention| Identifier {
            kind: match mention.kind {
                MentionKind::Ip => IdentifierKind::Ip,
                MentionKind::Phone => IdentifierKind::Phone,
                MentionKind::AccountNumber => IdentifierKind::Handle,
                MentionKind::PriorReport => IdentifierKind::PriorReport,
                _ => IdentifierKind::Email,
            },
            normal: mention.text.clone(),
            text: mention.text.clone(),
            part: mention.part,
            place: mention.place.clone(),
            ties: mention.part.ties(),
        })
        .collect()
}

fn findings(report: &Report, number: i64) -> Vec<Finding> {
    findings_in(Context::default(), report, number)
}

fn findings_in(context: Context, report: &Report, number: i64) -> Vec<Finding> {
    report_findings(
        &POLICY,
        report,
        ReportId::new(number),
        &identifiers(report),
        context,
        now(),
    )
}

fn mention(kind: MentionKind, part: Part) -> Mention {
    Mention {
        kind,
        part,
        text: Sensitive::new(format!("{kind:?} {part:?}")),
        qualifier: None,
        port: None,
        at: None,
        place: String::new(),
    }
}

fn full_live_report() -> Report {
    let mut ip = mention(MentionKind::Ip, Part::Reported);
    ip.port = Some(51234);
    ip.at = Some(moment("2026-01-02T11:58:07Z"));
    let mut child = victim(Some(9));
    child.countries.insert("PH".to_owned());
    let mut watcher = Subject {
        part: Part::Reported,
        ..victim(None)
    };
    watcher.countries.insert("AU".to_owned());
    let mut file = FileFacts::unsaid(FileId::new([1; 16]), 10, &[2; 32]);
    file.viewed_by_sender = Some(true);
    file.industry_class = Some("A1".to_owned());
    Report {
        platform: Some("Example Live".to_owned()),
        escalation: Some(Sensitive::new("The stream is still on.".to_owned())),
        marks: BTreeSet::from([Mark::LiveStreaming]),
        subjects: vec![child, watcher],
        mentions: vec![
            ip,
            mention(MentionKind::Email, Part::Reported),
            mention(MentionKind::AccountNumber, Part::Victim),
            mention(MentionKind::Phone, Part::Sender),
        ],
        files: vec![file],
        narratives: vec![narrative()],
        findings: Vec::new(),
        ..bare(IncidentKind::AbuseMaterial, "2026-01-02T11:55:00Z")
    }
}

#[test]
fn what_it_says_of_a_full_live_report() {
    insta::assert_json_snapshot!(combine(&findings(&full_live_report(), 7), &[]));
}

#[test]
fn what_it_says_of_a_live_report_that_says_little() {
    let mut report = bare(IncidentKind::AbuseMaterial, "2026-01-02T11:55:00");
    report.marks.insert(Mark::LiveStreaming);
    insta::assert_json_snapshot!(combine(&findings(&report, 7), &[]));
}

#[test]
fn what_it_says_of_a_viral_report_with_every_field() {
    let mut report = full_live_report();
    report.escalation = None;
    report.marks = BTreeSet::from([Mark::Viral, Mark::PotentialMeme]);
    report.incident_at = moment("2025-06-01T00:00:00Z");
    insta::assert_json_snapshot!(combine(&findings(&report, 7), &[]));
}

#[test]
fn what_it_says_of_an_empty_enticement_report() {
    let report = bare(IncidentKind::Enticement, "2025-12-30T00:00:00Z");
    insta::assert_json_snapshot!(combine(&findings(&report, 7), &[]));
}

#[test]
fn completeness_is_not_danger() {
    let mut viral = full_live_report();
    viral.escalation = None;
    viral.marks = BTreeSet::from([Mark::Viral]);
    let mut live = bare(IncidentKind::AbuseMaterial, "2026-01-02T11:55:00Z");
    live.marks.insert(Mark::LiveStreaming);
    let (viral, live) = (rank(&findings(&viral, 1)), rank(&findings(&live, 2)));
    assert!(viral.actionability > live.actionability);
    assert!(live.danger > viral.danger && live.raised > viral.raised);
}

#[test]
fn an_old_stream_is_not_live_now_but_an_unclear_time_may_be() {
    let at = |text: &str| {
        let mut report = bare(IncidentKind::AbuseMaterial, text);
        report.marks.insert(Mark::LiveStreaming);
        rank(&findings(&report, 1)).raised
    };
    assert_eq!(at("2026-01-01T12:00:01Z"), Some(Override::LiveNow));
    assert_eq!(at("2026-01-01T12:00:00Z"), None);
    assert_eq!(at("2026-01-02T13:00:00Z"), Some(Override::LiveNow));
    // No offset, or beyond what a clock may run ahead: the time is not known, which is never "old".
    assert_eq!(at("2020-01-02T12:00:00"), Some(Override::LiveNow));
    assert_eq!(at("2062-01-02T12:00:00Z"), Some(Override::LiveNow));
}

#[test]
fn self_harm_and_a_known_child_stand_above_every_score() {
    let raised = |context, marks: &[Mark], at: &str| {
        let mut report = bare(IncidentKind::Enticement, at);
        report.marks.extend(marks);
        rank(&findings_in(context, &report, 1)).raised
    };
    let (nothing, known) = (
        Context::default(),
        Context {
            victim_seen_before: true,
            ..Context::default()
        },
    );
    let long_ago = "2025-01-01T00:00:00Z";
    assert_eq!(raised(nothing, &[], long_ago), None);
    assert_eq!(raised(known, &[], long_ago), Some(Override::KnownChild));
    let sadistic = [Mark::SadisticExploitation];
    let self_harm = Some(Override::SelfHarm);
    assert_eq!(raised(known, &sadistic, long_ago), self_harm);
    // Sextortion while it is fresh, or while nobody says that it is not.
    let sextortion = [Mark::Sextortion];
    assert_eq!(raised(nothing, &sextortion, long_ago), None);
    for fresh in ["2025-12-30T12:00:01Z", "2026-01-02", "2025-01-01T00:00:00"] {
        assert_eq!(raised(nothing, &sextortion, fresh), self_harm, "{fresh}");
    }
    assert_eq!(raised(nothing, &sextortion, "2025-12-30T12:00:00Z"), None);
}

const MARKS: [Mark; 16] = [
    Mark::Sextortion,
    Mark::Solicitation,
    Mark::MinorToMinor,
    Mark::Spam,
    Mark::SadisticExploitation,
    Mark::ViralBatch,
    Mark::Drawing,
    Mark::PotentialMeme,
    Mark::Viral,
    Mark::PossibleSelfProduction,
    Mark::PhysicalHarm,
    Mark::ViolenceGore,
    Mark::Bestiality,
    Mark::LiveStreaming,
    Mark::Infant,
    Mark::GenerativeAi,
];

const INCIDENTS: [IncidentKind; 8] = [
    IncidentKind::AbuseMaterial,
    IncidentKind::Trafficking,
    IncidentKind::Travel,
    IncidentKind::Molestation,
    IncidentKind::MisleadingDomain,
    IncidentKind::MisleadingContent,
    IncidentKind::Enticement,
    IncidentKind::UnsolicitedMaterial,
];

fn any_subject() -> impl Strategy<Value = Subject> {
    let part = prop::sample::select(vec![
        Part::Reported,
        Part::Victim,
        Part::Victim,
        Part::Recipient,
    ]);
    let countries = prop::collection::btree_set("PH|AU|GB", 0..2);
    let age = prop_oneof![Just(None), (-3_i64..200).prop_map(Some)];
    let born = prop_oneof![
        Just(None),
        "20[012][0-9]-0[1-9]-1[0-9]".prop_map(|born| Some(Sensitive::new(born)))
    ];
    let name = prop::option::of("[a-z]{3}".prop_map(Sensitive::new));
    (part, countries, age, born, name).prop_map(|(part, countries, age_years, born, name)| {
        Subject {
            part,
            name,
            age_years,
            born,
            countries,
            third_party: false,
        }
    })
}

fn any_file() -> impl Strategy<Value = FileFacts> {
    let class = prop::sample::select(vec![None, Some("A1"), Some("A2"), Some("B1"), Some("B2")]);
    (class, any::<Option<bool>>(), any::<Option<bool>>()).prop_map(|(class, viewed, public)| {
        FileFacts {
            industry_class: class.map(str::to_owned),
            viewed_by_sender: viewed,
            publicly_available: public,
            ..FileFacts::unsaid(FileId::new([1; 16]), 1, &[0; 32])
        }
    })
}

fn any_mention() -> impl Strategy<Value = Mention> {
    let kind = prop::sample::select(vec![
        MentionKind::Email,
        MentionKind::Ip,
        MentionKind::PriorReport,
    ]);
    let part = prop::sample::select(vec![Part::Reported, Part::Victim, Part::Sender]);
    (kind, part).prop_map(|(kind, part)| mention(kind, part))
}

fn any_report() -> impl Strategy<Value = Report> {
    let incident = prop::sample::select(INCIDENTS.to_vec());
    let hours_ago = prop_oneof![-60_i64..400, Just(100_000)];
    let at = (hours_ago, any::<bool>()).prop_map(|(hours, offset)| {
        let utc = now().plus_millis(-hours * 3_600_000);
        Moment {
            text: utc.to_string(),
            utc: offset.then_some(utc),
        }
    });
    let escalation = prop::option::of("[ a-z]{0,3}".prop_map(Sensitive::new));
    (
        incident,
        at,
        escalation,
        prop::sample::subsequence(MARKS.to_vec(), 0..6),
        prop::collection::vec(any_subject(), 0..4),
        prop::collection::vec(any_mention(), 0..4),
        prop::collection::vec(any_file(), 0..3),
        any::<bool>(),
    )
        .prop_map(
            |(
                incident,
                incident_at,
                escalation,
                marks,
                subjects,
                mentions,
                files,
                has_narrative,
            )| Report {
                incident,
                incident_at,
                platform: Some("Example".to_owned()),
                escalation,
                marks: marks.into_iter().collect(),
                subjects,
                mentions,
                files,
                narratives: has_narrative.then(narrative).into_iter().collect(),
                findings: Vec::new(),
            },
        )
}

/// What the archive knows is no field of the report: no sender can leave it out.
fn any_context() -> impl Strategy<Value = Context> {
    any::<[bool; 3]>().prop_map(|[victim_seen_before, listed, unlisted]| Context {
        victim_seen_before,
        material: Material { listed, unlisted },
    })
}

/// Every fact that a rule may rest danger on, or withhold it for.
fn facts_about_danger() -> impl Iterator<Item = Fact> {
    let plain = [
        Fact::Escalated,
        Fact::IncidentRecent,
        Fact::VictimUnderAge,
        Fact::FilePrepubescent,
        Fact::VictimKnown,
    ];
    let kinds = INCIDENTS.map(Fact::Incident);
    plain
        .into_iter()
        .chain(kinds)
        .chain(MARKS.map(Fact::Marked))
}

/// The same report with one thing left unsaid, or one mark of volume more.
fn lessened(report: &Report, step: usize) -> Report {
    let mut less = report.clone();
    let each_subject =
        |less: &mut Report, forget: fn(&mut Subject)| less.subjects.iter_mut().for_each(forget);
    let each_file =
        |less: &mut Report, forget: fn(&mut FileFacts)| less.files.iter_mut().for_each(forget);
    match step {
        0 => less.incident_at.utc = None,
        1 => less.platform = None,
        2 => each_subject(&mut less, |person| {
            (person.age_years, person.born) = (None, None);
        }),
        3 => each_subject(&mut less, |person| person.countries.clear()),
        4 => each_subject(&mut less, |person| person.name = None),
        5 => less.subjects.clear(),
        6 => less.mentions.clear(),
        7 => each_file(&mut less, |file| file.industry_class = None),
        8 => each_file(&mut less, |file| file.viewed_by_sender = None),
        9 => each_file(&mut less, |file| file.publicly_available = None),
        10 => less.files.clear(),
        11 => less.narratives.clear(),
        step => {
            less.marks.insert(VOLUME[step - 12]);
        }
    }
    less
}

const VOLUME: [Mark; 6] = [
    Mark::Spam,
    Mark::Viral,
    Mark::ViralBatch,
    Mark::PotentialMeme,
    Mark::Drawing,
    Mark::GenerativeAi,
];
const STEPS: usize = 12 + VOLUME.len();

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn inv_05_a_rank_equals_the_sum_of_its_shown_points(
        reports in prop::collection::vec((any_report(), any_context()), 1..5),
        waited_hours in 0_i64..10_000
    ) {
        let case = (1..).zip(&reports).fold(Vec::new(), |case, (number, (report, context))| {
            combine(&case, &findings_in(*context, report, number))
        });
        let rank = rank(&case);
        let (mut danger, mut actionability, mut raised) = (0, 0, None);
        for finding in &case {
            prop_assert!(!finding.rule.is_empty() && finding.version == POLICY.version());
            let is_filled = finding.text.ends_with('.') && !finding.text.contains(['{', '}', '?']);
            prop_assert!(is_filled, "{}", finding.text);
            prop_assert!(!finding.refs.is_empty() && finding.refs.is_sorted_by(|a, b| a < b));
            let replaced = case.iter().any(|other| other.supersedes.contains(&finding.rule));
            prop_assert!(!replaced, "{} is shown and replaced", finding.rule);
            match finding.score {
                Score::Danger => danger += finding.points,
                Score::Actionability => actionability += finding.points,
            }
            raised = raised.max(finding.raises);
        }
        prop_assert_eq!((rank.danger, rank.actionability), (danger, actionability));
        prop_assert_eq!(rank.raised, raised);
        let known = reports.iter().any(|(_, context)| context.victim_seen_before);
        prop_assert_eq!(Context::behind(&case, Material::default()).victim_seen_before, known);
        // Waiting is told beside the rank and is no part of it.
        let opened = now().plus_millis(-waited_hours * 3_600_000);
        let waiting = POLICY.ageing().waiting(opened, now());
        prop_assert_eq!(waiting.points, POLICY.ageing().waiting_points(opened, now()));
        prop_assert!(case.iter().all(|finding| finding.rule != AGEING_RULE));
    }

    #[test]
    fn place_platform_and_tongue_change_no_danger_point(
        report in any_report(), context in any_context(),
        countries in prop::collection::vec(prop::collection::btree_set("[A-Z]{2}", 0..3), 1..5),
        platform in prop::option::of("[ -~]{1,12}"), words in "\\PC{0,40}",
        offset_hours in -11_i64..12
    ) {
        let mut elsewhere = report.clone();
        for (subject, countries) in elsewhere.subjects.iter_mut().zip(countries.iter().cycle()) {
            subject.countries = countries.clone();
        }
        elsewhere.platform = platform;
        for narrative in &mut elsewhere.narratives {
            narrative.text = Sensitive::new(words.clone());
        }
        if Matter::new(&report, &[], context, now()).truth(Fact::Escalated, Bounds::default())
            == Truth::Yes
        {
            elsewhere.escalation = Some(Sensitive::new(format!("x{words}")));
        }
        if elsewhere.incident_at.utc.is_some() {
            // The same moment as people write it elsewhere.
            elsewhere.incident_at.text = format!("in local time, {offset_hours} hours from UTC");
        }
        let danger = |report: &Report| {
            let mut findings = findings_in(context, report, 1);
            findings.retain(|finding| finding.score == Score::Danger);
            findings
        };
        prop_assert_eq!(danger(&report), danger(&elsewhere));
        // And so under any policy: of all that may show or withhold danger, nothing differs.
        let bounds = Bounds { within_hours: Some(24), under_years: Some(13) };
        let (here, there) = (identifiers(&report), identifiers(&elsewhere));
        let here = Matter::new(&report, &here, context, now());
        let there = Matter::new(&elsewhere, &there, context, now());
        for fact in facts_about_danger() {
            prop_assert_eq!(here.truth(fact, bounds), there.truth(fact, bounds), "{:?}", fact);
        }
    }

    #[test]
    fn inv_06_nothing_lowers_a_live_danger_signal(
        mut report in any_report(), live in any::<bool>(), context in any_context(),
        steps in prop::collection::vec(0..STEPS, 1..4),
        others in prop::collection::vec(any_report(), 0..3)
    ) {
        if live {
            report.marks.insert(Mark::LiveStreaming);
        } else {
            report.escalation = Some(Sensitive::new("urgent".to_owned()));
        }
        let before = rank(&findings_in(context, &report, 1));
        let less = steps.iter().fold(report, |less, step| lessened(&less, *step));
        let after = rank(&findings_in(context, &less, 1));
        prop_assert!(after.danger >= before.danger, "{} < {}", after.danger, before.danger);
        prop_assert!(after.raised >= before.raised);
        let case = (2..).zip(&others).fold(findings_in(context, &less, 1), |case, (number, other)| {
            combine(&case, &findings(other, number))
        });
        prop_assert!(rank(&case).danger >= after.danger);
        prop_assert!(rank(&case).raised >= after.raised);
    }

    #[test]
    fn ten_copies_of_one_report_rank_as_one(report in any_report()) {
        let once = combine(&findings(&report, 1), &[]);
        let ten = (2..=10).fold(once.clone(), |case, number| {
            combine(&case, &findings(&report, number))
        });
        prop_assert_eq!(rank(&ten), rank(&once));
        prop_assert_eq!(ten.len(), once.len());
    }
}
