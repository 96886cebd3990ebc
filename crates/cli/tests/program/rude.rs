//! Rude input at the command-line door: each refusal is named with its reason, and the rest is
//! taken.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};

use crate::commands::REPORT;
use crate::house::{House, says};

#[test]
fn refused_files_are_named_and_the_rest_is_taken() {
    let house = House::new();
    let dir = house.folder().join("in");
    fs::create_dir_all(dir.join("deeper")).unwrap();
    let put = |name: &str, bytes: &[u8]| fs::write(dir.join(name), bytes).unwrap();
    let numbered = |number: u32| REPORT.replace("Robin", &format!("Robin {number}"));
    put("01-good.xml", numbered(1).as_bytes());
    put(
        "02-typo.xml",
        REPORT.replace("</reporter>", "</reporterr>").as_bytes(),
    );
    put("03-junk.xml", &[0x89, b'P', b'N', b'G', 0, 1, 2, 3, 0xff]);
    let utf16: Vec<u8> = [0xfeff]
        .into_iter()
        .chain(REPORT.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    put("04-utf16.xml", &utf16);
    put("05-empty.xml", b"");
    put("06-large.xml", &vec![b' '; 9 << 20]);
    put(
        "07-typo.json",
        b"{\"report\": {\n  \"incidentSummary\": {,}\n}}",
    );
    put(
        "08-unknown.xml",
        REPORT
            .replace("<firstName>", "<nickName>")
            .replace("</firstName>", "</nickName>")
            .as_bytes(),
    );
    put(
        "09-entity.xml",
        format!("<!DOCTYPE r [<!ENTITY x \"y\">]>\n{REPORT}").as_bytes(),
    );
    put("deeper/10-good.XML", numbered(2).as_bytes());
    put("notes.txt", b"not a report, and not looked at");
    fs::create_dir(dir.join("x.xml")).unwrap();
    symlink(&dir, dir.join("loop")).unwrap();
    symlink(dir.join("01-good.xml"), dir.join("11-link.xml")).unwrap();
    symlink(dir.join("nowhere"), dir.join("12-dangling.xml")).unwrap();

    let path = dir.display().to_string();
    let ran = house.run(&["report", &path]).ended(2);
    for (file, reason) in [
        ("02-typo.xml:6: ", "must be terminated"),
        ("03-junk.xml:1: ", "UTF-8"),
        ("05-empty.xml:1: ", ""),
        ("06-large.xml: ", "larger than 8388608 bytes"),
        ("07-typo.json:2: ", ""),
        ("08-unknown.xml:6: ", "nickName"),
        ("09-entity.xml:1: ", ""),
    ] {
        let line = ran.err.lines().find(|line| line.contains(file));
        let line = line.unwrap_or_else(|| panic!("{file} is not named in:\n{}", ran.err));
        says(line, &[reason]);
        assert!(
            line.len() > path.len() + file.len() + 15,
            "no reason: {line}"
        );
    }
    assert_eq!(ran.out, "3 taken, 0 known already, 7 refused\n");
    assert_eq!(house.queue().len(), 3);
    let json = house.run(&["report", &path, "--json"]).ended(2).objects();
    let taken = json.iter().filter(|line| line["repeated"] == true).count();
    let refused = json
        .iter()
        .filter(|line| line["refused"].is_string())
        .count();
    assert_eq!((json.len(), taken, refused), (10, 3, 7));
    house.verify();
}

#[test]
fn a_json_twin_means_the_same() {
    let house = House::new();
    let examples = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/ispws");
    let mut ranks = Vec::new();
    for name in ["report-live.xml", "report-live.json"] {
        house
            .run(&["report", &format!("{examples}/{name}")])
            .ended(0);
    }
    // Other bytes, so another report; the same words, so one case with the same reasons.
    let queue = house.queue();
    assert_eq!(queue.len(), 1, "{queue:?}");
    assert_eq!(queue[0]["reports"], 2);
    for reason in queue[0]["reasons"].as_array().unwrap() {
        ranks.push(reason["refs"].as_array().unwrap().len());
    }
    assert!(ranks.iter().all(|refs| *refs == 2), "{queue:?}");
}

#[test]
fn an_empty_directory_is_no_error() {
    let house = House::new();
    let dir = house.folder().join("in");
    fs::create_dir(&dir).unwrap();
    let ran = house.run(&["report", &dir.display().to_string()]).ended(0);
    assert_eq!(ran.out, "0 taken, 0 known already, 0 refused\n");
}

#[test]
fn a_missing_path_is_said_before_anything_is_taken() {
    let house = House::new();
    let good = house.folder().join("good.xml");
    fs::write(&good, REPORT).unwrap();
    let missing = house.folder().join("missing.xml").display().to_string();
    let ran = house
        .run(&["report", &good.display().to_string(), &missing])
        .ended(2);
    says(&ran.err, &["cannot read", &missing, "check that it exists"]);
    assert!(!house.data().exists());
}

#[test]
fn a_file_that_may_not_be_read_is_named() {
    let house = House::new();
    let dir = house.folder().join("in");
    fs::create_dir(&dir).unwrap();
    fs::write(dir.join("a.xml"), REPORT).unwrap();
    // Not even the superuser reads a process's memory that is not there; modes would not stop it.
    let unreadable = house.folder().join("b.xml");
    symlink("/proc/self/mem", &unreadable).unwrap();
    let paths = [dir.display().to_string(), unreadable.display().to_string()];
    let ran = house.run(&["report", &paths[0], &paths[1]]).ended(2);
    says(&ran.err, &[&paths[1], "cannot be read: "]);
    assert_eq!(ran.out, "1 taken, 0 known already, 1 refused\n");
}

#[test]
fn a_data_directory_that_is_a_file_is_named() {
    let house = House::new();
    fs::write(house.data(), b"mine").unwrap();
    let report = house.folder().join("a.xml");
    fs::write(&report, REPORT).unwrap();
    let ran = house
        .run(&["report", &report.display().to_string()])
        .ended(2);
    says(
        &ran.err,
        &[
            "cannot use the directory",
            &house.data().display().to_string(),
        ],
    );
    assert_eq!(fs::read(house.data()).unwrap(), b"mine");
}

#[test]
fn keys_are_nobody_elses_from_the_start() {
    let house = House::new();
    house.account("acme", "sender");
    let mode = |path: &str| {
        let kept = fs::metadata(house.data().join(path)).unwrap();
        kept.permissions().mode() & 0o777
    };
    assert_eq!(mode("keys"), 0o700);
    assert_eq!(mode("keys/root.key"), 0o600);
    assert_eq!(mode("keys/log.key"), 0o600);
}
