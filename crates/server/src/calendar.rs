//! The clocks of cases: which run, which run out, and stopping one.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use model::{CaseId, CustodyEvent, Deed, Finding, ReportId, Timestamp};
use serde::Serialize;
use store::{CaseRow, CaseStart, ClockDoneRow};
use triage::{CaseTimes, Due, DueState, Length};

use crate::casefile::open_reasons;
use crate::intake::{Actor, IntakeError, Operation};
use crate::station::Station;

/// Cases looked at in one reading.
const CASES_AT_ONCE: usize = 1000;
/// How often a running server looks whether a clock runs out.
const LOOK_SECONDS: u64 = 600;
/// Clocks that one look names in the operator's log, each on a line; the rest are counted.
const LINES_MAX: usize = 100;

/// A clock of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CaseClock {
    /// The case.
    pub case: CaseId,
    /// The clock.
    #[serde(flatten)]
    pub due: Due,
}

/// Why a clock is not stopped.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// There is no such case.
    #[error("there is no case {case}: see `watchfire queue`")]
    NoSuchCase {
        /// The number that was asked for.
        case: CaseId,
    },
    /// The clock does not run in the case.
    #[error(
        "the clock `{clock}` does not run in case {case}: it is not in the calendar, not of this \
         jurisdiction, did not start, or was stopped before; see `watchfire calendar`"
    )]
    NotRunning {
        /// The case.
        case: CaseId,
        /// The clock's id as given.
        clock: String,
    },
    /// Something failed underneath.
    #[error(transparent)]
    Intake(#[from] IntakeError),
}

impl ClockError {
    /// The stable code, explained in docs/errors.md.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoSuchCase { .. } => "calendar.no-such-case",
            Self::NotRunning { .. } => "calendar.not-running",
            Self::Intake(_) => "calendar.fault",
        }
    }
}

impl Station {
    /// The clocks that ran out or run out `within` this time, over all cases of the queue, the
    /// first to run out first.
    pub async fn calendar(&self, within: Length) -> Result<Vec<CaseClock>, IntakeError> {
        let until = self.now().plus_millis(within.millis());
        self.clocks(|due| due.due <= until).await
    }

    /// Stops a clock of a case: what it asked for is done. Gives the clock as it stood.
    ///
    /// A case that became part of another is that other one.
    pub async fn stop_clock(
        &self,
        actor: Actor,
        case: CaseId,
        clock: &str,
    ) -> Result<CaseClock, ClockError> {
        let row = self.core().store.case(case).await;
        let row = row.map_err(IntakeError::from)?;
        let row = row.ok_or(ClockError::NoSuchCase { case })?;
        let running = self.clocks_of(&row).await?;
        let found = running.into_iter().find(|due| due.clock == clock);
        let due = found.ok_or_else(|| ClockError::NotRunning {
            case: row.id,
            clock: clock.to_owned(),
        })?;
        let done = self.now();
        let mut event = CustodyEvent::new(done, Deed::ClockStopped, actor.to_string());
        event.case = Some(row.id.number());
        event.note = Some(format!("{} of calendar {}", due.clock, due.version));
        let stopped = ClockDoneRow {
            case: row.id,
            clock: due.clock.clone(),
            done,
        };
        self.commit(Operation::StopClock(stopped, event)).await?;
        Ok(CaseClock { case: row.id, due })
    }

    /// The clocks that run in one case.
    pub(crate) async fn clocks_of(&self, row: &CaseRow) -> Result<Vec<Due>, IntakeError> {
        let start = self.core().store.case_start(row.id).await?;
        let found = self.running(start.as_slice()).await?;
        Ok(found.into_iter().map(|clock| clock.due).collect())
    }

    /// The running clocks of all cases of the queue that `wanted` says yes to.
    async fn clocks(&self, wanted: impl Fn(&Due) -> bool) -> Result<Vec<CaseClock>, IntakeError> {
        let core = self.core();
        let only_raised = core.calendar.only_raised(core.config.jurisdiction);
        let mut clocks = Vec::new();
        let mut after = None;
        loop {
            let starts = core
                .store
                .case_starts(after, only_raised, CASES_AT_ONCE)
                .await?;
            let found = self.running(&starts).await?;
            clocks.extend(found.into_iter().filter(|clock| wanted(&clock.due)));
            after = starts.last().map(|start| start.case);
            if starts.len() < CASES_AT_ONCE {
                break;
            }
        }
        clocks.sort_by_key(|clock| (clock.due.due, clock.case));
        Ok(clocks)
    }

    /// The running clocks of these cases.
    async fn running(&self, starts: &[CaseStart]) -> Result<Vec<CaseClock>, IntakeError> {
        let core = self.core();
        let mut raised = self.raised(starts).await?;
        let cases: Vec<CaseId> = starts.iter().map(|start| start.case).collect();
        let mut done: HashMap<CaseId, BTreeMap<String, Timestamp>> = HashMap::new();
        for row in core.store.clocks_done(&cases).await? {
            done.entry(row.case)
                .or_default()
                .insert(row.clock, row.done);
        }
        let mut clocks = Vec::new();
        for start in starts {
            let times = CaseTimes {
                received: start.received,
                opened: start.opened,
                raised: raised.remove(&start.case).unwrap_or_default(),
                done: done.remove(&start.case).unwrap_or_default(),
            };
            let due = triage::due(&core.calendar, core.config.jurisdiction, &times, self.now());
            let case = start.case;
            clocks.extend(due.into_iter().map(|due| CaseClock { case, due }));
        }
        Ok(clocks)
    }

