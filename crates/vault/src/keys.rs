//! The agency's keys: two small files, and everything that is derived from them.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Entropy;
use zeroize::Zeroizing;

use crate::seal::{DataKey, SealError};

/// The file that every other key hangs on. Whoever has it and the database can read all records.
pub const ROOT_KEY_FILE: &str = "root.key";
/// The file that signs the log.
pub const LOG_KEY_FILE: &str = "log.key";

/// The agency's keys, opened.
pub struct Keys {
    agency: DataKey,
    register: DataKey,
    blind: hmac::Key,
    check_value: [u8; 32],
    log_seed: DataKey,
}

impl Keys {
    /// Draws new keys and writes them to `root.key` and `log.key` in `dir`, which must exist.
    ///
    /// Both files are durable when this returns. A file that exists is never overwritten.
    pub fn create(dir: &Path, entropy: &dyn Entropy) -> Result<Self, KeyError> {
        // Looked at first, so that a refusal leaves nothing half made.
        for name in [ROOT_KEY_FILE, LOG_KEY_FILE] {
            let path = dir.join(name);
            if path.exists() {
                return Err(KeyError::Exists { path });
            }
        }
        let root = DataKey::generate(entropy);
        let log_seed = DataKey::generate(entropy);
        let root_path = dir.join(ROOT_KEY_FILE);
        write_key(&root_path, ROOT_HEADER, &root)?;
        // A root key alone, under which nothing was sealed yet, would only block the next attempt.
        write_key(&dir.join(LOG_KEY_FILE), LOG_HEADER, &log_seed)
            .map_err(|error| without(&root_path, error))?;
        fs::File::open(dir)
            .and_then(|dir| dir.sync_all())
            .map_err(|source| KeyError::Unwritable {
                path: dir.to_path_buf(),
                source,
            })?;
        Self::of(&root, log_seed)
    }

    /// Reads the keys from `dir`.
    pub fn open(dir: &Path) -> Result<Self, KeyError> {
        let root = read_key(&dir.join(ROOT_KEY_FILE), ROOT_HEADER)?;
        let log_seed = read_key(&dir.join(LOG_KEY_FILE), LOG_HEADER)?;
        Self::of(&root, log_seed)
    }

    /// A value to store beside what is sealed, so that a wrong key file is recognised at start.
    /// It tells nothing about the keys.
    pub const fn check_value(&self) -> [u8; 32] {
        self.check_value
    }

    /// Where an identifier's normal form is found in the database (HMAC-SHA-256): equal for equal
    /// identifiers, and telling nothing to who has no key.
    pub fn blind(&self, kind: &str, normal: &str) -> [u8; 32] {
        let mut mac = hmac::Context::with_key(&self.blind);
        for part in [kind, normal] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        let mut blinded = [0; 32];
        blinded.copy_from_slice(mac.sign().as_ref());
        blinded
    }

    /// Wraps `key` under the agency key, bound to `context` (such as `record|17`).
    pub fn wrap(
        &self,
        key: &DataKey,
        context: &[u8],
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, SealError> {
        self.agency.wrap(key, context, entropy)
    }

    /// Opens what [`Keys::wrap`] gave, under the same context.
    pub fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<DataKey, SealError> {
        self.agency.unwrap(wrapped, context)
    }

    /// The key of custody events that are about no record: accounts, sign-ins, the log itself.
    pub const fn register_key(&self) -> &DataKey {
        &self.register
    }

    /// The key that signs the log named `origin` (such as `example.org/log`).
    pub fn log_signer(&self, origin: &str) -> Result<tlog::SigningKey, tlog::KeyError> {
        tlog::SigningKey::from_seed(origin, self.log_seed.bytes())
    }

    fn of(root: &DataKey, log_seed: DataKey) -> Result<Self, KeyError> {
        let derive = |purpose| root.derive(purpose).map_err(KeyError::Underivable);
        Ok(Self {
            agency: derive("agency wrapping key")?,
            register: derive("register key")?,
            blind: hmac::Key::new(hmac::HMAC_SHA256, derive("blind-index key")?.bytes()),
            check_value: *derive("check value")?.bytes(),
            log_seed,
        })
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys([secret])")
    }
}

/// Why the keys were not created or opened. Each names the file and what to do.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is a key already.
    #[error("{} exists and is not overwritten: everything sealed under it would be lost. \
             To start anew, choose another directory", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// There is no key.
    #[error("{} is missing: restore it from your key backup. \
             Without it nothing that was sealed can be read", path.display())]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// Others on this machine may read or change the key.
    #[error("{} can be read by others (mode {mode:03o}): run `chmod 600 {}` \
             and consider who may have read it", path.display(), path.display())]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key could not be read.
    #[error("{} could not be read: run as the user who owns it, and check the disk",
            path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The key could not be written.
    #[error("{} could not be written: check that the directory exists, that it is yours, \
             and that the disk is not full", path.display())]
    Unwritable {
        /// The file or directory.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file is no key of this kind.
    #[error("{} is not a key of the expected kind (its first line is not `{expected}`): \
             restore it from your key backup", path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
        /// The first line that was expected.
        expected: &'static str,
    },
    /// The key has the wrong length.
    #[error("{} is cut short or too long: restore it from your key backup", path.display())]
    WrongLength {
        /// The file.
        path: PathBuf,
    },
    /// The key was changed or damaged.
    #[error("{} is damaged (its checksum does not match): restore it from your key backup",
            path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// The keys could not be derived.
    #[error("the keys could not be derived from the root key")]
    Underivable(#[source] SealError),
}

impl KeyError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Exists { .. } => "key.exists",
            Self::Missing { .. } => "key.missing",
            Self::TooOpen { .. } => "key.too-open",
            Self::Unreadable { .. } => "key.unreadable",
            Self::Unwritable { .. } => "key.unwritable",
            Self::NotAKey { .. } => "key.not-a-key",
            Self::WrongLength { .. } => "key.wrong-length",
            Self::Damaged { .. } => "key.damaged",
            Self::Underivable(_) => "key.underivable",
        }
    }
}

