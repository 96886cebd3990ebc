//! Sealed evidence and custody events: keys, the one sealed format, blobs, commitments, the
//! published log.
//!
//! This crate holds every secret of the house and nothing else: it knows no database (`store`), no
//! wire format (`wire`) and serves nothing (`server`). Callers decide what is sealed under which
//! key:
//!
//! ```text
//! root.key ──▶ agency key ──▶ case key ──▶ record key ──▶ file key
//!         ├──▶ blind-index key    (finds what is stored sealed)
//!         ├──▶ register key       (custody events about no record)
//!         └──▶ check value        (tells a wrong key file at start)
//! ```
//!
//! Deleting a wrapped key is the shredding: whatever was sealed under it can never be read again,
//! and the log, which only ever held commitments, still verifies.

pub mod custody;
mod digest;
mod entropy;
mod evidence;
#[cfg(test)]
mod faults;
mod keys;
mod publish;
pub mod seal;
pub mod secret;

pub use digest::{Digester, sha256};
pub use entropy::{SystemClock, SystemEntropy};
pub use evidence::{BlobId, Blobs, EvidenceError, Reading, Received, Reception};
pub use keys::{KeyError, Keys, LOG_KEY_FILE, ROOT_KEY_FILE};
pub use publish::{PublishError, Publisher};
pub use seal::{DataKey, SealError};
