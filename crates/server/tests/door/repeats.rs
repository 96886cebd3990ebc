//! The same submission twice is one report: what a repeated call and a repeated session become.

use std::collections::BTreeSet;

use model::{Deed, ReportState};

use crate::archive::Archive;
use crate::documents::{ReportXml, report_number, smallest_report};
use crate::house::{Caller, House, inside, on_both};

/// Opens a report, uploads these files and finishes it.
async fn session(sender: &Caller<'_>, document: &str, files: &[&[u8]]) -> i64 {
    let report = sender.open(document).await;
    for bytes in files {
        assert_eq!(sender.upload(report, bytes).await.code(), 0);
    }
    assert_eq!(sender.finish(report).await.code(), 0);
    report
}

/// The number of reports in each case of the queue.
async fn reports_per_case(house: &House) -> Vec<i64> {
    let queue = house.station.queue(None, 500).await.unwrap();
    queue.entries.iter().map(|entry| entry.reports).collect()
}

#[tokio::test]
async fn inv_04_a_submission_repeated_while_open_is_one_report_with_two_events() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&smallest_report()).await;
        assert_eq!(sender.open(&smallest_report()).await, report);
        let archive = Archive::of(house).await;
        let deeds = archive.deeds_of(report).await;
        assert_eq!(deeds, [Deed::ReportSubmitted, Deed::SubmissionRepeated]);
        // Both events speak of the same bytes.
        let events = archive.events().await;
        let hashes: BTreeSet<_> = events.iter().filter_map(|e| e.sha256.clone()).collect();
        let expected = model::hex(&vault::sha256(smallest_report().as_bytes()));
        assert_eq!(Vec::from_iter(hashes), [expected]);
        assert_eq!(sender.finish(report).await.code(), 0);
        assert_eq!(reports_per_case(house).await, [1]);
    })
    .await;
}

#[tokio::test]
async fn inv_04_submissions_that_come_at_once_are_one_report() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        assert_eq!(sender.get("/ispws/status").await.code(), 0);
        let document = smallest_report();
        let calls = (0..20).map(|_| sender.open(&document));
        let reports: BTreeSet<_> = futures_util::future::join_all(calls)
            .await
            .into_iter()
            .collect();
        assert_eq!(reports.len(), 1, "{reports:?}");
        let archive = Archive::of(house).await;
        let deeds = archive.deeds_of(*reports.first().unwrap()).await;
        assert_eq!(deeds.len(), 20);
        assert!(
            deeds[1..]
                .iter()
                .all(|deed| *deed == Deed::SubmissionRepeated)
        );
    })
    .await;
}

#[tokio::test]
async fn inv_04_a_session_repeated_with_the_same_files_is_folded() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let document = ReportXml::with_email("account@example.com").xml();
        let first = session(&sender, &document, &[b"one", b"two"]).await;
        let before = house.station.queue(None, 500).await.unwrap().entries;
        // The order of the files is the network's, and a third repetition is one of the first too.
        let second = session(&sender, &document, &[b"two", b"one"]).await;
        let third = session(&sender, &document, &[b"one", b"two"]).await;
        assert!(first < second && second < third);
        let after = house.station.queue(None, 500).await.unwrap().entries;
        assert_eq!(before, after);
        assert_eq!(reports_per_case(house).await, [1]);

        let archive = Archive::of(house).await;
        for repeated in [second, third] {
            let row = archive.report(repeated).await;
            assert_eq!(row.state, ReportState::Folded);
            assert_eq!(row.twin_of.map(model::ReportId::number), Some(first));
            let deeds = archive.deeds_of(repeated).await;
            assert_eq!(deeds.last(), Some(&Deed::ReportFolded));
            // Its sender sees a finished report like any other.
            assert_eq!(sender.finish(repeated).await.code(), 5102);
            assert_eq!(sender.upload(repeated, b"more").await.code(), 5102);
        }
    })
    .await;
}

