//! Hosts, URLs, onion services, IPv4 addresses, and the accounts and groups that URLs name.

use std::net::Ipv4Addr;

use model::IdentifierKind;

use super::bytes::{DIGIT, FOREIGN, LOWER, UPPER, class, is_two_byte_lead, is_word};
use super::number::mask_cards;
use super::scan::Scan;
use crate::checks;
use crate::normal;
use crate::numbering;
use crate::rules::{IdentifierRules, Link, LinkTarget};

/// The longest URL that is read, in bytes.
pub(super) const URL_BYTES_MAX: usize = 2048;
/// The longest IPv4 address, in bytes.
const IPV4_BYTES_MAX: usize = 15;
/// The longest scheme, in bytes.
const SCHEME_BYTES_MAX: usize = 12;
/// Top-level names that are no public suffix and yet mean something: reserved for documentation and
/// tests (RFC 2606, RFC 6761), and Tor's.
const RESERVED: [&str; 4] = ["example", "invalid", "onion", "test"];
/// First labels of hosts that lead to the same service.
const SAME_SERVICE: [&str; 6] = ["www.", "m.", "mobile.", "web.", "en.", "l."];

impl Scan<'_> {
    /// A scheme that ends at `end`, with `://` behind it.
    pub(super) fn url(&mut self, at: usize, end: usize) -> Option<usize> {
        let scheme = self.text[at..end].to_ascii_lowercase();
        // A path of one machine names nothing that two reports could share.
        if scheme == "file"
            || scheme.len() > SCHEME_BYTES_MAX
            || !scheme.as_bytes()[0].is_ascii_alphabetic()
        {
            return None;
        }
        let host = end + 3;
        let url_end = self.url_end(host)?;
        if url_end == host {
            return Some(host);
        }
        let scheme = match scheme.as_str() {
            "hxxp" | "hxtp" | "htxp" | "httx" => "http".to_owned(),
            "hxxps" | "hxtps" | "htxps" | "httxs" => "https".to_owned(),
            "fxp" => "ftp".to_owned(),
            _ => scheme,
        };
        let rest = &self.text[host..url_end];
        let hit = read(&scheme, rest, self.rules);
        hit.map(|(kind, normal, valid)| self.hit(kind, at..url_end, normal, valid))
    }

    pub(super) fn magnet(&mut self, at: usize) -> Option<usize> {
        let end = self.url_end(at)?;
        let normal = normal::url_spelled(&self.text[at..end])?;
        Some(self.hit(IdentifierKind::Url, at..end, normal, true))
    }

    /// Where a URL ends: before what cannot stand in one, and before marks of the sentence around
    /// it. `None` if it is too long.
    fn url_end(&mut self, from: usize) -> Option<usize> {
        if from < self.no_url_until {
            return None;
        }
        let window = self.bytes.len().min(from + URL_BYTES_MAX);
        let mut end = from;
        // A host may be written in a script without spaces; behind it such letters are the next
        // sentence, since paths carry them encoded.
        let foreign_host = self.byte(from) >= 0xe0;
        let mut in_host = true;
        while end < window {
            let byte = self.bytes[end];
            in_host &= byte != b'/';
            match byte {
                0..=b' ' | b'"' | b'<' | b'>' | b'`' | b'\\' | b'^' | b'{' | b'|' | b'}' | 0x7f => {
                    break;
                }
                0xe0.. if !(foreign_host && in_host) => break,
                0xc2 => break,
                b',' | b';' if self.begins_another(end + 1) => break,
                _ => end += 1,
            }
        }
        if end - from >= URL_BYTES_MAX {
            self.no_url_until = end;
            return None;
        }
        Some(self.without_marks(from, end))
    }

    /// Whether another identifier begins behind a comma: lists are written without spaces too.
    fn begins_another(&self, at: usize) -> bool {
        let rest = &self.bytes[at.min(self.bytes.len())..];
        if rest.starts_with(b"http") || rest.starts_with(b"www.") {
            return true;
        }
        if let [b'+', digit, ..] = rest {
            return digit.is_ascii_digit();
        }
        let local = |byte: &&u8| is_word(**byte) || matches!(**byte, b'.' | b'-' | b'+');
        let length = rest.iter().take(64).take_while(local).count();
        rest.get(length) == Some(&b'@')
    }

    fn without_marks(&self, from: usize, mut end: usize) -> usize {
        let (mut open, mut closed) = (0_usize, 0_usize);
        for byte in &self.bytes[from..end] {
            open += usize::from(matches!(byte, b'(' | b'['));
            closed += usize::from(matches!(byte, b')' | b']'));
        }
        while end > from {
            match self.bytes[end - 1] {
                b'.' | b',' | b';' | b':' | b'!' | b'?' | b'\'' | b'*' | b'~' | b'_' | b'&' => {
                    end -= 1;
                }
                b')' | b']' if closed > open => {
                    closed -= 1;
                    end -= 1;
                }
                b'(' | b'[' => {
                    open -= 1;
                    end -= 1;
                }
                _ => break,
            }
        }
        end
    }

    /// A word with a dot and more behind it: a host, a URL without its scheme, four numbers, or the
    /// local part of an email address.
    pub(super) fn dotted(&mut self, at: usize, end: usize, flags: u8) -> Option<usize> {
        if at < self.dotted_until {
            return None;
        }
        if flags == DIGIT
            && end - at <= 3
            && self.byte(end + 1).is_ascii_digit()
            && let Some(next) = self.ipv4(at)
        {
            return Some(next);
        }
        let start = self.host_start(at);
        let host_end = self.domain_end(start);
        self.dotted_until = host_end;
        if self.byte(host_end) == b'@' {
            return Some(host_end);
        }
        let host = &self.text[start..host_end];
        if matches!(self.before(start), b'@' | b'/' | b'\\' | b'$') {
            return None;
        }
        let last = host.rsplit('.').next()?;
        let is_name = |byte: u8| class(byte) & (LOWER | UPPER | FOREIGN) != 0 || byte == b'-';
        if last.len() < 2 || !last.bytes().all(is_name) && !last.starts_with("xn--") {
            return None;
        }
        let port = self.port(host_end);
        let path = port.unwrap_or(host_end);
        let has_path = self.byte(path) == b'/'
            || self.byte(path) == b'?' && class(self.byte(path + 1)) & !FOREIGN != 0;
        if !has_path && port.is_none() {
            return self.bare_host(start, host_end);
        }
        let normal = host_normal(host)?;
        if !is_known(&normal) {
            return None;
        }
        let url_end = self.url_end(start)?;
        let hit = read("http", &self.text[start..url_end], self.rules);
        hit.map(|(kind, normal, valid)| self.hit(kind, start..url_end, normal, valid))
    }

    /// Where the host begins whose first dot stands behind the word at `at`: hyphens and letters
    /// beyond ASCII belong to it.
    fn host_start(&self, at: usize) -> usize {
        let lowest = self.floor.max(self.dotted_until).max(at.saturating_sub(64));
        let mut start = at;
        while start > lowest {
            let byte = self.bytes[start - 1];
            if is_word(byte) || byte == b'-' {
                start -= 1;
            } else if byte >= 0x80 && start - 1 > lowest && is_two_byte_lead(self.bytes[start - 2])
            {
                start -= 2;
            } else {
                break;
            }
        }
        while start < at && matches!(self.bytes[start], b'-' | b'_') {
            start += 1;
        }
        start
    }

    /// A host with neither port nor path. Ends of sentences, file names and abbreviations look the
    /// same, so the suffix must be known, and not written as a sentence begins.
    fn bare_host(&mut self, start: usize, end: usize) -> Option<usize> {
        let host = &self.text[start..end];
        let (before, last) = host.rsplit_once('.')?;
        let title = |word: &str| {
            let mut bytes = word.bytes();
            bytes.next().is_some_and(|byte| byte.is_ascii_uppercase())
                && bytes.all(|byte| byte.is_ascii_lowercase())
        };
        let common = ["Com", "Net", "Org", "Info", "Example"];
        if title(last) && !common.contains(&last) {
            return None;
        }
        let lower = last.to_ascii_lowercase();
        let www = before
            .get(..4)
            .is_some_and(|first| first.eq_ignore_ascii_case("www."));
        if !www && self.rules.endings.contains(&lower) {
            return None;
        }
        let registrable = before.rsplit('.').next()?;
        if registrable.contains('_') {
            return None;
        }
        if !registrable
            .bytes()
            .any(|byte| class(byte) & (LOWER | UPPER | FOREIGN) != 0)
        {
            return None;
        }
        let normal = host_normal(host)?;
        if !is_known(&normal) {
            return None;
        }
        if let Some(name) = normal.strip_suffix(".onion") {
            let (name, valid) = onion(name);
            return Some(self.hit(IdentifierKind::Onion, start..end, name, valid));
        }
        Some(self.hit(IdentifierKind::Host, start..end, normal, true))
    }

    /// Four numbers with dots between them, perhaps with a port or a path behind.
    fn ipv4(&mut self, at: usize) -> Option<usize> {
        let window = &self.bytes[at..self.bytes.len().min(at + IPV4_BYTES_MAX + 1)];
        let fits = |byte: &&u8| byte.is_ascii_digit() || **byte == b'.';
        let end = at + window.iter().take_while(fits).count();
        let end = at + self.text[at..end].trim_end_matches('.').len();
        if end - at > IPV4_BYTES_MAX {
            return None;
        }
        let address: Ipv4Addr = self.text[at..end].parse().ok()?;
        let before = self.before(at);
        if is_word(self.byte(end))
            || self.byte(end) == b'-' && is_word(self.byte(end + 1))
            || matches!(before, b'.' | b'-' | b'/' | b'_' | b'@')
            || (0x80..0xc0).contains(&before) && self.is_letter_before(at)
            || self.context(at).version
        {
            self.dotted_until = end;
            return None;
        }
        let port = self.port(end);
        let path = port.unwrap_or(end);
        if self.byte(path) == b'/' {
            // A network in slash notation is many addresses.
            let digits = self.skip(path + 1, |byte| byte.is_ascii_digit());
            if port.is_none() && matches!(digits - path - 1, 1 | 2) && !is_word(self.byte(digits)) {
                self.dotted_until = end;
                return Some(digits);
            }
            let url_end = self.url_end(at)?;
            if url_end > path + 1 {
                let hit = read("http", &self.text[at..url_end], self.rules);
                return hit.map(|(kind, normal, valid)| self.hit(kind, at..url_end, normal, valid));
            }
        }
        let normal = match port {
            Some(port) => format!("{address}{}", &self.text[end..port]),
            None => address.to_string(),
        };
        Some(self.hit(IdentifierKind::Ip, at..port.unwrap_or(end), normal, true))
    }

    fn is_letter_before(&self, at: usize) -> bool {
        at >= 2 && is_two_byte_lead(self.bytes[at - 2])
    }
}

