//! Look-alikes who pay many or are paid by many: payrolls, charities, traders.

use super::census::{BENEFICIARIES, Party, SUPPLIERS, Trait, WORKERS};
use super::chance::{below, happens, weighed};
use super::day::{Day, Sum};
use super::row::{Channel, Relation};
use super::truth::Group;
use super::words::{Purpose, Reference};

pub(super) fn write(day: &mut Day<'_>) {
    payrolls(day);
    charities(day);
    donations(day);
    sellers(day);
    buyers(day);
}

/// One in three pays weekly and by the piece: small sums, at night, since a program does it.
fn payrolls(day: &mut Day<'_>) {
    let census = day.census;
    let all = census.count(Group::Payroll);
    let weekly = all / 3;
    let due: Vec<(u32, bool)> = day
        .due(8, 7, 0, weekly)
        .map(|nth| (nth, true))
        .chain(
            day.due(9, 30, 1, all - weekly)
                .map(|nth| (weekly + nth, false)),
        )
        .collect();
    for (nth, by_piece) in due {
        let from = census.customer(census.member(Group::Payroll, nth));
        let bits = census.bits(Trait::Relatives, from.number);
        // 4 to 64 workers, mostly few.
        let even = below(bits, 1000);
        let staff = 4 + (WORKERS - 4) * even / 1000 * even / 1000;
        let at_night = census.is(Trait::Night, from.number, 500);
        let mut clock = day.clock(from, if at_night { 950 } else { 50 });
        let channel = weighed(
            census.bits(Trait::Route, from.number),
            &[
                (Channel::Bank, 60),
                (Channel::Remittance, 25),
                (Channel::Wallet, 15),
            ],
        );
        for which in 0..staff {
            if by_piece && day.happens(350) {
                continue;
            }
            let to = census.worker(nth, which);
            let sum = Sum {
                median_cents: if by_piece { 4_500 } else { 60_000 },
                percent: if by_piece { 60 } else { 40 },
                round: 450,
            };
            let amount = day.sum(sum, from.country.currency());
            clock = day.soon_after(clock, 1);
            let purpose = if by_piece && day.happens(400) {
                Purpose::Invoice
            } else {
                Purpose::Salary
            };
            let language = from.country.language();
            let told = census.is(Trait::Told, from.number, 700);
            let row = day.pay(from, to, clock, amount, channel);
            row.reference = Reference::of(language, purpose);
            row.relation = told.then_some(Relation::Business);
        }
    }
}

/// Stipends: the same small sum to many, for school.
fn charities(day: &mut Day<'_>) {
    let census = day.census;
    let words = [
        (Some(Purpose::SchoolFees), 45),
        (Some(Purpose::Uniform), 12),
        (Some(Purpose::Medical), 12),
        (Some(Purpose::Donation), 16),
        (None, 15),
    ];
    for nth in day.due(10, 30, 2, census.count(Group::Charity)) {
        let from = census.customer(census.member(Group::Charity, nth));
        let bits = census.bits(Trait::Relatives, from.number);
        let many = 6 + below(bits, BENEFICIARIES - 5);
        let sum = Sum {
            median_cents: 2_500 + i64::from(below(bits.rotate_left(32), 4_000)),
            percent: 0,
            round: 900,
        };
        let amount = day.sum(sum, from.country.currency());
        let mut clock = day.clock(from, 80);
        for which in 0..many {
            let to = census.beneficiary(nth, which);
            clock = day.soon_after(clock, 3);
            let reference = day.words(from, to, &words, 0);
            day.pay(from, to, clock, amount, Channel::Remittance)
                .reference = reference;
        }
    }
}

