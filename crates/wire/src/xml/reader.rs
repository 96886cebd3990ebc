//! The reader: from text to tokens, refusing all that is not well-formed.

use std::borrow::Cow;

use model::limits::{XML_DEPTH_MAX, XML_ELEMENTS_MAX};

use super::letters::{continues_name, forbidden, place_of, starts_name};
use super::start::{Bindings, Start};
use crate::{Reason, Refusal};

/// A piece of a document. Comments and processing instructions are checked and skipped.
#[derive(Debug)]
pub(crate) enum Token<'a> {
    /// A start tag; an empty element's is followed by an end like any other.
    Start(Start<'a>),
    /// An end tag.
    End,
    /// Text, with references and line ends resolved, at its offset.
    Text(Cow<'a, str>, usize),
    /// A section of literal text, at its offset.
    Literal(Cow<'a, str>, usize),
    /// The document's end.
    Eof,
}

/// A document that is being read.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
    open: Vec<&'a str>,
    pub(super) bindings: Bindings<'a>,
    elements: usize,
    empty_element: bool,
    root_seen: bool,
}

impl<'a> Reader<'a> {
    /// Starts to read; reads the XML declaration, if there is one.
    pub(crate) fn new(text: &'a str) -> Result<Self, Refusal> {
        let mut reader = Self {
            text,
            at: 0,
            open: Vec::new(),
            bindings: Bindings::default(),
            elements: 0,
            empty_element: false,
            root_seen: false,
        };
        if text.starts_with("<?xml") && !text[5..].starts_with(continues_name) {
            reader.declaration()?;
        }
        Ok(reader)
    }

    /// The next token.
    pub(crate) fn next(&mut self) -> Result<Token<'a>, Refusal> {
        if self.empty_element {
            self.empty_element = false;
            return Ok(self.leave());
        }
        loop {
            let rest = self.rest();
            if rest.is_empty() {
                return self.end_of_document();
            } else if let Some(markup) = rest.strip_prefix('<') {
                if let Some(token) = self.markup(markup)? {
                    return Ok(token);
                }
            } else if self.open.is_empty() {
                self.outside()?;
            } else {
                let offset = self.at;
                return self.content().map(|text| Token::Text(text, offset));
            }
        }
    }

    /// Reads on to the end of the document.
    pub(crate) fn drain(&mut self) -> Result<(), Refusal> {
        while !matches!(self.next()?, Token::Eof) {}
        Ok(())
    }

    /// How many elements are open.
    pub(crate) fn depth(&self) -> usize {
        self.open.len()
    }

    /// A refusal at an offset, inside of the `depth` outermost open elements.
    pub(crate) fn refusal(
        &self,
        reason: Reason,
        offset: usize,
        depth: usize,
        message: String,
    ) -> Refusal {
        let (line, column) = place_of(self.text.as_bytes(), offset);
        let names: Vec<_> = self
            .open
            .iter()
            .take(depth)
            .map(|name| shown(name))
            .collect();
        Refusal {
            reason,
            line,
            column,
            path: names.join("/"),
            message,
        }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Skips `expected` if it is next.
    pub(super) fn take(&mut self, expected: &str) -> bool {
        let found = self.rest().starts_with(expected);
        if found {
            self.at += expected.len();
        }
        found
    }

    /// Skips white space; says whether there was any.
    pub(super) fn space(&mut self) -> bool {
        let bytes = &self.text.as_bytes()[self.at..];
        let is_space = |byte: &&u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        let length = bytes.iter().take_while(is_space).count();
        self.at += length;
        length > 0
    }

    pub(super) fn name(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(byte);
        let plain = rest.bytes().take_while(is_plain).count();
        // Nearly all names are ASCII; only what they end with may need a look at whole characters.
        let length = match rest.as_bytes().get(plain) {
            Some(byte) if !byte.is_ascii() => rest
                .find(|letter| !continues_name(letter))
                .unwrap_or(rest.len()),
            _ => plain,
        };
        let name = &rest[..length];
        name.starts_with(starts_name).then(|| {
            self.at += length;
            name
        })
    }

    pub(super) fn malformed(&self, message: impl Into<String>) -> Refusal {
        self.refusal_here(Reason::NotWellFormed, message)
    }

    pub(super) fn refusal_here(&self, reason: Reason, message: impl Into<String>) -> Refusal {
        self.refusal(reason, self.at, usize::MAX, message.into())
    }

    /// What starts with `<`; `None` for what is skipped.
    fn markup(&mut self, rest: &'a str) -> Result<Option<Token<'a>>, Refusal> {
        match rest.as_bytes() {
            [b'/', ..] => self.end_tag().map(Some),
            [b'?', ..] => self.instruction().map(|()| None),
            [b'!', b'-', b'-', ..] => self.comment().map(|()| None),
            [b'!', ..] if rest.starts_with("![CDATA[") => self.literal().map(Some),
            [b'!', ..] if rest.starts_with("!DOCTYPE") => Err(self.refusal_here(
                Reason::DoctypeForbidden,
                "A document type declaration is not allowed.",
            )),
            [b'!', ..] => Err(self.malformed("The markup after \"<!\" is not known.")),
            _ => self.enter().map(Some),
        }
    }

    fn end_of_document(&self) -> Result<Token<'a>, Refusal> {
        match self.open.last() {
            Some(name) => Err(self.malformed(format!(
                "The document ends before the end-tag of element '{}'.",
                shown(name)
            ))),
            None if self.root_seen => Ok(Token::Eof),
            None => Err(self.malformed("Premature end of file: there is no root element.")),
        }
    }

    fn enter(&mut self) -> Result<Token<'a>, Refusal> {
        let offset = self.at;
        if self.open.is_empty() && self.root_seen {
            return Err(self.malformed("A document has only one root element."));
        }
        self.at += 1;
        let Some(name) = self.name() else {
            return Err(self.malformed(
                "The content of elements must consist of well-formed character data or markup.",
            ));
        };
        let (start, empty) = self.start_tag(name, offset)?;
        if self.open.len() == XML_DEPTH_MAX {
            return Err(self.refusal_here(
                Reason::DocumentTooDeep,
                format!("Elements are nested deeper than {XML_DEPTH_MAX}."),
            ));
        }
        if self.elements == XML_ELEMENTS_MAX {
            return Err(self.refusal_here(
                Reason::ElementsTooMany,
                format!("The document has more than {XML_ELEMENTS_MAX} elements."),
            ));
        }
        self.elements += 1;
        self.root_seen = true;
        self.open.push(name);
        self.empty_element = empty;
        Ok(Token::Start(start))
    }

    fn end_tag(&mut self) -> Result<Token<'a>, Refusal> {
        let offset = self.at;
        self.at += 2;
        let name = self.name();
        self.space();
        let ended = self.take(">");
        match (self.open.last(), name) {
            (Some(open), Some(name)) if *open == name && ended => Ok(self.leave()),
            (Some(open), _) => {
                let open = shown(open);
                Err(self.refusal(
                    Reason::NotWellFormed,
                    offset,
                    usize::MAX,
                    format!(
                        "The element type \"{open}\" must be terminated by the matching \
                     end-tag \"</{open}>\"."
                    ),
                ))
            }
            (None, _) => Err(self.malformed("There is an end-tag without a start-tag.")),
        }
    }

    fn leave(&mut self) -> Token<'a> {
        self.bindings.leave(self.open.len());
        self.open.pop();
        Token::End
    }

    /// Text before or after the root element.
    fn outside(&mut self) -> Result<(), Refusal> {
        if self.space() {
            return Ok(());
        }
        Err(self.malformed(if self.root_seen {
            "Content is not allowed in trailing section."
        } else {
            "Content is not allowed in prolog."
        }))
    }

    fn content(&mut self) -> Result<Cow<'a, str>, Refusal> {
        let mut kept: Option<String> = None;
        let mut from = self.at;
        while let Some(byte) = self.text.as_bytes().get(self.at) {
            let resolved = match byte {
                b'<' => break,
                b'&' => {
                    let until = self.at;
                    (until, self.reference()?)
                }
                b'\r' => {
                    let until = self.at;
                    self.at += if self.rest().starts_with("\r\n") {
                        2
                    } else {
                        1
                    };
                    (until, '\n')
                }
                b']' if self.rest().starts_with("]]>") => {
                    return Err(self
                        .malformed("The character sequence \"]]>\" must not appear in content."));
                }
                _ => {
                    self.letter(*byte)?;
                    self.plain_text();
                    continue;
                }
            };
            let kept = kept.get_or_insert_default();
            kept.push_str(&self.text[from..resolved.0]);
            kept.push(resolved.1);
            from = self.at;
        }
        let last = &self.text[from..self.at];
        Ok(match kept {
            Some(kept) => Cow::Owned(kept + last),
            None => Cow::Borrowed(last),
        })
    }

    fn literal(&mut self) -> Result<Token<'a>, Refusal> {
        let offset = self.at;
        if self.open.is_empty() {
            return Err(self.malformed("A CDATA section is only allowed inside of an element."));
        }
        self.at += "<![CDATA[".len();
        let text = self.until("]]>", "CDATA section")?;
        let text = if text.contains('\r') {
            Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
        } else {
            Cow::Borrowed(text)
        };
        Ok(Token::Literal(text, offset))
    }

    fn comment(&mut self) -> Result<(), Refusal> {
        self.at += "<!--".len();
        self.until("--", "comment")?;
        if self.take(">") {
            Ok(())
        } else {
            Err(self.malformed("The string \"--\" is not permitted within comments."))
        }
    }

    fn instruction(&mut self) -> Result<(), Refusal> {
        self.at += 2;
        match self.name() {
            None => return Err(self.malformed("A processing instruction must have a target.")),
            Some(target) if target.eq_ignore_ascii_case("xml") => {
                return Err(self.malformed(
                    "The processing instruction target \"xml\" is only allowed at the very start.",
                ));
            }
            Some(_) => {}
        }
        if !self.space() && !self.rest().starts_with("?>") {
            return Err(
                self.malformed("White space must follow the target of a processing instruction.")
            );
        }
        self.until("?>", "processing instruction").map(|_| ())
    }

    /// The text up to `end`, and skips `end`.
    fn until(&mut self, end: &str, what: &str) -> Result<&'a str, Refusal> {
        let Some(length) = self.rest().find(end) else {
            self.at = self.text.len();
            return Err(self.malformed(format!("The {what} has no end.")));
        };
        let from = self.at;
        while self.at < from + length {
            self.letter(self.text.as_bytes()[self.at])?;
        }
        self.at += end.len();
        Ok(&self.text[from..from + length])
    }

    /// Skips one byte of text after looking whether it belongs to a character that XML forbids.
    pub(super) fn letter(&mut self, byte: u8) -> Result<(), Refusal> {
        // All forbidden characters start with a control byte, or are U+FFFE and U+FFFF, which
        // start with EF.
        if (byte < b' ' || byte == 0xef) && self.rest_letter().is_some_and(forbidden) {
            return Err(self.malformed("An invalid XML character was found."));
        }
        self.at += 1;
        Ok(())
    }

    /// Skips bytes that mean nothing but themselves.
    fn plain_text(&mut self) {
        let bytes = &self.text.as_bytes()[self.at..];
        let is_plain = |byte: &&u8| !matches!(byte, b'<' | b'&' | b']' | 0..b' ' | 0xef);
        self.at += bytes.iter().take_while(is_plain).count();
    }

    /// The character here, if one starts here.
    fn rest_letter(&self) -> Option<char> {
        self.text
            .get(self.at..)
            .and_then(|rest| rest.chars().next())
    }

    /// What a reference stands for.
    pub(super) fn reference(&mut self) -> Result<char, Refusal> {
        let rest = &self.rest()[1..];
        let Some(length) = rest.bytes().take(64).position(|byte| byte == b';') else {
            return Err(self.malformed("An \"&\" must start a reference that ends with \";\"."));
        };
        let name = &rest[..length];
        let letter = match name {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "apos" => '\'',
            "quot" => '"',
            _ if name.starts_with('#') => match numbered(&name[1..]) {
                Some(letter) => letter,
                None => return Err(self.malformed("A character reference names no XML character.")),
            },
            _ if is_name(name) => {
                return Err(self.refusal_here(
                    Reason::EntityForbidden,
                    format!(
                        "The entity \"{}\" was referenced, but not declared.",
                        shown(name)
                    ),
                ));
            }
            _ => {
                return Err(self.malformed("An \"&\" must start a reference that ends with \";\"."));
            }
        };
        self.at += length + 2;
        Ok(letter)
    }

    /// `<?xml version="1.0" encoding="…" standalone="…"?>`. The encoding was looked at when
    /// decoding.
    fn declaration(&mut self) -> Result<(), Refusal> {
        self.at += "<?xml".len();
        let version = self.pseudo_attribute("version")?;
        let minor = version.and_then(|version| version.strip_prefix("1."));
        if !minor.is_some_and(|minor| minor.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(self.malformed("The XML declaration must name a version 1.x."));
        }
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        if let Some(name) = self.pseudo_attribute("encoding")?
            && !(name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.bytes().all(is_name))
        {
            return Err(self.malformed("The XML declaration names no encoding."));
        }
        if let Some(standalone) = self.pseudo_attribute("standalone")?
            && !matches!(standalone, "yes" | "no")
        {
            return Err(self.malformed("The standalone declaration must be \"yes\" or \"no\"."));
        }
        self.space();
        if self.take("?>") {
            Ok(())
        } else {
            Err(self.malformed("The XML declaration must end with \"?>\"."))
        }
    }

    fn pseudo_attribute(&mut self, name: &str) -> Result<Option<&'a str>, Refusal> {
        let before = self.at;
        if !self.space() || !self.take(name) {
            self.at = before;
            return Ok(None);
        }
        self.space();
        let equals = self.take("=");
        self.space();
        let rest = self.rest();
        let value = ['"', '\''].into_iter().find_map(|quote| {
            rest.strip_prefix(quote)?
                .split_once(quote)
                .map(|(value, _)| value)
        });
        match value {
            Some(value) if equals => {
                self.at += value.len() + 2;
                Ok(Some(value))
            }
            _ => Err(self.malformed(format!("The value of \"{name}\" must be quoted."))),
        }
    }
}

/// A name as it is shown in a message: cut, since a name is as long as its sender likes.
pub(crate) fn shown(name: &str) -> Cow<'_, str> {
    const LETTERS_MAX: usize = 64;
    match name.char_indices().nth(LETTERS_MAX) {
        Some((end, _)) => Cow::Owned(format!("{}…", &name[..end])),
        None => Cow::Borrowed(name),
    }
}

/// Whether a text is a name.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(starts_name) && text.chars().all(continues_name)
}

/// The character of `65` or `x41`.
fn numbered(digits: &str) -> Option<char> {
    let (digits, radix) = match digits.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (digits, 10),
    };
    let is_digit = |letter: char| letter.is_digit(radix);
    if !digits.chars().all(is_digit) {
        return None;
    }
    let number = u32::from_str_radix(digits, radix).ok()?;
    char::from_u32(number).filter(|letter| !forbidden(*letter))
}
