//! What services are asked: requests, small answers, and fetches that lose nothing however they
//! break off.

use model::{EntryKey, Timestamp};
use wire::lists::ncmec::{
    Checkpoint, FeedbackSubmission, Fetch, FetchFault, Member, parse_feedback_reasons,
    parse_members, parse_status,
};
use wire::lists::{Limits, Page, Pages, PagesFault, Request, Service, Step};

use crate::example;

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn span() -> Checkpoint {
    Checkpoint::new(at("2026-01-01T00:00:00.9Z"), at("2026-01-03T00:00:00Z"))
}

fn page(next: Option<&str>, latest: &str) -> Page {
    Page {
        next: next.map(str::to_owned),
        max_timestamp: Some(at(latest)),
        ..Page::default()
    }
}

#[test]
fn requests_are_written_as_the_snapshot_says() {
    let key = EntryKey {
        member: "42".to_owned(),
        id: "a/../b ?".to_owned(),
    };
    let negative = FeedbackSubmission::Negative {
        reasons: vec!["00000000-0000-4000-8000-000000000001".to_owned()],
    };
    insta::assert_debug_snapshot!([
        Request::status(),
        Request::members(),
        Request::categorizations(),
        Request::entries(span().from, span().to),
        Request::feedback_reasons("photodna"),
        Request::feedback(&key, "md5", &FeedbackSubmission::Affirmative),
        Request::feedback(&key, "tmk_pdqf", &negative),
    ]);
}

