//! Lists are fetched from services that are played on this machine, over TLS.

use std::sync::Arc;

use model::{Deed, ListPurpose};
use server::{Actor, FetchError, FetchLimits, Fetched, ListService, ListSummary, SourceSettings};
use tokio::sync::Notify;

use crate::archive::Archive;
use crate::documents::report_number;
use crate::house::{House, inside, on_both};
use crate::material::{md5_of, settings};
use crate::services::{Reply, Service, status, whole};

pub(crate) const LOGIN: &str = "user = \"example\"\npassword = \"hidden-1\"\n";
const KEYS: &str = "functions_key = \"hidden-1\"\nsubscription_key = \"hidden-2\"\n";

/// The limits of a test: nothing waits long.
pub(crate) fn limits() -> FetchLimits {
    FetchLimits {
        tries_max: 3,
        wait_millis: 1,
        wait_seconds_max: 5,
        answer_millis_max: 10_000,
        page_millis_max: 20_000,
        page_bytes_max: 100_000,
        pages_max: 20,
    }
}

/// Adds a list that is fetched from a service.
pub(crate) async fn fetched_from(
    house: &House,
    name: &str,
    service: &Service,
    kind: ListService,
) -> ListSummary {
    let station = &house.station;
    let of_abuse = settings(ListPurpose::Abuse);
    let added = station.add_list(Actor::Operator, name, &of_abuse);
    added.await.unwrap();
    let secrets = if kind == ListService::StopNcii {
        KEYS
    } else {
        LOGIN
    };
    let source = SourceSettings {
        service: Some(kind),
        url: Some(service.url()),
        credentials: Some(service.secrets(secrets)),
        ca: Some(service.ca()),
        ..SourceSettings::default()
    };
    let set = station.set_list_source(Actor::Operator, name, source);
    set.await.unwrap()
}

pub(crate) async fn fetch_under(house: &House, name: &str, limits: &FetchLimits) -> Fetched {
    let station = &house.station;
    let fetched = station.fetch_list(Actor::Operator, name, false, limits, |_| ());
    fetched.await.unwrap()
}

pub(crate) async fn fetch(house: &House, name: &str) -> Fetched {
    fetch_under(house, name, &limits()).await
}

/// A fetch that ends for a reason: its code, and all that is said of it.
pub(crate) async fn broken(house: &House, name: &str) -> (String, String) {
    told(&fetch(house, name).await)
}

pub(crate) fn told(fetched: &Fetched) -> (String, String) {
    let failure = fetched.failure.as_ref().unwrap();
    let mut text = format!("{failure}");
    let mut source = std::error::Error::source(failure);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    assert!(
        !text.contains("hidden") && !text.contains("/base"),
        "{text}"
    );
    assert_eq!(fetched.imported.code.as_deref(), Some(failure.code()));
    (failure.code().to_owned(), text)
}

pub(crate) fn counts(fetched: &Fetched) -> (u64, u64, u64, u64) {
    let imported = &fetched.imported;
    (
        imported.put,
        imported.removed,
        imported.unchanged,
        imported.quarantined,
    )
}

pub(crate) async fn entries(house: &House, name: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let exported = house.station.export_list(Actor::Operator, name, |entry| {
        ids.push(entry.key.id);
    });
    exported.await.unwrap();
    ids.sort();
    ids
}

pub(crate) fn image(id: u32, md5: &str) -> String {
    format!(
        "<image><member id=\"42\">Example</member><timestamp>2026-01-02T03:0{}:00Z</timestamp>\
         <id>{id}</id><classification>A1</classification>\
         <fingerprints><md5>{md5}</md5></fingerprints></image>",
        id % 10
    )
}

fn gone(id: u32) -> String {
    format!(
        "<deletedImage><member id=\"42\">Example</member><id>{id}</id>\
         <timestamp>2026-01-02T03:00:00Z</timestamp></deletedImage>"
    )
}

