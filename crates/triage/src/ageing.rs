//! Ageing: what a case gains by waiting, so that none waits for ever.
//!
//! Linear, and the same for every case: two cases keep their order while both wait, so that the
//! order of the queue can be stored and needs no clock. Ageing never lifts a case over an override.

use std::cmp::Reverse;

use model::{CaseId, Finding, Override, Rank, Score, Timestamp};

use crate::text::Template;

/// The rule id under which waiting is shown.
pub const AGEING_RULE: &str = "ageing";

const HOUR_MILLIS: i64 = 3_600_000;

/// How fast a case that waits gains on fresher ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ageing {
    /// How long a case waits for one point, in milliseconds; at least one hour.
    pub millis_per_point: i64,
    pub(crate) text: Template<Waited>,
    pub(crate) source: String,
    pub(crate) version: String,
}

/// What the sentence about waiting may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Waited {
    Days,
    Hours,
    HoursPerPoint,
}

impl Waited {
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "days" => Self::Days,
            "hours" => Self::Hours,
            "hours_per_point" => Self::HoursPerPoint,
            _ => return None,
        })
    }
}

impl Ageing {
    pub(crate) const fn millis_of_hours(hours: i64) -> i64 {
        hours.saturating_mul(HOUR_MILLIS)
    }

    /// A number that orders cases of one override by danger and waiting together, at any moment:
    /// danger × `millis_per_point` − the moment of opening. Higher is more urgent.
    ///
    /// At a moment *t* a case stands at danger + (*t* − opened) / `millis_per_point` points; times
    /// `millis_per_point` and without *t*, which is the same for all, that is this number.
    pub const fn urgency(&self, danger: i64, opened: Timestamp) -> i64 {
        danger
            .saturating_mul(self.millis_per_point)
            .saturating_sub(opened.millis())
    }

    /// Whole points that a case opened at `opened` has gained by `now`; never negative.
    pub const fn waiting_points(&self, opened: Timestamp, now: Timestamp) -> i64 {
        let waited = now.millis_since(opened);
        if waited <= 0 {
            0
        } else {
            waited / self.millis_per_point
        }
    }

    /// The same as a finding to show beside the others. It is not part of the rank: danger stays
    /// the sum of its own points.
    pub fn waiting(&self, opened: Timestamp, now: Timestamp) -> Finding {
        let hours = now.millis_since(opened).max(0) / HOUR_MILLIS;
        let value = |parameter| {
            Some(match parameter {
                Waited::Days => hours / 24,
                Waited::Hours => hours,
                Waited::HoursPerPoint => self.millis_per_point / HOUR_MILLIS,
            })
        };
        Finding {
            score: Score::Danger,
            rule: AGEING_RULE.to_owned(),
            version: self.version.clone(),
            points: self.waiting_points(opened, now),
            text: self.text.fill(value),
            raises: None,
            refs: Vec::new(),
            supersedes: Vec::new(),
        }
    }

    /// Where the speed comes from.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// What the queue sorts by, the first case least: override, then danger with waiting, then
    /// actionability, then the older case.
    pub const fn queue_key(&self, rank: Rank, opened: Timestamp, case: CaseId) -> QueueKey {
        QueueKey(
            Reverse(Override::standing(rank.raised)),
            Reverse(self.urgency(rank.danger, opened)),
            Reverse(rank.actionability),
            case,
        )
    }
}

/// A case's place among others; the least stands first. See [`Ageing::queue_key`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct QueueKey(Reverse<i64>, Reverse<i64>, Reverse<i64>, CaseId);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;
    use proptest::prelude::*;

    fn ageing() -> Ageing {
        Policy::builtin().unwrap().ageing().clone()
    }

    fn at(hours: i64) -> Timestamp {
        Timestamp::from_millis(hours * HOUR_MILLIS)
    }

    fn rank(raised: Option<Override>, danger: i64) -> Rank {
        Rank {
            raised,
            danger,
            actionability: 0,
        }
    }

    #[test]
    fn waiting_is_counted_in_whole_points_and_told_in_words() {
        let ageing = ageing();
        let per_point = ageing.millis_per_point / HOUR_MILLIS;
        assert_eq!(ageing.waiting_points(at(0), at(per_point - 1)), 0);
        assert_eq!(ageing.waiting_points(at(0), at(per_point)), 1);
        assert_eq!(ageing.waiting_points(at(10), at(0)), 0);
        let waiting = ageing.waiting(at(0), at(10 * per_point));
        assert_eq!(waiting.points, 10);
        assert!(waiting.text.contains("10 days"), "{}", waiting.text);
        assert!(!waiting.version.is_empty() && !ageing.source().is_empty());
    }

    proptest! {
        #[test]
        fn urgency_orders_as_danger_and_waiting_together(
            a in (0_i64..2000, 0_i64..20_000), b in (0_i64..2000, 0_i64..20_000),
            later in 0_i64..9000
        ) {
            let ageing = ageing();
            let now = at(20_000 + later);
            let exactly = |(danger, opened): (i64, i64)| {
                let waited = now.millis_since(at(opened));
                i128::from(danger) * i128::from(ageing.millis_per_point) + i128::from(waited)
            };
            let urgency = |(danger, opened): (i64, i64)| ageing.urgency(danger, at(opened));
            prop_assert_eq!(exactly(a).cmp(&exactly(b)), urgency(a).cmp(&urgency(b)));
        }

        #[test]
        fn no_waiting_lifts_a_case_over_an_override(
            danger in 0_i64..1_000_000, hours in 0_i64..10_000_000,
            raised in prop::sample::select(Override::ALL.to_vec())
        ) {
            let ageing = ageing();
            let below = Override::of_standing(Override::standing(Some(raised)) - 1);
            let fresh = ageing.queue_key(rank(Some(raised), 0), at(hours), CaseId::new(2));
            let old = ageing.queue_key(rank(below, danger), at(0), CaseId::new(1));
            prop_assert!(fresh < old);
        }

        #[test]
        fn every_case_comes_before_all_fresh_ones_in_the_end(danger in 0_i64..10_000) {
            let ageing = ageing();
            let wait = (danger + 1) * ageing.millis_per_point / HOUR_MILLIS;
            let fresh = ageing.queue_key(rank(None, danger), at(wait), CaseId::new(1));
            let old = ageing.queue_key(rank(None, 0), at(0), CaseId::new(2));
            prop_assert!(old < fresh);
        }
    }
}
