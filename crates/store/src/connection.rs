//! One face over the connections of both databases: statements in, rows out.

use model::{
    AccountId, CaseId, DecisionId, EntryId, FileId, ListId, MatchId, ReportId, StormId, Timestamp,
};
use sqlx::postgres::{PgArguments, PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqliteArguments, SqliteRow};
use sqlx::{Arguments as _, AssertSqlSafe, PgConnection, Row as _, SqliteConnection};

use crate::{Blind, Sealed, StoreFault};

/// Which of the two databases is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    /// The most rows of one multi-row statement. SQLite spends nothing on a further statement and
    /// was fastest at 64; with PostgreSQL each statement is a round trip. Widest table × rows
    /// stays far below the databases' own limits of 32 766 and 65 535 parameters.
    pub(crate) const fn rows_max(self) -> usize {
        match self {
            Self::Sqlite => 64,
            Self::Postgres => 256,
        }
    }
}

/// A borrowed connection of either database, with the name of what it is used for.
pub(crate) struct Connection<'c> {
    link: Link<'c>,
    during: &'static str,
    broken: &'c mut bool,
}

enum Link<'c> {
    Sqlite(&'c mut SqliteConnection),
    Postgres(&'c mut PgConnection),
}

impl<'c> Connection<'c> {
    /// `broken` is set while a statement runs and stays set if it fails or is given up.
    pub(crate) fn sqlite(
        link: &'c mut SqliteConnection,
        during: &'static str,
        broken: &'c mut bool,
    ) -> Self {
        Self {
            link: Link::Sqlite(link),
            during,
            broken,
        }
    }

    /// `broken` is set while a statement runs and stays set if it fails or is given up.
    pub(crate) fn postgres(
        link: &'c mut PgConnection,
        during: &'static str,
        broken: &'c mut bool,
    ) -> Self {
        Self {
            link: Link::Postgres(link),
            during,
            broken,
        }
    }

    pub(crate) fn during(&self) -> &'static str {
        self.during
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self.link {
            Link::Sqlite(_) => Dialect::Sqlite,
            Link::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Empty parameters for one statement.
    pub(crate) fn parameters(&self) -> Parameters {
        let list = match self.link {
            Link::Sqlite(_) => List::Sqlite(SqliteArguments::default()),
            Link::Postgres(_) => List::Postgres(PgArguments::default()),
        };
        Parameters { list, bad: None }
    }

    /// Runs a statement and says how many rows it changed. `table` is what a fault will name.
    pub(crate) async fn execute(
        &mut self,
        table: &'static str,
        sql: String,
        parameters: Parameters,
    ) -> Result<u64, StoreFault> {
        let sql = AssertSqlSafe(sql);
        let before = std::mem::replace(self.broken, true);
        let outcome = match (&mut self.link, parameters.finish()) {
            (_, Err(error)) => Err(error),
            (Link::Sqlite(link), Ok(List::Sqlite(list))) => sqlx::query_with(sql, list)
                .execute(&mut **link)
                .await
                .map(|done| done.rows_affected()),
            (Link::Postgres(link), Ok(List::Postgres(list))) => sqlx::query_with(sql, list)
                .execute(&mut **link)
                .await
                .map(|done| done.rows_affected()),
            _ => Err(mixed()),
        };
        self.settle(outcome, before, table)
    }

    /// Runs a statement and gives its rows. `table` is what a fault will name.
    pub(crate) async fn rows(
        &mut self,
        table: &'static str,
        sql: String,
        parameters: Parameters,
    ) -> Result<Vec<Row>, StoreFault> {
        let sql = AssertSqlSafe(sql);
        let before = std::mem::replace(self.broken, true);
        let outcome = match (&mut self.link, parameters.finish()) {
            (_, Err(error)) => Err(error),
            (Link::Sqlite(link), Ok(List::Sqlite(list))) => sqlx::query_with(sql, list)
                .fetch_all(&mut **link)
                .await
                .map(|rows| rows.into_iter().map(Row::Sqlite).collect()),
            (Link::Postgres(link), Ok(List::Postgres(list))) => sqlx::query_with(sql, list)
                .fetch_all(&mut **link)
                .await
                .map(|rows| rows.into_iter().map(Row::Postgres).collect()),
            _ => Err(mixed()),
        };
        self.settle(outcome, before, table)
    }

    /// Runs a script of several statements without parameters.
    pub(crate) async fn script(&mut self, sql: String) -> Result<(), StoreFault> {
        let script = sqlx::raw_sql(AssertSqlSafe(sql));
        let before = std::mem::replace(self.broken, true);
        let outcome = match &mut self.link {
            Link::Sqlite(link) => script.execute(&mut **link).await.map(|_| ()),
            Link::Postgres(link) => script.execute(&mut **link).await.map(|_| ()),
        };
        self.settle(outcome, before, "the schema")
    }

    fn settle<T>(
        &mut self,
        outcome: Result<T, sqlx::Error>,
        before: bool,
        table: &'static str,
    ) -> Result<T, StoreFault> {
        *self.broken = before || outcome.is_err();
        outcome.map_err(|error| StoreFault::from_database(error, self.during, table))
    }

    /// The first column of the first row as a number, if there is a row.
    pub(crate) fn first_int(
        &self,
        rows: &[Row],
        table: &'static str,
    ) -> Result<Option<i64>, StoreFault> {
        rows.first()
            .map(|row| Columns::new(row, self.during, table).int())
            .transpose()
    }

    /// The first column of the first row as text, if there is a row.
    pub(crate) fn first_text(
        &self,
        rows: &[Row],
        table: &'static str,
    ) -> Result<Option<String>, StoreFault> {
        rows.first()
            .map(|row| {
                Columns::new(row, self.during, table)
                    .text()
                    .map(str::to_owned)
            })
            .transpose()
    }
}

/// Parameters come from [`Connection::parameters`] of the same connection, so this is never met.
fn mixed() -> sqlx::Error {
    sqlx::Error::Configuration("parameters of another database".into())
}

/// The values that a statement is run with, in the order of its placeholders.
pub(crate) struct Parameters {
    list: List,
    bad: Option<sqlx::Error>,
}

enum List {
    Sqlite(SqliteArguments),
    Postgres(PgArguments),
}

/// Rust types that both databases take: 64-bit integers, text, bytes and their absence.
trait Both<'a>: sqlx::Encode<'a, Sqlite> + sqlx::Encode<'a, Postgres>
where
    Self: sqlx::Type<Sqlite> + sqlx::Type<Postgres>,
{
}

impl<'a, T> Both<'a> for T where
    T: sqlx::Encode<'a, Sqlite>
        + sqlx::Type<Sqlite>
        + sqlx::Encode<'a, Postgres>
        + sqlx::Type<Postgres>
{
}

impl Parameters {
    fn push<'a>(&mut self, value: impl Both<'a>) {
        let added = match &mut self.list {
            List::Sqlite(list) => list.add(value),
            List::Postgres(list) => list.add(value),
        };
        if let Err(error) = added {
            self.bad = Some(sqlx::Error::Encode(error));
        }
    }

    fn finish(self) -> Result<List, sqlx::Error> {
        match self.bad {
            Some(error) => Err(error),
            None => Ok(self.list),
        }
    }

    pub(crate) fn int(&mut self, value: i64) {
        self.push(value);
    }

    pub(crate) fn maybe_int(&mut self, value: Option<i64>) {
        self.push(value);
    }

    pub(crate) fn text(&mut self, value: &str) {
        self.push(value);
    }

    pub(crate) fn bytes(&mut self, value: &[u8]) {
        self.push(value);
    }

    pub(crate) fn maybe_bytes(&mut self, value: Option<&Sealed>) {
        self.push(value.map(|sealed| sealed.0.as_slice()));
    }

    pub(crate) fn time(&mut self, value: Timestamp) {
        self.int(value.millis());
    }
}

/// What a list of keys is made of.
pub(crate) trait Key: Copy + Ord {
    fn bind(self, to: &mut Parameters);
}

macro_rules! number_key {
    ($($id:ty),*) => {$(
        impl Key for $id {
            fn bind(self, to: &mut Parameters) {
                to.int(self.number());
            }
        }
    )*};
}

number_key!(
    AccountId, CaseId, DecisionId, EntryId, ListId, MatchId, ReportId, StormId
);

impl Key for Blind {
    fn bind(self, to: &mut Parameters) {
        to.bytes(&self.0);
    }
}

impl Key for FileId {
    fn bind(self, to: &mut Parameters) {
        to.bytes(&self.bytes());
    }
}

/// A row of either database.
pub(crate) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

/// Reads a row's columns from left to right.
pub(crate) struct Columns<'r> {
    row: &'r Row,
    next: usize,
    during: &'static str,
    table: &'static str,
}

