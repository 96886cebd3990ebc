//! Tests of the key files: every way in which one can be wrong is told apart, with what to do.

use proptest::prelude::*;

use super::*;
use crate::entropy::{ForeseenEntropy, SystemEntropy};

fn made() -> (tempfile::TempDir, Keys) {
    let dir = tempfile::tempdir().unwrap();
    let keys = Keys::create(dir.path(), &ForeseenEntropy::default()).unwrap();
    (dir, keys)
}

/// Opens after `change` was done to the text of `root.key`; gives the code and the message.
fn opened_after(change: impl Fn(&str) -> String) -> (&'static str, String) {
    let (dir, _) = made();
    let path = dir.path().join(ROOT_KEY_FILE);
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, change(&text)).unwrap();
    let error = Keys::open(dir.path()).unwrap_err();
    (error.code(), error.to_string())
}

#[test]
fn opens_to_the_same_keys() {
    let (dir, made) = made();
    let opened = Keys::open(dir.path()).unwrap();
    assert_eq!(opened.check_value(), made.check_value());
    assert_eq!(
        opened.blind("email", "a@example.com"),
        made.blind("email", "a@example.com")
    );
    let child = DataKey::generate(&SystemEntropy);
    let wrapped = made.wrap(&child, b"record|1", &SystemEntropy).unwrap();
    let unwrapped = opened.unwrap(&wrapped, b"record|1").unwrap();
    assert_eq!(unwrapped.bytes(), child.bytes());
    assert_eq!(opened.register_key().bytes(), made.register_key().bytes());
    assert_eq!(opened.log_seed.bytes(), made.log_seed.bytes());
}

#[test]
fn the_derivations_are_these() {
    // HKDF-SHA-512 and HMAC-SHA-256 by another library.
    let keys = Keys::of(&DataKey::from_bytes([7; 32]), DataKey::from_bytes([8; 32])).unwrap();
    assert_eq!(
        model::hex(keys.agency.bytes()),
        "35327e3e6d7ec4f420951c62b8b7fb0afcb49a3f45a29b775d5e45311b0b1c90"
    );
    assert_eq!(
        model::hex(keys.register.bytes()),
        "a0bdd981f6747140f270d192b4e952a8b1b1f9515692e34b222e4adff6e9a8e7"
    );
    assert_eq!(
        model::hex(&keys.check_value()),
        "bd12a6b00f919dc550284eb4e4572467026aeeba5d8c6f2f97b766325dc99202"
    );
    assert_eq!(
        model::hex(&keys.blind("email", "a@example.com")),
        "3f4592449d6c68f24831cacde3d46d8b0a269ca8521411634eb5e4138cf6e1e0"
    );
}

#[test]
fn the_files_are_text_that_says_what_it_is() {
    let (dir, _) = made();
    let text = fs::read_to_string(dir.path().join(ROOT_KEY_FILE)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], ROOT_HEADER);
    assert_eq!((lines[1].len(), lines[2].len(), lines.len()), (44, 8, 3));
    assert!(text.len() <= KEY_FILE_BYTES_MAX);
}

#[test]
fn a_key_is_never_overwritten() {
    let (dir, made) = made();
    let error = Keys::create(dir.path(), &SystemEntropy).unwrap_err();
    assert_eq!(error.code(), "key.exists");
    assert!(error.to_string().contains(ROOT_KEY_FILE));
    assert_eq!(
        Keys::open(dir.path()).unwrap().check_value(),
        made.check_value()
    );

    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(LOG_KEY_FILE), "something").unwrap();
    assert_eq!(
        Keys::create(dir.path(), &SystemEntropy).unwrap_err().code(),
        "key.exists"
    );
    assert!(!dir.path().join(ROOT_KEY_FILE).exists());
}

#[test]
fn a_missing_key_is_named() {
    let (dir, _) = made();
    fs::remove_file(dir.path().join(LOG_KEY_FILE)).unwrap();
    let error = Keys::open(dir.path()).unwrap_err();
    assert_eq!(error.code(), "key.missing");
    assert!(error.to_string().contains(LOG_KEY_FILE));
    let error = Keys::create(&dir.path().join("nowhere"), &SystemEntropy).unwrap_err();
    assert_eq!(error.code(), "key.unwritable");
}

#[test]
fn damage_is_told_apart() {
    assert_eq!(opened_after(|_| String::new()).0, "key.not-a-key");
    assert_eq!(
        opened_after(|text| text.replace("root", "log")).0,
        "key.not-a-key"
    );
    assert_eq!(
        opened_after(|text| text[..text.len() - 9].to_string()).0,
        "key.wrong-length"
    );
    assert_eq!(
        opened_after(|text| format!("{text}more\n")).0,
        "key.wrong-length"
    );
    assert_eq!(
        opened_after(|text| format!("{}\nAAAA\n00000000\n", text.lines().next().unwrap())).0,
        "key.wrong-length"
    );
    assert_eq!(opened_after(|text| text.repeat(100)).0, "key.wrong-length");
    let (code, message) = opened_after(|text| {
        let at = text.find('\n').unwrap() + 5;
        let other = if &text[at..=at] == "A" { "B" } else { "A" };
        format!("{}{other}{}", &text[..at], &text[at + 1..])
    });
    assert_eq!(code, "key.damaged");
    assert!(message.contains(ROOT_KEY_FILE) && message.contains("backup"));
}

#[cfg(unix)]
#[test]
fn a_key_that_others_can_read_is_refused_with_the_command_to_run() {
    use std::os::unix::fs::PermissionsExt as _;

    let (dir, _) = made();
    let path = dir.path().join(ROOT_KEY_FILE);
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let error = Keys::open(dir.path()).unwrap_err();
    assert_eq!(error.code(), "key.too-open");
    let message = error.to_string();
    assert!(
        message.contains(&format!("chmod 600 {}", path.display())),
        "{message}"
    );
}

#[test]
fn blind_values_differ_by_kind_and_by_where_the_kind_ends() {
    let (_dir, keys) = made();
    assert_ne!(keys.blind("email", "x"), keys.blind("phone", "x"));
    assert_ne!(keys.blind("ab", "c"), keys.blind("a", "bc"));
    assert_eq!(format!("{keys:?}"), "Keys([secret])");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_is_printed_parses_and_nothing_else_does(
        bytes in any::<[u8; 32]>(),
        place in 0usize..128,
        change in 1u8..,
        junk in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let key = DataKey::from_bytes(bytes);
        let text = print_key(ROOT_HEADER, &key);
        let parsed = parse_key(text.as_bytes(), ROOT_HEADER).unwrap();
        prop_assert_eq!(parsed.bytes(), &bytes);
        prop_assert_eq!(parse_key(text.as_bytes(), LOG_HEADER).unwrap_err(), Flaw::NotAKey);

        let mut changed = text.as_bytes().to_vec();
        let place = place % changed.len();
        changed[place] ^= change;
        // A changed line end may still be one; nothing else passes.
        if let Ok(parsed) = parse_key(&changed, ROOT_HEADER) {
            prop_assert_eq!(parsed.bytes(), &bytes);
        }
        prop_assert!(parse_key(&junk, ROOT_HEADER).is_err());
    }
}
