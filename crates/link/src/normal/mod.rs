//! Normal forms: equal exactly when two mentions mean the same thing. Changing one needs
//! re-indexing.

mod account;
mod device;
mod email;
mod ip;
mod phone;
mod url;

use icu_normalizer::ComposingNormalizerBorrowed;
use model::{IdentifierKind, Mention, MentionKind, Report, ReportId};

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
pub(crate) fn forms(report: &Report, mention: &Mention) -> Vec<Form> {
    let text = mention.text.expose().trim();
    if text.is_empty() {
        return Vec::new();
    }
    let qualifier = mention.qualifier.as_deref();
    let form = match mention.kind {
        MentionKind::Email => email::form(text),
        MentionKind::Phone => phone::form(text, qualifier),
        MentionKind::Url => url::form(text, report.incident),
        MentionKind::Ip => return ip::forms(text, mention.port, mention.at.as_ref()),
        MentionKind::Handle => account::handle(text, account::platform(report, mention)),
        MentionKind::AccountNumber => account::number(text, account::platform(report, mention)),
        MentionKind::Group => account::group(text, account::platform(report, mention)),
        MentionKind::Device => device::form(text, qualifier),
        MentionKind::PriorReport => prior_report(text),
    };
    vec![form]
}

/// Makes the libraries behind the normal forms load their tables.
pub(crate) fn warm_up() {
    phone::form("+12025550100", None);
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
