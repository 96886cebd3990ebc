//! The link policy: what a shared identifier is worth as evidence, as data with sources.

use std::ops::{Range, RangeInclusive};

use model::IdentifierKind;
use serde::Deserialize;
use toml::Spanned;

/// The longest policy text that is read, in bytes.
pub const POLICY_BYTES_MAX: usize = 256 << 10;

/// The policy that is built in.
const BUILTIN: &str = include_str!("../../../policy/link.toml");

/// What a shared identifier is worth, per kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkPolicy {
    version: String,
    ties_at_bits: u32,
    suggests_at_bits: u32,
    cases_max: usize,
    kinds: [KindRule; IdentifierKind::ALL.len()],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct KindRule {
    strength_bits: u32,
    fresh_days: Option<u32>,
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
        let ties = number(&raw.ties_at_bits, "ties_at_bits", 1..=BITS_MAX, &refuse)?;
        let suggests = number(&raw.suggests_at_bits, "suggests_at_bits", 1..=ties, &refuse)?;
        let cases_max = number(&raw.cases_max, "cases_max", 1..=CASES_MAX, &refuse)?;
        let kinds = kinds(&raw.kinds, suggests, text.len(), &refuse)?;
        Ok(Self {
            version,
            ties_at_bits: ties,
            suggests_at_bits: suggests,
            cases_max: usize::try_from(cases_max).unwrap_or(usize::MAX),
            kinds,
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

    /// The evidence that ties a report to a case, in bits.
    pub const fn ties_at_bits(&self) -> u32 {
        self.ties_at_bits
    }

    /// The evidence from which a case is suggested to a person, in bits; at most
    /// [`Self::ties_at_bits`].
    pub const fn suggests_at_bits(&self) -> u32 {
        self.suggests_at_bits
    }

    /// The most cases that one report may fuse.
    pub const fn cases_max(&self) -> usize {
        self.cases_max
    }

    /// What an identifier of this kind is worth while nobody else carries it, in bits.
    pub const fn strength_bits(&self, kind: IdentifierKind) -> u32 {
        self.kinds[kind as usize].strength_bits
    }

    /// After how many days an identifier of this kind may belong to somebody else; `None`: never.
    pub const fn fresh_days(&self, kind: IdentifierKind) -> Option<u32> {
        self.kinds[kind as usize].fresh_days
    }

    /// What an identifier is worth that `spread` otherwise unconnected reports carry, in bits: its
    /// strength less log2 of the spread, rounded down. Weighing agreement by the rarity of the
    /// value is Fellegi and Sunter's (1969), section 3.3.
    pub const fn bits(&self, kind: IdentifierKind, spread: u32) -> u32 {
        let spread = if spread == 0 { 1 } else { spread };
        self.strength_bits(kind).saturating_sub(spread.ilog2())
    }

    /// What it is worth when the last one who carried it did so too long ago: half, and never
    /// enough to tie by itself.
    pub(crate) const fn stale_bits(&self, bits: u32) -> u32 {
        let half = bits / 2;
        if half < self.ties_at_bits {
            half
        } else {
            self.ties_at_bits - 1
        }
    }

    /// Whether an identifier of this spread has come apart: it no longer says by itself what it
    /// said at first, to tie, or to suggest where even the first was too weak to tie.
    pub const fn dissolves(&self, kind: IdentifierKind, spread: u32) -> bool {
        self.bits(kind, spread) < self.least_bits(kind)
    }

    /// How many reports that nothing else connects may carry an identifier of this kind before it
    /// comes apart: with this many it does.
    pub const fn reports_max(&self, kind: IdentifierKind) -> u64 {
        // `parse` holds that the strength is not below either bound.
        1 << (self.strength_bits(kind) - self.least_bits(kind) + 1)
    }

    const fn least_bits(&self, kind: IdentifierKind) -> u32 {
        if self.strength_bits(kind) >= self.ties_at_bits {
            self.ties_at_bits
        } else {
            self.suggests_at_bits
        }
    }
}

/// Each kind once, and none left out.
fn kinds(
    raw: &[RawKind],
    suggests_at_bits: u32,
    end: usize,
    refuse: &impl Fn(usize, LinkPolicyProblem) -> LinkPolicyError,
) -> Result<[KindRule; IdentifierKind::ALL.len()], LinkPolicyError> {
    let mut found: [Option<KindRule>; IdentifierKind::ALL.len()] = [None; _];
    for kind in raw {
        let name = kind.name.get_ref();
        let at = kind.name.span().start;
        let position = IdentifierKind::ALL
            .iter()
            .position(|known| known.name() == name)
            .ok_or_else(|| refuse(at, LinkPolicyProblem::UnknownKind { name: name.clone() }))?;
        if found[position].is_some() {
            let name = name.clone();
            return Err(refuse(at, LinkPolicyProblem::KindTwice { name }));
        }
        stated(&kind.source, "source", refuse)?;
        stated(&kind.text, "text", refuse)?;
        let strengths = suggests_at_bits..=BITS_MAX;
        let fresh_days = match &kind.fresh_days {
            Some(days) => Some(number(days, "fresh_days", 1..=DAYS_MAX, refuse)?),
            None => None,
        };
        found[position] = Some(KindRule {
            strength_bits: number(&kind.strength, "strength", strengths, refuse)?,
            fresh_days,
        });
    }
    let mut rules = [KindRule::default(); _];
    for (position, kind) in IdentifierKind::ALL.iter().enumerate() {
        rules[position] = found[position].ok_or_else(|| {
            let name = kind.name();
            refuse(end, LinkPolicyProblem::KindMissing { name })
        })?;
    }
    Ok(rules)
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
    #[error("`{key}` must be from {min} to {max}")]
    OutOfRange {
        /// The key.
        key: &'static str,
        /// The least that can be meant.
        min: u32,
        /// The most that can be meant.
        max: u32,
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

/// The most bits: a guard that lets a million strangers share an identifier would guard nothing.
const BITS_MAX: u32 = 30;
/// The most cases that any policy lets one report fuse.
const CASES_MAX: u32 = 100;
/// A century.
const DAYS_MAX: u32 = 36_525;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPolicy {
    version: Spanned<String>,
    title: Spanned<String>,
    ties_at_bits: Spanned<i64>,
    suggests_at_bits: Spanned<i64>,
    cases_max: Spanned<i64>,
    #[serde(rename = "kind")]
    kinds: Vec<RawKind>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawKind {
    name: Spanned<String>,
    strength: Spanned<i64>,
    fresh_days: Option<Spanned<i64>>,
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
    range: RangeInclusive<u32>,
    refuse: &impl Fn(usize, LinkPolicyProblem) -> LinkPolicyError,
) -> Result<u32, LinkPolicyError> {
    u32::try_from(*value.get_ref())
        .ok()
        .filter(|number| range.contains(number))
        .ok_or_else(|| {
            let (min, max) = range.into_inner();
            refuse(
                value.span().start,
                LinkPolicyProblem::OutOfRange { key, min, max },
            )
        })
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
    fn inv_10_an_identifier_comes_apart_at_reports_max_and_not_one_before() {
        let policy = LinkPolicy::builtin().unwrap();
        for kind in IdentifierKind::ALL {
            let max = u32::try_from(policy.reports_max(kind)).unwrap();
            assert!(!policy.dissolves(kind, max - 1), "{kind:?}");
            assert!(policy.dissolves(kind, max), "{kind:?}");
            assert!(policy.bits(kind, 1) > policy.bits(kind, u32::MAX));
            assert!(policy.stale_bits(policy.bits(kind, 1)) < policy.ties_at_bits());
        }
        assert_eq!(policy.reports_max(IdentifierKind::Ip), 8);
        assert_eq!(policy.reports_max(IdentifierKind::Phone), 32);
        assert_eq!(policy.reports_max(IdentifierKind::Email), 64);
    }

    #[test]
    fn a_kind_too_weak_to_tie_comes_apart_when_it_no_longer_suggests() {
        let weak = BUILTIN.replacen("strength = 11", "strength = 7", 1);
        let policy = LinkPolicy::parse(&weak, "x").unwrap();
        assert!(!policy.dissolves(IdentifierKind::Host, 7));
        assert!(policy.dissolves(IdentifierKind::Host, 8));
        assert_eq!(policy.reports_max(IdentifierKind::Host), 8);
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
            changed("strength = 15", "strength = -15"),
            changed("strength = 15", "strength = 31"),
            changed("strength = 15", "strength = 4"),
            changed("fresh_days = ", "fresh_days = 100"),
            changed("ties_at_bits = 10", "ties_at_bits = 31"),
            changed("suggests_at_bits = 5", "suggests_at_bits = 11"),
            changed("cases_max = 20", "cases_max = 101"),
            changed("cases_max = ", "cases_max = \"x\" # "),
            changed("source = \"", "source = \" \" # \""),
            changed("[[kind]]", "[[kind"),
            refused(""),
            refused(
                "version = \"1\"\ntitle = \"x\"\nties_at_bits = 1\nsuggests_at_bits = 1\n\
                 cases_max = 1\nkind = []\n",
            ),
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
