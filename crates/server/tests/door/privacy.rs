//! What people entrusted to the house stays in it: no log line, error body or address carries it.

use std::fmt::Debug;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::{Connection as _, Executor as _, SqliteConnection};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use crate::custody::signed_in;
use crate::documents::{Form, ReportXml, file_details, smallest_report};
use crate::house::{FORM, House, XML, basic, inside};
use crate::line::Answer;

/// What stands in every planted value.
const MARK: &str = "q7planted";

static LINES: Mutex<Vec<String>> = Mutex::new(Vec::new());
static LISTENS: AtomicBool = AtomicBool::new(false);

/// Keeps every line that any part of the program writes to the operator's log.
struct Ear;

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let Self(line) = self;
        line.extend([" ", field.name(), "=", &format!("{value:?}")]);
    }
}

fn keep(metadata: &Metadata<'_>, record: impl FnOnce(&mut Line)) {
    if LISTENS.load(Ordering::SeqCst) {
        let mut line = Line(format!("{} {}", metadata.level(), metadata.target()));
        record(&mut line);
        LINES.lock().unwrap().push(line.0);
    }
}

impl Subscriber for Ear {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= LevelFilter::DEBUG
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::DEBUG)
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        keep(span.metadata(), |line| span.record(line));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Line("recorded".to_owned());
        values.record(&mut line);
        LINES.lock().unwrap().push(line.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        keep(event.metadata(), |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

/// A report that names a person in every way, each with the mark.
fn report_about_somebody() -> String {
    let known = format!(
        "<firstName>{MARK} Ada</firstName><phone>+1 202 555 0177</phone>\
         <email>{MARK}@example.com</email><address><address>{MARK} Street 1</address></address>"
    );
    let document = ReportXml {
        incident: format!("<escalateToHighPriority>{MARK} said so</escalateToHighPriority>"),
        details: format!(
            "<internetDetails><webPageIncident><url>https://example.com/{MARK}</url>\
             </webPageIncident></internetDetails>"
        ),
        ..ReportXml::with_person(&known)
    };
    let account = format!(
        "<screenName>{MARK}</screenName><ipCaptureEvent><ipAddress>198.51.100.177</ipAddress>\
         </ipCaptureEvent></personOrUserReported>"
    );
    document.xml().replace("</personOrUserReported>", &account)
}

/// Calls that succeed, with planted values in everything that a sender says.
async fn good_calls(house: &House, answers: &mut Vec<Answer>) -> (i64, String) {
    let sender = house.sender(&format!("{MARK} platform")).await;
    let report = sender.open(&report_about_somebody()).await;
    let head = format!("Content-Disposition: form-data; name=\"file\"; filename=\"{MARK}.png\"");
    let form = Form::new()
        .field("id", &report.to_string())
        .part(&head, format!("{MARK} bytes").as_bytes());
    let file = sender.send_form("/ispws/upload", form).await.file();
    let said = format!(
        "<originalFileName>{MARK}.png</originalFileName>\
         <locationOfFile>https://example.com/{MARK}</locationOfFile>"
    );
    answers.push(sender.describe(&file_details(report, &file, &said)).await);
    answers.push(sender.submit(&report_about_somebody()).await);
    answers.push(sender.finish(report).await);
    (report, sender.secret)
}

/// Documents that are refused, with planted values in whatever is wrong.
fn refused_documents() -> Vec<String> {
    let good = report_about_somebody();
    vec![
        good.replace("2026-01-02T03:04:05Z", MARK),
        good.replace("Online Enticement of Children for Sexual Acts", MARK),
        good.replace("<email>", &format!("<email type=\"{MARK}\">")),
        good.replace("<phone>", &format!("<phone verified=\"{MARK}\">")),
        good.replace("<reportingPerson/>", &format!("{MARK}<reportingPerson/>")),
        good.replace("</email>", &format!("{MARK}</e>")),
        good.replace("</report>", ""),
        good.replace(
            "198.51.100.177</ipAddress>",
            &format!("{MARK}</ipAddress><port>{MARK}</port>"),
        ),
        good.replace(MARK, &format!("<!-- {MARK} --")),
        good.replace(MARK, &format!("<![CDATA[{MARK}")),
        good.replace(
            "<report>",
            &format!("<!DOCTYPE report SYSTEM \"{MARK}\"><report>"),
        ),
        good.replace("<report>", &format!("<report xmlns=\"{MARK}\">")),
        good.replace(
            "<report>",
            &format!("<report xmlns:x=\"{MARK}\" x:a=\"{MARK}\">"),
        ),
        good.replace(&format!("{MARK} Ada"), &format!("{MARK}\u{1}")),
        format!("{good}{MARK}"),
        MARK.to_owned(),
    ]
}

/// Calls that are refused, with planted values in whatever is wrong.
async fn refused_calls(house: &House, report: i64, answers: &mut Vec<Answer>) {
    let sender = house.sender(&format!("{MARK} other platform")).await;
    for document in refused_documents() {
        let answer = sender.submit(&document).await;
        assert_ne!(answer.code(), 0, "{document}");
        answers.push(answer);
    }
    let name = format!("Content-Disposition: form-data; name=\"{MARK}\"; filename=\"{MARK}\0\"");
    let wrong_file = Form::new().field("id", MARK).part(&name, MARK.as_bytes());
    let content_type = wrong_file.content_type();
    let wrong_file = wrong_file.body();
    let details = file_details(
        report,
        MARK,
        &format!("<fileRelevance>{MARK}</fileRelevance>"),
    );
    let calls = [
        ("upload", content_type.as_str(), wrong_file.as_slice()),
        ("upload", content_type.as_str(), MARK.as_bytes()),
        (
            "upload",
            &format!("multipart/form-data; boundary={MARK}"),
            b"junk",
        ),
        ("fileinfo", XML, details.as_bytes()),
        (
            "fileinfo",
            XML,
            &file_details(report, MARK, "").into_bytes(),
        ),
        ("finish", FORM, &format!("id={MARK}").into_bytes()),
        ("retract", content_type.as_str(), wrong_file.as_slice()),
        (MARK, XML, MARK.as_bytes()),
        (&format!("finish?id={MARK}"), FORM, b""),
    ];
    for (path, content_type, body) in calls {
        let path = format!("/ispws/{path}");
        answers.push(sender.post(&path, content_type, body).await);
    }
    for authorization in [
        basic(MARK, MARK),
        basic(MARK, &sender.secret),
        MARK.to_owned(),
    ] {
        let mut line = house.line().await;
        let head = format!("GET /ispws/status HTTP/1.1\r\nHost: {MARK}.example\r\n");
        line.send(format!("{head}Authorization: {authorization}\r\n\r\n").as_bytes())
            .await;
        answers.push(line.answer().await);
    }
    for path in [
        format!("/?after={MARK}"),
        format!("/cases/{MARK}"),
        format!("/sign-in?token={MARK}"),
        format!("/{MARK}"),
    ] {
        let cookie = signed_in(house).await;
        for cookie in [cookie, format!("watchfire-session={MARK}")] {
            let mut line = house.line().await;
            let head = format!("GET {path} HTTP/1.1\r\nHost: a\r\nCookie: {cookie}\r\n\r\n");
            line.send(head.as_bytes()).await;
            answers.push(line.answer().await);
        }
    }
}

/// The addresses that a page leads to.
fn addresses(page: &str) -> Vec<&str> {
    ["href=\"", "action=\"", "src=\""]
        .into_iter()
        .flat_map(|name| page.split(name).skip(1))
        .map(|rest| rest.split('"').next().unwrap())
        .collect()
}

#[tokio::test]
async fn inv_08_nothing_personal_reaches_a_log_line_an_error_or_an_address() {
    tracing::subscriber::set_global_default(Ear).unwrap();
    LISTENS.store(true, Ordering::SeqCst);
    inside(async |house| {
        let mut answers = Vec::new();
        let (report, secret) = good_calls(house, &mut answers).await;
        refused_calls(house, report, &mut answers).await;
        let cookie = signed_in(house).await;
        for path in ["/", "/cases/1"] {
            let mut line = house.line().await;
            let head = format!("GET {path} HTTP/1.1\r\nHost: a\r\nCookie: {cookie}\r\n\r\n");
            line.send(head.as_bytes()).await;
            let page = line.answer().await;
            assert_eq!(page.status, 200);
            let addresses = addresses(&page.body);
            assert!(!addresses.is_empty());
            assert!(!addresses.concat().contains(MARK), "{addresses:?}");
        }
        house.station.publish_log().await.unwrap();

        // A database that fails in the middle of a call.
        let sender = house.sender(&format!("{MARK} late platform")).await;
        assert_eq!(sender.get("/ispws/xsd").await.status, 200);
        let url = house.station.config().database_url();
        let mut link = SqliteConnection::connect(&url).await.unwrap();
        link.execute("ALTER TABLE submission RENAME TO gone")
            .await
            .unwrap();
        let answer = sender.submit(&report_about_somebody()).await;
        assert_eq!((answer.status, answer.code()), (503, 1100));
        answers.push(answer);
        link.execute("ALTER TABLE gone RENAME TO submission")
            .await
            .unwrap();
        link.close().await.unwrap();
        // What was not acknowledged did not happen, and may be sent again.
        assert_eq!(sender.submit(&report_about_somebody()).await.code(), 0);

        for answer in answers {
            assert!(!format!("{answer:?}").contains(MARK), "{answer:?}");
            assert!(!answer.body.contains("example.com"), "{answer:?}");
        }
        let lines = LINES.lock().unwrap();
        let planted = [
            MARK,
            secret.as_str(),
            sender.secret.as_str(),
            cookie.as_str(),
            "202 555 0177",
            "2025550177",
            "198.51.100.177",
        ];
        for line in lines.iter() {
            assert!(!planted.iter().any(|value| line.contains(value)), "{line}");
        }
        // The ear did hear: a refusal by its code, and the fault.
        let heard = |what: &str| lines.iter().any(|line| line.contains(what));
        assert!(
            heard("wire.value-unlisted") && heard("intake.store"),
            "{lines:#?}"
        );
    })
    .await;
    LISTENS.store(false, Ordering::SeqCst);
}

#[tokio::test]
async fn an_account_s_name_is_told_to_its_holder_only() {
    inside(async |house| {
        let named = house.sender("Meadow Video").await;
        let other = house.sender("Harbour Chat").await;
        assert!(
            named
                .get("/ispws/status")
                .await
                .body
                .contains("Meadow Video")
        );
        let report = named.open(&smallest_report()).await;
        for answer in [other.get("/ispws/status").await, other.finish(report).await] {
            assert!(!answer.body.contains("Meadow"), "{answer:?}");
        }
    })
    .await;
}
