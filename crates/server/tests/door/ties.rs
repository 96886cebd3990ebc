//! What belongs together stands together and says why; the most endangered child stands on top.

use std::collections::BTreeSet;

use model::{Override, Score};
use server::{Actor, CaseFile, QueueEntry};

use crate::archive::Archive;
use crate::documents::{ReportXml, file_details, report_number};
use crate::house::{House, inside, on_both};

async fn queue(house: &House) -> Vec<QueueEntry> {
    house.station.queue(None, 500).await.unwrap().entries
}

/// The case that a report stands in, opened.
async fn case_of(house: &House, report: i64) -> CaseFile {
    let case = Archive::of(house).await.case_of(report).await;
    let opened = house.station.case(Actor::Operator, case).await.unwrap();
    opened.unwrap()
}

fn members(case: &CaseFile) -> BTreeSet<i64> {
    let reports = case.members.iter();
    reports.map(|member| member.report.number()).collect()
}

/// The reports of two platforms stand in one case, for one reason that names `shared`.
async fn assert_tied(house: &House, one: &str, two: &str, shared: &str) {
    let meadow = house.sender("Meadow Video").await;
    let harbour = house.sender("Harbour Chat").await;
    let first = meadow.file(&ReportXml::with_person(one).xml()).await;
    let stranger = meadow.file(&report_number(1)).await;
    let second = harbour.file(&ReportXml::with_person(two).xml()).await;
    let case = case_of(house, second).await;
    assert_eq!(members(&case), BTreeSet::from([first, second]));
    assert_eq!(case.entry.reports, 2);
    let [link] = &case.links[..] else {
        panic!("{:?}", case.links);
    };
    assert_eq!((link.from.number(), link.to.number()), (second, first));
    assert!(link.why.contains(shared), "{}", link.why);
    assert!(case.members.iter().all(|member| member.source == "ispws"));
    assert_eq!(
        members(&case_of(house, stranger).await),
        BTreeSet::from([stranger])
    );
}

#[tokio::test]
async fn an_email_address_in_another_letter_case_ties_two_platforms() {
    on_both(async |house| {
        let one = "<email>Night.Owl@Example.COM</email>";
        let two = "<email type=\"Home\">night.owl@example.com</email>";
        assert_tied(house, one, two, "email address (night.owl@example.com)").await;
    })
    .await;
}

#[tokio::test]
async fn a_phone_number_in_its_national_form_ties_two_platforms() {
    on_both(async |house| {
        let one = "<phone countryCallingCode=\"+1\">(202) 555-0142</phone>";
        let two = "<phone>+1 202 555 0142</phone>";
        assert_tied(house, one, two, "phone number (+12025550142)").await;
    })
    .await;
}

/// A report that names an earlier one by its number.
fn naming(prior: i64) -> ReportXml {
    let people = format!(
        "<personOrUserReported><priorCTReports>{prior}</priorCTReports></personOrUserReported>"
    );
    ReportXml {
        people,
        ..ReportXml::default()
    }
}

#[tokio::test]
async fn a_report_that_names_an_earlier_one_stands_beside_it() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let other = house.sender("another platform").await;
        let first = sender.file(&report_number(1)).await;
        let second = other.file(&naming(first).xml()).await;
        let case = case_of(house, first).await;
        assert_eq!(members(&case), BTreeSet::from([first, second]));
        let links = case.links.iter();
        let ends: Vec<_> = links.map(|l| (l.from.number(), l.to.number())).collect();
        assert_eq!(ends, [(second, first)]);
        assert!(
            case.links[0].why.contains(&first.to_string()),
            "{:?}",
            case.links
        );
        // A number that nobody has points nowhere, until another report names it too.
        let third = sender.file(&naming(123_456_789).xml()).await;
        assert_eq!(
            members(&case_of(house, third).await),
            BTreeSet::from([third])
        );
        let fourth = other.file(&naming(123_456_789).xml()).await;
        assert_eq!(
            members(&case_of(house, fourth).await),
            BTreeSet::from([third, fourth])
        );
    })
    .await;
}

