//! The clocks of cases: which run, how one is stopped, what of that is recorded.

use model::{CaseId, Deed};
use server::{Actor, CaseClock, ClockError};
use triage::DueState;

use crate::archive::Archive;
use crate::custody::{page, signed_in};
use crate::documents::{ReportXml, report_number};
use crate::house::{House, inside, on_both};

const HOUR_MILLIS: i64 = 3600 * 1000;

fn escalated(email: &str) -> String {
    let incident = "<escalateToHighPriority>A child is at risk.</escalateToHighPriority>";
    ReportXml {
        incident: incident.to_owned(),
        // Long enough ago not to be going on.
        time: "2025-12-31T03:04:05Z",
        ..ReportXml::with_email(email)
    }
    .xml()
}

async fn calendar(house: &House, within: &str) -> Vec<CaseClock> {
    let within = within.parse().unwrap();
    house.station.calendar(within).await.unwrap()
}

fn states(clocks: &[CaseClock]) -> Vec<(CaseId, &str, DueState)> {
    let clocks = clocks.iter();
    clocks
        .map(|clock| (clock.case, clock.due.clock.as_str(), clock.due.state))
        .collect()
}

#[tokio::test]
async fn an_urgent_case_runs_a_clock_until_somebody_stops_it() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        sender.file(&report_number(1)).await;
        let report = sender.file(&escalated("account@example.com")).await;
        let archive = Archive::of(house).await;
        let case = archive.case_of(report).await;
        // A quiet case runs no clock where no jurisdiction is configured.
        let expected = [(case, "refer-urgent", DueState::Running)];
        assert_eq!(states(&calendar(house, "24h").await), expected);
        assert_eq!(calendar(house, "23h").await, []);
        house.clock.advance_millis(12 * HOUR_MILLIS);
        let clocks = calendar(house, "12h").await;
        assert_eq!(states(&clocks), [(case, "refer-urgent", DueState::Warning)]);
        assert_eq!(clocks[0].due.left_s, 12 * 3600);
        house.clock.advance_millis(12 * HOUR_MILLIS);
        let clocks = calendar(house, "1h").await;
        assert_eq!(states(&clocks), [(case, "refer-urgent", DueState::Overdue)]);

        // The case shows the same clocks.
        let opened = house.station.case(Actor::Operator, case).await.unwrap();
        assert_eq!(opened.unwrap().clocks, [clocks[0].due.clone()]);
        let cookie = signed_in(house).await;
        let shown = page(house, &format!("/cases/{case}"), &cookie).await;
        assert!(
            shown
                .body
                .contains("<code>refer-urgent</code> referral</th><td>overdue</td>")
        );

        let stop = async || {
            let station = &house.station;
            station
                .stop_clock(Actor::Operator, case, "refer-urgent")
                .await
        };
        assert_eq!(stop().await.unwrap(), clocks[0]);
        assert_eq!(calendar(house, "1h").await, []);
        let event = archive.events().await.pop().unwrap();
        assert_eq!(
            (event.deed, event.case),
            (Deed::ClockStopped, Some(case.number()))
        );
        assert!(event.note.unwrap().starts_with("refer-urgent of calendar "));
        let again = stop().await.unwrap_err();
        assert_eq!(again.code(), "calendar.not-running");
    })
    .await;
}

#[tokio::test]
async fn only_a_clock_that_runs_in_a_case_that_is_can_be_stopped() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.file(&escalated("account@example.com")).await;
        let case = Archive::of(house).await.case_of(report).await;
        for (number, clock, code) in [
            (case.number(), "us-preserve", "calendar.not-running"),
            (case.number(), "no-such-clock", "calendar.not-running"),
            (case.number(), "", "calendar.not-running"),
            (999, "refer-urgent", "calendar.no-such-case"),
        ] {
            let station = &house.station;
            let refused = station.stop_clock(Actor::Operator, CaseId::new(number), clock);
            let refused: ClockError = refused.await.unwrap_err();
            assert_eq!(refused.code(), code, "{clock}");
        }
        assert_eq!(calendar(house, "24h").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_clock_counts_from_the_first_report_that_was_urgent() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let known = ReportXml::with_email("account@example.com").xml();
        let first = sender.file(&known).await;
        house.clock.advance_millis(30 * HOUR_MILLIS);
        let urgent = sender.file(&escalated("account@example.com")).await;
        let since = house.station.now();
        house.clock.advance_millis(HOUR_MILLIS);
        let again = ReportXml {
            details: "<!-- once more -->".to_owned(),
            ..ReportXml::with_email("account@example.com")
        };
        sender.file(&again.xml()).await;
        let archive = Archive::of(house).await;
        let case = archive.case_of(first).await;
        assert_eq!(archive.case_of(urgent).await, case);
        let clocks = calendar(house, "7d").await;
        assert_eq!(states(&clocks), [(case, "refer-urgent", DueState::Running)]);
        assert_eq!(clocks[0].due.due, since.plus_millis(24 * HOUR_MILLIS));
    })
    .await;
}
