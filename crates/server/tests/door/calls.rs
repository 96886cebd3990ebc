//! The seven calls and their exact answers; who is let in.

use model::Role;

use crate::archive::Archive;
use crate::documents::{DECLARED, file_details, smallest_report};
use crate::house::{Caller, FORM, XML, basic, inside, on_both};
use crate::line::{Answer, Line};

/// MD5 of `the bytes of a file`, by another program.
const MD5: &str = "f201023c128c77f8d2186ba8cfce4d1b";
const BYTES: &[u8] = b"the bytes of a file";

/// The seven calls.
const CALLS: [(&str, &str); 7] = [
    ("GET", "/ispws/status"),
    ("GET", "/ispws/xsd"),
    ("POST", "/ispws/submit"),
    ("POST", "/ispws/upload"),
    ("POST", "/ispws/fileinfo"),
    ("POST", "/ispws/finish"),
    ("POST", "/ispws/retract"),
];

/// The answer is this document, and says of itself what the protocol's clients look at.
fn assert_exact(answer: &Answer, document: &str) {
    assert_eq!(answer.body, format!("{DECLARED}{document}"));
    assert_eq!(answer.status, 200);
    assert_named(answer);
    let content_type = answer.header("content-type");
    assert_eq!(content_type, Some("application/xml;charset=UTF-8"));
}

/// The answer has a name that a sender can quote.
fn assert_named(answer: &Answer) {
    let name = answer.header("request-id").unwrap();
    assert_eq!(name.len(), 16, "{name}");
    assert!(name.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}");
}

