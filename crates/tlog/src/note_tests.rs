//! Notes: shapes, hostile input, who is believed.

use proptest::prelude::*;

use super::*;
use crate::SigningKey;

fn key(name: &str, seed: u8) -> SigningKey {
    SigningKey::from_seed(name, &[seed; 32]).unwrap()
}

fn parse(text: &str) -> Result<Note, NoteError> {
    Note::parse(text.as_bytes())
}

#[test]
fn a_signed_note_is_believed_by_those_who_know_the_key() {
    let log = key("example.org/log", 1);
    let note = log.sign("several lines\n\nwith a blank one\n").unwrap();
    let read = parse(&note.to_string()).unwrap();
    assert_eq!(read, note);
    assert_eq!(
        read.verify(&[log.verifying_key().clone()]),
        Ok("several lines\n\nwith a blank one\n")
    );
    assert_eq!(read.verify(&[]), Err(NoteError::NoKnownSignature));
}

#[test]
fn the_last_blank_line_separates() {
    let log = key("example.org/log", 1);
    for text in ["\n", "\n\n", "a\n\n", "a\n\n\u{2014} b c\n"] {
        let note = log.sign(text).unwrap();
        assert_eq!(parse(&note.to_string()).unwrap().text(), text);
    }
}

#[test]
fn unknown_keys_are_ignored_even_with_the_name_or_id_of_a_known_one() {
    let log = key("example.org/log", 1);
    let mut note = log.sign("text\n").unwrap();
    note.join(key("example.org/log", 2).sign("text\n").unwrap())
        .unwrap();
    let mut same_id = log.sign("text\n").unwrap();
    same_id.signatures[0].name = "example.net/witness".to_owned();
    same_id.signatures[0].bytes = vec![0; 3000];
    note.join(same_id).unwrap();
    let read = parse(&note.to_string()).unwrap();
    assert_eq!(read.verify(&[log.verifying_key().clone()]), Ok("text\n"));
    let stranger = key("example.com/other", 3);
    assert_eq!(
        read.verify(&[stranger.verifying_key().clone()]),
        Err(NoteError::NoKnownSignature)
    );
}

#[test]
fn one_failing_known_key_refuses_the_note() {
    let (log, witness) = (key("example.org/log", 1), key("example.net/witness", 2));
    let known = [log.verifying_key().clone(), witness.verifying_key().clone()];
    let mut note = log.sign("text\n").unwrap();
    note.join(witness.sign("text\n").unwrap()).unwrap();
    assert_eq!(note.verify(&known), Ok("text\n"));
    note.signatures[1].bytes[10] ^= 1;
    assert_eq!(note.verify(&known), Err(NoteError::BadSignature));
    assert_eq!(note.verify(&known[..1]), Ok("text\n"));
    note.signatures[1].bytes.truncate(12);
    assert_eq!(note.verify(&known), Err(NoteError::BadSignature));
}

#[test]
fn a_changed_text_is_refused() {
    let log = key("example.org/log", 1);
    let changed = log
        .sign("text\n")
        .unwrap()
        .to_string()
        .replace("text", "test");
    assert_eq!(
        parse(&changed)
            .unwrap()
            .verify(&[log.verifying_key().clone()]),
        Err(NoteError::BadSignature)
    );
}

#[test]
fn signatures_are_accepted_up_to_the_limit_and_not_one_past_it() {
    let log = key("example.org/log", 1);
    let mut note = log.sign("text\n").unwrap();
    while note.signatures.len() < SIGNATURES_MAX {
        note.join(log.sign("text\n").unwrap()).unwrap();
    }
    let text = note.to_string();
    assert_eq!(parse(&text), Ok(note.clone()));
    assert_eq!(
        note.join(log.sign("text\n").unwrap()),
        Err(NoteError::TooManySignatures)
    );
    let last = text.lines().last().unwrap();
    assert_eq!(
        parse(&format!("{text}{last}\n")),
        Err(NoteError::TooManySignatures)
    );
}

