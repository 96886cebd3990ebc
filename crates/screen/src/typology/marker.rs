//! Every row test of a policy, on every row: what windows later count is decided here, once.

use std::sync::Arc;

use super::policy::{Policy, Side};
use super::tests_of::{Band, DAY_MILLIS, RowTest};
use crate::event::{Event, Marks};
use crate::localtime::LocalTimes;
use crate::money::{Currency, Rates, Worth};
use crate::transfer::{Flags, Transfer};

/// How many days are remembered at once for each currency: eleven years, in a book of any order.
const DAYS_REMEMBERED: usize = 4096;

/// Marks rows.
#[derive(Debug)]
pub(super) struct Marker {
    policy: Arc<Policy>,
    rates: Arc<Rates>,
    times: LocalTimes,
    /// The different bands of amounts of all tests.
    bands: Vec<Band>,
    sender: Vec<Test>,
    receiver: Vec<Test>,
    by_currency: Vec<Remembered>,
    asks_hours: bool,
}

#[derive(Debug)]
struct Test {
    row: RowTest,
    band: Option<usize>,
    mark: Marks,
}

/// The rates of one currency, made ready.
#[derive(Debug, Default)]
struct Remembered {
    /// The day that each slot is about, and what the currency was worth.
    days: Vec<Option<(i32, Option<Worth>)>>,
    /// For each slot, for each band, the least and the most minor units.
    bounds: Vec<(i64, i64)>,
}

/// A row with its marks, as each side's windows will see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Marked {
    pub(super) sent: Event,
    pub(super) received: Event,
    /// Whether the amount could be converted; if not it counts as nothing.
    pub(super) converted: bool,
}

impl Marker {
    pub(super) fn new(policy: Arc<Policy>, rates: Arc<Rates>) -> Self {
        let mut bands = Vec::new();
        let mut tests = |side| {
            let panel = policy.panel(side);
            let tests = panel.tests.iter().zip(0..);
            let tests = tests.filter_map(|(test, number)| {
                let band = test.band.map(|band| position(&mut bands, band));
                let mark = Marks::bit(number)?;
                Some(Test {
                    row: *test,
                    band,
                    mark,
                })
            });
            tests.collect::<Vec<_>>()
        };
        let (sender, receiver) = (tests(Side::Sender), tests(Side::Receiver));
        let mut by_currency = Vec::new();
        by_currency.resize_with(Currency::COUNT, Remembered::default);
        let hours = |one: &Test| one.row.sender_night || one.row.receiver_day;
        let asks_hours = sender.iter().chain(&receiver).any(hours);
        Self {
            policy,
            rates,
            times: LocalTimes::default(),
            bands,
            sender,
            receiver,
            by_currency,
            asks_hours,
        }
    }

    /// Marks one row.
    #[inline]
    pub(super) fn mark(&mut self, row: u32, transfer: &Transfer) -> Marked {
        let general = &self.policy.general;
        let (from, to) = (transfer.sender_country, transfer.receiver_country);
        let day = i32::try_from(transfer.time_millis.div_euclid(DAY_MILLIS)).unwrap_or(i32::MAX);
        let remembered = &mut self.by_currency[transfer.amount.currency.position()];
        let known = remembered.day(day, transfer.amount.currency, &self.bands, &self.rates);
        let (worth, bounds) = known;
        let asks_hours = self.asks_hours && !transfer.flags.has(Flags::NO_CLOCK);
        let mut at = |country, hours| self.times.within(country, transfer.time_millis, hours);
        let seen = Seen {
            transfer,
            bounds,
            listed: general.corridors.lists(from, to),
            sender_night: asks_hours && at(from, general.night) == Some(true),
            receiver_day: asks_hours && at(to, general.day) == Some(true),
        };
        let marks = |tests: &[Test], place| {
            let passing = tests.iter().filter(|one| seen.passes(one));
            passing.fold(Marks::at(place), |marks, one| marks.with(one.mark))
        };
        let converted = worth.and_then(|worth| worth.convert(transfer.amount.minor));
        let sent = Event {
            time_millis: transfer.time_millis,
            amount: converted.unwrap_or_default(),
            account: transfer.sender,
            counterparty: transfer.receiver,
            row,
            marks: marks(&self.sender, to.number()),
        };
        let received = Event {
            account: transfer.receiver,
            counterparty: transfer.sender,
            marks: marks(&self.receiver, from.number()),
            ..sent
        };
        Marked {
            sent,
            received,
            converted: converted.is_some(),
        }
    }
}

/// What tests ask of a row.
struct Seen<'a> {
    transfer: &'a Transfer,
    bounds: &'a [(i64, i64)],
    listed: bool,
    sender_night: bool,
    receiver_day: bool,
}

impl Seen<'_> {
    #[inline]
    fn passes(&self, one: &Test) -> bool {
        let (test, transfer) = (&one.row, self.transfer);
        if let Some(band) = one.band {
            let (least, most) = self.bounds[band];
            if transfer.amount.minor < least || transfer.amount.minor > most {
                return false;
            }
        }
        (!test.corridor || self.listed)
            && (!test.sender_night || self.sender_night)
            && (!test.receiver_day || self.receiver_day)
            && test.takes(transfer.channel)
            && transfer.flags.has(test.all)
            && !transfer.flags.any(test.without)
            && (test.any == crate::Flags::NONE || transfer.flags.any(test.any))
            && test
                .round_to
                .is_none_or(|units| transfer.amount.is_multiple_of(units))
    }
}

impl Remembered {
    #[inline]
    fn day(
        &mut self,
        day: i32,
        currency: Currency,
        bands: &[Band],
        rates: &Rates,
    ) -> (Option<Worth>, &[(i64, i64)]) {
        let slot = usize::try_from(day.rem_euclid(4096)).unwrap_or_default() % DAYS_REMEMBERED;
        let place = slot * bands.len()..(slot + 1) * bands.len();
        match self.days.get(slot) {
            Some(Some((held, worth))) if *held == day => (*worth, &self.bounds[place]),
            _ => {
                self.days.resize(DAYS_REMEMBERED, None);
                self.bounds.resize(DAYS_REMEMBERED * bands.len(), NEVER);
                let worth = Worth::of(currency, rates, day);
                for (bound, band) in self.bounds[place.clone()].iter_mut().zip(bands) {
                    *bound = bounds(band, worth, rates, day);
                }
                self.days[slot] = Some((day, worth));
                (worth, &self.bounds[place])
            }
        }
    }
}

/// No amount lies in it.
const NEVER: (i64, i64) = (i64::MAX, i64::MIN);

/// The least and the most minor units of a row's currency that lie in a band. An amount of nothing
/// or less lies in none, nor does any without a rate.
fn bounds(band: &Band, worth: Option<Worth>, rates: &Rates, day: i32) -> (i64, i64) {
    let Some(worth) = worth else {
        return NEVER;
    };
    let (mut least, mut most) = (1, i64::MAX);
    for (bound, which) in [(band.min, 0), (band.max, 1), (band.below, 2)] {
        let Some(money) = bound else {
            continue;
        };
        let Some(of) = Worth::of(money.currency, rates, day) else {
            return NEVER;
        };
        let (up_to, below) = worth.most(money.minor, of);
        match which {
            0 => least = least.max(below.saturating_add(1)),
            1 => most = most.min(up_to),
            _ => most = most.min(below),
        }
    }
    (least, most)
}

fn position(bands: &mut Vec<Band>, band: Band) -> usize {
    if let Some(at) = bands.iter().position(|known| *known == band) {
        return at;
    }
    bands.push(band);
    bands.len() - 1
}
