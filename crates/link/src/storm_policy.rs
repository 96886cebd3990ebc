//! The storm policy: how many reports of one thing share a row, as data with sources.

use std::ops::Range;

use model::IncidentKind;
use serde::Deserialize;
use toml::Spanned;

use crate::storm::StormKind;

/// The longest storm policy that is read, in bytes.
pub const STORM_POLICY_BYTES_MAX: usize = 64 << 10;
/// No number of the policy may be higher.
const NUMBER_MAX: i64 = 100_000;

/// The policy that is built in.
const BUILTIN: &str = include_str!("../../../policy/storm.toml");

/// When reports make a storm, and which of them go into its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StormPolicy {
    version: String,
    stays_open_at_danger: i64,
    kinds: [Gathering; StormKind::ALL.len()],
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Gathering {
    reports_min: i64,
    incidents: Vec<IncidentKind>,
}

impl StormPolicy {
    /// Reads a policy. `file_name` only serves the error.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, StormPolicyError> {
        let refuse = |at: usize, problem| StormPolicyError {
            file: file_name.to_owned(),
            line: text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1,
            problem,
        };
        if text.len() > STORM_POLICY_BYTES_MAX {
            return Err(refuse(0, StormPolicyProblem::TooLong));
        }
        let raw: RawPolicy = toml::from_str(text).map_err(|source| {
            let at = source.span().unwrap_or(Range { start: 0, end: 0 }).start;
            let reason = source.message().to_owned();
            refuse(at, StormPolicyProblem::Syntax { reason })
        })?;
        read(raw, text.len()).map_err(|(at, problem)| refuse(at, problem))
    }

    /// The policy that is built in.
    pub fn builtin() -> Result<Self, StormPolicyError> {
        Self::parse(BUILTIN, "policy/storm.toml")
    }

    /// The version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// A report whose own danger points reach this keeps a row of its own.
    pub const fn stays_open_at_danger(&self) -> i64 {
        self.stays_open_at_danger
    }

    /// How many reports that have something of this kind in common make a storm.
    pub const fn reports_min(&self, kind: StormKind) -> i64 {
        self.kinds[kind as usize].reports_min
    }

    /// Whether a report of this incident can go into a storm of this kind.
    pub fn gathers(&self, kind: StormKind, incident: IncidentKind) -> bool {
        self.kinds[kind as usize].incidents.contains(&incident)
    }
}

/// Why a storm policy was refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct StormPolicyError {
    /// The file as named by the caller.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: StormPolicyProblem,
}

impl StormPolicyError {
    /// A stable code, documented in the reference.
    pub const fn code(&self) -> &'static str {
        match self.problem {
            StormPolicyProblem::TooLong => "storm-policy.too-long",
            StormPolicyProblem::Syntax { .. } => "storm-policy.syntax",
            StormPolicyProblem::Unstated { .. } => "storm-policy.unstated",
            StormPolicyProblem::OutOfRange { .. } => "storm-policy.out-of-range",
            StormPolicyProblem::KindUnknown { .. } => "storm-policy.kind-unknown",
            StormPolicyProblem::KindTwice { .. } => "storm-policy.kind-twice",
            StormPolicyProblem::KindMissing { .. } => "storm-policy.kind-missing",
        }
    }
}

