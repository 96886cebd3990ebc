//! Text as a reader means it, for comparison only: look-alikes, foreign digits, invisible marks and
//! the brackets of defanged addresses become plain ASCII, and every byte knows where it came from.

use std::borrow::Cow;
use std::ops::Range;

use icu_normalizer::ComposingNormalizerBorrowed;

/// The longest bracketed mark (`[ dot ]`) that is read, in bytes.
const BRACKET_BYTES_MAX: usize = 24;

/// Letters that look like ASCII ones, from Unicode's confusables (UTS #39, confusables.txt 17.0):
/// Cyrillic, Greek, Armenian and a few of Latin. Ascending, for binary search.
const LOOK_ALIKES: &[(char, u8)] = &[
    ('ı', b'i'),
    ('ɑ', b'a'),
    ('ɡ', b'g'),
    ('ɩ', b'i'),
    ('Α', b'A'),
    ('Β', b'B'),
    ('Ε', b'E'),
    ('Ζ', b'Z'),
    ('Η', b'H'),
    ('Ι', b'I'),
    ('Κ', b'K'),
    ('Μ', b'M'),
    ('Ν', b'N'),
    ('Ο', b'O'),
    ('Ρ', b'P'),
    ('Τ', b'T'),
    ('Υ', b'Y'),
    ('Χ', b'X'),
    ('α', b'a'),
    ('γ', b'y'),
    ('ι', b'i'),
    ('ν', b'v'),
    ('ο', b'o'),
    ('ρ', b'p'),
    ('σ', b'o'),
    ('υ', b'u'),
    ('ϲ', b'c'),
    ('ϳ', b'j'),
    ('Ѕ', b'S'),
    ('І', b'I'),
    ('Ј', b'J'),
    ('А', b'A'),
    ('В', b'B'),
    ('Е', b'E'),
    ('К', b'K'),
    ('М', b'M'),
    ('Н', b'H'),
    ('О', b'O'),
    ('Р', b'P'),
    ('С', b'C'),
    ('Т', b'T'),
    ('У', b'Y'),
    ('Х', b'X'),
    ('а', b'a'),
    ('е', b'e'),
    ('о', b'o'),
    ('р', b'p'),
    ('с', b'c'),
    ('у', b'y'),
    ('х', b'x'),
    ('ѕ', b's'),
    ('і', b'i'),
    ('ј', b'j'),
    ('ѵ', b'v'),
    ('һ', b'h'),
    ('ӏ', b'l'),
    ('ԁ', b'd'),
    ('ԛ', b'q'),
    ('ԝ', b'w'),
    ('հ', b'h'),
    ('ո', b'n'),
    ('ս', b'u'),
    ('օ', b'o'),
];

/// The zeros of the decimal digits that reports are written in (Unicode, general category Nd).
const ZEROS: &[char] = &[
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}',
    '\u{be6}', '\u{c66}', '\u{ce6}', '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}',
    '\u{1040}', '\u{1090}', '\u{17e0}', '\u{1810}',
];

/// Words in brackets, and what they stand for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Brackets(pub(crate) Vec<(String, u8)>);

/// A text and the way back to the one it was made from.
pub(crate) struct Folded<'t> {
    text: Cow<'t, str>,
    /// Where the distance between the two texts changes, ascending.
    turns: Vec<Turn>,
}

struct Turn {
    folded: usize,
    original: usize,
    /// Bytes of the original that the one byte at `folded` stands for; 0 for a plain run.
    wide: usize,
}

/// What stands at a place.
enum Found {
    /// Nothing to change; go on at this byte.
    Nothing(usize),
    /// The bytes of the range stand for one byte, or for none.
    One(Range<usize>, Option<u8>),
    /// Every character of the range is a look-alike.
    LookAlikes(usize),
}

