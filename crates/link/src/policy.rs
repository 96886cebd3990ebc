//! The link policy: how many reports may carry an identifier before it stops tying, as data with
//! sources.

use std::ops::Range;

use model::IdentifierKind;
use serde::Deserialize;
use toml::Spanned;

/// The longest policy text that is read, in bytes.
pub const POLICY_BYTES_MAX: usize = 256 << 10;

/// The policy that is built in.
const BUILTIN: &str = include_str!("../../../policy/link.toml");

/// Limits of tying, per kind of identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkPolicy {
    version: String,
    cases_max: usize,
    reports_max: [u64; IdentifierKind::ALL.len()],
}

impl LinkPolicy {
    /// Reads a policy. `file_name` only serves the error.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, LinkPolicyError> {
        let refuse = |at: usize, problem| LinkPolicyError {
            file: file_name.to_owned(),
            line: line_of(text, at),
            problem,
        };
        if text.len() > POLICY_BYTES_MAX {
            return Err(refuse(0, LinkPolicyProblem::TooLong));
        }
        let raw: RawPolicy = toml::from_str(text).map_err(|source| {
            let at = source.span().unwrap_or(Range { start: 0, end: 0 }).start;
            let reason = source.message().to_owned();
            refuse(at, LinkPolicyProblem::Syntax { reason })
        })?;
        let version = stated(&raw.version, "version", &refuse)?;
        stated(&raw.title, "title", &refuse)?;
        let cases_max = number(&raw.cases_max, "cases_max", &refuse)?;
        let mut found: [Option<u64>; IdentifierKind::ALL.len()] = [None; _];
        for kind in &raw.kinds {
            let name = kind.name.get_ref();
            let at = kind.name.span().start;
            let position = IdentifierKind::ALL
                .iter()
                .position(|known| known.name() == name)
                .ok_or_else(|| refuse(at, LinkPolicyProblem::UnknownKind { name: name.clone() }))?;
            if found[position].is_some() {
                return Err(refuse(
                    at,
                    LinkPolicyProblem::KindTwice { name: name.clone() },
                ));
            }
            stated(&kind.source, "source", &refuse)?;
            stated(&kind.text, "text", &refuse)?;
            found[position] = Some(number(&kind.reports_max, "reports_max", &refuse)?);
        }
        let mut reports_max = [0; IdentifierKind::ALL.len()];
        for (position, kind) in IdentifierKind::ALL.iter().enumerate() {
            reports_max[position] = found[position].ok_or_else(|| {
                let name = kind.name();
                refuse(text.len(), LinkPolicyProblem::KindMissing { name })
            })?;
        }
        Ok(Self {
            version,
            cases_max: usize::try_from(cases_max).unwrap_or(usize::MAX),
            reports_max,
        })
    }

    /// The policy that is built in.
    pub fn builtin() -> Result<Self, LinkPolicyError> {
        Self::parse(BUILTIN, "policy/link.toml")
    }

    /// The version, as recorded with each decision.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The most cases that one report may fuse.
    pub const fn cases_max(&self) -> usize {
        self.cases_max
    }

    /// In how many reports an identifier of this kind may stand before it ties no further one.
    pub const fn reports_max(&self, kind: IdentifierKind) -> u64 {
        self.reports_max[kind as usize]
    }
}

/// Why a link policy was refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct LinkPolicyError {
    /// The file as named by the caller.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: LinkPolicyProblem,
}

impl LinkPolicyError {
    /// A stable code, documented in the reference.
    pub const fn code(&self) -> &'static str {
        match self.problem {
            LinkPolicyProblem::TooLong => "link-policy.too-long",
            LinkPolicyProblem::Syntax { .. } => "link-policy.syntax",
            LinkPolicyProblem::Unstated { .. } => "link-policy.unstated",
            LinkPolicyProblem::OutOfRange { .. } => "link-policy.out-of-range",
            LinkPolicyProblem::UnknownKind { .. } => "link-policy.kind-unknown",
            LinkPolicyProblem::KindTwice { .. } => "link-policy.kind-twice",
            LinkPolicyProblem::KindMissing { .. } => "link-policy.kind-missing",
        }
    }
}