pub(crate) fn ncmec(records: &[String], next: Option<u32>) -> String {
    let next = next.map_or(String::new(), |start| {
        format!("<paging><next>/v2/entries?a=b&amp;start={start}</next></paging>")
    });
    format!(
        "<queryResult xmlns=\"https://hashsharing.ncmec.org/hashsharing/v2\"><images count=\"1\" \
         maxTimestamp=\"2026-01-02T03:09:00Z\">{}</images>{next}</queryResult>",
        records.concat()
    )
}

pub(crate) fn md5(digit: char) -> String {
    digit.to_string().repeat(32)
}

/// Three pages of NCMEC's, by the start that is asked for.
pub(crate) fn three_pages(line: &str) -> String {
    if line.contains("start=3") {
        ncmec(&[gone(1), image(4, &md5('4'))], None)
    } else if line.contains("start=2") {
        ncmec(&[image(2, "zz"), image(3, &md5('3'))], Some(3))
    } else {
        ncmec(&[image(1, &md5('1')), image(2, &md5('2'))], Some(2))
    }
}

#[tokio::test]
async fn ncmec_is_fetched_page_after_page_and_later_from_where_it_was() {
    on_both(async |house| {
        let service = Service::start(|asked, _| whole(three_pages(&asked.line)));
        let set = fetched_from(house, "known", &service, ListService::Ncmec).await;
        assert_eq!(set.source.unwrap().source.url, service.url());
        let first = fetch(house, "known").await;
        assert!(first.failure.is_none(), "{first:?}");
        assert_eq!((first.pages, counts(&first)), (3, (4, 1, 0, 1)));
        let why = first.imported.set_aside[0].as_str();
        assert!(
            why.starts_with("page 2, record 1, line 1") && why.contains("md5"),
            "{why}"
        );
        assert!(!why.contains("zz"), "{why}");
        // The broken record replaced nothing.
        assert_eq!(entries(house, "known").await, ["2", "3", "4"]);
        let asked = service.asked();
        for asked in &asked {
            let basic = Some("Basic ZXhhbXBsZTpoaWRkZW4tMQ==");
            assert_eq!(asked.header("authorization"), basic);
            assert!(
                asked
                    .header("user-agent")
                    .unwrap()
                    .starts_with("watchfire/")
            );
        }
        let from_start =
            "GET /v2/entries?from=1970-01-01T00%3A00%3A00Z&to=2026-01-02T03%3A30%3A00Z";
        let lines = service.lines();
        assert_eq!(lines[0], from_start);
        assert_eq!(lines[1], "GET /v2/entries?a=b&start=2");

        house.clock.advance_millis(3600 * 1000);
        let second = fetch(house, "known").await;
        assert!(second.failure.is_none());
        // What the first page says again of the first entry puts it there and takes it away.
        assert_eq!((second.pages, counts(&second)), (3, (1, 1, 3, 1)));
        let from_latest =
            "GET /v2/entries?from=2026-01-02T03%3A09%3A00Z&to=2026-01-02T04%3A30%3A00Z";
        assert_eq!(service.lines()[3], from_latest);
        let lists = house.station.lists().await.unwrap();
        let source = lists[0].source.as_ref().unwrap();
        assert_eq!(source.done, Some(house.station.now()));
        assert_eq!(source.failure, None);
        let station = &house.station;
        let limits = limits();
        let anew = station.fetch_list(Actor::Operator, "known", true, &limits, |_| ());
        assert!(anew.await.unwrap().failure.is_none());
        assert!(service.lines()[6].starts_with("GET /v2/entries?from=1970"));
    })
    .await;
}

