//! The many dresses that real clients' documents and forms come in, and what is said of wrong ones.

use crate::archive::Archive;
use crate::documents::{Form, ReportXml, file_details, report_number, smallest_report};
use crate::house::{Caller, FORM, XML, inside, on_both};

/// Finishes and retracts through `send`, which gives the code of the answer to a path and an id.
async fn assert_takes_id(sender: &Caller<'_>, kind: &str, send: impl AsyncFn(&str, &str) -> i32) {
    let finished = sender.open(&smallest_report()).await.to_string();
    assert_eq!(send("/ispws/finish", &finished).await, 0, "{kind}");
    let retracted = sender.open(&smallest_report()).await.to_string();
    assert_eq!(send("/ispws/retract", &retracted).await, 0, "{kind}");
}

#[tokio::test]
async fn the_id_comes_urlencoded_and_as_multipart() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let posts = async |path: &str, content_type: &str, body: String| {
            let answer = sender.post(path, content_type, body.as_bytes()).await;
            answer.code()
        };
        let urlencoded = async |path: &str, id: &str| posts(path, FORM, format!("id={id}")).await;
        assert_takes_id(&sender, "urlencoded", urlencoded).await;
        let with_charset = format!("{FORM}; charset=UTF-8");
        let with_others =
            async |path: &str, id: &str| posts(path, &with_charset, format!("a=b&id={id}&c")).await;
        assert_takes_id(&sender, "urlencoded among others", with_others).await;
        let escaped = async |path: &str, id: &str| {
            let id = id.replace('1', "%31");
            posts(path, FORM, format!("%69d=+{id}%0A")).await
        };
        assert_takes_id(&sender, "escaped", escaped).await;
        let multipart = async |path: &str, id: &str| {
            let form = Form::new().field("id", id);
            sender.send_form(path, form).await.code()
        };
        assert_takes_id(&sender, "multipart", multipart).await;
        let typed = async |path: &str, id: &str| {
            let head = "Content-Type: text/plain; charset=UTF-8\r\n\
                        content-disposition: form-data; name=id";
            let form = Form::new().field("other", "").part(head, id.as_bytes());
            sender.send_form(path, form).await.code()
        };
        assert_takes_id(&sender, "multipart with types", typed).await;
    })
    .await;
}

#[tokio::test]
async fn an_id_that_is_missing_or_no_number_is_an_invalid_request() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let wrong = [
            "",
            "id",
            "id=",
            "id=x",
            "id=0",
            "id=-1",
            "id=1.0",
            "id=0x1",
            "id=NaN",
            "id=1e3",
            "id=9223372036854775808",
            "ID=1",
            "id=1%00",
            "id=%FF",
            "id=1 1",
            "{\"id\":1}",
            "&&&=",
        ];
        for path in ["/ispws/finish", "/ispws/retract"] {
            for body in wrong {
                let answer = sender.post(path, FORM, body.as_bytes()).await;
                assert_eq!((answer.status, answer.code()), (200, 4000), "{path} {body}");
                let value = body.strip_prefix("id=").unwrap_or("marker");
                let (_, answered) = answer.body.split_once("?>").unwrap();
                assert!(value.len() < 4 || !answered.contains(value), "{answered}");
            }
            let form = Form::new().field("other", "1");
            assert_eq!(sender.send_form(path, form).await.code(), 4000);
            let form = Form::new().part("Content-Disposition: form-data; name=\"id\"", b"\xff");
            assert_eq!(sender.send_form(path, form).await.code(), 4000);
        }
        for id in ["", "x", "-1", "9223372036854775808"] {
            let form = Form::new().field("id", id).file(b"bytes");
            assert_eq!(sender.send_form("/ispws/upload", form).await.code(), 4000);
        }
        let form = Form::new().file(b"bytes");
        assert_eq!(sender.send_form("/ispws/upload", form).await.code(), 4000);
        assert_eq!(Archive::of(house).await.blobs(), 0);
    })
    .await;
}

