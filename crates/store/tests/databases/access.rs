//! Accounts, sessions, and how far readings go.

use model::{AccountId, Timestamp};
use store::{
    Blind, QUEUE_PAGE_MAX, ROWS_PER_PAGE_MAX, Sealed, SessionKind, SessionRow, StoreRefusal,
};

use crate::harness::both;
use crate::rows::{NOON, account, case, event};

#[tokio::test]
async fn a_name_is_taken_until_its_account_is_revoked() {
    both(async |database| {
        let store = database.create().await;
        let mut tx = store.begin("accounts").await.unwrap();
        let mut second = account(2);
        second.name = account(1).name;
        assert_eq!(tx.insert_account(&account(1)).await.unwrap(), Ok(()));
        let refusal = tx.insert_account(&second).await.unwrap().unwrap_err();
        assert_eq!(refusal, StoreRefusal::NameTaken);
        assert_eq!(refusal.code(), "store.name-taken");
        assert!(tx.revoke_account(AccountId::new(1), NOON).await.unwrap());
        assert!(!tx.revoke_account(AccountId::new(1), NOON).await.unwrap());
        assert_eq!(tx.insert_account(&second).await.unwrap(), Ok(()));
        tx.commit().await.unwrap();
        let live = store.account_by_name(second.name).await.unwrap();
        assert_eq!(live.as_ref(), Some(&second));
        let revoked = store.account(AccountId::new(1)).await.unwrap().unwrap();
        assert_eq!(revoked.revoked, Some(NOON));
        assert_eq!(store.accounts().await.unwrap(), [revoked, second]);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_link_works_once_and_in_time() {
    both(async |database| {
        let store = database.create().await;
        let link = |byte: u8| SessionRow {
            token: Blind([byte; 32]),
            kind: SessionKind::SignInLink,
            account: None,
            who: Some(Sealed(vec![9; 12])),
            expires: NOON,
            used: None,
        };
        let session = SessionRow {
            kind: SessionKind::Session,
            ..link(3)
        };
        let before = Timestamp::from_millis(NOON.millis() - 1);
        let mut tx = store.begin("links").await.unwrap();
        tx.insert_sessions(&[link(1), link(2), session])
            .await
            .unwrap();
        let used = SessionRow {
            used: Some(before),
            ..link(1)
        };
        let mut use_link = async |byte, at| tx.use_link(Blind([byte; 32]), at).await.unwrap();
        assert_eq!(use_link(1, before).await, Some(used));
        assert_eq!(use_link(1, before).await, None, "used before");
        assert_eq!(use_link(2, NOON).await, None, "too late");
        assert_eq!(use_link(3, before).await, None, "not a link");
        assert_eq!(use_link(4, before).await, None, "never was");
        assert_eq!(tx.delete_expired_sessions(before).await.unwrap(), 0);
        assert_eq!(tx.delete_expired_sessions(NOON).await.unwrap(), 3);
        tx.commit().await.unwrap();
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_key_that_is_given_twice_is_answered_once() {
    let cases: Vec<_> = (1..=300).map(case).collect();
    let ids: Vec<_> = cases.iter().chain(&cases).map(|row| row.id).collect();
    both(async |database| {
        let store = database.create().await;
        let mut tx = store.begin("twice").await.unwrap();
        tx.put_cases(&cases).await.unwrap();
        let mut found = tx.cases(&ids).await.unwrap();
        found.sort_by_key(|row| row.id);
        assert_eq!(found, cases);
        assert_eq!(tx.cases(&[]).await.unwrap(), []);
        tx.commit().await.unwrap();
        store.close().await;
    })
    .await;
}

/// A limit is kept at the limit and one past it.
#[tokio::test]
async fn inv_10_readings_end_at_their_limits() {
    let cases: Vec<_> = (1..=10_001).map(case).collect();
    let events: Vec<_> = (0..=ROWS_PER_PAGE_MAX).map(|_| event(1)).collect();
    both(async |database| {
        let store = database.create().await;
        let mut tx = store.begin("many").await.unwrap();
        tx.put_cases(&cases[..10_000]).await.unwrap();
        tx.append_log(&events).await.unwrap();
        tx.commit().await.unwrap();
        for (asked, given) in [
            (QUEUE_PAGE_MAX - 1, QUEUE_PAGE_MAX - 1),
            (QUEUE_PAGE_MAX, QUEUE_PAGE_MAX),
            (QUEUE_PAGE_MAX + 1, QUEUE_PAGE_MAX),
            (usize::MAX, QUEUE_PAGE_MAX),
            (0, 0),
        ] {
            assert_eq!(store.queue_page(None, asked).await.unwrap().len(), given);
            let after = Some(cases[0].cursor());
            assert_eq!(store.queue_page(after, asked).await.unwrap().len(), given);
        }
        for (asked, given) in [
            (ROWS_PER_PAGE_MAX, ROWS_PER_PAGE_MAX),
            (ROWS_PER_PAGE_MAX + 1, ROWS_PER_PAGE_MAX),
        ] {
            assert_eq!(store.log_entries(0, asked).await.unwrap().len(), given);
        }
        let counted = store.counts().await.unwrap().cases;
        assert_eq!((counted.number, counted.or_more), (10_000, false));
        let mut tx = store.begin("one more").await.unwrap();
        tx.put_cases(&cases[10_000..]).await.unwrap();
        tx.commit().await.unwrap();
        let counted = store.counts().await.unwrap().cases;
        assert_eq!((counted.number, counted.or_more), (10_000, true));
        store.close().await;
    })
    .await;
}
