//! The database of Watchfire: rows, named transactions, migrations. The only crate that speaks SQL.
//!
//! One query layer and one set of migrations serve two databases: SQLite inside the data directory,
//! and PostgreSQL 15 or later when that is outgrown. This crate knows no keys and opens nothing
//! that is sealed: it keeps [`Sealed`] bytes and finds by [`Blind`] keyed digests, which its
//! callers make (`vault`).
//!
//! Writing is done in named transactions ([`Store::begin`], [`Tx`]) by bulk methods that take
//! slices, one transaction for a whole batch. Reading is done on [`Store`].

mod access;
mod connection;
mod fault;
mod ledger;
mod material;
mod migrations;
mod note;
mod open;
mod read;
mod readers;
mod record;
mod row;
mod seen;
mod source;
mod statement;
mod storm;
mod table;
mod tx;
mod tying;
mod url;

pub use fault::{Cause, StoreFault, StoreRefusal};
pub use ledger::{CaseStart, ClockDoneRow, LedgerRow, OutcomeRow};
pub use material::{
    EntryHashRow, EntryRow, EntryState, FileHashRow, ListRow, LookRow, MatchRow, MatchState,
};
pub use migrations::SCHEMA_VERSION;
pub use note::Note;
pub use open::{Birth, Store};
pub use read::{Count, Counts, QUEUE_PAGE_MAX, QueueCursor, ROWS_PER_PAGE_MAX, ReportContents};
pub use row::{
    AccountRow, Blind, BlobId, CaseRow, Counter, DetailRow, FileRow, LinkKind, LinkRow, LogEntry,
    LogHead, LogRow, MentionRow, ReportRow, Sealed, SecretHash, SessionKind, SessionRow,
    SubmissionRow,
};
pub use seen::{ChildRow, PersonKeyRow};
pub use source::ListSourceRow;
pub use storm::{StormKeyRow, StormMarkRow, StormNamedRow, StormRow};
pub use tx::Tx;
pub use tying::{DecisionKind, DecisionRow, TiesRow, TyingRow};
pub use url::{BadStoreUrl, StoreUrl};