#[tokio::test]
async fn inv_04_a_session_repeated_with_other_files_is_a_report_of_its_own_and_tied() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let document = ReportXml::with_email("account@example.com").xml();
        let first = session(&sender, &document, &[b"one"]).await;
        let others: [&[&[u8]]; 4] = [&[b"two"], &[], &[b"one", b"one"], &[b"one", b"two"]];
        let archive = Archive::of(house).await;
        for (position, files) in others.into_iter().enumerate() {
            let other = session(&sender, &document, files).await;
            assert_eq!(archive.state(other).await, ReportState::Finished);
            assert_eq!(archive.case_of(other).await, archive.case_of(first).await);
            let count = i64::try_from(position).unwrap() + 2;
            assert_eq!(reports_per_case(house).await, [count]);
        }
    })
    .await;
}

#[tokio::test]
async fn inv_04_a_submission_after_a_retract_or_an_expiry_is_a_new_report() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let first = sender.open(&smallest_report()).await;
        assert_eq!(sender.retract(first).await.code(), 0);
        let second = sender.open(&smallest_report()).await;
        assert_ne!(second, first);
        house.clock.advance_millis(25 * 3600 * 1000);
        let third = sender.open(&smallest_report()).await;
        assert_ne!(third, second);
        assert_eq!(sender.finish(third).await.code(), 0);
        let archive = Archive::of(house).await;
        assert_eq!(archive.state(first).await, ReportState::Retracted);
        assert_eq!(archive.state(second).await, ReportState::Expired);
        assert_eq!(archive.state(third).await, ReportState::Finished);
        assert_eq!(reports_per_case(house).await, [1]);
    })
    .await;
}

#[tokio::test]
async fn the_same_bytes_of_another_sender_are_another_report() {
    on_both(async |house| {
        let one = house.sender("platform").await;
        let two = house.sender("another platform").await;
        let document = smallest_report();
        let first = one.open(&document).await;
        let second = two.open(&document).await;
        assert_ne!(first, second);
        assert_eq!(one.finish(first).await.code(), 0);
        assert_eq!(two.finish(second).await.code(), 0);
        let archive = Archive::of(house).await;
        assert_eq!(archive.state(second).await, ReportState::Finished);
        assert_eq!(reports_per_case(house).await, [1, 1]);
    })
    .await;
}

#[tokio::test]
async fn of_two_finishes_at_once_one_does_it_and_one_hears_that_it_is_done() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        for number in 0..10 {
            let report = sender.open(&report_number(number)).await;
            sender.upload(report, b"bytes").await;
            let (one, two) = tokio::join!(sender.finish(report), sender.finish(report));
            let codes = BTreeSet::from([one.code(), two.code()]);
            assert_eq!(codes, BTreeSet::from([0, 5102]));
        }
        assert_eq!(reports_per_case(house).await, [1; 10]);
        let events = Archive::of(house).await.events().await;
        let finished = events.iter().filter(|e| e.deed == Deed::ReportFinished);
        assert_eq!(finished.count(), 10);
    })
    .await;
}

#[tokio::test]
async fn finish_and_retract_at_once_agree_on_what_happened() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let archive = Archive::of(house).await;
        for number in 0..10 {
            let report = sender.open(&report_number(number)).await;
            let (finish, retract) = tokio::join!(sender.finish(report), sender.retract(report));
            let state = archive.state(report).await;
            match (finish.code(), retract.code()) {
                (0, 5102) => assert_eq!(state, ReportState::Finished),
                (5101, 0) => assert_eq!(state, ReportState::Retracted),
                codes => panic!("{codes:?}"),
            }
        }
    })
    .await;
}

#[tokio::test]
async fn files_that_come_while_a_report_is_finished_are_in_it_or_refused() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let archive = Archive::of(house).await;
        for number in 0..5 {
            let report = sender.open(&report_number(number)).await;
            let uploads = (0..4).map(|_| sender.upload(report, b"bytes"));
            let uploads = futures_util::future::join_all(uploads);
            let (finish, uploads) = tokio::join!(sender.finish(report), uploads);
            let listed: BTreeSet<_> = finish.done().files.file_id.into_iter().collect();
            let taken = uploads.iter().filter(|answer| answer.code() == 0);
            let taken: BTreeSet<_> = taken.map(crate::line::Answer::file).collect();
            assert_eq!(listed, taken);
            let refused = uploads.iter().filter(|answer| answer.code() != 0);
            assert!(refused.into_iter().all(|answer| answer.code() == 5102));
            let files = archive
                .store
                .files_of(&[model::ReportId::new(report)])
                .await;
            assert_eq!(files.unwrap().len(), taken.len());
        }
    })
    .await;
}