#[test]
fn inv_11_feedback_parses_back() {
    for feedback in [
        FeedbackSubmission::Affirmative,
        FeedbackSubmission::Negative { reasons: vec![] },
        FeedbackSubmission::Negative {
            reasons: vec!["a<&>\"".to_owned(), "b".to_owned()],
        },
    ] {
        let xml = feedback.to_xml();
        assert_eq!(FeedbackSubmission::parse(xml.as_bytes()), Ok(feedback));
    }
    for bad in [
        "",
        "<a/>",
        "<feedbackSubmission/>",
        "<feedbackSubmission><a/></feedbackSubmission>",
    ] {
        assert!(FeedbackSubmission::parse(bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn the_small_answers_are_read() {
    let member = Member {
        id: "1".to_owned(),
        name: "Example member".to_owned(),
    };
    let status = "<status xmlns=\"x\"><ipAddress>192.0.2.1</ipAddress><username>example</username>\
                  <member id=\"1\">Example member</member></status>";
    assert_eq!(parse_status(status.as_bytes()), Ok(member.clone()));
    assert!(parse_status(b"<status/>").is_err());
    let members = "<members><member id=\"1\">Example member</member><member/></members>";
    assert_eq!(parse_members(members.as_bytes()), Ok(vec![member]));
    let reasons = "<availableFeedbackReasons><reason guid=\"a\" name=\"Example\"/>\
                   </availableFeedbackReasons>";
    let reasons = parse_feedback_reasons(reasons.as_bytes()).unwrap();
    assert_eq!(
        (reasons[0].guid.as_str(), reasons[0].name.as_str()),
        ("a", "Example")
    );
    assert!(parse_feedback_reasons(b"<other/>").is_err());
}

#[test]
fn the_latest_time_counts_only_after_the_last_page() {
    let mut fetch = Fetch::new(span());
    let next = "/v2/entries?from=a&start=2";
    fetch
        .take(&page(Some(next), "2026-01-02T12:00:00Z"))
        .unwrap();
    // Broken off here: the same span goes on where it was.
    let now = at("2026-01-04T00:00:00Z");
    let kept = fetch.checkpoint().clone().continued(now);
    assert_eq!((kept.from, kept.to), (span().from, span().to));
    let mut fetch = Fetch::new(kept);
    assert_eq!(fetch.request().unwrap().path, next);
    // An earlier time on a later page changes nothing.
    fetch.take(&page(None, "2026-01-02T11:00:00Z")).unwrap();
    assert_eq!(fetch.request(), None);
    assert!(matches!(
        fetch.take(&Page::default()),
        Err(FetchFault::Done)
    ));
    let after = fetch.checkpoint().clone().continued(now);
    assert_eq!((after.from, after.to), (at("2026-01-02T12:00:00Z"), now));
    assert_eq!(after.next, None);
}

#[test]
fn a_quiet_or_a_lying_list_never_moves_the_start_back_or_beyond_the_span() {
    let now = at("2026-01-04T00:00:00Z");
    for (latest, from) in [
        (None, span().from),
        (Some("2020-01-01T00:00:00Z"), span().from),
        (Some("2030-01-01T00:00:00Z"), span().to),
    ] {
        let mut fetch = Fetch::new(span());
        let max_timestamp = latest.map(at);
        fetch
            .take(&Page {
                max_timestamp,
                ..Page::default()
            })
            .unwrap();
        assert_eq!(fetch.checkpoint().clone().continued(now).from, from);
    }
}

#[test]
fn a_checkpoint_is_kept_as_json() {
    let mut fetch = Fetch::new(span());
    fetch
        .take(&page(Some("/v2/entries?a"), "2026-01-02T12:00:00Z"))
        .unwrap();
    let json = serde_json::to_string(fetch.checkpoint()).unwrap();
    let back: Checkpoint = serde_json::from_str(&json).unwrap();
    assert_eq!(&back, fetch.checkpoint());
}

#[test]
fn the_next_page_is_never_asked_for_elsewhere() {
    for foreign in [
        "https://example.com/v2/entries?a",
        "//example.com/v2/entries?a",
        "@example.com/entries?a",
        "/v2/status",
        "/v2/v2/entries?a",
        "/v2/entries?a b",
        "/v2/entries?a\r\nHost: example.com",
        "/v2/../entries?a",
    ] {
        let mut fetch = Fetch::new(span());
        let taken = fetch.take(&page(Some(foreign), "2026-01-02T12:00:00Z"));
        assert!(matches!(taken, Err(FetchFault::NextForeign)), "{foreign}");
        assert_eq!(fetch.checkpoint(), &span());
    }
    let mut fetch = Fetch::new(span());
    fetch
        .take(&page(Some("/entries?a"), "2026-01-02T12:00:00Z"))
        .unwrap();
    assert_eq!(fetch.request().unwrap().path, "/v2/entries?a");
}

#[test]
fn pages_in_a_circle_end_the_fetch() {
    for length in 1..9 {
        let mut fetch = Fetch::new(span());
        let fault = (0..100).find_map(|number| {
            let next = format!("/v2/entries?start={}", number % length);
            fetch.take(&page(Some(&next), "2026-01-02T12:00:00Z")).err()
        });
        let fault = fault.unwrap();
        assert_eq!(fault.code(), "list.next-repeated");
    }
}

#[test]
fn cursors_in_a_circle_end_the_pages() {
    for service in [Service::StopNcii, Service::Tat] {
        for length in 1..9 {
            let mut pages = Pages::new(service, None);
            let fault = (0..100).find_map(|number| {
                let cursor = (number % length).to_string();
                pages.take(&page_of(Some(&cursor), &cursor)).err()
            });
            assert_eq!(fault, Some(PagesFault::CursorRepeated), "{length}");
        }
    }
}

#[test]
fn a_page_that_breaks_off_is_asked_for_again() {
    let body = example("ncmec.xml");
    let mut fetch = Fetch::new(span());
    let mut steps = Vec::new();
    let cut = &body[..body.len() * 3 / 4];
    let fault = fetch.take_body(cut, Limits::default(), |step| steps.push(step));
    assert_eq!(fault.unwrap_err().code(), "list.cut");
    assert!(!steps.is_empty());
    assert_eq!(fetch.checkpoint(), &span());

    steps.clear();
    fetch
        .take_body(body.as_slice(), Limits::default(), |step| steps.push(step))
        .unwrap();
    assert!(!steps.iter().any(|step| matches!(step, Step::Page(_))));
    assert!(fetch.request().unwrap().path.contains("start=2001"));
    let empty = example("ncmec-empty.xml");
    fetch
        .take_body(empty.as_slice(), Limits::default(), |_| ())
        .unwrap();
    assert!(fetch.checkpoint().done);
    assert_eq!(fetch.checkpoint().latest, Some(at("2026-01-02T03:04:05Z")));
}

fn page_of(next: Option<&str>, checkpoint: &str) -> Page {
    Page {
        next: next.map(str::to_owned),
        checkpoint: Some(checkpoint.to_owned()),
        ..Page::default()
    }
}

#[test]
fn stopncii_goes_on_from_its_time_only_after_the_last_page() {
    let mut pages = Pages::new(Service::StopNcii, None);
    assert_eq!(
        pages.path().unwrap(),
        "/FetchHashes?startTimestamp=0&pageSize=800"
    );
    pages.take(&page_of(Some("a+b=&c"), "20")).unwrap();
    assert_eq!(
        pages.path().unwrap(),
        "/FetchHashes?startTimestamp=0&pageSize=800&nextPageToken=a%2Bb%3D%26c"
    );
    assert_eq!(pages.resume_from(), None);
    let again = pages.take(&page_of(Some("a+b=&c"), "30"));
    assert_eq!(again, Err(PagesFault::CursorRepeated));
    pages.take(&page_of(None, "30")).unwrap();
    assert_eq!((pages.path(), pages.resume_from()), (None, Some("30")));
    let next = Pages::new(Service::StopNcii, pages.resume_from().map(str::to_owned));
    assert_eq!(
        next.path().unwrap(),
        "/FetchHashes?startTimestamp=30&pageSize=800"
    );
}

#[test]
fn tat_goes_on_from_every_page() {
    let mut pages = Pages::new(Service::Tat, None);
    assert_eq!(
        pages.path().unwrap(),
        "/api/hash-list/v2/all?ideology=all&limit=800&order=asc"
    );
    pages
        .take(&page_of(Some("https://example.com/other"), "17,3"))
        .unwrap();
    assert_eq!(pages.resume_from(), Some("17,3"));
    // The service's own address for the next page is not followed.
    assert_eq!(
        pages.path().unwrap(),
        "/api/hash-list/v2/all?ideology=all&limit=800&order=asc&after=17%2C3"
    );
    let again = pages.take(&page_of(Some("x"), "17,3"));
    assert_eq!(again, Err(PagesFault::CursorRepeated));
    let long = pages.take(&page_of(None, &"9".repeat(4097)));
    assert_eq!(long, Err(PagesFault::CursorTooLong));
    pages.take(&page_of(None, &"9".repeat(4096))).unwrap();
    assert_eq!(pages.path(), None);
}
