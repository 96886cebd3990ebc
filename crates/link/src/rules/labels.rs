//! The index of labels: whether one begins at a place of a text, in one look for most places.

use std::collections::HashMap;

/// What a label announces; the number is a position in the rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Platform(usize),
    Service(usize),
    Device(usize),
    Card,
    /// The word for a dot, in an address that is spelled out.
    Dot,
}

/// One spelling of a label.
#[derive(Debug, Clone)]
pub(crate) struct Label {
    /// In lower case where it is ASCII, as spelled elsewhere.
    text: Vec<u8>,
    pub(crate) target: Target,
    /// Announces only with a mark behind it.
    pub(crate) short: bool,
}

impl Label {
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.text).unwrap_or_default()
    }

    /// Whether the label stands at the beginning of `text`, as a word of its own.
    fn is_at(&self, text: &[u8]) -> bool {
        let Some(there) = text.get(..self.text.len()) else {
            return false;
        };
        if !there.eq_ignore_ascii_case(&self.text) {
            return false;
        }
        let last = self.text.last().copied().unwrap_or_default();
        match text.get(self.text.len()) {
            None => true,
            Some(next) if last.is_ascii() => !next.is_ascii_alphanumeric() && *next != b'_',
            // Scripts of two bytes a letter part their words with spaces.
            Some(next) => !(ends_in_two_bytes(&self.text) && matches!(next, 0xc3..=0xd7)),
        }
    }
}

fn ends_in_two_bytes(text: &[u8]) -> bool {
    text.len() >= 2 && matches!(text[text.len() - 2], 0xc3..=0xd7)
}

/// All labels, by the first four bytes of their first word.
#[derive(Debug, Clone)]
pub(crate) struct Labels {
    all: Vec<Label>,
    by_key: HashMap<u32, Vec<u32>>,
    /// One bit for each hash of a key: turns nearly every word away.
    filter: Vec<u64>,
}

impl Default for Labels {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            by_key: HashMap::new(),
            filter: vec![0; FILTER_WORDS],
        }
    }
}

const FILTER_WORDS: usize = 1 << 10;

impl Labels {
    /// Adds a label in its spellings; false if it stands already.
    pub(super) fn add(&mut self, text: &str, target: Target, short: bool) -> bool {
        let lower = text.to_lowercase();
        let mut spellings = vec![lower.clone()];
        if !lower.is_ascii() {
            let mut chars = lower.chars();
            let title = chars
                .next()
                .map(|first| first.to_uppercase().chain(chars).collect::<String>());
            spellings.extend(title);
            spellings.push(lower.to_uppercase());
            spellings.sort();
            spellings.dedup();
        }
        for spelling in spellings {
            let text = spelling.into_bytes();
            if self.all.iter().any(|label| label.text == text) {
                return false;
            }
            self.all.push(Label {
                text,
                target,
                short,
            });
        }
        true
    }

    /// Every spelling with what it announces.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&str, Target)> {
        self.all.iter().filter_map(|label| {
            let text = std::str::from_utf8(&label.text).ok()?;
            Some((text, label.target))
        })
    }

    /// Builds the index; the longest label of a key comes first.
    pub(super) fn finish(&mut self) {
        self.all
            .sort_by_key(|label| std::cmp::Reverse(label.text.len()));
        for (position, label) in self.all.iter().enumerate() {
            let word = label
                .text
                .iter()
                .position(|byte| byte.is_ascii() && !byte.is_ascii_alphanumeric() && *byte != b'_')
                .unwrap_or(label.text.len());
            // A word of one script ends where another begins, as the scanner sees it.
            let script = label.text[0].is_ascii();
            let word = label.text[..word]
                .iter()
                .position(|byte| byte.is_ascii() != script)
                .unwrap_or(word);
            let key = key(&label.text[..word]);
            let position = u32::try_from(position).unwrap_or(u32::MAX);
            self.by_key.entry(key).or_default().push(position);
            let bit = bit(key);
            self.filter[bit >> 6] |= 1 << (bit & 63);
        }
    }

    /// The longest label at the beginning of `text`, whose first word has `word` bytes.
    #[inline]
    pub(crate) fn at(&self, text: &[u8], word: usize) -> Option<&Label> {
        let key = key(&text[..word]);
        let bit = bit(key);
        if self.filter[bit >> 6] & (1 << (bit & 63)) == 0 {
            return None;
        }
        self.find(text, key)
    }

    #[inline(never)]
    fn find(&self, text: &[u8], key: u32) -> Option<&Label> {
        let positions = self.by_key.get(&key)?;
        let mut labels = positions
            .iter()
            .map(|position| &self.all[*position as usize]);
        labels.find(|label| label.is_at(text))
    }
}

/// The first four bytes of a word in lower case; shorter words are padded.
#[inline]
fn key(word: &[u8]) -> u32 {
    let bytes = match word {
        [a, b, c, d, ..] => [*a, *b, *c, *d],
        [a, b, c] => [*a, *b, *c, 0],
        [a, b] => [*a, *b, 0, 0],
        [a] => [*a, 0, 0, 0],
        [] => [0; 4],
    };
    let mut key = u32::from_le_bytes(bytes);
    // Lower case of ASCII letters; a few marks fall together, which only costs a comparison.
    if key & 0x8080_8080 == 0 {
        key |= 0x2020_2020;
    }
    key
}

#[inline]
fn bit(key: u32) -> usize {
    (key.wrapping_mul(0x9e37_79b1) >> 16) as usize
}
