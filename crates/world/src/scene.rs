//! What every telling needs: the seed, the present, and the people by their numbers.

use model::Timestamp;

use crate::cast::{Person, Scatter};
use crate::dice::{Dice, Stream};

pub(crate) const MINUTE_MILLIS: i64 = 60_000;
pub(crate) const HOUR_MILLIS: i64 = 60 * MINUTE_MILLIS;
pub(crate) const DAY_MILLIS: i64 = 24 * HOUR_MILLIS;

#[derive(Debug, Clone, Copy)]
pub(crate) struct Scene {
    pub(crate) seed: u64,
    pub(crate) now: Timestamp,
    /// How many reports the world has.
    pub(crate) reports: u32,
    scatter: Scatter,
}

impl Scene {
    pub(crate) fn new(seed: u64, now: Timestamp, reports: u32) -> Self {
        Self {
            seed,
            now,
            reports,
            scatter: Scatter::new(seed),
        }
    }

    pub(crate) fn dice(&self, stream: Stream, number: u32) -> Dice {
        Dice::new(self.seed, stream, u64::from(number))
    }

    /// Person `which` (below 16) of the report with the plan's running number `serial`.
    pub(crate) fn person(&self, serial: u32, which: u32) -> Person {
        Person::new(self.seed, self.scatter, serial, which)
    }
}
