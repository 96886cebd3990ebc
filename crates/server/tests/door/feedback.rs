//! What senders learn of their reports, what staff see of senders, and that none of it ranks.

use model::{CaseId, Deed, ReportId, ReportOutcome};
use serde_json::{Value, json};
use server::{Actor, IntakeError, IntakeRefusal};

use crate::archive::Archive;
use crate::custody::{page, signed_in};
use crate::documents::{ReportXml, report_number, smallest_report};
use crate::house::{Caller, House, inside, on_both};
use crate::line::Answer;

const HOUR_MILLIS: i64 = 3600 * 1000;
const WEEK_MILLIS: i64 = 7 * 24 * HOUR_MILLIS;

fn json_of(answer: &Answer) -> Value {
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    serde_json::from_str(&answer.body).unwrap()
}

async fn feedback(sender: &Caller<'_>, report: i64) -> Answer {
    let path = format!("/api/v1/reports/{report}/feedback");
    sender.get(&path).await
}

async fn ledger(sender: &Caller<'_>) -> Value {
    json_of(&sender.get("/api/v1/sender/ledger").await)
}

async fn record(house: &House, report: i64, outcome: ReportOutcome) -> Result<(), IntakeError> {
    let station = &house.station;
    station
        .record_outcome(Actor::Operator, ReportId::new(report), outcome)
        .await
}

/// A report that the sender escalates minutes after it happened: it may be going on.
fn live_report(email: &str) -> String {
    let incident = "<escalateToHighPriority>The stream is still on.</escalateToHighPriority>";
    ReportXml {
        incident: incident.to_owned(),
        time: "2026-01-02T03:20:00Z",
        ..ReportXml::with_email(email)
    }
    .xml()
}

#[tokio::test]
async fn a_finish_says_what_would_have_helped_beside_the_answer_of_its_protocol() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&report_number(1)).await;
        let answer = sender.finish(report).await;
        // The document stays as the protocol says, byte for byte.
        let plain = wire::ispws::ReportDoneResponse::success(ReportId::new(report), &[]).to_xml();
        assert_eq!(answer.body, plain);
        let link = format!("</api/v1/reports/{report}/feedback>; rel=\"describedby\"");
        assert_eq!(answer.header("link"), Some(link.as_str()));
        let missing = answer.header("watchfire-missing").unwrap().to_owned();
        let expected = "\"ipCaptureEvent/port + ipCaptureEvent/dateTime\";points=";
        assert!(missing.starts_with(expected), "{missing}");

        let mut told = json_of(&feedback(&sender, report).await);
        for (named, gap) in missing.split(", ").zip(told["missing"].as_array().unwrap()) {
            let field = gap["field"].as_str().unwrap();
            assert_eq!(named, format!("\"{field}\";points={}", gap["points"]));
        }
        let number = std::mem::take(&mut told["report"]);
        assert_eq!(number, json!(report));
        insta::assert_json_snapshot!("feedback", told);

        // A refused finish says nothing of the kind.
        let again = sender.finish(report).await;
        assert_eq!((again.code(), again.header("link")), (5102, None));
        assert_eq!(again.header("watchfire-missing"), None);
    })
    .await;
}

#[tokio::test]
async fn a_fuller_report_lacks_less() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let bare = sender.file(&smallest_report()).await;
        let person = "<phone countryCallingCode=\"+1\">202 555 0142</phone>\
                      <email>account@example.com</email>";
        let full = sender.file(&ReportXml::with_person(person).xml()).await;
        let of = async |report| json_of(&feedback(&sender, report).await);
        let (bare, full) = (of(bare).await, of(full).await);
        assert_eq!(
            (&bare["completeness"], &full["completeness"]),
            (&json!(0), &json!(20))
        );
        let rules = |told: &Value| -> Vec<String> {
            let gaps = told["missing"].as_array().unwrap().iter();
            gaps.map(|gap| gap["rule"].as_str().unwrap().to_owned())
                .collect()
        };
        assert!(rules(&bare).contains(&"phone".to_owned()));
        assert!(!rules(&full).contains(&"phone".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn inv_14_feedback_on_anothers_report_answers_as_on_none() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let stranger = house.sender("another platform").await;
        let open = sender.open(&report_number(1)).await;
        let finished = sender.file(&report_number(2)).await;
        let retracted = sender.open(&report_number(3)).await;
        sender.retract(retracted).await;
        let mut told = Vec::new();
        for report in [open, finished, retracted, 1_999_999] {
            let answer = feedback(&stranger, report).await;
            let names: Vec<_> = answer.headers.into_iter().map(|(name, _)| name).collect();
            told.push((answer.status, names, answer.body));
        }
        assert!(told.iter().all(|answer| *answer == told[3]), "{told:?}");
        insta::assert_snapshot!("feedback_on_none", told[3].2);
    })
    .await;
}