#[tokio::test]
async fn stopncii_is_fetched_with_its_two_keys() {
    on_both(async |house| {
        let pdq = |first: &str| format!("{first}{}", "0f".repeat(31));
        let record = move |first: &str, status: &str| {
            format!(
                "{{\"lastModtimestamp\":1,\"signalType\":\"ImagePDQ\",\"hashValue\":\"{}\",\
                 \"hashStatus\":\"{status}\",\"caseNumbers\":{{}},\"CSPFeedbacks\":[]}}",
                pdq(first)
            )
        };
        let page = |records: &[String], next: &str, more: bool| {
            format!(
                "{{\"count\":1,\"nextPageToken\":\"{next}\",\"nextSetTimestamp\":77,\
                 \"hasMoreRecords\":{more},\"hashRecords\":[{}]}}",
                records.join(",")
            )
        };
        let service = Service::start(move |asked, _| {
            let first = [record("f0", "Active"), record("f1", "Active")];
            whole(if asked.line.contains("nextPageToken=more") {
                page(&[record("f1", "Withdrawn"), "17".to_owned()], "", false)
            } else {
                page(&first, "more", true)
            })
        });
        fetched_from(house, "known", &service, ListService::StopNcii).await;
        let first = fetch(house, "known").await;
        assert!(first.failure.is_none(), "{first:?}");
        assert_eq!((first.pages, counts(&first)), (2, (2, 1, 0, 1)));
        assert_eq!(entries(house, "known").await.len(), 1);
        let asked = service.asked();
        assert_eq!(asked[0].header("x-functions-key"), Some("hidden-1"));
        assert_eq!(
            asked[0].header("ocp-apim-subscription-key"),
            Some("hidden-2")
        );
        assert_eq!(asked[0].header("authorization"), None);
        fetch(house, "known").await;
        let third = &service.lines()[2];
        assert_eq!(third, "GET /FetchHashes?startTimestamp=77&pageSize=800");
    })
    .await;
}

#[tokio::test]
async fn tat_is_fetched_with_a_token_that_is_renewed() {
    on_both(async |house| {
        let result = |id: u32, deleted: bool| {
            format!(
                "{{\"id\":{id},\"hash_digest\":\"{}\",\"algorithm\":\"MD5\",\"ideology\":\
                 \"islamist\",\"file_type\":\"image\",\"deleted\":{deleted},\
                 \"updated_on\":\"2026-01-02T03:04:05Z\"}}",
                md5(char::from_digit(id, 10).unwrap())
            )
        };
        let page = |results: &[String], next: bool, checkpoint: &str| {
            let next = if next {
                "\"https://example.com/elsewhere\""
            } else {
                "null"
            };
            format!(
                "{{\"count\":9,\"next\":{next},\"previous\":null,\"checkpoint\":\"{checkpoint}\",\
                 \"results\":[{}]}}",
                results.join(",")
            )
        };
        let service = Service::start(move |asked, before| {
            if asked.line == "POST /base/token-auth/tcap/" {
                return whole(format!("{{\"token\":\"token-{before}\"}}"));
            }
            match (asked.line.contains("after="), asked.header("authorization")) {
                (false, Some("Bearer token-0")) => {
                    whole(page(&[result(1, false), result(2, false)], true, "1,2"))
                }
                (true, Some("Bearer token-3")) => {
                    whole(page(&[result(1, true), result(3, false)], false, "9,3"))
                }
                _ => status(401, ""),
            }
        });
        fetched_from(house, "known", &service, ListService::Tat).await;
        let first = fetch(house, "known").await;
        assert!(first.failure.is_none(), "{first:?}");
        assert_eq!((first.pages, counts(&first)), (2, (3, 1, 0, 0)));
        assert_eq!(entries(house, "known").await, ["2", "3"]);
        let asked = service.asked();
        assert_eq!(
            asked[0].body,
            "username=example&password=hidden-1&resend=False"
        );
        assert!(!asked[0].line.contains("hidden"));
        // A token that is refused as soon as it was given is no reason to ask on and on.
        let (code, _) = broken(house, "known").await;
        assert_eq!(code, "fetch.not-let-in");
        assert_eq!(service.asked().len(), 7);
    })
    .await;
}

