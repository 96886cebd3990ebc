//! The policy of weights: what it refuses, and that it is written as it is read.

use super::super::refusal::PERSON_POLICY_BYTES_MAX;
use super::*;
use proptest::prelude::*;

fn refused(text: &str) -> String {
    let error = PersonWeights::parse(text, "persons.toml").unwrap_err();
    format!("{error} ({})", error.code())
}

#[test]
fn the_built_in_weights_hold() {
    let weights = PersonWeights::builtin().unwrap();
    for field in PersonField::ALL {
        assert!(weights.millibits(field, 0) > 0);
        assert!(weights.millibits(field, field.different()) < 0);
    }
    let (m, u) = weights.m_and_u(PersonField::Birth, "same").unwrap();
    assert!(m > u);
    assert!(weights.m_and_u(PersonField::Birth, "sam").is_none());
}

#[test]
fn fields_stand_at_their_position() {
    for (position, field) in PersonField::ALL.into_iter().enumerate() {
        assert_eq!(field as usize, position);
        assert!(field.levels().len() <= LEVELS_MAX);
    }
}

#[test]
fn a_bad_policy_is_refused_with_line_and_reason() {
    let changed = |from: &str, to: &str| {
        assert!(BUILTIN.contains(from), "{from}");
        refused(&BUILTIN.replacen(from, to, 1))
    };
    let answers = [
        changed("version = ", "versions = "),
        changed("title = \"", "title = \"\" # "),
        changed("prior_bits = -", "prior_bits = "),
        changed("suggests_at = 0", "suggests_at = 1"),
        changed("name = \"given\"", "name = \"givens\""),
        changed("name = \"given\"", "name = \"family\""),
        changed("level = \"spelling\"", "level = \"spellings\""),
        changed("m = ", "m = 1"),
        changed("\"same\", ", "\"same\", m = 1e-9, u = 1.0 }, # "),
        changed("source = \"", "source = \"\" # "),
        refused(""),
        refused(BUILTIN.rsplit_once("[[field]]").unwrap().0),
        refused(&"#".repeat(PERSON_POLICY_BYTES_MAX + 1)),
    ];
    insta::assert_snapshot!(answers.join("\n"));
}

#[test]
fn weights_are_written_as_they_are_read() {
    let weights = PersonWeights::builtin().unwrap();
    let text = weights.to_policy(weights.version(), "a \"test\"\n");
    let again = PersonWeights::parse(&text, "x").unwrap();
    assert_eq!(again.to_policy(weights.version(), "a 'test' "), text);
    for field in PersonField::ALL {
        for level in 0..field.levels().len() {
            let (one, other) = (
                weights.millibits(field, level),
                again.millibits(field, level),
            );
            assert!((one - other).abs() <= 5, "{one} {other}");
        }
    }
}

#[test]
fn a_probability_reaches_the_threshold_where_it_says() {
    let weights = PersonWeights::builtin().unwrap();
    let threshold = weights.threshold_millibits();
    assert!(weights.probability(threshold + 1) > weights.suggests_at());
    assert!(weights.probability(threshold - 1) < weights.suggests_at());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn any_text_is_a_policy_or_an_error_with_a_line(text in any::<String>()) {
        if let Err(error) = PersonWeights::parse(&text, "x") {
            prop_assert!((1..=text.lines().count() + 1).contains(&error.line));
        }
    }

    #[test]
    fn a_cut_or_bitten_policy_is_a_policy_or_an_error_with_a_line(
        cut in 0..BUILTIN.len(), bite in 0_usize..40
    ) {
        let mut bytes = BUILTIN.as_bytes().to_vec();
        bytes.drain(cut..(cut + bite).min(bytes.len()));
        let text = String::from_utf8_lossy(&bytes);
        if let Err(error) = PersonWeights::parse(&text, "x") {
            prop_assert!((1..=text.lines().count() + 1).contains(&error.line));
        }
    }
}