#[tokio::test]
async fn documents_come_with_and_without_charset_mark_and_declaration() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let plain = ReportXml::with_person("<firstName>José</firstName>").xml();
        let schema = "<report xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                      xsi:noNamespaceSchemaLocation=\"https://report.cybertip.org/ispws/xsd\">";
        let declared = "<?xml version=\"1.0\" encoding=\"UTF-8\"";
        let dressed = [
            plain.clone(),
            format!("\u{feff}{plain}"),
            format!("<?xml version=\"1.0\"?>{plain}"),
            format!("{declared}?>{plain}\n"),
            format!("{declared} standalone=\"yes\"?>\r\n{plain}"),
            format!("{declared} standalone=\"no\"?><!-- --> {plain} <!-- -->"),
            plain.replace("><", ">\n    <"),
            plain.replace("<report>", schema),
        ];
        for content_type in [XML, "text/xml", "application/xml", "TEXT/XML;charset=utf-8"] {
            for document in &dressed {
                let answer = sender
                    .post("/ispws/submit", content_type, document.as_bytes())
                    .await;
                assert_eq!(answer.code(), 0, "{content_type} {document}");
            }
        }
        // The bytes are kept as they came, each dress as a report of its own.
        let archive = Archive::of(house).await;
        for (position, document) in dressed.iter().enumerate() {
            let report = 1_000_001 + i64::try_from(position).unwrap();
            assert_eq!(&archive.submission(report).await, document);
        }
    })
    .await;
}

#[tokio::test]
async fn a_document_needs_no_content_type() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let document = smallest_report();
        let head = sender.head("POST", "/ispws/submit");
        let length = document.len();
        let mut line = house.line().await;
        let request = format!("{head}Content-Length: {length}\r\n\r\n{document}");
        line.send(request.as_bytes()).await;
        assert_eq!(line.answer().await.code(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_wrong_is_named_with_what_was_expected_and_never_quoted() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let annotated = |mark: &str| {
            let incident = format!("<reportAnnotations>{mark}</reportAnnotations>");
            ReportXml {
                incident,
                ..ReportXml::default()
            }
            .xml()
        };
        let with_people = |people: &str| {
            let people = people.to_owned();
            ReportXml {
                people,
                ..ReportXml::default()
            }
            .xml()
        };
        let account = |attribute: &str| {
            let linked = format!("<associatedAccount type=\"Linked\" {attribute}/>");
            with_people(&format!(
                "<personOrUserReported>{linked}</personOrUserReported>"
            ))
        };
        let police = "<lawEnforcement fleaCountry=\"FR\"><agencyName/></lawEnforcement>";
        let police = ReportXml {
            details: police.to_owned(),
            ..ReportXml::default()
        };
        let age = "<age>17</age><ageAssertionDiscrepancy>true</ageAssertionDiscrepancy>";
        let singular = smallest_report().replace("Sexual Acts", "Sexual Act");
        let time = smallest_report().replace("2026-01-02T03:04:05Z", "secret-marker");
        let late = with_people("<internetDetails><webPageIncident/></internetDetails>");
        let cases = [
            (
                annotated("<undefined/>"),
                "cvc-complex-type.2.4.a",
                "undefined",
            ),
            (
                annotated("<informational/>"),
                "cvc-complex-type.2.4.a",
                "informational",
            ),
            (
                ReportXml::with_person(age).xml(),
                "cvc-complex-type.2.4",
                "ageAssertionDiscrepancy",
            ),
            (police.xml(), "cvc-complex-type.3.2.2", "fleaCountry"),
            (
                account("accountType=\"x\""),
                "cvc-complex-type.3.2.2",
                "accountType",
            ),
            (
                account("thirdPartyUser=\"true\""),
                "cvc-complex-type.3.2.2",
                "thirdPartyUser",
            ),
            (late, "cvc-complex-type.2.4", "internetDetails"),
            (
                "<report/>".to_owned(),
                "cvc-complex-type.2.4.b",
                "incidentSummary",
            ),
            ("<reports/>".to_owned(), "cvc-elt.1", "reports"),
            (singular, "cvc-enumeration-valid", "incidentType"),
            (time, "cvc-datatype-valid", "incidentDateTime"),
        ];
        for (document, manner, named) in cases {
            let answer = sender.submit(&document).await;
            assert_eq!((answer.status, answer.code()), (200, 4100), "{document}");
            let said = answer.response().response_description;
            assert!(said.contains(manner) && said.contains(named), "{said}");
            assert!(!said.contains("marker"), "{said}");
        }
        // Nothing of a refused document becomes a report.
        assert_eq!(sender.open(&smallest_report()).await, 1_000_001);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_well_formed_is_malformed() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let good = smallest_report();
        let broken = [
            String::new(),
            " ".to_owned(),
            "report".to_owned(),
            "{\"report\":{}}".to_owned(),
            good.replace("</report>", ""),
            good.replace("</report>", "</reports>"),
            good.replace("<reportingPerson/>", "<reportingPerson>"),
            good.replace("<reportingPerson/>", "<reportingPerson a=1/>"),
            good.replace("<reportingPerson/>", "<reportingPerson a=\"1\" a=\"1\"/>"),
            good.replace("<reportingPerson/>", "&nbsp;<reportingPerson/>"),
            good.replace("<reportingPerson/>", "&#0;<reportingPerson/>"),
            format!("{good}{good}"),
            format!("{good}<"),
            good[..good.len() / 2].to_owned(),
        ];
        for document in broken {
            let answer = sender.submit(&document).await;
            assert_eq!((answer.status, answer.code()), (200, 4110), "{document:?}");
            let answer = sender
                .describe(&document.replace("report", "fileDetails"))
                .await;
            assert_eq!(answer.code(), 4110, "{document:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn descriptions_come_often_late_and_in_any_order() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&report_number(1)).await;
        let mut files = Vec::new();
        for bytes in [b"one", b"two", b"six"] {
            files.push(sender.upload(report, bytes).await.file());
        }
        let said = [
            (2, "<originalFileName>six.png</originalFileName>"),
            (0, "<originalFileName>one.png</originalFileName>"),
            (2, "<fileViewedByEsp>true</fileViewedByEsp>"),
            (2, "<fileViewedByEsp>true</fileViewedByEsp>"),
        ];
        for (file, rest) in said {
            let answer = sender
                .describe(&file_details(report, &files[file], rest))
                .await;
            assert_eq!((answer.code(), answer.report()), (0, report));
            assert_eq!(answer.file(), files[file]);
        }
        // The second file has no description at all.
        let done = sender.finish(report).await.done();
        assert_eq!((done.response_code, done.files.file_id), (0, files));
        let archive = Archive::of(house).await;
        let kept = archive.store.details_of(model::ReportId::new(report)).await;
        assert_eq!(kept.unwrap().len(), 4);
    })
    .await;
}

#[tokio::test]
async fn a_file_of_another_report_does_not_exist() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let one = sender.open(&report_number(1)).await;
        let two = sender.open(&report_number(2)).await;
        let file = sender.upload(one, b"bytes").await.file();
        let never = "0123456789abcdef0123456789abcdef";
        for (report, file) in [(two, file.as_str()), (one, never), (one, "1"), (one, "")] {
            let answer = sender.describe(&file_details(report, file, "")).await;
            assert_eq!(answer.code(), 5002, "{report} {file}");
        }
        for report in ["x", "", "1.5", "99999999999999999999"] {
            let document = file_details(one, &file, "").replace(&one.to_string(), report);
            assert_eq!(sender.describe(&document).await.code(), 4100, "{report}");
        }
        assert_eq!(
            sender.describe(&file_details(0, &file, "")).await.code(),
            5001
        );
        assert_eq!(
            sender.describe(&file_details(-1, &file, "")).await.code(),
            5001
        );
    })
    .await;
}

