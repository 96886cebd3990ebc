//! What every command promises to people and scripts: its help, its exit codes, its JSON keys.

use std::fs;
use std::process::{Command, Stdio};

use serde_json::json;

use crate::house::{House, Ran, keys, program, says, watchfire};

const COMMANDS: [&str; 42] = [
    "demo",
    "serve",
    "account",
    "account add",
    "account list",
    "account revoke",
    "report",
    "queue",
    "case",
    "merge",
    "split",
    "undo",
    "decisions",
    "storm",
    "rank",
    "hash",
    "match",
    "list",
    "list add",
    "list set",
    "list show",
    "list import",
    "list fetch",
    "list export",
    "list feedback",
    "list confirm",
    "list shred",
    "screen",
    "suspicion",
    "identifiers",
    "calendar",
    "calendar done",
    "outcome",
    "ledger",
    "log",
    "log checkpoint",
    "log verify",
    "simulate",
    "simulate payments",
    "sign-in",
    "windows",
    "schema",
];

/// A report without anything optional.
pub(crate) const REPORT: &str = "\
<report>
  <incidentSummary>
    <incidentType>Child Pornography (possession, manufacture, and distribution)</incidentType>
    <incidentDateTime>2026-01-02T03:04:05Z</incidentDateTime>
  </incidentSummary>
  <reporter><reportingPerson><firstName>Robin</firstName></reportingPerson></reporter>
</report>
";

#[test]
fn help_teaches_every_command() {
    let mut pages = watchfire(&["--help"]).ended(0).out;
    for command in COMMANDS {
        let words = command.split(' ').chain(["--help"]);
        let page = watchfire(&words.collect::<Vec<_>>()).ended(0).out;
        pages.extend(["\n======== ", command, "\n\n", &page]);
    }
    insta::assert_snapshot!("help", pages);
}

