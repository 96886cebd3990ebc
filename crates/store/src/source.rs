//! Where lists of known material are fetched from, and how far that came.

use model::{ListId, Timestamp};

use crate::connection::{Columns, Parameters};
use crate::read::{ROWS_PER_PAGE_MAX, capped};
use crate::row::Sealed;
use crate::table::Record;
use crate::{Store, StoreFault, Tx};

/// Where a list is fetched from, and how far that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListSourceRow {
    /// The list.
    pub list: ListId,
    /// Service, address and where its secrets are, sealed by the list's key.
    pub settings: Sealed,
    /// From where to go on, sealed by the list's key; `None`: from the start.
    pub checkpoint: Option<Sealed>,
    /// Grows with each fetch that begins: an older one keeps no more.
    pub turn: i64,
    /// When the last fetch began.
    pub tried: Option<Timestamp>,
    /// When one last came to its end.
    pub done: Option<Timestamp>,
    /// The code of why the last one did not come to its end; empty: it did.
    pub failure: String,
}

impl Record for ListSourceRow {
    const TABLE: &'static str = "list_source";
    const COLUMNS: &'static str = "list_id, settings_sealed, checkpoint_sealed, turn, \
         tried_ms, done_ms, failure";

    fn bind(&self, to: &mut Parameters) {
        to.int(self.list.number());
        to.bytes(&self.settings.0);
        to.maybe_bytes(self.checkpoint.as_ref());
        to.int(self.turn);
        to.maybe_int(self.tried.map(Timestamp::millis));
        to.maybe_int(self.done.map(Timestamp::millis));
        to.text(&self.failure);
    }

    fn read(columns: &mut Columns<'_>) -> Result<Self, StoreFault> {
        Ok(Self {
            list: ListId::new(columns.int()?),
            settings: columns.sealed()?,
            checkpoint: columns.maybe_sealed()?,
            turn: columns.int()?,
            tried: columns.maybe_time()?,
            done: columns.maybe_time()?,
            failure: columns.text()?.to_owned(),
        })
    }
}

impl Tx {
    /// Where a list is fetched from.
    pub async fn list_source(&mut self, list: ListId) -> Result<Option<ListSourceRow>, StoreFault> {
        let found = self.connection().among("list_id", &[list], "").await?;
        Ok(found.into_iter().next())
    }

    /// Inserts where a list is fetched from, or replaces what is kept of it.
    pub async fn put_list_source(&mut self, row: &ListSourceRow) -> Result<(), StoreFault> {
        let columns = [
            "settings_sealed",
            "checkpoint_sealed",
            "turn",
            "tried_ms",
            "done_ms",
            "failure",
        ];
        let rows = std::slice::from_ref(row);
        self.put(rows, |row| row.list, "list_id", &columns).await
    }

    /// Forgets where a list is fetched from.
    pub async fn delete_list_source(&mut self, list: ListId) -> Result<(), StoreFault> {
        let mut connection = self.connection();
        let mut parameters = connection.parameters();
        parameters.int(list.number());
        let sql = "DELETE FROM list_source WHERE list_id = $1".to_owned();
        connection.execute("list_source", sql, parameters).await?;
        Ok(())
    }
}

impl Store {
    /// Where every list that has a source is fetched from, by list.
    pub async fn list_sources(&self) -> Result<Vec<ListSourceRow>, StoreFault> {
        let mut reader = self.reader("list_sources").await?;
        let connection = &mut reader.connection();
        let mut parameters = connection.parameters();
        parameters.int(capped(ROWS_PER_PAGE_MAX, ROWS_PER_PAGE_MAX));
        let tail = "ORDER BY list_id LIMIT $1";
        connection.select(tail, parameters).await
    }

    /// Where a list is fetched from.
    pub async fn list_source(&self, list: ListId) -> Result<Option<ListSourceRow>, StoreFault> {
        let mut reader = self.reader("list_source").await?;
        let found = reader.connection().among("list_id", &[list], "").await?;
        Ok(found.into_iter().next())
    }
}