    /// When each override of these cases was first raised: the finding names the reports.
    async fn raised(
        &self,
        starts: &[CaseStart],
    ) -> Result<HashMap<CaseId, BTreeMap<model::Override, Timestamp>>, IntakeError> {
        let store = &self.core().store;
        let raised = starts.iter().filter(|start| start.raised);
        let opened: HashMap<CaseId, Timestamp> =
            raised.map(|start| (start.case, start.opened)).collect();
        let cases: Vec<CaseId> = opened.keys().copied().collect();
        let mut reasons: Vec<(CaseId, Vec<Finding>)> = Vec::new();
        for row in store.cases(&cases).await? {
            let key = self.open_case_key(&row)?;
            reasons.push((row.id, open_reasons(&row, &key)?));
        }
        let reports: Vec<ReportId> = reasons
            .iter()
            .flat_map(|(_, findings)| findings)
            .filter(|finding| finding.raises.is_some())
            .flat_map(|finding| finding.refs.iter().copied().map(ReportId::new))
            .collect();
        let finished: HashMap<ReportId, Timestamp> =
            store.finished_at(&reports).await?.into_iter().collect();
        let mut times = HashMap::new();
        for (case, findings) in reasons {
            let mut first = BTreeMap::new();
            for (finding, raises) in findings.iter().filter_map(|f| Some((f, f.raises?))) {
                let named = finding.refs.iter().copied().map(ReportId::new);
                let at = named.filter_map(|report| finished.get(&report)).min();
                // Whatever a finding does not name, its case was opened at a time that is known.
                let at = at.or(opened.get(&case)).copied();
                let at = at.unwrap_or_else(|| self.now());
                first
                    .entry(raises)
                    .and_modify(|known: &mut Timestamp| *known = at.min(*known))
                    .or_insert(at);
            }
            times.insert(case, first);
        }
        Ok(times)
    }
}

/// Looks again and again whether a clock runs out, and says so once in the operator's log.
pub(crate) async fn watch(station: Station) {
    let mut every = tokio::time::interval(Duration::from_secs(LOOK_SECONDS));
    let mut told = Told::default();
    loop {
        every.tick().await;
        match station.clocks(|due| due.state > DueState::Running).await {
            Ok(clocks) => log(&told.news(clocks)),
            Err(error) => tracing::error!(%error, "the calendar was not read"),
        }
    }
}

fn log(news: &[CaseClock]) {
    for CaseClock { case, due } in news.iter().take(LINES_MAX) {
        let (clock, state) = (due.clock.as_str(), due.state.name());
        let (kind, end) = (due.kind.name(), due.due);
        tracing::warn!(%case, clock, kind, state, due = %end, "a clock runs out");
    }
    let more = news.len().saturating_sub(LINES_MAX);
    if more > 0 {
        tracing::warn!(more, "more clocks run out: see `watchfire calendar`");
    }
}

/// What the operator's log has said of clocks since the server started.
#[derive(Debug, Default)]
struct Told(HashMap<(CaseId, String), DueState>);

impl Told {
    /// Those of the clocks that run out of which the log has not said it yet. What no longer runs
    /// out is forgotten.
    fn news(&mut self, clocks: Vec<CaseClock>) -> Vec<CaseClock> {
        let mut told = HashMap::with_capacity(clocks.len());
        let mut news = Vec::new();
        for clock in clocks {
            let key = (clock.case, clock.due.clock.clone());
            if self
                .0
                .get(&key)
                .is_none_or(|known| *known < clock.due.state)
            {
                news.push(clock.clone());
            }
            told.insert(key, clock.due.state);
        }
        self.0 = told;
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use triage::{Basis, ClockKind};

    fn clock(case: i64, state: DueState) -> CaseClock {
        CaseClock {
            case: CaseId::new(case),
            due: Due {
                clock: "a".to_owned(),
                kind: ClockKind::Duty,
                basis: Basis::House,
                due: Timestamp::from_millis(0),
                state,
                left_s: 0,
                text: String::new(),
                source: String::new(),
                version: String::new(),
            },
        }
    }

    #[test]
    fn a_clock_that_runs_out_is_told_once_for_each_state() {
        let mut told = Told::default();
        let mut news = |clocks: Vec<CaseClock>| told.news(clocks).len();
        assert_eq!(news(vec![clock(1, DueState::Warning)]), 1);
        assert_eq!(news(vec![clock(1, DueState::Warning)]), 0);
        let both = vec![clock(1, DueState::Overdue), clock(2, DueState::Overdue)];
        assert_eq!(news(both.clone()), 2);
        assert_eq!(news(both), 0);
        assert_eq!(news(vec![]), 0);
        assert_eq!(news(vec![clock(2, DueState::Warning)]), 1);
    }
}
