//! Normal forms: equal exactly when two mentions mean the same thing. Changing one needs
//! re-indexing.

mod account;
mod device;
mod email;
mod ip;
mod phone;
mod url;

use icu_normalizer::ComposingNormalizerBorrowed;
use model::{IdentifierKind, Mention, MentionKind, Moment, Report, ReportId};

use crate::rules::IdentifierRules;
use crate::text::Hit;

/// One normal form of a mention.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) kind: IdentifierKind,
    pub(crate) normal: String,
    /// Whether the form points at one account, device, place or person, so that sharing it means
    /// something.
    pub(crate) ties: bool,
}

impl Form {
    fn new(kind: IdentifierKind, normal: String, ties: bool) -> Self {
        let ties = ties && !is_placeholder(&normal);
        Self { kind, normal, ties }
    }
}

/// The normal forms of a mention; none for a mention without text.
pub(crate) fn forms(report: &Report, mention: &Mention, rules: &IdentifierRules) -> Vec<Form> {
    let text = mention.text.expose().trim();
    if text.is_empty() {
        return Vec::new();
    }
    let qualifier = mention.qualifier.as_deref();
    let form = match mention.kind {
        MentionKind::Email => email::form(text),
        MentionKind::Phone => phone::form(text, qualifier),
        MentionKind::Url => return url::forms(text, report.incident, rules),
        MentionKind::Ip => return ip::forms(text, mention.port, mention.at.as_ref()),
        MentionKind::Handle => account::handle(text, account::platform(report, mention, rules)),
        MentionKind::AccountNumber => {
            if let Some(forms) = payment_account(report, text, qualifier, rules) {
                return forms;
            }
            account::number(text, account::platform(report, mention, rules))
        }
        MentionKind::Group => account::group(text, account::platform(report, mention, rules)),
        MentionKind::Device => device::form(text, device_type(qualifier, rules).as_deref()),
        MentionKind::PriorReport => prior_report(text),
    };
    vec![form]
}

/// The normal forms of what was found in free text. `at` is the moment named beside it.
pub(crate) fn found(
    report: &Report,
    hit: &Hit,
    at: Option<&Moment>,
    rules: &IdentifierRules,
) -> Vec<Form> {
    let normal = hit.normal.as_str();
    let plain = |ties| vec![Form::new(hit.kind, normal.to_owned(), ties && hit.valid)];
    match hit.kind {
        IdentifierKind::Email if hit.valid => vec![email::form(normal)],
        IdentifierKind::Phone if hit.valid => vec![phone::form(normal, None)],
        IdentifierKind::Url if hit.valid => url::forms(normal, report.incident, rules),
        IdentifierKind::Ip => ip::forms(normal, None, at),
        // A host is a whole service, and a masked card is one of many.
        IdentifierKind::Host => plain(false),
        IdentifierKind::Card => plain(!normal.contains('*')),
        IdentifierKind::Payment => {
            let mut forms = plain(true);
            let number = normal.split_once('/').map(|(_, value)| value);
            let number = number.filter(|value| hit.valid && value.starts_with('+'));
            forms.extend(number.map(|number| phone::form(number, None)));
            forms
        }
        _ => plain(true),
    }
}

/// The normal forms of an account that money goes to, of a kind that is known wherever it is named;
/// `None` for an account of one platform.
fn payment_account(
    report: &Report,
    text: &str,
    qualifier: Option<&str>,
    rules: &IdentifierRules,
) -> Option<Vec<Form>> {
    let kind = match qualifier? {
        "iban" => IdentifierKind::Iban,
        "btc" => IdentifierKind::Btc,
        "evm" => IdentifierKind::Evm,
        "tron" => IdentifierKind::Tron,
        _ => return None,
    };
    let hits = crate::text::extract(text, rules, None);
    let hit = hits.into_iter().find(|hit| hit.kind == kind)?;
    Some(found(report, &hit, None, rules))
}

/// The type of a device id under the name that the policy gives it.
fn device_type(qualifier: Option<&str>, rules: &IdentifierRules) -> Option<String> {
    let slug: String = fold(qualifier?)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    Some(rules.device_called(&slug).map_or(slug, str::to_owned))
}

fn prior_report(text: &str) -> Form {
    let number = text.parse::<ReportId>();
    let ties = number.is_ok();
    let normal = number.map_or_else(|_| text.to_owned(), |number| number.to_string());
    Form::new(IdentifierKind::PriorReport, normal, ties)
}

/// Unicode's compatibility composition: full-width and styled letters become plain ones.
fn compose(text: &str) -> String {
    ComposingNormalizerBorrowed::new_nfkc()
        .normalize(text)
        .into_owned()
}

/// The normal form of a URL in free text; `None` for what is none.
pub(crate) fn url_spelled(text: &str) -> Option<String> {
    url::spelled(text)
}

/// [`compose`], then lower case letter by letter.
pub(crate) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    // Composed again, because lower case may decompose (U+0130).
    compose(
        &compose(text)
            .chars()
            .flat_map(char::to_lowercase)
            .collect::<String>(),
    )
}

/// Words that forms and exports write where they know nothing: sharing one says nothing.
fn is_placeholder(normal: &str) -> bool {
    let value = normal.rsplit(['/', ':', '#']).next().unwrap_or(normal);
    matches!(
        value,
        "" | "-"
            | "?"
            | "anonymous"
            | "deleted"
            | "[deleted]"
            | "n/a"
            | "na"
            | "none"
            | "null"
            | "undefined"
            | "unknown"
    )
}
