//! What a person decides about cases holds, is undone exactly, and is seen by every process.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::{CaseId, Deed, ReportId};
use server::{Actor, Decided, IfMissing, IntakeError, Station};

use crate::archive::Archive;
use crate::documents::ReportXml;
use crate::house::{House, on_both};

const OPERATOR: Actor = Actor::Operator;

/// Which reports stand together, and under which number.
async fn partition(house: &House) -> BTreeMap<CaseId, BTreeSet<i64>> {
    let mut cases = BTreeMap::new();
    for entry in house.station.queue(None, 500).await.unwrap().entries {
        let case = house
            .station
            .case(OPERATOR, entry.case)
            .await
            .unwrap()
            .unwrap();
        let members: BTreeSet<i64> = case.members.iter().map(|m| m.report.number()).collect();
        assert_eq!(i64::try_from(members.len()).unwrap(), entry.reports);
        let danger = entry
            .reasons
            .iter()
            .filter(|r| r.score == model::Score::Danger);
        assert_eq!(
            danger.map(|reason| reason.points).sum::<i64>(),
            entry.danger
        );
        cases.insert(entry.case, members);
    }
    cases
}

fn ids(reports: &[i64]) -> Vec<ReportId> {
    reports.iter().copied().map(ReportId::new).collect()
}

async fn split(house: &House, reports: &[i64]) -> Result<Decided, IntakeError> {
    let case = Archive::of(house).await.case_of(reports[0]).await;
    let reason = "Two people used one address, one after the other.";
    house
        .station
        .split_case(OPERATOR, case, &ids(reports), reason)
        .await
}

fn with(known: &[&str]) -> String {
    ReportXml::with_person(&known.concat()).xml()
}

const MAIL: &str = "<email>one@example.com</email>";
const PHONE: &str = "<phone>+1 202 555 0142</phone>";

/// Both in the order that the schema wants.
fn both() -> String {
    with(&[PHONE, MAIL])
}

#[tokio::test]
async fn inv_09_a_split_holds_through_later_reports_and_its_undoing_restores_exactly() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let other = house.sender("another platform").await;
        let first = sender.file(&with(&[MAIL])).await;
        let second = other.file(&with(&[MAIL])).await;
        let third = sender.file(&both()).await;
        let before = partition(house).await;
        assert_eq!(before.len(), 1);
        let decided = split(house, &[third]).await.unwrap();
        assert_eq!(decided.cases.len(), 2);
        let parted = partition(house).await;
        let sides: BTreeSet<_> = parted.values().cloned().collect();
        let expected = [BTreeSet::from([first, second]), BTreeSet::from([third])];
        assert_eq!(sides, BTreeSet::from(expected));
        // A later report that names what both sides have joins one and fuses none.
        let later = other.file(&both()).await;
        assert_eq!(partition(house).await.len(), 2);
        let case = Archive::of(house).await.case_of(later).await;
        let case = house.station.case(OPERATOR, case).await.unwrap().unwrap();
        let apart = |why: &str| why.contains("keep the two cases apart");
        assert!(
            case.suggestions.iter().any(|one| apart(&one.why)),
            "{case:?}"
        );
        assert_eq!(case.decisions, [decided.decision]);
        let undone = house
            .station
            .undo(OPERATOR, decided.decision)
            .await
            .unwrap();
        assert_eq!(undone.cases.len(), 1);
        let whole = partition(house).await;
        assert_eq!(
            whole.keys().collect::<Vec<_>>(),
            before.keys().collect::<Vec<_>>()
        );
        let all = BTreeSet::from([first, second, third, later]);
        assert_eq!(whole.into_values().next(), Some(all));
        assert!(
            house
                .station
                .undo(OPERATOR, decided.decision)
                .await
                .is_err()
        );
        let deeds: Vec<Deed> = Archive::of(house)
            .await
            .events()
            .await
            .iter()
            .map(|e| e.deed)
            .collect();
        assert!(deeds.contains(&Deed::DecisionMade) && deeds.contains(&Deed::DecisionUndone));
        assert!(deeds.contains(&Deed::CaseParted));
    })
    .await;
}

#[tokio::test]
async fn inv_09_cases_joined_by_hand_part_again_under_their_own_numbers() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let first = sender.file(&with(&[MAIL])).await;
        let second = sender.file(&with(&[PHONE])).await;
        let before = partition(house).await;
        assert_eq!(before.len(), 2);
        let [one, other] = before.keys().copied().collect::<Vec<_>>()[..] else {
            panic!("{before:?}");
        };
        let reason = "The same voice in both calls.";
        let joined = house
            .station
            .merge_cases(OPERATOR, other, one, reason)
            .await
            .unwrap();
        assert_eq!(joined.cases, [one]);
        let together = BTreeSet::from([first, second]);
        assert_eq!(partition(house).await, BTreeMap::from([(one, together)]));
        let said = house.station.decisions(10).await.unwrap();
        assert_eq!((said.len(), said[0].kind), (1, "join"));
        assert!(said[0].reason.ends_with(reason), "{}", said[0].reason);
        house.station.undo(OPERATOR, joined.decision).await.unwrap();
        assert_eq!(partition(house).await, before);
    })
    .await;
}

