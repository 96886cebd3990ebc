//! The protocol's states: what each call answers in each, to whom, and when a report expires.

use model::limits::{IDLE_REPORT_MILLIS_MAX, OPEN_REPORT_MILLIS_MAX};
use model::{Deed, ReportState};

use crate::archive::Archive;
use crate::documents::{file_details, report_number, smallest_report};
use crate::house::{Caller, House, inside, on_both};

/// The response codes of upload, fileinfo, finish and retract, in this order.
async fn codes(caller: &Caller<'_>, report: i64, file: &str) -> [i32; 4] {
    [
        caller.upload(report, b"more bytes").await.code(),
        caller
            .describe(&file_details(report, file, ""))
            .await
            .code(),
        caller.finish(report).await.code(),
        caller.retract(report).await.code(),
    ]
}

/// An open report with one file.
async fn open_with_file(sender: &Caller<'_>, number: usize) -> (i64, String) {
    let report = sender.open(&report_number(number)).await;
    let file = sender.upload(report, b"bytes").await.file();
    (report, file)
}

#[tokio::test]
async fn each_call_answers_each_state_as_the_table_says() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let stranger = house.sender("another platform").await;

        let (open, file) = open_with_file(&sender, 1).await;
        assert_eq!(codes(&stranger, open, &file).await, [5001; 4]);
        assert_eq!(sender.upload(open, b"more").await.code(), 0);
        let described = sender.describe(&file_details(open, &file, "")).await;
        assert_eq!(described.code(), 0);
        assert_eq!(sender.finish(open).await.code(), 0);

        let finished = open;
        assert_eq!(codes(&sender, finished, &file).await, [5102; 4]);
        assert_eq!(codes(&stranger, finished, &file).await, [5001; 4]);

        let (retracted, file) = open_with_file(&sender, 2).await;
        assert_eq!(sender.retract(retracted).await.code(), 0);
        assert_eq!(codes(&sender, retracted, &file).await, [5101; 4]);
        assert_eq!(codes(&stranger, retracted, &file).await, [5001; 4]);

        for never in [1, 999, 5_000_000_000, i64::MAX] {
            assert_eq!(codes(&sender, never, &file).await, [5001; 4]);
        }

        let (expired, file) = open_with_file(&sender, 3).await;
        house.clock.advance_millis(OPEN_REPORT_MILLIS_MAX + 1);
        assert_eq!(codes(&sender, expired, &file).await, [5001; 4]);
        assert_eq!(codes(&stranger, expired, &file).await, [5001; 4]);
        // Final states stay what they are, however old.
        assert_eq!(sender.finish(finished).await.code(), 5102);
        assert_eq!(sender.retract(retracted).await.code(), 5101);

        let archive = Archive::of(house).await;
        let states = [
            (finished, ReportState::Finished),
            (retracted, ReportState::Retracted),
            (expired, ReportState::Expired),
        ];
        for (report, state) in states {
            assert_eq!(archive.state(report).await, state);
        }
        // Nothing of a refused upload stays: two files of the first report, one of each other.
        assert_eq!(archive.blobs(), 4);
    })
    .await;
}

#[tokio::test]
async fn a_failing_finish_answers_in_the_form_of_a_finish() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let answer = sender.finish(17).await;
        assert_eq!(answer.status, 200);
        let (_, document) = answer.body.split_once("?>").unwrap();
        assert_eq!(
            document,
            "<reportDoneResponse><responseCode>5001</responseCode><reportId>17</reportId><files/>\
             </reportDoneResponse>"
        );
        let report = sender.file(&smallest_report()).await;
        let again = sender.finish(report).await.done();
        assert_eq!((again.response_code, again.report_id), (5102, report));
        assert!(again.files.file_id.is_empty());
    })
    .await;
}

/// What is left of a report that its sender never finished.
async fn assert_kept_after_expiry(house: &House, report: i64, document: &str) {
    let archive = Archive::of(house).await;
    assert_eq!(archive.state(report).await, ReportState::Expired);
    assert_eq!(archive.submission(report).await, document);
    let deeds = archive.deeds_of(report).await;
    assert_eq!(deeds.first(), Some(&Deed::ReportSubmitted));
    assert_eq!(deeds.last(), Some(&Deed::ReportExpired));
}

#[tokio::test]
async fn an_untouched_report_expires_a_millisecond_after_24_hours() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let kept = sender.open(&report_number(1)).await;
        let gone = sender.open(&report_number(2)).await;
        house.clock.advance_millis(OPEN_REPORT_MILLIS_MAX);
        assert_eq!(sender.finish(kept).await.code(), 0);
        house.clock.advance_millis(1);
        assert_eq!(sender.finish(gone).await.code(), 5001);
        assert_kept_after_expiry(house, gone, &report_number(2)).await;
    })
    .await;
}

#[tokio::test]
async fn a_change_keeps_a_report_open_for_an_hour() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let mut reports = Vec::new();
        for number in 0..4 {
            reports.push(open_with_file(&sender, number).await);
        }
        // The last change is at 23 h 30 min: by an upload for two, by a fileinfo for two.
        let last_change = OPEN_REPORT_MILLIS_MAX - IDLE_REPORT_MILLIS_MAX / 2;
        house.clock.advance_millis(last_change);
        for (report, file) in &reports[..2] {
            assert_eq!(sender.upload(*report, b"late bytes").await.code(), 0);
            assert_eq!(
                sender.describe(&file_details(1, file, "")).await.code(),
                5001
            );
        }
        for (report, file) in &reports[2..] {
            let details = file_details(*report, file, "");
            assert_eq!(sender.describe(&details).await.code(), 0);
        }
        house.clock.advance_millis(IDLE_REPORT_MILLIS_MAX);
        assert_eq!(sender.finish(reports[0].0).await.code(), 0);
        assert_eq!(sender.retract(reports[2].0).await.code(), 0);
        house.clock.advance_millis(1);
        assert_eq!(sender.finish(reports[1].0).await.code(), 5001);
        assert_eq!(sender.retract(reports[3].0).await.code(), 5001);
        assert_kept_after_expiry(house, reports[1].0, &report_number(1)).await;
        assert_kept_after_expiry(house, reports[3].0, &report_number(3)).await;
    })
    .await;
}

#[tokio::test]
async fn a_refused_call_does_not_keep_a_report_open() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let stranger = house.sender("another platform").await;
        let (report, file) = open_with_file(&sender, 1).await;
        house.clock.advance_millis(OPEN_REPORT_MILLIS_MAX);
        let wrong = file_details(report, &"0".repeat(32), "");
        assert_eq!(sender.describe(&wrong).await.code(), 5002);
        assert_eq!(codes(&stranger, report, &file).await, [5001; 4]);
        house.clock.advance_millis(1);
        assert_eq!(codes(&sender, report, &file).await, [5001; 4]);
    })
    .await;
}

#[tokio::test]
async fn the_sweep_expires_what_nobody_calls_on() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&smallest_report()).await;
        house.clock.advance_millis(OPEN_REPORT_MILLIS_MAX);
        assert_eq!(house.station.expire_due().await.unwrap(), 0);
        house.clock.advance_millis(1);
        assert_eq!(house.station.expire_due().await.unwrap(), 1);
        assert_eq!(house.station.expire_due().await.unwrap(), 0);
        assert_kept_after_expiry(house, report, &smallest_report()).await;
    })
    .await;
}
