//! Tests of blobs: what is durable when, what is left after an end before the end, what damage is
//! seen.

use std::fs;
use std::path::PathBuf;

use futures_util::StreamExt as _;
use object_store::memory::InMemory;

use super::*;
use crate::Digester;
use crate::entropy::SystemEntropy;
use crate::faults::{Fault, FaultyStore};

/// Lengths around the seal's chunks, the pieces and the parts.
const LENGTHS: [usize; 9] = [
    0,
    1,
    16_384,
    65_536,
    65_537,
    PIECE_BYTES,
    PIECE_BYTES + 1,
    2 * PIECE_BYTES + 70_000,
    5 * PIECE_BYTES,
];

fn plain(length: usize) -> Vec<u8> {
    (0..=250_u8).cycle().take(length).collect()
}

fn key() -> DataKey {
    DataKey::from_bytes([7; 32])
}

async fn receive(blobs: &Blobs, bytes: &[u8]) -> Result<Received, EvidenceError> {
    let mut reception = blobs.begin(&key(), b"file|1", &SystemEntropy)?;
    for piece in bytes.chunks(300_001) {
        reception.write(piece).await?;
    }
    reception.finish().await
}

/// Every file below `dir`.
fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found
}

#[tokio::test]
async fn what_was_received_reads_back() {
    let dir = tempfile::tempdir().unwrap();
    let local = Blobs::local(&dir.path().join("blobs")).unwrap();
    let memory = Blobs::remote(Arc::new(InMemory::new()));
    for blobs in [local, memory] {
        for length in LENGTHS {
            let bytes = plain(length);
            let received = receive(&blobs, &bytes).await.unwrap();
            assert_eq!(received.size_bytes, length as u64);
            assert_eq!(received.digests, Digester::of(&bytes));
            let read = blobs.read(received.blob, &key(), b"file|1").await.unwrap();
            assert!(read == bytes, "{length}");

            let mut streamed = Vec::new();
            let mut pieces = blobs.open(received.blob, &key(), b"file|1").into_stream();
            while let Some(piece) = pieces.next().await {
                streamed.extend_from_slice(&piece.unwrap());
            }
            assert!(streamed == bytes, "{length}");
        }
    }
}

#[tokio::test]
async fn a_blob_lies_where_its_random_name_says_and_holds_nothing_plain() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(dir.path()).unwrap();
    let bytes = plain(100_000);
    let (one, two) = (
        receive(&blobs, &bytes).await.unwrap(),
        receive(&blobs, &bytes).await.unwrap(),
    );
    assert_ne!(one.blob, two.blob);
    let name = one.blob.to_string();
    let stored = fs::read(dir.path().join(&name[..2]).join(&name)).unwrap();
    assert_eq!(stored.len(), crate::seal::sealed_bytes(bytes.len()));
    assert!(!stored.windows(64).any(|window| window == &bytes[..64]));
    assert_eq!(files(dir.path()).len(), 2);
}

#[tokio::test]
async fn nothing_is_visible_before_the_end_nor_after_giving_up() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(dir.path()).unwrap();
    for length in [10, 5 * PIECE_BYTES] {
        for abort in [true, false] {
            let mut reception = blobs.begin(&key(), b"file|1", &SystemEntropy).unwrap();
            reception.write(&plain(length)).await.unwrap();
            // Only staging files, which carry a `#` that no blob's name has.
            let whole = |path: &PathBuf| !path.to_string_lossy().contains('#');
            assert!(!files(dir.path()).iter().any(whole));
            if abort {
                reception.abort().await.unwrap();
            } else {
                drop(reception);
            }
            for _ in 0..200 {
                if files(dir.path()).is_empty() {
                    break;
                }
                tokio::task::spawn_blocking(std::thread::yield_now)
                    .await
                    .unwrap();
            }
            assert_eq!(files(dir.path()), Vec::<PathBuf>::new(), "{length} {abort}");
        }
    }
}

#[tokio::test]
async fn damage_to_a_stored_blob_is_noticed() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(dir.path()).unwrap();
    let received = receive(&blobs, &plain(2 * PIECE_BYTES + 5)).await.unwrap();
    let path = files(dir.path()).remove(0);
    let original = fs::read(&path).unwrap();
    let key = key();
    let read = || blobs.read(received.blob, &key, b"file|1");
    for place in (0..original.len()).step_by(200_003) {
        let mut changed = original.clone();
        changed[place] ^= 4;
        fs::write(&path, changed).unwrap();
        let error = read().await.unwrap_err();
        assert!(matches!(error, EvidenceError::Sealed(_)), "{place}");
    }
    for cut in [1, 57, 60, 57 + 16_400, PIECE_BYTES, original.len() - 1] {
        fs::write(&path, &original[..cut]).unwrap();
        let error = read().await.unwrap_err();
        assert!(matches!(error, EvidenceError::Sealed(_)), "cut to {cut}");
    }
    fs::write(&path, &original).unwrap();
    assert!(read().await.is_ok());
    let other_context = blobs.read(received.blob, &key, b"file|2").await;
    assert_eq!(other_context.unwrap_err().code(), "seal.key-wrong");

    fs::write(&path, b"").unwrap();
    assert_eq!(read().await.unwrap_err().code(), "seal.truncated");
    blobs.delete(received.blob).await.unwrap();
    assert_eq!(read().await.unwrap_err().code(), "evidence.missing");
    blobs.delete(received.blob).await.unwrap();
}

