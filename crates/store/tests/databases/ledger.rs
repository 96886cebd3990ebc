//! Sums by week, outcomes of reports, clocks of cases.

use model::{AccountId, CaseId, Override, ReportId, ReportOutcome, ReportState, Timestamp};
use store::{CaseStart, ClockDoneRow, LedgerRow, OutcomeRow};

use crate::harness::both;
use crate::rows::{NOON, case, report, submission};

const WEEK_MILLIS: i64 = 7 * 24 * 3600 * 1000;

fn sum(account: i64, weeks: i64, counter: &str, amount: i64) -> LedgerRow {
    LedgerRow {
        account: AccountId::new(account),
        week_start: NOON.plus_millis(weeks * WEEK_MILLIS),
        counter: counter.to_owned(),
        amount,
    }
}

#[tokio::test]
async fn sums_grow_by_what_is_added_however_it_is_cut() {
    both(async |database| {
        let store = database.create().await;
        let mut tx = store.begin("one").await.unwrap();
        tx.add_to_ledger(&[]).await.unwrap();
        let rows = [
            sum(1, 0, "reports", 2),
            sum(1, 0, "reports", 3),
            sum(1, 1, "missing:email", 1),
            sum(2, 0, "reports", 7),
        ];
        tx.add_to_ledger(&rows).await.unwrap();
        tx.add_to_ledger(&[sum(1, 0, "reports", -1)]).await.unwrap();
        tx.commit().await.unwrap();
        // What is not committed does not count.
        let mut tx = store.begin("two").await.unwrap();
        tx.add_to_ledger(&rows).await.unwrap();
        drop(tx);
        let of_one = [sum(1, 0, "reports", 4), sum(1, 1, "missing:email", 1)];
        let found = store.ledger_of(AccountId::new(1), NOON).await.unwrap();
        assert_eq!(found, of_one);
        let later = NOON.plus_millis(1);
        let found = store.ledger_of(AccountId::new(1), later).await.unwrap();
        assert_eq!(found, of_one[1..]);
        let all = [of_one.as_slice(), &[sum(2, 0, "reports", 7)]].concat();
        assert_eq!(store.ledgers(NOON).await.unwrap(), all);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn more_sums_than_one_statement_takes_are_all_kept() {
    let rows: Vec<_> = (0..700)
        .map(|n| sum(n % 7, 0, &format!("c{n}"), n))
        .collect();
    both(async |database| {
        let store = database.create().await;
        for _ in 0..2 {
            let mut tx = store.begin("many").await.unwrap();
            tx.add_to_ledger(&rows).await.unwrap();
            tx.commit().await.unwrap();
        }
        let found = store.ledgers(NOON).await.unwrap();
        assert_eq!(found.len(), rows.len());
        let total: i64 = found.iter().map(|row| row.amount).sum();
        assert_eq!(total, 700 * 699);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn the_last_outcome_counts() {
    both(async |database| {
        let store = database.create().await;
        let mut tx = store.begin("outcomes").await.unwrap();
        tx.insert_submissions(&[submission(1), submission(2)])
            .await
            .unwrap();
        tx.put_reports(&[report(1), report(2)]).await.unwrap();
        let row = |outcome| OutcomeRow {
            report: ReportId::new(1),
            outcome,
            recorded: NOON,
        };
        for outcome in ReportOutcome::ALL {
            tx.put_outcomes(&[row(ReportOutcome::Useful), row(outcome)])
                .await
                .unwrap();
            let found = tx
                .outcomes(&[ReportId::new(1), ReportId::new(2)])
                .await
                .unwrap();
            assert_eq!(found, [row(outcome)]);
        }
        tx.commit().await.unwrap();
        let last = row(ReportOutcome::NoOutcome);
        assert_eq!(
            store.outcome_of(ReportId::new(1)).await.unwrap(),
            Some(last)
        );
        assert_eq!(store.outcome_of(ReportId::new(2)).await.unwrap(), None);
        database
            .meddle("UPDATE report_outcome SET outcome = 'guilty'")
            .await;
        let fault = store.outcome_of(ReportId::new(1)).await.unwrap_err();
        assert_eq!(fault.code(), "store.unreadable");
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_stopped_clock_stays_as_it_was_first_stopped() {
    both(async |database| {
        let store = database.create().await;
        let row = |case, done| ClockDoneRow {
            case: CaseId::new(case),
            clock: "a".to_owned(),
            done,
        };
        let later = NOON.plus_millis(1);
        for done in [NOON, later] {
            let mut tx = store.begin("clocks").await.unwrap();
            tx.insert_clocks_done(&[row(1, done), row(2, done)])
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        let asked = [CaseId::new(1), CaseId::new(3)];
        assert_eq!(store.clocks_done(&asked).await.unwrap(), [row(1, NOON)]);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn cases_start_with_their_first_report() {
    both(async |database| {
        let store = database.create().await;
        let early = NOON.plus_millis(-5000);
        let member = |id, opened: Timestamp| {
            let mut row = report(id);
            row.opened = opened;
            row.case = Some(CaseId::new(1));
            row
        };
        let mut raised = case(2);
        raised.rank.raised = Some(Override::KnownChild);
        let mut merged = case(3);
        merged.merged_into = Some(CaseId::new(2));
        let mut finished = member(3, NOON);
        finished.state = ReportState::Finished;
        finished.finished = Some(NOON);
        let mut tx = store.begin("cases").await.unwrap();
        tx.put_cases(&[case(1), raised, merged]).await.unwrap();
        let submissions = [submission(1), submission(2), submission(3)];
        tx.insert_submissions(&submissions).await.unwrap();
        tx.put_reports(&[member(1, NOON), member(2, early), finished])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let start = |case, received, raised| CaseStart {
            case: CaseId::new(case),
            received,
            opened: NOON,
            raised,
        };
        let (one, two) = (start(1, early, false), start(2, NOON, true));
        let starts = async |after: Option<i64>, only_raised, limit| {
            let after = after.map(CaseId::new);
            store.case_starts(after, only_raised, limit).await.unwrap()
        };
        assert_eq!(starts(None, false, 10).await, [one, two]);
        assert_eq!(starts(None, false, 1).await, [one]);
        assert_eq!(starts(Some(1), false, 10).await, [two]);
        assert_eq!(starts(None, true, 10).await, [two]);
        assert_eq!(starts(Some(2), false, 10).await, []);
        assert_eq!(store.case_start(CaseId::new(1)).await.unwrap(), Some(one));
        assert_eq!(store.case_start(CaseId::new(3)).await.unwrap(), None);
        let asked = [1, 3, 9].map(ReportId::new);
        let times = store.finished_at(&asked).await.unwrap();
        assert_eq!(times, [(ReportId::new(3), NOON)]);
        store.close().await;
    })
    .await;
}
