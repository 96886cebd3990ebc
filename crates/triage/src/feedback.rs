//! The table of fields: which element of a report would make a rule of actionability fire, and how
//! its sender is told.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::table::{FIELD_BYTES_MAX, Found, Ids, TableError, TableProblem, parse, stated};

/// The table that is built in.
const BUILTIN: &str = include_str!("../../../policy/feedback.toml");

/// Which field would have helped, by rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feedback {
    version: String,
    asks: BTreeMap<String, Ask>,
}

/// What a sender is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    pub(crate) field: String,
    pub(crate) only_if_so: bool,
    pub(crate) text: String,
    source: String,
}

impl Feedback {
    /// Reads a table. `file_name` only serves the error.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, TableError> {
        parse(text, file_name, read)
    }

    /// The table that is built in.
    pub fn builtin() -> Result<Self, TableError> {
        Self::parse(BUILTIN, "policy/feedback.toml")
    }

    /// The version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// What the sender is asked for where this rule did not fire.
    pub fn ask(&self, rule: &str) -> Option<&Ask> {
        self.asks.get(rule)
    }

    /// Every rule that has an entry.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        self.asks.keys().map(String::as_str)
    }
}

impl Ask {
    /// The elements of the wire that would have made the rule fire.
    pub fn field(&self) -> &str {
        &self.field
    }

    /// Whether the field can be filled in only where it is so: leaving it out is no gap.
    pub const fn only_if_so(&self) -> bool {
        self.only_if_so
    }

    /// Where the entry comes from.
    pub fn source(&self) -> &str {
        &self.source
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    version: Spanned<String>,
    title: Spanned<String>,
    #[serde(rename = "ask", default)]
    asks: Vec<RawAsk>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAsk {
    rule: Spanned<String>,
    field: Spanned<String>,
    #[serde(default)]
    only_if_so: bool,
    text: Spanned<String>,
    source: Spanned<String>,
}

fn read(raw: RawTable) -> Result<Feedback, Found> {
    let version = stated(&raw.version, "version")?;
    stated(&raw.title, "title")?;
    let mut ids = Ids::default();
    let mut asks = BTreeMap::new();
    for entry in raw.asks {
        let rule = ids.take(&entry.rule)?;
        let ask = Ask {
            field: field(&entry.field)?,
            only_if_so: entry.only_if_so,
            text: stated(&entry.text, "text")?,
            source: stated(&entry.source, "source")?,
        };
        asks.insert(rule, ask);
    }
    Ok(Feedback { version, asks })
}

/// Names of elements; nothing that a line of HTTP would have to escape.
fn field(raw: &Spanned<String>) -> Result<String, Found> {
    let text = raw.get_ref();
    let named =
        |step: &str| !step.is_empty() && step.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let path = |path: &str| {
        let (parents, last) = path.rsplit_once('/').unwrap_or(("", path));
        let last_named = named(last.strip_prefix('@').unwrap_or(last));
        last_named && (!path.contains('/') || parents.split('/').all(named))
    };
    if text.len() > FIELD_BYTES_MAX || !text.split(" + ").all(path) {
        return Err((raw.span().start, TableProblem::BadField));
    }
    Ok(text.clone())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::table::{ENTRIES_MAX, ENTRY_TEXT_BYTES_MAX, TABLE_BYTES_MAX};

    const TABLE: &str = r#"version = "1"
title = "Test"
[[ask]]
rule = "mine"
field = "report/child + report/@mark"
text = "Say it."
source = "Test"
"#;

    fn refused(text: &str) -> String {
        let error = Feedback::parse(text, "feedback.toml").unwrap_err();
        format!("{error} ({})", error.code())
    }

    #[test]
    fn the_built_in_table_holds() {
        let feedback = Feedback::builtin().unwrap();
        assert!(!feedback.version().is_empty());
        for rule in feedback.rules() {
            assert!(!feedback.ask(rule).unwrap().source().is_empty(), "{rule}");
        }
    }

    #[test]
    fn a_bad_table_is_refused_with_line_and_reason() {
        let with = |from: &str, to: &str| {
            assert!(TABLE.contains(from), "{from}");
            refused(&TABLE.replacen(from, to, 1))
        };
        let field = "field = \"report/child + report/@mark\"";
        let answers = [
            with("rule = \"mine\"", "rule = \"Mine\""),
            with("rule = \"mine\"\n", ""),
            with(field, "field = \"\""),
            with(field, "field = \"a//b\""),
            with(field, "field = \"a + \""),
            with(field, "field = \"@a/b\""),
            with(field, "field = \"a\\\"b\""),
            with("text = \"Say it.\"", "text = \"\""),
            with("source = \"Test\"\n", ""),
            with("source = \"Test\"", "source = \"Test\"\npoints = 3"),
            refused(&format!(
                "{TABLE}{}",
                TABLE.split_once("\"Test\"\n").unwrap().1
            )),
            refused(&format!("{TABLE}[[ask")),
            refused(""),
        ];
        insta::assert_snapshot!(answers.join("\n"));
    }

    #[test]
    fn inv_10_tables_hold_at_their_limits_and_one_past_them() {
        let ask = TABLE.split_once("\"Test\"\n").unwrap().1;
        let with = |from: &str, to: &str| Feedback::parse(&TABLE.replacen(from, to, 1), "x");
        let entries = |count: usize| -> String {
            let more = (1..count).map(|n| ask.replacen("mine", &format!("mine-{n}"), 1));
            std::iter::once(TABLE.to_owned()).chain(more).collect()
        };
        assert!(with("Say it.", &"a".repeat(ENTRY_TEXT_BYTES_MAX)).is_ok());
        assert!(with("Say it.", &"a".repeat(ENTRY_TEXT_BYTES_MAX + 1)).is_err());
        let field = "report/child + report/@mark";
        assert!(with(field, &"a".repeat(FIELD_BYTES_MAX)).is_ok());
        assert!(with(field, &"a".repeat(FIELD_BYTES_MAX + 1)).is_err());
        assert!(Feedback::parse(&entries(ENTRIES_MAX), "x").is_ok());
        let error = Feedback::parse(&entries(ENTRIES_MAX + 1), "x").unwrap_err();
        assert_eq!(error.problem, TableProblem::TooManyEntries);
        let padded = |bytes: usize| format!("{TABLE}{}", "#".repeat(bytes - TABLE.len()));
        assert!(Feedback::parse(&padded(TABLE_BYTES_MAX), "x").is_ok());
        let error = Feedback::parse(&padded(TABLE_BYTES_MAX + 1), "x").unwrap_err();
        assert_eq!(error.problem, TableProblem::TooLong);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn a_bitten_table_is_a_table_or_an_error_with_a_line(
            cut in 0..BUILTIN.len(), bite in 0_usize..40, graft in "[\\[\\]{}\"=+/@a-z0-9 \n]{0,8}"
        ) {
            let mut bytes = BUILTIN.as_bytes().to_vec();
            let end = (cut + bite).min(bytes.len());
            bytes.splice(cut..end, graft.bytes());
            let text = String::from_utf8_lossy(&bytes);
            if let Err(error) = Feedback::parse(&text, "x") {
                prop_assert!((1..=text.lines().count() + 1).contains(&error.line));
            }
        }
    }
}
