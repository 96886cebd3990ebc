//! Keys and schemas that do not fit: the program refuses to start, names the file and says what to
//! do.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::house::{House, says};

/// Asserts that every way in refuses with these words, and that nothing was changed.
#[track_caller]
fn refuses(house: &House, code: i32, parts: &[&str]) {
    for arguments in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["queue"],
        &["account", "add", "other", "--role", "sender"],
    ] {
        let ran = house.run(arguments).ended(code);
        says(&ran.err, parts);
        assert_eq!(ran.out, "");
    }
}

fn house() -> House {
    let house = House::new();
    house.account("acme", "sender");
    house
}

#[test]
fn keys_of_another_database_are_refused() {
    let (house, other) = (house(), house());
    let key = house.data().join("keys/root.key");
    let (right, wrong) = (
        fs::read(&key).unwrap(),
        fs::read(other.data().join("keys/root.key")).unwrap(),
    );
    fs::write(&key, wrong).unwrap();
    let place = house.data().join("keys").display().to_string();
    refuses(
        &house,
        2,
        &[&place, "belong to another database", "put back"],
    );
    fs::write(&key, right).unwrap();
    house.run(&["queue"]).ended(0);
    house.verify();
}

#[test]
fn missing_keys_are_never_made_anew() {
    let house = house();
    let place = house.data().join("keys");
    for name in ["root.key", "log.key"] {
        let (key, aside) = (place.join(name), house.folder().join(name));
        fs::rename(&key, &aside).unwrap();
        refuses(&house, 2, &[&place.display().to_string(), "backup"]);
        assert!(!key.exists(), "{name} was made anew");
        fs::rename(&aside, &key).unwrap();
    }
    fs::rename(&place, house.folder().join("keys")).unwrap();
    refuses(&house, 2, &[&place.display().to_string(), "backup"]);
    assert!(!place.exists());
    fs::rename(house.folder().join("keys"), &place).unwrap();
    house.verify();
}

#[test]
fn keys_that_others_may_read_are_refused() {
    let house = house();
    for name in ["root.key", "log.key"] {
        let key = house.data().join("keys").join(name);
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
        refuses(
            &house,
            2,
            &[&key.display().to_string(), "mode 644", "chmod 600"],
        );
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    }
    house.verify();
}

#[test]
fn damaged_keys_are_refused() {
    let house = house();
    for name in ["root.key", "log.key"] {
        let key = house.data().join("keys").join(name);
        let right = fs::read(&key).unwrap();
        let path = key.display().to_string();
        for cut in [0, 1, right.len() / 2, right.len() - 5] {
            fs::write(&key, &right[..cut]).unwrap();
            let ran = house.run(&["queue"]).ended(2);
            says(&ran.err, &[&path, "restore it from your key backup"]);
        }
        for place in (3..right.len()).step_by(29) {
            let mut wrong = right.clone();
            wrong[place] ^= 1;
            fs::write(&key, &wrong).unwrap();
            says(&house.run(&["queue"]).ended(2).err, &[&path]);
        }
        fs::write(&key, &right).unwrap();
    }
    house.verify();
}

#[test]
fn inv_12_an_unknown_schema_is_refused() {
    for house in [House::new(), House::on_postgres()] {
        house.account("acme", "sender");
        for version in ["5", "0", "99999999999999999999", "one", ""] {
            let sql = format!("UPDATE meta SET value = '{version}' WHERE key = 'schema_version'");
            house.meddle(&sql);
            let ran = house.run(&["queue"]).ended(2);
            says(&ran.err, &["schema"]);
        }
        refuses(&house, 2, &["schema"]);
        house.meddle("UPDATE meta SET value = '4' WHERE key = 'schema_version'");
        house.run(&["queue"]).ended(0);
        house.verify();
    }
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let house = house();
    let path = house.data().join("watchfire.sqlite");
    fs::write(&path, "these are notes and no database".repeat(400)).unwrap();
    refuses(&house, 2, &["database"]);
    assert!(fs::read(&path).unwrap().starts_with(b"these are notes"));
}
