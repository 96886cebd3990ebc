//! A report of suspicion as goAML, by a unit's profile.

use model::{Country, Currency, PaymentSide};

use super::goaml::{
    Account, AccountMyClient, Address, ForeignCurrency, From, FromMyClient, FromOther, Indicators,
    InstitutionId, Person, Report, ReportingPerson, Signatory, To, ToMyClient, ToOther,
    Transaction,
};
use super::lexical::{
    Amount, Code, CountryCode, CurrencyCode, Moment, Text30, Text100, Text255, Text4000,
};
use super::{
    Client, KeyTerms, PersonName, Profile, ReportedTransaction, SuspicionReport, Unreportable,
    decimal,
};
use crate::ispws::OneOrMore;

pub(super) fn report(
    report: &SuspicionReport,
    profile: &Profile,
    kind: Option<&str>,
    terms: &KeyTerms,
) -> Result<Report, Unreportable> {
    if let Some(field) = lacks(report, profile).first() {
        return Err(missing(field));
    }
    let kind = match kind {
        Some(kind) => profile
            .report_codes()
            .iter()
            .find(|known| known.text() == kind),
        None => profile.report_codes().first(),
    };
    if !report
        .indicators
        .iter()
        .all(|indicator| profile.lists_indicator(indicator))
    {
        return Err(Unreportable::IndicatorUnlisted);
    }
    let indicators = report
        .indicators
        .iter()
        .map(|indicator| code(indicator, "indicators"));
    let transactions = report.transactions.iter();
    let transactions = transactions.map(|held| transaction(report, profile, held));
    let (entity, officer) = (&report.entity, report.entity.officer.expose());
    let narrative = report.narrative(terms)?;
    let narrative = Some(narrative.as_str()).filter(|text| !text.is_empty());
    let action = report.action.as_ref().map(|text| text.expose().as_str());
    let branch = entity.branch.as_deref().unwrap_or(profile.unknown());
    Ok(Report {
        rentity_id: entity.number,
        rentity_branch: text255(branch, "branch")?,
        submission_code: profile.submission_code().clone(),
        report_code: kind.ok_or(Unreportable::KindUnlisted)?.clone(),
        entity_reference: Some(text255(&report.reference, "reference")?),
        submission_date: moment(report.written, "written")?,
        currency_code_local: currency(report.local_currency, "local_currency")?,
        reporting_person: ReportingPerson {
            first_name: text100(&officer.given, "officer")?,
            last_name: text100(&officer.family, "officer")?,
        },
        location: Address {
            address_type: profile.address_type().clone(),
            address: text100(&entity.address.street, "address")?,
            city: text255(&entity.address.city, "address")?,
            country_code: country(entity.address.country),
        },
        reason: narrative.map(|text| long(text, "grounds")).transpose()?,
        action: action.map(|text| long(text, "action")).transpose()?,
        transaction: all(transactions, "transactions")?,
        report_indicators: Indicators {
            indicator: all(indicators, "indicators")?,
        },
    })
}

/// The fields that a unit demands and the report does not have.
pub(super) fn lacks(report: &SuspicionReport, profile: &Profile) -> Vec<&'static str> {
    let empty = |field: &&String| match field.as_str() {
        "branch" => report.entity.branch.is_none(),
        "grounds" => report.grounds.is_empty(),
        "indicators" => report.indicators.is_empty(),
        "action" => report.action.is_none(),
        "clients" => report.clients.is_empty(),
        _ => report.transactions.is_empty(),
    };
    let demanded = profile.mandatory().iter();
    demanded.filter(empty).map(|field| name_of(field)).collect()
}

