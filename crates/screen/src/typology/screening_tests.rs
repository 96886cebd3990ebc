//! Books replayed and transfers screened one by one come to the same alerts.

use super::super::{LiveScreening, Route};
use super::*;
use crate::money::{Currency, Money};
use crate::transfer::{Channel, Flags};
use model::Country;
use proptest::prelude::*;

const HOUR: i64 = 3_600_000;

fn rates() -> Arc<Rates> {
    let usd = Currency::parse("USD").unwrap();
    let worth = [
        ("AUD", 650),
        ("EUR", 1100),
        ("CAD", 700),
        ("SEK", 100),
        ("PHP", 20),
    ];
    let nano = worth.map(|(code, milli)| (Currency::parse(code).unwrap(), milli * 1_000_000));
    Arc::new(Rates::constant(usd, nano))
}

fn policy() -> Arc<Policy> {
    Arc::new(Policy::builtin().unwrap())
}

fn transfer(hours: i64, sender: u32, receiver: u32, units: i64) -> Transfer {
    Transfer {
        time_millis: hours * HOUR,
        sender,
        receiver,
        amount: Money {
            minor: units * 100,
            currency: Currency::parse("AUD").unwrap(),
        },
        sender_country: Country::parse("AU").unwrap(),
        receiver_country: Country::parse("PH").unwrap(),
        channel: Channel::Remittance,
        flags: Flags::NONE,
    }
}

fn replay(rows: &[(u32, Transfer)], policy: &Arc<Policy>) -> Vec<Alert> {
    let mut screening = Screening::new(policy.clone(), rates(), rows.len());
    for (row, transfer) in rows {
        screening.push(*row, transfer);
    }
    let mut judge = Judge::default();
    let work = screening.finish().into_iter();
    let mut alerts: Vec<Alert> = work.flat_map(|work| work.judge(&mut judge)).collect();
    alerts.sort_by_key(|alert| (alert.side, alert.account, alert.time_millis));
    alerts
}

/// A payer with a job's rhythm: small, round, at night, to several people.
fn payer() -> Vec<(u32, Transfer)> {
    let night = 14; // UTC, 22:00 in Perth and 01:00 in Sydney.
    let rows = (0_u32..12).map(|row| {
        let hours = i64::from(row) * 24 * 4 + night;
        (row, transfer(hours, 5, 100 + row % 5, 50))
    });
    rows.collect()
}

#[test]
fn a_payer_is_one_alert_with_reasons_rows_and_sources() {
    let alerts = replay(&payer(), &policy());
    assert_eq!(alerts.len(), 1);
    let alert = &alerts[0];
    assert_eq!(
        (alert.account, alert.side, alert.route),
        (5, Side::Sender, Route::Review)
    );
    let points: u32 = alert.reasons.iter().map(|reason| reason.points).sum();
    assert_eq!(points, alert.points);
    let findings = alert.findings();
    let in_findings: i64 = findings.iter().map(|finding| finding.points).sum();
    assert_eq!(in_findings, i64::from(points));
    for reason in &alert.reasons {
        assert!(!reason.rows.is_empty() && !reason.source.is_empty());
        assert_eq!(reason.rows.len(), reason.measured.count as usize);
    }
    let texts = alert.reasons.iter().map(|reason| {
        let parameters = reason
            .parameters
            .iter()
            .map(|(name, value)| format!("{name}: {value}"));
        let parameters = parameters.collect::<Vec<_>>().join("; ");
        let (id, kind) = (&reason.indicator, reason.kind.name());
        format!(
            "{id} +{} {}\n   {kind}; {parameters}",
            reason.points, reason.text
        )
    });
    insta::assert_snapshot!(texts.collect::<Vec<_>>().join("\n"));
}

#[test]
fn a_family_and_a_single_transfer_do_not_alert() {
    let mut family = payer();
    for (_, transfer) in &mut family {
        transfer.flags = Flags::FAMILY;
    }
    assert_eq!(replay(&family, &policy()), []);
    assert_eq!(replay(&payer()[..1], &policy()), []);
}

#[test]
fn without_an_indicator_its_points_are_gone_and_the_others_stay() {
    let policy = policy();
    let whole = &replay(&payer(), &policy)[0];
    for id in ["A1", "A3", "B1"] {
        let without = Arc::new(policy.without(id));
        for alert in replay(&payer(), &without) {
            assert!(alert.reasons.iter().all(|reason| reason.indicator != id));
            assert!(alert.points < whole.points);
        }
    }
}

