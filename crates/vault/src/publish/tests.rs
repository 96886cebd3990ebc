//! Tests of the published log: whatever write fails, what a stranger sees is whole, and only ever
//! grows.

use model::{CustodyEvent, Deed, Timestamp};
use object_store::ObjectStoreExt as _;
use object_store::memory::InMemory;
use object_store::path::Path as ObjectPath;
use tlog::open_checkpoint;
use tlog::verify::{Auditor, Step, Verified};

use super::*;
use crate::entropy::SystemEntropy;
use crate::faults::{Fault, FaultyStore};
use crate::seal::DataKey;
use crate::{Keys, custody};

const ORIGIN: &str = "log.example.org/agency";
/// How many entries the database has after each of its transactions: around bundles and tiles.
const DATABASE_SIZES: [usize; 6] = [0, 3, 255, 256, 520, 523];

fn signer() -> SigningKey {
    SigningKey::from_seed(ORIGIN, &[5; 32]).unwrap()
}

/// The database's first `size` entries.
fn entries(size: usize) -> Vec<Vec<u8>> {
    (0..size)
        .map(|index| {
            let mut entry = vec![1; 33];
            entry[25..].copy_from_slice(&index.to_be_bytes());
            entry
        })
        .collect()
}

/// The checkpoint that a stranger sees now.
async fn seen(store: &InMemory) -> Option<Checkpoint> {
    let path = ObjectPath::from("checkpoint");
    let file = store.get(&path).await.ok()?.bytes().await.unwrap();
    Some(open_checkpoint(signer().verifying_key(), &file).unwrap())
}

/// A stranger's audit of the whole log, and that it continues every checkpoint seen before.
async fn audited(store: &InMemory, earlier: &[Checkpoint]) -> Verified {
    let now = seen(store).await.expect("a checkpoint");
    let mut step = Auditor::start(&now, earlier).unwrap();
    loop {
        match step {
            Step::Done(verified) => return verified,
            Step::Read(auditor) => {
                let path = ObjectPath::from(auditor.path().to_string());
                let file = store.get(&path).await.unwrap().bytes().await.unwrap();
                step = auditor.give(Some(&file)).unwrap();
            }
        }
    }
}

/// Publishes the database as it grows, over a store that fails once; after the fault the program
/// goes on with the same publisher or is started again.
async fn published_through(fault: Fault, at: usize, restarts: bool) -> Arc<InMemory> {
    let case = format!("{fault:?} at write {at}, restarts: {restarts}");
    let kept = Arc::new(InMemory::new());
    let failing: Arc<dyn ObjectStore> = Arc::new(FaultyStore::failing(&kept, fault, at));
    let mut publisher = Publisher::open(failing, signer()).await.unwrap();
    let mut earlier = Vec::new();
    let mut faults = 0;
    for size in DATABASE_SIZES {
        // The fault, and once more at most, since its outcome may have to be looked at.
        for attempt in 0.. {
            assert!(attempt < 3, "{case}");
            let from = usize::try_from(publisher.size()).unwrap();
            let tail = &entries(size)[from..];
            let outcome = publisher.publish(publisher.size(), tail).await;
            // Whatever happened: what is seen is whole and continues what was seen.
            if let Some(checkpoint) = seen(&kept).await {
                audited(&kept, &earlier).await;
                earlier.push(checkpoint);
            }
            match outcome {
                Ok(checkpoint) => {
                    assert_eq!(checkpoint.size(), size as u64, "{case}");
                    assert_eq!(seen(&kept).await, Some(checkpoint), "{case}");
                    break;
                }
                Err(error) => {
                    assert!(error.is_transient(), "{case}: {error}");
                    faults += 1;
                    if restarts {
                        publisher = Publisher::open(kept.clone(), signer()).await.unwrap();
                    }
                }
            }
        }
    }
    assert_eq!(faults, 1, "{case}");
    kept
}

async fn holds_under(fault: Fault) {
    let sound = FaultyStore::sound();
    let mut publisher = Publisher::open(Arc::new(sound.clone()), signer())
        .await
        .unwrap();
    for size in DATABASE_SIZES {
        let from = usize::try_from(publisher.size()).unwrap();
        let tail = &entries(size)[from..];
        publisher.publish(from as u64, tail).await.unwrap();
    }
    assert_eq!(audited(&sound.kept, &[]).await.entries, 523);
    assert!(sound.writes() > 15);
    for at in 0..sound.writes() {
        for restarts in [true, false] {
            let kept = published_through(fault, at, restarts).await;
            let verified = audited(&kept, &[]).await;
            assert_eq!(verified.entries, 523);
            assert_eq!(seen(&kept).await, seen(&sound.kept).await);
        }
    }
}

