//! Digits: phone numbers, payment cards, and all that only looks like them.

use std::borrow::Cow;
use std::ops::Range;

use model::IdentifierKind;

use super::bytes::{is_two_byte_lead, is_word};
use super::scan::Scan;
use crate::Region;
use crate::checks;
use crate::numbering;

/// The most digits of one number that are read.
const DIGITS_MAX: usize = 24;
/// The most groups that one number is written in.
const GROUPS_MAX: usize = 10;
/// The fewest digits that can be one subscriber's number, calling code included.
const PHONE_DIGITS_MIN: usize = 8;
/// The fewest digits of a number that only its label and no plan says to be a phone's.
const LABELLED_DIGITS_MIN: usize = 7;
/// The most bytes of one word before a number that are looked at.
const CONTEXT_WORD_BYTES_MAX: usize = 32;
/// The most words before a number that are looked at.
const CONTEXT_WORDS_MAX: usize = 4;
/// The longest masked card, in bytes.
const MASKED_BYTES_MAX: usize = 40;

/// Digits in groups, as people write long numbers.
#[derive(Debug, Default, Clone)]
pub(super) struct Groups {
    digits: [u8; DIGITS_MAX],
    /// How many digits stand in this group and those before.
    until: [usize; GROUPS_MAX],
    ends: [usize; GROUPS_MAX],
    /// The first byte between this group and the next.
    marks: [u8; GROUPS_MAX],
    count: usize,
    start: usize,
}

impl Groups {
    pub(super) fn digits(&self, groups: usize) -> &str {
        let until = self.total(groups);
        std::str::from_utf8(&self.digits[..until]).unwrap_or_default()
    }

    fn total(&self, groups: usize) -> usize {
        groups.checked_sub(1).map_or(0, |last| self.until[last])
    }

    fn length(&self, group: usize) -> usize {
        self.until[group] - self.total(group)
    }

    pub(super) fn end(&self, groups: usize) -> usize {
        groups
            .checked_sub(1)
            .map_or(self.start, |last| self.ends[last])
    }

    pub(super) const fn count(&self) -> usize {
        self.count
    }

    /// Whether the first groups are a date: year, month, day, in an order that people write.
    fn is_date(&self) -> bool {
        if self.count < 3 || self.marks[0] != self.marks[1] {
            return false;
        }
        let part = |group: usize| {
            let digits = &self.digits[self.total(group)..self.until[group]];
            digits.iter().fold(0_u32, |value, digit| {
                value
                    .saturating_mul(10)
                    .saturating_add(u32::from(digit - b'0'))
            })
        };
        let (first, second, third) = (part(0), part(1), part(2));
        let small = |value: u32, most: u32| (1..=most).contains(&value);
        let year =
            |value: u32, group: usize| self.length(group) == 4 && (1900..=2100).contains(&value);
        match (self.length(0), self.length(1), self.length(2)) {
            (4, 1..=2, 1..=2) => year(first, 0) && small(second, 12) && small(third, 31),
            (1..=2, 1..=2, 4) => {
                year(third, 2)
                    && (small(first, 31) && small(second, 12)
                        || small(first, 12) && small(second, 31))
            }
            _ => false,
        }
    }
}

/// What the words before a place say about the number there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Context {
    pub(super) phone: bool,
    pub(super) other: bool,
    pub(super) version: bool,
}

