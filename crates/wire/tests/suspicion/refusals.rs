//! Why a report is not written, and why a profile is not taken.

use std::collections::BTreeSet;

use model::Sensitive;
use proptest::prelude::*;
use wire::suspicion::{KeyTerms, Profile, ProfileProblem, Reporter, SuspicionReport, Unreportable};

use crate::{code, profile, report, terms};

const GENERIC: &str = include_str!("../../../../policy/goaml/generic.toml");
const ENTITY: &str = include_str!("../../../../examples/suspicion/entity.toml");

fn goaml(change: impl FnOnce(&mut SuspicionReport)) -> Result<(), Unreportable> {
    let mut report = report();
    change(&mut report);
    report.to_goaml(&profile(), None, &terms()).map(|_| ())
}

fn smr(change: impl FnOnce(&mut SuspicionReport)) -> Result<(), Unreportable> {
    let mut report = report();
    change(&mut report);
    report.to_smr(&terms()).map(|_| ())
}

#[test]
fn what_the_unit_demands_must_be_there() {
    let missing = |field| Err(Unreportable::Missing { field });
    assert_eq!(goaml(|_| ()), Ok(()));
    assert_eq!(
        goaml(|report| report.entity.branch = None),
        missing("branch")
    );
    assert_eq!(goaml(|report| report.grounds.clear()), missing("grounds"));
    assert_eq!(
        goaml(|report| report.indicators.clear()),
        missing("indicators")
    );
    assert_eq!(
        goaml(|report| report.transactions.clear()),
        missing("transactions")
    );
    assert_eq!(
        goaml(|report| report.reference.clear()),
        missing("reference")
    );
    assert_eq!(
        smr(|report| report.transactions.clear()),
        missing("transactions")
    );
    assert_eq!(smr(|report| report.entity.branch = None), missing("branch"));
}

#[test]
fn codes_must_be_of_the_lists() {
    let unknown = |report: &mut SuspicionReport| {
        report.key_terms = BTreeSet::from(["OTHER".to_owned()]);
    };
    assert_eq!(goaml(unknown), Err(Unreportable::KeyTermUnknown));
    assert_eq!(smr(unknown), Err(Unreportable::KeyTermUnknown));
    let kind = report().to_goaml(&profile(), Some("CTR"), &terms());
    assert_eq!(kind.err(), Some(Unreportable::KindUnlisted));
    let listed = GENERIC.replace("indicators = []", "indicators = [\"OTHER\"]");
    let listed = Profile::parse(&listed, "listed.toml").expect("a profile");
    let unlisted = report().to_goaml(&listed, None, &terms());
    assert_eq!(unlisted.err(), Some(Unreportable::IndicatorUnlisted));
    let field = "local_currency";
    let euros = smr(|report| report.local_currency = code("EUR"));
    assert_eq!(euros, Err(Unreportable::Malformed { field }));
}

#[test]
fn inv_10_texts_are_so_long_and_no_longer() {
    let said = |length: usize| {
        goaml(|report| {
            report.key_terms.clear();
            report.evidence.clear();
            report.grounds = vec![Sensitive::new("x".repeat(length))];
        })
    };
    assert_eq!(said(4000), Ok(()));
    assert_eq!(said(4001), Err(Unreportable::TooLong { field: "grounds" }));
    let of_smr = |length: usize| smr(|report| report.reference = "x".repeat(length));
    assert_eq!(of_smr(100), Ok(()));
    assert_eq!(
        of_smr(101),
        Err(Unreportable::TooLong { field: "reference" })
    );
}

#[test]
fn inv_08_a_refusal_says_no_value() {
    let bad = "SECRET\u{0}";
    let said = goaml(|report| report.grounds = vec![Sensitive::new(bad.to_owned())]);
    let refusal = said.expect_err("refused");
    assert_eq!(refusal, Unreportable::Malformed { field: "grounds" });
    assert!(!format!("{refusal} {refusal:?}").contains("SECRET"));
    let debug = format!("{:?}", report());
    assert!(
        !debug.contains("Example Person") && !debug.contains("EXAMPLE-0001"),
        "{debug}"
    );
}

