//! Custody events: sealed for those who may read them, and a salted commitment for the log.
//!
//! The log can never be erased, so it holds no personal data: an entry is `0x01 ‖
//! HMAC-SHA-256(salt, event)` with a fresh salt per event. Salt and event are sealed together; when
//! their key is gone, the entry says nothing about anyone, and still verifies.

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

#[cfg(test)]
mod tests {
    use model::{Deed, Timestamp};

    use super::*;
    use crate::entropy::{ForeseenEntropy, SystemEntropy};

    fn event() -> CustodyEvent {
        let at = Timestamp::parse("2026-01-02T03:04:05Z").unwrap();
        CustodyEvent {
            report: Some(17),
            note: Some("by its sender".to_string()),
            ..CustodyEvent::new(at, Deed::ReportFinished, "account:12")
        }
    }

    #[test]
    fn opens_to_the_event_and_only_under_its_key_and_entry() {
        let key = DataKey::generate(&SystemEntropy);
        let entry = record(&event(), &key, &SystemEntropy).unwrap();
        assert_eq!(
            open_event(&entry.log, &entry.sealed, &key).unwrap(),
            event()
        );

        let other_key = DataKey::generate(&SystemEntropy);
        assert!(open_event(&entry.log, &entry.sealed, &other_key).is_err());
        let other = record(&event(), &key, &SystemEntropy).unwrap();
        assert!(open_event(&other.log, &entry.sealed, &key).is_err());
        assert!(open_event(&entry.log, &entry.sealed[1..], &key).is_err());
        assert!(open_event(&[], &entry.sealed, &key).is_err());
    }

    #[test]
    fn inv_03_an_entry_is_a_salted_commitment() {
        let key = DataKey::generate(&SystemEntropy);
        let one = record(&event(), &key, &SystemEntropy).unwrap();
        let two = record(&event(), &key, &SystemEntropy).unwrap();
        // The same event twice gives two entries that nobody can tell to be the same.
        assert_ne!(one.log, two.log);
        assert_eq!((one.log[0], one.log.len()), (1, 33));
    }

    #[test]
    fn what_is_sealed_but_not_committed_to_is_refused() {
        let key = DataKey::generate(&SystemEntropy);
        let log = [1; LOG_ENTRY_BYTES];
        for salted in [&[0; 40][..], &[0; 3]] {
            let sealed = seal::seal(&key, &log, salted, &SystemEntropy).unwrap();
            let error = open_event(&log, &sealed, &key).unwrap_err();
            assert_eq!(error.code(), "custody.not-committed");
        }
    }

    #[test]
    fn the_format_is_this_one() {
        // HMAC-SHA-256 by another library over the salt and the JSON as written here.
        let key = DataKey::from_bytes([7; 32]);
        let entry = record(&event(), &key, &ForeseenEntropy::default()).unwrap();
        let salted = seal::open(&key, &entry.log, &entry.sealed).unwrap();
        assert_eq!(
            std::str::from_utf8(&salted[SALT_BYTES..]).unwrap(),
            concat!(
                r#"{"at":"2026-01-02T03:04:05Z","deed":"report_finished","#,
                r#""who":"account:12","report":17,"note":"by its sender"}"#
            )
        );
        assert_eq!(
            model::hex(&entry.log),
            "01e58e40b70505569886127e5add29fc95dfdcf6dfa74b5987b23caefcfc1a238d"
        );
    }
}
