//! Labels: a platform, service or kind of device is named, and its value stands behind it or, as in
//! "@name on Telegram", before it.

use model::IdentifierKind;

use super::bytes::{is_two_byte_lead, is_word};
use super::scan::Scan;
use crate::rules::{Label, Target};

/// The most marks and words between a label and its value.
const BETWEEN_MAX: usize = 8;
/// The most spaces in a row between a label and its value.
const SPACES_MAX: usize = 3;
/// The longest word between a label and its value, in bytes.
const BETWEEN_BYTES_MAX: usize = 40;
/// The longest name before a label, in bytes.
const NAME_BEFORE_BYTES_MAX: usize = 64;

/// What stands between a label and its value.
#[derive(Debug, Clone, Copy, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "five independent observations, each read by its name"
)]
pub(super) struct Lead {
    /// Where the value begins.
    pub(super) at: usize,
    /// A colon, an equals sign, or a dash with a space: what follows is the value.
    pub(super) strong: bool,
    /// A word that says so, such as "account".
    pub(super) word: bool,
    /// A word that a name follows, such as "username".
    pub(super) naming: bool,
    /// A word for a group.
    pub(super) group: bool,
    /// An opening quote or bracket.
    pub(super) quoted: bool,
}

impl Scan<'_> {
    /// A label at `at`. Gives where to go on if a value was found behind it.
    pub(super) fn label(&mut self, at: usize, label: &Label) -> Option<usize> {
        if matches!(self.before(at), b'@' | b'.' | b'_' | b'/' | b'\\')
            || at > 0 && is_word(self.before(at)) && self.bytes[at].is_ascii()
        {
            return None;
        }
        let before = self.before(at);
        if before >= 0x80
            && self.bytes[at].is_ascii()
            && at >= 2
            && is_two_byte_lead(self.bytes[at - 2])
        {
            return None;
        }
        let end = at + label.len();
        if label.target == Target::Dot {
            return self.spelled_out(at, end);
        }
        self.value_before(at, label);
        if matches!(self.byte(end), b'@' | b'/')
            || self.byte(end) == b'.' && self.byte(end + 1) != b' '
            || self.bytes[end..].starts_with(b"://")
        {
            return None;
        }
        let lead = self.lead(end);
        match label.target {
            Target::Platform(position) => self.platform_value(position, label, lead),
            Target::Service(position) => self.service_value(position, lead),
            Target::Device(position) => self.device_value(position, lead),
            Target::Card => self.card_value(lead),
            Target::Dot => None,
        }
    }

    /// Goes over marks and words between a label that ends at `end` and its value.
    fn lead(&self, end: usize) -> Lead {
        let mut lead = Lead {
            at: end,
            ..Lead::default()
        };
        for _ in 0..BETWEEN_MAX {
            let here = self.skip(lead.at, |byte| matches!(byte, b' ' | b'\t'));
            let spaced = here > lead.at;
            if here - lead.at > SPACES_MAX {
                break;
            }
            let next = self.byte(here + 1);
            lead.at = here;
            match self.byte(here) {
                b':' | b'=' => lead.strong = true,
                b'-' | b'>' | b'~' if spaced || matches!(next, b' ' | b'>') => lead.strong = true,
                b'(' | b'[' | b'"' | b'\'' | b'`' | b'*' | b'<' if next != b' ' => {
                    lead.quoted = true;
                }
                b'#' => {}
                0xe2 | 0xc2 | 0xe3 if self.is_quote(here) => {
                    lead.quoted = true;
                    lead.at += if self.byte(here) == 0xc2 { 1 } else { 2 };
                }
                _ => match self.between(here) {
                    Some(word_end) => {
                        let word = self.text[here..word_end].to_lowercase();
                        lead.word = true;
                        lead.naming |= self.rules.words.naming.contains(&word);
                        lead.group |= self.rules.words.group.contains(&word);
                        lead.at = word_end - 1;
                    }
                    None => break,
                },
            }
            lead.at += 1;
        }
        lead
    }

    /// `“` `„` `«` `「` `『` `‘`.
    fn is_quote(&self, at: usize) -> bool {
        let c = self.text.get(at..).and_then(|rest| rest.chars().next());
        matches!(c, Some('“' | '„' | '«' | '「' | '『' | '‘'))
    }

    /// The end of a word at `at` that may stand between.
    fn between(&self, at: usize) -> Option<usize> {
        let words = &self.rules.words;
        let known = |word: &str| words.between.contains(word) || words.group.contains(word);
        let window = self.bytes.len().min(at + BETWEEN_BYTES_MAX);
        if self.byte(at).is_ascii() {
            let mut end = at;
            let fits =
                |byte: u8| is_word(byte) || byte >= 0x80 || matches!(byte, b'.' | b'/' | b'\'');
            while end < window && fits(self.bytes[end]) {
                end += 1;
            }
            let word = self.text.get(at..end)?.trim_end_matches('.');
            if word.is_empty() || matches!(self.byte(at + word.len()), b'@' | b'-') {
                return None;
            }
            let end = at + word.len() + usize::from(self.byte(at + word.len()) == b'.');
            return known(&word.to_lowercase()).then_some(end);
        }
        let mut end = at;
        let mut found = None;
        let cased = is_two_byte_lead(self.bytes[at]);
        for c in self.text[at..].chars() {
            if c.is_ascii() || end >= window {
                break;
            }
            end += c.len_utf8();
            // Scripts of three bytes a letter have no cases, and no spaces to end a word.
            let is_known = if cased {
                !is_two_byte_lead(self.byte(end)) && known(&self.text[at..end].to_lowercase())
            } else {
                known(&self.text[at..end])
            };
            if is_known {
                found = Some(end);
            }
        }
        found
    }

    /// "@name on Telegram", "0917… (GCash)": gives the last hit its platform, or finds the name.
    fn value_before(&mut self, at: usize, label: &Label) {
        let Some((end, joined)) = self.joined_before(at) else {
            return;
        };
        if let Some(last) = self.hits.last()
            && last.text.end == end
        {
            self.name_last_hit(label.target);
            return;
        }
        let Target::Platform(position) = label.target else {
            self.cashtag_before(end, label.target);
            return;
        };
        if !joined || end <= self.floor {
            return;
        }
        let platform = &self.rules.platforms[position];
        let lowest = self.floor.max(end.saturating_sub(NAME_BEFORE_BYTES_MAX));
        let mut start = end;
        while start > lowest
            && (is_word(self.bytes[start - 1])
                || platform.names.marks.contains(&self.bytes[start - 1]))
        {
            start -= 1;
        }
        let name = &self.text[start..end];
        let trimmed = name.trim_start_matches(['.', '-', ',', ':']);
        let start = end - trimmed.len();
        let before = self.before(start);
        let distinct = trimmed
            .bytes()
            .any(|byte| byte.is_ascii_digit() || byte == b'_')
            && trimmed.bytes().any(|byte| byte.is_ascii_alphabetic());
        let fits = distinct
            && platform.names.fits(trimmed)
            && !super::value::is_version(trimmed)
            && !matches!(before, b'/' | b'@' | b'#' | b'$')
            && before < 0x80;
        if fits {
            let normal = format!("{}/{}", platform.name, trimmed.to_ascii_lowercase());
            self.hit(IdentifierKind::Handle, start..end, normal, true);
        }
    }

    /// Where the word before a label and what joins them ends, and whether a word or bracket joins.
    fn joined_before(&self, at: usize) -> Option<(usize, bool)> {
        let back = |mut end: usize| {
            let lowest = end.saturating_sub(2);
            while end > lowest && self.bytes[end - 1] == b' ' {
                end -= 1;
            }
            end
        };
        let end = back(at);
        if end == 0 {
            return None;
        }
        match self.bytes[end - 1] {
            b'(' | b'[' => return Some((back(end - 1), true)),
            b',' | b'/' | b'|' | b'-' => return Some((back(end - 1), false)),
            _ => {}
        }
        let mut start = end;
        let lowest = end.saturating_sub(14);
        while start > lowest
            && (self.bytes[start - 1].is_ascii_alphabetic() || self.bytes[start - 1] >= 0x80)
        {
            start -= 1;
        }
        let word = self.text.get(start..end)?;
        let known = self.rules.words.on.contains(&word.to_lowercase());
        (known && back(start) < start).then(|| (back(start), true))
    }

    /// The last hit stands right before the label: a name without a platform gets this one, and a
    /// phone number or name that a wallet is named for is that wallet's.
    fn name_last_hit(&mut self, target: Target) {
        let Some(last) = self.hits.last_mut() else {
            return;
        };
        match target {
            Target::Platform(position) => {
                let platform = &self.rules.platforms[position];
                if last.kind == IdentifierKind::Handle
                    && !last.valid
                    && let Some(name) = last.normal.strip_prefix('/')
                    && platform.names.fits(name)
                {
                    last.normal = format!("{}/{name}", platform.name);
                    last.valid = true;
                }
            }
            Target::Service(position) => {
                let service = &self.rules.services[position];
                let is_phone = last.kind == IdentifierKind::Phone
                    && service.value == crate::rules::ServiceValue::Phone;
                let name = last.normal.strip_prefix('/').map(str::to_owned);
                let value = match name {
                    Some(name) if last.kind == IdentifierKind::Handle && !last.valid => Some(name),
                    _ if is_phone => {
                        let digits = last.normal.clone();
                        let region = service.region.filter(|_| !last.valid);
                        Some(
                            region
                                .and_then(|region| crate::numbering::national(&digits, region))
                                .unwrap_or(digits),
                        )
                    }
                    _ => None,
                };
                if let Some(value) = value {
                    last.valid = last.valid || !value.bytes().all(|byte| byte.is_ascii_digit());
                    last.kind = IdentifierKind::Payment;
                    last.normal = format!("{}/{value}", service.name);
                }
            }
            Target::Device(_) | Target::Card | Target::Dot => {}
        }
    }

    /// "$name on Cash App".
    fn cashtag_before(&mut self, end: usize, target: Target) {
        let Target::Service(position) = target else {
            return;
        };
        let service = &self.rules.services[position];
        if service.value != crate::rules::ServiceValue::Cashtag {
            return;
        }
        let lowest = self.floor.max(end.saturating_sub(24));
        let mut start = end;
        while start > lowest && is_word(self.bytes[start - 1]) {
            start -= 1;
        }
        let named = start < end && self.bytes[start].is_ascii_alphabetic();
        if named && start > lowest && self.before(start) == b'$' {
            let name = self.text[start..end].to_ascii_lowercase();
            let normal = format!("{}/${name}", service.name);
            self.hit(IdentifierKind::Payment, start - 1..end, normal, true);
        }
    }
}
