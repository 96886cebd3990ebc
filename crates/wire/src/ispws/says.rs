//! What refusals say: in the manner of Xerces, which senders know, and never with a value.

use super::schema::{Attribute, Particle, Rule, SimpleType};
use crate::Reason;

/// The most values of an enumeration that a message lists.
const LISTED_MAX: usize = 12;

/// The root element is not the one that was asked for.
pub(crate) fn no_declaration(name: &str, wanted: &str) -> String {
    format!(
        "cvc-elt.1: Cannot find the declaration of element '{name}'. The root element must be \
         '{wanted}', in no namespace."
    )
}

/// An element stands where another should, or none.
pub(crate) fn unexpected(name: &str, namespaced: bool, expected: &[&str]) -> String {
    let found = if namespaced {
        format!("'{name}', which is in a namespace")
    } else {
        format!("'{name}'")
    };
    if expected.is_empty() {
        format!(
            "cvc-complex-type.2.4.d: Invalid content was found starting with element {found}. No \
             child element is expected at this point."
        )
    } else {
        format!(
            "cvc-complex-type.2.4.a: Invalid content was found starting with element {found}. One \
             of '{{{}}}' is expected.",
            expected.join(", ")
        )
    }
}

/// An element ends too early.
pub(crate) fn incomplete(name: &str, expected: &[&str]) -> String {
    format!(
        "cvc-complex-type.2.4.b: The content of element '{name}' is not complete. One of '{{{}}}' \
         is expected.",
        expected.join(", ")
    )
}

/// An element of text has a child.
pub(crate) fn no_children(name: &str, child: &str) -> String {
    format!(
        "cvc-complex-type.2.2: Element '{name}' must have no element [children], but has '{child}'."
    )
}

/// An element of elements has text.
pub(crate) fn no_text(name: &str) -> String {
    format!(
        "cvc-complex-type.2.3: Element '{name}' cannot have character [children], because the \
         type's content type is element-only."
    )
}

/// An element of nothing has content.
pub(crate) fn must_be_empty(name: &str) -> String {
    format!(
        "cvc-complex-type.2.1: Element '{name}' must have no character or element information \
         item [children], because the type's content type is empty."
    )
}

/// An attribute does not belong.
pub(crate) fn attribute_unexpected(name: &str, element: &str, allowed: &[Attribute]) -> String {
    let allowed: Vec<_> = allowed.iter().map(|attribute| attribute.name).collect();
    let hint = if allowed.is_empty() {
        "It takes none.".to_owned()
    } else {
        format!("It takes '{{{}}}'.", allowed.join(", "))
    };
    format!(
        "cvc-complex-type.3.2.2: Attribute '{name}' is not allowed to appear in element \
         '{element}'. {hint}"
    )
}

/// An attribute is missing.
pub(crate) fn attribute_missing(name: &str, element: &str) -> String {
    format!("cvc-complex-type.4: Attribute '{name}' must appear on element '{element}'.")
}

/// How a message speaks of an element.
pub(crate) fn element(name: &str) -> String {
    format!("element '{name}'")
}

/// How a message speaks of an attribute.
pub(crate) fn attribute(name: &str, element: &str) -> String {
    format!("attribute '{name}' on element '{element}'")
}

/// A value does not belong to its type. `what` has it.
pub(crate) fn bad_value(what: &str, kind: &SimpleType) -> (Reason, String) {
    let name = kind.name.trim_start_matches("xs:");
    match kind.rule {
        Rule::OneOf(texts) => (
            Reason::ValueUnlisted,
            format!(
                "cvc-enumeration-valid: The value of {what} is not facet-valid with respect to \
                 enumeration '{}'. It must be a value from the enumeration.",
                listed(texts)
            ),
        ),
        Rule::Pattern(pattern) => (
            Reason::ValueMalformed,
            format!(
                "cvc-pattern-valid: The value of {what} is not facet-valid with respect to \
                 pattern '{pattern}' for type '{name}'."
            ),
        ),
        Rule::True => (
            Reason::ValueFixed,
            format!(
                "cvc-elt.5.2.2.2.2: The value of {what} does not match the fixed value constraint \
                 'true'. Leave it empty or leave the element out."
            ),
        ),
        _ => (
            Reason::ValueMalformed,
            format!(
                "cvc-datatype-valid.1.2.1: The value of {what} is not a valid value for '{name}'."
            ),
        ),
    }
}

/// The names of the elements that may stand after the particle `last`, up to the particle `until`
/// or the end.
pub(crate) fn expected(
    particles: &'static [Particle],
    last: Option<usize>,
    until: Option<usize>,
) -> Vec<&'static str> {
    let from = match last {
        Some(last) if particles[last].occurs.repeats() => last,
        Some(last) => last + 1,
        None => 0,
    };
    let until = until.map_or(particles.len(), |until| until + 1);
    let open = particles.get(from..until).unwrap_or_default();
    open.iter()
        .flat_map(|particle| particle.elements.iter().map(|element| element.name))
        .collect()
}

fn listed(texts: &[&str]) -> String {
    let shown = texts.len().min(LISTED_MAX);
    let more = match texts.len() - shown {
        0 => String::new(),
        more => format!(", … {more} more"),
    };
    format!("[{}{more}]", texts[..shown].join(", "))
}
