//! Tests of the search in free text: sentences, what only looks like an identifier, and hostile
//! texts.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;

/// Long enough that anything but linear time is felt by whoever waits for the test.
const TEXT_BYTES: usize = 1 << 16;

static RULES: LazyLock<IdentifierRules> = LazyLock::new(|| IdentifierRules::builtin().unwrap());

/// What is found in a text: kind, normal form, and a mark for what is not valid.
fn found(text: &str, region: Option<&str>) -> Vec<String> {
    let region = region.map(|region| region.parse().unwrap());
    let hits = extract(text, &RULES, region);
    for pair in hits.windows(2) {
        assert!(pair[0].text.end <= pair[1].text.start, "{text:?}: {pair:?}");
    }
    hits.iter()
        .map(|hit| {
            assert!(
                text.get(hit.text.clone())
                    .is_some_and(|text| !text.is_empty())
            );
            let mark = if hit.valid { "" } else { "!" };
            format!("{mark}{} {}", hit.kind.name(), hit.normal)
        })
        .collect()
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(found(text, None), expected, "{text:?}");
}

#[test]
fn sentences_with_several() {
    check(
        "On 2026-03-04 at 12:30:45 UTC the account used 203.0.113.7:50123 and \
         [2001:db8::7]:443; mail maria.lee@example.org, tel. +63 917 555 0123.",
        &[
            "ip 203.0.113.7:50123",
            "ip [2001:db8::7]:443",
            "email maria.lee@example.org",
            "phone +639175550123",
        ],
    );
    check(
        "Telegram: @opaque_41, Discord: opaque#0041, ig: opaque.41 and WhatsApp +44 7700 900123",
        &[
            "handle telegram/opaque_41",
            "handle discord/opaque#0041",
            "handle instagram/opaque.41",
            "phone +447700900123",
        ],
    );
}

#[test]
fn lists_without_spaces() {
    check(
        "https://example.com/a,maria@example.com;+639175550123,http://example.org/b",
        &[
            "url example.com/a",
            "email maria@example.com",
            "phone +639175550123",
            "url example.org/b",
        ],
    );
}

#[test]
fn what_only_looks_like_one_is_none() {
    for text in [
        "Order 4839-2017-45 of 2026-01-02 for 1,234.00 USD",
        "version 10.0.19045.3803 and v1.2.3.4, section 3.2.1.1",
        "sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "d41d8cd98f00b204e9800998ecf8427e",
        "0x1f is hex, 10% of 15+3, e.g. this, i.e. that, p.m. and U.S. law",
        "report.pdf, archive.zip, main.rs, notes.md",
        "It ended.Then it began.In the morning at 3.30",
        "The Telegram account was deleted; the Instagram profile is private.",
        "Platform: Telegram. See Discord: the report was closed",
        "ticket #1234, room 5, 12:30:45, 2026-11-24T03:04:05Z",
        "203.0.113.0/24 is a network",
        "std::vector and dead::beef",
        "550e8400-e29b-41d4-a716-446655440000",
        "amounts 1 000 000 and 12 345 678,90",
    ] {
        for region in [None, Some("PH"), Some("US"), Some("DE")] {
            assert_eq!(
                found(text, region),
                Vec::<String>::new(),
                "{text:?} {region:?}"
            );
        }
    }
}

/// A last part of more digits than a year has overflowed when it was read as a part of a date.
#[test]
fn a_long_number_between_the_marks_of_a_date_is_read() {
    for text in [
        "IMEI 49-015420-32333669435",
        "49-015420-99999999999999",
        "12/34/99999999999 and 4294967296-1-1",
    ] {
        assert!(extract(text, &RULES, None).len() <= 2, "{text}");
    }
}

#[test]
fn a_card_is_never_shown() {
    let text = "paid by 4111-1111-1111-1111, see https://example.com/?c=5555555555554444&x=1";
    let hits = extract(text, &RULES, None);
    assert_eq!(hits.len(), 2);
    for hit in &hits {
        let shown = hit.shown(text);
        for secret in [
            "4111-1111-1111-1111",
            "4111111111111111",
            "5555555555554444",
        ] {
            assert!(
                !shown.contains(secret) && !hit.normal.contains(secret),
                "{shown}"
            );
        }
    }
    assert_eq!(hits[0].shown(text), "411111******1111");
}

#[test]
fn offsets_are_those_of_the_text() {
    let text = "Tel：\u{200f}+６３ ９１７ ５５５ ０１２３\u{200b}, mаriа[at]example[.]com";
    let hits = extract(text, &RULES, None);
    let shown: Vec<_> = hits
        .iter()
        .map(|hit| hit.shown(text).into_owned())
        .collect();
    assert_eq!(
        shown,
        ["+６３ ９１７ ５５５ ０１２３", "mаriа[at]example[.]com"]
    );
    assert_eq!(hits[1].normal, "maria@example.com");
}

#[test]
fn hostile_texts_take_time_in_their_length() {
    let region = Some("PH".parse().unwrap());
    for unit in [
        "a",
        "a.",
        "a@",
        "@",
        "1 ",
        "1",
        "+1",
        "http://",
        "a:",
        "telegram ",
        "telegram:",
        "(",
        "[",
        "٠",
        "а",
        "аa",
        "\u{202e}",
        "x*",
        "4111 ",
        "::",
        "a-",
        "微信",
        "0917 ",
        "a dot ",
        "[.]",
        "(at",
        "ig ",
        "123.",
        "bc1q",
        "de89 ",
        "{",
        "://",
        "a#1234",
        "$",
        "ал",
        "ا",
    ] {
        let text = unit.repeat(TEXT_BYTES / unit.len());
        for hit in extract(&text, &RULES, region) {
            assert!(text.get(hit.text).is_some());
        }
    }
}

proptest! {
    #[test]
    fn hits_lie_in_the_text_in_order(
        text in "([a-z0-9@:./#+ \\[\\]()*$-]|telegram|tel|0917|https://|\\.com|GCash|а|微信|\u{200b}|[^\\x00]){0,60}"
    ) {
            let hits = extract(&text, &RULES, Some("PH".parse().unwrap()));
        let mut floor = 0;
        for hit in hits {
            prop_assert!(hit.text.start >= floor);
            prop_assert!(text.get(hit.text.clone()).is_some_and(|text| !text.is_empty()));
            floor = hit.text.end;
        }
    }
}
