//! Email addresses, and names behind an at sign.

use model::IdentifierKind;

use super::bytes::{class, is_two_byte_lead, is_word};
use super::scan::Scan;
use super::web;
use crate::normal;

/// The longest local part (RFC 5321, section 4.5.3.1.1), in bytes.
const LOCAL_BYTES_MAX: usize = 64;
/// The longest domain (RFC 1035, section 2.3.4), in bytes.
pub(super) const DOMAIN_BYTES_MAX: usize = 253;
/// The longest name behind an at sign, in bytes.
const NAME_BYTES_MAX: usize = 64;
/// The most labels behind the first of a host that is spelled out.
const SPELLED_LABELS_MAX: usize = 4;
/// The most bytes between two names of one list (`@a, @b and @c`).
const LIST_GAP_BYTES_MAX: usize = 8;

impl Scan<'_> {
    /// An at sign: the middle of an email address, or the beginning of a name.
    pub(super) fn at_sign(&mut self, at: usize) -> Option<usize> {
        let start = self.local_start(at);
        if start == at {
            return self.sign_name(at);
        }
        let end = self.domain_end(at + 1);
        let domain = &self.text[at + 1..end];
        let normal_domain = web::host_normal(domain)?;
        let local = &self.text[start..at];
        let labels = normal_domain.split('.');
        let last = labels.clone().next_back().unwrap_or_default();
        let named = last.len() >= 2 && !last.bytes().all(|byte| byte.is_ascii_digit());
        if labels.count() < 2 || !named {
            return None;
        }
        if self.before(start) == b'@' {
            let name = format!("mastodon/{}@{normal_domain}", normal::fold(local));
            return Some(self.hit(IdentifierKind::Handle, start - 1..end, name, true));
        }
        let normal = format!("{}@{normal_domain}", normal::fold(local));
        let valid = web::is_known(&normal_domain);
        Some(self.hit(IdentifierKind::Email, start..end, normal, valid))
    }

    /// Where the local part before an at sign begins; `at` if there is none.
    fn local_start(&self, at: usize) -> usize {
        let lowest = self.floor.max(at.saturating_sub(LOCAL_BYTES_MAX));
        let mut start = at;
        while start > lowest {
            let byte = self.bytes[start - 1];
            if is_word(byte) || matches!(byte, b'.' | b'-' | b'+' | b'%' | b'\'' | b'&') {
                start -= 1;
            } else if byte >= 0x80 && start - 1 > lowest && is_two_byte_lead(self.bytes[start - 2])
            {
                start -= 2;
            } else {
                break;
            }
        }
        // A longer word is no local part.
        if start > self.floor
            && start == at.saturating_sub(LOCAL_BYTES_MAX)
            && start > 0
            && is_word(self.bytes[start - 1])
        {
            return at;
        }
        while start < at && !is_word(self.bytes[start]) && self.bytes[start] < 0x80 {
            start += 1;
        }
        // What stands behind two dots is the address, as in `see...maria@example.org`.
        if let Some(dots) = self.text[start..at].rfind("..") {
            start += dots + 2;
        }
        if start < at && self.bytes[at - 1] == b'.' {
            at
        } else {
            start
        }
    }

    /// Where the host that begins at `at` ends, without marks behind it.
    pub(super) fn domain_end(&self, at: usize) -> usize {
        let window = self.bytes.len().min(at + DOMAIN_BYTES_MAX);
        let mut end = at;
        while end < window {
            let byte = self.bytes[end];
            let dot = byte == b'.' && class(self.byte(end + 1)) != 0 && self.byte(end + 1) < 0xe0;
            if is_word(byte) || byte == b'-' || dot {
                end += 1;
            } else if is_two_byte_lead(byte) {
                end += 2;
            } else {
                break;
            }
        }
        while end > at && matches!(self.bytes[end - 1], b'.' | b'-' | b'_') {
            end -= 1;
        }
        end
    }

    /// The word for a dot, between the labels of a host: `maria at example dot com`. A host alone
    /// is taken only where the word is the English one, which means nothing else.
    pub(super) fn spelled_out(&mut self, at: usize, end: usize) -> Option<usize> {
        let word_before = |end: usize| {
            let end = end.checked_sub(1).filter(|at| self.bytes[*at] == b' ')?;
            let lowest = self.floor.max(end.saturating_sub(LOCAL_BYTES_MAX));
            let fits = |byte: u8| is_word(byte) || matches!(byte, b'-' | b'.' | b'+');
            let mut start = end;
            while start > lowest && fits(self.bytes[start - 1]) {
                start -= 1;
            }
            (start < end).then_some(start..end)
        };
        let first = word_before(at)?;
        let mut host = self.text[first.clone()].to_owned();
        let mut here = end;
        for _ in 0..SPELLED_LABELS_MAX {
            let label = here + 1;
            let label_end = self.skip(label, |byte| is_word(byte) || byte == b'-');
            if self.byte(here) != b' ' || label_end == label || label_end - label > 63 {
                break;
            }
            host.push('.');
            host.push_str(&self.text[label..label_end]);
            here = label_end;
            let next = self.skip(here + 1, |byte| byte.is_ascii_alphabetic() || byte >= 0x80);
            let is_dot = self.byte(here) == b' '
                && self
                    .text
                    .get(here + 1..next)
                    .is_some_and(|word| self.means(word, b'.'));
            if !is_dot {
                break;
            }
            here = next;
        }
        let normal = web::host_normal(&host).filter(|host| web::is_known(host))?;
        let kind = IdentifierKind::Email;
        if self.before(first.start) == b'@' {
            let start = self.local_start(first.start - 1);
            let local = &self.text[start..first.start - 1];
            if !local.is_empty() {
                let normal = format!("{}@{normal}", normal::fold(local));
                return Some(self.hit(kind, start..here, normal, true));
            }
        }
        if let Some(sign) = word_before(first.start)
            && self.means(&self.text[sign.clone()], b'@')
            && let Some(local) = word_before(sign.start)
        {
            let mut start = local.start;
            let mut name = normal::fold(&self.text[local]);
            for _ in 0..SPELLED_LABELS_MAX {
                let dot =
                    word_before(start).filter(|dot| self.means(&self.text[dot.clone()], b'.'));
                let Some(part) = dot.and_then(|dot| word_before(dot.start)) else {
                    break;
                };
                name = format!("{}.{name}", normal::fold(&self.text[part.clone()]));
                start = part.start;
            }
            return Some(self.hit(kind, start..here, format!("{name}@{normal}"), true));
        }
        let word = self.text[first.clone()].to_ascii_lowercase();
        let english = self.text[at..end].eq_ignore_ascii_case("dot")
            && !self.rules.words.stop.contains(&word);
        english.then(|| self.hit(IdentifierKind::Host, first.start..here, normal, true))
    }

    /// Whether a word stands for a mark when an address is spelled out.
    fn means(&self, word: &str, mark: u8) -> bool {
        let mut known = self.rules.brackets.0.iter();
        known.any(|(known, for_mark)| *for_mark == mark && known.eq_ignore_ascii_case(word))
    }

    /// `@name`: kept without a platform, until one is named behind it.
    fn sign_name(&mut self, at: usize) -> Option<usize> {
        let before = self.before(at);
        if is_word(before)
            || matches!(before, b'@' | b'/' | b'.' | b'"') && self.before(at - 1) != b' '
        {
            return None;
        }
        let window = self.bytes.len().min(at + 1 + NAME_BYTES_MAX);
        let mut end = at + 1;
        while end < window && (is_word(self.bytes[end]) || matches!(self.bytes[end], b'.' | b'-')) {
            end += 1;
        }
        if matches!(self.byte(end), b'@' | b'/') || is_word(self.byte(end)) {
            return None;
        }
        while end > at + 1 && matches!(self.bytes[end - 1], b'.' | b'-') {
            end -= 1;
        }
        let name = &self.text[at + 1..end];
        if name.len() < 2 || !name.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            return None;
        }
        let name = name.to_ascii_lowercase();
        let platform = self.list_platform(at).unwrap_or_default();
        let valid = !platform.is_empty();
        let normal = format!("{platform}/{name}");
        Some(self.hit(IdentifierKind::Handle, at..end, normal, valid))
    }

    /// The platform of the name before, if this one is the next of a list.
    fn list_platform(&self, at: usize) -> Option<String> {
        let last = self.hits.last()?;
        let gap = at.checked_sub(last.text.end)?;
        if last.kind != IdentifierKind::Handle || !last.valid || gap > LIST_GAP_BYTES_MAX {
            return None;
        }
        let between = self.text[last.text.end..at].trim();
        let joins = matches!(
            between,
            "," | ";"
                | "&"
                | "/"
                | "and"
                | ", and"
                | "or"
                | "y"
                | "e"
                | "et"
                | "und"
                | "и"
                | "at"
                | "、"
        );
        let platform = last.normal.split('/').next()?;
        joins.then(|| platform.to_owned())
    }
}
