//! Chain addresses, bank accounts, card tokens, hardware and IPv6 addresses: words whose form alone
//! says what they are.

use std::net::{IpAddr, Ipv6Addr};

use model::IdentifierKind;

use super::bytes::is_word;
use super::scan::Scan;
use crate::checks;

/// The longest spelling of an IPv6 address with an embedded IPv4 one, in bytes.
const IPV6_BYTES_MAX: usize = 45;
/// The shortest part of a card token behind its prefix, in bytes.
const TOKEN_BYTES_MIN: usize = 6;

/// Lengths of IBANs by country (SWIFT IBAN registry, release 99).
const IBAN_LENGTHS: &[([u8; 2], usize)] = &[
    (*b"AD", 24),
    (*b"AE", 23),
    (*b"AL", 28),
    (*b"AT", 20),
    (*b"AZ", 28),
    (*b"BA", 20),
    (*b"BE", 16),
    (*b"BG", 22),
    (*b"BH", 22),
    (*b"BI", 27),
    (*b"BR", 29),
    (*b"BY", 28),
    (*b"CH", 21),
    (*b"CR", 22),
    (*b"CY", 28),
    (*b"CZ", 24),
    (*b"DE", 22),
    (*b"DJ", 27),
    (*b"DK", 18),
    (*b"DO", 28),
    (*b"EE", 20),
    (*b"EG", 29),
    (*b"ES", 24),
    (*b"FI", 18),
    (*b"FK", 18),
    (*b"FO", 18),
    (*b"FR", 27),
    (*b"GB", 22),
    (*b"GE", 22),
    (*b"GI", 23),
    (*b"GL", 18),
    (*b"GR", 27),
    (*b"GT", 28),
    (*b"HN", 28),
    (*b"HR", 21),
    (*b"HU", 28),
    (*b"IE", 22),
    (*b"IL", 23),
    (*b"IQ", 23),
    (*b"IS", 26),
    (*b"IT", 27),
    (*b"JO", 30),
    (*b"KW", 30),
    (*b"KZ", 20),
    (*b"LB", 28),
    (*b"LC", 32),
    (*b"LI", 21),
    (*b"LT", 20),
    (*b"LU", 20),
    (*b"LV", 21),
    (*b"LY", 25),
    (*b"MC", 27),
    (*b"MD", 24),
    (*b"ME", 22),
    (*b"MK", 19),
    (*b"MN", 20),
    (*b"MR", 27),
    (*b"MT", 31),
    (*b"MU", 30),
    (*b"NI", 28),
    (*b"NL", 18),
    (*b"NO", 15),
    (*b"OM", 23),
    (*b"PK", 24),
    (*b"PL", 28),
    (*b"PS", 29),
    (*b"PT", 25),
    (*b"QA", 29),
    (*b"RO", 24),
    (*b"RS", 22),
    (*b"RU", 33),
    (*b"SA", 24),
    (*b"SC", 31),
    (*b"SD", 18),
    (*b"SE", 24),
    (*b"SI", 19),
    (*b"SK", 24),
    (*b"SM", 27),
    (*b"SO", 23),
    (*b"ST", 25),
    (*b"SV", 28),
    (*b"TL", 23),
    (*b"TN", 24),
    (*b"TR", 26),
    (*b"UA", 29),
    (*b"VA", 22),
    (*b"VG", 24),
    (*b"XK", 20),
    (*b"YE", 30),
];

