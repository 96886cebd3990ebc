//! What is acknowledged is kept, and what is done to it is on record before anyone is told.

use std::path::Path;
use std::sync::Arc;

use model::{CaseId, Deed, Door};
use server::{Actor, Config, IfMissing, Origin, Station};

use crate::archive::Archive;
use crate::documents::{ReportXml, file_details, report_number, smallest_report};
use crate::house::{House, inside, on_both};
use crate::line::Answer;

/// The events that stand in the log behind the first `known` ones; moves `known` to its end.
async fn new_deeds(archive: &Archive, known: &mut usize) -> Vec<Deed> {
    let events = archive.events().await;
    let deeds = events[*known..].iter().map(|event| event.deed).collect();
    *known = events.len();
    deeds
}

#[tokio::test]
async fn inv_02_every_acknowledged_call_is_in_the_log() {
    on_both(async |house| {
        let archive = Archive::of(house).await;
        let mut known = 0;
        let log = &mut known;
        let sender = house.sender("platform").await;
        let deeds = new_deeds(&archive, log).await;
        assert_eq!(deeds, [Deed::LogOpened, Deed::AccountAdded]);
        let document = ReportXml::with_email("account@example.com").xml();
        let report = sender.open(&document).await;
        assert_eq!(new_deeds(&archive, log).await, [Deed::ReportSubmitted]);
        sender.open(&document).await;
        assert_eq!(new_deeds(&archive, log).await, [Deed::SubmissionRepeated]);
        let file = sender.upload(report, b"bytes").await.file();
        assert_eq!(new_deeds(&archive, log).await, [Deed::FileReceived]);
        sender.describe(&file_details(report, &file, "")).await;
        assert_eq!(new_deeds(&archive, log).await, [Deed::FileDescribed]);
        sender.finish(report).await;
        let finished = [Deed::ReportFinished, Deed::CaseRanked];
        assert_eq!(new_deeds(&archive, log).await, finished);
        let repeated = sender.open(&document).await;
        sender.upload(repeated, b"bytes").await;
        sender.finish(repeated).await;
        let folded = [
            Deed::ReportSubmitted,
            Deed::FileReceived,
            Deed::ReportFolded,
        ];
        assert_eq!(new_deeds(&archive, log).await, folded);
        let retracted = sender.open(&smallest_report()).await;
        sender.retract(retracted).await;
        let deeds = [Deed::ReportSubmitted, Deed::ReportRetracted];
        assert_eq!(new_deeds(&archive, log).await, deeds);

        // What is refused changes nothing and is not on record.
        sender.submit("<report/>").await;
        sender.finish(report).await;
        sender.retract(17).await;
        sender.upload(report, b"bytes").await;
        sender.describe(&file_details(report, &file, "")).await;
        assert_eq!(new_deeds(&archive, log).await, []);
    })
    .await;
}

#[tokio::test]
async fn inv_02_events_say_who_when_and_which_bytes() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&smallest_report()).await;
        house.clock.advance_millis(5_000);
        let file = sender.upload(report, b"bytes").await.file();
        let events = Archive::of(house).await.events().await;
        let [.., submitted, received] = &events[..] else {
            panic!("{events:?}");
        };
        assert_eq!(submitted.at.to_string(), "2026-01-02T03:30:00Z");
        assert_eq!(received.at.to_string(), "2026-01-02T03:30:05Z");
        assert_eq!(
            (submitted.who.as_str(), received.who.as_str()),
            ("account:1", "account:1")
        );
        let of_document = model::hex(&vault::sha256(smallest_report().as_bytes()));
        assert_eq!(submitted.sha256, Some(of_document));
        assert_eq!(received.sha256, Some(model::hex(&vault::sha256(b"bytes"))));
        assert_eq!(received.file, Some(file));
    })
    .await;
}

#[tokio::test]
async fn inv_03_the_log_only_grows_and_each_checkpoint_agrees() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let archive = Archive::of(house).await;
        let mut entries: Vec<[u8; 33]> = Vec::new();
        for number in 0..5 {
            sender.file(&report_number(number)).await;
            house.station.publish_log().await.unwrap();
            let now = archive.store.log_commitments(0, 10_000).await.unwrap();
            assert!(now.len() > entries.len() && now.starts_with(&entries));
            let verified = house.station.verify_log().await.unwrap().unwrap();
            assert_eq!(verified, u64::try_from(now.len()).unwrap());
            let (checkpoint, note) = house.station.logbook().checkpoint().await.unwrap();
            assert_eq!(checkpoint.size(), verified);
            assert!(!note.contains("example.com") && !note.contains("platform"));
            entries = now;
        }
    })
    .await;
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