#[test]
fn a_note_is_read_up_to_the_limit_and_not_one_past_it() {
    let signed = "\n\u{2014} example.org/log AAAAAAA=\n";
    let at_limit = format!(
        "{}\n{signed}",
        "a".repeat(NOTE_BYTES_MAX - signed.len() - 1)
    );
    assert!(parse(&at_limit).is_ok());
    assert_eq!(parse(&format!("a{at_limit}")), Err(NoteError::TooLong));
}

#[test]
fn malformed_notes_are_refused() {
    let line = "\u{2014} example.org/log AAAAAAA=";
    assert!(parse(&format!("text\n\n{line}\n")).is_ok());
    for (bad, error) in [
        (String::new(), NoteError::NoSignatures),
        ("text\n".to_owned(), NoteError::NoSignatures),
        ("text\n\n".to_owned(), NoteError::NoSignatures),
        (format!("text\n\n{line}"), NoteError::NoSignatures),
        (format!("text\n{line}\n"), NoteError::NoSignatures),
        (format!("text\n\n{line}\n\n"), NoteError::NoSignatures),
        (format!("text\n\n\n{line}\nx\n"), NoteError::SignatureLine),
        (format!("text\n\n {line}\n"), NoteError::SignatureLine),
        (format!("text\n\n{line} \n"), NoteError::SignatureLine),
        (
            "text\n\n- example.org/log AAAAAAA=\n".to_owned(),
            NoteError::SignatureLine,
        ),
        (
            "text\n\n\u{2014}  AAAAAAA=\n".to_owned(),
            NoteError::SignatureLine,
        ),
        (
            "text\n\n\u{2014} a+b AAAAAAA=\n".to_owned(),
            NoteError::SignatureLine,
        ),
        (
            "text\n\n\u{2014} a\u{a0}b AAAAAAA=\n".to_owned(),
            NoteError::SignatureLine,
        ),
        (
            "text\n\n\u{2014} a AAAAAA==\n".to_owned(),
            NoteError::SignatureLine,
        ),
        (
            "text\n\n\u{2014} a AAAAAAB=\n".to_owned(),
            NoteError::SignatureLine,
        ),
        (
            "text\n\n\u{2014} a AAAAAAA\n".to_owned(),
            NoteError::SignatureLine,
        ),
        (format!("te\txt\n\n{line}\n"), NoteError::Characters),
        (format!("text\r\n\r\n{line}\r\n"), NoteError::Characters),
    ] {
        assert_eq!(parse(&bad), Err(error), "{bad:?}");
    }
    assert_eq!(Note::parse(b"text\xff\n\n"), Err(NoteError::Characters));
}

#[test]
fn only_whole_plain_lines_are_signed() {
    let log = key("example.org/log", 1);
    for bad in ["", "text", "a\tb\n", "a\0\n"] {
        assert_eq!(log.sign(bad), Err(NoteError::Characters), "{bad:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn notes_print_and_parse(
        text in "[^\u{0}-\u{1f}]{0,30}(\n[a\u{2014} ]{0,3}){0,4}\n",
        seeds in prop::collection::vec(any::<u8>(), 1..5),
    ) {
        let mut notes = seeds.iter().map(|seed| key("example.org/log", *seed).sign(&text).unwrap());
        let mut note = notes.next().unwrap();
        for other in notes {
            note.join(other).unwrap();
        }
        prop_assert_eq!(parse(&note.to_string()), Ok(note));
    }

    #[test]
    fn any_bytes_are_answered(
        text in "[a\n]{0,5}\n\n(\u{2014} [a-z+]{0,3} [A-Za-z0-9+/=]{0,12}\n){0,3}|.{0,60}",
        flip: u8,
        at: prop::sample::Index,
    ) {
        let mut bytes = text.into_bytes();
        for flip in [0, flip] {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] ^= flip;
            }
            if let Ok(note) = Note::parse(&bytes) {
                prop_assert_eq!(note.to_string().into_bytes(), bytes.clone());
            }
        }
    }
}
