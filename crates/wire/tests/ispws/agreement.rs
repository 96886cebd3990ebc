//! Our parser and libxml2's validator, under our own XSD, agree on every document.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::documents::{
    Amount, Chance, Dress, Maker, SPOILINGS, at, places, places_of, routes, spoil, spoil_text,
};
use wire::Refusal;
use wire::ispws::schema::{Element, roots};
use wire::ispws::{
    parse_file_details, parse_report, parse_report_done_response, parse_report_response, xsd,
};

/// Keeps the documents and our verdicts in this directory, to hold them against another schema.
const DUMP: &str = "WIRE_AGREEMENT_DUMP";

#[test]
fn inv_11_valid_documents_agree_and_cover_the_schema() {
    let mut documents = Vec::new();
    for root in roots() {
        let mut covered = BTreeSet::new();
        let mut chance = Chance::new(11);
        for turn in 0..258 {
            let amount = match turn {
                0 => Amount::Minimal,
                _ if turn % 3 == 0 => Amount::OneIn(4),
                _ => Amount::Maximal,
            };
            let dress = if turn % 2 == 0 {
                Dress::Plain
            } else {
                Dress::Fancy
            };
            let tree = Maker {
                chance: &mut chance,
                amount,
                turn,
            }
            .document(root, &[]);
            places_of(&tree, root, &mut covered);
            documents.push(Document::new(root, tree.written(dress, &mut chance)));
        }
        for turn in 0..258 {
            let tree = Maker {
                chance: &mut chance,
                amount: Amount::Maximal,
                turn,
            }
            .document(root, &[]);
            places_of(&tree, root, &mut covered);
        }
        let missed: Vec<_> = places(root).difference(&covered).cloned().collect();
        assert!(missed.is_empty(), "no valid document has {missed:?}");
    }
    let refused = documents
        .iter()
        .find_map(|document| document.verdict.as_ref().err());
    assert_eq!(refused, None);
    agree("valid", &documents);
}

#[test]
fn inv_11_documents_spoiled_at_every_place_agree() {
    let mut documents = Vec::new();
    for root in roots() {
        for (turn, route) in routes(root).into_iter().enumerate() {
            for (way, spoiling) in SPOILINGS.iter().enumerate() {
                let mut chance = Chance::new((turn * SPOILINGS.len() + way) as u64);
                let amount = Amount::OneIn(8);
                let tree = Maker {
                    chance: &mut chance,
                    amount,
                    turn,
                }
                .document(root, &route);
                // The parent, so that children are dropped and swapped, and the element itself.
                for depth in [route.len() - 1, route.len()] {
                    let mut spoiled = tree.clone();
                    spoiling(at(&mut spoiled, root, &route[..depth]), &mut chance);
                    documents.push(Document::new(
                        root,
                        spoiled.written(Dress::Plain, &mut chance),
                    ));
                }
            }
        }
    }
    agree("spoiled", &documents);
}

#[test]
fn inv_11_documents_spoiled_at_random_agree() {
    let mut documents = Vec::new();
    for (turn, seed) in (1_000_000..1_003_000).enumerate() {
        let mut chance = Chance::new(seed);
        let root = *chance.of(&[roots()[0], roots()[0], roots()[1], roots()[2], roots()[3]]);
        let amount = Amount::OneIn(3 + turn % 9);
        let mut tree = Maker {
            chance: &mut chance,
            amount,
            turn,
        }
        .document(root, &[]);
        let mut text = String::new();
        match turn % 5 {
            0 => text.push_str(&tree.written(Dress::Fancy, &mut chance)),
            1 | 2 => {
                spoil(&mut tree, &mut chance);
                text.push_str(&tree.written(Dress::Fancy, &mut chance));
            }
            3 => {
                let written = tree.written(Dress::Plain, &mut chance);
                text.push_str(&spoil_text(&written, &mut chance));
            }
            _ => {
                let written = tree.written(Dress::Fancy, &mut chance);
                text.push_str(&spoil_text(&written, &mut chance));
            }
        }
        documents.push(Document::new(root, text));
    }
    agree("random", &documents);
}

/// A document and our verdict.
struct Document {
    text: String,
    verdict: Result<(), Refusal>,
}

impl Document {
    fn new(root: &Element, text: String) -> Self {
        let bytes = text.as_bytes();
        let verdict = match root.name {
            "report" => parse_report(bytes).map(|_| ()),
            "fileDetails" => parse_file_details(bytes).map(|_| ()),
            "reportResponse" => parse_report_response(bytes).map(|_| ()),
            _ => parse_report_done_response(bytes).map(|_| ()),
        };
        Self { text, verdict }
    }
}

/// Fails with the first documents on which xmllint and our parser part.
fn agree(name: &str, documents: &[Document]) {
    let kept = std::env::var_os(DUMP).map(|dump| Path::new(&dump).join(name));
    let temporary = tempfile::tempdir().expect("a temporary directory");
    let directory = kept.as_deref().unwrap_or(temporary.path());
    fs::create_dir_all(directory).expect("a directory");
    fs::write(directory.join("our.xsd"), xsd()).expect("the schema is written");
    let names: Vec<_> = (0..documents.len())
        .map(|index| format!("{index}.xml"))
        .collect();
    let mut verdicts = String::new();
    for (name, document) in names.iter().zip(documents) {
        fs::write(directory.join(name), &document.text).expect("a document is written");
        let verdict = if document.verdict.is_ok() {
            "valid"
        } else {
            "refused"
        };
        writeln!(verdicts, "{name} {verdict}").expect("writing to a text");
    }
    fs::write(directory.join("verdicts.txt"), verdicts).expect("the verdicts are written");
    let valid: BTreeSet<String> = names
        .chunks(500)
        .flat_map(|names| validated(directory, names))
        .collect();
    let parted: Vec<_> = names
        .iter()
        .zip(documents)
        .filter(|(name, document)| valid.contains(*name) != document.verdict.is_ok())
        .filter(|(_, document)| !apart_on_purpose(&document.text))
        .map(|(name, document)| format!("{name}: we say {:?}\n{}", document.verdict, document.text))
        .collect();
    assert!(
        parted.is_empty(),
        "{} of {} {name} documents judged otherwise by xmllint, such as:\n{}",
        parted.len(),
        documents.len(),
        parted[..parted.len().min(5)].join("\n\n")
    );
}

/// What XML or this door forbids and libxml2 2.9 lets pass: document types, a NUL after the root
/// element, an XML declaration that names no encoding or lacks a space.
fn apart_on_purpose(text: &str) -> bool {
    let declaration = text
        .split_once("?>")
        .map_or("", |(declaration, _)| declaration);
    let encoding = declaration
        .split_once("encoding=")
        .map_or("", |(_, rest)| rest);
    let plain = ["'utf-8' ", "\"UTF-8\""]
        .iter()
        .any(|plain| encoding.starts_with(plain));
    text.contains("<!DOCTYPE") || text.contains('\0') || !(encoding.is_empty() || plain)
}

/// The names of the files that xmllint finds valid.
fn validated(directory: &Path, names: &[String]) -> Vec<String> {
    let output = Command::new("xmllint")
        .args(["--nonet", "--noout", "--schema", "our.xsd"])
        .args(names)
        .current_dir(directory)
        .output()
        .expect("xmllint must be installed: `apt install libxml2-utils`");
    let said = String::from_utf8_lossy(&output.stderr);
    said.lines()
        .filter_map(|line| line.strip_suffix(" validates"))
        .map(str::to_owned)
        .collect()
}
