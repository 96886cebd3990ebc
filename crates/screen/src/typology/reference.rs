//! The words of a payment: purposes that are given as a cover, and handles on social platforms.

use crate::transfer::Flags;

/// The words that are looked for, in small letters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct References {
    purposes: Vec<String>,
    platforms: Vec<String>,
}

/// A handle has at least so many characters: `@ 5` and `@me` are none.
const HANDLE_CHARS_MIN: usize = 3;

impl References {
    pub(super) fn purpose(&mut self, word: &str) {
        self.purposes.push(word.to_lowercase());
    }

    pub(super) fn platform(&mut self, word: &str) {
        self.platforms.push(word.to_lowercase());
    }

    pub(super) fn flags(&self, text: &str) -> Flags {
        let text = text.to_lowercase();
        let mut flags = Flags::NONE;
        if self.purposes.iter().any(|word| stands_in(&text, word)) {
            flags = flags.and(Flags::PURPOSE);
        }
        if names_handle(&text) || self.platforms.iter().any(|word| stands_in(&text, word)) {
            flags = flags.and(Flags::HANDLE);
        }
        flags
    }
}

/// Whether the word stands in the text as a word of its own; in scripts that set no spaces between
/// words, whether it stands there at all.
fn stands_in(text: &str, word: &str) -> bool {
    let spaced = word.chars().all(|letter| letter < FIRST_UNSPACED);
    let letter = |at: Option<char>| at.is_some_and(char::is_alphanumeric);
    text.match_indices(word).any(|(at, found)| {
        let (before, after) = (&text[..at], &text[at + found.len()..]);
        !spaced || !(letter(before.chars().next_back()) || letter(after.chars().next()))
    })
}

/// Thai, Lao, Khmer, Burmese, Chinese and Japanese begin here; what is spaced and lies above, such
/// as Georgian and Korean, is found inside words too, which errs on the side of finding.
const FIRST_UNSPACED: char = '\u{0e00}';

/// Whether the text has an `@name` that is not the middle of an email address.
fn names_handle(text: &str) -> bool {
    text.match_indices('@').any(|(at, _)| {
        let after = &text[at + 1..];
        let name = after
            .chars()
            .take_while(|next| next.is_ascii_alphanumeric() || *next == '_');
        let before = text[..at].chars().next_back();
        name.count() >= HANDLE_CHARS_MIN && !before.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_as_words_and_handles_are_no_emails() {
        let mut references = References::default();
        references.purpose("School Fees");
        references.purpose("gift");
        references.purpose("\u{0e04}\u{0e48}\u{0e32}\u{0e40}\u{0e17}\u{0e2d}\u{0e21}");
        references.platform("telegram");
        let flags = |text| references.flags(text);
        assert_eq!(flags("SCHOOL FEES, June"), Flags::PURPOSE);
        assert_eq!(flags("gifts"), Flags::NONE);
        assert_eq!(flags("a gift."), Flags::PURPOSE);
        let thai = "x\u{0e04}\u{0e48}\u{0e32}\u{0e40}\u{0e17}\u{0e2d}\u{0e21}\u{0e01}";
        assert_eq!(flags(thai), Flags::PURPOSE);
        assert_eq!(flags("for @opaque_41"), Flags::HANDLE);
        assert_eq!(flags("Telegram: gift"), Flags::HANDLE.and(Flags::PURPOSE));
        assert_eq!(flags("invoice@example.com"), Flags::NONE);
        assert_eq!(flags("2 @ 5.00"), Flags::NONE);
        assert_eq!(flags(""), Flags::NONE);
    }
}
