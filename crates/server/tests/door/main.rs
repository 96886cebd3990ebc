//! The doors from outside, ispws and console: real requests, real connections, byte by byte.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test and its scaffold fail by panicking"
)]

mod archive;
mod calls;
mod clocks;
mod connections;
mod custody;
mod decisions;
mod documents;
mod feedback;
mod fetch;
mod fetch_faults;
mod flood;
mod forms;
mod hostile;
mod house;
mod limits;
mod line;
mod lists;
mod material;
mod pages;
mod payments;
mod privacy;
mod ranks;
mod repeats;
mod services;
mod states;
mod storms;
mod telling;
mod ties;
mod together;
mod uploads;
mod walk;
