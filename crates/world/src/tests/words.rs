//! What senders say: the neutral words of official forms, numbers and identifiers, and no more.

use std::collections::BTreeSet;

use serde_json::Value;

use super::small;
use crate::languages::Language;

/// Every word that an English sentence of the world may have. A sentence with another word is for a
/// person to weigh, who adds it here.
const ENGLISH_WORDS: &str = "\
    a abroad account accounts active after against album also an and another arranging as at \
    automated automatic before being book button by call changed child closed copy danger days \
    detection different documented documents family flagged for form forwarded found from \
    further hash holder identified immediate in information is it journalist known list live \
    match member members message monthly name names no not now number occasion of on one open \
    pages panic payer payment payments person picture place platform pressed private public \
    recipient recipients referred relation report reported reporting researcher reviewed risk \
    same sends sent series session sessions several small stated states still support system \
    that the this threatened time to transfers under upload usd user users video was were who";

fn words(text: &str) -> BTreeSet<String> {
    text.split(|letter: char| !letter.is_alphabetic())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

fn sentences(language: Language) -> Vec<String> {
    let Value::Object(all) = serde_json::to_value(language.phrases()).unwrap() else {
        panic!("phrases are a record");
    };
    all.values()
        .map(|text| text.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn english_sentences_are_made_of_the_words_of_forms() {
    let allowed = words(ENGLISH_WORDS);
    for sentence in sentences(Language::English) {
        let strange: Vec<_> = words(&sentence).difference(&allowed).cloned().collect();
        assert!(strange.is_empty(), "{sentence}: {strange:?}");
    }
}

/// A text is made of sentences of the language, with nothing in their places but numbers and
/// identifiers.
fn is_made_of(text: &str, sentences: &[String]) -> bool {
    if text.is_empty() {
        return true;
    }
    sentences.iter().any(|sentence| {
        let mut parts = sentence.split("{}");
        let Some(rest) = parts.next().and_then(|begin| text.strip_prefix(begin)) else {
            return false;
        };
        let mut rest = rest;
        for part in parts {
            let end = if part.is_empty() {
                Some(rest.len())
            } else {
                rest.find(part)
            };
            let Some(end) = end else {
                return false;
            };
            if !is_value(&rest[..end]) {
                return false;
            }
            rest = &rest[end + part.len()..];
        }
        is_made_of(rest.trim_start(), sentences)
    })
}

/// Numbers, phones, addresses and handles: ASCII without a word that is not part of one.
fn is_value(text: &str) -> bool {
    let platforms = crate::PLATFORMS.map(|platform| format!("({})", platform.name));
    let mut text = text.to_owned();
    for platform in &platforms {
        text = text.replace(platform, "");
    }
    text.split(' ').all(|word| {
        let bare = matches!(word, "" | ";" | "[at]" | "[dot]");
        let signs = word.contains(|c: char| c.is_ascii_digit() || "@.[_".contains(c));
        // A part of a disguised address: lower-case letters and no more.
        let part = word.len() <= 12 && word.chars().all(|c| c.is_ascii_lowercase());
        word.is_ascii() && (bare || signs || part)
    })
}

#[test]
fn every_narrative_is_made_of_the_sentences_of_its_language() {
    let world = small(31, 6_000);
    let truth = world.truth();
    let mut told = BTreeSet::new();
    for report in world.reports() {
        let tag = truth.reports[&report.name].language;
        let language = Language::ALL.into_iter().find(|one| one.tag() == tag);
        let sentences = sentences(language.unwrap());
        let document = &report.report;
        let said = [
            &document.additional_info,
            &document.incident_summary.escalate_to_high_priority,
        ];
        for text in said.into_iter().flatten() {
            assert!(is_made_of(text, &sentences), "{}: {text}", report.name);
            told.insert(tag);
        }
        for party in &document.person_or_user_reported {
            assert_eq!(party.additional_info, None);
        }
    }
    assert_eq!(told.len(), Language::ALL.len());
}
