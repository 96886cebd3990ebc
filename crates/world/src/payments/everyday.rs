//! What everybody does, planted or not: shopping, bills, friends, a gift abroad, a tool bought
//! online. A few customers do very much of it.

use super::census::{Party, Trait};
use super::chance::{below, skewed, weighed};
use super::day::{Day, Sum};
use super::places::RECEIVERS;
use super::row::{Channel, Merchant, Relation};
use super::travel::buy;
use super::words::{Purpose, Reference};

#[derive(Debug, Clone, Copy)]
enum Errand {
    Shopping,
    Bill,
    Friend,
    Taste,
    Abroad,
}

const ERRANDS: [(Errand, u32); 5] = [
    (Errand::Shopping, 560),
    (Errand::Bill, 170),
    (Errand::Friend, 180),
    (Errand::Taste, 60),
    (Errand::Abroad, 30),
];

/// How many of one million customers help a friend abroad out of trouble on a day: several payments
/// within two days, as somebody who is extorted makes them.
const IN_NEED_PER_MILLION: u64 = 3;

/// So many rows of everyday life.
pub(super) fn write(day: &mut Day<'_>, rows: usize) {
    let census = day.census;
    for _ in 0..rows {
        let rank = skewed(&mut day.dice, census.customers());
        let who = census.customer(census.by_rank(rank));
        match day.weighed(&ERRANDS) {
            Errand::Shopping => shopping(day, who),
            Errand::Bill => bill(day, who),
            Errand::Friend => friend(day, who),
            Errand::Taste => taste(day, who),
            Errand::Abroad => abroad(day, who),
        }
    }
}

fn shopping(day: &mut Day<'_>, who: Party) {
    // One in ten is bought in another country, online.
    let there = if day.happens(100) {
        weighed(day.dice.bits(), &super::places::SENDERS)
    } else {
        who.country
    };
    let cents = if who.country == there { 2_800 } else { 4_500 };
    buy(day, who.number, there, Merchant::Everyday, cents);
}

fn bill(day: &mut Day<'_>, who: Party) {
    let shop = day.census.bits(Trait::Host, who.number);
    let to = day.census.shop(who.country, Merchant::Everyday, shop);
    let sum = Sum {
        median_cents: 12_000,
        percent: 90,
        round: 120,
    };
    let amount = day.sum(sum, who.country.currency());
    let clock = day.clock(who, 200);
    let rent = day.happens(250);
    let number = day.number();
    let language = who.country.language();
    let row = day.pay(who, to, clock, amount, Channel::Bank);
    row.merchant = Some(Merchant::Everyday);
    row.reference = if rent {
        Reference::of(language, Purpose::Rent)
    } else {
        Reference::of(language, Purpose::Invoice).numbered(number)
    };
}

fn friend(day: &mut Day<'_>, who: Party) {
    let to = day.census.friend(who.number, day.dice.between(0, 5));
    if to.number == who.number {
        // The only customer of a block has no neighbour.
        return bill(day, who);
    }
    let words = [
        (None, 55),
        (Some(Purpose::Thanks), 14),
        (Some(Purpose::Rent), 10),
        (Some(Purpose::Groceries), 8),
        (Some(Purpose::Gift), 9),
        (Some(Purpose::Loan), 4),
    ];
    let sum = Sum {
        median_cents: 2_500,
        percent: 90,
        round: 620,
    };
    let amount = day.sum(sum, who.country.currency());
    let clock = day.clock(who, 250);
    let channel = day.weighed(&[
        (Channel::PeerToPeer, 65),
        (Channel::Wallet, 20),
        (Channel::Bank, 15),
    ]);
    let reference = day.words(who, to, &words, 15);
    day.pay(who, to, clock, amount, channel).reference = reference;
}

/// Each has a taste, most of them none that anybody asks for.
fn taste(day: &mut Day<'_>, who: Party) {
    let taste = weighed(
        day.census.bits(Trait::Taste, who.number),
        &[
            (Merchant::Games, 640),
            (Merchant::Everyday, 120),
            (Merchant::Anonymiser, 90),
            (Merchant::StreamTokens, 40),
            (Merchant::Recording, 20),
            (Merchant::Exchange, 70),
            (Merchant::PrivacyCoin, 8),
            (Merchant::Mixer, 2),
            (Merchant::Jewellery, 10),
        ],
    );
    if taste == Merchant::Games && day.happens(400) {
        return gift_card(day, who);
    }
    let cents = match taste {
        Merchant::Exchange | Merchant::PrivacyCoin | Merchant::Mixer => 9_000,
        Merchant::Jewellery => 15_000,
        Merchant::Everyday => 2_800,
        _ => 1_400,
    };
    buy(day, who.number, who.country, taste, cents);
}

fn gift_card(day: &mut Day<'_>, who: Party) {
    let to = day
        .census
        .shop(who.country, Merchant::Games, day.dice.bits());
    let sum = Sum {
        median_cents: 2_500,
        percent: 60,
        round: 950,
    };
    let amount = day.sum(sum, who.country.currency());
    let clock = day.clock(who, 300);
    let channel = day.weighed(&[(Channel::GiftCard, 60), (Channel::Prepaid, 40)]);
    day.pay(who, to, clock, amount, channel).merchant = Some(Merchant::Games);
}

/// A gift to a friend in another country: always the same friend.
fn abroad(day: &mut Day<'_>, who: Party) {
    let bits = day.census.bits(Trait::Host, who.number);
    let to = day
        .census
        .host(weighed(bits, &RECEIVERS), bits.rotate_left(24));
    let clock = day.clock(who, day.census.nights(who.number));
    help(day, who, to, clock);
}

fn help(day: &mut Day<'_>, who: Party, to: Party, clock: i64) {
    let words = [
        (None, 50),
        (Some(Purpose::Gift), 20),
        (Some(Purpose::Thanks), 8),
        (Some(Purpose::Medical), 8),
        (Some(Purpose::SchoolFees), 4),
        (Some(Purpose::Loan), 10),
    ];
    let sum = Sum {
        median_cents: 7_000,
        percent: 70,
        round: 650,
    };
    let amount = day.sum(sum, who.country.currency());
    let channel = day.weighed(&[
        (Channel::Remittance, 35),
        (Channel::PeerToPeer, 30),
        (Channel::Wallet, 20),
        (Channel::Bank, 15),
    ]);
    let reference = day.words(who, to, &words, 25);
    let told = day.happens(250);
    let row = day.pay(who, to, clock, amount, channel);
    row.reference = reference;
    row.relation = told.then_some(Relation::Friend);
}

/// Friends in need: begun on a day, and gone on with on the next.
pub(super) fn friends_in_need(day: &mut Day<'_>) {
    for since in 0..2.min(day.today + 1) {
        let census = day.census;
        let begun = u64::from(day.today - since);
        let bits = super::chance::mixed(census.seed, Trait::Trip as u64, begun << 40);
        let expected = u64::from(census.customers()) * IN_NEED_PER_MILLION;
        let chance = u64::from(below(bits, 1_000_000));
        let count = (expected + chance) / 1_000_000;
        for nth in 0..count {
            let key = (begun << 40) | (nth + 1);
            let bits = super::chance::mixed(census.seed, Trait::Trip as u64, key);
            let who = census.customer(below(bits, census.customers()));
            let there = weighed(bits.rotate_left(17), &RECEIVERS);
            let to = census.host(there, bits.rotate_left(33));
            for _ in 0..=below(bits.rotate_left(41), 3) {
                let clock = day.clock(who, 250);
                help(day, who, to, clock);
            }
        }
    }
}