fn transaction(
    report: &SuspicionReport,
    profile: &Profile,
    held: &ReportedTransaction,
) -> Result<Transaction, Unreportable> {
    let payment = &held.payment;
    let said = payment
        .reference
        .as_ref()
        .map(|text| text.expose().as_str());
    let said = said.unwrap_or(profile.unknown());
    let amount = decimal(payment.amount_minor, payment.currency);
    let foreign = foreign(report, held)?;
    // A coin is no currency of the lists: its amount is said in words.
    let comments = format!("Instructed: {amount} {}.", payment.currency);
    let channel = payment.channel.name();
    let (funds, sides) = (profile.funds(channel), (&payment.sender, &payment.receiver));
    let client = |side: &PaymentSide| report.client(side.account.expose());
    let from = match client(sides.0) {
        Some(client) => From::MyClient(FromMyClient {
            funds_code: funds.clone(),
            foreign_currency: foreign.clone(),
            account: of_client(report, profile, client, payment.currency)?,
            country: country(sides.0.country),
        }),
        None => From::Other(FromOther {
            funds_code: funds.clone(),
            foreign_currency: foreign.clone(),
            account: account(profile, sides.0, "sender")?,
            country: country(sides.0.country),
        }),
    };
    let to = match client(sides.1) {
        Some(client) => To::MyClient(ToMyClient {
            funds_code: funds.clone(),
            foreign_currency: foreign,
            account: of_client(report, profile, client, payment.currency)?,
            country: country(sides.1.country),
        }),
        None => To::Other(ToOther {
            funds_code: funds.clone(),
            foreign_currency: foreign,
            account: account(profile, sides.1, "receiver")?,
            country: country(sides.1.country),
        }),
    };
    Ok(Transaction {
        transactionnumber: text100(payment.id.expose(), "transaction id")?,
        transaction_location: text255(profile.unknown(), "location")?,
        transaction_description: long(said, "reference")?,
        date_transaction: moment(payment.time, "transaction time")?,
        transmode_code: profile.transmode(channel).clone(),
        transmode_comment: Text30::new(channel),
        amount_local: amount_of(&decimal(held.local_minor, report.local_currency))?,
        from: Some(from),
        to: Some(to),
        comments: Some(long(&comments, "comments")?),
    })
}

/// The amount in the currency of the instruction, where that is another than the local one.
fn foreign(
    report: &SuspicionReport,
    held: &ReportedTransaction,
) -> Result<Option<ForeignCurrency>, Unreportable> {
    let payment = &held.payment;
    let code = CurrencyCode::new(payment.currency.code());
    let is_coin = matches!(payment.currency.code(), "BTC" | "ETH" | "TRX" | "XMR");
    let Some(code) = code.filter(|_| payment.currency != report.local_currency && !is_coin) else {
        return Ok(None);
    };
    Ok(Some(ForeignCurrency {
        foreign_currency_code: code,
        foreign_amount: amount_of(&decimal(payment.amount_minor, payment.currency))?,
        foreign_exchange_rate: amount_of(&rate(report.local_currency, held))?,
    }))
}

/// Local units for one foreign unit, to six decimals, rounded half up.
fn rate(local: Currency, held: &ReportedTransaction) -> String {
    const MILLIONTHS: i128 = 1_000_000;
    let foreign = &held.payment;
    let above =
        i128::from(held.local_minor) * i128::from(foreign.currency.minor_per_unit()) * MILLIONTHS;
    let below = i128::from(foreign.amount_minor) * i128::from(local.minor_per_unit());
    let rate = if below > 0 {
        (above.max(0) + below / 2) / below
    } else {
        0
    };
    format!("{}.{:06}", rate / MILLIONTHS, rate % MILLIONTHS)
}

fn account(
    profile: &Profile,
    side: &PaymentSide,
    field: &'static str,
) -> Result<Account, Unreportable> {
    let name = side.name.as_ref().map(|name| text255(name.expose(), field));
    let agent = side.agent.as_deref().unwrap_or(profile.unknown());
    Ok(Account {
        institution_name: text255(agent, field)?,
        institution: Some(institution(agent, field)?),
        account: text255(side.account.expose(), field)?,
        currency_code: None,
        account_name: name.transpose()?,
    })
}

