//! Payments that another reader decoded: checked and counted like those of every format.

use model::limits::{MONEY_FUTURE_MILLIS_MAX, MONEY_TEXT_BYTES_MAX, MONEY_UNITS_MAX};
use model::{Currency, Payment, PaymentSide, Sensitive, Timestamp};
use wire::money::{Decoded, FaultKind, Reason, Reconciled, Step};

use crate::settings;

fn payment(id: &str) -> Payment {
    let side = |account: &str| PaymentSide {
        account: Sensitive::new(account.to_owned()),
        ..PaymentSide::default()
    };
    Payment {
        id: Sensitive::new(id.to_owned()),
        time: Timestamp::parse("2026-01-02T03:04:05Z").expect("a time"),
        has_clock: true,
        sender: side("S"),
        receiver: side("R"),
        amount_minor: 1250,
        currency: Currency::parse("USD").expect("a currency"),
        channel: model::Channel::Bank,
        purpose: None,
        reference: Some(Sensitive::new(" rent ".to_owned())),
        merchant: None,
        relation: None,
    }
}

fn decoded(rows: u64) -> Decoded {
    Decoded::new(settings(), rows).expect("not too many")
}

/// Why a payment is rejected.
fn why(change: impl FnOnce(&mut Payment)) -> Option<(Reason, &'static str)> {
    let mut payment = payment("a");
    change(&mut payment);
    match decoded(1).take(1, &payment) {
        Step::Payment(..) => None,
        Step::Rejected(rejected) => Some((rejected.reason, rejected.field)),
    }
}

#[test]
fn every_row_is_taken_or_rejected_and_the_number_is_that_of_the_file() {
    let mut rows = decoded(4);
    let taken = rows.take(1, &payment("a"));
    let Step::Payment(place, taken) = taken else {
        panic!("{taken:?}");
    };
    assert_eq!((place.record, place.line), (1, 1));
    let said = taken.reference.as_ref().map(|text| text.expose().as_str());
    assert_eq!(said, Some("rent"));
    rows.count_rejected();
    assert!(matches!(
        rows.take(3, &payment("a")),
        Step::Rejected(rejected) if rejected.reason == Reason::IdRepeated
    ));
    let made = rows.take(4, &payment(""));
    assert!(matches!(&made, Step::Payment(_, made) if made.id.expose() == "row#4"));
    let total = rows.finish();
    assert_eq!((total.records, total.taken, total.rejected), (4, 2, 2));
    assert_eq!(total.sums_minor.values().sum::<i128>(), 2500);
    assert_eq!(total.reconciled(), Reconciled::Holds);
    let mut short = decoded(2);
    short.take(1, &payment("a"));
    assert_eq!(short.finish().reconciled(), Reconciled::CountDiffers);
}

#[test]
fn what_no_payment_can_be_is_rejected_with_its_field() {
    assert_eq!(why(|_| ()), None);
    let empty = || Sensitive::new(" ".to_owned());
    assert_eq!(
        why(|it| it.receiver.account = empty()),
        Some((Reason::AccountMissing, "receiver"))
    );
    let amount = |minor| why(move |it| it.amount_minor = minor);
    assert_eq!(amount(0), Some((Reason::AmountZero, "amount")));
    assert_eq!(amount(-1), Some((Reason::AmountNegative, "amount")));
    assert_eq!(amount(MONEY_UNITS_MAX * 100), None);
    let absurd = amount(MONEY_UNITS_MAX * 100 + 1);
    assert_eq!(absurd, Some((Reason::AmountAbsurd, "amount")));
    let now = settings().now.millis();
    let time = |millis| why(move |it| it.time = Timestamp::from_millis(millis));
    assert_eq!(time(now + MONEY_FUTURE_MILLIS_MAX), None);
    let future = time(now + MONEY_FUTURE_MILLIS_MAX + 1);
    assert_eq!(future, Some((Reason::DateFuture, "time")));
    assert_eq!(time(-1), Some((Reason::DatePast, "time")));
}

#[test]
fn inv_10_texts_and_files_are_so_long_and_no_longer() {
    let id = |length| why(move |it| it.id = Sensitive::new("x".repeat(length)));
    assert_eq!(id(MONEY_TEXT_BYTES_MAX), None);
    let long = id(MONEY_TEXT_BYTES_MAX + 1);
    assert_eq!(long, Some((Reason::TextTooLong, "id")));
    let few = wire::money::Settings {
        records_max: 3,
        ..settings()
    };
    assert!(Decoded::new(few.clone(), 3).is_ok());
    let fault = Decoded::new(few, 4).expect_err("too many");
    assert_eq!(fault.kind, FaultKind::RecordsTooMany);
}