/// Donors of all countries.
fn donations(day: &mut Day<'_>) {
    let census = day.census;
    let words = [(Some(Purpose::Donation), 60), (None, 40)];
    for nth in day.due(11, 3, 3, census.count(Group::Charity)) {
        let to = census.customer(census.member(Group::Charity, nth));
        for _ in 0..day.dice.between(0, 3) {
            let Some(from) = customer_but(day, to) else {
                return;
            };
            let sum = Sum {
                median_cents: 2_000,
                percent: 70,
                round: 850,
            };
            let amount = day.sum(sum, from.country.currency());
            let clock = day.clock(from, 200);
            let channel = day.weighed(&[
                (Channel::Card, 45),
                (Channel::Bank, 30),
                (Channel::Wallet, 15),
                (Channel::PeerToPeer, 10),
            ]);
            let reference = day.words(from, to, &words, 5);
            day.pay(from, to, clock, amount, channel).reference = reference;
        }
    }
}

/// Small sellers and freelancers are paid by strangers from everywhere.
fn sellers(day: &mut Day<'_>) {
    let census = day.census;
    let words = [
        (None, 35),
        (Some(Purpose::Order), 25),
        (Some(Purpose::Invoice), 15),
        (Some(Purpose::Gift), 8),
        (Some(Purpose::Thanks), 10),
        (Some(Purpose::Lodging), 7),
    ];
    for nth in day.due(12, 16, 16, census.sellers()) {
        let to = census.customer(census.member(Group::Trader, nth));
        // Most sell little, some much.
        let even = below(census.bits(Trait::Amount, to.number), 1000);
        let most = 1 + 5 * even / 1000 * even / 1000;
        for _ in 0..=day.dice.between(0, most) {
            let Some(from) = customer_but(day, to) else {
                return;
            };
            let sum = Sum {
                median_cents: 3_500,
                percent: 75,
                round: 500,
            };
            let amount = day.sum(sum, from.country.currency());
            let clock = day.clock(from, 260);
            let channel = day.weighed(&[
                (Channel::PeerToPeer, 35),
                (Channel::Wallet, 35),
                (Channel::Remittance, 20),
                (Channel::Bank, 10),
            ]);
            let mut reference = day.words(from, to, &words, 12);
            if day.happens(300) {
                reference = reference.numbered(day.number());
            }
            let told = day.happens(150);
            let row = day.pay(from, to, clock, amount, channel);
            row.reference = reference;
            row.relation = told.then_some(Relation::Business);
        }
    }
}

/// Buyers pay several suppliers in one country: samples, parts, commissions.
fn buyers(day: &mut Day<'_>) {
    let census = day.census;
    let first = census.sellers();
    let count = census.count(Group::Trader) - first;
    let words = [
        (Some(Purpose::Invoice), 45),
        (Some(Purpose::Order), 20),
        (Some(Purpose::Gift), 2),
        (None, 33),
    ];
    for nth in day.due(13, 18, 14, count) {
        let nth = first + nth;
        let from = census.customer(census.member(Group::Trader, nth));
        let bits = census.bits(Trait::Relatives, from.number);
        let suppliers = 1 + below(bits, SUPPLIERS);
        for _ in 0..=day.dice.between(0, 1) {
            let to = census.supplier(nth, day.dice.between(0, suppliers - 1));
            let sum = Sum {
                median_cents: 3_000 + i64::from(below(bits.rotate_left(16), 40_000)),
                percent: 90,
                round: 400,
            };
            let amount = day.sum(sum, from.country.currency());
            let clock = day.clock(from, census.nights(from.number));
            let channel = day.weighed(&[
                (Channel::Bank, 50),
                (Channel::Remittance, 30),
                (Channel::Wallet, 12),
                (Channel::PeerToPeer, 8),
            ]);
            let mut reference = day.words(from, to, &words, 6);
            if day.happens(500) {
                reference = reference.numbered(day.number());
            }
            let told = happens(census.bits(Trait::Told, to.number), 500);
            let row = day.pay(from, to, clock, amount, channel);
            row.reference = reference;
            row.relation = told.then_some(Relation::Business);
        }
    }
}

/// Any customer but this one, if there is another.
fn customer_but(day: &mut Day<'_>, other: Party) -> Option<Party> {
    let census = day.census;
    let others = census.customers().checked_sub(1).filter(|it| *it > 0)?;
    let number = day.dice.between(0, others - 1);
    Some(census.customer(number + u32::from(number >= other.number)))
}
