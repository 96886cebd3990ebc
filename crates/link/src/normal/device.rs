//! Device ids: type and value, without the separators that people write into hexadecimal and
//! decimal ids.

use model::IdentifierKind;

use super::{Form, fold};
use crate::checks;

/// The shortest value that can be one device's.
const VALUE_CHARS_MIN: usize = 6;
/// An Android id that a whole series of devices reported as theirs.
const SHARED_ANDROID_ID: &str = "9774d56d682e549c";

/// `type:value`. A value of one repeated character (an advertising id that was switched off is all
/// zeros), an IMEI whose check digit is wrong, and very short values point at no one device.
pub(super) fn form(text: &str, id_type: Option<&str>) -> Form {
    let kind: String = id_type
        .map(fold)
        .unwrap_or_default()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect();
    let value = value(&fold(text));
    let first = value.chars().next();
    let repeated = value.chars().all(|c| Some(c) == first);
    let bad_imei = kind == "imei" && value.len() == 15 && !checks::luhn(value.as_bytes());
    let ties = value.chars().count() >= VALUE_CHARS_MIN
        && !repeated
        && !bad_imei
        && value != SHARED_ANDROID_ID;
    Form::new(IdentifierKind::Device, format!("{kind}:{value}"), ties)
}

fn value(folded: &str) -> String {
    let separator = |c: char| matches!(c, '-' | ':' | '.' | ' ');
    let is_hex = folded
        .chars()
        .all(|c| c.is_ascii_hexdigit() || separator(c));
    if is_hex {
        folded.chars().filter(|c| !separator(*c)).collect()
    } else {
        folded.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_one_form() {
        let check = |text: &str, id_type: &str, normal: &str, ties: bool| {
            let form = form(text, Some(id_type));
            assert_eq!(
                (form.normal.as_str(), form.ties),
                (normal, ties),
                "{text:?}"
            );
        };
        check("49-015420-323751-8", "IMEI", "imei:490154203237518", true);
        check("490154203237519", "imei", "imei:490154203237519", false);
        check(
            "A1:B2:C3:D4:E5:F6",
            "MAC address",
            "macaddress:a1b2c3d4e5f6",
            true,
        );
        check(
            "00000000-0000-0000-0000-000000000000",
            "IDFA",
            "idfa:00000000000000000000000000000000",
            false,
        );
        check(
            "6D92078A-8246-4BA4-AE5B-76104861E7DC",
            "IDFA",
            "idfa:6d92078a82464ba4ae5b76104861e7dc",
            true,
        );
        check("Browser-XYZ-1", "cookie", "cookie:browser-xyz-1", true);
        check(
            "9774d56d682e549c",
            "android id",
            "androidid:9774d56d682e549c",
            false,
        );
        check("12", "other", "other:12", false);
        check("unknown", "other", "other:unknown", false);
    }
}