fn write_key(path: &Path, header: &str, key: &DataKey) -> Result<(), KeyError> {
    let unwritable = |source: io::Error| {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::AlreadyExists => KeyError::Exists { path },
            _ => KeyError::Unwritable { path, source },
        }
    };
    let text = print_key(header, key);
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(unwritable)?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(|source| without(path, unwritable(source)))
}

/// Takes back a file of keys that will not be used. If that fails too, the next attempt names the
/// file.
fn without(path: &Path, error: KeyError) -> KeyError {
    drop(fs::remove_file(path));
    error
}

fn read_key(path: &Path, header: &'static str) -> Result<DataKey, KeyError> {
    let unreadable = |source: io::Error| {
        let path = path.to_path_buf();
        match source.kind() {
            io::ErrorKind::NotFound => KeyError::Missing { path },
            _ => KeyError::Unreadable { path, source },
        }
    };
    let file = fs::File::open(path).map_err(unreadable)?;
    let mode = permission_bits(&file.metadata().map_err(unreadable)?);
    if mode & 0o077 != 0 {
        let path = path.to_path_buf();
        return Err(KeyError::TooOpen { path, mode });
    }
    // One byte more than any key file has: a large file in its place is refused unread.
    let mut bytes = Zeroizing::new(Vec::with_capacity(KEY_FILE_BYTES_MAX + 1));
    file.take(KEY_FILE_BYTES_MAX as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    parse_key(&bytes, header).map_err(|flaw| {
        let path = path.to_path_buf();
        match flaw {
            Flaw::NotAKey => KeyError::NotAKey {
                path,
                expected: header,
            },
            Flaw::WrongLength => KeyError::WrongLength { path },
            Flaw::Damaged => KeyError::Damaged { path },
        }
    })
}

/// Three lines: what the file is, the key, its checksum.
fn print_key(header: &str, key: &DataKey) -> Zeroizing<String> {
    let encoded = Zeroizing::new(STANDARD.encode(key.bytes()));
    let checksum = checksum(header, key.bytes());
    Zeroizing::new(format!("{header}\n{}\n{checksum}\n", encoded.as_str()))
}

fn parse_key(bytes: &[u8], header: &str) -> Result<DataKey, Flaw> {
    let text = std::str::from_utf8(bytes).map_err(|_| Flaw::NotAKey)?;
    let mut lines = text.lines();
    if lines.next() != Some(header) {
        return Err(Flaw::NotAKey);
    }
    let (Some(encoded), Some(found), None) = (lines.next(), lines.next(), lines.next()) else {
        return Err(Flaw::WrongLength);
    };
    let decoded = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| Flaw::Damaged)?);
    let bytes = <[u8; 32]>::try_from(decoded.as_slice()).map_err(|_| Flaw::WrongLength)?;
    let key = DataKey::from_bytes(bytes);
    if checksum(header, key.bytes()) != found {
        return Err(Flaw::Damaged);
    }
    Ok(key)
}

/// What is wrong with the text of a key file.
#[derive(Debug, PartialEq, Eq)]
enum Flaw {
    NotAKey,
    WrongLength,
    Damaged,
}

/// The first 8 hex digits of a digest over kind and key: finds damage, tells nothing about the key.
fn checksum(header: &str, key: &[u8; 32]) -> String {
    let sum = digest(&SHA256, &[header.as_bytes(), b"\0", key].concat());
    model::hex(&sum.as_ref()[..4])
}

#[cfg(unix)]
fn permission_bits(metadata: &fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777
}

/// Elsewhere the directory's access list protects the file.
#[cfg(not(unix))]
const fn permission_bits(_: &fs::Metadata) -> u32 {
    0o600
}

const ROOT_HEADER: &str = "watchfire root key, version 1: keep a copy offline, show it to nobody";
const LOG_HEADER: &str = "watchfire log key, version 1: keep a copy offline, show it to nobody";
const KEY_FILE_BYTES_MAX: usize = 512;

#[cfg(test)]
mod tests;