/// What is wrong with a link policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkPolicyProblem {
    /// More than [`POLICY_BYTES_MAX`] bytes.
    #[error("the policy is longer than {POLICY_BYTES_MAX} bytes")]
    TooLong,
    /// Not TOML, or not of the expected shape.
    #[error("{reason}")]
    Syntax {
        /// What the reader says.
        reason: String,
    },
    /// A text that must say something is empty.
    #[error("`{key}` must say something")]
    Unstated {
        /// The key.
        key: &'static str,
    },
    /// A number that cannot be meant.
    #[error("`{key}` must be from 1 to {NUMBER_MAX}")]
    OutOfRange {
        /// The key.
        key: &'static str,
    },
    /// Not a kind of identifier.
    #[error(
        "`{name}` is not a kind of identifier; known are {}",
        IdentifierKind::ALL.map(IdentifierKind::name).join(", ")
    )]
    UnknownKind {
        /// The name as written.
        name: String,
    },
    /// A kind stands twice.
    #[error("the kind `{name}` stands twice")]
    KindTwice {
        /// The kind.
        name: String,
    },
    /// A kind does not stand at all.
    #[error("the kind `{name}` is missing: add a [[kind]] table for it")]
    KindMissing {
        /// The kind.
        name: &'static str,
    },
}

/// No limit may be set higher: beyond it the guard would guard nothing.
const NUMBER_MAX: i64 = 100_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPolicy {
    version: Spanned<String>,
    title: Spanned<String>,
    cases_max: Spanned<i64>,
    #[serde(rename = "kind")]
    kinds: Vec<RawKind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKind {
    name: Spanned<String>,
    reports_max: Spanned<i64>,
    text: Spanned<String>,
    source: Spanned<String>,
}

fn stated(
    value: &Spanned<String>,
    key: &'static str,
    refuse: &impl Fn(usize, LinkPolicyProblem) -> LinkPolicyError,
) -> Result<String, LinkPolicyError> {
    if value.get_ref().trim().is_empty() {
        return Err(refuse(
            value.span().start,
            LinkPolicyProblem::Unstated { key },
        ));
    }
    Ok(value.get_ref().clone())
}

fn number(
    value: &Spanned<i64>,
    key: &'static str,
    refuse: &impl Fn(usize, LinkPolicyProblem) -> LinkPolicyError,
) -> Result<u64, LinkPolicyError> {
    u64::try_from(*value.get_ref())
        .ok()
        .filter(|_| (1..=NUMBER_MAX).contains(value.get_ref()))
        .ok_or_else(|| refuse(value.span().start, LinkPolicyProblem::OutOfRange { key }))
}

/// The line, from 1, of a byte position.
fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(text: &str) -> String {
        let error = LinkPolicy::parse(text, "link.toml").unwrap_err();
        format!("{error} ({})", error.code())
    }

    #[test]
    fn the_built_in_policy_holds() {
        let policy = LinkPolicy::builtin().unwrap();
        assert!(policy.reports_max(IdentifierKind::Ip) < policy.reports_max(IdentifierKind::Email));
        assert!(!policy.version().is_empty());
    }

    #[test]
    fn kinds_stand_at_their_position() {
        for (position, kind) in IdentifierKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, position);
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
            changed("name = \"email\"", "name = \"emails\""),
            changed("name = \"email\"", "name = \"phone\""),
            changed("reports_max = ", "reports_max = -"),
            changed("reports_max = ", "reports_max = 9999999"),
            changed("cases_max = ", "cases_max = \"x\" # "),
            changed("source = \"", "source = \" \" # \""),
            changed("[[kind]]", "[[kind"),
            refused(""),
            refused("version = \"1\"\ntitle = \"x\"\ncases_max = 1\nkind = []\n"),
            refused(&"#".repeat(POLICY_BYTES_MAX + 1)),
        ];
        insta::assert_snapshot!(answers.join("\n"));
        assert!(
            LinkPolicy::parse(
                &format!("{BUILTIN}{}", "#".repeat(POLICY_BYTES_MAX - BUILTIN.len())),
                "x"
            )
            .is_ok()
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn any_text_is_a_policy_or_an_error_with_a_line(text in any::<String>()) {
            if let Err(error) = LinkPolicy::parse(&text, "x") {
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
            if let Err(error) = LinkPolicy::parse(&text, "x") {
                prop_assert!((1..=text.lines().count() + 1).contains(&error.line));
            }
        }
    }
}
