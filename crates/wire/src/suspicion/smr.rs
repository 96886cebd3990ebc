//! AUSTRAC's suspicious-matter report in the shape of its draft 3.0 of May 2026.
//!
//! The draft's names of elements (`smrList`, `smr`, `header`, `smDetails`, `involvedParty`,
//! `identifiedParty`, `unidentifiedParty`, `txnDetail`, `suspGrounds`) are taken from its published
//! table of contents; what stands in `header`, `smDetails` and `suspGrounds` follows release 2.0, and
//! what stands in a party and in a transaction is inferred. The draft may change, and no namespace
//! is written: look at the final schema before anything is sent.

use super::lexical::{
    Amount, Code, CountryCode, CurrencyCode, Moment, Text30, Text100, Text255, Text4000,
};
use crate::Refusal;
use crate::ispws::OneOrMore;
use crate::ispws::binding::Document;
use crate::ispws::schema::Element;

document!(SmrList = "smrList");

sequence! {
    /// A file of reports.
    pub struct SmrList = "SmrList" {
        elements {
            /// The number of the reporting entity.
            re_number: i32 = "reNumber",
            /// The name of the file.
            file_name: Text100 = "fileName",
            /// How many reports it has.
            report_count: i32 = "reportCount",
            /// The reports.
            smr: OneOrMore<Smr> = "smr",
        }
    }
}

sequence! {
    /// A report.
    pub struct Smr = "Smr" {
        elements {
            /// Whose it is.
            header: Header = "header",
            /// What it is about.
            sm_details: SmDetails = "smDetails",
            /// Who is involved.
            involved_party: Vec<InvolvedParty> = "involvedParty",
            /// The transactions.
            txn_detail: Vec<TxnDetail> = "txnDetail",
            /// Why.
            susp_grounds: SuspGrounds = "suspGrounds",
        }
    }
}

sequence! {
    /// Whose report it is.
    pub struct Header = "Header" {
        elements {
            /// The entity's own reference.
            re_report_ref: Option<Text100> = "reReportRef",
            /// The branch.
            reporting_branch: ReportingBranch = "reportingBranch",
        }
    }
}

sequence! {
    /// A branch.
    pub struct ReportingBranch = "ReportingBranch" {
        elements {
            /// Its name.
            name: Text100 = "name",
        }
    }
}

sequence! {
    /// What the report is about.
    pub struct SmDetails = "SmDetails" {
        elements {
            /// Codes of designated services: `RS` for remittance, `FIN_EFT` for transfers.
            designated_svc: OneOrMore<Code> = "designatedSvc",
            /// Codes of reasons for suspicion: `SB` for suspicious behaviour.
            susp_reason: OneOrMore<Code> = "suspReason",
            /// The reason in words, where no code has it.
            susp_reason_other: Option<Text255> = "suspReasonOther",
            /// What it is all worth, in Australian dollars.
            grand_total: Amount = "grandTotal",
        }
    }
}

sequence! {
    /// Somebody who is involved.
    pub struct InvolvedParty = "InvolvedParty" {
        attributes {
            /// The name by which the report's own parts name the party.
            id: Code = "id",
        }
        elements {
            /// Who.
            party: Option<Party> = choice,
        }
    }
}

choice! {
    /// Somebody with or without a name.
    pub enum Party {
        /// With a name.
        Identified(IdentifiedParty) = "identifiedParty",
        /// Without one.
        Unidentified(UnidentifiedParty) = "unidentifiedParty",
    }
}

sequence! {
    /// Somebody whose name is known.
    pub struct IdentifiedParty = "IdentifiedParty" {
        elements {
            /// The whole name.
            full_name: Text255 = "fullName",
            /// The accounts.
            account: Vec<Account> = "account",
        }
    }
}

sequence! {
    /// Somebody of whom an account alone is known.
    pub struct UnidentifiedParty = "UnidentifiedParty" {
        elements {
            /// What is known.
            description: Option<Text4000> = "description",
            /// The accounts.
            account: Vec<Account> = "account",
        }
    }
}

sequence! {
    /// An account.
    pub struct Account = "Account" {
        elements {
            /// Its number or address.
            number: Text255 = "number",
            /// The tag or memo that names the account at a shared address.
            destination_tag_memo: Option<Text100> = "destinationTagMemo",
            /// Where.
            country: Option<CountryCode> = "country",
        }
    }
}

sequence! {
    /// A transaction.
    pub struct TxnDetail = "TxnDetail" {
        elements {
            /// When.
            txn_date: Moment = "txnDate",
            /// The entity's number of it.
            txn_ref_no: Text255 = "txnRefNo",
            /// How much, in Australian dollars.
            tfr_amount: Amount = "audAmount",
            /// The amount in another currency.
            foreign: Option<CurrencyAmount> = "currencyAmount",
            /// Who paid.
            sender: Code = "senderRef",
            /// Who was paid.
            payee: Code = "payeeRef",
            /// How it was paid.
            method: Option<Text30> = "method",
            /// What the payer wrote.
            description: Option<Text4000> = "description",
        }
    }
}

sequence! {
    /// An amount in a currency.
    pub struct CurrencyAmount = "CurrencyAmount" {
        elements {
            /// The currency.
            currency: CurrencyCode = "currency",
            /// How much.
            amount: Amount = "amount",
        }
    }
}

sequence! {
    /// Why.
    pub struct SuspGrounds = "SuspGrounds" {
        elements {
            /// The grounds in words.
            grounds_for_suspicion: Text4000 = "groundsForSuspicion",
        }
    }
}

impl SmrList {
    /// Reads a file of this shape.
    pub fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        crate::ispws::read::read(bytes)
    }

    /// The file as XML: one line, UTF-8.
    pub fn to_xml(&self) -> String {
        crate::ispws::print::print(self)
    }
}

/// The root element.
pub const fn root() -> &'static Element {
    SmrList::ROOT
}

/// The schema as XSD text.
pub fn xsd() -> String {
    crate::ispws::xsd::xsd(&[root()])
}
