//! Lists are fetched by the program from a service that is played on this machine, and killed.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

use crate::house::{House, keys, program, says, wait_for};
use crate::material::{KNOWN_MD5, report_known_file};

type Script = dyn Fn(&str, usize) -> Option<String> + Send + Sync;

/// A service that answers each request with a whole body, or never.
struct Service {
    address: SocketAddr,
    lines: Arc<Mutex<Vec<String>>>,
}

impl Service {
    fn start(script: impl Fn(&str, usize) -> Option<String> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let lines: Arc<Mutex<Vec<String>>> = Arc::default();
        let (seen, script): (_, Arc<Script>) = (lines.clone(), Arc::new(script));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (seen, script) = (seen.clone(), script.clone());
                thread::spawn(move || answer(stream.unwrap(), &seen, script.as_ref()));
            }
        });
        Self { address, lines }
    }

    fn lines(&self) -> Vec<String> {
        self.lines.lock().unwrap().clone()
    }
}

fn answer(mut stream: TcpStream, seen: &Mutex<Vec<String>>, script: &Script) {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => bytes.push(byte[0]),
            _ => return,
        }
    }
    let text = String::from_utf8(bytes).unwrap();
    let line = text.lines().next().unwrap().to_owned();
    let lower = text.to_ascii_lowercase();
    let length = lower
        .split_once("content-length: ")
        .map_or(0, |(_, rest)| rest.lines().next().unwrap().parse().unwrap());
    // Unread, it would break the answer off.
    stream.read_exact(&mut vec![0; length]).unwrap();
    let before = {
        let mut seen = seen.lock().unwrap();
        seen.push(line.clone());
        seen.len() - 1
    };
    let Some(body) = script(&line, before) else {
        // Until the caller is gone.
        assert!(!matches!(stream.read(&mut byte), Ok(1)));
        return;
    };
    let length = body.len();
    let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all((head + &body).as_bytes()).unwrap();
}

/// A page of NCMEC's with one entry.
fn page(id: usize, md5: &str, next: bool) -> String {
    let next = if next {
        format!("<paging><next>/v2/entries?start={}</next></paging>", id + 1)
    } else {
        String::new()
    };
    format!(
        "<queryResult><images><image><member id=\"42\">Example</member><id>{id}</id>\
         <fingerprints><md5>{md5}</md5></fingerprints></image></images>{next}</queryResult>"
    )
}

fn secrets(house: &House, mode: u32) -> String {
    let path = house.folder().join("secrets.toml");
    fs::write(&path, "user = \"example\"\npassword = \"hidden\"\n").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path.display().to_string()
}

fn add(house: &House, service: &Service) {
    let add = ["list", "add", "known", "--purpose", "abuse"];
    house.run(&add).ended(0);
    let url = format!("http://{}", service.address);
    let secrets = secrets(house, 0o600);
    let set = [
        "list",
        "set",
        "known",
        "--source",
        "ncmec",
        "--url",
        &url,
        "--credentials",
        &secrets,
    ];
    let set = house.run(&set).ended(0);
    says(
        &set.out,
        &["fetched from ncmec", &url, "when told", "never yet"],
    );
}