#[tokio::test]
async fn a_report_that_is_not_finished_has_no_feedback_yet() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let open = sender.open(&report_number(1)).await;
        let retracted = sender.open(&report_number(2)).await;
        sender.retract(retracted).await;
        for report in [open, retracted] {
            let answer = feedback(&sender, report).await;
            assert_eq!(answer.status, 409);
            assert!(answer.body.contains("api.not-finished"), "{answer:?}");
            let refused = record(house, report, ReportOutcome::Useful).await;
            assert!(matches!(
                refused,
                Err(IntakeError::Refused(IntakeRefusal::NotFinished))
            ));
        }
        house.clock.advance_millis(25 * HOUR_MILLIS);
        assert_eq!(house.station.expire_due().await.unwrap(), 1);
        // To its sender an expired report no longer exists.
        assert_eq!(feedback(&sender, open).await.status, 404);
        for id in ["0", "-1", "x", "%FF", "1%2F2", "99999999999999999999"] {
            let path = format!("/api/v1/reports/{id}/feedback");
            let answer = sender.get(&path).await;
            assert_eq!(answer.status, 404, "{id}");
            assert!(answer.body.contains("http.not-found"), "{id}: {answer:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn only_senders_that_prove_themselves_get_in() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let analyst = house.caller("staff", model::Role::Analyst).await;
        let report = sender.file(&report_number(1)).await;
        let paths = [
            format!("/api/v1/reports/{report}/feedback"),
            "/api/v1/sender/ledger".to_owned(),
        ];
        for path in &paths {
            let wrong = Caller {
                house,
                name: sender.name.clone(),
                secret: analyst.secret.clone(),
            };
            let answer = wrong.get(path).await;
            assert_eq!(answer.status, 401);
            assert!(answer.header("www-authenticate").is_some());
            let kind = answer.header("content-type");
            assert_eq!(kind, Some("application/problem+json"));
            assert!(answer.body.contains("api.unauthorised"), "{answer:?}");
            let answer = analyst.get(path).await;
            assert_eq!(answer.status, 403);
            assert!(answer.body.contains("api.not-a-sender"), "{answer:?}");
            let answer = sender.post(path, "text/plain", b"").await;
            assert_eq!(answer.status, 405);
            assert!(answer.body.contains("api.method"), "{answer:?}");
        }
        let nowhere = sender.get("/api/v1/nothing").await;
        assert_eq!(nowhere.status, 404);
        assert!(nowhere.body.contains("http.not-found"), "{nowhere:?}");
    })
    .await;
}

#[tokio::test]
async fn a_folded_report_names_the_one_it_repeats_and_says_the_same() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let first = sender.file(&report_number(1)).await;
        let second = sender.file(&report_number(1)).await;
        let of = async |report| json_of(&feedback(&sender, report).await);
        let (one, two) = (of(first).await, of(second).await);
        assert_eq!(one.get("repeated_of"), None);
        assert_eq!(two["repeated_of"], json!(first));
        assert_eq!(one["missing"], two["missing"]);
        assert_eq!(one["completeness"], two["completeness"]);
    })
    .await;
}

#[tokio::test]
async fn an_outcome_is_in_custody_in_the_feedback_and_in_the_ledger() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.file(&report_number(1)).await;
        // Recorded weeks later, it still belongs to the week of its report.
        house.clock.advance_millis(2 * WEEK_MILLIS);
        record(house, report, ReportOutcome::NoOutcome)
            .await
            .unwrap();
        record(house, report, ReportOutcome::ChildSafeguarded)
            .await
            .unwrap();
        let told = json_of(&feedback(&sender, report).await);
        assert_eq!(told["outcome"], json!("child_safeguarded"));
        let weeks = ledger(&sender).await["weeks"].clone();
        assert_eq!(weeks.as_array().unwrap().len(), 1);
        assert_eq!(weeks[0]["outcomes"], json!({ "child_safeguarded": 1 }));
        let archive = Archive::of(house).await;
        let deeds = archive.deeds_of(report).await;
        let recorded = deeds.iter().filter(|deed| **deed == Deed::OutcomeRecorded);
        assert_eq!(recorded.count(), 2);
        let events = archive.events().await;
        let note = events.last().unwrap().note.clone();
        assert_eq!(note.as_deref(), Some("child_safeguarded"));
        let unknown = record(house, 1_999_999, ReportOutcome::Useful).await;
        assert!(matches!(
            unknown,
            Err(IntakeError::Refused(IntakeRefusal::NoSuchReport))
        ));
    })
    .await;
}

