//! The database through its public face, every test on SQLite and on PostgreSQL.

mod access;
mod faults;
mod harness;
mod ledger;
mod material;
mod operation;
mod picture;
mod rows;
mod schema;
mod simulation;
mod transactions;
mod tying;
