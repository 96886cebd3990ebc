//! The part of Hasher-Matcher-Actioner's interface that its clients call: `/h/hash`, `/m/lookup`,
//! `/m/raw_lookup`, `/m/compare` and `/m/index/status`.
//!
//! Source of the shapes: facebook/ThreatExchange, `hasher-matcher-actioner/`. Lists are its banks,
//! entries its contents. Nothing is fetched from a URL: who has the file sends it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use model::{EntryId, MaterialHash, PDQ_DISTANCE, Pdq};
use serde::{Deserialize, Serialize};

use super::{
    Asker, DOCUMENT_BYTES_MAX, Declined, HASHES_MAX, admit, body, failed, file, json, refused,
    settle,
};
use crate::ispws::{Approach, IspwsDoor};
use crate::material::{Comparison, Hashed};

pub(super) fn routes() -> Router<Arc<IspwsDoor>> {
    Router::new()
        .route("/h/hash", get(no_fetching).post(hash))
        .route("/m/lookup", get(lookup).post(lookup_file))
        .route("/m/raw_lookup", get(raw_lookup))
        .route("/m/compare", post(compare))
        .route("/m/index/status", get(status))
}

type Shared = State<Arc<IspwsDoor>>;

/// What a look-up asks about.
#[derive(Deserialize)]
struct Question {
    #[serde(default)]
    signal: String,
    #[serde(default)]
    signal_type: String,
    #[serde(default)]
    include_distance: String,
    #[serde(default)]
    url: String,
}

#[derive(Serialize)]
struct Matches<T> {
    matches: Vec<T>,
}

#[derive(Serialize)]
struct WithDistance {
    content_id: EntryId,
    distance: String,
}

#[derive(Serialize)]
struct Status {
    present: bool,
    built_to: i64,
    size: i64,
}

#[derive(Serialize)]
struct Compared {
    distance: u32,
}

async fn no_fetching(State(door): Shared, request: Request) -> Response {
    let declined = match admit(&door, Approach::of(&request)).await {
        Ok(_) => refused(NO_FETCHING),
        Err(declined) => declined,
    };
    declined.response()
}

const NO_FETCHING: &str =
    "Nothing is fetched from a URL here: send the file itself, as multipart/form-data with POST.";

async fn hash(State(door): Shared, request: Request) -> Response {
    let hashed = async {
        admit(&door, Approach::of(&request)).await?;
        let (field, bytes) = file(request).await?;
        let hashed = door.station.hash_bytes(&bytes).await;
        Ok(json(&signals(&field, &hashed)?))
    };
    settle(hashed.await)
}

/// The signals of a file, by their types, as its field's name asks for.
fn signals(field: &str, hashed: &Hashed) -> Result<BTreeMap<&'static str, String>, Declined> {
    match field {
        "photo" => match &hashed.pdq {
            Some(pdq) => Ok(BTreeMap::from([("pdq", pdq.clone())])),
            None => Err(refused(hashed.look.not_looked.clone().unwrap_or_else(
                || "This is no picture that can be looked into.".to_owned(),
            ))),
        },
        "video" => Ok(BTreeMap::from([("video_md5", hashed.md5.clone())])),
        _ => Err(refused(
            "The part's name says what it is: call it photo or video.",
        )),
    }
}

async fn lookup_file(State(door): Shared, request: Request) -> Response {
    let answer = async {
        let asker = admit(&door, Approach::of(&request)).await?;
        let (field, bytes) = file(request).await?;
        let hashed = door.station.hash_bytes(&bytes).await;
        let mut found: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
        for (kind, value) in signals(&field, &hashed)? {
            let answer = ask(&door, asker, kind, &value).await?;
            found.insert(kind, banks(&answer));
        }
        Ok(json(&found))
    };
    settle(answer.await)
}

async fn lookup(
    State(door): Shared,
    Query(question): Query<Question>,
    request: Request,
) -> Response {
    let approach = Approach::of(&request);
    let answer = async {
        let asker = admit(&door, approach).await?;
        if !question.url.is_empty() {
            return Err(refused(NO_FETCHING));
        }
        let answer = ask(&door, asker, &question.signal_type, &question.signal).await?;
        Ok(json(&banks(&answer)))
    };
    settle(answer.await)
}

