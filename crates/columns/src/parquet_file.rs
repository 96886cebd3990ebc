//! Parquet files: which columns they have, and their groups of rows decoded.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_schema::{ArrowError, DataType, Field, Schema, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader,
    ParquetRecordBatchReaderBuilder,
};
use parquet::basic::Compression;
use parquet::errors::ParquetError;

use crate::decode::{Raw, Shape, decode};
use crate::failure::ReadError;
use crate::reader::{BATCH_ROWS, open_error, places};
use crate::rows::{Column, Rows, Wanted};

/// A Parquet file whose footer was read.
#[derive(Debug)]
pub(crate) struct ParquetFile {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    names: Vec<String>,
    /// The number of the first row of each group.
    firsts: Vec<u64>,
}

impl ParquetFile {
    pub(crate) fn open(path: &Path) -> Result<Self, ReadError> {
        let file = File::open(path).map_err(open_error(path))?;
        if file.metadata().map_err(open_error(path))?.is_dir() {
            let is_directory = std::io::Error::from(std::io::ErrorKind::IsADirectory);
            return Err(open_error(path)(is_directory));
        }
        let loaded = guarded(|| load(&file));
        let loaded = loaded.unwrap_or_else(|what| Err(ParquetError::General(what)));
        let metadata = loaded.map_err(|source| ReadError::Footer {
            path: path.to_owned(),
            source,
        })?;
        if let Some(codec) = foreign_codec(&metadata) {
            return Err(ReadError::Codec {
                path: path.to_owned(),
                codec,
            });
        }
        let fields = metadata.schema().fields().iter();
        let names = fields.map(|field| field.name().clone()).collect();
        let mut firsts = Vec::new();
        let mut rows = 0_u64;
        for group in metadata.metadata().row_groups() {
            firsts.push(rows);
            rows = rows.saturating_add(u64::try_from(group.num_rows()).unwrap_or_default());
        }
        Ok(Self {
            path: path.to_owned(),
            metadata,
            names,
            firsts,
        })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn columns(&self) -> Vec<String> {
        self.names.clone()
    }

    pub(crate) fn rows(&self) -> u64 {
        let groups = self.metadata.metadata().row_groups().iter();
        let rows = groups.map(|group| u64::try_from(group.num_rows()).unwrap_or_default());
        rows.fold(0, u64::saturating_add)
    }

    pub(crate) fn groups(&self) -> usize {
        self.firsts.len()
    }

    pub(crate) fn decimals(&self) -> Option<u32> {
        let field = self.field(Column::Amount.name())?;
        match field.data_type() {
            DataType::Decimal64(_, scale) | DataType::Decimal128(_, scale) => {
                u32::try_from(*scale).ok()
            }
            kind if kind.is_integer() => Some(0),
            _ => None,
        }
    }

    fn field(&self, name: &str) -> Option<&Arc<Field>> {
        let mut fields = self.metadata.schema().fields().iter();
        fields.find(|field| field.name() == name)
    }

    /// Where what is wanted stands, by root columns of the file.
    pub(crate) fn shape(&self, wanted: &Wanted) -> Result<Shape, ReadError> {
        let shape = places(&self.path, &self.names, wanted)?;
        let kind = |at: usize| self.metadata.schema().field(at).data_type();
        for (column, at) in &shape.columns {
            if let Some(expected) = refusal(*column, kind(*at)) {
                return Err(self.type_error(column.name(), kind(*at), expected));
            }
        }
        for (name, at) in wanted.key_names().iter().zip(&shape.keys) {
            if let Some(expected) = key_refusal(kind(*at)) {
                return Err(self.type_error(name, kind(*at), expected));
            }
        }
        Ok(shape)
    }

    fn type_error(&self, column: &str, found: &DataType, expected: &'static str) -> ReadError {
        ReadError::Type {
            path: self.path.clone(),
            column: column.to_owned(),
            found: found.to_string(),
            expected,
        }
    }

    pub(crate) fn group(
        &self,
        group: usize,
        wanted: &Wanted,
        visit: &mut dyn FnMut(Rows) -> bool,
    ) -> Result<(), ReadError> {
        let mut shape = self.shape(wanted)?;
        let broken = |what: String| ReadError::Broken {
            path: self.path.clone(),
            group,
            what,
        };
        let file = File::open(&self.path).map_err(open_error(&self.path))?;
        let mut roots: Vec<usize> = shape.columns.values().copied().collect();
        roots.extend(&shape.keys);
        roots.sort_unstable();
        roots.dedup();
        // The arrays come in the order of the file, those alone that were asked for.
        let place = |root: &usize| roots.binary_search(root).unwrap_or(usize::MAX);
        shape.columns = (shape.columns.iter().map(|(name, at)| (*name, place(at)))).collect();
        shape.keys = shape.keys.iter().map(place).collect();
        let mut first = self.firsts.get(group).copied().unwrap_or_default();
        let expected = self.metadata.metadata().row_groups().get(group);
        let expected = expected.map_or(0, parquet::file::metadata::RowGroupMetaData::num_rows);
        let end = first.saturating_add(u64::try_from(expected).unwrap_or_default());
        let batches = guarded(|| self.batches(file, group, &roots));
        let mut batches = batches
            .map_err(broken)?
            .map_err(|error| broken(error.to_string()))?;
        loop {
            let next = guarded(|| batches.next());
            let Some(batch) = next.map_err(broken)? else {
                break;
            };
            let batch = batch.map_err(|error: ArrowError| broken(error.to_string()))?;
            let raw = Raw {
                arrays: batch.columns(),
                rows: batch.num_rows(),
                first,
                faults: std::collections::BTreeMap::new(),
            };
            first = first.saturating_add(batch.num_rows() as u64);
            let rows = decode(raw, wanted, &shape);
            let rows = rows.map_err(|column| broken(format!("the type of `{column}`")))?;
            if !visit(rows) {
                return Ok(());
            }
        }
        if first == end {
            Ok(())
        } else {
            Err(broken("it holds fewer rows than it says".to_owned()))
        }
    }

    fn batches(
        &self,
        file: File,
        group: usize,
        roots: &[usize],
    ) -> Result<ParquetRecordBatchReader, ParquetError> {
        let mask = ProjectionMask::roots(self.metadata.parquet_schema(), roots.iter().copied());
        ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
            .with_projection(mask)
            .with_row_groups(vec![group])
            .with_batch_size(BATCH_ROWS)
            .build()
    }
}

/// The name of a compression that is used in the file and not read here.
fn foreign_codec(metadata: &ArrowReaderMetadata) -> Option<String> {
    let groups = metadata.metadata().row_groups().iter();
    let mut codecs = groups
        .flat_map(parquet::file::metadata::RowGroupMetaData::columns)
        .map(parquet::file::metadata::ColumnChunkMetaData::compression);
    let foreign = codecs.find(|codec| {
        !matches!(
            codec,
            Compression::UNCOMPRESSED
                | Compression::SNAPPY
                | Compression::GZIP(_)
                | Compression::ZSTD(_)
        )
    })?;
    // `BROTLI(BrotliLevel(1))`: the level says nothing to a reader.
    let name = foreign.to_string();
    name.split('(').next().map(str::to_owned)
}

/// Reads the footer, and says how each column is to be decoded.
fn load(file: &File) -> Result<ArrowReaderMetadata, ParquetError> {
    // A schema that another program left in the file may ask for types of its own.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let found = ArrowReaderMetadata::load(file, options.clone())?;
    let fields = found.schema().fields().iter();
    let fields = fields.map(|field| {
        let kind = decoded(field.name(), field.data_type());
        Arc::new(field.as_ref().clone().with_data_type(kind))
    });
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    ArrowReaderMetadata::try_new(found.metadata().clone(), options.with_schema(schema))
}

/// Columns of few words as words and positions, amounts in 64 bits where they fit.
fn decoded(name: &str, kind: &DataType) -> DataType {
    let of_words = [
        Column::Currency,
        Column::SenderCountry,
        Column::ReceiverCountry,
        Column::Channel,
        Column::Merchant,
        Column::Relation,
    ];
    match kind {
        DataType::Utf8 if of_words.iter().any(|column| column.name() == name) => {
            DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
        }
        DataType::Decimal128(digits, scale) if *digits <= 18 => {
            DataType::Decimal64(*digits, *scale)
        }
        other => other.clone(),
    }
}

/// Text, or bytes that a writer did not call text: whether they are shows row by row.
const fn is_text(kind: &DataType) -> bool {
    matches!(kind, DataType::Utf8 | DataType::Binary)
}

/// Why a column of this type is no key.
pub(crate) fn key_refusal(kind: &DataType) -> Option<&'static str> {
    let is_word = matches!(kind, DataType::Dictionary(_, _));
    let reads = is_text(kind) || is_word || kind.is_integer();
    (!reads).then_some("write whole numbers or text")
}

/// Why a column of this type is not read.
pub(crate) fn refusal(column: Column, kind: &DataType) -> Option<&'static str> {
    let is_text = is_text(kind);
    let is_word = is_text || matches!(kind, DataType::Dictionary(_, _));
    match column {
        Column::Time => {
            let unit = matches!(
                kind,
                DataType::Timestamp(
                    TimeUnit::Millisecond | TimeUnit::Microsecond | TimeUnit::Nanosecond,
                    _
                )
            );
            let reads = unit || is_text || *kind == DataType::Date32;
            (!reads).then_some("write a timestamp, a date, or RFC 3339 text")
        }
        Column::Amount => {
            let decimal = matches!(kind, DataType::Decimal64(_, _) | DataType::Decimal128(_, _));
            let float = matches!(kind, DataType::Float32 | DataType::Float64);
            let reads = decimal || float || is_text || kind.is_integer();
            (!reads).then_some("write a decimal, a float, or a whole number")
        }
        Column::Reference => (!is_text).then_some("write text"),
        _ => (!is_word).then_some("write text"),
    }
}

/// Decoders of hostile bytes may panic; what they were doing is then thrown away.
fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        text.unwrap_or_else(|| "the decoder gave up".to_owned())
    })
}
