//! Who reports, and what only they know: a settings file, read strictly.

use std::collections::BTreeSet;

use model::{Country, Currency, Sensitive, Timestamp};
use serde::Deserialize;
use toml::Spanned;

use super::profile::{Found, ProfileError, parsed, refused, said, value};
use super::{Address, Client, PersonName, ReportingEntity};

/// What a reporting entity says of itself and of its customers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reporter {
    /// Who reports.
    pub entity: ReportingEntity,
    /// What local amounts are in.
    pub local_currency: Currency,
    /// Codes of the unit's list of indicators, for every report.
    pub indicators: BTreeSet<String>,
    /// What was done.
    pub action: Option<Sensitive<String>>,
    /// The entity's customers, as far as reports are about them.
    pub clients: Vec<Client>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    local_currency: Spanned<String>,
    #[serde(default)]
    indicators: Vec<Spanned<String>>,
    action: Option<Spanned<String>>,
    entity: RawEntity,
    #[serde(rename = "client", default)]
    clients: Vec<RawClient>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawEntity {
    number: i32,
    branch: Option<Spanned<String>>,
    institution: Spanned<String>,
    bic: Spanned<String>,
    officer: RawName,
    address: RawAddress,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawName {
    given: Spanned<String>,
    family: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAddress {
    street: Spanned<String>,
    city: Spanned<String>,
    country: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawClient {
    account: Spanned<String>,
    number: Spanned<String>,
    given: Spanned<String>,
    family: Spanned<String>,
    opened: Spanned<String>,
}

impl Reporter {
    /// Reads a settings file. `file` only serves the error.
    pub fn parse(text: &str, file: &str) -> Result<Self, ProfileError> {
        let raw: Raw = parsed(text, file)?;
        checked(&raw).map_err(|(at, problem)| refused(text, file, at, problem))
    }
}

fn checked(raw: &Raw) -> Result<Reporter, Found> {
    let indicators = raw.indicators.iter();
    let indicators = indicators.map(|code| said(code, "indicators"));
    let action = raw.action.as_ref().map(|text| said(text, "action"));
    Ok(Reporter {
        entity: entity(&raw.entity)?,
        local_currency: currency(&raw.local_currency)?,
        indicators: indicators.collect::<Result<_, _>>()?,
        action: action.transpose()?.map(Sensitive::new),
        clients: raw.clients.iter().map(client).collect::<Result<_, _>>()?,
    })
}

fn entity(raw: &RawEntity) -> Result<ReportingEntity, Found> {
    let branch = raw.branch.as_ref().map(|text| said(text, "branch"));
    Ok(ReportingEntity {
        number: raw.number,
        branch: branch.transpose()?,
        institution: said(&raw.institution, "institution")?,
        bic: bic(&raw.bic)?,
        officer: Sensitive::new(PersonName {
            given: said(&raw.officer.given, "given")?,
            family: said(&raw.officer.family, "family")?,
        }),
        address: Address {
            street: said(&raw.address.street, "street")?,
            city: said(&raw.address.city, "city")?,
            country: country(&raw.address.country)?,
        },
    })
}

fn client(raw: &RawClient) -> Result<Client, Found> {
    Ok(Client {
        account: Sensitive::new(said(&raw.account, "account")?),
        number: said(&raw.number, "number")?,
        name: Sensitive::new(PersonName {
            given: said(&raw.given, "given")?,
            family: said(&raw.family, "family")?,
        }),
        opened: day(&raw.opened)?,
    })
}

fn bic(text: &Spanned<String>) -> Result<String, Found> {
    let known = text.get_ref();
    let is_bic =
        matches!(known.len(), 8 | 11) && known.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let expected = "a BIC of 8 or 11 letters and digits";
    is_bic
        .then(|| known.clone())
        .ok_or((text.span().start, value("bic", expected)))
}

fn country(text: &Spanned<String>) -> Result<Country, Found> {
    let expected = "two capitals of ISO 3166-1";
    Country::parse(text.get_ref()).ok_or((text.span().start, value("country", expected)))
}

fn currency(text: &Spanned<String>) -> Result<Currency, Found> {
    let expected = "a code of ISO 4217 in capitals";
    let is_code = text.get_ref().len() == 3;
    let known = Currency::parse(text.get_ref()).filter(|_| is_code);
    known.ok_or((text.span().start, value("local_currency", expected)))
}

fn day(text: &Spanned<String>) -> Result<Timestamp, Found> {
    let midnight = format!("{}T00:00:00Z", text.get_ref());
    let expected = "a day like 2026-01-31";
    Timestamp::parse(&midnight).ok_or((text.span().start, value("opened", expected)))
}
