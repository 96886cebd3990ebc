//! Which elements of an ISO 20022 message are looked at.

/// The element that is a record.
pub(super) const RECORD: &[u8] = b"CdtTrfTxInf";

/// A side of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    Sender,
    Receiver,
}

/// What an element is, by the path to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    /// None that is looked at, nor anything in it.
    Other,
    /// Around the message: the document, envelopes, headers of the network.
    Outside,
    Message,
    Header,
    Batch,
    Record,
    Ids,
    Amounts,
    Equivalent,
    Party(Who),
    PartyId(Who),
    PartyIdKind(Who),
    PartyIdOther(Who),
    Address(Who),
    Account(Who),
    AccountId(Who),
    AccountOther(Who),
    Agent(Who),
    Institution(Who),
    Clearing(Who),
    Purpose,
    Remittance,
    Structured,
    CreditorReference,
    Leaf(Leaf),
}

/// An element whose text is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaf {
    MessageId,
    Created,
    Count,
    Sum,
    BatchId,
    Uetr,
    TransactionId,
    InstructionId,
    EndToEndId,
    /// What is settled, or paid.
    Amount,
    /// What was instructed, where something else is settled.
    Instructed,
    Date,
    Accepted,
    Name(Who),
    Country(Who),
    Iban(Who),
    OtherAccount(Who),
    OtherId(Who),
    Bic(Who),
    Member(Who),
    Purpose,
    Reference,
}

/// What an element of a name is in its parent.
pub(super) fn child(parent: Node, name: &[u8]) -> Node {
    use Node as N;
    use Who::{Receiver, Sender};
    match (parent, name) {
        (N::Outside, b"FIToFICstmrCdtTrf" | b"CstmrCdtTrfInitn") => N::Message,
        (N::Outside, _) => N::Outside,
        (N::Message, b"GrpHdr") => N::Header,
        (N::Message, b"PmtInf") => N::Batch,
        (N::Message | N::Batch, b"CdtTrfTxInf") => N::Record,
        (N::Header, _) => match name {
            b"MsgId" => N::Leaf(Leaf::MessageId),
            b"CreDtTm" => N::Leaf(Leaf::Created),
            b"NbOfTxs" => N::Leaf(Leaf::Count),
            b"CtrlSum" => N::Leaf(Leaf::Sum),
            b"IntrBkSttlmDt" => N::Leaf(Leaf::Date),
            _ => N::Other,
        },
        (N::Batch, b"PmtInfId") => N::Leaf(Leaf::BatchId),
        (N::Batch, b"ReqdExctnDt") | (N::Leaf(Leaf::Date), b"Dt" | b"DtTm") => N::Leaf(Leaf::Date),
        (N::Batch | N::Record, b"Dbtr") => N::Party(Sender),
        (N::Batch | N::Record, b"DbtrAcct") => N::Account(Sender),
        (N::Batch | N::Record, b"DbtrAgt") => N::Agent(Sender),
        (N::Record, _) => match name {
            b"PmtId" => N::Ids,
            b"IntrBkSttlmAmt" => N::Leaf(Leaf::Amount),
            b"InstdAmt" => N::Leaf(Leaf::Instructed),
            b"Amt" => N::Amounts,
            b"IntrBkSttlmDt" => N::Leaf(Leaf::Date),
            b"AccptncDtTm" => N::Leaf(Leaf::Accepted),
            b"Cdtr" => N::Party(Receiver),
            b"CdtrAcct" => N::Account(Receiver),
            b"CdtrAgt" => N::Agent(Receiver),
            b"Purp" => N::Purpose,
            b"RmtInf" => N::Remittance,
            _ => N::Other,
        },
        (N::Ids, b"EndToEndId") => N::Leaf(Leaf::EndToEndId),
        (N::Ids, b"InstrId") => N::Leaf(Leaf::InstructionId),
        (N::Ids, b"TxId") => N::Leaf(Leaf::TransactionId),
        (N::Ids, b"UETR") => N::Leaf(Leaf::Uetr),
        (N::Amounts, b"InstdAmt") | (N::Equivalent, b"Amt") => N::Leaf(Leaf::Amount),
        (N::Amounts, b"EqvtAmt") => N::Equivalent,
        (N::Purpose, b"Cd" | b"Prtry") => N::Leaf(Leaf::Purpose),
        (N::Remittance, b"Ustrd")
        | (N::Structured, b"AddtlRmtInf")
        | (N::CreditorReference, b"Ref") => N::Leaf(Leaf::Reference),
        (N::Remittance, b"Strd") => N::Structured,
        (N::Structured, b"CdtrRefInf") => N::CreditorReference,
        _ => of_side(parent, name),
    }
}