#[test]
fn who_may_be_extorted_is_protected() {
    let rows = (0_u32..4).map(|row| {
        let mut one = transfer(i64::from(row), 5, 9, 100);
        one.channel = Channel::PeerToPeer;
        one.flags = Flags::NEW_PAYEE;
        (row, one)
    });
    let alerts = replay(&rows.collect::<Vec<_>>(), &policy());
    assert!(!alerts.is_empty());
    for alert in alerts {
        assert_eq!(alert.route, Route::Protection);
    }
}

#[test]
fn rows_without_a_rate_are_counted_and_pass_no_test_of_amounts() {
    let policy = policy();
    let none = Arc::new(Rates::none(policy.currency()));
    let mut screening = Screening::new(policy, none, 12);
    for (row, transfer) in payer() {
        screening.push(row, &transfer);
    }
    assert_eq!((screening.rows(), screening.unconverted()), (12, 12));
    let work = screening.finish().into_iter();
    let alerts = work.flat_map(|work| work.judge(&mut Judge::default()));
    for alert in alerts {
        assert!(
            alert
                .reasons
                .iter()
                .all(|reason| !reason.indicator.starts_with('A'))
        );
    }
}

fn rows() -> impl Strategy<Value = Vec<(u32, Transfer)>> {
    let one = (0_i64..3000, 0_u32..3, 0_u32..9, 1_i64..600, any::<u32>());
    prop::collection::vec(one, 1..70).prop_map(|rows| {
        let row =
            |(row, (hours, sender, receiver, units, dice)): (u32, (i64, u32, u32, i64, u32))| {
                let mut one = transfer(hours, sender, receiver + 3, units);
                if dice % 3 == 0 {
                    one.amount.minor = units / 50 * 1000;
                }
                if dice % 5 == 0 {
                    one.channel = Channel::PeerToPeer;
                }
                if dice % 7 == 0 {
                    one.receiver_country = one.sender_country;
                }
                for (number, name) in Flags::names().take(16).enumerate() {
                    if dice % 11 == u32::try_from(number).unwrap() {
                        one.flags = one.flags.and(Flags::parse(name).unwrap());
                    }
                }
                (row, one)
            };
        (0..).zip(rows).map(row).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn inv_05_every_alert_has_reasons_whose_points_add_up(rows in rows()) {
        for alert in replay(&rows, &policy()) {
            let points: u32 = alert.reasons.iter().map(|reason| reason.points).sum();
            prop_assert_eq!(points, alert.points);
            prop_assert!(alert.points >= policy().alerts_at_points());
            for finding in alert.findings() {
                prop_assert!(!finding.text.is_empty() && !finding.version.is_empty());
            }
        }
    }

    #[test]
    fn a_stream_in_any_order_with_reversals_alerts_as_the_book_does(
        rows in rows().prop_shuffle(),
        reversed in prop::collection::btree_set(0_usize..70, 0..5),
        corrected in prop::collection::btree_set(0_usize..70, 0..5),
    ) {
        let policy = policy();
        let mut live = LiveScreening::new(policy.clone(), rates(), 10_000 * HOUR);
        // What the stream said last of each row, from each side.
        let mut last = std::collections::BTreeMap::new();
        let mut holds: Vec<(u32, Transfer)> = Vec::new();
        let mut hear = |alerts: Vec<Alert>| for alert in alerts {
            last.insert((alert.side, alert.account, alert.row), alert.points);
        };
        for (at, (row, transfer)) in rows.iter().enumerate() {
            hear(live.screen(*row, transfer));
            if reversed.contains(&at) {
                hear(live.reverse(*row, 1, transfer));
            } else if corrected.contains(&at) {
                let mut now = *transfer;
                now.sender = (now.sender + 1) % 3;
                now.amount.minor /= 2;
                now.time_millis += 5 * HOUR;
                hear(live.correct(*row, 1, transfer, &now));
                holds.push((*row, now));
            } else {
                holds.push((*row, *transfer));
            }
        }
        for alert in replay(&holds, &policy) {
            let key = (alert.side, alert.account, alert.row);
            prop_assert_eq!(last.get(&key), Some(&alert.points));
        }
    }
}
