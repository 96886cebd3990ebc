//! The sentence that tells a person why two reports stand together.

use model::{Identifier, IdentifierKind};

/// Says what two reports share and how many carry it, which is how much it says. `reports` counts
/// every report that names it, these two included. As [`why`], it carries personal data.
pub fn why_weighted(identifier: &Identifier, reports: u64) -> String {
    let sentence = why(identifier);
    let stem = sentence.strip_suffix('.').unwrap_or(&sentence);
    match reports {
        0..=2 => format!("{stem}, which no other report carries."),
        _ => format!("{stem}, which {reports} reports carry."),
    }
}

/// Says what two reports share. The sentence carries personal data: show it only to those who may
/// read the case.
pub fn why(identifier: &Identifier) -> String {
    let normal = identifier.normal.expose();
    match identifier.kind {
        IdentifierKind::Email => format!("Both reports name the same email address ({normal})."),
        IdentifierKind::Phone => format!("Both reports name the same phone number ({normal})."),
        IdentifierKind::Url => format!("Both reports name the same web address ({normal})."),
        IdentifierKind::Ip => ip(normal),
        IdentifierKind::Handle => handle(normal),
        IdentifierKind::Device => {
            let (kind, value) = normal.split_once(':').unwrap_or(("", normal));
            let kind = if kind.is_empty() {
                String::new()
            } else {
                format!("{kind} ")
            };
            format!("Both reports name the same device ({kind}{value}).")
        }
        IdentifierKind::Group => {
            let (platform, group) = normal.split_once('/').unwrap_or(("", normal));
            format!(
                "Both reports name the same group{} ({group}).",
                on(platform)
            )
        }
        IdentifierKind::Host => format!("Both reports name the same host ({normal})."),
        IdentifierKind::Onion => format!("Both reports name the same onion service ({normal})."),
        IdentifierKind::Iban => format!("Both reports name the same bank account ({normal})."),
        IdentifierKind::Card => format!("Both reports name the same card token ({normal})."),
        IdentifierKind::Btc
        | IdentifierKind::Evm
        | IdentifierKind::Tron
        | IdentifierKind::Monero => {
            format!("Both reports name the same chain address ({normal}).")
        }
        IdentifierKind::Payment => {
            format!("Both reports name the same wallet or payment ({normal}).")
        }
        IdentifierKind::PriorReport => {
            format!("One report names the other, or both name the same earlier report ({normal}).")
        }
    }
}

fn ip(normal: &str) -> String {
    match normal.split_once(' ') {
        Some((line, minute)) if minute.contains('T') => format!(
            "Both reports name the same IP address and port ({line}) in the same minute \
             ({minute} UTC)."
        ),
        Some((address, day)) => {
            format!(
                "Both reports name the same IP address ({address}) on the same day ({day} UTC)."
            )
        }
        None => format!("Both reports name the same IP address ({normal})."),
    }
}

fn handle(normal: &str) -> String {
    // A platform's slug holds letters and digits only, so the first mark ends it.
    match normal.split_once(['/', '#']) {
        Some((platform, number)) if normal[platform.len()..].starts_with('#') => format!(
            "Both reports name the same account number{} ({number}).",
            on(platform)
        ),
        Some((platform, name)) => {
            format!(
                "Both reports name the same account{} ({name}).",
                on(platform)
            )
        }
        None => format!("Both reports name the same account ({normal})."),
    }
}

fn on(platform: &str) -> String {
    if platform.is_empty() {
        String::new()
    } else {
        format!(" on {platform}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::own_identifier;

    #[test]
    fn the_sentence_says_how_many_carry_it() {
        let mut identifier = own_identifier(model::ReportId::new(7));
        identifier.kind = IdentifierKind::Phone;
        assert_eq!(
            why_weighted(&identifier, 2),
            "Both reports name the same phone number (7), which no other report carries."
        );
        assert_eq!(
            why_weighted(&identifier, 3),
            "Both reports name the same phone number (7), which 3 reports carry."
        );
    }
}
