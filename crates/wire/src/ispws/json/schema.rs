//! The JSON form's schema, JSON Schema 2020-12, written from the tables.

use serde_json::{Map, Value, json};

use crate::ispws::schema::{Body, Element, Kind, Occurs, Particle, Rule, Shape, SimpleType};

const OFFSET: &str = r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)?";
const DAY: &str = r"-?([1-9][0-9]{3,}|0[0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])";
const TIME: &str = r"(([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?|24:00:00(\.0+)?)";

/// The schema of the first root's documents; the other roots are among its definitions.
pub(in crate::ispws) fn schema(roots: &[&'static Element]) -> Value {
    let mut definitions = Map::new();
    let mut root = Value::Null;
    for element in roots.iter().rev() {
        root = kind(element.kind, &mut definitions);
    }
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The documents of the CyberTipline Reporting API as JSON",
        "$defs": definitions,
    });
    if let (Value::Object(schema), Value::Object(root)) = (&mut schema, root) {
        schema.extend(root);
    }
    schema
}

/// A reference to a type, after it was added to the definitions; a type of XML Schema itself in
/// place.
fn kind(kind: Kind, definitions: &mut Map<String, Value>) -> Value {
    match kind {
        Kind::Simple(kind) => simple(kind, definitions),
        Kind::Complex(shape) => {
            if !definitions.contains_key(shape.name) {
                definitions.insert(shape.name.to_owned(), Value::Null);
                let object = object(shape, definitions);
                definitions.insert(shape.name.to_owned(), object);
            }
            reference(shape.name)
        }
    }
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{name}") })
}

fn object(shape: &Shape, definitions: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let mut choices = Vec::new();
    for attribute in shape.attributes {
        let key = format!("@{}", attribute.name);
        if attribute.required {
            required.push(key.clone());
        }
        properties.insert(key, simple(attribute.value, definitions));
    }
    if let Body::Text(kind) = shape.body {
        required.push("value".to_owned());
        properties.insert("value".to_owned(), simple(kind, definitions));
    }
    for particle in shape.body.particles() {
        match particle.elements {
            [element] if particle.occurs.required() => required.push(element.name.to_owned()),
            [_] => {}
            _ => choices.push(choice(particle)),
        }
        for element in particle.elements {
            let value = kind(element.kind, definitions);
            properties.insert(element.name.to_owned(), repeated(value, particle.occurs));
        }
    }
    let mut object = json!({
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        object["required"] = json!(required);
    }
    if !choices.is_empty() {
        object["allOf"] = json!(choices);
    }
    object
}

fn repeated(value: Value, occurs: Occurs) -> Value {
    match occurs {
        Occurs::Once | Occurs::Optional => value,
        Occurs::Any => json!({ "type": "array", "items": value }),
        Occurs::Some => json!({ "type": "array", "items": value, "minItems": 1 }),
    }
}

/// One of several keys, or, if the choice is optional, none of them.
fn choice(particle: &Particle) -> Value {
    let keys = particle.elements.iter();
    let mut cases: Vec<_> = keys
        .map(|element| json!({ "required": [element.name] }))
        .collect();
    if !particle.occurs.required() {
        cases.push(json!({ "not": { "anyOf": cases.clone() } }));
    }
    json!({ "oneOf": cases })
}

fn simple(kind: &SimpleType, definitions: &mut Map<String, Value>) -> Value {
    let value = match kind.rule {
        Rule::Text | Rule::Token => json!({ "type": "string" }),
        Rule::Boolean => json!({ "type": "boolean" }),
        Rule::True => json!({ "const": true }),
        Rule::Int => json!({ "type": "integer", "minimum": i32::MIN, "maximum": i32::MAX }),
        Rule::Long => json!({ "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX }),
        Rule::Double => json!({ "type": ["number", "string"] }),
        Rule::Date => json!({ "type": "string", "pattern": format!("^{DAY}{OFFSET}$") }),
        Rule::DateTime => json!({ "type": "string", "pattern": format!("^{DAY}T{TIME}{OFFSET}$") }),
        Rule::OneOf(texts) => json!({ "enum": texts }),
        Rule::Pattern(pattern) => json!({ "type": "string", "pattern": format!("^{pattern}$") }),
    };
    if kind.name.starts_with("xs:") {
        return value;
    }
    definitions.insert(kind.name.to_owned(), value);
    reference(kind.name)
}
