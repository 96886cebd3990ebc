//! What is planted: payers at three paces, and those who are extorted. Shapes come from what was
//! published; each account's days are reckoned from its number, and its dice are its own, so that
//! the truth can be told without writing the book.
//!
//! Published: of 256 people three in a hundred made half of 2,714 payments (AIC Trends & Issues
//! 589); prolific ones paid less than 55 AUD at gaps below 20 days in the median (634); one
//! customer paid 136,000 AUD in 625 payments, 218 AUD in the mean, for years (AUSTRAC v Westpac); low sums,
//! often round, often at night (FATF 2025, ECPAT Sweden 2024); whoever is extorted pays less than
//! 250 EUR at a time and 1,500 EUR in all, then stops (FATF 2025). The rest is ours.

use super::census::{Census, Party, Trait};
use super::chance::{below, happens, low32, mixed, weighed};
use super::day::{BOOK_DAYS, Day, Sum};
use super::places::Country;
use super::row::{Channel, Merchant, Relation};
use super::travel;
use super::truth::Group;
use super::words::Purpose;
use crate::dice::{Dice, Stream};

/// Of one thousand payers, how many pay how often: least and most payments, least and most days.
const PACES: [(Pace, u32); 3] = [
    (Pace::new(Size::Few, [2, 6], [5, 120]), 600),
    (Pace::new(Size::Some, [7, 25], [60, 400]), 370),
    (Pace::new(Size::Many, [150, 350], [350, 700]), 30),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    Few,
    Some,
    Many,
}

#[derive(Debug, Clone, Copy)]
struct Pace {
    size: Size,
    payments: [u32; 2],
    days: [u32; 2],
}

impl Pace {
    const fn new(size: Size, payments: [u32; 2], days: [u32; 2]) -> Self {
        Self {
            size,
            payments,
            days,
        }
    }
}

/// What a payer does, from first to last.
#[derive(Debug, Clone, Copy)]
struct Plan {
    group: Group,
    number: u32,
    size: Size,
    payments: u32,
    start: u32,
    days: u32,
}

/// The first day on which something planted may begin, and how many of the last days it may not.
const QUIET_DAYS: u32 = 10;
/// The days of a journey after growth.
const STAY_DAYS: u32 = 10;

/// All planted rows of the day.
pub(super) fn write(day: &mut Day<'_>) {
    for group in [Group::Payer, Group::EscalatingPayer, Group::CompanionPayer] {
        for nth in 0..day.census.count(group) {
            let plan = plan(day, group, day.census.member(group, nth));
            let end = plan.start + plan.days;
            if plan.start <= day.today + QUIET_DAYS && day.today < end + STAY_DAYS {
                own_dice(day, plan.number);
                payer(day, plan);
            }
        }
    }
    for nth in 0..day.census.count(Group::SextortionVictim) {
        extorted(day, day.census.member(Group::SextortionVictim, nth));
    }
}

/// From here on the day's dice are this account's.
fn own_dice(day: &mut Day<'_>, number: u32) {
    let key = u64::from(number) << 32 | u64::from(day.today);
    day.dice = Dice::new(day.census.seed, Stream::BookPlanted, key);
}

fn plan(day: &Day<'_>, group: Group, number: u32) -> Plan {
    let census = day.census;
    let bits = census.bits(Trait::Plan, number);
    let mut pace = weighed(census.bits(Trait::Pace, number), &PACES);
    if group != Group::Payer && pace.size == Size::Few {
        // Growth and companions take time to show.
        pace = PACES[1].0;
    }
    let within = |[least, most]: [u32; 2], bits| least + below(bits, most - least + 1);
    let days = within(pace.days, bits.rotate_left(16));
    Plan {
        group,
        number,
        size: pace.size,
        payments: within(pace.payments, bits.rotate_left(32)),
        start: QUIET_DAYS + below(bits, BOOK_DAYS - days - 2 * QUIET_DAYS),
        days,
    }
}

