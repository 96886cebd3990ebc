//! What happens at once, or in the middle of something else, ends as if it had come one by one.

use std::collections::BTreeSet;

use model::ReportState;
use model::limits::OPEN_REPORT_MILLIS_MAX;
use server::Actor;

use crate::archive::Archive;
use crate::documents::{Form, ReportXml, report_number, smallest_report};
use crate::house::{Caller, House, inside, on_both};
use crate::line::Answer;

/// A report that names the email addresses of these numbers.
fn naming(numbers: &[usize]) -> String {
    let email = |number| format!("<email>account-{number}@example.com</email>");
    let known: String = numbers.iter().map(email).collect();
    ReportXml::with_person(&known).xml()
}

#[tokio::test]
async fn cases_that_are_bridged_at_once_become_one_that_opens_whole() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let mut reports = BTreeSet::new();
        for number in 0..8 {
            let report = sender.open(&naming(&[number])).await;
            sender.upload(report, format!("{number}").as_bytes()).await;
            assert_eq!(sender.finish(report).await.code(), 0);
            reports.insert(report);
        }
        assert_eq!(house.cases().await, 8);
        let mut bridges = Vec::new();
        for number in 0..7 {
            bridges.push(sender.open(&naming(&[number + 1, number])).await);
        }
        let finishes = bridges.iter().map(|report| sender.finish(*report));
        for answer in futures_util::future::join_all(finishes).await {
            assert_eq!(answer.code(), 0);
        }
        reports.extend(bridges);
        let queue = house.station.queue(None, 500).await.unwrap().entries;
        assert_eq!((queue.len(), queue[0].reports), (1, 15));
        let case = house.station.case(Actor::Operator, queue[0].case).await;
        let case = case.unwrap().unwrap();
        let members: BTreeSet<_> = case.members.iter().map(|m| m.report.number()).collect();
        assert_eq!(members, reports);
        assert_eq!(case.evidence.len(), 8);
        // Whoever follows the links from one report reaches all of them.
        let mut reached = BTreeSet::from([*reports.first().unwrap()]);
        for _ in 0..reports.len() {
            for link in &case.links {
                let ends = [link.from.number(), link.to.number()];
                if ends.iter().any(|end| reached.contains(end)) {
                    reached.extend(ends);
                }
            }
        }
        assert_eq!(reached, reports);
        assert_eq!(model::rank(&queue[0].reasons).danger, queue[0].danger);

        // A repetition of a report whose case went into another is folded, and stays readable.
        let repeated = sender.open(&naming(&[5])).await;
        sender.upload(repeated, b"5").await;
        assert_eq!(sender.finish(repeated).await.code(), 0);
        let archive = Archive::of(house).await;
        assert_eq!(archive.state(repeated).await, ReportState::Folded);
        assert_eq!(archive.submission(repeated).await, naming(&[5]));
        assert_eq!(archive.case_of(repeated).await, case.entry.case);
        let after = house.station.queue(None, 500).await.unwrap().entries;
        assert_eq!(after, queue);
    })
    .await;
}

/// Begins to upload a file, lets something happen in the middle, and ends the upload.
async fn upload_around(
    house: &House,
    sender: &Caller<'_>,
    report: i64,
    meanwhile: impl AsyncFnOnce(),
) -> Answer {
    let form = Form::new()
        .field("id", &report.to_string())
        .file(&[b'b'; 10_000]);
    let request = sender.request("/ispws/upload", &form.content_type(), &form.body());
    let (begin, end) = request.split_at(request.len() / 2);
    let mut line = house.line().await;
    line.send(begin).await;
    // Another call on its way through the door shows that this one has begun.
    assert_eq!(sender.get("/ispws/status").await.code(), 0);
    meanwhile().await;
    line.send(end).await;
    line.answer().await
}

#[tokio::test]
async fn a_file_whose_report_closes_under_it_is_refused_and_leaves_nothing() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let archive = Archive::of(house).await;
        let finished = sender.open(&report_number(1)).await;
        let answer = upload_around(house, &sender, finished, async || {
            assert_eq!(sender.finish(finished).await.code(), 0);
        });
        assert_eq!(answer.await.code(), 5102);
        let retracted = sender.open(&report_number(2)).await;
        let answer = upload_around(house, &sender, retracted, async || {
            assert_eq!(sender.retract(retracted).await.code(), 0);
        });
        assert_eq!(answer.await.code(), 5101);
        let expired = sender.open(&report_number(3)).await;
        let answer = upload_around(house, &sender, expired, async || {
            house.clock.advance_millis(OPEN_REPORT_MILLIS_MAX + 1);
        });
        assert_eq!(answer.await.code(), 5001);
        assert_eq!(archive.state(expired).await, ReportState::Expired);
        assert_eq!(archive.blobs(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_sender_that_is_revoked_in_the_middle_of_a_file_is_refused_from_then_on() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&smallest_report()).await;
        let answer = upload_around(house, &sender, report, async || {
            house.station.revoke_account("platform").await.unwrap();
            house.clock.advance_millis(1_000);
        });
        // The call that was let in ends as it began; no other is let in.
        assert_eq!(answer.await.code(), 0);
        assert_eq!(sender.finish(report).await.status, 401);
        // A new account of the same name is another account: the report is not its own.
        let namesake = house.sender("platform").await;
        assert_eq!(namesake.finish(report).await.code(), 5001);
    })
    .await;
}

#[tokio::test]
async fn many_senders_at_once_each_get_their_own() {
    on_both(async |house| {
        let mut senders = Vec::new();
        for number in 0..6 {
            senders.push(house.sender(&format!("platform {number}")).await);
        }
        let work = senders.iter().enumerate().map(async |(number, sender)| {
            let mut reports = Vec::new();
            for round in 0..5 {
                let document = report_number(number * 100 + round);
                let report = sender.open(&document).await;
                let file = sender.upload(report, document.as_bytes()).await.file();
                let done = sender.finish(report).await.done();
                assert_eq!(done.files.file_id, [file]);
                reports.push((report, document));
            }
            reports
        });
        let reports = futures_util::future::join_all(work).await.concat();
        let numbers: BTreeSet<_> = reports.iter().map(|(report, _)| *report).collect();
        assert_eq!(numbers.len(), 30);
        assert_eq!(house.cases().await, 30);
        let archive = Archive::of(house).await;
        for (report, document) in reports {
            assert_eq!(archive.submission(report).await, document);
        }
    })
    .await;
}