impl<'r> Columns<'r> {
    pub(crate) fn new(row: &'r Row, during: &'static str, table: &'static str) -> Self {
        Self {
            row,
            next: 0,
            during,
            table,
        }
    }

    /// A fault that says which value was expected.
    pub(crate) fn unreadable(&self, what: &'static str) -> StoreFault {
        StoreFault::Unreadable {
            during: self.during,
            table: self.table,
            what,
        }
    }

    fn take<T>(&mut self) -> Result<T, StoreFault>
    where
        T: sqlx::Decode<'r, Sqlite>
            + sqlx::Type<Sqlite>
            + sqlx::Decode<'r, Postgres>
            + sqlx::Type<Postgres>,
    {
        let index = self.next;
        self.next += 1;
        match self.row {
            Row::Sqlite(row) => row.try_get(index),
            Row::Postgres(row) => row.try_get(index),
        }
        .map_err(|error| StoreFault::from_database(error, self.during, self.table))
    }

    pub(crate) fn int(&mut self) -> Result<i64, StoreFault> {
        self.take()
    }

    pub(crate) fn maybe_int(&mut self) -> Result<Option<i64>, StoreFault> {
        self.take()
    }

    pub(crate) fn text(&mut self) -> Result<&'r str, StoreFault> {
        self.take()
    }

    pub(crate) fn array<const N: usize>(
        &mut self,
        what: &'static str,
    ) -> Result<[u8; N], StoreFault> {
        let bytes: &[u8] = self.take()?;
        bytes.try_into().map_err(|_| self.unreadable(what))
    }

    pub(crate) fn blind(&mut self) -> Result<Blind, StoreFault> {
        self.array("a digest of 32 bytes").map(Blind)
    }

    pub(crate) fn sealed(&mut self) -> Result<Sealed, StoreFault> {
        self.take().map(Sealed)
    }

    pub(crate) fn maybe_sealed(&mut self) -> Result<Option<Sealed>, StoreFault> {
        Ok(self.take::<Option<Vec<u8>>>()?.map(Sealed))
    }

    pub(crate) fn time(&mut self) -> Result<Timestamp, StoreFault> {
        self.int().map(Timestamp::from_millis)
    }

    pub(crate) fn maybe_time(&mut self) -> Result<Option<Timestamp>, StoreFault> {
        Ok(self.maybe_int()?.map(Timestamp::from_millis))
    }

    pub(crate) fn report(&mut self) -> Result<ReportId, StoreFault> {
        self.int().map(ReportId::new)
    }

    pub(crate) fn case(&mut self) -> Result<CaseId, StoreFault> {
        self.int().map(CaseId::new)
    }

    pub(crate) fn maybe_case(&mut self) -> Result<Option<CaseId>, StoreFault> {
        Ok(self.maybe_int()?.map(CaseId::new))
    }

    pub(crate) fn account(&mut self) -> Result<AccountId, StoreFault> {
        self.int().map(AccountId::new)
    }

    pub(crate) fn file(&mut self) -> Result<FileId, StoreFault> {
        self.array("a file id of 16 bytes").map(FileId::new)
    }
}
