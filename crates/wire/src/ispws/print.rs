//! Prints a document as XML.

use super::binding::{Document, Printer};
use super::schema::{Attribute, Element, SimpleType};
use crate::xml::{escaped_attribute, escaped_text};

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>"#;

/// Prints a document on one line, in UTF-8, with a declaration.
pub(crate) fn print<D: Document>(document: &D) -> String {
    let mut printer = XmlPrinter {
        out: DECLARATION.to_owned(),
        tag_open: false,
    };
    printer.start(D::ROOT, false);
    document.print(&mut printer);
    printer.end(D::ROOT);
    printer.out
}

struct XmlPrinter {
    out: String,
    /// The last start tag still lacks its `>`.
    tag_open: bool,
}

impl XmlPrinter {
    fn close_tag(&mut self) {
        if self.tag_open {
            self.out.push('>');
            self.tag_open = false;
        }
    }
}

impl Printer for XmlPrinter {
    fn start(&mut self, element: &'static Element, _repeats: bool) {
        self.close_tag();
        self.out.push('<');
        self.out.push_str(element.name);
        self.tag_open = true;
    }

    fn attribute(&mut self, attribute: &'static Attribute, text: &str) {
        self.out.push(' ');
        self.out.push_str(attribute.name);
        self.out.push_str("=\"");
        escaped_attribute(&mut self.out, text);
        self.out.push('"');
    }

    fn text(&mut self, _kind: &'static SimpleType, text: &str) {
        self.close_tag();
        escaped_text(&mut self.out, text);
    }

    fn end(&mut self, element: &'static Element) {
        if self.tag_open {
            self.out.push_str("/>");
            self.tag_open = false;
        } else {
            self.out.push_str("</");
            self.out.push_str(element.name);
            self.out.push('>');
        }
    }
}