impl Scan<'_> {
    /// A word of digits. Gives where to go on.
    pub(super) fn number(&mut self, at: usize, end: usize) -> usize {
        let before = self.before(at);
        if self.byte(end) == b':' && end - at <= 2 {
            return end;
        }
        if matches!(before, b'*' | b'#') || self.byte(end) == b'*' {
            if let Some(next) = self.masked(at) {
                return next;
            }
            if before == b'#' {
                return end;
            }
        }
        let groups = self.groups(at);
        if matches!(self.byte(groups.end(groups.count)), b'*' | b'x' | b'X')
            && let Some(next) = self.masked(at)
        {
            return next;
        }
        let total = groups.total(groups.count);
        if total < LABELLED_DIGITS_MIN {
            return end;
        }
        if let Some(next) = self.card(&groups) {
            return next;
        }
        if groups.is_date() {
            return groups.end(3);
        }
        self.phone(&groups).unwrap_or(end)
    }

    /// Digits from `start` on, in groups.
    pub(super) fn groups(&self, start: usize) -> Groups {
        let mut groups = Groups {
            start,
            ..Groups::default()
        };
        let mut at = start;
        let mut total = 0;
        while groups.count < GROUPS_MAX {
            let from = at;
            while self.byte(at).is_ascii_digit() && total < DIGITS_MAX {
                groups.digits[total] = self.byte(at);
                total += 1;
                at += 1;
            }
            if at == from || self.byte(at).is_ascii_digit() {
                break;
            }
            groups.until[groups.count] = total;
            groups.ends[groups.count] = at;
            groups.marks[groups.count] = self.byte(at);
            groups.count += 1;
            // One mark, or a bracket with a space or hyphen beside it.
            let mut next = at;
            if self.byte(next) == b')' {
                next += 1;
            }
            if matches!(self.byte(next), b' ' | b'-' | b'.' | b'/') {
                next += 1;
            }
            if self.byte(next) == b'(' {
                next += 1;
            }
            if next == at {
                break;
            }
            at = next;
        }
        groups
    }

    /// A payment card's full number: masked at once.
    fn card(&mut self, groups: &Groups) -> Option<usize> {
        let before = self.before(groups.start);
        if matches!(before, b'.' | b'-' | b'+') || is_word(before) {
            return None;
        }
        for count in 1..=groups.count {
            let total = groups.total(count);
            let plain = (0..count - 1).all(|group| {
                matches!(groups.marks[group], b' ' | b'-') && groups.marks[group] == groups.marks[0]
            });
            let end = groups.end(count);
            if (13..=19).contains(&total)
                && plain
                && checks::card(groups.digits(count).as_bytes())
                && !is_word(self.byte(end))
            {
                let normal = masked_card(groups.digits(count).as_bytes());
                return Some(self.hit(IdentifierKind::Card, groups.start..end, normal, true));
            }
        }
        None
    }

    /// A number without a calling code: a phone's if its label says so, or if it is written as one
    /// in the region's plan.
    fn phone(&mut self, groups: &Groups) -> Option<usize> {
        let start = groups.start;
        let before = self.before(start);
        let unfit = matches!(
            before,
            b'.' | b'-' | b'/' | b'$' | b',' | b'_' | b'*' | b'#' | b':'
        ) && !(before == b':' || before == b'/' && self.is_colon_value(start))
            || is_word(before)
            || before >= 0x80 && start >= 2 && matches!(self.bytes[start - 2], 0xc2 | 0x82)
            || before >= 0x80 && start >= 2 && is_two_byte_lead(self.bytes[start - 2]);
        if unfit {
            return None;
        }
        let context = self.context(start);
        if context.other && !context.phone {
            return None;
        }
        if groups.digits(1).starts_with("00") && groups.total(groups.count) > 9 {
            return self.abroad(groups);
        }
        if let Some(region) = self.region {
            for count in (1..=groups.count).rev() {
                let digits = groups.digits(count);
                if digits.len() < PHONE_DIGITS_MIN - 1 || !self.ends_well(groups.end(count)) {
                    continue;
                }
                if !(context.phone || self.is_written_as_phone(groups, count, region)) {
                    continue;
                }
                if let Some(number) = numbering::national(digits, region) {
                    let text = self.phone_text(start, groups.end(count));
                    return Some(self.hit(IdentifierKind::Phone, text, number, true));
                }
            }
        }
        if !context.phone {
            return None;
        }
        let fits = |count: &usize| {
            (LABELLED_DIGITS_MIN..=15).contains(&groups.total(*count))
                && self.ends_well(groups.end(*count))
        };
        let count = (1..=groups.count).rev().find(fits)?;
        let digits = groups.digits(count).to_owned();
        let text = self.phone_text(start, groups.end(count));
        Some(self.hit(IdentifierKind::Phone, text, digits, false))
    }

    /// `00` is how most countries dial `+` (ITU-T E.164), and no national number begins with it.
    fn abroad(&mut self, groups: &Groups) -> Option<usize> {
        for count in (1..=groups.count).rev() {
            let number = numbering::international(&groups.digits(count)[2..]);
            if let Some(number) = number
                && number.len() > PHONE_DIGITS_MIN
                && self.ends_well(groups.end(count))
            {
                let text = groups.start..groups.end(count);
                return Some(self.hit(IdentifierKind::Phone, text, number, true));
            }
        }
        None
    }

    /// With the bracket that opens before the area code.
    fn phone_text(&self, start: usize, end: usize) -> Range<usize> {
        let opened = self.before(start) == b'(' && self.bytes[start..end].contains(&b')');
        start - usize::from(opened)..end
    }

    /// Whether digits look like a phone number of the region though nothing says so: with its trunk
    /// prefix, or in the groups that its people write.
    fn is_written_as_phone(&self, groups: &Groups, count: usize, region: Region) -> bool {
        let digits = groups.digits(count);
        let trunk = numbering::trunk(region);
        let shape: Vec<usize> = (0..count).map(|group| groups.length(group)).collect();
        let opened = self.before(groups.start) == b'(' && groups.marks[0] == b')';
        if numbering::calling_code(region) == "1" {
            let marks = groups.marks[..count - 1].iter().all(|mark| *mark != b'/');
            return marks && matches!(shape[..], [3, 3, 4] | [1, 3, 3, 4])
                || opened && matches!(shape[..], [3, 7] | [3, 3, 4]);
        }
        let small = shape.iter().skip(1).any(|length| *length < 2);
        if small || groups.marks[..count - 1].contains(&b'/') && count > 2 {
            return false;
        }
        let enough = digits.len() > PHONE_DIGITS_MIN;
        match trunk {
            "0" => digits.starts_with('0') && enough,
            "" => count >= 2 && digits.len() >= PHONE_DIGITS_MIN || opened,
            _ => count >= 2 && digits.starts_with(trunk) && enough,
        }
    }

    /// Whether what stands behind a number lets it be one.
    fn ends_well(&self, end: usize) -> bool {
        let next = self.byte(end);
        let after = self.byte(end + 1);
        match next {
            b',' | b'.' | b':' | b'-' | b'/' => !after.is_ascii_digit(),
            b'%' | b'$' | b'@' | b'*' => false,
            b'x' | b'X' => after.is_ascii_digit(),
            _ => !is_word(next),
        }
    }

    /// A plus sign: a number with its calling code.
    pub(super) fn plus(&mut self, at: usize) -> Option<usize> {
        if is_word(self.before(at)) {
            return None;
        }
        let from = at + 1;
        let from = if matches!(self.byte(from), b'(' | b' ') {
            from + 1
        } else {
            from
        };
        if !self.byte(from).is_ascii_digit() {
            return None;
        }
        let (number, end, valid) = self.international(from)?;
        Some(self.hit(IdentifierKind::Phone, at..end, number, valid))
    }

    /// The number that begins with a calling code at `from`, its end, and whether it can exist.
    pub(super) fn international(&self, from: usize) -> Option<(String, usize, bool)> {
        let groups = self.groups(from);
        for count in (1..=groups.count).rev() {
            let digits = self.without_trunk_in_brackets(&groups, count);
            if digits.len() < PHONE_DIGITS_MIN || !self.ends_well(groups.end(count)) {
                continue;
            }
            if let Some(number) = numbering::international(&digits) {
                return Some((number, groups.end(count), true));
            }
        }
        let fits = |count: &usize| {
            (PHONE_DIGITS_MIN..=15).contains(&groups.total(*count))
                && self.ends_well(groups.end(*count))
        };
        let count = (1..=groups.count).rev().find(fits)?;
        Some((groups.digits(count).to_owned(), groups.end(count), false))
    }

    /// `+44 (0)20 …` names the trunk prefix for callers from inside the country.
    fn without_trunk_in_brackets<'g>(&self, groups: &'g Groups, count: usize) -> Cow<'g, str> {
        let digits = groups.digits(count);
        for group in 1..count {
            let start = groups.ends[group] - groups.length(group);
            let alone = groups.length(group) == 1
                && self.byte(start) == b'0'
                && self.before(start) == b'('
                && self.byte(start + 1) == b')';
            if alone {
                let mut kept = digits.to_owned();
                kept.remove(groups.total(group));
                return Cow::Owned(kept);
            }
        }
        Cow::Borrowed(digits)
    }

    fn is_colon_value(&self, at: usize) -> bool {
        self.before(at) == b':' && !self.before(at - 1).is_ascii_digit()
    }

    /// The words before a place, nearest first, as far as they belong to it.
    pub(super) fn context(&self, at: usize) -> Context {
        let mut context = Context::default();
        let mut end = at;
        for _ in 0..CONTEXT_WORDS_MAX {
            end = self.back_over_marks(end);
            let start = self.back_over_word(end);
            if start == end {
                break;
            }
            let word = self.text[start..end].to_lowercase();
            let words = &self.rules.words;
            let has = |set: &std::collections::HashSet<String>| has_ending(set, &word);
            context.phone |= has(&words.phone);
            context.other |= has(&words.other);
            context.version |= has(&words.version);
            if !has(&words.between) && (context.phone || context.other || context.version) {
                break;
            }
            if !has(&words.between) {
                break;
            }
            end = start;
        }
        context
    }

    fn back_over_marks(&self, at: usize) -> usize {
        let lowest = at.saturating_sub(4);
        let mut end = at;
        while end > lowest
            && matches!(
                self.bytes[end - 1],
                b' ' | b':' | b'=' | b'#' | b'(' | b'-' | b'"' | b'.'
            )
        {
            end -= 1;
        }
        end
    }

    fn back_over_word(&self, end: usize) -> usize {
        let lowest = end.saturating_sub(CONTEXT_WORD_BYTES_MAX);
        let mut start = end;
        while start > lowest {
            let byte = self.bytes[start - 1];
            if !(byte.is_ascii_alphabetic() || byte >= 0x80) {
                break;
            }
            start -= 1;
        }
        while !self.text.is_char_boundary(start) {
            start += 1;
        }
        start
    }

    /// A card of which most digits are hidden: `4111 11** **** 1111`, `****1111`.
    pub(super) fn masked(&mut self, at: usize) -> Option<usize> {
        let before = self.before(at);
        if is_word(before) || before == b'*' {
            return None;
        }
        let window = self.bytes.len().min(at + MASKED_BYTES_MAX);
        let (mut lead, mut last) = (String::new(), String::new());
        let (mut masks, mut end, mut here) = (0, at, at);
        while here < window {
            let byte = self.bytes[here];
            let next = self.byte(here + 1);
            match byte {
                b'0'..=b'9' if masks == 0 => lead.push(char::from(byte)),
                b'0'..=b'9' => last.push(char::from(byte)),
                b'*' | b'x' | b'X' if last.is_empty() => masks += 1,
                b' ' | b'-' if next.is_ascii_digit() || matches!(next, b'*' | b'x' | b'X') => {}
                _ => break,
            }
            here += 1;
            end = here;
            if last.len() == 4 {
                break;
            }
        }
        let fits = masks >= 4 && last.len() == 4 && matches!(lead.len(), 0 | 4 | 6);
        if !fits || is_word(self.byte(end)) {
            return None;
        }
        let normal = format!(
            "{lead}{}{last}",
            if lead.is_empty() { "****" } else { "******" }
        );
        Some(self.hit(IdentifierKind::Card, at..end, normal, true))
    }

    /// `name#1234`, the older form of Discord's names.
    pub(super) fn numbered_name(&mut self, at: usize, end: usize) -> Option<usize> {
        let digits = self.skip(end + 1, |byte| byte.is_ascii_digit());
        if digits - end - 1 != 4 || is_word(self.byte(digits)) || self.before(at) == b'/' {
            return None;
        }
        let mut start = at;
        let lowest = self.floor.max(at.saturating_sub(32));
        while start > lowest && (is_word(self.bytes[start - 1]) || self.bytes[start - 1] == b'.') {
            start -= 1;
        }
        let name = self.text[start..end].trim_start_matches('.').to_lowercase();
        let start = end - name.len();
        let words = &self.rules.words;
        let common = [
            &words.stop,
            &words.other,
            &words.between,
            &words.group,
            &words.phone,
        ];
        if name.len() < 2 || common.iter().any(|set| set.contains(&name)) {
            return None;
        }
        if !name.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            return None;
        }
        let normal = format!("discord/{name}{}", &self.text[end..digits]);
        Some(self.hit(IdentifierKind::Handle, start..digits, normal, true))
    }
}

