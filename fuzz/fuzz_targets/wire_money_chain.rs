//! Transfers on chains: any bytes are read to an end, and each record is taken or rejected, once.
#![no_main]

use libfuzzer_sys::fuzz_target;
use model::Timestamp;
use wire::money::{Format, Reader, Settings, Step};

fuzz_target!(|bytes: &[u8]| {
    let now = Timestamp::from_millis(1_800_000_000_000);
    let _format = wire::money::detect(bytes);
    let mut reader = Reader::new(Format::Chain, bytes, Settings::new(now, 7));
    let (mut taken, mut rejected) = (0, 0);
    for step in &mut reader {
        match step {
            Ok(Step::Payment(_, payment)) => {
                assert!(payment.amount_minor > 0);
                taken += 1;
            }
            Ok(Step::Rejected(_)) => rejected += 1,
            Err(_) => break,
        }
    }
    let total = reader.total();
    assert_eq!((total.taken, total.rejected), (taken, rejected));
    assert_eq!(total.records, taken + rejected);
});
