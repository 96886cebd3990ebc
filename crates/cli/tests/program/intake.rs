//! A synthetic world through the command line: taken whole, tied as planted, ranked as planted.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::house::{House, files, says, watchfire};

const NOW: &str = "2026-01-02T03:04:05Z";
const REPORTS: usize = 250;

/// Writes a world and gives its directory.
fn simulate(house: &House, name: &str, seed: &str) -> PathBuf {
    let out = house.folder().join(name);
    let reports = REPORTS.to_string();
    let path = out.display().to_string();
    let ran = watchfire(&[
        "simulate",
        "--seed",
        seed,
        "--reports",
        &reports,
        "--now",
        NOW,
        "--out",
        &path,
    ]);
    let ran = ran.ended(0);
    says(&ran.err, &[&reports, &path]);
    out
}

fn names(value: &Value) -> BTreeSet<String> {
    let names = value.as_array().unwrap().iter();
    names
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

fn sources(case: &Value) -> BTreeSet<String> {
    let members = case["members"].as_array().unwrap().iter();
    members
        .map(|member| member["source"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let house = House::new();
    let relative = |dir: &PathBuf| -> Vec<_> {
        let found = files(dir).into_iter();
        found
            .map(|(path, bytes)| (path.strip_prefix(dir).unwrap().to_owned(), bytes))
            .collect()
    };
    let first = relative(&simulate(&house, "first", "5"));
    assert!(first.len() > REPORTS, "no pictures");
    assert!(first == relative(&simulate(&house, "second", "5")));
    assert!(first != relative(&simulate(&house, "third", "6")));
}

#[test]
fn nothing_of_the_users_is_overwritten() {
    let house = House::new();
    let out = simulate(&house, "world", "1");
    let path = out.display().to_string();
    let ran = watchfire(&["simulate", "--out", &path]).ended(2);
    says(&ran.err, &[&path, "not empty", "name a new directory"]);
    let ran = watchfire(&["demo", "--no-serve", "--data", &path]).ended(2);
    says(&ran.err, &[&path, "not empty"]);
}

/// What was planted is what is found: every case, and the urgent ones on top.
#[test]
fn a_world_is_taken_tied_and_ranked_as_it_was_planted() {
    let house = House::new();
    let world = simulate(&house, "world", "7");
    let reports = world.join("reports").display().to_string();
    let ran = house.run(&["report", &reports]).ended(0);
    assert_eq!(ran.out, "250 taken, 0 known already, 0 refused\n");

    let truth = fs::read(world.join("truth.json")).unwrap();
    let truth: Value = serde_json::from_slice(&truth).unwrap();
    let planted: Vec<_> = truth["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(names)
        .collect();
    let urgent = names(&truth["urgent"]);
    let several = |names: &&BTreeSet<String>| names.len() > 1;
    let planted_several: BTreeSet<_> = planted.iter().filter(several).cloned().collect();
    assert!(planted_several.len() > 5 && !urgent.is_empty());

    let queue = house.queue();
    assert_eq!(queue.len(), planted.len());
    let counts = queue.iter().map(|entry| entry["reports"].as_u64().unwrap());
    assert_eq!(counts.sum::<u64>(), 250, "each report stands in one case");
    let mut several = BTreeSet::new();
    let mut places = Vec::new();
    for (place, entry) in queue.iter().enumerate() {
        // The others are alone, by count: to open each would only take long.
        if entry["reports"].as_u64().unwrap() > 1 || place < urgent.len() + 1 {
            let case = house.case(entry);
            let members = sources(&case);
            if !members.is_disjoint(&urgent) {
                places.push(place);
            }
            expect_explained(&case, members.len());
            if members.len() > 1 {
                several.insert(members);
            }
        }
        expect_sums(entry);
    }
    assert_eq!(several, planted_several, "each planted case is one case");
    let standing: Vec<_> = (0..places.len()).collect();
    assert_eq!(places, standing, "the urgent cases stand on top");
    let urgent_cases = planted.iter().filter(|case| !case.is_disjoint(&urgent));
    assert_eq!(places.len(), urgent_cases.count());
}

/// Every member of a case is tied to another by a link that says why.
fn expect_explained(case: &Value, members: usize) {
    let links = case["links"].as_array().unwrap();
    let mut tied = BTreeSet::new();
    for link in links {
        assert!(!link["why"].as_str().unwrap().is_empty());
        tied.extend([link["from"].to_string(), link["to"].to_string()]);
    }
    assert_eq!(tied.len(), if members > 1 { members } else { 0 }, "{case}");
}

/// A rank is the sum of its shown points, and each reason is whole (invariant 5 from outside).
fn expect_sums(entry: &Value) {
    for score in ["danger", "actionability"] {
        let reasons = entry["reasons"].as_array().unwrap().iter();
        let points = reasons
            .filter(|reason| reason["score"] == score)
            .map(|reason| {
                for key in ["rule", "version", "text"] {
                    assert!(!reason[key].as_str().unwrap().is_empty(), "{reason}");
                }
                reason["points"].as_i64().unwrap()
            });
        assert_eq!(
            points.sum::<i64>(),
            entry[score].as_i64().unwrap(),
            "{entry}"
        );
    }
}

#[test]
fn inv_04_the_same_directory_twice_changes_nothing_but_the_log() {
    let house = House::new();
    let world = simulate(&house, "world", "3");
    let reports = world.join("reports").display().to_string();
    house.run(&["report", &reports]).ended(0);
    let (queue, size) = (house.run(&["queue"]).ended(0).out, house.verify());
    let again = house.run(&["report", &reports]).ended(0);
    assert_eq!(again.out, "0 taken, 250 known already, 0 refused\n");
    assert_eq!(house.run(&["queue"]).ended(0).out, queue);
    assert_eq!(
        house.verify(),
        size + 250,
        "each repetition is a custody event"
    );
    let one = world.join("reports/000017.xml").display().to_string();
    let twice = house.run(&["report", &one, &one, "--json"]).ended(0);
    let taken = twice.objects();
    assert!(taken.iter().all(|line| line["repeated"] == true));
    assert_eq!(taken[0]["report"], taken[1]["report"]);
}

/// Which numbers cases get is chance; which cases there are, in which rank and for which reasons,
/// is not.
#[test]
fn the_same_world_gives_the_same_cases_elsewhere() {
    let (first, second) = (House::new(), House::on_postgres());
    let world = simulate(&first, "world", "11");
    let reports = world.join("reports").display().to_string();
    let cases = [&first, &second].map(|house| {
        house.run(&["report", &reports]).ended(0);
        house.verify();
        let queue = house.run(&["queue", "--limit", "1000"]).ended(0).out;
        let cases = queue.split("case ").map(|case| {
            let (_, rank) = case.split_once("  ").unwrap_or_default();
            rank.to_owned()
        });
        let mut cases: Vec<_> = cases.collect();
        cases.sort();
        cases
    });
    assert!(cases[0].len() > 100);
    let [first, second] = &cases;
    let differing: Vec<_> = first
        .iter()
        .zip(second)
        .filter(|(one, other)| one != other)
        .collect();
    assert!(
        first.len() == second.len() && differing.is_empty(),
        "{differing:#?}"
    );
}

/// A case could not be opened once a report in it had come as JSON: the submission was read back as
/// XML.
#[test]
fn a_report_that_came_as_json_is_read_back() {
    let house = House::new();
    let example = |name: &str| {
        let examples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/ispws");
        examples.join(name).display().to_string()
    };
    let (json, xml) = (example("report-maximal.json"), example("report-live.xml"));
    house.run(&["report", &json, &xml]).ended(0);
    for entry in house.queue() {
        assert!(house.case(&entry)["members"].is_array());
    }
    house.run(&["rank", "--replay"]).ended(0);
}
