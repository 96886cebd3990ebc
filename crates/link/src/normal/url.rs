//! URLs and bare hosts. `http`, `https` and no scheme at all name the same page, so web addresses
//! lose their scheme.

use std::net::IpAddr;

use ::url::{Host, Url};
use model::{IdentifierKind, IncidentKind};

use super::{Form, ip};
use crate::rules::IdentifierRules;
use crate::{checks, text};

/// Query parameters that say how a visitor came, never where to.
const TRACKING: [&str; 6] = ["fbclid", "gclid", "igsh", "igshid", "msclkid", "si"];

/// The account, group or wallet that the address names; else the address, and the onion service
/// that it lies on.
pub(super) fn forms(text: &str, incident: IncidentKind, rules: &IdentifierRules) -> Vec<Form> {
    let refanged = refang(text);
    let Some(url) = parse(&refanged) else {
        return vec![Form::new(IdentifierKind::Url, refanged, false)];
    };
    if let Some((kind, named)) = named(&url, rules) {
        return vec![Form::new(kind, named, true)];
    }
    let host = url.host_str().unwrap_or_default();
    let onion = host
        .strip_suffix(".onion")
        .and_then(|name| name.rsplit('.').next());
    let Some(onion) = onion.filter(|name| checks::onion(name.as_bytes())) else {
        return vec![normal(&url, incident)];
    };
    let service = Form::new(IdentifierKind::Onion, format!("{onion}.onion"), true);
    let page = normal(&url, incident);
    let says_more = page.normal != service.normal;
    [Some(service), says_more.then_some(page)]
        .into_iter()
        .flatten()
        .collect()
}

fn named(url: &Url, rules: &IdentifierRules) -> Option<(IdentifierKind, String)> {
    let rest = url.as_str().split_once("://")?.1;
    if !matches!(url.scheme(), "http" | "https") {
        return text::named_by_link(&format!("{}://", url.scheme()), rest, rules);
    }
    let host = url.host_str()?;
    let at = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    text::named_by_link(host, &rest[at..], rules)
}

/// Undoes the habit of writing addresses so that nobody follows them by accident:
/// `hxxps://example[.]com`.
fn refang(text: &str) -> String {
    let text = text.replace("[.]", ".").replace("(.)", ".");
    match text.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("hxxp") => format!("http{}", &text[4..]),
        _ => text,
    }
}

fn parse(text: &str) -> Option<Url> {
    if text.contains(char::is_whitespace) {
        return None;
    }
    // `example.com:8080/x` parses as a URL of the scheme `example.com`, hence the dot.
    let has_scheme = text.split_once(':').is_some_and(|(scheme, rest)| {
        !scheme.contains(['.', '/', '[']) && !rest.starts_with(|c: char| c.is_ascii_digit())
    });
    if has_scheme {
        return Url::parse(text).ok();
    }
    let bare = text.trim_start_matches('/');
    Url::parse(&format!("http://{bare}"))
        .ok()
        .filter(|url| url.host_str().is_some_and(|host| host.contains(['.', ':'])))
}

/// The normal form of a URL in free text; `None` for what is none.
pub(super) fn spelled(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    Some(spell(&url).0)
}

fn normal(url: &Url, incident: IncidentKind) -> Form {
    let (normal, says_where) = spell(url);
    Form::new(IdentifierKind::Url, normal, ties(url, says_where, incident))
}

/// The normal form, and whether it says more than the host.
fn spell(url: &Url) -> (String, bool) {
    let web = matches!(url.scheme(), "http" | "https");
    let mut normal = String::with_capacity(url.as_str().len());
    if !web {
        normal.push_str(url.scheme());
        normal.push(':');
    }
    if let Some(host) = url.host_str() {
        if !web {
            normal.push_str("//");
        }
        let host = if web {
            host.strip_prefix("www.").unwrap_or(host)
        } else {
            host
        };
        normal.push_str(host.trim_end_matches('.'));
        // The scheme is gone, so the default port of either scheme goes with it.
        let port = url.port().filter(|port| !web || !matches!(port, 80 | 443));
        if let Some(port) = port {
            normal.push(':');
            normal.push_str(&port.to_string());
        }
    }
    let path = if web {
        url.path().trim_end_matches('/')
    } else {
        url.path()
    };
    normal.push_str(path);
    let query = query(url);
    if !query.is_empty() {
        normal.push('?');
        normal.push_str(&query);
    }
    (normal, path.len() > 1 || !query.is_empty())
}

