//! A report: what one sender said once, in the words that engines understand, whatever door it came
//! by.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{FileFacts, Finding, Mention, Part, Sensitive, Timestamp};

/// The door a report came by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// The CyberTipline-compatible HTTP door.
    Ispws,
    /// The command line.
    CommandLine,
    /// Alerts of screened payments.
    Payments,
}

impl Door {
    /// The name as written in JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ispws => "ispws",
            Self::CommandLine => "command_line",
            Self::Payments => "payments",
        }
    }
}

/// Where a report stands in its door's protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportState {
    /// Submitted; files may still come.
    Open,
    /// Finished by its sender; final.
    Finished,
    /// Retracted by its sender; final.
    Retracted,
    /// Never finished in time; to its sender it no longer exists, its evidence is kept.
    Expired,
    /// Finished, and found to repeat an earlier report, files included: it stands for that one.
    Folded,
}

/// What kind of incident the sender chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentKind {
    /// Abuse material: possession, manufacture, distribution.
    AbuseMaterial,
    /// Trafficking of a child.
    Trafficking,
    /// Travel to abuse a child.
    Travel,
    /// Abuse of a child in person.
    Molestation,
    /// A misleading domain name.
    MisleadingDomain,
    /// Misleading words or images.
    MisleadingContent,
    /// Online enticement of a child.
    Enticement,
    /// Obscene material sent to a child.
    UnsolicitedMaterial,
    /// Payments that look like those for abuse, as an engine found them.
    PaymentPattern,
}

impl IncidentKind {
    /// The name as written in policy and JSON.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AbuseMaterial => "abuse_material",
            Self::Trafficking => "trafficking",
            Self::Travel => "travel",
            Self::Molestation => "molestation",
            Self::MisleadingDomain => "misleading_domain",
            Self::MisleadingContent => "misleading_content",
            Self::Enticement => "enticement",
            Self::UnsolicitedMaterial => "unsolicited_material",
            Self::PaymentPattern => "payment_pattern",
        }
    }
}

/// A yes-mark that a sender set on a report or on one of its files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// Sextortion.
    Sextortion,
    /// Solicitation of abuse material.
    Solicitation,
    /// Between minors.
    MinorToMinor,
    /// Spam.
    Spam,
    /// Sadistic online exploitation.
    SadisticExploitation,
    /// The report stands for a batch of viral copies.
    ViralBatch,
    /// A drawing or animation.
    Drawing,
    /// A potential meme.
    PotentialMeme,
    /// Viral.
    Viral,
    /// Possibly self-produced.
    PossibleSelfProduction,
    /// Physical harm.
    PhysicalHarm,
    /// Violence or gore.
    ViolenceGore,
    /// Bestiality.
    Bestiality,
    /// Live-streamed.
    LiveStreaming,
    /// An infant.
    Infant,
    /// Made by generative AI.
    GenerativeAi,
}

/// A moment as a sender wrote it: the text is kept, the UTC moment exists only if an offset was
/// given.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// The text as sent.
    pub text: String,
    /// The moment, if the text says its offset; a time without one is ambiguous and never assumed
    /// UTC.
    pub utc: Option<Timestamp>,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A person or account in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Reported, associated, recipient or victim.
    pub part: Part,
    /// Given and family names, as sent, joined by a space.
    pub name: Option<Sensitive<String>>,
    /// Age in years.
    pub age_years: Option<i64>,
    /// Birth date as sent, `YYYY-MM-DD`.
    pub born: Option<Sensitive<String>>,
    /// Country codes of addresses and of the estimated location.
    pub countries: BTreeSet<String>,
    /// The sender knows no more of this person (a third party's user).
    pub third_party: bool,
}

/// What one sender said once. Never edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What kind of incident.
    pub incident: IncidentKind,
    /// When it happened.
    pub incident_at: Moment,
    /// The application it happened on.
    pub platform: Option<String>,
    /// Why the sender escalated it. Any text at all is an escalation.
    pub escalation: Option<Sensitive<String>>,
    /// The marks set on the report or on any of its files.
    pub marks: BTreeSet<Mark>,
    /// The persons and accounts.
    pub subjects: Vec<Subject>,
    /// Everything that points at an account, device or place.
    pub mentions: Vec<Mention>,
    /// The files.
    pub files: Vec<FileFacts>,
    /// What the report says in free words, in the order of the document.
    pub narratives: Vec<Narrative>,
    /// What another engine found, which the report was made of.
    #[serde(default)]
    pub findings: Vec<Finding>,
}

/// Free words in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Narrative {
    /// The part of the report that says them.
    pub part: Part,
    /// Where in the document, as element names: `victim/additionalInfo`.
    pub place: String,
    /// The words as sent, which are hostile input: data, never instructions.
    pub text: Sensitive<String>,
}
