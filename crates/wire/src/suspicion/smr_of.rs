//! A report of suspicion as AUSTRAC's suspicious-matter report.

use std::collections::BTreeMap;

use model::{Channel, PaymentSide};

use super::goaml_of::{all, amount_of, code, long, missing, moment, text30, text100, text255};
use super::lexical::{Code, CountryCode, CurrencyCode};
use super::smr::{
    Account, CurrencyAmount, Header, IdentifiedParty, InvolvedParty, Party, ReportingBranch,
    SmDetails, Smr, SmrList, SuspGrounds, TxnDetail, UnidentifiedParty,
};
use super::{KeyTerms, SuspicionReport, Unreportable, decimal};
use crate::ispws::OneOrMore;

/// Parties by account: their names in the report, in the order in which they occur.
struct Parties<'r> {
    numbers: BTreeMap<&'r str, usize>,
    sides: Vec<&'r PaymentSide>,
}

impl<'r> Parties<'r> {
    fn of(report: &'r SuspicionReport) -> Self {
        let mut parties = Self {
            numbers: BTreeMap::new(),
            sides: Vec::new(),
        };
        let payments = report.transactions.iter().map(|held| &held.payment);
        for side in payments.flat_map(|payment| [&payment.sender, &payment.receiver]) {
            let number = parties.sides.len();
            let known = parties.numbers.entry(side.account.expose());
            if *known.or_insert(number) == number {
                parties.sides.push(side);
            }
        }
        parties
    }

    fn name(&self, side: &PaymentSide) -> Result<Code, Unreportable> {
        let number = self.numbers.get(side.account.expose().as_str()).copied();
        code(&format!("party-{}", number.unwrap_or(0) + 1), "party")
    }
}

pub(super) fn list(report: &SuspicionReport, terms: &KeyTerms) -> Result<SmrList, Unreportable> {
    if report.local_currency.code() != "AUD" {
        let field = "local_currency";
        return Err(Unreportable::Malformed { field });
    }
    let parties = Parties::of(report);
    let transactions = report.transactions.iter();
    let total = transactions
        .map(|held| i128::from(held.local_minor))
        .sum::<i128>();
    let total = i64::try_from(total).unwrap_or(i64::MAX);
    let services: Vec<Code> = services(report)
        .into_iter()
        .map(|service| code(service, "designated service"))
        .collect::<Result<_, _>>()?;
    let narrative = report.narrative(terms)?;
    let branch = report.entity.branch.as_deref().ok_or(missing("branch"))?;
    let smr = Smr {
        header: Header {
            re_report_ref: Some(text100(&report.reference, "reference")?),
            reporting_branch: ReportingBranch {
                name: text100(branch, "branch")?,
            },
        },
        sm_details: SmDetails {
            designated_svc: all(services.into_iter().map(Ok), "transactions")?,
            susp_reason: OneOrMore::one(code("SB", "reason")?),
            susp_reason_other: None,
            grand_total: amount_of(&decimal(total, report.local_currency))?,
        },
        involved_party: involved(report, &parties)?,
        txn_detail: details(report, &parties)?,
        susp_grounds: SuspGrounds {
            grounds_for_suspicion: long(&narrative, "grounds")?,
        },
    };
    let day = report.written.to_string();
    let day: String = day.chars().take(10).filter(char::is_ascii_digit).collect();
    Ok(SmrList {
        re_number: report.entity.number,
        file_name: text100(&format!("SMR{day}01.xml"), "file name")?,
        report_count: 1,
        smr: OneOrMore::one(smr),
    })
}

/// The designated services that the channels are, by release 2.0's list.
fn services(report: &SuspicionReport) -> Vec<&'static str> {
    let mut services: Vec<_> = report
        .transactions
        .iter()
        .map(|held| match held.payment.channel {
            Channel::Remittance | Channel::Cash => "RS",
            Channel::VirtualAsset => "DCE",
            Channel::GiftCard | Channel::Prepaid => "VALCARDS",
            _ => "FIN_EFT",
        })
        .collect();
    services.sort_unstable();
    services.dedup();
    services
}

fn involved(
    report: &SuspicionReport,
    parties: &Parties<'_>,
) -> Result<Vec<InvolvedParty>, Unreportable> {
    let party = |side: &PaymentSide| {
        let account = vec![Account {
            number: text255(side.account.expose(), "account")?,
            destination_tag_memo: None,
            country: CountryCode::new(side.country.code()),
        }];
        let of_client = report.client(side.account.expose()).map(|client| {
            let name = client.name.expose();
            format!("{} {}", name.given, name.family)
        });
        let name = of_client.or_else(|| side.name.as_ref().map(|name| name.expose().clone()));
        let party = match name {
            Some(name) => Party::Identified(IdentifiedParty {
                full_name: text255(&name, "name")?,
                account,
            }),
            None => Party::Unidentified(UnidentifiedParty {
                description: None,
                account,
            }),
        };
        Ok(InvolvedParty {
            id: parties.name(side)?,
            party: Some(party),
        })
    };
    parties.sides.iter().map(|side| party(side)).collect()
}

fn details(
    report: &SuspicionReport,
    parties: &Parties<'_>,
) -> Result<Vec<TxnDetail>, Unreportable> {
    let detail = |held: &super::ReportedTransaction| {
        let payment = &held.payment;
        let code = CurrencyCode::new(payment.currency.code());
        let foreign = code.filter(|_| payment.currency != report.local_currency);
        let amount = decimal(payment.amount_minor, payment.currency);
        let said = payment
            .reference
            .as_ref()
            .map(|text| long(text.expose(), "reference"));
        Ok(TxnDetail {
            txn_date: moment(payment.time, "transaction time")?,
            txn_ref_no: text255(payment.id.expose(), "transaction id")?,
            tfr_amount: amount_of(&decimal(held.local_minor, report.local_currency))?,
            foreign: match foreign {
                Some(currency) => Some(CurrencyAmount {
                    currency,
                    amount: amount_of(&amount)?,
                }),
                None => None,
            },
            sender: parties.name(&payment.sender)?,
            payee: parties.name(&payment.receiver)?,
            method: Some(text30(payment.channel.name(), "channel")?),
            description: said.transpose()?,
        })
    };
    report.transactions.iter().map(detail).collect()
}
