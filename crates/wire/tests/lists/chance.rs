//! Chance: no bytes make a reader panic, loop or lose its place, and no mutation of a good list
//! either.

use proptest::prelude::*;
use wire::lists::{Format, Limits, Reader, Step, detect};

use crate::example;

const EXAMPLES: [(&str, Format); 9] = [
    ("ncmec.xml", Format::Ncmec),
    ("vics-2.0.json", Format::Vics),
    ("vics-1.3.json", Format::Vics),
    ("vics-cases.json", Format::Vics),
    ("icse.csv", Format::Icse),
    ("stopncii.json", Format::StopNcii),
    ("tat.json", Format::Tat),
    ("list.csv", Format::Csv),
    ("hashes.txt", Format::Hashes { pdq: true }),
];

fn formats() -> impl Strategy<Value = Format> {
    prop::sample::select(EXAMPLES.map(|(_, format)| format).to_vec())
}

/// A good list with pieces of it overwritten, moved, doubled and left out.
fn mutated() -> impl Strategy<Value = (Format, Vec<u8>)> {
    let change = (
        any::<prop::sample::Index>(),
        0..40_usize,
        0..4_u8,
        any::<u8>(),
    );
    let changes = prop::collection::vec(change, 1..6);
    (0..EXAMPLES.len(), changes).prop_map(|(which, changes)| {
        let (name, format) = EXAMPLES[which];
        let mut bytes = example(name);
        for (at, length, how, byte) in changes {
            let at = at.index(bytes.len().max(1)).min(bytes.len());
            let end = (at + length).min(bytes.len());
            match how {
                0 => bytes[at..end].fill(byte),
                1 => drop(bytes.drain(at..end)),
                2 => {
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece);
                }
                _ => {
                    let token = b"\"{}[]<>/;,:\n"[usize::from(byte) % 12];
                    bytes.insert(at, token);
                }
            }
        }
        (format, bytes)
    })
}

fn holds(format: Format, bytes: &[u8]) -> Result<(), TestCaseError> {
    let mut reader = Reader::new(format, bytes, Limits::default());
    let (mut steps, mut last) = (0, 0);
    for step in reader.by_ref() {
        steps += 1;
        match step {
            Ok(Step::Quarantined(bad)) => {
                prop_assert!(bad.place.record >= last);
                last = bad.place.record;
            }
            Ok(_) => {}
            Err(fault) => prop_assert!(fault.good <= fault.records),
        }
    }
    prop_assert!(steps <= bytes.len() * 2 + 2);
    prop_assert!(reader.next().is_none());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_read_to_an_end(
        format in formats(),
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let _format = detect(&bytes);
        holds(format, &bytes)?;
    }

    #[test]
    fn any_tokens_are_read_to_an_end(
        format in formats(),
        tokens in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"", "\"value\"", "\"Media\"", "\"MD5\"", "\\", "\n",
            "\"Miniature\"", "1", "<queryResult>", "<images>", "<image>", "</image>", "</images>",
            "<!--", "-->", "<![CDATA[", "]]>", "</queryResult>", "<a/>", "md5;id\n", ";", "x",
        ]), 0..40),
    ) {
        holds(format, tokens.concat().as_bytes())?;
    }

    #[test]
    fn any_mutation_is_read_to_an_end((format, bytes) in mutated()) {
        let _format = detect(&bytes);
        holds(format, &bytes)?;
    }
}
