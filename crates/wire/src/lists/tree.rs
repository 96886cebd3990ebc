//! A small XML document as a tree, through the strict reader.

use crate::Refusal;
use crate::xml::{Reader, Start, Token};

/// An element.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Element {
    /// The name without its prefix.
    pub(super) name: String,
    attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    text: String,
}

impl Element {
    /// Reads a document.
    pub(super) fn parse(text: &str) -> Result<Self, Refusal> {
        let mut reader = Reader::new(text)?;
        let mut open = vec![Self::default()];
        loop {
            match reader.next()? {
                Token::Start(start) => open.push(Self::of(start)),
                Token::Text(text, _) | Token::Literal(text, _) => {
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&text);
                    }
                }
                Token::End => {
                    if let (Some(element), Some(parent)) = (open.pop(), open.last_mut()) {
                        parent.children.push(element);
                    }
                }
                // The outermost is none of the document's: it holds the root.
                Token::Eof => {
                    let root = open.pop().and_then(|mut outside| outside.children.pop());
                    return Ok(root.unwrap_or_default());
                }
            }
        }
    }

    fn of(start: Start<'_>) -> Self {
        let local = start.name.rsplit(':').next().unwrap_or_default();
        let attributes = start.attributes.into_iter();
        Self {
            name: local.to_owned(),
            attributes: attributes
                .map(|attribute| (attribute.local.to_owned(), attribute.value.into_owned()))
                .collect(),
            ..Self::default()
        }
    }

    /// The value of an attribute.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The first child of a name.
    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of this element alone, without white space at its ends.
    pub(super) fn text(&self) -> &str {
        self.text.trim()
    }
}
