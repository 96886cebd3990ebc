//! The database through its public face, every test on SQLite and on PostgreSQL.

mod harness;
mod rows;
mod schema;
mod transactions;
