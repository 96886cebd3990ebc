//! Ed25519 keys of signed notes, and their text form, the vkey.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::hash::Hash;
use crate::note::{Note, NoteError, NoteSignature, check_text};

/// The short identifier of a key: SHA-256(name ‖ newline ‖ type ‖ public key), its first four
/// bytes. Together with the name it says which key a signature claims; it proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub(crate) [u8; KEY_ID_BYTES]);

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

/// The public half: verifies. Its text is the vkey `name+key id+base64(type ‖ public key)`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VerifyingKey {
    name: String,
    id: KeyId,
    public: [u8; PUBLIC_BYTES],
}

impl VerifyingKey {
    /// The key named `name`: for a log its origin, such as `example.org/log`.
    pub fn new(name: &str, public: [u8; PUBLIC_BYTES]) -> Result<Self, KeyError> {
        if !is_key_name(name) {
            return Err(KeyError::Name);
        }
        let mut identified = format!("{name}\n").into_bytes();
        identified.push(ED25519_TYPE);
        identified.extend_from_slice(&public);
        let [a, b, c, d, ..] = *Hash::sha256(&identified).as_bytes();
        Ok(Self {
            name: name.to_owned(),
            id: KeyId([a, b, c, d]),
            public,
        })
    }

    /// The key's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key's short identifier.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Whether the signature claims to be of this key.
    pub fn is_claimed_by(&self, signature: &NoteSignature) -> bool {
        signature.name() == self.name && signature.key_id() == self.id
    }

    pub(crate) fn verifies(&self, text: &str, signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.public)
            .verify(text.as_bytes(), signature)
            .is_ok()
    }
}

impl fmt::Display for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut typed = vec![ED25519_TYPE];
        typed.extend_from_slice(&self.public);
        write!(f, "{}+{}+{}", self.name, self.id, STANDARD.encode(typed))
    }
}

impl FromStr for VerifyingKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let (name, rest) = text.split_once('+').ok_or(KeyError::Malformed)?;
        // Base64 has plus signs of its own: only the first two separate.
        let (id, typed) = rest.split_once('+').ok_or(KeyError::Malformed)?;
        let typed = STANDARD.decode(typed).map_err(|_| KeyError::Malformed)?;
        let (kind, public) = typed.split_first().ok_or(KeyError::Malformed)?;
        if *kind != ED25519_TYPE {
            return Err(KeyError::Type { kind: *kind });
        }
        let public = public.try_into().map_err(|_| KeyError::Malformed)?;
        let key = Self::new(name, public)?;
        if key.id.to_string() == id {
            Ok(key)
        } else {
            Err(KeyError::Id)
        }
    }
}

/// The secret half: signs. It is never shown.
pub struct SigningKey {
    pair: Ed25519KeyPair,
    verifying: VerifyingKey,
}

impl SigningKey {
    /// The key named `name` of a 32-byte Ed25519 seed (RFC 8032).
    pub fn from_seed(name: &str, seed: &[u8; SEED_BYTES]) -> Result<Self, KeyError> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).map_err(|_| KeyError::Seed)?;
        let public = pair
            .public_key()
            .as_ref()
            .try_into()
            .map_err(|_| KeyError::Seed)?;
        let verifying = VerifyingKey::new(name, public)?;
        Ok(Self { pair, verifying })
    }

    /// The public half.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.verifying
    }

    /// The note of `text` with this key's signature.
    pub fn sign(&self, text: &str) -> Result<Note, NoteError> {
        check_text(text)?;
        let signature = self
            .pair
            .try_sign(text.as_bytes())
            .map_err(|_| NoteError::Unsignable)?;
        let signature = NoteSignature {
            name: self.verifying.name.clone(),
            id: self.verifying.id,
            bytes: signature.as_ref().to_vec(),
        };
        Ok(Note {
            text: text.to_owned(),
            signatures: vec![signature],
        })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("verifying", &self.verifying)
            .finish_non_exhaustive()
    }
}

/// Whether `name` may name a key: not empty, no white space, no plus sign, no control character.
pub(crate) fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

/// Why this is not a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The name is empty, or has white space, a plus sign or a control character.
    #[error("a key's name must not be empty nor contain white space or a plus sign")]
    Name,
    /// Not `name+key id+base64`.
    #[error("not a verifying key: expected name+key id+base64")]
    Malformed,
    /// A key of another kind than Ed25519.
    #[error("a verifying key of type {kind}: only Ed25519 (type 1) is known")]
    Type {
        /// The type byte.
        kind: u8,
    },
    /// The key id is not that of name and key.
    #[error("the verifying key's id does not belong to its name and key: a part of it was changed")]
    Id,
    /// The cryptographic library refused the seed.
    #[error("the seed is not an Ed25519 key")]
    Seed,
}

impl KeyError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Name => "tlog.key-name",
            Self::Malformed => "tlog.key-malformed",
            Self::Type { .. } => "tlog.key-type",
            Self::Id => "tlog.key-id",
            Self::Seed => "tlog.key-seed",
        }
    }
}

/// Bytes of a key id.
pub(crate) const KEY_ID_BYTES: usize = 4;
const SEED_BYTES: usize = 32;
const PUBLIC_BYTES: usize = 32;
const ED25519_TYPE: u8 = 1;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The vkey of the signed-note specification.
    const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    #[test]
    fn the_specification_s_vkey_parses_and_prints() {
        let key: VerifyingKey = VKEY.parse().unwrap();
        assert_eq!(key.name(), "example.com/foo");
        assert_eq!(key.to_string(), VKEY);
    }

    #[test]
    fn a_changed_vkey_is_refused() {
        for (bad, error) in [
            (VKEY.replace("foo", "bar"), KeyError::Id),
            (VKEY.replace("530d903a", "530d903b"), KeyError::Id),
            (VKEY.replace("530d903a", "530D903A"), KeyError::Id),
            (VKEY.replace("+Aek", "+Bek"), KeyError::Type { kind: 5 }),
            (VKEY.replace("U2k", "U2"), KeyError::Malformed),
            (VKEY.replace("example.com", ""), KeyError::Id),
            (VKEY.replace("example.com/foo", ""), KeyError::Name),
            (VKEY.replace("/foo", " foo"), KeyError::Name),
            (format!("{VKEY}\n"), KeyError::Malformed),
            (String::new(), KeyError::Malformed),
        ] {
            assert_eq!(bad.parse::<VerifyingKey>(), Err(error), "{bad}");
        }
    }

    #[test]
    fn a_signing_key_does_not_show_its_seed() {
        let key = SigningKey::from_seed("example.org/log", &[0xab; 32]).unwrap();
        let shown = format!("{key:?}").to_lowercase();
        assert!(
            !shown.contains("abab") && !shown.contains("171, 171"),
            "{shown}"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn vkeys_print_and_parse(name in "[a-z./0-9é]{1,20}", seed: [u8; 32]) {
            let key = SigningKey::from_seed(&name, &seed).unwrap();
            let text = key.verifying_key().to_string();
            prop_assert_eq!(&text.parse::<VerifyingKey>().unwrap(), key.verifying_key());
        }

        #[test]
        fn any_text_is_answered(
            text in "[a-z ]{0,4}\\+?[0-9a-f]{0,9}\\+?[A-Za-z0-9+/=]{0,48}|.{0,60}",
        ) {
            if let Ok(key) = text.parse::<VerifyingKey>() {
                prop_assert_eq!(key.to_string(), text);
            }
        }
    }
}