#[tokio::test]
async fn inv_03_the_log_grows_on_after_any_lost_write() {
    holds_under(Fault::Lost).await;
}

#[tokio::test]
async fn inv_03_the_log_grows_on_after_any_write_lost_in_silence() {
    holds_under(Fault::LostInSilence).await;
}

#[tokio::test]
async fn inv_03_the_log_grows_on_after_any_write_kept_but_reported_lost() {
    holds_under(Fault::KeptButReportedLost).await;
}

#[tokio::test]
async fn inv_03_a_full_disk_stops_the_log_and_names_itself() {
    let kept = Arc::new(InMemory::new());
    let full = Arc::new(FaultyStore::failing(&kept, Fault::Full, 2));
    let mut publisher = Publisher::open(full, signer()).await.unwrap();
    publisher.publish(0, &[]).await.unwrap();
    for _ in 0..2 {
        let error = publisher.publish(0, &entries(3)).await.unwrap_err();
        assert_eq!(error.code(), "publish.no-space");
        assert!(error.to_string().contains("faulty store"));
    }
    assert_eq!(audited(&kept, &[]).await.entries, 0);
}

/// A store with a log of 300 entries.
async fn store_of_300() -> Arc<InMemory> {
    let store = Arc::new(InMemory::new());
    let mut publisher = Publisher::open(store.clone(), signer()).await.unwrap();
    publisher.publish(0, &entries(300)).await.unwrap();
    store
}

#[tokio::test]
async fn inv_03_a_database_that_shrank_or_forked_is_refused() {
    let store = store_of_300().await;
    let before = seen(&store).await;
    let mut publisher = Publisher::open(store.clone(), signer()).await.unwrap();
    assert_eq!(publisher.size(), 300);

    let gap = publisher.publish(301, &entries(1)).await.unwrap_err();
    assert_eq!(gap.code(), "publish.gap");
    let shrunk = publisher.publish(0, &entries(299)).await.unwrap_err();
    assert!(matches!(
        shrunk,
        PublishError::Shrunk {
            published: 300,
            database: 299
        }
    ));
    for changed in [0, 255, 256, 299] {
        let mut database = entries(310);
        database[changed][32] ^= 1;
        let forked = publisher.publish(0, &database).await.unwrap_err();
        let expected = changed as u64;
        assert!(matches!(forked, PublishError::Forked { index } if index == expected));
        assert!(!forked.is_transient());
        let from_there = publisher.publish(expected, &database[changed..]).await;
        assert_eq!(from_there.unwrap_err().code(), "publish.forked");
        let rebuilt = Publisher::rebuild(store.clone(), signer(), &database).await;
        assert_eq!(rebuilt.unwrap_err().code(), "publish.other-tree");
    }
    assert_eq!(seen(&store).await, before);

    // The true database is taken from anywhere.
    publisher.publish(0, &entries(300)).await.unwrap();
    assert_eq!(seen(&store).await, before);
    publisher.publish(298, &entries(310)[298..]).await.unwrap();
    assert_eq!(audited(&store, &[before.unwrap()]).await.entries, 310);
}

#[tokio::test]
async fn inv_03_a_second_publisher_is_noticed() {
    let store = store_of_300().await;
    let mut first = Publisher::open(store.clone(), signer()).await.unwrap();
    let mut second = Publisher::open(store.clone(), signer()).await.unwrap();
    let newest = second.publish(300, &entries(400)[300..]).await.unwrap();
    let error = first.publish(300, &entries(350)[300..]).await.unwrap_err();
    assert_eq!(error.code(), "publish.overtaken");
    assert_eq!(seen(&store).await, Some(newest));
    // It looks again, and then has less than what is published.
    let error = first.publish(300, &entries(350)[300..]).await.unwrap_err();
    assert_eq!(error.code(), "publish.shrunk");
    first.publish(0, &entries(401)).await.unwrap();
}

#[tokio::test]
async fn another_key_does_not_open_the_log() {
    let store = store_of_300().await;
    let other = SigningKey::from_seed(ORIGIN, &[6; 32]).unwrap();
    let error = Publisher::open(store.clone(), other).await.unwrap_err();
    assert!(matches!(error, PublishError::Checkpoint(_)));
    let renamed = SigningKey::from_seed("log.example.org/other", &[5; 32]).unwrap();
    assert!(Publisher::open(store, renamed).await.is_err());
}