fn of_side(parent: Node, name: &[u8]) -> Node {
    use Node as N;
    match (parent, name) {
        (N::Party(who), b"Nm") => N::Leaf(Leaf::Name(who)),
        (N::Party(who), b"PstlAdr") => N::Address(who),
        (N::Party(who), b"Id") => N::PartyId(who),
        (N::Party(who), b"CtryOfRes") | (N::Address(who), b"Ctry") => N::Leaf(Leaf::Country(who)),
        (N::PartyId(who), b"PrvtId" | b"OrgId") => N::PartyIdKind(who),
        (N::PartyIdKind(who), b"Othr") => N::PartyIdOther(who),
        (N::PartyIdOther(who), b"Id") => N::Leaf(Leaf::OtherId(who)),
        (N::Account(who), b"Id") => N::AccountId(who),
        (N::AccountId(who), b"IBAN") => N::Leaf(Leaf::Iban(who)),
        (N::AccountId(who), b"Othr") => N::AccountOther(who),
        (N::AccountOther(who), b"Id") => N::Leaf(Leaf::OtherAccount(who)),
        (N::Agent(who), b"FinInstnId") => N::Institution(who),
        (N::Institution(who), b"BICFI" | b"BIC") => N::Leaf(Leaf::Bic(who)),
        (N::Institution(who), b"ClrSysMmbId") => N::Clearing(who),
        (N::Clearing(who), b"MmbId") => N::Leaf(Leaf::Member(who)),
        _ => N::Other,
    }
}

impl Leaf {
    /// The name of the field that it is.
    pub(super) const fn field(self) -> &'static str {
        match self {
            Self::MessageId => "message_id",
            Self::Created | Self::Date | Self::Accepted => "time",
            Self::Count | Self::Sum => "declared",
            Self::BatchId => "batch_id",
            Self::Uetr | Self::TransactionId | Self::InstructionId | Self::EndToEndId => "id",
            Self::Amount | Self::Instructed => "amount",
            Self::Name(Who::Sender) => "sender_name",
            Self::Name(Who::Receiver) => "receiver_name",
            Self::Country(Who::Sender) => "sender_country",
            Self::Country(Who::Receiver) => "receiver_country",
            Self::Iban(Who::Sender)
            | Self::OtherAccount(Who::Sender)
            | Self::OtherId(Who::Sender) => "sender",
            Self::Iban(Who::Receiver)
            | Self::OtherAccount(Who::Receiver)
            | Self::OtherId(Who::Receiver) => "receiver",
            Self::Bic(Who::Sender) | Self::Member(Who::Sender) => "sender_agent",
            Self::Bic(Who::Receiver) | Self::Member(Who::Receiver) => "receiver_agent",
            Self::Purpose => "purpose",
            Self::Reference => "reference",
        }
    }

    /// The side that it is about.
    pub(super) const fn side(self) -> Option<Who> {
        match self {
            Self::Name(who)
            | Self::Country(who)
            | Self::Iban(who)
            | Self::OtherAccount(who)
            | Self::OtherId(who)
            | Self::Bic(who)
            | Self::Member(who) => Some(who),
            _ => None,
        }
    }
}
