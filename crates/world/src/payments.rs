//! A labelled book of payments: any size, made day by day, with payers, those who are paid, those
//! who are extorted, and many who look like them and do nothing wrong.
//!
//! Nobody keeps a list of customers: each is reckoned from a number, and who acts on a day is
//! reckoned too, so that the generator holds one day of rows and nothing else. A day is a 730th of
//! the book; of a hundred million rows it takes about eight megabytes. The same seed, rows and
//! present give the same rows on every machine; there is no float in it.

mod business;
mod census;
mod chance;
mod day;
mod everyday;
mod families;
mod places;
mod planted;
mod row;
pub mod score;
#[cfg(test)]
mod tests;
mod travel;
mod truth;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use model::Timestamp;

pub use census::{PLANTED_PER_100_000_MAX, ROWS_MAX, ROWS_PER_CUSTOMER};
pub use day::BOOK_DAYS;
pub use places::{Country, Currency};
pub use row::{Account, Channel, Merchant, Relation, Row};
pub use truth::{Group, Label, Planted};
pub use words::Reference;

use crate::dice::{Dice, Stream};
use crate::scene::DAY_MILLIS;
use census::Census;
use day::Day;

/// How many of 100,000 customers are planted unless said.
pub const PLANTED_PER_100_000: u32 = 20;
/// The first day of the test part of a book.
const SPLIT_DAY: u32 = BOOK_DAYS * 3 / 5;
/// How many days ahead of its even share a book may be, after a day of many wages.
const AHEAD_DAYS: u32 = 30;

/// Makes a book: an iterator over its rows in order of time.
#[derive(Debug, Clone)]
pub struct Generator {
    census: Census,
    rows: u64,
    first_millis: i64,
    /// The day that comes next.
    day: u32,
    /// How many rows are in the days so far.
    written: u64,
    /// How many were given out.
    given: u64,
    /// The rows of the present day, the last first.
    page: Vec<Row>,
}

impl Generator {
    /// The book of a seed with exactly so many rows (at most [`ROWS_MAX`]), over the
    /// [`BOOK_DAYS`] days before the day of `now`.
    pub fn new(seed: u64, rows: u64, now: Timestamp) -> Self {
        Self::with_planted(seed, rows, now, PLANTED_PER_100_000)
    }

    /// The same with so many planted accounts in 100,000 customers (at most
    /// [`PLANTED_PER_100_000_MAX`]).
    pub fn with_planted(seed: u64, rows: u64, now: Timestamp, per_100_000: u32) -> Self {
        let rows = rows.min(ROWS_MAX);
        let today = now.millis().div_euclid(DAY_MILLIS);
        Self {
            census: Census::new(seed, rows, per_100_000.min(PLANTED_PER_100_000_MAX)),
            rows,
            first_millis: (today - i64::from(BOOK_DAYS)) * DAY_MILLIS,
            day: 0,
            written: 0,
            given: 0,
            page: Vec::new(),
        }
    }

    /// How many customers the book has; other accounts not counted.
    pub fn customers(&self) -> u32 {
        self.census.customers()
    }

    /// How many accounts: their numbers are below it.
    pub fn accounts(&self) -> u32 {
        self.census.accounts()
    }

    /// When the book begins.
    pub fn start(&self) -> Timestamp {
        Timestamp::from_millis(self.first_millis)
    }

    /// Where the book is parted: what is tuned is tuned on rows before this, what is measured is
    /// measured on rows from it on. Three fifths of the days lie before.
    pub fn split(&self) -> Timestamp {
        Timestamp::from_millis(self.day_start(SPLIT_DAY))
    }

    /// When the book ends; no row is at or after it.
    pub fn end(&self) -> Timestamp {
        Timestamp::from_millis(self.day_start(BOOK_DAYS))
    }

