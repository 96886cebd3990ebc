//! The whole program from outside: the real binary, real HTTP, real databases, a real browser.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test and its scaffold fail by panicking"
)]

mod browser;
mod commands;
mod console;
mod custody;
mod demo;
mod disk;
mod fetch;
mod house;
mod http;
mod intake;
mod keys;
mod kills;
mod ledger;
mod material;
mod payments;
mod planted;
mod ranks;
mod rude;
mod serving;
mod suspicion;
mod theft;
mod windows;
