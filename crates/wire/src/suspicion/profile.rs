//! What a unit's goAML asks of a report: its codes and its mandatory fields, as data.

use std::collections::BTreeMap;

use model::Channel;
use model::limits::MONEY_MAPPING_BYTES_MAX;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::Spanned;

use super::lexical::Code;

/// The profile that is built in.
const GENERIC: &str = include_str!("../../../../policy/goaml/generic.toml");

/// The fields that a profile can demand.
const FIELDS: [&str; 6] = [
    "branch",
    "grounds",
    "indicators",
    "transactions",
    "action",
    "clients",
];

/// A unit's codes and mandatory fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    name: String,
    version: String,
    schema: String,
    source: String,
    submission_code: Code,
    report_codes: Vec<Code>,
    unknown: String,
    account_type: Code,
    account_status: Code,
    signatory_role: Code,
    address_type: Code,
    mandatory: Vec<String>,
    indicators: Vec<String>,
    funds: Codes,
    transmode: Codes,
}

/// Codes by channel.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Codes {
    default: Code,
    channels: BTreeMap<String, Code>,
}

/// A profile or a list that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}, line {line}: {problem}")]
pub struct ProfileError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: ProfileProblem,
}

/// What is wrong with a profile or a list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProfileProblem {
    /// Too many bytes.
    #[error("the file is longer than {MONEY_MAPPING_BYTES_MAX} bytes: shorten it")]
    TooLong,
    /// Not TOML, or not the keys that it must have.
    #[error("{reason}: mend the line")]
    Syntax {
        /// What the reader of TOML says.
        reason: String,
    },
    /// A value that its key cannot have.
    #[error("`{key}` must be {expected}: mend the line")]
    Value {
        /// The key.
        key: &'static str,
        /// What it must be.
        expected: &'static str,
    },
}

impl ProfileError {
    /// The stable name of what is wrong.
    pub const fn code(&self) -> &'static str {
        match self.problem {
            ProfileProblem::TooLong => "suspicion.profile-too-long",
            ProfileProblem::Syntax { .. } => "suspicion.profile-syntax",
            ProfileProblem::Value { .. } => "suspicion.profile-value",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    version: Spanned<String>,
    name: Spanned<String>,
    schema: Spanned<String>,
    source: Spanned<String>,
    submission_code: Spanned<String>,
    report_codes: Spanned<Vec<Spanned<String>>>,
    unknown: Spanned<String>,
    account_type: Spanned<String>,
    account_status: Spanned<String>,
    signatory_role: Spanned<String>,
    address_type: Spanned<String>,
    mandatory: Vec<Spanned<String>>,
    indicators: Vec<String>,
    funds: Spanned<BTreeMap<Spanned<String>, Spanned<String>>>,
    transmode: Spanned<BTreeMap<Spanned<String>, Spanned<String>>>,
}

/// Reads TOML strictly; an error names the file and the line.
pub(super) fn parsed<T: DeserializeOwned>(text: &str, file: &str) -> Result<T, ProfileError> {
    if text.len() > MONEY_MAPPING_BYTES_MAX {
        return Err(refused(text, file, 0, ProfileProblem::TooLong));
    }
    toml::from_str(text).map_err(|source| {
        let at = source.span().map_or(0, |span| span.start);
        let reason = source.message().to_owned();
        refused(text, file, at, ProfileProblem::Syntax { reason })
    })
}

/// The error of a problem at a byte of the text.
pub(super) fn refused(text: &str, file: &str, at: usize, problem: ProfileProblem) -> ProfileError {
    ProfileError {
        file: file.to_owned(),
        line: 1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count(),
        problem,
    }
}

/// Where in the text, in bytes, and what.
pub(super) type Found = (usize, ProfileProblem);

impl Profile {
    /// Reads a profile. `file` only serves the error.
    pub fn parse(text: &str, file: &str) -> Result<Self, ProfileError> {
        let raw: Raw = parsed(text, file)?;
        checked(&raw).map_err(|(at, problem)| refused(text, file, at, problem))
    }

    /// The profile that is built in: the common schema's own codes.
    pub fn generic() -> Result<Self, ProfileError> {
        Self::parse(GENERIC, "policy/goaml/generic.toml")
    }

    /// The profile that is built in under a name; see [`Self::NAMES`].
    pub fn builtin(name: &str) -> Option<Result<Self, ProfileError>> {
        (name == "generic").then(Self::generic)
    }

