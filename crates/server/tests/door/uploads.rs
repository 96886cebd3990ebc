//! Files as real clients send them: chunked, in either order, under hostile names; and broken off.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, header};
use bytes::Bytes;
use futures_util::stream::{self, StreamExt as _};

use crate::archive::Archive;
use crate::connections::http2;
use crate::documents::{Form, smallest_report};
use crate::house::{Caller, House, inside, on_both};
use crate::line::{Answer, Line};

/// Sends a body in chunks of the sizes that `sizes` gives, without saying how long it is.
async fn send_chunked(line: &mut Line, sender: &Caller<'_>, form: Form, sizes: &[usize]) {
    line.send(chunked_head(sender, &form).as_bytes()).await;
    let body = form.body();
    let mut rest = body.as_slice();
    for size in sizes.iter().cycle() {
        let (chunk, behind) = rest.split_at((*size).min(rest.len()));
        if chunk.is_empty() {
            break;
        }
        send_chunk(line, chunk).await;
        rest = behind;
    }
    line.send(b"0\r\n\r\n").await;
}

fn chunked_head(sender: &Caller<'_>, form: &Form) -> String {
    let head = sender.head("POST", "/ispws/upload");
    let content_type = form.content_type();
    format!("{head}Content-Type: {content_type}\r\nTransfer-Encoding: chunked\r\n\r\n")
}

async fn send_chunk(line: &mut Line, bytes: &[u8]) {
    let head = format!("{:x}\r\n", bytes.len());
    line.send(&[head.as_bytes(), bytes, b"\r\n"].concat()).await;
}

fn pattern(count: usize) -> Vec<u8> {
    let byte = |index: usize| u8::try_from(index % 251).unwrap();
    (0..count).map(byte).collect()
}

fn md5_of(bytes: &[u8]) -> String {
    let mut digester = vault::Digester::new();
    digester.update(bytes);
    model::hex(&digester.finish().md5)
}

#[tokio::test]
async fn a_file_comes_chunked_before_or_after_its_report() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&smallest_report()).await;
        let id = report.to_string();
        let bytes = pattern(300_000);
        let mut files = Vec::new();
        for sizes in [&[1_usize, 2, 3, 5, 7_000][..], &[16 << 10], &[1 << 20]] {
            for form in [
                Form::new().field("id", &id).file(&bytes),
                Form::new().file(&bytes).field("id", &id),
                Form::new()
                    .field("a", "b")
                    .file(&bytes)
                    .field("c", "")
                    .field("id", &id),
            ] {
                let mut line = house.line().await;
                send_chunked(&mut line, &sender, form, sizes).await;
                let answer = line.answer().await;
                let response = answer.response();
                assert_eq!(response.response_code, 0, "{response:?}");
                assert_eq!(response.hash.as_ref().unwrap().as_str(), md5_of(&bytes));
                files.push(answer.file());
            }
        }
        let archive = Archive::of(house).await;
        assert_eq!(archive.blobs(), files.len());
        for file in &files {
            assert!(archive.file(file).await == bytes);
        }
        assert_eq!(sender.finish(report).await.done().files.file_id, files);
    })
    .await;
}

#[tokio::test]
async fn files_of_every_size_come_back_as_they_were() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&smallest_report()).await;
        let archive = Archive::of(house).await;
        let chunk = vault::seal::CHUNK_BYTES;
        for size in [0, 1, chunk - 1, chunk, chunk + 1, 1 << 20, (9 << 20) + 1] {
            let bytes = pattern(size);
            let answer = sender.upload(report, &bytes).await;
            let hash = answer.response().hash.unwrap();
            assert_eq!(hash.as_str(), md5_of(&bytes), "{size}");
            assert!(archive.file(&answer.file()).await == bytes, "{size}");
        }
        assert_eq!(sender.finish(report).await.code(), 0);
    })
    .await;
}

#[tokio::test]
async fn the_same_bytes_twice_are_two_files_with_one_hash() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&smallest_report()).await;
        let one = sender.upload(report, b"the same").await;
        let two = sender.upload(report, b"the same").await;
        assert_ne!(one.file(), two.file());
        assert_eq!(one.response().hash, two.response().hash);
        let files = sender.finish(report).await.done().files.file_id;
        assert_eq!(files, [one.file(), two.file()]);
    })
    .await;
}

#[tokio::test]
async fn boundaries_may_be_strange() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&smallest_report()).await.to_string();
        let longest = "b".repeat(70);
        let strange = [
            "x",
            "form-data-encoder-Yk3rKqTz9w",
            "----WebKitFormBoundary7MA4YWxkTrZu0gW",
            "------------------------0123456789abcdef",
            "'()+_,-./:=?",
            &longest,
        ];
        for boundary in strange {
            // The file holds what looks like the boundary, but for the line break before it.
            let bytes = format!("a--{boundary}--\r\n-{boundary}\r\n\r\n--{}", &boundary[1..]);
            let form = Form::with_boundary(boundary)
                .field("id", &report)
                .file(bytes.as_bytes());
            let quoted = format!("multipart/form-data; boundary=\"{boundary}\"");
            let answer = sender.post("/ispws/upload", &quoted, &form.body()).await;
            assert_eq!(answer.code(), 0, "{boundary} {answer:?}");
            let hash = answer.response().hash.unwrap();
            assert_eq!(hash.as_str(), md5_of(bytes.as_bytes()));
        }
        for content_type in [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "multipart/mixed; boundary=x",
            "text/xml",
            "boundary=x",
        ] {
            let form = Form::with_boundary("x").field("id", &report).file(b"bytes");
            let answer = sender
                .post("/ispws/upload", content_type, &form.body())
                .await;
            assert_eq!(answer.code(), 4200, "{content_type}");
        }
    })
    .await;
}