#[tokio::test]
async fn damaged_and_lost_files_are_noticed_and_rebuilt() {
    for lost in [true, false] {
        for path in LogPath::all(300).map(|path| path.to_string()) {
            let store = store_of_300().await;
            let path = ObjectPath::from(path);
            if lost {
                store.delete(&path).await.unwrap();
            } else {
                store.put(&path, vec![0; 33].into()).await.unwrap();
            }
            let opened = Publisher::open(store.clone(), signer()).await;
            let noticed = match opened {
                Err(error) => !error.is_transient(),
                // Full bundles are read when entries are compared; full tiles by whoever audits.
                Ok(mut publisher) => {
                    publisher.publish(0, &entries(300)).await.is_err()
                        || path.as_ref() == "tile/0/000"
                }
            };
            assert!(noticed, "{path}");
            let mut rebuilt = Publisher::rebuild(store.clone(), signer(), &entries(310))
                .await
                .unwrap();
            rebuilt.publish(300, &entries(310)[300..]).await.unwrap();
            assert_eq!(audited(&store, &[]).await.entries, 310);
        }
    }
}

#[tokio::test]
async fn a_directory_holds_a_log() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let mut publisher = Publisher::local(&log, signer()).await.unwrap();
    assert_eq!(publisher.checkpoint(), None);
    for size in DATABASE_SIZES {
        publisher.publish(0, &entries(size)).await.unwrap();
        let file = std::fs::read(log.join("checkpoint")).unwrap();
        assert_eq!(file, publisher.checkpoint_text());
        publisher = Publisher::local(&log, signer()).await.unwrap();
        assert_eq!(publisher.size(), size as u64);
    }
    let mut second = Publisher::local(&log, signer()).await.unwrap();
    second.publish(0, &entries(530)).await.unwrap();
    let error = publisher.publish(0, &entries(525)).await.unwrap_err();
    assert_eq!(error.code(), "publish.overtaken");

    std::fs::remove_file(log.join("tile/0/002.p/18")).unwrap();
    assert!(Publisher::local(&log, signer()).await.is_err());
    Publisher::rebuild_local(&log, signer(), &entries(530))
        .await
        .unwrap();
    assert_eq!(Publisher::local(&log, signer()).await.unwrap().size(), 530);
}

#[tokio::test]
async fn inv_13_shredding_a_key_makes_the_record_unreadable_and_the_log_still_verifies() {
    let dir = tempfile::tempdir().unwrap();
    let keys = Keys::create(dir.path(), &SystemEntropy).unwrap();
    let at = Timestamp::from_millis(1_780_000_000_000);
    let event = CustodyEvent::new(at, Deed::ReportSubmitted, "account:1");
    // Two rows of the database: a wrapped record key, and an entry with its sealed event.
    let row = |context: &str| {
        let key = DataKey::generate(&SystemEntropy);
        let wrapped = keys.wrap(&key, context.as_bytes(), &SystemEntropy).unwrap();
        (
            wrapped,
            custody::record(&event, &key, &SystemEntropy).unwrap(),
        )
    };
    let (shredded_key, shredded) = row("record|1");
    let (kept_key, kept) = row("record|2");
    let store = Arc::new(InMemory::new());
    let mut publisher = Publisher::open(store.clone(), signer()).await.unwrap();
    let log = [shredded.log.to_vec(), kept.log.to_vec()];
    let before = publisher.publish(0, &log).await.unwrap();

    drop(shredded_key);

    let key = keys.unwrap(&kept_key, b"record|2").unwrap();
    let opened = custody::open_event(&kept.log, &kept.sealed, &key).unwrap();
    assert_eq!(opened, event);
    // Every key that is left fails on the shredded record's event.
    assert!(keys.unwrap(&kept_key, b"record|1").is_err());
    for key in [&key, keys.register_key()] {
        assert!(custody::open_event(&shredded.log, &shredded.sealed, key).is_err());
    }
    let mut reopened = Publisher::open(store.clone(), signer()).await.unwrap();
    reopened.publish(0, &log).await.unwrap();
    let more = custody::record(&event, keys.register_key(), &SystemEntropy).unwrap();
    reopened.publish(2, &[more.log.to_vec()]).await.unwrap();
    assert_eq!(audited(&store, &[before]).await.entries, 3);
}

#[test]
fn the_log_key_file_signs_for_the_origin() {
    let dir = tempfile::tempdir().unwrap();
    let made = Keys::create(dir.path(), &SystemEntropy).unwrap();
    let signer = Keys::open(dir.path()).unwrap().log_signer(ORIGIN).unwrap();
    assert_eq!(
        signer.verifying_key(),
        made.log_signer(ORIGIN).unwrap().verifying_key()
    );
    assert_eq!(signer.verifying_key().name(), ORIGIN);
    assert!(made.log_signer("").is_err());
}
