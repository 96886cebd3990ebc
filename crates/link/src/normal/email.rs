//! Email addresses: local part folded, domain in lower-case ASCII; `+tags` are kept, since not
//! every host ignores them.

use ::url::Host;
use model::IdentifierKind;

use super::{Form, fold};

/// Mailboxes of a role or a machine (RFC 2142 and common use): many people stand behind one, or
/// nobody.
const SHARED_MAILBOXES: [&str; 8] = [
    "abuse",
    "donotreply",
    "hostmaster",
    "mailer-daemon",
    "no-reply",
    "noreply",
    "postmaster",
    "webmaster",
];

pub(super) fn form(text: &str) -> Form {
    let bare = text.trim_matches(['<', '>']);
    let bare = match bare.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("mailto:") => &bare[7..],
        _ => bare,
    };
    match address(bare) {
        Some((local, domain)) => Form::new(
            IdentifierKind::Email,
            format!("{local}@{domain}"),
            !SHARED_MAILBOXES.contains(&local.as_str()),
        ),
        None => Form::new(IdentifierKind::Email, fold(bare), false),
    }
}

/// The parts of an address, or `None` for text that is not one.
fn address(text: &str) -> Option<(String, String)> {
    // Folded first: composition can make an `@` or a space of something that looks like one.
    let text = fold(text);
    let (local, domain) = text.rsplit_once('@')?;
    let unfit = |c: char| c.is_whitespace() || c.is_control();
    if local.is_empty() || local.contains(unfit) {
        return None;
    }
    match Host::parse(domain.trim_end_matches('.')) {
        Ok(Host::Domain(domain)) if domain.contains('.') => Some((local.to_owned(), domain)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_one_form() {
        let check = |text: &str, normal: &str, ties: bool| {
            let form = form(text);
            assert_eq!(
                (form.normal.as_str(), form.ties),
                (normal, ties),
                "{text:?}"
            );
        };
        check("Maria@Example.ORG", "maria@example.org", true);
        check("<maria@example.org>", "maria@example.org", true);
        check("MAILTO:maria@example.org", "maria@example.org", true);
        check("maria@example.org.", "maria@example.org", true);
        check("maria+a@example.org", "maria+a@example.org", true);
        check("m@bücher.example", "m@xn--bcher-kva.example", true);
        check("m@xn--bcher-kva.example", "m@xn--bcher-kva.example", true);
        check("ｍａｒｉａ@example.org", "maria@example.org", true);
        check("maria＠example．org", "maria@example.org", true);
        check("noreply@example.org", "noreply@example.org", false);
        check("maria", "maria", false);
        check("maria@", "maria@", false);
        check("@example.org", "@example.org", false);
        check("a b@example.org", "a b@example.org", false);
        check("a@localhost.", "a@localhost.", false);
        check("a@localhost", "a@localhost", false);
        check("a@192.0.2.1", "a@192.0.2.1", false);
        check("unknown", "unknown", false);
    }
}
