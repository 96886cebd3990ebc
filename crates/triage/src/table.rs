//! What the tables of fields and of clocks have in common: how they are read, and why one is
//! refused: file, line and reason.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use toml::Spanned;

/// The longest table that is read, in bytes.
pub const TABLE_BYTES_MAX: usize = 256 << 10;
/// The most entries of a table.
pub const ENTRIES_MAX: usize = 1000;
/// The longest text of an entry, in bytes.
pub const ENTRY_TEXT_BYTES_MAX: usize = 500;
/// The longest id, in characters.
const ID_CHARS_MAX: usize = 64;
/// The longest name of a field, in bytes: five of them have to fit into one line of HTTP.
pub const FIELD_BYTES_MAX: usize = 200;

/// Why a table was refused, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct TableError {
    /// The file as named by the caller.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: TableProblem,
}

impl TableError {
    /// A stable code, documented in the reference.
    pub const fn code(&self) -> &'static str {
        self.problem.code()
    }
}

/// What is wrong with a table.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TableProblem {
    /// More than [`TABLE_BYTES_MAX`] bytes.
    #[error("the table is longer than {TABLE_BYTES_MAX} bytes")]
    TooLong,
    /// More than [`ENTRIES_MAX`] entries.
    #[error("the table has more than {ENTRIES_MAX} entries")]
    TooManyEntries,
    /// Not TOML, or not of the expected shape.
    #[error("{reason}")]
    Syntax {
        /// What the reader says.
        reason: String,
    },
    /// A text that must say something is empty, or longer than [`ENTRY_TEXT_BYTES_MAX`].
    #[error("`{key}` must say something, in at most {ENTRY_TEXT_BYTES_MAX} bytes")]
    Unstated {
        /// The key.
        key: &'static str,
    },
    /// Not an id.
    #[error("an id is made of a-z, 0-9 and hyphens, at most {ID_CHARS_MAX} of them")]
    BadId,
    /// Two entries of one id.
    #[error("`{id}` stands already in line {first_line}")]
    DuplicateId {
        /// The id.
        id: String,
        /// The line of the first.
        first_line: usize,
    },
    /// Not the name of an element.
    #[error(
        "a field is named by elements: `parent/child`, `element/@attribute`, and ` + ` between \
         elements that belong together; letters and digits, at most {FIELD_BYTES_MAX} bytes"
    )]
    BadField,
    /// Not a length of time, or an absurd one.
    #[error("a length is a whole number of hours or days, as `48h` or `30d`, from 1h to 36600d")]
    BadLength,
    /// A warning that would come before the clock starts, or after it ran out.
    #[error("a warning must come while the clock runs: it has to be shorter than the clock")]
    WarningTooEarly,
    /// Two equal warnings, or warnings out of order.
    #[error("warnings stand in order, the earliest (longest before the end) first, each once")]
    WarningsUnordered,
    /// Not a jurisdiction.
    #[error("a jurisdiction is two capital letters (ISO 3166-1), or `any`")]
    BadJurisdiction,
    /// A clock of the law that runs everywhere.
    #[error("a clock whose basis is \"law\" names the jurisdiction whose law it is")]
    LawOfNowhere,
    /// A clock about raised cases that does not start with the raising.
    #[error("`raised` is only for clocks that start with \"escalated\"")]
    RaisedIdle,
}

impl TableProblem {
    const fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "table.too-long",
            Self::TooManyEntries => "table.too-many-entries",
            Self::Syntax { .. } => "table.syntax",
            Self::Unstated { .. } => "table.unstated",
            Self::BadId => "table.id-bad",
            Self::DuplicateId { .. } => "table.id-twice",
            Self::BadField => "table.field-bad",
            Self::BadLength => "table.length-bad",
            Self::WarningTooEarly => "table.warning-too-early",
            Self::WarningsUnordered => "table.warnings-unordered",
            Self::BadJurisdiction => "table.jurisdiction-bad",
            Self::LawOfNowhere => "table.law-of-nowhere",
            Self::RaisedIdle => "table.raised-idle",
        }
    }
}

/// A problem and the byte where it is.
pub(crate) type Found = (usize, TableProblem);

/// Reads the text of a table into its raw shape, checks it with `read`, and names the line of what
/// is wrong.
pub(crate) fn parse<Raw: DeserializeOwned, Table>(
    text: &str,
    file_name: &str,
    read: impl FnOnce(Raw) -> Result<Table, Found>,
) -> Result<Table, TableError> {
    let checked = if text.len() > TABLE_BYTES_MAX {
        Err((0, TableProblem::TooLong))
    } else {
        let raw = toml::from_str(text).map_err(|source| {
            let at = source.span().map_or(0, |span| span.start);
            let reason = source.message().to_owned();
            (at, TableProblem::Syntax { reason })
        });
        raw.and_then(read)
    };
    checked.map_err(|(at, mut problem)| {
        if let TableProblem::DuplicateId { first_line, .. } = &mut problem {
            // Until here it held the byte of the first.
            *first_line = line_of(text, *first_line);
        }
        TableError {
            file: file_name.to_owned(),
            line: line_of(text, at),
            problem,
        }
    })
}

/// Ids that were met, each with the byte where it stands.
#[derive(Default)]
pub(crate) struct Ids(BTreeMap<String, usize>);

impl Ids {
    /// An id that is well-formed and new.
    pub(crate) fn take(&mut self, raw: &Spanned<String>) -> Result<String, Found> {
        let at = raw.span().start;
        let id = raw.get_ref();
        let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if id.is_empty() || id.len() > ID_CHARS_MAX || !id.bytes().all(fits) {
            return Err((at, TableProblem::BadId));
        }
        if self.0.len() == ENTRIES_MAX {
            return Err((at, TableProblem::TooManyEntries));
        }
        if let Some(first) = self.0.insert(id.clone(), at) {
            let id = id.clone();
            return Err((
                at,
                TableProblem::DuplicateId {
                    id,
                    first_line: first,
                },
            ));
        }
        Ok(id.clone())
    }
}

/// A text that says something.
pub(crate) fn stated(raw: &Spanned<String>, key: &'static str) -> Result<String, Found> {
    let text = raw.get_ref().trim();
    if text.is_empty() || text.len() > ENTRY_TEXT_BYTES_MAX {
        return Err((raw.span().start, TableProblem::Unstated { key }));
    }
    Ok(text.to_owned())
}

/// The line, from 1, of a byte position.
fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}
