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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Decimal128Array, Int32Array, StringArray};
    use arrow_schema::Field;

    use super::*;
    use crate::rows::{Keys, Reason};

    fn batch() -> RecordBatch {
        let amounts = Decimal128Array::from(vec![1250, 700, 1]);
        let amounts = amounts.with_precision_and_scale(20, 2).unwrap();
        let times = ["2026-01-02", "2026-01-02T03:04:05Z", "2026-01-03"];
        let columns: [(&str, ArrayRef); 4] = [
            ("amount", Arc::new(amounts)),
            ("time", Arc::new(StringArray::from(times.to_vec()))),
            (
                "country",
                Arc::new(StringArray::from(vec!["DE", "PH", "XX"])),
            ),
            ("id", Arc::new(Int32Array::from(vec![7, 8, 9]))),
        ];
        let fields = columns.clone().map(|(name, array)| {
            let name = name.replace("country", "sender_country");
            Field::new(name, array.data_type().clone(), true)
        });
        let schema = Arc::new(Schema::new(fields.to_vec()));
        RecordBatch::try_new(schema, columns.map(|(_, array)| array).to_vec()).unwrap()
    }

    #[test]
    fn batches_are_read_by_the_rules_of_files() {
        let columns = [Column::Time, Column::Amount, Column::SenderCountry];
        let wanted = Wanted::columns(&columns).keys(&["id"]).decimals(2);
        let decoder = Decoder::new(Path::new("a table"), &batch().schema(), wanted).unwrap();
        let rows = decoder.rows(&batch(), 40).unwrap();
        assert_eq!(rows.amounts, [1250, 700]);
        assert_eq!(rows.keys, [Keys::Whole(vec![7, 8])]);
        assert_eq!(rows.sender_countries[1].code(), "PH");
        let [rejected] = rows.rejected.as_slice() else {
            panic!("one row names no country: {:?}", rows.rejected);
        };
        assert_eq!(rejected.number, 42);
        let column = "sender_country";
        assert_eq!(rejected.reason, Reason::CountryUnknown { column });
    }

    #[test]
    fn what_cannot_be_read_is_refused_before_any_batch() {
        let refused = |wanted| {
            let made = Decoder::new(Path::new("a table"), &batch().schema(), wanted);
            made.unwrap_err().to_string()
        };
        let none = Wanted::columns(&[]);
        let answers = [
            refused(none.clone().keys(&["sender"])),
            refused(none.keys(&["amount"])),
        ];
        assert!(answers[0].contains("a table has no column `sender`"));
        assert!(
            answers[1].contains("write whole numbers or text"),
            "{}",
            answers[1]
        );
    }
}