#[tokio::test]
async fn inv_01_an_acknowledged_blob_reads_back_whatever_write_fails() {
    for length in [1000, 4 * PIECE_BYTES] {
        let bytes = plain(length);
        let sound = FaultyStore::sound();
        receive(&in_small_parts(sound.clone()), &bytes)
            .await
            .unwrap();
        assert_eq!(sound.writes(), if length == 1000 { 1 } else { 6 });
        for fault in [Fault::Lost, Fault::KeptButReportedLost, Fault::Full] {
            for at in 0..sound.writes() {
                let kept = Arc::new(InMemory::new());
                let store = FaultyStore::failing(&kept, fault, at);
                let failed = receive(&in_small_parts(store), &bytes).await;
                // Told or not: an error means that nothing was acknowledged.
                let error = failed.expect_err("a failed write is never acknowledged");
                if fault == Fault::Full {
                    assert_eq!(error.code(), "evidence.no-space");
                    assert!(error.to_string().contains("faulty store"));
                } else {
                    assert_eq!(error.code(), "evidence.unwritable");
                }
            }
        }
    }
}

fn in_small_parts(store: FaultyStore) -> Blobs {
    Blobs {
        part_bytes: PIECE_BYTES,
        ..Blobs::remote(Arc::new(store))
    }
}

#[tokio::test]
async fn a_reception_that_failed_stays_failed() {
    let kept = Arc::new(InMemory::new());
    let store = FaultyStore::failing(&kept, Fault::Full, 0);
    let blobs = in_small_parts(store);
    let mut reception = blobs.begin(&key(), b"file|1", &SystemEntropy).unwrap();
    let mut failed = false;
    for _ in 0..4 {
        failed |= reception.write(&plain(PIECE_BYTES)).await.is_err();
    }
    assert!(failed);
    assert!(reception.finish().await.is_err());
}

#[tokio::test]
async fn inv_13_shredding_a_blobs_key_makes_it_unreadable() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(dir.path()).unwrap();
    let record_key = DataKey::generate(&SystemEntropy);
    let file_key = DataKey::generate(&SystemEntropy);
    let wrapped = record_key
        .wrap(&file_key, b"file|1", &SystemEntropy)
        .unwrap();
    let mut reception = blobs.begin(&file_key, b"file|1", &SystemEntropy).unwrap();
    reception.write(b"evidence").await.unwrap();
    let received = reception.finish().await.unwrap();
    // The wrapped record key is deleted: what is left are the blob and the wrapped file key.
    drop((record_key, file_key));
    let guess = DataKey::generate(&SystemEntropy);
    assert!(guess.unwrap(&wrapped, b"file|1").is_err());
    assert!(blobs.read(received.blob, &guess, b"file|1").await.is_err());
}

#[tokio::test]
async fn a_place_that_cannot_hold_blobs_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = Blobs::local(file.path()).unwrap_err();
    assert_eq!(error.code(), "evidence.place-unusable");
    assert!(
        error
            .to_string()
            .contains(&file.path().display().to_string())
    );
}

#[tokio::test]
async fn what_a_kill_left_behind_is_found_and_swept() {
    let dir = tempfile::tempdir().unwrap();
    let blobs = Blobs::local(dir.path()).unwrap();
    let received = receive(&blobs, b"whole").await.unwrap();
    let name = "ab".repeat(16);
    let staging = dir.path().join("ab").join(format!("{name}#1"));
    fs::write(&staging, b"a part").unwrap();
    fs::write(dir.path().join("ab").join("notes.txt"), b"not ours").unwrap();

    let listed: Vec<_> = blobs.list().collect().await;
    let listed: Vec<_> = listed.into_iter().map(Result::unwrap).collect();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].0, received.blob);

    let (written, later) = (listed[0].1, listed[0].1.plus_millis(60_000));
    assert_eq!(blobs.sweep(written.plus_millis(-60_000)).await.unwrap(), 0);
    assert_eq!(blobs.sweep(later).await.unwrap(), 1);
    assert!(!staging.exists());
    assert_eq!(files(dir.path()).len(), 2);
    assert!(blobs.read(received.blob, &key(), b"file|1").await.is_ok());

    let remote = Blobs::remote(Arc::new(InMemory::new()));
    assert_eq!(remote.sweep(later).await.unwrap(), 0);
}
