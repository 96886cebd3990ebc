//! What transactions keep and leave.

use model::ReportId;
use store::{Counter, LogRow, Sealed, Store, StoreUrl, Tx};

use crate::harness::both;

fn event(number: u8) -> LogRow {
    LogRow {
        report: number
            .is_multiple_of(2)
            .then(|| ReportId::new(i64::from(number))),
        entry: [number; 33],
        sealed: Sealed(vec![number; 40]),
    }
}

#[tokio::test]
async fn a_dropped_transaction_leaves_nothing() {
    both(async |database| {
        let store = database.create().await;
        let mut tx = store.begin("dropped").await.unwrap();
        assert_eq!(tx.append_log(&[event(1), event(2)]).await.unwrap(), 0);
        drop(tx);
        assert_eq!(store.log_head().await.unwrap().size, 0);
        let mut tx = store.begin("kept").await.unwrap();
        assert_eq!(tx.append_log(&[event(3)]).await.unwrap(), 0);
        assert_eq!(tx.append_log(&[]).await.unwrap(), 1);
        assert_eq!(tx.append_log(&[event(4), event(5)]).await.unwrap(), 1);
        tx.commit().await.unwrap();
        let head = store.log_head().await.unwrap();
        assert_eq!((head.size, head.published), (3, 0));
        let kept = store.log_entries(0, 10).await.unwrap();
        let kept: Vec<_> = kept
            .into_iter()
            .map(|entry| (entry.index, entry.row))
            .collect();
        assert_eq!(kept, [(0, event(3)), (1, event(4)), (2, event(5))]);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn numbers_are_handed_out_once() {
    both(async |database| {
        let store = database.create().await;
        assert_eq!(
            store.reserve(Counter::Report, 3).await.unwrap(),
            1_000_001..1_000_004
        );
        assert_eq!(
            store.reserve(Counter::Report, 1).await.unwrap(),
            1_000_004..1_000_005
        );
        assert_eq!(store.reserve(Counter::Case, 2).await.unwrap(), 1..3);
        assert_eq!(store.reserve(Counter::Account, 0).await.unwrap(), 1..1);
        store.close().await;
    })
    .await;
}

/// Servers spawn what they await.
#[test]
fn futures_may_move_between_threads() {
    fn moves<T: Send>(_: T) {}
    fn check(store: &Store, url: &StoreUrl, tx: &mut Tx) {
        moves(Store::open(url));
        moves(store.begin("x"));
        moves(store.queue_page(None, 1));
        moves(tx.put_anchors(&[]));
    }
    let _ = check;
}