#[tokio::test]
async fn names_of_files_are_kept_and_never_used() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&smallest_report()).await;
        let archive = Archive::of(house).await;
        let long = "n".repeat(10_000);
        let cut = "n".repeat(model::limits::FILE_NAME_BYTES_MAX);
        let names = [
            (
                "filename=\"../../../escaped\"".to_owned(),
                Some("../../../escaped"),
            ),
            ("filename=\"/tmp/escaped\"".to_owned(), Some("/tmp/escaped")),
            ("filename=\"..\\escaped\"".to_owned(), Some("..\\escaped")),
            (
                "filename=\"<script>alert(1)</script>\"".to_owned(),
                Some("<script>alert(1)</script>"),
            ),
            ("filename=\"a&amp;%00b\"".to_owned(), Some("a&amp;%00b")),
            ("filename=\"été 🔥.png\"".to_owned(), Some("été 🔥.png")),
            ("filename=\"\"".to_owned(), Some("")),
            ("filename=plain.png".to_owned(), Some("plain.png")),
            (format!("filename=\"{long}\""), Some(cut.as_str())),
        ];
        for (parameter, expected) in names {
            let head = format!("Content-Disposition: form-data; name=\"file\"; {parameter}");
            let form = Form::new()
                .field("id", &report.to_string())
                .part(&head, b"bytes");
            let answer = sender.send_form("/ispws/upload", form).await;
            assert_eq!(answer.code(), 0, "{parameter}");
            let facts = archive.facts(&answer.file()).await;
            assert_eq!(facts["name"].as_str(), expected, "{parameter}");
        }
        assert_eq!(sender.finish(report).await.code(), 0);
        let escaped = house
            .station
            .config()
            .data
            .parent()
            .unwrap()
            .join("escaped");
        assert!(!escaped.exists() && !std::path::Path::new("/tmp/escaped").exists());
    })
    .await;
}

#[tokio::test]
async fn a_name_in_the_extended_form_is_taken() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&smallest_report()).await;
        let head = "Content-Disposition: form-data; name=\"file\"; filename=\"e.png\"; \
                    filename*=UTF-8''%C3%A9t%C3%A9.png";
        let form = Form::new()
            .field("id", &report.to_string())
            .part(head, b"bytes");
        let answer = sender.send_form("/ispws/upload", form).await;
        assert_eq!(answer.code(), 0, "{answer:?}");
        let facts = Archive::of(house).await.facts(&answer.file()).await;
        assert_eq!(facts["name"].as_str(), Some("e.png"));
    })
    .await;
}

#[tokio::test]
async fn a_nul_in_a_name_is_refused_or_kept_but_never_cuts() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&smallest_report()).await;
        let head = "Content-Disposition: form-data; name=\"file\"; filename=\"a.png\0.exe\"";
        let form = Form::new()
            .field("id", &report.to_string())
            .part(head, b"bytes");
        let answer = sender.send_form("/ispws/upload", form).await;
        assert_eq!(answer.code(), 4200, "{answer:?}");
        let archive = Archive::of(house).await;
        assert_eq!(archive.blobs(), 0);
        assert_eq!(sender.upload(report, b"bytes").await.code(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_part_needs_neither_type_nor_filename() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&smallest_report()).await;
        let archive = Archive::of(house).await;
        for (head, media_type) in [
            (
                "Content-Disposition: form-data; name=\"file\"; filename=\"a\"",
                None,
            ),
            ("Content-Disposition: form-data; name=\"file\"", None),
            (
                "content-type: text/csv\r\ncontent-disposition: form-data; name=file; filename=a",
                Some("text/csv"),
            ),
        ] {
            let form = Form::new()
                .field("id", &report.to_string())
                .part(head, b"a,b");
            let answer = sender.send_form("/ispws/upload", form).await;
            assert_eq!(answer.code(), 0, "{head}");
            let facts = archive.facts(&answer.file()).await;
            assert_eq!(facts["media_type"].as_str(), media_type);
        }
    })
    .await;
}

