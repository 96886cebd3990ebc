//! All typologies over synthetic books with planted truth: precision and recall at the budget of
//! alerts that people can look at, what it costs each group that only looks alike, and what each
//! indicator adds.
//!
//! The books have seeds that nothing was tuned on, and only what happens after a date counts. Their
//! payers are as rare as stated beside them and shaped as far as anything was published; figures
//! compare rules with each other and foretell nothing about a real book.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use model::{Channel, Country, Currency, Timestamp};
use screen::money::{Money, Rates};
use screen::typology::{Judge, Policy, Screening};
use screen::{Book, Flags, Transfer};
use world::payments::score::{BUDGET_PER_100_000, Evaluation, evaluate};
use world::payments::{Account, Generator, Group, Merchant, Relation, Row};

use crate::failure::Failure;
use crate::figure::Figure;
use crate::own_usage::cpu_seconds;

const BENCH: &str = "typologies";
const SOURCE: &str =
    "synthetic book, planted truth, rows after the split; says nothing of real books";
/// Of so many facilitators one is known, where any is.
const KNOWN_OF: usize = 10;
/// Books that no rule and no test was made on.
const SEEDS: [u64; 3] = [9_001, 9_002, 9_003];

pub(crate) fn run(rows: usize) -> Result<(), Failure> {
    let policy = Arc::new(Policy::builtin().map_err(Failure::Typologies)?);
    for seed in SEEDS {
        let mut planted = Planted::new(seed, rows, &policy);
        let before = cpu_seconds()?;
        let whole = planted.screen(&policy);
        let seconds = cpu_seconds()? - before;
        planted.say("all indicators, processor seconds", seconds, "s")?;
        planted.print(&whole)?;
        if seed == SEEDS[0] {
            planted.ablate(&policy, &whole)?;
        }
        planted.learn_of_facilitators();
        planted.print(&planted.screen(&policy))?;
    }
    Ok(())
}

/// A book, read as the screen reads it.
struct Planted {
    seed: u64,
    generator: Generator,
    book: Book,
    rates: Arc<Rates>,
    /// Accounts that stand in a report before the book is screened.
    known: BTreeSet<u32>,
}

impl Planted {
    fn new(seed: u64, rows: usize, policy: &Policy) -> Self {
        let now = Timestamp::from_millis(NOW_MILLIS);
        let count = u64::try_from(rows).unwrap_or(u64::MAX);
        let generator = Generator::new(seed, count, now);
        let mut reader = Reader::new(policy);
        let mut book = Book::with_capacity(rows);
        for row in generator.clone() {
            book.push(&reader.transfer(&row));
        }
        screen::mark_new_payees(&mut book);
        let worth = world::payments::Currency::all().filter_map(|known| {
            let currency = Currency::parse(known.code())?;
            Some((currency, known.nano_usd()))
        });
        Self {
            seed,
            generator,
            book,
            rates: Arc::new(Rates::constant(policy.currency(), worth)),
            known: BTreeSet::new(),
        }
    }

    /// One facilitator in [`KNOWN_OF`] stands in a report: what the ties between payments and
    /// reports are worth.
    fn learn_of_facilitators(&mut self) {
        let facilitators = self.generator.truth();
        let facilitators = facilitators.filter(|label| label.group == Group::Facilitator);
        let known = facilitators.step_by(KNOWN_OF).map(|label| label.account.0);
        self.known = known.collect();
        screen::mark_known(&mut self.book, self.known.iter().copied());
    }

    /// Screens the book, and holds against the truth each account's best alert after the split.
    fn screen(&self, policy: &Arc<Policy>) -> Evaluation {
        let mut screening = Screening::new(policy.clone(), self.rates.clone(), self.book.len());
        for (row, transfer) in self.book.rows() {
            screening.push(row, &transfer);
        }
        let from = self.generator.split().millis();
        let mut judge = Judge::default();
        let mut scores: BTreeMap<Account, u32> = BTreeMap::new();
        for work in screening.finish() {
            let alerts = work.judge(&mut judge);
            // Who is known already is no finding.
            let is_new = |account| !self.known.contains(&account);
            let late = alerts.iter().filter(|alert| alert.last_millis >= from);
            for alert in late.filter(|alert| is_new(alert.account)) {
                let best = scores.entry(Account(alert.account)).or_default();
                *best = alert.points.max(*best);
            }
        }
        let truth = self.generator.truth();
        evaluate(truth, &scores, from, BUDGET_PER_100_000)
    }

    fn print(&self, found: &Evaluation) -> Result<(), Failure> {
        self.say("customers", number(found.customers), "")?;
        self.say(
            "planted that acted after the split",
            number(found.planted),
            "",
        )?;
        self.say("accounts with an alert", number(found.alerts), "")?;
        self.say(
            "precision at 20 per 100,000",
            found.precision().unwrap_or(0.0),
            "",
        )?;
        self.say(
            "recall at 20 per 100,000",
            found.recall().unwrap_or(0.0),
            "",
        )?;
        for group in &found.groups {
            let name = group.group.name();
            if let Some(recall) = group.recall() {
                self.say(&format!("recall, {name}"), recall, "")?;
            } else if !group.group.is_planted() {
                let metric = format!("false alerts per 100,000, {name}");
                self.say(&metric, group.per_100_000(), "")?;
                let all = number(group.alerts) * 100_000.0 / number(group.accounts.max(1));
                let metric = format!("alerts without a budget per 100,000, {name}");
                self.say(&metric, all, "")?;
            }
        }
        if let Some((gap, most, fewest)) = found.largest_gap() {
            let ends = |one: &world::payments::score::CorridorFigure| {
                format!("{}-{}", one.from.code(), one.to.code())
            };
            let (most, fewest) = (ends(&most), ends(&fewest));
            let metric = format!("largest gap of corridors per 100,000, {most} over {fewest}");
            self.say(&metric, gap, "")?;
        }
        Ok(())
    }

