//! Lists of known material, and the doors that answer whether something is known.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Deed, ListPurpose, Role};
use serde_json::{Value, json};
use server::{Actor, ListSettings};
use wire::lists::Format;

use crate::archive::Archive;
use crate::documents::Form;
use crate::house::{Caller, inside, on_both};
use crate::line::Answer;
use crate::material::{import, list, md5_of, pdq_of, picture, settings};

fn json_of(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    serde_json::from_str(&answer.body).unwrap()
}

async fn ask(caller: &Caller<'_>, hashes: &Value) -> Answer {
    let body = json!({ "hashes": hashes }).to_string();
    caller
        .post("/api/v1/match", "application/json", body.as_bytes())
        .await
}

async fn matches(caller: &Caller<'_>, value: &str) -> usize {
    let hashes = json!([{ "kind": "md5", "value": value }]);
    let answer = json_of(&ask(caller, &hashes).await);
    answer["answers"][0]["matches"].as_array().unwrap().len()
}

fn shared() -> ListSettings {
    ListSettings {
        compartment: "shared".to_owned(),
        ..settings(ListPurpose::Abuse)
    }
}

#[tokio::test]
async fn every_match_is_answered_in_full() {
    on_both(async |house| {
        let analyst = house.caller("analyst", Role::Analyst).await;
        let (one, two) = ("1".repeat(32), "2".repeat(32));
        let csv = format!("id,md5,label\n7,{one},A2\n");
        list(house, "first", &settings(ListPurpose::Abuse), &csv).await;
        list(house, "second", &settings(ListPurpose::Exploitative), &csv).await;
        let hashes = json!([{ "kind": "md5", "value": one }, { "kind": "md5", "value": two }]);
        let answer = json_of(&ask(&analyst, &hashes).await);
        let found = &answer["answers"][0]["matches"];
        assert_eq!(found.as_array().unwrap().len(), 2);
        assert_eq!(found[0]["list"], "first");
        assert_eq!(found[0]["id"], "7");
        assert_eq!(found[0]["label"], "A2");
        assert_eq!(found[0]["purpose"], "abuse");
        assert_eq!(found[1]["list"], "second");
        assert_eq!(answer["answers"][1]["matches"], json!([]));
        assert_eq!(answer["answers"][1]["lists"], 2);
        // The answer was in the log before it was given, without the hash.
        let events = Archive::of(house).await.events().await;
        let event = events.last().unwrap();
        assert_eq!(event.deed, Deed::MaterialCompared);
        assert_eq!(event.note.as_deref(), Some("2 of hashes: 2 matches"));
    })
    .await;
}

#[tokio::test]
async fn a_list_is_consulted_only_while_it_is_on() {
    inside(async |house| {
        let analyst = house.caller("analyst", Role::Analyst).await;
        let hash = "3".repeat(32);
        list(
            house,
            "known",
            &settings(ListPurpose::Abuse),
            &format!("id,md5\n1,{hash}\n"),
        )
        .await;
        assert_eq!(matches(&analyst, &hash).await, 1);
        let station = &house.station;
        let until = station.now().plus_millis(1000);
        let set = station.set_list(Actor::Operator, "known", |it| it.until = Some(until));
        assert!(set.await.unwrap().on);
        assert_eq!(matches(&analyst, &hash).await, 1);
        house.clock.advance_millis(1000);
        assert_eq!(matches(&analyst, &hash).await, 0);
        let on = station.set_list(Actor::Operator, "known", |it| it.until = None);
        assert!(on.await.unwrap().on);
        assert_eq!(matches(&analyst, &hash).await, 1);
        let gone = import(house, "known", "id,md5,status\n").await;
        assert_eq!(gone.removed, 0);
        station.shred_list(Actor::Operator, "known").await.unwrap();
        assert_eq!(matches(&analyst, &hash).await, 0);
    })
    .await;
}

