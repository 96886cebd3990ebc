//! The rows of the database as plain values, with typed ids.

use std::fmt;

use model::{
    AccountId, CaseId, Door, FileId, Rank, ReportId, ReportState, Role, StormId, Timestamp,
};

/// A keyed digest (HMAC-SHA-256) by which something is found without being readable.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Blind(pub [u8; 32]);

impl fmt::Debug for Blind {
    /// Never the bytes: two equal digests would tell that two records name the same thing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[blind]")
    }
}

/// Bytes that only a key opens.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Sealed(pub Vec<u8>);

impl fmt::Debug for Sealed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[sealed, {} B]", self.0.len())
    }
}

/// An Argon2id hash of an account's secret, in PHC string format.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretHash(pub String);

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret hash]")
    }
}

/// The name of a sealed blob in the blob store: 16 random bytes, so that a name tells nothing of
/// the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobId(pub [u8; 16]);

/// What numbers are handed out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Counter {
    /// Reports, from 1 000 001.
    Report,
    /// Cases, from 1.
    Case,
    /// Accounts, from 1.
    Account,
    /// Decisions, from 1.
    Decision,
    /// Storms, from 1.
    Storm,
    /// Lists of known material, from 1.
    List,
    /// Entries of lists, from 1.
    Entry,
    /// Changes to entries, from 1.
    Rev,
    /// Files that were looked into, from 1.
    Look,
    /// Matches, from 1.
    Match,
    /// The next change to entries that is to be compared with what is held.
    Matched,
}

impl Counter {
    /// Every counter.
    pub const ALL: [Self; 11] = [
        Self::Report,
        Self::Case,
        Self::Account,
        Self::Decision,
        Self::Storm,
        Self::List,
        Self::Entry,
        Self::Rev,
        Self::Look,
        Self::Match,
        Self::Matched,
    ];

    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Report => "report",
            Self::Case => "case",
            Self::Account => "account",
            Self::Decision => "decision",
            Self::Storm => "storm",
            Self::List => "list",
            Self::Entry => "entry",
            Self::Rev => "rev",
            Self::Look => "look",
            Self::Match => "match",
            Self::Matched => "matched",
        }
    }

    /// The first number that is handed out.
    pub const fn first(self) -> i64 {
        match self {
            Self::Report => 1_000_001,
            _ => 1,
        }
    }
}

/// An account: a sender or a member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountRow {
    /// Its number.
    pub id: AccountId,
    /// Its name, blinded; unique among accounts that are not revoked.
    pub name: Blind,
    /// Its name, sealed.
    pub name_sealed: Sealed,
    /// What it may do.
    pub role: Role,
    /// The hash of its secret.
    pub secret: SecretHash,
    /// When it was added.
    pub created: Timestamp,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
}

/// How far the log reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LogHead {
    /// Committed entries.
    pub size: i64,
    /// Entries that a signed checkpoint covers; never more than `size`.
    pub published: i64,
}

/// A custody event on its way into the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// The report it is about, if it is about one.
    pub report: Option<ReportId>,
    /// The log's entry: a version byte and a salted commitment.
    pub entry: [u8; 33],
    /// The salt and the event, sealed.
    pub sealed: Sealed,
}

/// A custody event in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// Its place, from 0, without gaps.
    pub index: i64,
    /// What it is.
    pub row: LogRow,
}

/// What one sender submitted. Immutable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmissionRow {
    /// The report it opened.
    pub report: ReportId,
    /// Who sent it.
    pub account: AccountId,
    /// The door it came by.
    pub door: Door,
    /// When it was opened.
    pub opened: Timestamp,
    /// The digest of its bytes, blinded: finds the same submission again.
    pub digest: Blind,
    /// Its bytes, sealed.
    pub body: Sealed,
    /// Where it came from (a file name, an address), sealed.
    pub source: Option<Sealed>,
}

/// Where a report stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportRow {
    /// Its number.
    pub id: ReportId,
    /// Who sent it.
    pub account: AccountId,
    /// Its state.
    pub state: ReportState,
    /// When it was opened.
    pub opened: Timestamp,
    /// Its last change.
    pub changed: Timestamp,
    /// When its sender finished it.
    pub finished: Option<Timestamp>,
    /// How often it changed.
    pub rev: i64,
    /// The earlier report that it repeats.
    pub twin_of: Option<ReportId>,
    /// Its wrapped data key; `None` once it is shredded.
    pub data_key: Option<Sealed>,
    /// The case whose key wraps the data key; `None` means the agency's key does.
    pub key_case: Option<CaseId>,
    /// The case it is a member of.
    pub case: Option<CaseId>,
    /// Its findings, sealed.
    pub findings: Option<Sealed>,
    /// The storm it belongs to.
    pub storm: Option<StormId>,
    /// In its storm it brought news, so its case keeps a row of its own.
    pub news: bool,
    /// What the lists of known material said of it when it was judged, sealed; `None` where they
    /// were not asked.
    pub material: Option<Sealed>,
}

