//! The schema as tables.
//!
//! One declaration makes a type, its table, its reader and its printer, so that the validator,
//! `GET /xsd`, the JSON form and the JSON Schema cannot drift apart. The tables are public so that
//! others can walk them too.

use super::binding::Document;
use super::{FileDetails, Report, ReportDoneResponse, ReportResponse};

/// The root elements in use: `report`, `fileDetails`, `reportResponse`, `reportDoneResponse`.
pub const fn roots() -> &'static [&'static Element; 4] {
    &[
        Report::ROOT,
        FileDetails::ROOT,
        ReportResponse::ROOT,
        ReportDoneResponse::ROOT,
    ]
}

/// A type of text.
#[derive(Debug)]
pub struct SimpleType {
    /// Its name in the XSD; names of XML Schema itself start with `xs:`.
    pub name: &'static str,
    /// Which texts belong to it.
    pub rule: Rule,
}

/// Which texts belong to a simple type.
#[derive(Debug)]
pub enum Rule {
    /// Any text.
    Text,
    /// Any text; white space is collapsed.
    Token,
    /// `true`, `false`, `1`, `0`.
    Boolean,
    /// Only `true`; an empty element means it.
    True,
    /// A whole number of 32 bits.
    Int,
    /// A whole number of 64 bits.
    Long,
    /// A floating-point number, `INF`, `-INF` or `NaN`.
    Double,
    /// A date, with or without an offset.
    Date,
    /// A date and time, with or without an offset.
    DateTime,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// Text that matches this regular expression as a whole.
    Pattern(&'static str),
}

/// An attribute.
#[derive(Debug)]
pub struct Attribute {
    /// Its name.
    pub name: &'static str,
    /// The type of its value.
    pub value: &'static SimpleType,
    /// Whether it must be there.
    pub required: bool,
}

/// An element in its parent's content.
#[derive(Debug)]
pub struct Element {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// What an element holds.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// Text without attributes.
    Simple(&'static SimpleType),
    /// Attributes, elements, or text with attributes.
    Complex(&'static Shape),
}

/// A complex type.
#[derive(Debug)]
pub struct Shape {
    /// Its name in the XSD.
    pub name: &'static str,
    /// Its attributes.
    pub attributes: &'static [Attribute],
    /// Its content.
    pub body: Body,
}

/// The content of a complex type.
#[derive(Debug)]
pub enum Body {
    /// Particles in this order; nothing at all if there are none.
    Sequence(&'static [Particle]),
    /// Elements in any order, each at most once.
    All(&'static [Particle]),
    /// Text.
    Text(&'static SimpleType),
}

impl Body {
    /// The particles, in order.
    pub const fn particles(&self) -> &'static [Particle] {
        match self {
            Self::Sequence(particles) | Self::All(particles) => particles,
            Self::Text(_) => &[],
        }
    }
}

/// One place in a content: an element, or a choice among several.
#[derive(Debug)]
pub struct Particle {
    /// The elements of which one stands here.
    pub elements: &'static [Element],
    /// How often.
    pub occurs: Occurs,
}

/// How often something occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occurs {
    /// Exactly once.
    Once,
    /// At most once.
    Optional,
    /// Any number of times.
    Any,
    /// Once or more.
    Some,
}

impl Occurs {
    /// Whether it must be there.
    pub const fn required(self) -> bool {
        matches!(self, Self::Once | Self::Some)
    }

    /// Whether it may be there more than once.
    pub const fn repeats(self) -> bool {
        matches!(self, Self::Any | Self::Some)
    }
}
