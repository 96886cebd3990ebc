//! Look-alikes who travel: tourists, and remitters who fly home. They draw cash, pay for rooms, and
//! pay small sums to people whom they never paid before.

use super::census::{Census, Trait};
use super::chance::{below, happens, mixed, weighed};
use super::day::{Day, Sum};
use super::places::{Country, HOLIDAYS};
use super::row::{Channel, Merchant};
use super::truth::Group;
use super::words::Purpose;

/// The longest stay.
const STAY_DAYS: u32 = 12;
/// How many of one thousand remitters fly home in a year.
const FLY_HOME: u32 = 220;
/// How many of one thousand tourists travel in a year.
const ON_HOLIDAY: u32 = 850;

pub(super) fn write(day: &mut Day<'_>) {
    for (group, per_mille, purpose) in [
        (Group::FamilyRemittance, FLY_HOME, 6),
        (Group::Tourist, ON_HOLIDAY, 7),
    ] {
        let census = day.census;
        for since in 0..STAY_DAYS.min(day.today + 1) {
            for nth in day.due_before(since, purpose, 365, 364, census.count(group)) {
                let number = census.member(group, nth);
                let key = u64::from((day.today - since) / 365) << 32 | u64::from(number);
                let trip = mixed(census.seed, Trait::Trip as u64, key);
                let stay = 4 + below(trip.rotate_left(20), STAY_DAYS - 3);
                if happens(trip, per_mille) && since < stay {
                    let there = destination(census, group, number, trip);
                    spend(day, number, there, since);
                }
            }
        }
    }
}

/// Where this one goes; a tourist prefers a place, and goes there again.
fn destination(census: &Census, group: Group, number: u32, trip: u64) -> Country {
    match group {
        Group::Tourist if happens(trip.rotate_left(40), 300) => {
            weighed(trip.rotate_left(7), &HOLIDAYS)
        }
        Group::Tourist => weighed(census.bits(Trait::Partner, number), &HOLIDAYS),
        _ => census.partner(number),
    }
}

/// What is spent on one day of a journey: the ticket on the first, then cash, rooms and people.
pub(super) fn spend(day: &mut Day<'_>, number: u32, there: Country, since: u32) {
    let census = day.census;
    let from = census.customer(number);
    if since == 0 {
        buy(day, number, from.country, Merchant::Travel, 70_000);
        return;
    }
    for (kind, per_mille, cents) in [
        (Merchant::CashMachine, 220, 9_000),
        (Merchant::Lodging, 150, 7_000),
        (Merchant::Everyday, 500, 2_000),
        (Merchant::Jewellery, 25, 15_000),
    ] {
        if day.happens(per_mille) {
            buy(day, number, there, kind, cents);
        }
    }
    // Guides, drivers and guest houses: two or three at times, each for the first time.
    let people = if day.happens(160) {
        1 + day.dice.between(0, 2)
    } else {
        0
    };
    let words = [
        (None, 50),
        (Some(Purpose::Lodging), 22),
        (Some(Purpose::Thanks), 10),
        (Some(Purpose::Gift), 8),
        (Some(Purpose::Rent), 10),
    ];
    for _ in 0..people {
        let to = census.host(there, day.dice.bits());
        let sum = Sum {
            median_cents: 4_000,
            percent: 70,
            round: 600,
        };
        let amount = day.sum(sum, from.country.currency());
        let clock = day.clock(from, 300);
        let channel = day.weighed(&[
            (Channel::PeerToPeer, 45),
            (Channel::Wallet, 40),
            (Channel::Remittance, 15),
        ]);
        let reference = day.words(from, to, &words, 30);
        day.pay(from, to, clock, amount, channel).reference = reference;
    }
}

/// A purchase in a country, by card; cash comes out of a machine.
pub(super) fn buy(day: &mut Day<'_>, number: u32, there: Country, kind: Merchant, cents: i64) {
    let census = day.census;
    let from = census.customer(number);
    let to = census.shop(there, kind, day.dice.bits());
    let sum = Sum {
        median_cents: cents,
        percent: 60,
        round: if kind == Merchant::CashMachine {
            1000
        } else {
            150
        },
    };
    let amount = day.sum(sum, from.country.currency());
    let clock = day.clock(from, 250);
    let channel = match kind {
        Merchant::CashMachine => Channel::Cash,
        Merchant::Exchange | Merchant::Mixer | Merchant::PrivacyCoin => Channel::VirtualAsset,
        _ => Channel::Card,
    };
    day.pay(from, to, clock, amount, channel).merchant = Some(kind);
}
