//! Checkpoints: shapes, hostile input, what may follow what.

use proptest::prelude::*;

use super::*;
use crate::{empty_root, leaf_hash};

/// The example of the tlog-checkpoint specification.
const EXAMPLE: &str =
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";

fn key(name: &str) -> SigningKey {
    SigningKey::from_seed(name, &[1; 32]).unwrap()
}

fn checkpoint(size: u64, root: Hash) -> Checkpoint {
    Checkpoint::new("example.org/log", size, root).unwrap()
}

#[test]
fn the_specification_s_example_parses_and_prints() {
    let checkpoint = Checkpoint::parse(EXAMPLE).unwrap();
    assert_eq!(checkpoint.origin(), "example.com/behind-the-sofa");
    assert_eq!(checkpoint.size(), 20_852_163);
    assert_eq!(checkpoint.to_string(), EXAMPLE);
    let extended = format!("{EXAMPLE}one more line\n");
    let parsed = Checkpoint::parse(&extended).unwrap();
    assert_eq!(parsed.extensions(), ["one more line"]);
    assert_eq!(parsed.to_string(), extended);
}

#[test]
fn malformed_checkpoints_are_refused() {
    for (bad, error) in [
        (String::new(), CheckpointError::Malformed),
        ("a\n0\n".to_owned(), CheckpointError::Malformed),
        (EXAMPLE.trim_end().to_owned(), CheckpointError::Malformed),
        (format!("{EXAMPLE}\n"), CheckpointError::Malformed),
        (format!("{EXAMPLE}a\tb\n"), CheckpointError::Malformed),
        (format!("\n{EXAMPLE}"), CheckpointError::Size),
        (
            EXAMPLE.replace("example.com/behind-the-sofa", ""),
            CheckpointError::Origin,
        ),
        (EXAMPLE.replace("208", "+208"), CheckpointError::Size),
        (EXAMPLE.replace("208", "0208"), CheckpointError::Size),
        (EXAMPLE.replace("208", "-208"), CheckpointError::Size),
        (EXAMPLE.replace("20852163", ""), CheckpointError::Size),
        (
            EXAMPLE.replace("20852163", "9223372036854775808"),
            CheckpointError::Size,
        ),
        (EXAMPLE.replace("q2I=", "q2I"), CheckpointError::Root),
        (EXAMPLE.replace("q2I=", "q2J="), CheckpointError::Root),
        (EXAMPLE.replace("CsUY", ""), CheckpointError::Root),
    ] {
        assert_eq!(Checkpoint::parse(&bad), Err(error), "{bad:?}");
    }
    assert!(Checkpoint::parse(&EXAMPLE.replace("20852163", "9223372036854775807")).is_ok());
    assert!(Checkpoint::parse(&EXAMPLE.replace("20852163", "0")).is_ok());
}

#[test]
fn a_signed_checkpoint_opens_with_the_log_s_key_only() {
    let log = key("example.org/log");
    let signed = checkpoint(3, leaf_hash(b"3"));
    let file = sign_checkpoint(&log, &signed).unwrap();
    assert_eq!(
        open_checkpoint(log.verifying_key(), file.as_bytes()),
        Ok(signed)
    );
    let other = key("example.net/log");
    assert_eq!(
        open_checkpoint(other.verifying_key(), file.as_bytes()),
        Err(NoteError::NoKnownSignature.into())
    );
    let grown = file.replacen("\n3\n", "\n4\n", 1);
    assert_eq!(
        open_checkpoint(log.verifying_key(), grown.as_bytes()),
        Err(NoteError::BadSignature.into())
    );
}

#[test]
fn a_key_speaks_for_its_own_log_only() {
    let log = key("example.org/log");
    let foreign = Checkpoint::new("example.net/log", 0, empty_root()).unwrap();
    assert_eq!(
        sign_checkpoint(&log, &foreign),
        Err(CheckpointError::OtherLog)
    );
    let file = log.sign(&foreign.to_string()).unwrap().to_string();
    assert_eq!(
        open_checkpoint(log.verifying_key(), file.as_bytes()),
        Err(CheckpointError::OtherLog)
    );
}

#[test]
fn inv_03_the_log_never_forks_and_never_shrinks() {
    let (one, other) = (leaf_hash(b"one"), leaf_hash(b"other"));
    let published = checkpoint(7, one);
    assert_eq!(checkpoint(7, one).follows(&published), Ok(()));
    assert_eq!(checkpoint(8, other).follows(&published), Ok(()));
    assert_eq!(
        checkpoint(6, one).follows(&published),
        Err(FollowError::Shrunk { from: 7, to: 6 })
    );
    assert_eq!(
        checkpoint(7, other).follows(&published),
        Err(FollowError::Forked { size: 7 })
    );
    let foreign = Checkpoint::new("example.net/log", 8, other).unwrap();
    assert_eq!(foreign.follows(&published), Err(FollowError::OtherLog));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn checkpoints_print_and_parse(
        origin in "[^\u{0}-\u{1f}]{1,20}",
        size in 0..=SIZE_MAX,
        root: [u8; 32],
    ) {
        let checkpoint = Checkpoint::new(&origin, size, Hash::from_bytes(root)).unwrap();
        prop_assert_eq!(Checkpoint::parse(&checkpoint.to_string()), Ok(checkpoint));
    }

    #[test]
    fn any_text_is_answered(
        text in "[a-z]{0,3}\n[0-9+-]{0,20}\n([A-Za-z0-9+/]{43}=)?\n(x\n)?|.{0,60}",
    ) {
        if let Ok(checkpoint) = Checkpoint::parse(&text) {
            prop_assert_eq!(checkpoint.to_string(), text);
        }
    }
}