impl ReportRow {
    /// Whether an open report's time has passed at `now`: more than 24 hours since it was opened
    /// *and* more than an hour since its last change (`model::limits`).
    pub const fn is_due(&self, now: Timestamp) -> bool {
        now.millis_since(self.opened) > model::limits::OPEN_REPORT_MILLIS_MAX
            && now.millis_since(self.changed) > model::limits::IDLE_REPORT_MILLIS_MAX
    }
}

/// A file of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Its token.
    pub id: FileId,
    /// Its report.
    pub report: ReportId,
    /// Its place among the report's files, from 0.
    pub position: i64,
    /// The sealed bytes in the blob store.
    pub blob: BlobId,
    /// SHA-256 of the bytes, blinded.
    pub content: Blind,
    /// Size of the bytes before sealing.
    pub size_bytes: u64,
    /// Its wrapped key; `None` once it is shredded.
    pub key: Option<Sealed>,
    /// What was measured of it (digests, name), sealed.
    pub facts: Sealed,
    /// When it was received.
    pub created: Timestamp,
}

/// What a sender said of a file after sending it. Immutable; a later one supersedes an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetailRow {
    /// The file.
    pub file: FileId,
    /// Its place among what was said of the file: any number that rises, such as the index of its
    /// custody event.
    pub seq: i64,
    /// The file's report.
    pub report: ReportId,
    /// What was said, sealed.
    pub details: Sealed,
    /// When it came.
    pub created: Timestamp,
}

/// An identifier that a report mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MentionRow {
    /// The report.
    pub report: ReportId,
    /// Its place among the report's mentions, from 0.
    pub position: i64,
    /// The identifier's kind, as `model::IdentifierKind` names it.
    pub kind: String,
    /// Its normal form, blinded.
    pub blind: Blind,
    /// The identifier, sealed.
    pub sealed: Sealed,
    /// Whether it may tie.
    pub ties: bool,
}

/// What a row of links says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkKind {
    /// Two reports stand in one case, and why.
    Tie,
    /// Two reports may belong together: a person decides.
    Suggestion,
    /// Too many reports carry an identifier for it to tie.
    Shared,
    /// The report belongs to a storm and brought news.
    Storm,
}

impl LinkKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Tie, Self::Suggestion, Self::Shared, Self::Storm];

    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tie => "tie",
            Self::Suggestion => "suggestion",
            Self::Shared => "shared",
            Self::Storm => "storm",
        }
    }
}

/// Why a report stands in its case, or what else there is to say between two reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkRow {
    /// The later report.
    pub from: ReportId,
    /// Its place among that report's links, from 0.
    pub position: i64,
    /// The earlier report.
    pub to: ReportId,
    /// The case.
    pub case: CaseId,
    /// A sentence that says what they share, sealed.
    pub why: Sealed,
    /// What the row says.
    pub kind: LinkKind,
    /// The weight of a tie's evidence in bits; 0 where nothing was weighed.
    pub bits: i64,
}

/// A case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseRow {
    /// Its number.
    pub id: CaseId,
    /// When it was opened.
    pub opened: Timestamp,
    /// Its last change.
    pub changed: Timestamp,
    /// Its rank.
    pub rank: Rank,
    /// How many reports are members.
    pub reports: i64,
    /// Its wrapped key, kept after merging since members stay wrapped by it; `None` once it is
    /// shredded.
    pub key: Option<Sealed>,
    /// The case it was merged into.
    pub merged_into: Option<CaseId>,
    /// The findings behind its rank, sealed.
    pub reasons: Sealed,
    /// The version of the policy that ranked it.
    pub policy_version: String,
    /// Its earliest report, which is who the case is.
    pub founder: Option<ReportId>,
    /// Danger and waiting in one number that does not change while time passes: danger in
    /// milliseconds of waiting, less the moment the case was opened.
    pub urgency: i64,
    /// The storm whose row in the queue stands for this case.
    pub storm: Option<StormId>,
}

/// What a session's token is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionKind {
    /// A link that signs a person in, once.
    SignInLink,
    /// A signed-in browser.
    Session,
}

/// A session, or a link that leads to one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// The digest of the token; the token itself is never kept.
    pub token: Blind,
    /// What the token is good for.
    pub kind: SessionKind,
    /// Whose it is, if it is an account's.
    pub account: Option<AccountId>,
    /// Whose it is in words, sealed.
    pub who: Option<Sealed>,
    /// When it ends.
    pub expires: Timestamp,
    /// When a link was used; a used link is used up.
    pub used: Option<Timestamp>,
}
