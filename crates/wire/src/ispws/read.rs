//! Reads a document from XML, held to the schema's tables.

use std::borrow::Cow;

use super::binding::{Document, Marks, Simple, Source};
use super::lexical::{WHITE_SPACE, Yes};
use super::says;
use super::schema::{Attribute, Body, Element, Shape};
use crate::xml::{Namespace, Reader, Start, Token, decoded, shown};
use crate::{Reason, Refusal, RefusalKind};

/// Reads a document with root `D::ROOT`.
///
/// A document that is both invalid and, further on, malformed or beyond a limit is refused as the
/// latter.
pub(crate) fn read<D: Document>(bytes: &[u8]) -> Result<D, Refusal> {
    let text = decoded(bytes)?;
    let mut source = XmlSource::new(&text)?;
    let value = source.document::<D>();
    match value {
        Err(refusal) if refusal.kind() == RefusalKind::Invalid => {
            source.reader.drain()?;
            Err(refusal)
        }
        value => value,
    }
}

/// XML that is being read: the start tag of the element it stands at, or a token that was looked
/// at.
struct XmlSource<'a> {
    reader: Reader<'a>,
    current: Option<Start<'a>>,
    peeked: Option<Token<'a>>,
}

/// An element that has been entered.
pub(crate) struct XmlOpen<'a> {
    start: Start<'a>,
    shape: &'static Shape,
    /// The index of the particle that the last child was in.
    last: Option<usize>,
}

/// What comes next in a content of elements.
enum Next<'p, 'a> {
    Child(&'p Start<'a>),
    End,
}

impl<'a> XmlSource<'a> {
    fn new(text: &'a str) -> Result<Self, Refusal> {
        Ok(Self {
            reader: Reader::new(text)?,
            current: None,
            peeked: None,
        })
    }

    fn document<D: Document>(&mut self) -> Result<D, Refusal> {
        // Before the root element the reader gives nothing else.
        if let Token::Start(start) = self.reader.next()? {
            if start.namespaced || start.name != D::ROOT.name {
                let message = says::no_declaration(&shown(start.name), D::ROOT.name);
                return Err(self.refusal(Reason::ElementUnexpected, start.offset, 0, message));
            }
            self.current = Some(start);
        }
        let value = D::read(self)?;
        self.reader.drain()?;
        Ok(value)
    }

    /// The start tag of the element this stands at.
    fn take_start(&mut self) -> Start<'a> {
        self.current.take().unwrap_or(Start {
            name: "",
            namespaced: false,
            attributes: Vec::new(),
            offset: 0,
        })
    }

    fn refusal(&self, reason: Reason, offset: usize, depth: usize, message: String) -> Refusal {
        self.reader.refusal(reason, offset, depth, message)
    }

    /// A refusal about an open element or its value.
    fn about(&self, reason: Reason, start: &Start<'_>, message: String) -> Refusal {
        self.refusal(reason, start.offset, usize::MAX, message)
    }

    /// The text of an element up to its end tag; `None` if there is none at all, not even an empty
    /// section.
    fn text_content(&mut self, start: &Start<'a>) -> Result<Option<Cow<'a, str>>, Refusal> {
        let mut content: Option<Cow<'a, str>> = None;
        loop {
            match self.reader.next()? {
                Token::Text(text, _) | Token::Literal(text, _) => match &mut content {
                    None => content = Some(text),
                    Some(content) => content.to_mut().push_str(&text),
                },
                Token::End | Token::Eof => return Ok(content),
                Token::Start(child) => {
                    let message = says::no_children(start.name, &shown(child.name));
                    let depth = self.reader.depth() - 1;
                    return Err(self.refusal(
                        Reason::ElementUnexpected,
                        child.offset,
                        depth,
                        message,
                    ));
                }
            }
        }
    }

    fn value<T: Simple>(&mut self, start: &Start<'a>) -> Result<T, Refusal> {
        let depth = self.reader.depth();
        let content = self.text_content(start)?;
        let text = match &content {
            None if matches!(T::TYPE.rule, super::schema::Rule::True) => "true",
            None => "",
            Some(text) => text,
        };
        T::from_text(text).ok_or_else(|| {
            let (reason, message) = says::bad_value(&says::element(start.name), T::TYPE);
            let mut refusal = self.refusal(reason, start.offset, depth, message);
            // The end tag has been read: the element is no longer among the open ones.
            refusal.path = joined(&refusal.path, start.name);
            refusal
        })
    }

    /// Refuses attributes that do not belong on an element.
    fn check_attributes(
        &self,
        start: &Start<'a>,
        allowed: &'static [Attribute],
    ) -> Result<(), Refusal> {
        let belongs = |attribute: &crate::xml::StartAttribute<'_>| match attribute.namespace {
            Namespace::None => allowed.iter().any(|known| known.name == attribute.name),
            // Where a schema is said to be. Nothing is ever fetched from there.
            Namespace::Instance => {
                matches!(
                    attribute.local,
                    "schemaLocation" | "noNamespaceSchemaLocation"
                )
            }
            Namespace::Other => false,
        };
        match start
            .attributes
            .iter()
            .find(|attribute| !belongs(attribute))
        {
            None => Ok(()),
            Some(attribute) => Err(self.refusal(
                Reason::AttributeUnexpected,
                attribute.offset,
                usize::MAX,
                says::attribute_unexpected(&shown(attribute.name), start.name, allowed),
            )),
        }
    }

    /// Looks at what comes next in a content of elements.
    fn peek(&mut self, parent: &XmlOpen<'a>) -> Result<Next<'_, 'a>, Refusal> {
        while self.peeked.is_none() {
            match self.reader.next()? {
                Token::Text(text, offset) => {
                    let empty_type = parent.shape.body.particles().is_empty();
                    if empty_type || !text.trim_matches(WHITE_SPACE).is_empty() {
                        return Err(self.text_unexpected(parent, offset));
                    }
                }
                Token::Literal(_, offset) => return Err(self.text_unexpected(parent, offset)),
                token => self.peeked = Some(token),
            }
        }
        Ok(match &self.peeked {
            Some(Token::Start(start)) => Next::Child(start),
            _ => Next::End,
        })
    }

    fn text_unexpected(&self, parent: &XmlOpen<'a>, offset: usize) -> Refusal {
        let message = if parent.shape.body.particles().is_empty() {
            says::must_be_empty(parent.start.name)
        } else {
            says::no_text(parent.start.name)
        };
        self.refusal(Reason::TextUnexpected, offset, usize::MAX, message)
    }

    /// The refusal of what comes next, where one of `expected` should stand.
    fn unexpected(&self, open: &XmlOpen<'a>, expected: &[&str]) -> Refusal {
        let Some(Token::Start(child)) = &self.peeked else {
            let name = open.start.name;
            let message = says::incomplete(name, expected);
            let mut refusal = self.about(Reason::ElementMissing, &open.start, message);
            // The end tag has been read: the element is no longer among the open ones.
            refusal.path = joined(&refusal.path, name);
            return refusal;
        };
        let name = shown(child.name);
        let message = if open.shape.body.particles().is_empty() {
            says::must_be_empty(open.start.name)
        } else {
            says::unexpected(&name, child.namespaced, expected)
        };
        let depth = self.reader.depth() - 1;
        let mut refusal = self.refusal(Reason::ElementUnexpected, child.offset, depth, message);
        refusal.path = joined(&refusal.path, &name);
        refusal
    }

    /// Takes the child that was looked at.
    fn descend(&mut self) {
        if let Some(Token::Start(start)) = self.peeked.take() {
            self.current = Some(start);
        }
    }
}