#[test]
fn a_bad_profile_is_refused_with_line_and_reason() {
    let said: Vec<String> = [
        ("\"E\"", "\"\""),
        ("[\"STR\", \"SAR\"]", "[]"),
        ("\"grounds\"", "\"colour\""),
        ("name = \"generic\"", "name = \" \""),
        ("[funds]\ndefault = \"-\"", "[funds]"),
        ("[funds]", "[funds]\npigeon = \"P\""),
        ("schema =", "scheme ="),
    ]
    .into_iter()
    .map(|(from, to)| {
        let text = GENERIC.replacen(from, to, 1);
        assert_ne!(text, GENERIC, "{from}");
        let error = Profile::parse(&text, "profile.toml").expect_err("refused");
        format!("{error} [{}]", error.code())
    })
    .collect();
    insta::assert_snapshot!(said.join("\n"));
    assert!(KeyTerms::parse("version = 1", "keyterms.toml").is_err());
}

#[test]
fn inv_10_profiles_are_so_long_and_no_longer() {
    let rest = model::limits::MONEY_MAPPING_BYTES_MAX - GENERIC.len();
    let long = GENERIC.to_owned() + &"#".repeat(rest);
    assert!(Profile::parse(&long, "profile.toml").is_ok());
    let error = Profile::parse(&(long + "#"), "profile.toml").expect_err("refused");
    assert_eq!(error.problem, ProfileProblem::TooLong);
}

#[test]
fn the_profile_and_the_terms_name_their_sources() {
    assert!(!profile().source().is_empty());
    let terms = terms();
    assert!(terms.terms.iter().all(|term| !term.source.is_empty()));
    assert_eq!(terms.of("sextortion").count(), 1);
    assert_eq!(
        report()
            .narrative(&terms)
            .map(|text| text.starts_with("Key terms: ")),
        Ok(true)
    );
}

#[test]
fn who_reports_is_read_as_the_example_says() {
    let read = Reporter::parse(ENTITY, "entity.toml").expect("a reporter");
    let sample = report();
    assert_eq!(read.entity, sample.entity);
    assert_eq!(read.local_currency, sample.local_currency);
    assert_eq!(read.clients, sample.clients);
    assert_eq!(read.indicators, sample.indicators);
    assert_eq!(read.action, sample.action);
    let debug = format!("{read:?}");
    assert!(
        !debug.contains("Officer") && !debug.contains("EXAMPLE-0001"),
        "{debug}"
    );
}

#[test]
fn a_bad_settings_file_is_refused_with_line_and_reason() {
    let said: Vec<String> = [
        ("\"AUD\"", "\"aud\""),
        ("\"AUD\"", "\"BTCX\""),
        ("[\"EXAMPLE-1\"]", "[\"\"]"),
        ("number = 7", "number = \"7\""),
        ("branch =", "brunch ="),
        ("institution = \"Example Bank\"", "institution = \" \""),
        ("EXAMAU2SXXX", "EXAM"),
        ("country = \"AU\"", "country = \"Australia\""),
        ("family = \"Officer\"\n", ""),
        ("2019-05-06", "6 May 2019"),
        ("[entity.address]", "[entity.address"),
    ]
    .into_iter()
    .map(|(from, to)| {
        let text = ENTITY.replacen(from, to, 1);
        assert_ne!(text, ENTITY, "{from}");
        let error = Reporter::parse(&text, "entity.toml").expect_err("refused");
        format!("{error} [{}]", error.code())
    })
    .collect();
    insta::assert_snapshot!(said.join("\n"));
}

#[test]
fn all_that_is_lacking_is_named_at_once() {
    let mut bare = report();
    assert_eq!(bare.lacks_for_goaml(&profile()), [""; 0]);
    assert_eq!(bare.lacks_for_smr(), [""; 0]);
    bare.entity.branch = None;
    bare.indicators.clear();
    bare.local_currency = code("EUR");
    assert_eq!(bare.lacks_for_goaml(&profile()), ["branch", "indicators"]);
    assert_eq!(bare.lacks_for_smr(), ["branch", "local_currency"]);
}

#[test]
fn profiles_are_found_by_name() {
    for name in Profile::NAMES {
        let known = Profile::builtin(name).expect("a profile").expect("good");
        assert_eq!(known.name(), name);
    }
    assert!(Profile::builtin("atlantis").is_none());
}

proptest! {
    #[test]
    fn no_settings_make_it_panic(text in "(entity|client|number|[\\[\\]=\"\n a-z0-9.-]){0,60}") {
        let _ = Reporter::parse(&text, "entity.toml");
    }
}
