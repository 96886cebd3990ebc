//! The example documents: each is read, prints back to itself, and has a JSON twin that means the
//! same.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::PathBuf;

use wire::ispws::schema::{Kind, Shape};
use wire::ispws::{
    FileDetails, Report, parse_file_details, parse_file_details_json, parse_report,
    parse_report_json,
};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples/ispws")
}

/// Name and content of each example of one kind.
fn examples(extension: &str) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder())? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == extension) {
            let name = path
                .file_stem()
                .map(|stem| stem.to_string_lossy().into_owned());
            found.push((name.unwrap_or_default(), fs::read(&path)?));
        }
    }
    found.sort();
    Ok(found)
}

#[test]
fn each_example_reads_and_prints_back() {
    let examples = examples("xml").unwrap();
    assert!(examples.len() >= 7);
    for (name, bytes) in examples {
        if name.starts_with("report-") {
            let report = parse_report(&bytes).unwrap();
            assert!(
                parse_report(report.to_xml().as_bytes()).unwrap() == report,
                "{name}"
            );
        } else {
            let details = parse_file_details(&bytes).unwrap();
            assert!(
                parse_file_details(details.to_xml().as_bytes()).unwrap() == details,
                "{name}"
            );
        }
    }
}

#[test]
fn each_example_has_a_json_twin_that_means_the_same() {
    let twins = examples("json").unwrap();
    let examples = examples("xml").unwrap();
    assert!(
        examples
            .iter()
            .map(|(name, _)| name)
            .eq(twins.iter().map(|(name, _)| name))
    );
    for ((name, xml), (_, json)) in examples.iter().zip(&twins) {
        let printed = if name.starts_with("report-") {
            let report = parse_report(xml).unwrap();
            assert!(parse_report_json(json).unwrap() == report, "{name}");
            report.to_json()
        } else {
            let details = parse_file_details(xml).unwrap();
            assert!(parse_file_details_json(json).unwrap() == details, "{name}");
            details.to_json()
        };
        let twin: serde_json::Value = serde_json::from_slice(json).unwrap();
        assert_eq!(printed, twin, "{name}.json");
    }
}

/// The names of all elements (`<name`) and attributes (` name=`) below a type.
fn names_of(shape: &'static Shape, names: &mut BTreeSet<String>) {
    for attribute in shape.attributes {
        names.insert(format!(" {}=", attribute.name));
    }
    for particle in shape.body.particles() {
        for element in particle.elements {
            names.insert(format!("<{}", element.name));
            if let Kind::Complex(inner) = element.kind {
                names_of(inner, names);
            }
        }
    }
}

#[test]
fn the_maximal_examples_leave_nothing_out() {
    for (file, shape) in [
        ("report-maximal.xml", Report::SHAPE),
        ("file-details-maximal.xml", FileDetails::SHAPE),
    ] {
        let text = fs::read_to_string(folder().join(file)).unwrap();
        let mut names = BTreeSet::new();
        names_of(shape, &mut names);
        assert!(names.len() > 25, "{}", names.len());
        for name in names {
            let stands = text.split(&name).skip(1).any(|rest| {
                // Not merely the beginning of a longer name.
                name.ends_with('=') || rest.starts_with(['>', ' ', '/'])
            });
            assert!(stands, "{file} lacks {name}");
        }
    }
}
