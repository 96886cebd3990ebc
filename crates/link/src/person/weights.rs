//! How much each agreement and difference says, as data: the m and u of Fellegi and Sunter.
//!
//! m is how often two records of one person are at a level, u how often two records of different
//! persons are; a level says log2(m / u) bits (Fellegi and Sunter, A Theory for Record Linkage,
//! Journal of the American Statistical Association 64, 1969).

use std::fmt::Write as _;

use serde::Deserialize;
use toml::Spanned;

use super::refusal::{PersonPolicyError, PersonPolicyProblem, PolicyText};

/// The policy that is built in.
const BUILTIN: &str = include_str!("../../../../policy/persons.toml");

/// What two persons are compared by. The names are those of the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonField {
    /// Given names.
    Given,
    /// Family names.
    Family,
    /// Birth date.
    Birth,
    /// Town, or country where no town is known.
    Place,
    /// Phone number.
    Phone,
    /// Email address.
    Email,
}

/// How many fields there are.
pub(super) const FIELDS: usize = PersonField::ALL.len();
/// The most levels that a field has.
pub(super) const LEVELS_MAX: usize = 7;
/// The level of a field that one of the two records does not have.
pub(super) const MISSING: u8 = u8::MAX;

/// Levels of names.
pub(super) mod name_level {
    pub(in super::super) const SAME: u8 = 0;
    pub(in super::super) const SPELLING: u8 = 1;
    pub(in super::super) const ONE_LETTER: u8 = 2;
    pub(in super::super) const PART: u8 = 3;
    pub(in super::super) const CLOSE: u8 = 4;
    pub(in super::super) const NEAR: u8 = 5;
    pub(in super::super) const DIFFERENT: u8 = 6;
}

impl PersonField {
    /// Every field, in the order of the policy.
    pub const ALL: [Self; 6] = [
        Self::Given,
        Self::Family,
        Self::Birth,
        Self::Place,
        Self::Phone,
        Self::Email,
    ];

    /// The name as written in the policy.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Family => "family",
            Self::Birth => "birth",
            Self::Place => "place",
            Self::Phone => "phone",
            Self::Email => "email",
        }
    }

    /// The names of its levels, the most alike first.
    pub const fn levels(self) -> &'static [&'static str] {
        match self {
            Self::Given | Self::Family => &[
                "same",
                "spelling",
                "one_letter",
                "part",
                "close",
                "near",
                "different",
            ],
            Self::Birth => &["same", "slip", "part", "year", "different"],
            Self::Place => &["same", "close", "country", "different"],
            Self::Phone | Self::Email => &["same", "one_character", "different"],
        }
    }

    /// The level at which nothing agrees.
    pub(super) const fn different(self) -> usize {
        self.levels().len() - 1
    }
}

/// m and u of each level of each field, with what else a suggestion depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonWeights {
    pub(super) version: String,
    pub(super) m: [[f64; LEVELS_MAX]; FIELDS],
    pub(super) u: [[f64; LEVELS_MAX]; FIELDS],
    /// log2 of the odds, before anything is compared, that two records are of one person.
    pub(super) prior_bits: f64,
    pub(super) suggests_at: f64,
    pub(super) crossed_millibits: i32,
    pub(super) household_millibits: i32,
}

impl PersonWeights {
    /// Reads a policy. `file_name` only serves the error.
    pub fn parse(text: &str, file_name: &str) -> Result<Self, PersonPolicyError> {
        let policy = PolicyText {
            text,
            file: file_name,
        };
        let raw: RawPolicy = policy.read()?;
        policy.stated(&raw.title, "title")?;
        let bits =
            |value: &Spanned<f64>, key| within(&policy, value, key, -60.0..=0.0, "from -60 to 0");
        let mut read = Self {
            version: policy.stated(&raw.version, "version")?,
            m: [[0.0; LEVELS_MAX]; FIELDS],
            u: [[0.0; LEVELS_MAX]; FIELDS],
            prior_bits: bits(&raw.prior_bits, "prior_bits")?,
            suggests_at: within(
                &policy,
                &raw.suggests_at,
                "suggests_at",
                0.5..=0.9999,
                "from 0.5 to 0.9999",
            )?,
            crossed_millibits: millibits(bits(&raw.crossed_bits, "crossed_bits")?),
            household_millibits: millibits(bits(&raw.household_bits, "household_bits")?),
        };
        let mut seen = [false; FIELDS];
        for field in &raw.fields {
            let known = read.take(&policy, field)?;
            if std::mem::replace(&mut seen[known as usize], true) {
                let problem = PersonPolicyProblem::Twice { key: "name" };
                return Err(policy.refuse(field.name.span().start, problem));
            }
        }
        for (field, seen) in PersonField::ALL.into_iter().zip(seen) {
            if !seen {
                let problem = PersonPolicyProblem::FieldMissing { name: field.name() };
                return Err(policy.refuse(text.len(), problem));
            }
        }
        Ok(read)
    }

    /// The weights that are built in; their policy names the workload that learned them.
    pub fn builtin() -> Result<Self, PersonPolicyError> {
        Self::parse(BUILTIN, "policy/persons.toml")
    }

    /// The version, as recorded with each suggestion.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The probability from which a pair is suggested to a person.
    pub const fn suggests_at(&self) -> f64 {
        self.suggests_at
    }

    /// The chance that two records of different persons (u), and of one person (m), are at a level.
    pub fn m_and_u(&self, field: PersonField, level: &str) -> Option<(f64, f64)> {
        let at = field.levels().iter().position(|name| *name == level)?;
        Some((self.m[field as usize][at], self.u[field as usize][at]))
    }

