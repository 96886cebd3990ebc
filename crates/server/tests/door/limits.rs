//! Each limit that the door puts on what comes in: at it, and one past it.

use model::limits::{
    DOCUMENT_BYTES_MAX, FILE_NAME_BYTES_MAX, FILES_PER_REPORT_MAX, FORM_BYTES_MAX,
    FORM_FIELD_BYTES_MAX, MENTIONS_PER_REPORT_MAX, MULTIPART_PARTS_MAX, XML_ATTRIBUTES_MAX,
    XML_DEPTH_MAX, XML_ELEMENTS_MAX,
};
use model::{FileId, ReportId};
use store::{BlobId, FileRow};

use crate::archive::Archive;
use crate::documents::{Form, ReportXml, report_number, smallest_report};
use crate::house::{FORM, XML, inside};

/// The smallest report with white space behind it, this long in all.
fn padded(bytes: usize) -> String {
    let document = smallest_report();
    let padding = " ".repeat(bytes - document.len());
    document + &padding
}

#[tokio::test]
async fn inv_10_a_document_has_at_most_so_many_bytes() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        for (bytes, code) in [(DOCUMENT_BYTES_MAX, 0), (DOCUMENT_BYTES_MAX + 1, 4000)] {
            let document = padded(bytes);
            let answer = sender.submit(&document).await;
            assert_eq!((answer.status, answer.code()), (200, code), "{bytes}");
            // The same without saying beforehand how long it is.
            let head = sender.head("POST", "/ispws/submit");
            let mut line = house.line().await;
            let head = format!("{head}Content-Type: {XML}\r\nTransfer-Encoding: chunked\r\n\r\n");
            line.send(head.as_bytes()).await;
            line.send(format!("{bytes:x}\r\n{document}\r\n0\r\n\r\n").as_bytes())
                .await;
            assert_eq!(line.answer().await.code(), code, "{bytes}");
            let answer = sender.describe(&document).await;
            // A report is not a description of a file: so far the small one comes.
            let expected = if code == 0 { 4100 } else { code };
            assert_eq!(answer.code(), expected, "{bytes}");
        }
    })
    .await;
}

#[tokio::test]
async fn inv_10_a_gigabyte_in_one_element_is_refused_after_a_few_megabytes() {
    inside(async |house| {
        const GIGABYTE: u64 = 1 << 30;
        let sender = house.sender("platform").await;
        let head = sender.head("POST", "/ispws/submit");
        let piece = vec![b'a'; 1 << 16];
        let chunk = [b"10000\r\n", piece.as_slice(), b"\r\n"].concat();
        for (length, piece) in [
            (format!("Content-Length: {}", GIGABYTE + 8), &piece),
            ("Transfer-Encoding: chunked".to_owned(), &chunk),
        ] {
            let mut line = house.line().await;
            let begin = if length.starts_with('C') { "" } else { "8\r\n" };
            let end = if begin.is_empty() { "" } else { "\r\n" };
            let head = format!("{head}{length}\r\n\r\n{begin}<report>{end}");
            line.send(head.as_bytes()).await;
            let sent = line.send_until_answered(piece, GIGABYTE).await;
            let answer = line.answer().await;
            assert_eq!((answer.status, answer.code()), (200, 4000));
            // What the door read, and what the two ends of a connection hold.
            assert!(sent < 64 << 20, "{sent} bytes were taken");
        }
        assert_eq!(sender.submit(&smallest_report()).await.code(), 0);
    })
    .await;
}

#[tokio::test]
async fn inv_10_elements_nest_only_so_deep() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let nested = |depth: usize| "<report>".repeat(depth) + &"</report>".repeat(depth);
        let cases = [
            (XML_DEPTH_MAX, 4100),
            (XML_DEPTH_MAX + 1, 4000),
            (100, 4000),
            (100_000, 4000),
        ];
        for (depth, code) in cases {
            assert_eq!(sender.submit(&nested(depth)).await.code(), code, "{depth}");
        }
        // Never closed, it is as deep.
        let open = "<a>".repeat(1_000_000);
        assert_eq!(sender.submit(&open).await.code(), 4000);
    })
    .await;
}

