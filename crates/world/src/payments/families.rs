//! Look-alikes who send money home: remitters, sponsors of schooling, students' relatives.
//!
//! They send small round sums over the same corridors as payers do, some to several people, some
//! at night because they work then; for many the house does not know that it is family.

use super::census::{RELATIVES, SPONSORED, Trait};
use super::chance::{below, happens, weighed};
use super::day::{BOOK_DAYS, Day, Sum};
use super::row::{Channel, Relation};
use super::truth::Group;
use super::words::Purpose;

/// How many of one thousand remitters keep which pace: days between, days it moves by.
const PACES: [(u32, u32, u32); 4] = [(600, 30, 4), (200, 14, 2), (80, 7, 2), (120, 60, 60)];

/// What remittance forms say, by weight.
pub(super) const HOME: [(Option<Purpose>, u32); 10] = [
    (None, 33),
    (Some(Purpose::FamilySupport), 24),
    (Some(Purpose::SchoolFees), 11),
    (Some(Purpose::Medical), 8),
    (Some(Purpose::Groceries), 8),
    (Some(Purpose::Gift), 7),
    (Some(Purpose::Rent), 4),
    (Some(Purpose::Uniform), 2),
    (Some(Purpose::Loan), 1),
    (Some(Purpose::Thanks), 2),
];

/// How many relatives, by weight.
const FAMILY_SIZES: [(u32, u32); 6] = [(1, 40), (2, 28), (3, 16), (4, 9), (5, 5), (RELATIVES, 2)];

pub(super) fn write(day: &mut Day<'_>) {
    remitters(day);
    sponsors(day);
    students(day);
}

fn remitters(day: &mut Day<'_>) {
    let all = day.census.count(Group::FamilyRemittance);
    let mut first = 0;
    for (pace, (per_mille, period, wander)) in (0..).zip(PACES) {
        let count = if pace == 3 {
            all - first
        } else {
            part(all, per_mille)
        };
        for nth in day.due(pace, period, wander, count) {
            remitter(day, first + nth, period);
        }
        first += count;
    }
}

fn part(all: u32, per_mille: u32) -> u32 {
    u32::try_from(u64::from(all) * u64::from(per_mille) / 1000).unwrap_or(all)
}

fn remitter(day: &mut Day<'_>, nth: u32, period: u32) {
    let census = day.census;
    let number = census.member(Group::FamilyRemittance, nth);
    // One in three comes in the course of the book.
    let joined = census.bits(Trait::Joined, number);
    let first_day = below(joined, BOOK_DAYS * 3 / 2).saturating_sub(BOOK_DAYS);
    if day.today < first_day || day.happens(50) {
        return;
    }
    let family = weighed(census.bits(Trait::Relatives, number), &FAMILY_SIZES);
    let many = if day.happens(18) {
        family.max(2)
    } else if family > 1 && day.happens(280) {
        2
    } else {
        1
    };
    let clock = day.clock(census.customer(number), census.nights(number));
    for turn in 0..many {
        let main = day.happens(650);
        let which = if main && turn == 0 {
            0
        } else {
            day.dice.between(0, family - 1)
        };
        send_home(day, nth, which, clock, period);
    }
}

fn send_home(day: &mut Day<'_>, nth: u32, which: u32, clock: i64, period: u32) {
    let census = day.census;
    let number = census.member(Group::FamilyRemittance, nth);
    let from = census.customer(number);
    let to = census.relative(nth, which);
    // Cents of a dollar: weekly 25 to 110, monthly 60 to 360, each family its own, and log-even.
    let own = below(census.bits(Trait::Amount, number), 1000);
    let least = if period < 10 { 2_500 } else { 6_000 };
    let own = i64::from(least + least * 5 * own / 1000 * own / 1000);
    // One in four earns more as time goes on.
    let grown = if census.is(Trait::Pace, number, 250) {
        own + own * i64::from(day.today) / i64::from(BOOK_DAYS)
    } else {
        own
    };
    let sum = Sum {
        median_cents: if which == 0 { grown } else { grown / 2 },
        percent: 35,
        round: 680,
    };
    let amount = day.sum(sum, from.country.currency());
    let habit = census.bits(Trait::Route, number);
    let channel = weighed(
        if day.happens(850) {
            habit
        } else {
            day.dice.bits()
        },
        &[
            (Channel::Remittance, 48),
            (Channel::Wallet, 18),
            (Channel::PeerToPeer, 16),
            (Channel::Bank, 18),
        ],
    );
    // What the house knows of a pair does not change.
    let told = weighed(
        census.bits(Trait::Told, to.number),
        &[
            (Some(Relation::Family), 60),
            (None, 35),
            (Some(Relation::Friend), 5),
        ],
    );
    let reference = day.words(from, to, &HOME, 8);
    let clock = day.soon_after(clock, 12);
    let row = day.pay(from, to, clock, amount, channel);
    row.reference = reference;
    row.relation = told;
}