#[tokio::test]
async fn inv_14_a_sender_learns_nothing_of_the_agencys_lists() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let analyst = house.caller("analyst", Role::Analyst).await;
        let (own, common) = ("4".repeat(32), "5".repeat(32));
        list(
            house,
            "own",
            &settings(ListPurpose::Abuse),
            &format!("id,md5\n1,{own}\n"),
        )
        .await;
        list(house, "common", &shared(), &format!("id,md5\n1,{common}\n")).await;
        assert_eq!(
            (
                matches(&sender, &own).await,
                matches(&sender, &common).await
            ),
            (0, 1)
        );
        assert_eq!(
            (
                matches(&analyst, &own).await,
                matches(&analyst, &common).await
            ),
            (1, 1)
        );
        let hashes = json!([{ "kind": "md5", "value": own }]);
        let told = json_of(&ask(&sender, &hashes).await);
        assert_eq!(told["answers"][0]["lists"], 1);
    })
    .await;
}

#[tokio::test]
async fn clients_of_hma_move_by_changing_a_url() {
    inside(async |house| {
        let analyst = house.caller("analyst", Role::Analyst).await;
        let hash = pdq_of(house, &picture(1, 0)).await;
        list(
            house,
            "BANK",
            &settings(ListPurpose::Abuse),
            &format!("id,pdq\n1,{hash}\n"),
        )
        .await;
        let form = |name: &str| {
            let head = format!("Content-Disposition: form-data; name=\"{name}\"; filename=\"a\"");
            Form::new().part(&head, &picture(1, 6))
        };
        let hashed = json_of(&analyst.send_form("/h/hash", form("photo")).await);
        assert_eq!(hashed["pdq"].as_str().unwrap().len(), 64);
        let video = json_of(&analyst.send_form("/h/hash", form("video")).await);
        assert_eq!(video["video_md5"], md5_of(&picture(1, 6)));
        let found = json_of(&analyst.send_form("/m/lookup", form("photo")).await);
        assert_eq!(found, json!({ "pdq": ["BANK"] }));
        let path = format!("/m/lookup?signal_type=pdq&signal={hash}");
        assert_eq!(json_of(&analyst.get(&path).await), json!(["BANK"]));
        let path = format!("/m/raw_lookup?signal_type=pdq&signal={hash}");
        assert_eq!(
            json_of(&analyst.get(&path).await),
            json!({ "matches": [1] })
        );
        let path = format!("{path}&include_distance=true");
        let told = json!({ "matches": [{ "content_id": 1, "distance": "0" }] });
        assert_eq!(json_of(&analyst.get(&path).await), told);
        let status = json_of(&analyst.get("/m/index/status").await);
        assert_eq!(status["pdq"]["size"], 1);
        let body = json!({ "pdq": [hash, hash] }).to_string();
        let told = analyst
            .post("/m/compare", "application/json", body.as_bytes())
            .await;
        assert_eq!(json_of(&told), json!({ "pdq": [true, { "distance": 0 }] }));
        for (path, why) in [
            ("/h/hash?url=http://example.com/a.png", "Nothing is fetched"),
            (
                "/m/lookup?url=http://example.com/a.png",
                "Nothing is fetched",
            ),
            ("/m/lookup?signal_type=tmk&signal=1", "No such signal type"),
            (
                "/m/lookup?signal_type=pdq&signal=1",
                "64 hexadecimal digits",
            ),
        ] {
            let answer = analyst.get(path).await;
            assert_eq!(answer.status, 400);
            assert!(answer.body.contains(why), "{}", answer.body);
        }
    })
    .await;
}

