//! What persons made of a list's matches is sent to services that are played on this machine.

use model::MatchId;
use server::{Actor, FeedbackSent, FetchError, ListService, MatchState, SourceSettings};

use crate::fetch::{fetch, fetched_from, image, limits};
use crate::house::{House, inside, on_both};
use crate::material::{case, md5_of, report};
use crate::services::{Asked, Reply, Service, status, whole};

const REASONS: &str = "<availableFeedbackReasons xmlns=\"https://hashsharing.ncmec.org/hashsharing/v2\">\
     <reason guid=\"guid-1\" name=\"Not of this kind\"/></availableFeedbackReasons>";

/// NCMEC's list with these files; what it answers to anything else is `other`'s.
fn ncmec(other: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Service {
    let files = [b"one".as_slice(), b"two", b"three"];
    let images: String = (1..)
        .zip(files)
        .map(|(id, file)| image(id, &md5_of(file)))
        .collect();
    let page = format!(
        "<queryResult xmlns=\"https://hashsharing.ncmec.org/hashsharing/v2\">\
         <images count=\"3\" maxTimestamp=\"2026-01-02T03:05:00Z\">{images}</images></queryResult>"
    );
    Service::start(move |asked, before| {
        if asked.line.contains("/v2/entries?") {
            whole(page.clone())
        } else if asked.line.ends_with("/reasons") {
            whole(REASONS)
        } else {
            other(asked, before)
        }
    })
}

async fn send(house: &House, reason: Option<&str>) -> Result<FeedbackSent, FetchError> {
    let (station, limits) = (&house.station, limits());
    let sent = station.send_feedback(Actor::Operator, "known", reason, &limits);
    sent.await
}

async fn only_match(house: &House, report: i64) -> MatchId {
    case(house, report).await.1[0].matches[0].number
}

async fn judge(house: &House, number: MatchId, state: MatchState) {
    let judged = house.station.judge_match(Actor::Operator, number, state);
    judged.await.unwrap();
}

/// Feedback requests that the service got.
fn told(service: &Service) -> Vec<String> {
    let lines = service.lines().into_iter();
    lines.filter(|line| line.ends_with("/feedback")).collect()
}

/// The requests of a method: line, content type, the header that lets us in, body.
fn sent_by(service: &Service, method: &str, key: &str) -> Vec<[String; 4]> {
    let asked = service.asked().into_iter();
    let sent = asked.filter(|asked| asked.line.starts_with(method));
    let words = |asked: Asked| {
        let header = |name| asked.header(name).unwrap_or_default().to_owned();
        let (content_type, key) = (header("content-type"), header(key));
        [asked.line, content_type, key, asked.body]
    };
    sent.map(words).collect()
}

#[tokio::test]
async fn ncmec_is_told_once_what_was_made_of_each_hash() {
    on_both(async |house| {
        let service = ncmec(|_, _| status(204, ""));
        fetched_from(house, "known", &service, ListService::Ncmec).await;
        assert_eq!(fetch(house, "known").await.imported.put, 3);
        let sender = house.sender("platform").await;
        let mut numbers = Vec::new();
        for (place, file) in [b"one".as_slice(), b"one", b"two", b"three"]
            .iter()
            .enumerate()
        {
            let report = report(&sender, place + 1, file).await;
            numbers.push(only_match(house, report).await);
        }
        let before = service.lines().len();
        assert_eq!(send(house, None).await.unwrap().told, 0);
        assert_eq!(service.lines().len(), before);
        judge(house, numbers[0], MatchState::Confirmed).await;
        judge(house, numbers[1], MatchState::Confirmed).await;
        judge(house, numbers[2], MatchState::Rejected).await;
        for reason in [None, Some("guid-2")] {
            let refused = send(house, reason).await.unwrap_err();
            assert_eq!(refused.code(), "fetch.reason-needed");
            assert!(refused.to_string().contains("guid-1 (Not of this kind)"));
        }
        assert!(told(&service).is_empty());
        let sent = send(house, Some("guid-1")).await.unwrap();
        assert_eq!((sent.told, sent.refused.len()), (2, 0));
        let puts = sent_by(&service, "PUT", "authorization");
        insta::assert_debug_snapshot!("told_to_ncmec", puts);
        assert_eq!(send(house, None).await.unwrap().told, 0);
        let feedback = house
            .station
            .list_feedback(Actor::Operator, "known")
            .await
            .unwrap();
        assert_eq!(feedback.len(), 3);
        assert!(feedback.iter().all(|said| said.told.is_some()));
        // Thought of again, it is told again.
        judge(house, numbers[1], MatchState::Rejected).await;
        assert_eq!(send(house, Some("guid-1")).await.unwrap().told, 1);
        let last = service.asked().pop().unwrap();
        assert!(last.line.contains("/42/1/MD5/") && last.body.contains("<guid>guid-1</guid>"));
    })
    .await;
}

#[tokio::test]
async fn what_a_service_does_not_take_is_named_and_sent_again() {
    inside(async |house| {
        let service = ncmec(|asked, before| match before {
            // The first is asked for again after a pause, as the service wants it.
            1 => status(503, ""),
            3 => status(404, ""),
            4 => status(401, ""),
            5 => Reply::Whole(200, "Content-Type: text/html\r\n", "<html>".to_owned()),
            6 => status(302, "Location: https://elsewhere.example/\r\n"),
            _ if asked.line.starts_with("PUT") => status(204, ""),
            _ => status(500, ""),
        });
        fetched_from(house, "known", &service, ListService::Ncmec).await;
        fetch(house, "known").await;
        let sender = house.sender("platform").await;
        for (place, file) in (1..).zip([b"one".as_slice(), b"two", b"three"]) {
            let report = report(&sender, place, file).await;
            let number = only_match(house, report).await;
            judge(house, number, MatchState::Confirmed).await;
        }
        // One was told, one not taken; at the third the service was no longer one of ours.
        let refused = send(house, None).await.unwrap_err();
        assert_eq!(refused.code(), "fetch.not-let-in");
        assert!(!refused.to_string().contains("hidden"));
        for code in ["fetch.not-a-page", "fetch.redirected"] {
            assert_eq!(send(house, None).await.unwrap_err().code(), code);
        }
        let sent = send(house, None).await.unwrap();
        assert_eq!((sent.told, sent.refused.len()), (2, 0));
        assert_eq!(send(house, None).await.unwrap().told, 0);
        let ids = |of: &str| {
            told(&service)
                .iter()
                .filter(|line| line.contains(of))
                .count()
        };
        assert_eq!((ids("/42/1/"), ids("/42/2/"), ids("/42/3/")), (2, 4, 2));
    })
    .await;
}

#[tokio::test]
async fn what_was_not_taken_is_said_with_its_match() {
    inside(async |house| {
        let service = ncmec(|asked, _| {
            if asked.line.contains("/42/1/") {
                status(404, "")
            } else {
                status(200, "")
            }
        });
        fetched_from(house, "known", &service, ListService::Ncmec).await;
        fetch(house, "known").await;
        let sender = house.sender("platform").await;
        let mut numbers = Vec::new();
        for (place, file) in [b"one".as_slice(), b"two"].iter().enumerate() {
            let report = report(&sender, place + 1, file).await;
            let number = only_match(house, report).await;
            judge(house, number, MatchState::Confirmed).await;
            numbers.push(number);
        }
        for told in [1, 0] {
            let sent = send(house, None).await.unwrap();
            assert_eq!((sent.told, sent.refused.len()), (told, 1));
            let why = &sent.refused[0];
            assert!(why.starts_with(&format!("match {}: ", numbers[0])) && why.contains("404"));
        }
    })
    .await;
}

#[tokio::test]
async fn stopncii_is_told_the_hash_under_a_key_of_its_own() {
    inside(async |house| {
        let page = format!(
            "{{\"count\":1,\"nextPageToken\":\"\",\"nextSetTimestamp\":5,\"hasMoreRecords\":false,\
             \"hashRecords\":[{{\"lastModtimestamp\":4,\"signalType\":\"VideoMD5\",\
             \"hashValue\":\"{}\",\"hashStatus\":\"Active\",\"caseNumbers\":{{}},\
             \"CSPFeedbacks\":[]}}]}}",
            md5_of(b"one")
        );
        let service = Service::start(move |asked, _| match asked.line.split(' ').next() {
            Some("POST") => status(200, ""),
            _ => whole(page.clone()),
        });
        fetched_from(house, "known", &service, ListService::StopNcii).await;
        assert_eq!(fetch(house, "known").await.imported.put, 1);
        let sender = house.sender("platform").await;
        let report = report(&sender, 1, b"one").await;
        let number = only_match(house, report).await;
        judge(house, number, MatchState::Rejected).await;
        let refused = send(house, None).await.unwrap_err();
        assert_eq!(refused.code(), "fetch.credentials-invalid");
        service.secrets(
            "functions_key = \"hidden-1\"\nsubscription_key = \"hidden-2\"\nfeedback_key = \"k\"\n",
        );
        assert_eq!(send(house, None).await.unwrap().told, 1);
        judge(house, number, MatchState::Confirmed).await;
        assert_eq!(send(house, None).await.unwrap().told, 1);
        let posts = sent_by(&service, "POST", "x-functions-key");
        insta::assert_debug_snapshot!("told_to_stopncii", posts);
    })
    .await;
}

#[tokio::test]
async fn a_service_that_takes_no_feedback_is_sent_none() {
    inside(async |house| {
        let service = Service::start(|_, _| status(500, ""));
        fetched_from(house, "known", &service, ListService::Tat).await;
        let refused = send(house, None).await.unwrap_err();
        assert_eq!(refused.code(), "fetch.takes-no-feedback");
        let settings = SourceSettings {
            feedback: Some(true),
            ..SourceSettings::default()
        };
        let station = &house.station;
        let set = station.set_list_source(Actor::Operator, "known", settings);
        assert!(
            set.await
                .unwrap_err()
                .to_string()
                .contains("takes no feedback")
        );
        assert!(service.lines().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_running_server_tells_after_each_fetch_where_it_is_told_to() {
    inside(async |house| {
        let service = ncmec(|_, _| status(204, ""));
        fetched_from(house, "known", &service, ListService::Ncmec).await;
        let station = &house.station;
        let set = async |feedback, reason: &str| {
            let settings = SourceSettings {
                every: Some("6h".parse().ok()),
                feedback: Some(feedback),
                reason: Some(reason.to_owned()),
                ..SourceSettings::default()
            };
            let set = station.set_list_source(Actor::Operator, "known", settings);
            set.await.unwrap();
        };
        set(false, "guid-0").await;
        let due = async || {
            house.clock.advance_millis(6 * 3600 * 1000);
            let mut came = station.fetch_due(&limits()).await.unwrap();
            came.pop().unwrap().sent
        };
        assert!(due().await.is_none());
        let sender = house.sender("platform").await;
        let report = report(&sender, 1, b"one").await;
        let number = only_match(house, report).await;
        judge(house, number, MatchState::Rejected).await;
        assert!(due().await.is_none());
        set(true, "guid-0").await;
        assert_eq!(
            due().await.unwrap().unwrap_err().code(),
            "fetch.reason-needed"
        );
        set(true, "guid-1").await;
        assert_eq!(due().await.unwrap().unwrap().told, 1);
        assert_eq!(due().await.unwrap().unwrap().told, 0);
        assert_eq!(told(&service), ["PUT /v2/entries/42/1/MD5/feedback"]);
    })
    .await;
}
