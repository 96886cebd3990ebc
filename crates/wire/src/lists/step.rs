//! What reading a list gives: changes, records set aside, the end of a page, or a fault.

use std::{fmt, io};

use model::{BadHash, EntryKey, ListChange, Timestamp};

/// One step through a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// The list puts or removes an entry.
    Change(ListChange),
    /// A record, or a part of one, was set aside. Reading goes on.
    Quarantined(Quarantined),
    /// An entry has fingerprints that are not in the list and have to be asked for one by one.
    Elsewhere {
        /// Whose they are.
        key: EntryKey,
        /// Their kinds, in lower case.
        kinds: Vec<String>,
    },
    /// The end of a page of a protocol that has pages.
    Page(Page),
}

/// Where a record begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The number of the record in its file or page, from 1.
    pub record: u64,
    /// The line, from 1.
    pub line: u64,
    /// The bytes before it.
    pub offset_bytes: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            record,
            line,
            offset_bytes,
        } = self;
        write!(f, "record {record}, line {line}, byte {offset_bytes}")
    }
}

/// A record, or a part of one, that was set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quarantined {
    /// Where the record begins.
    pub place: Place,
    /// The entry's key, as far as it is known. Never a hash value.
    pub key: Option<EntryKey>,
    /// Why.
    pub reason: Defect,
    /// The field or kind of hash that it is about; empty where it is about the whole.
    pub field: String,
    /// Whether the rest of the entry was taken all the same.
    pub kept: bool,
}

impl fmt::Display for Quarantined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.reason.says())?;
        if !self.field.is_empty() {
            write!(f, " ({})", self.field)?;
        }
        f.write_str(if self.kept {
            "; the rest of the entry was taken"
        } else {
            "; the record was set aside"
        })
    }
}

/// The end of a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// Where the next page is, as the list names it; `None` after the last.
    pub next: Option<String>,
    /// The latest time in the page. Entries are in no order: it may be trusted only after the
    /// last page.
    pub max_timestamp: Option<Timestamp>,
    /// From where the list says to ask next time.
    pub checkpoint: Option<String>,
    /// How many records the page claims to have.
    pub count: Option<u64>,
}

named! {
    /// Why a record, or a part of one, was set aside.
    Defect {
        /// More bytes than a record may have.
        RecordTooLong:
            "list.record-too-long",
            "the record has more bytes than are read";
        /// Nested deeper than a record may be.
        RecordTooDeep:
            "list.record-too-deep",
            "the record is nested too deep";
        /// Not well-formed, or a field of another type.
        RecordMalformed:
            "list.record-malformed",
            "the record is not well-formed";
        /// Bytes that are no text.
        EncodingBroken:
            "list.encoding-broken",
            "the record is not UTF-8";
        /// No id.
        IdMissing:
            "list.id-missing",
            "the record has no id";
        /// An id that another record of the file has.
        IdRepeated:
            "list.id-repeated",
            "an earlier record has the same id";
        /// No hash that can be used.
        HashMissing:
            "list.hash-missing",
            "the record has no hash that can be used";
        /// A hash that is not written as its kind asks.
        HashMalformed:
            "list.hash-malformed",
            "a hash is not written as its kind asks";
        /// A PDQ hash of a flat picture, all zeroes for example, that would match strangers.
        HashFlat:
            "list.hash-flat",
            "a PDQ hash has too few or too many ones to tell pictures apart";
        /// The hash of no bytes at all, or all zeroes.
        HashOfNothing:
            "list.hash-of-nothing",
            "a hash is that of an empty file, or all zeroes";
        /// More hashes than an entry may have.
        HashesTooMany:
            "list.hashes-too-many",
            "the entry has more hashes than are read";
        /// More feedback than an entry may have.
        FeedbackTooMany:
            "list.feedback-too-many",
            "the entry has more feedback than is read";
        /// A text that is too long.
        TextTooLong:
            "list.text-too-long",
            "a text is longer than is read";
        /// A value that does not have the form of its field.
        ValueMalformed:
            "list.value-malformed",
            "a value does not have the form of its field";
        /// A state that the format does not know.
        StatusUnknown:
            "list.status-unknown",
            "the state of the record is not one that the format has";
    }
}

named! {
    /// Why a list cannot be read further.
    FaultKind {
        /// The source failed.
        Read:
            "list.read",
            "the list cannot be read: try again from the last record";
        /// The end is missing.
        Cut:
            "list.cut",
            "the list ends in the middle: get it again, whole, and go on after the last record";
        /// The frame around the records is broken.
        FrameBroken:
            "list.frame-broken",
            "this is not what the format has around its records";
        /// The frame around the records is too long.
        FrameTooLong:
            "list.frame-too-long",
            "a part outside of the records has more bytes than are read";
        /// Another encoding than UTF-8.
        EncodingUnsupported:
            "list.encoding-unsupported",
            "the list is not UTF-8: convert it";
        /// A table whose first line names no column of hashes.
        HeaderUnknown:
            "list.header-unknown",
            "the first line names no column of hashes";
    }
}

/// A list that cannot be read further. What was read before it holds.
#[derive(Debug, thiserror::Error)]
#[error("line {line}, byte {offset_bytes}, after {records} records: {}", .kind.says())]
pub struct ListFault {
    /// What failed.
    pub kind: FaultKind,
    /// The line, from 1.
    pub line: u64,
    /// The bytes before the place.
    pub offset_bytes: u64,
    /// How many records were read to their end: resume after these.
    pub records: u64,
    /// How many of them gave a change.
    pub good: u64,
    /// What the source said.
    #[source]
    pub source: Option<io::Error>,
}

impl ListFault {
    /// The stable name of what failed.
    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }
}

/// Why an entry cannot be written in a format. Nothing of it was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unwritable {
    /// The format needs a hash that the entry has not.
    #[error("entry {id}: the format needs a hash of kind {kind}: leave the entry out")]
    HashNeeded {
        /// The entry's id.
        id: String,
        /// The kind.
        kind: &'static str,
    },
    /// The format has no place for any of the entry's hashes.
    #[error("entry {id}: the format has no place for its hashes: leave the entry out")]
    HashForeign {
        /// The entry's id.
        id: String,
    },
    /// The format's ids have another form.
    #[error("entry {id}: the format's ids are whole numbers: number the entries anew")]
    IdForeign {
        /// The entry's id.
        id: String,
    },
    /// The classification belongs to another scale than the file's.
    #[error("entry {id}: its label belongs to another scale: write one file for each")]
    SchemeForeign {
        /// The entry's id.
        id: String,
    },
    /// The format asks whether it is a picture or a video.
    #[error("entry {id}: the format has pictures and videos alone: leave the entry out")]
    MaterialForeign {
        /// The entry's id.
        id: String,
    },
    /// A text is longer than readers take.
    #[error("entry {id}: one of its texts is too long: shorten it")]
    TextTooLong {
        /// The entry's id, cut.
        id: String,
    },
}

impl Unwritable {
    /// The stable name of the reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::HashNeeded { .. } => "list.write-hash-needed",
            Self::HashForeign { .. } => "list.write-hash-foreign",
            Self::IdForeign { .. } => "list.write-id-foreign",
            Self::SchemeForeign { .. } => "list.write-scheme-foreign",
            Self::MaterialForeign { .. } => "list.write-material-foreign",
            Self::TextTooLong { .. } => "list.write-text-too-long",
        }
    }
}

impl From<BadHash> for Defect {
    fn from(_: BadHash) -> Self {
        Self::HashMalformed
    }
}
