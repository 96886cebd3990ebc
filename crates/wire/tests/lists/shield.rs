//! Arachnid Shield's requests and answers.

use model::Pdq;
use proptest::prelude::*;
use serde_json::json;
use wire::lists::shield::{
    BadScan, Classification, MatchType, NearMatch, PDQ_HASHES_MAX, ScanPdqHashes, ScannedMedia,
    ScannedPdqHash, ScannedPdqHashes, pdq_base64,
};

fn near() -> NearMatch {
    NearMatch {
        timestamp: 1.5,
        sha1_base32: "AAAA".to_owned(),
        sha256_hex: "00".to_owned(),
        classification: Some(Classification::Test),
    }
}

fn media() -> ScannedMedia {
    ScannedMedia {
        sha1_base32: "BBBB".to_owned(),
        sha256_hex: "11".to_owned(),
        size_bytes: 7,
        classification: Some(Classification::HarmfulAbusiveMaterial),
        match_type: Some(MatchType::Near),
        near_match_details: vec![near()],
    }
}

#[test]
fn inv_11_answers_parse_back() {
    let text = serde_json::to_string_pretty(&media()).unwrap();
    insta::assert_snapshot!("shield-media", text);
    assert_eq!(
        serde_json::from_str::<ScannedMedia>(&text).unwrap(),
        media()
    );
    let hash = |near_match_details| ScannedPdqHash {
        classification: Classification::NoKnownMatch,
        match_type: None,
        near_match_details,
    };
    let scanned_hashes = [
        ("a=".to_owned(), hash(None)),
        ("b=".to_owned(), hash(Some(near()))),
    ];
    let hashes = ScannedPdqHashes {
        scanned_hashes: scanned_hashes.into(),
    };
    let text = serde_json::to_string_pretty(&hashes).unwrap();
    insta::assert_snapshot!("shield-pdq", text);
    assert_eq!(
        serde_json::from_str::<ScannedPdqHashes>(&text).unwrap(),
        hashes
    );
}

#[test]
fn near_matches_are_taken_flat_and_nested_alone_and_in_a_list() {
    let flat = json!({"timestamp": 1.5, "sha1_base32": "AAAA", "sha256_hex": "00",
                      "classification": "test"});
    let nested = json!({"timestamp": 1.5, "media": {"sha1_base32": "AAAA", "sha256_hex": "00",
                        "classification": "test"}});
    for details in [&flat, &nested, &json!([flat]), &json!([nested])] {
        let mut answer = serde_json::to_value(media()).unwrap();
        answer["near_match_details"] = details.clone();
        assert_eq!(
            serde_json::from_value::<ScannedMedia>(answer).unwrap(),
            media()
        );
    }
    for absent in [json!(null), json!([])] {
        let mut answer = serde_json::to_value(media()).unwrap();
        answer["near_match_details"] = absent;
        let answer: ScannedMedia = serde_json::from_value(answer).unwrap();
        assert!(answer.near_match_details.is_empty());
    }
    let bad = json!({"classification": "csam", "near_match_details": [{"timestamp": 1}]});
    assert!(serde_json::from_value::<ScannedPdqHash>(bad).is_err());
}

#[test]
fn nothing_known_is_no_match_and_a_test_file_is_one() {
    let mut answer = media();
    for (classification, is_match) in [
        (None, false),
        (Some(Classification::NoKnownMatch), false),
        (Some(Classification::Csam), true),
        (Some(Classification::Test), true),
    ] {
        answer.classification = classification;
        assert_eq!(answer.is_match(), is_match);
        let written = serde_json::to_value(&answer).unwrap();
        assert_eq!(written["is_match"], json!(is_match));
    }
}

#[test]
fn inv_10_hashes_of_a_scan_request() {
    let hashes = |count| ScanPdqHashes {
        hashes: vec![pdq_base64(&Pdq::new([1; 32])); count],
    };
    assert_eq!(
        hashes(PDQ_HASHES_MAX).decoded().unwrap().len(),
        PDQ_HASHES_MAX
    );
    assert_eq!(hashes(PDQ_HASHES_MAX + 1).decoded(), Err(BadScan::TooMany));
}

#[test]
fn inv_08_a_bad_hash_is_named_by_its_number_alone() {
    for bad in ["", "AAAA", "secret value!", &"A".repeat(44)] {
        let request = ScanPdqHashes {
            hashes: vec![pdq_base64(&Pdq::new([1; 32])), bad.to_owned()],
        };
        let refusal = request.decoded().unwrap_err();
        assert_eq!(refusal, BadScan::Hash { number: 2 });
        assert!(bad.is_empty() || !refusal.to_string().contains(bad));
    }
}

proptest! {
    #[test]
    fn inv_11_requests_parse_back(hashes in prop::collection::vec(any::<[u8; 32]>(), 0..9)) {
        let hashes: Vec<_> = hashes.into_iter().map(Pdq::new).collect();
        let text = serde_json::to_string(&ScanPdqHashes::new(&hashes)).unwrap();
        let back: ScanPdqHashes = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(back.decoded().unwrap(), hashes);
    }
}