/// What is wrong with a storm policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StormPolicyProblem {
    /// More than [`STORM_POLICY_BYTES_MAX`] bytes.
    #[error("the policy is longer than {STORM_POLICY_BYTES_MAX} bytes")]
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
    #[error("`{key}` must be from {min} to {NUMBER_MAX}")]
    OutOfRange {
        /// The key.
        key: &'static str,
        /// The least that it may be.
        min: i64,
    },
    /// Not a kind of storm.
    #[error("`{name}` is not a kind of storm; known are file, picture, text, identifier")]
    KindUnknown {
        /// The name as written.
        name: String,
    },
    /// A kind stands twice.
    #[error("the kind `{name}` stands twice")]
    KindTwice {
        /// The kind.
        name: &'static str,
    },
    /// A kind does not stand at all.
    #[error("the kind `{name}` is missing: add a [[kind]] table for it")]
    KindMissing {
        /// The kind.
        name: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPolicy {
    version: Spanned<String>,
    title: Spanned<String>,
    stays_open_at_danger: Spanned<i64>,
    #[serde(rename = "kind", default)]
    kinds: Vec<RawKind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKind {
    name: Spanned<String>,
    reports_min: Spanned<i64>,
    incidents: Vec<IncidentKind>,
    text: Spanned<String>,
    source: Spanned<String>,
}

/// A problem and the byte where it is.
type Found = (usize, StormPolicyProblem);

fn read(raw: RawPolicy, end: usize) -> Result<StormPolicy, Found> {
    stated(&raw.version, "version")?;
    stated(&raw.title, "title")?;
    let stays_open_at_danger = number(&raw.stays_open_at_danger, "stays_open_at_danger", 1)?;
    let mut found: [Option<Gathering>; StormKind::ALL.len()] = Default::default();
    for kind in raw.kinds {
        let (name, at) = (kind.name.get_ref(), kind.name.span().start);
        let known = StormKind::ALL
            .into_iter()
            .find(|known| known.name() == name);
        let unknown = StormPolicyProblem::KindUnknown { name: name.clone() };
        let known = known.ok_or((at, unknown))?;
        stated(&kind.text, "text")?;
        stated(&kind.source, "source")?;
        let gathering = Gathering {
            reports_min: number(&kind.reports_min, "reports_min", 2)?,
            incidents: kind.incidents,
        };
        if found[known as usize].replace(gathering).is_some() {
            let name = known.name();
            return Err((at, StormPolicyProblem::KindTwice { name }));
        }
    }
    let mut kinds: [Gathering; StormKind::ALL.len()] = Default::default();
    for kind in StormKind::ALL {
        let name = kind.name();
        let missing = (end, StormPolicyProblem::KindMissing { name });
        kinds[kind as usize] = found[kind as usize].take().ok_or(missing)?;
    }
    Ok(StormPolicy {
        version: raw.version.into_inner(),
        stays_open_at_danger,
        kinds,
    })
}

fn stated(value: &Spanned<String>, key: &'static str) -> Result<(), Found> {
    if value.get_ref().trim().is_empty() {
        return Err((value.span().start, StormPolicyProblem::Unstated { key }));
    }
    Ok(())
}

fn number(value: &Spanned<i64>, key: &'static str, min: i64) -> Result<i64, Found> {
    if (min..=NUMBER_MAX).contains(value.get_ref()) {
        Ok(*value.get_ref())
    } else {
        let problem = StormPolicyProblem::OutOfRange { key, min };
        Err((value.span().start, problem))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn kinds_stand_at_their_position_in_the_built_in_policy() {
        let policy = StormPolicy::builtin().unwrap();
        for (position, kind) in StormKind::ALL.into_iter().enumerate() {
            assert_eq!(kind as usize, position);
            assert!(policy.reports_min(kind) > 1);
            // What is done to a child in person never goes into a row with others.
            for never in [
                IncidentKind::Molestation,
                IncidentKind::Trafficking,
                IncidentKind::Travel,
                IncidentKind::Enticement,
            ] {
                assert!(!policy.gathers(kind, never), "{kind:?} {never:?}");
            }
        }
    }

    #[test]
    fn a_bad_storm_policy_is_refused_with_line_and_reason() {
        let changed = |from: &str, to: &str| {
            assert!(BUILTIN.contains(from), "{from}");
            let text = BUILTIN.replacen(from, to, 1);
            let error = StormPolicy::parse(&text, "storm.toml").unwrap_err();
            format!("{error} ({})", error.code())
        };
        let answers = [
            changed("version = ", "versions = "),
            changed("name = \"file\"", "name = \"files\""),
            changed("name = \"file\"", "name = \"text\""),
            changed("name = \"file\"", "name = \"picture\""),
            changed("reports_min = 5", "reports_min = 1"),
            changed("stays_open_at_danger = 60", "stays_open_at_danger = 0"),
            changed("source = \"", "source = \" \" # \""),
            changed("\"abuse_material\"", "\"abuse\""),
            changed("[[kind]]", "[[kind"),
            changed(
                BUILTIN,
                "version = \"1\"\ntitle = \"x\"\nstays_open_at_danger = 1\n",
            ),
            changed(BUILTIN, &"#".repeat(STORM_POLICY_BYTES_MAX + 1)),
        ];
        insta::assert_snapshot!(answers.join("\n"));
        let longest = format!(
            "{BUILTIN}{}",
            "#".repeat(STORM_POLICY_BYTES_MAX - BUILTIN.len())
        );
        assert!(StormPolicy::parse(&longest, "x").is_ok());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn a_cut_or_bitten_storm_policy_is_one_or_an_error_with_a_line(
            cut in 0..BUILTIN.len(), bite in 0_usize..40
        ) {
            let mut bytes = BUILTIN.as_bytes().to_vec();
            bytes.drain(cut..(cut + bite).min(bytes.len()));
            let text = String::from_utf8_lossy(&bytes);
            if let Err(error) = StormPolicy::parse(&text, "x") {
                prop_assert!((1..=text.lines().count() + 1).contains(&error.line));
            }
        }
    }
}