impl<'t> Folded<'t> {
    /// Folds a text. Takes time in its length.
    pub(crate) fn new(text: &'t str, brackets: &Brackets) -> Self {
        let mut folder = Folder {
            text,
            out: String::new(),
            turns: Vec::new(),
            copied: 0,
        };
        let bytes = text.as_bytes();
        let mut at = 0;
        while let Some(ahead) = bytes[at..]
            .iter()
            .position(|byte| SPECIAL[usize::from(*byte)])
        {
            at += ahead;
            at = match look(text, at, brackets) {
                Found::Nothing(next) => next,
                Found::One(range, put) => {
                    let next = range.end;
                    folder.put(range, put);
                    next
                }
                Found::LookAlikes(end) => {
                    for (offset, c) in text[at..end].char_indices() {
                        let start = at + offset;
                        folder.put(start..start + c.len_utf8(), look_alike(c));
                    }
                    end
                }
            };
        }
        folder.finish()
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The range of the original that a range of the folded text, which is not empty, came from.
    pub(crate) fn original(&self, range: &Range<usize>) -> Range<usize> {
        if self.turns.is_empty() {
            return range.clone();
        }
        let turn_of = |at: usize| {
            let after = self.turns.partition_point(|turn| turn.folded <= at);
            after.checked_sub(1).map(|before| &self.turns[before])
        };
        let start = turn_of(range.start).map_or(range.start, |turn| {
            turn.original + (range.start - turn.folded)
        });
        let last = range.end.saturating_sub(1);
        let end = turn_of(last).map_or(last + 1, |turn| match turn.wide {
            0 => turn.original + (last - turn.folded) + 1,
            wide => turn.original + wide,
        });
        start..end
    }
}

struct Folder<'t> {
    text: &'t str,
    out: String,
    turns: Vec<Turn>,
    copied: usize,
}

impl<'t> Folder<'t> {
    fn put(&mut self, range: Range<usize>, byte: Option<u8>) {
        self.out.push_str(&self.text[self.copied..range.start]);
        if let Some(byte) = byte {
            self.turns.push(Turn {
                folded: self.out.len(),
                original: range.start,
                wide: range.len(),
            });
            self.out.push(char::from(byte));
        }
        self.turns.push(Turn {
            folded: self.out.len(),
            original: range.end,
            wide: 0,
        });
        self.copied = range.end;
    }

    fn finish(mut self) -> Folded<'t> {
        if self.turns.is_empty() {
            return Folded {
                text: Cow::Borrowed(self.text),
                turns: self.turns,
            };
        }
        self.out.push_str(&self.text[self.copied..]);
        Folded {
            text: Cow::Owned(self.out),
            turns: self.turns,
        }
    }
}

/// Bytes that may begin something to fold.
static SPECIAL: [bool; 256] = {
    let mut table = [false; 256];
    let mut at = 0xc2;
    while at < 0xf5 {
        // Accented Latin, Hebrew, and the ideographs and syllables of East Asia hold nothing.
        table[at] = !matches!(at, 0xc3 | 0xc6..=0xc8 | 0xcc | 0xcd | 0xd7 | 0xe4..=0xed);
        at += 1;
    }
    table[b'[' as usize] = true;
    table[b'(' as usize] = true;
    table[b'{' as usize] = true;
    table[b'\\' as usize] = true;
    table
};

fn look(text: &str, at: usize, brackets: &Brackets) -> Found {
    let bytes = text.as_bytes();
    match bytes[at] {
        b'[' | b'(' | b'{' => bracket(text, at, brackets).unwrap_or(Found::Nothing(at + 1)),
        b'\\' => match bytes.get(at + 1) {
            Some(b'.' | b'@' | b':') => Found::One(at..at + 1, None),
            _ => Found::Nothing(at + 1),
        },
        0xc4 | 0xc9 | 0xce..=0xd6 => letters(text, at),
        _ => match text[at..].chars().next() {
            Some(c) => single(text, at, c),
            None => Found::Nothing(at + 1),
        },
    }
}

