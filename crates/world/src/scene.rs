//! What every telling needs: the seed, the present, and the people by their numbers.

use model::Timestamp;

use crate::cast::{Person, Scatter};
use crate::dice::{Dice, Stream};
use crate::languages::{Region, Voice, region, region_abroad};

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
        Person::new(self.seed, self.scatter, self.region(serial), serial, which)
    }

    /// The region that the people of a report are in.
    pub(crate) fn region(&self, serial: u32) -> &'static Region {
        region(mixed(self.seed, serial, 1))
    }

    /// Where report `serial` comes from and its language.
    pub(crate) fn voice(&self, serial: u32) -> Voice {
        self.voice_from(self.region(serial), serial)
    }

    /// The language of report `serial`, if it comes from `region`.
    pub(crate) fn voice_from(&self, region: &'static Region, serial: u32) -> Voice {
        Voice {
            region,
            language: region.language(mixed(self.seed, serial, 2)),
        }
    }

    /// Report `serial` in the language of the report `first`, as one template has one language.
    pub(crate) fn voice_like(&self, first: u32, serial: u32) -> Voice {
        Voice {
            region: self.region(serial),
            language: self.voice(first).language,
        }
    }

    /// A region other than that of the people of report `serial`.
    pub(crate) fn region_abroad(&self, serial: u32) -> &'static Region {
        region_abroad(self.region(serial), mixed(self.seed, serial, 3))
    }

    /// Whether the public, and not the platform, sends report `serial`.
    pub(crate) fn is_public_tip(&self, serial: u32) -> bool {
        mixed(self.seed, serial, 4) % 1000 < PUBLIC_TIPS_PER_MILLE
    }
}

/// Thousandths of what a platform might have sent that come by the public's form.
const PUBLIC_TIPS_PER_MILLE: u64 = 60;

/// Sixty-four bits for a report and a purpose. Far cheaper than dice, and independent of them: what
/// is drawn so can depend on nothing else that is drawn. (The finaliser of `SplitMix64`: Steele,
/// Lea and Flood, OOPSLA 2014.)
fn mixed(seed: u64, serial: u32, purpose: u32) -> u64 {
    let mut bits = seed.rotate_left(32) ^ (u64::from(purpose) << 32 | u64::from(serial));
    for _ in 0..2 {
        bits = bits.wrapping_add(0x9e37_79b9_7f4a_7c15);
        bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^= bits >> 31;
    }
    bits
}
