//! Identifiers: what points at an account, device, place or purse, as mentioned and as normalised.

use serde::{Deserialize, Serialize};

use crate::{Moment, Sensitive};

/// The part of a report that mentions something.
///
/// Only the parts about the incident tie reports together; the sender's own contact data never do,
/// or each sender's reports would be one case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The person or account reported.
    Reported,
    /// An account associated with the person or account reported.
    Associated,
    /// The intended recipient.
    Recipient,
    /// The child or adult harmed.
    Victim,
    /// The incident itself: pages, rooms, mailboxes, calls.
    Incident,
    /// What was said of a file.
    File,
    /// The sender and its contacts.
    Sender,
    /// Police named in the report.
    Police,
}

impl Part {
    /// Whether a mention in this part may tie two reports together.
    pub const fn ties(self) -> bool {
        !matches!(self, Self::Sender | Self::Police)
    }
}

/// What a mention is, before it is normalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MentionKind {
    /// An email address.
    Email,
    /// A phone number; `qualifier` carries the calling code, if one was given.
    Phone,
    /// A URL, or a host without a scheme.
    Url,
    /// An IP address; `port` and `at` may say which of its users was meant.
    Ip,
    /// A screen name; `qualifier` carries the platform, if one was given.
    Handle,
    /// The platform's own account number; `qualifier` carries the service.
    AccountNumber,
    /// A device id; `qualifier` carries its type (IMEI, advertising id, …).
    Device,
    /// A group, room or server id; `qualifier` carries the platform.
    Group,
    /// The number of an earlier report.
    PriorReport,
}

/// One thing that a report mentions, verbatim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// What it is.
    pub kind: MentionKind,
    /// Which part of the report mentions it.
    pub part: Part,
    /// The text as sent.
    pub text: Sensitive<String>,
    /// Platform, calling code, service or type, by kind.
    pub qualifier: Option<String>,
    /// Port, for an IP address.
    pub port: Option<u16>,
    /// When it was captured.
    pub at: Option<Moment>,
    /// Where in the document, as element names: `personOrUserReported/email`.
    pub place: String,
}

/// The kinds of normalised identifiers. The names are the keys scripts rely on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentifierKind {
    /// Email address.
    Email,
    /// Phone number in E.164.
    Phone,
    /// URL.
    Url,
    /// IP address with its moment, and its port where one was given.
    Ip,
    /// Platform and name.
    Handle,
    /// Device id.
    Device,
    /// Group, room or server id on a platform.
    Group,
    /// The number of a report.
    PriorReport,
    /// A host name alone: a service, not a page.
    Host,
    /// An onion service, by its address.
    Onion,
    /// A bank account number in international form.
    Iban,
    /// A payment card, only as a token: never its number.
    Card,
    /// A Bitcoin address.
    Btc,
    /// An address on Ethereum or a chain like it.
    Evm,
    /// A Tron address.
    Tron,
    /// A Monero address.
    Monero,
    /// A wallet, a payment handle or a remittance's control number, with its service.
    Payment,
}

impl IdentifierKind {
    /// Every kind. Append only.
    pub const ALL: [Self; 17] = [
        Self::Email,
        Self::Phone,
        Self::Url,
        Self::Ip,
        Self::Handle,
        Self::Device,
        Self::Group,
        Self::PriorReport,
        Self::Host,
        Self::Onion,
        Self::Iban,
        Self::Card,
        Self::Btc,
        Self::Evm,
        Self::Tron,
        Self::Monero,
        Self::Payment,
    ];

    /// The name as written in JSON and policy.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Url => "url",
            Self::Ip => "ip",
            Self::Handle => "handle",
            Self::Device => "device",
            Self::Group => "group",
            Self::PriorReport => "prior_report",
            Self::Host => "host",
            Self::Onion => "onion",
            Self::Iban => "iban",
            Self::Card => "card",
            Self::Btc => "btc",
            Self::Evm => "evm",
            Self::Tron => "tron",
            Self::Monero => "monero",
            Self::Payment => "payment",
        }
    }
}

/// A mention in normal form: two mentions of the same thing have equal `kind` and `normal`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Identifier {
    /// The kind.
    pub kind: IdentifierKind,
    /// The normal form, for comparison only.
    pub normal: Sensitive<String>,
    /// The text as sent, for display.
    pub text: Sensitive<String>,
    /// Which part of the report mentions it.
    pub part: Part,
    /// Where in the document.
    pub place: String,
    /// Whether it may tie reports together (a checksum failed or a moment missing: it may not).
    pub ties: bool,
}