#[tokio::test]
async fn what_many_share_ties_nobody() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        // The sender's own contact, a filler instead of a number, a number without its country.
        let contact = "<reporter><reportingPerson><email>desk@example.com</email>\
                       </reportingPerson>";
        for number in 0..3 {
            let known = format!(
                "<lastName>{number}</lastName><phone>+1 000 000 0000</phone><phone>555 0142</phone>"
            );
            let document = ReportXml::with_person(&known).xml();
            let document = document.replace("<reporter><reportingPerson/>", contact);
            sender.file(&document).await;
        }
        assert_eq!(queue(house).await.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_report_that_shares_with_two_cases_makes_them_one() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let other = house.sender("another platform").await;
        let email = "<email>account@example.com</email>";
        let phone = "<phone>+12025550142</phone>";
        let one = sender.file(&ReportXml::with_person(email).xml()).await;
        let two = other.file(&ReportXml::with_person(phone).xml()).await;
        assert_eq!(queue(house).await.len(), 2);
        let both = ReportXml::with_person(&format!("{phone}{email}"));
        let three = other.file(&both.xml()).await;
        let case = case_of(house, one).await;
        assert_eq!(members(&case), BTreeSet::from([one, two, three]));
        assert_eq!(case.links.len(), 2, "{:?}", case.links);
        assert_eq!(queue(house).await.len(), 1);
        // A report that comes later finds the case that is left, by either.
        let later = sender.file(&ReportXml::with_person(phone).xml()).await;
        assert_eq!(case_of(house, later).await.entry.case, case.entry.case);
        assert_eq!(queue(house).await[0].reports, 4);
    })
    .await;
}

#[tokio::test]
async fn reports_finished_at_once_that_share_one_account_are_one_case() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let mut reports = Vec::new();
        for number in 0..12 {
            let known = format!(
                "<phone>+1202555{:04}</phone><email>account@example.com</email>",
                100 + number
            );
            reports.push(sender.open(&ReportXml::with_person(&known).xml()).await);
        }
        let finishes = reports.iter().map(|report| sender.finish(*report));
        for answer in futures_util::future::join_all(finishes).await {
            assert_eq!(answer.code(), 0);
        }
        let cases = queue(house).await;
        assert_eq!((cases.len(), cases[0].reports), (1, 12));
    })
    .await;
}

/// A report that its sender escalates.
fn escalated(email: &str) -> ReportXml {
    ReportXml {
        incident: "<escalateToHighPriority>The child is expected to be met today.\
                   </escalateToHighPriority>"
            .to_owned(),
        time: "2025-12-01T00:00:00Z",
        ..ReportXml::with_email(email)
    }
}

const LIVE: &str = "<fileAnnotations><liveStreaming/></fileAnnotations>";

#[tokio::test]
async fn live_and_escalated_reports_stand_on_top_whatever_else_comes() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let weighty = ReportXml {
            incident_type: "Child Sexual Molestation",
            incident: "<reportAnnotations><sextortion/><sadisticOnlineExploitation/>\
                       </reportAnnotations>"
                .to_owned(),
            ..ReportXml::with_email("weighty@example.com")
        };
        let weighty = sender.file(&weighty.xml()).await;
        let urgent = sender.file(&escalated("urgent@example.com").xml()).await;
        let live = sender
            .open(&ReportXml::with_email("live@example.com").xml())
            .await;
        let file = sender.upload(live, b"bytes").await.file();
        sender.describe(&file_details(live, &file, LIVE)).await;
        assert_eq!(sender.finish(live).await.code(), 0);
        for number in 0..5 {
            sender.file(&report_number(number)).await;
        }
        let order = queue(house).await;
        let raised: Vec<_> = order.iter().map(|entry| entry.raised).collect();
        let expected = [
            Some(Override::LiveNow),
            Some(Override::Escalated),
            Some(Override::SelfHarm),
            None,
        ];
        assert_eq!(raised[..4], expected);
        let archive = Archive::of(house).await;
        for (position, report) in [live, urgent, weighty].into_iter().enumerate() {
            assert_eq!(order[position].case, archive.case_of(report).await);
        }
    })
    .await;
}

