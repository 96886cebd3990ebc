//! What goes wrong is told apart, and nothing of it stays.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::error::Error as _;

use model::{CaseId, ReportId};
use store::{Store, StoreFault, StoreUrl, Tx};

use crate::harness::{Database, both};
use crate::rows::{account, case, event, report, submission};

/// A database with account 1, its report 1, case 1 and one event.
async fn filled(database: &Database) -> Store {
    let store = database.create().await;
    let mut tx = store.begin("fill").await.unwrap();
    tx.insert_account(&account(1)).await.unwrap().unwrap();
    tx.insert_submissions(&[submission(1)]).await.unwrap();
    tx.put_reports(&[report(1)]).await.unwrap();
    tx.put_cases(&[case(1)]).await.unwrap();
    tx.append_log(&[event(1)]).await.unwrap();
    tx.commit().await.unwrap();
    store
}

async fn check(store: &Store, code: &str, wrong: impl AsyncFn(&mut Tx) -> StoreFault) {
    let mut tx = store.begin("wrong").await.unwrap();
    tx.append_log(&[event(2)]).await.unwrap();
    let fault = wrong(&mut tx).await;
    assert_eq!(fault.code(), code);
    assert!(!fault.is_retryable());
    assert!(fault.to_string().starts_with("wrong: "), "{fault}");
    // PostgreSQL's detail line would quote the row: `Key (report_id)=(1) already exists.`
    let chain = format!("{fault} {fault:?} {}", fault.source().unwrap());
    assert!(!chain.contains("=("), "{chain}");
    // Whatever comes after, nothing is kept.
    let aborted = tx.commit().await.unwrap_err();
    assert_eq!(aborted, StoreFault::Aborted { during: "wrong" });
    assert_eq!(store.log_head().await.unwrap().size, 1);
}

#[tokio::test]
async fn faults_of_the_caller_are_told_apart_and_undo_everything() {
    both(async |database| {
        let store = filled(database).await;
        check(&store, "store.duplicate", async |tx| {
            tx.insert_submissions(&[submission(1)]).await.unwrap_err()
        })
        .await;
        check(&store, "store.duplicate", async |tx| {
            let twice = [submission(2), submission(3), submission(2)];
            tx.insert_submissions(&twice).await.unwrap_err()
        })
        .await;
        check(&store, "store.dangling", async |tx| {
            tx.put_reports(&[report(9)]).await.unwrap_err()
        })
        .await;
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_lost_connection_is_worth_another_try() {
    both(async |database| {
        let StoreUrl::Postgres(_) = &database.url else {
            return; // SQLite has no connection to lose.
        };
        let store = filled(database).await;
        let mut tx = store.begin("cut").await.unwrap();
        tx.append_log(&[event(2)]).await.unwrap();
        database
            .meddle(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            .await;
        let fault = tx.append_log(&[event(3)]).await.unwrap_err();
        assert_eq!(fault.code(), "store.connection");
        assert!(fault.is_retryable());
        drop(tx);
        let mut tx = store.begin("again").await.unwrap();
        assert_eq!(tx.append_log(&[event(2)]).await.unwrap(), 1);
        tx.commit().await.unwrap();
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn values_that_are_not_known_are_faults() {
    both(async |database| {
        let store = filled(database).await;
        database.meddle("UPDATE report SET state = 'paused'").await;
        let fault = store.report(ReportId::new(1)).await.unwrap_err();
        assert_eq!(fault.code(), "store.unreadable");
        assert_eq!(
            fault.to_string(),
            "report: report holds a value that this program does not write: a report's state"
        );
        store.close().await;
    })
    .await;
}

/// An override of a later version must not read as none.
#[tokio::test]
async fn inv_06_an_unknown_override_is_a_fault_and_never_none() {
    both(async |database| {
        let store = filled(database).await;
        database.meddle("UPDATE cases SET standing = 9").await;
        let fault = store.case(CaseId::new(1)).await.unwrap_err();
        assert_eq!(fault.code(), "store.unreadable");
        let fault = store.queue_page(None, 10).await.unwrap_err();
        assert_eq!(fault.code(), "store.unreadable");
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn merges_without_end_are_a_fault() {
    both(async |database| {
        let store = filled(database).await;
        database.meddle("UPDATE cases SET merged_into = id").await;
        let fault = store.case(CaseId::new(1)).await.unwrap_err();
        assert_eq!(fault.code(), "store.unreadable");
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_place_that_is_not_there_is_not_opened() {
    both(async |database| {
        let elsewhere = match &database.url {
            StoreUrl::Sqlite(path) => StoreUrl::Sqlite(path.with_file_name("no").join("no.db")),
            StoreUrl::Postgres(url) => StoreUrl::Postgres(format!("{url}_no")),
        };
        let fault = Store::open(&elsewhere).await.unwrap_err();
        assert_eq!(fault.code(), "store.open");
        assert!(fault.source().is_some());
    })
    .await;
}

/// The program is built without TLS: who demands it is refused rather than served in the clear.
#[tokio::test]
async fn demanded_encryption_is_not_waived() {
    both(async |database| {
        if let StoreUrl::Postgres(url) = &database.url {
            let demanding = StoreUrl::Postgres(format!("{url}?sslmode=require"));
            assert_eq!(
                Store::open(&demanding).await.unwrap_err().code(),
                "store.open"
            );
        }
    })
    .await;
}
