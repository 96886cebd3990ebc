//! Transfers on chains:
//! any bytes are read to an end, and each record is taken or rejected, once.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::money::Format;

fuzz_target!(|bytes: &[u8]| fuzz::read_payments(Format::Chain, bytes));
