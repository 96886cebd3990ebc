//! The documents as JSON: the same content, held to the same tables.
//!
//! - A document is the object of its root element's content; the root's name is not written.
//! - An element is a key. One that may occur more than once is an array, even if it occurs once.
//! - An attribute is a key with `@` before its name.
//! - Text is a plain value: `xs:boolean` a boolean, `xs:int` and `xs:long` a number, `xs:double` a
//!   number or, where a number would not keep the text, a string; all else a string. Where the
//!   element's type has attributes, the text is the key `value` beside them.
//! - A mark is `true`, or is left out. `null` is nowhere allowed: what was not said is left out.
//! - Keys come in any order; none twice; none that the schema does not know.

mod print;
mod read;
mod schema;

pub(super) use print::print;
pub(super) use read::read;
pub(super) use schema::schema;
