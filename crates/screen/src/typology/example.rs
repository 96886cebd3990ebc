//! Examples of an indicator, as rows that stand beside it in the policy, and whether it holds.

use std::sync::Arc;

use super::policy::{Policy, Side};
use super::screening::Screening;
use crate::money::{Currency, Money, Rates};
use crate::transfer::{Channel, Flags, Transfer};
use model::Country;

/// Rows of one account, and whether the indicator holds at the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The side that the account stands on.
    pub side: Side,
    /// The rows.
    pub rows: Vec<Transfer>,
    /// Whether it holds at the last of them.
    pub holds: bool,
}

/// The account whose rows they are.
const ACCOUNT: u32 = 0;

/// What currencies are worth in examples, in thousandths of a US dollar: round numbers, so that an
/// example can be checked in the head.
const WORTH: [(&str, i64); 7] = [
    ("AUD", 650),
    ("CAD", 700),
    ("EUR", 1_100),
    ("GBP", 1_300),
    ("PHP", 20),
    ("SEK", 100),
    ("THB", 30),
];

impl Example {
    /// Reads a row: time, amount, currency, countries, channel, the other side, and its flags if
    /// any. `2026-01-03T22:10:00Z 120.00 AUD AU>PH remittance r1 handle,purpose`
    pub fn row(text: &str, side: Side) -> Result<Transfer, ExampleProblem> {
        let mut words = text.split_whitespace();
        let mut next = |what| words.next().ok_or(ExampleProblem::Missing(what));
        let time = model::Timestamp::parse(next("a time")?).ok_or(ExampleProblem::Time)?;
        let amount = next("an amount")?;
        let currency = Currency::parse(next("a currency")?).ok_or(ExampleProblem::Currency)?;
        let amount = Money::parse(amount, currency).map_err(|_| ExampleProblem::Amount)?;
        let countries = next("countries")?.split_once('>');
        let (from, to) = countries.ok_or(ExampleProblem::Countries)?;
        let country = |code| Country::parse(code).ok_or(ExampleProblem::Countries);
        let channel = Channel::parse(next("a channel")?).ok_or(ExampleProblem::Channel)?;
        let other = number(next("the other side")?);
        let mut flags = Flags::NONE;
        for name in words.next().into_iter().flat_map(|names| names.split(',')) {
            flags = flags.and(Flags::parse(name).ok_or(ExampleProblem::Flag)?);
        }
        if words.next().is_some() {
            return Err(ExampleProblem::TooMany);
        }
        let (sender, receiver) = match side {
            Side::Sender => (ACCOUNT, other),
            Side::Receiver => (other, ACCOUNT),
        };
        Ok(Transfer {
            time_millis: time.millis(),
            sender,
            receiver,
            amount,
            sender_country: country(from)?,
            receiver_country: country(to)?,
            channel,
            flags,
        })
    }
}

/// A name as an account's number other than [`ACCOUNT`]'s: FNV-1a.
fn number(name: &str) -> u32 {
    let hash = name.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    hash.max(ACCOUNT + 1)
}

impl Policy {
    /// Runs every example, with each indicator by itself and those that it needs; the id and the
    /// number (from 1) of each that came out otherwise than it says.
    pub fn failing_examples(&self) -> Vec<(String, usize)> {
        let nano = |(code, thousandths)| Some((Currency::parse(code)?, thousandths * 1_000_000));
        let rates = Rates::constant(self.currency(), WORTH.into_iter().filter_map(nano));
        let rates = Arc::new(rates);
        let mut failing = Vec::new();
        for indicator in self.indicators() {
            let mut tried = self.clone();
            for one in &mut tried.indicators {
                one.enabled = one.id == indicator.id || indicator.needs.contains(&one.id);
            }
            let compiled = tried.compile().is_ok();
            let tried = Arc::new(tried);
            for (example, number) in indicator.examples.iter().zip(1..) {
                let held = held_at_last(example, &tried, &rates);
                let holds = held.contains(&indicator.id);
                if !compiled || holds != example.holds {
                    failing.push((indicator.id.clone(), number));
                }
            }
        }
        failing
    }
}

/// The indicators that hold at the last row of an example.
fn held_at_last(example: &Example, policy: &Arc<Policy>, rates: &Arc<Rates>) -> Vec<String> {
    let mut screening = Screening::new(policy.clone(), rates.clone(), example.rows.len());
    for (row, transfer) in (0..).zip(&example.rows) {
        screening.push(row, transfer);
    }
    let last = example.rows.len().saturating_sub(1);
    let mut held = Vec::new();
    for work in screening.finish() {
        if work.side() != example.side {
            continue;
        }
        work.visit(|row, account, ids| {
            if row as usize == last && account == ACCOUNT {
                held = ids.map(str::to_owned).collect();
            }
        });
    }
    held
}

/// Why an example's row cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExampleProblem {
    /// It ends too early.
    #[error("it ends before {0}")]
    Missing(&'static str),
    /// The time.
    #[error("the time must be like 2026-01-03T22:10:00Z")]
    Time,
    /// The currency.
    #[error("the currency is not known")]
    Currency,
    /// The amount.
    #[error("the amount must be a decimal number of its currency")]
    Amount,
    /// The countries.
    #[error("the countries must be like AU>PH")]
    Countries,
    /// The channel.
    #[error("the channel is not known")]
    Channel,
    /// A flag.
    #[error("a flag is not known")]
    Flag,
    /// More than its parts.
    #[error("something stands after the flags; flags are parted by commas alone")]
    TooMany,
}
