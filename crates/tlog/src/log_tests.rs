//! A whole log: grown, stored, resumed, and audited by a stranger.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write as _;

use crate::verify::{AuditError, AuditFailure, TileReader, Verified, audit};
use crate::{
    BundleError, Checkpoint, FollowError, Growth, GrowthError, Hash, LogFile, LogPath, ResumeError,
    SigningKey, TILE_WIDTH, leaf_hash, node_hash, open_checkpoint, parse_bundle, print_bundle,
    sign_checkpoint,
};
use proptest::prelude::*;

const ORIGIN: &str = "example.org/log";

/// A log in memory, as a publisher would store it. Storing refuses to change a file.
#[derive(Debug, Clone, Default)]
struct Stored {
    growth: Growth,
    files: BTreeMap<LogPath, Vec<u8>>,
}

impl Stored {
    fn with(size: u32) -> Self {
        let mut log = Self::default();
        log.append(size);
        log
    }

    fn append(&mut self, count: u32) {
        let first = self.growth.size();
        let entries: Vec<Vec<u8>> = (first..).take(count as usize).map(entry).collect();
        let extension = self.growth.extend(first, &entries).unwrap();
        for LogFile { path, bytes } in extension.files {
            if let Some(old) = self.files.insert(path, bytes.clone()) {
                assert_eq!(old, bytes, "{path} changed");
            }
        }
        self.growth = extension.next;
    }

    fn checkpoint(&self) -> Checkpoint {
        Checkpoint::new(ORIGIN, self.growth.size(), self.growth.root()).unwrap()
    }

    fn edge(&self) -> Vec<LogFile> {
        LogPath::edge(self.growth.size())
            .map(|path| LogFile {
                path,
                bytes: self.files[&path].clone(),
            })
            .collect()
    }

    fn audit(&self, earlier: &[Checkpoint]) -> Result<Verified, AuditError> {
        self.audit_against(&self.checkpoint(), earlier)
    }

    fn audit_against(
        &self,
        checkpoint: &Checkpoint,
        earlier: &[Checkpoint],
    ) -> Result<Verified, AuditError> {
        audit(checkpoint, earlier, &mut Files(&self.files)).map_err(|failure| match failure {
            AuditFailure::Wrong(error) => error,
            AuditFailure::Unreadable { source, .. } => match source {},
        })
    }
}

struct Files<'a>(&'a BTreeMap<LogPath, Vec<u8>>);

impl TileReader for Files<'_> {
    type Error = Infallible;

    fn read(&mut self, path: &LogPath) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.0.get(path).cloned())
    }
}

/// Entries of many lengths, none among them.
fn entry(index: u64) -> Vec<u8> {
    let length = usize::try_from(index % 40).unwrap();
    index
        .to_be_bytes()
        .iter()
        .cycle()
        .take(length)
        .copied()
        .collect()
}

fn path(text: &str) -> LogPath {
    text.parse().unwrap()
}

#[test]
fn a_growing_log_stores_exactly_the_tiles_of_its_size() {
    for size in [0, 1, 255, 256, 257, 511, 512, 70_000] {
        let log = Stored::with(size);
        let stored: Vec<&LogPath> = log.files.keys().collect();
        let mut expected: Vec<LogPath> = LogPath::all(size.into()).collect();
        expected.sort();
        assert_eq!(stored, expected.iter().collect::<Vec<_>>(), "size {size}");
    }
}

#[test]
fn an_extension_writes_only_what_is_new() {
    let mut log = Stored::with(300);
    let written = |log: &Stored, count: u64| -> Vec<String> {
        let first = log.growth.size();
        let entries: Vec<Vec<u8>> = (first..first + count).map(entry).collect();
        let files = log.growth.extend(first, &entries).unwrap().files;
        files.iter().map(|file| file.path.to_string()).collect()
    };
    assert!(written(&log, 0).is_empty());
    assert_eq!(
        written(&log, 1),
        ["tile/entries/001.p/45", "tile/0/001.p/45"]
    );
    log.append(211);
    assert_eq!(
        written(&log, 2),
        [
            "tile/entries/001",
            "tile/0/001",
            "tile/entries/002.p/1",
            "tile/0/002.p/1",
            "tile/1/000.p/2"
        ]
    );
}

