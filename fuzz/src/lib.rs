//! What several targets demand of one parser.

use model::Timestamp;
use wire::money::{Format, Reader, Settings, Step};

/// The moment at which payments are read.
pub fn now() -> Timestamp {
    Timestamp::from_millis(1_800_000_000_000)
}

/// Payments are read to an end, and each record is taken or rejected, once.
pub fn read_payments(format: Format, bytes: &[u8]) {
    let _format = wire::money::detect(bytes);
    let mut reader = Reader::new(format, bytes, Settings::new(now(), 7));
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
}
