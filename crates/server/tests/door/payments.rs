//! Transfers that are screened before they are released, and alerts on their case's page.

use serde_json::{Value, json};

use crate::custody::{page, signed_in};
use crate::house::{Caller, House, inside, on_both};
use crate::line::Answer;

async fn ask(caller: &Caller<'_>, body: &Value) -> Answer {
    let body = body.to_string();
    caller
        .post("/api/v1/screen", "application/json", body.as_bytes())
        .await
}

fn transfer(number: usize) -> Value {
    json!({
        "id": format!("t{number}"),
        // Night in Sydney, day in Manila.
        "time": format!("2025-12-{:02}T13:05:00Z", number + 1),
        "sender": "DE89370400440532013000",
        "receiver": format!("PH-{}", number % 9),
        "amount": format!("{}.00", 20 + number % 3 * 10),
        "currency": "USD",
        "sender_country": "AU",
        "receiver_country": "PH",
        "channel": "remittance",
        "reference": "school fees @demo_name",
    })
}

#[tokio::test]
async fn a_transfer_is_answered_with_the_reasons_to_look_first() {
    inside(async |house| {
        let sender = house.sender("remitter").await;
        let batch: Vec<Value> = (0..24).map(transfer).collect();
        let answer = ask(&sender, &json!({ "transfers": batch })).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        let told: Value = serde_json::from_str(&answer.body).unwrap();
        let answers = told["answers"].as_array().unwrap();
        assert_eq!(answers.len(), 24);
        assert_eq!(answers[0], json!({ "id": "t0", "alerts": [] }));
        let alert = &answers[23]["alerts"][0];
        assert_eq!(alert["account"], "DE89370400440532013000");
        assert_eq!(
            (&alert["side"], &alert["route"]),
            (&json!("sender"), &json!("review"))
        );
        let reasons = alert["reasons"].as_array().unwrap();
        assert!(reasons.len() >= 3, "{reasons:?}");
        let points: u64 = reasons
            .iter()
            .map(|it| it["points"].as_u64().unwrap())
            .sum();
        assert_eq!(alert["points"].as_u64().unwrap(), points);
    })
    .await;
}

/// Keeps a report that names an account.
async fn named(house: &House, account: &str) {
    let document = format!(
        "<report><incidentSummary><incidentType>Child Sex Trafficking</incidentType>\
         <incidentDateTime>2026-03-04T03:04:05Z</incidentDateTime></incidentSummary>\
         <reporter><reportingPerson><firstName>Robin</firstName></reportingPerson></reporter>\
         <personOrUserReported><additionalInfo>Paid to IBAN {account}.</additionalInfo>\
         </personOrUserReported></report>"
    );
    let origin = server::Origin {
        door: model::Door::CommandLine,
        source: Some("report.xml"),
    };
    let report = wire::ispws::parse_report(document.as_bytes()).unwrap();
    let station = &house.station;
    let number = station.number_report().await.unwrap();
    let operator = server::Actor::Operator;
    let kept = station.submit_whole(operator, origin, number, document.as_bytes(), &report);
    kept.await.unwrap();
}

#[tokio::test]
async fn an_account_that_a_report_names_is_known_within_seconds() {
    on_both(async |house| {
        let sender = house.sender("remitter").await;
        // The indicators that hold for a payer after a month in which an account was paid too.
        let indicators = async |payer: &str, paid: &str| -> Vec<String> {
            let batch = (0..24).map(|number| {
                let mut one = transfer(number);
                one["sender"] = json!(payer);
                if number % 9 == 3 {
                    one["receiver"] = json!(paid);
                }
                one
            });
            let batch: Vec<Value> = batch.collect();
            let answer = ask(&sender, &json!({ "transfers": batch })).await;
            let told: Value = serde_json::from_str(&answer.body).unwrap();
            let alert = &told["answers"][23]["alerts"][0];
            let reasons = alert["reasons"].as_array().unwrap().iter();
            let id = |reason: &Value| reason["indicator"].as_str().unwrap().to_owned();
            reasons.map(id).collect()
        };
        let is_known = |found: &[String]| found.iter().any(|id| id == "E3");
        let (one, other) = ("GB33BUKB20201555555555", "DE02120300000000202051");
        assert!(!is_known(&indicators("payer 1", one).await));
        for account in [one, other] {
            named(house, account).await;
        }
        // Within ten seconds the reports are not looked at again.
        assert!(!is_known(&indicators("payer 2", one).await));
        house.clock.advance_millis(10_000);
        assert!(is_known(&indicators("payer 3", one).await));
        // This one comes only now.
        assert!(is_known(&indicators("payer 4", other).await));
        assert!(!is_known(&indicators("payer 5", "PH-3").await));
    })
    .await;
}

