//! Which clocks of a case run, and which of them run out: dates from dates, nothing else.

use std::collections::BTreeMap;

use model::{Override, Timestamp};
use serde::Serialize;

use crate::calendar::{Basis, Calendar, Clock, ClockKind, Jurisdiction, Start};

/// When the things happened that clocks start with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseTimes {
    /// When the first report of the case was opened by its sender.
    pub received: Timestamp,
    /// When the case was opened.
    pub opened: Timestamp,
    /// For each override that stands: when the first report that raised it was finished.
    pub raised: BTreeMap<Override, Timestamp>,
    /// The clocks that were stopped, by id, and when.
    pub done: BTreeMap<String, Timestamp>,
}

/// A clock that runs in a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// The clock's id.
    pub clock: String,
    /// What it is about.
    pub kind: ClockKind,
    /// Whose rule it is.
    pub basis: Basis,
    /// When it runs out.
    pub due: Timestamp,
    /// How near that is.
    pub state: DueState,
    /// Whole seconds until then; negative once it is past.
    pub left_s: i64,
    /// A sentence that says what has to be done.
    pub text: String,
    /// Where the clock comes from.
    pub source: String,
    /// The version of the calendar.
    pub version: String,
}

/// How near the end of a clock is. Later variants are nearer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DueState {
    /// It runs.
    Running,
    /// One of its warnings has come.
    Warning,
    /// It ran out.
    Overdue,
}

impl DueState {
    /// The name as written in JSON and on pages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Warning => "warning",
            Self::Overdue => "overdue",
        }
    }
}

/// The clocks that run in a case at `now`, the first to run out first.
///
/// A clock runs if it is of this jurisdiction or of any, if what it starts with has happened, and
/// if it was not stopped. Each such clock is given exactly once; none ends by itself.
pub fn due(
    calendar: &Calendar,
    jurisdiction: Option<Jurisdiction>,
    case: &CaseTimes,
    now: Timestamp,
) -> Vec<Due> {
    let mut running: Vec<Due> = calendar
        .clocks()
        .iter()
        .filter(|clock| clock.runs_in(jurisdiction) && !case.done.contains_key(clock.id()))
        .filter_map(|clock| {
            let due = started(clock, calendar, case)?.plus_millis(clock.length.millis());
            Some(Due {
                clock: clock.id.clone(),
                kind: clock.kind,
                basis: clock.basis,
                due,
                state: state(clock, due, now),
                left_s: due.millis_since(now).div_euclid(1000),
                text: clock.text.clone(),
                source: clock.source.clone(),
                version: calendar.version().to_owned(),
            })
        })
        .collect();
    running.sort_by_key(|due| due.due);
    running
}

/// When a clock of a case started; `None` if what it starts with has not happened.
fn started(clock: &Clock, calendar: &Calendar, case: &CaseTimes) -> Option<Timestamp> {
    match clock.starts {
        Start::ReportReceived => Some(case.received),
        Start::CaseOpened => Some(case.opened),
        Start::Escalated => {
            let raised = case.raised.iter();
            raised
                .filter(|(raised, _)| Some(**raised) >= clock.raised)
                .map(|(_, at)| *at)
                .min()
        }
        Start::Referred => {
            let referral = |id: &str| {
                let clock = calendar.clock(id);
                clock.is_some_and(|clock| clock.kind == ClockKind::Referral)
            };
            let done = case.done.iter();
            done.filter(|(id, _)| referral(id)).map(|(_, at)| *at).min()
        }
    }
}

fn state(clock: &Clock, due: Timestamp, now: Timestamp) -> DueState {
    let left = due.millis_since(now);
    let warned = clock
        .warn_before
        .iter()
        .any(|warning| left <= warning.millis());
    match left {
        ..=0 => DueState::Overdue,
        _ if warned => DueState::Warning,
        _ => DueState::Running,
    }
}

#[cfg(test)]
#[path = "due_tests.rs"]
mod tests;