#[test]
fn the_version_is_a_fact_on_stdout() {
    let ran = watchfire(&["--version"]).ended(0);
    assert_eq!(
        ran.out,
        format!("watchfire {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn wrong_usage_ends_with_2_and_says_what_was_expected() {
    let house = House::new();
    let data = house.data().display().to_string();
    for (arguments, parts) in [
        (vec![], vec!["Usage:"]),
        (vec!["dance"], vec!["unrecognized subcommand 'dance'"]),
        (vec!["queue"], vec!["--data <DIR>|--config <FILE>"]),
        (
            vec!["queue", "--data", "a", "--config", "b"],
            vec!["cannot be used with"],
        ),
        (vec!["case", "one", "--data", &data], vec!["'one'"]),
        (vec!["queue", "--limit", "-1", "--data", &data], vec!["-1"]),
        (vec!["report", "--data", &data], vec!["<FILE|DIR>"]),
        (
            vec!["account", "add", "a", "--role", "king", "--data", &data],
            vec!["king", "sender", "admin"],
        ),
        (vec!["account", "add", "a", "--data", &data], vec!["--role"]),
        (
            vec!["simulate", "--out", &data, "--now", "yesterday"],
            vec!["yesterday", "2026-01-02T03:04:05Z"],
        ),
        (vec!["schema", "dtd"], vec!["dtd", "xsd, json, goaml, smr"]),
        (
            vec!["serve", "--data", &data, "--listen", "nowhere"],
            vec!["nowhere"],
        ),
    ] {
        let ran = watchfire(&arguments).ended(2);
        says(&ran.err, &parts);
        assert_eq!(ran.out, "", "{arguments:?}");
    }
    assert!(!house.data().exists(), "wrong usage left something behind");
}

#[test]
fn reading_commands_make_nothing_where_nothing_is() {
    let house = House::new();
    for arguments in [
        &["queue"][..],
        &["case", "1"],
        &["calendar"],
        &["calendar", "done", "1", "a"],
        &["outcome", "1", "useful"],
        &["ledger"],
        &["account", "list"],
        &["account", "revoke", "a"],
        &["log", "checkpoint"],
        &["log", "verify"],
        &["sign-in"],
    ] {
        let ran = house.run(arguments).ended(2);
        says(&ran.err, &["holds no Watchfire", "watchfire serve --data"]);
        assert!(!house.data().exists(), "{arguments:?}");
    }
    fs::create_dir(house.data()).unwrap();
    house.run(&["queue"]).ended(2);
    assert_eq!(fs::read_dir(house.data()).unwrap().count(), 0);
}

#[test]
fn a_configuration_is_refused_with_its_line() {
    let house = House::new();
    let file = house.folder().join("watchfire.toml");
    let path = file.display().to_string();
    let ran = watchfire(&["queue", "--config", &path]).ended(2);
    says(&ran.err, &[&path, "check that it exists"]);
    for (text, parts) in [
        ("data = \"x\"\nlisten_on = 1\n", [":2: ", "listen_on"]),
        ("data = \"x\"\nlisten = \"door\"\n", [":2: ", "socket"]),
        ("listen = \"127.0.0.1:1\"\n", [":1: ", "`data`"]),
        ("data = \n", [":1: ", "expected"]),
    ] {
        fs::write(&file, text).unwrap();
        let ran = watchfire(&["queue", "--config", &path]).ended(2);
        says(&ran.err, &[&path]);
        says(&ran.err, &parts);
    }
    let data = house.data().display().to_string();
    let text = format!("data = \"{data}\"\ndatabase = \"mysql://127.0.0.1/x\"\n");
    fs::write(&file, text).unwrap();
    fs::create_dir(house.data()).unwrap();
    let ran = watchfire(&["queue", "--config", &path]).ended(2);
    says(&ran.err, &["postgres://"]);
}

#[test]
fn a_full_stdout_ends_with_3_and_a_closed_one_in_silence() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let ran = program()
        .args(["schema", "xsd"])
        .stdout(full)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert_eq!(ran.status.code(), Some(3));
    let words = String::from_utf8(ran.stderr).unwrap();
    says(&words, &["cannot write to standard output", "because: "]);
    let script = format!(
        "'{}' schema xsd | true; exit ${{PIPESTATUS[0]}}",
        env!("CARGO_BIN_EXE_watchfire")
    );
    let ran = Ran::of(Command::new("bash").args(["-c", &script])).ended(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
}

#[test]
fn json_keys_are_what_scripts_rely_on() {
    let house = House::new();
    let added = house.run(&["account", "add", "acme", "--role", "sender", "--json"]);
    let added = added.ended(0).object();
    assert_eq!(keys(&added), "name role secret");
    assert_eq!(
        (&added["name"], &added["role"]),
        (&json!("acme"), &json!("sender"))
    );
    let listed = house.run(&["account", "list", "--json"]).ended(0).object();
    assert_eq!(keys(&listed), "created name revoked role");
    assert_eq!(listed["revoked"], json!(null));
    let revoked = house.run(&["account", "revoke", "acme", "--json"]).ended(0);
    assert_eq!(keys(&revoked.object()), "created name revoked role");

    let file = house.folder().join("one.xml");
    fs::write(&file, REPORT).unwrap();
    let path = file.display().to_string();
    let taken = house.run(&["report", &path, "--json"]).ended(0).object();
    assert_eq!(keys(&taken), "completeness file missing repeated report");
    fs::write(&file, "<report>\n<x/></report>").unwrap();
    let refused = house.run(&["report", &path, "--json"]).ended(2).object();
    assert_eq!(keys(&refused), "file line message refused");
    assert_eq!(refused["line"], 2);

    let entry = &house.queue()[0];
    let columns = "actionability age_s case danger override reasons reports waiting";
    assert_eq!(keys(entry), columns);
    assert_eq!(entry["reports"], 1);
    let reason = &entry["reasons"][0];
    for key in ["score", "rule", "version", "points", "text"] {
        assert!(reason.get(key).is_some(), "{reason}");
    }
    let case = &house.cases()[0];
    let columns = "actionability age_s case clocks danger decisions evidence links members \
                   override reasons remarks reports suggestions waiting";
    assert_eq!(keys(case), columns);
    assert_eq!(keys(&case["members"][0]), "report source");
    assert_eq!(case["members"][0]["source"], "one.xml");

    let checkpoint = house
        .run(&["log", "checkpoint", "--json"])
        .ended(0)
        .object();
    assert_eq!(keys(&checkpoint), "origin root size");
    let verified = house.run(&["log", "verify", "--json"]).ended(0).object();
    assert_eq!(keys(&verified), "message size verified");
    let signed = house.run(&["sign-in", "--json"]).ended(0).object();
    assert_eq!(keys(&signed), "sign_in");
    let out = house.folder().join("world").display().to_string();
    let written = watchfire(&["simulate", "--reports", "1", "--out", &out, "--json"]).ended(0);
    assert_eq!(keys(&written.object()), "files out reports seed");
}

#[test]
fn a_case_that_is_not_there_is_a_negative_answer() {
    let house = House::new();
    house.account("acme", "sender");
    for asked in [&["case", "999"][..], &["case", "999", "--json"]] {
        let ran = house.run(asked).ended(1);
        says(&ran.err, &["no case 999", "watchfire queue"]);
        assert_eq!(ran.out, "");
    }
    let empty = house.run(&["queue"]).ended(0);
    assert_eq!(empty.out, "");
}

#[test]
fn accounts_are_added_once_and_told_apart() {
    let house = House::new();
    house.account("acme", "sender");
    let again = house
        .run(&["account", "add", "acme", "--role", "admin"])
        .ended(2);
    says(&again.err, &["there is an account of that name already"]);
    for name in ["", " acme", "a:b", "a\nb", &"x".repeat(101)] {
        let ran = house
            .run(&["account", "add", name, "--role", "sender"])
            .ended(2);
        says(&ran.err, &["1 to 100 characters"]);
    }
    let ran = house.run(&["account", "revoke", "nobody"]).ended(2);
    says(&ran.err, &["no live account", "watchfire account list"]);
    house.run(&["account", "revoke", "acme"]).ended(0);
    house.run(&["account", "revoke", "acme"]).ended(2);
    house.account("acme", "analyst");
    let list = house.run(&["account", "list"]).ended(0);
    let lines: Vec<_> = list.out.lines().collect();
    assert_eq!(lines.len(), 2, "{}", list.out);
    assert!(lines[0].starts_with("acme\tsender\t") && lines[0].contains("revoked"));
    assert!(lines[1].starts_with("acme\tanalyst\t") && !lines[1].contains("revoked"));
    house.verify();
}

#[test]
fn the_schemas_that_are_printed_are_those_of_the_doors() {
    let xsd = watchfire(&["schema", "xsd"]).ended(0);
    says(&xsd.out, &["<?xml", "xs:schema", "reportResponse"]);
    let json = watchfire(&["schema", "json"]).ended(0);
    let schema: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert!(schema.get("$schema").is_some());
}