fn payer(day: &mut Day<'_>, plan: Plan) {
    let end = plan.start + plan.days;
    if (plan.start..end).contains(&day.today) {
        let grown = (day.today - plan.start) * 1000 / plan.days;
        for _ in 0..sittings(day, plan, grown) {
            sitting(day, plan, grown);
        }
    }
    if plan.group == Group::CompanionPayer && day.happens(28) {
        companion(day, plan);
    }
    let travels =
        plan.group == Group::EscalatingPayer && day.census.is(Trait::Trip, plan.number, 400);
    if travels && day.today >= end {
        let there = abroad(day.census, plan.number);
        travel::spend(day, plan.number, there, day.today - end);
    }
}

/// How often today. A sitting is 1.5 payments in the mean.
fn sittings(day: &mut Day<'_>, plan: Plan, grown: u32) -> u32 {
    let since = day.today - plan.start;
    // Who pays at all pays on the first day.
    if since == 0 {
        return 1;
    }
    let mut per_million = plan.payments.saturating_sub(1) * 667_000 / plan.days;
    if plan.group == Group::EscalatingPayer {
        per_million = per_million * (400 + grown * 12 / 10) / 1000;
    }
    // One in four pays at even gaps.
    if day.census.is(Trait::Habit, plan.number, 250) && per_million > 0 {
        let period = (1_000_000 / per_million).max(1);
        let key = u64::from(plan.number) << 32 | u64::from(since / period);
        let moved = below(
            mixed(day.census.seed, Trait::Habit as u64, key),
            period / 4 + 1,
        );
        return u32::from(since % period == moved);
    }
    u32::from(low32(day.dice.bits()) % 1_000_000 < per_million)
}

/// One payment, or some within an hour or two.
fn sitting(day: &mut Day<'_>, plan: Plan, grown: u32) {
    let from = day.census.customer(plan.number);
    let night = if day.census.is(Trait::Night, plan.number, 600) {
        650
    } else {
        250
    };
    let mut clock = day.clock(from, night);
    let many = day.weighed(&[(1, 72), (2, 14), (3, 10), (4, 4)]);
    for _ in 0..many {
        let Some(to) = paid(day, plan) else {
            return;
        };
        let amount = amount(day, plan, from, grown);
        pay(day, from, to, clock, amount);
        clock = day.soon_after(clock, 70);
    }
}

/// Prolific ones pay less each time.
fn amount(day: &mut Day<'_>, plan: Plan, from: Party, grown: u32) -> i64 {
    let own = i64::from(below(day.census.bits(Trait::Amount, plan.number), 1000));
    let (least, percent) = match plan.size {
        Size::Few => (6_000, 90),
        Size::Some => (4_500, 90),
        Size::Many => (1_800, 65),
    };
    let mut median_cents = least + least * own / 700;
    if plan.group == Group::EscalatingPayer {
        median_cents = median_cents * i64::from(500 + grown * 17 / 10) / 1000;
    }
    let sum = Sum {
        median_cents,
        percent,
        round: 740,
    };
    day.sum(sum, from.country.currency())
        .min(from.country.currency().of_cents(250_000))
}

/// Where a payer mostly pays to.
pub(super) fn abroad(census: &Census, number: u32) -> Country {
    census.ring_country(ring(census, number))
}

fn ring(census: &Census, number: u32) -> u32 {
    below(census.bits(Trait::Paid, number), census.rings())
}

/// Whom the payer pays: one in three always the same one or two; others whom the ring has; at times
/// somebody of another ring.
fn paid(day: &mut Day<'_>, plan: Plan) -> Option<Party> {
    let own = day.census.bits(Trait::Partner, plan.number);
    let few = happens(own, 350);
    let ring = if few || day.happens(860) {
        ring(day.census, plan.number)
    } else {
        day.dice.between(0, day.census.rings() - 1)
    };
    let first = low32(own >> 40);
    let which = if few {
        day.dice.between(0, 1)
    } else {
        day.dice.between(0, 99)
    };
    day.census.facilitator(ring, first + which)
}

