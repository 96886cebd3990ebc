//! The ways a connection is used: kept open, pipelined, with `Expect: 100-continue`, as HTTP/2.

use std::net::SocketAddr;

use axum::body::Body;
use axum::http::{Request, Response, Version, header};
use http_body_util::BodyExt as _;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use server::sender::{SendError, Sender};
use tokio::net::TcpStream;
use wire::ispws::{parse_report_done_response, parse_report_response};

use crate::documents::{Form, file_details, report_number, smallest_report};
use crate::house::{Caller, FORM, XML, inside, on_both};

#[tokio::test]
async fn one_connection_carries_a_whole_report_and_the_next() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let mut line = house.line().await;
        for number in 0..3 {
            let document = report_number(number);
            line.send(&sender.request("/ispws/submit", XML, document.as_bytes()))
                .await;
            let report = line.answer().await.report();
            let form = Form::new().field("id", &report.to_string()).file(b"bytes");
            let content_type = form.content_type();
            line.send(&sender.request("/ispws/upload", &content_type, &form.body()))
                .await;
            let file = line.answer().await.file();
            let details = file_details(report, &file, "");
            line.send(&sender.request("/ispws/fileinfo", XML, details.as_bytes()))
                .await;
            assert_eq!(line.answer().await.code(), 0);
            let id = format!("id={report}");
            line.send(&sender.request("/ispws/finish", FORM, id.as_bytes()))
                .await;
            assert_eq!(line.answer().await.done().files.file_id, [file]);
            // A refusal does not end the connection either.
            line.send(&sender.request("/ispws/finish", FORM, id.as_bytes()))
                .await;
            assert_eq!(line.answer().await.code(), 5102);
        }
    })
    .await;
}

#[tokio::test]
async fn requests_sent_ahead_are_answered_in_their_order() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let requests: Vec<_> = (0..20)
            .flat_map(|number| {
                sender.request("/ispws/submit", XML, report_number(number).as_bytes())
            })
            .collect();
        let mut line = house.line().await;
        line.send(&requests).await;
        for number in 0..20 {
            assert_eq!(line.answer().await.report(), 1_000_001 + number);
        }
    })
    .await;
}

#[tokio::test]
async fn who_expects_to_be_told_to_continue_is_told() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let document = smallest_report();
        let head = |sender: &Caller<'_>| {
            let head = sender.head("POST", "/ispws/submit");
            let length = document.len();
            format!(
                "{head}Content-Type: {XML}\r\nContent-Length: {length}\r\n\
                 Expect: 100-continue\r\n\r\n"
            )
        };
        let mut line = house.line().await;
        line.send(head(&sender).as_bytes()).await;
        assert_eq!(line.answer().await.status, 100);
        line.send(document.as_bytes()).await;
        assert_eq!(line.answer().await.code(), 0);

        // Who will be refused anyway is not told to send its body.
        let stranger = Caller {
            secret: "wf_wrong".to_owned(),
            ..house.sender("another platform").await
        };
        let mut line = house.line().await;
        line.send(head(&stranger).as_bytes()).await;
        assert_eq!(line.answer().await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn a_client_of_http_1_0_is_answered_and_hung_up_on() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let head = sender.head("GET", "/ispws/status");
        let mut line = house.line().await;
        line.send(format!("{}\r\n", head.replace("HTTP/1.1", "HTTP/1.0")).as_bytes())
            .await;
        assert_eq!(line.answer().await.code(), 0);
        assert!(line.is_ended().await);
    })
    .await;
}

/// A connection that speaks HTTP/2 from its first byte.
pub(crate) async fn http2(address: SocketAddr) -> http2::SendRequest<Body> {
    let stream = TcpStream::connect(address).await.unwrap();
    let (requests, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(async move { connection.await.unwrap() });
    requests
}

#[tokio::test]
async fn http_2_is_spoken_without_being_asked_about() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let connection = http2(house.address).await;
        let post = async |path: &str, content_type: String, body: Vec<u8>| {
            let request = Request::post(format!("http://watchfire.example{path}"))
                .header(header::AUTHORIZATION, sender.authorization())
                .header(header::CONTENT_TYPE, content_type)
                .body(Body::from(body))
                .unwrap();
            let mut connection = connection.clone();
            connection.ready().await.unwrap();
            let response: Response<_> = connection.send_request(request).await.unwrap();
            assert_eq!(response.version(), Version::HTTP_2);
            response.into_body().collect().await.unwrap().to_bytes()
        };
        // Many streams at once on one connection.
        let submit = async |number: usize| {
            let body = report_number(number).into_bytes();
            let answer = post("/ispws/submit", XML.to_owned(), body).await;
            let report = parse_report_response(&answer).unwrap().report_id.unwrap();
            let form = Form::new()
                .field("id", &report.to_string())
                .file(&vec![7; 200_000]);
            let content_type = form.content_type();
            let answer = post("/ispws/upload", content_type, form.body()).await;
            let file = parse_report_response(&answer).unwrap().file_id.unwrap();
            let id = format!("id={report}").into_bytes();
            let answer = post("/ispws/finish", FORM.to_owned(), id).await;
            let done = parse_report_done_response(&answer).unwrap();
            assert_eq!(done.files.file_id, [file.as_str()]);
        };
        futures_util::future::join_all((0..10).map(submit)).await;
        assert_eq!(house.cases().await, 10);
    })
    .await;
}

#[tokio::test]
async fn the_house_s_own_client_sends_a_report() {
    on_both(async |house| {
        let account = house.sender("platform").await;
        let (name, secret) = (&account.name, &account.secret);
        let mut sender = Sender::connect(house.address, name, secret).await.unwrap();
        let report = sender.submit(&smallest_report()).await.unwrap();
        let file = sender.upload(report, "a.png", "image/png", b"bytes").await;
        let file = file.unwrap().to_string();
        let details = file_details(report.number(), &file, "");
        sender.describe(&details).await.unwrap();
        assert_eq!(sender.finish(report).await.unwrap(), [file]);
        let again = sender.finish(report).await.unwrap_err();
        assert!(
            matches!(again, SendError::Refused { code: 5102, .. }),
            "{again}"
        );
        let mut stranger = Sender::connect(house.address, name, "wf_wrong")
            .await
            .unwrap();
        let refused = stranger.submit(&smallest_report()).await.unwrap_err();
        assert!(matches!(refused, SendError::Unauthorised), "{refused}");
    })
    .await;
}