fn fetching(house: &House) -> Child {
    let mut command = program();
    command.args(["list", "fetch", "known"]).args(house.place());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

fn fetch(house: &House, code: i32) -> Value {
    let ran = house.run(&["list", "fetch", "known", "--json"]).ended(code);
    assert!(!ran.err.contains("hidden"), "{}", ran.err);
    ran.object()
}

fn entries(house: &House) -> Value {
    let shown = house.run(&["list", "show", "--json"]).ended(0).object();
    shown["entries"].clone()
}

/// A kill after each page: nothing is read twice, nothing is missed, and the log agrees.
fn killed_after_each_page(house: &House) {
    const PAGES: usize = 6;
    const KILLS: usize = 4;
    let service = Service::start(|line, before| {
        let start = line.split_once("start=").map_or(1, |(_, rest)| {
            rest.split(' ').next().unwrap().parse().unwrap()
        });
        // Every other request hangs, after the page before it was kept, until all were killed.
        let answers = before % 2 == 0 || before >= KILLS * 2;
        let md5 = format!("{start:032x}").replace('0', "a");
        answers.then(|| page(start, &md5, start < PAGES))
    });
    add(house, &service);
    for round in 1..=KILLS {
        let mut child = fetching(house);
        let hangs = || (service.lines().len() == round * 2).then_some(());
        wait_for("the next page to be asked for", hangs);
        child.kill().unwrap();
        child.wait().unwrap();
        house.verify();
        assert_eq!(entries(house), round);
    }
    // The span that was broken off is read to its end, and then what came since: all of it again,
    // in which everything stands there as the service says.
    let rest = fetch(house, 0);
    assert_eq!(rest["pages"], 2 + PAGES);
    assert_eq!(
        (&rest["put"], &rest["unchanged"]),
        (&2.into(), &PAGES.into())
    );
    assert_eq!(entries(house), PAGES);
    let lines = service.lines();
    for kill in 1..=KILLS {
        assert_eq!(lines[kill * 2 - 1], lines[kill * 2], "{lines:?}");
    }
    assert_eq!(
        keys(&rest),
        "list pages put quarantined removed reopened set_aside unchanged"
    );
    house.verify();
}

#[test]
fn inv_01_a_fetch_that_is_killed_misses_nothing_on_sqlite() {
    killed_after_each_page(&House::new());
}

#[test]
fn inv_01_a_fetch_that_is_killed_misses_nothing_on_postgres() {
    killed_after_each_page(&House::on_postgres());
}

#[test]
fn what_breaks_a_fetch_off_is_told_with_a_code() {
    let house = House::new();
    let service = Service::start(|_, before| {
        Some(match before {
            0 => page(1, "zz", false),
            _ => "<html>hidden</html>".to_owned(),
        })
    });
    add(&house, &service);
    let first = fetch(&house, 2);
    assert_eq!(
        (&first["put"], &first["quarantined"]),
        (&0.into(), &1.into())
    );
    let page = fetch(&house, 2);
    assert_eq!(page["code"], "fetch.not-a-page");
    let said = house.run(&["list", "fetch", "--all"]).ended(2);
    says(&said.err, &["127.0.0.1", "a web page", "secrets"]);
    says(&said.out, &["known: 0 pages"]);
    let shown = house.run(&["list", "show"]).ended(0);
    says(&shown.out, &["broke off: fetch.not-a-page"]);

    secrets(&house, 0o644);
    let open = fetch(&house, 2);
    assert_eq!(open["code"], "fetch.credentials-open");
    secrets(&house, 0o600);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", nobody.local_addr().unwrap());
    drop(nobody);
    house.run(&["list", "set", "known", "--url", &url]).ended(0);
    // Four waits, 15 seconds.
    let gone = fetch(&house, 3);
    assert_eq!(gone["code"], "fetch.unreachable");
    house.verify();
}

#[test]
fn what_was_judged_is_sent_to_the_keeper_once() {
    const REASONS: &str = "<availableFeedbackReasons><reason guid=\"guid-1\" name=\"Other\"/>\
         </availableFeedbackReasons>";
    let house = House::new();
    let secret = house.account("acme", "sender");
    let service = Service::start(|line, _| {
        Some(match line.split(' ').next() {
            Some("PUT") => String::new(),
            _ if line.contains("/reasons ") => REASONS.to_owned(),
            _ => page(1, KNOWN_MD5, false),
        })
    });
    add(&house, &service);
    fetch(&house, 0);
    let serving = house.serve();
    report_known_file(&serving, &secret);
    let send = ["list", "feedback", "known", "--send"];
    let nothing = house.run(&send).ended(0);
    says(&nothing.out, &["known: its keeper was told of 0 hashes"]);
    house.run(&["list", "reject", "1"]).ended(0);
    let refused = house.run(&send).ended(2);
    says(
        &refused.err,
        &["--reason", "guid-1 (Other)", "Nothing was sent"],
    );
    let json = [send.as_slice(), &["--reason", "guid-1", "--json"]].concat();
    let told = house.run(&json).ended(0).object();
    assert_eq!(keys(&told), "list refused told");
    assert_eq!(told["told"], 1);
    let said = house.run(&["list", "feedback", "known"]).ended(0).object();
    assert_eq!(keys(&said), "affirms id judged kind match member told");
    assert_eq!(house.run(&json).ended(0).object()["told"], 0);
    let puts = service.lines().into_iter();
    let puts: Vec<_> = puts.filter(|line| line.starts_with("PUT ")).collect();
    assert_eq!(puts, ["PUT /v2/entries/42/1/MD5/feedback HTTP/1.1"]);
    let set = [
        "list",
        "set",
        "known",
        "--feedback",
        "send",
        "--reason",
        "guid-1",
    ];
    says(
        &house.run(&set).ended(0).out,
        &["told what is made of its matches"],
    );
    house.run(&["list", "feedback", "known", "--json"]).ended(2);
    house.run(&["list", "feedback", "other", "--send"]).ended(2);
    assert_eq!(serving.stop(), Some(0));
    house.verify();
}

#[test]
fn rude_sources_end_in_a_reason() {
    let house = House::new();
    let refused = |arguments: &[&str], words: &[&str]| {
        let ran = house.run(arguments).ended(2);
        says(&ran.err, words);
    };
    let add = ["list", "add", "known", "--purpose", "abuse"];
    house.run(&add).ended(0);
    refused(&["list", "fetch", "known"], &["no source", "list set"]);
    refused(&["list", "fetch", "other"], &["no such list"]);
    refused(&["list", "fetch"], &["<NAME>"]);
    refused(
        &["list", "fetch", "known", "--all"],
        &["cannot be used with"],
    );
    house.run(&["list", "fetch", "--all"]).ended(0);
    let set = |rest: &[&'static str]| [&["list", "set", "known"], rest].concat();
    refused(
        &set(&["--source", "iwf"]),
        &["iwf", "ncmec", "stopncii", "tat"],
    );
    refused(&set(&["--source", "ncmec"]), &["--url"]);
    refused(&set(&["--url", "https://example.com"]), &["--source"]);
    refused(&set(&["--source", "tat"]), &["--credentials"]);
    for (url, why) in [
        ("http://example.com", "this machine"),
        ("https://a:b@example.com", "--credentials"),
        ("file:///etc/passwd", "https://"),
    ] {
        let given = ["--source", "ncmec", "--credentials", "gone", "--url", url];
        refused(&set(&given), &[why]);
    }
    for every in ["0h", "1m", "-1h", "6", "9999999999999999999h"] {
        let every = format!("--every={every}");
        refused(&["list", "set", "known", &every], &["6h, 1d or never"]);
    }
    let shown = house.run(&["list", "show", "--json"]).ended(0).object();
    assert_eq!(shown.get("source"), None);
    let right = [
        "--source",
        "stopncii",
        "--credentials",
        "gone",
        "--every",
        "1d",
        "--json",
    ];
    let set_right = house.run(&set(&right)).ended(0).object();
    let source = &set_right["source"];
    assert_eq!(
        keys(source),
        "ca credentials done every feedback service tried url"
    );
    assert_eq!(source["url"], "https://api.stopncii.org/v1");
    assert!(source["credentials"].as_str().unwrap().starts_with('/'));
    assert_eq!(source["every"], "1d");
    house.run(&set(&["--every", "never"])).ended(0);
    house.run(&set(&["--source", "none"])).ended(0);
    refused(&["list", "fetch", "known"], &["no source"]);
}