#[tokio::test]
async fn inv_10_a_document_has_only_so_many_elements_and_attributes() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let others = 8;
        let cases = [
            (XML_ELEMENTS_MAX - others, 0),
            (XML_ELEMENTS_MAX - others + 1, 4000),
        ];
        for (count, code) in cases {
            let names = "<displayName/>".repeat(count);
            let people = format!("<victim><victimPerson/>{names}</victim>");
            let document = ReportXml {
                people,
                ..ReportXml::default()
            };
            assert_eq!(sender.submit(&document.xml()).await.code(), code, "{count}");
        }
        for (count, code) in [(XML_ATTRIBUTES_MAX, 0), (XML_ATTRIBUTES_MAX + 1, 4000)] {
            let binding = |index| format!(" xmlns:n{index}=\"https://example.com/{index}\"");
            let bindings = (0..count).map(binding).collect::<Vec<_>>().concat();
            let document = smallest_report().replace("<report>", &format!("<report{bindings}>"));
            assert_eq!(sender.submit(&document).await.code(), code, "{count}");
        }
    })
    .await;
}

#[tokio::test]
async fn inv_10_a_form_has_only_so_many_parts() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let others =
            |count: usize| (0..count).fold(Form::with_boundary("b"), |form, _| form.field("a", ""));
        for (count, code) in [
            (MULTIPART_PARTS_MAX, 0),
            (MULTIPART_PARTS_MAX + 1, 4200),
            (10_000, 4200),
        ] {
            let report = sender.open(&smallest_report()).await;
            let id = report.to_string();
            let form = others(count - 2).field("id", &id).file(b"bytes");
            let answer = sender.send_form("/ispws/upload", form).await;
            assert_eq!((answer.status, answer.code()), (200, code), "{count}");
            // The same for the forms of finish and retract, which end earlier by their bytes.
            let code = if count == 10_000 { 4000 } else { code };
            let form = others(count - 1).field("id", &id);
            let answer = sender.send_form("/ispws/retract", form).await;
            assert_eq!((answer.status, answer.code()), (200, code), "{count}");
        }
        let archive = Archive::of(house).await;
        assert_eq!(archive.blobs(), 1);
    })
    .await;
}

#[tokio::test]
async fn inv_10_forms_and_their_fields_have_only_so_many_bytes() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        for (bytes, code) in [(FORM_BYTES_MAX, 0), (FORM_BYTES_MAX + 1, 4000)] {
            let id = sender.open(&smallest_report()).await;
            let begin = format!("id={id}&other=");
            let body = format!("{begin}{}", "o".repeat(bytes - begin.len()));
            let answer = sender.post("/ispws/finish", FORM, body.as_bytes()).await;
            assert_eq!((answer.status, answer.code()), (200, code), "{bytes}");

            let id = sender.open(&smallest_report()).await.to_string();
            let empty = Form::new().field("other", "").field("id", &id).body().len();
            let other = "o".repeat(bytes - empty);
            let form = Form::new().field("other", &other).field("id", &id);
            let answer = sender.send_form("/ispws/retract", form).await;
            assert_eq!((answer.status, answer.code()), (200, code), "{bytes}");
        }
        let id = sender.open(&smallest_report()).await.to_string();
        for (bytes, code) in [(FORM_FIELD_BYTES_MAX, 0), (FORM_FIELD_BYTES_MAX + 1, 4000)] {
            let padded = format!("{id:>bytes$}");
            let form = Form::new().field("id", &padded).file(b"bytes");
            let answer = sender.send_form("/ispws/upload", form).await;
            assert_eq!((answer.status, answer.code()), (200, code), "{bytes}");
        }
        for (bytes, code) in [(FORM_BYTES_MAX, 0), (FORM_BYTES_MAX + 1, 4200)] {
            let other = "o".repeat(bytes);
            let form = Form::new().field("id", &id).field("other", &other);
            let answer = sender.send_form("/ispws/upload", form.file(b"bytes")).await;
            assert_eq!((answer.status, answer.code()), (200, code), "{bytes}");
        }
        assert_eq!(Archive::of(house).await.blobs(), 2);
    })
    .await;
}

#[tokio::test]
async fn inv_10_a_file_s_name_is_cut_at_a_character() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&smallest_report()).await;
        let archive = Archive::of(house).await;
        let fits = "n".repeat(FILE_NAME_BYTES_MAX);
        let letters = "é".repeat(FILE_NAME_BYTES_MAX / 2);
        let cases = [
            (fits.clone(), fits.clone()),
            (format!("{fits}n"), fits),
            (letters.clone(), letters.clone()),
            (format!("{letters}é"), letters.clone()),
            (format!("n{letters}"), format!("n{}", &letters[2..])),
        ];
        for (sent, kept) in cases {
            let head =
                format!("Content-Disposition: form-data; name=\"file\"; filename=\"{sent}\"");
            let form = Form::new()
                .field("id", &report.to_string())
                .part(&head, b"bytes");
            let answer = sender.send_form("/ispws/upload", form).await;
            let facts = archive.facts(&answer.file()).await;
            assert_eq!(facts["name"].as_str(), Some(kept.as_str()));
        }
    })
    .await;
}

