//! Entry bundles: up to 256 entries in one file, each behind its length.

use crate::path::TILE_WIDTH;

/// The longest entry, in bytes: what two bytes of length can say.
pub const ENTRY_BYTES_MAX: usize = u16::MAX as usize;

/// The entries of a bundle file: 1 to 256 of them, each as big-endian 16-bit length and bytes,
/// nothing else.
pub fn parse_bundle(bytes: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        if entries.len() == usize::from(TILE_WIDTH) {
            return Err(BundleError::TooMany);
        }
        let cut = BundleError::Cut {
            position: entries.len(),
        };
        let (length, after) = rest.split_first_chunk().ok_or(cut)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(cut)?;
        entries.push(entry);
        rest = after;
    }
    if entries.is_empty() {
        Err(BundleError::Empty)
    } else {
        Ok(entries)
    }
}

/// The bundle file of `entries`. The caller keeps to 256 entries a file.
pub fn print_bundle<E: AsRef<[u8]>>(entries: &[E]) -> Result<Vec<u8>, EntryTooLong> {
    let mut bytes = Vec::new();
    for entry in entries {
        push_entry(&mut bytes, entry.as_ref())?;
    }
    Ok(bytes)
}

pub(crate) fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), EntryTooLong> {
    let length = u16::try_from(entry.len()).map_err(|_| EntryTooLong { bytes: entry.len() })?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// An entry above [`ENTRY_BYTES_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a log entry of {bytes} bytes is too long: 65535 are the most")]
pub struct EntryTooLong {
    /// Its length.
    pub bytes: usize,
}

impl EntryTooLong {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        "tlog.entry-too-long"
    }
}

/// Why bytes are not an entry bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// No entry: an empty bundle is never stored.
    #[error("the bundle holds no entry")]
    Empty,
    /// The file ends inside an entry or its length.
    #[error("the bundle ends inside its entry {position} (counted from 0)")]
    Cut {
        /// Position of the entry in the bundle, from 0.
        position: usize,
    },
    /// More than 256 entries.
    #[error("the bundle holds more than 256 entries")]
    TooMany,
}

impl BundleError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "tlog.bundle-empty",
            Self::Cut { .. } => "tlog.bundle-cut",
            Self::TooMany => "tlog.bundle-too-many",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_entry_at_the_limit_passes_and_one_past_it_does_not() {
        let longest = vec![7; ENTRY_BYTES_MAX];
        let bytes = print_bundle(&[&longest]).unwrap();
        assert_eq!(parse_bundle(&bytes), Ok(vec![longest.as_slice()]));
        let longer = vec![7; ENTRY_BYTES_MAX + 1];
        assert_eq!(print_bundle(&[longer]), Err(EntryTooLong { bytes: 65_536 }));
    }

    #[test]
    fn malformed_bundles_say_where() {
        assert_eq!(parse_bundle(&[]), Err(BundleError::Empty));
        assert_eq!(parse_bundle(&[0]), Err(BundleError::Cut { position: 0 }));
        assert_eq!(
            parse_bundle(&[0, 1, 9, 0, 2, 9]),
            Err(BundleError::Cut { position: 1 })
        );
        assert_eq!(
            parse_bundle(&[0; 2 * 256]).map(|entries| entries.len()),
            Ok(256)
        );
        assert_eq!(parse_bundle(&[0; 2 * 257]), Err(BundleError::TooMany));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn bundles_print_and_parse(
            entries in vec(vec(any::<u8>(), 0..300), 1..=256),
        ) {
            let bytes = print_bundle(&entries).unwrap();
            prop_assert_eq!(parse_bundle(&bytes).unwrap(), entries);
        }

        #[test]
        fn any_bytes_are_answered(
            bytes in vec(prop_oneof![Just(0_u8), 0_u8..4, any::<u8>()], 0..600),
        ) {
            if let Ok(entries) = parse_bundle(&bytes) {
                prop_assert_eq!(print_bundle(&entries).unwrap(), bytes);
            }
        }
    }
}
