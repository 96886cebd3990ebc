//! goAML's report, as its common schema 5.0.1 has it: elements, order, and what must be there.
//!
//! The schema (UNODC, 2022) is handed out by each unit with its own code lists; what of it this
//! declaration has is in the same order there, so that a report passes both. Elements that are not
//! written here are left out. The sources are named in `policy/goaml/`.

use super::lexical::{
    Amount, Code, CountryCode, CurrencyCode, Moment, Text30, Text100, Text255, Text4000,
};
use crate::Refusal;
use crate::ispws::OneOrMore;
use crate::ispws::binding::Document;
use crate::ispws::schema::Element;

document!(Report = "report");

sequence! {
    /// A report.
    pub struct Report = "report_type" {
        elements {
            /// The number of the reporting entity.
            rentity_id: i32 = "rentity_id",
            /// Its branch.
            rentity_branch: Text255 = "rentity_branch",
            /// How the report comes in.
            submission_code: Code = "submission_code",
            /// The kind of the report: `STR`, `SAR`.
            report_code: Code = "report_code",
            /// The entity's own reference.
            entity_reference: Option<Text255> = "entity_reference",
            /// When it was written.
            submission_date: Moment = "submission_date",
            /// What local amounts are in.
            currency_code_local: CurrencyCode = "currency_code_local",
            /// Who signs.
            reporting_person: ReportingPerson = "reporting_person",
            /// Where the entity is.
            location: Address = "location",
            /// Why.
            reason: Option<Text4000> = "reason",
            /// What was done.
            action: Option<Text4000> = "action",
            /// The transactions.
            transaction: OneOrMore<Transaction> = "transaction",
            /// The indicators.
            report_indicators: Indicators = "report_indicators",
        }
    }
}

sequence! {
    /// The indicators of a report.
    pub struct Indicators = "report_indicators_type" {
        elements {
            /// Codes of the unit's list.
            indicator: OneOrMore<Code> = "indicator",
        }
    }
}

sequence! {
    /// Who signs for the reporting entity.
    pub struct ReportingPerson = "t_person_registration_in_report" {
        elements {
            /// Given names.
            first_name: Text100 = "first_name",
            /// Family name.
            last_name: Text100 = "last_name",
        }
    }
}

sequence! {
    /// An address.
    pub struct Address = "t_address" {
        elements {
            /// Its kind.
            address_type: Code = "address_type",
            /// Street and number.
            address: Text100 = "address",
            /// City.
            city: Text255 = "city",
            /// Country.
            country_code: CountryCode = "country_code",
        }
    }
}

sequence! {
    /// A transaction.
    pub struct Transaction = "transaction_type" {
        elements {
            /// The entity's number of it.
            transactionnumber: Text100 = "transactionnumber",
            /// Where it was made.
            transaction_location: Text255 = "transaction_location",
            /// What the payer wrote.
            transaction_description: Text4000 = "transaction_description",
            /// When.
            date_transaction: Moment = "date_transaction",
            /// How it was paid.
            transmode_code: Code = "transmode_code",
            /// How it was paid, in words.
            transmode_comment: Option<Text30> = "transmode_comment",
            /// How much, in the local currency.
            amount_local: Amount = "amount_local",
            /// Who paid.
            from: Option<From> = choice,
            /// Who was paid.
            to: Option<To> = choice,
            /// What else is to be said.
            comments: Option<Text4000> = "comments",
        }
    }
}

choice! {
    /// The paying side.
    #[expect(clippy::large_enum_variant, reason = "a report has few, and each is written once")]
    pub enum From {
        /// A customer of the reporting entity.
        MyClient(FromMyClient) = "t_from_my_client",
        /// Somebody else.
        Other(FromOther) = "t_from",
    }
}

choice! {
    /// The paid side.
    #[expect(clippy::large_enum_variant, reason = "a report has few, and each is written once")]
    pub enum To {
        /// A customer of the reporting entity.
        MyClient(ToMyClient) = "t_to_my_client",
        /// Somebody else.
        Other(ToOther) = "t_to",
    }
}

sequence! {
    /// A customer who pays.
    pub struct FromMyClient = "t_from_my_client_type" {
        elements {
            /// What was paid with.
            funds_code: Code = "from_funds_code",
            /// The amount in another currency.
            foreign_currency: Option<ForeignCurrency> = "from_foreign_currency",
            /// The account.
            account: AccountMyClient = "from_account",
            /// Where.
            country: CountryCode = "from_country",
        }
    }
}

