//! The order of tying, decisions, founders, and a database of version 1 that is brought up to date.

use model::{CaseId, DecisionId, ReportId, ReportState};
use store::{DecisionKind, DecisionRow, Note, Sealed, TyingRow};

use crate::harness::both;
use crate::rows::{NOON, case, report, submission};

fn step(seq: i64, report: Option<i64>, decision: Option<i64>, undone: bool) -> TyingRow {
    TyingRow {
        seq,
        report: report.map(ReportId::new),
        about: NOON,
        decision: decision.map(DecisionId::new),
        undone,
    }
}

#[tokio::test]
async fn steps_and_decisions_come_back_in_their_order() {
    both(async |database| {
        let store = database.create().await;
        let mut tx = store.begin("steps").await.unwrap();
        assert_eq!(tx.tying_head().await.unwrap(), 0);
        let steps = [
            step(1, Some(7), None, false),
            step(2, Some(5), None, false),
            step(3, None, Some(1), false),
            step(4, None, Some(1), true),
        ];
        tx.append_tying(&steps).await.unwrap();
        let mut decision = DecisionRow {
            id: DecisionId::new(1),
            kind: DecisionKind::KeepApart,
            one: vec![ReportId::new(7)],
            other: vec![ReportId::new(5), ReportId::new(9)],
            made: NOON,
            undone: None,
            reason: Sealed(vec![1, 2, 3]),
        };
        tx.put_decisions(&[decision.clone()]).await.unwrap();
        decision.undone = Some(NOON.plus_millis(5));
        tx.put_decisions(&[decision.clone()]).await.unwrap();
        assert_eq!(tx.tying_head().await.unwrap(), 4);
        assert_eq!(tx.tying_after(0, 100).await.unwrap(), steps);
        assert_eq!(tx.tying_after(1, 2).await.unwrap(), steps[1..3]);
        let ids = [DecisionId::new(1), DecisionId::new(2)];
        assert_eq!(tx.decisions(&ids).await.unwrap(), [decision.clone()]);
        tx.commit().await.unwrap();
        assert_eq!(store.latest_decisions(5).await.unwrap(), [decision.clone()]);
        assert_eq!(store.decision(ids[0]).await.unwrap(), Some(decision));
        assert_eq!(store.decision(ids[1]).await.unwrap(), None);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn cases_are_found_by_founder_and_aged_once() {
    both(async |database| {
        let store = database.create().await;
        let mut tx = store.begin("cases").await.unwrap();
        let mut founded = case(3);
        founded.founder = Some(ReportId::new(7));
        founded.rank.danger = 11;
        tx.put_cases(&[founded.clone(), case(4)]).await.unwrap();
        let found = tx
            .cases_founded_by(&[ReportId::new(7), ReportId::new(8)])
            .await;
        assert_eq!(found.unwrap(), [founded.clone()]);
        let mut founders = tx
            .founders_of(&[CaseId::new(3), CaseId::new(4)])
            .await
            .unwrap();
        founders.sort_unstable();
        let expected = [(CaseId::new(3), founded.founder), (CaseId::new(4), None)];
        assert_eq!(founders, expected);
        assert_eq!(tx.note(Note::LinkPolicy).await.unwrap(), None);
        tx.set_note(Note::LinkPolicy, "1").await.unwrap();
        tx.set_note(Note::LinkPolicy, "2").await.unwrap();
        assert_eq!(
            tx.note(Note::LinkPolicy).await.unwrap().as_deref(),
            Some("2")
        );
        tx.commit().await.unwrap();
        assert!(store.age_cases(1000).await.unwrap());
        assert!(!store.age_cases(1000).await.unwrap());
        let aged = store.case(CaseId::new(3)).await.unwrap().unwrap();
        assert_eq!(aged.urgency, 11_000 - NOON.millis());
        assert!(store.age_cases(2000).await.unwrap());
        store.close().await;
    })
    .await;
}

/// What version 1 wrote is there after the step to this version: standings, founders, what ties,
/// and the order of tying by the moments of finishing.
#[tokio::test]
async fn a_database_of_version_1_is_brought_up_to_date() {
    const VERSION_1: &str = include_str!("../../migrations/0001_first.sql");
    both(async |database| {
        database.create_by(VERSION_1, 1).await;
        let rows = "INSERT INTO submission VALUES \
             (11, 0, 'ispws', 5, CAST('d1' AS {bytes}), CAST('b' AS {bytes}), NULL), \
             (12, 0, 'ispws', 5, CAST('d2' AS {bytes}), CAST('b' AS {bytes}), NULL); \
             INSERT INTO report VALUES \
             (11, 0, 'finished', 5, 5, 90, 1, NULL, NULL, NULL, 1, NULL), \
             (12, 0, 'finished', 5, 5, 80, 1, NULL, NULL, NULL, 1, NULL); \
             INSERT INTO cases VALUES \
             (1, 5, 5, 2, 7, 0, 2, NULL, NULL, CAST('r' AS {bytes}), '1');";
        database.meddle(&database.speak(rows)).await;
        assert_eq!(store::Store::migrate(&database.url).await.unwrap(), 1);
        let store = store::Store::open(&database.url).await.unwrap();
        let case = store.case(CaseId::new(1)).await.unwrap().unwrap();
        assert_eq!(case.rank.raised, Some(model::Override::LiveNow));
        assert_eq!(case.founder, Some(ReportId::new(12)));
        let mut tx = store.begin("look").await.unwrap();
        let order: Vec<_> = tx.tying_after(0, 9).await.unwrap();
        let order: Vec<_> = order.iter().filter_map(|row| row.report).collect();
        assert_eq!(order, [ReportId::new(12), ReportId::new(11)]);
        drop(tx);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn links_move_with_their_reports() {
    both(async |database| {
        let store = database.create().await;
        let mut tx = store.begin("links").await.unwrap();
        tx.insert_account(&crate::rows::account(1))
            .await
            .unwrap()
            .unwrap();
        tx.insert_submissions(&[submission(5)]).await.unwrap();
        let mut row = report(5);
        row.state = ReportState::Finished;
        tx.put_reports(&[row]).await.unwrap();
        let link = |from: i64, to: i64, kind| store::LinkRow {
            from: ReportId::new(from),
            position: 0,
            to: ReportId::new(to),
            case: CaseId::new(1),
            why: Sealed(vec![1]),
            kind,
            bits: 3,
        };
        let suggestion = link(6, 5, store::LinkKind::Suggestion);
        tx.insert_links(&[link(5, 4, store::LinkKind::Tie), suggestion.clone()])
            .await
            .unwrap();
        tx.move_links(&[ReportId::new(5)], CaseId::new(2))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.links_of(CaseId::new(1), 9).await.unwrap().len(), 1);
        assert_eq!(store.links_of(CaseId::new(2), 9).await.unwrap().len(), 1);
        let ends = [ReportId::new(4), ReportId::new(5)];
        assert_eq!(store.suggestions_to(&ends).await.unwrap(), [suggestion]);
        store.close().await;
    })
    .await;
}
