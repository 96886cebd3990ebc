//! Hashes, lists and matches through the program, with pictures that are decoded in a real cage.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use crate::commands::REPORT;
use crate::house::{House, Ran, Serving, keys, on_a_thread, program, says, watchfire};

/// Waves as a BMP file of `side` pixels; `noise` changes it a little.
fn picture(side: u32, noise: u32) -> Vec<u8> {
    let mut file = b"BM".to_vec();
    file.extend((54 + side * side * 3).to_le_bytes());
    file.extend([0; 4]);
    for number in [54_u32, 40, side, side] {
        file.extend(number.to_le_bytes());
    }
    file.extend([1, 0, 24, 0]);
    file.extend([0; 24]);
    for y in 0..side {
        for x in 0..side {
            let wave = |a: u32, b: u32| (f64::from(x * a + y * b) * 6.0 / f64::from(side)).sin();
            let sum = wave(1, 2) + wave(5, 1) + wave(2, 7) + wave(9, 4) + wave(3, 3);
            let grain = f64::from((x * 7 + y * 13) % (noise + 1));
            let level = (128.0 + sum * 22.0 + grain).clamp(0.0, 255.0);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "0 to 255"
            )]
            file.extend([level as u8; 3]);
        }
    }
    file
}

fn write(house: &House, name: &str, bytes: &[u8]) -> PathBuf {
    let path = house.folder().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn hash(path: &Path) -> Value {
    let path = path.display().to_string();
    watchfire(&["hash", "--json", &path]).ended(0).object()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn import(house: &House, name: &str, path: &Path, code: i32) -> Value {
    let path = path.display().to_string();
    house
        .run(&["list", "import", name, &path, "--json"])
        .ended(code)
        .object()
}

#[test]
fn hashes_have_the_keys_that_scripts_rely_on() {
    let house = House::new();
    let path = write(&house, "waves.bmp", &picture(96, 0));
    let hashed = hash(&path);
    assert_eq!(keys(&hashed), "file md5 pdq quality sha1 sha256 size type");
    assert_eq!(text(&hashed["pdq"]).len(), 64);
    assert!(hashed["quality"].as_u64().unwrap() >= 50);
    assert_eq!(hashed["type"], "BMP");
    let all = watchfire(&["hash", "--all", &path.display().to_string()]);
    says(
        &all.ended(0).out,
        &["rotate_90", "flip_y", "resized to 512 first"],
    );
    let words = hash(&write(&house, "words.txt", b"words"));
    assert_eq!(words["pdq"], Value::Null);
    // MD5 of `words`, by md5sum.
    assert_eq!(words["md5"], "89759e1284e2479b991d2669de104942");
    says(&text(&words["not_looked"]), &["no picture"]);
}

#[test]
fn rude_files_end_in_a_reason() {
    let house = House::new();
    let whole = picture(96, 0);
    for (name, bytes) in [
        ("empty", Vec::new()),
        ("cut", whole[..whole.len() / 2].to_vec()),
        ("head", whole[..20].to_vec()),
        ("sides", {
            let mut lying = whole.clone();
            lying[18..26].copy_from_slice(&[0xff; 8]);
            lying
        }),
        ("name.png", b"GIF89a\xff\xff\xff\xff".to_vec()),
    ] {
        let hashed = hash(&write(&house, name, &bytes));
        assert_eq!(text(&hashed["sha256"]).len(), 64, "{name}");
        assert!(hashed.get("not_looked").is_some(), "{name}: {hashed}");
    }
    let gone = house.folder().join("gone").display().to_string();
    let ran = watchfire(&["hash", &gone]).ended(2);
    says(&ran.err, &[&gone, "cannot be read"]);
}

#[test]
fn a_list_is_imported_matched_judged_and_written_out() {
    let house = House::new();
    let known = write(&house, "known.bmp", &picture(96, 0));
    let near = write(&house, "near.bmp", &picture(96, 40));
    let hashed = hash(&known);
    let (md5, pdq) = (text(&hashed["md5"]), text(&hashed["pdq"]));
    let csv = format!("id,md5,pdq,label,scheme\n7,{md5},{pdq},A1,industry\n8,zz,,,\n");
    let list = write(&house, "list.csv", csv.as_bytes());
    house
        .run(&[
            "list",
            "add",
            "known",
            "--purpose",
            "abuse",
            "--trust",
            "90",
        ])
        .ended(0);
    let imported = import(&house, "known", &list, 2);
    assert_eq!(
        keys(&imported),
        "put quarantined removed reopened set_aside unchanged"
    );
    assert_eq!(
        (&imported["put"], &imported["quarantined"]),
        (&1.into(), &1.into())
    );
    let why = text(&imported["set_aside"][0]);
    says(&why, &["record 2", "line 3", "md5"]);
    assert!(!why.contains("zz"), "{why}");

    let [known, near] = [known, near].map(|path| path.display().to_string());
    let exact = house.run(&["match", &known, "--json"]).ended(0).object();
    assert_eq!(exact["matches"][0]["algorithm"], "md5");
    let found = house.run(&["match", &near, "--json"]).ended(0).object();
    let first = &found["matches"][0];
    assert_eq!(
        keys(first),
        "algorithm distance entry id label list material member owner purpose quality scheme seen \
         snapshot trust version"
    );
    assert!(first["distance"].as_u64().unwrap() > 0);
    let words = write(&house, "words", b"words").display().to_string();
    let none = house.run(&["match", &words]).ended(1);
    says(&none.out, &["in none of 1 lists", "exact hashes alone"]);

    let mut asking = program();
    asking
        .args(["match", "--hash", "-", "--json"])
        .args(house.place());
    let asked = asking
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut asked = asked.spawn().unwrap();
    let lines = format!("pdq:{pdq}\nmd5:{}\n", "0".repeat(32));
    asked
        .stdin
        .take()
        .unwrap()
        .write_all(lines.as_bytes())
        .unwrap();
    let told = asked.wait_with_output().unwrap();
    assert_eq!(told.status.code(), Some(0));
    let told = String::from_utf8(told.stdout).unwrap();
    assert!(!told.contains(&pdq), "a hash of a list was printed");

    let out = house.run(&["list", "export", "known"]).ended(0).out;
    says(&out, &[&md5, &pdq, "A1"]);
    house.run(&["list", "set", "known", "--off"]).ended(0);
    house.run(&["match", &known]).ended(1);
    house.run(&["list", "set", "known", "--on"]).ended(0);
    house.run(&["match", &known]).ended(0);
    let ran = house
        .run(&["list", "shred", "known", "--really", "other"])
        .ended(2);
    says(&ran.err, &["twice"]);
    house
        .run(&["list", "shred", "known", "--really", "known"])
        .ended(0);
    house.run(&["match", &known]).ended(1);
    house.run(&["log", "verify"]).ended(0);
}

/// A report of the sender `acme` with a file that lists may have ([`KNOWN_MD5`]).
pub(crate) fn report_known_file(serving: &Serving, secret: &str) {
    on_a_thread(async {
        let mut sender = serving.sender("acme", secret).await;
        let report = sender.submit(REPORT).await.unwrap();
        sender
            .upload(report, "file.txt", "text/plain", b"known")
            .await
            .unwrap();
        sender.finish(report).await.unwrap();
    });
}

/// The MD5 of the file of [`report_known_file`].
pub(crate) const KNOWN_MD5: &str = "c90ae688b2a3b1fd0751fd743eb385cd";

#[test]
fn a_match_is_shown_and_judged_where_there_is_no_browser() {
    let house = House::new();
    let secret = house.account("acme", "sender");
    let csv = write(
        &house,
        "list.csv",
        format!("id,md5,label\n7,{KNOWN_MD5},A1\n").as_bytes(),
    );
    house
        .run(&["list", "add", "known", "--purpose", "abuse"])
        .ended(0);
    import(&house, "known", &csv, 0);
    let serving = house.serve();
    report_known_file(&serving, &secret);
    let case = house.run(&["case", "1"]).ended(0).out;
    says(
        &case,
        &[
            "looked into: no: by its content (unknown) this is no picture and no video",
            "match 1 (open): list known of own (abuse), entry 7 A1, md5 equal",
        ],
    );
    house.run(&["list", "reject", "1"]).ended(0);
    says(
        &house.run(&["case", "1"]).ended(0).out,
        &["match 1 (rejected)"],
    );
    let told = house.run(&["list", "feedback", "known"]).ended(0).object();
    assert_eq!(
        (&told["id"], &told["affirms"]),
        (&"7".into(), &false.into())
    );
    house.run(&["list", "confirm", "1", "--json"]).ended(0);
    assert_eq!(serving.stop(), Some(0));
    house.verify();
}

#[test]
fn rude_questions_end_in_a_reason() {
    let house = House::new();
    house
        .run(&["list", "add", "known", "--purpose", "test"])
        .ended(0);
    let refused = |arguments: &[&str], words: &[&str]| {
        let ran: Ran = house.run(arguments).ended(2);
        says(&ran.err, words);
    };
    refused(
        &["list", "add", "known", "--purpose", "test"],
        &["choose another"],
    );
    refused(&["list", "add", "x", "--purpose", "other"], &["abuse"]);
    refused(&["match", "--hash", "pdq:00"], &["64 hexadecimal digits"]);
    refused(&["match", "--hash", "00"], &["KIND:VALUE"]);
    refused(&["match"], &["required"]);
    let words = write(&house, "words.txt", b"no list at all")
        .display()
        .to_string();
    refused(&["list", "import", "known", &words], &["--format"]);
    refused(
        &["list", "import", "none", &words, "--format", "csv"],
        &["no such list"],
    );
    refused(
        &["list", "import", "known", &words, "--format", "vics"],
        &[&words],
    );
    refused(&["list", "confirm", "9"], &["no such match"]);
    refused(&["list", "release", "9"], &["no such entry"]);
}

/// What a list's index leaves beside the database is read again, and what was damaged is made anew.
#[test]
fn the_index_beside_the_database_is_read_again() {
    let house = House::new();
    let path = write(&house, "waves.bmp", &picture(96, 0));
    let pdq = text(&hash(&path)["pdq"]);
    let mut csv = "id,pdq\n".to_owned();
    for number in 0..25_000_u32 {
        let digits = format!("{:08x}", number.wrapping_mul(2_654_435_761));
        writeln!(csv, "{number},{}", digits.repeat(8)).unwrap();
    }
    writeln!(csv, "known,{pdq}").unwrap();
    let list = write(&house, "list.csv", csv.as_bytes());
    house
        .run(&["list", "add", "known", "--purpose", "abuse"])
        .ended(0);
    let path = path.display().to_string();
    let list = list.display().to_string();
    let ran = house.run(&["list", "import", "known", &list, "--json"]);
    assert!(ran.code == Some(0) || ran.code == Some(2), "{}", ran.err);
    house.run(&["match", &path]).ended(0);
    let index = house.data().join("material.index");
    let saved = fs::read(&index).unwrap();
    let sealed = saved.windows(8).any(|bytes| bytes == &pdq.as_bytes()[..8]);
    assert!(!sealed);
    house.run(&["match", &path]).ended(0);
    let mut damaged = saved.clone();
    damaged[saved.len() / 2] ^= 1;
    fs::write(&index, damaged).unwrap();
    house.run(&["match", &path]).ended(0);
    fs::write(&index, &saved[..saved.len() / 3]).unwrap();
    house.run(&["match", &path]).ended(0);
}
