//! Reads a document from JSON.

use std::collections::BTreeSet;
use std::fmt;

use model::limits::{XML_DEPTH_MAX, XML_ELEMENTS_MAX};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::ispws::binding::{Document, Marks, Simple, Source};
use crate::ispws::lexical::Yes;
use crate::ispws::says;
use crate::ispws::schema::{Attribute, Body, Element, Rule, Shape};
use crate::xml::{decoded_utf_8, forbidden, is_name, place_of, shown};
use crate::{Reason, Refusal};

/// Reads the content of a document with root `D::ROOT`.
pub(in crate::ispws) fn read<D: Document>(bytes: &[u8]) -> Result<D, Refusal> {
    let text = decoded_utf_8(bytes)?;
    let mut source = JsonSource {
        text,
        current: RawValue::NULL,
        path: Vec::new(),
        values: 0,
    };
    source.check_depth()?;
    source.current = raw(text)?;
    D::read(&mut source)
}

/// JSON that is being read: the value it stands at, and the keys that lead there.
struct JsonSource<'a> {
    text: &'a str,
    current: &'a RawValue,
    path: Vec<Step>,
    values: usize,
}

/// A key, and the index where its value is an array.
struct Step {
    name: &'static str,
    index: Option<usize>,
}

/// An object that has been entered.
struct JsonOpen<'a> {
    members: Vec<Member<'a>>,
    shape: &'static Shape,
    offset: usize,
    /// The values of the array that is being read, and the index of its particle.
    items: Option<(
        usize,
        std::iter::Enumerate<std::vec::IntoIter<&'a RawValue>>,
    )>,
}

/// A key and its value.
struct Member<'a> {
    key: String,
    value: &'a RawValue,
    read: bool,
}

impl<'a> JsonSource<'a> {
    /// Refuses deep nesting before anything is built from it.
    fn check_depth(&self) -> Result<(), Refusal> {
        let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
        for (offset, byte) in self.text.bytes().enumerate() {
            match byte {
                _ if escaped => escaped = false,
                b'\\' if in_string => escaped = true,
                b'"' => in_string = !in_string,
                b'{' | b'[' if !in_string => depth += 1,
                b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > XML_DEPTH_MAX {
                let message = format!("Values are nested deeper than {XML_DEPTH_MAX}.");
                return Err(self.refusal(Reason::DocumentTooDeep, offset, message));
            }
        }
        Ok(())
    }

    fn refusal(&self, reason: Reason, offset: usize, message: String) -> Refusal {
        let (line, column) = place_of(self.text.as_bytes(), offset);
        let steps: Vec<_> = self.path.iter().map(Step::to_string).collect();
        Refusal {
            reason,
            line,
            column,
            path: steps.join("/"),
            message,
        }
    }

    /// Where a value starts. Every raw value borrows from the document's text.
    fn offset(&self, value: &RawValue) -> usize {
        value
            .get()
            .as_ptr()
            .addr()
            .saturating_sub(self.text.as_ptr().addr())
    }

    fn here(&self, reason: Reason, message: String) -> Refusal {
        self.refusal(reason, self.offset(self.current), message)
    }

    /// The key of the value this stands at.
    fn name(&self) -> &'static str {
        self.path.last().map_or("document", |step| step.name)
    }

    fn wrong_kind(&self, wanted: &str) -> Refusal {
        let message = format!("The value of '{}' must be {wanted}.", self.name());
        self.here(Reason::ValueMalformed, message)
    }

    /// Reads a JSON value as a text type.
    fn value<T: Simple>(&self, raw: &RawValue, what: &str) -> Result<T, Refusal> {
        let wrong = |wanted: &str| {
            let message = format!("The value of {what} must be {wanted}.");
            self.refusal(Reason::ValueMalformed, self.offset(raw), message)
        };
        let json = raw.get();
        let is_number = json.starts_with(|first: char| first == '-' || first.is_ascii_digit());
        let value = match T::TYPE.rule {
            Rule::Boolean | Rule::True => match json {
                "true" | "false" => T::from_text(json),
                _ => return Err(wrong("a JSON boolean")),
            },
            Rule::Int | Rule::Long | Rule::Double if is_number => T::from_text(json),
            Rule::Int | Rule::Long => return Err(wrong("a JSON number")),
            _ if json.starts_with('"') => T::from_text(&self.string(raw, what)?),
            _ => return Err(wrong("a JSON string")),
        };
        value.ok_or_else(|| {
            let (reason, message) = says::bad_value(what, T::TYPE);
            self.refusal(reason, self.offset(raw), message)
        })
    }

