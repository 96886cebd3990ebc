//! Reports of suspicion to financial-intelligence units: one value, written as goAML and as
//! AUSTRAC's suspicious-matter report.
//!
//! Each format is declared once ([`goaml`], [`smr`]): the declaration makes its types, its printer,
//! its reader and its schema, so that what is written reads back and passes the schema that is
//! printed ([`goaml::xsd`], [`smr::xsd`]). The schemas are our own, made from the elements that are
//! documented; a unit's own schema has the last word.

pub mod goaml;
mod goaml_of;
mod keyterms;
mod lexical;
mod profile;
mod reporter;
pub mod smr;
mod smr_of;

use std::collections::BTreeSet;

use model::{Currency, Payment, Sensitive, Timestamp, hex};

pub use keyterms::{KeyTerm, KeyTerms};
pub use lexical::{
    Amount, Code, CountryCode, CurrencyCode, Moment, Text30, Text100, Text255, Text4000,
};
pub use profile::{Profile, ProfileError, ProfileProblem};
pub use reporter::Reporter;

/// A report of suspicion, in no unit's format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuspicionReport {
    /// Who reports.
    pub entity: ReportingEntity,
    /// The reporting entity's own reference.
    pub reference: String,
    /// When it was written.
    pub written: Timestamp,
    /// What local amounts are in.
    pub local_currency: Currency,
    /// The reporting entity's own customers that the report is about.
    pub clients: Vec<Client>,
    /// The transactions, each once.
    pub transactions: Vec<ReportedTransaction>,
    /// Why, one sentence each.
    pub grounds: Vec<Sensitive<String>>,
    /// What was done.
    pub action: Option<Sensitive<String>>,
    /// Codes of the unit's list of indicators.
    pub indicators: BTreeSet<String>,
    /// Ids of key terms ([`KeyTerms`]).
    pub key_terms: BTreeSet<String>,
    /// SHA-256 of what reproduces the finding: the rows, the rules, the alert.
    pub evidence: Vec<[u8; 32]>,
}

/// Who reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportingEntity {
    /// The number that the unit gave it.
    pub number: i32,
    /// Its branch.
    pub branch: Option<String>,
    /// The institution's name.
    pub institution: String,
    /// Its BIC, by which its own accounts are told.
    pub bic: String,
    /// Who signs for it.
    pub officer: Sensitive<PersonName>,
    /// Its address.
    pub address: Address,
}

/// A person's name in two parts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PersonName {
    /// Given names.
    pub given: String,
    /// Family name.
    pub family: String,
}

/// A postal address.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Address {
    /// Street and number.
    pub street: String,
    /// City.
    pub city: String,
    /// Two letters of ISO 3166-1.
    pub country: model::Country,
}

/// A customer of the reporting entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// The account, as the payments name it.
    pub account: Sensitive<String>,
    /// The entity's number of the customer.
    pub number: String,
    /// The account's holder.
    pub name: Sensitive<PersonName>,
    /// When the account was opened.
    pub opened: Timestamp,
}

/// A transaction of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportedTransaction {
    /// What was paid.
    pub payment: Payment,
    /// What it is worth in the local currency, in minor units.
    pub local_minor: i64,
}

/// A report that cannot be written in a format. Nothing of it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreportable {
    /// A field that the unit demands is empty.
    #[error("the unit demands `{field}`, and the report has none: add it")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A text is longer than the format takes.
    #[error("`{field}` is longer than the format takes: shorten it")]
    TooLong {
        /// The field.
        field: &'static str,
    },
    /// A value has not the form that the format asks for.
    #[error("`{field}` does not have the form that the format asks for: mend it")]
    Malformed {
        /// The field.
        field: &'static str,
    },
    /// An indicator that the unit does not list.
    #[error("the unit does not list one of the indicators: use its own list")]
    IndicatorUnlisted,
    /// A kind of report that the unit does not take.
    #[error("the unit does not take this kind of report: use one that its profile lists")]
    KindUnlisted,
    /// A key term that nobody has published.
    #[error("one of the key terms is in no list: look at policy/keyterms.toml")]
    KeyTermUnknown,
}

impl Unreportable {
    /// The stable name of the reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "suspicion.missing",
            Self::TooLong { .. } => "suspicion.too-long",
            Self::Malformed { .. } => "suspicion.malformed",
            Self::IndicatorUnlisted => "suspicion.indicator-unlisted",
            Self::KindUnlisted => "suspicion.kind-unlisted",
            Self::KeyTermUnknown => "suspicion.key-term-unknown",
        }
    }
}

impl SuspicionReport {
    /// The fields that a unit's profile demands and the report does not have, all of them.
    pub fn lacks_for_goaml(&self, profile: &Profile) -> Vec<&'static str> {
        goaml_of::lacks(self, profile)
    }

    /// The fields that AUSTRAC demands and the report does not have, all of them.
    pub fn lacks_for_smr(&self) -> Vec<&'static str> {
        let lacks = [
            ("branch", self.entity.branch.is_none()),
            ("transactions", self.transactions.is_empty()),
            ("local_currency", self.local_currency.code() != "AUD"),
        ];
        let lacks = lacks.into_iter().filter(|(_, lacks)| *lacks);
        lacks.map(|(field, _)| field).collect()
    }

    /// The report as a goAML document of a unit's profile; `kind` is one of its report codes.
    pub fn to_goaml(
        &self,
        profile: &Profile,
        kind: Option<&str>,
        terms: &KeyTerms,
    ) -> Result<goaml::Report, Unreportable> {
        goaml_of::report(self, profile, kind, terms)
    }

    /// The report as an AUSTRAC suspicious-matter list of one report, in its draft shape.
    pub fn to_smr(&self, terms: &KeyTerms) -> Result<smr::SmrList, Unreportable> {
        smr_of::list(self, terms)
    }

    /// The reasons as one text: key terms first, as `FinCEN` asks, then the grounds, then the
    /// digests of what reproduces them.
    pub fn narrative(&self, terms: &KeyTerms) -> Result<String, Unreportable> {
        if !self.key_terms.iter().all(|id| terms.has(id)) {
            return Err(Unreportable::KeyTermUnknown);
        }
        let mut lines: Vec<String> = Vec::new();
        if !self.key_terms.is_empty() {
            let terms: Vec<&str> = self.key_terms.iter().map(String::as_str).collect();
            lines.push(format!("Key terms: {}.", terms.join(", ")));
        }
        lines.extend(self.grounds.iter().map(|ground| ground.expose().clone()));
        let evidence = self.evidence.iter();
        lines.extend(evidence.map(|digest| format!("Evidence, SHA-256: {}.", hex(digest))));
        Ok(lines.join("\n"))
    }

    /// The customer that an account belongs to.
    fn client(&self, account: &str) -> Option<&Client> {
        self.clients
            .iter()
            .find(|client| client.account.expose() == account)
    }
}

/// An amount of minor units as a decimal number.
fn decimal(minor: i64, currency: Currency) -> String {
    let per_unit = currency.minor_per_unit().unsigned_abs();
    let minor = minor.unsigned_abs();
    match currency.exponent() as usize {
        0 => minor.to_string(),
        width => format!("{}.{:0width$}", minor / per_unit, minor % per_unit),
    }
}
