//! A strict reader and a writer of XML 1.0 without document types.
//!
//! The reader is our own because a door needs what lenient readers leave to their caller:
//! well-formedness to the last character, no entities beyond XML's five, and limits on every
//! count. It takes whole documents, works on borrowed text, and is held against libxml2 in the
//! tests.

mod decode;
mod letters;
mod reader;
mod start;
mod writer;

pub(crate) use decode::{decoded, decoded_utf_8};
pub(crate) use letters::{forbidden, place_of};
pub(crate) use reader::{Reader, Token, is_name, shown};
pub(crate) use start::{Attribute as StartAttribute, Namespace, Start};
pub(crate) use writer::{escaped_attribute, escaped_text};
