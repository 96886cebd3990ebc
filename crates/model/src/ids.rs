//! Typed ids: the one append-only list of what can be pointed at.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Text that is not an id of the named kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a {kind} id: expected {expected}")]
pub struct BadId {
    /// The kind of id that was expected.
    pub kind: &'static str,
    /// The shape that was expected.
    pub expected: &'static str,
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// Wraps a number that the database gave out.
            pub const fn new(number: i64) -> Self {
                Self(number)
            }

            /// The number.
            pub const fn number(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = BadId;

            /// Reads a positive decimal number, surrounding white space allowed (XML Schema's
            /// `collapse`).
            fn from_str(text: &str) -> Result<Self, BadId> {
                match text.trim().parse::<i64>() {
                    Ok(number) if number > 0 => Ok(Self(number)),
                    _ => Err(BadId { kind: $kind, expected: "a positive whole number" }),
                }
            }
        }
    };
}

number_id!(
    /// A report: what one sender said once. An `xs:long` on the wire, never 32 bits.
    ReportId,
    "report"
);
number_id!(
    /// A case: reports about the same child, offender or place.
    CaseId,
    "case"
);
number_id!(
    /// A person's decision about which reports belong together.
    DecisionId,
    "decision"
);
number_id!(
    /// A storm: many reports of one thing, in one row of the queue.
    StormId,
    "storm"
);
number_id!(
    /// A list of known material.
    ListId,
    "list"
);
number_id!(
    /// An entry of a list, in one of its states: a changed entry has another number.
    EntryId,
    "entry"
);
number_id!(
    /// A match of a file with an entry of a list.
    MatchId,
    "match"
);
number_id!(
    /// An account: a sender or a member of staff.
    AccountId,
    "account"
);

/// A file of a report: an opaque token of 32 lower-case hex digits, drawn at random.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId([u8; 16]);

impl FileId {
    /// Wraps 16 random bytes.
    pub const fn new(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
    pub const fn bytes(self) -> [u8; 16] {
        self.0
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileId({self})")
    }
}

impl FromStr for FileId {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = BadId {
            kind: "file",
            expected: "32 hexadecimal digits",
        };
        let text = text.trim();
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(bad);
        }
        let mut bytes = [0; 16];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte =
                u8::from_str_radix(&text[index * 2..index * 2 + 2], 16).map_err(|_| bad.clone())?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_must_be_positive() {
        assert_eq!(" 7\n".parse::<ReportId>().unwrap().number(), 7);
        for bad in ["", "0", "-1", "x", "9223372036854775808", "１"] {
            assert!(bad.parse::<ReportId>().is_err(), "{bad:?}");
        }
        assert_eq!(
            "9223372036854775807".parse::<CaseId>().unwrap().number(),
            i64::MAX
        );
    }

    #[test]
    fn file_ids_are_32_hex_digits() {
        let text = "e6cb48fbb2b565e69ccded9b9cda62fb";
        assert_eq!(text.parse::<FileId>().unwrap().to_string(), text);
        for bad in [
            "",
            "e6",
            "g6cb48fbb2b565e69ccded9b9cda62fb",
            "é6cb48fbb2b565e69ccded9b9cda62f",
        ] {
            assert!(bad.parse::<FileId>().is_err(), "{bad:?}");
        }
    }
}
