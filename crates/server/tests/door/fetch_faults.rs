//! What services do that they should not: fetches from them end in a reason, and tell no secret.

use std::time::Duration;

use server::{Actor, FetchLimits, ListService, SourceSettings};

use crate::archive::Archive;
use crate::fetch::{
    LOGIN, broken, counts, entries, fetch, fetch_under, fetched_from, image, limits, md5, ncmec,
    three_pages, told, told_code,
};
use crate::house::{inside, on_both};
use crate::services::{Reply, Service, status, whole};

#[tokio::test]
#[expect(
    clippy::disallowed_methods,
    reason = "what is tested is that it really waits"
)]
async fn a_busy_service_is_asked_again_as_it_says_and_not_for_ever() {
    inside(async |house| {
        let service = Service::start(|asked, before| match before {
            0 => status(429, "Retry-After: 1\r\n"),
            1 => status(503, ""),
            2 => whole(three_pages("start=3")),
            3 => status(429, "Retry-After: 6\r\n"),
            _ => {
                assert!(asked.line.starts_with("GET "));
                status(500, "")
            }
        });
        fetched_from(house, "known", &service, ListService::Ncmec).await;
        let began = std::time::Instant::now();
        let first = fetch(house, "known").await;
        assert!(first.failure.is_none(), "{first:?}");
        assert!(began.elapsed() >= Duration::from_secs(1));
        assert_eq!(service.asked().len(), 3);
        // It asks for more than is waited: that is told, and nothing is asked.
        let (code, text) = broken(house, "known").await;
        assert_eq!((code.as_str(), service.asked().len()), ("fetch.busy", 4));
        assert!(text.contains("429") && text.contains("6 seconds"), "{text}");
        let (code, text) = broken(house, "known").await;
        assert_eq!((code.as_str(), service.asked().len()), ("fetch.busy", 7));
        assert!(text.contains("500"), "{text}");
        let lists = house.station.lists().await.unwrap();
        let source = lists[0].source.as_ref().unwrap();
        assert_eq!(source.failure.as_deref(), Some("fetch.busy"));
    })
    .await;
}

#[tokio::test]
async fn a_page_that_is_cut_off_is_asked_for_again_and_counted_once() {
    on_both(async |house| {
        let service = Service::start(|asked, before| {
            let page = three_pages(&asked.line);
            match before {
                // A bad record and a good one come, and then nothing more.
                1 => Reply::Cut(page[..page.len() - 60].to_owned()),
                _ => whole(page),
            }
        });
        fetched_from(house, "known", &service, ListService::Ncmec).await;
        let fetched = fetch(house, "known").await;
        assert!(fetched.failure.is_none(), "{fetched:?}");
        assert_eq!((fetched.pages, counts(&fetched)), (3, (4, 1, 1, 1)));
        assert_eq!(fetched.imported.set_aside.len(), 1);
        assert_eq!(entries(house, "known").await, ["2", "3", "4"]);
        assert_eq!(service.lines()[1], service.lines()[2]);
    })
    .await;
}

#[tokio::test]
async fn a_page_that_stays_broken_ends_the_fetch_and_the_next_one_goes_on_there() {
    on_both(async |house| {
        let service = Service::start(|asked, before| match before {
            1 => whole("<other/>"),
            2 => whole(
                ncmec(&[image(3, &md5('3'))], Some(3)).replace("/v2/entries", "//example.com"),
            ),
            _ => whole(three_pages(&asked.line)),
        });
        fetched_from(house, "known", &service, ListService::Ncmec).await;
        let first = fetch(house, "known").await;
        let (code, text) = told(&first);
        assert_eq!((first.pages, counts(&first)), (1, (2, 0, 0, 0)));
        assert_eq!(code, "list.frame-broken");
        assert!(text.contains("127.0.0.1, page 2: line 1"), "{text}");
        // A next page elsewhere is not asked for, whatever else its page says.
        let (code, text) = broken(house, "known").await;
        assert_eq!(code, "list.next-foreign");
        assert!(!text.contains("example.com"), "{text}");
        let rest = fetch(house, "known").await;
        assert!(rest.failure.is_none(), "{rest:?}");
        assert_eq!(rest.pages, 2);
        assert_eq!(entries(house, "known").await, ["2", "3", "4"]);
        let lines = service.lines();
        assert!(
            lines[1..4].iter().all(|line| line.contains("start=2")),
            "{lines:?}"
        );
        assert_eq!(lines.len(), 5);
    })
    .await;
}

#[tokio::test]
async fn a_service_that_does_not_prove_who_it_is_gets_no_secret() {
    inside(async |house| {
        let page = |_: &_, _| whole(three_pages("start=3"));
        let service = Service::start(page);
        let other = Service::start(page);
        let misnamed = Service::named("example.com", page);
        fetched_from(house, "stranger", &service, ListService::Ncmec).await;
        fetched_from(house, "misnamed", &misnamed, ListService::Ncmec).await;
        let foreign = SourceSettings {
            ca: Some(other.ca()),
            ..SourceSettings::default()
        };
        let station = &house.station;
        let set = station.set_list_source(Actor::Operator, "stranger", foreign);
        set.await.unwrap();
        for name in ["stranger", "misnamed"] {
            let (code, text) = broken(house, name).await;
            assert_eq!(code, "fetch.untrusted");
            assert!(text.contains("--ca"), "{text}");
        }
        assert!(service.asked().is_empty() && misnamed.asked().is_empty());
    })
    .await;
}

