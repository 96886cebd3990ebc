//! Custody events: sealed for those who may read them, and a salted commitment for the log.
//!
//! The log can never be erased, so it holds no personal data: an entry is
//! `0x01 ‖ HMAC-SHA-256(salt, event)` with a fresh salt per event. Salt and event are sealed together;
//! when their key is gone, the entry says nothing about anyone, and still verifies.

use aws_lc_rs::hmac;
use model::{CustodyEvent, Entropy};
use zeroize::Zeroizing;

use crate::seal::{self, DataKey, SealError};

/// Bytes of a log entry.
pub const LOG_ENTRY_BYTES: usize = 33;

/// One custody event, ready to be stored and logged in the same transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What enters the public log.
    pub log: [u8; LOG_ENTRY_BYTES],
    /// The salt and the event's JSON, sealed with `log` as context.
    pub sealed: Vec<u8>,
}

/// Seals `event` under `key` and commits to it.
pub fn record(
    event: &CustodyEvent,
    key: &DataKey,
    entropy: &dyn Entropy,
) -> Result<Entry, CustodyError> {
    let mut salted = Zeroizing::new(vec![0; SALT_BYTES]);
    entropy.fill(&mut salted);
    serde_json::to_writer(&mut *salted, event).map_err(CustodyError::Unwritable)?;
    let (salt, json) = salted.split_at(SALT_BYTES);
    let log = commitment(salt, json);
    let sealed = seal::seal(key, &log, &salted, entropy)?;
    Ok(Entry { log, sealed })
}

/// Opens a sealed event and checks that it is the one that `log` commits to.
pub fn open_event(log: &[u8], sealed: &[u8], key: &DataKey) -> Result<CustodyEvent, CustodyError> {
    let salted = Zeroizing::new(seal::open(key, log, sealed)?);
    let (salt, json) = salted
        .split_at_checked(SALT_BYTES)
        .ok_or(CustodyError::NotCommitted)?;
    aws_lc_rs::constant_time::verify_slices_are_equal(&commitment(salt, json), log)
        .map_err(|_| CustodyError::NotCommitted)?;
    serde_json::from_slice(json).map_err(CustodyError::Unreadable)
}

/// The log entry of an event: what a stranger who was given salt and event compares with the log.
pub fn commitment(salt: &[u8], json: &[u8]) -> [u8; LOG_ENTRY_BYTES] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, salt), json);
    let mut log = [ENTRY_VERSION; LOG_ENTRY_BYTES];
    log[1..].copy_from_slice(tag.as_ref());
    log
}

/// Why an event was not recorded or not opened.
#[derive(Debug, thiserror::Error)]
pub enum CustodyError {
    /// The seal did not hold, or did not form.
    #[error("the custody event is sealed")]
    Sealed(#[from] SealError),
    /// The opened event is not the one that the log commits to.
    #[error("the custody event is not the one in the log")]
    NotCommitted,
    /// The event could not be written as JSON.
    #[error("the custody event could not be written")]
    Unwritable(#[source] serde_json::Error),
    /// The opened event is not one that this version knows.
    #[error("the custody event is of a kind that this version does not know")]
    Unreadable(#[source] serde_json::Error),
}

impl CustodyError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Sealed(error) => error.code(),
            Self::NotCommitted => "custody.not-committed",
            Self::Unwritable(_) => "custody.unwritable",
            Self::Unreadable(_) => "custody.unreadable",
        }
    }
}

const ENTRY_VERSION: u8 = 1;
const SALT_BYTES: usize = 32;