impl Scan<'_> {
    /// `0x` and 40 hexadecimal digits.
    pub(super) fn evm(&mut self, at: usize, end: usize) -> Option<usize> {
        let hex = &self.text[at + 2..end];
        if !hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let spelled = checks::eip55(hex);
        let has = |test: fn(&u8) -> bool| hex.as_bytes().iter().any(test);
        let mixed = has(u8::is_ascii_lowercase) && has(u8::is_ascii_uppercase);
        let valid = !mixed || spelled == hex;
        let normal = format!("0x{spelled}");
        Some(self.hit(IdentifierKind::Evm, at..end, normal, valid))
    }

    /// Bitcoin's older addresses and Tron's: the version byte decides.
    pub(super) fn base58(&mut self, at: usize, end: usize) -> Option<usize> {
        let word = &self.text[at..end];
        let (kind, versions): (_, &[u8]) = match self.bytes[at] {
            b'T' => (IdentifierKind::Tron, &[0x41]),
            _ => (IdentifierKind::Btc, &[0, 5]),
        };
        let valid = checks::base58check(word, versions);
        // A wrong checksum is worth a word only where nothing but an address looks so.
        if !valid && !looks_like_base58(word.as_bytes()) {
            return None;
        }
        Some(self.hit(kind, at..end, word.to_owned(), valid))
    }

    pub(super) fn monero(&mut self, at: usize, end: usize) -> Option<usize> {
        let word = &self.text[at..end];
        if !looks_like_base58(word.as_bytes()) {
            return None;
        }
        let valid = checks::monero(word.as_bytes());
        Some(self.hit(IdentifierKind::Monero, at..end, word.to_owned(), valid))
    }

    pub(super) fn segwit(&mut self, at: usize, end: usize) -> Option<usize> {
        let word = &self.text[at..end];
        let lower = word.to_ascii_lowercase();
        let data = &lower.as_bytes()[3..];
        let in_alphabet = |byte: &u8| b"qpzry9x8gf2tvdw0s3jn54khce6mua7l".contains(byte);
        if !data.iter().all(in_alphabet) {
            return None;
        }
        let valid = checks::segwit(word);
        Some(self.hit(IdentifierKind::Btc, at..end, lower, valid))
    }

    /// An account number that begins here, in one word or in groups.
    pub(super) fn iban(&mut self, at: usize) -> Option<usize> {
        let country = [
            self.byte(at).to_ascii_uppercase(),
            self.byte(at + 1).to_ascii_uppercase(),
        ];
        let known = IBAN_LENGTHS.binary_search_by_key(&country, |(known, _)| *known);
        let length = IBAN_LENGTHS[known.ok()?].1;
        let mut normal = String::with_capacity(length);
        let mut end = at;
        let (mut in_fours, mut separated) = (true, false);
        while normal.len() < length {
            let byte = self.byte(end);
            if byte.is_ascii_alphanumeric() {
                normal.push(char::from(byte.to_ascii_uppercase()));
            } else if matches!(byte, b' ' | b'-') && self.byte(end + 1).is_ascii_alphanumeric() {
                in_fours &= normal.len().is_multiple_of(4);
                separated = true;
            } else {
                return None;
            }
            end += 1;
        }
        if is_word(self.byte(end)) {
            return None;
        }
        let valid = checks::iban(normal.as_bytes());
        let digits = normal.bytes().filter(u8::is_ascii_digit).count();
        let plausible = digits * 2 >= length && (!separated || in_fours);
        // Words and numbers in a row may have the length by chance, and one in 97 the checksum.
        if !plausible {
            return None;
        }
        Some(self.hit(IdentifierKind::Iban, at..end, normal, valid))
    }

    /// A token that a payment service gave for a card.
    pub(super) fn token(&mut self, at: usize, end: usize) -> Option<usize> {
        let word = &self.text[at..end];
        let (prefix, rest) = word.split_once('_')?;
        let has_digit = rest.bytes().any(|byte| byte.is_ascii_digit());
        // `card_` and `pm_` begin names of many things; a service's ids are long.
        let min = if prefix == "tok" {
            TOKEN_BYTES_MIN
        } else {
            2 * TOKEN_BYTES_MIN
        };
        if rest.len() < min || !has_digit {
            return None;
        }
        Some(self.hit(IdentifierKind::Card, at..end, word.to_owned(), true))
    }

    /// Six pairs of hexadecimal digits behind hyphens: `a1-b2-c3-d4-e5-f6`.
    pub(super) fn hardware_address(&mut self, at: usize) -> Option<usize> {
        let text = self.bytes.get(at..at + 17)?;
        if !is_pairs(text, b'-') || is_word(self.byte(at + 17)) || self.byte(at + 17) == b'-' {
            return None;
        }
        if matches!(self.before(at), b'-' | b'_') {
            return None;
        }
        self.hardware(at)
    }

    fn hardware(&mut self, at: usize) -> Option<usize> {
        let text = self.text.get(at..at + 17)?;
        let hex = text.bytes().filter(u8::is_ascii_hexdigit);
        let value: String = hex
            .map(|byte| char::from(byte.to_ascii_lowercase()))
            .collect();
        // Times and dates in a row hold no letters; one address in seventeen does not either.
        let valid = value.bytes().any(|byte| byte != value.as_bytes()[0]);
        let normal = format!("mac:{value}");
        Some(self.hit(IdentifierKind::Device, at..at + 17, normal, valid))
    }

    /// A word of hexadecimal digits before a colon: a hardware address or an IPv6 one.
    pub(super) fn colons(&mut self, at: usize, end: usize) -> Option<usize> {
        let hex = |byte: &u8| byte.is_ascii_hexdigit();
        let next = self.byte(end + 1);
        if end - at > 4
            || !(next == b':' || next.is_ascii_hexdigit())
            || !self.bytes[at..end].iter().all(hex)
            || self.before(at) == b':'
        {
            return None;
        }
        self.ipv6(at)
    }

    /// `[2001:db8::1]:443`, or an opening bracket of something else.
    pub(super) fn bracketed(&mut self, at: usize) -> Option<usize> {
        let first = self.byte(at + 1);
        if first == b':' || first.is_ascii_hexdigit() {
            return self.ipv6(at + 1);
        }
        None
    }

    fn ipv6(&mut self, at: usize) -> Option<usize> {
        let fits = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
        let window = self.bytes.len().min(at + IPV6_BYTES_MAX + 1);
        let mut end = at;
        while end < window && fits(self.bytes[end]) {
            end += 1;
        }
        while end > at
            && matches!(self.bytes[end - 1], b':' | b'.')
            && !self.bytes[at..end].ends_with(b"::")
        {
            end -= 1;
        }
        if is_word(self.byte(end)) || self.byte(end) >= 0x80 && self.byte(end) < 0xe0 {
            return None;
        }
        let token = &self.bytes[at..end];
        if token.len() == 17 && is_pairs(token, b':') {
            return self.hardware(at);
        }
        let address: Ipv6Addr = self.text[at..end].parse().ok()?;
        let groups = token.split(|byte| *byte == b':');
        let filled = groups.filter(|group| !group.is_empty()).count();
        let has_digit = token.iter().any(u8::is_ascii_digit);
        if filled < 2 || !has_digit || token.len() < 6 {
            return None;
        }
        let address = IpAddr::V6(address).to_canonical();
        if self.before(at) == b'[' && self.byte(end) == b']' {
            return Some(self.bracketed_port(at, end, address));
        }
        Some(self.hit(IdentifierKind::Ip, at..end, address.to_string(), true))
    }

    /// The address between brackets, with the port behind them.
    fn bracketed_port(&mut self, at: usize, end: usize, address: IpAddr) -> usize {
        let port_end = self.port(end + 1);
        let port = port_end.and_then(|port_end| self.text[end + 2..port_end].parse::<u16>().ok());
        match (port, port_end) {
            (Some(port), Some(port_end)) => {
                let normal = match address {
                    IpAddr::V6(_) => format!("[{address}]:{port}"),
                    IpAddr::V4(_) => format!("{address}:{port}"),
                };
                self.hit(IdentifierKind::Ip, at - 1..port_end, normal, true)
            }
            _ => self.hit(IdentifierKind::Ip, at..end, address.to_string(), true),
        }
    }

    /// Where a port behind a colon at `at` ends.
    pub(super) fn port(&self, at: usize) -> Option<usize> {
        if self.byte(at) != b':' {
            return None;
        }
        let end = self.skip(at + 1, |byte| byte.is_ascii_digit());
        let fits = (1..=5).contains(&(end - at - 1)) && !is_word(self.byte(end));
        (fits
            && self.text[at + 1..end]
                .parse::<u16>()
                .is_ok_and(|port| port > 0))
        .then_some(end)
    }
}

fn is_pairs(text: &[u8], mark: u8) -> bool {
    text.iter()
        .enumerate()
        .all(|(position, byte)| match position % 3 {
            2 => *byte == mark,
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Letters of both cases and a digit, all of base58's alphabet.
fn looks_like_base58(word: &[u8]) -> bool {
    let has = |test: fn(&u8) -> bool| word.iter().any(test);
    let in_alphabet =
        |byte: &u8| byte.is_ascii_alphanumeric() && !matches!(byte, b'0' | b'O' | b'I' | b'l');
    word.iter().all(in_alphabet)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lengths_ascend() {
        assert!(IBAN_LENGTHS.is_sorted_by_key(|(country, _)| *country));
    }
}