fn of_client(
    report: &SuspicionReport,
    profile: &Profile,
    client: &Client,
    currency_of_payment: Currency,
) -> Result<AccountMyClient, Unreportable> {
    let PersonName { given, family } = client.name.expose();
    let entity = &report.entity;
    let branch = entity.branch.as_deref().unwrap_or(profile.unknown());
    let code = CurrencyCode::new(currency_of_payment.code());
    let local = currency(report.local_currency, "local_currency")?;
    Ok(AccountMyClient {
        institution_name: text255(&entity.institution, "institution")?,
        institution: Some(institution(&entity.bic, "institution")?),
        branch: text255(branch, "branch")?,
        account: text255(client.account.expose(), "client account")?,
        currency_code: code.unwrap_or(local),
        account_name: text255(&format!("{given} {family}"), "client name")?,
        client_number: text30(&client.number, "client number")?,
        personal_account_type: profile.account_type().clone(),
        signatory: OneOrMore::one(Signatory {
            is_primary: true,
            t_person: Person {
                first_name: text100(given, "client name")?,
                last_name: text100(family, "client name")?,
            },
            role: profile.signatory_role().clone(),
        }),
        opened: moment(client.opened, "client opened")?,
        status_code: profile.account_status().clone(),
    })
}

fn institution(agent: &str, field: &'static str) -> Result<InstitutionId, Unreportable> {
    let is_bic =
        matches!(agent.len(), 8 | 11) && agent.bytes().all(|byte| byte.is_ascii_alphanumeric());
    match Code::new(agent).filter(|_| is_bic) {
        Some(bic) => Ok(InstitutionId::Swift(bic)),
        None => text30(agent, field).map(InstitutionId::Code),
    }
}

fn country(country: Country) -> CountryCode {
    CountryCode::new(country.code()).unwrap_or_default()
}

/// The name of a field that a profile demands.
fn name_of(field: &str) -> &'static str {
    let names = ["branch", "grounds", "indicators", "action", "clients"];
    names
        .into_iter()
        .find(|name| *name == field)
        .unwrap_or("transactions")
}

pub(super) const fn missing(field: &'static str) -> Unreportable {
    Unreportable::Missing { field }
}

pub(super) fn all<T: Default>(
    items: impl Iterator<Item = Result<T, Unreportable>>,
    field: &'static str,
) -> Result<OneOrMore<T>, Unreportable> {
    let mut items = items.collect::<Result<Vec<_>, _>>()?.into_iter();
    let first = items.next().ok_or(missing(field))?;
    Ok(OneOrMore {
        first,
        more: items.collect(),
    })
}

macro_rules! made {
    ($($name:ident: $type:ident;)*) => {
        $(pub(super) fn $name(text: &str, field: &'static str) -> Result<$type, Unreportable> {
            $type::new(text).ok_or_else(|| why_not(text, field))
        })*
    };
}

made! {
    text30: Text30;
    text100: Text100;
    text255: Text255;
    long: Text4000;
    code: Code;
}

/// Why a text is none of the format's.
fn why_not(text: &str, field: &'static str) -> Unreportable {
    if text.is_empty() {
        return missing(field);
    }
    let bad = |letter: char| letter == '\r' || crate::xml::forbidden(letter);
    if text.contains(bad) || text.chars().count() <= 30 {
        Unreportable::Malformed { field }
    } else {
        Unreportable::TooLong { field }
    }
}

pub(super) fn moment(at: model::Timestamp, field: &'static str) -> Result<Moment, Unreportable> {
    Moment::of(at).ok_or(Unreportable::Malformed { field })
}

pub(super) fn amount_of(text: &str) -> Result<Amount, Unreportable> {
    let field = "amount";
    Amount::new(text).ok_or(Unreportable::Malformed { field })
}

fn currency(currency: Currency, field: &'static str) -> Result<CurrencyCode, Unreportable> {
    CurrencyCode::new(currency.code()).ok_or(Unreportable::Malformed { field })
}
