//! A flood of junk from the address of a good sender: the junk waits, the good sender does not.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use model::Role;
use tokio::time::timeout;

use crate::documents::{Form, report_number, smallest_report};
use crate::house::{Caller, FORM, House, XML, basic, inside};
use crate::line::{Answer, Line};

/// Junk requests in all, and connections that send them.
const JUNK: u32 = 1_000;
const LINES: u32 = 250;
/// What a good sender is answered within, on a machine that has nothing but the flood to do. Junk
/// waits for 2 seconds once its address is known for it.
const PROMPT: Duration = Duration::from_millis(1_500);

/// Sends a request from the one address that everybody shares, and gives the answer.
async fn exchange(house: &House, request: &[u8]) -> Answer {
    let mut line = Line::to(house.address).await;
    line.send(request).await;
    line.answer().await
}

/// Requests that are all refused: by who sends them, and by what they hold.
fn junk(good: &Caller<'_>, sloppy: &Caller<'_>) -> Vec<(Vec<u8>, u16)> {
    let document = smallest_report();
    let with = |authorization: &str| {
        let length = document.len();
        let head = "POST /ispws/submit HTTP/1.1\r\nHost: a\r\n";
        format!(
            "{head}Authorization: {authorization}\r\nContent-Length: {length}\r\n\r\n{document}"
        )
        .into_bytes()
    };
    let form = Form::new().field("id", "x").file(b"bytes");
    let guess = (with(&basic(&good.name, &sloppy.secret)), 401);
    vec![
        (with("Basic junk"), 401),
        (with(&basic(&good.name, "wf_guess")), 401),
        // Secrets of the right form: only Argon2 tells that they are not this account's.
        guess.clone(),
        guess.clone(),
        guess,
        (with(&basic("nobody", &sloppy.secret)), 401),
        (sloppy.request("/ispws/submit", XML, b"<report>"), 200),
        (sloppy.request("/ispws/submit", XML, b"<report/>"), 200),
        (sloppy.request("/ispws/finish", FORM, b"id=x"), 200),
        (
            sloppy.request("/ispws/fileinfo", XML, document.as_bytes()),
            200,
        ),
        (
            sloppy.request("/ispws/upload", &form.content_type(), &form.body()),
            200,
        ),
        (sloppy.request("/ispws/retract", FORM, b"id=17"), 200),
    ]
}

/// A call of somebody who was never here before is answered promptly too.
async fn assert_newcomer_served(house: &House, newcomer: &Caller<'_>) {
    let request = newcomer.request("/ispws/submit", XML, smallest_report().as_bytes());
    let answered = timeout(PROMPT, exchange(house, &request)).await;
    let answer = answered.unwrap_or_else(|_| panic!("the newcomer waits"));
    assert_eq!(answer.code(), 0, "{answer:?}");
}

/// The calls of one report, each answered promptly, from the address of the flood.
async fn assert_served(house: &House, sender: &Caller<'_>, number: usize) {
    let prompt = async |path: &str, content_type: &str, body: &[u8]| {
        let request = sender.request(path, content_type, body);
        let answered = timeout(PROMPT, exchange(house, &request)).await;
        let answer = answered.unwrap_or_else(|_| panic!("{path} of report {number} waits"));
        assert_eq!(answer.code(), 0, "{answer:?}");
        answer
    };
    let document = report_number(number);
    let report = prompt("/ispws/submit", XML, document.as_bytes())
        .await
        .report();
    let form = Form::new().field("id", &report.to_string()).file(b"bytes");
    prompt("/ispws/upload", &form.content_type(), &form.body()).await;
    let id = format!("id={report}");
    prompt("/ispws/finish", FORM, id.as_bytes()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inv_10_a_flood_of_junk_is_slowed_and_a_good_sender_beside_it_is_not() {
    inside(async |house| {
        let good = house.sender("platform").await;
        let sloppy = house.caller("sloppy platform", Role::Sender).await;
        let newcomer = house.sender("new platform").await;
        assert_served(house, &good, 0).await;
        let requests = junk(&good, &sloppy);
        let sent = AtomicU32::new(0);
        let flood = (0..LINES).map(async |_| {
            loop {
                let number = sent.fetch_add(1, Ordering::SeqCst);
                if number >= JUNK {
                    break;
                }
                let kind = usize::try_from(number).unwrap() % requests.len();
                let (request, status) = &requests[kind];
                let answer = exchange(house, request).await;
                assert_eq!(answer.status, *status);
                assert!(*status == 401 || answer.code() != 0);
            }
        });
        let served = async {
            let mut number = 1;
            while sent.load(Ordering::SeqCst) < JUNK {
                assert_served(house, &good, number).await;
                if number == 20 {
                    assert_newcomer_served(house, &newcomer).await;
                }
                number += 1;
            }
            number
        };
        let (served, _) = tokio::join!(served, futures_util::future::join_all(flood));
        assert!(served > 20, "only {served} reports came through");

        // Whoever sends junk now waits …
        let waits = timeout(PROMPT, exchange(house, &requests[0].0)).await;
        assert!(waits.is_err(), "{waits:?}");
        assert_served(house, &good, served).await;
        // … until it is forgotten.
        house.clock.advance_millis(3_000 * 2_000);
        assert_served(house, &good, served + 1).await;
        let forgiven = timeout(PROMPT, exchange(house, &requests[0].0)).await;
        assert_eq!(forgiven.unwrap().status, 401);
    })
    .await;
}

#[tokio::test]
async fn the_junk_of_one_address_is_not_another_s() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let request = sender.request("/ispws/finish", FORM, b"id=x");
        // One connection after the other: these would be slowed for minutes if they came from one
        // address.
        for _ in 0..200 {
            let mut line = house.line().await;
            line.send(&request).await;
            let answer = timeout(PROMPT, line.answer()).await.unwrap();
            assert_eq!(answer.code(), 4000);
        }
    })
    .await;
}
