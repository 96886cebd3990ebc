//! Prints a document as JSON.

use serde_json::{Map, Number, Value};

use crate::ispws::binding::{Document, Printer};
use crate::ispws::schema::{Attribute, Element, Kind, Rule, SimpleType};

/// Prints a document.
pub(in crate::ispws) fn print<D: Document>(document: &D) -> Value {
    let mut printer = JsonPrinter {
        open: vec![Frame::default()],
    };
    document.print(&mut printer);
    let root = printer.open.pop().unwrap_or_default();
    Value::Object(root.members)
}

struct JsonPrinter {
    open: Vec<Frame>,
}

/// An element that is being printed.
#[derive(Default)]
struct Frame {
    members: Map<String, Value>,
    text: Option<Value>,
    repeats: bool,
}

impl Printer for JsonPrinter {
    fn start(&mut self, _element: &'static Element, repeats: bool) {
        self.open.push(Frame {
            repeats,
            ..Frame::default()
        });
    }

    fn attribute(&mut self, attribute: &'static Attribute, text: &str) {
        if let Some(frame) = self.open.last_mut() {
            let key = format!("@{}", attribute.name);
            frame.members.insert(key, value(attribute.value, text));
        }
    }

    fn text(&mut self, kind: &'static SimpleType, text: &str) {
        if let Some(frame) = self.open.last_mut() {
            frame.text = Some(value(kind, text));
        }
    }

    fn end(&mut self, element: &'static Element) {
        let Some(mut frame) = self.open.pop() else {
            return;
        };
        let value = match (element.kind, frame.text) {
            (Kind::Simple(_), Some(text)) => text,
            (Kind::Complex(_), Some(text)) => {
                frame.members.insert("value".to_owned(), text);
                Value::Object(frame.members)
            }
            (_, None) => Value::Object(frame.members),
        };
        let Some(parent) = self.open.last_mut() else {
            return;
        };
        if frame.repeats {
            let items = parent
                .members
                .entry(element.name)
                .or_insert(Value::Array(Vec::new()));
            if let Value::Array(items) = items {
                items.push(value);
            }
        } else {
            parent.members.insert(element.name.to_owned(), value);
        }
    }
}

fn value(kind: &SimpleType, text: &str) -> Value {
    let kept = |number: &Number| number.to_string() == text;
    match kind.rule {
        Rule::Boolean | Rule::True => Value::Bool(text == "true"),
        Rule::Int | Rule::Long => text.parse::<i64>().map_or(Value::Null, Value::from),
        Rule::Double => serde_json::from_str(text)
            .ok()
            .filter(kept)
            .map_or_else(|| Value::from(text), Value::Number),
        _ => Value::from(text),
    }
}