#[tokio::test]
async fn a_broken_body_is_a_malformed_file_and_leaves_nothing() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&smallest_report()).await;
        let id = report.to_string();
        let whole = Form::new().field("id", &id).file(b"bytes");
        let content_type = whole.content_type();
        let body = whole.body();
        let end = body.len() - Form::new().body().len();
        let once = || Form::new().field("id", &id);
        let text = |form: Form| form.body();
        let broken = [
            (Vec::new(), 4200),
            (b"junk".to_vec(), 4200),
            (body[..end].to_vec(), 4200),
            (body[..end - 3].to_vec(), 4200),
            (body[..60].to_vec(), 4200),
            (Form::new().file(b"bytes").unended(), 4200),
            (text(once()), 4200),
            (text(Form::new()), 4000),
            (text(once().field("id", &id).file(b"bytes")), 4200),
            (text(once().file(b"bytes").file(b"bytes")), 4200),
            (
                text(once().file(b"bytes").field("more", &"m".repeat(5_000))),
                4200,
            ),
            (text(Form::new().file(b"bytes").field("id", "17")), 5001),
            (
                text(once().part("X: y", b"").file(b"bytes").part("\u{1}", b"")),
                4200,
            ),
        ];
        let archive = Archive::of(house).await;
        for (position, (body, code)) in broken.into_iter().enumerate() {
            let answer = sender.post("/ispws/upload", &content_type, &body).await;
            assert_eq!((answer.status, answer.code()), (200, code), "{position}");
            assert_eq!(archive.blobs(), 0, "{position}");
        }
        assert!(sender.finish(report).await.done().files.file_id.is_empty());
    })
    .await;
}

/// Waits until the blob directory holds so many files: what a broken connection leaves is cleared
/// away a moment later.
async fn assert_blobs_become(house: &House, count: usize) {
    let archive = Archive::of(house).await;
    for _ in 0..500 {
        if archive.blobs() == count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("there are {} blobs and not {count}", archive.blobs());
}

/// Waits until the door has taken in what came: a whole file, or the beginning of one.
async fn taken_in(house: &House, whole: bool) {
    if whole {
        assert_blobs_become(house, 1).await;
    } else {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn inv_10_a_connection_that_breaks_off_leaves_nothing_of_the_file() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&smallest_report()).await;
        let id = report.to_string();
        for (size, resets) in [(10_000, false), (10_000, true), (20 << 20, false)] {
            let bytes = pattern(size);
            let begun = Form::new().field("id", &id).file(&bytes);
            let ended = Form::new().file(&bytes).field("other", "x");
            // In the middle of the file, and in the part behind it.
            let cuts = [(begun, size / 2, false), (ended, size + 200, true)];
            for (form, sent, whole) in cuts {
                let mut line = house.line().await;
                line.send(chunked_head(&sender, &form).as_bytes()).await;
                let body = form.unended();
                send_chunk(&mut line, &body[..sent.min(body.len())]).await;
                taken_in(house, whole).await;
                if resets {
                    line.reset();
                } else {
                    drop(line.into_stream());
                }
                assert_blobs_become(house, 0).await;
            }
        }
        assert_eq!(sender.upload(report, b"bytes").await.code(), 0);
        assert_eq!(sender.finish(report).await.done().files.file_id.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn inv_10_a_stream_of_http_2_that_is_reset_leaves_nothing_of_the_file() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&smallest_report()).await;
        let bytes = pattern(10_000);
        let begun = Form::new().field("id", &report.to_string()).file(&bytes);
        let ended = Form::new().file(&bytes).field("other", "x");
        for (form, sent, whole) in [(begun, 5_000, false), (ended, 10_200, true)] {
            let mut connection = http2(house.address).await;
            let content_type = form.content_type();
            let piece = Bytes::from(form.unended()).slice(..sent);
            // One piece comes, and then nothing more for ever.
            let pieces = stream::iter([Ok::<_, Infallible>(piece)]).chain(stream::pending());
            let request = Request::post("http://watchfire.example/ispws/upload")
                .header(header::AUTHORIZATION, sender.authorization())
                .header(header::CONTENT_TYPE, content_type)
                .body(Body::from_stream(pieces))
                .unwrap();
            let answer = tokio::spawn(connection.send_request(request));
            taken_in(house, whole).await;
            // Who no longer waits for the answer resets the stream; the connection lives on.
            answer.abort();
            assert_blobs_become(house, 0).await;
            drop(connection);
        }
        assert_eq!(sender.upload(report, b"bytes").await.code(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_chunk_of_a_wrong_form_ends_the_connection_and_nothing_else() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&smallest_report()).await;
        for junk in ["zz\r\n", "-1\r\n", "ffffffffffffffffff\r\n", "5\r\nbytesX"] {
            let mut line = house.line().await;
            let form = Form::new().field("id", &report.to_string()).file(b"bytes");
            line.send(chunked_head(&sender, &form).as_bytes()).await;
            send_chunk(&mut line, &form.unended()).await;
            line.send(junk.as_bytes()).await;
            let answer: Option<Answer> = line.answer_or_end().await;
            if let Some(answer) = answer {
                assert!(answer.status == 400 || answer.code() == 4200, "{answer:?}");
            }
            assert_blobs_become(house, 0).await;
        }
        assert_eq!(sender.upload(report, b"bytes").await.code(), 0);
    })
    .await;
}
