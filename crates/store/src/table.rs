//! Writing and reading many rows of one table at once.

use std::collections::BTreeSet;

use crate::StoreFault;
use crate::connection::{Columns, Connection, Key, Parameters, Row};
use crate::statement::{among, insert, runs};

/// A row type with its table.
pub(crate) trait Record: Sized {
    /// The table's name.
    const TABLE: &'static str;
    /// The columns, in the order of [`Record::bind`] and [`Record::read`].
    const COLUMNS: &'static str;
    /// How many columns.
    const WIDTH: usize = columns_in(Self::COLUMNS);

    /// Appends the row's values.
    fn bind(&self, to: &mut Parameters);

    /// Reads a row.
    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault>;
}

/// How many names a list of columns has: the commas in it, and one.
const fn columns_in(list: &str) -> usize {
    let mut count = 1;
    let mut left = list.as_bytes();
    while let Some((byte, rest)) = left.split_first() {
        if *byte == b',' {
            count += 1;
        }
        left = rest;
    }
    count
}

impl Connection<'_> {
    /// Inserts rows; `tail` follows the values (an `ON CONFLICT` clause or nothing). Says how many
    /// were written.
    pub(crate) async fn insert<'t, T: Record + 't>(
        &mut self,
        mut records: impl ExactSizeIterator<Item = &'t T>,
        tail: &str,
    ) -> Result<u64, StoreFault> {
        let dialect = self.dialect();
        let mut written = 0;
        for run in runs(records.len(), dialect.rows_max()) {
            let mut parameters = self.parameters();
            for record in records.by_ref().take(run) {
                record.bind(&mut parameters);
            }
            let sql = insert(dialect, T::TABLE, T::COLUMNS, T::WIDTH, run, tail);
            written += self.execute(T::TABLE, sql, parameters).await?;
        }
        Ok(written)
    }

    /// The rows whose `column` is among `keys`; `tail` may order them only if there is one key.
    pub(crate) async fn among<T: Record, K: Key>(
        &mut self,
        column: &str,
        keys: &[K],
        tail: &str,
    ) -> Result<Vec<T>, StoreFault> {
        let head = format!("SELECT {} FROM {} WHERE {column} IN", T::COLUMNS, T::TABLE);
        let mut found = Vec::new();
        for row in self.rows_among(T::TABLE, &head, keys, tail).await? {
            found.push(self.record(&row)?);
        }
        Ok(found)
    }

    /// The rows of `head (keys) tail`, asked in as few statements as there is room for. A key that
    /// is given twice is asked for once, and in the order of keys, which is that of the index.
    pub(crate) async fn rows_among<K: Key>(
        &mut self,
        table: &'static str,
        head: &str,
        keys: &[K],
        tail: &str,
    ) -> Result<Vec<Row>, StoreFault> {
        let dialect = self.dialect();
        let keys: BTreeSet<K> = keys.iter().copied().collect();
        let keys: Vec<K> = keys.into_iter().collect();
        let mut found = Vec::new();
        for part in keys.chunks(dialect.rows_max()) {
            let Some(last) = part.last() else { continue };
            // A list is padded with its last key, so that few shapes of the statement exist.
            let width = part.len().next_power_of_two();
            let mut parameters = self.parameters();
            for index in 0..width {
                part.get(index).unwrap_or(last).bind(&mut parameters);
            }
            let sql = among(dialect, head, width, tail);
            found.extend(self.rows(table, sql, parameters).await?);
        }
        Ok(found)
    }

    /// The rows that `tail` (`WHERE … ORDER BY … LIMIT …`) chooses.
    pub(crate) async fn select<T: Record>(
        &mut self,
        tail: &str,
        parameters: Parameters,
    ) -> Result<Vec<T>, StoreFault> {
        let sql = format!("SELECT {} FROM {} {tail}", T::COLUMNS, T::TABLE);
        let rows = self.rows(T::TABLE, sql, parameters).await?;
        rows.iter().map(|row| self.record(row)).collect()
    }

    /// Reads one row.
    pub(crate) fn record<T: Record>(&self, row: &Row) -> Result<T, StoreFault> {
        T::read(&mut Columns::new(row, self.during(), T::TABLE))
    }
}
