//! Random transactions against a database and against a plain picture of it: both must answer
//! alike.
#![expect(clippy::unwrap_used, reason = "a simulation fails by panicking")]

use std::collections::BTreeMap;

use model::{AccountId, CaseId, ReportId, Role, Timestamp};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use store::{AccountRow, Blind, LogEntry, LogHead, Sealed, SecretHash, Store, Tx};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::harness::{Database, both};
use crate::operation::{Operation, Plan, plans};
use crate::picture::{Answer, Picture};

const CASES: u32 = 32;

/// Empties every table, past the store's back, so that one database serves every run.
const EMPTY: &str = "DELETE FROM session; DELETE FROM link; DELETE FROM cases; DELETE FROM child; \
     DELETE FROM storm_key; DELETE FROM storm_mark; \
     DELETE FROM mention; DELETE FROM file_detail; DELETE FROM file; DELETE FROM report; \
     DELETE FROM submission; DELETE FROM log_entry; DELETE FROM account; \
     UPDATE log_head SET size = 0; UPDATE log_published SET size = 0;";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_transactions_leave_what_they_should() {
    both(async |database| {
        let store = database.create().await;
        let mut runner = TestRunner::new(Config {
            cases: CASES,
            failure_persistence: None,
            ..Config::default()
        });
        let outcome = block_in_place(|| {
            runner.run(&plans(), |plans| {
                Handle::current().block_on(run(database, &store, plans));
                Ok::<(), TestCaseError>(())
            })
        });
        outcome.unwrap();
        store.close().await;
    })
    .await;
}

async fn run(database: &Database, store: &Store, plans: Vec<Plan>) {
    database.meddle(EMPTY).await;
    let mut picture = Picture::default();
    let mut tx = store.begin("senders").await.unwrap();
    for id in 1..3 {
        let sender = sender(id);
        tx.insert_account(&sender).await.unwrap().unwrap();
        picture.accounts.insert(sender.id, sender);
    }
    tx.commit().await.unwrap();
    for (operations, commits) in plans {
        let mut tx = store.begin("simulated").await.unwrap();
        let mut next = picture.clone();
        for operation in operations {
            let operation = next.admit(operation);
            let answer = act(&mut tx, &operation).await;
            assert_eq!(answer, next.apply(&operation), "{operation:?}");
        }
        look_inside(&mut tx, &next).await;
        if commits {
            tx.commit().await.unwrap();
            picture = next;
        } else {
            drop(tx);
            look_outside(store, &picture).await;
        }
    }
    look_outside(store, &picture).await;
}

fn sender(id: i64) -> AccountRow {
    AccountRow {
        id: AccountId::new(id),
        name: Blind([u8::try_from(100 + id).unwrap(); 32]),
        name_sealed: Sealed(vec![1]),
        role: Role::Sender,
        secret: SecretHash("none".to_owned()),
        created: Timestamp::from_millis(0),
        revoked: None,
    }
}

async fn act(tx: &mut Tx, operation: &Operation) -> Answer {
    let number = |count: u64| Answer::Number(i64::try_from(count).unwrap());
    match operation {
        Operation::Log(rows) => return Answer::Number(tx.append_log(rows).await.unwrap()),
        Operation::Published(size) => tx.set_published(*size).await,
        Operation::Submissions(rows) => tx.insert_submissions(rows).await,
        Operation::Reports(rows) => tx.put_reports(rows).await,
        Operation::Files(rows) => tx.insert_files(rows).await,
        Operation::Details(rows) => tx.insert_details(rows).await,
        Operation::Mentions(rows) => tx.insert_mentions(rows).await,
        Operation::StormKeys(rows) => tx.put_storm_keys(rows).await,
        Operation::StormMarks(rows) => tx.insert_storm_marks(rows).await,
        Operation::Children(rows) => tx.insert_children(rows).await,
        Operation::Cases(rows) => tx.put_cases(rows).await,
        Operation::Links(rows) => tx.insert_links(rows).await,
        Operation::MoveLinks(from, to) => tx.move_links(from, *to).await,
        Operation::MoveMembers(from, to) => {
            return number(tx.move_case_members(*from, *to).await.unwrap());
        }
        Operation::Account(row) => {
            return Answer::Did(tx.insert_account(row).await.unwrap().is_ok());
        }
        Operation::Revoke(id, at) => {
            return Answer::Did(tx.revoke_account(*id, *at).await.unwrap());
        }
        Operation::Sessions(rows) => tx.insert_sessions(rows).await,
        Operation::UseLink(token, at) => {
            return Answer::Session(tx.use_link(*token, *at).await.unwrap());
        }
        Operation::DeleteSession(token) => {
            return Answer::Did(tx.delete_session(*token).await.unwrap());
        }
        Operation::ForgetSessions(now) => {
            return number(tx.delete_expired_sessions(*now).await.unwrap());
        }
    }
    .unwrap();
    Answer::Nothing
}

