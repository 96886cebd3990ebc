//! Phone numbers in E.164 (`+` and at most 15 digits), where the country is said.

use model::IdentifierKind;

use super::{Form, compose};
use crate::numbering;

/// The fewest digits, calling code included, that can be one subscriber's number; shorter ones are
/// service numbers.
const DIGITS_MIN: usize = 8;

/// `calling_code` such as `+63`. Without one, and without a leading `+`, the same digits mean other
/// people in other countries: they are kept, but never tie.
pub(super) fn form(text: &str, calling_code: Option<&str>) -> Form {
    let text = international(compose(text).trim());
    let number = match (text.starts_with('+'), calling_code.map(digits)) {
        (true, _) => numbering::international(&subscriber(&text)),
        (false, Some(code)) if !code.is_empty() => {
            numbering::beside_code(&code, &subscriber(&text))
        }
        _ => None,
    };
    match number {
        Some(number) => {
            let ties = number.len() > DIGITS_MIN && !is_filler(&number);
            Form::new(IdentifierKind::Phone, number, ties)
        }
        None => Form::new(IdentifierKind::Phone, digits(&text), false),
    }
}

/// `00` is how most countries dial `+` (ITU-T E.164), and no national number begins with it.
fn international(text: &str) -> String {
    let bare = text
        .trim_start_matches("tel:")
        .trim_start_matches(['(', ' ']);
    match bare.strip_prefix("00") {
        Some(rest) => format!("+{rest}"),
        None => bare.to_owned(),
    }
}

/// The digits of a number: without an extension, and without the trunk zero that is written in
/// brackets for callers from inside the country (`+44 (0)20 …`).
fn subscriber(text: &str) -> String {
    let end = text
        .find(|c: char| c.is_ascii_alphabetic() || matches!(c, ';' | ',' | '#'))
        .unwrap_or(text.len());
    let text = &text[..end];
    let Some(plus) = text.strip_prefix('+') else {
        return digits(text);
    };
    digits(&plus.replacen("(0)", "", 1))
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Whether the last seven digits are all the same: nobody's number, what people type to get past a
/// form.
fn is_filler(number: &str) -> bool {
    let last = &number.as_bytes()[number.len().saturating_sub(7)..];
    last.iter().all(|digit| *digit == last[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_one_form() {
        let check = |text: &str, code: Option<&str>, normal: &str, ties: bool| {
            let form = form(text, code);
            assert_eq!(
                (form.normal.as_str(), form.ties),
                (normal, ties),
                "{text:?} {code:?}"
            );
        };
        check("+1 (202) 555-0143", None, "+12025550143", true);
        check("202-555-0143", Some("+1"), "+12025550143", true);
        check("202-555-0143", Some("1"), "+12025550143", true);
        check("+1 202 555 0143", Some("+63"), "+12025550143", true);
        check("tel:202-555-0143", None, "2025550143", false);
        check("202-555-0143 x12", Some("+1"), "+12025550143", true);
        check("0917 555 0143", Some("+63"), "+639175550143", true);
        check("917 555 0143", Some("+63"), "+639175550143", true);
        check("+63 917-555-0143", None, "+639175550143", true);
        check("+44 (0)20 7946 0958", None, "+442079460958", true);
        check("020 7946 0958", Some("+44"), "+442079460958", true);
        check("+44 20 7946 0958", None, "+442079460958", true);
        check("＋４４ ２０ ７９４６ ０９５８", None, "+442079460958", true);
        check("202-555-0143", None, "2025550143", false);
        check("tel:+63-917-555-0143", None, "+639175550143", true);
        check("+63 0917 555 0143", None, "+639175550143", true);
        check("0063 917 555 0143", None, "+639175550143", true);
        check("0063 917 555 0143", Some("+63"), "+639175550143", true);
        check("+39 06 5550 0143", None, "+390655500143", true);
        check("+1 000 000 0000", None, "10000000000", false);
        check("+1 222 222 2222", None, "+12222222222", false);
        check("+999 123 456 789", None, "999123456789", false);
        check("unknown", Some("+1"), "", false);
        check(&"9".repeat(1000), Some("+1"), &"9".repeat(1000), false);
    }
}
