//! Handles, account numbers and groups: what they mean hangs on their platform.

use model::{IdentifierKind, Mention, Part, Report};

use super::{Form, compose, fold};
use crate::rules::IdentifierRules;

/// Names under which one platform goes. Only pure renamings and abbreviations: two services of one
/// company are two.
///
/// The policy's labels are known besides.
const ALIASES: [(&str, &str); 5] = [
    ("telegrammessenger", "telegram"),
    ("twitter", "x"),
    ("twitterx", "x"),
    ("xformerlytwitter", "x"),
    ("xtwitter", "x"),
];

/// The slug of the platform that a mention belongs to; empty if none is said.
///
/// A mention without one belongs to the platform that the report happened on, where it is about
/// those who took part in it; an associated account may be anywhere.
pub(super) fn platform(report: &Report, mention: &Mention, rules: &IdentifierRules) -> String {
    let slug = |name: &str| {
        let slug = slug(name);
        rules.platform_called(&slug).map_or(slug, str::to_owned)
    };
    let own = mention.qualifier.as_deref().map(slug).unwrap_or_default();
    if !own.is_empty() || mention.part == Part::Associated {
        return own;
    }
    report.platform.as_deref().map(slug).unwrap_or_default()
}

/// `platform/name`. Without a platform it never ties: names are chosen anew on each, and strangers
/// share them.
pub(super) fn handle(text: &str, platform: String) -> Form {
    let name = fold(text);
    let name = name.trim_start_matches('@').trim();
    owned(IdentifierKind::Handle, '/', name, platform)
}

/// `platform#number`, apart from every handle. Numbers are issued by machines, in which case may
/// matter: not folded.
pub(super) fn number(text: &str, platform: String) -> Form {
    owned(IdentifierKind::Handle, '#', text, platform)
}

/// `platform/id`. Not folded: short invitation codes differ by case alone.
pub(super) fn group(text: &str, platform: String) -> Form {
    owned(IdentifierKind::Group, '/', &compose(text), platform)
}

fn owned(kind: IdentifierKind, mark: char, name: &str, platform: String) -> Form {
    let ties = !platform.is_empty() && !name.is_empty();
    let mut normal = platform;
    normal.push(mark);
    normal.push_str(name);
    Form::new(kind, normal, ties)
}

/// A platform's name as letters and digits only: `Insta-gram`, `https://www.instagram.com` and
/// `INSTAGRAM` are one.
fn slug(name: &str) -> String {
    let folded = fold(name.trim());
    let host = folded
        .split_once("://")
        .map_or(folded.as_str(), |(_, rest)| rest);
    let host = host
        .strip_prefix("www.")
        .unwrap_or(host)
        .trim_end_matches('/');
    let host = [".com", ".net", ".org"]
        .iter()
        .find_map(|end| host.strip_suffix(end))
        .unwrap_or(host);
    let slug: String = host.chars().filter(|c| c.is_alphanumeric()).collect();
    match ALIASES.iter().find(|(alias, _)| *alias == slug) {
        Some((_, name)) => (*name).to_owned(),
        None => slug,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn platforms_have_one_slug() {
        for (name, expected) in [
            ("Instagram", "instagram"),
            ("https://www.instagram.com/", "instagram"),
            ("X (formerly Twitter)", "x"),
            ("Twitter", "x"),
            ("Example Chat", "examplechat"),
            ("example-chat.com", "examplechat"),
            ("ＥＸＡＭＰＬＥ", "example"),
            ("…", ""),
        ] {
            assert_eq!(slug(name), expected, "{name:?}");
        }
    }

    #[test]
    fn a_name_needs_a_platform_to_tie() {
        let check = |form: Form, normal: &str, ties: bool| {
            assert_eq!((form.normal.as_str(), form.ties), (normal, ties));
        };
        check(handle("@Maria_23", "x".to_owned()), "x/maria_23", true);
        check(handle("ＭＡＲＩＡ", "x".to_owned()), "x/maria", true);
        check(handle("maria", String::new()), "/maria", false);
        check(handle("@", "x".to_owned()), "x/", false);
        check(handle("unknown", "x".to_owned()), "x/unknown", false);
        check(number("AbC9", "x".to_owned()), "x#AbC9", true);
        check(number("9", String::new()), "#9", false);
        check(group("AbC", "x".to_owned()), "x/AbC", true);
    }
}
