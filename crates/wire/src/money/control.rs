//! Control totals: what was read, taken and rejected, beside what the file says of itself.

use std::collections::BTreeMap;

use model::Currency;

use super::amount::Decimal;

/// Sums over currencies are kept in units of `10^-9`: no currency is finer.
const SCALE: u32 = 9;

/// What was read so far; final once the reader has given its last step.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ControlTotal {
    /// Records read to their end.
    pub records: u64,
    /// Records that gave a payment.
    pub taken: u64,
    /// Records that were rejected.
    pub rejected: u64,
    /// What was taken in each currency, in minor units.
    pub sums_minor: BTreeMap<Currency, i128>,
    /// How many records the file says it has, over all its messages that say so.
    pub declared_records: Option<u64>,
    /// The sum of amounts that the file says it has, whatever their currencies, in units of
    /// `10^-9`.
    pub declared_sum_nanos: Option<i128>,
    /// The sum of all amounts that could be read, of rejected records too, in units of `10^-9`.
    pub read_sum_nanos: i128,
    /// Records whose amount could not be read, or was beyond every number.
    pub unread_amounts: u64,
    /// Records of messages that say how many they have, and those of messages that say their sum.
    counted: (u64, i128),
    /// Whether something was declared that is no number.
    undeclared: bool,
}

/// Whether what was read is what the file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reconciled {
    /// The file says nothing of its number or sum.
    NothingDeclared,
    /// All that the file says holds.
    Holds,
    /// The number of records differs, or what is declared is no number.
    CountDiffers,
    /// The number holds, the sum of amounts differs.
    SumDiffers,
    /// The number holds; the sum cannot be compared, since an amount could not be read.
    SumUnknown,
}

impl ControlTotal {
    /// Whether what was read is what the file says. Every record is either taken or rejected:
    /// that holds always.
    pub fn reconciled(&self) -> Reconciled {
        if self.undeclared {
            return Reconciled::CountDiffers;
        }
        if self
            .declared_records
            .is_some_and(|declared| declared != self.counted.0)
        {
            return Reconciled::CountDiffers;
        }
        match self.declared_sum_nanos {
            Some(_) if self.unread_amounts > 0 => Reconciled::SumUnknown,
            Some(declared) if declared != self.counted.1 => Reconciled::SumDiffers,
            None if self.declared_records.is_none() => Reconciled::NothingDeclared,
            _ => Reconciled::Holds,
        }
    }

    pub(super) fn take(&mut self, currency: Currency, minor: i64) {
        self.taken += 1;
        let sum = self.sums_minor.entry(currency).or_default();
        *sum = sum.saturating_add(i128::from(minor));
    }

    /// One record, with its amount if that could be read.
    pub(super) fn record(&mut self, amount: Option<Decimal>) {
        self.records += 1;
        match amount.and_then(|amount| amount.at_scale(SCALE)) {
            Some(nanos) => self.read_sum_nanos = self.read_sum_nanos.saturating_add(nanos),
            None => self.unread_amounts += 1,
        }
    }
}

/// What one message says of itself.
#[derive(Debug, Default)]
pub(super) struct Declared {
    records_before: u64,
    sum_before: i128,
    pub(super) records: Option<u64>,
    pub(super) sum: Option<Decimal>,
    pub(super) unreadable: bool,
}

impl Declared {
    /// A message begins.
    pub(super) fn begin(total: &ControlTotal) -> Self {
        Self {
            records_before: total.records,
            sum_before: total.read_sum_nanos,
            ..Self::default()
        }
    }

    /// The message ends.
    pub(super) fn end(self, total: &mut ControlTotal) {
        total.undeclared |= self.unreadable;
        if let Some(records) = self.records {
            let declared = total.declared_records.get_or_insert(0);
            *declared = declared.saturating_add(records);
            total.counted.0 += total.records - self.records_before;
        }
        if let Some(sum) = self.sum {
            match sum.at_scale(SCALE) {
                Some(nanos) => {
                    let declared = total.declared_sum_nanos.get_or_insert(0);
                    *declared = declared.saturating_add(nanos);
                    let read = total.read_sum_nanos - self.sum_before;
                    total.counted.1 = total.counted.1.saturating_add(read);
                }
                None => total.undeclared = true,
            }
        }
    }
}
