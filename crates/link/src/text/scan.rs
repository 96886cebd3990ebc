//! The one pass over a text: words, and the marks between them.

use std::ops::Range;

use model::IdentifierKind;

use super::Hit;
use super::bytes::{DIGIT, FOREIGN, LOWER, MARK, UPPER, class, is_two_byte_lead, is_word};
use crate::Region;
use crate::rules::IdentifierRules;

pub(super) struct Scan<'s> {
    pub(super) text: &'s str,
    pub(super) bytes: &'s [u8],
    pub(super) rules: &'s IdentifierRules,
    pub(super) region: Option<Region>,
    pub(super) hits: Vec<Hit>,
    /// Where the last hit ends: nothing before it belongs to another.
    pub(super) floor: usize,
    /// Where the last dotted token ends that was looked at as a whole.
    pub(super) dotted_until: usize,
    /// Where the last text ends that was too long for a URL.
    pub(super) no_url_until: usize,
}

impl<'s> Scan<'s> {
    pub(super) fn new(text: &'s str, rules: &'s IdentifierRules, region: Option<Region>) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            rules,
            region,
            hits: Vec::new(),
            floor: 0,
            dotted_until: 0,
            no_url_until: 0,
        }
    }

    pub(super) fn run(mut self) -> Vec<Hit> {
        let mut at = 0;
        while let Some(byte) = self.bytes.get(at) {
            at = match class(*byte) {
                0 => at + 1,
                FOREIGN => self.foreign(at),
                MARK => self.mark(at),
                _ => self.word(at),
            };
        }
        self.hits
    }

    /// The byte at a place; 0 beyond the ends.
    #[inline]
    pub(super) fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or_default()
    }

    /// The byte before a place; 0 at the beginning.
    #[inline]
    pub(super) fn before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(0, |at| self.bytes[at])
    }

    /// The first place from `at` whose byte does not fit.
    #[inline]
    pub(super) fn skip(&self, at: usize, fits: impl Fn(u8) -> bool) -> usize {
        let rest = &self.bytes[at.min(self.bytes.len())..];
        at + rest.iter().take_while(|byte| fits(**byte)).count()
    }

    /// Records a hit and gives its end, where the scan goes on.
    pub(super) fn hit(
        &mut self,
        kind: IdentifierKind,
        text: Range<usize>,
        normal: String,
        valid: bool,
    ) -> usize {
        let end = text.end;
        self.floor = end;
        self.hits.push(Hit {
            kind,
            text,
            normal,
            valid,
        });
        end
    }

    #[inline]
    fn word(&mut self, at: usize) -> usize {
        let mut end = at;
        let mut flags = 0;
        while let Some(byte) = self.bytes.get(end) {
            if !is_word(*byte) {
                break;
            }
            flags |= class(*byte);
            end += 1;
        }
        if flags & (LOWER | UPPER) != 0 && end - at >= 1 {
            let label = self.rules.labels.at(&self.bytes[at..], end - at);
            if let Some(label) = label
                && let Some(next) = self.label(at, label)
            {
                return next;
            }
        }
        if let Some(next) = self.by_what_follows(at, end, flags) {
            return next;
        }
        if flags & DIGIT == 0 {
            // One Tron address in 250 has no digit.
            let may_be = end - at == 34 && self.bytes[at] == b'T';
            return may_be
                .then(|| self.base58(at, end))
                .flatten()
                .unwrap_or(end);
        }
        if flags == DIGIT {
            return self.number(at, end);
        }
        self.mixed(at, end).unwrap_or(end)
    }

    #[inline]
    fn by_what_follows(&mut self, at: usize, end: usize, flags: u8) -> Option<usize> {
        match self.byte(end) {
            b'@' => Some(end),
            b'.' if class(self.byte(end + 1)) & !MARK != 0 => self.dotted(at, end, flags),
            b':' => {
                if self.bytes[end..].starts_with(b"://") {
                    return self.url(at, end);
                }
                if self.bytes[at..].starts_with(b"magnet:?") {
                    return self.magnet(at);
                }
                self.colons(at, end)
            }
            b'#' if self.byte(end + 1).is_ascii_digit() => self.numbered_name(at, end),
            b'-' if end - at == 2 => self.hardware_address(at),
            b'-' | b'.' | b' ' if matches!(self.bytes[at], b'x' | b'X') => self.masked(at),
            _ => None,
        }
    }

    fn mark(&mut self, at: usize) -> usize {
        let next = match self.bytes[at] {
            b'@' => self.at_sign(at),
            b'+' => self.plus(at),
            b'[' => self.bracketed(at),
            _ => self.masked(at),
        };
        next.unwrap_or(at + 1)
    }

    /// A run of characters beyond ASCII. Scripts without spaces, and Arabic with its prefixes, may
    /// hold a label anywhere; the others at the beginning of a word.
    fn foreign(&mut self, at: usize) -> usize {
        let end = self.skip(at, |byte| byte >= 0x80);
        let mut inside = at > 0 && (is_word(self.before(at)));
        let mut here = at;
        while here < end {
            let lead = self.bytes[here];
            let width = match lead {
                0..=0xdf => 2,
                0xe0..=0xef => 3,
                _ => 4,
            };
            let may_begin = matches!(lead, 0xd8..=0xdb | 0xe0..=0xef) || !inside;
            if may_begin
                && let Some(label) = self.rules.labels.at(&self.bytes[here..], end - here)
                && let Some(next) = self.label(here, label)
            {
                return next;
            }
            inside = is_two_byte_lead(lead);
            here += width;
        }
        let ends_in_letter = inside;
        if ends_in_letter && self.byte(end) == b'.' && class(self.byte(end + 1)) & !MARK != 0 {
            return self.dotted(at, end, FOREIGN).unwrap_or(end);
        }
        end
    }

    /// A word of letters and digits together: an address of a chain, an account, a token.
    fn mixed(&mut self, at: usize, end: usize) -> Option<usize> {
        let word = &self.bytes[at..end];
        match word {
            [b'0', b'x' | b'X', ..] if word.len() == 42 => self.evm(at, end),
            [b'1' | b'3', ..] if (26..=35).contains(&word.len()) => self.base58(at, end),
            [b'T', ..] if word.len() == 34 => self.base58(at, end),
            [b'4' | b'8', ..] if matches!(word.len(), 95 | 106) => self.monero(at, end),
            [b'b' | b'B', b'c' | b'C', b'1', ..] if (14..=90).contains(&word.len()) => {
                self.segwit(at, end)
            }
            [a, b, c, d, ..]
                if a.is_ascii_alphabetic()
                    && b.is_ascii_alphabetic()
                    && c.is_ascii_digit()
                    && d.is_ascii_digit()
                    && (word.len() == 4 || word.len() >= 15) =>
            {
                self.iban(at)
            }
            [b't', b'o', b'k', b'_', ..]
            | [b'p', b'm', b'_', ..]
            | [b'c', b'a', b'r', b'd', b'_', ..] => self.token(at, end),
            [first, ..] if first.is_ascii_digit() || matches!(first, b'x' | b'X') => {
                self.masked(at)
            }
            _ => None,
        }
    }
}
