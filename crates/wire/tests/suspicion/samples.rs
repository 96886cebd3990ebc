//! A report of two transactions, made up.

use std::collections::BTreeSet;

use model::{Channel, Country, Currency, Payment, PaymentSide, Sensitive, Timestamp};
use wire::suspicion::{
    Address, Client, KeyTerms, PersonName, Profile, ReportedTransaction, ReportingEntity,
    SuspicionReport,
};

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a time")
}

pub(crate) fn code(text: &str) -> Currency {
    Currency::parse(text).expect("a currency")
}

fn country(text: &str) -> Country {
    Country::parse(text).expect("a country")
}

fn name(given: &str, family: &str) -> Sensitive<PersonName> {
    Sensitive::new(PersonName {
        given: given.to_owned(),
        family: family.to_owned(),
    })
}

/// A payment of a customer to somebody elsewhere.
pub(crate) fn payment(id: &str) -> Payment {
    Payment {
        id: Sensitive::new(id.to_owned()),
        time: at("2026-01-31T14:05:00Z"),
        has_clock: true,
        sender: PaymentSide {
            account: Sensitive::new("EXAMPLE-0001".to_owned()),
            name: Some(Sensitive::new("Example Person".to_owned())),
            agent: Some("EXAMAU2SXXX".to_owned()),
            country: country("AU"),
        },
        receiver: PaymentSide {
            account: Sensitive::new("EXAMPLE-0101".to_owned()),
            name: Some(Sensitive::new("Another <Example> & Co".to_owned())),
            agent: Some("EXAMPHMM".to_owned()),
            country: country("PH"),
        },
        amount_minor: 120_050,
        currency: code("PHP"),
        channel: Channel::Remittance,
        purpose: Some("FAMI".to_owned()),
        reference: Some(Sensitive::new("school fees\nterm 2".to_owned())),
        merchant: None,
        relation: None,
    }
}

/// A report of two transactions.
pub(crate) fn report() -> SuspicionReport {
    let mut local = payment("P-2");
    local.currency = code("AUD");
    local.amount_minor = 4500;
    local.receiver.account = Sensitive::new("EXAMPLE-0102".to_owned());
    local.receiver.name = None;
    local.receiver.agent = None;
    local.receiver.country = Country::UNKNOWN;
    local.reference = None;
    SuspicionReport {
        entity: ReportingEntity {
            number: 7,
            branch: Some("Example Branch".to_owned()),
            institution: "Example Bank".to_owned(),
            bic: "EXAMAU2SXXX".to_owned(),
            officer: name("Example", "Officer"),
            address: Address {
                street: "7 Example Street".to_owned(),
                city: "Example Town".to_owned(),
                country: country("AU"),
            },
        },
        reference: "EXAMPLE-2026-0001".to_owned(),
        written: at("2026-02-01T08:00:00Z"),
        local_currency: code("AUD"),
        clients: vec![Client {
            account: Sensitive::new("EXAMPLE-0001".to_owned()),
            number: "C-1".to_owned(),
            name: name("Example", "Person"),
            opened: at("2019-05-06T00:00:00Z"),
        }],
        transactions: vec![
            ReportedTransaction {
                payment: payment("P-1"),
                local_minor: 3200,
            },
            ReportedTransaction {
                payment: local,
                local_minor: 4500,
            },
        ],
        grounds: vec![
            Sensitive::new("12 payments below 500 AUD to 9 recipients in 30 days.".to_owned()),
            Sensitive::new("All between 22:00 and 06:00 at the sender.".to_owned()),
        ],
        action: Some(Sensitive::new("The account is watched.".to_owned())),
        indicators: BTreeSet::from(["EXAMPLE-1".to_owned()]),
        key_terms: BTreeSet::from(["OCSE-FIN-2021-NTC3".to_owned()]),
        evidence: vec![[7; 32]],
    }
}

pub(crate) fn profile() -> Profile {
    Profile::generic().expect("the profile that is built in")
}

pub(crate) fn terms() -> KeyTerms {
    KeyTerms::builtin().expect("the list that is built in")
}