fn query(url: &Url) -> String {
    let kept: Vec<&str> = url
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| {
            let name = pair.split('=').next().unwrap_or_default();
            !pair.is_empty() && !name.starts_with("utm_") && !TRACKING.contains(&name)
        })
        .collect();
    kept.join("&")
}

/// A bare host names a whole service: two reports that say no more than "on that platform" have
/// nothing in common. It ties where the host itself is what was reported: an onion service, or a
/// misleading domain.
fn ties(url: &Url, says_where: bool, incident: IncidentKind) -> bool {
    match url.host() {
        Some(Host::Domain(host)) => {
            let host = host.trim_end_matches('.');
            let itself = is_under(host, "onion") || incident == IncidentKind::MisleadingDomain;
            let web = matches!(url.scheme(), "http" | "https");
            let private = (web && !host.contains('.'))
                || is_under(host, "localhost")
                || is_under(host, "local");
            !private && (says_where || itself)
        }
        Some(Host::Ipv4(address)) => says_where && ip::is_public(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => says_where && ip::is_public(IpAddr::V6(address)),
        None => says_where && url.scheme() == "magnet",
    }
}

/// Whether a host, already in lower case, lies under a top-level name.
fn is_under(host: &str, top: &str) -> bool {
    host.rsplit('.').next() == Some(top)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str, incident: IncidentKind) -> Form {
        let rules = IdentifierRules::builtin().unwrap();
        forms(text, incident, &rules).remove(0)
    }

    #[test]
    fn addresses_have_one_form() {
        let check = |text: &str, normal: &str, ties: bool| {
            let form = form(text, IncidentKind::Enticement);
            assert_eq!(
                (form.normal.as_str(), form.ties),
                (normal, ties),
                "{text:?}"
            );
        };
        for same in [
            "https://Example.COM/Room/7",
            "http://example.com:80/Room/7/",
            "https://www.example.com/Room/7#top",
            "https://user:secret@example.com/Room/7",
            "example.com/Room/7",
            "example.com:443/Room/7",
            "https://example.com:80/Room/7",
            "//example.com/Room/7",
            "hxxps://example[.]com/Room/7",
            "https://example.com/Room/7?utm_source=x&fbclid=y",
            "https://example.com/a/../Room/7",
        ] {
            check(same, "example.com/Room/7", true);
        }
        check("https://example.com/room/7", "example.com/room/7", true);
        check(
            "https://example.com/w?v=1&utm_a=2&t=3",
            "example.com/w?v=1&t=3",
            true,
        );
        check("https://example.com:8443/a", "example.com:8443/a", true);
        check("example.com:8443/a", "example.com:8443/a", true);
        check("https://bücher.example/a", "xn--bcher-kva.example/a", true);
        check("https://example.com", "example.com", false);
        check("example.com", "example.com", false);
        check("www.example.com/", "example.com", false);
        check("abcdef.onion", "abcdef.onion", true);
        check("http://abcdef.onion/", "abcdef.onion", true);
        check("http://localhost/a", "localhost/a", false);
        check("http://10.0.0.1/a", "10.0.0.1/a", false);
        check("http://[2001:DB8::1]/a", "[2001:db8::1]/a", true);
        check("http://203.0.113.7/a", "203.0.113.7/a", true);
        check("tg://join?invite=Ab1", "telegram/Ab1", true);
        check("https://t.me/Opaque_41", "telegram/opaque_41", true);
        check("magnet:?xt=urn:btih:00ff", "magnet:?xt=urn:btih:00ff", true);
        check("data:text/plain,x", "data:text/plain,x", false);
        check("see example.com or call", "see example.com or call", false);
        check("profile", "profile", false);
        check("http://", "http://", false);
    }

    #[test]
    fn a_misleading_domain_is_what_was_reported() {
        assert!(form("example.com", IncidentKind::MisleadingDomain).ties);
    }
}
