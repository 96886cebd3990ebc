//! Start tags: attributes and the namespaces they bind.

use std::borrow::Cow;

use model::limits::XML_ATTRIBUTES_MAX;

use super::reader::{Reader, shown};
use crate::{Reason, Refusal};

const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
const XML: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

/// A start tag.
#[derive(Debug)]
pub(crate) struct Start<'a> {
    /// The name as written.
    pub(crate) name: &'a str,
    /// Whether the element is in a namespace.
    pub(crate) namespaced: bool,
    /// Its attributes, without those that bind namespaces.
    pub(crate) attributes: Vec<Attribute<'a>>,
    /// Where it starts.
    pub(crate) offset: usize,
}

/// An attribute of a start tag.
#[derive(Debug)]
pub(crate) struct Attribute<'a> {
    /// The name as written.
    pub(crate) name: &'a str,
    /// The part of the name after its prefix.
    pub(crate) local: &'a str,
    /// The namespace.
    pub(crate) namespace: Namespace,
    /// The value, normalised as XML 1.0 asks.
    pub(crate) value: Cow<'a, str>,
    /// Where it starts.
    pub(crate) offset: usize,
}

/// The namespace of an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Namespace {
    /// None.
    None,
    /// That of `xsi:…`.
    Instance,
    /// Another.
    Other,
}

/// The namespaces that are bound at a place.
#[derive(Debug, Default)]
pub(super) struct Bindings<'a>(Vec<Binding<'a>>);

#[derive(Debug)]
struct Binding<'a> {
    depth: usize,
    prefix: &'a str,
    address: Cow<'a, str>,
}

impl Bindings<'_> {
    /// Forgets what the element at this depth bound.
    pub(super) fn leave(&mut self, depth: usize) {
        while self.0.last().is_some_and(|binding| binding.depth >= depth) {
            self.0.pop();
        }
    }

    fn address(&self, prefix: &str) -> Option<&str> {
        let binding = self.0.iter().rev().find(|binding| binding.prefix == prefix);
        match binding {
            Some(binding) => Some(binding.address.as_ref()),
            None if prefix == "xml" => Some(XML),
            None => None,
        }
    }
}

impl<'a> Reader<'a> {
    /// The rest of a start tag after its name, and whether it is of an empty element.
    pub(super) fn start_tag(
        &mut self,
        name: &'a str,
        offset: usize,
    ) -> Result<(Start<'a>, bool), Refusal> {
        let mut attributes: Vec<Attribute<'a>> = Vec::new();
        let mut bindings = 0;
        let empty = loop {
            let spaced = self.space();
            if self.take(">") {
                break false;
            }
            if self.take("/>") {
                break true;
            }
            if !spaced {
                return Err(self.malformed(format!(
                    "Element type \"{}\" must be followed by attributes, \">\" or \"/>\".",
                    shown(name)
                )));
            }
            let attribute = self.attribute(name)?;
            if attributes.iter().any(|other| other.name == attribute.name) {
                return Err(self.malformed(format!(
                    "Attribute \"{}\" was already specified for element \"{}\".",
                    shown(attribute.name),
                    shown(name)
                )));
            }
            if attributes.len() == XML_ATTRIBUTES_MAX {
                return Err(self.refusal_here(
                    Reason::AttributesTooMany,
                    format!(
                        "Element \"{}\" has more than {XML_ATTRIBUTES_MAX} attributes.",
                        shown(name)
                    ),
                ));
            }
            bindings += usize::from(binds(attribute.name).is_some());
            attributes.push(attribute);
        };
        if bindings > 0 {
            self.bind(&mut attributes)?;
        }
        for attribute in attributes
            .iter_mut()
            .filter(|attribute| attribute.name.contains(':'))
        {
            (attribute.namespace, attribute.local) = self.namespace(attribute.name)?;
        }
        let namespaced = if name.contains(':') {
            self.namespace(name)?;
            true
        } else {
            self.bindings
                .address("")
                .is_some_and(|address| !address.is_empty())
        };
        Ok((
            Start {
                name,
                namespaced,
                attributes,
                offset,
            },
            empty,
        ))
    }