fn pay(day: &mut Day<'_>, from: Party, to: Party, clock: i64, amount: i64) {
    let words = [
        (None, 42),
        (Some(Purpose::FamilySupport), 12),
        (Some(Purpose::SchoolFees), 10),
        (Some(Purpose::Gift), 14),
        (Some(Purpose::Medical), 7),
        (Some(Purpose::Uniform), 2),
        (Some(Purpose::Lodging), 3),
        (Some(Purpose::Groceries), 4),
        (Some(Purpose::Thanks), 6),
    ];
    let channel = day.weighed(&[
        (Channel::Remittance, 46),
        (Channel::PeerToPeer, 20),
        (Channel::Wallet, 20),
        (Channel::Bank, 8),
        (Channel::VirtualAsset, 3),
        (Channel::Prepaid, 3),
    ]);
    let reference = day.words(from, to, &words, 45);
    let key = u64::from(from.number) << 32 | u64::from(to.number);
    let told = mixed(day.census.seed, Trait::Told as u64, key);
    let told = weighed(
        told,
        &[
            (None, 58),
            (Some(Relation::Friend), 26),
            (Some(Relation::Family), 13),
            (Some(Relation::Business), 3),
        ],
    );
    let row = day.pay(from, to, clock, amount, channel);
    row.reference = reference;
    row.relation = told;
}

fn companion(day: &mut Day<'_>, plan: Plan) {
    let kind = day.weighed(&[
        (Merchant::Anonymiser, 40),
        (Merchant::StreamTokens, 25),
        (Merchant::Recording, 15),
        (Merchant::Exchange, 14),
        (Merchant::PrivacyCoin, 4),
        (Merchant::Mixer, 2),
    ]);
    let home = day.census.home(plan.number);
    travel::buy(day, plan.number, home, kind, 1_500);
}

/// A short series to one or two who demand it, mostly less than 1,500 EUR in all, then nothing.
fn extorted(day: &mut Day<'_>, number: u32) {
    const DAYS: u32 = 3;
    let census = day.census;
    let bits = census.bits(Trait::Plan, number);
    let start = QUIET_DAYS + below(bits, BOOK_DAYS - 2 * QUIET_DAYS);
    let Some(since) = day.today.checked_sub(start).filter(|since| *since < DAYS) else {
        return;
    };
    own_dice(day, number);
    let from = census.customer(number);
    let payments = match since {
        0 => 2 + day.dice.between(0, 2),
        1 => day.dice.between(0, 3),
        _ => day.dice.between(0, 2),
    };
    let mut clock = day.clock(from, 400) / 2;
    for _ in 0..payments {
        let ring = below(bits.rotate_left(24), census.rings());
        let which = low32(bits >> 50) + day.dice.between(0, 1);
        let Some(to) = census.facilitator(ring, which) else {
            return;
        };
        let sum = Sum {
            median_cents: 9_000,
            percent: 60,
            round: 800,
        };
        let currency = from.country.currency();
        let amount = day.sum(sum, currency).min(currency.of_cents(27_000));
        let channel = day.weighed(&[
            (Channel::PeerToPeer, 42),
            (Channel::Wallet, 22),
            (Channel::GiftCard, 14),
            (Channel::Prepaid, 8),
            (Channel::Remittance, 10),
            (Channel::VirtualAsset, 4),
        ]);
        let words = [
            (None, 70),
            (Some(Purpose::Gift), 16),
            (Some(Purpose::Thanks), 6),
            (Some(Purpose::Loan), 8),
        ];
        let reference = day.words(from, to, &words, 40);
        day.pay(from, to, clock, amount, channel).reference = reference;
        clock = day.soon_after(clock, 240);
    }
}
