//! Many reports of one thing share a row; what is news, or live, keeps its own.

use model::StormId;
use server::{Actor, QueueEntry};

use crate::archive::Archive;
use crate::documents::ReportXml;
use crate::house::{Caller, House, on_both};

const MATERIAL: &str = "Child Pornography (possession, manufacture, and distribution)";

/// A report about an account of its own, of one and the same file.
async fn copy(sender: &Caller<'_>, number: usize, incident: &str, victim: &str) -> i64 {
    let document = ReportXml {
        incident_type: MATERIAL,
        incident: incident.to_owned(),
        people: format!(
            "<personOrUserReported><personOrUserReportedPerson>\
             <email>account-{number}@example.com</email></personOrUserReportedPerson>\
             </personOrUserReported>{victim}"
        ),
        ..ReportXml::default()
    };
    let report = sender.open(&document.xml()).await;
    let file = sender.upload(report, b"one and the same pattern").await;
    assert!(!file.file().is_empty());
    assert_eq!(sender.finish(report).await.code(), 0);
    report
}

fn child(name: &str) -> String {
    format!("<victim><victimPerson><firstName>{name}</firstName></victimPerson></victim>")
}

async fn queue(house: &House) -> Vec<QueueEntry> {
    house.station.queue(None, 500).await.unwrap().entries
}

#[tokio::test]
async fn copies_of_one_file_share_a_row_with_an_exact_count() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let mut reports = Vec::new();
        for number in 0..9 {
            reports.push(copy(&sender, number, "", "").await);
            let rows = queue(house).await.len();
            assert_eq!(
                rows,
                if number < 4 { number + 1 } else { 1 },
                "copy {number}"
            );
        }
        let [row] = &queue(house).await[..] else {
            panic!("more rows than one");
        };
        let storm = row.storm.as_ref().unwrap();
        assert_eq!(
            (storm.reports, storm.cases, storm.kind.as_str()),
            (9, 9, "file")
        );
        assert_eq!(row.reports, 9);
        let file = house
            .station
            .storm(Actor::Operator, storm.storm)
            .await
            .unwrap()
            .unwrap();
        let members: Vec<i64> = file.members.iter().map(|m| m.report.number()).collect();
        assert_eq!(members, reports);
        assert_eq!(file.lead, row.case);
        // Each is a case of its own: strangers are not one case because of a viral file.
        let archive = Archive::of(house).await;
        assert_ne!(
            archive.case_of(reports[0]).await,
            archive.case_of(reports[1]).await
        );
        assert!(
            house
                .station
                .storm(Actor::Operator, StormId::new(99))
                .await
                .unwrap()
                .is_none()
        );
    })
    .await;
}

#[tokio::test]
async fn inv_06_what_is_live_or_names_a_new_child_keeps_a_row_of_its_own() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        for number in 0..6 {
            copy(&sender, number, "", "").await;
        }
        assert_eq!(queue(house).await.len(), 1);
        let urgent = "<escalateToHighPriority>A moderator saw it live.</escalateToHighPriority>";
        let live = copy(&sender, 6, urgent, "").await;
        let named = copy(&sender, 7, "", &child("Child 7")).await;
        assert_eq!(queue(house).await.len(), 3);
        let archive = Archive::of(house).await;
        let top = &queue(house).await[0];
        assert_eq!(top.case, archive.case_of(live).await);
        // The same child once more is no news; another one is.
        copy(&sender, 8, "", &child("Child 7")).await;
        assert_eq!(queue(house).await.len(), 3);
        copy(&sender, 9, "", &child("Child 9")).await;
        assert_eq!(queue(house).await.len(), 4);
        let case = archive.case_of(named).await;
        let case = house
            .station
            .case(Actor::Operator, case)
            .await
            .unwrap()
            .unwrap();
        let says = |text: &str| text.contains("names a child, a place or a file");
        assert!(
            case.remarks.iter().any(|one| says(&one.text)),
            "{:?}",
            case.remarks
        );
    })
    .await;
}

#[tokio::test]
async fn a_gathered_case_that_another_report_ties_to_has_a_row_again() {
    let house = House::new().await;
    let sender = house.sender("platform").await;
    let mut reports = Vec::new();
    for number in 0..7 {
        reports.push(copy(&sender, number, "", "").await);
    }
    assert_eq!(queue(&house).await.len(), 1);
    sender
        .file(&ReportXml::with_email("account-3@example.com").xml())
        .await;
    let rows = queue(&house).await;
    let case = Archive::of(&house).await.case_of(reports[3]).await;
    assert_eq!(rows.len(), 2);
    assert!(rows.iter().any(|row| row.case == case && row.reports == 2));
    let storm = rows.iter().find_map(|row| row.storm.clone()).unwrap();
    assert_eq!((storm.reports, storm.cases), (7, 6));
    house.close().await;
}
