//! Columns written as Parquet. A file appears under its name only when it is whole and on the disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{
    ArrayRef, Decimal64Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMillisecondArray,
};
use arrow_schema::{DataType, Field, Schema, TimeUnit};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use tempfile::NamedTempFile;

use crate::failure::WriteError;
use crate::rows::Texts;

/// Rows of a group: one thread decodes a group, so that there should be several of them.
const GROUP_ROWS: usize = 1 << 20;
/// Digits of a decimal that 64 bits hold.
const DIGITS: u8 = 18;
/// Level 1 takes a third of the time of level 3 and a twentieth more room.
const LEVEL: i32 = 1;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Whole numbers of 64 bits.
    Whole,
    /// Floats of 64 bits.
    Ratio,
    /// Decimals of at most 18 digits, so many of them behind the point.
    Decimal(u8),
    /// Moments, to the millisecond, in UTC.
    Time,
    /// Text.
    Text,
}

/// The values of a column, in rows of one batch.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Whole numbers, none missing.
    Whole(Vec<i64>),
    /// Whole numbers; of a decimal column, units of its last digit.
    Wholes(Vec<Option<i64>>),
    /// Floats.
    Ratios(Vec<Option<f64>>),
    /// Milliseconds since 1970.
    Times(Vec<i64>),
    /// Texts, none missing.
    Texts(Texts),
}

/// A Parquet file as it is written.
pub struct Writer {
    path: PathBuf,
    kinds: Vec<Kind>,
    schema: Arc<Schema>,
    encoder: ArrowWriter<NamedTempFile>,
}

impl Writer {
    /// Begins a file beside the place where it will stand, readable by its owner alone.
    pub fn create(path: &Path, columns: &[(&str, Kind)]) -> Result<Self, WriteError> {
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let file = tempfile::Builder::new()
            .prefix(".columns-")
            .suffix(".part")
            .tempfile_in(folder.unwrap_or(Path::new(".")));
        let file = file.map_err(|source| WriteError::Disk {
            path: path.to_owned(),
            source,
        })?;
        let fields = columns.iter().map(|(name, kind)| kind.field(name));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let encoder = properties(columns)
            .and_then(|properties| ArrowWriter::try_new(file, schema.clone(), Some(properties)));
        Ok(Self {
            path: path.to_owned(),
            kinds: columns.iter().map(|(_, kind)| *kind).collect(),
            schema,
            encoder: encoder.map_err(|source| WriteError::Encode {
                path: path.to_owned(),
                source,
            })?,
        })
    }

    /// Writes rows, their columns in the order that was announced.
    pub fn write(&mut self, columns: Vec<Values>) -> Result<(), WriteError> {
        if columns.len() != self.kinds.len() {
            let what = format!("{} columns, not {}", columns.len(), self.kinds.len());
            return Err(self.shape(what));
        }
        let mut arrays = Vec::with_capacity(columns.len());
        for (at, (values, kind)) in columns.into_iter().zip(&self.kinds).enumerate() {
            match array(values, *kind) {
                Some(array) => arrays.push(array),
                None => return Err(self.shape(format!("column {at} is no {kind:?}"))),
            }
        }
        self.write_arrays(arrays)
    }

    /// As [`Self::write`], from arrays of the types that [`Kind::field`] says.
    pub fn write_arrays(&mut self, arrays: Vec<ArrayRef>) -> Result<(), WriteError> {
        let batch = RecordBatch::try_new(self.schema.clone(), arrays);
        let batch = batch.map_err(|error| self.shape(error.to_string()))?;
        self.encoder
            .write(&batch)
            .map_err(|source| self.encode(source))
    }

    /// Ends the file, waits until it is on the disk, and gives it its name.
    pub fn finish(self) -> Result<(), WriteError> {
        let Self { path, encoder, .. } = self;
        let disk = |source| WriteError::Disk {
            path: path.clone(),
            source,
        };
        let file = encoder.into_inner().map_err(|source| WriteError::Encode {
            path: path.clone(),
            source,
        })?;
        file.as_file().sync_all().map_err(disk)?;
        let named = file.persist(&path).map_err(|error| disk(error.error))?;
        named.sync_all().map_err(disk)
    }

    fn shape(&self, what: String) -> WriteError {
        WriteError::Shape {
            path: self.path.clone(),
            what,
        }
    }

    fn encode(&self, source: ParquetError) -> WriteError {
        WriteError::Encode {
            path: self.path.clone(),
            source,
        }
    }
}

fn properties(columns: &[(&str, Kind)]) -> Result<WriterProperties, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(LEVEL)?))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .set_created_by(concat!("watchfire ", env!("CARGO_PKG_VERSION")).to_owned());
    for (name, kind) in columns {
        if !matches!(kind, Kind::Text) {
            // Nearly every value is another one: a dictionary would be made and thrown away.
            let column = parquet::schema::types::ColumnPath::from(*name);
            properties = properties.set_column_dictionary_enabled(column, false);
        }
    }
    Ok(properties.build())
}

impl Kind {
    /// A column of this kind, in Arrow.
    pub fn field(self, name: &str) -> Field {
        let kind = match self {
            Self::Whole => DataType::Int64,
            Self::Ratio => DataType::Float64,
            Self::Decimal(scale) => DataType::Decimal64(DIGITS, i8::try_from(scale).unwrap_or(0)),
            Self::Time => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            Self::Text => DataType::Utf8,
        };
        Field::new(name, kind, true)
    }

    /// The kind that has this type.
    pub fn of(kind: &DataType) -> Option<Self> {
        match kind {
            DataType::Int64 => Some(Self::Whole),
            DataType::Float64 => Some(Self::Ratio),
            DataType::Decimal64(DIGITS, scale) => u8::try_from(*scale).ok().map(Self::Decimal),
            DataType::Timestamp(TimeUnit::Millisecond, Some(_)) => Some(Self::Time),
            DataType::Utf8 => Some(Self::Text),
            _ => None,
        }
    }
}

impl Values {
    /// In Arrow, as a column of a kind; `None` when they are of another.
    pub fn into_array(self, kind: Kind) -> Option<ArrayRef> {
        array(self, kind)
    }
}

fn array(values: Values, kind: Kind) -> Option<ArrayRef> {
    Some(match (values, kind) {
        (Values::Whole(values), Kind::Whole) => Arc::new(Int64Array::from(values)),
        (Values::Wholes(values), Kind::Whole) => Arc::new(Int64Array::from(values)),
        (Values::Ratios(values), Kind::Ratio) => Arc::new(Float64Array::from(values)),
        (Values::Times(values), Kind::Time) => {
            Arc::new(TimestampMillisecondArray::from(values).with_timezone("UTC"))
        }
        (Values::Texts(texts), Kind::Text) => Arc::new(StringArray::from_iter_values(texts.iter())),
        (Values::Whole(values), Kind::Decimal(scale)) => {
            decimals(Decimal64Array::from(values), scale)?
        }
        (Values::Wholes(values), Kind::Decimal(scale)) => {
            decimals(Decimal64Array::from(values), scale)?
        }
        _ => return None,
    })
}

fn decimals(values: Decimal64Array, scale: u8) -> Option<ArrayRef> {
    let scale = i8::try_from(scale).ok()?;
    let values = values.with_precision_and_scale(DIGITS, scale).ok()?;
    Some(Arc::new(values))
}