/// What only a transaction can ask, asked before it ends.
async fn look_inside(tx: &mut Tx, picture: &Picture) {
    let blinds: Vec<_> = (0..=255).map(|byte| Blind([byte; 32])).collect();
    let mut keys = tx.storm_keys(&blinds).await.unwrap();
    keys.sort_by_key(|row| row.blind);
    assert_eq!(keys, values(&picture.storm_keys));
    let mut marks = tx.storm_marks(&blinds).await.unwrap();
    marks.sort_by_key(|row| (row.blind, row.report));
    assert_eq!(marks, values(&picture.storm_marks));
    let mut children = tx.children(&blinds).await.unwrap();
    children.sort_by_key(|row| row.blind);
    assert_eq!(children, values(&picture.children));

    let mut latest = BTreeMap::new();
    for row in picture.submissions.values() {
        if let Some(report) = picture.reports.get(&row.report) {
            latest.insert(row.digest, (row.digest, row.report, report.state));
        } else {
            latest.remove(&row.digest);
        }
    }
    let mut found = tx.latest_by_digest(&blinds).await.unwrap();
    found.sort_by_key(|(digest, ..)| *digest);
    assert_eq!(found, values(&latest));

    let ids = report_ids();
    let mut positions = tx.next_file_positions(&ids).await.unwrap();
    positions.sort_unstable();
    let expected: Vec<_> = picture
        .reports
        .keys()
        .map(|id| {
            let files = picture.files.range((*id, 0)..(*id, i64::MAX));
            (
                *id,
                files.last().map_or(0, |((_, position), _)| position + 1),
            )
        })
        .collect();
    assert_eq!(positions, expected);

    let mut reports = tx.reports(&ids).await.unwrap();
    reports.sort_by_key(|row| row.id);
    assert_eq!(reports, values(&picture.reports));
    assert_eq!(tx.files_of(&ids).await.unwrap(), values(&picture.files));
    assert_eq!(tx.details_of(&ids).await.unwrap(), values(&picture.details));
    let ties: Vec<_> = picture
        .mentions
        .values()
        .filter(|row| row.ties)
        .map(|row| (row.report, row.position, row.kind.clone(), row.blind))
        .collect();
    let found = tx.ties_of(&ids).await.unwrap();
    let found: Vec<_> = found
        .into_iter()
        .map(|row| (row.report, row.position, row.kind, row.blind))
        .collect();
    assert_eq!(found, ties);
    assert_eq!(tx.lock_log().await.unwrap(), head(picture));
}

/// What anyone sees once a transaction ended.
async fn look_outside(store: &Store, picture: &Picture) {
    look_at_reports(store, picture).await;
    look_at_cases(store, picture).await;
    look_at_the_rest(store, picture).await;
}

