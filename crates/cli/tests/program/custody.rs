//! The custody log under tampering: `log verify` says no, and says where.

use std::fs;
use std::path::PathBuf;

use crate::commands::REPORT;
use crate::house::{House, files, on_a_thread, says};

/// A Watchfire with some hundred entries, and the files of its log.
fn written() -> (House, Vec<(PathBuf, Vec<u8>)>) {
    let house = House::new();
    let dir = house.folder().join("in");
    fs::create_dir(&dir).unwrap();
    for number in 0..300 {
        let report = REPORT.replace("Robin", &format!("Robin {number}"));
        fs::write(dir.join(format!("{number:03}.xml")), report).unwrap();
    }
    house.run(&["report", &dir.display().to_string()]).ended(0);
    assert!(house.verify() > 512, "two full bundles are wanted");
    let log = files(&house.data().join("log"));
    (house, log)
}

/// Asserts that the log is found wrong, with these words, by a negative answer.
#[track_caller]
fn found_wrong(house: &House, parts: &[&str]) {
    let ran = house.run(&["log", "verify", "--json"]).ended(1);
    let found = ran.object();
    assert_eq!(found["verified"], false);
    says(found["message"].as_str().unwrap(), parts);
}

#[test]
fn a_changed_tile_is_found() {
    let (house, log) = written();
    let mut tried = 0;
    for (path, bytes) in &log {
        let shown = path.display().to_string();
        let Some((_, tile)) = shown.split_once("/log/tile/") else {
            continue;
        };
        // Partial tiles that a larger one replaced are no longer part of the log.
        let mut wrong = bytes.clone();
        let middle = wrong.len() / 2;
        wrong[middle] ^= 0x10;
        fs::write(path, &wrong).unwrap();
        let ran = house.run(&["log", "verify"]);
        if ran.code == Some(0) {
            assert!(tile.contains(".p/"), "{tile} may be changed unnoticed");
        } else {
            let ran = ran.ended(1);
            says(&ran.out, &["tile"]);
            tried += 1;
        }
        fs::remove_file(path).unwrap();
        let ran = house.run(&["log", "verify"]);
        assert!(
            ran.code == Some(1) || tile.contains(".p/"),
            "{tile}: {}",
            ran.err
        );
        fs::write(path, bytes).unwrap();
    }
    assert!(tried >= 4, "only {tried} tiles mattered");
    house.verify();
}

#[test]
fn a_changed_checkpoint_is_found() {
    let (house, _) = written();
    let path = house.data().join("log/checkpoint");
    let right = fs::read(&path).unwrap();
    for place in [right.len() / 4, right.len() / 2, right.len() - 10] {
        let mut wrong = right.clone();
        wrong[place] ^= 1;
        fs::write(&path, wrong).unwrap();
        let ran = house.run(&["log", "verify"]);
        says(&ran.ended(1).out, &["checkpoint"]);
        fs::write(&path, &right).unwrap();
    }
    fs::remove_file(&path).unwrap();
    found_wrong(&house, &["no checkpoint"]);
    fs::write(&path, &right).unwrap();
    house.verify();
}

#[test]
fn a_changed_entry_of_the_database_is_found() {
    let (house, _) = written();
    let entry = "SELECT idx, entry FROM log_entry WHERE idx = 100";
    let kept: Vec<(i64, Vec<u8>)> = house.rows(entry);
    let change = |bytes: &[u8]| {
        let digits = model::hex(bytes);
        house.meddle(&format!(
            "UPDATE log_entry SET entry = X'{digits}' WHERE idx = 100"
        ));
    };
    let mut wrong = kept[0].1.clone();
    wrong[20] ^= 1;
    change(&wrong);
    found_wrong(&house, &["entry 100", "not the one that was published"]);
    change(&kept[0].1);
    house.verify();
}

/// An older copy of the database beside a newer log: the rows that the log speaks of are missing.
#[test]
fn an_older_database_is_found() {
    let (house, _) = written();
    let database = house.data().join("watchfire.sqlite");
    let older = fs::read(&database).unwrap();
    house.account("later", "analyst");
    house.verify();
    for tail in ["-wal", "-shm"] {
        let beside = house.data().join(format!("watchfire.sqlite{tail}"));
        if beside.exists() {
            fs::remove_file(beside).unwrap();
        }
    }
    fs::write(&database, older).unwrap();
    found_wrong(&house, &["database"]);
}

#[test]
fn inv_03_two_processes_write_one_log() {
    for house in [House::new(), House::on_postgres()] {
        let serving = house.serve();
        let secret = house.account("acme", "sender");
        let dir = house.folder().join("in");
        fs::create_dir(&dir).unwrap();
        for number in 0..150 {
            let report = REPORT.replace("Robin", &format!("Kim {number}"));
            fs::write(dir.join(format!("{number:03}.xml")), report).unwrap();
        }
        std::thread::scope(|scope| {
            let beside = scope.spawn(|| house.run(&["report", &dir.display().to_string()]));
            on_a_thread(async {
                let mut sender = serving.sender("acme", &secret).await;
                for number in 0..100 {
                    let report = REPORT.replace("Robin", &format!("Lee {number}"));
                    let id = sender.submit(&report).await.unwrap();
                    sender.finish(id).await.unwrap();
                }
            });
            let ran = beside.join().unwrap().ended(0);
            assert_eq!(ran.out, "150 taken, 0 known already, 0 refused\n");
        });
        assert_eq!(serving.stop(), Some(0));
        let size = house.verify();
        let (entries, highest): (i64, i64) =
            house.rows("SELECT COUNT(*), MAX(idx) + 1 FROM log_entry")[0];
        assert_eq!((entries, highest), (size.cast_signed(), size.cast_signed()));
        let reports: Vec<(i64, String)> = house.rows("SELECT id, state FROM report");
        assert_eq!(reports.len(), 250);
        assert!(reports.iter().all(|(_, state)| state == "finished"));
    }
}
