//! Folding: hostile names are bounded, and folding a folded name changes nothing.

use super::super::testing::names;
use super::*;
use proptest::prelude::*;

fn folded(text: &str) -> String {
    FoldedName::read(text, names()).map_or_else(String::new, |name| name.letters)
}

#[test]
fn accents_case_and_scripts_are_folded() {
    assert_eq!(folded("  ÁNA-Lucía  D'Souza "), "ana lucia dsouza");
    assert_eq!(folded("Щукин"), "shchukin");
    assert_eq!(folded("Θεοδώρα"), "theodora");
    assert_eq!(folded("מרים"), "מרים");
    assert_eq!(folded("李 小龍"), "李 小龍");
    assert_eq!(folded("..."), "");
}

#[test]
fn characters_that_only_steer_the_text_do_not_count() {
    assert_eq!(folded("\u{202e}Ma\u{200b}ria\u{202c}"), "maria");
    assert_eq!(folded("\u{feff}Maria\u{200f}"), "maria");
}

#[test]
fn a_name_of_particles_alone_is_still_a_name() {
    let name = FoldedName::read("de la", names()).unwrap();
    assert_eq!(name.letters, "de la");
    assert!(!name.spelling.is_empty());
}

#[test]
fn a_name_is_read_up_to_its_limits_and_no_further() {
    let at_limit = "a ".repeat(NAME_WORDS_MAX);
    assert_eq!(folded(&at_limit), folded(&format!("{at_limit} b")));
    assert_eq!(folded(&at_limit).split(' ').count(), NAME_WORDS_MAX);
    let word = "ab".repeat(WORD_CHARS_MAX / 2);
    assert_eq!(folded(&word), word);
    assert_eq!(folded(&format!("{word}c")), word);
    let silent = "'".repeat(NAME_CHARS_MAX - 1);
    assert_eq!(folded(&format!("{silent}a")), "a");
    assert_eq!(folded(&format!("{silent}'a")), "");
}

#[test]
fn hostile_names_are_bounded() {
    let storm: String = "e\u{301}\u{302}\u{303}"
        .chars()
        .cycle()
        .take(1 << 20)
        .collect();
    for name in [
        "x".repeat(1 << 20),
        "x ".repeat(1 << 19),
        storm,
        "\u{202e}".repeat(1 << 18),
        "\u{fdfa}".repeat(1 << 18),
        "ß".repeat(1 << 19),
        "щ".repeat(1 << 19),
    ] {
        let name = FoldedName::read(&name, names()).unwrap_or_default();
        assert!(name.letters.chars().count() <= NAME_WORDS_MAX * (WORD_CHARS_MAX + 1));
        assert!(name.spelling.len() <= 2 * NAME_WORDS_MAX * (WORD_CHARS_MAX + 1));
    }
}

proptest! {
    #[test]
    fn folding_what_is_folded_changes_nothing(text in any::<String>()) {
        let once = folded(&text);
        prop_assert_eq!(folded(&once), once);
    }

    #[test]
    fn folding_latin_names_keeps_every_word(words in prop::collection::vec("[a-z]{1,12}", 1..6)) {
        let text = words.join(" ");
        prop_assert_eq!(folded(&text.to_uppercase()), text);
    }

    #[test]
    fn each_word_that_says_something_has_a_spelling(word in "[a-z]{1,32}") {
        let mut spelling = String::new();
        names().spell(&word, &mut spelling);
        prop_assert!(!spelling.is_empty());
        prop_assert!(spelling.len() <= 2 * word.len() + 8);
    }
}
