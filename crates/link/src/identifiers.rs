//! From a report's mentions to identifiers: normalised, each once, in the order of the document.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use model::{Identifier, IdentifierKind, Moment, Part, Report, ReportId, Sensitive, Timestamp};

use crate::normal::{self, Form};
use crate::rules::IdentifierRules;
use crate::text::extract;

/// How far behind an address its moment may begin and end, in bytes.
const MOMENT_BYTES_MAX: usize = 64;

/// The place of what the sender says of its escalation.
const ESCALATION: &str = "incidentSummary/escalateToHighPriority";

/// Normalises every mention of a report, and what its free words name.
///
/// One identifier per kind and normal form, in the order of first mention, fields before words.
/// Where one mention may tie and an equal one may not (the sender's contact is also the person
/// reported), the one that may tie stands. An IP address with a moment and a port gives two
/// identifiers: address and day, and address, port and minute.
pub fn identifiers(report: &Report, rules: &IdentifierRules) -> Vec<Identifier> {
    let mut found = Found::default();
    for mention in &report.mentions {
        for form in normal::forms(report, mention, rules) {
            found.add(form, &mention.text, mention.part, &mention.place);
        }
    }
    for narrative in &report.narratives {
        let words = narrative.text.expose();
        found.add_words(report, rules, words, narrative.part, &narrative.place);
    }
    if let Some(escalation) = &report.escalation {
        let words = escalation.expose();
        found.add_words(report, rules, words, Part::Incident, ESCALATION);
    }
    found.identifiers
}

/// Identifiers, each once.
#[derive(Default)]
struct Found {
    identifiers: Vec<Identifier>,
    position_of: BTreeMap<(IdentifierKind, String), usize>,
}

impl Found {
    fn add(&mut self, form: Form, text: &Sensitive<String>, part: Part, place: &str) {
        let identifier = Identifier {
            kind: form.kind,
            normal: Sensitive::new(form.normal.clone()),
            text: text.clone(),
            part,
            place: place.to_owned(),
            ties: form.ties && part.ties(),
        };
        match self.position_of.entry((form.kind, form.normal)) {
            Entry::Vacant(free) => {
                free.insert(self.identifiers.len());
                self.identifiers.push(identifier);
            }
            Entry::Occupied(at) => {
                let first = &mut self.identifiers[*at.get()];
                if identifier.ties && !first.ties {
                    *first = identifier;
                }
            }
        }
    }

    fn add_words(
        &mut self,
        report: &Report,
        rules: &IdentifierRules,
        words: &str,
        part: Part,
        place: &str,
    ) {
        for hit in extract(words, rules, None) {
            let text = Sensitive::new(hit.shown(words).into_owned());
            let at = moment_after(words, hit.text.end);
            for form in normal::found(report, &hit, at.as_ref(), rules) {
                self.add(form, &text, part, place);
            }
        }
    }
}

/// The moment that is written soon behind a place, in the form of RFC 3339 with a space or `T` and
/// an offset or `UTC`. Without an offset it is no moment.
fn moment_after(words: &str, at: usize) -> Option<Moment> {
    let line = words.get(at..)?.lines().next()?;
    let window = line
        .char_indices()
        .map(|(position, _)| position)
        .take_while(|position| *position <= MOMENT_BYTES_MAX)
        .last()?;
    let window = &line[..window];
    let begins = |position: &usize| {
        let bytes = &window.as_bytes()[*position..];
        let digits = |range: Range<usize>| {
            bytes
                .get(range)
                .is_some_and(|part| part.iter().all(u8::is_ascii_digit))
        };
        digits(0..4) && bytes.get(4) == Some(&b'-') && digits(5..7)
    };
    let start = (0..window.len())
        .find(|position| window.is_char_boundary(*position) && begins(position))?;
    let text = &window[start..];
    let (date, rest) = text.split_at_checked(10)?;
    let rest = rest.strip_prefix(['T', ' '])?.trim_start_matches(' ');
    let time_end = rest
        .find(|c: char| !(c.is_ascii_digit() || matches!(c, ':' | '.')))
        .unwrap_or(rest.len());
    let (time, zone) = rest.split_at(time_end);
    let time = if time.len() == 5 {
        format!("{time}:00")
    } else {
        time.to_owned()
    };
    let zone = zone.trim_start_matches(' ');
    let offset = if zone.starts_with('Z') || zone.starts_with("UTC") || zone.starts_with("GMT") {
        "Z"
    } else {
        zone.get(..6).filter(|zone| zone.starts_with(['+', '-']))?
    };
    let text = format!("{date}T{time}{offset}");
    let utc = Timestamp::parse(&text)?;
    Some(Moment {
        text,
        utc: Some(utc),
    })
}

/// What every report carries besides its mentions: its own number, so that a later report that
/// names it as a prior report ties to it.
pub fn own_identifier(report: ReportId) -> Identifier {
    Identifier {
        kind: IdentifierKind::PriorReport,
        normal: Sensitive::new(report.to_string()),
        text: Sensitive::new(report.to_string()),
        part: Part::Incident,
        place: "the report's own number".to_owned(),
        ties: true,
    }
}

#[cfg(test)]
#[path = "identifiers_tests.rs"]
mod tests;