    /// What is true of each account, customers first. Only what was planted is held in memory.
    pub fn truth(&self) -> impl Iterator<Item = Label> + '_ {
        let acts = self.acts();
        (0..self.census.accounts()).map(move |number| {
            let account = self.census.account(number);
            let (group, _) = self.census.group(number);
            let partner = match group {
                Group::FamilyRemittance
                | Group::Charity
                | Group::Sponsor
                | Group::Payroll
                | Group::Trader => Some(self.census.partner(number)),
                Group::Payer | Group::EscalatingPayer | Group::CompanionPayer => {
                    Some(planted::abroad(&self.census, number))
                }
                _ => None,
            };
            Label {
                account,
                group,
                home: self.census.country(number),
                partner,
                planted: acts.get(&account).copied(),
            }
        })
    }

    /// What the planted did and when, from their own days alone.
    fn acts(&self) -> BTreeMap<Account, Planted> {
        let facilitators = 0..self.census.count(Group::Facilitator);
        let facilitators: BTreeSet<Account> = facilitators
            .map(|nth| self.census.member(Group::Facilitator, nth))
            .map(|number| self.census.account(number))
            .collect();
        let mut acts = BTreeMap::new();
        let mut rows = Vec::new();
        for day in 0..BOOK_DAYS {
            rows.clear();
            planted::write(&mut self.page_of(day, &mut rows));
            let paid = |row: &&Row| facilitators.contains(&row.receiver);
            for row in rows.iter().filter(paid) {
                for account in [row.sender, row.receiver] {
                    let before = acts.get(&account).copied();
                    acts.insert(account, Planted::and(before, row.time_millis));
                }
            }
        }
        acts
    }

    fn day_start(&self, day: u32) -> i64 {
        self.first_millis + i64::from(day) * DAY_MILLIS
    }

    fn page_of<'a>(&'a self, day: u32, rows: &'a mut Vec<Row>) -> Day<'a> {
        Day {
            census: &self.census,
            today: day,
            start_millis: self.day_start(day),
            dice: Dice::new(self.census.seed, Stream::BookDay, u64::from(day)),
            rows,
        }
    }

    /// How many rows a book of even days has by the end of a day.
    fn even_share(&self, day: u32) -> u64 {
        let days = u128::from(BOOK_DAYS);
        let share = u128::from(self.rows) * u128::from(day + 1).min(days) / days;
        u64::try_from(share).unwrap_or(self.rows)
    }

    /// Writes the next day: first what is planted, then what looks like it, then so much of
    /// everyday life that the book keeps its size.
    fn write_day(&mut self) {
        let day = self.day;
        let room = |rows: u64| usize::try_from(rows.saturating_sub(self.written)).unwrap_or(0);
        let (most, even) = (
            room(self.even_share(day + AHEAD_DAYS)),
            room(self.even_share(day)),
        );
        let left = room(self.rows);
        let mut rows = std::mem::take(&mut self.page);
        planted::write(&mut self.page_of(day, &mut rows));
        let planted = rows.len().min(left);
        let mut page = self.page_of(day, &mut rows);
        families::write(&mut page);
        business::write(&mut page);
        travel::write(&mut page);
        everyday::friends_in_need(&mut page);
        page.rows.truncate(most.max(planted));
        let missing = even.saturating_sub(page.rows.len());
        everyday::write(&mut page, missing);
        // Equal times stand in the order they were written in, which is the same every time.
        rows.reverse();
        rows.sort_by_key(|row| std::cmp::Reverse(row.time_millis));
        self.written += u64::try_from(rows.len()).unwrap_or(u64::MAX);
        self.page = rows;
        self.day += 1;
    }
}

impl Iterator for Generator {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        while self.page.is_empty() {
            if self.day == BOOK_DAYS {
                return None;
            }
            self.write_day();
        }
        let mut row = self.page.pop()?;
        self.given += 1;
        row.id = self.given;
        Some(row)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = usize::try_from(self.rows - self.given).unwrap_or(usize::MAX);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Generator {}
