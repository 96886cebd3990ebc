//! What a report says in free words, and in which of its parts.

use model::{Narrative, Part, Sensitive};

use super::binding::{Node, Printer};
use super::schema::{Attribute, Element, SimpleType};
use super::{FileDetails, Report};

/// The elements that hold free words.
const NARRATIVE: [&str; 3] = ["additionalInfo", "content", "incidentDateTimeDescription"];

/// All free words of a report and of what was said of its files, in the order of the document.
pub(super) fn narratives<'a>(
    report: &Report,
    files: impl Iterator<Item = &'a FileDetails>,
) -> Vec<Narrative> {
    let mut search = Search::default();
    report.print(&mut search);
    for details in files {
        search.within = vec!["fileDetails"];
        details.print(&mut search);
    }
    search.found
}

/// A printer that prints nothing and looks for free words: so no place that may hold them is
/// forgotten.
#[derive(Default)]
struct Search {
    within: Vec<&'static str>,
    found: Vec<Narrative>,
}

impl Search {
    /// The part that the innermost element which belongs to one stands for.
    fn part(&self) -> Part {
        let named = |element: &&'static str| match *element {
            "victim" => Some(Part::Victim),
            "associatedAccount" => Some(Part::Associated),
            "personOrUserReported" => Some(Part::Reported),
            "intendedRecipient" => Some(Part::Recipient),
            "reporter" => Some(Part::Sender),
            "lawEnforcement" => Some(Part::Police),
            "fileDetails" => Some(Part::File),
            _ => None,
        };
        self.within
            .iter()
            .rev()
            .find_map(named)
            .unwrap_or(Part::Incident)
    }
}

impl Printer for Search {
    fn start(&mut self, element: &'static Element, _repeats: bool) {
        self.within.push(element.name);
    }

    fn attribute(&mut self, _attribute: &'static Attribute, _text: &str) {}

    fn text(&mut self, _kind: &'static SimpleType, text: &str) {
        let is_narrative = self
            .within
            .last()
            .is_some_and(|element| NARRATIVE.contains(element));
        if is_narrative && !text.trim().is_empty() {
            let place = self.within.get(1..).unwrap_or_default().join("/");
            self.found.push(Narrative {
                part: self.part(),
                place,
                text: Sensitive::new(text.to_owned()),
            });
        }
    }

    fn end(&mut self, _element: &'static Element) {
        self.within.pop();
    }
}
