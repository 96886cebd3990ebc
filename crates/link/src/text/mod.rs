//! Identifiers in free text: found in one pass, checked where they stand, with their place in the
//! text.
//!
//! Time is linear in the text, whatever it holds: every candidate has a greatest length, and a
//! place that was looked at as part of a longer candidate is not looked at again as its beginning.
//! Hits never overlap. The most specific reading stands: a profile's address is a handle, not a
//! URL; a URL does not also give its host.

mod address;
mod bytes;
mod fold;
mod label;
mod mail;
mod number;
mod scan;
mod value;
mod web;

use std::borrow::Cow;
use std::ops::Range;

use model::IdentifierKind;

use crate::Region;
use crate::rules::IdentifierRules;

pub(crate) use fold::Brackets;

/// An identifier in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The kind.
    pub kind: IdentifierKind,
    /// The bytes of the text it stands in, from one character to another.
    pub text: Range<usize>,
    /// The normal form, for comparison. Never holds a payment card's number.
    pub normal: String,
    /// Whether its checksum, its plan of numbers or its suffix says that it can exist, and whether
    /// all that it needs was said (a handle its platform, a phone number its country).
    pub valid: bool,
}

impl Hit {
    /// The words of the hit as they may be shown: as they stand in `text`, a payment card's number
    /// masked.
    pub fn shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let there = text.get(self.text.clone()).unwrap_or_default();
        number::mask_cards(there)
    }
}

/// Finds the identifiers of a text, in the order in which they stand. Numbers without a calling
/// code are read in `region`, if one is given.
pub fn extract(text: &str, rules: &IdentifierRules, region: Option<Region>) -> Vec<Hit> {
    let folded = fold::Folded::new(text, &rules.brackets);
    let found = scan::Scan::new(folded.text(), rules, region).run();
    let hits = found.into_iter().map(|hit| Hit {
        text: folded.original(&hit.text),
        ..hit
    });
    hits.collect()
}

/// The account, group, wallet or number that a web address names, with its normal form. `host` is
/// in lower case, or a scheme with `://`; `rest` is what follows it.
pub(crate) fn named_by_link(
    host: &str,
    rest: &str,
    rules: &IdentifierRules,
) -> Option<(IdentifierKind, String)> {
    web::named(host, rest, rules)
}

#[cfg(test)]
mod tests;
