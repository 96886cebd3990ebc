//! Escaping, so that what is written reads back the same.

use super::letters::forbidden;

/// Adds the text of an element. A character that XML forbids becomes U+FFFD.
pub(crate) fn escaped_text(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            // A reader would turn it into a line feed.
            '\r' => out.push_str("&#13;"),
            letter if forbidden(letter) => out.push(char::REPLACEMENT_CHARACTER),
            letter => out.push(letter),
        }
    }
}

/// Adds the value of an attribute, without its quotes. A character that XML forbids becomes U+FFFD.
pub(crate) fn escaped_attribute(out: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("&quot;"),
            // A reader would turn them into spaces.
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            letter => escaped_text(out, letter.encode_utf8(&mut [0; 4])),
        }
    }
}