sequence! {
    /// Somebody else who pays.
    pub struct FromOther = "t_from_type" {
        elements {
            /// What was paid with.
            funds_code: Code = "from_funds_code",
            /// The amount in another currency.
            foreign_currency: Option<ForeignCurrency> = "from_foreign_currency",
            /// The account.
            account: Account = "from_account",
            /// Where.
            country: CountryCode = "from_country",
        }
    }
}

sequence! {
    /// A customer who is paid.
    pub struct ToMyClient = "t_to_my_client_type" {
        elements {
            /// What was paid with.
            funds_code: Code = "to_funds_code",
            /// The amount in another currency.
            foreign_currency: Option<ForeignCurrency> = "to_foreign_currency",
            /// The account.
            account: AccountMyClient = "to_account",
            /// Where.
            country: CountryCode = "to_country",
        }
    }
}

sequence! {
    /// Somebody else who is paid.
    pub struct ToOther = "t_to_type" {
        elements {
            /// What was paid with.
            funds_code: Code = "to_funds_code",
            /// The amount in another currency.
            foreign_currency: Option<ForeignCurrency> = "to_foreign_currency",
            /// The account.
            account: Account = "to_account",
            /// Where.
            country: CountryCode = "to_country",
        }
    }
}

sequence! {
    /// An amount in another currency than the local one.
    pub struct ForeignCurrency = "t_foreign_currency" {
        elements {
            /// The currency.
            foreign_currency_code: CurrencyCode = "foreign_currency_code",
            /// How much.
            foreign_amount: Amount = "foreign_amount",
            /// Local units for one foreign unit.
            foreign_exchange_rate: Amount = "foreign_exchange_rate",
        }
    }
}

choice! {
    /// How an institution is named.
    pub enum InstitutionId {
        /// By another code.
        Code(Text30) = "institution_code",
        /// By its BIC.
        Swift(Code) = "swift",
    }
}

sequence! {
    /// An account elsewhere.
    pub struct Account = "t_account" {
        elements {
            /// The institution's name.
            institution_name: Text255 = "institution_name",
            /// Its code.
            institution: Option<InstitutionId> = choice,
            /// The account.
            account: Text255 = "account",
            /// Its currency.
            currency_code: Option<CurrencyCode> = "currency_code",
            /// The name of its holder.
            account_name: Option<Text255> = "account_name",
        }
    }
}

sequence! {
    /// An account of a customer of the reporting entity.
    pub struct AccountMyClient = "t_account_my_client" {
        elements {
            /// The institution's name.
            institution_name: Text255 = "institution_name",
            /// Its code.
            institution: Option<InstitutionId> = choice,
            /// Its branch.
            branch: Text255 = "branch",
            /// The account.
            account: Text255 = "account",
            /// Its currency.
            currency_code: CurrencyCode = "currency_code",
            /// The name of its holder.
            account_name: Text255 = "account_name",
            /// The customer's number.
            client_number: Text30 = "client_number",
            /// The kind of the account.
            personal_account_type: Code = "personal_account_type",
            /// Who may sign.
            signatory: OneOrMore<Signatory> = "signatory",
            /// When it was opened.
            opened: Moment = "opened",
            /// Whether it is open still.
            status_code: Code = "status_code",
        }
    }
}

sequence! {
    /// Who may sign for an account.
    pub struct Signatory = "signatory_type" {
        elements {
            /// Whether this is the first.
            is_primary: bool = "is_primary",
            /// Who.
            t_person: Person = "t_person",
            /// As what.
            role: Code = "role",
        }
    }
}

sequence! {
    /// A person.
    pub struct Person = "t_person_my_client" {
        elements {
            /// Given names.
            first_name: Text100 = "first_name",
            /// Family name.
            last_name: Text100 = "last_name",
        }
    }
}

impl Report {
    /// Reads a report of this shape.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        crate::ispws::read::read(bytes)
    }

    /// The report as XML: one line, UTF-8.
    pub fn to_xml(&self) -> String {
        crate::ispws::print::print(self)
    }
}

/// The root element.
pub const fn root() -> &'static Element {
    Report::ROOT
}

/// The schema as XSD text.
pub fn xsd() -> String {
    crate::ispws::xsd::xsd(&[root()])
}
