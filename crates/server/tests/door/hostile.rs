//! Input that means harm: it ends in a clear error, costs little, and nothing is lost by it.

use crate::archive::Archive;
use crate::documents::{Form, file_details, report_number, smallest_report};
use crate::house::{FORM, XML, inside};

/// The submission with its root's first tag replaced.
fn with_prolog(prolog: &str) -> String {
    format!("{prolog}{}", smallest_report())
}

#[tokio::test]
async fn inv_10_documents_that_define_entities_are_refused() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let laughs = "<!DOCTYPE report [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">\
                      <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\"><!ENTITY d \"&c;&c;&c;&c;&c;&c;\">]>";
        let used = with_prolog(laughs).replace("<reportingPerson/>", "&d;");
        let bombs = [
            with_prolog("<!DOCTYPE report>"),
            with_prolog(laughs),
            used,
            with_prolog("<!DOCTYPE report SYSTEM \"http://192.0.2.1/a.dtd\">"),
            with_prolog("<!DOCTYPE report [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"),
            with_prolog("<?xml version=\"1.0\"?><!DOCTYPE report PUBLIC \"-//a\" \"b\">"),
            with_prolog("<!ENTITY a \"b\">"),
        ];
        for document in bombs {
            let answer = sender.submit(&document).await;
            assert_eq!((answer.status, answer.code()), (200, 4110), "{document}");
            assert!(!answer.body.contains("root:"), "{answer:?}");
        }
        let named = smallest_report().replace("<reportingPerson/>", "&quote;");
        assert_eq!(sender.submit(&named).await.code(), 4110);
        // A processing instruction that asks for a style sheet is neither run nor fetched.
        let styled = with_prolog("<?xml-stylesheet href=\"http://192.0.2.1/a.xsl\"?>");
        assert_eq!(sender.submit(&styled).await.code(), 0);
    })
    .await;
}

#[tokio::test]
async fn bytes_in_a_wrong_encoding_are_malformed() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let document = smallest_report();
        let declared =
            |name: &str| format!("<?xml version=\"1.0\" encoding=\"{name}\"?>{document}");
        let utf_16: Vec<u8> = document.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let wrong = [
            document.replace("<reportingPerson/>", "\u{1}").into_bytes(),
            [document.as_bytes(), b"\xff"].concat(),
            [b"\xff\xfe\xff".as_slice(), document.as_bytes()].concat(),
            [b"<report a=\"\xc3\x28\"/>".as_slice()].concat(),
            declared("UTF-7").into_bytes(),
            declared("EBCDIC-CP-US").into_bytes(),
            declared("UTF-16").into_bytes(),
            utf_16[..utf_16.len() - 1].to_vec(),
            vec![0; 1000],
        ];
        for (position, body) in wrong.into_iter().enumerate() {
            let answer = sender.post("/ispws/submit", XML, &body).await;
            assert_eq!((answer.status, answer.code()), (200, 4110), "{position}");
        }
    })
    .await;
}

#[tokio::test]
async fn bodies_that_do_not_fit_their_call_are_refused_by_every_call() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&smallest_report()).await;
        let multipart = Form::new().file(b"bytes");
        let form_type = multipart.content_type();
        let form = multipart.body();
        let details = file_details(report, &"a".repeat(32), "");
        let cases: [(&str, &str, &[u8], i32); 14] = [
            ("submit", XML, b"", 4110),
            ("submit", XML, details.as_bytes(), 4100),
            ("submit", FORM, b"id=1", 4110),
            ("submit", &form_type, &form, 4110),
            ("fileinfo", XML, b"", 4110),
            ("fileinfo", XML, smallest_report().leak().as_bytes(), 4100),
            ("fileinfo", &form_type, &form, 4110),
            ("upload", XML, b"", 4200),
            ("upload", XML, smallest_report().leak().as_bytes(), 4200),
            ("upload", FORM, b"id=1", 4200),
            ("finish", XML, b"", 4000),
            ("finish", XML, smallest_report().leak().as_bytes(), 4000),
            ("finish", &form_type, b"", 4200),
            ("retract", &form_type, &form, 4000),
        ];
        for (path, content_type, body, code) in cases {
            let path = format!("/ispws/{path}");
            let answer = sender.post(&path, content_type, body).await;
            assert_eq!(
                (answer.status, answer.code()),
                (200, code),
                "{path} {content_type}"
            );
        }
        // The report is as open as before.
        assert_eq!(sender.finish(report).await.code(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_document_cut_off_by_its_connection_is_nothing() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let document = smallest_report();
        let request = sender.request("/ispws/submit", XML, document.as_bytes());
        for cut in [1, document.len() / 2, document.len() - 1] {
            let mut line = house.line().await;
            line.send(&request[..request.len() - cut]).await;
            drop(line);
        }
        for chunked in ["", "5\r\n<repo", "zz\r\n", "5\r\n<repo\r\n0\r\n"] {
            let mut line = house.line().await;
            let head = sender.head("POST", "/ispws/submit");
            line.send(format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunked}").as_bytes())
                .await;
            drop(line);
        }
        assert_eq!(sender.open(&document).await, 1_000_001);
        let events = Archive::of(house).await.events().await;
        // The log's opening, the account, the report.
        assert_eq!(events.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_request_that_says_two_lengths_is_not_smuggled() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let head = sender.head("POST", "/ispws/submit");
        let smuggled = sender.request("/ispws/finish", FORM, b"id=1000001");
        let smuggled = String::from_utf8(smuggled).unwrap();
        let document = smallest_report();
        let report = sender.open(&document).await;
        for lengths in [
            "Content-Length: 5\r\nContent-Length: 6",
            "Content-Length: 4\r\nTransfer-Encoding: chunked",
            "Transfer-Encoding: chunked, identity",
            "Transfer-Encoding: xchunked",
            "Content-Length: -1",
            "Content-Length: +4",
            "Content-Length: 4 4",
        ] {
            let mut line = house.line().await;
            let body = format!("0\r\n\r\n{smuggled}");
            line.send(format!("{head}{lengths}\r\n\r\n{body}").as_bytes())
                .await;
            // One answer and no more: what stands behind the body is not taken for a request.
            let answer = line.answer().await;
            assert_ne!(answer.status, 100);
            assert_eq!(answer.header("connection"), Some("close"), "{lengths}");
            assert!(line.is_ended().await, "{lengths}");
        }
        assert_eq!(sender.finish(report).await.code(), 0);
    })
    .await;
}

#[tokio::test]
async fn inv_10_noise_on_a_connection_disturbs_nobody() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let request = sender.request("/ispws/submit", XML, report_number(0).as_bytes());
        // A generator that gives the same noise in every run.
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        for round in 0..200 {
            let mut bytes = request.clone();
            for _ in 0..=next() % 8 {
                let place = usize::try_from(next()).unwrap() % bytes.len();
                bytes[place] = next().to_be_bytes()[0];
            }
            if round % 4 == 0 {
                bytes.fill_with(|| next().to_be_bytes()[0]);
            }
            let mut line = house.line().await;
            line.send(&bytes).await;
            drop(line);
        }
        for number in 1..4 {
            sender.file(&report_number(number)).await;
        }
        assert!(house.cases().await >= 3);
    })
    .await;
}