    fn string(&self, raw: &RawValue, what: &str) -> Result<String, Refusal> {
        let Ok(text) = serde_json::from_str::<String>(raw.get()) else {
            let message =
                format!("The value of {what} has an escape that stands for no character.");
            return Err(self.refusal(Reason::NotWellFormed, self.offset(raw), message));
        };
        if text.contains(forbidden) {
            let message =
                format!("The value of {what} has a character that the format cannot carry.");
            return Err(self.refusal(Reason::ValueMalformed, self.offset(raw), message));
        }
        Ok(text)
    }

    /// Stands at a value inside of the object.
    fn descend(
        &mut self,
        name: &'static str,
        index: Option<usize>,
        value: &'a RawValue,
    ) -> Result<(), Refusal> {
        self.path.push(Step { name, index });
        self.current = value;
        self.values += 1;
        if self.values > XML_ELEMENTS_MAX {
            let message = format!("The document has more than {XML_ELEMENTS_MAX} elements.");
            return Err(self.here(Reason::ElementsTooMany, message));
        }
        Ok(())
    }

    fn refuse_unread(&self, open: &JsonOpen<'a>) -> Result<(), Refusal> {
        let Some(member) = open.members.iter().find(|member| !member.read) else {
            return Ok(());
        };
        let attribute = member.key.starts_with('@');
        let reason = if attribute {
            Reason::AttributeUnexpected
        } else {
            Reason::ElementUnexpected
        };
        let name = member.key.strip_prefix('@').unwrap_or(&member.key);
        // A key is any text, and may be personal data; a name is what its sender meant as one.
        let key = if is_name(name) {
            format!("Key '{}'", shown(&member.key))
        } else {
            "A key that is not a name".to_owned()
        };
        let message = format!(
            "{key} is not allowed in '{}' here. It takes '{{{}}}'.",
            self.name(),
            keys(open.shape).join(", ")
        );
        Err(self.refusal(reason, self.offset(member.value), message))
    }
}

impl<'a> Source for JsonSource<'a> {
    type Open = JsonOpen<'a>;

    fn simple<T: Simple>(&mut self) -> Result<T, Refusal> {
        let value = self.value(self.current, &says::element(self.name()))?;
        self.path.pop();
        Ok(value)
    }

    fn open(&mut self, shape: &'static Shape) -> Result<JsonOpen<'a>, Refusal> {
        let Ok(members) = serde_json::from_str::<Members<'a>>(self.current.get()) else {
            return Err(self.wrong_kind("a JSON object"));
        };
        if members.repeated {
            let message = format!("A key occurs twice in '{}'.", self.name());
            return Err(self.here(Reason::KeyRepeated, message));
        }
        Ok(JsonOpen {
            members: members.members,
            shape,
            offset: self.offset(self.current),
            items: None,
        })
    }

    fn attribute<T: Simple>(
        &mut self,
        open: &mut JsonOpen<'a>,
        attribute: &'static Attribute,
    ) -> Result<Option<T>, Refusal> {
        let is_it = |member: &&mut Member<'_>| member.key.strip_prefix('@') == Some(attribute.name);
        let Some(member) = open.members.iter_mut().find(is_it) else {
            return Ok(None);
        };
        member.read = true;
        let what = says::attribute(attribute.name, self.name());
        self.value(member.value, &what).map(Some)
    }

    fn attribute_missing(&self, open: &JsonOpen<'a>, attribute: &'static Attribute) -> Refusal {
        let message = says::attribute_missing(attribute.name, self.name());
        self.refusal(Reason::AttributeMissing, open.offset, message)
    }

    fn text<T: Simple>(&mut self, mut open: JsonOpen<'a>) -> Result<T, Refusal> {
        let Some(member) = open.members.iter_mut().find(|member| member.key == "value") else {
            let message = says::incomplete(self.name(), &["value"]);
            return Err(self.refusal(Reason::ElementMissing, open.offset, message));
        };
        member.read = true;
        let value = self.value(member.value, &says::element(self.name()))?;
        self.close(open)?;
        Ok(value)
    }

