//! The schema as XSD text, for `GET /xsd`, written from the tables.

use std::fmt::Write as _;

use super::schema::{Attribute, Body, Element, Kind, Occurs, Particle, Rule, Shape, SimpleType};

/// The XSD of documents with these roots.
pub(crate) fn xsd(roots: &[&'static Element]) -> String {
    let mut types = Types::default();
    for root in roots {
        types.add(root);
    }
    let mut out = Xsd(
        String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"),
        0,
    );
    out.open(
        "xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" elementFormDefault=\"qualified\"",
    );
    for root in roots {
        out.element(root, Occurs::Once);
    }
    for shape in types.shapes {
        out.shape(shape);
    }
    for kind in types.simple {
        out.simple_type(kind);
    }
    out.close("xs:schema");
    out.0
}

/// All named types, in the order in which they are first used.
#[derive(Default)]
struct Types {
    shapes: Vec<&'static Shape>,
    simple: Vec<&'static SimpleType>,
}

impl Types {
    fn add(&mut self, element: &'static Element) {
        match element.kind {
            Kind::Simple(kind) => self.add_simple(kind),
            Kind::Complex(shape) => self.add_shape(shape),
        }
    }

    fn add_shape(&mut self, shape: &'static Shape) {
        if self.shapes.iter().any(|known| known.name == shape.name) {
            return;
        }
        self.shapes.push(shape);
        for attribute in shape.attributes {
            self.add_simple(attribute.value);
        }
        if let Body::Text(kind) = shape.body {
            self.add_simple(kind);
        }
        for element in shape
            .body
            .particles()
            .iter()
            .flat_map(|particle| particle.elements)
        {
            self.add(element);
        }
    }

    fn add_simple(&mut self, kind: &'static SimpleType) {
        let built_in = kind.name.starts_with("xs:");
        if !built_in && !self.simple.iter().any(|known| known.name == kind.name) {
            self.simple.push(kind);
        }
    }
}

/// The text so far, and how deep the next line is indented.
struct Xsd(String, usize);

impl Xsd {
    fn line(&mut self, tag: &str) {
        // Writing to a String cannot fail.
        writeln!(self.0, "{:indent$}<{tag}>", "", indent = self.1 * 2).unwrap_or_default();
    }

    fn open(&mut self, tag: &str) {
        self.line(tag);
        self.1 += 1;
    }

    fn close(&mut self, name: &str) {
        self.1 -= 1;
        self.line(&format!("/{name}"));
    }

    fn element(&mut self, element: &Element, occurs: Occurs) {
        let (kind, fixed) = match element.kind {
            Kind::Complex(shape) => (shape.name, ""),
            Kind::Simple(kind) if matches!(kind.rule, Rule::True) => (kind.name, " fixed=\"true\""),
            Kind::Simple(kind) => (kind.name, ""),
        };
        let name = element.name;
        let occurs = occurrences(occurs);
        self.line(&format!(
            "xs:element name=\"{name}\" type=\"{kind}\"{fixed}{occurs}/"
        ));
    }

    fn particle(&mut self, particle: &Particle) {
        match particle.elements {
            [element] => self.element(element, particle.occurs),
            elements => {
                self.open(&format!("xs:choice{}", occurrences(particle.occurs)));
                for element in elements {
                    self.element(element, Occurs::Once);
                }
                self.close("xs:choice");
            }
        }
    }

    fn shape(&mut self, shape: &Shape) {
        self.open(&format!("xs:complexType name=\"{}\"", shape.name));
        match shape.body {
            Body::Text(kind) => {
                self.open("xs:simpleContent");
                self.open(&format!("xs:extension base=\"{}\"", kind.name));
                self.attributes(shape.attributes);
                self.close("xs:extension");
                self.close("xs:simpleContent");
            }
            Body::All(particles) => {
                self.group("xs:all", particles);
                self.attributes(shape.attributes);
            }
            Body::Sequence(particles) => {
                if !particles.is_empty() {
                    self.group("xs:sequence", particles);
                }
                self.attributes(shape.attributes);
            }
        }
        self.close("xs:complexType");
    }

    fn group(&mut self, name: &str, particles: &[Particle]) {
        self.open(name);
        for particle in particles {
            self.particle(particle);
        }
        self.close(name);
    }

    fn attributes(&mut self, attributes: &[Attribute]) {
        for Attribute {
            name,
            value,
            required,
        } in attributes
        {
            let required = if *required { " use=\"required\"" } else { "" };
            self.line(&format!(
                "xs:attribute name=\"{name}\" type=\"{}\"{required}/",
                value.name
            ));
        }
    }

    fn simple_type(&mut self, kind: &SimpleType) {
        let base = match kind.rule {
            Rule::Double => "xs:double",
            _ => "xs:string",
        };
        self.open(&format!("xs:simpleType name=\"{}\"", kind.name));
        match kind.rule {
            Rule::OneOf(texts) => {
                self.open(&format!("xs:restriction base=\"{base}\""));
                for text in texts {
                    self.line(&format!("xs:enumeration value=\"{text}\"/"));
                }
                self.close("xs:restriction");
            }
            Rule::Pattern(pattern) => {
                self.open(&format!("xs:restriction base=\"{base}\""));
                self.line(&format!("xs:pattern value=\"{pattern}\"/"));
                self.close("xs:restriction");
            }
            _ => self.line(&format!("xs:restriction base=\"{base}\"/")),
        }
        self.close("xs:simpleType");
    }
}

const fn occurrences(occurs: Occurs) -> &'static str {
    match occurs {
        Occurs::Once => "",
        Occurs::Optional => " minOccurs=\"0\"",
        Occurs::Any => " minOccurs=\"0\" maxOccurs=\"unbounded\"",
        Occurs::Some => " maxOccurs=\"unbounded\"",
    }
}