impl<'a> Source for XmlSource<'a> {
    type Open = XmlOpen<'a>;

    fn simple<T: Simple>(&mut self) -> Result<T, Refusal> {
        let start = self.take_start();
        self.check_attributes(&start, &[])?;
        self.value(&start)
    }

    fn open(&mut self, shape: &'static Shape) -> Result<XmlOpen<'a>, Refusal> {
        let start = self.take_start();
        self.check_attributes(&start, shape.attributes)?;
        Ok(XmlOpen {
            start,
            shape,
            last: None,
        })
    }

    fn attribute<T: Simple>(
        &mut self,
        open: &mut XmlOpen<'a>,
        attribute: &'static Attribute,
    ) -> Result<Option<T>, Refusal> {
        let is_it = |given: &&crate::xml::StartAttribute<'_>| {
            given.namespace == Namespace::None && given.name == attribute.name
        };
        let Some(given) = open.start.attributes.iter().find(is_it) else {
            return Ok(None);
        };
        if let Some(value) = T::from_text(&given.value) {
            return Ok(Some(value));
        }
        let what = says::attribute(attribute.name, open.start.name);
        let (reason, message) = says::bad_value(&what, T::TYPE);
        Err(self.refusal(reason, given.offset, usize::MAX, message))
    }

    fn attribute_missing(&self, open: &XmlOpen<'a>, attribute: &'static Attribute) -> Refusal {
        self.about(
            Reason::AttributeMissing,
            &open.start,
            says::attribute_missing(attribute.name, open.start.name),
        )
    }

    fn text<T: Simple>(&mut self, open: XmlOpen<'a>) -> Result<T, Refusal> {
        self.value(&open.start)
    }

    fn enter(
        &mut self,
        open: &mut XmlOpen<'a>,
        index: usize,
        element: &'static Element,
    ) -> Result<bool, Refusal> {
        let next = self.peek(open)?;
        let here =
            matches!(next, Next::Child(start) if !start.namespaced && start.name == element.name);
        if here {
            open.last = Some(index);
            self.descend();
        }
        Ok(here)
    }

    fn missing(&self, open: &XmlOpen<'a>, index: usize) -> Refusal {
        let expected = says::expected(open.shape.body.particles(), open.last, Some(index));
        self.unexpected(open, &expected)
    }

    fn marks(&mut self, open: XmlOpen<'a>) -> Result<Marks, Refusal> {
        let Body::All(particles) = open.shape.body else {
            self.close(open)?;
            return Ok(Marks::default());
        };
        let mut marks = Marks::default();
        loop {
            let index = match self.peek(&open)? {
                Next::End => break,
                Next::Child(start) => particles.iter().position(|particle| {
                    !start.namespaced && particle.elements.iter().any(|e| e.name == start.name)
                }),
            };
            match index {
                Some(index) if marks.set(index) => {
                    self.descend();
                    self.simple::<Yes>()?;
                }
                _ => {
                    let left = particles
                        .iter()
                        .enumerate()
                        .filter(|(at, _)| !marks.has(*at));
                    let expected: Vec<_> = left
                        .flat_map(|(_, particle)| particle.elements.iter().map(|e| e.name))
                        .collect();
                    return Err(self.unexpected(&open, &expected));
                }
            }
        }
        self.peeked = None;
        Ok(marks)
    }

    fn close(&mut self, open: XmlOpen<'a>) -> Result<(), Refusal> {
        if let Next::Child(_) = self.peek(&open)? {
            let expected = says::expected(open.shape.body.particles(), open.last, None);
            return Err(self.unexpected(&open, &expected));
        }
        self.peeked = None;
        Ok(())
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}/{name}")
    }
}
