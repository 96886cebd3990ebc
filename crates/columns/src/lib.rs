//! Parquet and CSV columns of payments, in and out.
//!
//! A [`Reader`] opens a file and gives its rows in columns, a batch at a time: [`Rows`] holds what
//! could be read, and for each row that could not its number and the [`Reason`]. Memory stays that
//! of a few batches, however large the file is. [`Accounts`] numbers accounts from 0. A [`Writer`]
//! writes columns as Parquet or CSV; a file appears under its name only when it is whole.

mod accounts;
mod answers;
mod csv;
mod csv_out;
mod decode;
mod decoder;
mod failure;
mod parquet_file;
mod reader;
mod rows;
mod value;
mod writer;

pub use accounts::{Accounts, TooManyAccounts};
pub use answers::{Answers, wanted_by};
pub use decoder::Decoder;
pub use failure::{ReadError, WriteError};
pub use reader::{BATCH_ROWS, Reader};
pub use rows::{Column, Keys, Reason, Rejected, Rows, Texts, Wanted};
pub use value::TIMES;
pub use writer::{Kind, Values, Writer};
