//! One transfer at a time, before it is released, by the same marks, windows and rules as a book.

use std::sync::Arc;

use super::alert::{Alert, Verdict, explain};
use super::evaluate::Limits;
use super::marker::Marker;
use super::policy::{Policy, Side};
use super::screening::usable;
use crate::event::{Change, Event};
use crate::live::{Applied, Live};
use crate::money::Rates;
use crate::transfer::Transfer;
use crate::window::Measures;

/// The recent events of all accounts from both sides, and the policy over them.
#[derive(Debug)]
pub struct LiveScreening {
    policy: Arc<Policy>,
    rates: Arc<Rates>,
    marker: Marker,
    sent: Live,
    received: Live,
}

impl LiveScreening {
    /// Takes in transfers that come up to `late_millis` after later ones. Rates as for
    /// [`super::Screening::new`].
    pub fn new(policy: Arc<Policy>, rates: Arc<Rates>, late_millis: i64) -> Self {
        let rates = usable(&policy, rates);
        let live = |side| Live::new(policy.panel(side).plan.clone(), late_millis);
        Self {
            marker: Marker::new(policy.clone(), rates.clone()),
            sent: live(Side::Sender),
            received: live(Side::Receiver),
            policy,
            rates,
        }
    }

    /// Takes in a transfer and gives the alerts of both its accounts: of its own row, and of rows
    /// that an earlier time of it changes. If it is then not released, [`Self::reverse`] it.
    pub fn screen(&mut self, row: u32, transfer: &Transfer) -> Vec<Alert> {
        let marked = self.marker.mark(row, transfer);
        let mut alerts = Vec::new();
        self.take(Side::Sender, Change::new(marked.sent), &mut alerts);
        self.take(Side::Receiver, Change::new(marked.received), &mut alerts);
        alerts
    }

    /// Takes a transfer back, in a version above all earlier ones of its row.
    pub fn reverse(&mut self, row: u32, version: u32, transfer: &Transfer) -> Vec<Alert> {
        let mut alerts = Vec::new();
        let sent = Change::reversed(transfer.sender, row, version);
        self.take(Side::Sender, sent, &mut alerts);
        let received = Change::reversed(transfer.receiver, row, version);
        self.take(Side::Receiver, received, &mut alerts);
        alerts
    }

    /// Puts a corrected transfer in the place of what it was, in a version above all earlier ones.
    pub fn correct(
        &mut self,
        row: u32,
        version: u32,
        was: &Transfer,
        now: &Transfer,
    ) -> Vec<Alert> {
        let marked = self.marker.mark(row, now);
        let mut alerts = Vec::new();
        for (side, was, event) in [
            (Side::Sender, was.sender, marked.sent),
            (Side::Receiver, was.receiver, marked.received),
        ] {
            if was != event.account {
                let moved = Change::reversed(was, row, version);
                self.take(side, moved, &mut alerts);
            }
            let corrected = Change::corrected(event, version);
            self.take(side, corrected, &mut alerts);
        }
        alerts
    }

    fn take(&mut self, side: Side, mut change: Change, alerts: &mut Vec<Alert>) -> Applied {
        let panel = self.policy.panel(side);
        let uncounted = |event: Event| event.marks.bits() == 0 && !panel.counts_all;
        if change.event.is_some_and(uncounted) {
            // No window counts it: as new it changes nothing, as a correction it takes away.
            if change.version == 0 {
                return Applied::Measured(0);
            }
            change.event = None;
        }
        let live = match side {
            Side::Sender => &mut self.sent,
            Side::Receiver => &mut self.received,
        };
        let (policy, rates) = (&self.policy, &self.rates);
        live.apply(change, |event: &Event, measures: &Measures<'_>| {
            let limits = Limits::on(rates, event.time_millis);
            let held = panel.held(&policy.indicators, measures, &limits);
            if held == 0 {
                return;
            }
            let verdict = Verdict::of(held, panel, policy);
            if verdict.alerts {
                alerts.push(explain(policy, side, event, measures, verdict));
            }
        })
    }
}