    /// These weights as a policy that [`PersonWeights::parse`] reads, with where they come from.
    pub fn to_policy(&self, version: &str, source: &str) -> String {
        let quoted = |text: &str| {
            text.replace(['\\', '"'], "'")
                .replace(char::is_control, " ")
        };
        let (version, source) = (quoted(version), quoted(source));
        let mut text = format!(
            "version = \"{version}\"\ntitle = \"Weights of agreement between persons\"\n\
             prior_bits = {:.2}\nsuggests_at = {:.4}\n\
             crossed_bits = {:.3}\nhousehold_bits = {:.3}\n",
            self.prior_bits,
            self.suggests_at,
            f64::from(self.crossed_millibits) / 1000.0,
            f64::from(self.household_millibits) / 1000.0,
        );
        for field in PersonField::ALL {
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "\n[[field]]\nname = \"{}\"\nsource = \"{source}\"\nlevels = [\n",
                field.name()
            );
            for (at, level) in field.levels().iter().enumerate() {
                let (m, u) = (self.m[field as usize][at], self.u[field as usize][at]);
                let _ = writeln!(
                    text,
                    "    {{ level = \"{level}\", m = {m:.3e}, u = {u:.3e} }},"
                );
            }
            text.push_str("]\n");
        }
        text
    }

    /// What a level says, in thousandths of a bit.
    pub(super) fn millibits(&self, field: PersonField, level: usize) -> i32 {
        let (m, u) = (self.m[field as usize][level], self.u[field as usize][level]);
        let bits = millibits((m / u).log2());
        match level {
            // Agreement never speaks against, difference never for.
            0 => bits.max(0),
            _ if level == field.different() => bits.min(0),
            _ => bits,
        }
    }

    /// What equality of a value says that a share of people has, in thousandths of a bit.
    pub(super) fn same_millibits(&self, field: PersonField, share: f64) -> i32 {
        millibits((self.m[field as usize][0] / share).log2()).max(0)
    }

    /// The probability that two records with so much evidence are of one person.
    pub(super) fn probability(&self, evidence_millibits: i32) -> f64 {
        let bits = self.prior_bits + f64::from(evidence_millibits) / 1000.0;
        1.0 / (1.0 + (-bits).exp2())
    }

    /// The least evidence at which a pair is suggested, in thousandths of a bit.
    pub(super) fn threshold_millibits(&self) -> i32 {
        let odds_bits = (self.suggests_at / (1.0 - self.suggests_at)).log2();
        millibits(odds_bits - self.prior_bits)
    }

    /// Whether so much evidence is suggested to a person.
    pub fn suggests(&self, found: &super::PersonMatch) -> bool {
        found.millibits >= self.threshold_millibits()
    }

    fn take(
        &mut self,
        policy: &PolicyText,
        raw: &RawField,
    ) -> Result<PersonField, PersonPolicyError> {
        let named = |field: &PersonField| field.name() == raw.name.get_ref();
        let at = raw.name.span().start;
        let field = PersonField::ALL.into_iter().find(named);
        let field = field.ok_or_else(|| policy.refuse(at, PersonPolicyProblem::UnknownField))?;
        policy.stated(&raw.source, "source")?;
        let written = raw.levels.iter().map(|level| level.level.as_str());
        if !written.eq(field.levels().iter().copied()) {
            let problem = PersonPolicyProblem::WrongLevels {
                name: field.name(),
                levels: field.levels().join(", "),
            };
            return Err(policy.refuse(at, problem));
        }
        for (level, raw) in raw.levels.iter().enumerate() {
            let chance = |value: &Spanned<f64>, key| {
                within(policy, value, key, 1e-12..=1.0, "from 1e-12 to 1")
            };
            self.m[field as usize][level] = chance(&raw.m, "m")?;
            self.u[field as usize][level] = chance(&raw.u, "u")?;
        }
        if !self.speaks_forwards(field) {
            let name = field.name();
            return Err(policy.refuse(at, PersonPolicyProblem::Backwards { name }));
        }
        Ok(field)
    }

    /// Whether equality speaks for, and difference against, one person.
    pub(super) fn speaks_forwards(&self, field: PersonField) -> bool {
        let (m, u) = (&self.m[field as usize], &self.u[field as usize]);
        m[0] >= u[0] && m[field.different()] <= u[field.different()]
    }
}

/// The names of the fields, for an error.
pub(super) fn known_fields() -> String {
    PersonField::ALL.map(PersonField::name).join(", ")
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawPolicy {
    version: Spanned<String>,
    title: Spanned<String>,
    prior_bits: Spanned<f64>,
    suggests_at: Spanned<f64>,
    crossed_bits: Spanned<f64>,
    household_bits: Spanned<f64>,
    #[serde(rename = "field")]
    fields: Vec<RawField>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawField {
    name: Spanned<String>,
    source: Spanned<String>,
    levels: Vec<RawLevel>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLevel {
    level: String,
    m: Spanned<f64>,
    u: Spanned<f64>,
}

fn within(
    policy: &PolicyText,
    value: &Spanned<f64>,
    key: &'static str,
    bounds: std::ops::RangeInclusive<f64>,
    range: &'static str,
) -> Result<f64, PersonPolicyError> {
    if bounds.contains(value.get_ref()) {
        return Ok(*value.get_ref());
    }
    Err(policy.refuse(
        value.span().start,
        PersonPolicyProblem::OutOfRange { key, range },
    ))
}

/// Bits in thousandths, so that sums are exact.
fn millibits(bits: f64) -> i32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "chances are at least 1e-12, so bits are within ±40"
    )]
    let rounded = (bits.clamp(-1000.0, 1000.0) * 1000.0).round() as i32;
    rounded
}

#[cfg(test)]
#[path = "weights_tests.rs"]
mod tests;
