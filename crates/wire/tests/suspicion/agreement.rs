//! What is printed reads back as the same values, and libxml2 finds it valid under the schema that
//! is printed beside it.

use std::fs;
use std::process::Command;

use model::{Channel, Country, Currency, PaymentSide, Sensitive, Timestamp};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use wire::suspicion::{ReportedTransaction, SuspicionReport, goaml, smr};

use crate::{payment, profile, report, terms};

/// Lines of an XML document, one element each, so that a snapshot can be read.
fn lines(xml: &str) -> String {
    xml.replace("><", ">\n<")
}

#[test]
fn a_report_as_goaml() {
    let written = report()
        .to_goaml(&profile(), None, &terms())
        .expect("a report");
    insta::assert_snapshot!(lines(&written.to_xml()));
}

#[test]
fn a_report_as_a_suspicious_matter() {
    let written = report().to_smr(&terms()).expect("a report");
    insta::assert_snapshot!(lines(&written.to_xml()));
}

#[test]
fn the_schemas_as_xsd() {
    insta::assert_snapshot!("goaml_xsd", goaml::xsd());
    insta::assert_snapshot!("smr_xsd", smr::xsd());
}

fn text(max: usize) -> impl Strategy<Value = String> {
    let letters = proptest::char::any().prop_filter("a letter of XML", |letter| {
        !letter.is_control() && !matches!(letter, '\u{fffe}' | '\u{ffff}')
    });
    proptest::collection::vec(letters, 1..max).prop_map(|letters| letters.into_iter().collect())
}

fn sensitive(max: usize) -> impl Strategy<Value = Sensitive<String>> {
    text(max).prop_map(Sensitive::new)
}

fn side() -> impl Strategy<Value = PaymentSide> {
    let agents = prop_oneof![
        Just(None),
        Just(Some("EXAMPHMMXXX".to_owned())),
        Just(Some("a transmitter".to_owned())),
    ];
    let countries = prop_oneof![Just("PH"), Just("AU"), Just("??")];
    let account = prop_oneof![
        Just(Sensitive::new("EXAMPLE-0001".to_owned())),
        sensitive(40)
    ];
    (
        account,
        proptest::option::of(sensitive(60)),
        agents,
        countries,
    )
        .prop_map(|(account, name, agent, country)| PaymentSide {
            account,
            name,
            agent,
            country: Country::parse(country).unwrap_or_default(),
        })
}

fn transaction() -> impl Strategy<Value = ReportedTransaction> {
    let currencies: Vec<Currency> = Currency::all().collect();
    (
        (
            side(),
            side(),
            sensitive(60),
            proptest::option::of(sensitive(200)),
        ),
        (
            0..253_402_300_799_000_i64,
            1..100_000_000_000_000_i64,
            1..1_000_000_000_i64,
        ),
        proptest::sample::select(currencies),
        proptest::sample::select(Channel::ALL.to_vec()),
    )
        .prop_map(|(words, numbers, currency, channel)| {
            let mut payment = payment("");
            (
                payment.sender,
                payment.receiver,
                payment.id,
                payment.reference,
            ) = words;
            payment.time = Timestamp::from_millis(numbers.0);
            (payment.amount_minor, payment.currency) = (numbers.1, currency);
            payment.channel = channel;
            ReportedTransaction {
                payment,
                local_minor: numbers.2,
            }
        })
}

fn reports() -> impl Strategy<Value = SuspicionReport> {
    let transactions = proptest::collection::vec(transaction(), 1..6);
    let grounds = proptest::collection::vec(sensitive(300), 1..5);
    (transactions, grounds, proptest::option::of(sensitive(300))).prop_map(
        |(transactions, grounds, action)| SuspicionReport {
            transactions,
            grounds,
            action,
            ..report()
        },
    )
}

/// So many reports of every kind.
fn sample(count: usize) -> Vec<SuspicionReport> {
    let mut runner = TestRunner::deterministic();
    let strategy = reports();
    let drawn = (0..count).map(|_| strategy.new_tree(&mut runner).expect("a report").current());
    std::iter::once(report()).chain(drawn).collect()
}

/// The documents that xmllint does not find valid.
fn invalid(xsd: &str, documents: &[String]) -> Vec<usize> {
    let directory = tempfile::tempdir().expect("a directory");
    fs::write(directory.path().join("our.xsd"), xsd).expect("the schema is written");
    let names: Vec<String> = (0..documents.len()).map(|at| format!("{at}.xml")).collect();
    for (name, document) in names.iter().zip(documents) {
        fs::write(directory.path().join(name), document).expect("a document is written");
    }
    let output = Command::new("xmllint")
        .args(["--nonet", "--noout", "--schema", "our.xsd"])
        .args(&names)
        .current_dir(directory.path())
        .output()
        .expect("xmllint must be installed: `apt install libxml2-utils`");
    let said = String::from_utf8_lossy(&output.stderr);
    let valid: Vec<&str> = said
        .lines()
        .filter_map(|line| line.strip_suffix(" validates"))
        .collect();
    let bad = names
        .iter()
        .enumerate()
        .filter(|(_, name)| !valid.contains(&name.as_str()));
    bad.map(|(at, _)| at).collect()
}

#[test]
fn inv_11_goaml_reads_back_and_passes_its_schema() {
    let (profile, terms) = (profile(), terms());
    let mut documents = Vec::new();
    for report in sample(150) {
        let written = report
            .to_goaml(&profile, Some("SAR"), &terms)
            .expect("a report");
        let xml = written.to_xml();
        assert_eq!(
            goaml::Report::parse(xml.as_bytes()).expect("it reads back"),
            written
        );
        documents.push(xml);
    }
    assert_eq!(invalid(&goaml::xsd(), &documents), [0; 0]);
    // The validator does look: without one element none is valid.
    let spoilt: Vec<_> = documents
        .iter()
        .map(|xml| xml.replace("<report_code>SAR</report_code>", ""))
        .collect();
    assert_eq!(invalid(&goaml::xsd(), &spoilt).len(), spoilt.len());
    assert!(
        spoilt
            .iter()
            .all(|xml| goaml::Report::parse(xml.as_bytes()).is_err())
    );
}

#[test]
fn inv_11_suspicious_matters_read_back_and_pass_their_schema() {
    let terms = terms();
    let mut documents = Vec::new();
    for report in sample(150) {
        let written = report.to_smr(&terms).expect("a report");
        let xml = written.to_xml();
        assert_eq!(
            smr::SmrList::parse(xml.as_bytes()).expect("it reads back"),
            written
        );
        documents.push(xml);
    }
    assert_eq!(invalid(&smr::xsd(), &documents), [0; 0]);
    let spoilt: Vec<_> = documents
        .iter()
        .map(|xml| xml.replace("smDetails", "smdetails"))
        .collect();
    assert_eq!(invalid(&smr::xsd(), &spoilt).len(), spoilt.len());
    assert!(
        spoilt
            .iter()
            .all(|xml| smr::SmrList::parse(xml.as_bytes()).is_err())
    );
}
