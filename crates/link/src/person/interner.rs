//! Equal texts get equal numbers: what many records share is kept once and compared as a number.

use std::hash::{DefaultHasher, Hasher as _};

/// The number of a text that is not there.
pub(super) const NONE: u32 = u32::MAX;

/// Texts by number. Numbers are given in the order in which texts first come.
#[derive(Default)]
pub(super) struct Interner {
    text: String,
    ends: Vec<u32>,
    /// Open addressing: 32 bits of digest above a text's number, or [`EMPTY`]. The length is a
    /// power of two.
    slots: Vec<u64>,
}

/// A slot without a text; its number would be [`NONE`].
const EMPTY: u64 = u64::MAX;

impl Interner {
    /// The number of a text; [`NONE`] when there is no room left (4 GiB of different texts).
    pub(super) fn number(&mut self, text: &str) -> u32 {
        if self.ends.len() * 4 >= self.slots.len() * 3 {
            self.grow();
        }
        let digest = digest(text);
        let mut slot = self.first_slot(digest);
        while self.slots[slot] != EMPTY {
            let (known, number) = (self.slots[slot] >> 32, low(self.slots[slot]));
            if known == digest && self.text(number) == text {
                return number;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        let Ok(end) = u32::try_from(self.text.len() + text.len()) else {
            return NONE;
        };
        let number = self.len();
        self.text.push_str(text);
        self.ends.push(end);
        self.slots[slot] = digest << 32 | u64::from(number);
        number
    }

    /// The text of a number; empty for [`NONE`].
    pub(super) fn text(&self, number: u32) -> &str {
        let at = number as usize;
        let Some(end) = self.ends.get(at) else {
            return "";
        };
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        &self.text[start as usize..*end as usize]
    }

    /// How many texts there are.
    pub(super) fn len(&self) -> u32 {
        // Fewer texts than bytes, whose count is a u32.
        u32::try_from(self.ends.len()).unwrap_or(NONE)
    }

    fn first_slot(&self, digest: u64) -> usize {
        usize::try_from(digest & (self.slots.len() as u64 - 1)).unwrap_or(0)
    }

    fn grow(&mut self) {
        let length = (self.slots.len() * 2).max(16);
        let old = std::mem::replace(&mut self.slots, vec![EMPTY; length]);
        for entry in old.into_iter().filter(|entry| *entry != EMPTY) {
            let mut slot = self.first_slot(entry >> 32);
            while self.slots[slot] != EMPTY {
                slot = (slot + 1) & (length - 1);
            }
            self.slots[slot] = entry;
        }
    }
}

/// 32 bits of a digest without a key, so that the same records always take the same way.
pub(super) fn digest(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(text.as_bytes());
    hasher.finish() >> 32
}

/// The lower half of a word.
pub(super) const fn low(word: u64) -> u32 {
    let [a, b, c, d, ..] = word.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equal_texts_and_only_they_have_equal_numbers(
            texts in prop::collection::vec(".{0,3}", 0..80)
        ) {
            let mut interner = Interner::default();
            let numbers: Vec<u32> = texts.iter().map(|text| interner.number(text)).collect();
            for (one, text) in numbers.iter().zip(&texts) {
                prop_assert_eq!(interner.text(*one), text);
                for (other, another) in numbers.iter().zip(&texts) {
                    prop_assert_eq!(one == other, text == another);
                }
            }
        }
    }

    #[test]
    fn no_number_has_no_text() {
        assert_eq!(Interner::default().text(NONE), "");
    }
}