/// What the rest of a URL, from its host on, is: kind, normal form, validity.
pub(super) fn read(
    scheme: &str,
    rest: &str,
    rules: &IdentifierRules,
) -> Option<(IdentifierKind, String, bool)> {
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(authority_end);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    let bare = if host.starts_with('[') {
        host
    } else {
        host.split(':').next().unwrap_or(host)
    };
    let lower = bare.trim_end_matches('.').to_ascii_lowercase();
    let web = matches!(scheme, "http" | "https");
    if web {
        if let Some((kind, normal)) = named(&lower, tail, rules) {
            return Some((kind, mask_cards(&normal).into_owned(), true));
        }
        if let Some(name) = lower.strip_suffix(".onion") {
            let (name, valid) = onion(name);
            return Some((IdentifierKind::Onion, name, valid));
        }
    } else if let Some((kind, normal)) = named(&format!("{scheme}://"), rest, rules) {
        return Some((kind, normal, true));
    }
    let normal = normal::url_spelled(&format!("{scheme}://{rest}"))?;
    let valid = if lower.is_ascii() {
        is_known(&lower) || is_address(&lower)
    } else {
        host_normal(&lower).is_some_and(|host| is_known(&host))
    };
    Some((IdentifierKind::Url, mask_cards(&normal).into_owned(), valid))
}

fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok()
}

/// The account, group, wallet or number behind a host, with its normal form. `rest` begins behind
/// the host.
pub(super) fn named(
    host: &str,
    rest: &str,
    rules: &IdentifierRules,
) -> Option<(IdentifierKind, String)> {
    let links = rules.links.get(host).or_else(|| {
        let mut same = SAME_SERVICE.iter();
        same.find_map(|first| rules.links.get(host.strip_prefix(first)?))
    })?;
    links.iter().find_map(|link| by_link(link, rest, rules))
}

fn by_link(link: &Link, rest: &str, rules: &IdentifierRules) -> Option<(IdentifierKind, String)> {
    let before = rest.get(..link.before.len())?;
    if !before.eq_ignore_ascii_case(&link.before) {
        return None;
    }
    let tail = &rest[link.before.len()..];
    let end = tail.find(['/', '?', '#', '&']).unwrap_or(tail.len());
    let name = &tail[..end];
    match link.target {
        LinkTarget::Profile(platform) => {
            let platform = &rules.platforms[platform];
            let bare = name.strip_prefix('@').unwrap_or(name);
            let lower = normal::fold(bare);
            let fits = platform.names.fits(bare) && !platform.reserved.contains(&lower);
            fits.then(|| (IdentifierKind::Handle, format!("{}/{lower}", platform.name)))
        }
        LinkTarget::Group(platform) => {
            let platform = &rules.platforms[platform];
            // `t.me/+` begins an invitation or a phone number.
            let digits = name.bytes().all(|byte| byte.is_ascii_digit());
            if link.before.ends_with('+') && digits {
                let number = numbering::international(name)?;
                return Some((IdentifierKind::Phone, number));
            }
            let fits = (2..=128).contains(&name.len())
                && name
                    .bytes()
                    .all(|byte| is_word(byte) || matches!(byte, b'-' | b'%' | b'=' | b'+'));
            fits.then(|| (IdentifierKind::Group, format!("{}/{name}", platform.name)))
        }
        LinkTarget::Number => {
            let digits: String = name.replace("%2B", "+").replace("%2b", "+");
            let number = numbering::international(digits.trim_start_matches('+'))?;
            Some((IdentifierKind::Phone, number))
        }
        LinkTarget::Wallet(service) => {
            let service = &rules.services[service];
            let fits = (2..=64).contains(&name.len())
                && name
                    .bytes()
                    .all(|byte| is_word(byte) || matches!(byte, b'-' | b'.' | b'$'));
            let lower = name.to_ascii_lowercase();
            fits.then(|| (IdentifierKind::Payment, format!("{}/{lower}", service.name)))
        }
    }
}

/// The last two labels of an onion host, and whether the name is one of version 3.
fn onion(name: &str) -> (String, bool) {
    let name = name.rsplit('.').next().unwrap_or(name);
    (format!("{name}.onion"), checks::onion(name.as_bytes()))
}

/// A host in lower-case ASCII; `None` for what cannot be one.
pub(super) fn host_normal(host: &str) -> Option<String> {
    let shaped = |label: &str| {
        !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
    };
    if host.is_ascii() {
        let fits = host.len() <= super::mail::DOMAIN_BYTES_MAX && host.split('.').all(shaped);
        return fits.then(|| host.to_ascii_lowercase());
    }
    match ::url::Host::parse(host) {
        Ok(::url::Host::Domain(host)) if host.split('.').all(shaped) => Some(host),
        _ => None,
    }
}

/// Whether a host in lower-case ASCII lies under a public suffix, or under a reserved name.
pub(super) fn is_known(host: &str) -> bool {
    let Some((_, last)) = host.rsplit_once('.') else {
        return false;
    };
    if RESERVED.contains(&last) {
        return true;
    }
    psl::domain(host.as_bytes()).is_some_and(|domain| domain.suffix().is_known())
}
