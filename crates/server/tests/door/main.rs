//! The CyberTipline-compatible door from outside: real requests over real connections, byte by byte.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test and its scaffold fail by panicking"
)]

mod archive;
mod calls;
mod connections;
mod documents;
mod forms;
mod house;
mod line;
mod repeats;
mod states;
mod uploads;