#[tokio::test]
async fn inv_06_neither_volume_nor_marks_of_it_lower_a_live_report() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let spam = "<reportAnnotations><spam/></reportAnnotations>";
        let batched = "<report><batchedReport reason=\"VIRAL_POTENTIAL_MEME\"/>";
        let marked = |email: &str, incident: &str| {
            let incident = incident.to_owned();
            ReportXml {
                incident,
                ..ReportXml::with_email(email)
            }
            .xml()
        };
        let documents = [
            marked("plain@example.com", ""),
            marked("spam@example.com", spam),
            marked("batch@example.com", "").replace("<report>", batched),
        ];
        let viral = "<fileAnnotations><viral/><liveStreaming/><potentialMeme/></fileAnnotations>";
        let mut danger = Vec::new();
        for document in documents {
            for said in [LIVE, viral] {
                let document = document.replace("@example", &format!(".{}@example", said.len()));
                let report = sender.open(&document).await;
                let file = sender.upload(report, b"bytes").await.file();
                sender.describe(&file_details(report, &file, said)).await;
                assert_eq!(sender.finish(report).await.code(), 0);
                let entry = case_of(house, report).await.entry;
                assert_eq!(entry.raised, Some(Override::LiveNow));
                danger.push(entry.danger);
            }
        }
        assert!(
            danger.iter().all(|points| *points >= danger[0]),
            "{danger:?}"
        );
    })
    .await;
}

/// The queue's numbers are the sums of the points it shows, and its order is theirs.
fn assert_adds_up(queue: &[QueueEntry]) {
    for entry in queue {
        let sum = |score: Score| -> i64 {
            let reasons = entry.reasons.iter();
            let of_score = reasons.filter(|reason| reason.score == score);
            of_score.map(|reason| reason.points).sum()
        };
        assert_eq!(entry.danger, sum(Score::Danger), "{entry:?}");
        assert_eq!(entry.actionability, sum(Score::Actionability), "{entry:?}");
        let raises = entry.reasons.iter().filter_map(|reason| reason.raises);
        assert_eq!(entry.raised, raises.max(), "{entry:?}");
        for reason in &entry.reasons {
            assert!(!reason.rule.is_empty() && !reason.version.is_empty());
            assert!(
                !reason.text.is_empty() && !reason.refs.is_empty(),
                "{reason:?}"
            );
        }
    }
    let standing = |entry: &QueueEntry| (entry.raised, entry.danger, entry.actionability);
    assert!(queue.is_sorted_by(|a, b| standing(a) >= standing(b)));
}

#[tokio::test]
async fn inv_05_every_rank_is_the_sum_of_its_shown_points() {
    on_both(async |house| {
        let examples = [
            include_str!("../../../../examples/ispws/report-minimal.xml"),
            include_str!("../../../../examples/ispws/report-maximal.xml"),
            include_str!("../../../../examples/ispws/report-batched.xml"),
            include_str!("../../../../examples/ispws/report-live.xml"),
        ];
        let senders = [
            house.sender("platform").await,
            house.sender("another platform").await,
        ];
        for sender in &senders {
            for (number, example) in examples.iter().enumerate() {
                let report = sender.open(example).await;
                let file = sender.upload(report, b"bytes").await.file();
                let said = if number % 2 == 0 { LIVE } else { "" };
                sender.describe(&file_details(report, &file, said)).await;
                assert_eq!(sender.finish(report).await.code(), 0);
                assert_adds_up(&queue(house).await);
            }
            sender.file(&escalated("urgent@example.com").xml()).await;
            sender.file(&report_number(1)).await;
        }
        let shown = queue(house).await;
        assert_adds_up(&shown);
        let reports: i64 = shown.iter().map(|entry| entry.reports).sum();
        assert_eq!(reports, 12);
        for entry in shown {
            let case = house
                .station
                .case(Actor::Operator, entry.case)
                .await
                .unwrap();
            assert_eq!(case.unwrap().entry, entry);
        }
    })
    .await;
}