#[tokio::test]
async fn inv_01_what_was_acknowledged_is_there_after_a_sudden_end() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let finished = sender.open(&report_number(1)).await;
        let file = sender.upload(finished, b"bytes").await.file();
        assert_eq!(sender.finish(finished).await.code(), 0);
        let open = sender.open(&report_number(2)).await;
        let late = sender.upload(open, b"late").await.file();
        // The disk as it is in this moment, with the server still running on the original.
        let disk = tempfile::tempdir().unwrap();
        copy(&house.station.config().data, disk.path());

        let config = Config::embedded(disk.path());
        let clock = house.clock.clone();
        let entropy = Arc::new(vault::SystemEntropy);
        let station = Station::open_with(config, IfMissing::Refuse, clock, entropy).await;
        let station = station.unwrap();
        let queue = station.queue(None, 10).await.unwrap().entries;
        assert_eq!(queue.len(), 1);
        let case = station.case(Actor::Operator, queue[0].case).await.unwrap();
        let case = case.unwrap();
        assert_eq!(case.members[0].report.number(), finished);
        assert_eq!(
            case.evidence[0].sha256,
            model::hex(&vault::sha256(b"bytes"))
        );
        station.publish_log().await.unwrap();
        assert!(station.verify_log().await.unwrap().unwrap() >= 8);
        // The open report goes on where it was.
        let account = station.accounts().await.unwrap()[0].id;
        let files = station.finish(Actor::Account(account), model::ReportId::new(open));
        assert_eq!(files.await.unwrap().files, [late.parse().unwrap()]);
        // A number that was given out before the end is not given out again.
        let origin = Origin {
            door: Door::Ispws,
            source: None,
        };
        let document = report_number(3);
        let next = station.submit(Actor::Account(account), origin, document.as_bytes());
        assert!(next.await.unwrap().report.number() > open);
        station.close().await.unwrap();
        assert_eq!(Archive::of(house).await.file(&file).await, b"bytes");
    })
    .await;
}

/// A page as a browser with this cookie sees it.
pub(crate) async fn page(house: &House, path: &str, cookie: &str) -> Answer {
    let mut line = house.line().await;
    let head = format!("GET {path} HTTP/1.1\r\nHost: a\r\nCookie: {cookie}\r\n\r\n");
    line.send(head.as_bytes()).await;
    line.answer().await
}

/// The cookie of somebody who opened a sign-in link.
pub(crate) async fn signed_in(house: &House) -> String {
    let link = house.station.sign_in_link("http://a").await.unwrap();
    let path = link.url().strip_prefix("http://a").unwrap().to_owned();
    let answer = page(house, &path, "").await;
    assert_eq!(answer.status, 303, "{answer:?}");
    let cookie = answer.header("set-cookie").unwrap();
    cookie.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn inv_07_reading_a_case_is_on_record_before_anything_is_shown() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let report = sender
            .file(&ReportXml::with_email("account@example.com").xml())
            .await;
        let archive = Archive::of(house).await;
        let case = archive.case_of(report).await;
        let path = format!("/cases/{case}");
        let cookie = signed_in(house).await;
        let mut known = archive.events().await.len();

        // Who is not signed in sees nothing, and nothing was read.
        for cookie in ["", "watchfire-session=guess"] {
            let answer = page(house, &path, cookie).await;
            assert_eq!(answer.status, 401);
            assert!(!answer.body.contains(&report.to_string()));
        }
        assert_eq!(new_deeds(&archive, &mut known).await, []);

        let shown = page(house, &path, &cookie).await;
        assert!(shown.body.contains(&report.to_string()), "{}", shown.body);
        let events = archive.events().await;
        let read = &events[known];
        assert_eq!((read.deed, read.who.as_str()), (Deed::CaseRead, "operator"));
        assert_eq!(read.case, Some(case.number()));

        known = events.len();
        let account = house.station.accounts().await.unwrap()[0].id;
        let actor = Actor::Account(account);
        house.station.case(actor, case).await.unwrap().unwrap();
        assert_eq!(
            archive.events().await[known].who,
            format!("account:{account}")
        );
        // There is nothing to read in a case that is none.
        known += 1;
        let none = house.station.case(actor, CaseId::new(999)).await.unwrap();
        assert_eq!(none, None);
        assert_eq!(page(house, "/cases/999", &cookie).await.status, 404);
        assert_eq!(new_deeds(&archive, &mut known).await, []);
    })
    .await;
}

#[tokio::test]
async fn inv_14_a_stranger_cannot_tell_a_report_from_none() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let stranger = house.sender("another platform").await;
        let open = sender.open(&report_number(1)).await;
        let file = sender.upload(open, b"bytes").await.file();
        let finished = sender.file(&report_number(2)).await;
        let retracted = sender.open(&report_number(3)).await;
        sender.retract(retracted).await;
        let mut told = Vec::new();
        for report in [open, finished, retracted, 1_999_999] {
            let number = report.to_string();
            let answers = [
                stranger.upload(report, b"bytes").await,
                stranger.describe(&file_details(report, &file, "")).await,
                stranger.finish(report).await,
                stranger.retract(report).await,
            ];
            told.push(answers.map(|answer| {
                let Answer {
                    status,
                    headers,
                    body,
                } = answer;
                let names: Vec<_> = headers.into_iter().map(|(name, _)| name).collect();
                (status, names, body.replace(&number, "N"))
            }));
        }
        assert!(told.iter().all(|answers| *answers == told[3]), "{told:?}");
    })
    .await;
}
