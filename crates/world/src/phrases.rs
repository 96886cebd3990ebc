//! The sentences that senders write: the neutral words of official forms, in twelve languages.
//!
//! Nobody's own words stand here. A `{}` is a place for a number or an identifier.

mod eastern;
mod southeastern;
mod western;

/// What senders say in one language.
#[derive(Debug)]
#[cfg_attr(test, derive(serde::Serialize))]
pub(crate) struct Phrases {
    // Why a report cannot wait.
    pub(crate) panic_button: &'static str,
    pub(crate) live_now: &'static str,
    pub(crate) den_active: &'static str,
    pub(crate) at_risk: &'static str,
    pub(crate) child_known: &'static str,
    // What a report is about.
    pub(crate) by_user: &'static str,
    pub(crate) hash_match: &'static str,
    pub(crate) payments: &'static str,
    pub(crate) arranging: &'static str,
    pub(crate) threatened: &'static str,
    pub(crate) closed_before: &'static str,
    pub(crate) many_accounts: &'static str,
    pub(crate) one_payer: &'static str,
    pub(crate) family_occasion: &'static str,
    pub(crate) automated: &'static str,
    pub(crate) private_album: &'static str,
    pub(crate) transfers: &'static str,
    pub(crate) small_transfers: &'static str,
    pub(crate) helpline: &'static str,
    pub(crate) also_names: &'static str,
    pub(crate) series: &'static str,
    pub(crate) new_place: &'static str,
    pub(crate) journalist: &'static str,
    pub(crate) researcher: &'static str,
}

pub(crate) use eastern::{ARABIC, HINDI, RUSSIAN, UKRAINIAN};
pub(crate) use southeastern::{TAGALOG, THAI, VIETNAMESE};
pub(crate) use western::{ENGLISH, FRENCH, PORTUGUESE, ROMANIAN, SPANISH};

/// A sentence with its places filled, in order; a place too many stays empty.
pub(crate) fn fill(sentence: &str, values: &[&str]) -> String {
    let mut values = values.iter();
    let mut parts = sentence.split("{}");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push_str(values.next().copied().unwrap_or_default());
        text.push_str(part);
    }
    text
}

#[cfg(test)]
#[path = "phrases_tests.rs"]
mod tests;