/// Whether a word, or its end in a script without spaces, is in a set.
fn has_ending(set: &std::collections::HashSet<String>, word: &str) -> bool {
    if set.contains(word) {
        return true;
    }
    let joined = word.as_bytes().last().is_some_and(|byte| *byte >= 0x80);
    joined
        && word
            .char_indices()
            .skip(1)
            .any(|(at, c)| c.len_utf8() >= 3 && set.contains(&word[at..]))
}

/// First six and last four digits: what may be shown of a card (PCI DSS 3.4).
fn masked_card(digits: &[u8]) -> String {
    let text = |digits: &[u8]| {
        digits
            .iter()
            .map(|digit| char::from(*digit))
            .collect::<String>()
    };
    let last = digits.len().saturating_sub(4);
    format!(
        "{}******{}",
        text(&digits[..6.min(last)]),
        text(&digits[last..])
    )
}

/// A text with every payment card's number in it masked.
pub(super) fn mask_cards(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let long = bytes.iter().filter(|byte| byte.is_ascii_digit()).count() >= 13;
    // A card's number in another script's digits is one too.
    if !long && text.chars().filter(|c| c.is_numeric()).count() < 13 {
        return Cow::Borrowed(text);
    }
    let folded = super::fold::Folded::new(text, &super::fold::Brackets::default());
    let plain = folded.text().as_bytes();
    let mut out = String::new();
    let (mut copied, mut at) = (0, 0);
    while at < plain.len() {
        if !plain[at].is_ascii_digit() || at > 0 && plain[at - 1].is_ascii_digit() {
            at += 1;
            continue;
        }
        let Some((end, digits)) = card_at(plain, at) else {
            at += 1;
            continue;
        };
        let original = folded.original(&(at..end));
        out.push_str(&text[copied..original.start]);
        out.push_str(&masked_card(&digits));
        copied = original.end;
        at = end;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[copied..]);
    Cow::Owned(out)
}

/// The card number that begins at `at`: its end and its digits.
fn card_at(text: &[u8], at: usize) -> Option<(usize, Vec<u8>)> {
    let mut digits = Vec::with_capacity(19);
    let mut end = at;
    let mut found = None;
    while let Some(byte) = text.get(end) {
        match byte {
            b'0'..=b'9' if digits.len() < 19 => digits.push(*byte),
            b' ' | b'-' if text.get(end + 1).is_some_and(u8::is_ascii_digit) => {
                end += 1;
                continue;
            }
            _ => break,
        }
        end += 1;
        let ends = !text.get(end).is_some_and(u8::is_ascii_digit);
        if ends && checks::card(&digits) {
            found = Some((end, digits.clone()));
        }
    }
    found
}