/// Everything that can be counted, once or more.
async fn a_messy_fortnight(house: &House, sender: &Caller<'_>) {
    sender.file(&smallest_report()).await;
    house.clock.advance_millis(WEEK_MILLIS);
    let first = sender.file(&live_report("account@example.com")).await;
    sender.file(&live_report("account@example.com")).await;
    let open = sender.open(&report_number(1)).await;
    assert_eq!(sender.open(&report_number(1)).await, open);
    assert_eq!(sender.open(&report_number(1)).await, open);
    sender.retract(open).await;
    sender.open(&report_number(2)).await;
    house.clock.advance_millis(25 * HOUR_MILLIS);
    house.station.expire_due().await.unwrap();
    record(house, first, ReportOutcome::Useful).await.unwrap();
}

#[tokio::test]
async fn a_ledger_counts_what_came() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        a_messy_fortnight(house, &sender).await;
        insta::assert_json_snapshot!("ledger", ledger(&sender).await);
        // Another sender's ledger has nothing of it.
        let other = house.sender("another platform").await;
        assert_eq!(ledger(&other).await["weeks"], json!([]));
    })
    .await;
}

#[tokio::test]
async fn what_failed_to_commit_is_not_counted_and_files_are_counted_once() {
    on_both(async |house| {
        let sender = house.sender("platform").await;
        let report = sender.open(&report_number(1)).await;
        let (one, two) = tokio::join!(sender.finish(report), sender.finish(report));
        let mut codes = [one.code(), two.code()];
        codes.sort_unstable();
        assert_eq!(codes, [0, 5102]);
        assert_eq!(ledger(&sender).await["weeks"][0]["reports"], json!(1));
    })
    .await;
}

/// The same live danger counts the same, whoever tells it.
#[tokio::test]
async fn inv_06_a_bad_ledger_lowers_nothing() {
    on_both(async |house| {
        let good = house.sender("good").await;
        let bad = house.sender("bad").await;
        for number in 0..12 {
            let report = bad.file(&report_number(100 + number)).await;
            record(house, report, ReportOutcome::NoCrime).await.unwrap();
            bad.file(&report_number(100 + number)).await;
            let open = bad.open(&report_number(200 + number)).await;
            bad.retract(open).await;
        }
        bad.file(&smallest_report()).await;
        let of_good = good.file(&live_report("one@example.com")).await;
        let of_bad = bad.file(&live_report("two@example.com")).await;
        let archive = Archive::of(house).await;
        let (one, two) = (
            archive.case_of(of_good).await,
            archive.case_of(of_bad).await,
        );
        assert_ne!(one, two);
        let queue = house.station.queue(None, 500).await.unwrap().entries;
        let entry = |case: CaseId| {
            let mut entry = queue
                .iter()
                .find(|entry| entry.case == case)
                .unwrap()
                .clone();
            for reason in &mut entry.reasons {
                reason.refs.clear();
            }
            (
                entry.danger,
                entry.actionability,
                entry.raised,
                entry.reasons,
            )
        };
        assert_eq!(entry(one), entry(two));
        assert!(entry(two).2.is_some());
        assert_eq!([queue[0].case, queue[1].case], [one, two]);
    })
    .await;
}

#[tokio::test]
async fn staff_see_every_sender_with_its_trend() {
    inside(async |house| {
        let sender = house.sender("Meadow <Video>").await;
        a_messy_fortnight(house, &sender).await;
        assert_eq!(page(house, "/senders", "").await.status, 401);
        let cookie = signed_in(house).await;
        let shown = page(house, "/senders", &cookie).await;
        assert_eq!(shown.status, 200);
        for part in [
            "Meadow &#60;Video&#62;",
            "<td class=\"number\">2</td>",
            "1 useful",
            "<code>ipCaptureEvent/port + ipCaptureEvent/dateTime</code>",
            "unknown",
        ] {
            assert!(shown.body.contains(part), "no {part} in {}", shown.body);
        }
        assert!(!shown.body.contains("<script") && !shown.body.contains("style="));
        let queue = page(house, "/", &cookie).await;
        assert!(queue.body.contains("href=\"/senders\""));
    })
    .await;
}

#[test]
fn every_field_that_is_asked_for_is_an_element_of_the_schema() {
    let feedback = triage::Feedback::builtin().unwrap();
    let schema = wire::ispws::xsd();
    for rule in feedback.rules() {
        let field = feedback.ask(rule).unwrap().field().to_owned();
        for step in field.split(" + ").flat_map(|path| path.split('/')) {
            let name = step.strip_prefix('@').unwrap_or(step);
            let known = schema.contains(&format!("name=\"{name}\""));
            // A file comes by a call, not as an element.
            assert!(known || step == "upload", "{rule}: {step}");
        }
    }
}
