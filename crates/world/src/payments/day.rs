//! One day of the book while it is being written: rows in any order, whose times lie in the day.

use super::census::{Census, Party, Trait};
use super::chance::{Rhythm, happens, spread, weighed};
use super::places::Currency;
use super::row::{Channel, Row};
use super::words::{Purpose, Reference};
use crate::dice::Dice;
use crate::scene::{DAY_MILLIS, HOUR_MILLIS};

/// How many days a book has: two years.
pub const BOOK_DAYS: u32 = 730;

/// The day's page.
pub(super) struct Day<'a> {
    pub(super) census: &'a Census,
    /// Counted from 0.
    pub(super) today: u32,
    /// When it begins.
    pub(super) start_millis: i64,
    pub(super) dice: Dice,
    pub(super) rows: &'a mut Vec<Row>,
}

/// What a person means to pay: around so many cents of a US dollar, how far off, and how often it
/// is a round sum, in thousandths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sum {
    pub(super) median_cents: i64,
    pub(super) percent: i64,
    pub(super) round: u32,
}

impl Day<'_> {
    /// Who of `count` is due today.
    pub(super) fn due(
        &self,
        purpose: u64,
        period: u32,
        wander: u32,
        count: u32,
    ) -> impl Iterator<Item = u32> + use<> {
        self.due_before(0, purpose, period, wander, count)
    }

    /// Who of `count` was due so many days ago.
    pub(super) fn due_before(
        &self,
        days: u32,
        purpose: u64,
        period: u32,
        wander: u32,
        count: u32,
    ) -> impl Iterator<Item = u32> + use<> {
        let rhythm = Rhythm {
            seed: self.census.seed,
            purpose: Trait::Rhythm as u64 + 64 * purpose,
            period,
            wander,
        };
        rhythm.due(self.today.saturating_sub(days), count)
    }

    pub(super) fn happens(&mut self, per_mille: u32) -> bool {
        happens(self.dice.bits(), per_mille)
    }

    pub(super) fn weighed<T: Copy>(&mut self, list: &[(T, u32)]) -> T {
        weighed(self.dice.bits(), list)
    }

    /// An amount in minor units of the currency.
    pub(super) fn sum(&mut self, sum: Sum, currency: Currency) -> i64 {
        let cents = spread(&mut self.dice, sum.median_cents, sum.percent);
        let minor = currency.of_cents(cents.max(1));
        if self.happens(sum.round) {
            let step = currency.step();
            ((minor + step / 2) / step).max(1) * step
        } else {
            minor
        }
    }

    /// A time of today that is night where the person is in so many thousandths of cases, from 22
    /// to 6 o'clock; the date there may be another.
    pub(super) fn clock(&mut self, who: Party, night: u32) -> i64 {
        let hour = if self.happens(night) {
            22 + self.dice.between(0, 7)
        } else {
            // People pay in the evening more than in the morning.
            6 + self.dice.between(0, 15).max(self.dice.between(0, 15))
        };
        let local = i64::from(hour) * HOUR_MILLIS + self.dice.millis(0, HOUR_MILLIS - 1);
        let second = self.census.is(Trait::Zone, who.number, 350);
        let ahead = i64::from(who.country.minutes_ahead(second)) * 60_000;
        (local - ahead).rem_euclid(DAY_MILLIS)
    }

    /// A time of today within some minutes after another.
    pub(super) fn soon_after(&mut self, clock: i64, minutes: i64) -> i64 {
        (clock + self.dice.millis(1, minutes * 60_000)).min(DAY_MILLIS - 1)
    }

    /// Writes a payment, and gives it back for what else is said of it.
    pub(super) fn pay(
        &mut self,
        from: Party,
        to: Party,
        clock: i64,
        amount_minor: i64,
        channel: Channel,
    ) -> &mut Row {
        let row = Row {
            id: 0,
            time_millis: self.start_millis + clock,
            sender: self.census.account(from.number),
            receiver: self.census.account(to.number),
            amount_minor: amount_minor.max(1),
            currency: from.country.currency(),
            sender_country: from.country,
            receiver_country: to.country,
            channel,
            reference: Reference::NONE,
            merchant: None,
            relation: None,
        };
        let at = self.rows.len();
        self.rows.push(row);
        &mut self.rows[at]
    }

    /// What stands in the reference: in the language of one side or the other, and in so many
    /// thousandths of cases with a handle.
    pub(super) fn words(
        &mut self,
        from: Party,
        to: Party,
        list: &[(Option<Purpose>, u32)],
        handles: u32,
    ) -> Reference {
        let there = self.dice.chance(450);
        let language = if there { to.country } else { from.country }.language();
        let purpose = self.weighed(list);
        let words = purpose.map_or(Reference::NONE, |it| Reference::of(language, it));
        if self.happens(handles) {
            words.with_handle(self.number())
        } else {
            words
        }
    }

    pub(super) fn number(&mut self) -> u16 {
        u16::try_from(self.dice.between(1, 60_000)).unwrap_or(1)
    }
}