async fn look_at_reports(store: &Store, picture: &Picture) {
    for id in report_ids() {
        assert_eq!(
            store.report(id).await.unwrap().as_ref(),
            picture.reports.get(&id)
        );
        let submission = store.submission(id).await.unwrap();
        assert_eq!(submission.as_ref(), picture.submissions.get(&id));
        let mentions = picture.mentions.range((id, 0)..(id, i64::MAX));
        let mentions: Vec<_> = mentions.map(|(_, row)| row.clone()).collect();
        assert_eq!(store.mentions_of(id).await.unwrap(), mentions);
        let events: Vec<_> = entries(picture)
            .into_iter()
            .filter(|entry| entry.row.report == Some(id) && entry.index >= 5)
            .take(20)
            .collect();
        assert_eq!(store.log_events_of_report(id, 5, 20).await.unwrap(), events);
    }
    assert_eq!(
        store.files_of(&report_ids()).await.unwrap(),
        values(&picture.files)
    );
    for half_hours in [0, 2, 3, 48, 49, 50, 100, 300] {
        let now = Timestamp::from_millis(half_hours * 1_800_000);
        let expired = picture.expired(now);
        assert_eq!(
            store.expired(now, 3).await.unwrap(),
            expired[..expired.len().min(3)]
        );
    }
}

async fn look_at_cases(store: &Store, picture: &Picture) {
    for id in (1..13).map(CaseId::new) {
        let case = store.case(id).await.unwrap();
        assert_eq!(case.as_ref(), picture.standing_case(id));
        let links = picture.links.values().filter(|row| row.case == id);
        let links: Vec<_> = links.take(10).cloned().collect();
        assert_eq!(store.links_of(id, 10).await.unwrap(), links);
        let members = picture.reports.values().filter(|row| row.case == Some(id));
        let members: Vec<_> = members.cloned().collect();
        let mut found = Vec::new();
        loop {
            let after = found.last().map(|row: &store::ReportRow| row.id);
            let page = store.members_of(id, after, 2).await.unwrap();
            let short = page.len() < 2;
            found.extend(page);
            if short {
                break;
            }
        }
        assert_eq!(found, members);
    }
    for size in [1, 3, 100] {
        let mut queue = Vec::new();
        loop {
            let after = queue.last().map(store::CaseRow::cursor);
            let page = store.queue_page(after, size).await.unwrap();
            let short = page.len() < size;
            queue.extend(page);
            if short {
                break;
            }
        }
        assert_eq!(queue, picture.queue());
    }
}

async fn look_at_the_rest(store: &Store, picture: &Picture) {
    assert_eq!(store.log_head().await.unwrap(), head(picture));
    let log = entries(picture);
    assert_eq!(store.log_entries(0, 10_000).await.unwrap(), log);
    let tail: Vec<_> = log
        .iter()
        .skip(3)
        .take(50)
        .map(|entry| entry.row.entry)
        .collect();
    assert_eq!(store.log_commitments(3, 50).await.unwrap(), tail);
    assert_eq!(store.accounts().await.unwrap(), values(&picture.accounts));
    for name in (0..4).map(|byte| Blind([byte; 32])) {
        let account = store.account_by_name(name).await.unwrap();
        assert_eq!(account.as_ref(), picture.live_account(name));
    }
    for token in (0..40).map(|byte| Blind([byte; 32])) {
        let session = store.session(token).await.unwrap();
        assert_eq!(session.as_ref(), picture.sessions.get(&token));
    }
    let counts = store.counts().await.unwrap();
    assert_eq!(
        counts.cases.number,
        u64::try_from(picture.queue().len()).unwrap()
    );
}

fn head(picture: &Picture) -> LogHead {
    LogHead {
        size: i64::try_from(picture.log.len()).unwrap(),
        published: picture.published,
    }
}

fn entries(picture: &Picture) -> Vec<LogEntry> {
    (0..)
        .zip(picture.log.iter().cloned())
        .map(|(index, row)| LogEntry { index, row })
        .collect()
}

fn report_ids() -> Vec<ReportId> {
    (1..27).map(ReportId::new).collect()
}

fn values<K, T: Clone>(of: &BTreeMap<K, T>) -> Vec<T> {
    of.values().cloned().collect()
}