    /// The names of the profiles that are built in.
    pub const NAMES: [&'static str; 1] = ["generic"];

    /// What the profile calls itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The version of goAML's schema that it is for.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// Where it comes from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The kinds of reports that the unit takes.
    pub fn report_codes(&self) -> &[Code] {
        &self.report_codes
    }

    pub(super) const fn submission_code(&self) -> &Code {
        &self.submission_code
    }

    pub(super) fn unknown(&self) -> &str {
        &self.unknown
    }

    pub(super) const fn account_type(&self) -> &Code {
        &self.account_type
    }

    pub(super) const fn account_status(&self) -> &Code {
        &self.account_status
    }

    pub(super) const fn signatory_role(&self) -> &Code {
        &self.signatory_role
    }

    pub(super) const fn address_type(&self) -> &Code {
        &self.address_type
    }

    pub(super) fn mandatory(&self) -> &[String] {
        &self.mandatory
    }

    pub(super) fn lists_indicator(&self, indicator: &str) -> bool {
        self.indicators.is_empty() || self.indicators.iter().any(|known| known == indicator)
    }

    pub(super) fn funds(&self, channel: &str) -> &Code {
        self.funds.of(channel)
    }

    pub(super) fn transmode(&self, channel: &str) -> &Code {
        self.transmode.of(channel)
    }
}

impl Codes {
    fn of(&self, channel: &str) -> &Code {
        self.channels.get(channel).unwrap_or(&self.default)
    }
}

fn checked(raw: &Raw) -> Result<Profile, Found> {
    let report_codes: Vec<Code> = raw
        .report_codes
        .get_ref()
        .iter()
        .map(|text| code(text, "report_codes"))
        .collect::<Result<_, _>>()?;
    if report_codes.is_empty() {
        let at = raw.report_codes.span().start;
        return Err((at, value("report_codes", "one code or more")));
    }
    for field in &raw.mandatory {
        if !FIELDS.contains(&field.get_ref().as_str()) {
            let expected =
                "`branch`, `grounds`, `indicators`, `transactions`, `action` or `clients`";
            return Err((field.span().start, value("mandatory", expected)));
        }
    }
    Ok(Profile {
        name: said(&raw.name, "name")?,
        version: said(&raw.version, "version")?,
        schema: said(&raw.schema, "schema")?,
        source: said(&raw.source, "source")?,
        submission_code: code(&raw.submission_code, "submission_code")?,
        report_codes,
        unknown: code(&raw.unknown, "unknown")?.text().to_owned(),
        account_type: code(&raw.account_type, "account_type")?,
        account_status: code(&raw.account_status, "account_status")?,
        signatory_role: code(&raw.signatory_role, "signatory_role")?,
        address_type: code(&raw.address_type, "address_type")?,
        mandatory: raw
            .mandatory
            .iter()
            .map(|field| field.get_ref().clone())
            .collect(),
        indicators: raw.indicators.clone(),
        funds: codes(&raw.funds, "funds")?,
        transmode: codes(&raw.transmode, "transmode")?,
    })
}

pub(super) const fn value(key: &'static str, expected: &'static str) -> ProfileProblem {
    ProfileProblem::Value { key, expected }
}

pub(super) fn said(text: &Spanned<String>, key: &'static str) -> Result<String, Found> {
    match text.get_ref().trim() {
        "" => Err((text.span().start, value(key, "said"))),
        _ => Ok(text.get_ref().clone()),
    }
}

fn code(text: &Spanned<String>, key: &'static str) -> Result<Code, Found> {
    let expected = "a code of letters, digits, `_`, `.` and `-`";
    Code::new(text.get_ref()).ok_or((text.span().start, value(key, expected)))
}

fn codes(
    raw: &Spanned<BTreeMap<Spanned<String>, Spanned<String>>>,
    key: &'static str,
) -> Result<Codes, Found> {
    let mut default = None;
    let mut channels = BTreeMap::new();
    for (channel, text) in raw.get_ref() {
        let code = code(text, key)?;
        match channel.get_ref().as_str() {
            "default" => default = Some(code),
            name if Channel::parse(name).is_some() => {
                channels.insert(name.to_owned(), code);
            }
            _ => {
                return Err((
                    channel.span().start,
                    value(key, "`default` and names of channels"),
                ));
            }
        }
    }
    let missing = (raw.span().start, value(key, "given a `default`"));
    Ok(Codes {
        default: default.ok_or(missing)?,
        channels,
    })
}