#[tokio::test]
async fn the_rule_for_files_that_give_context_holds_at_finish() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let context = "<fileRelevance>Supplemental Reported</fileRelevance>";
        let broken = [
            format!("{context}<industryClassification>A1</industryClassification>"),
            format!("{context}<potentialMeme>true</potentialMeme>"),
            format!("{context}<fileAnnotations><potentialMeme/></fileAnnotations>"),
        ];
        for (number, rest) in broken.iter().enumerate() {
            let report = sender.open(&report_number(number)).await;
            let file = sender.upload(report, b"bytes").await.file();
            let answer = sender.describe(&file_details(report, &file, rest)).await;
            assert_eq!(answer.code(), 0, "{rest}");
            let done = sender.finish(report).await.done();
            assert_eq!((done.response_code, done.report_id), (4100, report));
            assert!(done.files.file_id.is_empty());
            // The report stays open: its sender may still retract it.
            assert_eq!(sender.upload(report, b"more").await.code(), 0);
            assert_eq!(sender.retract(report).await.code(), 0);
        }
        let report = sender.open(&report_number(9)).await;
        let file = sender.upload(report, b"bytes").await.file();
        sender.describe(&file_details(report, &file, context)).await;
        assert_eq!(sender.finish(report).await.code(), 0);
        assert_eq!(house.cases().await, 1);
    })
    .await;
}
