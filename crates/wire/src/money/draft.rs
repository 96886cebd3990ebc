//! A payment as far as it is read, and the checks that make one of it.

use model::limits::MONEY_TEXT_BYTES_MAX;
use model::{
    Channel, Country, Currency, Merchant, Payment, PaymentSide, Relation, Sensitive, Timestamp,
};

use super::amount::Decimal;
use super::step::{Flaw, Reason};

/// One side as far as it is read.
#[derive(Debug, Clone, Default)]
pub(super) struct DraftSide {
    pub(super) account: Option<String>,
    pub(super) is_iban: bool,
    /// What else identifies the side, where there is no account.
    pub(super) other: Option<String>,
    pub(super) name: Option<String>,
    pub(super) agent: Option<String>,
    pub(super) agent_is_bic: bool,
    pub(super) country: Option<Country>,
}

/// A payment as far as it is read.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    pub(super) id: Option<String>,
    pub(super) time: Option<(Timestamp, bool)>,
    pub(super) sender: DraftSide,
    pub(super) receiver: DraftSide,
    pub(super) amount: Option<Decimal>,
    pub(super) currency: Option<Currency>,
    /// What was instructed, where something else is settled: what the payer chose.
    pub(super) instructed: Option<Decimal>,
    pub(super) instructed_currency: Option<Currency>,
    pub(super) channel: Channel,
    pub(super) purpose: Option<String>,
    pub(super) reference: Option<String>,
    pub(super) merchant: Option<Merchant>,
    pub(super) relation: Option<Relation>,
    /// What was found wrong first.
    pub(super) flaw: Option<Flaw>,
}

impl Draft {
    /// Remembers what is wrong, unless something was wrong before.
    pub(super) fn blame(&mut self, flaw: Flaw) {
        self.flaw.get_or_insert(flaw);
    }

    /// Adds to what the payer wrote.
    pub(super) fn add_reference(&mut self, text: &str) -> Result<(), Flaw> {
        let reference = self.reference.get_or_insert_default();
        if reference.len() + 1 + text.len() > MONEY_TEXT_BYTES_MAX + 1 {
            return Err(Reason::TextTooLong.of("reference"));
        }
        if !reference.is_empty() {
            reference.push('\n');
        }
        reference.push_str(text);
        Ok(())
    }

    /// The payment, or what is wrong with it and the id. `made_id` is the id of one that brings
    /// none.
    pub(super) fn payment(
        mut self,
        made_id: impl FnOnce() -> String,
    ) -> Result<Payment, (Flaw, Option<String>)> {
        let id = self.id.take();
        match self.checked() {
            Ok((time, has_clock, amount_minor, currency, sender, receiver)) => Ok(Payment {
                id: Sensitive::new(id.unwrap_or_else(made_id)),
                time,
                has_clock,
                sender,
                receiver,
                amount_minor,
                currency,
                channel: self.channel,
                purpose: self.purpose,
                reference: self.reference.map(Sensitive::new),
                merchant: self.merchant,
                relation: self.relation,
            }),
            Err(flaw) => Err((flaw, id)),
        }
    }

    fn checked(&mut self) -> Result<Checked, Flaw> {
        if let Some(flaw) = self.flaw {
            return Err(flaw);
        }
        let settled = (self.amount, self.currency);
        let (amount, currency) = match self.instructed {
            Some(_) => (self.instructed, self.instructed_currency),
            None => settled,
        };
        let currency = currency.ok_or(Reason::CurrencyMissing.of("currency"))?;
        let amount = amount.ok_or(Reason::AmountMissing.of("amount"))?;
        let amount = amount
            .minor(currency)
            .map_err(|reason| reason.of("amount"))?;
        let (time, has_clock) = self.time.ok_or(Reason::DateMissing.of("time"))?;
        let sender = std::mem::take(&mut self.sender).side("sender")?;
        let receiver = std::mem::take(&mut self.receiver).side("receiver")?;
        Ok((time, has_clock, amount, currency, sender, receiver))
    }
}

type Checked = (Timestamp, bool, i64, Currency, PaymentSide, PaymentSide);

impl DraftSide {
    fn side(self, field: &'static str) -> Result<PaymentSide, Flaw> {
        let is_account = self.account.is_some();
        let account = self.account.or(self.other);
        let account = account.ok_or(Reason::AccountMissing.of(field))?;
        let of_iban = || (self.is_iban && is_account).then(|| country_at(&account, 0))?;
        let of_bic = || {
            let bic = self.agent.as_deref().filter(|_| self.agent_is_bic)?;
            country_at(bic, 4)
        };
        let country = self.country.or_else(of_iban).or_else(of_bic);
        Ok(PaymentSide {
            country: country.unwrap_or_default(),
            account: Sensitive::new(account),
            name: self.name.map(Sensitive::new),
            agent: self.agent,
        })
    }
}

/// The country that two letters of an IBAN or a BIC name.
fn country_at(text: &str, at: usize) -> Option<Country> {
    Country::parse(text.get(at..at + 2)?)
}

/// A value as text without white space at its ends.
pub(super) fn str_of<'a>(value: &'a [u8], field: &'static str) -> Result<&'a str, Flaw> {
    let value = value.trim_ascii();
    if value.len() > MONEY_TEXT_BYTES_MAX {
        return Err(Reason::TextTooLong.of(field));
    }
    let text = std::str::from_utf8(value).map_err(|_| Reason::EncodingBroken.of(field))?;
    Ok(text.trim())
}

/// A value as text without white space at its ends; `None` if nothing is left.
pub(super) fn text(value: &[u8], field: &'static str) -> Result<Option<String>, Flaw> {
    let text = str_of(value, field)?;
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// A currency in capitals.
pub(super) fn currency(value: &[u8]) -> Result<Currency, Flaw> {
    let value = value.trim_ascii();
    if value.is_empty() {
        return Err(Reason::CurrencyMissing.of("currency"));
    }
    let known = std::str::from_utf8(value).ok().and_then(Currency::parse);
    known.ok_or(Reason::CurrencyUnknown.of("currency"))
}
