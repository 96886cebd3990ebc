//! The policy of spellings: what it reads as one name, and what it refuses.

use super::super::fold::FoldedName;
use super::super::refusal::PERSON_POLICY_BYTES_MAX;
use super::*;
use proptest::prelude::*;

/// Pairs of names, one a line, as data.
const ONE_NAME: &str = include_str!("same_names.txt");
const TWO_NAMES: &str = include_str!("other_names.txt");

fn refused(text: &str) -> String {
    let error = NamePolicy::parse(text, "names.toml").unwrap_err();
    format!("{error} ({})", error.code())
}

fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let lines = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split_once(" = ").unwrap_or_else(|| panic!("{line}")))
}

fn spelling(text: &str, policy: &NamePolicy) -> String {
    let name = FoldedName::read(text, policy).unwrap_or_else(|| panic!("{text}"));
    let mut words: Vec<&str> = name.spelling.split(' ').collect();
    words.sort_unstable();
    words.concat()
}

#[test]
fn spellings_of_one_name_are_one() {
    let policy = NamePolicy::builtin().unwrap();
    let count = pairs(ONE_NAME).count();
    assert!(count >= 60, "{count}");
    for (one, other) in pairs(ONE_NAME) {
        let joined = |text| {
            FoldedName::read(text, &policy)
                .unwrap()
                .spelling
                .replace(' ', "")
        };
        let same =
            spelling(one, &policy) == spelling(other, &policy) || joined(one) == joined(other);
        assert!(
            same,
            "{one} = {other}: {} {}",
            spelling(one, &policy),
            spelling(other, &policy)
        );
    }
}

#[test]
fn names_that_sound_otherwise_stay_two() {
    let policy = NamePolicy::builtin().unwrap();
    for (one, other) in pairs(TWO_NAMES) {
        assert_ne!(
            spelling(one, &policy),
            spelling(other, &policy),
            "{one} = {other}"
        );
    }
}

#[test]
fn common_names_are_known_in_every_spelling() {
    let policy = NamePolicy::builtin().unwrap();
    let mut spelling = String::new();
    policy.spell("mohamed", &mut spelling);
    assert_eq!(policy.common_permille(&spelling), 10);
    assert_eq!(policy.common_permille("tulomi"), 0);
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
        changed("\"de\", ", "\"De\", "),
        changed("\"de\", ", "\"del\", "),
        changed("\"ß ss\"", "\"ßß ss\""),
        changed("\"ß ss\"", "\"b p\""),
        changed("\"ß ss\"", "\"ß ß\""),
        changed("\"ph f\"", "\"phf\""),
        changed("\"ph f\"", "\"ph ffff\""),
        changed("\"ph f\"", "\"ck f\""),
        changed("\"mohamed\"", "\"ahmed\""),
        changed("share_permille = 10", "share_permille = 0"),
        changed("share_permille = 10", "share_permille = 201"),
        changed("source = \"inferred", "source = \" \" # \""),
        refused(""),
        refused(&"#".repeat(PERSON_POLICY_BYTES_MAX + 1)),
    ];
    insta::assert_snapshot!(answers.join("\n"));
    let padded = format!(
        "{BUILTIN}{}",
        "#".repeat(PERSON_POLICY_BYTES_MAX - BUILTIN.len())
    );
    assert!(NamePolicy::parse(&padded, "x").is_ok());
}

#[test]
fn a_word_of_the_policy_may_have_32_letters_and_no_more() {
    let with = |letters| {
        let word = format!("\"{}\", \"de\", ", "q".repeat(letters));
        NamePolicy::parse(&BUILTIN.replacen("\"de\", ", &word, 1), "x")
    };
    assert!(with(WORD_LETTERS_MAX).is_ok());
    assert!(with(WORD_LETTERS_MAX + 1).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn any_text_is_a_policy_or_an_error_with_a_line(text in any::<String>()) {
        if let Err(error) = NamePolicy::parse(&text, "x") {
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
        if let Err(error) = NamePolicy::parse(&text, "x") {
            prop_assert!((1..=text.lines().count() + 1).contains(&error.line));
        }
    }
}