#[tokio::test]
async fn no_redirect_is_followed() {
    inside(async |house| {
        let service = Service::start(|_, before| match before {
            0 => status(
                302,
                "Location: https://user:hidden@other.example.com/base?a\r\n",
            ),
            1 => status(307, "Location: /base/login\r\n"),
            _ => status(301, ""),
        });
        fetched_from(house, "known", &service, ListService::Ncmec).await;
        for to in ["other.example.com", "127.0.0.1", "none"] {
            let (code, text) = broken(house, "known").await;
            assert_eq!(code, "fetch.redirected");
            assert!(text.contains(to), "{text}");
        }
        assert_eq!(service.asked().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn what_is_no_page_is_not_taken_for_an_empty_list() {
    inside(async |house| {
        let service = Service::start(|_, before| match before {
            0 => Reply::Whole(200, "Content-Type: text/html\r\n", "hidden".to_owned()),
            1 => whole("\n<!DOCTYPE html><html><body>hidden</body></html>"),
            2 | 5 => whole("{\"error\":\"hidden\"}"),
            3 => whole("hidden"),
            4 => whole(""),
            6 => status(204, ""),
            7 => status(404, ""),
            _ => status(403, ""),
        });
        fetched_from(house, "known", &service, ListService::StopNcii).await;
        for expected in [
            "fetch.not-a-page",
            "fetch.not-a-page",
            "fetch.not-a-page",
            "list.frame-broken",
            // Cut off: tried again.
            "fetch.not-a-page",
            "fetch.status",
            "fetch.status",
            "fetch.not-let-in",
        ] {
            let (code, _) = broken(house, "known").await;
            assert_eq!(code, expected);
        }
        assert_eq!(entries(house, "known").await.len(), 0);
    })
    .await;
}

#[tokio::test]
async fn inv_10_a_page_has_a_size_and_a_time_and_a_list_has_pages() {
    inside(async |house| {
        let whole_page = three_pages("start=3");
        let bytes = whole_page.len() as u64;
        let service = Service::start(move |asked, before| match before {
            0 | 1 => whole(whole_page.clone()),
            2 => Reply::Endless("<queryResult><images>"),
            3 => Reply::Endless(" "),
            4..=6 => Reply::Silence,
            _ => {
                let start = asked.line.rsplit("start=").next().unwrap();
                whole(ncmec(&[], Some(start.parse().unwrap_or(100) + 1)))
            }
        });
        fetched_from(house, "known", &service, ListService::Ncmec).await;
        let of_bytes = |page_bytes_max| FetchLimits {
            page_bytes_max,
            ..limits()
        };
        let at_limit = fetch_under(house, "known", &of_bytes(bytes)).await;
        assert!(at_limit.failure.is_none(), "{at_limit:?}");
        let past = fetch_under(house, "known", &of_bytes(bytes - 1)).await;
        let (code, text) = told(&past);
        assert_eq!(code, "fetch.too-large");
        assert!(text.contains(&(bytes - 1).to_string()), "{text}");
        assert_eq!(broken(house, "known").await.0, "fetch.too-large");
        assert_eq!(broken(house, "known").await.0, "fetch.too-large");
        let hurried = FetchLimits {
            answer_millis_max: 50,
            ..limits()
        };
        let slow = fetch_under(house, "known", &hurried).await;
        assert_eq!(told_code(&slow), "fetch.too-slow");
        assert_eq!(service.asked().len(), 7);
        let many = fetch(house, "known").await;
        assert_eq!(
            (told_code(&many).as_str(), many.pages),
            ("fetch.too-many-pages", 20)
        );
        // The next one goes on.
        fetch(house, "known").await;
        assert!(
            service.lines()[27].ends_with("start=120"),
            "{:?}",
            service.lines()
        );
    })
    .await;
}

#[tokio::test]
async fn pages_that_go_around_end_the_fetch() {
    inside(async |house| {
        let service = Service::start(|asked, _| {
            let next = if asked.line.contains("start=2") { 3 } else { 2 };
            whole(ncmec(&[image(next, &md5('1'))], Some(next)))
        });
        fetched_from(house, "known", &service, ListService::Ncmec).await;
        let (code, text) = broken(house, "known").await;
        assert_eq!(code, "list.next-repeated");
        assert!(text.contains("--anew"), "{text}");
        let record = "{\"signalType\":\"VideoMD5\",\"hashValue\":\"17\"}";
        let page = format!(
            "{{\"nextPageToken\":\"same\",\"hasMoreRecords\":true,\"hashRecords\":[{record}]}}"
        );
        let service = Service::start(move |_, _| whole(page.clone()));
        fetched_from(house, "pages", &service, ListService::StopNcii).await;
        assert_eq!(broken(house, "pages").await.0, "list.cursor-repeated");
    })
    .await;
}

#[tokio::test]
async fn inv_08_secrets_are_nowhere_but_in_their_file() {
    inside(async |house| {
        let service = Service::start(|_, _| whole(three_pages("start=3")));
        let set = fetched_from(house, "known", &service, ListService::Ncmec).await;
        let text = format!("{set:?} {}", serde_json::to_string(&set).unwrap());
        assert!(!text.contains("hidden"), "{text}");
        let fetched = fetch(house, "known").await;
        assert!(fetched.failure.is_none());
        let path = service.secrets(LOGIN);
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        std::fs::set_permissions(&path, open).unwrap();
        let (code, text) = broken(house, "known").await;
        assert_eq!(code, "fetch.credentials-open");
        assert!(text.contains("chmod 600"), "{text}");
        let (code, _) = {
            std::fs::remove_file(&path).unwrap();
            broken(house, "known").await
        };
        assert_eq!(code, "fetch.credentials-unreadable");
        assert_eq!(service.asked().len(), 1);
        for event in Archive::of(house).await.events().await {
            assert!(!format!("{event:?}").contains("hidden"));
        }
    })
    .await;
}
