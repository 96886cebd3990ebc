//! The formats that others send and read: strict to read, exact to print.
//!
//! This crate is pure: it takes bytes and values and gives values and bytes. It opens no file and
//! no connection, fetches nothing that a document points at, and knows no database. What a format
//! says is mapped to the words of [`model`] here, so that no engine ever sees a format.
//!
//! - [`ispws`]: the CyberTipline Reporting API's documents, as XML and as JSON.
//! - [`lists`]: lists of known material, read and written as streams.
//! - [`money`]: payments, read as streams from the messages and tables that tell of them.
//! - [`suspicion`]: reports of suspicion to financial-intelligence units.
//! - [`Refusal`]: why a document was not taken, said so that its sender can mend it.

#[macro_use]
mod named;

#[macro_use]
pub mod ispws;

mod cells;
pub mod lists;
pub mod money;
mod refusal;
pub mod suspicion;
mod xml;

pub use refusal::{Reason, Refusal, RefusalKind};
