//! The value behind a label: whether what stands there is one, and its normal form.

use model::IdentifierKind;

use super::bytes::{is_two_byte_lead, is_word};
use super::label::Lead;
use super::scan::Scan;
use crate::checks;
use crate::numbering;
use crate::rules::{DeviceValue, Label, NameShape, ServiceValue};

/// The longest device id, in bytes.
const DEVICE_BYTES_MAX: usize = 64;
/// The shortest device id of no known form, in bytes.
const DEVICE_BYTES_MIN: usize = 6;
/// The fewest digits that are a name by themselves.
const NUMBER_NAME_MIN: usize = 5;

impl NameShape {
    /// Whether a name has the length and the characters that the platform allows.
    pub(crate) fn fits(&self, name: &str) -> bool {
        let allowed = |byte: u8| {
            is_word(byte) && (byte != b'_' || self.marks.contains(&b'_'))
                || self.marks.contains(&byte)
        };
        self.chars.contains(&name.len()) && name.bytes().all(allowed)
    }
}

impl Scan<'_> {
    pub(super) fn platform_value(
        &mut self,
        position: usize,
        label: &Label,
        lead: Lead,
    ) -> Option<usize> {
        // A single letter announces only what has its sign.
        let (short, letter) = (label.short, label.len() == 1);
        let platform = &self.rules.platforms[position];
        let first = self.byte(lead.at);
        if platform.phones
            && (first == b'+' || first == b'(' || first.is_ascii_digit())
            && let Some(next) = self.labelled_phone(lead)
        {
            return Some(next);
        }
        if !platform.rooms.is_empty() && first.is_ascii_digit() {
            let groups = self.groups(lead.at);
            let fits = |count: &usize| platform.rooms.contains(&groups.digits(*count).len());
            let count = (1..=groups.count()).rev().find(fits)?;
            let normal = format!("{}/{}", platform.name, groups.digits(count));
            let text = lead.at..groups.end(count);
            return Some(self.hit(IdentifierKind::Group, text, normal, true));
        }
        let sign = first == b'@';
        if letter && !sign {
            return None;
        }
        if lead.group && !sign {
            return self.group_value(position, lead);
        }
        let start = lead.at + usize::from(sign);
        let end = self.name_end(start, &platform.names)?;
        let name = &self.text[start..end];
        if !platform.names.fits(name) {
            return None;
        }
        let lower = name.to_ascii_lowercase();
        let plain = name.bytes().all(|byte| byte.is_ascii_alphabetic());
        // "The signal: weak" names no account.
        if !sign && short && plain && self.rules.words.stop.contains(label.text()) {
            return None;
        }
        if !sign && !self.is_name(&lower, end, short, lead) {
            return None;
        }
        let tag = (platform.name == "discord" && self.byte(end) == b'#')
            .then(|| self.skip(end + 1, |byte| byte.is_ascii_digit()))
            .filter(|tag_end| tag_end - end == 5 && !is_word(self.byte(*tag_end)));
        let tag_end = tag.unwrap_or(end);
        let normal = format!("{}/{lower}{}", platform.name, &self.text[end..tag_end]);
        Some(self.hit(IdentifierKind::Handle, lead.at..tag_end, normal, true))
    }

    /// Where a name ends that begins at `at`, without marks of the sentence behind it. `None` for
    /// the beginning of an address.
    fn name_end(&self, at: usize, names: &NameShape) -> Option<usize> {
        let window = self.bytes.len().min(at + names.chars.end + 1);
        let mut end = at;
        while end < window && (is_word(self.bytes[end]) || names.marks.contains(&self.bytes[end])) {
            end += 1;
        }
        let next = self.byte(end);
        let goes_on = matches!(next, b'@' | b'/')
            || self.bytes[end..].starts_with(b"://")
            || next == b'.' && is_word(self.byte(end + 1)) && !names.marks.contains(&b'.')
            || next == b':' && is_word(self.byte(end + 1))
            || is_word(next)
            || is_two_byte_lead(next);
        while end > at && matches!(self.bytes[end - 1], b'.' | b'-' | b',' | b':' | b'*') {
            end -= 1;
        }
        (!goes_on && end > at).then_some(end)
    }

    /// Whether a word behind a label is a name and not the next word of the sentence.
    fn is_name(&self, name: &str, end: usize, short: bool, lead: Lead) -> bool {
        let words = &self.rules.words;
        if words.stop.contains(name) || is_version(name) {
            return false;
        }
        let has_letter = name.bytes().any(|byte| byte.is_ascii_alphabetic());
        if !has_letter {
            let digits = name.bytes().filter(u8::is_ascii_digit).count();
            return (lead.strong || lead.word) && digits >= NUMBER_NAME_MIN;
        }
        let tagged = self.byte(end) == b'#' && self.byte(end + 1).is_ascii_digit();
        let distinct = tagged
            || name
                .bytes()
                .any(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b'.' | b':'));
        if lead.strong || lead.naming || lead.quoted && !short {
            return distinct || self.is_plain_name(name, end, lead);
        }
        distinct && (!short || lead.word || tagged)
    }

    /// A word of letters only, behind a mark that announces it.
    fn is_plain_name(&self, name: &str, end: usize, lead: Lead) -> bool {
        let words = &self.rules.words;
        let common = [
            &words.between,
            &words.group,
            &words.other,
            &words.phone,
            &words.on,
        ];
        let known = common.iter().any(|set| set.contains(name));
        // Quotes alone also stand around titles; a name in them is one word.
        let alone = !matches!(self.byte(end), b' ' | b'-') || !is_word(self.byte(end + 1));
        !known && name.len() >= 3 && (lead.strong || lead.naming || alone)
    }

    fn group_value(&mut self, position: usize, lead: Lead) -> Option<usize> {
        let platform = &self.rules.platforms[position];
        let start = lead.at;
        let from = start + usize::from(self.byte(start) == b'-');
        let end = self.skip(from, |byte| is_word(byte) || byte == b'-');
        let end =
            end - self.text[from..end].len() + self.text[from..end].trim_end_matches('-').len();
        let id = &self.text[start..end];
        let digits = id.bytes().filter(u8::is_ascii_digit).count();
        let fits = (NUMBER_NAME_MIN..=64).contains(&id.len())
            && (digits >= NUMBER_NAME_MIN || lead.strong && digits > 0)
            && !is_version(id)
            && !matches!(self.byte(end), b'@' | b'/' | b'.' | b':');
        if !fits {
            return None;
        }
        let normal = format!("{}/{id}", platform.name);
        Some(self.hit(IdentifierKind::Group, start..end, normal, true))
    }

    /// A number behind the label of a platform or service that knows people by their number.
    /// Digits behind a word such as "id" that are no number of any plan are the account's own.
    fn labelled_phone(&mut self, lead: Lead) -> Option<usize> {
        let at = lead.at;
        let (number, end, valid) = self.phone_value(at, self.region)?;
        if !valid && lead.word && self.byte(at) != b'+' {
            return None;
        }
        Some(self.hit(IdentifierKind::Phone, at..end, number, valid))
    }

    /// Number, end and validity of a phone number at `at`, in `region` if it has no calling code.
    fn phone_value(
        &self,
        at: usize,
        region: Option<crate::Region>,
    ) -> Option<(String, usize, bool)> {
        if self.byte(at) == b'+' {
            let from = at + 1;
            let from = from + usize::from(matches!(self.byte(from), b'(' | b' '));
            return self.international(from);
        }
        let from = at + usize::from(self.byte(at) == b'(');
        let groups = self.groups(from);
        for count in (1..=groups.count()).rev() {
            let digits = groups.digits(count);
            let number = match digits.strip_prefix("00") {
                Some(abroad) => numbering::international(abroad),
                None => region
                    .and_then(|region| numbering::national(digits, region))
                    .or_else(|| {
                        // Written with its calling code, and without a plus.
                        (digits.len() >= 11)
                            .then(|| numbering::international(digits))
                            .flatten()
                    }),
            };
            let ends = !is_word(self.byte(groups.end(count)));
            if let Some(number) = number.filter(|number| ends && number.len() > 8) {
                return Some((number, groups.end(count), true));
            }
        }
        let fits = |count: &usize| {
            (7..=15).contains(&groups.digits(*count).len())
                && !is_word(self.byte(groups.end(*count)))
        };
        let count = (1..=groups.count()).rev().find(fits)?;
        Some((groups.digits(count).to_owned(), groups.end(count), false))
    }

    pub(super) fn service_value(&mut self, position: usize, lead: Lead) -> Option<usize> {
        let service = &self.rules.services[position];
        let first = self.byte(lead.at);
        let named = |value: &str| format!("{}/{value}", service.name);
        match service.value {
            ServiceValue::Phone if first == b'+' || first == b'(' || first.is_ascii_digit() => {
                let region = service.region.or(self.region);
                let (number, end, valid) = self.phone_value(lead.at, region)?;
                let normal = named(&number);
                Some(self.hit(IdentifierKind::Payment, lead.at..end, normal, valid))
            }
            ServiceValue::Cashtag => {
                let sign = usize::from(first == b'$');
                let start = lead.at + sign;
                let end = self.skip(start, is_word);
                let name = self.text[start..end].to_ascii_lowercase();
                let begins =
                    self.byte(start).is_ascii_alphabetic() && (2..=20).contains(&name.len());
                let open = !matches!(self.byte(end), b'@' | b'/') && begins;
                if !open || sign == 0 && !self.is_name(&name, end, false, lead) {
                    return None;
                }
                let normal = named(&format!("${name}"));
                Some(self.hit(IdentifierKind::Payment, lead.at..end, normal, true))
            }
            ServiceValue::Address => {
                let name_end =
                    self.skip(lead.at, |byte| is_word(byte) || matches!(byte, b'.' | b'-'));
                let end = self.skip(name_end + 1, |byte| byte.is_ascii_alphanumeric());
                let fits = (2..=64).contains(&(name_end - lead.at))
                    && self.byte(name_end) == b'@'
                    && (3..=24).contains(&(end - name_end));
                let dotted = self.byte(end) == b'.' && is_word(self.byte(end + 1));
                if !fits || dotted || is_word(self.byte(end)) {
                    return None;
                }
                let normal = named(&self.text[lead.at..end].to_ascii_lowercase());
                Some(self.hit(IdentifierKind::Payment, lead.at..end, normal, true))
            }
            ServiceValue::Number | ServiceValue::Reference => self.control_number(position, lead),
            ServiceValue::Phone | ServiceValue::Name => {
                let shape = NameShape {
                    chars: 2..65,
                    marks: b"_.-".to_vec(),
                };
                let sign = usize::from(first == b'@');
                let start = lead.at + sign;
                let end = self.name_end(start, &shape)?;
                let name = self.text[start..end].to_ascii_lowercase();
                let fits = shape.fits(&name) && name.bytes().any(|byte| byte.is_ascii_alphabetic());
                if !fits
                    || sign == 0 && !self.is_name(&name, end, !lead.strong && !lead.naming, lead)
                {
                    return None;
                }
                let normal = named(&name);
                Some(self.hit(IdentifierKind::Payment, lead.at..end, normal, true))
            }
        }
    }

    /// Digits in groups, letters before them where the service has such numbers.
    fn control_number(&mut self, position: usize, lead: Lead) -> Option<usize> {
        let service = &self.rules.services[position];
        let letters = match service.value {
            ServiceValue::Reference => {
                self.skip(lead.at, |byte| byte.is_ascii_alphabetic() || byte == b'-') - lead.at
            }
            _ => 0,
        };
        if letters > 6 {
            return None;
        }
        let groups = self.groups(lead.at + letters);
        let fits = |count: &usize| {
            service.digits.contains(&groups.digits(*count).len())
                && !is_word(self.byte(groups.end(*count)))
        };
        let count = (1..=groups.count()).rev().find(fits)?;
        let before = self.text[lead.at..lead.at + letters].replace('-', "");
        let value = format!("{}{}", before.to_ascii_uppercase(), groups.digits(count));
        let normal = format!("{}/{value}", service.name);
        let text = lead.at..groups.end(count);
        Some(self.hit(IdentifierKind::Payment, text, normal, true))
    }

    pub(super) fn device_value(&mut self, position: usize, lead: Lead) -> Option<usize> {
        let device = &self.rules.devices[position];
        let at = lead.at;
        let window = self.bytes.len().min(at + DEVICE_BYTES_MAX + 1);
        let mut end = at;
        while end < window
            && (is_word(self.bytes[end]) || matches!(self.bytes[end], b'-' | b':' | b'.'))
        {
            end += 1;
        }
        while end > at && !is_word(self.bytes[end - 1]) {
            end -= 1;
        }
        let hex: String = self.text[at..end]
            .bytes()
            .filter(u8::is_ascii_alphanumeric)
            .map(|byte| char::from(byte.to_ascii_lowercase()))
            .collect();
        let is_hex = hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let varied = hex.bytes().any(|byte| byte != hex.as_bytes()[0]);
        let (value, end, valid) = match device.value {
            DeviceValue::Imei => return self.imei(position, at),
            DeviceValue::Uuid => (hex.len() == 32 && is_hex).then_some((hex, end, varied))?,
            DeviceValue::Hex16 => (hex.len() == 16 && is_hex).then_some((hex, end, varied))?,
            DeviceValue::Mac => (hex.len() == 12 && is_hex).then_some((hex, end, varied))?,
            DeviceValue::Any => {
                let text = self.text[at..end].to_ascii_lowercase();
                let has_digit = text.bytes().any(|byte| byte.is_ascii_digit());
                let fits = (DEVICE_BYTES_MIN..=DEVICE_BYTES_MAX).contains(&text.len()) && has_digit;
                let value = if is_hex { hex } else { text };
                fits.then_some((value, end, varied))?
            }
        };
        let normal = format!("{}:{value}", device.name);
        Some(self.hit(IdentifierKind::Device, at..end, normal, valid))
    }

    fn imei(&mut self, position: usize, at: usize) -> Option<usize> {
        let groups = self.groups(at);
        let fits = |count: &usize| {
            (14..=16).contains(&groups.digits(*count).len())
                && !is_word(self.byte(groups.end(*count)))
        };
        let count = (1..=groups.count()).find(fits)?;
        // Groups such as 49-015420-323751-8: the check digit stands alone.
        let count = if count < groups.count() && groups.digits(count + 1).len() == 15 {
            count + 1
        } else {
            count
        };
        let digits = groups.digits(count);
        let valid = digits.len() != 15 || checks::luhn(digits.as_bytes());
        let normal = format!("{}:{digits}", self.rules.devices[position].name);
        let text = at..groups.end(count);
        Some(self.hit(IdentifierKind::Device, text, normal, valid))
    }

    pub(super) fn card_value(&mut self, lead: Lead) -> Option<usize> {
        let end = self.skip(lead.at, |byte| byte.is_ascii_digit());
        if end - lead.at != 4 || is_word(self.byte(end)) {
            return None;
        }
        let normal = format!("****{}", &self.text[lead.at..end]);
        Some(self.hit(IdentifierKind::Card, lead.at..end, normal, true))
    }
}

/// Digits with dots, as versions, dates and amounts have them, perhaps behind a `v`.
pub(super) fn is_version(name: &str) -> bool {
    let bare = name.strip_prefix(['v', 'V']).unwrap_or(name);
    bare.contains(['.', '-', ':'])
        && bare
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b':' | b','))
        || name.len() != bare.len()
            && !bare.is_empty()
            && bare.bytes().all(|byte| byte.is_ascii_digit())
}