#[tokio::test]
async fn inv_01_a_fetch_that_is_killed_goes_on_where_it_was_and_misses_nothing() {
    on_both(async |house| {
        let file = b"a pattern that a list will know".as_slice();
        let known = md5_of(file);
        let sender = house.sender("platform").await;
        let report = sender.open(&report_number(1)).await;
        sender.upload(report, file).await;
        assert_eq!(sender.finish(report).await.code(), 0);

        let reached = Arc::new(Notify::new());
        let told = reached.clone();
        let service = Service::start(move |asked, before| match (before, &asked.line) {
            (0, _) => whole(ncmec(&[image(1, &known)], Some(2))),
            (1, _) => {
                told.notify_one();
                Reply::Silence
            }
            (_, line) => whole(three_pages(&line.replace("start=2", "start=3"))),
        });
        fetched_from(house, "known", &service, ListService::Ncmec).await;
        let station = house.station.clone();
        let running = tokio::spawn(async move {
            let limits = limits();
            let fetched = station.fetch_list(Actor::Operator, "known", false, &limits, |_| ());
            fetched.await.map(|fetched| fetched.pages)
        });
        // The second page was asked for: the first is kept. Then it dies.
        reached.notified().await;
        running.abort();
        assert!(running.await.unwrap_err().is_cancelled());
        assert_eq!(entries(house, "known").await, ["1"]);
        let before = Archive::of(house).await.deeds_of(report).await;
        assert!(!before.contains(&Deed::MaterialMatched));

        let rest = fetch(house, "known").await;
        assert!(rest.failure.is_none(), "{rest:?}");
        let lines = service.lines();
        assert!(lines[2].contains("start=2"), "{lines:?}");
        // What came before the death is compared with what is held now: the entry was there for a
        // while, and the last page took it away.
        assert_eq!(counts(&rest), (1, 1, 0, 0));
        assert_eq!(entries(house, "known").await, ["4"]);
    })
    .await;
}

#[tokio::test]
async fn what_came_before_a_death_is_compared_with_what_is_held() {
    inside(async |house| {
        let file = b"a pattern that a list will know".as_slice();
        let known = md5_of(file);
        let sender = house.sender("platform").await;
        let report = sender.open(&report_number(1)).await;
        sender.upload(report, file).await;
        assert_eq!(sender.finish(report).await.code(), 0);
        let reached = Arc::new(Notify::new());
        let told = reached.clone();
        let service = Service::start(move |_, before| match before {
            0 => whole(ncmec(&[image(1, &known)], Some(2))),
            1 => {
                told.notify_one();
                Reply::Silence
            }
            _ => status(403, ""),
        });
        fetched_from(house, "known", &service, ListService::Ncmec).await;
        let limits = limits();
        let station = &house.station;
        let fetching = station.fetch_list(Actor::Operator, "known", false, &limits, |_| ());
        tokio::select! {
            _ = fetching => panic!("it does not come to its end"),
            () = reached.notified() => {}
        }
        // Even a fetch that gets nothing more makes up for it.
        let rest = fetch(house, "known").await;
        assert_eq!(told_code(&rest), "fetch.not-let-in");
        assert_eq!(rest.imported.reopened, 1);
        let deeds = Archive::of(house).await.deeds_of(report).await;
        assert!(deeds.contains(&Deed::MaterialMatched));
        assert_eq!(fetch(house, "known").await.imported.reopened, 0);
    })
    .await;
}

pub(crate) fn told_code(fetched: &Fetched) -> String {
    told(fetched).0
}

#[tokio::test]
async fn a_later_fetch_takes_over_and_the_earlier_one_keeps_no_more() {
    on_both(async |house| {
        let reached = Arc::new(Notify::new());
        let go_on = Arc::new((std::sync::Mutex::new(false), std::sync::Condvar::new()));
        let (told, held) = (reached.clone(), go_on.clone());
        let service = Service::start(move |_, before| {
            if before == 0 {
                told.notify_one();
                let free = held.0.lock().unwrap();
                drop(held.1.wait_while(free, |free| !*free).unwrap());
            }
            whole(three_pages("start=3"))
        });
        fetched_from(house, "known", &service, ListService::Ncmec).await;
        let station = house.station.clone();
        let earlier = tokio::spawn(async move {
            let limits = limits();
            let fetched = station.fetch_list(Actor::Operator, "known", false, &limits, |_| ());
            fetched.await.unwrap()
        });
        reached.notified().await;
        let later = fetch(house, "known").await;
        assert!(later.failure.is_none(), "{later:?}");
        *go_on.0.lock().unwrap() = true;
        go_on.1.notify_all();
        let earlier = earlier.await.unwrap();
        let Some(FetchError::Intake(refusal)) = &earlier.failure else {
            panic!("{earlier:?}");
        };
        assert!(refusal.to_string().contains("Another fetch"), "{refusal}");
        assert_eq!(
            earlier.imported.code.as_deref(),
            Some("intake.fetch-taken-over")
        );
        let lists = house.station.lists().await.unwrap();
        assert_eq!(lists[0].source.as_ref().unwrap().failure, None);
    })
    .await;
}

