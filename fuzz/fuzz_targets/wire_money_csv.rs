//! Payments in tables, and what a table seems to be:
//! any bytes are read to an end, and each record is taken or rejected, once.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::money::{Format, Mapping, infer, sample};

fuzz_target!(|bytes: &[u8]| {
    fuzz::read_payments(Format::Csv(Box::new(Mapping::canonical())), bytes);
    if let Some((header, rows)) = sample(bytes, 50) {
        let proposed = infer(&header, &rows, fuzz::now()).to_toml();
        let _mapping = Mapping::parse(&proposed, "proposed.toml");
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _mapping = Mapping::parse(text, "mapping.toml");
    }
});
