//! From a report's mentions to identifiers: normalised, each once, in the order of the document.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use model::{Identifier, IdentifierKind, Part, Report, ReportId, Sensitive};

use crate::normal;

/// Normalises every mention of a report.
///
/// One identifier per kind and normal form, in the order of first mention. Where one mention may
/// tie and an equal one may not (the sender's contact is also the person reported), the one that
/// may tie stands. An IP address with a moment and a port gives two identifiers: address and day,
/// and address, port and minute.
pub fn identifiers(report: &Report) -> Vec<Identifier> {
    let mut found: Vec<Identifier> = Vec::with_capacity(report.mentions.len());
    let mut position_of = BTreeMap::new();
    for mention in &report.mentions {
        for form in normal::forms(report, mention) {
            let identifier = Identifier {
                kind: form.kind,
                normal: Sensitive::new(form.normal.clone()),
                text: mention.text.clone(),
                part: mention.part,
                place: mention.place.clone(),
                ties: form.ties && mention.part.ties(),
            };
            match position_of.entry((form.kind, form.normal)) {
                Entry::Vacant(free) => {
                    free.insert(found.len());
                    found.push(identifier);
                }
                Entry::Occupied(at) => {
                    let first = &mut found[*at.get()];
                    if identifier.ties && !first.ties {
                        *first = identifier;
                    }
                }
            }
        }
    }
    found
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

/// Loads the numbering plans of all countries, some 200 ms once per process, so that the first
/// report with a phone number does not wait for them.
pub fn warm_up() {
    normal::warm_up();
}

#[cfg(test)]
#[path = "identifiers_tests.rs"]
mod tests;