/// Whoever pays the schooling of children abroad, family by family, without an organisation.
fn sponsors(day: &mut Day<'_>) {
    let census = day.census;
    let words = [
        (Some(Purpose::SchoolFees), 50),
        (Some(Purpose::Uniform), 10),
        (Some(Purpose::Donation), 12),
        (Some(Purpose::Gift), 8),
        (None, 20),
    ];
    for nth in day.due(4, 30, 3, census.count(Group::Sponsor)) {
        let number = census.member(Group::Sponsor, nth);
        let from = census.customer(number);
        let sizes = [(1, 45), (2, 25), (3, 14), (4, 8), (5, 5), (SPONSORED, 3)];
        let children = weighed(census.bits(Trait::Relatives, number), &sizes);
        let each = 2_000 + i64::from(below(census.bits(Trait::Amount, number), 5_000));
        let amount = day.sum(
            Sum {
                median_cents: each,
                percent: 0,
                round: 900,
            },
            from.country.currency(),
        );
        let mut clock = day.clock(from, census.nights(number));
        let channel = weighed(
            census.bits(Trait::Route, number),
            &[
                (Channel::Remittance, 55),
                (Channel::Wallet, 20),
                (Channel::Bank, 25),
            ],
        );
        for which in 0..children {
            let to = census.sponsored(nth, which);
            clock = day.soon_after(clock, 9);
            let reference = day.words(from, to, &words, 10);
            let friend = happens(census.bits(Trait::Told, to.number), 300);
            let row = day.pay(from, to, clock, amount, channel);
            row.reference = reference;
            row.relation = friend.then_some(Relation::Friend);
        }
    }
}

/// Students are paid by relatives who work in several countries.
fn students(day: &mut Day<'_>) {
    let census = day.census;
    let words = [
        (Some(Purpose::SchoolFees), 30),
        (Some(Purpose::Rent), 20),
        (Some(Purpose::FamilySupport), 12),
        (Some(Purpose::Groceries), 12),
        (Some(Purpose::Uniform), 2),
        (None, 24),
    ];
    let count = census.count(Group::Student);
    for nth in day.due(5, 20, 12, count) {
        let to = census.customer(census.member(Group::Student, nth));
        let sizes = [(1, 30), (2, 30), (3, 20), (4, 12), (5, 8)];
        let kin = weighed(census.bits(Trait::Relatives, to.number), &sizes);
        for _ in 0..=day.dice.between(0, 1) {
            let from = census.kin(nth, day.dice.between(0, kin - 1));
            let sum = Sum {
                median_cents: 9_000,
                percent: 60,
                round: 650,
            };
            let amount = day.sum(sum, from.country.currency());
            let clock = day.clock(from, census.nights(from.number));
            let channel = day.weighed(&[
                (Channel::Remittance, 45),
                (Channel::Bank, 25),
                (Channel::Wallet, 18),
                (Channel::PeerToPeer, 12),
            ]);
            let reference = day.words(from, to, &words, 5);
            let told = happens(census.bits(Trait::Told, from.number), 550);
            let row = day.pay(from, to, clock, amount, channel);
            row.reference = reference;
            row.relation = told.then_some(Relation::Family);
        }
    }
}
