//! A running server fetches the lists that have a time for it.

use std::time::Duration;

use model::Timestamp;
use store::ListSourceRow;
use triage::Length;

use super::{FeedbackSent, FetchError, FetchLimits, Fetched};
use crate::intake::{Actor, IntakeError, IntakeRefusal};
use crate::station::Station;

/// How often a running server looks whether a list is due.
const LOOK_SECONDS: u64 = 60;
/// After a fetch that broke off the next one comes at least this soon.
const AFTER_FAILURE_MILLIS_MAX: i64 = 3600 * 1000;

/// A list whose time had come.
pub struct FetchedDue {
    /// The list.
    pub list: String,
    /// What came of the fetch.
    pub fetched: Result<Fetched, FetchError>,
    /// What came of telling its service what was made of its matches, where that was to be done.
    pub sent: Option<Result<FeedbackSent, FetchError>>,
}

impl Station {
    /// Fetches every list whose time has come, one after the other, tells the services that are to
    /// be told what was made of their matches, and gives what came of each.
    pub async fn fetch_due(&self, limits: &FetchLimits) -> Result<Vec<FetchedDue>, IntakeError> {
        let mut came = Vec::new();
        for list in self.core().store.all_lists().await? {
            if list.key.is_none() {
                continue;
            }
            let Some(row) = self.core().store.list_source(list.id).await? else {
                continue;
            };
            let source = self.open_source(&list, &row)?;
            let Some(every) = source.every else {
                continue;
            };
            if is_due(&row, every, self.now()) {
                let fetched = self.fetch_list(Actor::Clock, &list.name, false, limits, |_| ());
                let fetched = fetched.await;
                let refused = match &fetched {
                    Err(FetchError::Intake(IntakeError::Refused(refusal))) => Some(refusal),
                    _ => None,
                };
                if refused == Some(&IntakeRefusal::FetchTakenOver) {
                    // Another server of the house was quicker.
                    continue;
                }
                let whole = fetched.as_ref().is_ok_and(|came| came.failure.is_none());
                let sent = if source.feedback && whole {
                    let sent = self.send_feedback(Actor::Clock, &list.name, None, limits);
                    Some(sent.await)
                } else {
                    None
                };
                came.push(FetchedDue {
                    list: list.name,
                    fetched,
                    sent,
                });
            }
        }
        Ok(came)
    }
}

fn is_due(row: &ListSourceRow, every: Length, now: Timestamp) -> bool {
    let wait = if row.failure.is_empty() {
        every.millis()
    } else {
        every.millis().min(AFTER_FAILURE_MILLIS_MAX)
    };
    row.tried
        .is_none_or(|tried| now.millis_since(tried) >= wait)
}

/// Looks again and again whether a list is due, fetches it, and says so in the operator's log.
pub(crate) async fn watch(station: Station) {
    let limits = FetchLimits::default();
    let mut every = tokio::time::interval(Duration::from_secs(LOOK_SECONDS));
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        match station.fetch_due(&limits).await {
            Ok(came) => came.iter().for_each(log),
            Err(error) => tracing::error!(%error, "the lists to fetch were not read"),
        }
    }
}

fn log(came: &FetchedDue) {
    let list = came.list.as_str();
    match &came.sent {
        None => {}
        Some(Ok(sent)) => {
            let (told, refused) = (sent.told, sent.refused.len());
            tracing::info!(
                list,
                told,
                refused,
                "a list's keeper was told of its matches"
            );
        }
        Some(Err(failure)) => {
            let code = failure.code();
            tracing::warn!(list, code, error = %failure, "a list's keeper was not told");
        }
    }
    let failure = match &came.fetched {
        Ok(Fetched {
            failure: None,
            pages,
            imported,
            ..
        }) => {
            let (put, removed) = (imported.put, imported.removed);
            let set_aside = imported.quarantined;
            tracing::info!(list, pages, put, removed, set_aside, "a list was fetched");
            return;
        }
        Ok(Fetched {
            failure: Some(failure),
            ..
        })
        | Err(failure) => failure,
    };
    tracing::warn!(list, code = failure.code(), error = %failure, "a list was not fetched");
}

#[cfg(test)]
mod tests {
    use model::ListId;
    use store::Sealed;

    use super::*;

    #[test]
    fn a_list_is_due_after_its_time_and_sooner_after_a_failure() {
        let hour = 3600 * 1000;
        let every: Length = "6h".parse().unwrap();
        let at = Timestamp::from_millis;
        let mut row = ListSourceRow {
            list: ListId::new(1),
            settings: Sealed(Vec::new()),
            checkpoint: None,
            turn: 1,
            tried: None,
            done: None,
            failure: String::new(),
        };
        assert!(is_due(&row, every, at(0)));
        row.tried = Some(at(0));
        assert!(!is_due(&row, every, at(6 * hour - 1)));
        assert!(is_due(&row, every, at(6 * hour)));
        row.failure = "example".to_owned();
        assert!(!is_due(&row, every, at(hour - 1)));
        assert!(is_due(&row, every, at(hour)));
    }
}