#[test]
fn upper_tiles_hold_the_roots_of_full_lower_ones() {
    let log = Stored::with(70_000);
    let mut hashes: Vec<Hash> = log.files[&path("tile/0/016")]
        .as_chunks::<32>()
        .0
        .iter()
        .map(|bytes| Hash::from_bytes(*bytes))
        .collect();
    while hashes.len() > 1 {
        hashes = hashes
            .chunks(2)
            .map(|pair| node_hash(&pair[0], &pair[1]))
            .collect();
    }
    assert_eq!(
        log.files[&path("tile/1/000")][16 * 32..17 * 32],
        *hashes[0].as_bytes()
    );
}

#[test]
fn a_small_log_looks_like_this() {
    let mut log = Stored::with(3);
    log.append(0);
    log.append(516);
    let key = SigningKey::from_seed(ORIGIN, &[42; 32]).unwrap();
    let checkpoint = sign_checkpoint(&key, &log.checkpoint()).unwrap();
    let mut shown = format!("vkey {}\n\n{checkpoint}\n", key.verifying_key());
    for (path, bytes) in &log.files {
        let digest = Hash::sha256(bytes);
        writeln!(shown, "{digest:x} {:>5} {path}", bytes.len()).unwrap();
    }
    insta::assert_snapshot!(shown);
    assert_eq!(
        open_checkpoint(key.verifying_key(), checkpoint.as_bytes()),
        Ok(log.checkpoint())
    );
}

#[test]
fn inv_03_the_log_never_forks_and_never_shrinks() {
    let log = Stored::with(600);

    // Entries are appended where the log ends, not before (a fork) and not after (a gap).
    for first in [0, 599, 601] {
        assert_eq!(
            log.growth.extend(first, &[b"new"]),
            Err(GrowthError::NotNext { size: 600, first })
        );
    }

    // A publisher does not go on from tiles that its checkpoint does not sign.
    let resume = |checkpoint: &Checkpoint, files| Growth::resume(checkpoint, files);
    assert_eq!(
        resume(&log.checkpoint(), log.edge()),
        Ok(log.growth.clone())
    );
    let other_root = Checkpoint::new(ORIGIN, 600, leaf_hash(b"other")).unwrap();
    assert_eq!(
        resume(&other_root, log.edge()),
        Err(ResumeError::Root { size: 600 })
    );
    let shrunk = Checkpoint::new(ORIGIN, 599, log.growth.root()).unwrap();
    assert_eq!(
        resume(&shrunk, log.edge()),
        Err(ResumeError::Root { size: 599 })
    );
    let grown = Checkpoint::new(ORIGIN, 601, log.growth.root()).unwrap();
    assert_eq!(
        resume(&grown, log.edge()),
        Err(ResumeError::Missing {
            path: path("tile/entries/002.p/89")
        })
    );

    // Whoever kept an older checkpoint notices a rewritten log, even one that agrees with itself.
    let kept = Stored::with(300).checkpoint();
    assert!(log.audit(std::slice::from_ref(&kept)).is_ok());
    let mut forked = Stored::default();
    let entries: Vec<[u8; 1]> = (0..600).map(|_| [9]).collect();
    let extension = forked.growth.extend(0, &entries).unwrap();
    forked.growth = extension.next;
    forked.files = extension
        .files
        .into_iter()
        .map(|file| (file.path, file.bytes))
        .collect();
    assert!(forked.audit(&[]).is_ok());
    assert_eq!(
        forked.audit(&[kept]),
        Err(AuditError::EarlierRoot { size: 300 })
    );
    let shrunk = Stored::with(200);
    assert_eq!(
        shrunk.audit(&[log.checkpoint()]),
        Err(AuditError::Follow(FollowError::Shrunk {
            from: 600,
            to: 200
        }))
    );
}