#[tokio::test]
async fn inv_10_a_report_has_only_so_many_files() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&smallest_report()).await;
        let file = sender.upload(report, b"bytes").await.file();
        let archive = Archive::of(house).await;
        let first: FileId = file.parse().unwrap();
        let first = archive.store.file(first).await.unwrap().unwrap();
        // All but one of the files that fit, written past the door in a moment.
        let rows: Vec<_> = (1..FILES_PER_REPORT_MAX - 1)
            .map(|position| {
                let name = u128::try_from(position).unwrap().to_be_bytes();
                FileRow {
                    id: FileId::new(name),
                    blob: BlobId(name),
                    position: i64::try_from(position).unwrap(),
                    ..first.clone()
                }
            })
            .collect();
        let mut tx = archive.store.begin("many_files").await.unwrap();
        for rows in rows.chunks(500) {
            tx.insert_files(rows).await.unwrap();
        }
        tx.commit().await.unwrap();
        assert_eq!(sender.upload(report, b"the last").await.code(), 0);
        let answer = sender.upload(report, b"one too many").await;
        assert_eq!((answer.status, answer.code()), (200, 4200));
        assert_eq!(archive.blobs(), 2);
        let kept = archive.store.files_of(&[ReportId::new(report)]).await;
        assert_eq!(kept.unwrap().len(), FILES_PER_REPORT_MAX);
        assert_eq!(sender.retract(report).await.code(), 0);
    })
    .await;
}

#[tokio::test]
async fn inv_10_a_report_gives_only_so_many_mentions() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let archive = Archive::of(house).await;
        let emails = |count: usize| {
            let email = |number| format!("<email>account-{number}@example.com</email>");
            ReportXml::with_person(&(0..count).map(email).collect::<String>()).xml()
        };
        for count in [MENTIONS_PER_REPORT_MAX, MENTIONS_PER_REPORT_MAX + 1] {
            let report = sender.file(&emails(count)).await;
            let mentions = archive.store.mentions_of(ReportId::new(report)).await;
            assert_eq!(mentions.unwrap().len(), MENTIONS_PER_REPORT_MAX);
            // The whole of it is kept as it came.
            assert_eq!(archive.submission(report).await, emails(count));
        }
    })
    .await;
}

#[tokio::test]
async fn inv_10_what_an_error_repeats_is_short() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let long = "n".repeat(1 << 20);
        let documents = [
            format!("<{long}/>"),
            smallest_report().replace("<reportingPerson/>", &format!("<{long}/>")),
            smallest_report().replace("<report>", &format!("<report {long}=\"1\">")),
            smallest_report().replace("<report>", &format!("<report {long}:a=\"1\">")),
            smallest_report().replace("</report>", &format!("</{long}>")),
            smallest_report().replace("<reportingPerson/>", &format!("&{long};")),
            format!(
                "<?xml version=\"1.0\" encoding=\"{long}\"?>{}",
                smallest_report()
            ),
            format!("<?xml version=\"{long}\"?>{}", smallest_report()),
        ];
        for document in documents {
            let answer = sender.submit(&document).await;
            let length = answer.body.len();
            assert!(length < 4_096, "{length} bytes to {}", &document[..80]);
        }
    })
    .await;
}

#[tokio::test]
async fn inv_10_headers_have_a_limit_of_number_and_of_bytes() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let head = sender.head("GET", "/ispws/status");
        let many = "A: b\r\n".repeat(1_000);
        let long = format!("A: {}\r\n", "b".repeat(1 << 20));
        let path = format!("GET /{} HTTP/1.1\r\nHost: a\r\n", "p".repeat(70_000));
        for (request, status) in [
            (format!("{head}{many}\r\n"), 431),
            (format!("{head}{long}\r\n"), 431),
            (format!("{path}\r\n"), 414),
        ] {
            let mut line = house.line().await;
            line.send_until_answered(request.as_bytes(), 1).await;
            if let Some(answer) = line.answer_or_end().await {
                assert_eq!((answer.status, answer.body.as_str()), (status, ""));
            }
        }
        assert_eq!(sender.submit(&report_number(1)).await.code(), 0);
    })
    .await;
}