#[tokio::test]
async fn every_call_answers_the_exact_document() {
    on_both(async |house| {
        let sender = house.sender("Example Platform").await;
        let answer = sender.submit(&smallest_report()).await;
        let report = answer.report();
        assert_eq!(report, 1_000_001);
        let success = "<responseCode>0</responseCode><responseDescription>Success\
                       </responseDescription><reportId>1000001</reportId>";
        assert_exact(
            &answer,
            &format!("<reportResponse>{success}</reportResponse>"),
        );

        let answer = sender.upload(report, BYTES).await;
        let file = answer.file();
        assert!(file.len() == 32 && file.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let document = format!(
            "<reportResponse>{success}<fileId>{file}</fileId><hash>{MD5}</hash></reportResponse>"
        );
        assert_exact(&answer, &document);

        let answer = sender.describe(&file_details(report, &file, "")).await;
        let document = format!("<reportResponse>{success}<fileId>{file}</fileId></reportResponse>");
        assert_exact(&answer, &document);

        let answer = sender.finish(report).await;
        let document = format!(
            "<reportDoneResponse><responseCode>0</responseCode><reportId>1000001</reportId>\
             <files><fileId>{file}</fileId></files></reportDoneResponse>"
        );
        assert_exact(&answer, &document);

        let other = sender.open(&smallest_report()).await;
        let answer = sender.finish(other).await;
        let document = format!(
            "<reportDoneResponse><responseCode>0</responseCode><reportId>{other}</reportId>\
             <files/></reportDoneResponse>"
        );
        assert_exact(&answer, &document);

        let third = sender.open(&smallest_report()).await;
        let answer = sender.retract(third).await;
        let document = format!(
            "<reportResponse><responseCode>0</responseCode><responseDescription>Success\
             </responseDescription><reportId>{third}</reportId></reportResponse>"
        );
        assert_exact(&answer, &document);
        let archive = Archive::of(house).await;
        assert_eq!(archive.file(&file).await, BYTES);
    })
    .await;
}

#[tokio::test]
async fn status_names_the_caller_and_its_address() {
    inside(async |house| {
        let sender = house.sender("Plattform für Größe <a&b>").await;
        let mut line = Line::to(house.address).await;
        line.send(format!("{}\r\n", sender.head("GET", "/ispws/status")).as_bytes())
            .await;
        assert_exact(
            &line.answer().await,
            "<reportResponse><responseCode>0</responseCode><responseDescription>Remote User : \
             Plattform für Größe &lt;a&amp;b&gt;, Remote Ip : 127.0.0.1</responseDescription>\
             </reportResponse>",
        );
    })
    .await;
}

#[tokio::test]
async fn the_schema_is_given_as_it_is() {
    inside(async |house| {
        let answer = house.sender("platform").await.get("/ispws/xsd").await;
        assert_eq!(answer.body, wire::ispws::xsd());
        assert_eq!(answer.status, 200);
        let content_type = answer.header("content-type");
        assert_eq!(content_type, Some("application/xml;charset=UTF-8"));
    })
    .await;
}

#[tokio::test]
async fn whoever_does_not_prove_itself_gets_an_empty_401_from_every_call() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let other = house.sender("other platform").await;
        let revoked = house.sender("former platform").await;
        assert_eq!(revoked.get("/ispws/status").await.status, 200);
        house.station.revoke_account(&revoked.name).await.unwrap();
        house.clock.advance_millis(1_000);
        let wrong = [
            None,
            Some(basic("platform", "")),
            Some(basic("platform", "wf_guess")),
            Some(basic("platform", &other.secret)),
            Some(basic("nobody", &sender.secret)),
            Some(basic("Platform", &sender.secret)),
            Some(basic("", "")),
            Some(revoked.authorization()),
            Some(sender.authorization().replace("Basic", "Bearer")),
            Some("Basic ".to_owned()),
            Some(format!("{}=", sender.authorization())),
        ];
        for (method, path) in CALLS {
            for authorization in &wrong {
                let authorization = authorization
                    .as_ref()
                    .map_or_else(String::new, |value| format!("Authorization: {value}\r\n"));
                let mut line = house.line().await;
                let request = format!(
                    "{method} {path} HTTP/1.1\r\nHost: watchfire.example\r\n{authorization}\
                     Content-Length: 0\r\n\r\n"
                );
                line.send(request.as_bytes()).await;
                let answer = line.answer().await;
                assert_eq!(answer.status, 401, "{request}");
                assert_eq!(answer.body, "");
                let challenge = answer.header("www-authenticate");
                assert_eq!(challenge, Some("Basic realm=\"ESP Web Services\""));
                assert_named(&answer);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn staff_may_look_but_only_senders_send() {
    inside(async |house| {
        for role in [Role::Analyst, Role::Supervisor, Role::Admin] {
            let staff = house.caller(role.name(), role).await;
            assert_eq!(staff.get("/ispws/status").await.code(), 0);
            assert_eq!(staff.get("/ispws/xsd").await.status, 200);
            for path in ["submit", "upload", "fileinfo", "finish", "retract"] {
                let answer = send(&staff, path).await;
                assert_eq!((answer.status, answer.code()), (200, 3100), "{path}");
            }
        }
        assert_eq!(house.cases().await, 0);
    })
    .await;
}

/// Calls `path` with a body that a sender would be answered for.
async fn send(caller: &Caller<'_>, path: &str) -> Answer {
    let (content_type, body) = match path {
        "submit" => (XML, smallest_report()),
        "fileinfo" => (XML, file_details(1_000_001, &"a".repeat(32), "")),
        _ => (FORM, "id=1000001".to_owned()),
    };
    caller
        .post(&format!("/ispws/{path}"), content_type, body.as_bytes())
        .await
}

#[tokio::test]
async fn other_methods_and_paths_are_refused_without_an_echo() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        for (method, path) in CALLS {
            for wrong in ["GET", "POST", "PUT", "DELETE", "PATCH", "BREW"] {
                if wrong == method {
                    continue;
                }
                let mut line = house.line().await;
                let head = sender.head(wrong, path);
                line.send(format!("{head}Content-Length: 0\r\n\r\n").as_bytes())
                    .await;
                let answer = line.answer().await;
                assert_eq!(answer.status, 405, "{wrong} {path}");
                assert!(answer.header("allow").unwrap().contains(method));
                assert_named(&answer);
            }
        }
        let junk = [
            "/ispws",
            "/ispws/",
            "/ispws/submit/",
            "/ispws/SUBMIT",
            "/ispws/submit/1",
            "/ispws//submit",
            "/ispws/../ispws/submit",
            "/ispws/%73ubmi%74/marker",
            "/ispws/marker?email=marker@example.com",
            "/marker",
            "/%00",
            "/.git/marker",
        ];
        for path in junk {
            for method in ["GET", "POST"] {
                let mut line = house.line().await;
                let head = sender.head(method, path);
                line.send(format!("{head}Content-Length: 0\r\n\r\n").as_bytes())
                    .await;
                let answer = line.answer().await;
                assert_eq!(answer.status, 404, "{method} {path}");
                assert!(!answer.body.contains("marker"), "{answer:?}");
                assert_named(&answer);
            }
        }
    })
    .await;
}
