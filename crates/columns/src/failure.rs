//! Why a file was not read or not written.

use std::io;
use std::path::PathBuf;

/// A file that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system refuses.
    #[error("cannot read {path}: check that it exists and that you may read it")]
    Open {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Neither `.parquet` nor `.csv`.
    #[error(
        "{path} is no kind of table that is known here: name a file that ends in .parquet or .csv"
    )]
    Format {
        /// The file.
        path: PathBuf,
    },
    /// It says it is Parquet and is not, or its end is missing.
    #[error("{path} is no whole Parquet file: copy it again, it may have been cut short")]
    Footer {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: parquet::errors::ParquetError,
    },
    /// It is compressed in a way that is not read.
    #[error(
        "{path} is compressed with {codec}, which is not read here: write it with zstd, snappy or \
         gzip"
    )]
    Codec {
        /// The file.
        path: PathBuf,
        /// How, as Parquet calls it.
        codec: String,
    },
    /// Its rows cannot be decoded.
    #[error("{path} is broken in row group {group}: copy it again")]
    Broken {
        /// The file.
        path: PathBuf,
        /// Which group of rows, from 0.
        group: usize,
        /// What is wrong with it.
        what: String,
    },
    /// A column that is needed is not there.
    #[error("{path} has no column `{column}`; it has {}", .has.join(", "))]
    NoColumn {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// The columns it has.
        has: Vec<String>,
    },
    /// Two columns of one name.
    #[error("{path} has the column `{column}` twice: rename one")]
    Twice {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
    },
    /// A column of a type that is not read.
    #[error("the column `{column}` of {path} is {found}; {expected}")]
    Type {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// Its type.
        found: String,
        /// What it may be.
        expected: &'static str,
    },
    /// Amounts without a currency.
    #[error("{path} has no column `currency`: say which currency its amounts are in")]
    NoCurrency {
        /// The file.
        path: PathBuf,
    },
    /// A CSV file without a line of names.
    #[error("{path} has no header: its first line has to name the columns")]
    NoHeader {
        /// The file.
        path: PathBuf,
    },
    /// A row of a CSV file that does not end.
    #[error(
        "row {row} of {path} is longer than {bytes_max} bytes: a quote may be missing its other end"
    )]
    RowTooLong {
        /// The file.
        path: PathBuf,
        /// Which row, from 1.
        row: u64,
        /// The limit.
        bytes_max: usize,
    },
}

impl ReadError {
    /// A stable code, documented in the reference.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "columns.open",
            Self::Format { .. } => "columns.format",
            Self::Footer { .. } => "columns.footer",
            Self::Codec { .. } => "columns.codec",
            Self::Broken { .. } => "columns.broken",
            Self::NoColumn { .. } => "columns.no-column",
            Self::Twice { .. } => "columns.twice",
            Self::Type { .. } => "columns.type",
            Self::NoCurrency { .. } => "columns.no-currency",
            Self::NoHeader { .. } => "columns.no-header",
            Self::RowTooLong { .. } => "columns.row-too-long",
        }
    }
}

/// A file that was not written. Nothing stands under its name that did not stand there before.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Something stands there already.
    #[error("{path} is there already: name another file, or remove it first")]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The system refuses.
    #[error("cannot write {path}: check that there is room and that you may write there")]
    Disk {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Columns of other kinds or lengths than were announced: a defect of the caller.
    #[error("the columns of {path} do not fit together: {what}")]
    Shape {
        /// The file.
        path: PathBuf,
        /// Which.
        what: String,
    },
    /// The encoder failed.
    #[error("cannot encode {path}")]
    Encode {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: parquet::errors::ParquetError,
    },
}

impl WriteError {
    /// A stable code, documented in the reference.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Exists { .. } => "columns.exists",
            Self::Disk { .. } => "columns.disk",
            Self::Shape { .. } => "columns.shape",
            Self::Encode { .. } => "columns.encode",
        }
    }
}
