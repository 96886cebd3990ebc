//! Batches of rows that another program decoded, read by the same rules as files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow_array::RecordBatch;
use arrow_schema::{DataType, Schema};

use crate::decode::{Raw, Shape, decode};
use crate::failure::ReadError;
use crate::parquet_file::{key_refusal, refusal};
use crate::reader::places;
use crate::rows::{Column, Rows, Wanted};

/// Knows which columns of a schema hold what is wanted.
#[derive(Debug, Clone)]
pub struct Decoder {
    name: PathBuf,
    wanted: Wanted,
    shape: Shape,
}

impl Decoder {
    /// For batches of this schema; `name` is what errors call them.
    pub fn new(name: &Path, schema: &Schema, wanted: Wanted) -> Result<Self, ReadError> {
        let names = schema.fields().iter().map(|field| field.name().clone());
        let shape = places(name, &names.collect::<Vec<_>>(), &wanted)?;
        let refused = |column: &str, found: &DataType, expected| ReadError::Type {
            path: name.to_owned(),
            column: column.to_owned(),
            found: found.to_string(),
            expected,
        };
        for (column, at) in &shape.columns {
            let kind = schema.field(*at).data_type();
            // Here words are not made into dictionaries first.
            let is_text = *kind == DataType::Utf8 && *column != Column::Time;
            if !is_text && let Some(expected) = refusal(*column, kind) {
                return Err(refused(column.name(), kind, expected));
            }
        }
        for (column, at) in wanted.key_names().iter().zip(&shape.keys) {
            let kind = schema.field(*at).data_type();
            if let Some(expected) = key_refusal(kind) {
                return Err(refused(column, kind, expected));
            }
        }
        Ok(Self {
            name: name.to_owned(),
            wanted,
            shape,
        })
    }

    /// The rows of a batch; its first has the number `first`.
    pub fn rows(&self, batch: &RecordBatch, first: u64) -> Result<Rows, ReadError> {
        let raw = Raw {
            arrays: batch.columns(),
            rows: batch.num_rows(),
            first,
            faults: BTreeMap::new(),
        };
        decode(raw, &self.wanted, &self.shape).map_err(|column| ReadError::Type {
            path: self.name.clone(),
            column,
            found: "another type than was announced".to_owned(),
            expected: "write one type throughout",
        })
    }
}
