//! What transactions keep and leave.

use futures_util::FutureExt as _;
use store::{Counter, Store, StoreFault, StoreUrl, Tx};

use crate::harness::both;
use crate::rows::event;

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

/// Statements begun at most until one is given up midway.
const GIVEN_UP_TRIES: usize = 1000;

#[tokio::test]
async fn a_statement_given_up_midway_is_never_committed() {
    both(async |database| {
        let store = database.create().await;
        let mut tx = store.begin("given up").await.unwrap();
        tx.append_log(&[event(1)]).await.unwrap();
        // On a busy machine a statement may be done by the time it is first looked at: then it was
        // not given up, and the next one is.
        let given_up =
            (0..GIVEN_UP_TRIES).any(|_| tx.append_log(&[event(2)]).now_or_never().is_none());
        assert!(given_up, "every statement was done at its first look");
        let outcome = tx.commit().await;
        assert_eq!(
            outcome.unwrap_err(),
            StoreFault::Aborted { during: "given up" }
        );
        let mut tx = store.begin("after").await.unwrap();
        assert_eq!(tx.append_log(&[event(3)]).await.unwrap(), 0);
        tx.commit().await.unwrap();
        store.close().await;
    })
    .await;
}

/// A kill leaves the files as they are; whoever opens them finds what was committed and nothing
/// else.
#[tokio::test]
async fn inv_01_what_was_committed_is_in_the_files() {
    both(async |database| {
        let StoreUrl::Sqlite(path) = &database.url else {
            return; // A PostgreSQL server keeps its own files.
        };
        let store = database.create().await;
        let mut tx = store.begin("committed").await.unwrap();
        tx.append_log(&[event(1), event(2)]).await.unwrap();
        tx.commit().await.unwrap();
        let mut open = store.begin("never committed").await.unwrap();
        open.append_log(&[event(3)]).await.unwrap();
        let copy = path.with_file_name("copy.db");
        for tail in ["", "-wal"] {
            let named = |path: &std::path::Path| format!("{}{tail}", path.display());
            std::fs::copy(named(path), named(&copy)).unwrap();
        }
        let found = Store::open(&StoreUrl::Sqlite(copy)).await.unwrap();
        assert_eq!(found.log_head().await.unwrap().size, 2);
        assert_eq!(found.log_entries(0, 10).await.unwrap().len(), 2);
        found.close().await;
        drop(open);
        store.close().await;
    })
    .await;
}

/// Several servers, each with connections of its own, append at once.
#[tokio::test]
async fn inv_03_batches_of_several_servers_make_one_log() {
    const SERVERS: usize = 3;
    const BATCHES: usize = 8;
    both(async |database| {
        let first = database.create().await;
        let mut servers = Vec::new();
        for number in 0..SERVERS {
            let store = Store::open(&database.url).await.unwrap();
            servers.push(tokio::spawn(async move {
                let mut places = Vec::new();
                for batch in 0..BATCHES {
                    let byte = u8::try_from(number * BATCHES + batch).unwrap();
                    let mut tx = store.begin("batch").await.unwrap();
                    tx.lock_log().await.unwrap();
                    let place = tx.append_log(&[event(byte), event(byte)]).await.unwrap();
                    tx.commit().await.unwrap();
                    places.push((place, byte));
                }
                store.close().await;
                places
            }));
        }
        let mut places = Vec::new();
        for server in servers {
            places.extend(server.await.unwrap());
        }
        places.sort_unstable();
        let log = first.log_entries(0, 1000).await.unwrap();
        assert_eq!(log.len(), SERVERS * BATCHES * 2);
        let found = (0..).zip(&log).all(|(index, entry)| {
            let (_, byte) = places[usize::try_from(entry.index).unwrap() / 2];
            entry.index == index && entry.row == event(byte)
        });
        assert!(found, "the log has a gap or a fork");
        first.close().await;
    })
    .await;
}

#[tokio::test]
async fn numbers_are_handed_out_once() {
    both(async |database| {
        let store = database.create().await;
        let reserve = async |counter, count| store.reserve(counter, count).await.unwrap();
        assert_eq!(reserve(Counter::Report, 3).await, 1_000_001..1_000_004);
        assert_eq!(reserve(Counter::Report, 1).await, 1_000_004..1_000_005);
        assert_eq!(reserve(Counter::Case, 2).await, 1..3);
        assert_eq!(reserve(Counter::Account, 0).await, 1..1);
        let other = Store::open(&database.url).await.unwrap();
        let (mut blocks, mut taken) = (Vec::new(), 0);
        for _ in 0..10 {
            let (one, two) = tokio::join!(
                store.reserve(Counter::Case, 7),
                other.reserve(Counter::Case, 5)
            );
            blocks.extend([one.unwrap(), two.unwrap()]);
            taken += 12;
        }
        blocks.sort_by_key(|block| block.start);
        assert!(blocks.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!(blocks.last().unwrap().end, 3 + taken);
        other.close().await;
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
        moves(tx.put_storm_keys(&[]));
    }
    let _ = check;
}
