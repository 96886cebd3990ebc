//! The scan interface of Arachnid Shield v1, so that its clients move by changing a URL.
//!
//! Source of the shapes: CdnCentreForChildProtection/arachnid-shield-sdk-rust. Nothing is fetched
//! from a URL. `no-known-match` says that nothing is known, never that a file is safe. Which known
//! file is near is not told: hashes of lists are secret.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::post;
use data_encoding::BASE32;
use model::{ListPurpose, MaterialHash};
use wire::lists::shield::{
    Classification, ErrorDetail, MatchType, ScanPdqHashes, ScannedMedia, ScannedPdqHash,
    ScannedPdqHashes,
};

use super::{DOCUMENT_BYTES_MAX, Declined, MATCHED_BYTES_MAX, admit, body, failed, json, refused};
use crate::ispws::{Approach, IspwsDoor};
use crate::material::{Comparison, Found};

pub(super) fn routes() -> Router<Arc<IspwsDoor>> {
    Router::new()
        .route("/v1/media/", post(media))
        .route("/v1/pdq/", post(pdq))
        .route("/v1/url/", post(url))
}

type Shared = State<Arc<IspwsDoor>>;

async fn media(State(door): Shared, request: Request) -> Response {
    let scanned = async {
        let asker = admit(&door, Approach::of(&request)).await?;
        let bytes = body(request.into_body(), MATCHED_BYTES_MAX).await?;
        let hashed = door.station.hash_bytes(&bytes).await;
        let answer = door.station.match_hashed(asker.who(), &hashed).await;
        let answer = answer.map_err(|error| failed(&error))?;
        Ok(json(&ScannedMedia {
            sha1_base32: BASE32.encode(&vault::Digester::of(&bytes).sha1),
            sha256_hex: hashed.sha256,
            size_bytes: hashed.size,
            classification: Some(classification(&answer)),
            match_type: match_type(&answer),
            near_match_details: Vec::new(),
        }))
    };
    settle(scanned.await)
}

async fn pdq(State(door): Shared, request: Request) -> Response {
    let scanned = async {
        let asker = admit(&door, Approach::of(&request)).await?;
        let document = body(request.into_body(), DOCUMENT_BYTES_MAX).await?;
        let sent: ScanPdqHashes = serde_json::from_slice(&document)
            .map_err(|_| refused("Send {\"hashes\": [\"…\"]}, each 32 bytes in Base64."))?;
        let hashes = sent.decoded().map_err(|bad| refused(bad.to_string()))?;
        let hashes: Vec<MaterialHash> = hashes.into_iter().map(MaterialHash::Pdq).collect();
        let answers = door.station.match_hashes_for(asker.who(), &hashes).await;
        let answers = answers.map_err(|error| failed(&error))?;
        let scanned_hashes = sent.hashes.into_iter().zip(&answers);
        Ok(json(&ScannedPdqHashes {
            scanned_hashes: scanned_hashes
                .map(|(hash, answer)| (hash, scanned_hash(answer)))
                .collect(),
        }))
    };
    settle(scanned.await)
}

async fn url(State(door): Shared, request: Request) -> Response {
    let admitted = admit(&door, Approach::of(&request)).await;
    let what = "Nothing is fetched from a URL here: send the file itself to /v1/media/.";
    settle(admitted.and_then(|_| Err(refused(what))))
}

fn scanned_hash(answer: &Comparison) -> ScannedPdqHash {
    ScannedPdqHash {
        classification: classification(answer),
        match_type: match_type(answer),
        near_match_details: None,
    }
}

/// The gravest class among the matches; a list of harmless material speaks against all.
fn classification(answer: &Comparison) -> Classification {
    let class = |found: &Found| match found.purpose {
        ListPurpose::Abuse => Some(Classification::Csam),
        ListPurpose::Exploitative => Some(Classification::HarmfulAbusiveMaterial),
        ListPurpose::Test => Some(Classification::Test),
        ListPurpose::Intimate | ListPurpose::Terrorist | ListPurpose::Benign => None,
    };
    let is_benign = |found: &Found| found.purpose == ListPurpose::Benign;
    if answer.matches.iter().any(is_benign) {
        return Classification::NoKnownMatch;
    }
    // The classes stand in the order of their gravity, but for "nothing known" before "test".
    let classes = answer.matches.iter().filter_map(class);
    classes.min().unwrap_or(Classification::NoKnownMatch)
}

fn match_type(answer: &Comparison) -> Option<MatchType> {
    if classification(answer) == Classification::NoKnownMatch {
        return None;
    }
    let nearest = answer.matches.first()?;
    Some(if nearest.distance == 0 && nearest.algorithm != "pdq" {
        MatchType::Exact
    } else {
        MatchType::Near
    })
}

/// The answer; a refusal in the words of that interface.
fn settle(answer: Result<Response, Declined>) -> Response {
    match answer {
        Ok(response) => response,
        Err(Declined::Request(detail)) => {
            let mut response = json(&ErrorDetail { detail });
            *response.status_mut() = StatusCode::BAD_REQUEST;
            response
        }
        Err(declined) => declined.response(),
    }
}