/// A run of two-byte letters: they are look-alikes if all of them can be, and an ASCII letter
/// stands beside them. A word in its own script is left alone.
fn letters(text: &str, at: usize) -> Found {
    let bytes = text.as_bytes();
    let mut all = true;
    let mut end = at;
    while let Some(lead @ (0xc4 | 0xc9 | 0xce..=0xd6)) = bytes.get(end) {
        let second = bytes.get(end + 1).copied().unwrap_or_default();
        if all {
            let code = u32::from(lead & 0x1f) << 6 | u32::from(second & 0x3f);
            all = char::from_u32(code).is_some_and(|c| look_alike(c).is_some());
        }
        end += 2;
    }
    let beside = |at: Option<usize>| {
        at.and_then(|at| bytes.get(at))
            .is_some_and(u8::is_ascii_alphabetic)
    };
    if all && (beside(at.checked_sub(1)) || beside(Some(end))) {
        Found::LookAlikes(end)
    } else {
        Found::Nothing(end)
    }
}

fn look_alike(c: char) -> Option<u8> {
    let found = LOOK_ALIKES.binary_search_by_key(&c, |(known, _)| *known);
    found.ok().map(|position| LOOK_ALIKES[position].1)
}

fn single(text: &str, at: usize, c: char) -> Found {
    let range = at..at + c.len_utf8();
    let put = match c {
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' => {
            return Found::One(range, None);
        }
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => Some(b' '),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe63}' => Some(b'-'),
        '\u{2022}' | '\u{25cf}' | '\u{2217}' => Some(b'*'),
        '\u{ff01}'..='\u{ff5e}' => u8::try_from(u32::from(c) - 0xff01 + 0x21).ok(),
        '\u{3002}' | '\u{ff61}' if is_within_word(text, &range) => Some(b'.'),
        '\u{24b6}'..='\u{24e9}' | '\u{2100}'..='\u{214f}' | '\u{1d400}'..='\u{1d7ff}' => styled(c),
        _ => digit(c),
    };
    match put {
        Some(put) => Found::One(range, Some(put)),
        None => Found::Nothing(range.end),
    }
}

fn digit(c: char) -> Option<u8> {
    let after = ZEROS.partition_point(|zero| *zero <= c);
    let zero = *ZEROS.get(after.checked_sub(1)?)?;
    let value = u8::try_from(u32::from(c) - u32::from(zero)).ok()?;
    (value < 10).then(|| b'0' + value)
}

/// A letter or digit in a mathematical or enclosed style.
fn styled(c: char) -> Option<u8> {
    let mut buffer = [0; 4];
    let plain = ComposingNormalizerBorrowed::new_nfkc().normalize(c.encode_utf8(&mut buffer));
    match plain.as_bytes() {
        [byte] if byte.is_ascii_alphanumeric() => Some(*byte),
        _ => None,
    }
}

/// Whether ASCII letters or digits stand on both sides.
fn is_within_word(text: &str, range: &Range<usize>) -> bool {
    let bytes = text.as_bytes();
    let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    is_word(range.start.checked_sub(1).and_then(|at| bytes.get(at)))
        && is_word(bytes.get(range.end))
}

/// `[.]`, `(dot)`, `{at}` and the like, with the spaces around them; also `[.` without its end.
fn bracket(text: &str, at: usize, brackets: &Brackets) -> Option<Found> {
    let bytes = text.as_bytes();
    let first = *bytes.get(at + 1)?;
    // Most brackets hold words: turned away by their first byte.
    if !matches!(first, b'.' | b'@' | b':' | b' ') && !first.is_ascii_alphabetic() && first < 0x80 {
        return None;
    }
    let window = &bytes[at + 1..bytes.len().min(at + 1 + BRACKET_BYTES_MAX)];
    let Some(length) = window
        .iter()
        .position(|byte| matches!(byte, b']' | b')' | b'}' | b'\n'))
    else {
        return half(bytes, at);
    };
    let inside = text.get(at + 1..at + 1 + length)?.trim_matches(' ');
    let put = match inside {
        "." => b'.',
        "@" => b'@',
        ":" => b':',
        word => {
            let same = |known: &str| known.eq_ignore_ascii_case(word) || known == word;
            brackets.0.iter().find(|(known, _)| same(known))?.1
        }
    };
    let mut range = at..at + length + 2;
    let is_space = |at: usize| bytes.get(at) == Some(&b' ');
    if put != b':' && is_space(range.end) && at > 0 && is_space(at - 1) {
        range = at - 1..range.end + 1;
    }
    Some(Found::One(range, Some(put)))
}

