//! A table of rates: a bad one ends in a refusal that names a line of it; a good one converts.
#![no_main]

use libfuzzer_sys::fuzz_target;
use screen::money::{Currency, Money, Rates};

fuzz_target!(|text: &str| {
    match Rates::parse(text, "rates.csv") {
        Ok(rates) => {
            for (minor, day) in [(1, 0), (i64::MAX, 20_000), (i64::MIN, 20_001)] {
                for code in ["USD", "BTC", "JPY"] {
                    if let Some(currency) = Currency::parse(code) {
                        let _ = rates.convert(Money { minor, currency }, day);
                    }
                }
            }
        }
        Err(refusal) => assert!(refusal.to_string().starts_with("rates.csv:"), "{refusal}"),
    }
});
