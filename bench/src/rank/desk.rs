//! A desk that reads one case at a time, at fixed moments, in one order or another.

use std::collections::BTreeSet;

use model::{CaseId, Finding, Rank, Timestamp, rank};
use triage::{Ageing, QueueKey};

use super::stream::{Arrival, Judged};
use super::wide;

/// In which order cases are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// Ours: override, danger with waiting, actionability.
    Danger,
    /// The oldest first.
    Fifo,
    /// The most reports first, as Coop proposes to sort.
    Count,
    /// Knows which reports are urgent, and reads the oldest of them first.
    Oracle,
}

impl Order {
    /// Ours first, the oracle last.
    pub(crate) const ALL: [Self; 4] = [Self::Danger, Self::Fifo, Self::Count, Self::Oracle];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Danger => "danger first",
            Self::Fifo => "oldest first",
            Self::Count => "most reports first",
            Self::Oracle => "oracle",
        }
    }
}

/// That a report was read, and when.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Read {
    pub(crate) at_millis: i64,
}

/// Who reads.
pub(crate) struct Desk<'a> {
    pub(crate) order: Order,
    pub(crate) ageing: &'a Ageing,
    /// From one reading to the next.
    pub(crate) every_millis: i64,
    pub(crate) judged: &'a [Judged],
}

/// What waits of a case.
#[derive(Debug, Clone, Default)]
struct Waiting {
    reports: Vec<usize>,
    findings: Vec<Finding>,
    key: Option<Key>,
}

/// What an order sorts by; the least is read first. Only keys of one kind meet in a queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Ours(QueueKey),
    Plain(i64, i64),
}

impl Desk<'_> {
    /// Reads until every urgent report was read; says for each arrival when that was.
    ///
    /// Reading a case acts on all of its reports that wait. A report that comes in later makes it
    /// wait again, by what that report says.
    pub(crate) fn work(&self, arrivals: &[Arrival]) -> Vec<Option<Read>> {
        let cases = arrivals.iter().map(|arrival| arrival.case + 1).max();
        let mut waiting = vec![Waiting::default(); cases.unwrap_or(0)];
        let mut queue: BTreeSet<(Key, usize)> = BTreeSet::new();
        let mut reads = vec![None; arrivals.len()];
        let mut urgent_left = arrivals.iter().filter(|arrival| arrival.urgent).count();
        let (mut next, mut now) = (0, 0_i64);
        while urgent_left > 0 {
            now = now.saturating_add(self.every_millis);
            while let Some(arrival) = arrivals.get(next).filter(|a| a.at_millis <= now) {
                let case = &mut waiting[arrival.case];
                if let Some(key) = case.key {
                    queue.remove(&(key, arrival.case));
                }
                case.reports.push(next);
                let key = self.key(arrivals, arrival.case, case);
                case.key = Some(key);
                queue.insert((key, arrival.case));
                next += 1;
            }
            if let Some((_, case)) = queue.pop_first() {
                for report in std::mem::take(&mut waiting[case]).reports {
                    urgent_left -= usize::from(arrivals[report].urgent);
                    reads[report] = Some(Read { at_millis: now });
                }
            }
        }
        reads
    }

    fn key(&self, arrivals: &[Arrival], number: usize, case: &mut Waiting) -> Key {
        let first = case.reports.first().map_or(0, |at| arrivals[*at].at_millis);
        match self.order {
            Order::Danger => {
                let (opened, case_id) = (Timestamp::from_millis(first), CaseId::new(wide(number)));
                let rank = self.rank(arrivals, case);
                Key::Ours(self.ageing.queue_key(rank, opened, case_id))
            }
            Order::Fifo => Key::Plain(first, 0),
            Order::Count => Key::Plain(-wide(case.reports.len()), first),
            Order::Oracle => {
                let mut urgent = case.reports.iter().filter(|at| arrivals[**at].urgent);
                match urgent.next() {
                    Some(at) => Key::Plain(0, arrivals[*at].at_millis),
                    None => Key::Plain(1, first),
                }
            }
        }
    }

    /// The rank of what waits of a case, its latest report included.
    fn rank(&self, arrivals: &[Arrival], case: &mut Waiting) -> Rank {
        let judged = |at: &usize| &self.judged[arrivals[*at].judged];
        match &case.reports[..] {
            [only] => judged(only).rank,
            [first, .., last] => {
                if case.findings.is_empty() {
                    case.findings.clone_from(&judged(first).findings);
                }
                case.findings = triage::combine(&case.findings, &judged(last).findings);
                rank(&case.findings)
            }
            [] => Rank::default(),
        }
    }
}