fn half(bytes: &[u8], at: usize) -> Option<Found> {
    let is_word = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_alphanumeric);
    let fits = bytes.get(at + 1) == Some(&b'.') && at > 0 && is_word(at - 1) && is_word(at + 2);
    fits.then(|| Found::One(at..at + 2, Some(b'.')))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn brackets() -> Brackets {
        Brackets(vec![
            ("dot".to_owned(), b'.'),
            ("at".to_owned(), b'@'),
            ("точка".to_owned(), b'.'),
        ])
    }

    fn folded(text: &str) -> String {
        Folded::new(text, &brackets()).text().to_owned()
    }

    #[test]
    fn a_reader_sees_what_is_meant() {
        for (text, expected) in [
            ("maria[at]example[dot]com", "maria@example.com"),
            ("maria (AT) example ( dot ) com", "maria@example.com"),
            (
                "example[.]com and example{.}com",
                "example.com and example.com",
            ),
            ("example[.com", "example.com"),
            ("example\\.com", "example.com"),
            ("host(точка)example", "host.example"),
            ("ｍａｒｉａ＠ｅｘａｍｐｌｅ．ｃｏｍ", "maria@example.com"),
            ("mаriа", "maria"),
            ("аdmin", "admin"),
            ("Мария 23", "Мария 23"),
            ("٠٩١٧ ५५५ ０１２３", "0917 555 0123"),
            ("ma\u{200b}ria\u{202e}x\u{ad}", "mariax"),
            ("555\u{a0}0143\u{2013}7", "555 0143-7"),
            ("𝓶𝓪𝓻𝓲𝓪", "maria"),
            ("see (a) and [b]", "see (a) and [b]"),
            ("謝謝。再見", "謝謝。再見"),
            ("example。com", "example.com"),
            ("plain", "plain"),
        ] {
            assert_eq!(folded(text), expected, "{text:?}");
        }
    }

    #[test]
    fn every_byte_knows_where_it_came_from() {
        let text = "x\u{200b} maria [at] exаmple[dot]com\u{200b} y";
        let folded = Folded::new(text, &brackets());
        let at = folded.text().find("maria@example.com").unwrap();
        let original = folded.original(&(at..at + "maria@example.com".len()));
        assert_eq!(&text[original], "maria [at] exаmple[dot]com");
    }

    #[test]
    fn the_tables_ascend() {
        assert!(LOOK_ALIKES.is_sorted_by_key(|(c, _)| *c));
        assert!(ZEROS.is_sorted());
    }

    proptest! {
        #[test]
        fn folded_words_are_folded_already(
            text in "[a-zА-я @.:０-９ａ-ｚ٠-٩\u{200b}\u{a0}éя𝓪-𝔃]{0,40}"
        ) {
            // Letters that look alike are folded beside plain ones, so those come first.
            let plain = folded(&text);
            let twice = folded(&plain);
            prop_assert_eq!(folded(&twice), twice);
        }

        #[test]
        fn offsets_lie_on_characters(
            text in "[a-c @.:\\[\\]()\\\\аеоαο\u{200b}０９٣éя。\u{1d4b6}]{0,40}|[^\\x00]{0,40}"
        ) {
            let first = Folded::new(&text, &brackets());
            let mut start = 0;
            for c in first.text().chars() {
                let range = start..start + c.len_utf8();
                let original = first.original(&range);
                prop_assert!(text.get(original.clone()).is_some_and(|t| !t.is_empty()));
                start = range.end;
            }
        }
    }
}