#[tokio::test]
async fn clients_of_arachnid_shield_move_by_changing_a_url() {
    inside(async |house| {
        let sender = house.sender("platform").await;
        let known = picture(1, 0);
        let hash = pdq_of(house, &known).await;
        let csv = format!("id,pdq,md5\n1,{hash},{}\n", md5_of(&known));
        list(house, "known", &shared(), &csv).await;
        let scan = async |bytes: &[u8]| {
            let answer = sender.post("/v1/media/", "image/bmp", bytes).await;
            json_of(&answer)
        };
        let exact = scan(&known).await;
        assert_eq!(exact["classification"], "csam");
        assert_eq!(exact["match_type"], "exact");
        assert_eq!(exact["size_bytes"], known.len());
        assert_eq!(exact["sha1_base32"].as_str().unwrap().len(), 32);
        let near = scan(&picture(1, 6)).await;
        assert_eq!(
            (&near["classification"], &near["match_type"]),
            (&json!("csam"), &json!("near"))
        );
        let none = scan(b"nothing known").await;
        assert_eq!(none["classification"], "no-known-match");
        assert_eq!(none["match_type"], Value::Null);
        let bytes: model::Pdq = hash.parse().unwrap();
        let encoded = STANDARD.encode(bytes.bytes());
        let body = json!({ "hashes": [encoded] }).to_string();
        let told = sender
            .post("/v1/pdq/", "application/json", body.as_bytes())
            .await;
        let told = json_of(&told);
        assert_eq!(told["scanned_hashes"][&encoded]["classification"], "csam");
        let refused = sender
            .post("/v1/url/", "application/json", b"{\"url\":\"http://a\"}")
            .await;
        assert_eq!(refused.status, 400);
        assert!(refused.body.contains("detail"), "{}", refused.body);
    })
    .await;
}

#[tokio::test]
async fn inv_10_questions_have_a_limit_and_bad_ones_a_reason() {
    inside(async |house| {
        let analyst = house.caller("analyst", Role::Analyst).await;
        let hashes = |count: usize| {
            let one = json!({ "kind": "md5", "value": "6".repeat(32) });
            Value::Array(vec![one; count])
        };
        assert_eq!(ask(&analyst, &hashes(1000)).await.status, 200);
        for (body, why) in [
            (hashes(1001), "1 to 1000 hashes"),
            (hashes(0), "1 to 1000 hashes"),
            (
                json!([{ "kind": "md5", "value": "x" }]),
                "Hash 1: a md5 hash",
            ),
            (json!([{ "kind": "md5" }]), "Line 1"),
            (json!("x"), "Line 1"),
        ] {
            let answer = ask(&analyst, &body).await;
            assert_eq!(answer.status, 400);
            assert!(answer.body.contains(why), "{}", answer.body);
        }
        let mut line = house.line().await;
        line.send(b"POST /api/v1/match HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
            .await;
        assert_eq!(line.answer().await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn a_list_that_breaks_off_keeps_what_came_before_and_goes_on_later() {
    on_both(async |house| {
        let station = &house.station;
        let whole = r#"{"@odata.context":"http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/US/$metadata#Media","value":[
{"MediaID":1,"Category":1,"MD5":"11111111111111111111111111111111"},
{"MediaID":2,"Category":2,"MD5":"22222222222222222222222222222222"},
{"MediaID":3,"Category":2,"MD5":"33333333333333333333333333333333"}]}"#;
        let added = station.add_list(Actor::Operator, "vic", &settings(ListPurpose::Abuse)).await;
        added.unwrap();
        let import = async |text: &str| {
            let source = std::io::Cursor::new(text.to_owned());
            let done = station.import_list(Actor::Operator, "vic", Format::Vics, source, |_| ());
            done.await.unwrap()
        };
        let cut = import(&whole[..whole.len() - 30]).await;
        assert_eq!((cut.put, cut.code.as_deref()), (2, Some("list.cut")));
        let rest = import(whole).await;
        assert_eq!((rest.put, rest.unchanged, rest.broken), (1, 2, None));
        let changed = import(&whole.replace("\"Category\":1", "\"Category\":4")).await;
        assert_eq!((changed.put, changed.unchanged), (1, 2));
        let lists = station.lists().await.unwrap();
        assert_eq!(lists[0].entries, 3);
        let again = settings(ListPurpose::Abuse);
        let refused = station.add_list(Actor::Operator, "vic", &again).await;
        assert!(refused.is_err());
    })
    .await;
}