#[test]
fn a_publisher_refuses_a_broken_edge() {
    let log = Stored::with(600);
    let resume = |at: usize, change: &dyn Fn(&mut Vec<u8>)| {
        let mut files = log.edge();
        change(&mut files[at].bytes);
        Growth::resume(&log.checkpoint(), files).unwrap_err()
    };
    let [bundle, leaves, upper] =
        ["tile/entries/002.p/88", "tile/0/002.p/88", "tile/1/000.p/2"].map(path);
    assert_eq!(
        resume(0, &|bytes| bytes.truncate(bytes.len() - 1)),
        ResumeError::Bundle {
            path: bundle,
            source: BundleError::Cut { position: 87 }
        }
    );
    assert_eq!(
        resume(0, &|bytes| bytes.extend([0, 0])),
        ResumeError::BundleCount {
            path: bundle,
            entries: 89
        }
    );
    assert_eq!(
        resume(0, &|bytes| *bytes.last_mut().unwrap() ^= 1),
        ResumeError::Entry {
            path: bundle,
            index: 599
        }
    );
    assert_eq!(
        resume(1, &|bytes| bytes[40] ^= 1),
        ResumeError::Entry {
            path: bundle,
            index: 513
        }
    );
    assert_eq!(
        resume(1, &|bytes| bytes.truncate(33)),
        ResumeError::TileLength {
            path: leaves,
            bytes: 33
        }
    );
    assert_eq!(
        resume(2, &|bytes| bytes[0] ^= 1),
        ResumeError::Root { size: 600 }
    );
    assert_eq!(
        resume(2, &Vec::clear),
        ResumeError::TileLength {
            path: upper,
            bytes: 0
        }
    );
}

#[test]
fn an_entry_too_long_changes_nothing() {
    let log = Stored::with(5);
    let before = log.growth.clone();
    let entries = [vec![1; 65_535], vec![1; 65_536]];
    assert!(matches!(
        log.growth.extend(5, &entries),
        Err(GrowthError::Entry { index: 6, .. })
    ));
    assert_eq!(log.growth, before);
    assert!(log.growth.extend(5, &entries[..1]).is_ok());
}

#[test]
fn an_audit_names_the_tile_and_the_entry_that_disagree() {
    let log = Stored::with(70_000);
    assert_eq!(
        log.audit(&[]),
        Ok(Verified {
            entries: 70_000,
            tiles: 277,
            earlier: 0
        })
    );
    let broken = |at: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut log = log.clone();
        change(log.files.get_mut(&path(at)).unwrap());
        log.audit(&[]).unwrap_err()
    };
    let flip = |at: usize| move |bytes: &mut Vec<u8>| bytes[at] ^= 1;
    assert_eq!(
        broken("tile/0/100", &flip(32 * 7)),
        AuditError::Leaf {
            path: path("tile/0/100"),
            index: 25_607
        }
    );
    assert_eq!(
        broken("tile/entries/273.p/112", &|bytes| *bytes
            .last_mut()
            .unwrap() ^= 1),
        AuditError::Leaf {
            path: path("tile/0/273.p/112"),
            index: 69_999
        }
    );
    assert_eq!(
        broken("tile/1/001.p/17", &flip(32 * 3)),
        AuditError::Node {
            path: path("tile/1/001.p/17"),
            below: path("tile/0/259"),
            index: 66_304
        }
    );
    assert_eq!(
        broken("tile/2/000.p/1", &flip(0)),
        AuditError::Node {
            path: path("tile/2/000.p/1"),
            below: path("tile/1/000"),
            index: 0
        }
    );
    assert_eq!(
        broken("tile/0/005", &Vec::clear),
        AuditError::TileLength {
            path: path("tile/0/005"),
            bytes: 0
        }
    );
    assert_eq!(
        broken("tile/entries/005", &|bytes| bytes.extend([0, 0])),
        AuditError::Bundle {
            path: path("tile/entries/005"),
            source: BundleError::TooMany
        }
    );
    assert_eq!(
        broken("tile/entries/273.p/112", &|bytes| bytes.extend([0, 0])),
        AuditError::BundleCount {
            path: path("tile/entries/273.p/112"),
            entries: 113
        }
    );
    for missing in LogPath::edge(70_000) {
        let mut log = log.clone();
        log.files.remove(&missing);
        assert_eq!(log.audit(&[]), Err(AuditError::Missing { path: missing }));
    }
}

