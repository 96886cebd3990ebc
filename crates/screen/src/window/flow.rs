//! Rows that are measured as they come, ordered already, in memory of what one account's windows
//! reach.

use super::{Measures, Plan, Sweep};
use crate::event::Event;

/// Below so many events nothing is dropped: looking would cost more than it saves.
const ROOMY: usize = 1024;

/// The windows of rows that arrive by account and time, from a sorted file or a shuffle.
///
/// [`super::sweep`] measures what is all there; this one forgets an account when the next begins,
/// and of a long account what no window can reach any more. Both give the same values.
#[derive(Debug)]
pub struct Flow {
    plan: Plan,
    sweep: Sweep,
    /// Of the present account, in order.
    events: Vec<Event>,
    /// How many of them were measured; those behind share one moment.
    measured: usize,
    /// At how many events it is looked whether some are out of reach.
    look_at: usize,
}

/// A row whose account stands before it with a later time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("rows are out of order: order them by account and time first")]
pub struct OutOfOrder;

impl OutOfOrder {
    /// A stable code, documented in the reference.
    pub const fn code(self) -> &'static str {
        "screen.out-of-order"
    }
}

impl Flow {
    /// Measures the windows of `plan`.
    pub fn new(plan: Plan) -> Self {
        Self {
            plan,
            sweep: Sweep::default(),
            events: Vec::new(),
            measured: 0,
            look_at: ROOMY,
        }
    }

    /// Takes the next row in. Rows of one moment see each other, so `visit` gets them, in the order
    /// they came, when the first row after that moment arrives. A row that is refused is not taken.
    pub fn push(
        &mut self,
        event: Event,
        visit: &mut impl FnMut(&Event, &Measures<'_>),
    ) -> Result<(), OutOfOrder> {
        if let Some(last) = self.events.last() {
            if last.account != event.account {
                self.finish(visit);
            } else if event.time_millis < last.time_millis {
                return Err(OutOfOrder);
            } else if event.time_millis > last.time_millis {
                self.measure(visit);
                self.forget();
            }
        }
        self.events.push(event);
        Ok(())
    }

    /// Measures what waits: there are no more rows, or none of this account.
    pub fn finish(&mut self, visit: &mut impl FnMut(&Event, &Measures<'_>)) {
        self.measure(visit);
        self.events.clear();
        self.sweep.start();
        self.measured = 0;
        self.look_at = ROOMY;
    }

    /// How many rows were taken in and not yet measured.
    pub const fn waiting(&self) -> usize {
        self.events.len() - self.measured
    }

    /// How many events are held, measured ones included.
    pub const fn held(&self) -> usize {
        self.events.len()
    }

    fn measure(&mut self, visit: &mut impl FnMut(&Event, &Measures<'_>)) {
        let Some(last) = self.events.last() else {
            return;
        };
        self.sweep
            .advance(&self.plan, &self.events, last.time_millis);
        for event in &self.events[self.measured..] {
            let place = event.marks.place();
            visit(event, &self.sweep.measures(&self.plan, &self.events, place));
        }
        self.measured = self.events.len();
    }

    /// Drops what no later row can reach, when that halves what is held: windows have to be filled
    /// anew with what is left.
    fn forget(&mut self) {
        if self.events.len() < self.look_at {
            return;
        }
        let newest = self.events.last().map_or(i64::MIN, |last| last.time_millis);
        let horizon = newest.saturating_sub(self.plan.reach_millis());
        let dead = self
            .events
            .partition_point(|event| event.time_millis < horizon);
        if dead * 2 > self.events.len() {
            self.events.drain(..dead);
            self.measured = self.events.len();
            self.sweep.start();
        }
        self.look_at = (self.events.len() * 2).max(ROOMY);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Marks;
    use crate::partition::Ordered;
    use crate::window::{Request, sweep};
    use proptest::prelude::*;

    const STATS: &str = "count,sum,min,max,mean,median,distinct:receiver,night,round,gap_mean,\
                         gap_median,gap_cv,trend,burst:1m";

    fn event(account: u32, time_millis: i64, row: u32) -> Event {
        Event {
            time_millis,
            amount: i64::from(row) * 7 % 50,
            account,
            counterparty: row % 5,
            row,
            marks: Marks::from_raw(row % 4),
        }
    }

    /// Every value, its bits included.
    fn told(row: u32, request: &Request, measures: &Measures<'_>) -> String {
        format!("{row}: {:?}", request.values(measures).collect::<Vec<_>>())
    }

    fn agree(events: Vec<Event>, request: &Request) -> Result<usize, TestCaseError> {
        let ordered = Ordered::of(events);
        let mut whole = Vec::new();
        sweep(&ordered, request.plan(), &mut Sweep::default(), |row, m| {
            whole.push(told(row.row, request, m));
        });
        let mut flowing = Vec::new();
        let mut flow = Flow::new(request.plan().clone());
        let mut most = 0;
        let mut visit = |row: &Event, m: &Measures<'_>| flowing.push(told(row.row, request, m));
        for event in ordered.events() {
            flow.push(*event, &mut visit).unwrap();
            most = most.max(flow.held());
        }
        flow.finish(&mut visit);
        prop_assert_eq!(flow.waiting(), 0);
        prop_assert_eq!(flowing, whole);
        Ok(most)
    }

    proptest! {
        #[test]
        fn what_flows_is_measured_as_what_is_all_there(
            keys in prop::collection::vec((0_u32..5, 0_i64..200), 0..200),
        ) {
            let request = Request::parse("2m", STATS).unwrap();
            let rows = keys.iter().zip(0..);
            let events = rows.map(|((account, at), row)| event(*account, at * 5000, row));
            agree(events.collect(), &request)?;
        }
    }

    #[test]
    fn a_long_account_is_held_as_far_as_its_windows_reach() {
        let request = Request::parse("2m", STATS).unwrap();
        // A row a second: with the burst 181 of them are in reach.
        let events = (0..20_000).map(|row| event(1, i64::from(row / 3) * 3000, row));
        let most = agree(events.collect(), &request).unwrap();
        assert!((180..=ROOMY + 3).contains(&most), "{most}");
    }

    #[test]
    fn a_row_that_comes_too_late_is_refused_and_changes_nothing() {
        let mut flow = Flow::new(Request::parse("2m", "count").unwrap().plan().clone());
        let mut counts = Vec::new();
        let mut visit = |row: &Event, m: &Measures<'_>| counts.push((row.row, m.count(0)));
        flow.push(event(1, 5, 0), &mut visit).unwrap();
        assert_eq!(flow.push(event(1, 4, 1), &mut visit), Err(OutOfOrder));
        flow.push(event(1, 5, 2), &mut visit).unwrap();
        assert_eq!(flow.waiting(), 2);
        flow.push(event(0, 1, 3), &mut visit).unwrap();
        flow.finish(&mut visit);
        assert_eq!(counts, [(0, 2), (2, 2), (3, 1)]);
        assert_eq!(OutOfOrder.code(), "screen.out-of-order");
    }
}
