//! The sentences: each language says each of them, in its own script and with the same places.

use super::fill;
use crate::languages::Language;

/// Name and text of each sentence of a language.
fn sentences(language: Language) -> Vec<(String, String)> {
    let serde_json::Value::Object(all) = serde_json::to_value(language.phrases()).unwrap() else {
        panic!("phrases are a record");
    };
    all.into_iter()
        .map(|(name, text)| (name, text.as_str().unwrap().to_owned()))
        .collect()
}

#[test]
fn every_language_says_every_sentence_with_the_same_places() {
    let english = sentences(Language::English);
    for language in Language::ALL {
        for ((name, text), (_, english)) in sentences(language).iter().zip(&english) {
            assert!(text.chars().count() > 8, "{language:?} {name}");
            assert_eq!(
                text.matches("{}").count(),
                english.matches("{}").count(),
                "{language:?} {name}"
            );
            assert!(!text.contains(['<', '>', '&', '\n']), "{language:?} {name}");
        }
    }
}

#[test]
fn every_language_is_written_in_its_script() {
    for language in Language::ALL {
        let (from, to) = match language {
            Language::Arabic => ('\u{600}', '\u{6ff}'),
            Language::Hindi => ('\u{900}', '\u{97f}'),
            Language::Russian | Language::Ukrainian => ('\u{400}', '\u{4ff}'),
            Language::Thai => ('\u{e00}', '\u{e7f}'),
            _ => ('A', '\u{1ef9}'),
        };
        for (name, text) in sentences(language) {
            let letters = text.replace("USD", "");
            for letter in letters.chars().filter(|letter| letter.is_alphabetic()) {
                assert!(
                    (from..=to).contains(&letter),
                    "{language:?} {name}: {letter}"
                );
            }
        }
    }
}

#[test]
fn places_are_filled_in_order() {
    assert_eq!(fill("{} of {}.", &["1", "2"]), "1 of 2.");
    assert_eq!(fill("none.", &["1"]), "none.");
    assert_eq!(fill("{} and {}", &["1"]), "1 and ");
}