#[test]
fn a_log_that_agrees_with_itself_but_not_with_the_checkpoint_is_wrong() {
    let log = Stored::with(300);
    let signed = Checkpoint::new(ORIGIN, 300, leaf_hash(b"other")).unwrap();
    assert_eq!(
        log.audit_against(&signed, &[]),
        Err(AuditError::Root { size: 300 })
    );
    let empty = Stored::default();
    assert_eq!(
        empty.audit(&[]),
        Ok(Verified {
            entries: 0,
            tiles: 0,
            earlier: 0
        })
    );
    let signed = Checkpoint::new(ORIGIN, 0, leaf_hash(b"other")).unwrap();
    assert_eq!(
        empty.audit_against(&signed, &[]),
        Err(AuditError::Root { size: 0 })
    );
}

/// The roots of the tree against those of an implementation that nobody here wrote.
#[test]
fn ct_merkle_computes_the_same_roots() {
    let mut peer = ct_merkle::mem_backed_tree::MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
    let mut growth = Growth::new();
    for index in 0..1100 {
        peer.push(entry(index));
        growth = growth.extend(index, &[entry(index)]).unwrap().next;
        assert_eq!(
            growth.root().as_bytes()[..],
            peer.root().as_bytes()[..],
            "size {}",
            index + 1
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// However a log grew, resumed at every step, its tiles are those of one built at once, and
    /// every checkpoint on the way is an earlier one of the last.
    #[test]
    fn any_way_of_growing_gives_the_same_log(
        steps in prop::collection::vec(prop_oneof![0_u32..4, 0_u32..600], 0..8),
    ) {
        let mut log = Stored::default();
        let mut earlier = Vec::new();
        for step in steps {
            log.append(step);
            log.growth = Growth::resume(&log.checkpoint(), log.edge()).unwrap();
            earlier.push(log.checkpoint());
        }
        let size = u32::try_from(log.growth.size()).unwrap();
        let at_once = Stored::with(size);
        prop_assert_eq!(&at_once.growth, &log.growth);
        for (path, bytes) in &at_once.files {
            prop_assert_eq!(log.files.get(path), Some(bytes), "{}", path);
        }
        prop_assert_eq!(log.audit(&earlier).map(|verified| verified.entries), Ok(size.into()));
    }

    /// A crash may leave files of a larger size than the checkpoint's: full tiles stand in for
    /// partial ones.
    #[test]
    fn a_log_resumes_from_wider_tiles(size in 0_u32..600, more in 1_u32..600) {
        let log = Stored::with(size);
        let larger = Stored::with(size + more);
        let files = LogPath::edge(size.into()).map(|wanted| {
            let (path, bytes) = larger.files.iter().find(|(path, _)| path.covers(&wanted)).unwrap();
            LogFile { path: *path, bytes: bytes.clone() }
        });
        prop_assert_eq!(Growth::resume(&log.checkpoint(), files), Ok(log.growth));
    }

    #[test]
    fn one_flipped_bit_anywhere_is_found(
        size in 1_u32..1200,
        file: prop::sample::Index,
        byte: prop::sample::Index,
        bit in 0..8,
    ) {
        let mut log = Stored::with(size);
        let at = *log.files.keys().nth(file.index(log.files.len())).unwrap();
        let bytes = log.files.get_mut(&at).unwrap();
        let byte = byte.index(bytes.len());
        bytes[byte] ^= 1_u8 << bit;
        prop_assert!(log.audit(&[]).is_err(), "{} byte {}", at, byte);
    }

    #[test]
    fn any_bytes_in_a_log_are_answered(
        size in 1_u32..600,
        at: prop::sample::Index,
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut log = Stored::with(size);
        let at = *log.files.keys().nth(at.index(log.files.len())).unwrap();
        log.files.insert(at, bytes);
        prop_assert!(log.audit(&[]).is_err());
        let resumed = Growth::resume(&log.checkpoint(), log.edge());
        prop_assert_eq!(resumed.is_err(), at.width() < TILE_WIDTH);
    }

    #[test]
    fn bundles_of_a_log_hold_its_entries(size in 1_u32..600) {
        let log = Stored::with(size);
        for (path, bytes) in &log.files {
            if let LogPath::Bundle(bundle) = path {
                let first = bundle.index() * u64::from(TILE_WIDTH);
                let indices = first..first + u64::from(bundle.width());
                let expected: Vec<Vec<u8>> = indices.map(entry).collect();
                prop_assert_eq!(&parse_bundle(bytes).unwrap(), &expected);
                prop_assert_eq!(&print_bundle(&expected).unwrap(), bytes);
            }
        }
    }
}