#[tokio::test]
async fn a_decision_that_cannot_be_made_is_refused_with_what_to_do() {
    let house = House::new().await;
    let sender = house.sender("platform").await;
    let first = sender.file(&with(&[MAIL])).await;
    let second = sender.file(&both()).await;
    let case = Archive::of(&house).await.case_of(first).await;
    let station = &house.station;
    let refused = async |asked: &[i64], reason: &str| {
        let asked = ids(asked);
        let split = station.split_case(OPERATOR, case, &asked, reason).await;
        match split {
            Err(IntakeError::Refused(refusal)) => refusal.to_string(),
            other => panic!("{other:?}"),
        }
    };
    let long = "x".repeat(server::REASON_BYTES_MAX + 1);
    let answers = [
        refused(&[first], " ").await,
        refused(&[first], &long).await,
        refused(&[], "a reason").await,
        refused(&[first, second], "a reason").await,
        refused(&[42], "a reason").await,
        station
            .merge_cases(OPERATOR, case, case, "a reason")
            .await
            .unwrap_err()
            .to_string(),
        station
            .merge_cases(OPERATOR, case, CaseId::new(999), "a reason")
            .await
            .unwrap_err()
            .to_string(),
        station
            .undo(OPERATOR, model::DecisionId::new(7))
            .await
            .unwrap_err()
            .to_string(),
    ];
    insta::assert_snapshot!(answers.join("\n"));
    assert_eq!(partition(&house).await.len(), 1);
    let at_the_limit = "x".repeat(server::REASON_BYTES_MAX);
    assert!(
        station
            .split_case(OPERATOR, case, &ids(&[first]), &at_the_limit)
            .await
            .is_ok()
    );
    house.close().await;
}

/// Two processes on one database: each takes the steps of the other before its own.
#[tokio::test]
async fn inv_01_a_second_process_ties_to_what_the_first_one_tied() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        sender.file(&with(&[MAIL])).await;
        let config = house.station.config().clone();
        let entropy = Arc::new(vault::SystemEntropy);
        let clock = house.clock.clone();
        let second = Station::open_with(config, IfMissing::Refuse, clock, entropy)
            .await
            .unwrap();
        let document = with(&[PHONE, MAIL]);
        let origin = server::Origin {
            door: model::Door::CommandLine,
            source: Some("second.xml"),
        };
        let report = wire::ispws::parse_report(document.as_bytes()).unwrap();
        let number = second.number_report().await.unwrap();
        second
            .submit_whole(OPERATOR, origin, number, document.as_bytes(), &report)
            .await
            .unwrap();
        assert_eq!(partition(house).await.len(), 1);
        // And back: the first follows the second, by what only the second has seen.
        sender.file(&with(&[PHONE])).await;
        assert_eq!(partition(house).await.len(), 1);
        second.close().await.unwrap();
    })
    .await;
}

/// An address of a carrier's gateway in many reports ends up tying none of them.
#[tokio::test]
async fn what_proves_common_lets_go_of_those_it_tied() {
    let house = House::new().await;
    let sender = house.sender("platform").await;
    let mut reports = Vec::new();
    for number in 0..12 {
        let known = format!("<email>account-{number}@example.com</email>");
        let person = format!(
            "<personOrUserReported><personOrUserReportedPerson>{known}\
             </personOrUserReportedPerson><ipCaptureEvent><ipAddress>203.0.113.7</ipAddress>\
             <dateTime>2026-01-02T03:04:05Z</dateTime></ipCaptureEvent></personOrUserReported>"
        );
        let document = ReportXml {
            people: person,
            ..ReportXml::default()
        };
        reports.push(sender.file(&document.xml()).await);
    }
    let cases = partition(&house).await;
    assert_eq!(cases.len(), 12, "{cases:?}");
    let last = Archive::of(&house).await.case_of(reports[11]).await;
    let last = house.station.case(OPERATOR, last).await.unwrap().unwrap();
    assert!(last.links.is_empty());
    let remark = |text: &str| text.contains("ties none of them");
    assert!(
        last.remarks.iter().any(|one| remark(&one.text)),
        "{:?}",
        last.remarks
    );
    house.close().await;
}

/// Persons with one birth date and names that differ by their spelling are suggested, not tied.
#[tokio::test]
async fn persons_that_are_alike_are_suggested_to_a_person() {
    let house = House::new().await;
    let sender = house.sender("platform").await;
    let named = |first: &str, last: &str, mail: &str| {
        format!(
            "<firstName>{first}</firstName><lastName>{last}</lastName>{mail}\
             <dateOfBirth>1985-04-17</dateOfBirth>"
        )
    };
    let (one, two) = ("<email>first@example.com</email>", "");
    sender
        .file(&ReportXml::with_person(&named("Orvella", "Tamquist", one)).xml())
        .await;
    let second = ReportXml::with_person(&named("Orvela", "Tamquist", two)).xml();
    let second = sender.file(&second).await;
    assert_eq!(partition(&house).await.len(), 2);
    let case = Archive::of(&house).await.case_of(second).await;
    let case = house.station.case(OPERATOR, case).await.unwrap().unwrap();
    let [suggestion] = &case.suggestions[..] else {
        panic!("{:?}", case.suggestions);
    };
    assert!(
        suggestion.why.starts_with("They may tell of one person."),
        "{}",
        suggestion.why
    );
    assert!(!suggestion.why.contains("Tam"), "{}", suggestion.why);
    let events = Archive::of(&house).await.events().await;
    assert!(
        events
            .iter()
            .any(|event| event.deed == Deed::PersonsCompared)
    );
    house.close().await;
}