    fn attribute(&mut self, element: &str) -> Result<Attribute<'a>, Refusal> {
        let offset = self.at;
        let Some(name) = self.name() else {
            return Err(self.malformed(format!(
                "Element type \"{}\" must be followed by attributes, \">\" or \"/>\".",
                shown(element)
            )));
        };
        self.space();
        let equals = self.take("=");
        self.space();
        if !equals || !self.rest().starts_with(['"', '\'']) {
            return Err(self.malformed(format!(
                "Attribute \"{}\" must have a value in quotes.",
                shown(name)
            )));
        }
        let value = self.attribute_value(name)?;
        Ok(Attribute {
            name,
            local: name,
            namespace: Namespace::None,
            value,
            offset,
        })
    }

    /// A quoted value: references resolved, each white-space character made a space.
    fn attribute_value(&mut self, name: &str) -> Result<Cow<'a, str>, Refusal> {
        let quote = self.text.as_bytes()[self.at];
        self.at += 1;
        let mut kept: Option<String> = None;
        let mut from = self.at;
        loop {
            let until = self.at;
            let resolved = match self.text.as_bytes().get(self.at) {
                None => {
                    return Err(self.malformed(format!(
                        "The value of attribute \"{}\" has no end.",
                        shown(name)
                    )));
                }
                Some(b'<') => {
                    return Err(self.malformed(format!(
                        "The value of attribute \"{}\" must not contain the '<' character.",
                        shown(name)
                    )));
                }
                Some(byte) if *byte == quote => break,
                Some(b'&') => self.reference()?,
                Some(b'\t' | b'\n' | b'\r') => {
                    self.at += if self.rest().starts_with("\r\n") {
                        2
                    } else {
                        1
                    };
                    ' '
                }
                Some(byte) => {
                    self.letter(*byte)?;
                    continue;
                }
            };
            let kept = kept.get_or_insert_default();
            kept.push_str(&self.text[from..until]);
            kept.push(resolved);
            from = self.at;
        }
        let last = &self.text[from..self.at];
        self.at += 1;
        Ok(match kept {
            Some(kept) => Cow::Owned(kept + last),
            None => Cow::Borrowed(last),
        })
    }

    /// Moves the attributes that bind namespaces to the bindings.
    fn bind(&mut self, attributes: &mut Vec<Attribute<'a>>) -> Result<(), Refusal> {
        let depth = self.depth() + 1;
        let (binding, others): (Vec<_>, Vec<_>) = attributes
            .drain(..)
            .partition(|attribute| binds(attribute.name).is_some());
        *attributes = others;
        for Attribute { name, value, .. } in binding {
            let prefix = binds(name).unwrap_or_default();
            let reserved = prefix == "xmlns"
                || value == XMLNS
                || (prefix == "xml") != (value == XML)
                || prefix.contains(':')
                || (value.is_empty() && name != "xmlns")
                || (prefix.is_empty() && name != "xmlns");
            if reserved {
                return Err(self.malformed(format!(
                    "The namespace declaration \"{}\" is not allowed.",
                    shown(name)
                )));
            }
            self.bindings.0.push(Binding {
                depth,
                prefix,
                address: value,
            });
        }
        Ok(())
    }

    /// The namespace of a name with a prefix, and the name without it.
    fn namespace(&self, name: &'a str) -> Result<(Namespace, &'a str), Refusal> {
        let (prefix, local) = name.split_once(':').unwrap_or_default();
        if prefix.is_empty() || local.is_empty() || local.contains(':') {
            return Err(self.malformed(format!("\"{}\" is not a qualified name.", shown(name))));
        }
        match self.bindings.address(prefix) {
            Some(INSTANCE) => Ok((Namespace::Instance, local)),
            Some(_) => Ok((Namespace::Other, local)),
            None => Err(self.malformed(format!(
                "The prefix \"{}\" for \"{}\" is not bound.",
                shown(prefix),
                shown(name)
            ))),
        }
    }
}

/// The prefix that an attribute of this name binds; the empty one for the default namespace.
fn binds(name: &str) -> Option<&str> {
    match name.strip_prefix("xmlns")? {
        "" => Some(""),
        prefixed => prefixed.strip_prefix(':'),
    }
}