    fn enter(
        &mut self,
        open: &mut JsonOpen<'a>,
        index: usize,
        element: &'static Element,
    ) -> Result<bool, Refusal> {
        if let Some((at, items)) = &mut open.items
            && *at == index
        {
            return match items.next() {
                Some((item, value)) => self.descend(element.name, Some(item), value).map(|()| true),
                None => Ok(false),
            };
        }
        let is_it = |member: &&mut Member<'_>| !member.read && member.key == element.name;
        let Some(member) = open.members.iter_mut().find(is_it) else {
            return Ok(false);
        };
        member.read = true;
        if !open.shape.body.particles()[index].occurs.repeats() {
            return self
                .descend(element.name, None, member.value)
                .map(|()| true);
        }
        let Ok(items) = serde_json::from_str::<Vec<&'a RawValue>>(member.value.get()) else {
            self.descend(element.name, None, member.value)?;
            return Err(self.wrong_kind("a JSON array"));
        };
        open.items = Some((index, items.into_iter().enumerate()));
        self.enter(open, index, element)
    }

    fn missing(&self, open: &JsonOpen<'a>, index: usize) -> Refusal {
        let particle = &open.shape.body.particles()[index];
        let expected: Vec<_> = particle
            .elements
            .iter()
            .map(|element| element.name)
            .collect();
        let message = says::incomplete(self.name(), &expected);
        self.refusal(Reason::ElementMissing, open.offset, message)
    }

    fn marks(&mut self, mut open: JsonOpen<'a>) -> Result<Marks, Refusal> {
        let mut marks = Marks::default();
        if let Body::All(particles) = open.shape.body {
            for (index, element) in particles
                .iter()
                .flat_map(|particle| particle.elements)
                .enumerate()
            {
                if self.enter(&mut open, index, element)? {
                    self.simple::<Yes>()?;
                    marks.set(index);
                }
            }
        }
        self.close(open)?;
        Ok(marks)
    }

    fn close(&mut self, open: JsonOpen<'a>) -> Result<(), Refusal> {
        self.refuse_unread(&open)?;
        self.path.pop();
        Ok(())
    }
}

/// The value that a text is.
fn raw(text: &str) -> Result<&RawValue, Refusal> {
    serde_json::from_str(text).map_err(|error| {
        let what = error.to_string();
        // The position that follows is told apart.
        let what = what
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .to_owned();
        Refusal {
            reason: Reason::NotWellFormed,
            line: u32::try_from(error.line()).unwrap_or(u32::MAX).max(1),
            column: u32::try_from(error.column()).unwrap_or(u32::MAX).max(1),
            path: String::new(),
            message: format!("The document is not well-formed JSON: {what}."),
        }
    })
}

/// The keys that an object of this shape takes.
fn keys(shape: &Shape) -> Vec<String> {
    let attributes = shape
        .attributes
        .iter()
        .map(|attribute| format!("@{}", attribute.name));
    let elements = shape
        .body
        .particles()
        .iter()
        .flat_map(|particle| particle.elements);
    let text = matches!(shape.body, Body::Text(_)).then(|| "value".to_owned());
    attributes
        .chain(elements.map(|element| element.name.to_owned()))
        .chain(text)
        .collect()
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.index {
            Some(index) => write!(f, "{}[{index}]", self.name),
            None => f.write_str(self.name),
        }
    }
}

/// The members of an object, in order, and whether a key occurs twice.
struct Members<'a> {
    members: Vec<Member<'a>>,
    repeated: bool,
}

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MembersVisitor;

        impl<'de> Visitor<'de> for MembersVisitor {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members<'de>, A::Error> {
                let mut keys = BTreeSet::new();
                let mut found = Members {
                    members: Vec::new(),
                    repeated: false,
                };
                while let Some((key, value)) = map.next_entry::<String, &'de RawValue>()? {
                    found.repeated |= !keys.insert(key.clone());
                    found.members.push(Member {
                        key,
                        value,
                        read: false,
                    });
                }
                Ok(found)
            }
        }

        deserializer.deserialize_map(MembersVisitor)
    }
}
