//! Folding: a name as sent becomes small Latin words without accents, and their one spelling.

use icu_normalizer::DecomposingNormalizerBorrowed;
use icu_normalizer::properties::CanonicalCombiningClassMapBorrowed;

use super::names::NamePolicy;

/// How much of a name is read, in characters: whatever follows is no name.
pub const NAME_CHARS_MAX: usize = 400;
/// How many words of a name are compared.
pub const NAME_WORDS_MAX: usize = 8;
/// How much of one word is compared, in characters.
pub const WORD_CHARS_MAX: usize = 32;

/// A part of a name in folded form, its words joined by single spaces.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct FoldedName {
    /// Small letters without accents, particles included, in the order in which they were sent.
    pub(super) letters: String,
    /// The one spelling of each word, particles left out, in the order in which they were sent.
    pub(super) spelling: String,
}

impl FoldedName {
    /// Folds a name; `None` for one without letters.
    pub(super) fn read(text: &str, names: &NamePolicy) -> Option<Self> {
        let words = words(text, names);
        Self::of_words(&words, names)
    }

    /// A name of folded words.
    pub(super) fn of_words(words: &[String], names: &NamePolicy) -> Option<Self> {
        if words.is_empty() {
            return None;
        }
        let says_something = words.iter().any(|word| !names.is_left_out(word));
        let mut spelling = String::new();
        for word in words {
            if says_something && names.is_left_out(word) {
                continue;
            }
            if !spelling.is_empty() {
                spelling.push(' ');
            }
            names.spell(word, &mut spelling);
        }
        Some(Self {
            letters: words.join(" "),
            spelling,
        })
    }
}

/// The folded words of a name, at most [`NAME_WORDS_MAX`].
pub(super) fn words(text: &str, names: &NamePolicy) -> Vec<String> {
    let mut words = Words::default();
    if text.is_ascii() {
        for letter in text.chars().take(NAME_CHARS_MAX) {
            words.take(letter, names);
        }
        return words.finish();
    }
    let marks = CanonicalCombiningClassMapBorrowed::new();
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd();
    let letters = decomposed.normalize_iter(text.chars().take(NAME_CHARS_MAX));
    // One compatibility character may stand for a sentence of eighteen.
    let letters = letters.take(2 * NAME_CHARS_MAX);
    for letter in letters.filter(|letter| marks.get_u8(*letter) == 0) {
        words.take(letter, names);
    }
    words.finish()
}

#[derive(Default)]
struct Words {
    done: Vec<String>,
    word: String,
    chars: usize,
}

impl Words {
    fn take(&mut self, letter: char, names: &NamePolicy) {
        if letter.is_ascii_alphanumeric() {
            return self.push(letter.to_ascii_lowercase());
        }
        if is_silent(letter) {
            return;
        }
        if !letter.is_alphanumeric() {
            return self.end_word();
        }
        for small in letter.to_lowercase() {
            match names.latin(small) {
                Some(latin) => latin.chars().for_each(|letter| self.push(letter)),
                None => self.push(small),
            }
        }
    }

    fn push(&mut self, letter: char) {
        if self.chars < WORD_CHARS_MAX {
            self.word.push(letter);
            self.chars += 1;
        }
    }

    fn end_word(&mut self) {
        if !self.word.is_empty() && self.done.len() < NAME_WORDS_MAX {
            self.done.push(std::mem::take(&mut self.word));
        }
        self.word.clear();
        self.chars = 0;
    }

    fn finish(mut self) -> Vec<String> {
        self.end_word();
        self.done
    }
}

/// Apostrophes of every kind, and characters that only steer how text is shown.
const fn is_silent(letter: char) -> bool {
    matches!(
        letter,
        '\'' | '`'
            | '\u{ad}'
            | '\u{b4}'
            | '\u{2b0}'..='\u{2ff}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2018}'
            | '\u{2019}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
    )
}

#[cfg(test)]
#[path = "fold_tests.rs"]
mod tests;
