//! `watchfire rank`: explains, verifies and replays, with the exit codes and keys that scripts rely
//! on.

use std::fs;

use crate::commands::REPORT;
use crate::house::{House, keys, says};

/// A Watchfire with two cases.
fn house() -> House {
    let house = House::new();
    let dir = house.folder().join("in");
    fs::create_dir(&dir).unwrap();
    for name in ["Robin", "Kim"] {
        fs::write(
            dir.join(format!("{name}.xml")),
            REPORT.replace("Robin", name),
        )
        .unwrap();
    }
    house.run(&["report", &dir.display().to_string()]).ended(0);
    house
}

/// A policy of this name: the built-in one with one thing changed.
fn policy(house: &House, name: &str, from: &str, to: &str) -> String {
    let built_in = concat!(env!("CARGO_MANIFEST_DIR"), "/../../policy/triage.toml");
    let text = fs::read_to_string(built_in).unwrap();
    assert!(text.contains(from), "{from}");
    let path = house.folder().join(name);
    fs::write(&path, text.replacen(from, to, 1)).unwrap();
    path.display().to_string()
}

const MATERIAL: &str = "id = \"material\"\nscore = \"danger\"\npoints = ";

#[test]
fn a_rank_is_explained_in_words_and_in_json() {
    let house = house();
    let explained = house.run(&["rank", "--explain", "1", "--json"]).ended(0);
    let explained = explained.object();
    assert_eq!(
        keys(&explained),
        "actionability case danger override policy ranked_under reasons waiting waiting_source \
         waiting_text"
    );
    assert_eq!(explained["case"], 1);
    let reasons = explained["reasons"].as_array().unwrap();
    for reason in reasons {
        assert_eq!(keys(reason), "points refs rule score source text version");
        assert_eq!(reason["version"], explained["policy"]);
    }
    let danger = reasons.iter().filter(|reason| reason["score"] == "danger");
    let sum: i64 = danger
        .map(|reason| reason["points"].as_i64().unwrap())
        .sum();
    assert_eq!(explained["danger"], sum);
    let ran = house.run(&["rank", "--explain", "1"]).ended(0);
    says(
        &ran.out,
        &[
            "case 1",
            "danger 10",
            "source:",
            "waiting +0",
            "override  none",
        ],
    );
    let none = house.run(&["rank", "--explain", "77"]).ended(1);
    says(&none.err, &["no case 77"]);
    house.run(&["rank"]).ended(2);
    house.run(&["rank", "--explain", "1", "--replay"]).ended(2);
    house
        .run(&["rank", "--explain", "1", "--policy", "x"])
        .ended(2);
}

#[test]
fn a_rank_that_does_not_replay_is_a_negative_answer() {
    let house = house();
    let verified = house.run(&["rank", "--replay", "--json"]).ended(0).object();
    assert_eq!(
        keys(&verified),
        "cases failed other_version policy replayed verified"
    );
    assert_eq!(verified["verified"], true);
    assert_eq!(verified["replayed"], 2);
    house.meddle("UPDATE cases SET danger = danger + 1 WHERE id = 2");
    let ran = house.run(&["rank", "--replay"]).ended(1);
    says(&ran.out, &["case 2", "not the sums", "1 of 2 cases replay"]);
    let found = house.run(&["rank", "--replay", "--json"]).ended(1).object();
    assert_eq!(found["verified"], false);
    assert_eq!(found["failed"][0]["case"], 2);
    assert_eq!(found["failed"][0]["mismatches"][0]["mismatch"], "sums");
}

#[test]
fn another_policy_is_replayed_before_it_is_adopted() {
    let house = house();
    let to = format!("{MATERIAL}12");
    let path = policy(&house, "mine.toml", &format!("{MATERIAL}10"), &to);
    let replay = ["rank", "--replay", "--policy", &path];
    let ran = house
        .run(&[&replay[..], &["--json", "--limit", "1"]].concat())
        .ended(0);
    let objects = ran.objects();
    let [case, total] = &objects[..] else {
        panic!("{}", ran.out);
    };
    assert_eq!(keys(case), "after before case reasons");
    assert_eq!(keys(&case["before"]), "actionability danger override place");
    assert_eq!(keys(&case["reasons"]), "added changed removed");
    assert_eq!(case["before"]["danger"], 10);
    assert_eq!(case["after"]["danger"], 12);
    assert_eq!((&total["cases"], &total["changed"]), (&2.into(), &2.into()));
    let ran = house.run(&replay).ended(0);
    says(
        &ran.out,
        &[
            "danger 10 → 12",
            "+10 → +12",
            "of 2 cases 2 have another rank",
        ],
    );
    // Nothing was adopted.
    assert_eq!(house.queue()[0]["danger"], 10);
}

#[test]
fn a_bad_policy_is_refused_with_its_line_before_anything_is_read() {
    let house = house();
    let events = house.verify();
    for (name, to, why) in [
        ("low.toml", "-1", "points must be from 0 to 1000"),
        ("high.toml", "1001", "points must be from 0 to 1000"),
        ("words.toml", "\"many\"", "invalid type"),
    ] {
        let to = format!("{MATERIAL}{to}");
        let path = policy(&house, name, &format!("{MATERIAL}10"), &to);
        let text = fs::read_to_string(&path).unwrap();
        let (before, _) = text.split_once(&to).unwrap();
        let line = before.lines().count() + 3;
        let ran = house.run(&["rank", "--replay", "--policy", &path]).ended(2);
        says(&ran.err, &[&format!("{name}:{line}: "), why]);
    }
    let huge = house.folder().join("huge.toml");
    fs::write(&huge, "#".repeat((1 << 20) + 1)).unwrap();
    let huge = huge.display().to_string();
    let ran = house.run(&["rank", "--replay", "--policy", &huge]).ended(2);
    says(&ran.err, &["huge.toml:1: ", "longer than"]);
    let ran = house
        .run(&["rank", "--replay", "--policy", "/nowhere.toml"])
        .ended(2);
    says(&ran.err, &["/nowhere.toml", "check that it exists"]);
    assert_eq!(house.verify(), events);
}
