//! The console's pages: who gets in and for how long, and that words of senders stay words.

use crate::archive::Archive;
use crate::custody::{page, signed_in};
use crate::documents::{Form, ReportXml, smallest_report};
use crate::house::{House, inside, on_both};
use crate::line::Answer;

/// Opens a sign-in link of which `query` is the part behind the path.
async fn open_link(house: &House, query: &str) -> Answer {
    page(house, &format!("/sign-in{query}"), "").await
}

/// The part of a fresh sign-in link behind its path.
async fn fresh_link(house: &House) -> String {
    let link = house.station.sign_in_link("http://a/").await.unwrap();
    let query = link.url().strip_prefix("http://a/sign-in").unwrap();
    query.to_owned()
}

#[tokio::test]
async fn a_sign_in_link_works_once_and_for_15_minutes() {
    on_both(async |house| {
        let link = fresh_link(house).await;
        house.clock.advance_millis(15 * 60 * 1000 - 1);
        let answer = open_link(house, &link).await;
        assert_eq!(answer.status, 303);
        assert_eq!(answer.header("location"), Some("/"));
        let cookie = answer.header("set-cookie").unwrap();
        for closed in ["HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(cookie.contains(closed), "{cookie}");
        }
        assert_eq!(open_link(house, &link).await.status, 403);

        let late = fresh_link(house).await;
        house.clock.advance_millis(15 * 60 * 1000);
        assert_eq!(open_link(house, &late).await.status, 403);
        // A session's token is no link, and a link's token is no session.
        let session = signed_in(house).await;
        let token = session.split_once('=').unwrap().1;
        assert_eq!(
            open_link(house, &format!("?token={token}")).await.status,
            403
        );
        let link = fresh_link(house)
            .await
            .replace("?token", "watchfire-session");
        assert_eq!(page(house, "/", &link).await.status, 401);
        for junk in ["", "?token=", "?token=%00", "?token=a&token=b", "?x"] {
            let status = open_link(house, junk).await.status;
            assert!((400..500).contains(&status), "{junk} {status}");
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_who_open_one_link_at_once_one_gets_in() {
    on_both(async |house| {
        let link = fresh_link(house).await;
        let opened = (0..8).map(|_| open_link(house, &link));
        let opened = futures_util::future::join_all(opened).await;
        let inside = opened.iter().filter(|answer| answer.status == 303);
        assert_eq!(inside.count(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_after_8_hours_and_when_its_holder_signs_out() {
    on_both(async |house| {
        let cookie = signed_in(house).await;
        house.clock.advance_millis(8 * 3600 * 1000 - 1);
        assert_eq!(page(house, "/", &cookie).await.status, 200);
        house.clock.advance_millis(1);
        assert_eq!(page(house, "/", &cookie).await.status, 401);

        let (gone, stays) = (signed_in(house).await, signed_in(house).await);
        let mut line = house.line().await;
        let head = format!("POST /sign-out HTTP/1.1\r\nHost: a\r\nCookie: {gone}\r\n");
        line.send(format!("{head}Content-Length: 0\r\n\r\n").as_bytes())
            .await;
        assert_eq!(line.answer().await.status, 303);
        assert_eq!(page(house, "/", &gone).await.status, 401);
        assert_eq!(page(house, "/", &stays).await.status, 200);
        // Looking at a page signs nobody out.
        assert_eq!(page(house, "/sign-out", &stays).await.status, 405);
        assert_eq!(page(house, "/", &stays).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn pages_are_closed_to_scripts_frames_and_caches() {
    inside(async |house| {
        house
            .sender("platform")
            .await
            .file(&smallest_report())
            .await;
        let cookie = signed_in(house).await;
        let paths = ["/", "/cases/1", "/cases/x", "/nowhere", "/?after=x"];
        for path in paths {
            for cookie in ["", &cookie] {
                let answer = page(house, path, cookie).await;
                let policy = answer.header("content-security-policy").unwrap();
                assert!(policy.starts_with("default-src 'none'"), "{policy}");
                assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
                assert!(!policy.contains("unsafe"), "{policy}");
                assert_eq!(answer.header("cache-control"), Some("no-store"));
                assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
                assert_eq!(answer.header("referrer-policy"), Some("no-referrer"));
                assert!(!answer.body.contains("<script"), "{path}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn words_of_senders_stay_words() {
    inside(async |house| {
        let markup = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
        let escaped = markup.replace('<', "&lt;").replace('>', "&gt;");
        let report = |number: usize| {
            let known = format!(
                "<personOrUserReported><espIdentifier>{escaped}</espIdentifier>\
                 <screenName>{escaped}</screenName><deviceId><idType>{escaped}</idType>\
                 <idValue>{escaped}</idValue></deviceId><groupIdentifier>{escaped}\
                 </groupIdentifier><additionalInfo>{number}</additionalInfo></personOrUserReported>"
            );
            ReportXml {
                people: known,
                incident: format!("<platform>{escaped}</platform>"),
                ..ReportXml::default()
            }
            .xml()
        };
        let sender = house.sender(markup).await;
        let first = sender.open(&report(1)).await;
        let head = format!(
            "Content-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\n\
             Content-Type: image/png; a=\"<script>alert(1)</script>\"",
            markup.trim_start_matches('"')
        );
        let form = Form::new()
            .field("id", &first.to_string())
            .part(&head, b"bytes");
        assert_eq!(sender.send_form("/ispws/upload", form).await.code(), 0);
        assert_eq!(sender.finish(first).await.code(), 0);
        let second = sender.file(&report(2)).await;
        let archive = Archive::of(house).await;
        let case = archive.case_of(first).await;
        assert_eq!(archive.case_of(second).await, case);
        let cookie = signed_in(house).await;
        let shown = page(house, &format!("/cases/{case}"), &cookie).await;
        // It is there, as text.
        assert!(shown.body.contains("&#60;script") || shown.body.contains("&lt;script"));
        for page in [shown, page(house, "/", &cookie).await] {
            assert!(!page.body.contains("<script"), "{}", page.body);
            assert!(!page.body.contains("<img src=x"), "{}", page.body);
        }
    })
    .await;
}