#[tokio::test]
async fn inv_10_a_transfer_that_cannot_be_read_is_named_and_stops_no_other() {
    inside(async |house| {
        let sender = house.sender("remitter").await;
        let with = |field: &str, value: Value| {
            let mut one = transfer(0);
            one[field] = value;
            one
        };
        let batch = json!({ "transfers": [
            with("amount", json!("-1")),
            with("amount", json!("NaN")),
            with("currency", json!("XXY")),
            with("time", json!("2025-12-01")),
            with("time", json!("2126-12-01T00:00:00Z")),
            with("sender", json!("")),
            with("receiver_country", json!("Manila")),
            transfer(1),
        ] });
        let answer = ask(&sender, &batch).await;
        let told: Value = serde_json::from_str(&answer.body).unwrap();
        let answers = told["answers"].as_array().unwrap();
        let rejected = |answer: &&Value| answer.get("rejected").is_some();
        assert_eq!(answers.iter().filter(rejected).count(), 7, "{answers:?}");
        assert!(answers[7].get("rejected").is_none());
        let many = |count: usize| json!({ "transfers": vec![transfer(0); count] });
        assert_eq!(ask(&sender, &many(1000)).await.status, 200);
        for bad in [many(1001), many(0), json!({}), json!({ "transfers": [{}] })] {
            let answer = ask(&sender, &bad).await;
            assert_eq!(answer.status, 400, "{}", answer.body);
            assert!(answer.body.contains("match.request"));
        }
    })
    .await;
}

#[tokio::test]
async fn the_page_of_an_alerts_case_shows_its_payments_and_accuses_nobody() {
    inside(async |house| {
        let rows: Vec<Value> = (0..6)
            .map(|number| {
                json!({
                    "id": format!("t{number}"),
                    "time": format!("2025-12-0{}T13:05:00Z", number + 1),
                    "sender": "DE89370400440532013000", "receiver": format!("PH-{number}"),
                    "amount_minor": 2000 + number * 1000, "currency": "USD",
                    "receiver_country": "PH"
                })
            })
            .collect();
        let alert = json!({ "payment_alert": {
            "account": "DE89370400440532013000", "side": "sender", "route": "protection",
            "at": "2025-12-06T13:05:00Z", "points": 60, "policy": "1", "source": "book.csv",
            "input_sha256": "", "rows": rows, "mentions": [], "names": [], "texts": [],
            "reasons": [{
                "indicator": "B1", "version": "1", "points": 60, "text": "Six receivers in a week.",
                "kind": "inferred", "source": "ours", "dated": "2026", "parameters": [],
                "payments": 6, "counterparties": 6, "rows": []
            }]
        } });
        let alert = serde_json::from_value(alert).unwrap();
        let station = &house.station;
        let kept = station
            .submit_alert(server::Actor::Operator, &alert)
            .await
            .unwrap();
        let again = station
            .submit_alert(server::Actor::Operator, &alert)
            .await
            .unwrap();
        assert_eq!(kept.report, again.report);
        assert!(again.repeated);
        let queue = station.queue(None, 9).await.unwrap().entries;
        // A third of the alert's points, rounded up.
        assert_eq!((queue.len(), queue[0].danger), (1, 20));
        let path = format!("/cases/{}", queue[0].case);
        let shown = page(house, &path, &signed_in(house).await).await.body;
        for words in [
            "Payments of report",
            "6 payments, 6 counterparties",
            "protect, do not accuse",
            "20.00 USD",
            "70.00 USD",
            "Six receivers in a week.",
            "<svg",
        ] {
            assert!(shown.contains(words), "{words}: {shown}");
        }
    })
    .await;
}
