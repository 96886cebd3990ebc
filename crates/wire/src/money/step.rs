//! What reading payments gives: payments, records that were rejected, or a fault.

use std::{fmt, io};

use model::{Payment, Sensitive};

pub use crate::lists::Place;

/// One step through a file of payments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A payment.
    Payment(Place, Box<Payment>),
    /// A record was rejected. Reading goes on.
    Rejected(Rejected),
}

impl Step {
    /// Where the record begins.
    pub const fn place(&self) -> Place {
        match self {
            Self::Payment(place, _) => *place,
            Self::Rejected(rejected) => rejected.place,
        }
    }
}

/// A record that was rejected. What it prints has nothing of the record's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Where the record begins.
    pub place: Place,
    /// The source's id of it, as far as it is known: for whoever may see the payment itself.
    pub id: Option<Sensitive<String>>,
    /// Why.
    pub reason: Reason,
    /// The field that it is about, by the name that [`crate::money`] gives it; empty where it is
    /// about the whole.
    pub field: &'static str,
    /// The column of a table that it is about, from 1.
    pub column: Option<usize>,
}

impl Rejected {
    /// The stable name of the reason.
    pub const fn code(&self) -> &'static str {
        self.reason.code()
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason.says())?;
        if !self.field.is_empty() {
            write!(f, " ({})", self.field)?;
        }
        match self.column {
            Some(column) => write!(f, ", column {column}"),
            None => Ok(()),
        }
    }
}

named! {
    /// Why a record was rejected.
    Reason {
        /// More bytes than a record may have.
        RecordTooLong:
            "money.record-too-long",
            "the record has more bytes than are read";
        /// Nested deeper than a record may be.
        RecordTooDeep:
            "money.record-too-deep",
            "the record is nested too deep";
        /// Not well-formed.
        RecordMalformed:
            "money.record-malformed",
            "the record is not well-formed";
        /// More or fewer cells than the table has columns.
        CellsMiscounted:
            "money.cells-miscounted",
            "the line has more or fewer cells than the table has columns";
        /// Bytes that are no text.
        EncodingBroken:
            "money.encoding-broken",
            "a value is not UTF-8";
        /// An entity other than the five of XML.
        EntityForbidden:
            "money.entity-forbidden",
            "a value has an entity other than the five of XML";
        /// A value that is too long.
        TextTooLong:
            "money.text-too-long",
            "a value is longer than is read";
        /// A field twice.
        FieldRepeated:
            "money.field-repeated",
            "a field that stands once stands twice";
        /// An id that an earlier record of the file has.
        IdRepeated:
            "money.id-repeated",
            "an earlier record of the file has the same id";
        /// Nothing says whose account it is.
        AccountMissing:
            "money.account-missing",
            "nothing says which account it is";
        /// An address that the chain does not have.
        AddressMalformed:
            "money.address-malformed",
            "this is no address of that chain";
        /// No amount.
        AmountMissing:
            "money.amount-missing",
            "there is no amount";
        /// Not a decimal number.
        AmountMalformed:
            "money.amount-malformed",
            "the amount is no plain decimal number";
        /// Not a number, or infinite.
        AmountNotFinite:
            "money.amount-not-finite",
            "the amount is not a finite number";
        /// Below zero.
        AmountNegative:
            "money.amount-negative",
            "the amount is negative: a reversal is no payment";
        /// Zero.
        AmountZero:
            "money.amount-zero",
            "the amount is zero";
        /// Digits beyond the minor unit.
        AmountTooFine:
            "money.amount-too-fine",
            "the amount has more decimals than its currency";
        /// Larger than is believed.
        AmountAbsurd:
            "money.amount-absurd",
            "the amount is larger than is believed";
        /// No currency.
        CurrencyMissing:
            "money.currency-missing",
            "nothing says which currency it is";
        /// A currency that does not exist.
        CurrencyUnknown:
            "money.currency-unknown",
            "the currency is not of ISO 4217";
        /// No date.
        DateMissing:
            "money.date-missing",
            "there is no date";
        /// Not a date.
        DateMalformed:
            "money.date-malformed",
            "the date is not written as the format or the mapping says";
        /// Later than now.
        DateFuture:
            "money.date-future",
            "the date is in the future: a clock is wrong";
        /// Older than is believed.
        DatePast:
            "money.date-past",
            "the date is before 1970";
        /// A country that does not exist.
        CountryUnknown:
            "money.country-unknown",
            "the country is not of ISO 3166-1";
        /// A word for a channel that the mapping does not have.
        ChannelUnknown:
            "money.channel-unknown",
            "the mapping does not say which channel this word is";
        /// A message of another kind.
        MessageForeign:
            "money.message-foreign",
            "the message is not an MT103";
        /// A transfer that failed on its chain.
        TransferFailed:
            "money.transfer-failed",
            "the transfer failed on its chain: nothing was paid";
    }
}

named! {
    /// Why a file cannot be read further.
    FaultKind {
        /// The source failed.
        Read:
            "money.read",
            "the file cannot be read: try again from the last record";
        /// The end is missing.
        Cut:
            "money.cut",
            "the file ends in the middle: get it again, whole, and go on after the last record";
        /// What is around the records is broken.
        FrameBroken:
            "money.frame-broken",
            "this is not what the format has around its records";
        /// What is around the records is too long.
        FrameTooLong:
            "money.frame-too-long",
            "a tag, a comment or a line has more bytes than are read";
        /// Nested too deep outside of a record.
        FrameTooDeep:
            "money.frame-too-deep",
            "elements around the records are nested too deep";
        /// A document type.
        DoctypeForbidden:
            "money.doctype-forbidden",
            "the file has a document type declaration: these are always refused";
        /// Another encoding than UTF-8.
        EncodingUnsupported:
            "money.encoding-unsupported",
            "the file is not UTF-8: convert it";
        /// A table whose first line does not name the columns that are needed.
        HeaderUnknown:
            "money.header-unknown",
            "the first line does not name the columns of a payment: write a mapping";
        /// A table whose first line names a column twice.
        HeaderRepeated:
            "money.header-repeated",
            "the first line names a column twice that the mapping takes";
        /// More records than are read.
        RecordsTooMany:
            "money.records-too-many",
            "the file has more records than are read: split it";
    }
}

/// A file that cannot be read further. What was read before it holds.
#[derive(Debug, thiserror::Error)]
#[error("line {line}, byte {offset_bytes}, after {records} records: {}", .kind.says())]
pub struct MoneyFault {
    /// What failed.
    pub kind: FaultKind,
    /// The line, from 1.
    pub line: u64,
    /// The bytes before the place.
    pub offset_bytes: u64,
    /// How many records were read to their end: resume after these.
    pub records: u64,
    /// What the source said.
    #[source]
    pub source: Option<io::Error>,
}

impl MoneyFault {
    /// The stable name of what failed.
    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }
}

/// What is wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flaw {
    pub(super) reason: Reason,
    pub(super) field: &'static str,
}

impl Reason {
    /// The flaw of a field.
    pub(super) const fn of(self, field: &'static str) -> Flaw {
        Flaw {
            reason: self,
            field,
        }
    }
}
