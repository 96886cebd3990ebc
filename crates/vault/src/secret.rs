//! Account secrets and one-time tokens: drawn at random, recognisable, stored only as hashes.
//!
//! A secret is `wf_` ‖ 43 base-62 digits (256 random bits) ‖ 6 base-62 digits of checksum. The
//! checksum tells junk from a secret without the cost of Argon2, and lets scanners find leaked
//! ones.

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{self, PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use model::Entropy;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Memory of one hash in KiB. With [`HASH_PASSES`] it is OWASP's minimum for Argon2id, about 20 ms
/// of one core; secrets are 256 random bits, so more would only slow the senders.
pub const HASH_MEMORY_KIB: u32 = 19_456;
/// Passes over that memory.
pub const HASH_PASSES: u32 = 2;

/// An account's secret as its holder gets it, once; wiped from memory when dropped.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Secret(String);

impl Secret {
    /// Draws a new secret.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        let mut number = Zeroizing::new([0; 32]);
        entropy.fill(number.as_mut_slice());
        let body = Zeroizing::new(base62(&mut number));
        let checksum = checksum(&body);
        Self([PREFIX, &body, &checksum].concat())
    }

    /// The text, for showing it to its holder.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret([secret])")
    }
}

/// Whether `text` has the form and checksum of a secret. Costs nothing; says nothing of whose it
/// is.
pub fn looks_real(text: &str) -> bool {
    text.strip_prefix(PREFIX)
        .filter(|rest| rest.len() == BODY_DIGITS + CHECKSUM_DIGITS && rest.is_ascii())
        .map(|rest| rest.split_at(BODY_DIGITS))
        .is_some_and(|(body, found)| checksum(body) == found)
}

/// The Argon2id hash of a secret in PHC form, for storing. Takes about 20 ms of one core.
pub fn hash(text: &str, entropy: &dyn Entropy) -> Result<String, SecretError> {
    let mut salt = [0; 16];
    entropy.fill(&mut salt);
    let params = Params::new(HASH_MEMORY_KIB, HASH_PASSES, 1, None)
        .map_err(|error| SecretError::Unhashable(error.into()))?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_with_salt(text.as_bytes(), &salt)
        .map(|hash| hash.to_string())
        .map_err(SecretError::Unhashable)
}

/// Whether `text` is the secret that `phc` is the hash of. Takes about 20 ms of one core, so ask
/// [`looks_real`] first.
pub fn verify(text: &str, phc: &str) -> Result<bool, SecretError> {
    let parsed = PasswordHash::new(phc).map_err(|_| SecretError::HashUnreadable)?;
    match Argon2::default().verify_password(text.as_bytes(), &parsed) {
        Ok(()) => Ok(true),
        Err(password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(SecretError::Unhashable(error)),
    }
}

/// A one-time token: 256 random bits as 43 characters that are safe in a URL.
pub fn token(entropy: &dyn Entropy) -> String {
    let mut bytes = Zeroizing::new([0; 32]);
    entropy.fill(bytes.as_mut_slice());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is stored of a token (SHA-256): it is random, so a slow hash would add nothing.
pub fn token_digest(text: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
    bytes
}

/// Why a secret was not hashed or compared.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The stored hash is not one.
    #[error("the stored hash of an account's secret is damaged: give the account a new secret")]
    HashUnreadable,
    /// Argon2 refused: out of memory, or parameters that this program never writes.
    #[error("the secret could not be hashed")]
    Unhashable(#[source] password_hash::Error),
}

impl SecretError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::HashUnreadable => "secret.hash-unreadable",
            Self::Unhashable(_) => "secret.unhashable",
        }
    }
}

fn checksum(body: &str) -> String {
    let sum = token_digest(&[PREFIX, body].concat());
    let mut number = [0; 32];
    number[28..].copy_from_slice(&sum[..4]);
    // 32 bits take 6 of the 43 digits.
    base62(&mut number).split_off(BODY_DIGITS - CHECKSUM_DIGITS)
}

/// A 256-bit big-endian number as 43 base-62 digits; the number is used up.
fn base62(number: &mut [u8; 32]) -> String {
    let mut digits = Zeroizing::new([0; BODY_DIGITS]);
    for digit in digits.iter_mut().rev() {
        let mut remainder = 0_u16;
        for byte in number.iter_mut() {
            let value = remainder << 8 | u16::from(*byte);
            // A quotient of a remainder below 62 and one byte fits a byte.
            *byte = u8::try_from(value / 62).unwrap_or(u8::MAX);
            remainder = value % 62;
        }
        *digit = ALPHABET[usize::from(remainder)];
    }
    digits.iter().map(|&digit| char::from(digit)).collect()
}

const PREFIX: &str = "wf_";
const BODY_DIGITS: usize = 43;
const CHECKSUM_DIGITS: usize = 6;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::entropy::{ForeseenEntropy, SystemEntropy};

    #[test]
    fn a_secret_has_a_form_that_does_not_change() {
        let secret = Secret::generate(&ForeseenEntropy::default());
        assert_eq!(
            secret.expose(),
            "wf_fZm7EkC7FQZMem8gzQxBZtnvLMojWWwB5ryK8SAd6rc0cCLId"
        );
        assert!(looks_real(secret.expose()));
        assert_eq!(format!("{secret:?}"), "Secret([secret])");
        assert_eq!(base62(&mut [0xff; 32]).len(), BODY_DIGITS);
    }

    #[test]
    fn junk_is_told_from_a_secret_without_argon2() {
        let real = Secret::generate(&SystemEntropy);
        let real = real.expose();
        for index in 0..real.len() {
            let mut bytes = real.as_bytes().to_vec();
            bytes[index] = if bytes[index] == b'0' { b'1' } else { b'0' };
            assert!(!looks_real(std::str::from_utf8(&bytes).unwrap()));
            assert!(!looks_real(&real[..index]));
        }
        assert!(!looks_real(&format!("{real}0")));
        assert!(!looks_real("wf_ééééééééééééééééééééééééé"));
    }

    #[test]
    fn a_hash_knows_its_secret_only() {
        let phc = hash("wf_one", &SystemEntropy).unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert!(verify("wf_one", &phc).unwrap());
        assert!(!verify("wf_two", &phc).unwrap());
        assert!(!phc.contains("wf_one"));
        assert_eq!(
            verify("wf_one", "$argon2id$").unwrap_err().code(),
            "secret.hash-unreadable"
        );
    }

    #[test]
    fn tokens_are_random_and_safe_in_a_url() {
        let (one, two) = (token(&SystemEntropy), token(&SystemEntropy));
        assert_ne!(one, two);
        assert_eq!(one.len(), 43);
        assert!(
            one.bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        );
        assert_ne!(token_digest(&one), token_digest(&two));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn looking_and_verifying_never_panic(text in ".{0,80}", phc in ".{0,80}") {
            prop_assert!(!looks_real(&text));
            prop_assert!(verify(&text, &phc).is_err());
        }
    }
}
