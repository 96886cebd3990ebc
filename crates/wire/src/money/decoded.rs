//! Payments that another reader decoded from columns of a typed file: checked, counted and
//! reconciled like those of every other format.

use model::{Payment, PaymentSide, Timestamp};

use super::amount::Decimal;
use super::clerk::Clerk;
use super::control::{ControlTotal, Declared};
use super::draft::{Draft, DraftSide, text};
use super::step::{FaultKind, Flaw, MoneyFault, Place, Reason, Step};
use super::{Settings, dates};

/// Takes the rows of one file, in their order.
#[derive(Debug)]
pub struct Decoded {
    clerk: Clerk,
    declared: Declared,
}

impl Decoded {
    /// Begins a file that says it has so many rows; a fault if those are more than are read.
    pub fn new(settings: Settings, rows: u64) -> Result<Self, MoneyFault> {
        if rows > settings.records_max {
            return Err(MoneyFault {
                kind: FaultKind::RecordsTooMany,
                line: 1,
                offset_bytes: 0,
                records: 0,
                source: None,
            });
        }
        let clerk = Clerk::new(settings);
        let mut declared = Declared::begin(&clerk.total);
        declared.records = Some(rows);
        Ok(Self { clerk, declared })
    }

    /// Takes a row or rejects it. `row` counts from 1 and is the place's record and line; an empty
    /// id is made from it.
    pub fn take(&mut self, row: u64, payment: &Payment) -> Step {
        let mut draft = Draft {
            amount: Some(Decimal {
                digits: i128::from(payment.amount_minor),
                scale: payment.currency.exponent(),
            }),
            currency: Some(payment.currency),
            channel: payment.channel,
            merchant: payment.merchant,
            relation: payment.relation,
            ..Draft::default()
        };
        if let Err(flaw) = self.fill(&mut draft, payment) {
            draft.blame(flaw);
        }
        self.clerk.settle(place_of(row), draft, "row")
    }

    /// Counts a row that the other reader rejected.
    pub const fn count_rejected(&mut self) {
        self.clerk.total.records += 1;
        self.clerk.total.rejected += 1;
        self.clerk.total.unread_amounts += 1;
    }

    /// What was read; whether its number is that which the file says.
    pub fn finish(self) -> ControlTotal {
        let mut total = self.clerk.total;
        self.declared.end(&mut total);
        total
    }

    fn fill(&self, draft: &mut Draft, payment: &Payment) -> Result<(), Flaw> {
        draft.id = text(payment.id.expose().as_bytes(), "id")?;
        draft.sender = side(&payment.sender, "sender")?;
        draft.receiver = side(&payment.receiver, "receiver")?;
        if let Some(said) = &payment.reference {
            draft.reference = text(said.expose().as_bytes(), "reference")?;
        }
        if let Some(purpose) = &payment.purpose {
            draft.purpose = text(purpose.as_bytes(), "purpose")?;
        }
        draft.time = Some((self.believed(payment.time)?, payment.has_clock));
        Ok(())
    }

    fn believed(&self, time: Timestamp) -> Result<Timestamp, Flaw> {
        dates::believed(time, self.clerk.settings.now).map_err(|reason: Reason| reason.of("time"))
    }
}

fn side(side: &PaymentSide, field: &'static str) -> Result<DraftSide, Flaw> {
    let name = match &side.name {
        Some(name) => text(name.expose().as_bytes(), field)?,
        None => None,
    };
    Ok(DraftSide {
        account: text(side.account.expose().as_bytes(), field)?,
        name,
        agent: side.agent.clone(),
        country: Some(side.country).filter(|country| *country != model::Country::UNKNOWN),
        ..DraftSide::default()
    })
}

const fn place_of(row: u64) -> Place {
    Place {
        record: row,
        line: row,
        offset_bytes: 0,
    }
}