    /// What is lost without each indicator, at the same budget.
    fn ablate(&self, policy: &Policy, whole: &Evaluation) -> Result<(), Failure> {
        let on = policy
            .indicators()
            .iter()
            .filter(|indicator| indicator.enabled);
        for indicator in on {
            let without = self.screen(&Arc::new(policy.without(&indicator.id)));
            for (what, of) in [
                (
                    "precision",
                    Evaluation::precision as fn(&Evaluation) -> Option<f64>,
                ),
                ("recall", Evaluation::recall),
            ] {
                let change = of(&without).unwrap_or(0.0) - of(whole).unwrap_or(0.0);
                self.say(
                    &format!("{what} without {}, change", indicator.id),
                    change,
                    "",
                )?;
            }
        }
        Ok(())
    }

    fn say(&self, metric: &str, value: f64, unit: &str) -> Result<(), Failure> {
        let known = match self.known.len() {
            0 => String::new(),
            known => format!(", {known} facilitators known from reports"),
        };
        let metric = format!("{metric}, seed {}{known}", self.seed);
        Figure {
            bench: BENCH,
            metric: &metric,
            // Adding zero makes a nought of a negative one.
            value: (value * 1000.0).round() / 1000.0 + 0.0,
            unit,
            n: self.book.len(),
            source: Some(SOURCE),
        }
        .print()
    }
}

/// 2026-11-23T12:00:00Z.
const NOW_MILLIS: i64 = 1_795_435_200_000;

fn number(count: u64) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Reads rows as a house's own reader would: words, shops and relations become flags.
struct Reader<'a> {
    policy: &'a Policy,
    words: HashMap<(&'static str, bool), Flags>,
}

impl<'a> Reader<'a> {
    fn new(policy: &'a Policy) -> Self {
        Self {
            policy,
            words: HashMap::new(),
        }
    }

    fn transfer(&mut self, row: &Row) -> Transfer {
        let currency = Currency::parse(row.currency.code());
        let country = |of: world::payments::Country| Country::parse(of.code()).unwrap_or_default();
        Transfer {
            time_millis: row.time_millis,
            sender: row.sender.0,
            receiver: row.receiver.0,
            amount: Money {
                minor: row.amount_minor,
                currency: currency.unwrap_or_else(|| self.policy.currency()),
            },
            sender_country: country(row.sender_country),
            receiver_country: country(row.receiver_country),
            channel: Channel::parse(row.channel.name()).unwrap_or_default(),
            flags: self.flags(row),
        }
    }

    fn flags(&mut self, row: &Row) -> Flags {
        let key = (row.reference.phrase(), row.reference.has_handle());
        let policy = self.policy;
        let words = self.words.entry(key);
        let mut flags =
            *words.or_insert_with(|| policy.reference_flags(&row.reference.to_string()));
        let abroad = row.sender_country != row.receiver_country;
        if row.relation == Some(Relation::Family) {
            flags = flags.and(Flags::FAMILY);
        }
        match row.merchant {
            Some(merchant) => flags.and(bought(merchant, abroad)),
            None => flags,
        }
    }
}

const fn bought(merchant: Merchant, abroad: bool) -> Flags {
    match merchant {
        Merchant::Anonymiser => Flags::ANONYMISER,
        Merchant::Recording => Flags::RECORDING,
        Merchant::StreamTokens => Flags::STREAM_TOKENS,
        Merchant::Travel => Flags::TRAVEL,
        Merchant::Lodging if abroad => Flags::LODGING,
        Merchant::CashMachine if abroad => Flags::CASH_ABROAD,
        Merchant::Jewellery if abroad => Flags::JEWELLERY,
        Merchant::Exchange => Flags::EXCHANGE,
        Merchant::Mixer => Flags::MIXER,
        Merchant::PrivacyCoin => Flags::PRIVACY_COIN,
        _ => Flags::NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_the_book_is_known_to_the_screen() {
        for currency in world::payments::Currency::all() {
            let known = Currency::parse(currency.code()).unwrap();
            assert_eq!(known.exponent(), currency.exponent());
        }
        for country in world::payments::Country::all() {
            assert!(Country::parse(country.code()).is_some());
        }
        for channel in world::payments::Channel::ALL {
            assert!(Channel::parse(channel.name()).is_some());
        }
        let now = Timestamp::parse("2026-11-23T12:00:00Z").unwrap();
        assert_eq!(now.millis(), NOW_MILLIS);
    }

    #[test]
    fn a_small_book_is_screened_and_held_against_its_truth() {
        let policy = Arc::new(Policy::builtin().unwrap());
        let planted = Planted::new(1, 40_000, &policy);
        assert_eq!(planted.book.len(), 40_000);
        let found = planted.screen(&policy);
        assert_eq!(found.customers, 2_000);
        assert_eq!(
            found.groups[Group::ALL.len() - 1].group,
            Group::Counterparty
        );
        assert!(found.looked_at <= 0.5);
    }
}
