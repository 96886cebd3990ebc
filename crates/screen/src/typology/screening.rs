//! A whole book, replayed: rows go in, alerts come out, by account and in one pass.

use std::sync::Arc;

use super::alert::{Alert, Verdict, explain};
use super::evaluate::Limits;
use super::marker::Marker;
use super::policy::{Policy, Side};
use crate::event::Event;
use crate::money::Rates;
use crate::partition::{Ordered, Partition, Partitioner};
use crate::transfer::Transfer;
use crate::window::{Measures, Sweep, sweep_account};

/// Takes in the rows of a book, in any order.
#[derive(Debug)]
pub struct Screening {
    policy: Arc<Policy>,
    rates: Arc<Rates>,
    marker: Marker,
    sent: Partitioner,
    received: Partitioner,
    rows: u64,
    unconverted: u64,
}

impl Screening {
    /// For about so many rows. The base of the rates has to be the policy's currency; otherwise no
    /// row can be converted, and [`Self::unconverted`] counts them all.
    pub fn new(policy: Arc<Policy>, rates: Arc<Rates>, rows: usize) -> Self {
        let rates = usable(&policy, rates);
        Self {
            marker: Marker::new(policy.clone(), rates.clone()),
            policy,
            rates,
            sent: Partitioner::new(rows),
            received: Partitioner::new(rows),
            rows: 0,
            unconverted: 0,
        }
    }

    /// Takes one row; no two rows share a number. A row that was reversed is left out, a corrected
    /// one given as it was corrected.
    #[inline]
    pub fn push(&mut self, row: u32, transfer: &Transfer) {
        let marked = self.marker.mark(row, transfer);
        self.rows += 1;
        self.unconverted += u64::from(!marked.converted);
        for (side, event, into) in [
            (Side::Sender, marked.sent, &mut self.sent),
            (Side::Receiver, marked.received, &mut self.received),
        ] {
            if event.marks.bits() != 0 || self.policy.panel(side).counts_all {
                into.push(event);
            }
        }
    }

    /// How many rows were taken.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// How many rows have an amount that no rate converts: no test of amounts holds for them, and
    /// they add nothing to sums.
    pub const fn unconverted(&self) -> u64 {
        self.unconverted
    }

    /// The work that is left, in independent parts: each can be judged on a thread of its own.
    pub fn finish(self) -> Vec<Work> {
        let (policy, rates) = (self.policy, self.rates);
        let work = |side: Side, partitioner: Partitioner| {
            let (policy, rates) = (policy.clone(), rates.clone());
            partitioner.finish().into_iter().map(move |partition| Work {
                policy: policy.clone(),
                rates: rates.clone(),
                side,
                partition,
            })
        };
        let sent = work(Side::Sender, self.sent);
        sent.chain(work(Side::Receiver, self.received)).collect()
    }
}

/// Rates into another currency than the policy's convert nothing.
pub(super) fn usable(policy: &Policy, rates: Arc<Rates>) -> Arc<Rates> {
    if rates.base() == policy.currency() {
        rates
    } else {
        Arc::new(Rates::none(policy.currency()))
    }
}

/// Memory that judging needs, one for each thread.
#[derive(Debug, Default)]
pub struct Judge {
    ordered: Ordered,
    sweep: Sweep,
}

/// All events of some accounts from one side.
#[derive(Debug)]
pub struct Work {
    policy: Arc<Policy>,
    rates: Arc<Rates>,
    side: Side,
    partition: Partition,
}

impl Work {
    /// The side.
    pub const fn side(&self) -> Side {
        self.side
    }

    /// The alerts of its accounts, in order of account and time.
    pub fn judge(self, judge: &mut Judge) -> Vec<Alert> {
        let (policy, side) = (self.policy.clone(), self.side);
        let mut alerts: Vec<Alert> = Vec::new();
        let enough = policy.alerts_at_points();
        self.each(judge, enough, |event, measures, held| {
            let verdict = Verdict::of(held, policy.panel(side), &policy);
            if verdict.alerts {
                gather(&mut alerts, &policy, side, event, measures, verdict);
            }
        });
        alerts
    }

    /// Visits every row at which an indicator holds: its number, its account, and their ids.
    pub(super) fn visit(self, mut visit: impl FnMut(u32, u32, &mut dyn Iterator<Item = &str>)) {
        let (policy, side) = (self.policy.clone(), self.side);
        self.each(&mut Judge::default(), 0, |event, _, held| {
            let rules = policy.panel(side).rules.iter().enumerate();
            let held = rules.filter(|(at, _)| held >> at & 1 == 1);
            let mut ids = held.map(|(_, rule)| policy.indicators[rule.indicator].id.as_str());
            visit(event.row, event.account, &mut ids);
        });
    }

    /// Visits rows at which an indicator holds, of accounts that can come to `enough` points.
    fn each(
        self,
        judge: &mut Judge,
        enough: u32,
        mut visit: impl FnMut(&Event, &Measures<'_>, u64),
    ) {
        let panel = self.policy.panel(self.side);
        self.partition.order_into(&mut judge.ordered);
        let (indicators, rates) = (&self.policy.indicators, &self.rates);
        let mut each = |event: &Event, measures: &Measures<'_>| {
            let limits = Limits::on(rates, event.time_millis);
            let held = panel.held(indicators, measures, &limits);
            if held != 0 {
                visit(event, measures, held);
            }
        };
        for account in judge.ordered.accounts() {
            if panel.points_at_most(indicators, account) >= enough {
                sweep_account(account, &panel.plan, &mut judge.sweep, &mut each);
            }
        }
    }
}

/// Rows of one account that alert, without a longer quiet between, are one alert: that of the first
/// of those with the most points.
fn gather(
    alerts: &mut Vec<Alert>,
    policy: &Policy,
    side: Side,
    event: &Event,
    measures: &Measures<'_>,
    verdict: Verdict,
) {
    let quiet = policy.general.quiet_millis;
    let going_on = alerts.last_mut().filter(|last| {
        last.account == event.account && event.time_millis.saturating_sub(last.last_millis) <= quiet
    });
    let Some(last) = going_on else {
        alerts.push(explain(policy, side, event, measures, verdict));
        return;
    };
    last.rows += 1;
    last.last_row = event.row;
    last.last_millis = event.time_millis;
    if verdict.points > last.points {
        *last = Alert {
            first_row: last.first_row,
            rows: last.rows,
            ..explain(policy, side, event, measures, verdict)
        };
    }
}

#[cfg(test)]
#[path = "screening_tests.rs"]
mod tests;