#[tokio::test]
async fn inv_02_every_fetch_and_page_is_in_the_log() {
    inside(async |house| {
        let service = Service::start(|asked, before| match before {
            0..3 => whole(three_pages(&asked.line)),
            _ => status(403, ""),
        });
        fetched_from(house, "known", &service, ListService::Ncmec).await;
        fetch(house, "known").await;
        broken(house, "known").await;
        let events = Archive::of(house).await.events().await;
        let notes: Vec<String> = events
            .into_iter()
            .filter(|event| matches!(event.deed, Deed::ListChanged | Deed::ListImported))
            .filter_map(|event| event.note)
            .collect();
        assert_eq!(
            notes,
            [
                "list 1 was added",
                "list 1: has a source, or another",
                "list 1: fetch 1 begins",
                "list 1: 2 entries put, 0 removed, 0 unchanged",
                "list 1: 1 entries put, 0 removed, 0 unchanged",
                "list 1: 1 entries put, 1 removed, 0 unchanged",
                "list 1: fetch 1 came to its end",
                "list 1: fetch 2 begins",
                "list 1: fetch 2 broke off: fetch.not-let-in",
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_list_is_fetched_when_its_time_has_come() {
    inside(async |house| {
        let service = Service::start(|_, before| match before {
            1 => status(403, ""),
            _ => whole(three_pages("start=3")),
        });
        fetched_from(house, "known", &service, ListService::Ncmec).await;
        let station = &house.station;
        let due = async || {
            let limits = limits();
            station.fetch_due(&limits).await.unwrap().len()
        };
        assert_eq!(due().await, 0);
        let every = SourceSettings {
            every: Some("6h".parse().ok()),
            ..SourceSettings::default()
        };
        let set = station.set_list_source(Actor::Operator, "known", every);
        set.await.unwrap();
        assert_eq!((due().await, due().await), (1, 0));
        house.clock.advance_millis(6 * 3600 * 1000);
        assert_eq!((due().await, due().await), (1, 0));
        // It broke off: the next one comes within the hour.
        house.clock.advance_millis(3600 * 1000);
        assert_eq!((due().await, due().await), (1, 0));
        let gone = station.forget_list_source(Actor::Operator, "known");
        assert!(gone.await.unwrap().source.is_none());
        house.clock.advance_millis(24 * 3600 * 1000);
        assert_eq!((due().await, service.asked().len()), (0, 3));
        let limits = limits();
        let none = station.fetch_list(Actor::Operator, "known", false, &limits, |_| ());
        assert_eq!(none.await.unwrap_err().code(), "fetch.no-source");
    })
    .await;
}

#[tokio::test]
async fn another_address_begins_at_the_start() {
    inside(async |house| {
        let one = Service::start(|_, _| whole(three_pages("start=3")));
        let two = Service::start(|_, _| whole(three_pages("start=3")));
        fetched_from(house, "known", &one, ListService::Ncmec).await;
        assert!(fetch(house, "known").await.failure.is_none());
        let other = SourceSettings {
            url: Some(two.url()),
            ca: Some(two.ca()),
            ..SourceSettings::default()
        };
        let station = &house.station;
        let set = station
            .set_list_source(Actor::Operator, "known", other)
            .await;
        assert_eq!(set.unwrap().source.unwrap().source.url, two.url());
        assert!(fetch(house, "known").await.failure.is_none());
        assert!(two.lines()[0].contains("from=1970"));
        let bad = SourceSettings {
            url: Some("http://example.com".to_owned()),
            ..SourceSettings::default()
        };
        let refused = station.set_list_source(Actor::Operator, "known", bad).await;
        assert!(refused.unwrap_err().to_string().contains("https://"));
    })
    .await;
}
