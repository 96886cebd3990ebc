//! Lists of known material, what files hash to, and which matched.

use model::{EntryId, FileId, ListId, ListPurpose, MatchId, ReportId, Timestamp};
use store::{
    Blind, EntryHashRow, EntryRow, EntryState, FileHashRow, ListRow, ListSourceRow, LookRow,
    MatchRow, MatchState, Sealed,
};

use crate::harness::both;

fn list(id: i64, name: &str) -> ListRow {
    ListRow {
        id: ListId::new(id),
        name: name.to_owned(),
        owner: "example member".to_owned(),
        compartment: "agency".to_owned(),
        purpose: ListPurpose::Abuse,
        trust: 80,
        radius: 31,
        from: None,
        until: Some(Timestamp::from_millis(9)),
        key: Some(Sealed(vec![1, 2])),
        snapshot: 1,
        entries: 2,
        created: Timestamp::from_millis(1),
        changed: Timestamp::from_millis(2),
    }
}

fn entry(id: i64, rev: i64, key: u8) -> EntryRow {
    EntryRow {
        id: EntryId::new(id),
        rev,
        list: ListId::new(1),
        key: Blind([key; 32]),
        content: Blind([9; 32]),
        state: EntryState::Listed,
        matched: 0,
        sealed: Some(Sealed(vec![3])),
    }
}

#[tokio::test]
async fn a_list_is_followed_by_the_order_of_its_changes() {
    both(async |database| {
        let store = database.create().await;
        assert_eq!(store.last_rev().await.unwrap(), 0);
        let mut tx = store.begin("test").await.unwrap();
        tx.put_lists(&[list(1, "one"), list(2, "two")])
            .await
            .unwrap();
        let first = entry(1, 1, 7);
        tx.put_entries(&[first.clone(), entry(2, 2, 8)])
            .await
            .unwrap();
        let hash = |entry| EntryHashRow {
            blind: Blind([5; 32]),
            entry: EntryId::new(entry),
        };
        tx.insert_entry_hashes(&[hash(1), hash(2), hash(1)])
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            store.all_lists().await.unwrap(),
            [list(1, "one"), list(2, "two")]
        );
        assert_eq!(store.entries_after(0, 10).await.unwrap().len(), 2);

        let mut tx = store.begin("test").await.unwrap();
        let found = tx.entries_by_key(&[Blind([7; 32])]).await.unwrap();
        assert_eq!(found, std::slice::from_ref(&first));
        let removed = EntryRow {
            rev: 3,
            state: EntryState::Removed,
            sealed: None,
            ..first
        };
        tx.put_entries(std::slice::from_ref(&removed))
            .await
            .unwrap();
        tx.delete_entry_hashes(&[hash(1)]).await.unwrap();
        assert!(
            tx.entries_by_key(&[Blind([7; 32])])
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(tx.last_rev().await.unwrap(), 3);
        tx.commit().await.unwrap();
        assert_eq!(store.entries_after(2, 10).await.unwrap(), [removed]);
        assert_eq!(
            store.entry_hashes(&[Blind([5; 32])]).await.unwrap(),
            [hash(2)]
        );
        let left = store.entries_of(ListId::new(1), None, 10).await.unwrap();
        assert_eq!(left, [entry(2, 2, 8)]);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_file_matches_an_entry_once_and_a_person_judges_it() {
    both(async |database| {
        let store = database.create().await;
        let file = FileId::new([1; 16]);
        let report = ReportId::new(1_000_001);
        let found = |id| MatchRow {
            id: MatchId::new(id),
            file,
            report,
            list: ListId::new(1),
            entry: EntryId::new(4),
            state: MatchState::Open,
            made: Timestamp::from_millis(5),
            judged: None,
            told: None,
            sealed: Sealed(vec![6]),
        };
        let hash = FileHashRow {
            blind: Blind([5; 32]),
            file,
        };
        let look = LookRow {
            seq: 1,
            file,
            report,
            sealed: Some(Sealed(vec![7])),
        };
        let mut tx = store.begin("test").await.unwrap();
        assert_eq!(tx.insert_matches(&[found(1)]).await.unwrap(), 1);
        assert_eq!(tx.insert_matches(&[found(2)]).await.unwrap(), 0);
        tx.insert_file_hashes(&[hash, hash]).await.unwrap();
        tx.insert_looks(std::slice::from_ref(&look)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.matches_of(&[report]).await.unwrap(), [found(1)]);
        assert_eq!(store.file_hashes(&[hash.blind]).await.unwrap(), [hash]);
        assert_eq!(
            store.looks_after(0, 9).await.unwrap(),
            std::slice::from_ref(&look)
        );
        assert_eq!(store.looks_of(&[report]).await.unwrap(), [look]);
        assert!(store.looks_after(1, 9).await.unwrap().is_empty());
        let judged = MatchRow {
            state: MatchState::Rejected,
            judged: Some(Timestamp::from_millis(8)),
            ..found(1)
        };
        let mut tx = store.begin("test").await.unwrap();
        tx.put_matches(std::slice::from_ref(&judged)).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(
            store.found_match(MatchId::new(1)).await.unwrap(),
            Some(judged.clone())
        );
        let judged_behind = async |untold, after| {
            let after = MatchId::new(after);
            let found = store.judged_matches(ListId::new(1), untold, after, 9);
            found.await.unwrap()
        };
        for untold in [false, true] {
            assert_eq!(
                judged_behind(untold, 0).await,
                std::slice::from_ref(&judged)
            );
            assert!(judged_behind(untold, 1).await.is_empty());
        }
        let told = MatchRow {
            told: Some(Timestamp::from_millis(9)),
            ..judged
        };
        let mut tx = store.begin("test").await.unwrap();
        tx.put_matches(std::slice::from_ref(&told)).await.unwrap();
        tx.commit().await.unwrap();
        assert!(judged_behind(true, 0).await.is_empty());
        assert_eq!(judged_behind(false, 0).await, [told]);
        store.close().await;
    })
    .await;
}

#[tokio::test]
async fn where_a_list_is_fetched_from_is_kept_changed_and_forgotten() {
    both(async |database| {
        let store = database.create().await;
        let mut tx = store.begin("test").await.unwrap();
        tx.put_lists(&[list(1, "one"), list(2, "two")])
            .await
            .unwrap();
        let first = ListSourceRow {
            list: ListId::new(2),
            settings: Sealed(vec![4]),
            checkpoint: None,
            turn: 0,
            tried: None,
            done: None,
            failure: String::new(),
        };
        tx.put_list_source(&first).await.unwrap();
        assert_eq!(tx.list_source(ListId::new(1)).await.unwrap(), None);
        tx.commit().await.unwrap();
        assert_eq!(
            store.list_sources().await.unwrap(),
            std::slice::from_ref(&first)
        );
        let later = ListSourceRow {
            checkpoint: Some(Sealed(vec![5])),
            turn: 3,
            tried: Some(Timestamp::from_millis(1)),
            done: Some(Timestamp::from_millis(2)),
            failure: "example".to_owned(),
            ..first
        };
        let mut tx = store.begin("test").await.unwrap();
        tx.put_list_source(&later).await.unwrap();
        let found = tx.list_source(later.list).await.unwrap();
        assert_eq!(found.as_ref(), Some(&later));
        tx.commit().await.unwrap();
        assert_eq!(store.list_source(later.list).await.unwrap(), found);
        let mut tx = store.begin("test").await.unwrap();
        tx.delete_list_source(later.list).await.unwrap();
        tx.commit().await.unwrap();
        assert!(store.list_sources().await.unwrap().is_empty());
        store.close().await;
    })
    .await;
}