async fn raw_lookup(
    State(door): Shared,
    Query(question): Query<Question>,
    request: Request,
) -> Response {
    let approach = Approach::of(&request);
    let answer = async {
        let asker = admit(&door, approach).await?;
        let answer = ask(&door, asker, &question.signal_type, &question.signal).await?;
        if matches!(question.include_distance.as_str(), "true" | "1" | "True") {
            let with_distance = answer.matches.iter().map(|found| WithDistance {
                content_id: found.entry,
                distance: found.distance.to_string(),
            });
            return Ok(json(&Matches {
                matches: with_distance.collect(),
            }));
        }
        let matches = answer.matches.iter().map(|found| found.entry).collect();
        Ok(json(&Matches { matches }))
    };
    settle(answer.await)
}

async fn compare(State(door): Shared, request: Request) -> Response {
    let compared = async {
        admit(&door, Approach::of(&request)).await?;
        let document = body(request.into_body(), DOCUMENT_BYTES_MAX).await?;
        let shape = || refused("Send {\"pdq\": [\"…\", \"…\"]}: two signals of each type.");
        let asked: BTreeMap<String, [String; 2]> =
            serde_json::from_slice(&document).map_err(|_| shape())?;
        if asked.len() > HASHES_MAX {
            return Err(shape());
        }
        let mut told: BTreeMap<String, (bool, Compared)> = BTreeMap::new();
        for (kind, [one, two]) in asked {
            let distance = distance(&kind, &one, &two)?;
            let near = distance <= if kind == "pdq" { PDQ_DISTANCE } else { 0 };
            told.insert(kind, (near, Compared { distance }));
        }
        Ok(json(&told))
    };
    settle(compared.await)
}

fn distance(kind: &str, one: &str, two: &str) -> Result<u32, Declined> {
    let (one, two) = (signal(kind, one)?, signal(kind, two)?);
    Ok(match (&one, &two) {
        (MaterialHash::Pdq(one), MaterialHash::Pdq(two)) => Pdq::distance(one, two),
        _ => u32::from(one != two),
    })
}

async fn status(State(door): Shared, request: Request) -> Response {
    let approach = Approach::of(&request);
    let told = async {
        admit(&door, approach).await?;
        let lists = door.station.lists().await;
        let lists = lists.map_err(|error| failed(&error))?;
        let size: i64 = lists.iter().map(|list| list.entries).sum();
        // A list is searched as it is: what was imported a moment ago is in it.
        let status = || Status {
            present: size > 0,
            built_to: if size > 0 {
                door.station.now().millis() / 1000
            } else {
                -1
            },
            size,
        };
        Ok(json(&BTreeMap::from([
            ("pdq", status()),
            ("video_md5", status()),
        ])))
    };
    settle(told.await)
}

/// A signal of one of HMA's types.
fn signal(kind: &str, value: &str) -> Result<MaterialHash, Declined> {
    let kind = match kind {
        "pdq" => "pdq",
        "video_md5" => "md5",
        _ => return Err(refused("No such signal type: pdq and video_md5 are known.")),
    };
    MaterialHash::parse(kind, value).map_err(|error| refused(format!("Invalid signal: {error}.")))
}

async fn ask(
    door: &IspwsDoor,
    asker: Asker,
    kind: &str,
    value: &str,
) -> Result<Comparison, Declined> {
    let hash = signal(kind, value)?;
    let answers = door
        .station
        .match_hashes_for(asker.who(), std::slice::from_ref(&hash))
        .await
        .map_err(|error| failed(&error))?;
    Ok(answers.into_iter().next().unwrap_or_default())
}

/// The names of the lists that match, each once.
fn banks(answer: &Comparison) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for found in &answer.matches {
        if !names.contains(&found.list) {
            names.push(found.list.clone());
        }
    }
    names
}
